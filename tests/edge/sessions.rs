//! The checker of histories in front of two Workers, each in a workerd of its own.
//!
//! Sessions write through the native API, by itself or behind either Worker, and read at all three. Some carry what they have
//! seen in the header, the others in cookies, as browsers do. Once a cache that may not be trusted stands behind the Cache
//! API of both Workers, and once a standby stands behind `DB` whose replay is held up again and again.

use std::env;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use equoria::config::{Config, Database, Environment, Log};
use harness::histories::{Broken, Carrier, Chance, Scene};
use harness::standby::written;
use harness::workerd::{Between, Workerd};
use harness::{Client, Native, Postgres, Standby, World, native};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_postgres::error::SqlState;

use crate::fickle::Fickle;
use crate::run;

/// How many sessions act at once.
const SESSIONS: usize = 32;

/// How long a standby may take to catch up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sessions that remember, in turns by header and by cookie.
const MINDFUL: &[Carrier] = &[Carrier::Header, Carrier::Cookies];

/// Sessions that do not.
const FORGETFUL: &[Carrier] = &[Carrier::Nothing];

/// After how many operations of theirs each guarantee was broken at the latest.
const FEWER: usize = 10_000;

/// How many operations the mindful do together.
fn operations() -> usize {
    let wanted = env::var("EQUORIA_CHECKER_OPERATIONS").ok();
    wanted.map_or(20_000, |it| it.parse().expect("a number of operations"))
}

/// A database with the native API on it, whose clock is the real one, as the Workers' is.
struct Stage {
    postgres: Postgres,
    world: World,
    native: Native,
    /// What the Workers are told.
    environment: Environment,
}

impl Stage {
    async fn set() -> Self {
        let postgres = Postgres::start().await;
        let database = postgres.database();
        let environment = native::environment(&database);
        let config = Config {
            log: Log {
                level: "off".to_owned(),
                is_disabled: true,
            },
            ..Config::from_environment(&environment).expect("a native API runs with it")
        };
        let world = World::on(database, config).await;
        world.sql("update ops.game_clock set ahead_ms = 0").await;
        let refreshed = world.app.clock.refresh(&world.app.db).await;
        refreshed.expect("the clock can be read");
        // A job would change the horses that are put here without genes.
        let mut native = Native::spawn(&environment, &["serve", "--no-jobs"]);
        native.ready().await;
        Self {
            postgres,
            world,
            native,
            environment: environment.with("EQUORIA_PROFILE", "production"),
        }
    }

    /// Two Workers with these databases behind `DB` and `DB_FRESH`, and with one cache.
    async fn workers(&self, behind: &Database, fresh: &Database, cache: &Fickle) -> [Workerd; 2] {
        let between = Between {
            native_url: self.native.url.clone(),
            database: behind.clone(),
            fresh: fresh.clone(),
            cache: Some(cache.address),
        };
        [
            Workerd::start(&self.environment, &between).await,
            Workerd::start(&self.environment, &between).await,
        ]
    }

    /// Sessions in front of these Workers.
    async fn scene(
        &self,
        workers: &[Workerd; 2],
        carriers: &'static [Carrier],
    ) -> Arc<Scene<Client>> {
        let [one, other] = workers.each_ref().map(|it| Client::at(&it.url));
        let native = Client::at(&self.native.url);
        // Most reads are the Workers'; a few show a session what is newest.
        let doors = [&one, &other, &one, &other, &native].map(Client::clone);
        let desks = vec![native, one, other];
        Scene::of(&self.world, doors.into(), desks, carriers).await
    }
}

#[test]
fn no_session_sees_the_past_through_workers_with_a_hostile_cache_and_without_marks_they_do() {
    run(async {
        let stage = Stage::set().await;
        let cache = Fickle::hostile().await;
        let primary = stage.postgres.database().of("equoria_edge").over_tcp();
        let workers = stage.workers(&primary, &primary, &cache).await;
        let operations = operations();
        let scene = stage.scene(&workers, MINDFUL).await;
        let broken = scene.play(SESSIONS, operations).await;
        let all = broken.all();
        println!("{operations} operations in workerd: {all} violations; {scene}; {cache}");
        assert_eq!(broken, Broken::default());
        let scene = stage.scene(&workers, FORGETFUL).await;
        let (operations, broken) = scene.play_until_each_is_broken(SESSIONS, FEWER).await;
        println!("without marks, {operations} operations in workerd: {broken:?}; {scene}");
    });
}

/// A standby whose replay is held up again and again, and the primary that it follows.
struct Lag {
    standby: Standby,
    administrator: tokio_postgres::Client,
    /// What the Workers ask of the one, and of the other.
    behind: Way,
    fresh: Way,
    chance: Chance,
    times: AtomicUsize,
}

impl Lag {
    async fn behind(primary: &Postgres) -> Self {
        // A read that stands in the way of the replay is cancelled at once, and must be the primary's.
        let settings = ["max_standby_streaming_delay=0"];
        let standby = Standby::of_with(primary, &settings).await;
        Self {
            administrator: standby.database().admin().await,
            behind: Way::to(standby.database().port()).await,
            fresh: Way::to(primary.database().port()).await,
            standby,
            chance: Chance::from(13),
            times: AtomicUsize::new(0),
        }
    }

    /// The ways of a Worker to the two.
    fn databases(&self, primary: &Postgres) -> (Database, Database) {
        let role = "equoria_edge";
        let behind = self.standby.database().through(self.behind.port, role);
        (behind, primary.database().through(self.fresh.port, role))
    }

    /// Holds the replay up while these sessions act, from a standby that knows all there is; tells what was asked meanwhile.
    async fn during<T>(
        &self,
        primary: &Postgres,
        scene: &Scene<Client>,
        acting: impl Future<Output = T>,
    ) -> (T, Asked) {
        let since = Instant::now();
        let written = written(primary).await;
        let knows_all =
            format!("select pg_wal_replay_resume(), pg_last_wal_replay_lsn() >= '{written}'");
        while !self.ask(&knows_all).await.is_some_and(|row| row.get(1)) {
            assert!(since.elapsed() < PATIENCE, "it did not reach {written}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.take();
        let done = tokio::select! {
            done = acting => done,
            () = self.hold_up(scene) => unreachable!("it is held up for ever"),
        };
        (done, self.take())
    }

    /// In operations rather than in seconds: as hostile on a busy machine as on an idle one.
    async fn hold_up(&self, scene: &Scene<Client>) {
        loop {
            let paused = self.ask("select pg_wal_replay_pause()").await;
            self.times
                .fetch_add(usize::from(paused.is_some()), Ordering::Relaxed);
            self.wait(scene, 1_500).await;
            self.ask("select pg_wal_replay_resume()").await;
            self.wait(scene, 300).await;
        }
    }

    /// Waits until so many operations have gone by, or fewer.
    async fn wait(&self, scene: &Scene<Client>, at_most: usize) {
        let until = scene.operations() + self.chance.below(at_most);
        while scene.operations() < until {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// The answer, unless the replay has cancelled this, too.
    async fn ask(&self, sql: &str) -> Option<tokio_postgres::Row> {
        match self.administrator.query_one(sql, &[]).await {
            Ok(row) => Some(row),
            Err(error) => {
                let is_conflict = error.code() == Some(&SqlState::T_R_SERIALIZATION_FAILURE);
                assert!(is_conflict, "{error:?}");
                None
            }
        }
    }

    fn take(&self) -> Asked {
        Asked {
            behind: self.behind.count.swap(0, Ordering::Relaxed),
            fresh: self.fresh.count.swap(0, Ordering::Relaxed),
            times: self.times.swap(0, Ordering::Relaxed),
        }
    }
}

/// A way to a database that counts connections: a Worker opens one for each question.
struct Way {
    port: u16,
    count: Arc<AtomicUsize>,
}

impl Way {
    async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let here = listener.local_addr().expect("a bound listener");
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(async move {
                    let mut server = TcpStream::connect(("127.0.0.1", port)).await?;
                    client.set_nodelay(true)?;
                    server.set_nodelay(true)?;
                    copy_bidirectional(&mut client, &mut server).await
                });
            }
        });
        Self {
            port: here.port(),
            count,
        }
    }
}

/// How many questions went where: a connection each.
struct Asked {
    behind: usize,
    fresh: usize,
    times: usize,
}

impl fmt::Display for Asked {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            behind,
            fresh,
            times,
        } = self;
        write!(
            out,
            "{behind} questions to the standby, {fresh} to the primary; the replay was held up {times} times"
        )
    }
}

#[test]
fn no_session_sees_the_past_of_a_standby_that_is_held_up_and_without_marks_they_do() {
    run(async {
        let stage = Stage::set().await;
        let lag = Lag::behind(&stage.postgres).await;
        let (behind, fresh) = lag.databases(&stage.postgres);
        // First nothing but the standby can be behind, then copies are, too.
        let (empty, hostile) = (Fickle::empty().await, Fickle::hostile().await);
        let plain = stage.workers(&behind, &fresh, &empty).await;
        let worse = stage.workers(&behind, &fresh, &hostile).await;
        let fewer = operations() / 4;
        for (workers, cache, operations) in [(&plain, &empty, fewer), (&worse, &hostile, fewer / 2)]
        {
            let scene = stage.scene(workers, MINDFUL).await;
            let playing = scene.play(SESSIONS, operations);
            let (broken, asked) = lag.during(&stage.postgres, &scene, playing).await;
            let all = broken.all();
            println!(
                "{operations} operations with a standby: {all} violations; {asked}; {scene}; {cache}"
            );
            assert_eq!(broken, Broken::default());
            assert!(
                asked.behind > asked.fresh / 10 && asked.fresh > 0,
                "{asked}"
            );
        }
        let scene = stage.scene(&plain, FORGETFUL).await;
        let playing = scene.play_until_each_is_broken(SESSIONS, FEWER);
        let ((operations, broken), asked) = lag.during(&stage.postgres, &scene, playing).await;
        println!(
            "without marks, {operations} operations with a standby: {broken:?}; {asked}; {scene}"
        );
    });
}
