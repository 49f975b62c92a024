//! What becomes of a form that was sent: the write, and the page that shows what it did or why it did nothing.

use crate::actions::{Action, Field, Kind, Numbers};
use crate::forms::{Filled, Given, USED_KEY, form, offered, see, tell_done};
use crate::shell::{self, trouble};
use crate::sign;
use crate::told::Problem;
use crate::visit::Visit;
use crate::words;
use axum::body::Body;
use axum::http::{Response, StatusCode};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

/// What the answer to a write may name.
#[derive(Deserialize, Default)]
struct Made {
    id: Option<i64>,
}

/// A form was sent.
pub(crate) async fn act(visit: &Visit, path: &str, given: Given) -> Response<Body> {
    let method = given.get("method").map_or("POST", String::as_str);
    let Some((action, of)) = Action::of(path, method) else {
        return trouble(visit, &shell::lost_problem()).await;
    };
    match done(visit, action, of, &given).await {
        Ok(then) => {
            tell_done(visit, action);
            see(visit, &then)
        }
        Err(problem) if problem.status == 401 => sign::again(visit, action, of, &given).await,
        Err(problem) => refused(visit, action, of, given, problem).await,
    }
}

async fn done(
    visit: &Visit,
    action: &'static Action,
    of: Numbers,
    given: &Given,
) -> Result<String, Problem> {
    let body = action.body(given);
    let body = body.map_err(|(field, why)| unreadable(field, why))?;
    let version = given.get("version").filter(|_| action.is_conditional());
    let path = ["/v1", &action.path_of(of)].concat();
    let key = given.get("key").map(String::as_str);
    let version = version.map(String::as_str);
    let made = visit.write(action.method, &path, key, version, &body);
    let made: Value = made.await?;
    if std::ptr::eq(action, &crate::actions::SIGN_OUT_EVERYWHERE) {
        visit.forget();
    }
    let made: Made = serde_json::from_value(made).unwrap_or_default();
    Ok(action.then_of(of, made.id))
}

/// The same form again, with what was typed and why it was refused.
async fn refused(
    visit: &Visit,
    action: &'static Action,
    of: Numbers,
    given: Given,
    problem: Problem,
) -> Response<Body> {
    let now = match problem.code.as_str() {
        STALE | UNCONDITIONAL | USED_KEY => current(visit, action, of).await,
        _ => None,
    };
    let version = given.get("version").and_then(|it| it.parse().ok());
    let problem = Problem {
        detail: for_people(&problem).to_owned(),
        ..problem
    };
    let filled = Filled {
        id: of.id,
        horse: of.horse,
        version: now.as_ref().and_then(Current::version).or(version),
        given,
        choices: offered(visit, action).await,
        problem: Some(&problem),
    };
    let content = html! {
        h1 { (action.title) }
        (form(action, &filled))
        @if let Some(now) = &now { (now.shown(action)) }
        p { a href=(action.then_of(of, None)) { (words::BACK) } }
    };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_GATEWAY);
    shell::page_with(visit, status, action.title, content).await
}

const STALE: &str = "stale-version";
const UNCONDITIONAL: &str = "version-required";

/// What is told to people of what the API tells programs.
fn for_people(problem: &Problem) -> &str {
    match problem.code.as_str() {
        STALE => words::CHANGED_SINCE,
        UNCONDITIONAL => words::OLD_FORM,
        USED_KEY => words::SENT_BEFORE,
        "idempotency-key-in-use" => words::UNDER_WAY,
        "unanswered" => words::UNANSWERED,
        _ => &problem.detail,
    }
}

/// What has changed meanwhile, as it is now.
struct Current {
    document: Value,
    place: &'static str,
}

/// Asked of the native API: a copy of it might be as old as the form.
async fn current(visit: &Visit, action: &'static Action, of: Numbers) -> Option<Current> {
    let (path, place) = action.document_of(of)?;
    let document = visit.ask(&path).await.ok()?;
    Some(Current { document, place })
}

impl Current {
    fn version(&self) -> Option<i64> {
        self.document.get("version")?.as_i64()
    }

    fn value(&self, field: &Field) -> Option<String> {
        let place = [self.place, "/", &field.name.replace('.', "/")].concat();
        match (field.kind, self.document.pointer(&place)?) {
            (Kind::Flag, Value::Bool(is_on)) => {
                let word = if *is_on { words::YES } else { words::NO };
                Some(word.to_owned())
            }
            (Kind::Text, Value::String(text)) => Some(text.clone()),
            _ => None,
        }
    }

    fn shown(&self, action: &Action) -> Markup {
        let values = action
            .fields
            .iter()
            .filter_map(|it| Some((it.label, self.value(it)?)));
        html! {
            h2 { (words::AS_IT_IS) }
            dl.facts { @for (label, value) in values { div { dt { (label) } dd { bdi { (value) } } } } }
        }
    }
}

fn unreadable(field: &Field, why: &str) -> Problem {
    Problem {
        status: 422,
        detail: why.to_owned(),
        field: Some(field.name.to_owned()),
        ..Problem::default()
    }
}

/// That another site sent a form.
pub(crate) fn foreign() -> Problem {
    Problem {
        status: 403,
        detail: words::FOREIGN.to_owned(),
        ..Problem::default()
    }
}

/// That a form is longer than any of ours.
pub(crate) fn too_long() -> Problem {
    Problem {
        status: 413,
        detail: words::TOO_LONG.to_owned(),
        ..Problem::default()
    }
}

/// That something was sent which is no form.
pub(crate) fn no_form() -> Problem {
    Problem {
        status: 415,
        detail: words::NO_FORM.to_owned(),
        ..Problem::default()
    }
}
