//! A checker of histories: many sessions write, and read wherever a test lets them; what each of them is shown is compared
//! with what it must see.
//!
//! Each horse's name counts how often it was renamed, and only one session renames a horse at a time, so that each answer
//! tells which writes it rests on. What must be seen follows from the answers and writes of a session alone: whatever
//! stands between it and the database may be as hostile as a test can make it.

mod chance;
mod known;
mod marks;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::http::HeaderMap;
use axum::http::header::IF_NONE_MATCH;
use equoria::app::App;
use rules::id::UserId;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{Client, Player, Reply, World};
use known::{Must, Register};
use marks::Marks;

pub use chance::Chance;
pub use known::Broken;
pub use marks::Carrier;

/// Where sessions read.
pub trait Door: Send + Sync + 'static {
    /// Answers a GET of this path.
    fn get(&self, path: &str, headers: HeaderMap) -> impl Future<Output = Reply> + Send;
}

impl Door for Client {
    async fn get(&self, path: &str, headers: HeaderMap) -> Reply {
        let mut ask = self.ask("GET", path);
        for (name, value) in &headers {
            ask = ask.header(name.as_str(), value.to_str().expect("a value of ours"));
        }
        ask.send().await
    }
}

impl<D: Door> Door for Arc<D> {
    fn get(&self, path: &str, headers: HeaderMap) -> impl Future<Output = Reply> + Send {
        D::get(self, path, headers)
    }
}

/// How many horses each player has.
const HORSES: usize = 3;

/// How often in a row a session is turned away before it gives up.
const PATIENCE: usize = 30;

/// A horse whose name counts: who writes next waits for who writes now.
struct Horse {
    id: i64,
    last: tokio::sync::Mutex<(u64, String)>,
}

/// What was done, and what was seen that should not have been.
#[derive(Default)]
struct History {
    operations: AtomicUsize,
    writes: AtomicUsize,
    unchanged: AtomicUsize,
    turned_away: AtomicUsize,
    broken: Mutex<Broken>,
    causes: known::Causes,
}

/// Everything that the sessions share.
pub struct Scene<D> {
    players: Vec<Player>,
    horses: Vec<Horse>,
    by_id: HashMap<i64, Register>,
    /// Where is read.
    doors: Vec<D>,
    /// Where is written.
    desks: Vec<Client>,
    /// What the sessions carry their marks in, in turns.
    carriers: &'static [Carrier],
    app: App,
    history: History,
}

impl<D: Door> Scene<D> {
    /// Players with horses in a world, whose sessions read at these doors and write at these desks.
    ///
    /// # Panics
    /// When the world does not take them.
    pub async fn of(
        world: &World,
        doors: Vec<D>,
        desks: Vec<Client>,
        carriers: &'static [Carrier],
    ) -> Arc<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let scene = COUNT.fetch_add(1, Ordering::Relaxed);
        let (mut players, mut horses) = (Vec::new(), Vec::new());
        for name in ["Ann", "Ben", "Cleo"] {
            let player = world.player(&format!("{name} {scene}")).await;
            for _ in 0..HORSES {
                let id = world.mare(&player).await;
                let shown = player.get(&format!("/v1/horses/{id}")).await.require(200);
                let last = tokio::sync::Mutex::new((0, shown.etag().to_owned()));
                horses.push(Horse { id, last });
            }
            players.push(player);
        }
        let by_id = horses.iter().enumerate().map(|(at, it)| (it.id, at));
        Arc::new(Self {
            by_id: by_id.collect(),
            players,
            horses,
            doors,
            desks,
            carriers,
            app: world.app.clone(),
            history: History::default(),
        })
    }

    /// Lets sessions act until so many operations are done, and tells how often a guarantee was broken.
    ///
    /// # Panics
    /// When something is not answered at all, or a write is refused.
    pub async fn play(self: &Arc<Self>, sessions: usize, operations: usize) -> Broken {
        let mut acting = JoinSet::new();
        for at in 0..sessions {
            let session = Session {
                owner: at % self.players.len(),
                marks: Marks::carried_in(self.carriers[at % self.carriers.len()]),
                must: Must::default(),
                kept: HashMap::new(),
                chance: Chance::from(1000 + at as u64),
                scene: Arc::clone(self),
            };
            acting.spawn(session.act(operations));
        }
        while let Some(ended) = acting.join_next().await {
            ended.expect("a session acts to its end");
        }
        *self.history.broken.lock().unwrap()
    }

    /// As [`Scene::play`], a thousand operations at a time, until each guarantee was broken; tells after how many, too.
    ///
    /// # Panics
    /// When one of them still holds after so many operations.
    pub async fn play_until_each_is_broken(
        self: &Arc<Self>,
        sessions: usize,
        at_most: usize,
    ) -> (usize, Broken) {
        let mut operations = 0;
        loop {
            operations += 1_000;
            let broken = self.play(sessions, operations).await;
            if broken.has_each() {
                return (operations, broken);
            }
            assert!(operations < at_most, "only {broken:?} after {operations}");
        }
    }

    /// How many operations were begun.
    pub fn operations(&self) -> usize {
        self.history.operations.load(Ordering::Relaxed)
    }

    /// Speaks for a player at one of the desks. A token lasts ten minutes, which a long play outlasts.
    fn desk(&self, owner: usize, chance: &Chance) -> Client {
        let player = &self.players[owner];
        let tokens = &self.app.tokens;
        let token = tokens.issue(UserId::new(player.id), player.session, 0);
        let desk = &self.desks[chance.below(self.desks.len())];
        desk.with_token(&token.expect("a token can be signed"))
    }
}

impl<D> fmt::Display for Scene<D> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |it: &AtomicUsize| it.load(Ordering::Relaxed);
        write!(
            out,
            "{} writes, {} answers of 304, {} of 503",
            number(&self.history.writes),
            number(&self.history.unchanged),
            number(&self.history.turned_away),
        )
    }
}

struct Session<D> {
    owner: usize,
    marks: Marks,
    must: Must,
    /// The answers that its own cache has kept, each with its tag.
    kept: HashMap<String, (String, Value)>,
    chance: Chance,
    scene: Arc<Scene<D>>,
}

impl<D: Door> Session<D> {
    async fn act(mut self, operations: usize) {
        let done = |scene: &Scene<D>| scene.history.operations.fetch_add(1, Ordering::Relaxed);
        while done(&self.scene) < operations {
            match self.chance.below(60) {
                0 => self.write().await,
                1..20 => self.look_at_all().await,
                _ => self.look().await,
            }
        }
    }

    /// Renames a horse of one's own.
    async fn write(&mut self) {
        let scene = Arc::clone(&self.scene);
        let own = self.owner * HORSES + self.chance.below(HORSES);
        let horse = &scene.horses[own];
        let mut last = horse.last.lock().await;
        let count = last.0 + 1;
        scene.history.causes.note((own, count), &self.must);
        let path = format!("/v1/horses/{}", horse.id);
        let mut ask = scene.desk(self.owner, &self.chance).ask("PATCH", &path);
        for (name, value) in &self.marks.headers() {
            ask = ask.header(name.as_str(), value.to_str().expect("a value of ours"));
        }
        let name = json!({"name": format!("Number {count}")});
        let reply = ask.if_match(&last.1).json(&name).send().await.require(200);
        *last = (count, reply.etag().to_owned());
        drop(last);
        self.marks.keep(&reply.headers);
        self.must.wrote.insert(own, count);
        scene.history.writes.fetch_add(1, Ordering::Relaxed);
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
        self.compare(list["items"].as_array().expect("a list"));
    }

    /// Reads at one of the doors, and at another one after a 503.
    async fn get(&mut self, path: &str) -> Value {
        let scene = Arc::clone(&self.scene);
        for _ in 0..PATIENCE {
            let door = &scene.doors[self.chance.below(scene.doors.len())];
            let mut headers = self.marks.headers();
            let kept = self.kept.get(path).filter(|_| self.chance.below(2) == 0);
            if let Some((etag, _)) = kept {
                headers.insert(IF_NONE_MATCH, etag.parse().expect("a tag that was given"));
            }
            let reply = door.get(path, headers).await;
            if reply.status == 503 {
                scene.history.turned_away.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            self.marks.keep(&reply.headers);
            return self.shown(path, reply);
        }
        panic!("{path}: turned away {PATIENCE} times in a row");
    }

    /// What an answer shows: after a 304 what its own cache has kept.
    fn shown(&mut self, path: &str, reply: Reply) -> Value {
        if reply.status == 304 {
            self.scene.history.unchanged.fetch_add(1, Ordering::Relaxed);
            let (etag, kept) = &self.kept[path];
            assert_eq!(reply.etag(), etag, "{path}");
            return kept.clone();
        }
        let reply = reply.require(200);
        let shown = reply.json();
        let kept = (reply.etag().to_owned(), shown.clone());
        self.kept.insert(path.to_owned(), kept);
        shown
    }

    fn compare(&mut self, horses: &[Value]) {
        let shown = horses.iter().map(|horse| {
            let id = horse["id"].as_i64().expect("a horse has an id");
            let name = horse["name"].as_str().expect("a horse has a name");
            let count = name.strip_prefix("Number ");
            let count = count.map_or(0, |it| it.parse().expect("a number"));
            (self.scene.by_id[&id], count)
        });
        let shown: Vec<_> = shown.collect();
        let broken = self.must.compare(&shown, &self.scene.history.causes);
        self.scene.history.broken.lock().unwrap().add(broken);
    }
}
