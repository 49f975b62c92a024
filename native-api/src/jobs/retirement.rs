//! Retirement: stallions that have grown too old to cover stand at stud no longer.

use tokio::sync::watch;

use super::repeat;
use crate::app::App;
use crate::breeding::stud::Retire;

/// How many are taken back in one transaction.
const BATCH: i64 = 500;

/// Takes back every stallion that is too old, unless told to stop.
pub async fn retire(app: &App, stopping: &watch::Receiver<bool>) {
    let retired = repeat(app, "retirement", &Retire { most: BATCH }, stopping).await;
    if retired > 0 {
        tracing::info!(retired, "stallions have retired from stud");
    }
}
