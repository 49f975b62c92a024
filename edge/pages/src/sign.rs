//! Signing up, in and out.

use crate::actions::{Action, Kind, Numbers, SIGN_IN, SIGN_UP};
use crate::forms::{Filled, Given, form, form_to, offered, read, see, tell_done};
use crate::settings::follow;
use crate::shell::{page as shell, page_with};
use crate::told::Problem;
use crate::visit::Visit;
use crate::words;
use axum::body::Body;
use axum::http::{Response, StatusCode};
use maud::{Markup, html};

/// The page to sign in.
pub(crate) async fn sign_in(visit: &Visit) -> Response<Body> {
    let given = read(visit.query().as_bytes());
    let then = given.into_iter().filter(|(name, _)| name == "then");
    let content = in_form(&then.collect(), None);
    shell(visit, words::SIGN_IN, content).await
}

/// The page to sign up.
pub(crate) async fn sign_up(visit: &Visit) -> Response<Body> {
    shell(visit, words::SIGN_UP, up_form(Given::new(), None)).await
}

/// Somebody signs in.
pub(crate) async fn signed_in(visit: &Visit, given: Given) -> Response<Body> {
    match open(visit, &SIGN_IN, &given).await {
        Ok(()) => {
            follow(visit).await;
            go_on(visit, given).await
        }
        Err(problem) => {
            let content = in_form(&given, Some(&problem));
            page_with(visit, status_of(&problem), words::SIGN_IN, content).await
        }
    }
}

/// Somebody signs up, and is signed in by it.
pub(crate) async fn signed_up(visit: &Visit, given: Given) -> Response<Body> {
    match open(visit, &SIGN_UP, &given).await {
        Ok(()) => {
            tell_done(visit, &SIGN_UP);
            see(visit, SIGN_UP.then)
        }
        Err(problem) => {
            let content = up_form(given, Some(&problem));
            page_with(visit, status_of(&problem), words::SIGN_UP, content).await
        }
    }
}

async fn open(visit: &Visit, action: &'static Action, given: &Given) -> Result<(), Problem> {
    // What is typed there is text: there is no field that cannot be read.
    let body = action.body(given).unwrap_or_default();
    visit.sign_in(&["/v1", action.path].concat(), &body).await
}

fn status_of(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_GATEWAY)
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
    of: Numbers,
    given: &Given,
) -> Response<Body> {
    let mut kept = given.clone();
    // A password is typed again.
    let secrets = action.fields.iter().filter(|it| it.kind == Kind::Secret);
    for secret in secrets {
        kept.remove(secret.name);
    }
    kept.insert("do".to_owned(), action.path_of(of));
    let content = html! {
        p.notice role="status" { (words::SESSION_OVER) }
        (in_form(&kept, None))
    };
    page_with(visit, StatusCode::UNAUTHORIZED, words::SIGN_IN, content).await
}

/// Leads to where the player wanted to go; a form that was kept is shown once more, to be sent with one press.
async fn go_on(visit: &Visit, mut given: Given) -> Response<Body> {
    let kept = given.get("do").and_then(|path| {
        let method = given.get("method").map_or("POST", String::as_str);
        Action::of(path, method)
    });
    let Some((action, of)) = kept else {
        let then = given.get("then").filter(|it| is_place(it));
        return see(visit, then.map_or(SIGN_IN.then, String::as_str));
    };
    given.remove("password");
    let filled = Filled {
        id: of.id,
        horse: of.horse,
        version: given.get("version").and_then(|it| it.parse().ok()),
        given,
        choices: offered(visit, action).await,
        problem: None,
    };
    let content = html! { h1 { (action.title) } p { (words::STILL_HERE) } (form(action, &filled)) };
    shell(visit, action.title, content).await
}

/// Is it a path of this site, and no other site's address? Browsers take backslashes for slashes and leave tabs out.
fn is_place(path: &str) -> bool {
    let is_plain = path.bytes().all(|it| it.is_ascii_graphic() && it != b'\\');
    is_plain && path.starts_with('/') && !path.starts_with("//")
}

/// The form to sign in, with whatever else was given: a form that is kept, or where to go.
fn in_form(given: &Given, problem: Option<&Problem>) -> Markup {
    let is_own = |name: &str| SIGN_IN.fields.iter().any(|it| it.name == name);
    let kept = given.iter().filter(|(name, _)| !is_own(name));
    let hidden = html! {
        @for (name, value) in kept { input type="hidden" name=(name) value=(value); }
    };
    html! {
        h1 { (words::SIGN_IN) }
        (form_to("/sign-in", &SIGN_IN, &filled(given.clone(), problem), &hidden))
        p { (words::NO_ACCOUNT) " " a href="/sign-up" { (words::SIGN_UP) } }
    }
}

fn up_form(given: Given, problem: Option<&Problem>) -> Markup {
    html! {
        h1 { (words::SIGN_UP) }
        p.faint { (words::PASSWORD_RULE) }
        (form_to("/sign-up", &SIGN_UP, &filled(given, problem), &html! {}))
        p { (words::HAVE_ACCOUNT) " " a href="/sign-in" { (words::SIGN_IN) } }
    }
}

fn filled(given: Given, problem: Option<&Problem>) -> Filled<'_> {
    Filled {
        given,
        problem,
        ..Filled::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_another_site() {
        for (path, is_ours) in [
            ("/horses/7", true),
            ("/rankings/Cross%20Country?cursor=a", true),
            ("//evil.example", false),
            ("https://evil.example", false),
            ("/\\evil.example", false),
            ("/\t/evil.example", false),
            ("/\n/evil.example", false),
            (" //evil.example", false),
            ("", false),
        ] {
            assert_eq!(is_place(path), is_ours, "{path}");
        }
    }

    #[test]
    fn a_form_that_is_kept_is_text_in_the_form_to_sign_in() {
        let kept = [("name", "\"><script>"), ("do", "/stables"), ("email", "a")];
        let kept = kept.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let shown = in_form(&kept.into(), None).into_string();
        assert!(
            shown.contains("value=\"&quot;&gt;&lt;script&gt;\""),
            "{shown}"
        );
        assert!(shown.contains("name=\"do\" value=\"/stables\""));
        assert_eq!(shown.matches("name=\"email\"").count(), 1);
    }
}
