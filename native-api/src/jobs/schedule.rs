//! Maintenance by schedule: every worker looks for slots that are due, and one of them works each off.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio_postgres::Client;

use crate::ops::maintain::{self, Ended, Keeper, Rhythm, Severity, Turn};
use crate::ops::runs;
use crate::trouble::{Because, Trouble};

/// How often a worker looks for a slot that is due.
const INTERVAL: Duration = Duration::from_secs(5);

/// Looks for slots that are due and works them off, until told to stop; what is under way then is left to another worker.
pub async fn run(keeper: Keeper, mut stopping: watch::Receiver<bool>) {
    let mut client = None;
    while !*stopping.borrow() {
        if let Err(trouble) = look(&keeper, &mut client, &stopping).await {
            tracing::warn!(%trouble, "maintenance could not be done");
            client = None;
        }
        tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => {}
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

async fn look(
    keeper: &Keeper,
    client: &mut Option<Client>,
    stopping: &watch::Receiver<bool>,
) -> Result<(), Trouble> {
    let client = match client {
        Some(client) => client,
        None => client.insert(keeper.connect().await?),
    };
    let now = now(client).await?;
    for rhythm in Rhythm::ALL {
        let lease = keeper.lease;
        let worker = runs::worker();
        let due = maintain::take_due(client, keeper.calendar, rhythm, now, &worker, lease);
        let Some(turn) = due.await? else { continue };
        work_off(keeper, &turn, stopping).await?;
        if *stopping.borrow() {
            return Ok(());
        }
    }
    // What is due comes first: it may be what was asked for.
    match maintain::take_asked(client, &runs::worker(), keeper.lease).await? {
        Some(turn) => work_off(keeper, &turn, stopping).await,
        None => Ok(()),
    }
}

async fn work_off(
    keeper: &Keeper,
    turn: &Turn,
    stopping: &watch::Receiver<bool>,
) -> Result<(), Trouble> {
    let (name, made_up) = (turn.rhythm.name(), turn.made_up.len());
    tracing::info!(name, slot = %turn.slot, made_up, "maintenance begins");
    tell(maintain::carry_out(keeper, turn, stopping.clone(), &mut ()).await?);
    Ok(())
}

/// By the database's clock, which all workers share.
async fn now(client: &Client) -> Result<DateTime<Utc>, Trouble> {
    let row = client
        .query_one("select clock_timestamp()", &[])
        .await
        .because(|| "the database does not tell the time")?;
    Ok(row.get(0))
}

fn tell(ended: Ended) {
    match ended {
        Ended::Report(report) => {
            for finding in report.findings.iter().filter(|it| it.needs_somebody()) {
                let (task, sentence) = (&finding.task, &finding.sentence);
                match finding.severity {
                    Severity::Alarm => tracing::error!(task, "{sentence}"),
                    _ => tracing::warn!(task, "{sentence}"),
                }
            }
            let (name, slot, outcome) = (report.name, report.slot, report.outcome);
            tracing::info!(name, %slot, outcome, took_ms = report.took_ms, "maintenance ended");
        }
        Ended::Stopped => tracing::info!("maintenance stopped: another worker goes on"),
        Ended::Lost => tracing::warn!("maintenance was taken over by another worker"),
    }
}
