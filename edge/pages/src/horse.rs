//! The horses: all of them, and one with what everyone may know of her.

use crate::number::{coins, grouped, instant, percent};
use crate::radar::radar;
use crate::rankings::asked;
use crate::shell::{horse as link, leaves, page as shell, player, trouble};
use crate::told::{Card, Line, Named, Page};
use crate::visit::{Pages, Visit};
use crate::words;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Response};
use maud::{Markup, html};

pub(crate) async fn herd(
    State(pages): State<Pages>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    let visit = Visit::of(&pages, &headers).await;
    let path = asked("/v1/horses", query.as_deref());
    match visit.read::<Page<Line>>(&path).await {
        Ok(page) => {
            let content = html! {
                h1 { (words::HORSES) }
                (herd_table(&page))
                (leaves("/horses", &page, query.is_none()))
            };
            shell(&visit, words::HORSES, content).await
        }
        Err(problem) => trouble(&visit, &problem).await,
    }
}

pub(crate) async fn page(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response<Body> {
    let visit = Visit::of(&pages, &headers).await;
    match visit.read::<Card>(&["/v1/horses/", &id].concat()).await {
        Ok(card) => shell(&visit, &card.name, content(&card)).await,
        Err(problem) => trouble(&visit, &problem).await,
    }
}

fn content(card: &Card) -> Markup {
    html! {
        h1 { bdi { (card.name) } }
        p { (card.word) ", " (words::years(card.age)) ", " (card.breed.name)
            @if let Some(coat) = &card.coat { ". " (coat.description) "." } }
        (facts(card))
        section { h2 { (words::STATS) } (radar(&card.stats)) }
        section { h2 { (words::TRAITS) } (traits(card)) }
        section { h2 { (words::SCORES) } (scores(card)) }
        section { h2 { (words::RESULTS) } (results(card)) }
    }
}

fn facts(card: &Card) -> Markup {
    html! {
        dl.facts {
            dt { (words::OWNER) } dd { (player(card.owner.as_ref())) }
            @if let Some(stable) = &card.stable { dt { (words::STABLE) } dd { a href={ "/stables/" (stable.id) } { bdi { (stable.name) } } } }
            dt { (words::LEVEL) } dd { (grouped(card.level)) " (" (grouped(card.xp)) " " (words::XP) ")" }
            dt { (words::SIRE) } dd { (parent(card.sire.as_ref())) }
            dt { (words::DAM) } dd { (parent(card.dam.as_ref())) }
            dt { (words::INBREEDING) } dd { (percent(card.inbreeding)) }
            dt { (words::TEMPERAMENT) } dd { (card.temperament) }
            @if let Some(height) = card.height_cm { dt { (words::HEIGHT) } dd { (height) " " (words::CENTIMETRES) } }
            dt { (words::BOND) } dd { (card.bond_score) }
            dt { (words::STRESS) } dd { (card.stress_level) }
            @if card.in_foal { dt { (words::IN_FOAL) } dd { (words::YES) } }
            @if let Some(fee) = card.stud_fee { dt { (words::STUD_FEE) } dd { (coins(fee)) } }
            @if let Some(until) = card.training_cooldown { dt { (words::RESTS_UNTIL) } dd { (instant(until)) } }
        }
    }
}

fn parent(of: Option<&Named>) -> Markup {
    html! {
        @match of { Some(one) => (link(one.id, &one.name)), None => { span.faint { (words::FOUNDER) } } }
    }
}

fn traits(card: &Card) -> Markup {
    html! {
        @if card.traits.values().all(Vec::is_empty) { p { (words::NOTHING) } }
        @else {
            ul.traits { @for (sign, names) in &card.traits { @for name in names { li class=(sign) { (words::trait_name(name)) } } } }
        }
    }
}

fn scores(card: &Card) -> Markup {
    html! {
        @if card.discipline_scores.is_empty() { p { (words::NOTHING) } }
        @else {
            table {
                thead { tr { th scope="col" { (words::DISCIPLINE) } th.number scope="col" { (words::SCORE) } } }
                tbody { @for (name, score) in &card.discipline_scores { tr { td { (name) } td.number { (grouped(*score)) } } } }
            }
        }
    }
}

fn results(card: &Card) -> Markup {
    html! {
        @if card.results.is_empty() { p { (words::NOTHING) } }
        @else {
            table {
                thead { tr {
                    th scope="col" { (words::RUNS) } th scope="col" { (words::SHOW) } th scope="col" { (words::DISCIPLINE) }
                    th.number scope="col" { (words::PLACE) } th.number scope="col" { (words::SCORE) } th.number scope="col" { (words::PRIZE) }
                } }
                tbody {
                    @for one in &card.results {
                        tr {
                            td { (instant(one.run_date)) }
                            td { a href={ "/shows/" (one.show.id) } { bdi { (one.show.name) } } }
                            td { (one.discipline) }
                            td.number { (one.placement) }
                            td.number { (one.score) }
                            td.number { (coins(one.prize)) }
                        }
                    }
                }
            }
        }
    }
}

pub(crate) fn herd_table(page: &Page<Line>) -> Markup {
    html! {
        @if page.items.is_empty() { p { (words::NOTHING) } }
        @else {
            table {
                thead { tr {
                    th scope="col" { (words::HORSE) } th scope="col" { (words::BREED) } th scope="col" { (words::SEX_AND_AGE) }
                    th.number scope="col" { (words::LEVEL) } th scope="col" { (words::OWNER) }
                } }
                tbody {
                    @for one in &page.items {
                        tr {
                            td { (link(one.id, &one.name)) }
                            td { (one.breed.name) }
                            td { (one.word) ", " (words::years(one.age)) }
                            td.number { (grouped(one.level)) }
                            td { (player(one.owner.as_ref())) }
                        }
                    }
                }
            }
        }
    }
}
