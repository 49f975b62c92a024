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

mod actions;
mod bars;
mod breeding;
mod breeds;
mod cookies;
mod forms;
mod home;
mod horse;
mod number;
mod nursery;
mod origin;
mod pedigree;
mod players;
mod radar;
mod rankings;
mod settings;
mod shell;
mod shows;
mod sign;
mod stable;
mod table;
mod told;
mod visit;
mod words;

pub use origin::{Origin, Sending};
pub use visit::Pages;

use axum::Router;
use axum::routing::{get, post};

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
        .route("/breeds", get(breeds::list))
        .route("/breeds/{id}", get(breeds::page))
        .route("/players/{id}", get(players::page))
        .route("/foals/{id}", get(nursery::page))
        .route("/stable", get(stable::page))
        .route("/ledger", get(stable::ledger))
        .route("/settings", get(settings::page))
        .route("/breeding", get(breeding::page))
        .route("/sign-in", get(sign::sign_in).post(sign::signed_in))
        .route("/sign-up", get(sign::sign_up).post(sign::signed_up))
        .route("/sign-out", post(sign::signed_out))
        .route("/do/{*path}", post(forms::act))
        .fallback(shell::lost)
        .with_state(pages)
}
