//! How diverse each breed is: computed over all of its horses, once a day of game time.

use tokio::sync::watch;

use crate::app::App;
use crate::breeding::diversity::{self, ListDue};
use crate::db::By;

/// Measures every breed whose figures are a day old, unless told to stop. A breed that fails is left to the next run.
pub async fn measure(app: &App, stopping: &watch::Receiver<bool>) {
    let by = By::game("diversity");
    let due = match app.db.write(by, &ListDue).await {
        Ok(due) => due,
        Err(failure) => {
            tracing::warn!(?failure, "the breeds could not be listed");
            return;
        }
    };
    for breed in due {
        if *stopping.borrow() {
            return;
        }
        if let Err(failure) = diversity::measure(&app.db, by, breed).await {
            tracing::warn!(breed, ?failure, "a breed's diversity could not be computed");
        }
    }
}
