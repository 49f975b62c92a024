//! The horses: all of them, and one with what everyone may know of her.

use crate::actions::{GROOM, OFFER, RENAME, WITHDRAW_STUD};
use crate::breeds::ALL as ALL_BREEDS;
use crate::chart::bars;
use crate::forms::{Filled, Offers, form, offered};
use crate::laboratory::{orders, results as genes_told};
use crate::listing::{Listing, Select, any, any_of};
use crate::number::{coins, grouped, percent};
use crate::pedigree::pedigree;
use crate::portrait::{large, listed};
use crate::radar::radar;
use crate::record::{over_time, results_table};
use crate::shell::{horse as link, page as shell, player, trouble};
use crate::table::{numbers_of, paged, table, words_of};
use crate::told::{Breed, Card, Genes, HorseResult, Line, Named, Page, Pedigree, Problem};
use crate::training::{train, why_not};
use crate::visit::{Moment, Visit};
use crate::words;
use axum::body::Body;
use axum::http::Response;
use futures_util::future::{join, try_join, try_join4};
use maud::{Markup, html};
use rules::discipline::Discipline;
use rules::traits::Trait;

/// How many of the results that are drawn stand in the table beneath.
const LATEST: usize = 10;

/// The orders of horses, and those of horses in a discipline.
pub(crate) const ORDERS: &[&str] = &["-id", "id", "name", "-name", "age", "-age"];
const BEST: &[&str] = &["-score"];

pub(crate) async fn herd(visit: &Visit) -> Response<Body> {
    let filters = ["breed", "sex", "discipline", "trait"];
    let list = |orders| Listing::of("/horses".to_owned(), visit.query(), &filters, orders);
    let list = match list(ORDERS).value("discipline") {
        Some(_) => list(BEST),
        None => list(ORDERS),
    };
    let path = list.ask("/v1/horses");
    let read = try_join(
        visit.read::<Page<Line>>(&path),
        visit.read::<Page<Breed>>(ALL_BREEDS),
    );
    match read.await {
        Ok((page, breeds)) => {
            let content = html! {
                h1 { (words::HORSES) }
                p { a href="/studs" { (words::STUDS) } }
                (list.narrowing(&narrowed_by(&breeds)))
                (herd_table(&page, Some(&list)))
                (list.leaves(&page))
            };
            shell(visit, words::HORSES, content).await
        }
        Err(problem) => trouble(visit, &problem).await,
    }
}

fn narrowed_by(breeds: &Page<Breed>) -> [Select; 4] {
    let sexes = [("female", words::FEMALE), ("male", words::MALE)];
    let sexes = sexes.map(|(sent, read)| (sent.to_owned(), read.to_owned()));
    let traits = Trait::ALL.iter().map(|it| it.as_str());
    let traits = traits.map(|it| (it.to_owned(), words::trait_name(it)));
    let disciplines = Discipline::ALL.iter().map(|it| it.as_str());
    [
        of_breeds(breeds),
        Select("sex", words::SEX, any(sexes.into_iter())),
        Select("discipline", words::BEST_IN, any_of(disciplines)),
        Select("trait", words::TRAIT, any(traits)),
    ]
}

/// The breeds to choose from.
pub(crate) fn of_breeds(breeds: &Page<Breed>) -> Select {
    let breeds = breeds.items.iter();
    let choices = breeds.map(|it| (it.id.to_string(), it.name.clone()));
    Select("breed", words::BREED, any(choices))
}

pub(crate) async fn page(visit: &Visit, id: &str) -> Response<Body> {
    match content(visit, id).await {
        Ok((name, content)) => shell(visit, &name, content).await,
        Err(problem) => trouble(visit, &problem).await,
    }
}

async fn content(visit: &Visit, id: &str) -> Result<(String, Markup), Problem> {
    let path = ["/v1/horses/", id].concat();
    let tree = [&path, "/pedigree?generations=5"].concat();
    let genes = [&path, "/genetics"].concat();
    let record = [&path, "/results?limit=50"].concat();
    let read = try_join4(
        visit.read(&path),
        visit.read(&tree),
        visit.read(&genes),
        visit.read(&record),
    );
    let (now, read) = join(visit.now(), read).await;
    let (card, tree, genes, results): (Card, Pedigree, Genes, Page<HorseResult>) = read?;
    let mine = if visit.is_mine(card.owner.as_ref()).await {
        let stables = offered(visit, &RENAME).await;
        actions(&card, &genes, stables, now)
    } else {
        html! {}
    };
    let content = told(&card, &tree, &genes, &results.items, &mine);
    Ok((card.name, content))
}

/// Her page, with what her owner can do.
fn told(
    card: &Card,
    tree: &Pedigree,
    genes: &Genes,
    results: &[HorseResult],
    mine: &Markup,
) -> Markup {
    html! {
        header.horse {
            (large(card.portrait.as_deref()))
            div.who {
                h1 { bdi { (card.name) } }
                p.lead { (words::capital(&card.word)) ", " (words::years(card.age)) ", "
                    a href={ "/breeds/" (card.breed.id) } { (card.breed.name) } }
                @if let Some(coat) = &card.coat { p { (words::capital(&coat.description)) "." } }
            }
            (facts(card))
        }
        (mine)
        section { h2 { (words::STATS) } (radar(&card.stats)) }
        div.pair {
            section { h2 { (words::TRAITS) } (traits(card)) }
            section { h2 { (words::SCORES) } (scores(card)) p { a href={ "/horses/" (card.id) "/training" } { (words::LEARNT) } } }
        }
        section { h2 { (words::GENES) } (genes_told(genes)) }
        section.results {
            h2 { (words::RESULTS) }
            (over_time(results))
            (results_table(results.iter().take(LATEST)))
            @if !results.is_empty() { p { a href={ "/horses/" (card.id) "/results" } { (words::ALL_RESULTS) } } }
        }
        section { h2 { (words::PEDIGREE) } (pedigree(tree)) }
    }
}

/// What her owner can do with her.
fn actions(card: &Card, genes: &Genes, stables: Offers, now: Moment) -> Markup {
    let of = || Filled {
        id: Some(card.id),
        ..Filled::default()
    };
    let stable = card.stable.as_ref().map(|it| it.id.to_string());
    let (name, stable_id) = (card.name.clone(), stable.unwrap_or_default());
    let known = Filled {
        version: Some(card.version),
        given: [
            ("name".to_owned(), name),
            ("stable_id".to_owned(), stable_id),
        ]
        .into(),
        choices: stables,
        ..of()
    };
    html! {
        section.actions {
            h2 { (words::TO_DO) }
            @match why_not(now, card.age, card.in_foal, card.training_cooldown) {
                Some(why) => { p { (words::TRAINING) ": " (why.told()) "." } }
                None => (train(card.id)),
            }
            (form(&GROOM, &of()))
            (orders(genes))
            @match (card.word.as_str(), card.stud_fee) {
                ("stallion", None) => (form(&OFFER, &of())),
                ("stallion", Some(_)) => (form(&WITHDRAW_STUD, &of())),
                ("mare", _) => { p { a href={ "/breeding?mare=" (card.id) } { (words::BREEDING) } } }
                _ => { p { a href={ "/foals/" (card.id) } { (words::NURSERY) } } }
            }
            details { summary { (RENAME.title) } (form(&RENAME, &known)) }
        }
    }
}

fn facts(card: &Card) -> Markup {
    html! {
        dl.facts {
            div { dt { (words::OWNER) } dd { (player(card.owner.as_ref())) } }
            @if let Some(stable) = &card.stable { div { dt { (words::STABLED_AT) } dd { a href={ "/stables/" (stable.id) } { bdi { (stable.name) } } } } }
            div { dt { (words::LEVEL) } dd { (grouped(card.level)) " (" (grouped(card.xp)) " " (words::XP) ")" } }
            div { dt { (words::SIRE) } dd { (parent(card.sire.as_ref())) } }
            div { dt { (words::DAM) } dd { (parent(card.dam.as_ref())) } }
            div { dt { (words::INBREEDING) } dd { (percent(card.inbreeding)) } }
            div { dt { (words::TEMPERAMENT) } dd { (card.temperament) } }
            @if let Some(height) = card.height_cm { div { dt { (words::HEIGHT) } dd { (height) " " (words::CENTIMETRES) } } }
            div { dt { (words::BOND) } dd { (card.bond_score) } }
            div { dt { (words::STRESS) } dd { (card.stress_level) } }
            @if card.in_foal { div { dt { (words::IN_FOAL) } dd { (words::YES) } } }
            @if let Some(fee) = card.stud_fee { div { dt { (words::STUD_FEE) } dd { (coins(fee)) } } }
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
    let scores = card.discipline_scores.iter();
    html! {
        @if card.discipline_scores.is_empty() { p.faint { (words::NOTHING) } }
        @else { (bars(scores.map(|(name, score)| (name.as_str(), *score)))) }
    }
}

/// Horses, a line for each; heads lead to the orders of a list, if it is one.
pub(crate) fn herd_table(page: &Page<Line>, list: Option<&Listing>) -> Markup {
    let is_scored = page.items.iter().any(|it| it.score.is_some());
    let columns = [
        words_of(words::HORSE).by(&["name", "-name"]),
        words_of(words::BREED),
        words_of(words::SEX_AND_AGE).by(&["age", "-age"]),
        numbers_of(if is_scored {
            words::SCORE
        } else {
            words::LEVEL
        }),
        words_of(words::OWNER),
    ];
    let rows = page.items.iter().map(|one| {
        [
            listed(one),
            html! { (one.breed.name) },
            html! { (one.word) ", " (words::years(one.age)) },
            html! { (grouped(one.score.unwrap_or(one.level))) },
            player(one.owner.as_ref()),
        ]
    });
    match list.filter(|_| !is_scored) {
        Some(list) => paged(list, &columns, rows),
        None => table(&columns, rows),
    }
}
