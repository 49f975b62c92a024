//! The fingerprints of the worlds that the standard plan grows, by their sizes: the same on every machine.

use std::collections::BTreeMap;

use tokio_postgres::Client;

use crate::ops::fingerprint::{self, Selection, TablePrint, differences};
use crate::trouble::{Because, Trouble};

/// The committed prints, by the number of horses.
const COMMITTED: &str = include_str!("prints.json");

/// Breeds carry the instant at which they became known to the database, the treasury's account that of its migration;
/// what a purse holds stands in its postings, too.
const SELECTION: Selection<'_> = Selection {
    without_columns: &[],
    without_tables: &[
        "accounts",
        "breeds",
        "breed_diversity",
        "ops.migrations",
        "ops.job_runs",
    ],
};

/// The prints of a seeded database.
///
/// # Errors
/// When a table may not be read.
pub async fn of(client: &mut Client) -> Result<Vec<TablePrint>, Trouble> {
    let because = || "could not read what was seeded";
    let transaction = client.transaction().await.because(because)?;
    let prints = fingerprint::of(&transaction, &SELECTION).await?;
    // What schema `ops` holds is the operators'.
    let is_seeded = |it: &TablePrint| it.rows > 0 && !it.table.contains('.');
    Ok(prints.into_iter().filter(is_seeded).collect())
}

/// In what the prints differ from the committed ones of a world of so many horses; nothing, where none are committed.
///
/// # Errors
/// When the committed file cannot be understood.
pub fn verdict(horses: u32, prints: &[TablePrint]) -> Result<Option<Vec<String>>, Trouble> {
    let committed: BTreeMap<u32, Vec<TablePrint>> =
        serde_json::from_str(COMMITTED).because(|| "the committed fingerprints are no JSON")?;
    let of_size = committed.get(&horses);
    Ok(of_size.map(|committed| differences(committed, prints)))
}
