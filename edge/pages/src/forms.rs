//! Forms: how an action is offered, what becomes of one that was sent, and what a refusal shows.

use crate::actions::{Action, Field, Kind};
use crate::shell::{self, trouble};
use crate::told::Problem;
use crate::visit::Visit;
use crate::words;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What was filled in.
pub(crate) type Given = BTreeMap<String, String>;

/// A choice: what is sent, and what is read.
pub(crate) type Choice = (String, String);

/// What a form shows besides its action.
#[derive(Default)]
pub(crate) struct Filled<'a> {
    /// The number in its path.
    pub(crate) id: Option<i64>,
    /// The version that the player sees.
    pub(crate) version: Option<i64>,
    /// What stands in its fields.
    pub(crate) given: Given,
    /// What can be chosen, field by field.
    pub(crate) choices: Vec<(&'static str, Vec<Choice>)>,
    /// Why it was refused.
    pub(crate) problem: Option<&'a Problem>,
}

/// Reads a form that was sent, or a query.
pub(crate) fn read(body: &[u8]) -> Given {
    form_urlencoded::parse(body).into_owned().collect()
}

/// The form of an action.
pub(crate) fn form(action: &'static Action, filled: &Filled<'_>) -> Markup {
    let key = match filled.given.get("key") {
        Some(key) if filled.problem.is_none() => key.clone(),
        _ => Uuid::new_v4().to_string(),
    };
    html! {
        form method="post" action={ "/do" (action.path_of(filled.id)) } {
            @if let Some(problem) = filled.problem { p.bad role="alert" { (problem.detail) } }
            input type="hidden" name="key" value=(key);
            @if action.method != "POST" { input type="hidden" name="method" value=(action.method); }
            @if let Some(version) = filled.version { input type="hidden" name="version" value=(version); }
            @for field in action.fields { (input(field, filled)) }
            button { (action.title) }
        }
    }
}

fn input(field: &Field, filled: &Filled<'_>) -> Markup {
    let value = filled.given.get(field.name).map_or("", String::as_str);
    let is_wrong = filled.problem.and_then(|it| it.field.as_deref()) == Some(field.name);
    let choices = filled.choices.iter().find(|(name, _)| *name == field.name);
    let fixed = choices.is_none() && matches!(field.kind, Kind::Choice | Kind::Pick);
    html! {
        @if fixed { input type="hidden" name=(field.name) value=(value); }
        @else if let Some((_, choices)) = choices {
            label { span { (field.label) }
                select name=(field.name) aria-invalid=[is_wrong.then_some("true")] {
                    @for (sent, read) in choices { option value=(sent) selected[sent == value] { (read) } }
                }
            }
        }
        @else if field.kind == Kind::Flag {
            label.flag { input type="checkbox" name=(field.name) value="yes" checked[!value.is_empty()]; span { (field.label) } }
        }
        @else {
            label { span { (field.label) }
                input type=(if field.kind == Kind::Secret { "password" } else { "text" }) name=(field.name) required[!field.is_optional] aria-invalid=[is_wrong.then_some("true")]
                    inputmode=[(field.kind == Kind::Count).then_some("numeric")]
                    value=[(field.kind != Kind::Secret).then_some(value)];
            }
        }
    }
}

/// What the answer to a write may name.
#[derive(Deserialize, Default)]
struct Made {
    id: Option<i64>,
}

/// A form was sent.
pub(crate) async fn act(visit: &Visit, path: &str, given: Given) -> Response<Body> {
    let method = given.get("method").map_or("POST", String::as_str);
    let Some((action, id)) = Action::of(path, method) else {
        return trouble(visit, &shell::lost_problem()).await;
    };
    match done(visit, action, id, &given).await {
        Ok(then) => see(visit, &then),
        Err(problem) if problem.status == 401 => {
            crate::sign::again(visit, action, id, &given).await
        }
        Err(problem) => refused(visit, action, id, given, &problem).await,
    }
}

async fn done(
    visit: &Visit,
    action: &'static Action,
    id: Option<i64>,
    given: &Given,
) -> Result<String, Problem> {
    let body = action.body(given).map_err(|field| unreadable(field))?;
    let version = given.get("version").filter(|_| action.is_conditional);
    let path = ["/v1", &action.path_of(id)].concat();
    let key = given.get("key").map(String::as_str);
    let made: Value = visit
        .write(
            action.method,
            &path,
            key,
            version.map(String::as_str),
            &body,
        )
        .await?;
    let made: Made = serde_json::from_value(made).unwrap_or_default();
    Ok(action.then_of(id, made.id))
}

/// The same form again, with what was typed and why it was refused.
async fn refused(
    visit: &Visit,
    action: &'static Action,
    id: Option<i64>,
    given: Given,
    problem: &Problem,
) -> Response<Body> {
    let version = given.get("version").and_then(|it| it.parse().ok());
    let back = action.then_of(id, None);
    let filled = Filled {
        id,
        version,
        given,
        problem: Some(problem),
        ..Filled::default()
    };
    let content = html! {
        h1 { (action.title) }
        (form(action, &filled))
        p { a href=(back) { (words::BACK) } }
    };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_GATEWAY);
    shell::page_with(visit, status, action.title, content).await
}

/// Leads to a page, by `GET`.
pub(crate) fn see(visit: &Visit, place: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    if let Ok(place) = HeaderValue::from_str(place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    visit.finish(&mut response);
    response
}

fn unreadable(field: &Field) -> Problem {
    Problem {
        status: 422,
        detail: [field.label, ": ", words::NO_NUMBER].concat(),
        field: Some(field.name.to_owned()),
        ..shell::lost_problem()
    }
}

/// That another site sent a form.
pub(crate) fn foreign() -> Problem {
    Problem {
        status: 403,
        detail: words::FOREIGN.to_owned(),
        field: None,
    }
}

/// That a form is longer than any of ours.
pub(crate) fn too_long() -> Problem {
    Problem {
        status: 413,
        detail: words::TOO_LONG.to_owned(),
        field: None,
    }
}
