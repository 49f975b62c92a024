//! Signing up, in and out.

use crate::actions::{Action, Kind};
use crate::forms::{Filled, Given, form, read, see};
use crate::shell::{page as shell, page_with};
use crate::told::Problem;
use crate::visit::Visit;
use crate::words;
use axum::body::Body;
use axum::http::{Response, StatusCode};
use maud::{Markup, html};
use serde_json::json;

/// Where a player is led who came for nothing else.
const HOME: &str = "/stable";

/// The page to sign in.
pub(crate) async fn sign_in(visit: &Visit) -> Response<Body> {
    let given = read(visit.query().as_bytes());
    shell(visit, words::SIGN_IN, in_form(&given, None)).await
}

/// The page to sign up.
pub(crate) async fn sign_up(visit: &Visit) -> Response<Body> {
    shell(visit, words::SIGN_UP, up_form(&Given::new(), None)).await
}

/// Somebody signs in.
pub(crate) async fn signed_in(visit: &Visit, given: Given) -> Response<Body> {
    let credentials =
        json!({ "email": text(&given, "email").trim(), "password": text(&given, "password") });
    match visit.sign_in("/v1/sessions", &credentials).await {
        Ok(()) => go_on(visit, &given).await,
        Err(problem) => {
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_GATEWAY);
            let content = in_form(&given, Some(&problem));
            page_with(visit, status, words::SIGN_IN, content).await
        }
    }
}

/// Somebody signs up, and is signed in by it.
pub(crate) async fn signed_up(visit: &Visit, given: Given) -> Response<Body> {
    let player = json!({ "name": text(&given, "name").trim(), "email": text(&given, "email").trim(),
        "password": text(&given, "password") });
    match visit.sign_in("/v1/users", &player).await {
        Ok(()) => see(visit, HOME),
        Err(problem) => {
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_GATEWAY);
            let content = up_form(&given, Some(&problem));
            page_with(visit, status, words::SIGN_UP, content).await
        }
    }
}

/// Somebody signs out.
pub(crate) async fn signed_out(visit: &Visit) -> Response<Body> {
    visit.sign_out().await;
    see(visit, "/")
}

/// The session was over when a form came: it is kept while its sender signs in again.
pub(crate) async fn again(
    visit: &Visit,
    action: &'static Action,
    id: Option<i64>,
    given: &Given,
) -> Response<Body> {
    let mut kept = given.clone();
    // A password is typed again.
    let secrets = action.fields.iter().filter(|it| it.kind == Kind::Secret);
    for secret in secrets {
        kept.remove(secret.name);
    }
    kept.insert("do".to_owned(), action.path_of(id));
    let content = html! {
        p role="status" { (words::SESSION_OVER) }
        (in_form(&kept, None))
    };
    page_with(visit, StatusCode::UNAUTHORIZED, words::SIGN_IN, content).await
}

/// Leads to where the player wanted to go; a form that was kept is shown once more, to be sent with one press.
async fn go_on(visit: &Visit, given: &Given) -> Response<Body> {
    let kept = given.get("do").and_then(|path| {
        let method = given.get("method").map_or("POST", String::as_str);
        Action::of(path, method)
    });
    let Some((action, id)) = kept else {
        let then = given.get("then").filter(|it| is_place(it));
        return see(visit, then.map_or(HOME, String::as_str));
    };
    let filled = Filled {
        id,
        version: given.get("version").and_then(|it| it.parse().ok()),
        given: given.clone(),
        ..Filled::default()
    };
    let content = html! { h1 { (action.title) } p { (words::STILL_HERE) } (form(action, &filled)) };
    shell(visit, action.title, content).await
}

/// Is it a path of this site, and no other site's address?
fn is_place(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains('\\')
}

fn text<'a>(given: &'a Given, name: &str) -> &'a str {
    given.get(name).map_or("", String::as_str)
}

fn in_form(given: &Given, problem: Option<&Problem>) -> Markup {
    html! {
        h1 { (words::SIGN_IN) }
        form.account method="post" action="/sign-in" {
            @if let Some(problem) = problem { p.bad role="alert" { (problem.detail) } }
            @for (name, value) in given.iter().filter(|(name, _)| !matches!(name.as_str(), "email" | "password")) {
                input type="hidden" name=(name) value=(value);
            }
            (email(given))
            (password("current-password"))
            button { (words::SIGN_IN) }
        }
        p { (words::NO_ACCOUNT) " " a href="/sign-up" { (words::SIGN_UP) } }
    }
}

fn up_form(given: &Given, problem: Option<&Problem>) -> Markup {
    html! {
        h1 { (words::SIGN_UP) }
        form.account method="post" action="/sign-up" {
            @if let Some(problem) = problem { p.bad role="alert" { (problem.detail) } }
            label { span { (words::PLAYER_NAME) } input name="name" required maxlength="60" autocomplete="nickname" value=(text(given, "name")); }
            (email(given))
            (password("new-password"))
            p.faint { (words::PASSWORD_RULE) }
            button { (words::SIGN_UP) }
        }
        p { (words::HAVE_ACCOUNT) " " a href="/sign-in" { (words::SIGN_IN) } }
    }
}

fn email(given: &Given) -> Markup {
    html! {
        label { span { (words::EMAIL) } input type="email" name="email" required autocomplete="email" value=(text(given, "email")); }
    }
}

fn password(purpose: &str) -> Markup {
    html! {
        label { span { (words::PASSWORD) } input type="password" name="password" required autocomplete=(purpose); }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_another_site() {
        for (path, is_ours) in [
            ("/horses/7", true),
            ("//evil.example", false),
            ("https://evil.example", false),
            ("/\\evil.example", false),
            ("", false),
        ] {
            assert_eq!(is_place(path), is_ours, "{path}");
        }
    }
}
