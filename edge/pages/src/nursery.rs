//! The nursery: the first seven days of a foal, what each activity may do, what has come of it.

use crate::actions::RAISE;
use crate::forms::{Choice, Filled, form};
use crate::number::{instant, signed};
use crate::portrait::large;
use crate::shell::{horse, page as shell, player, trouble};
use crate::table::{numbers_of, table, words_of};
use crate::told::{Foal, Problem};
use crate::visit::Visit;
use crate::words;
use axum::body::Body;
use axum::http::Response;
use maud::{Markup, html};
use rules::foal::{Activity, ActivityFacts};

pub(crate) async fn page(visit: &Visit, id: &str) -> Response<Body> {
    let foal: Result<Foal, Problem> = visit.read(&["/v1/foals/", id].concat()).await;
    match foal {
        Ok(foal) => {
            let is_mine = visit.is_mine(foal.owner.as_ref()).await;
            shell(visit, &foal.name, content(&foal, is_mine)).await
        }
        Err(problem) => trouble(visit, &problem).await,
    }
}

fn content(foal: &Foal, is_mine: bool) -> Markup {
    html! {
        header.horse {
            (large(foal.portrait.as_deref()))
            div.who { h1 { (words::NURSERY) ": " (horse(foal.id, &foal.name)) } }
            dl.facts {
                div { dt { (words::OWNER) } dd { (player(foal.owner.as_ref())) } }
                div { dt { (words::DAY) } dd { (foal.current_day) " / 7" } }
                div { dt { (words::BOND) } dd { (foal.bond_score) } }
                div { dt { (words::STRESS) } dd { (foal.stress_level) } }
            }
        }
        (week(foal))
        section { h2 { (words::TO_DO) } (open(foal, is_mine)) }
        section { h2 { (words::DONE) } (completed(foal)) }
        section { h2 { (words::MILESTONES) } (milestones(foal)) }
    }
}

/// The seven days, and which of them it is.
fn week(foal: &Foal) -> Markup {
    html! {
        ol.week {
            @for day in 1..=7_i64 {
                li aria-current=[(day == foal.current_day).then_some("step")] class=[(day < foal.current_day).then_some("over")] {
                    (words::DAY) " " (day)
                }
            }
        }
    }
}

fn open(foal: &Foal, is_mine: bool) -> Markup {
    let is_open = |it: &&crate::told::Open| it.opens_at.is_none();
    let choices: Vec<Choice> = foal
        .activities_open
        .iter()
        .filter(is_open)
        .map(|it| (it.activity.clone(), words::activity(&it.activity)))
        .collect();
    html! {
        @if is_mine && !choices.is_empty() {
            (form(&RAISE, &Filled { id: Some(foal.id), choices: vec![("activity", choices)], ..Filled::default() }))
        }
        (offered(foal))
    }
}

/// What it can still have, when, and what each may do.
fn offered(foal: &Foal) -> Markup {
    let columns = [
        words_of(words::ACTIVITY),
        numbers_of(words::DAY),
        words_of(words::OPENS),
        numbers_of(words::BOND),
        numbers_of(words::STRESS),
    ];
    let rows = foal.activities_open.iter().map(|one| {
        let facts = one.activity.parse::<Activity>().map(Activity::facts).ok();
        let range = |of: fn(ActivityFacts) -> (i32, i32)| {
            let (least, greatest) = of(facts?);
            Some([signed(least.into()), signed(greatest.into())].join(words::TO))
        };
        [
            html! { (words::activity(&one.activity)) },
            html! { (one.day) },
            html! { @match one.opens_at { Some(at) => (instant(at)), None => { strong.good { (words::NOW) } } } },
            html! { @if let Some(range) = range(|it| it.bond) { (range) } },
            html! { @if let Some(range) = range(|it| it.stress) { (range) } },
        ]
    });
    table(&columns, rows)
}

fn completed(foal: &Foal) -> Markup {
    let columns = [
        words_of(words::ACTIVITY),
        words_of(words::WHEN),
        numbers_of(words::BOND),
        numbers_of(words::STRESS),
    ];
    let rows = foal.activities_completed.iter().map(|one| {
        [
            html! { (words::activity(&one.activity)) },
            instant(one.at),
            html! { (signed(one.bonding_impact)) },
            html! { (signed(one.stress_impact)) },
        ]
    });
    table(&columns, rows)
}

fn milestones(foal: &Foal) -> Markup {
    let columns = [words_of(words::MILESTONE), words_of(words::WHEN)];
    let rows = foal.milestones.iter().map(|one| {
        [
            html! { (words::trait_name(&one.milestone)) },
            instant(one.at),
        ]
    });
    table(&columns, rows)
}
