//! `equoria bench crash`: PostgreSQL is killed again and again (SIGKILL, every process at one blow) while players write
//! and shows are settled; at every fourth blow the native API dies with it.
//!
//! What it proves: whatever was acknowledged was in the write-ahead log by then, recovery brings it back, a request that
//! is sent again has its effect once, and a settlement that was cut off is done once. What it cannot prove is that the
//! disk keeps what it was told to keep when the power fails: a killed process loses nothing that it has handed to the
//! operating system. PostgreSQL runs with fsync all the same, as in earnest.

mod load;
mod report;
mod verdict;
mod victim;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::world::{World, growing};
use crate::auth::Tokens;
use crate::db::connect;
use crate::dev::asked_to_stop;
use crate::dev::lock;
use crate::dev::places::Places;
use crate::dev::say::Voice;
use crate::trouble::{Because, Trouble};
use load::{Player, Table};
use verdict::until_settled;
use victim::{Native, Postgres};

pub use load::{Kind, Promises};
pub use report::Report;
pub use verdict::{Before, Verdict};

/// How the run is to be.
#[derive(Clone, Copy, Debug)]
pub struct Wishes {
    /// How often PostgreSQL is killed.
    pub kills: u32,
    /// Players who write, each one thing at a time.
    pub clients: u32,
}

/// The native API dies with every so many blows.
const BOTH: u32 = 4;

/// Writes that are acknowledged between two blows: this many and a few more, so that the blows fall anywhere.
const BETWEEN: u64 = 12;

/// How long players may go without an acknowledged write.
const PATIENCE: Duration = Duration::from_secs(90);

/// Kills as often as wished, and compares what is there with what was promised. None if it was asked to stop before its
/// end; nothing is left behind either way.
///
/// # Errors
/// What could not be started, and an answer that no player may get.
pub async fn run(wishes: Wishes, voice: &Voice) -> Result<Option<Report>, Trouble> {
    let places = Places::find()?;
    let home = places.scratch().join("crash");
    let _only_one = lock::attempt(&home.with_extension("lock"))?
        .ok_or_else(|| Trouble::new("another run of bench crash goes on in this checkout"))?;
    tokio::select! {
        report = measure(wishes, voice, &home, &places) => report.map(Some),
        stopped = asked_to_stop() => stopped.map(|()| None),
    }
}

async fn measure(
    wishes: Wishes,
    voice: &Voice,
    home: &Path,
    places: &Places,
) -> Result<Report, Trouble> {
    let postgres = Postgres::make(voice, home, places).await?;
    // Four horses for each, in whole scores: the world's founders and their foals come in such numbers.
    let world = World::of(20 * wishes.clients.max(10).div_ceil(5));
    let step = growing(voice, world);
    world
        .grow(&mut connect(&postgres.administrator).await?)
        .await?;
    step.done(&format!("a world of {} horses", world.horses));
    let before = Before::of(&connect(&postgres.administrator).await?).await?;
    let native = Native::start(&postgres).await?;
    let mut siege = Siege::lay(postgres, native, world, wishes.clients)?;
    let step = voice.step(format!(
        "killing PostgreSQL {} times under {} players",
        wishes.kills, wishes.clients
    ));
    for blow in 1..=wishes.kills {
        siege.strike(blow.is_multiple_of(BOTH)).await?;
    }
    step.done(&format!("PostgreSQL was killed {} times", wishes.kills));
    siege.lift(&before).await
}

/// Players, the processes behind them, and how long each blow has kept them waiting.
struct Siege {
    postgres: Postgres,
    native: Option<Native>,
    players: JoinSet<Result<Promises, Trouble>>,
    table: Arc<Table>,
    address: watch::Sender<SocketAddr>,
    stop: watch::Sender<bool>,
    began: Instant,
    recoveries: Vec<Duration>,
    silences: Vec<Duration>,
    of_native: u32,
}

impl Siege {
    fn lay(
        postgres: Postgres,
        native: Native,
        world: World,
        clients: u32,
    ) -> Result<Self, Trouble> {
        let (address, at) = watch::channel(native.address);
        let (stop, stopping) = watch::channel(false);
        let table = Arc::new(Table {
            world,
            tokens: Tokens::new(&postgres.secrets.token_key)?,
            address: at,
            stop: stopping,
            acknowledged: AtomicU64::new(0),
            shows: Mutex::default(),
        });
        let mut players = JoinSet::new();
        for number in 0..clients {
            players.spawn(Player::at(&table, number).play());
        }
        Ok(Self {
            postgres,
            native: Some(native),
            players,
            table,
            address,
            stop,
            began: Instant::now(),
            recoveries: Vec::new(),
            silences: Vec::new(),
            of_native: 0,
        })
    }

    /// Lets the players write something, kills, starts again, and waits for the first write after it.
    async fn strike(&mut self, both: bool) -> Result<(), Trouble> {
        // Any odd factor spreads the blows over what the processes do between two writes.
        let more = BETWEEN + (self.recoveries.len() as u64 * 7) % BETWEEN;
        self.until_acknowledged(self.acknowledged() + more).await?;
        let struck = Instant::now();
        self.postgres.kill().await?;
        if both && let Some(native) = self.native.take() {
            native.kill().await?;
            self.of_native += 1;
        }
        let at = self.acknowledged();
        self.recoveries.push(self.postgres.start().await?);
        if self.native.is_none() {
            let native = Native::start(&self.postgres).await?;
            self.address.send_replace(native.address);
            self.native = Some(native);
        }
        self.until_acknowledged(at + 1).await?;
        self.silences.push(struck.elapsed());
        Ok(())
    }

    fn acknowledged(&self) -> u64 {
        self.table.acknowledged.load(Ordering::SeqCst)
    }

    async fn until_acknowledged(&mut self, count: u64) -> Result<(), Trouble> {
        let since = Instant::now();
        while self.acknowledged() < count {
            if let Some(ended) = self.players.try_join_next() {
                ended.because(|| "a player broke off")??;
            }
            if since.elapsed() > PATIENCE {
                return Err(Trouble::new("the players got no further for 90 s"));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    }

    /// Ends the load, waits for the last show, and judges.
    async fn lift(mut self, before: &Before) -> Result<Report, Trouble> {
        self.stop.send_replace(true);
        let mut promises = Promises::default();
        while let Some(ended) = self.players.join_next().await {
            promises.add(ended.because(|| "a player broke off")??);
        }
        let took = self.began.elapsed();
        let client = connect(&self.postgres.administrator).await?;
        until_settled(&client).await?;
        let verdict = before.judge(&client, &promises).await?;
        let settled = verdict::settled(&client).await?;
        Ok(Report::of(&self, &promises, verdict, settled, took))
    }
}
