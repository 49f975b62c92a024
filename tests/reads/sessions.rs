//! The checker of histories in front of two edges in this process, whose caches are hostile.
//!
//! A cache here keeps all that it was ever given by either edge, and gives whichever it likes: fills that come late and in
//! another order, purges that are lost, answers of the other edge. The way that may be behind shows a snapshot which
//! stands still for a while, as a standby does.

use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use chrono::{DateTime, Utc};
use equoria::config::Database as Place;
use equoria::db::connect;
use equoria::ops::migrate;
use harness::histories::{Broken, Carrier, Chance, Door, Scene};
use harness::{Postgres, Reply, World};
use reads::copies::{Copies, Getting, Kept};
use reads::{Clock, Connect, Failure, Freshness, Reads, request};
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

/// The cache of both edges: a dozen of the answers that were ever put there for each key. Every other time it gives the one
/// that came last, as caches do.
#[derive(Clone)]
struct Hostile {
    kept: Arc<Mutex<HashMap<String, Vec<Kept>>>>,
    chance: Chance,
}

impl Copies for Hostile {
    fn get<'a>(&'a self, key: &'a str) -> Getting<'a> {
        let kept = self.kept.lock().unwrap();
        let all = kept.get(key).map(Vec::as_slice).unwrap_or_default();
        let at = match self.chance.below(2) {
            0 => all.len().saturating_sub(1),
            // Sometimes it has lost everything.
            _ => self.chance.below(all.len() + 1),
        };
        Box::pin(std::future::ready(all.get(at).cloned()))
    }

    fn put(&self, key: String, copy: Kept) {
        let mut kept = self.kept.lock().unwrap();
        let all = kept.entry(key).or_default();
        if all.len() == 12 {
            all.remove(self.chance.below(12));
        }
        all.push(copy);
    }
}

/// Two ways to one database, of which one is behind.
#[derive(Clone)]
struct Ways {
    behind: Arc<tokio_postgres::Client>,
    fresh: Arc<tokio_postgres::Client>,
    asked_behind: Arc<AtomicUsize>,
    asked_fresh: Arc<AtomicUsize>,
}

struct Socket(Arc<tokio_postgres::Client>);

impl Deref for Socket {
    type Target = tokio_postgres::Client;

    fn deref(&self) -> &tokio_postgres::Client {
        &self.0
    }
}

impl Ways {
    async fn to(place: &Place) -> Self {
        // Half a hundred sessions share a connection: they may wait for each other for longer than a role lets one wait.
        let patient = "set statement_timeout = 0; set idle_in_transaction_session_timeout = 0;
            set transaction_timeout = 0";
        let (behind, fresh) = (connect(place).await.unwrap(), connect(place).await.unwrap());
        for client in [&behind, &fresh] {
            client.batch_execute(patient).await.unwrap();
        }
        let stand_still = "begin isolation level repeatable read; select horizons()";
        behind.batch_execute(stand_still).await.unwrap();
        Self {
            behind: Arc::new(behind),
            fresh: Arc::new(fresh),
            asked_behind: Arc::default(),
            asked_fresh: Arc::default(),
        }
    }

    /// Lets the way that is behind catch up.
    async fn catch_up(&self) {
        let again = "commit; begin isolation level repeatable read; select horizons()";
        self.behind.batch_execute(again).await.unwrap();
    }

    /// The same, now and then.
    async fn keep_catching_up(self, chance: Chance) {
        loop {
            let pause = Duration::from_millis(chance.below(200) as u64);
            tokio::time::sleep(pause).await;
            self.catch_up().await;
        }
    }
}

impl Connect for Ways {
    type Conn = Socket;

    async fn connect(&self, freshness: Freshness) -> Result<Socket, Failure> {
        let (client, count) = match freshness {
            Freshness::Cached => (&self.behind, &self.asked_behind),
            Freshness::Fresh => (&self.fresh, &self.asked_fresh),
        };
        count.fetch_add(1, Ordering::Relaxed);
        Ok(Socket(Arc::clone(client)))
    }

    fn may_lag(&self) -> bool {
        true
    }

    async fn patience(&self, _: Freshness) {
        tokio::time::sleep(Duration::from_secs(30)).await;
    }
}

struct RealTime;

impl Clock for RealTime {
    fn real(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn ahead_ms(&self) -> Pin<Box<dyn Future<Output = i64> + Send + '_>> {
        Box::pin(std::future::ready(0))
    }
}

/// An edge: the Worker's router, its ways to the database, and one who lets them catch up.
struct Edge {
    router: Router,
    ways: Ways,
    catching_up: JoinHandle<()>,
}

impl Edge {
    async fn of(world: &World, copies: Hostile) -> Self {
        let ways = Ways::to(&world.database.of("equoria_edge").over_tcp()).await;
        let verifier = world.app.tokens.verifier().clone();
        let version = migrate::expected_version();
        let reads = Reads::new(ways.clone(), RealTime, verifier, version);
        let catching_up = tokio::spawn(ways.clone().keep_catching_up(copies.chance.clone()));
        let reads = reads.with_copies(copies, i64::MAX);
        Self {
            router: request::complete(reads::router(reads)),
            ways,
            catching_up,
        }
    }
}

impl Drop for Edge {
    fn drop(&mut self) {
        self.catching_up.abort();
    }
}

impl Door for Edge {
    async fn get(&self, path: &str, headers: HeaderMap) -> Reply {
        let mut request = Request::get(path).body(Body::empty()).unwrap();
        *request.headers_mut() = headers;
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Reply {
            of: path.to_owned(),
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.into(),
        }
    }
}

/// Two edges with one cache.
struct Edges {
    both: [Arc<Edge>; 2],
    copies: Hostile,
}

impl Edges {
    async fn of(world: &World) -> Self {
        let copies = Hostile {
            kept: Arc::default(),
            chance: Chance::from(7),
        };
        let one = Edge::of(world, copies.clone()).await;
        let other = Edge::of(world, copies.clone()).await;
        Self {
            both: [Arc::new(one), Arc::new(other)],
            copies,
        }
    }
}

impl fmt::Display for Edges {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let asked = |of: fn(&Ways) -> &AtomicUsize| -> usize {
            let each = self.both.iter().map(|edge| of(&edge.ways));
            each.map(|it| it.load(Ordering::Relaxed)).sum()
        };
        let kept = self.copies.kept.lock().unwrap();
        write!(
            out,
            "{} questions to the way that is behind, {} to the database itself; {} copies at last",
            asked(|it| &it.asked_behind),
            asked(|it| &it.asked_fresh),
            kept.values().map(Vec::len).sum::<usize>(),
        )
    }
}

/// On a server of its own: a transaction of another test that stays open would hold the horizon of every copy.
async fn alone() -> (Postgres, World) {
    let postgres = Postgres::start().await;
    let database = postgres.database();
    let config = harness::world::config(&database);
    (postgres, World::on(database, config).await)
}

/// Lets forty-eight sessions act that carry their marks in these, and tells what was broken and what was asked.
async fn play(world: &World, carriers: &'static [Carrier], operations: usize) -> (Broken, String) {
    let edges = Edges::of(world).await;
    let desks = vec![world.client.clone()];
    let scene = Scene::of(world, edges.both.to_vec(), desks, carriers).await;
    // Who has seen nothing may be told that a horse is not there which was put there just now.
    for edge in &edges.both {
        edge.ways.catch_up().await;
    }
    let broken = scene.play(48, operations).await;
    (broken, format!("{scene}; {edges}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_session_sees_the_past_in_a_hundred_thousand_operations_and_without_marks_they_do() {
    const OPERATIONS: usize = 100_000;
    const FEWER: usize = OPERATIONS / 20;
    let (_postgres, world) = alone().await;
    let mindful = &[Carrier::Header, Carrier::Header, Carrier::Cookies];
    let (broken, what) = play(&world, mindful, OPERATIONS).await;
    let all = broken.all();
    println!("{OPERATIONS} operations: {all} violations; {what}");
    assert_eq!(broken, Broken::default());
    let (broken, what) = play(&world, &[Carrier::Nothing], FEWER).await;
    println!("without marks, {FEWER} operations: {broken:?}; {what}");
    assert!(broken.has_each(), "{broken:?}");
}
