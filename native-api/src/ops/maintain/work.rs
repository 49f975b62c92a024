//! Working off a slot: task after task, the lease prolonged meanwhile, everything written down.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_postgres::Client;
use tokio_postgres::types::Json;

use super::task::{At, Task};
use super::turn::Turn;
use super::{Finding, Keeper, Rhythm, Severity, Told};
use crate::ops::runs::{self, Outcome, Run};
use crate::trouble::{Because, Trouble};

/// A slot at which so many workers have died is given up.
const ATTEMPTS: i32 = 3;

/// How many characters of a finding are kept.
const LONGEST_SENTENCE: usize = 500;

/// How a slot ended in our hands.
#[derive(Clone, Debug)]
pub enum Ended {
    /// All tasks were gone through.
    Report(Report),
    /// We were told to stop: the next worker goes on where we stopped.
    Stopped,
    /// Our lease ran out or could not be prolonged in time: the slot is somebody else's, or soon will be.
    Lost,
}

/// What a run did and found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// `maintain_daily` and so on.
    pub name: &'static str,
    /// The slot that was worked off.
    pub slot: DateTime<Utc>,
    /// How many workers have begun it.
    pub attempts: i32,
    /// How many earlier slots were missed, and are made up by this one.
    pub made_up_slots: usize,
    /// How long this attempt took.
    pub took_ms: u64,
    /// done, found or failed.
    pub outcome: &'static str,
    /// What was found, the weightiest first.
    pub findings: Vec<Finding>,
    /// Each task with its figures.
    pub tasks: Map<String, Value>,
}

/// Hears of each task.
pub trait Progress: Send {
    /// A task begins.
    fn begins(&mut self, task: Task);
    /// It has ended, with what it found.
    fn ends(&mut self, task: Task, took: Duration, findings: &[Finding]);
}

impl Progress for () {
    fn begins(&mut self, _: Task) {}
    fn ends(&mut self, _: Task, _: Duration, _: &[Finding]) {}
}

/// What has been written down of a run so far.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    /// How many workers have begun its tasks and have not let go of them in good order. The others of its attempts got
    /// no connection, or were told to stop: neither is a fault of the slot's.
    #[serde(default)]
    begun: i32,
    #[serde(default)]
    findings: Vec<Finding>,
    #[serde(default)]
    tasks: Map<String, Value>,
}

/// Works off a slot until it is done, or until told to stop.
///
/// # Errors
/// When the database is gone: the slot is taken up again after the lease.
pub async fn carry_out(
    keeper: &Keeper,
    turn: &Turn,
    mut stopping: watch::Receiver<bool>,
    progress: &mut dyn Progress,
) -> Result<Ended, Trouble> {
    let client = keeper.connect().await?;
    let since = Instant::now();
    let Some((backend, kept)) = begin(keeper, &client, &turn.run).await? else {
        return Ok(Ended::Lost);
    };
    let ended = tokio::select! {
        report = all_tasks(keeper, &client, turn, kept, progress) => return report,
        () = lost(keeper, &turn.run, since) => Ended::Lost,
        _ = stopping.wait_for(|stop| *stop) => Ended::Stopped,
    };
    // What the server is at ends before the lease does; where it cannot be reached, the slot is given up all the same.
    let letting_go = let_go(keeper, &turn.run, backend, matches!(ended, Ended::Stopped));
    let let_go = tokio::time::timeout(keeper.lease / 5, letting_go).await;
    let_go.because(|| "could not cancel what maintenance was at in time")??;
    Ok(ended)
}

/// Counts us among those who have begun, and prolongs the lease; nothing where somebody else has the slot by now. Answers
/// our session's number, and what earlier attempts have written down.
async fn begin(
    keeper: &Keeper,
    client: &Client,
    run: &Run,
) -> Result<Option<(i32, Kept)>, Trouble> {
    let because = || "could not begin maintenance";
    if !runs::extend(client, run, keeper.lease).await? {
        return Ok(None);
    }
    let sql = "update ops.job_runs set evidence = jsonb_set(evidence, '{begun}', to_jsonb(coalesce((evidence ->> 'begun')::int, 0) + 1))
        where id = $1 and attempts = $2 and finished_at is null returning pg_backend_pid(), evidence";
    let row = client.query_opt(sql, &[&run.id, &run.attempts]).await;
    Ok(row.because(because)?.map(|row| {
        let Json(kept): Json<Value> = row.get(1);
        (row.get(0), serde_json::from_value(kept).unwrap_or_default())
    }))
}

/// Cancels what our session is at; where we are told to stop, the slot is anybody's at once, and it has cost no attempt.
async fn let_go(keeper: &Keeper, run: &Run, backend: i32, is_stopped: bool) -> Result<(), Trouble> {
    let beside = keeper.connect().await?;
    beside
        .execute("select pg_cancel_backend($1)", &[&backend])
        .await
        .because(|| "could not cancel what maintenance was at")?;
    if !is_stopped {
        return Ok(());
    }
    let sql = "update ops.job_runs set evidence = jsonb_set(evidence, '{begun}', to_jsonb((evidence ->> 'begun')::int - 1))
        where id = $1 and attempts = $2 and finished_at is null";
    let told = beside.execute(sql, &[&run.id, &run.attempts]).await;
    told.because(|| "could not take back that maintenance was begun")?;
    runs::extend(&beside, run, Duration::ZERO).await.map(|_| ())
}

/// Writes down that a run by hand, which nobody will take up again, was stopped.
///
/// # Errors
/// When the database refuses.
pub async fn give_up(keeper: &Keeper, turn: &Turn) -> Result<(), Trouble> {
    let client = keeper.connect().await?;
    let evidence = json!({ "stopped": "by hand" });
    runs::finish(&client, &turn.run, Outcome::Failed, &evidence)
        .await
        .map(|_| ())
}

/// Ends when somebody else has the slot, or so long before the lease does that what we are at can still be cancelled;
/// until then the lease is prolonged. It counts from before it was asked for: the server's clock begins later.
async fn lost(keeper: &Keeper, run: &Run, mut since: Instant) {
    loop {
        let end = since + keeper.lease * 3 / 4;
        tokio::time::sleep(keeper.lease / 6).await;
        let asked = Instant::now();
        let patience = end.min(asked + keeper.lease / 4);
        match tokio::time::timeout_at(patience, prolong(keeper, run)).await {
            Ok(Ok(true)) => since = asked,
            Ok(Ok(false)) => return,
            Ok(Err(trouble)) => {
                tracing::warn!(%trouble, "the lease of maintenance was not prolonged");
            }
            Err(_) => tracing::warn!("the lease of maintenance was not prolonged in time"),
        }
        if Instant::now() >= end && since != asked {
            return;
        }
    }
}

async fn prolong(keeper: &Keeper, run: &Run) -> Result<bool, Trouble> {
    runs::extend(&keeper.connect().await?, run, keeper.lease).await
}

async fn all_tasks(
    keeper: &Keeper,
    client: &Client,
    turn: &Turn,
    mut kept: Kept,
    progress: &mut dyn Progress,
) -> Result<Ended, Trouble> {
    let since = Instant::now();
    let at = At {
        keeper,
        client,
        rhythm: turn.rhythm,
        slot: turn.slot,
        attempts: turn.run.attempts,
    };
    if kept.begun > ATTEMPTS {
        kept.give_up();
        return finish(client, turn, since, kept).await;
    }
    for task in Task::of(turn.rhythm) {
        if kept.has_done(*task) {
            continue;
        }
        progress.begins(*task);
        let began = Instant::now();
        let told = task.run(&at).await;
        if client.is_closed() {
            return Err(Trouble::new(format!(
                "the connection broke in the middle of {}",
                task.name()
            )));
        }
        let found = kept.add(*task, began.elapsed(), told);
        progress.ends(*task, began.elapsed(), found);
        save(client, &turn.run, &kept).await?;
    }
    finish(client, turn, since, kept).await
}

impl Kept {
    /// Whether an earlier attempt has done a task; what failed is tried again.
    fn has_done(&self, task: Task) -> bool {
        let kept = self.tasks.get(task.name());
        kept.and_then(|kept| kept.get("is_done")) == Some(&Value::Bool(true))
    }

    /// Adds what a task told, and gives the findings that are new by it.
    fn add(&mut self, task: Task, took: Duration, told: Result<Told, Trouble>) -> &[Finding] {
        self.findings.retain(|finding| finding.task != task.name());
        let begin = self.findings.len();
        let is_done = told.is_ok();
        let told = told.unwrap_or_else(|trouble| {
            let mut told = Told::default();
            told.alarm(format!("could not be done: {trouble}"));
            told
        });
        let mut evidence = told.evidence;
        evidence.insert("took_ms".to_owned(), json!(millis(took)));
        evidence.insert("is_done".to_owned(), json!(is_done));
        self.tasks
            .insert(task.name().to_owned(), Value::Object(evidence));
        let found = told.findings.into_iter();
        self.findings
            .extend(found.map(|(severity, sentence)| Finding {
                severity,
                task: task.name().to_owned(),
                sentence: shortened(sentence),
            }));
        &self.findings[begin..]
    }

    fn give_up(&mut self) {
        self.findings.push(Finding {
            severity: Severity::Alarm,
            task: "schedule".to_owned(),
            sentence: format!(
                "{} workers died at this slot: it is given up; run it by hand and watch what happens",
                self.begun - 1
            ),
        });
    }

    fn outcome(&self, rhythm: Rhythm) -> Outcome {
        let mut tasks = Task::of(rhythm).iter();
        if !tasks.all(|task| self.has_done(*task)) {
            Outcome::Failed
        } else if self.findings.iter().any(Finding::needs_somebody) {
            Outcome::Found
        } else {
            Outcome::Done
        }
    }
}

/// A row of evidence is no place for ten thousand names: the command that looks closer tells them all.
fn shortened(mut sentence: String) -> String {
    if let Some((end, _)) = sentence.char_indices().nth(LONGEST_SENTENCE) {
        sentence.truncate(end);
        sentence.push_str(" ...");
    }
    sentence
}

async fn save(client: &Client, run: &Run, kept: &Kept) -> Result<(), Trouble> {
    let sql = "update ops.job_runs set evidence = $3 where id = $1 and attempts = $2 and finished_at is null";
    client
        .execute(sql, &[&run.id, &run.attempts, &Json(kept)])
        .await
        .map(|_| ())
        .because(|| "could not write down what maintenance has done so far")
}

async fn finish(
    client: &Client,
    turn: &Turn,
    since: Instant,
    mut kept: Kept,
) -> Result<Ended, Trouble> {
    kept.findings
        .sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let outcome = kept.outcome(turn.rhythm);
    let report = Report {
        name: turn.rhythm.name(),
        slot: turn.slot,
        attempts: turn.run.attempts,
        made_up_slots: turn.made_up.len(),
        took_ms: millis(since.elapsed()),
        outcome: outcome.as_str(),
        findings: kept.findings,
        tasks: kept.tasks,
    };
    let evidence = json!({
        "took_ms": report.took_ms,
        "made_up_slots": report.made_up_slots,
        "findings": report.findings,
        "tasks": report.tasks,
    });
    match runs::finish(client, &turn.run, outcome, &evidence).await? {
        true => Ok(Ended::Report(report)),
        false => Ok(Ended::Lost),
    }
}

fn millis(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_of_ten_thousand_names_is_cut_between_its_characters() {
        assert_eq!(shortened("short".to_owned()), "short");
        let long = shortened("é".repeat(10_000));
        assert_eq!(long.chars().count(), LONGEST_SENTENCE + 4);
    }
}
