//! The way to a standby: what may be behind is asked there, and of the primary at once while it is away.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use deadpool_postgres::{Object, Pool};
use reads::Failure;

use crate::config::Database;
use crate::db;
use crate::db::statements::Statements;
use crate::ops::monitor::Waits;
use crate::trouble::Trouble;

/// How long a question may take there, the connection included: the primary is there, too.
const PATIENCE: Duration = Duration::from_secs(1);

/// For how long it is not asked once it could not be reached, or let somebody wait too long.
const REST: Duration = Duration::from_secs(5);

/// A pool at a standby, which is left alone for a while after a failure. Clones share both.
#[derive(Clone)]
pub(super) struct Standby {
    pool: Pool,
    statements: Statements,
    rests_until: Arc<Mutex<Option<Instant>>>,
}

impl Standby {
    /// Opens the pool; connections are made when they are needed, so that it may be away at the start.
    ///
    /// # Errors
    /// When the settings do not make a pool.
    pub(super) fn open(database: &Database) -> Result<Self, Trouble> {
        Ok(Self {
            pool: db::pool(database)?,
            statements: Statements::of(database),
            rests_until: Arc::default(),
        })
    }

    /// The pool itself.
    pub(super) const fn pool(&self) -> &Pool {
        &self.pool
    }

    /// How statements are put there.
    pub(super) const fn statements(&self) -> &Statements {
        &self.statements
    }

    /// Borrows a connection, unless it rests.
    ///
    /// # Errors
    /// Busy, while it rests or when it cannot be reached.
    pub(super) async fn borrow(&self, waits: &Waits) -> Result<Object, Failure> {
        if self.is_resting() {
            return Err(Failure::Busy { retry_after: 1 });
        }
        let borrowed = db::borrow(&self.pool, waits).await;
        if borrowed.is_err() {
            self.rest();
        }
        borrowed
    }

    /// Ends when a question has taken longer than anybody should wait for it, and gives the standby a rest.
    pub(super) async fn patience(&self) {
        tokio::time::sleep(PATIENCE).await;
        self.rest();
    }

    fn rest(&self) {
        let until = Instant::now() + REST;
        tracing::warn!(
            rest_s = REST.as_secs(),
            "the standby is away or slow: the primary answers"
        );
        self.with(|rests_until| *rests_until = Some(until));
    }

    /// Is it to be left alone? Whoever comes first after that finds no connection from before: behind one a question may
    /// still wait for its answer.
    fn is_resting(&self) -> bool {
        let (is_resting, is_over) = self.with(|rests_until| match *rests_until {
            Some(until) if Instant::now() < until => (true, false),
            Some(_) => {
                *rests_until = None;
                (false, true)
            }
            None => (false, false),
        });
        if is_over {
            self.pool.retain(|_, _| false);
        }
        is_resting
    }

    fn with<T>(&self, act: impl FnOnce(&mut Option<Instant>) -> T) -> T {
        let rests_until = self.rests_until.lock();
        act(&mut rests_until.unwrap_or_else(PoisonError::into_inner))
    }
}
