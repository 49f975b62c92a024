//! A native API that says what a test wants it to say, and remembers what it was asked, byte for byte.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex};

use harness::{Client, Database, Edge, native};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{MutexGuard, OnceCell};
use tokio::task::AbortHandle;

/// A scripted server, and a Worker that forwards to it.
pub struct Upstream {
    /// The Worker.
    pub edge: Edge,
    /// The key with which the Worker proves who it is.
    pub edge_key: String,
    server: Server,
}

/// The scripted server alone.
pub struct Server {
    port: u16,
    script: Arc<Script>,
    listening: Option<AbortHandle>,
}

#[derive(Default)]
struct Script {
    answers: Mutex<HashMap<String, Vec<u8>>>,
    asked: Mutex<HashMap<String, Asked>>,
    arrivals: Mutex<HashMap<String, usize>>,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `POST /v1/stables?x=1 HTTP/1.1`
    pub line: String,
    /// Every header, its name in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, put together where it came in chunks.
    pub body: Vec<u8>,
}

impl Asked {
    /// Every value of a header.
    pub fn header(&self, name: &str) -> Vec<&str> {
        let values = self.headers.iter().filter(|(given, _)| given == name);
        values.map(|(_, value)| value.as_str()).collect()
    }
}

/// The scripted server with its Worker, for one test at a time.
pub async fn upstream() -> MutexGuard<'static, Upstream> {
    static UPSTREAM: OnceCell<tokio::sync::Mutex<Upstream>> = OnceCell::const_new();
    let upstream = UPSTREAM
        .get_or_init(async || tokio::sync::Mutex::new(Upstream::start(&[]).await))
        .await;
    let mut upstream = upstream.lock().await;
    if upstream.server.listening.is_none() {
        upstream.comes_back().await;
    }
    upstream
}

impl Upstream {
    /// A server with a Worker that was told more than usual.
    pub async fn start(more: &[(&str, &str)]) -> Self {
        let database = Database::fresh().await;
        let server = Server::start().await;
        // With the reads forwarded too, this is how the Worker is found ready.
        let alive = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec();
        server
            .script
            .answers
            .lock()
            .unwrap()
            .insert("/health/live".to_owned(), alive);
        let mut environment = native::environment(&database);
        for (name, value) in more {
            environment = environment.with(name, value);
        }
        let url = format!("http://127.0.0.1:{}", server.port);
        let edge = Edge::start_with(&database, &environment, &url).await;
        // The database stays until the process ends: dropping it would take it from under the Worker.
        std::mem::forget(database);
        let edge_key = environment.get("EQUORIA_EDGE_KEY").unwrap().unwrap();
        Self {
            edge,
            edge_key,
            server,
        }
    }

    /// Speaks with the Worker.
    pub fn client(&self) -> Client {
        Client::at(&self.edge.url)
    }

    /// What the server answers at a path from now on: a status line, headers, an empty line and a body.
    pub fn answers(&self, path: &str, answer: impl Into<Vec<u8>>) {
        let mut answers = self.server.script.answers.lock().unwrap();
        answers.insert(path.to_owned(), answer.into());
    }

    /// The last request that arrived for a path.
    pub fn asked(&self, path: &str) -> Option<Asked> {
        self.server.script.asked.lock().unwrap().remove(path)
    }

    /// How many requests have arrived for a path.
    pub fn arrivals(&self, path: &str) -> usize {
        let arrivals = self.server.script.arrivals.lock().unwrap();
        arrivals.get(path).copied().unwrap_or_default()
    }

    /// Listens no longer.
    pub async fn goes_down(&mut self) {
        if let Some(listening) = self.server.listening.take() {
            listening.abort();
        }
        while TcpStream::connect(("127.0.0.1", self.server.port))
            .await
            .is_ok()
        {}
    }

    /// Listens again, at the same address.
    pub async fn comes_back(&mut self) {
        self.server.listen().await;
    }
}

impl Server {
    async fn start() -> Self {
        let mut server = Self {
            port: 0,
            script: Arc::default(),
            listening: None,
        };
        server.listen().await;
        server
    }

    async fn listen(&mut self) {
        let listener = TcpListener::bind(("127.0.0.1", self.port))
            .await
            .expect("the port is free");
        self.port = listener
            .local_addr()
            .expect("a bound listener has an address")
            .port();
        let script = Arc::clone(&self.script);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, Arc::clone(&script)));
            }
        });
        self.listening = Some(accepting.abort_handle());
    }
}

/// One request and its answer; a path without an answer gets the connection closed under it.
async fn serve(client: TcpStream, script: Arc<Script>) -> io::Result<()> {
    let mut client = BufReader::new(client);
    let asked = read(&mut client).await?;
    let target = asked.line.split(' ').nth(1).unwrap_or_default();
    let path = target.split('?').next().unwrap_or_default().to_owned();
    let answer = script.answers.lock().unwrap().get(&path).cloned();
    *script
        .arrivals
        .lock()
        .unwrap()
        .entry(path.clone())
        .or_default() += 1;
    script.asked.lock().unwrap().insert(path, asked);
    client.write_all(&answer.unwrap_or_default()).await?;
    client.shutdown().await
}

async fn read(from: &mut BufReader<TcpStream>) -> io::Result<Asked> {
    let line = line(from).await?;
    let mut headers = Vec::new();
    loop {
        let header = self::line(from).await?;
        let Some((name, value)) = header.split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut asked = Asked {
        line,
        headers,
        body: Vec::new(),
    };
    let length = asked
        .header("content-length")
        .first()
        .and_then(|text| text.parse().ok());
    if asked.header("transfer-encoding").contains(&"chunked") {
        asked.body = chunks(from).await?;
    } else if let Some(length) = length {
        asked.body = bytes(from, length).await?;
    }
    Ok(asked)
}

async fn line(from: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    from.read_line(&mut line).await?;
    Ok(line.trim_end().to_owned())
}

async fn bytes(from: &mut BufReader<TcpStream>, count: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    from.read_exact(&mut bytes).await?;
    Ok(bytes)
}

async fn chunks(from: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    loop {
        let count = usize::from_str_radix(&line(from).await?, 16).map_err(io::Error::other)?;
        all.extend(bytes(from, count).await?);
        line(from).await?;
        if count == 0 {
            return Ok(all);
        }
    }
}
