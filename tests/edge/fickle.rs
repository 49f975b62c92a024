//! A cache that may not be trusted, behind the Cache API of Workers in workerd.
//!
//! workerd asks for a copy with a GET of its address, fills with a PUT whose body is a whole response as HTTP/1.1 writes it,
//! and forgets with a PURGE. This cache keeps a score of the answers that it was ever given for an address by any Worker, and
//! gives whichever it likes. Fills come late, in another order, or not at all, and whatever is purged stays.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::HOST;
use axum::http::{Response, StatusCode};
use harness::histories::Chance;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// How many answers are kept for one address.
const MOST: usize = 20;

/// What workerd looks for in the cache's answer.
const STATUS: &str = "cf-cache-status";

/// A running cache; it ends with this value.
pub struct Fickle {
    /// Where it listens.
    pub address: SocketAddr,
    shelf: Shelf,
    serving: JoinHandle<()>,
}

#[derive(Clone)]
struct Shelf {
    kept: Arc<Mutex<HashMap<String, Vec<Copy>>>>,
    chance: Chance,
    /// Does it keep nothing at all?
    is_empty: bool,
    tally: Arc<Tally>,
}

/// What it did.
#[derive(Default)]
struct Tally {
    given: AtomicUsize,
    given_old: AtomicUsize,
    missed: AtomicUsize,
    lost: AtomicUsize,
}

/// A response that was put here.
#[derive(Clone)]
struct Copy {
    headers: Vec<(String, String)>,
    body: Bytes,
}

impl Fickle {
    /// A cache that keeps everything and gives anything.
    pub async fn hostile() -> Self {
        Self::serve(false).await
    }

    /// A cache that loses whatever it is given.
    pub async fn empty() -> Self {
        Self::serve(true).await
    }

    async fn serve(is_empty: bool) -> Self {
        let shelf = Shelf {
            kept: Arc::default(),
            chance: Chance::from(11),
            is_empty,
            tally: Arc::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let router = Router::new().fallback(answer).with_state(shelf.clone());
        Self {
            address: listener
                .local_addr()
                .expect("a bound listener has an address"),
            shelf,
            serving: tokio::spawn(async move {
                axum::serve(listener, router)
                    .await
                    .expect("it serves to its end");
            }),
        }
    }
}

impl Drop for Fickle {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl fmt::Display for Fickle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tally = &self.shelf.tally;
        let number = |it: &AtomicUsize| it.load(Ordering::Relaxed);
        write!(
            out,
            "the cache gave {} copies ({} not the last), missed {} times and lost {} fills",
            number(&tally.given),
            number(&tally.given_old),
            number(&tally.missed),
            number(&tally.lost),
        )
    }
}

async fn answer(State(shelf): State<Shelf>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let host = parts.headers.get(HOST).and_then(|it| it.to_str().ok());
    let address = format!("{}{}", host.unwrap_or_default(), parts.uri);
    let method = parts.method.as_str();
    match method {
        "GET" => shelf.give(&address).await,
        "PUT" => {
            // A Worker that ends in the middle leaves nothing whole.
            if let Ok(told) = to_bytes(body, usize::MAX).await {
                let copy = Copy::read(&told).unwrap_or_else(|| panic!("no response: {told:?}"));
                shelf.take(address, copy);
            }
            status(StatusCode::NO_CONTENT)
        }
        // It says that it has, and has not.
        "PURGE" => status(StatusCode::OK),
        _ => panic!("a cache knows no {method}"),
    }
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

impl Shelf {
    /// Every other time it gives the copy that came last, as caches do, otherwise any.
    async fn give(&self, address: &str) -> Response<Body> {
        self.dawdle(8, 20).await;
        let Some((copy, is_last)) = self.pick(address) else {
            self.tally.missed.fetch_add(1, Ordering::Relaxed);
            let mut missed = status(StatusCode::GATEWAY_TIMEOUT);
            let miss = "MISS".parse().expect("a value");
            missed.headers_mut().insert(STATUS, miss);
            return missed;
        };
        self.tally.given.fetch_add(1, Ordering::Relaxed);
        let old = usize::from(!is_last);
        self.tally.given_old.fetch_add(old, Ordering::Relaxed);
        let mut response = Response::builder().header(STATUS, "HIT");
        for (name, value) in &copy.headers {
            response = response.header(name, value);
        }
        let response = response.body(Body::from(copy.body));
        response.expect("headers that workerd has written")
    }

    fn pick(&self, address: &str) -> Option<(Copy, bool)> {
        let kept = self.kept.lock().unwrap();
        let all = kept.get(address)?;
        let last = all.len().checked_sub(1)?;
        let at = match self.chance.below(2) {
            0 => last,
            // Sometimes it has lost everything.
            _ => self.chance.below(all.len() + 1),
        };
        Some((all.get(at)?.clone(), at == last))
    }

    /// Puts a copy away some time after it has said that it did, or never.
    fn take(&self, address: String, copy: Copy) {
        if self.is_empty || self.chance.below(6) == 0 {
            self.tally.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let shelf = self.clone();
        tokio::spawn(async move {
            shelf.dawdle(2, 500).await;
            let mut kept = shelf.kept.lock().unwrap();
            let all = kept.entry(address).or_default();
            if all.len() == MOST {
                all.remove(shelf.chance.below(MOST));
            }
            all.push(copy);
        });
    }

    /// One time in so many it is slow.
    async fn dawdle(&self, one_in: usize, up_to_ms: usize) {
        if self.chance.below(one_in) == 0 {
            let ms = self.chance.below(up_to_ms);
            tokio::time::sleep(Duration::from_millis(ms as u64)).await;
        }
    }
}

impl Copy {
    /// Reads a response as HTTP/1.1 writes it: a line of status, headers, an empty line, and the body as it is.
    fn read(told: &Bytes) -> Option<Self> {
        const END: &[u8] = b"\r\n\r\n";
        let end = told.windows(END.len()).position(|it| it == END)?;
        let head = std::str::from_utf8(told.get(..end)?).ok()?;
        let mut lines = head.split("\r\n");
        lines.next().filter(|it| it.starts_with("HTTP/1.1 200 "))?;
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_owned(), value.trim().to_owned()))
        });
        Some(Self {
            headers: headers.collect::<Option<_>>()?,
            body: told.slice(end + END.len()..),
        })
    }
}
