//! Working off what is due, several things at a time, whatever one of them does.

use std::collections::HashMap;
use std::fmt::Display;
use std::future::Future;
use std::hash::Hash;
use std::time::Duration;

use reads::Failure;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::app::App;

/// How many are worked on at the same time, if the pool of connections is large enough.
const ABREAST: usize = 4;

/// How many are listed at a time.
const BATCH: i64 = 200;

/// The longest that one which fails waits for the next attempt.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Work that falls due piece by piece; each piece is known by a number, and ends once.
pub trait Chore: Send + 'static {
    /// What it is called in the log.
    const NAME: &'static str;
    /// The number of a piece.
    type Id: Copy + Eq + Hash + Display + Send + 'static;

    /// Lists at most so many pieces that are due, without some.
    fn list(
        app: &App,
        most: i64,
        except: Vec<Self::Id>,
    ) -> impl Future<Output = Result<Vec<Self::Id>, Failure>> + Send;

    /// Does one piece in a transaction of its own; did it end here?
    fn end(app: &App, piece: Self::Id) -> impl Future<Output = Result<bool, Failure>> + Send;
}

/// Does what is due, and remembers what failed, so that it does not stand in the way of the rest.
pub struct Drain<C: Chore> {
    app: App,
    abreast: usize,
    failed: HashMap<C::Id, Postponed>,
}

#[derive(Clone, Copy)]
struct Postponed {
    until: Instant,
    times: u32,
}

impl<C: Chore> Drain<C> {
    /// One that leaves half of the connections to the players.
    pub fn of(app: &App) -> Self {
        let connections = app.db.pool().status().max_size;
        Self {
            app: app.clone(),
            abreast: ABREAST.min(connections / 2).max(1),
            failed: HashMap::new(),
        }
    }

    /// Works until nothing is due any more, or until it is told to stop. Failures go to the log.
    pub async fn drain(&mut self, stopping: &watch::Receiver<bool>) {
        while !*stopping.borrow() {
            match self.round(stopping).await {
                Ok(0) => return,
                Ok(_) => {}
                Err(failure) => {
                    tracing::warn!(chore = C::NAME, ?failure, "what is due could not be listed");
                    return;
                }
            }
        }
    }

    /// Works off one list, and says how many pieces of it ended here.
    async fn round(&mut self, stopping: &watch::Receiver<bool>) -> Result<usize, Failure> {
        let now = Instant::now();
        let postponed = self.failed.iter().filter(|(_, it)| it.until > now);
        let except = postponed.map(|(piece, _)| *piece).collect();
        let mut due = C::list(&self.app, BATCH, except).await?.into_iter();
        let mut under_way = JoinSet::new();
        let mut ended = 0;
        loop {
            while under_way.len() < self.abreast && !*stopping.borrow() {
                let Some(piece) = due.next() else { break };
                let app = self.app.clone();
                under_way.spawn(async move { (piece, C::end(&app, piece).await) });
            }
            match under_way.join_next().await {
                None => return Ok(ended),
                Some(Ok((piece, outcome))) => ended += usize::from(self.note(piece, outcome)),
                Some(Err(panic)) => tracing::error!(chore = C::NAME, %panic, "a piece broke off"),
            }
        }
    }

    /// Remembers what became of a piece; did it end here?
    fn note(&mut self, piece: C::Id, outcome: Result<bool, Failure>) -> bool {
        match outcome {
            Ok(has_ended) => {
                self.failed.remove(&piece);
                has_ended
            }
            Err(failure) => {
                let failed = self.failed.get(&piece);
                let times = failed.map_or(1, |it| it.times.saturating_add(1));
                let pause = pause_after(times);
                tracing::error!(chore = C::NAME, %piece, ?failure, times, ?pause, "failed");
                let until = Instant::now() + pause;
                self.failed.insert(piece, Postponed { until, times });
                false
            }
        }
    }
}

/// Two seconds after the first failure, then twice as long each time, up to five minutes.
fn pause_after(times: u32) -> Duration {
    Duration::from_secs(1 << times.min(9)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_tried_less_and_less_often_but_never_given_up() {
        let pauses: Vec<u64> = (1..=4).map(|times| pause_after(times).as_secs()).collect();
        assert_eq!(pauses, [2, 4, 8, 16]);
        assert_eq!(pause_after(9), LONGEST_PAUSE);
        assert_eq!(pause_after(u32::MAX), LONGEST_PAUSE);
    }
}
