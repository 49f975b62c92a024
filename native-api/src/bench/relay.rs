//! A relay between the API and PostgreSQL that counts round trips: how often the API speaks after the server did.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::config::Database;
use crate::trouble::{Because, Trouble};

/// A relay that runs as long as this value lives.
pub struct Relay {
    port: u16,
    turns: Arc<AtomicU64>,
    listening: JoinHandle<()>,
}

impl Relay {
    /// Listens on a free port and passes everything on to PostgreSQL at `port`.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn to(port: u16) -> Result<Self, Trouble> {
        let because = || "could not listen for the counting of round trips";
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .because(because)?;
        let own = listener.local_addr().because(because)?.port();
        let turns = Arc::new(AtomicU64::new(0));
        let server = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listening = tokio::spawn(listen(listener, server, Arc::clone(&turns)));
        Ok(Self {
            port: own,
            turns,
            listening,
        })
    }

    /// The database behind the relay, with one connection at a time for each role.
    ///
    /// # Errors
    /// Never, for a database that has a name.
    pub fn database(&self, direct: &Database) -> Result<Database, Trouble> {
        let (user, name) = (direct.user(), direct.name());
        Database::parse(&format!(
            "postgresql://{user}@127.0.0.1:{}/{name}?connection_limit=1",
            self.port
        ))
    }

    /// The round trips so far, over all connections.
    pub fn round_trips(&self) -> u64 {
        self.turns.load(Ordering::Relaxed)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, server: SocketAddr, turns: Arc<AtomicU64>) {
    while let Ok((client, _)) = listener.accept().await {
        let turns = Arc::clone(&turns);
        tokio::spawn(async move {
            // A side that has gone ends the other; the API tells what it missed.
            let _ended = carry(client, server, &turns).await;
        });
    }
}

async fn carry(mut client: TcpStream, server: SocketAddr, turns: &AtomicU64) -> io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut asked, mut answered) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    let mut is_asking = false;
    loop {
        tokio::select! {
            count = client.read(&mut asked) => {
                let count = count?;
                if count == 0 {
                    return Ok(());
                }
                if !is_asking {
                    turns.fetch_add(1, Ordering::Relaxed);
                }
                is_asking = true;
                server.write_all(&asked[..count]).await?;
            }
            count = server.read(&mut answered) => {
                let count = count?;
                if count == 0 {
                    return Ok(());
                }
                is_asking = false;
                client.write_all(&answered[..count]).await?;
            }
        }
    }
}
