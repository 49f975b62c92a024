//! Counts what the Worker says to PostgreSQL, at the protocol: a proxy between the two that reads along, and that breaks
//! off or dawdles where a test wants it to.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// A proxy in front of a PostgreSQL on this machine.
pub struct Wire {
    /// Where it listens on 127.0.0.1.
    pub port: u16,
    /// The connections that are open, here or wherever else they are counted together.
    pub crowd: Crowd,
    seen: Arc<Mutex<Seen>>,
    fates: Arc<Mutex<Fates>>,
}

/// What becomes of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// Everything passes.
    #[default]
    Whole,
    /// It is closed before the answer to the first question begins, which the server has heard.
    CutBeforeTheAnswer,
    /// It is closed in the middle of the first row.
    CutInARow,
    /// It is reset in the middle of the first row.
    ResetInARow,
    /// It is taken, and nothing is ever said.
    Silent,
    /// The answer comes a byte at a time, ten a second.
    Dribbling,
}

/// Of the next connections, and of all after them.
#[derive(Debug, Default)]
struct Fates {
    next: VecDeque<Fate>,
    usual: Fate,
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
            crowd: Crowd::default(),
            seen: Arc::default(),
            fates: Arc::default(),
        };
        let (seen, fates) = (Arc::clone(&wire.seen), Arc::clone(&wire.fates));
        let crowd = wire.crowd.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let member = crowd.enter();
                seen.lock().unwrap().connections += 1;
                let (seen, fate) = (Arc::clone(&seen), fates.lock().unwrap().draw());
                tokio::spawn(async move {
                    let _member = member;
                    join(client, port, fate, &seen).await
                });
            }
        });
        wire
    }

    /// What becomes of the next connections.
    pub fn next(&self, fates: &[Fate]) {
        self.fates.lock().unwrap().next = fates.iter().copied().collect();
    }

    /// What becomes of all others from now on.
    pub fn from_now_on(&self, fate: Fate) {
        self.fates.lock().unwrap().usual = fate;
    }

    /// What has passed since the last call of this.
    pub fn take(&self) -> Seen {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

impl Fates {
    fn draw(&mut self) -> Fate {
        self.next.pop_front().unwrap_or(self.usual)
    }
}

/// What is open at once; a clone counts together with it.
#[derive(Clone, Debug, Default)]
pub struct Crowd {
    now: Arc<watch::Sender<usize>>,
    most: Arc<AtomicUsize>,
}

/// One that is open, until it is dropped.
pub struct Member(Crowd);

impl Crowd {
    /// One more.
    pub fn enter(&self) -> Member {
        self.now.send_modify(|now| {
            *now += 1;
            self.most.fetch_max(*now, Ordering::SeqCst);
        });
        Member(self.clone())
    }

    /// The most at once since the last call of this, when none is open any more: an end may come after the answer.
    ///
    /// # Panics
    /// When one stays open.
    pub async fn take_most(&self) -> usize {
        let mut now = self.now.subscribe();
        let all_gone = timeout(Duration::from_secs(10), now.wait_for(|now| *now == 0)).await;
        assert!(all_gone.is_ok(), "a connection stays open");
        self.most.swap(0, Ordering::SeqCst)
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.0.now.send_modify(|now| *now -= 1);
    }
}

/// Joins the two until one of them ends it, or its fate does.
async fn join(mut client: TcpStream, port: u16, fate: Fate, seen: &Mutex<Seen>) -> io::Result<()> {
    if fate == Fate::Silent {
        return tokio::io::copy(&mut client, &mut tokio::io::sink())
            .await
            .map(drop);
    }
    let mut server = TcpStream::connect(("127.0.0.1", port)).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let ended = tokio::select! {
        ended = read_along(from_client, to_server, seen) => ended,
        ended = hand_back(from_server, to_client, fate) => ended,
    };
    if fate == Fate::ResetInARow {
        client.set_zero_linger()?;
    }
    ended
}

/// Hands the server's messages back, until the fate of the answer to the first question: what follows upon the first
/// `ReadyForQuery`.
async fn hand_back(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, fate: Fate) -> io::Result<()> {
    let mut is_asked = fate == Fate::Whole;
    while !is_asked {
        let message = message(&mut from).await?;
        to.write_all(&message).await?;
        is_asked = message[0] == b'Z';
    }
    match fate {
        Fate::Whole | Fate::Silent => tokio::io::copy(&mut from, &mut to).await.map(drop),
        Fate::CutBeforeTheAnswer => message(&mut from).await.map(drop),
        Fate::CutInARow | Fate::ResetInARow => loop {
            let message = message(&mut from).await?;
            if message[0] == b'D' {
                return to.write_all(&message[..message.len() / 2]).await;
            }
            to.write_all(&message).await?;
        },
        Fate::Dribbling => loop {
            to.write_u8(from.read_u8().await?).await?;
            sleep(Duration::from_millis(100)).await;
        },
    }
}

/// A message of the server's, with its type and its length.
async fn message(from: &mut ReadHalf<'_>) -> io::Result<Vec<u8>> {
    let kind = from.read_u8().await?;
    let length = from.read_u32().await?;
    let mut message = vec![kind];
    message.extend(length.to_be_bytes());
    let body = message.len();
    message.resize(1 + length as usize, 0);
    from.read_exact(&mut message[body..]).await?;
    Ok(message)
}

/// Passes messages on one by one. The first has no type: it begins the connection, or asks for TLS and comes again.
async fn read_along(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
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
