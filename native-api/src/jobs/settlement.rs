//! Settling the shows that are due.

use reads::Failure;
use rules::id::ShowId;
use tokio::time::Instant;

use super::drain::{Chore, Drain};
use crate::app::App;
use crate::competition::settlement::{ListDue, Outcome, Settle};
use crate::db::By;

/// The shows whose run date has come.
pub struct Shows;

/// Settles shows.
pub type Settler = Drain<Shows>;

impl Chore for Shows {
    const NAME: &'static str = "settlement";
    type Id = ShowId;

    async fn list(app: &App, most: i64, except: Vec<ShowId>) -> Result<Vec<ShowId>, Failure> {
        let list = ListDue { most, except };
        app.db.write(By::game(Self::NAME), &list).await
    }

    async fn end(app: &App, show: ShowId) -> Result<bool, Failure> {
        let started = Instant::now();
        let request_id = format!("settlement-{show}");
        let settle = Settle { show };
        let outcome = app.db.write(By::game(&request_id), &settle).await?;
        let took_ms = started.elapsed().as_millis();
        match outcome {
            Outcome::Settled(entries) => tracing::info!(%show, entries, took_ms, "show settled"),
            Outcome::Cancelled(entries) => {
                tracing::info!(%show, entries, took_ms, "show cancelled: too few entries");
            }
            Outcome::Elsewhere => {}
        }
        Ok(outcome != Outcome::Elsewhere)
    }
}
