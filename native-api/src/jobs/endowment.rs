//! What horses of before breeding inherited: each is given it once, by her own dice.

use reads::Failure;
use tokio::sync::watch;

use crate::app::App;
use crate::db::{By, Tx, Write};
use crate::horse::heredity::{endow_all, unendowed};

/// How many horses are given theirs in one transaction.
const BATCH: i64 = 200;

/// Gives the next horses that have none what they inherited.
#[derive(Clone, Copy, Debug)]
struct Endow;

impl Write for Endow {
    const NAME: &'static str = "endow horses";
    /// How many were found without.
    type Done = usize;

    async fn run(&self, tx: &Tx<'_>) -> Result<usize, Failure> {
        let horses = unendowed(tx, BATCH).await?;
        endow_all(tx, &horses).await?;
        Ok(horses.len())
    }
}

/// Goes on until every horse has a genome, or until told to stop. What goes wrong goes to the log: the next run comes.
pub async fn endow(app: &App, stopping: &watch::Receiver<bool>) {
    let mut endowed = 0;
    while !*stopping.borrow() {
        match app.db.write(By::nobody("endowment"), &Endow).await {
            Ok(0) => break,
            Ok(horses) => endowed += horses,
            Err(failure) => {
                tracing::warn!(?failure, "horses could not be given their genomes");
                break;
            }
        }
    }
    if endowed > 0 {
        tracing::info!(endowed, "horses of before have their genomes");
    }
}
