//! Growing up: the stages, days and milestones of the foals that are due for one.

use tokio::sync::watch;

use crate::app::App;
use crate::db::By;
use crate::foal::growth::Grow;

/// How many foals grow in one transaction.
const BATCH: i64 = 500;

/// Lets every foal grow that is due, unless told to stop. What goes wrong goes to the log: the next run comes soon.
pub async fn grow(app: &App, stopping: &watch::Receiver<bool>) {
    let grow = Grow { most: BATCH };
    let mut grown = 0;
    while !*stopping.borrow() {
        match app.db.write(By::nobody("growth"), &grow).await {
            Ok(0) => break,
            Ok(foals) => grown += foals,
            Err(failure) => {
                tracing::warn!(?failure, "foals could not grow");
                break;
            }
        }
    }
    if grown > 0 {
        tracing::info!(grown, "foals have grown");
    }
}
