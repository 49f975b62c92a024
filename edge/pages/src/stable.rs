//! One's own: horses, stables, pregnancies, and what there is to do.

use crate::actions::{BUY, OPEN_STABLE, STARTER, STIPEND};
use crate::chart::{Point, chart};
use crate::forms::{Choice, Filled, form};
use crate::listing::Listing;
use crate::number::{coins, grouped, instant};
use crate::portrait::{foal as born, horse as pictured, listed};
use crate::shell::{horse, page as shell, trouble};
use crate::table::{numbers_of, paged, table, whole, words_of};
use crate::told::{Breed, Own, Page, Posting, Pregnancy, Problem, Stable};
use crate::visit::{Moment, Visit};
use crate::words;
use axum::body::Body;
use axum::http::Response;
use futures_util::future::try_join4;
use maud::{Markup, html};
use rules::economy::{STIPEND as STIPEND_COINS, STORE_HORSE_PRICE};

/// The orders of one's own horses, and of the postings of one's purse.
pub(crate) const ORDERS: &[&str] = &[
    "-id", "id", "name", "-name", "age", "-age", "-level", "level", "rest", "-rest",
];
const POSTED: &[&str] = &["-id", "id"];

pub(crate) async fn page(visit: &Visit) -> Response<Body> {
    match content(visit).await {
        Ok(content) => shell(visit, words::STABLE, content).await,
        Err(problem) => trouble(visit, &problem).await,
    }
}

async fn content(visit: &Visit) -> Result<Markup, Problem> {
    let list = Listing::of("/stable".to_owned(), visit.query(), &[], ORDERS);
    let horses = list.ask("/v1/users/me/horses");
    let (horses, stables, pregnancies, breeds): (
        Page<Own>,
        Page<Stable>,
        Page<Pregnancy>,
        Page<Breed>,
    ) = try_join4(
        visit.read(&horses),
        visit.read("/v1/users/me/stables?limit=100"),
        visit.read("/v1/users/me/pregnancies?limit=20"),
        visit.read("/v1/breeds?limit=100"),
    )
    .await?;
    let now = visit.now().await;
    let is_new = horses.items.is_empty() && visit.query().is_empty();
    Ok(html! {
        h1 { (words::STABLE) }
        @if !is_new {
            p { a.button href="/training" { (words::TRAINING) } " " a.button.quiet href="/breeding" { (words::BREEDING) } " "
                a.button.quiet href="/shows" { (words::OPEN_SHOWS) } }
        }
        @if is_new {
            section { h2 { (STARTER.title) } p { (words::STARTER_HELP) } (form(&STARTER, &offered(&breeds))) }
        } @else {
            (list.narrowing(&[]))
            (herd(&horses, &list, now))
            (list.leaves(&horses))
        }
        @if !pregnancies.items.is_empty() { section { h2 { (words::MARES_IN_FOAL) } (expecting(&pregnancies)) } }
        section { h2 { (words::STABLES) } (yards(&stables)) (form(&OPEN_STABLE, &Filled::default())) }
        div.pair {
            section { h2 { (words::STORE) } p { (words::STORE_HELP) " " (coins(STORE_HORSE_PRICE.get())) "." } (form(&BUY, &offered(&breeds))) }
            section { h2 { (STIPEND.title) } p { (words::STIPEND_HELP) " " (coins(STIPEND_COINS.get())) "." } (form(&STIPEND, &Filled::default())) }
        }
    })
}

fn offered(breeds: &Page<Breed>) -> Filled<'static> {
    let same = |name: &str| -> Choice { (name.to_owned(), name.to_owned()) };
    let sexes = [("female", words::MARE), ("male", words::STALLION)];
    let sexes = sexes.map(|(sent, read)| (sent.to_owned(), read.to_owned()));
    Filled {
        choices: vec![
            (
                "breed",
                breeds.items.iter().map(|it| same(&it.name)).collect(),
            ),
            ("sex", sexes.into()),
        ],
        ..Filled::default()
    }
}

fn herd(page: &Page<Own>, list: &Listing, now: Moment) -> Markup {
    let columns = [
        words_of(words::HORSE).by(&["name", "-name"]),
        words_of(words::BREED),
        words_of(words::SEX_AND_AGE).by(&["age", "-age"]),
        numbers_of(words::LEVEL).by(&["-level", "level"]),
        numbers_of(words::BOND),
        numbers_of(words::STRESS),
        words_of(words::RESTS_UNTIL).by(&["rest", "-rest"]),
        words_of(words::STABLE_ONE),
    ];
    let rows = page.items.iter().map(|one| {
        [
            listed(&one.line),
            html! { (one.line.breed.name) },
            html! { (one.line.word) ", " (words::years(one.line.age)) @if one.in_foal { " (" (words::IN_FOAL) ")" } },
            html! { (grouped(one.line.level)) },
            html! { (one.bond_score) },
            html! { (one.stress_level) },
            html! { @if let Some(until) = one.training_cooldown.filter(|it| *it > now) { (instant(until)) } },
            html! { @if let Some(stable) = &one.stable { a href={ "/stables/" (stable.id) } { bdi { (stable.name) } } } },
        ]
    });
    paged(list, &columns, rows)
}

fn expecting(page: &Page<Pregnancy>) -> Markup {
    let columns = [
        words_of(words::MARE),
        words_of(words::STALLION),
        words_of(words::DUE),
        words_of(words::OUTCOME),
    ];
    let rows = page.items.iter().map(|one| {
        [
            pictured(&one.mare),
            pictured(&one.stallion),
            instant(one.due_at),
            html! {
                @match (&one.foal, &one.lost_to) {
                    (Some(foal), _) => (born(foal)),
                    (_, Some(lost)) => (lost.detail),
                    _ => (words::pregnancy(&one.state)),
                }
            },
        ]
    });
    table(&columns, rows)
}

fn yards(page: &Page<Stable>) -> Markup {
    let columns = [
        words_of(words::NAME),
        words_of(words::LOCATION),
        numbers_of(words::HORSES),
    ];
    let rows = page.items.iter().map(|one| {
        [
            html! { a href={ "/stables/" (one.id) } { bdi { (one.name) } } },
            html! { @if let Some(location) = &one.location { bdi { (location) } } },
            html! { (grouped(one.horses)) },
        ]
    });
    whole(&columns, rows)
}

/// The ledger of one's purse.
pub(crate) async fn ledger(visit: &Visit) -> Response<Body> {
    let list = Listing::of("/ledger".to_owned(), visit.query(), &[], POSTED);
    let path = list.ask("/v1/users/me/ledger");
    match visit.read::<Page<Posting>>(&path).await {
        Ok(page) => {
            let content = html! {
                h1 { (words::LEDGER) }
                figure.chart { (balances(&page)) }
                (list.narrowing(&[]))
                (postings(&page, &list))
                (list.leaves(&page))
            };
            shell(visit, words::LEDGER, content).await
        }
        Err(problem) => trouble(visit, &problem).await,
    }
}

/// What the purse held after each posting of the page.
fn balances(page: &Page<Posting>) -> Markup {
    let mut points: Vec<Point> = page.items.iter().map(held).collect();
    if page.items.is_sorted_by(|one, next| one.id > next.id) {
        points.reverse();
    }
    chart(words::BALANCE, &points)
}

fn held(of: &Posting) -> Point {
    Point {
        at: of.at,
        milli: of.balance_after.saturating_mul(1_000),
        expected_milli: None,
        mark: None,
        told: [&grouped(of.balance_after), " ", words::COINS].concat(),
    }
}

fn postings(page: &Page<Posting>, list: &Listing) -> Markup {
    let columns = [
        words_of(words::WHEN).by(&["-id", "id"]),
        words_of(words::CAUSE),
        words_of(words::ABOUT_WHAT),
        numbers_of(words::AMOUNT),
        numbers_of(words::BALANCE),
    ];
    let rows = page.items.iter().map(|one| {
        [
            instant(one.at),
            html! { (words::cause(&one.cause)) },
            html! {
                @if let Some(of) = &one.horse { (horse(of.id, &of.name)) " " }
                @if let Some(of) = &one.show { a href={ "/shows/" (of.id) } { bdi { (of.name) } } }
            },
            coins(one.amount),
            coins(one.balance_after),
        ]
    });
    paged(list, &columns, rows)
}
