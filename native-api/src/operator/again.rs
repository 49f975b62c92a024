//! Having a run of maintenance done again: the one thing that the page changes.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::html;
use reads::Failure;

use super::visitor::Visitor;
use super::{Desk, door, page};
use crate::db::fault::column;

/// The database itself looks whether the session stands and whether the run may be asked for, and lets one of many win.
const ASK: &str = "select who, answer from ops.run_again($1, $2)";

/// Asks for a run again. Asked a second time, it changes nothing and answers the same.
pub(super) async fn ask(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Path(run): Path<String>,
) -> Response {
    if !visitor.is_from_here() {
        return page::foreign();
    }
    let Ok(run) = run.parse::<i64>() else {
        return page::failed(Failure::NoSuchPath);
    };
    match asked(&desk, &visitor, run).await {
        Ok(None) => door::over(),
        Ok(Some((who, answer))) if answer == "never" => never(&who),
        Ok(Some((who, answer))) => {
            if answer == "asked" {
                tracing::info!(operator = who, run, "a run is to be done again");
            }
            page::see("/operator#jobs", None)
        }
        Err(failure) => page::failed(failure),
    }
}

async fn asked(
    desk: &Desk,
    visitor: &Visitor,
    run: i64,
) -> Result<Option<(String, String)>, Failure> {
    let Some(token) = door::token(visitor) else {
        return Ok(None);
    };
    let found = desk
        .app
        .db
        .find(visitor.by(), ASK, &[&token.hash(), &run])
        .await?;
    let Some(row) = found else { return Ok(None) };
    let who: Option<String> = column(&row, "who")?;
    let answer: Option<String> = column(&row, "answer")?;
    Ok(who.zip(answer))
}

fn never(who: &str) -> Response {
    let content = html! {
        h1 { "This run is not done again" }
        p { "Only a run of maintenance that failed, found something, or was left by a worker that died can be asked for again." }
        p { a href="/operator#jobs" { "Back to the jobs" } }
    };
    let mut response = page::page(Some(who), "Not done again", content);
    *response.status_mut() = StatusCode::CONFLICT;
    response
}
