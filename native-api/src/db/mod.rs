//! The database of the writes: a pool, transactions, and what is done when they collide.
//!
//! Every write takes its row locks in one order: the show, then horses by id, then users by id, then accounts by id
//! (`ledger::post` locks the last two itself, in this order). Two writes then never wait for each other in a ring, and
//! READ COMMITTED with these locks is enough; where a write does collide with another (class 40), it runs again.
//!
//! A row that many want at once (a show, a stallion at stud) is not held while a write decides: it looks without a lock,
//! decides, and leaves the rest to a last statement (`Tx::leave`), which locks, compares what may have changed, writes and
//! pays, in one packet with the commit. If something has changed, the write runs again.

mod connection;
pub mod fault;
mod last;
pub mod rights;
pub(crate) mod statements;
pub(crate) mod tls;
mod transaction;
mod tx;

use std::future::Future;
use std::time::{Duration, Instant};

use deadpool_postgres::{
    ClientWrapper, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime,
};
use reads::Failure;
use reads::problem::chain;
use reads::query::is_lost;
use rules::dice;
use rules::id::UserId;
use tokio_postgres::Row;

use crate::app::{Answer, Wrote};
use crate::auth::Player;
use crate::config::{Config, Database};
use crate::idempotency::Once;
use crate::ops::monitor::{Figures, PoolName, Waits};
use crate::trouble::{Because, Trouble};
use statements::Statements;
use transaction::{Begun, Stop, Transaction};

pub use connection::{connect, look};
pub use last::{Kept, Told};
pub(crate) use transaction::{ADMIT_ONCE, KEEP};
pub use tx::{Params, Tx};

/// One thing that a player, a visitor or a job does to the game: the unit of the transaction, of running again, and of
/// the figures.
///
/// A write holds what was asked and nothing else; it may run more than once, so it changes nothing but rows.
pub trait Write: Sync {
    /// What it is called in logs and figures.
    const NAME: &'static str;
    /// What is known once it is done.
    type Done: Send;
    /// Loads and locks, decides by the rules, and writes; or leaves that to a last statement.
    ///
    /// # Errors
    /// Any failure undoes all of it.
    fn run(&self, tx: &Tx<'_>) -> impl Future<Output = Result<Self::Done, Failure>> + Send;
}

/// On whose behalf a transaction runs. The database is told, and lets it change no rows but theirs.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    who: Who<'a>,
    /// The request, or the name of a job's run.
    request_id: &'a str,
    /// Who is told of the transaction once it is committed.
    told: Option<&'a Wrote>,
}

#[derive(Clone, Copy, Debug)]
enum Who<'a> {
    Player(&'a Player),
    Visitor,
    Game,
}

impl<'a> By<'a> {
    /// A player, whose token must still be good at the beginning of the transaction.
    pub const fn player(player: &'a Player, request_id: &'a str) -> Self {
        Self::of(Who::Player(player), request_id)
    }

    /// A visitor who has not signed in: who registers, signs in or refreshes.
    pub const fn visitor(request_id: &'a str) -> Self {
        Self::of(Who::Visitor, request_id)
    }

    /// The game itself: a job.
    pub const fn game(request_id: &'a str) -> Self {
        Self::of(Who::Game, request_id)
    }

    /// The same, and the transaction is told to whoever answers.
    #[must_use]
    pub const fn telling(mut self, told: &'a Wrote) -> Self {
        self.told = Some(told);
        self
    }

    const fn of(who: Who<'a>, request_id: &'a str) -> Self {
        Self {
            who,
            request_id,
            told: None,
        }
    }

    fn wrote(&self, id: u64) {
        if let Some(told) = self.told {
            told.is(id);
        }
    }

    const fn signed_in(&self) -> Option<&'a Player> {
        match self.who {
            Who::Player(player) => Some(player),
            Who::Visitor | Who::Game => None,
        }
    }

    fn actor(&self) -> Option<UserId> {
        self.signed_in().map(|player| player.id)
    }

    /// What the database calls them, in `equoria.actor`.
    fn name(&self) -> String {
        match self.who {
            Who::Player(player) => player.id.get().to_string(),
            Who::Visitor => "nobody".to_owned(),
            Who::Game => "game".to_owned(),
        }
    }
}

/// The pool of the writing role, and what every transaction is given. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Db {
    pool: Pool,
    statements: Statements,
    dice: dice::Secret,
    can_advance: bool,
    figures: Figures,
}

/// How often a write runs at most when it collides with others.
const RUNS: u32 = 5;

/// Limits that hold on every connection, so that no statement outlives the patience of who waits for it.
pub(crate) const SESSION: &str =
    "-c statement_timeout=10s -c lock_timeout=8s -c idle_in_transaction_session_timeout=20s";

impl Db {
    /// Opens the pool of the writes; connections are made when they are needed.
    ///
    /// # Errors
    /// When the settings do not make a pool.
    pub fn open(config: &Config, figures: &Figures) -> Result<Self, Trouble> {
        Ok(Self {
            figures: figures.clone(),
            pool: pool(&config.writer)?,
            statements: Statements::of(&config.writer),
            dice: dice::Secret::new(*config.dice_secret.bytes()),
            can_advance: config.profile.is_playground(),
        })
    }

    /// Borrows a connection, for statements that need no transaction.
    ///
    /// # Errors
    /// Busy, when none is free within the pool's timeout or the database cannot be reached.
    pub async fn connection(&self) -> Result<Object, Failure> {
        borrow(&self.pool, self.figures.waits(PoolName::Writer)).await
    }

    /// The row of a statement that is a transaction by itself, with one more attempt where the connection was lost.
    ///
    /// # Errors
    /// Busy, or a fault of ours.
    pub async fn find(
        &self,
        by: By<'_>,
        sql: &'static str,
        params: &Params<'_>,
    ) -> Result<Option<Row>, Failure> {
        let broken = |error| fault::failure(&error);
        if !self.statements.is_known(sql) {
            let learnt = self.statements.learn(self.connection().await?, sql);
            learnt.await.map_err(broken)?;
        }
        let connection = self.connection().await?;
        match self.find_on(&connection, by, sql, params).await {
            Err(lost) if is_lost(&lost) => {
                // What ended this connection has most likely ended those that lie idle too: the next one is new.
                drop(Object::take(connection));
                self.pool.retain(|_, _| false);
                let connection = self.connection().await?;
                self.find_on(&connection, by, sql, params).await
            }
            first => first,
        }
        .map_err(broken)
    }

    /// All three are on their way before the first is answered, so it is one round trip.
    async fn find_on(
        &self,
        client: &ClientWrapper,
        by: By<'_>,
        sql: &'static str,
        params: &Params<'_>,
    ) -> Result<Option<Row>, tokio_postgres::Error> {
        let statement = self.statements.ready(client, sql).await?;
        // No quote can stand in it: it is a uuid or one of two words.
        let (begin, who) = (self.statements.begin(), by.name());
        let begin = format!("{begin}; set local equoria.actor = '{who}'");
        let (begun, rows, committed) = tokio::join!(
            client.batch_execute(&begin),
            statement.rows(client, params),
            client.batch_execute("commit")
        );
        begun?;
        let row = rows?.pop();
        committed?;
        Ok(row)
    }

    /// The pool itself, for its figures.
    pub const fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The secret that the game's own dice are keyed with.
    pub const fn dice_secret(&self) -> &dice::Secret {
        &self.dice
    }

    /// Whether the game's clock may be advanced here.
    pub const fn can_advance_clock(&self) -> bool {
        self.can_advance
    }

    /// Carries out a write and commits it, running it again where it collides with others.
    ///
    /// # Errors
    /// The write's own refusals, what the database refused, or busy.
    pub async fn write<W: Write>(&self, by: By<'_>, write: &W) -> Result<W::Done, Failure> {
        let (done, _) = self.write_told(by, write).await?;
        Ok(done)
    }

    /// The same, with what the write's last statement told.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn write_told<W: Write>(
        &self,
        by: By<'_>,
        write: &W,
    ) -> Result<(W::Done, Told), Failure> {
        let mut runs = Runs::of(W::NAME, &self.figures);
        loop {
            match self.run_and_commit(by, write).await {
                Ok(done) => return Ok(runs.done(done)),
                Err(stop) => runs.again_or_stop(stop).await?,
            }
        }
    }

    /// The same with an idempotency key: the answer is kept with the effect, and given again to the same request.
    ///
    /// # Errors
    /// As [`Db::write`]; and a refusal when the key came with another request before.
    pub async fn write_once<W: Write>(
        &self,
        by: By<'_>,
        once: &Once,
        write: &W,
        answer: impl Fn(W::Done) -> Result<Answer, Failure>,
    ) -> Result<Answer, Failure> {
        let mut runs = Runs::of(W::NAME, &self.figures);
        loop {
            match self.run_and_keep(by, once, write, &answer).await {
                Ok(answer) => return Ok(runs.done(answer)),
                Err(stop) => runs.again_or_stop(stop).await?,
            }
        }
    }

    async fn run_and_commit<W: Write>(
        &self,
        by: By<'_>,
        write: &W,
    ) -> Result<(W::Done, Told), Stop> {
        let transaction = Transaction::begin(self, by).await?;
        let (transaction, done) = transaction.run(self, by, write).await?;
        let id = transaction.id();
        let told = transaction.commit(self).await?;
        by.wrote(id);
        Ok((done, told))
    }

    async fn run_and_keep<W: Write>(
        &self,
        by: By<'_>,
        once: &Once,
        write: &W,
        answer: impl Fn(W::Done) -> Result<Answer, Failure>,
    ) -> Result<Answer, Stop> {
        let transaction = match Transaction::begin_once(self, by, once).await? {
            Begun::Open(transaction) => transaction,
            Begun::Answered(answer, id) => {
                by.wrote(answer.transaction().unwrap_or(id));
                return Ok(answer);
            }
        };
        let (transaction, done) = transaction.run(self, by, write).await?;
        let id = transaction.id();
        match answer(done).map(|answer| answer.of_transaction(id)) {
            Ok(answer) => {
                let told = transaction.commit_answer(self, by, once, &answer).await?;
                by.wrote(id);
                Ok(answer.completed(&told)?)
            }
            Err(failure) => Err(transaction.roll_back(failure).await),
        }
    }
}

/// Counts the runs of one write and waits a little longer, by chance, before each next one.
struct Runs<'a> {
    name: &'static str,
    left: u32,
    figures: &'a Figures,
}

impl<'a> Runs<'a> {
    const fn of(name: &'static str, figures: &'a Figures) -> Self {
        Self {
            name,
            left: RUNS - 1,
            figures,
        }
    }

    fn done<D>(&self, done: D) -> D {
        self.figures.ended(self.name, "done");
        done
    }

    async fn again_or_stop(&mut self, stop: Stop) -> Result<(), Failure> {
        match stop {
            Stop::Collision(failure) if self.left > 0 => {
                self.left -= 1;
                self.figures.collided(self.name);
                tracing::debug!(
                    write = self.name,
                    left = self.left,
                    ?failure,
                    "collided, runs again"
                );
                tokio::time::sleep(pause(RUNS - self.left)).await;
                Ok(())
            }
            Stop::Collision(failure) | Stop::Failed(failure) => {
                self.figures.ended(self.name, outcome(&failure));
                Err(failure)
            }
        }
    }
}

/// What a failure is in the figures: an answer by the rules, or none.
const fn outcome(failure: &Failure) -> &'static str {
    match failure {
        Failure::Busy { .. } | Failure::Broken { .. } | Failure::TimedOut => "failed",
        _ => "refused",
    }
}

/// Up to 20 ms before the second run, up to 160 ms before the last, drawn so that two rivals do not meet again.
fn pause(run: u32) -> Duration {
    let mut byte = [0_u8; 1];
    let drawn = getrandom::fill(&mut byte).map_or(128, |()| u64::from(byte[0]));
    let most_us = 5_000 << run.min(5);
    Duration::from_micros(most_us * (drawn + 1) / 256)
}

/// Makes a pool for one database URL, with its `connection_limit` and `pool_timeout`.
///
/// # Errors
/// When the settings do not make a pool.
pub fn pool(database: &Database) -> Result<Pool, Trouble> {
    pool_with(database, "equoria", SESSION, database.connection_limit)
}

/// Makes a pool of at most so many connections, each under that name and with these options unless the URL has its own.
///
/// # Errors
/// When the settings do not make a pool.
pub(crate) fn pool_with(
    database: &Database,
    application: &str,
    options: &str,
    most: usize,
) -> Result<Pool, Trouble> {
    let mut settings = database.postgres().clone();
    if !database.is_pooled && settings.get_options().is_none() {
        settings.options(options);
    }
    if settings.get_application_name().is_none() {
        settings.application_name(application);
    }
    let how = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    Pool::builder(Manager::from_config(
        settings,
        tls::Connector::of(database),
        how,
    ))
    .max_size(most)
    .wait_timeout(Some(database.pool_timeout))
    .create_timeout(Some(database.pool_timeout))
    .runtime(Runtime::Tokio1)
    .build()
    .because(|| "the pool of database connections could not be made")
}

/// Borrows a connection of a pool, and counts how long that took.
///
/// # Errors
/// Busy, when none is free within the pool's timeout or the database cannot be reached.
pub async fn borrow(pool: &Pool, waits: &Waits) -> Result<Object, Failure> {
    let since = Instant::now();
    let borrowed = pool.get().await;
    waits.ended(since, borrowed.is_ok());
    borrowed.map_err(|error| match error {
        // What the server itself says about it may be a fault of ours; what kept us from it passes.
        PoolError::Backend(error) if error.as_db_error().is_some() => fault::failure(&error),
        PoolError::Backend(error) => fault::busy(chain(&error)),
        other => fault::busy(other),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_write_that_collides_runs_five_times_and_then_fails() {
        let figures = Figures::new(Duration::from_secs(1));
        let mut runs = Runs::of("rival", &figures);
        let collision = || Stop::Collision(Failure::Busy { retry_after: 1 });
        for _ in 1..RUNS {
            assert!(runs.again_or_stop(collision()).await.is_ok());
        }
        assert!(runs.again_or_stop(collision()).await.is_err());
    }

    #[tokio::test]
    async fn a_write_that_fails_does_not_run_again() {
        let refused = Stop::Failed(Failure::Forbidden);
        let figures = Figures::new(Duration::from_secs(1));
        let stopped = Runs::of("rival", &figures).again_or_stop(refused).await;
        assert!(matches!(stopped, Err(Failure::Forbidden)));
    }

    #[test]
    fn pauses_grow_and_stay_short() {
        for (run, most_ms) in [(2, 20), (3, 40), (4, 80), (5, 160)] {
            assert!(pause(run) <= Duration::from_millis(most_ms), "{run}");
        }
    }
}
