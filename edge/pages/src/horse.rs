//! The horses: all of them, and one with what everyone may know of her.

use crate::actions::{GROOM, OFFER, RENAME, WITHDRAW_STUD};
use crate::forms::{Filled, Offers, form, offered};
use crate::laboratory::{orders, results as genes_told};
use crate::number::{coins, grouped, instant, percent};
use crate::pedigree::pedigree;
use crate::portrait::{large, listed};
use crate::radar::radar;
use crate::rankings::asked;
use crate::shell::{horse as link, leaves, page as shell, player, trouble};
use crate::table::{numbers_of, table, words_of};
use crate::told::{Card, Genes, Line, Named, Page, Pedigree, Problem};
use crate::training::{train, why_not};
use crate::visit::{Moment, Visit};
use crate::words;
use axum::body::Body;
use axum::http::Response;
use futures_util::future::{join, try_join3};
use maud::{Markup, html};

pub(crate) async fn herd(visit: &Visit) -> Response<Body> {
    let path = asked("/v1/horses", visit.query());
    match visit.read::<Page<Line>>(&path).await {
        Ok(page) => {
            let content = html! {
                h1 { (words::HORSES) }
                (herd_table(&page))
                (leaves("/horses", &page, visit.query().is_empty()))
            };
            shell(visit, words::HORSES, content).await
        }
        Err(problem) => trouble(visit, &problem).await,
    }
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
    let read = try_join3(visit.read(&path), visit.read(&tree), visit.read(&genes));
    let (now, read) = join(visit.now(), read).await;
    let (card, tree, genes): (Card, Pedigree, Genes) = read?;
    let mine = if visit.is_mine(card.owner.as_ref()).await {
        let stables = offered(visit, &RENAME).await;
        actions(&card, &genes, stables, now)
    } else {
        html! {}
    };
    let content = told(&card, &tree, &genes, &mine);
    Ok((card.name, content))
}

/// Her page, with what her owner can do.
fn told(card: &Card, tree: &Pedigree, genes: &Genes, mine: &Markup) -> Markup {
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
        section { h2 { (words::RESULTS) } (results(card)) }
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
    let columns = [words_of(words::DISCIPLINE), numbers_of(words::SCORE)];
    let rows = card.discipline_scores.iter();
    let rows = rows.map(|(name, score)| [html! { (name) }, html! { (grouped(*score)) }]);
    table(&columns, rows)
}

fn results(card: &Card) -> Markup {
    let columns = [
        words_of(words::SHOW),
        words_of(words::DISCIPLINE),
        words_of(words::RUNS),
        numbers_of(words::PLACE),
        numbers_of(words::SCORE),
        numbers_of(words::PRIZE),
    ];
    let rows = card.results.iter().map(|one| {
        [
            html! { a href={ "/shows/" (one.show.id) } { bdi { (one.show.name) } } },
            html! { (one.discipline) },
            instant(one.run_date),
            html! { (one.placement) },
            html! { (one.score) },
            coins(one.prize),
        ]
    });
    table(&columns, rows)
}

/// Horses, a line for each.
pub(crate) fn herd_table(page: &Page<Line>) -> Markup {
    let columns = [
        words_of(words::HORSE),
        words_of(words::BREED),
        words_of(words::SEX_AND_AGE),
        numbers_of(words::LEVEL),
        words_of(words::OWNER),
    ];
    let rows = page.items.iter().map(|one| {
        [
            listed(one),
            html! { (one.breed.name) },
            html! { (one.word) ", " (words::years(one.age)) },
            html! { (grouped(one.level)) },
            player(one.owner.as_ref()),
        ]
    });
    table(&columns, rows)
}
