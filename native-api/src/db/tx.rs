//! An open transaction, as a write sees it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use deadpool_postgres::ClientWrapper;
use reads::Failure;
use rules::dice;
use rules::id::UserId;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::fault;
use super::last::{Kept, Last};
use super::statements::Statements;
use crate::ops::monitor::Figures;

/// The parameters of a statement, in the order of their numbers.
pub type Params<'p> = [&'p (dyn ToSql + Sync)];

/// A transaction that a [`Write`](super::Write) runs in, with all that it may depend on besides the rows: the instant of
/// game time, the dice's secret, and who asks.
///
/// What is known of a statement is kept by its text, so that it must be constant.
pub struct Tx<'a> {
    pub(super) client: &'a ClientWrapper,
    pub(super) statements: &'a Statements,
    pub(super) now: rules::Instant,
    pub(super) dice: &'a dice::Secret,
    pub(super) name: &'static str,
    pub(super) figures: &'a Figures,
    pub(super) actor: Option<UserId>,
    pub(super) request_id: &'a str,
    pub(super) collided: AtomicBool,
    pub(super) aborted: AtomicBool,
    pub(super) last: Mutex<Option<Last>>,
}

impl Tx<'_> {
    /// The instant of game time at which the transaction began, to the microsecond.
    pub const fn now(&self) -> rules::Instant {
        self.now
    }

    /// The secret that the game's own dice are keyed with.
    pub const fn dice_secret(&self) -> &dice::Secret {
        self.dice
    }

    /// The player who asks; none for a visitor and for a job.
    pub const fn actor(&self) -> Option<UserId> {
        self.actor
    }

    /// The request's id, for what is kept about it.
    pub const fn request_id(&self) -> &str {
        self.request_id
    }

    /// All rows of a statement.
    ///
    /// # Errors
    /// What the database refused, by the name of the constraint.
    pub async fn rows(&self, sql: &'static str, params: &Params<'_>) -> Result<Vec<Row>, Failure> {
        let statement = self.statements.ready(self.client, sql).await;
        let statement = statement.map_err(|error| self.fault(&error))?;
        let since = Instant::now();
        let rows = statement.rows(self.client, params).await;
        self.figures.asked("write", self.name, sql, since);
        rows.map_err(|error| self.fault(&error))
    }

    /// The row of a statement that finds one or none.
    ///
    /// # Errors
    /// What the database refused; two rows are a fault of ours.
    pub async fn find(
        &self,
        sql: &'static str,
        params: &Params<'_>,
    ) -> Result<Option<Row>, Failure> {
        let mut rows = self.rows(sql, params).await?;
        let row = rows.pop();
        if rows.is_empty() {
            Ok(row)
        } else {
            Err(fault::broken(format!("more than one row from: {sql}")))
        }
    }

    /// The row of a statement that always gives exactly one.
    ///
    /// # Errors
    /// What the database refused; any other number of rows is a fault of ours.
    pub async fn expect_one(&self, sql: &'static str, params: &Params<'_>) -> Result<Row, Failure> {
        self.find(sql, params)
            .await?
            .ok_or_else(|| fault::broken(format!("no row from: {sql}")))
    }

    /// Carries out a statement and says how many rows it touched.
    ///
    /// # Errors
    /// What the database refused, by the name of the constraint.
    pub async fn execute(&self, sql: &'static str, params: &Params<'_>) -> Result<u64, Failure> {
        let statement = self.statements.ready(self.client, sql).await;
        let statement = statement.map_err(|error| self.fault(&error))?;
        let since = Instant::now();
        let count = statement.execute(self.client, params).await;
        self.figures.asked("write", self.name, sql, since);
        count.map_err(|error| self.fault(&error))
    }

    /// Carries out a statement that must touch exactly `count` rows.
    ///
    /// # Errors
    /// What the database refused; any other number of rows is a fault of ours.
    pub async fn expect_changed(
        &self,
        count: u64,
        sql: &'static str,
        params: &Params<'_>,
    ) -> Result<(), Failure> {
        match self.execute(sql, params).await? {
            touched if touched == count => Ok(()),
            touched => Err(fault::broken(format!(
                "{touched} rows instead of {count} touched by: {sql}"
            ))),
        }
    }

    /// Leaves a statement for the very end: it goes to the database in one packet with the commit, so that what it locks is
    /// held for no round trip. For rows that many writes want at once. Its one row has a column `told`, a JSON object that
    /// the statement leaves in the setting `equoria.told` as well; the fields become the last ones of the answer.
    ///
    /// What is refused then runs the write again, where it may be a race (see [`fault::RACES`]).
    ///
    /// # Errors
    /// A fault of ours, when there is one already.
    pub fn leave(&self, sql: &'static str, params: Vec<Kept>) -> Result<(), Failure> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let write = self.name;
        match last.replace(Last { write, sql, params }) {
            None => Ok(()),
            Some(_) => Err(fault::broken(format!("two last statements of {write}"))),
        }
    }

    fn fault(&self, error: &tokio_postgres::Error) -> Failure {
        self.aborted.store(true, Ordering::Relaxed);
        if fault::is_worth_another_run(error) {
            self.collided.store(true, Ordering::Relaxed);
        }
        fault::failure(error)
    }
}
