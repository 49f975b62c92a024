//! Reads that a standby answers, and the primary where a session has seen more or the standby does not answer.

use std::fs;
use std::ops::Deref;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::http::Request;
use equoria::clock::GameClock;
use equoria::config::Database as Place;
use equoria::db::connect;
use equoria::ops::migrate;
use harness::standby::written;
use harness::world::config;
use harness::{Client, Player, Postgres, Reply, Standby, World};
use reads::{Connect, Failure, Freshness, Reads, request};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

/// How long anything may take that happens by itself.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_standby_of_a_test_follows_is_held_up_and_comes_back_after_any_end() {
    let primary = Postgres::start().await;
    let mut standby = Standby::of(&primary).await;
    let admin = primary.database().admin().await;
    let make = "create table marks (mark int)";
    admin.batch_execute(make).await.unwrap();
    let mark = async || {
        let insert = "insert into marks values (1)";
        admin.batch_execute(insert).await.unwrap();
    };
    mark().await;
    standby.catches_up_with(&primary).await;
    assert_eq!(marks(&standby).await, 1);
    standby.pause().await;
    mark().await;
    assert_eq!((marks(&primary).await, marks(&standby).await), (2, 1));
    standby.resume().await;
    standby.reaches(&written(&primary).await).await;
    assert_eq!(marks(&standby).await, 2);
    for blow in [Postgres::stop, Postgres::kill] {
        blow(&mut standby);
        mark().await;
        standby.start_again();
        standby.catches_up_with(&primary).await;
        assert_eq!(marks(&standby).await, marks(&primary).await);
    }
    // The roles are those of the primary, and nobody writes here.
    let reader = standby.database().as_role("equoria_reader").await;
    let count = reader.query_one("select count(*) from horses", &[]).await;
    assert_eq!(count.unwrap().get::<_, i64>(0), 0);
    let writer = standby.database().as_role("equoria_writer").await;
    let refused = writer.batch_execute("delete from idempotency_keys").await;
    assert_eq!(refused.unwrap_err().code().unwrap().code(), "25006");
}

async fn marks(of: &Postgres) -> i64 {
    let client = of.database().admin().await;
    let row = client.query_one("select count(*) from marks", &[]).await;
    row.unwrap().get(0)
}

/// A server whose reads may go to a standby, and a mare whose name counts how often she was renamed.
struct Scene {
    world: World,
    ann: Player,
    mare: i64,
    renamed: i64,
    standby: Standby,
    primary: Postgres,
}

impl Scene {
    async fn with(settings: &[&str]) -> Self {
        let primary = Postgres::start().await;
        let standby = Standby::of_with(&primary, settings).await;
        let database = primary.database();
        let mut config = config(&database);
        config.standby = Some(standby.database().of("equoria_reader"));
        let world = World::on(database, config).await;
        let ann = world.player("Ann").await;
        let mare = world.mare(&ann).await;
        standby.catches_up_with(&primary).await;
        Self {
            world,
            ann,
            mare,
            renamed: 0,
            standby,
            primary,
        }
    }

    fn path(&self) -> String {
        format!("/v1/horses/{}", self.mare)
    }

    /// Renames the mare, and gives the mark of the write.
    async fn rename(&mut self) -> String {
        self.renamed += 1;
        let known = self.shown("fresh").await;
        let ask = self
            .ann
            .ask("PATCH", &self.path())
            .if_match(known.etag())
            .json(&json!({"name": self.name()}));
        let wrote = ask.send().await.require(200);
        wrote.header("equoria-seen").to_owned()
    }

    fn name(&self) -> String {
        format!("Number {}", self.renamed)
    }

    /// The mare as a session is shown her that has seen this.
    async fn shown(&self, seen: &str) -> Reply {
        let ask = Client::ask(&self.world.client, "GET", &self.path());
        ask.header("equoria-seen", seen).send().await.require(200)
    }

    async fn name_for(&self, seen: &str) -> Value {
        self.shown(seen).await.json()["name"].clone()
    }

    /// The standby stands still behind a write: who has seen nothing is shown what was before as long as it answers.
    async fn require_answers_of_the_standby(&mut self) {
        self.standby.catches_up_with(&self.primary).await;
        self.standby.pause().await;
        let before = self.name_for("fresh").await;
        let wrote = self.rename().await;
        let since = Instant::now();
        while self.name_for("1.0").await != before {
            assert!(since.elapsed() < PATIENCE, "the primary answers all");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(self.name_for(&wrote).await, self.name());
        self.standby.resume().await;
    }
}

#[tokio::test]
async fn the_standby_answers_who_has_seen_no_more_and_the_primary_who_has() {
    let mut scene = Scene::with(&[]).await;
    scene.rename().await;
    scene.standby.catches_up_with(&scene.primary).await;
    scene.standby.pause().await;
    let wrote = scene.rename().await;
    for _ in 0..3 {
        assert_eq!(scene.name_for("1.0").await, "Number 1");
        assert_eq!(scene.name_for(&wrote).await, "Number 2");
        assert_eq!(scene.name_for("fresh").await, "Number 2");
    }
    // What was shown once is not taken back, and a player's own things are never behind.
    let shown = scene.shown(&wrote).await;
    let seen = shown.header("equoria-seen");
    assert_eq!(scene.name_for(seen).await, "Number 2");
    let own = scene.ann.read("/v1/users/me/horses").await;
    assert_eq!(own["items"][0]["name"], "Number 2");
    // A horse that the standby does not know yet is there for its owner and not for those who saw nothing.
    let body = json!({"breed": "Arabian", "name": "Newcomer"});
    let given = scene.ann.post("/v1/horses/starter", &body).await;
    let given = given.require(201);
    let path = format!("/v1/horses/{}", given.json()["id"]);
    let ask = |seen: &str| {
        let ask = Client::ask(&scene.world.client, "GET", &path);
        ask.header("equoria-seen", seen)
    };
    ask(given.header("equoria-seen")).send().await.require(200);
    let stranger = ask("1.0").send().await;
    stranger.refused(404, "horse-not-found");
    scene.standby.resume().await;
    scene.standby.catches_up_with(&scene.primary).await;
    ask("1.0").send().await.require(200);
    assert_eq!(scene.name_for("1.0").await, "Number 2");
}

#[tokio::test]
async fn a_standby_that_is_stopped_or_killed_is_missed_by_nobody_and_answers_again_once_it_is_back()
{
    let mut scene = Scene::with(&[]).await;
    for blow in [Postgres::stop, Postgres::kill] {
        scene.require_answers_of_the_standby().await;
        blow(&mut scene.standby);
        for _ in 0..20 {
            let since = Instant::now();
            assert_eq!(scene.name_for("1.0").await, scene.name());
            assert!(since.elapsed() < Duration::from_secs(1));
        }
        scene.rename().await;
        scene.standby.start_again();
    }
    scene.require_answers_of_the_standby().await;
}

#[tokio::test]
async fn a_standby_that_says_nothing_is_waited_for_once() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = silent.accept().await {
            let hear = async move { socket.read_to_end(&mut Vec::new()).await };
            tokio::spawn(hear);
        }
    });
    let database = harness::Database::fresh().await;
    let mut config = config(&database);
    config.standby = Some(database.through(port, "equoria_reader"));
    let world = World::on(database, config).await;
    let since = Instant::now();
    world.client.get("/v1/horses").await.require(200);
    assert!(since.elapsed() >= Duration::from_secs(1));
    let since = Instant::now();
    for _ in 0..20 {
        world.client.get("/v1/horses").await.require(200);
    }
    assert!(since.elapsed() < Duration::from_secs(1));
}

/// Locks as a change of the schema takes them: what is replayed takes them at the standby.
async fn lock(of: &Postgres, table: &str) -> tokio_postgres::Client {
    let client = of.database().admin().await;
    let lock = format!("begin; lock table {table} in access exclusive mode");
    client.batch_execute(&lock).await.unwrap();
    // A commit of somebody else's takes the lock's record along into the log.
    let flush = "select pg_logical_emit_message(true, 'lock', '')";
    of.database()
        .admin()
        .await
        .batch_execute(flush)
        .await
        .unwrap();
    client
}

/// Waits until a read waits for a lock there.
async fn until_blocked(at: &Postgres) {
    let admin = at.database().admin().await;
    let since = Instant::now();
    let waiting = "select exists (select from pg_stat_activity
        where usename = 'equoria_reader' and wait_event_type = 'Lock')";
    while !admin
        .query_one(waiting, &[])
        .await
        .unwrap()
        .get::<_, bool>(0)
    {
        assert!(since.elapsed() < PATIENCE, "no read waits for a lock");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_stands_in_the_way_of_the_replay_is_asked_of_the_primary() {
    let mut scene = Scene::with(&["max_standby_streaming_delay=0"]).await;
    scene.require_answers_of_the_standby().await;
    scene.standby.catches_up_with(&scene.primary).await;
    let breeds = lock(&scene.primary, "breeds").await;
    scene.standby.catches_up_with(&scene.primary).await;
    let (client, path) = (scene.world.client.clone(), scene.path());
    let reading = tokio::spawn(async move { client.get(&path).await });
    // It has the lock of horses and waits for that of breeds; then the replay wants the first, and cancels it.
    until_blocked(&scene.standby).await;
    let horses = lock(&scene.primary, "horses").await;
    until_blocked(&scene.primary).await;
    for holder in [horses, breeds] {
        holder.batch_execute("rollback").await.unwrap();
    }
    let read = reading.await.unwrap().require(200);
    assert_eq!(read.json()["name"], scene.name());
    let log = fs::read_to_string(scene.standby.home().join("logs/postgresql.log")).unwrap();
    let cancelled = "canceling statement due to conflict with recovery";
    assert!(log.contains(cancelled), "{log}");
}

/// Two ways, of which the one that may be behind refuses every question with this SQLSTATE.
struct Refusing {
    place: Place,
    code: &'static str,
}

struct Socket(tokio_postgres::Client);

impl Deref for Socket {
    type Target = tokio_postgres::Client;

    fn deref(&self) -> &tokio_postgres::Client {
        &self.0
    }
}

impl Connect for Refusing {
    type Conn = Socket;

    async fn connect(&self, freshness: Freshness) -> Result<Socket, Failure> {
        let client = connect(&self.place).await.map_err(Failure::broken)?;
        if freshness == Freshness::Cached {
            let code = self.code;
            let refuse =
                format!("set search_path = refusing, public; set refusing.code = '{code}'");
            client
                .batch_execute(&refuse)
                .await
                .map_err(Failure::broken)?;
        }
        Ok(Socket(client))
    }

    fn may_lag(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn whatever_a_standby_says_instead_of_an_answer_the_primary_is_asked() {
    let world = World::new().await;
    world
        .sql(
            "create schema refusing; grant usage on schema refusing to equoria_edge;
             create function refusing.horizons() returns xid8[] language plpgsql as $$
             begin raise exception 'not now' using errcode = current_setting('refusing.code'); end $$",
        )
        .await;
    let alone = world.client.get("/v1/breeds").await.require(200);
    for code in [
        // A conflict with what is replayed, cancelled, ended, starting, too many, a table or column that is still to come.
        "40001", "40P01", "57014", "57P01", "57P03", "53300", "42P01", "42703", "25006", "XX000",
    ] {
        let source = Refusing {
            place: world.database.of("equoria_edge"),
            code,
        };
        let verifier = world.app.tokens.verifier().clone();
        let reads = Reads::new(
            source,
            GameClock::real(),
            verifier,
            migrate::expected_version(),
        );
        let router = request::complete(reads::router(reads));
        let ask = Request::get("/v1/breeds").body(Body::empty()).unwrap();
        let answer = router.oneshot(ask).await.unwrap();
        assert_eq!(answer.status(), 200, "{code}");
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        assert_eq!(body, alone.body, "{code}");
    }
}
