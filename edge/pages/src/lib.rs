//! The game as pages: HTML rendered at the edge, from the reads and the writes that programs have, too.
//!
//! A page asks the router of the reads for the documents that it shows, as a client would, so that copies, sessions and
//! privacy are those of the documents. What is to be done is a form; a page that takes one sends the write to the native
//! API and leads to the page that shows what became of it. All of it works without a script.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

mod cookies;
mod home;
mod horse;
mod number;
mod origin;
mod radar;
mod rankings;
mod shell;
mod shows;
mod told;
mod visit;
mod words;

pub use origin::{Origin, Sending};
pub use visit::Pages;

use axum::Router;
use axum::routing::get;

/// The router of every page.
pub fn router(pages: Pages) -> Router {
    Router::new()
        .route("/", get(home::page))
        .route("/horses", get(horse::herd))
        .route("/horses/{id}", get(horse::page))
        .route("/shows", get(shows::calendar))
        .route("/shows/{id}", get(shows::page))
        .route("/rankings", get(rankings::players))
        .route("/rankings/{discipline}", get(rankings::discipline))
        .fallback(shell::lost)
        .with_state(pages)
}
