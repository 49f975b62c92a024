//! What the game does by itself: it holds shows and settles them at their run date, brings foals into the world and lets them
//! grow, retires old stallions from stud, gives horses of before their genomes, measures the breeds, and removes what has expired.
//!
//! Any number of processes may run these jobs at once. What is to be done stands in the database and is taken there, row
//! by row, so a process that dies leaves nothing behind but its turn.

pub mod birth;
pub mod diversity;
pub mod drain;
pub mod endowment;
pub mod expiry;
pub mod growth;
pub mod retirement;
pub mod schedule;
pub mod settlement;
pub mod tally;

use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;
use crate::competition::calendar::Announce;
use crate::db::{By, Write};
use birth::Midwife;
use settlement::Settler;

/// How often the jobs look for something that is due.
const INTERVAL: Duration = Duration::from_secs(1);

/// How often horses without a genome are looked for: only what was there before has none.
const ENDOWMENT_INTERVAL: Duration = Duration::from_secs(60);

/// How often the business is counted: what one time finds is counted the next.
const TALLY_INTERVAL: Duration = Duration::from_secs(60);

/// How often the treasury's calendar is filled, what has expired is looked for, and breeds are measured.
const LONG_INTERVAL: Duration = Duration::from_secs(600);

/// Runs the jobs until `shutdown` comes; what is under way then is finished first.
pub async fn run(app: App, shutdown: impl Future<Output = ()> + Send) {
    let (stop, stopping) = watch::channel(false);
    let told = async {
        shutdown.await;
        stop.send_replace(true);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        _ = async {
            tokio::join!(
                announce(&app, stopping.clone()),
                settle(&app, stopping.clone()),
                breed(&app, stopping.clone()),
                endow(&app, stopping.clone()),
                measure(&app, stopping.clone()),
                expire(&app, stopping.clone()),
                count(&app, stopping.clone())
            )
        } => {}
        () = told => {}
    }
    tracing::debug!("the jobs have ended");
}

/// When a job runs again: after its interval, and at once when the game's clock is advanced.
struct Pace {
    interval: Duration,
    advances: watch::Receiver<i64>,
    stopping: watch::Receiver<bool>,
}

impl Pace {
    fn of(app: &App, stopping: watch::Receiver<bool>, interval: Duration) -> Self {
        Self {
            interval,
            advances: app.clock.advances(),
            stopping,
        }
    }

    /// Waits for the next run; false when there is none, because the jobs are to stop.
    async fn goes_on(&mut self) -> bool {
        let goes_on = tokio::select! {
            _ = self.stopping.wait_for(|stop| *stop) => false,
            () = tokio::time::sleep(self.interval) => true,
            Ok(()) = self.advances.changed() => true,
        };
        self.advances.mark_unchanged();
        goes_on
    }
}

/// Keeps the treasury's calendar filled.
async fn announce(app: &App, stopping: watch::Receiver<bool>) {
    let mut pace = Pace::of(app, stopping, LONG_INTERVAL);
    loop {
        match app.db.write(By::game("calendar"), &Announce).await {
            Ok(0) => {}
            Ok(shows) => tracing::info!(shows, "announced the treasury's shows"),
            Err(failure) => tracing::warn!(?failure, "the treasury's shows could not be announced"),
        }
        if !pace.goes_on().await {
            return;
        }
    }
}

/// Settles shows as soon as they are due.
async fn settle(app: &App, stopping: watch::Receiver<bool>) {
    let mut pace = Pace::of(app, stopping.clone(), INTERVAL);
    let mut settler = Settler::of(app);
    loop {
        settler.drain(&stopping).await;
        if !pace.goes_on().await {
            return;
        }
    }
}

/// Carries out a write that counts what it finds to do until it finds nothing, or until told to stop, and gives the sum. What
/// goes wrong goes to the log: the next run comes.
async fn repeat<W: Write<Done = usize>>(
    app: &App,
    name: &'static str,
    write: &W,
    stopping: &watch::Receiver<bool>,
) -> usize {
    let mut all = 0;
    while !*stopping.borrow() {
        match app.db.write(By::game(name), write).await {
            Ok(0) => break,
            Ok(done) => all += done,
            Err(failure) => {
                tracing::warn!(name, ?failure, "a job broke off");
                break;
            }
        }
    }
    all
}

/// Brings foals into the world as soon as they are due, lets them grow, and retires old stallions from stud.
async fn breed(app: &App, stopping: watch::Receiver<bool>) {
    let mut pace = Pace::of(app, stopping.clone(), INTERVAL);
    let mut midwife = Midwife::of(app);
    loop {
        midwife.drain(&stopping).await;
        growth::grow(app, &stopping).await;
        retirement::retire(app, &stopping).await;
        if !pace.goes_on().await {
            return;
        }
    }
}

async fn endow(app: &App, stopping: watch::Receiver<bool>) {
    let mut pace = Pace::of(app, stopping.clone(), ENDOWMENT_INTERVAL);
    loop {
        endowment::endow(app, &stopping).await;
        if !pace.goes_on().await {
            return;
        }
    }
}

async fn count(app: &App, stopping: watch::Receiver<bool>) {
    let mut pace = Pace::of(app, stopping.clone(), TALLY_INTERVAL);
    loop {
        tally::tally(app, &stopping).await;
        if !pace.goes_on().await {
            return;
        }
    }
}

async fn measure(app: &App, stopping: watch::Receiver<bool>) {
    let mut pace = Pace::of(app, stopping.clone(), LONG_INTERVAL);
    loop {
        diversity::measure(app, &stopping).await;
        if !pace.goes_on().await {
            return;
        }
    }
}

/// Removes what has expired, which real time decides: an advance of the game's clock only makes it look once more.
async fn expire(app: &App, stopping: watch::Receiver<bool>) {
    let mut pace = Pace::of(app, stopping.clone(), LONG_INTERVAL);
    loop {
        expiry::take_turn(app, &stopping).await;
        if !pace.goes_on().await {
            return;
        }
    }
}
