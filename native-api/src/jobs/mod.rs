//! What the game does by itself: it holds shows, settles them at their run date, and removes what has expired.
//!
//! Any number of processes may run these jobs at once. What is to be done stands in the database and is taken there, row
//! by row, so a process that dies leaves nothing behind but its turn.

pub mod expiry;
pub mod settlement;

use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::app::App;
use crate::competition::calendar::Announce;
use crate::db::By;
use settlement::Settler;

/// How often the jobs look for something to do.
const INTERVAL: Duration = Duration::from_secs(1);

/// How often the treasury's calendar is filled.
const CALENDAR_INTERVAL: Duration = Duration::from_secs(600);

/// How often what has expired is looked for.
const EXPIRY_INTERVAL: Duration = Duration::from_secs(600);

/// Runs the jobs until `shutdown` comes; what is being settled then is finished first.
pub async fn run(app: App, shutdown: impl Future<Output = ()> + Send) {
    let (stop, stopping) = watch::channel(false);
    let told = async {
        shutdown.await;
        stop.send_replace(true);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        ((), (), ()) = async {
            tokio::join!(
                announce(&app, stopping.clone()),
                settle(&app, stopping.clone()),
                expire(&app, stopping.clone())
            )
        } => {}
        () = told => {}
    }
    tracing::debug!("the jobs have ended");
}

/// Keeps the treasury's calendar filled: every ten minutes, and at once when the game's clock is advanced.
async fn announce(app: &App, mut stopping: watch::Receiver<bool>) {
    let mut advances = app.clock.advances();
    loop {
        advances.mark_unchanged();
        match app.db.write(By::nobody("calendar"), &Announce).await {
            Ok(0) => {}
            Ok(shows) => tracing::info!(shows, "announced the treasury's shows"),
            Err(failure) => tracing::warn!(?failure, "the treasury's shows could not be announced"),
        }
        tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(CALENDAR_INTERVAL) => {}
            Ok(()) = advances.changed() => {}
        }
    }
}

/// Settles shows as soon as they are due: every second, and at once when the game's clock is advanced.
async fn settle(app: &App, mut stopping: watch::Receiver<bool>) {
    let mut advances = app.clock.advances();
    let mut settler = Settler::of(app);
    loop {
        advances.mark_unchanged();
        let next = Instant::now() + INTERVAL;
        settler.drain(&stopping).await;
        tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => return,
            () = sleep_until(next) => {}
            Ok(()) = advances.changed() => {}
        }
    }
}

async fn expire(app: &App, mut stopping: watch::Receiver<bool>) {
    loop {
        expiry::take_turn(app, &stopping).await;
        tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(EXPIRY_INTERVAL) => {}
        }
    }
}
