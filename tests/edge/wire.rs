//! Counts what the Worker says to PostgreSQL, at the protocol: a proxy between the two that reads along.

use std::io;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// A proxy in front of a PostgreSQL on this machine.
pub struct Wire {
    /// Where it listens on 127.0.0.1.
    pub port: u16,
    seen: Arc<Mutex<Seen>>,
}

/// What has passed since it was last asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Connections that were opened.
    pub connections: usize,
    /// Times that the client asked and had to wait for the answer.
    pub round_trips: usize,
    /// The statements, as text.
    pub statements: Vec<String>,
}

impl Wire {
    /// Listens, and passes everything on to `port`.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let wire = Self {
            port: listener
                .local_addr()
                .expect("a bound listener has an address")
                .port(),
            seen: Arc::default(),
        };
        let seen = Arc::clone(&wire.seen);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(join(client, port, Arc::clone(&seen)));
            }
        });
        wire
    }

    /// What has passed since the last call of this.
    pub fn take(&self) -> Seen {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

async fn join(client: TcpStream, port: u16, seen: Arc<Mutex<Seen>>) -> io::Result<()> {
    let server = TcpStream::connect(("127.0.0.1", port)).await?;
    seen.lock().unwrap().connections += 1;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, mut to_client) = client.into_split();
    let (mut from_server, to_server) = server.into_split();
    tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    read_along(from_client, to_server, &seen).await
}

/// Passes messages on one by one. The first has no type: it begins the connection, or asks for TLS and comes again.
async fn read_along(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    seen: &Mutex<Seen>,
) -> io::Result<()> {
    const ASKS_FOR_TLS: &[u8] = &80_877_103_u32.to_be_bytes();
    let mut has_begun = false;
    loop {
        let kind = if has_begun {
            Some(from.read_u8().await?)
        } else {
            None
        };
        let length = from.read_u32().await?;
        let mut body = vec![0; length.saturating_sub(4) as usize];
        from.read_exact(&mut body).await?;
        note(kind, &body, &mut seen.lock().unwrap());
        has_begun |= body != ASKS_FOR_TLS;
        let mut message: Vec<u8> = kind.into_iter().collect();
        message.extend(length.to_be_bytes());
        message.extend(body);
        to.write_all(&message).await?;
    }
}

/// Sync and Query are what a client waits after; Parse and Query bring a statement.
fn note(kind: Option<u8>, body: &[u8], seen: &mut Seen) {
    let text = |part: Option<&[u8]>| String::from_utf8_lossy(part.unwrap_or_default()).into_owned();
    let mut parts = body.split(|byte| *byte == 0);
    match kind {
        Some(b'S') => seen.round_trips += 1,
        Some(b'Q') => {
            seen.round_trips += 1;
            seen.statements.push(text(parts.next()));
        }
        // The name of the statement, then its text.
        Some(b'P') => seen.statements.push(text(parts.nth(1))),
        _ => {}
    }
}
