//! `ops.job_runs`: what operators and schedules have done, one row a run, with its evidence.
//!
//! A slot is taken once: of any number of workers one inserts its row, and the others see it. Who has taken it holds a
//! lease; one that runs out, because its worker died, is taken over by the next.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio_postgres::types::Json;
use tokio_postgres::{GenericClient, Row};

use crate::trouble::{Because, Trouble};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Done,
    /// It was done, and found something that needs somebody.
    Found,
    /// It could not be done.
    Failed,
    /// Its time passed while nobody worked; a later run stands for it.
    Missed,
}

impl Outcome {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Found => "found",
            Self::Failed => "failed",
            Self::Missed => "missed",
        }
    }
}

/// A slot that is ours while its lease lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The row's number.
    pub id: i64,
    /// How many workers have begun it, ourselves included.
    pub attempts: i32,
    worker: String,
}

/// A row as it stands.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Told {
    /// What was done, such as `backup_create`.
    pub name: String,
    /// The instant that it was due, or began by hand.
    pub slot: DateTime<Utc>,
    /// Who did it.
    pub worker: String,
    /// When the last attempt began.
    pub started_at: DateTime<Utc>,
    /// When it ended; nothing while it runs.
    pub finished_at: Option<DateTime<Utc>>,
    /// How it ended: done, found, failed or missed.
    pub outcome: Option<String>,
    /// How many workers have begun it.
    pub attempts: i32,
    /// What it saw: a flat document with units in its names.
    pub evidence: Value,
}

/// The name under which this process takes slots.
pub fn worker() -> String {
    format!("process {}", std::process::id())
}

const TAKE: &str = "insert into ops.job_runs as r (name, slot, worker, lease_until)
    values ($1, $2, $3, clock_timestamp() + $4 * interval '1 ms')
    on conflict (name, slot) do update
      set worker = excluded.worker, lease_until = excluded.lease_until, started_at = clock_timestamp(), attempts = r.attempts + 1
      where r.finished_at is null and r.lease_until < clock_timestamp()
    returning id, attempts";

/// Takes a slot for a time, if nobody has it; exactly one of any number of callers is given it.
///
/// # Errors
/// When the database refuses.
pub async fn take(
    client: &impl GenericClient,
    name: &str,
    slot: DateTime<Utc>,
    worker: &str,
    lease: Duration,
) -> Result<Option<Run>, Trouble> {
    let row = client
        .query_opt(TAKE, &[&name, &slot, &worker, &millis(lease)])
        .await
        .because(|| format!("could not take the slot {slot} of {name}"))?;
    Ok(row.map(|row| Run {
        id: row.get(0),
        attempts: row.get(1),
        worker: worker.to_owned(),
    }))
}

/// Prolongs the lease; false when it ran out and somebody else has the run, or it has ended.
///
/// # Errors
/// When the database refuses.
pub async fn extend(
    client: &impl GenericClient,
    run: &Run,
    lease: Duration,
) -> Result<bool, Trouble> {
    let sql = "update ops.job_runs set lease_until = clock_timestamp() + $4 * interval '1 ms'
        where id = $1 and worker = $2 and attempts = $3 and finished_at is null";
    let ours: &[&(dyn tokio_postgres::types::ToSql + Sync)] =
        &[&run.id, &run.worker, &run.attempts, &millis(lease)];
    let count = client
        .execute(sql, ours)
        .await
        .because(|| "could not prolong the lease of a run")?;
    Ok(count == 1)
}

/// Writes down how the run ended; false when somebody else has it by now, and nothing was written.
///
/// # Errors
/// When the database refuses.
pub async fn finish(
    client: &impl GenericClient,
    run: &Run,
    outcome: Outcome,
    evidence: &Value,
) -> Result<bool, Trouble> {
    let sql = "update ops.job_runs set finished_at = clock_timestamp(), outcome = $4, evidence = $5
        where id = $1 and worker = $2 and attempts = $3 and finished_at is null";
    let outcome = outcome.as_str();
    let count = client
        .execute(
            sql,
            &[
                &run.id,
                &run.worker,
                &run.attempts,
                &outcome,
                &Json(evidence),
            ],
        )
        .await
        .because(|| "could not write down how a run ended")?;
    Ok(count == 1)
}

/// Writes down what a command did that was called by hand.
///
/// # Errors
/// When the database refuses.
pub async fn record(
    client: &impl GenericClient,
    name: &str,
    started: DateTime<Utc>,
    outcome: Outcome,
    evidence: &Value,
) -> Result<(), Trouble> {
    let sql = "insert into ops.job_runs (name, slot, worker, lease_until, started_at, finished_at, outcome, evidence)
        values ($1, $2, $3, $2, $2, clock_timestamp(), $4, $5)";
    let (worker, outcome) = (format!("by hand, {}", worker()), outcome.as_str());
    client
        .execute(sql, &[&name, &started, &worker, &outcome, &Json(evidence)])
        .await
        .map(|_| ())
        .because(|| format!("could not write down the evidence of {name}"))
}

/// The newest ended run of a name.
///
/// # Errors
/// When the database refuses.
pub async fn latest(client: &impl GenericClient, name: &str) -> Result<Option<Told>, Trouble> {
    let sql = "select name, slot, worker, started_at, finished_at, outcome, attempts, evidence from ops.job_runs
        where name = $1 and finished_at is not null and outcome <> 'missed' order by slot desc limit 1";
    let row = client
        .query_opt(sql, &[&name])
        .await
        .because(|| format!("could not look for runs of {name}"))?;
    Ok(row.as_ref().map(Told::of))
}

impl Told {
    /// Reads a row of name, slot, worker, started_at, finished_at, outcome, attempts, evidence.
    pub fn of(row: &Row) -> Self {
        let Json(evidence) = row.get("evidence");
        Self {
            name: row.get("name"),
            slot: row.get("slot"),
            worker: row.get("worker"),
            started_at: row.get("started_at"),
            finished_at: row.get("finished_at"),
            outcome: row.get("outcome"),
            attempts: row.get("attempts"),
            evidence,
        }
    }
}

/// As a double, which PostgreSQL multiplies an interval with.
fn millis(lease: Duration) -> f64 {
    lease.as_secs_f64() * 1000.0
}
