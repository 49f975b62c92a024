//! A streaming standby of a PostgreSQL of one test's own: it follows, and may be held up, stopped, killed, started again.

use std::fs;
use std::ops::{Deref, DerefMut};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use equoria::dev::cluster::{ADMINISTRATOR, Cluster as Folder};
use equoria::dev::places::Places;
use equoria::dev::program::ask;
use equoria::trouble::{Because, Trouble};
use tokio_postgres::Client;

use crate::Postgres;
use crate::native::fresh_home;

/// How long a standby may take for what it does by itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// A hot standby, which has what [`Postgres`] has: the same roles with the same passwords, a TCP address of its own,
/// [`Postgres::stop`], [`Postgres::kill`] and [`Postgres::start_again`]. It reads from the primary over TCP, and a slot
/// there keeps what it has not read, so that it catches up after any pause.
///
/// What is replayed there may get in the way of a read, as in earnest: PostgreSQL's own settings hold, by which a read
/// that stands in the way of a lock or of cleaned-up rows is cancelled after `max_standby_streaming_delay` (30 s) with
/// SQLSTATE 40001. [`Standby::of_with`] takes other ones.
#[derive(Debug)]
pub struct Standby(Postgres);

impl Standby {
    /// Copies the primary and starts to follow it; it has replayed all that was written until now.
    ///
    /// # Panics
    /// When it cannot be copied or does not start.
    pub async fn of(primary: &Postgres) -> Self {
        Self::of_with(primary, &[]).await
    }

    /// As [`Standby::of`], with settings of its own as `name=value`, such as `hot_standby_feedback=on`.
    ///
    /// # Panics
    /// When it cannot be copied or does not start.
    pub async fn of_with(primary: &Postgres, settings: &[&str]) -> Self {
        let made = Self::make(primary, settings);
        let standby = made.unwrap_or_else(|trouble| panic!("no standby: {trouble}"));
        standby.catches_up_with(primary).await;
        standby
    }

    fn make(primary: &Postgres, settings: &[&str]) -> Result<Self, Trouble> {
        let home = fresh_home("standby");
        let logs = home.join("logs");
        fs::create_dir_all(&logs).because(|| format!("could not make {}", logs.display()))?;
        let of = primary.folder();
        let mut folder = Folder {
            folder: home.join("data"),
            places: Places {
                state: home.clone(),
                ..of.places.clone()
            },
            ..of.clone()
        };
        let own = settings.iter().map(|setting| (*setting).to_owned());
        folder.settings.extend(own);
        copy(primary, &folder)?;
        Postgres::running(folder, home).map(Self)
    }

    /// Stops the replay: from here on it shows what it has replayed, and goes on receiving.
    ///
    /// # Panics
    /// When it does not run.
    pub async fn pause(&self) {
        let client = self.administrator().await;
        let pause = "select pg_wal_replay_pause()";
        client.batch_execute(pause).await.expect("a pause");
        let state = "select pg_get_wal_replay_pause_state() = 'paused'";
        until(&client, state, "the replay was not paused").await;
    }

    /// Goes on with the replay.
    ///
    /// # Panics
    /// When it does not run.
    pub async fn resume(&self) {
        let resume = "select pg_wal_replay_resume()";
        let client = self.administrator().await;
        client.batch_execute(resume).await.expect("a resumption");
    }

    /// Waits until it shows all that the primary has written by now.
    ///
    /// # Panics
    /// When one of them does not run, or the replay is paused.
    pub async fn catches_up_with(&self, primary: &Postgres) {
        self.reaches(&written(primary).await).await;
    }

    /// Waits until it has replayed the log up to there, as [`written`] tells it.
    ///
    /// # Panics
    /// When it does not run, or the replay is paused.
    pub async fn reaches(&self, lsn: &str) {
        let sql = format!("select pg_last_wal_replay_lsn() >= '{lsn}'");
        let what = format!("the standby did not reach {lsn}");
        until(&self.administrator().await, &sql, &what).await;
    }

    async fn administrator(&self) -> Client {
        self.database().admin().await
    }
}

impl Deref for Standby {
    type Target = Postgres;

    fn deref(&self) -> &Postgres {
        &self.0
    }
}

impl DerefMut for Standby {
    fn deref_mut(&mut self) -> &mut Postgres {
        &mut self.0
    }
}

/// How far the primary has written its log.
///
/// # Panics
/// When it does not run.
pub async fn written(primary: &Postgres) -> String {
    let client = primary.database().admin().await;
    let row = client
        .query_one("select pg_current_wal_lsn()::text", &[])
        .await;
    row.expect("a primary knows how far it has written").get(0)
}

/// Copies the primary's data, and makes a standby of it.
fn copy(primary: &Postgres, to: &Folder) -> Result<(), Trouble> {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    let slot = format!("standby_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let of = primary.folder();
    let mut command = Command::new(of.programs.bin.join("pg_basebackup"));
    command
        .args(["--host=127.0.0.1", "--no-password", "--no-sync"])
        .arg(format!("--port={}", primary.port()))
        .arg(format!("--username={ADMINISTRATOR}"))
        .arg(format!("--pgdata={}", to.folder.display()))
        .args(["--wal-method=stream", "--checkpoint=fast", "--create-slot"])
        .arg(format!("--slot={slot}"))
        .env("PGPASSWORD", &of.password);
    ask(&mut command)?;
    follow(primary, to, &slot)?;
    // As root we have copied it; PostgreSQL's user is to have it.
    if let Some(owner) = to.places.owner {
        let owner = format!("{}:{}", owner.uid, owner.gid);
        ask(Command::new("chown")
            .arg("--recursive")
            .arg(owner)
            .arg(&to.folder))?;
    }
    Ok(())
}

/// What `--write-recovery-conf` would write, in words that every libpq knows: the server may have an older one than
/// `pg_basebackup`.
fn follow(primary: &Postgres, folder: &Folder, slot: &str) -> Result<(), Trouble> {
    let (port, password) = (primary.port(), &folder.password);
    let settings = format!(
        "primary_conninfo = 'host=127.0.0.1 port={port} user={ADMINISTRATOR} password={password}'
primary_slot_name = '{slot}'
wal_retrieve_retry_interval = '100ms'
"
    );
    let path = folder.folder.join("postgresql.auto.conf");
    let kept =
        fs::read_to_string(&path).because(|| format!("could not read {}", path.display()))?;
    fs::write(&path, kept + &settings)
        .and_then(|()| fs::write(folder.folder.join("standby.signal"), ""))
        .because(|| format!("could not write into {}", folder.folder.display()))
}

/// Asks until the answer is true.
async fn until(client: &Client, sql: &str, otherwise: &str) {
    let since = Instant::now();
    loop {
        let row = client.query_one(sql, &[]).await;
        if row.expect("a running standby answers").get(0) {
            return;
        }
        assert!(since.elapsed() < PATIENCE, "{otherwise}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
