//! The operator's page: how the server, its database and the game are doing, as pictures, for whoever keeps them.
//!
//! It is the native API's alone, and answers nobody who comes through the edge. Whoever signs in has an account of its own
//! kind; players' mean nothing here. Nothing on it changes anything, but for one button that has a run of maintenance done
//! again.

pub mod account;
mod again;
mod backups;
mod business;
mod door;
mod drill;
mod jobs;
mod maintenance;
mod overview;
mod page;
mod picture;
mod pool;
mod seals;
mod slow;
mod visitor;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use chrono::{DateTime, Utc};
use deadpool_postgres::{Object, Pool};
use maud::{Markup, html};

use crate::app::App;
use crate::config::{Database, Environment, Login};
use crate::db;
use crate::ops::maintain::Calendar;
use crate::ops::monitor::{Monitor, Snapshot};
use crate::ops::report::{Report, Subject};
use crate::trouble::{Because, Trouble};
use visitor::Visitor;

/// What the page needs besides what every request has.
#[derive(Clone, Default)]
pub struct Settings {
    /// As whom the database is asked (`MONITOR_DATABASE_URL`): the role sees figures, and no player's rows.
    pub monitor: Option<Database>,
    /// Where backups are kept, and when maintenance is due; nothing is told of either without.
    pub environment: Option<Environment>,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// When the monitor's URL cannot be honoured, or the hour of maintenance is none.
    pub fn from_environment(of: &Environment) -> Result<Self, Trouble> {
        Calendar::from_environment(of)?;
        Ok(Self {
            monitor: Login::Monitor.database(of)?,
            environment: Some(of.clone()),
        })
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Settings(..)")
    }
}

/// How many connections all operators at their pages have together.
const CONNECTIONS: usize = 3;

/// No statement of ours outlives the patience of who waits for it, nor waits for anybody's lock, nor writes.
const SESSION: &str =
    "-c statement_timeout=3s -c lock_timeout=200ms -c default_transaction_read_only=on";

/// How long a part of the page may take; then it says so, and the others are shown.
const PATIENCE: Duration = Duration::from_secs(6);

/// All that the page is made of.
struct Desk {
    app: App,
    monitor: Monitor,
    figures: Option<Pool>,
    environment: Option<Environment>,
}

impl Desk {
    fn of(app: &App) -> Self {
        let settings = &app.operator;
        let figures = settings.monitor.as_ref().and_then(|database| {
            let pool = db::pool_with(database, "equoria operator", SESSION, CONNECTIONS);
            pool.inspect_err(
                |trouble| tracing::warn!(%trouble, "the operator's page has no figures"),
            )
            .ok()
        });
        Self {
            app: app.clone(),
            monitor: Monitor::with(app, settings.monitor.clone()),
            figures,
            environment: settings.environment.clone(),
        }
    }

    /// A connection as the monitor.
    async fn client(&self) -> Result<Object, Trouble> {
        let pool = self.figures.as_ref().ok_or_else(|| {
            Trouble::new(
                "MONITOR_DATABASE_URL is not set: it says how equoria_monitor, who sees figures and no rows, reaches the \
                 database; set it and start the server again",
            )
        })?;
        let got = pool.get().await;
        got.because(|| "the database cannot be reached as equoria_monitor")
    }

    /// A report of the operators', as the command line tells it.
    async fn report(&self, subject: Subject) -> Result<Report, Trouble> {
        let client = self.client().await?;
        subject.ask(&client, None).await
    }

    fn calendar(&self) -> Calendar {
        let of = self.environment.as_ref();
        of.and_then(|of| Calendar::from_environment(of).ok())
            .unwrap_or_default()
    }

    /// Everything that this process and the database tell in figures.
    async fn told(&self) -> Result<Snapshot, Trouble> {
        Ok(Snapshot::read(&self.monitor.metrics().await?))
    }
}

/// The routes of the page; whoever comes through the edge finds nothing there.
pub fn routes(app: &App) -> Router {
    Router::new()
        .route("/operator", get(everything))
        .route("/operator/sign-in", get(door::form).post(door::sign_in))
        .route("/operator/sign-out", post(door::sign_out))
        .route("/operator/runs/{id}/again", post(again::ask))
        .route("/operator/style/{hash}", get(page::style))
        .with_state(Arc::new(Desk::of(app)))
}

/// Waits for a part of the page, and not for ever.
async fn within<T>(part: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    let told = tokio::time::timeout(PATIENCE, part).await;
    told.unwrap_or_else(|_| {
        let seconds = PATIENCE.as_secs();
        Err(Trouble::new(format!(
            "it was not answered within {seconds} s: read the page again when the database is less busy"
        )))
    })
}

/// The page, each part read for itself, all at once.
async fn everything(State(desk): State<Arc<Desk>>, visitor: Visitor) -> Response {
    let who = match door::who(&desk, &visitor).await {
        Ok(Some(who)) => who,
        Ok(None) => return page::see(door::SIGN_IN, None),
        Err(failure) => return page::failed(failure),
    };
    let at = Utc::now();
    let (told, slow, connections, jobs, maintenance, backups, drills, seals, business) = tokio::join!(
        within(desk.told()),
        within(slow::read(&desk)),
        within(pool::read(&desk)),
        within(jobs::read(&desk)),
        within(maintenance::read(&desk, at)),
        within(backups::read(&desk)),
        within(drill::read(&desk)),
        within(seals::read(&desk)),
        within(business::read(&desk)),
    );
    let pools = told.as_ref().ok().map(pool::of_the_process);
    let sections = [
        (
            "overview",
            "Overview",
            shown(told, |it| overview::show(&desk, it)),
        ),
        (
            "pool",
            "Connections",
            html! { @if let Some(pools) = pools { (pools) } (shown(connections, pool::show)) },
        ),
        ("slow", "Slow statements", shown(slow, slow::show)),
        ("jobs", "Jobs", shown(jobs, |it| jobs::show(it, at))),
        (
            "maintenance",
            "Maintenance",
            shown(maintenance, maintenance::show),
        ),
        (
            "backups",
            "Backups",
            shown(backups, |it| backups::show(it, at)),
        ),
        ("drill", "Drills", shown(drills, |it| drill::show(it, at))),
        (
            "seals",
            "Audit seals",
            shown(seals, |it| seals::show(it, at)),
        ),
        ("business", "Business", shown(business, business::show)),
    ];
    page::page(Some(&who.name), "Operator", whole(at, &sections))
}

type Section = (&'static str, &'static str, Markup);

fn whole(at: DateTime<Utc>, sections: &[Section]) -> Markup {
    html! {
        h1 { "How everything is doing" }
        p { "Read at " (page::time(at)) ". " a href="/operator" { "Read again" } }
        nav.sections aria-label="Sections" {
            ul { @for (id, title, _) in sections { li { a href={ "#" (id) } { (title) } } } }
        }
        @for (id, title, content) in sections {
            section id=(id) aria-labelledby={ (id) "-title" } {
                h2 id={ (id) "-title" } { (title) }
                (content)
            }
        }
    }
}

/// What was read, or the sentence that says why not.
fn shown<T>(read: Result<T, Trouble>, show: impl FnOnce(T) -> Markup) -> Markup {
    match read {
        Ok(read) => show(read),
        Err(trouble) => {
            tracing::warn!(%trouble, "a part of the operator's page could not be read");
            html! { p.warning { "This cannot be shown: " (trouble) "." } }
        }
    }
}
