//! A pooler between a Worker and PostgreSQL, as Hyperdrive has one.
//!
//! It lets a Worker in by itself, and lends it a session that is there already for as long as a transaction takes. So
//! neither side pays for what it does not pay for where the Worker is deployed: no process of PostgreSQL is made for a
//! request, and nobody proves a password.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

use crate::config::Database;
use crate::trouble::{Because, Trouble};

/// Version 3.0 of the protocol.
const PROTOCOL: u32 = 3 << 16;

/// What a client asks whether TLS is spoken here with, and what says that it is not.
const TLS: u32 = 80_877_103;
const NO_TLS: &[u8] = b"N";

/// The first bytes of messages that matter here.
const SYNC: u8 = b'S';
const QUERY: u8 = b'Q';
const READY: u8 = b'Z';
const GOODBYE: u8 = b'X';
/// What [`READY`] says between transactions.
const IDLE: u8 = b'I';

/// A pooler that runs as long as this value lives.
pub struct Pooler {
    port: u16,
    listening: JoinHandle<()>,
}

/// Sessions that nobody has borrowed, and what PostgreSQL greets with.
struct Pool {
    back: mpsc::Sender<TcpStream>,
    free: Mutex<mpsc::Receiver<TcpStream>>,
    greeting: BytesMut,
}

impl Pooler {
    /// Opens so many sessions at a database that asks its user for no password, and lends them on a free port.
    ///
    /// # Errors
    /// When the database lets nobody in, or no port is free.
    pub async fn before(database: &Database, sessions: usize) -> Result<Self, Trouble> {
        let because = || "could not pool sessions for the Workers";
        let (back, free) = mpsc::channel(sessions);
        let mut greeting = BytesMut::new();
        for _ in 0..sessions {
            let (session, greeted) = open(database).await.because(because)?;
            greeting = greeted;
            back.try_send(session).because(because)?;
        }
        let pool = Arc::new(Pool {
            back,
            free: Mutex::new(free),
            greeting,
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.because(because)?;
        Ok(Self {
            port: listener.local_addr().because(because)?.port(),
            listening: tokio::spawn(listen(listener, pool)),
        })
    }

    /// The database through this pooler.
    ///
    /// # Errors
    /// Never, for a database that has a name.
    pub fn database(&self, direct: &Database) -> Result<Database, Trouble> {
        let (user, name, port) = (direct.user(), direct.name(), self.port);
        Database::parse(&format!("postgresql://{user}@127.0.0.1:{port}/{name}"))
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// A session, and all that PostgreSQL has said until it was ready.
async fn open(database: &Database) -> io::Result<(TcpStream, BytesMut)> {
    let host = database.host().unwrap_or("127.0.0.1");
    let mut server = TcpStream::connect((host, database.port())).await?;
    server.set_nodelay(true)?;
    let about = format!(
        "client_encoding\0UTF8\0user\0{}\0database\0{}\0\0",
        database.user(),
        database.name()
    );
    let length = u32::try_from(8 + about.len()).map_err(io::Error::other)?;
    server.write_u32(length).await?;
    server.write_u32(PROTOCOL).await?;
    server.write_all(about.as_bytes()).await?;
    let mut said = BytesMut::new();
    loop {
        let mut is_ready = false;
        whole(&said, |kind, _| is_ready |= kind == READY);
        if is_ready {
            return Ok((server, said));
        }
        if server.read_buf(&mut said).await? == 0 {
            return Err(io::Error::other("PostgreSQL does not let the Workers in"));
        }
    }
}

async fn listen(listener: TcpListener, pool: Arc<Pool>) {
    while let Ok((client, _)) = listener.accept().await {
        let pool = Arc::clone(&pool);
        // A client that breaks off is heard of where it is measured.
        tokio::spawn(async move { drop(serve(client, &pool).await) });
    }
}

async fn serve(mut client: TcpStream, pool: &Pool) -> io::Result<()> {
    client.set_nodelay(true)?;
    while begin(&mut client).await? == TLS {
        client.write_all(NO_TLS).await?;
    }
    client.write_all(&pool.greeting).await?;
    let mut said = BytesMut::new();
    loop {
        if said.is_empty() && client.read_buf(&mut said).await? == 0 {
            return Ok(());
        }
        if said.first() == Some(&GOODBYE) {
            return Ok(());
        }
        let free = pool.free.lock().await.recv().await;
        let mut session = free.ok_or_else(|| io::Error::other("no session is left"))?;
        transact(&mut client, &mut said, &mut session).await?;
        pool.back.try_send(session).map_err(io::Error::other)?;
    }
}

/// Reads what a client begins with, and answers its code.
async fn begin(client: &mut TcpStream) -> io::Result<u32> {
    let length = client.read_u32().await?;
    let code = client.read_u32().await?;
    let mut about = vec![0; length.saturating_sub(8).min(10_000) as usize];
    client.read_exact(&mut about).await?;
    Ok(code)
}

/// Passes everything on in both directions until PostgreSQL is ready for the next transaction.
async fn transact(
    client: &mut TcpStream,
    said: &mut BytesMut,
    session: &mut TcpStream,
) -> io::Result<()> {
    let (mut answer, mut open, mut is_idle) = (BytesMut::new(), 0_usize, false);
    loop {
        let end = whole(said, |kind, _| {
            open += usize::from([SYNC, QUERY].contains(&kind))
        });
        session.write_all(&said[..end]).await?;
        said.advance(end);
        let end = whole(&answer, |kind, body| {
            if kind == READY {
                open = open.saturating_sub(1);
                is_idle = body.first() == Some(&IDLE);
            }
        });
        client.write_all(&answer[..end]).await?;
        answer.advance(end);
        if open == 0 && is_idle {
            return Ok(());
        }
        let read = tokio::select! {
            read = client.read_buf(said) => read?,
            read = session.read_buf(&mut answer) => read?,
        };
        if read == 0 {
            return Err(io::Error::other("somebody broke off"));
        }
    }
}

/// Looks at each message that is there as a whole, and tells where the last of them ends.
fn whole(bytes: &[u8], mut each: impl FnMut(u8, &[u8])) -> usize {
    let mut at = 0;
    while let Some([kind, a, b, c, d]) = bytes.get(at..at + 5) {
        let end = at + 1 + u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let Some(body) = bytes.get(at + 5..end) else {
            break;
        };
        each(*kind, body);
        at = end;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_messages_are_looked_at() {
        let bytes = b"S\0\0\0\x04Z\0\0\0\x05IQ\0\0\0\x07a\0";
        let mut seen = Vec::new();
        let end = whole(bytes, |kind, body| seen.push((kind, body.to_vec())));
        assert_eq!(seen, [(SYNC, vec![]), (READY, vec![IDLE])]);
        assert_eq!(end, 11);
        assert_eq!(whole(&bytes[..4], |_, _| panic!("nothing is whole")), 0);
    }
}
