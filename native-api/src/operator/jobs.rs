//! What the jobs have before them, what went wrong, and who asked for it again.

use chrono::{DateTime, Utc};
use maud::{Markup, html};
use serde_json::Value;
use tokio_postgres::Row;
use tokio_postgres::types::Json;

use super::Desk;
use super::page::{age, commands, since, time, wide};
use super::picture::{Part, Stack, stacks};
use crate::ops::report::Kind;
use crate::trouble::{Because, Trouble};

const QUEUE: &str = "select b.job, b.due, b.oldest_s from ops.backlog() b order by b.job";

const COUNTS: &str = "select r.name, count(*) filter (where r.outcome = 'done') as done, count(*) filter (where r.outcome = 'found') as found,
    count(*) filter (where r.outcome = 'failed') as failed, count(*) filter (where r.outcome = 'missed') as missed,
    count(*) filter (where r.outcome is null and r.lease_until >= clock_timestamp()) as running,
    count(*) filter (where r.outcome is null and r.lease_until < clock_timestamp()) as dead
  from ops.job_runs r where r.slot > now() - interval '30 days' group by r.name order by r.name limit 60";

macro_rules! runs {
    () => {
        "select r.id, r.name, r.slot, r.worker, r.started_at, r.finished_at, r.attempts, r.evidence,
    coalesce(r.outcome, case when r.lease_until < clock_timestamp() then 'dead' else 'running' end) as state,
    ops.can_run_again(r.name, r.outcome, r.lease_until) as can_run_again, a.asked_by, a.asked_at, d.outcome as again_outcome,
    d.started_at as again_started_at, d.finished_at as again_finished_at,
    (select min(l.finished_at) from ops.job_runs l where l.name = r.name and l.outcome = 'done' and l.slot > r.slot) as done_since
  from ops.job_runs r left join ops.runs_again a on a.run_id = r.id
    left join ops.job_runs d on d.name = r.name and d.slot = a.asked_at"
    };
}

const WRONG: &str = concat!(
    runs!(),
    " where r.slot > now() - interval '30 days' and (r.outcome in ('failed', 'found')
      or r.outcome is null and r.lease_until < clock_timestamp()) order by r.slot desc limit 20"
);

const LAST: &str = concat!(
    runs!(),
    " where r.outcome is distinct from 'missed' order by r.slot desc limit 15"
);

/// What a job has before it.
struct Queued {
    job: String,
    due: i64,
    oldest_s: Option<f64>,
}

/// A run as it stands.
struct Run {
    id: i64,
    name: String,
    slot: DateTime<Utc>,
    worker: String,
    started_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    state: String,
    reasons: Vec<String>,
    can_run_again: bool,
    asked: Option<Asked>,
    done_since: Option<DateTime<Utc>>,
}

/// Who asked for a run again, and how that went.
struct Asked {
    by: String,
    at: DateTime<Utc>,
    is_begun: bool,
    ended: Option<(String, DateTime<Utc>)>,
}

/// All that the part shows.
pub(super) struct Jobs {
    queue: Vec<Queued>,
    counts: Vec<Row>,
    wrong: Vec<Run>,
    last: Vec<Run>,
}

pub(super) async fn read(desk: &Desk) -> Result<Jobs, Trouble> {
    let client = desk.client().await?;
    let because = || "the runs of the jobs could not be read";
    let (queue, counts, wrong, last) = tokio::try_join!(
        client.query(QUEUE, &[]),
        client.query(COUNTS, &[]),
        client.query(WRONG, &[]),
        client.query(LAST, &[]),
    )
    .because(because)?;
    let queued = |row: &Row| Queued {
        job: row.get("job"),
        due: row.get("due"),
        oldest_s: row.get("oldest_s"),
    };
    Ok(Jobs {
        queue: queue.iter().map(queued).collect(),
        counts,
        wrong: wrong.iter().map(Run::of).collect(),
        last: last.iter().map(Run::of).collect(),
    })
}

impl Run {
    fn of(row: &Row) -> Self {
        let Json(evidence): Json<Value> = row.get("evidence");
        let by: Option<String> = row.get("asked_by");
        let begun: Option<DateTime<Utc>> = row.get("again_started_at");
        let outcome: Option<String> = row.get("again_outcome");
        let at: Option<DateTime<Utc>> = row.get("asked_at");
        Self {
            id: row.get("id"),
            name: row.get("name"),
            slot: row.get("slot"),
            worker: row.get("worker"),
            started_at: row.get("started_at"),
            finished_at: row.get("finished_at"),
            state: row.get("state"),
            reasons: reasons(&evidence),
            can_run_again: row.get("can_run_again"),
            asked: by.zip(at).map(|(by, at)| Asked {
                by,
                at,
                is_begun: begun.is_some(),
                ended: outcome.zip(row.get("again_finished_at")),
            }),
            done_since: row.get("done_since"),
        }
    }
}

/// How many reasons are told of one run.
const MOST_REASONS: usize = 4;

/// Why a run is as it is: its error, or what it found that needs somebody.
pub(super) fn reasons(evidence: &Value) -> Vec<String> {
    if let Some(error) = evidence.get("error").and_then(Value::as_str) {
        return vec![error.to_owned()];
    }
    let findings = evidence.get("findings").and_then(Value::as_array);
    let sentences = findings.into_iter().flatten().filter_map(sentence);
    let mut all: Vec<String> = sentences.collect();
    let more = all.len().saturating_sub(MOST_REASONS);
    all.truncate(MOST_REASONS);
    if more > 0 {
        all.push(format!(
            "and {more} more: `equoria maintain history --json` tells each"
        ));
    }
    if let Some(how) = evidence.get("stopped").and_then(Value::as_str) {
        all.push(format!("stopped {how}"));
    }
    all
}

fn sentence(finding: &Value) -> Option<String> {
    if let Some(text) = finding.as_str() {
        return Some(text.to_owned());
    }
    let text = finding.get("sentence")?.as_str()?;
    let severity = finding.get("severity").and_then(Value::as_str);
    let task = finding.get("task").and_then(Value::as_str).unwrap_or("run");
    (severity != Some("note")).then(|| format!("{}: {text}", task.replace('_', " ")))
}

pub(super) fn show(jobs: Jobs, now: DateTime<Utc>) -> Markup {
    let queue: Vec<Stack> = jobs.queue.iter().map(queued).collect();
    let counts: Vec<Stack> = jobs.counts.iter().map(counted).collect();
    html! {
        (stacks("What is due and not done", "Job", &[Part("c0", "Due")], Kind::Count, None, &queue))
        @for it in jobs.queue.iter().filter(|it| it.due > 0) {
            p { "The oldest of " (it.job) " has been due for " (age(it.oldest_s.unwrap_or(0.0))) "." }
        }
        h3 { "What went wrong in thirty days" }
        @if jobs.wrong.is_empty() { p.well { "No run failed, found something, or was left half done." } }
        @else { (wrong(&jobs.wrong, now)) }
        (stacks("Runs of thirty days", "Job", &STATES, Kind::Count, None, &counts))
        details { summary { "The last runs" } (wide("The last runs", &last(&jobs.last))) }
    }
}

const STATES: [Part; 6] = [
    Part("good", "Done"),
    Part("warn", "Found"),
    Part("bad", "Failed"),
    Part("room", "Missed"),
    Part("c0", "Running"),
    Part("dead", "Dead"),
];

fn queued(of: &Queued) -> Stack {
    Stack {
        label: html! { (of.job) },
        values: vec![of.due as f64],
    }
}

fn counted(row: &Row) -> Stack {
    let values = ["done", "found", "failed", "missed", "running", "dead"];
    Stack {
        label: html! { (words(row.get("name"))) },
        values: values
            .iter()
            .map(|it| row.get::<_, i64>(it) as f64)
            .collect(),
    }
}

/// `maintain_daily` as people say it.
pub(super) fn words(name: &str) -> String {
    name.replace('_', " ")
}

fn wrong(runs: &[Run], now: DateTime<Utc>) -> Markup {
    html! {
        ol.cards { @for run in runs { li {
            h4 { (words(&run.name)) " of " (time(run.slot)) " " (state(&run.state)) }
            (why(run))
            (since_then(run, now))
        } } }
    }
}

fn why(run: &Run) -> Markup {
    html! {
        @if run.state == "dead" { p { "Its worker (" (run.worker) ") was not heard of any more." } }
        @else if run.reasons.is_empty() { p.faint { "It says nothing more." } }
        @else { ul.reasons { @for reason in &run.reasons { li { (commands(reason)) } } } }
    }
}

fn since_then(run: &Run, now: DateTime<Utc>) -> Markup {
    html! {
        @if let Some(asked) = &run.asked { p { (told(asked)) } }
        @else if run.done_since.is_some() {}
        @else if run.can_run_again {
            form method="post" action={ "/operator/runs/" (run.id) "/again" } {
                button type="submit" { "Run again" span.unseen { ": " (words(&run.name)) " of " (run.slot.format("%Y-%m-%d %H:%M").to_string()) } }
            }
        }
        @else { p.faint { (remedy(&run.name)) } }
        @if let Some(at) = run.done_since { p { "Done well since: " (since(at, now)) } }
    }
}

fn told(asked: &Asked) -> Markup {
    html! {
        (asked.by) " asked for it again at " (time(asked.at)) ": "
        @match &asked.ended {
            Some((outcome, at)) => { (state(outcome)) " at " (time(*at)) }
            None if asked.is_begun => { "it is running." }
            None => { "a worker takes it up (" code { "equoria work" } " with MAINTAIN_DATABASE_URL)." }
        }
    }
}

/// How the runs are done again that no schedule knows.
fn remedy(name: &str) -> Markup {
    let command = match name {
        "backup_create" => "equoria backup create",
        "backup_verify" => "equoria backup verify",
        "backup_drill" => "equoria backup drill",
        "backup_retain" => "equoria backup retain",
        "audit_verify" => "equoria audit verify",
        _ => return html! { "The next one comes by itself." },
    };
    html! { code { (command) } " does it again." }
}

/// The state of a run, with its colour.
pub(super) fn state(word: &str) -> Markup {
    html! { span class={ "state " (colour(word)) } { (word) } }
}

/// The class in the sheet for a state.
pub(super) fn colour(word: &str) -> &'static str {
    match word {
        "done" => "good",
        "found" => "warn",
        "failed" => "bad",
        "missed" => "room",
        "running" | "not ended" => "c0",
        _ => "dead",
    }
}

fn last(runs: &[Run]) -> Markup {
    html! {
        table.plain {
            thead { tr { th scope="col" { "Run" } th scope="col" { "Slot" } th scope="col" { "State" } th.number scope="col" { "Took" } th scope="col" { "By" } } }
            tbody { @for run in runs { tr {
                th scope="row" { (words(&run.name)) }
                td { (time(run.slot)) }
                td { (state(&run.state)) }
                td.number { @if let Some(at) = run.finished_at { (age((at - run.started_at).as_seconds_f64())) } }
                td { (run.worker) }
            } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_run_tells_its_error_or_what_it_found_that_needs_somebody() {
        assert_eq!(
            reasons(&json!({"error": "the disk is full"})),
            ["the disk is full"]
        );
        let finding = |severity: &str, text: &str| json!({"severity": severity, "task": "backup_check", "sentence": text});
        let found = json!({"findings": [finding("alarm", "it is damaged"), finding("note", "all else is well")]});
        assert_eq!(reasons(&found), ["backup check: it is damaged"]);
        assert_eq!(
            reasons(&json!({"findings": ["20260101: a byte differs"]})),
            ["20260101: a byte differs"]
        );
        let many: Vec<Value> = (0..9).map(|number| json!(number.to_string())).collect();
        assert_eq!(reasons(&json!({"findings": many})).len(), MOST_REASONS + 1);
        assert!(reasons(&json!({})).is_empty());
    }
}
