//! Settling the shows that are due, several at a time.

use std::collections::HashMap;
use std::time::Duration;

use reads::Failure;
use rules::id::ShowId;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::app::App;
use crate::competition::settlement::{ListDue, Outcome, Settle};
use crate::db::By;

/// How many shows are settled at the same time, if the pool of connections is large enough.
const ABREAST: usize = 4;

/// How many due shows are listed at a time.
const BATCH: i64 = 200;

/// The longest that a show which cannot be settled waits for the next attempt.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Settles shows, and remembers which of them failed, so that they do not stand in the way of the others.
pub struct Settler {
    app: App,
    abreast: usize,
    failed: HashMap<ShowId, Postponed>,
}

#[derive(Clone, Copy)]
struct Postponed {
    until: Instant,
    times: u32,
}

impl Settler {
    /// A settler that leaves half of the connections to the players.
    pub fn of(app: &App) -> Self {
        let connections = app.db.pool().status().max_size;
        Self {
            app: app.clone(),
            abreast: ABREAST.min(connections / 2).max(1),
            failed: HashMap::new(),
        }
    }

    /// Settles until nothing is due any more, or until it is told to stop. Failures go to the log.
    pub async fn drain(&mut self, stopping: &watch::Receiver<bool>) {
        while !*stopping.borrow() {
            match self.round(stopping).await {
                Ok(0) => return,
                Ok(_) => {}
                Err(failure) => {
                    tracing::warn!(?failure, "due shows could not be listed");
                    return;
                }
            }
        }
    }

    /// Settles one list of due shows, and says how many of them it ended.
    async fn round(&mut self, stopping: &watch::Receiver<bool>) -> Result<usize, Failure> {
        let now = Instant::now();
        let postponed = self.failed.iter().filter(|(_, it)| it.until > now);
        let list = ListDue {
            most: BATCH,
            except: postponed.map(|(show, _)| *show).collect(),
        };
        let mut due = self
            .app
            .db
            .write(By::nobody("settlement"), &list)
            .await?
            .into_iter();
        let mut under_way = JoinSet::new();
        let mut ended = 0;
        loop {
            while under_way.len() < self.abreast && !*stopping.borrow() {
                let Some(show) = due.next() else { break };
                under_way.spawn(settle(self.app.clone(), show));
            }
            match under_way.join_next().await {
                None => return Ok(ended),
                Some(Ok((show, outcome))) => ended += usize::from(self.note(show, outcome)),
                Some(Err(panic)) => tracing::error!(%panic, "a settlement broke off"),
            }
        }
    }

    /// Remembers what became of a show; did it end here?
    fn note(&mut self, show: ShowId, outcome: Result<Outcome, Failure>) -> bool {
        match outcome {
            Ok(outcome) => {
                self.failed.remove(&show);
                outcome != Outcome::Elsewhere
            }
            Err(failure) => {
                let times = self
                    .failed
                    .get(&show)
                    .map_or(1, |it| it.times.saturating_add(1));
                let pause = pause_after(times);
                tracing::error!(%show, ?failure, times, ?pause, "a show could not be settled");
                let until = Instant::now() + pause;
                self.failed.insert(show, Postponed { until, times });
                false
            }
        }
    }
}

async fn settle(app: App, show: ShowId) -> (ShowId, Result<Outcome, Failure>) {
    let started = Instant::now();
    let request_id = format!("settlement-{show}");
    let outcome = app
        .db
        .write(By::nobody(&request_id), &Settle { show })
        .await;
    let took_ms = started.elapsed().as_millis();
    match &outcome {
        Ok(Outcome::Settled(entries)) => tracing::info!(%show, entries, took_ms, "show settled"),
        Ok(Outcome::Cancelled(entries)) => {
            tracing::info!(%show, entries, took_ms, "show cancelled: too few entries")
        }
        Ok(Outcome::Elsewhere) | Err(_) => {}
    }
    (show, outcome)
}

/// Two seconds after the first failure, then twice as long each time, up to five minutes.
fn pause_after(times: u32) -> Duration {
    Duration::from_secs(1 << times.min(9)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_show_is_tried_less_and_less_often_but_never_given_up() {
        let pauses: Vec<u64> = (1..=4).map(|times| pause_after(times).as_secs()).collect();
        assert_eq!(pauses, [2, 4, 8, 16]);
        assert_eq!(pause_after(9), LONGEST_PAUSE);
        assert_eq!(pause_after(u32::MAX), LONGEST_PAUSE);
    }
}
