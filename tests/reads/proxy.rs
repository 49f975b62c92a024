//! A proxy that counts round trips: each Sync, Flush or simple Query that a client sends to PostgreSQL after it has heard
//! from it. What is sent together is waited for once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Stands between a client and the server; it ends with this value.
pub struct Proxy {
    /// Where it listens on 127.0.0.1.
    pub port: u16,
    trips: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// A proxy in front of the server at this port.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let trips = Arc::new(AtomicUsize::new(0));
        let here = listener.local_addr().unwrap().port();
        let counted = Arc::clone(&trips);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                client.set_nodelay(true).unwrap();
                server.set_nodelay(true).unwrap();
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                let heard = Arc::new(AtomicBool::new(true));
                let trips = Trips {
                    all: Arc::clone(&counted),
                    has_heard: Arc::clone(&heard),
                };
                tokio::spawn(pass_on(from_client, to_server, trips));
                tokio::spawn(hand_back(from_server, to_client, heard));
            }
        });
        Self {
            port: here,
            trips,
            accepting,
        }
    }

    /// The round trips since the last time this was asked. The setting-up of a connection counts for none.
    pub fn take(&self) -> usize {
        self.trips.swap(0, Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// The count of one connection.
struct Trips {
    all: Arc<AtomicUsize>,
    has_heard: Arc<AtomicBool>,
}

impl Trips {
    /// A message that the server answers was sent.
    fn begin(&self) {
        if self.has_heard.swap(false, Ordering::SeqCst) {
            self.all.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Hands the server's bytes back, and notes that the client has heard from it.
async fn hand_back(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, has_heard: Arc<AtomicBool>) {
    let mut chunk = [0; 8192];
    while let Ok(count @ 1..) = from.read(&mut chunk).await {
        has_heard.store(true, Ordering::SeqCst);
        if to.write_all(&chunk[..count]).await.is_err() {
            return;
        }
    }
}

/// Passes bytes on and looks for the messages that the server answers: each is a type and a length that counts itself.
/// The very first has no type.
async fn pass_on(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, trips: Trips) {
    let mut waiting: Vec<u8> = Vec::new();
    let mut is_first = true;
    let mut chunk = [0; 8192];
    while let Ok(count @ 1..) = from.read(&mut chunk).await {
        waiting.extend_from_slice(&chunk[..count]);
        while let Some(length) = whole(&waiting, is_first) {
            if !is_first && matches!(waiting[0], b'S' | b'H' | b'Q') {
                trips.begin();
            }
            // A client that would like TLS asks for it in eight bytes, is told no, and begins anew.
            is_first &= length == 8;
            waiting.drain(..length);
        }
        if to.write_all(&chunk[..count]).await.is_err() {
            return;
        }
    }
}

/// The length of the first message, if all of it is there.
fn whole(waiting: &[u8], is_first: bool) -> Option<usize> {
    let kind = usize::from(!is_first);
    let length: [u8; 4] = waiting.get(kind..kind + 4)?.try_into().ok()?;
    let length = kind + usize::try_from(u32::from_be_bytes(length)).unwrap();
    (waiting.len() >= length).then_some(length)
}
