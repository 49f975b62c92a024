//! Breeding: a mare, a stallion, what a foal of the two may be, and what it costs.

use crate::actions::COVER;
use crate::bars::bars;
use crate::forms::{Choice, Filled, Given, form, read};
use crate::number::{coins, decimal, percent};
use crate::portrait::horse;
use crate::shell::{page as shell, trouble};
use crate::table::{numbers_of, table, words_of};
use crate::told::{Own, Page, Planned, Problem, Stud};
use crate::visit::Visit;
use crate::words;
use axum::body::Body;
use axum::http::Response;
use maud::{Markup, html};

pub(crate) async fn page(visit: &Visit) -> Response<Body> {
    let given = read(visit.query().as_bytes());
    match content(visit, &given).await {
        Ok(content) => shell(visit, words::BREEDING, content).await,
        Err(problem) => trouble(visit, &problem).await,
    }
}

async fn content(visit: &Visit, given: &Given) -> Result<Markup, Problem> {
    let own: Page<Own> = visit.read("/v1/users/me/horses?limit=100").await?;
    let studs: Page<Stud> = visit.read("/v1/studs?limit=100").await?;
    let plan = match (number(given, "mare"), number(given, "stallion")) {
        (Some(mare), Some(stallion)) => {
            let path = format!("/v1/matings/preview?mare={mare}&stallion={stallion}");
            Some(visit.read::<Planned>(&path).await?)
        }
        _ => None,
    };
    Ok(html! {
        h1 { (words::BREEDING) }
        (choose(given, &own, &studs))
        @if let Some(plan) = &plan { (planned(plan)) }
    })
}

fn number(given: &Given, name: &str) -> Option<i64> {
    given.get(name)?.parse().ok()
}

/// Mares of one's own; stallions of one's own, and those at stud.
fn choose(given: &Given, own: &Page<Own>, studs: &Page<Stud>) -> Markup {
    let is = |sex: &'static str| own.items.iter().filter(move |it| it.line.word == sex);
    let named = |it: &Own| (it.line.id.to_string(), it.line.name.clone());
    let mares: Vec<Choice> = is("mare").map(named).collect();
    let at_stud = studs.items.iter().map(|it| {
        let read = [
            &it.line.name,
            " \u{b7} ",
            &crate::number::grouped(it.fee),
            " ",
            words::COIN_SIGN,
        ]
        .concat();
        (it.line.id.to_string(), read)
    });
    let stallions: Vec<Choice> = is("stallion").map(named).chain(at_stud).collect();
    html! {
        form.choose method="get" action="/breeding" {
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

fn planned(plan: &Planned) -> Markup {
    let foal = &plan.foal;
    html! {
        section {
            h2 { (words::FOAL_OF) " " (horse(&plan.mare)) " \u{d7} " (horse(&plan.stallion)) }
            @for obstacle in &plan.obstacles { p.bad { (obstacle.detail) } }
            @for loss in &foal.losses { p.bad role="status" { (words::LETHAL) " " (loss.name) ": " (percent(loss.chance)) } }
            (cost(plan))
            h3 { (words::COAT) }
            (bars(foal.coats.iter().map(|it| (it.name.as_str(), it.live)).chain(other(foal.other_coats))))
            h3 { (words::HEALTH) }
            (health(plan))
            h3 { (words::STATS) }
            (stats(plan))
        }
    }
}

fn other(chance: f64) -> Option<(&'static str, f64)> {
    (chance > 0.0).then_some((words::OTHER_COATS, chance))
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
            div { dt { (words::INBREEDING) } dd { (percent(plan.foal.inbreeding)) } }
            div { dt { (words::BORN_ALIVE) } dd { (percent(plan.foal.born_alive)) } }
            div { dt { (words::REGISTRATION) } dd { (coins(cost.registration)) } }
            @if let Some(fee) = cost.fee { div { dt { (words::STUD_FEE) } dd { (coins(fee)) } } }
            @if let Some(total) = cost.total { div { dt { (words::TOTAL) } dd { (coins(total)) } } }
        }
        @if plan.obstacles.is_empty() { (form(&COVER, &filled)) }
    }
}

fn health(plan: &Planned) -> Markup {
    let columns = [
        words_of(words::DISEASE),
        numbers_of(words::AFFECTED),
        numbers_of(words::CARRIER),
    ];
    let rows = plan.foal.health.iter().map(|one| {
        [
            html! { (one.name) },
            html! { (percent(one.affected)) },
            html! { (percent(one.carrier)) },
        ]
    });
    table(&columns, rows)
}

fn stats(plan: &Planned) -> Markup {
    let columns = [
        words_of(words::STAT),
        numbers_of(words::MEAN),
        numbers_of(words::SPREAD),
    ];
    let rows = plan.foal.stats.iter().map(|(name, one)| {
        [
            html! { (words::stat(name)) },
            html! { (decimal(one.mean)) },
            html! { "\u{b1} " (decimal(one.sd)) },
        ]
    });
    table(&columns, rows)
}
