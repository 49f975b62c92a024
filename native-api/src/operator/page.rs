//! What is the same on all of the operator's pages: the head, the frame, instants, tables.

use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use maud::{DOCTYPE, Markup, html};
use pages::files;
use reads::Failure;
use reads::problem::Cause;
use sha2::{Digest as _, Sha256};

use super::visitor::Visitor;
use crate::config::hex;
use crate::ops::report::{Column, Kind, Table, told};

/// The players' sheet, and what the operators' pictures need besides.
static STYLE: LazyLock<String> =
    LazyLock::new(|| [files::STYLE, include_str!("operator.css")].concat());

/// Changes whenever the sheet does, so that a browser may keep each for ever.
static STYLE_HASH: LazyLock<String> = LazyLock::new(|| hex(&Sha256::digest(STYLE.as_bytes())[..8]));

/// Nothing from elsewhere, no script at all, no style within a page, no page of ours within another's.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// A whole page, with the way out for whoever is signed in.
pub(super) fn page(who: Option<&str>, title: &str, content: Markup) -> Response {
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " \u{b7} Equoria" }
                link rel="stylesheet" href={ "/operator/style/" (*STYLE_HASH) };
            }
            body.operator {
                a.skip href="#content" { "To the content" }
                header {
                    a.home href="/operator" { "Equoria" }
                    @if let Some(who) = who {
                        form method="post" action="/operator/sign-out" {
                            span { "Signed in as " strong { (who) } }
                            button.quiet type="submit" { "Sign out" }
                        }
                    }
                }
                main #content { (content) }
                footer { p { "The operator\u{2019}s page of this server. All times are UTC." } }
            }
        }
    };
    let mut response = Response::new(Body::from(document.into_string()));
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Leads to another page, perhaps with a cookie.
pub(super) fn see(place: &'static str, cookie: Option<&str>) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::from_static(place));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = cookie.and_then(|it| HeaderValue::from_str(it).ok()) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    response
}

/// A form that no page of ours has sent.
pub(super) fn foreign() -> Response {
    let mut response = page(
        None,
        "Not from here",
        html! {
            h1 { "This form came from another site" }
            p { "Nothing was done. " a href="/operator" { "Open the page" } " and use the form there." }
        },
    );
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
}

/// A failure as a page; its cause goes to the log with the request.
pub(super) fn failed(failure: Failure) -> Response {
    let problem = failure.into_response();
    let status = problem.status();
    let sentence = match status.as_u16() {
        404 => "There is nothing at this path.",
        503 => {
            "The database does not answer: see that it runs, then read the page again. The server\u{2019}s log says more."
        }
        _ => "Something broke on the server: its log says what, under the id of this request.",
    };
    let mut response = page(
        None,
        "Not to be had",
        html! {
            h1 { "This cannot be shown" }
            p { (sentence) }
            p { a href="/operator" { "Back to the page" } }
        },
    );
    *response.status_mut() = status;
    if let Some(Cause(cause)) = problem.extensions().get::<Cause>() {
        response.extensions_mut().insert(Cause(cause.clone()));
    }
    response
}

/// The sheet of the style.
pub(super) async fn style(_: Visitor, Path(hash): Path<String>) -> Response {
    if hash != *STYLE_HASH {
        return failed(Failure::NoSuchPath);
    }
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, STYLE.as_str()).into_response()
}

/// An instant, to the minute.
pub(super) fn time(at: DateTime<Utc>) -> Markup {
    html! {
        time datetime=(at.to_rfc3339_opts(SecondsFormat::Secs, true)) { (at.format("%Y-%m-%d %H:%M").to_string()) }
    }
}

/// An instant with how long ago it was.
pub(super) fn since(at: DateTime<Utc>, now: DateTime<Utc>) -> Markup {
    html! { (time(at)) " (" (age((now - at).as_seconds_f64())) " ago)" }
}

/// A sentence in which commands stand between backticks.
pub(super) fn commands(sentence: &str) -> Markup {
    html! {
        @for (at, part) in sentence.split('`').enumerate() {
            @if at % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// A sentence whose figures are not broken between lines.
pub(super) fn unbroken(sentence: &str) -> String {
    let is_digit = |letter: Option<&char>| letter.is_some_and(char::is_ascii_digit);
    let letters: Vec<char> = sentence.chars().collect();
    let kept = letters.iter().enumerate().map(|(at, letter)| {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        match letter {
            ' ' if is_digit(before) && is_digit(letters.get(at + 1)) => '\u{a0}',
            letter => *letter,
        }
    });
    kept.collect()
}

/// Seconds as people say them.
pub(super) fn age(seconds: f64) -> String {
    told(seconds.max(0.0), Kind::Seconds)
}

/// Facts, each with its name; what is not known is left out.
pub(super) fn facts(facts: &[(&str, Option<Markup>)]) -> Markup {
    html! {
        dl.facts {
            @for (name, fact) in facts {
                @if let Some(fact) = fact { div { dt { (name) } dd { (fact) } } }
            }
        }
    }
}

/// What is wider than a small screen is scrolled by itself, with the keyboard too.
pub(super) fn wide(name: &str, content: &Markup) -> Markup {
    html! { div.wide role="region" aria-label={ "Table: " (name) } tabindex="0" { (content) } }
}

/// A table of a report.
pub(super) fn table(table: &Table) -> Markup {
    html! {
        h3 { (table.title) }
        @if table.rows.is_empty() { p.faint { "none" } }
        @else { (wide(&table.title, &rows(table))) }
    }
}

fn rows(table: &Table) -> Markup {
    html! {
        table.plain {
            thead { tr { @for column in table.columns { th scope="col" class=[class(column)] { (column.heading) } } } }
            tbody {
                @for row in &table.rows {
                    tr {
                        @for (column, cell) in table.columns.iter().zip(row) {
                            td class=[class(column)] { (cell.told(column.kind)) }
                        }
                    }
                }
            }
        }
    }
}

fn class(column: &Column) -> Option<&'static str> {
    match (column.kind, column.key) {
        (Kind::Text, "query") => Some("query"),
        (Kind::Text, _) => None,
        _ => Some("number"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_in_a_sentence_is_set_apart_and_everything_is_text() {
        let shown = commands("see `psql -c \"<x>\"` & go").into_string();
        assert_eq!(
            shown,
            "see <code>psql -c &quot;&lt;x&gt;&quot;</code> &amp; go"
        );
    }

    #[test]
    fn a_figure_in_a_sentence_stays_on_one_line() {
        assert_eq!(
            unbroken("1 097 of 12 000 are 3 to 4"),
            "1\u{a0}097 of 12\u{a0}000 are 3 to 4"
        );
        assert_eq!(unbroken(" 1 "), " 1 ");
    }
}
