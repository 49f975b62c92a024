//! The ledger of a database whose schema was made elsewhere: written once the schema is seen to be that of a version.

use std::time::Duration;

use tokio_postgres::{Client, Transaction};

use super::picture::{Picture, differences};
use super::{Migration, applied, drift, ledger};
use crate::config::Database;
use crate::trouble::{Because, Trouble};

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// The ledger says now that so many steps were taken.
    Written(usize),
    /// Nothing was written: in this the schema differs from that of the version, a sentence each.
    Refused(Vec<String>),
}

/// Writes the ledger of a database that has none, as if its steps up to `version` had been taken here, after their
/// replay on the server of `scratch` has shown the same schema.
///
/// # Errors
/// When there is a ledger with rows, no such version, or the replay fails.
pub async fn baseline(
    client: &mut Client,
    steps: &[Migration],
    version: i32,
    scratch: &Database,
) -> Result<Baseline, Trouble> {
    if !steps.iter().any(|step| step.version() == version) {
        return Err(Trouble::new(format!(
            "there is no migration {version}: `equoria migrate status` lists them"
        )));
    }
    if let Some(newest) = applied(client).await?.last() {
        return Err(Trouble::new(format!(
            "this database has a ledger already, at version {}: a baseline is for one without",
            newest.version
        )));
    }
    let steps: Vec<Migration> = steps
        .iter()
        .filter(|step| step.version() <= version)
        .copied()
        .collect();
    let made = drift::replayed(scratch, &steps, drift::major(client).await?).await?;
    let transaction = client
        .transaction()
        .await
        .because(|| "could not begin to write the ledger")?;
    write(&transaction, &steps, &made).await?;
    let found = differences(&Picture::of(&transaction).await?, &made);
    if !found.is_empty() {
        return Ok(Baseline::Refused(found));
    }
    transaction
        .commit()
        .await
        .because(|| "could not write the ledger")?;
    Ok(Baseline::Written(steps.len()))
}

/// The ledger itself is made by the runner and given away by migrations, which are not run here: a new one gets the
/// owner, the triggers and the rights that it has after a replay.
async fn write(
    transaction: &Transaction<'_>,
    steps: &[Migration],
    made: &Picture,
) -> Result<(), Trouble> {
    let found = transaction
        .query_one("select to_regclass('ops.migrations') is not null", &[])
        .await
        .because(|| "could not look for the ledger")?;
    if !found.get::<_, bool>(0) {
        ledger::create(transaction).await?;
        transaction
            .batch_execute(&made.belongings_of("ops.migrations"))
            .await
            .because(|| "could not give the ledger its owner, triggers and rights")?;
    }
    for step in steps {
        ledger::record(transaction, step, Duration::ZERO)
            .await
            .because(|| format!("could not write down {step}"))?;
    }
    Ok(())
}
