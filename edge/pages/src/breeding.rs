//! Breeding: a mare, a stallion, what a foal of the two may be, and what it costs.

use crate::actions::COVER;
use crate::forms::{Choice, Filled, Given, form, read};
use crate::number::{coins, grouped};
use crate::odds::{Odds, pattern};
use crate::portrait::horse;
use crate::shell::{page as shell, trouble};
use crate::told::{Own, Page, Planned, Problem, Stud};
use crate::visit::Visit;
use crate::words;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use futures_util::future::join3;
use maud::{Markup, html};
use serde_json::{Value, json};

pub(crate) async fn page(visit: &Visit) -> Response<Body> {
    let given = read(visit.query().as_bytes());
    match content(visit, &given).await {
        Ok(content) => shell(visit, words::BREEDING, content).await,
        Err(problem) => trouble(visit, &problem).await,
    }
}

async fn content(visit: &Visit, given: &Given) -> Result<Markup, Problem> {
    let own = visit.read::<Page<Own>>("/v1/users/me/horses?limit=100");
    let studs = visit.read::<Page<Stud>>("/v1/studs?limit=100");
    let (own, studs, plan) = join3(own, studs, plan(visit, given)).await;
    let (own, studs, plan) = (own?, studs?, plan?);
    Ok(html! {
        h1 { (words::BREEDING) }
        (choose(given, &own, &studs))
        div.plan #plan aria-live="polite" { @if let Some(plan) = &plan { (planned(plan)) } }
        (pattern())
    })
}

/// The mating that is asked for, if one is.
async fn plan(visit: &Visit, given: &Given) -> Result<Option<Planned>, Problem> {
    let Some((mare, stallion)) = number(given, "mare").zip(number(given, "stallion")) else {
        return Ok(None);
    };
    let path = format!("/v1/matings/preview?mare={mare}&stallion={stallion}");
    visit.read(&path).await.map(Some)
}

/// All that a prediction of a horse's foals looks at, for the script of this page.
pub(crate) async fn parent(visit: &Visit, id: &str) -> Response<Body> {
    match visit
        .read::<Value>(&format!("/v1/horses/{id}/parent"))
        .await
    {
        Ok(parent) => document(visit, StatusCode::OK, &parent),
        Err(problem) => {
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_GATEWAY);
            document(visit, status, &json!({ "detail": problem.detail }))
        }
    }
}

fn document(visit: &Visit, status: StatusCode, document: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(document.to_string()));
    *response.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    visit.finish(&mut response);
    response
}

fn number(given: &Given, name: &str) -> Option<i64> {
    given.get(name)?.parse().ok()
}

/// Mares of one's own; stallions of one's own, and those at stud.
fn choose(given: &Given, own: &Page<Own>, studs: &Page<Stud>) -> Markup {
    let is = |sex: &'static str| own.items.iter().filter(move |it| it.line.word == sex);
    let named = |it: &Own| (it.line.id.to_string(), it.line.name.clone());
    let mares: Vec<Choice> = is("mare").map(named).collect();
    if mares.is_empty() {
        return html! { p { (words::NO_MARE) } p { a.button href="/stable" { (words::STABLE) } } };
    }
    let at_stud = studs.items.iter().map(|it| {
        let read = [
            &it.line.name,
            " \u{b7} ",
            &grouped(it.fee),
            " ",
            words::COIN_SIGN,
        ]
        .concat();
        (it.line.id.to_string(), read)
    });
    let stallions: Vec<Choice> = is("stallion").map(named).chain(at_stud).collect();
    html! {
        form.choose method="get" action="/breeding" data-answers="plan" data-breeding {
            (select("mare", words::MARE, &mares, given))
            (select("stallion", words::STALLION, &stallions, given))
            button { (words::SHOW_ODDS) }
        }
    }
}

fn select(name: &str, label: &str, choices: &[Choice], given: &Given) -> Markup {
    let value = given.get(name);
    html! {
        label { span { (label) }
            select name=(name) required { @for (sent, read) in choices { option value=(sent) selected[Some(sent) == value] { (read) } } }
        }
    }
}

/// What a foal may be; then what stands in the way, what it costs, and the way to do it.
fn planned(plan: &Planned) -> Markup {
    html! {
        (Odds::of(&plan.mare, &plan.stallion, &plan.foal).shown())
        section.terms {
            h2 { (words::COVER) }
            p { (horse(&plan.mare)) }
            p { (horse(&plan.stallion)) }
            @for obstacle in &plan.obstacles { p.bad { (obstacle.detail) } }
            (cost(plan))
        }
    }
}

fn cost(plan: &Planned) -> Markup {
    let cost = &plan.cost;
    let filled = Filled {
        id: Some(plan.mare.id),
        given: [
            ("stallion_id", Some(plan.stallion.id)),
            ("fee", cost.fee.filter(|fee| *fee > 0)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_string())))
        .collect(),
        ..Filled::default()
    };
    html! {
        dl.facts {
            div { dt { (words::REGISTRATION) } dd { (coins(cost.registration)) } }
            @if let Some(fee) = cost.fee { div { dt { (words::STUD_FEE) } dd { (coins(fee)) } } }
            @if let Some(total) = cost.total { div { dt { (words::TOTAL) } dd { (coins(total)) } } }
        }
        @if plan.obstacles.is_empty() { (form(&COVER, &filled)) }
    }
}
