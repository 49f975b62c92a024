//! One HTTP/1.1 connection that is kept open: as little client as it takes, for it shares the machine with the server.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::trouble::{Because, Trouble};

/// No answer of the reads or of a training comes near it.
const LONGEST: usize = 64 * 1024;

/// An open connection, with room for one answer.
pub struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
    bytes: usize,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// When nobody listens there.
    pub async fn open(address: SocketAddr) -> Result<Self, Trouble> {
        let stream = TcpStream::connect(address).await;
        let stream = stream.because(|| format!("could not connect to {address}"))?;
        let without_delay = stream.set_nodelay(true);
        without_delay.because(|| "could not set up the connection")?;
        Ok(Self {
            stream,
            answer: vec![0; LONGEST],
            bytes: 0,
        })
    }

    /// Bytes of the last answer, head and body.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Sends a request and waits for the whole answer; the status and the body.
    ///
    /// # Errors
    /// When the connection breaks, or the answer is not HTTP/1.1 with a length.
    pub async fn ask(&mut self, request: &[u8]) -> Result<(u16, &[u8]), Trouble> {
        let sent = self.stream.write_all(request).await;
        sent.because(|| "a request could not be sent")?;
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.answer[filled..]).await;
            match read.because(|| "an answer broke off")? {
                0 => {
                    return Err(Trouble::new(
                        "the server closed the connection in the middle of an answer",
                    ));
                }
                count => filled += count,
            }
            if let Some((status, body)) = head(&self.answer[..filled])?
                && filled >= body.end
            {
                self.bytes = body.end;
                return Ok((status, &self.answer[body]));
            }
        }
    }
}

/// The status and where the body lies, once the head is whole.
fn head(answer: &[u8]) -> Result<Option<(u16, std::ops::Range<usize>)>, Trouble> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    let parsed = response
        .parse(answer)
        .because(|| "an answer is not HTTP/1.1")?;
    let httparse::Status::Complete(start) = parsed else {
        return Ok(None);
    };
    let length = response
        .headers
        .iter()
        .find(|it| it.name.eq_ignore_ascii_case("content-length"));
    let length = length
        .and_then(|it| std::str::from_utf8(it.value).ok())
        .and_then(|text| text.parse::<usize>().ok())
        .ok_or_else(|| Trouble::new("an answer does not tell its length"))?;
    Ok(Some((response.code.unwrap_or(0), start..start + length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_known_by_its_head() {
        let whole = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(head(whole).unwrap(), Some((201, 43..45)));
        assert_eq!(head(&whole[..20]).unwrap(), None);
        assert!(head(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(head(b"SSH-2.0-OpenSSH\r\n").is_err());
    }
}
