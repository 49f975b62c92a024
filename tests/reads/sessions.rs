//! A checker of histories: many sessions write through the native API and read at two edges whose caches are hostile.
//!
//! A cache here keeps all that it was ever given by either edge, and gives whichever it likes: fills that come late and in
//! another order, purges that are lost, answers of the other edge. The way that may be behind shows a snapshot which
//! stands still for a while, as a standby does. What each session sees is compared with what it must see.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use chrono::{DateTime, Utc};
use equoria::config::Database as Place;
use equoria::db::connect;
use equoria::ops::migrate;
use harness::{Player, Postgres, World};
use reads::copies::{Copies, Getting, Kept};
use reads::{Clock, Connect, Failure, Freshness, Reads, request};
use serde_json::{Value, json};
use std::future::Future;
use std::pin::Pin;
use tokio::task::{JoinHandle, JoinSet};
use tower::ServiceExt as _;

/// A horse's number in this test.
type Register = usize;

/// How often each horse was renamed, as far as somebody must know.
type Known = BTreeMap<Register, u64>;

/// Numbers that follow from a seed: the same quarrels in each run.
#[derive(Clone)]
struct Chance(Arc<AtomicU64>);

impl Chance {
    fn from(seed: u64) -> Self {
        Self(Arc::new(AtomicU64::new(seed)))
    }

    /// SplitMix64, of which the numbers below `end` are taken.
    fn below(&self, end: usize) -> usize {
        let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap()
    }
}

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

    /// Lets the way that is behind catch up, now and then.
    async fn catch_up(self, chance: Chance) {
        let again = "commit; begin isolation level repeatable read; select horizons()";
        loop {
            let pause = Duration::from_millis(chance.below(200) as u64);
            tokio::time::sleep(pause).await;
            self.behind.batch_execute(again).await.unwrap();
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

/// What a session must see, and why.
#[derive(Clone, Default)]
struct Must {
    /// It wrote so itself.
    wrote: Known,
    /// It was shown so.
    read: Known,
    /// Somebody whose later write it was shown had written so before.
    writers_wrote: Known,
    /// Somebody whose write it was shown had seen so before.
    writers_read: Known,
}

fn raise(known: &mut Known, by: &Known) {
    for (register, count) in by {
        let before = known.entry(*register).or_default();
        *before = (*before).max(*count);
    }
}

/// How often each guarantee was broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Broken {
    own_writes: usize,
    monotonic_reads: usize,
    monotonic_writes: usize,
    writes_after_reads: usize,
}

impl Broken {
    const fn all(self) -> usize {
        self.own_writes + self.monotonic_reads + self.monotonic_writes + self.writes_after_reads
    }
}

/// What was done, and what was seen that should not have been.
#[derive(Default)]
struct History {
    operations: AtomicUsize,
    writes: AtomicUsize,
    broken: Mutex<Broken>,
    /// What the writer of each name had written, and what else it knew.
    causes: Mutex<HashMap<(Register, u64), (Known, Known)>>,
}

/// A horse whose name counts: who writes next waits for who writes now.
struct Horse {
    id: i64,
    owner: usize,
    last: tokio::sync::Mutex<(u64, String)>,
}

/// Everything that the sessions share.
struct Scene {
    players: Vec<Player>,
    horses: Vec<Horse>,
    by_id: HashMap<i64, Register>,
    edges: Vec<(Router, Ways)>,
    copies: Hostile,
    catching_up: Vec<JoinHandle<()>>,
    history: History,
    has_tokens: bool,
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.catching_up.iter().for_each(JoinHandle::abort);
    }
}

impl Scene {
    async fn of(world: &World, has_tokens: bool) -> Self {
        let mut players = Vec::new();
        let mut horses = Vec::new();
        for (owner, name) in ["Ann", "Ben", "Cleo"].into_iter().enumerate() {
            let player = world.player(&format!("{name} {has_tokens}")).await;
            for _ in 0..3 {
                let id = world.mare(&player).await;
                let shown = player.get(&format!("/v1/horses/{id}")).await.require(200);
                let last = tokio::sync::Mutex::new((0, shown.etag().to_owned()));
                horses.push(Horse { id, owner, last });
            }
            players.push(player);
        }
        let chance = Chance::from(7);
        let copies = Hostile {
            kept: Arc::default(),
            chance: chance.clone(),
        };
        let place = world.database.of("equoria_edge").over_tcp();
        let (mut edges, mut catching_up) = (Vec::new(), Vec::new());
        for _ in 0..2 {
            let ways = Ways::to(&place).await;
            let verifier = world.app.tokens.verifier().clone();
            let version = migrate::expected_version();
            let reads = Reads::new(ways.clone(), RealTime, verifier, version);
            let reads = reads.with_copies(copies.clone(), i64::MAX);
            edges.push((request::complete(reads::router(reads)), ways.clone()));
            catching_up.push(tokio::spawn(ways.catch_up(chance.clone())));
        }
        let by_id = horses.iter().enumerate().map(|(at, it)| (it.id, at));
        Self {
            by_id: by_id.collect(),
            players,
            horses,
            edges,
            copies,
            catching_up,
            history: History::default(),
            has_tokens,
        }
    }

    /// Lets sessions act until so many operations are done.
    async fn play(self: Arc<Self>, sessions: usize, operations: usize) -> Broken {
        let mut acting = JoinSet::new();
        for at in 0..sessions {
            let session = Session {
                owner: at % self.players.len(),
                seen: "1.0".to_owned(),
                must: Must::default(),
                chance: Chance::from(1000 + at as u64),
                scene: Arc::clone(&self),
            };
            acting.spawn(session.act(operations));
        }
        while let Some(ended) = acting.join_next().await {
            ended.unwrap();
        }
        *self.history.broken.lock().unwrap()
    }
}

struct Session {
    owner: usize,
    seen: String,
    must: Must,
    chance: Chance,
    scene: Arc<Scene>,
}

impl Session {
    async fn act(mut self, operations: usize) {
        let done = |scene: &Scene| scene.history.operations.fetch_add(1, Ordering::Relaxed);
        while done(&self.scene) < operations {
            match self.chance.below(60) {
                0 => self.write().await,
                1..20 => self.look_at_all().await,
                _ => self.look().await,
            }
        }
    }

    /// Renames a horse of one's own through the native API.
    async fn write(&mut self) {
        let scene = Arc::clone(&self.scene);
        let own = self.owner * 3 + self.chance.below(3);
        let horse = &scene.horses[own];
        assert_eq!(horse.owner, self.owner);
        let mut last = horse.last.lock().await;
        let count = last.0 + 1;
        self.note_causes(own, count);
        let path = format!("/v1/horses/{}", horse.id);
        let ask = scene.players[self.owner].ask("PATCH", &path);
        let ask = ask.if_match(&last.1).header("equoria-seen", &self.seen);
        let name = json!({"name": format!("Number {count}")});
        let reply = ask.json(&name).send().await.require(200);
        *last = (count, reply.etag().to_owned());
        drop(last);
        self.keep(reply.header("equoria-seen"));
        self.must.wrote.insert(own, count);
        scene.history.writes.fetch_add(1, Ordering::Relaxed);
    }

    /// Whoever sees this name must see what its writer wrote before, and what that one had seen.
    fn note_causes(&self, register: Register, count: u64) {
        let mut read = self.must.read.clone();
        raise(&mut read, &self.must.writers_wrote);
        raise(&mut read, &self.must.writers_read);
        let mut causes = self.scene.history.causes.lock().unwrap();
        causes.insert((register, count), (self.must.wrote.clone(), read));
    }

    async fn look(&mut self) {
        let id = self.scene.horses[self.chance.below(self.scene.horses.len())].id;
        let horse = self.get(&format!("/v1/horses/{id}")).await;
        self.compare(&[horse]);
    }

    async fn look_at_all(&mut self) {
        let owner = self.chance.below(self.scene.players.len());
        let owner = self.scene.players[owner].id;
        let list = self.get(&format!("/v1/horses?owner={owner}")).await;
        self.compare(list["items"].as_array().unwrap());
    }

    /// Reads at either edge.
    async fn get(&mut self, path: &str) -> Value {
        let (router, _) = &self.scene.edges[self.chance.below(2)];
        let ask = Request::get(path).header("equoria-seen", &self.seen);
        let answer = router.clone().oneshot(ask.body(Body::empty()).unwrap());
        let answer = answer.await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let shown: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(parts.status, 200, "{path}: {shown}");
        self.keep(parts.headers["equoria-seen"].to_str().unwrap());
        shown
    }

    fn keep(&mut self, seen: &str) {
        if self.scene.has_tokens {
            seen.clone_into(&mut self.seen);
        }
    }

    /// Compares an answer with what must be seen, all of it before anything is learnt from it.
    fn compare(&mut self, horses: &[Value]) {
        let shown = horses.iter().map(|horse| {
            let register = self.scene.by_id[&horse["id"].as_i64().unwrap()];
            let name = horse["name"].as_str().unwrap();
            let count = name.strip_prefix("Number ").map(|it| it.parse().unwrap());
            (register, count.unwrap_or(0))
        });
        let shown: Vec<(Register, u64)> = shown.collect();
        let causes = self.scene.history.causes.lock().unwrap();
        // One answer is one moment: what one of its rows rests on counts for the others.
        let mut must = self.must.clone();
        for (wrote, read) in shown.iter().filter_map(|it| causes.get(it)) {
            raise(&mut must.writers_wrote, wrote);
            raise(&mut must.writers_read, read);
        }
        drop(causes);
        let mut broken = self.scene.history.broken.lock().unwrap();
        for (register, count) in &shown {
            let lacks = |known: &Known| known.get(register).is_some_and(|must| count < must);
            broken.own_writes += usize::from(lacks(&must.wrote));
            broken.monotonic_reads += usize::from(lacks(&must.read));
            broken.monotonic_writes += usize::from(lacks(&must.writers_wrote));
            broken.writes_after_reads += usize::from(lacks(&must.writers_read));
        }
        drop(broken);
        raise(&mut must.read, &shown.into_iter().collect());
        self.must = must;
    }
}

impl fmt::Display for Scene {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |it: &AtomicUsize| it.load(Ordering::Relaxed);
        let asked = |of: fn(&Ways) -> &AtomicUsize| -> usize {
            self.edges.iter().map(|(_, ways)| number(of(ways))).sum()
        };
        let copies: usize = self
            .copies
            .kept
            .lock()
            .unwrap()
            .values()
            .map(Vec::len)
            .sum();
        write!(
            out,
            "{} writes; {} questions to the way that is behind, {} to the database itself; {copies} copies at last",
            number(&self.history.writes),
            asked(|it| &it.asked_behind),
            asked(|it| &it.asked_fresh),
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_session_sees_the_past_in_a_hundred_thousand_operations_and_without_marks_they_do() {
    const OPERATIONS: usize = 100_000;
    let (_postgres, world) = alone().await;
    let scene = Arc::new(Scene::of(&world, true).await);
    let broken = Arc::clone(&scene).play(48, OPERATIONS).await;
    println!(
        "{OPERATIONS} operations: {} violations; {scene}",
        broken.all()
    );
    assert_eq!(broken, Broken::default());
    let scene = Arc::new(Scene::of(&world, false).await);
    let broken = Arc::clone(&scene).play(48, OPERATIONS / 20).await;
    println!(
        "without marks, {} operations: {broken:?}; {scene}",
        OPERATIONS / 20
    );
    assert!(
        broken.own_writes > 0 && broken.monotonic_reads > 0,
        "{broken:?}"
    );
    assert!(
        broken.monotonic_writes > 0 && broken.writes_after_reads > 0,
        "{broken:?}"
    );
}
