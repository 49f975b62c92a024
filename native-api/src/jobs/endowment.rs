//! What horses of before breeding inherited: each is given it once, by her own dice.

use reads::Failure;
use tokio::sync::watch;

use super::repeat;
use crate::app::App;
use crate::db::{Tx, Write};
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

/// Goes on until every horse has a genome, or until told to stop.
pub async fn endow(app: &App, stopping: &watch::Receiver<bool>) {
    let endowed = repeat(app, "endowment", &Endow, stopping).await;
    if endowed > 0 {
        tracing::info!(endowed, "horses of before have their genomes");
    }
}
