//! `equoria migrate status`, and the evidence that the other commands leave.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio_postgres::Client;

use super::Output;
use crate::cli::reach::reach;
use crate::cli::{Finding, print_json};
use crate::config::Environment;
use crate::dev::say::human;
use crate::ops::migrate::{self, Done, Migration, Standing};
use crate::ops::runs::{self, Outcome};
use crate::trouble::{Because, Trouble};

/// Writes down what a runner did, where it did something and the database has a place for that.
pub(super) async fn keep(
    client: &Client,
    command: &str,
    started: DateTime<Utc>,
    done: &Result<Done, Trouble>,
) -> Result<(), Trouble> {
    if matches!(done, Ok(done) if done.steps.is_empty()) || !has_runs(client).await? {
        return Ok(());
    }
    let took_ms = (Utc::now() - started).num_milliseconds();
    let (outcome, mut evidence) = match done {
        Ok(done) => (
            Outcome::Done,
            json!({ "steps": done.steps.len(), "version": done.version }),
        ),
        Err(trouble) => (Outcome::Failed, json!({ "failure": trouble.to_string() })),
    };
    evidence["command"] = json!(command);
    evidence["took_ms"] = json!(took_ms);
    if let Ok(Done {
        restore_point: Some(point),
        ..
    }) = done
    {
        evidence["restore_point"] = json!(point.name);
        evidence["restore_lsn"] = json!(point.lsn);
    }
    runs::record(client, "migrate", started, outcome, &evidence).await
}

pub(super) async fn has_runs(client: &Client) -> Result<bool, Trouble> {
    let row = client
        .query_one("select to_regclass('ops.job_runs') is not null", &[])
        .await
        .because(|| "could not look for the table of runs")?;
    Ok(row.get(0))
}

pub(super) async fn status(of: &Environment, output: &Output) -> Result<Finding, Trouble> {
    let reached = reach(of, &output.voice()).await?;
    let steps = migrate::compare(&migrate::applied(&reached.client).await?);
    let is_current = steps
        .iter()
        .all(|(_, standing)| matches!(standing, Standing::Applied(_)));
    if output.json {
        let steps: Vec<_> = steps
            .iter()
            .map(|(folder, standing)| as_json(folder, standing))
            .collect();
        print_json(&json!({
            "database": reached.place,
            "version": migrate::current_version(&reached.client).await?,
            "expected_version": migrate::expected_version(),
            "is_current": is_current,
            "migrations": steps,
        }))?;
    } else {
        println!("{}", reached.place);
        for (folder, standing) in &steps {
            println!("  {folder:<32} {}", as_text(standing));
        }
    }
    Ok(Finding::of(is_current))
}

fn as_text(standing: &Standing) -> String {
    match standing {
        Standing::Applied(done) => format!(
            "applied {} in {}",
            done.applied_at.format("%Y-%m-%d %H:%M:%S UTC"),
            human(Duration::from_millis(
                u64::try_from(done.took_ms).unwrap_or(0)
            ))
        ),
        Standing::Pending => "pending".to_owned(),
        Standing::Edited(_) => "EDITED since it was applied".to_owned(),
        Standing::Unknown(_) => "UNKNOWN to this program".to_owned(),
    }
}

fn as_json(folder: &str, standing: &Standing) -> Value {
    let (word, done) = match standing {
        Standing::Applied(done) => ("applied", Some(done)),
        Standing::Pending => ("pending", None),
        Standing::Edited(done) => ("edited", Some(done)),
        Standing::Unknown(done) => ("unknown", Some(done)),
    };
    let ours = migrate::ALL.iter().find(|step| step.folder == folder);
    json!({
        "migration": folder,
        "standing": word,
        "applied_at": done.map(|done| done.applied_at.to_rfc3339()),
        "took_ms": done.map(|done| done.took_ms),
        "sha256_applied": done.map(|done| &done.sha256),
        "sha256": ours.map(Migration::sha256),
    })
}
