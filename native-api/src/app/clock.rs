//! `/dev/clock`: a developer makes time pass. There is no such path in production.

use std::time::Duration;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use reads::Failure;
use reads::wire::At;
use serde::{Deserialize, Serialize};

use super::{App, Visit};
use crate::clock::span_ms;

#[derive(Serialize)]
struct Shown {
    ahead_ms: i64,
    now: At,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_ms: Option<i64>,
    advance: Option<String>,
}

impl Advance {
    fn ms(&self) -> Result<i64, Failure> {
        match (self.advance_ms, &self.advance) {
            (Some(ms), None) => Ok(ms),
            (None, Some(text)) => span_ms(text).ok_or_else(|| {
                Failure::invalid(
                    "advance",
                    "This must be a span such as 90s, 15m, 36h, 7d or 2w.",
                )
            }),
            (None, None) => Err(Failure::invalid(
                "advance",
                "This field is missing (or advance_ms).",
            )),
            (Some(_), Some(_)) => Err(Failure::invalid(
                "advance",
                "Only one of advance and advance_ms may be there.",
            )),
        }
    }
}

pub(super) fn routes() -> Router<App> {
    Router::new().route("/dev/clock", get(show).post(advance))
}

async fn show(State(app): State<App>) -> Result<Json<Shown>, Failure> {
    app.clock.refresh(&app.db).await?;
    Ok(Json(shown(&app)))
}

async fn advance(visit: Visit<Advance>) -> Result<Json<Shown>, Failure> {
    let app = &visit.app;
    let ahead_ms = app.clock.advance(&app.db, visit.body.ms()?).await?;
    tracing::info!(ahead_ms, "the game's clock was advanced");
    Ok(Json(shown(app)))
}

fn shown(app: &App) -> Shown {
    Shown {
        ahead_ms: app.clock.ahead_ms(),
        now: At(app.clock.now()),
    }
}

/// Keeps up with advances that other processes make, once a second.
pub(super) async fn follow(app: App) {
    if !app.profile.is_playground() {
        return;
    }
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        // The next second brings another try; a database that is away is told of by whoever needs it.
        let _ = app.clock.refresh(&app.db).await;
    }
}
