//! What is the same on every page: the head, the ways through the game, the foot.

use crate::files::{SCRIPT_PATH, STYLE_PATH};
use crate::forms::{see, told_done};
use crate::number::{coins, grouped};
use crate::theme::choice;
use crate::told::{Me, Page, Player, Problem};
use crate::visit::Visit;
use crate::words;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use maud::{DOCTYPE, Markup, html};
use reads::version::tag;

/// Nothing from elsewhere, no script or style within a page, no page of ours within another's.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The ways that are open to everyone.
const WAYS: [(&str, &str); 4] = [
    ("/horses", words::HORSES),
    ("/shows", words::SHOWS),
    ("/rankings", words::RANKINGS),
    ("/breeds", words::BREEDS),
];

/// A whole page.
pub(crate) async fn page(visit: &Visit, title: &str, content: Markup) -> Response<Body> {
    framed(visit, visit.me().await, StatusCode::OK, title, &content)
}

/// A whole page that answers with this status.
pub(crate) async fn page_with(
    visit: &Visit,
    status: StatusCode,
    title: &str,
    content: Markup,
) -> Response<Body> {
    framed(visit, visit.me().await, status, title, &content)
}

/// What cannot be shown, with what helps.
pub(crate) async fn trouble(visit: &Visit, problem: &Problem) -> Response<Body> {
    if problem.status == 401 {
        let place: String = form_urlencoded::byte_serialize(visit.place().as_bytes()).collect();
        return see(visit, &["/sign-in?then=", &place].concat());
    }
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let is_lost = status == StatusCode::NOT_FOUND;
    let title = if is_lost { words::LOST } else { words::TROUBLE };
    let content = html! {
        h1 { (title) }
        p { (problem.detail) }
        @if is_lost {
            p { (words::LOST_HELP) }
            ul { @for (path, name) in WAYS { li { a href=(path) { (name) } } } }
        }
    };
    framed(visit, visit.me().await, status, title, &content)
}

/// That there is nothing.
pub(crate) fn lost_problem() -> Problem {
    Problem {
        status: 404,
        ..Problem::default()
    }
}

/// That a page cannot be asked in this way.
pub(crate) fn no_such_method() -> Problem {
    Problem {
        status: 405,
        detail: words::NO_SUCH_METHOD.to_owned(),
        ..Problem::default()
    }
}

fn framed(
    visit: &Visit,
    me: Option<&Me>,
    status: StatusCode,
    title: &str,
    content: &Markup,
) -> Response<Body> {
    let document = html! {
        (DOCTYPE)
        html lang="en" data-theme=[visit.theme()] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " \u{b7} " (words::GAME) }
                link rel="stylesheet" href=(STYLE_PATH);
                script type="module" src=(SCRIPT_PATH) {}
            }
            body {
                a.skip href="#content" { (words::SKIP) }
                (top(me))
                @if visit.stale_s().is_some() { p.notice role="status" { (words::STALE) } }
                @if visit.is_away() { p.notice role="status" { (words::AWAY) } }
                @if let Some(done) = visit.done() { (told_done(&done)) }
                main #content { (content) }
                footer { p { (words::GAME) ". " (words::ABOUT) } @if me.is_none() { (choice()) } }
            }
        }
    };
    let document = document.into_string();
    let tag = HeaderValue::try_from(tag(None, document.as_bytes()));
    let mut response = Response::new(Body::from(document));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CACHE_CONTROL, visit.keeping());
    // A page without forms is the same until what it shows changes: whoever has it is told so.
    if let Ok(tag) = tag {
        headers.insert(header::ETAG, tag);
    }
    visit.finish(&mut response);
    response
}

fn top(me: Option<&Me>) -> Markup {
    html! {
        header {
            nav aria-label=(words::GAME) {
                a.home href="/" { (words::GAME) }
                @for (path, name) in WAYS { a href=(path) { (name) } }
            }
            nav aria-label=(words::PLAYER) {
                @match me {
                    Some(me) => {
                        a href="/stable" { bdi { (me.name) } }
                        span { (words::LEVEL) " " (grouped(me.level.into())) }
                        a href="/ledger" { (coins(me.money)) }
                        a href="/settings" { (words::SETTINGS) }
                    }
                    None => {
                        a href="/sign-in" { (words::SIGN_IN) }
                        a.button href="/sign-up" { (words::SIGN_UP) }
                    }
                }
            }
        }
    }
}

/// A player as a link; or that the player is hidden.
pub(crate) fn player(of: Option<&Player>) -> Markup {
    html! {
        @match of {
            Some(player) => { a href={ "/players/" (player.id) } { bdi { (player.name) } } }
            None => { span.faint { (words::HIDDEN) } }
        }
    }
}

/// A horse as a link.
pub(crate) fn horse(id: i64, name: &str) -> Markup {
    html! { a href={ "/horses/" (id) } { bdi { (name) } } }
}

/// The ways to the next page of a list and back to its first.
pub(crate) fn leaves<T>(path: &str, page: &Page<T>, is_first: bool) -> Markup {
    let sign = if path.contains('?') { '&' } else { '?' };
    html! {
        @if !is_first || page.next_cursor.is_some() {
            nav.leaves aria-label=(words::NEXT) {
                @if !is_first { a href=(path) { (words::FIRST) } }
                @if let Some(cursor) = &page.next_cursor {
                    a rel="next" href={ (path) (sign) "cursor=" (cursor) } { (words::NEXT) }
                }
            }
        }
    }
}
