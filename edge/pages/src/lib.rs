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

mod action;
mod actions;
mod acts;
mod bars;
mod breeding;
mod breeds;
mod chart;
mod cookies;
pub mod files;
mod forms;
mod gallery;
mod home;
mod horse;
mod hosting;
mod housing;
mod laboratory;
mod listing;
mod number;
mod nursery;
mod odds;
mod origin;
mod pedigree;
mod players;
mod portrait;
mod radar;
mod rankings;
mod record;
mod settings;
mod shell;
mod shows;
mod sign;
#[cfg(not(target_family = "wasm"))]
pub mod sources;
mod stable;
mod studs;
mod table;
mod theme;
mod told;
mod training;
mod visit;
mod words;

pub use actions::{Offer, offers};
pub use origin::{Origin, Sending};
pub use visit::Pages;

use crate::visit::Visit;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Request, Response, header};
use futures_util::future::join;
use reads::version;

/// The longest form that is read, in bytes.
const LONGEST_FORM: usize = 16_384;

/// Answers a request with a page, or with where to find one. The body is that of a form.
pub async fn answer(pages: Pages, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    if portrait::is_path(parts.uri.path()) {
        return portrait::answer(&parts);
    }
    match parts.method {
        Method::GET => show(pages, &parts).await,
        Method::HEAD => {
            let shown = show(pages, &parts).await;
            Response::from_parts(shown.into_parts().0, Body::empty())
        }
        Method::POST => {
            let body = to_bytes(body, LONGEST_FORM).await.ok();
            take(pages, &parts, body).await
        }
        _ => {
            let visit = Visit::stranger(pages, &parts);
            let mut refused = shell::trouble(&visit, &shell::no_such_method()).await;
            let allowed = HeaderValue::from_static("GET, HEAD, POST");
            refused.headers_mut().insert(header::ALLOW, allowed);
            refused
        }
    }
}

/// Answers who wants to see something. What the head of the page tells of a player is asked together with its content.
async fn show(pages: Pages, parts: &Parts) -> Response<Body> {
    let visit = Visit::of(pages, parts).await;
    let (_, shown) = join(visit.me(), found(&visit, parts.uri.path())).await;
    version::told(parts.headers.get(header::IF_NONE_MATCH).cloned(), shown)
}

async fn found(visit: &Visit, path: &str) -> Response<Body> {
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match *segments.as_slice() {
        [""] => home::page(visit).await,
        ["horses"] => horse::herd(visit).await,
        ["horses", id] => horse::page(visit, id).await,
        ["horses", id, "training"] => training::of(visit, id).await,
        ["horses", id, "results"] => record::page(visit, id).await,
        ["studs"] => studs::page(visit).await,
        ["shows"] => shows::calendar(visit).await,
        ["shows", id] => shows::page(visit, id).await,
        ["rankings"] => rankings::players(visit).await,
        ["rankings", name] => rankings::discipline(visit, name).await,
        ["breeds"] => breeds::list(visit).await,
        ["gallery"] => gallery::page(visit).await,
        ["breeds", id] => breeds::page(visit, id).await,
        ["players", id] => players::page(visit, id).await,
        ["foals", id] => nursery::page(visit, id).await,
        ["stables", id] => housing::page(visit, id).await,
        ["training"] => training::all(visit).await,
        ["stable"] => stable::page(visit).await,
        ["ledger"] => stable::ledger(visit).await,
        ["settings"] => settings::page(visit).await,
        ["breeding"] => breeding::page(visit).await,
        ["breeding", "parents", id] => breeding::parent(visit, id).await,
        ["sign-in"] => sign::sign_in(visit).await,
        ["sign-up"] => sign::sign_up(visit).await,
        _ => shell::trouble(visit, &shell::lost_problem()).await,
    }
}

/// Answers who sent a form.
async fn take(pages: Pages, parts: &Parts, body: Option<Bytes>) -> Response<Body> {
    let path = parts.uri.path();
    let visit = match path {
        "/sign-in" | "/sign-up" => Visit::stranger(pages, parts),
        _ => Visit::of(pages, parts).await,
    };
    let visit = &visit;
    let given = body.as_deref().map(forms::read);
    match (path, given) {
        _ if !cookies::is_from_here(&parts.headers) => {
            shell::trouble(visit, &acts::foreign()).await
        }
        _ if !cookies::is_form(&parts.headers) => shell::trouble(visit, &acts::no_form()).await,
        (_, None) => shell::trouble(visit, &acts::too_long()).await,
        ("/sign-in", Some(given)) => sign::signed_in(visit, given).await,
        ("/sign-up", Some(given)) => sign::signed_up(visit, given).await,
        ("/sign-out", Some(_)) => sign::signed_out(visit).await,
        (_, Some(given)) => match path.strip_prefix("/do") {
            Some(path) => acts::act(visit, path, given).await,
            None => shell::trouble(visit, &shell::lost_problem()).await,
        },
    }
}
