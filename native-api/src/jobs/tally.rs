//! Counting the business: what is new in the tables since the last time, day by day.
//!
//! Those who watch get sums that somebody has kept, so that no scrape counts millions of rows.

use reads::Failure;
use tokio::sync::watch;

use super::repeat;
use crate::app::App;
use crate::db::fault::column;
use crate::db::{Tx, Write};

/// How many new rows of each table a transaction counts at most.
const BATCH: i64 = 50_000;

/// Counts a batch of what is new; says how many it passed.
#[derive(Clone, Copy, Debug)]
pub struct Tally;

impl Write for Tally {
    const NAME: &'static str = "tally business";
    type Done = usize;

    async fn run(&self, tx: &Tx<'_>) -> Result<usize, Failure> {
        let sql = "select ops.tally_business($1) as passed";
        let row = tx.expect_one(sql, &[&BATCH]).await?;
        let passed: i64 = column(&row, "passed")?;
        Ok(usize::try_from(passed).unwrap_or_default())
    }
}

/// Counts until nothing is left that can be counted yet. What goes wrong goes to the log: the next minute comes.
pub async fn tally(app: &App, stopping: &watch::Receiver<bool>) {
    let passed = repeat(app, "tally", &Tally, stopping).await;
    if passed > 0 {
        tracing::debug!(passed, "counted the business");
    }
}
