//! What was done and what is due.

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio_postgres::Client;

use super::slot::{Calendar, Rhythm};
use super::turn::{born, open};
use crate::ops::runs::Told;
use crate::trouble::{Because, Trouble};

/// The runs of a name, or of all maintenance where none is given, the newest first.
///
/// # Errors
/// When the database refuses.
pub async fn runs(client: &Client, name: Option<&str>, limit: i64) -> Result<Vec<Told>, Trouble> {
    let sql = "select name, slot, worker, started_at, finished_at, outcome, attempts, evidence from ops.job_runs
        where case when $1::text is null then name like 'maintain\\_%' else name = $1 end
        order by slot desc, name limit $2";
    let rows = client
        .query(sql, &[&name, &limit])
        .await
        .because(|| "could not read what was done")?;
    Ok(rows.iter().map(Told::of).collect())
}

/// How a rhythm stands.
#[derive(Clone, Debug, Serialize)]
pub struct Standing {
    /// daily, weekly, monthly or quarterly.
    pub rhythm: &'static str,
    /// The newest slot that was worked off, and how that ended.
    pub last_slot: Option<DateTime<Utc>>,
    /// done, found or failed.
    pub last_outcome: Option<String>,
    /// The slots that have come and that nobody has ended, oldest first.
    pub due: Vec<DateTime<Utc>>,
    /// The first slot that is still to come.
    pub next_slot: DateTime<Utc>,
}

/// What is due at an instant, rhythm by rhythm.
///
/// # Errors
/// When the database refuses.
pub async fn standings(
    client: &Client,
    calendar: Calendar,
    now: DateTime<Utc>,
) -> Result<Vec<Standing>, Trouble> {
    let born = born(client).await?.unwrap_or(now);
    let mut standings = Vec::new();
    for rhythm in Rhythm::ALL {
        let slots = calendar.between(rhythm, born, now);
        let last = crate::ops::runs::latest(client, rhythm.name()).await?;
        standings.push(Standing {
            rhythm: rhythm.word(),
            last_slot: last.as_ref().map(|last| last.slot),
            last_outcome: last.and_then(|last| last.outcome),
            due: open(client, rhythm, &slots).await?,
            next_slot: calendar.next(rhythm, now),
        });
    }
    Ok(standings)
}
