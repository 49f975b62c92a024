//! Signing in and out.
//!
//! A session is a row, known by the hash of a random token, so that ending an account ends it in that instant. The database
//! keeps its limits: twelve hours, and half an hour without a request.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use reads::Failure;

use super::account::Name;
use super::visitor::{Visitor, field};
use super::{Desk, page};
use crate::db::Params;
use crate::db::fault::column;
use crate::session::token::RefreshToken;
use crate::user::password::Password;

/// Where one signs in.
pub(super) const SIGN_IN: &str = "/operator/sign-in";

const COOKIE: &str = "equoria_operator";

/// As long as a session lasts at most, in seconds.
const LONGEST_S: u32 = 12 * 3_600;

const HASH: &str = "select ops.operator_hash($1) as hash";
const OPEN: &str = "select ops.open_operator_session($1, $2, $3) as is_open";
const WHO: &str = "select ops.operator_of($1) as who";
const END: &str = "select ops.end_operator_session($1)";

/// Somebody who is signed in.
pub(super) struct Who {
    /// The operator.
    pub(super) name: String,
}

/// The token of the session that a visitor claims to have.
pub(super) fn token(visitor: &Visitor) -> Option<RefreshToken> {
    visitor.cookie(COOKIE).and_then(RefreshToken::parse)
}

/// Who visits, if the session stands; that there was a request is written down.
pub(super) async fn who(desk: &Desk, visitor: &Visitor) -> Result<Option<Who>, Failure> {
    let Some(token) = token(visitor) else {
        return Ok(None);
    };
    let row = desk
        .app
        .db
        .find(visitor.by(), WHO, &[&token.hash()])
        .await?;
    let name = row.map(|row| column(&row, "who")).transpose()?.flatten();
    Ok(name.map(|name| Who { name }))
}

/// The form to sign in with.
pub(super) async fn form(_: State<Arc<Desk>>, _: Visitor) -> Response {
    shown("", None)
}

/// Takes name and password. It takes as long, and answers the same, for an unknown name as for a wrong password.
pub(super) async fn sign_in(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    body: Bytes,
) -> Response {
    if !visitor.is_from_here() {
        return page::foreign();
    }
    let called = field(&body, "name");
    match open(&desk, &visitor, &called, field(&body, "password")).await {
        Ok(token) => page::see("/operator", Some(&cookie(&desk, &token.text(), LONGEST_S))),
        Err(failure) => refused(&called, failure),
    }
}

async fn open(
    desk: &Desk,
    visitor: &Visitor,
    called: &str,
    password: String,
) -> Result<RefreshToken, Failure> {
    let name = Name::parse(called).ok();
    // Nobody can have this name: it is looked for all the same.
    let name = name.as_ref().map_or("-", Name::as_str);
    desk.app.limits.operator(visitor.address, name)?;
    let row = desk.app.db.find(visitor.by(), HASH, &[&name]).await?;
    let hash: Option<String> = row.map(|row| column(&row, "hash")).transpose()?.flatten();
    let claimed = Password::claimed(password);
    let is_right = desk.app.passwords.matches(claimed, hash.clone()).await?;
    let hash = hash.filter(|_| is_right).ok_or(Failure::WrongCredentials)?;
    let token = RefreshToken::random()?;
    let given: &Params<'_> = &[&name, &hash, &token.hash()];
    let opened = desk.app.db.find(visitor.by(), OPEN, given).await?;
    let is_open = opened.map(|row| column(&row, "is_open")).transpose()?;
    match is_open {
        Some(true) => {
            tracing::info!(operator = name, "an operator has signed in");
            Ok(token)
        }
        _ => Err(Failure::WrongCredentials),
    }
}

/// Ends the session, whether it stands or not.
pub(super) async fn sign_out(State(desk): State<Arc<Desk>>, visitor: Visitor) -> Response {
    if !visitor.is_from_here() {
        return page::foreign();
    }
    if let Some(token) = token(&visitor) {
        let ended = desk.app.db.find(visitor.by(), END, &[&token.hash()]).await;
        if let Err(failure) = ended {
            return page::failed(failure);
        }
    }
    page::see(SIGN_IN, Some(&cookie(&desk, "", 0)))
}

/// For this page alone, for no script, and sent with no request that another site begins.
fn cookie(desk: &Desk, value: &str, age_s: u32) -> String {
    let secure = match desk.app.profile.is_playground() {
        true => "",
        false => "; Secure",
    };
    format!("{COOKIE}={value}; Path=/operator; Max-Age={age_s}; SameSite=Strict; HttpOnly{secure}")
}

/// The form again, with what was typed but for the password, and why.
fn refused(called: &str, failure: Failure) -> Response {
    let why = match &failure {
        Failure::WrongCredentials => {
            "No operator has this name with this password. `equoria operator list` tells who may sign in.".to_owned()
        }
        Failure::TooMany { retry_after } => {
            format!("There were too many attempts: try again in {retry_after} seconds.")
        }
        _ => return page::failed(failure),
    };
    let headers = failure.into_response();
    let mut response = shown(called, Some(&why));
    *response.status_mut() = headers.status();
    if let Some(seconds) = headers.headers().get("retry-after") {
        response
            .headers_mut()
            .insert("retry-after", seconds.clone());
    }
    response
}

/// The form after a session that has ended.
pub(super) fn over() -> Response {
    let mut response = shown("", Some("Your session has ended: sign in again."));
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response
}

fn shown(called: &str, why: Option<&str>) -> Response {
    page::page(None, "Sign in", content(called, why))
}

fn content(called: &str, why: Option<&str>) -> Markup {
    html! {
        h1 { "Sign in as an operator" }
        @if let Some(why) = why { p.warning role="alert" { (page::commands(why)) } }
        form.sheet method="post" action=(SIGN_IN) {
            label { span { "Name" }
                input name="name" value=(called) required autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="40";
            }
            label { span { "Password" }
                input name="password" type="password" required autocomplete="current-password" maxlength="200";
            }
            button type="submit" { "Sign in" }
        }
        p.faint { "An account is made on the server: " code { "equoria operator add NAME" } ". Players' accounts do not count here." }
    }
}
