//! A way to PostgreSQL that takes time: what a client sends arrives later, as if the database stood elsewhere.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::trouble::{Because, Trouble};

/// What a client sent, and where it goes on at an instant.
struct Packet {
    due: Instant,
    bytes: Vec<u8>,
    to: UnboundedSender<Vec<u8>>,
}

/// A relay that runs as long as this value lives.
pub struct Delay {
    /// Where it listens on 127.0.0.1.
    pub port: u16,
    listening: JoinHandle<()>,
}

impl Delay {
    /// Listens on a free port and passes on to PostgreSQL at `port` whatever was sent, `late` after it came.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn to(port: u16, late: Duration) -> Result<Self, Trouble> {
        let because = || "could not listen between the clients and PostgreSQL";
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .because(because)?;
        let own = listener.local_addr().because(because)?.port();
        let server = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let (on_the_way, packets) = channel();
        // The timers of the runtime count whole milliseconds; a thread that sleeps is late by some fifty microseconds.
        let thread = thread::Builder::new().name("delay".to_owned());
        thread.spawn(move || wait(&packets)).because(because)?;
        Ok(Self {
            port: own,
            listening: tokio::spawn(listen(listener, server, late, on_the_way)),
        })
    }
}

impl Drop for Delay {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// Hands each packet on when it is due, until all connections are closed. All are as late, so the first to come is the first
/// to go.
fn wait(packets: &Receiver<Packet>) {
    while let Ok(Packet { due, bytes, to }) = packets.recv() {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        // Who has closed the connection meanwhile waits for nothing.
        let _gone = to.send(bytes);
    }
}

async fn listen(
    listener: TcpListener,
    server: SocketAddr,
    late: Duration,
    on_the_way: Sender<Packet>,
) {
    while let Ok((client, _)) = listener.accept().await {
        let on_the_way = on_the_way.clone();
        tokio::spawn(async move {
            // A side that has gone ends the other; the client tells what it missed.
            let _ended = carry(client, server, late, on_the_way).await;
        });
    }
}

async fn carry(
    client: TcpStream,
    server: SocketAddr,
    late: Duration,
    on_the_way: Sender<Packet>,
) -> io::Result<()> {
    let server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, mut to_client) = client.into_split();
    let (mut from_server, to_server) = server.into_split();
    let (to, arriving) = unbounded_channel();
    tokio::select! {
        asked = take(from_client, late, &on_the_way, to) => asked,
        arrived = deliver(arriving, to_server) => arrived,
        answered = tokio::io::copy(&mut from_server, &mut to_client) => answered.map(drop),
    }
}

/// Notes for each packet when it is to arrive: a later one is on its way while an earlier one still is.
async fn take(
    mut from: OwnedReadHalf,
    late: Duration,
    on_the_way: &Sender<Packet>,
    to: UnboundedSender<Vec<u8>>,
) -> io::Result<()> {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        let count = from.read(&mut bytes).await?;
        let packet = Packet {
            due: Instant::now() + late,
            bytes: bytes[..count].to_vec(),
            to: to.clone(),
        };
        if count == 0 || on_the_way.send(packet).is_err() {
            return Ok(());
        }
    }
}

async fn deliver(
    mut arriving: UnboundedReceiver<Vec<u8>>,
    mut to: OwnedWriteHalf,
) -> io::Result<()> {
    while let Some(bytes) = arriving.recv().await {
        to.write_all(&bytes).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn packets_arrive_late_and_in_their_order() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = server.local_addr().unwrap().port();
        let late = Duration::from_millis(20);
        let delay = Delay::to(port, late).await.unwrap();
        let mut client = TcpStream::connect(("127.0.0.1", delay.port)).await.unwrap();
        let since = Instant::now();
        client.write_all(b"one").await.unwrap();
        client.write_all(b"two").await.unwrap();
        let (mut met, _) = server.accept().await.unwrap();
        let mut heard = [0; 6];
        met.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"onetwo");
        assert!(since.elapsed() >= late);
        met.write_all(b"three").await.unwrap();
        let mut answer = [0; 5];
        client.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"three");
    }
}
