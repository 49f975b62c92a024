//! More than one machine: a primary with a standby, a pooler in transaction mode, two native APIs behind one door, two
//! workers of the jobs, and a Worker whose cached reads go to the standby.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use equoria::bench::crash::{Before, Kind, Promises};
use equoria::config::{Environment, TokenKey, hex};
use harness::world::wire;
use harness::{Client, Edge, Native, PgBouncer, Postgres, Reply, Standby, native};
use serde_json::{Value, json};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::readme::require_played;
use crate::run;

/// How long anything may take that happens by itself.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many sessions of the server the pooler lends to each role.
const SESSIONS: u32 = 6;

/// Players who write at the same time.
const PLAYERS: usize = 6;

/// Acknowledged writes from one blow to the next.
const BETWEEN: usize = 30;

/// How long after its opening a show runs.
const UNTIL_RUN: TimeDelta = TimeDelta::seconds(6);

/// What stands in front of the native APIs: it passes a connection on to the first that takes it.
struct Door {
    url: String,
    passing: JoinHandle<()>,
}

impl Door {
    async fn before(ports: Vec<u16>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let passing = tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let ports = ports.clone();
                tokio::spawn(async move {
                    for port in ports {
                        if let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await {
                            return copy_bidirectional(&mut client, &mut server)
                                .await
                                .map(|_| ());
                        }
                    }
                    Ok(())
                });
            }
        });
        Self { url, passing }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.passing.abort();
    }
}

/// All of them. What is used by others ends after them.
struct Machines {
    edge: Edge,
    door: Door,
    servers: Vec<Native>,
    workers: Vec<Native>,
    pooler: PgBouncer,
    standby: Standby,
    primary: Postgres,
}

impl Machines {
    async fn start() -> Self {
        let primary = Postgres::start().await;
        let standby = Standby::of(&primary).await;
        let pooler = PgBouncer::before(&primary.database(), SESSIONS).await;
        let environment = environment(&primary, &standby, &pooler);
        let spawn = |arguments: &[&str]| Native::spawn(&environment, arguments);
        let mut servers: Vec<Native> = (0..2).map(|_| spawn(&["serve", "--no-jobs"])).collect();
        let workers = (0..2).map(|_| spawn(&["work"])).collect();
        for server in &mut servers {
            server.ready().await;
        }
        let ports = servers
            .iter()
            .map(|it| it.url.rsplit(':').next().unwrap().parse().unwrap());
        let door = Door::before(ports.collect()).await;
        let behind = standby.database().of("equoria_edge").over_tcp();
        let fresh = pooler.way(&primary.database(), "equoria_edge");
        let edge = Edge::start_between(&behind, &fresh, &environment, &door.url).await;
        Self {
            edge,
            door,
            servers,
            workers,
            pooler,
            standby,
            primary,
        }
    }

    /// Where a player may ask: the Worker, and each native API.
    fn places(&self) -> Vec<Client> {
        let servers = self.servers.iter().map(|it| it.url.as_str());
        [self.edge.url.as_str()]
            .into_iter()
            .chain(servers)
            .map(Client::at)
            .collect()
    }
}

/// What the native APIs and the workers are told: the pooler for the primary, and the standby by itself. The Worker keeps no
/// copies here, so that each of its reads goes to a database.
fn environment(primary: &Postgres, standby: &Standby, pooler: &PgBouncer) -> Environment {
    let database = primary.database();
    let pooled = |role| pooler.way(&database, role).url();
    native::environment(&database)
        .with("DATABASE_URL", &pooled("equoria_writer"))
        .with("DATABASE_READ_URL", &pooled("equoria_reader"))
        .with(
            "DATABASE_STANDBY_URL",
            &standby.database().of("equoria_reader").url(),
        )
        .with("EQUORIA_COPIES_FOR_S", "0")
}

#[test]
fn the_story_passes_and_nothing_that_was_acknowledged_is_lost_with_a_standby_a_server_or_a_worker()
{
    run(async {
        let mut machines = Machines::start().await;
        require_the_key_is_told(&machines.servers[0]);
        require_the_token_decides(&machines).await;
        require_played(&machines.edge.url).await;
        let admin = machines.primary.database().admin().await;
        let table = Arc::new(Table::of(&machines).await);
        let before = Before::of(&admin).await.unwrap();
        let mut playing = JoinSet::new();
        for number in 0..PLAYERS {
            playing.spawn(Arc::clone(&table).play(number));
        }
        table.until(BETWEEN).await;
        let read_at_the_standby = transactions(&machines.standby).await;
        machines.standby.kill();
        table.until(2 * BETWEEN).await;
        machines.servers[0].kill();
        table.until(3 * BETWEEN).await;
        machines.workers[0].kill();
        table.until(5 * BETWEEN).await;
        table.is_over.store(true, Ordering::SeqCst);
        while let Some(played) = playing.join_next().await {
            played.unwrap();
        }
        let promises = table.promises.lock().unwrap().clone();
        let settled = until_all_ended(&admin, &promises).await;
        let verdict = before.judge(&admin, &promises).await.unwrap();
        let by_worker = machines
            .workers
            .iter()
            .map(|it| it.log().matches("show settled").count());
        println!(
            "{table}; {settled} shows settled, by worker {:?}; at least {read_at_the_standby} transactions at the standby; lost {}, \
             unheard of {}",
            by_worker.collect::<Vec<_>>(),
            verdict.lost,
            verdict.unheard_of
        );
        assert_eq!((verdict.lost, verdict.unheard_of), (0, 0));
        assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
        assert!(
            settled > 0 && table.repeated.load(Ordering::SeqCst) > 0,
            "{table}"
        );
        let log = machines.pooler.log();
        assert!(
            !log.contains("does not exist") && !log.contains("already exists"),
            "{log}"
        );
        // What ends by itself is told to the Worker's door too: it still leads somewhere.
        Client::at(&machines.door.url)
            .get("/health/ready")
            .await
            .require(200);
    });
}

/// What a Worker must know of the native API's key stands in its log.
fn require_the_key_is_told(server: &Native) {
    let key = server
        .environment()
        .get("EQUORIA_TOKEN_KEY")
        .unwrap()
        .unwrap();
    let key = TokenKey::from_hex("EQUORIA_TOKEN_KEY", &key).unwrap();
    let log = server.log();
    assert!(
        log.contains(&format!("token_public_key={:?}", hex(&key.public()))),
        "{log}"
    );
    assert!(!log.contains(&key.seed().hex()));
}

/// With a standby that stands still, who wrote is answered by the primary, and who saw nothing by the standby: by the Worker
/// and by a native API alike.
async fn require_the_token_decides(machines: &Machines) {
    machines.standby.pause().await;
    for place in machines.places().into_iter().take(2) {
        let ann = place.remembering();
        let signed = ann.sign_up("Ann").await.client;
        let path = format!("/v1/horses/{}", starter(&signed).await);
        ann.get(&path).await.require(200);
        place.get(&path).await.refused(404, "horse-not-found");
        let fresh = place.ask("GET", &path).header("equoria-seen", "fresh");
        fresh.send().await.require(200);
    }
    machines.standby.resume().await;
    machines.standby.catches_up_with(&machines.primary).await;
}

async fn starter(player: &Client) -> i64 {
    let body = json!({"breed": "Arabian", "name": "First Light"});
    let given = player.post("/v1/horses/starter", &body).await.require(201);
    given.json()["id"].as_i64().unwrap()
}

/// How many transactions a server has ended, as far as they have been counted.
async fn transactions(of: &Postgres) -> i64 {
    let sql = "select xact_commit from pg_stat_database where datname = current_database()";
    let admin = of.database().admin().await;
    admin.query_one(sql, &[]).await.unwrap().get(0)
}

/// Waits until every show that was promised has ended, and says how many were settled.
async fn until_all_ended(admin: &tokio_postgres::Client, promises: &Promises) -> i64 {
    let sql =
        "select count(*) filter (where state = 'open'), count(*) filter (where state = 'settled')
        from shows where id = any ($1)";
    let shows = promises.ids(Kind::Show);
    let since = Instant::now();
    loop {
        let row = admin.query_one(sql, &[&shows]).await.unwrap();
        if row.get::<_, i64>(0) == 0 {
            return row.get(1);
        }
        assert!(since.elapsed() < PATIENCE, "shows were not settled");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What all players share.
struct Table {
    places: Vec<Client>,
    players: Vec<Player>,
    /// Shows that take entries, each with the instant of its run by the game's clock.
    shows: Mutex<Vec<(i64, DateTime<Utc>)>>,
    /// How far the game's clock is ahead.
    ahead: TimeDelta,
    promises: Mutex<Promises>,
    is_over: AtomicBool,
    repeated: AtomicUsize,
    replayed: AtomicUsize,
    refused: AtomicUsize,
    read: AtomicUsize,
}

/// A player with what she carries from place to place.
struct Player {
    token: String,
    seen: Client,
    horses: Vec<i64>,
}

/// A write under a key of its own.
struct Wish {
    kind: Kind,
    path: String,
    body: Value,
    /// Where the effect can be seen by everyone, and the id that is to be found there, if not only the thing itself.
    shown: Option<(String, i64)>,
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |it: &AtomicUsize| it.load(Ordering::SeqCst);
        write!(
            out,
            "{} writes acknowledged, {} refused; {} requests sent again, {} of them answered from their keys; {} reads of what was \
             written, each saw it",
            self.promises.lock().unwrap().kept.len(),
            number(&self.refused),
            number(&self.repeated),
            number(&self.replayed),
            number(&self.read),
        )
    }
}

impl Table {
    async fn of(machines: &Machines) -> Self {
        let places = machines.places();
        let clock = places[1].read("/dev/clock").await;
        let mut players = Vec::new();
        for number in 0..PLAYERS {
            let seen = places[0].remembering();
            let client = seen.sign_up(&format!("Rider {number}")).await.client;
            let horses = vec![starter(&client).await];
            let token = client.token().unwrap().to_owned();
            players.push(Player {
                token,
                seen,
                horses,
            });
        }
        Self {
            places,
            players,
            shows: Mutex::default(),
            ahead: TimeDelta::milliseconds(clock["ahead_ms"].as_i64().unwrap()),
            promises: Mutex::default(),
            is_over: AtomicBool::new(false),
            repeated: AtomicUsize::new(0),
            replayed: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
            read: AtomicUsize::new(0),
        }
    }

    /// Waits until so many writes were acknowledged.
    async fn until(&self, writes: usize) {
        let since = Instant::now();
        while self.promises.lock().unwrap().kept.len() < writes {
            assert!(
                since.elapsed() < PATIENCE,
                "the players stand still: {self}"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Trains every horse once; then opens a show and enters it and those of others, again and again.
    async fn play(self: Arc<Self>, number: usize) {
        let mut wishes: Vec<Wish> = self.players[number]
            .horses
            .iter()
            .map(|it| training(*it))
            .collect();
        let (mut made, mut entered) = (0, 0);
        while !self.is_over.load(Ordering::SeqCst) {
            let Some(wish) = wishes.pop() else {
                let shows = self.shows.lock().unwrap().clone();
                let closing = self.now() + TimeDelta::seconds(1);
                let open = shows[entered..]
                    .iter()
                    .filter(|(_, runs_at)| *runs_at > closing);
                let horses = &self.players[number].horses;
                wishes.extend(
                    open.flat_map(|(show, _)| horses.iter().map(|horse| entry(*show, *horse))),
                );
                entered = shows.len();
                if wishes.is_empty() {
                    wishes.push(self.show(number, made));
                }
                continue;
            };
            made += 1;
            self.fulfil(number, made, &wish).await;
        }
    }

    fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.ahead
    }

    fn show(&self, number: usize, made: usize) -> Wish {
        let body = json!({"name": format!("Show {made} of rider {number}"), "discipline": "Racing", "entry_fee": 1, "prize": 10,
            "run_date": wire(self.now() + UNTIL_RUN)});
        Wish {
            kind: Kind::Show,
            path: "/v1/shows".to_owned(),
            body,
            shown: None,
        }
    }

    /// Sends the write until it is answered, each time elsewhere, and looks at the Worker whether it is seen.
    async fn fulfil(&self, number: usize, made: usize, wish: &Wish) {
        let reply = self.insist(number, made, wish).await;
        if reply.status != 201 {
            // Too late, too many, or no coins left.
            let expected = [
                "show-closed",
                "show-over",
                "not-enough-coins",
                "limit-reached",
                "run-date-past",
            ];
            assert!(
                expected.contains(&reply.problem()["code"].as_str().unwrap()),
                "{}",
                reply.text()
            );
            self.refused.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(50)).await;
            return;
        }
        let id = reply.json()["id"].as_i64().unwrap();
        self.promises.lock().unwrap().kept.push((wish.kind, id));
        if wish.kind == Kind::Show {
            let runs_at = wish.body["run_date"].as_str().unwrap().parse().unwrap();
            self.shows.lock().unwrap().push((id, runs_at));
        }
        self.require_seen(number, wish, id).await;
    }

    async fn insist(&self, number: usize, made: usize, wish: &Wish) -> Reply {
        let player = &self.players[number];
        let since = Instant::now();
        for attempt in 0.. {
            let place = &self.places[(number + made + attempt) % self.places.len()];
            let ask = place.with_token(&player.token).ask("POST", &wish.path);
            let ask = ask.key(&format!("wish-{made}")).json(&wish.body);
            match ask
                .header("equoria-seen", &player.seen.seen())
                .try_send()
                .await
            {
                // What broke off says nothing about the write: that is why it is sent again.
                Err(_) => {}
                Ok(reply) if matches!(reply.status, 503 | 504) => {}
                Ok(reply) => {
                    let is_replayed = reply.header("idempotency-replayed") == "true";
                    self.replayed
                        .fetch_add(usize::from(is_replayed), Ordering::SeqCst);
                    player.seen.sees(&reply);
                    return reply;
                }
            }
            self.repeated.fetch_add(1, Ordering::SeqCst);
            assert!(since.elapsed() < PATIENCE, "{} was not answered", wish.path);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        unreachable!("attempts have no end")
    }

    /// Reads as everyone does, with the marks of this session: the Worker asks the standby first, if there is one.
    async fn require_seen(&self, number: usize, wish: &Wish, id: i64) {
        let thing = (format!("/v1/shows/{id}"), id);
        let (path, id) = wish.shown.as_ref().unwrap_or(&thing);
        let seen = self.players[number]
            .seen
            .get(path)
            .await
            .require(200)
            .json();
        let is_there = match wish.kind {
            Kind::Show => seen["id"] == *id,
            Kind::Entry => items(&seen).any(|it| it["horse"]["id"] == *id),
            Kind::Training => items(&seen).next().is_some(),
        };
        assert!(is_there, "{path} does not show {id}: {seen}");
        self.read.fetch_add(1, Ordering::SeqCst);
    }
}

fn items(page: &Value) -> impl Iterator<Item = &Value> {
    page["items"].as_array().unwrap().iter()
}

fn training(horse: i64) -> Wish {
    let path = format!("/v1/horses/{horse}/training");
    Wish {
        kind: Kind::Training,
        body: json!({"discipline": "Racing"}),
        shown: Some((path.clone(), horse)),
        path,
    }
}

fn entry(show: i64, horse: i64) -> Wish {
    let path = format!("/v1/shows/{show}/entries");
    Wish {
        kind: Kind::Entry,
        body: json!({"horse_id": horse}),
        shown: Some((format!("{path}?limit=100"), horse)),
        path,
    }
}
