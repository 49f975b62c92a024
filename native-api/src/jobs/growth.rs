//! Growing up: the stages, days and milestones of the foals that are due for one.

use tokio::sync::watch;

use super::repeat;
use crate::app::App;
use crate::foal::growth::Grow;

/// How many foals grow in one transaction.
const BATCH: i64 = 500;

/// Lets every foal grow that is due, unless told to stop.
pub async fn grow(app: &App, stopping: &watch::Receiver<bool>) {
    let grown = repeat(app, "growth", &Grow { most: BATCH }, stopping).await;
    if grown > 0 {
        tracing::info!(grown, "foals have grown");
    }
}
