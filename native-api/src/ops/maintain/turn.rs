//! Whose turn it is: every slot is done once, and none is lost.
//!
//! Of the slots that nobody has done the newest is taken; the ones before it are recorded as missed, made up by the newest
//! one, in the same transaction. (Thirty backups after a month's absence would prove nothing more than one.)

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::json;
use tokio_postgres::types::Json;
use tokio_postgres::{Client, Transaction};

use super::slot::{Calendar, Rhythm};
use crate::ops::runs::{self, Run};
use crate::trouble::{Because, Trouble};

/// A slot that is ours to work off.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Which maintenance.
    pub rhythm: Rhythm,
    /// For when.
    pub slot: DateTime<Utc>,
    /// Our hold on it.
    pub run: Run,
    /// The slots that passed while nobody worked, and that this one makes up.
    pub made_up: Vec<DateTime<Utc>>,
}

/// Takes, by any number of workers at once, go one after another: the letters of "maintain".
const LOCK: i64 = 0x6d61_696e_7461_696e;

const UNDER_WAY: &str = "select name, slot, worker, lease_until from ops.job_runs
    where name like 'maintain\\_%' and finished_at is null and lease_until >= clock_timestamp() limit 1";

const FOLD: &str = "insert into ops.job_runs as r (name, slot, worker, lease_until, finished_at, outcome, evidence)
    select $1, missed, $3, clock_timestamp(), clock_timestamp(), 'missed', $4 from unnest($2::timestamptz[]) missed
    on conflict (name, slot) do update set finished_at = excluded.finished_at, outcome = excluded.outcome,
      evidence = r.evidence || excluded.evidence
      where r.finished_at is null";

/// Takes the newest slot of a rhythm that is due at `now`, if there is one and no maintenance is under way.
///
/// Slots count from the first migration on: a database that was made today has missed nothing.
///
/// # Errors
/// When the database refuses.
pub async fn take_due(
    client: &mut Client,
    calendar: Calendar,
    rhythm: Rhythm,
    now: DateTime<Utc>,
    worker: &str,
    lease: Duration,
) -> Result<Option<Turn>, Trouble> {
    let Some(born) = born(client).await? else {
        return Ok(None);
    };
    let slots = calendar.between(rhythm, born, now);
    let Some(newest) = slots.last().copied() else {
        return Ok(None);
    };
    if open(client, rhythm, &slots).await?.is_empty() {
        return Ok(None);
    }
    let tx = client
        .transaction()
        .await
        .because(|| "could not begin to take a slot")?;
    if !is_first(&tx).await? || under_way(&tx).await?.is_some() {
        return Ok(None);
    }
    let mut missed = open(&tx, rhythm, &slots).await?;
    let run = match missed.pop_if(|slot| *slot == newest) {
        Some(_) => runs::take(&tx, rhythm.name(), newest, worker, lease).await?,
        None => None,
    };
    fold(&tx, rhythm, &missed, newest, worker).await?;
    tx.commit().await.because(|| "could not take a slot")?;
    Ok(run.map(|run| Turn {
        rhythm,
        slot: newest,
        run,
        made_up: missed,
    }))
}

/// Takes one slot that an operator asks for; the error says who has it.
///
/// # Errors
/// When maintenance is under way, or the slot has been done.
pub async fn take_by_hand(
    client: &mut Client,
    rhythm: Rhythm,
    slot: DateTime<Utc>,
    lease: Duration,
) -> Result<Turn, Trouble> {
    let worker = format!("by hand, {}", runs::worker());
    let tx = client
        .transaction()
        .await
        .because(|| "could not begin to take a slot")?;
    tx.execute("select pg_advisory_xact_lock($1)", &[&LOCK])
        .await
        .because(|| "could not wait for the lock of maintenance")?;
    if let Some(other) = under_way(&tx).await? {
        return Err(Trouble::new(format!(
            "maintenance is under way ({other}): wait until it has ended, `equoria maintain history` shows it"
        )));
    }
    let run = runs::take(&tx, rhythm.name(), slot, &worker, lease).await?;
    let run = run.ok_or_else(|| {
        Trouble::new(format!(
            "the slot {slot} of {rhythm} maintenance has been done: `equoria maintain history` shows by whom"
        ))
    })?;
    tx.commit().await.because(|| "could not take a slot")?;
    Ok(Turn {
        rhythm,
        slot,
        run,
        made_up: Vec::new(),
    })
}

const ASKED: &str = "select r.name, a.asked_at, a.asked_by from ops.runs_again a join ops.job_runs r on r.id = a.run_id
    left join ops.job_runs d on d.name = r.name and d.slot = a.asked_at
    where d.id is null or d.finished_at is null and d.lease_until < clock_timestamp() order by a.asked_at limit 1";

/// Takes a run that an operator asked for again, if there is one and no maintenance is under way. Its slot is the instant at
/// which it was asked for.
///
/// # Errors
/// When the database refuses.
pub async fn take_asked(
    client: &mut Client,
    worker: &str,
    lease: Duration,
) -> Result<Option<Turn>, Trouble> {
    let because = || "could not read which runs are to be done again";
    if client
        .query_opt(ASKED, &[])
        .await
        .because(because)?
        .is_none()
    {
        return Ok(None);
    }
    let tx = client.transaction().await.because(because)?;
    if !is_first(&tx).await? || under_way(&tx).await?.is_some() {
        return Ok(None);
    }
    let Some(row) = tx.query_opt(ASKED, &[]).await.because(because)? else {
        return Ok(None);
    };
    let (name, by): (String, String) = (row.get("name"), row.get("asked_by"));
    let slot: DateTime<Utc> = row.get("asked_at");
    let Some(rhythm) = Rhythm::ALL.into_iter().find(|it| it.name() == name) else {
        return Err(Trouble::new(format!(
            "{by} asked for a run of {name}, which no schedule knows"
        )));
    };
    let worker = format!("{worker}, asked by {by}");
    let run = runs::take(&tx, rhythm.name(), slot, &worker, lease).await?;
    tx.commit().await.because(because)?;
    Ok(run.map(|run| Turn {
        rhythm,
        slot,
        run,
        made_up: Vec::new(),
    }))
}

/// When the schema was made, if it was.
pub(super) async fn born(client: &Client) -> Result<Option<DateTime<Utc>>, Trouble> {
    let row = client
        .query_one("select min(applied_at) from ops.migrations", &[])
        .await
        .because(|| "could not read when the schema was made")?;
    Ok(row.get(0))
}

/// Which of these slots nobody has ended, oldest first.
pub(super) async fn open(
    client: &impl tokio_postgres::GenericClient,
    rhythm: Rhythm,
    slots: &[DateTime<Utc>],
) -> Result<Vec<DateTime<Utc>>, Trouble> {
    let sql = "select slot from ops.job_runs where name = $1 and slot = any ($2) and finished_at is not null";
    let rows = client
        .query(sql, &[&rhythm.name(), &slots])
        .await
        .because(|| "could not read which slots have been done")?;
    let ended: BTreeSet<DateTime<Utc>> = rows.iter().map(|row| row.get(0)).collect();
    let open = slots.iter().filter(|slot| !ended.contains(slot));
    Ok(open.copied().collect())
}

/// Whether nobody else takes a slot in this moment.
async fn is_first(tx: &Transaction<'_>) -> Result<bool, Trouble> {
    let row = tx
        .query_one("select pg_try_advisory_xact_lock($1)", &[&LOCK])
        .await
        .because(|| "could not ask for the lock of maintenance")?;
    Ok(row.get(0))
}

/// What maintenance somebody is at, in words.
async fn under_way(tx: &Transaction<'_>) -> Result<Option<String>, Trouble> {
    let row = tx
        .query_opt(UNDER_WAY, &[])
        .await
        .because(|| "could not read what is under way")?;
    Ok(row.map(|row| {
        let (name, worker): (String, String) = (row.get("name"), row.get("worker"));
        let slot: DateTime<Utc> = row.get("slot");
        format!("{name} of {slot} by {worker}")
    }))
}

async fn fold(
    tx: &Transaction<'_>,
    rhythm: Rhythm,
    missed: &[DateTime<Utc>],
    newest: DateTime<Utc>,
    worker: &str,
) -> Result<(), Trouble> {
    if missed.is_empty() {
        return Ok(());
    }
    let evidence = Json(json!({ "made_up_by_slot": newest }));
    tx.execute(FOLD, &[&rhythm.name(), &missed, &worker, &evidence])
        .await
        .map(|_| ())
        .because(|| "could not record the slots that were missed")
}
