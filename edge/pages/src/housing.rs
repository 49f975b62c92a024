//! A stable, as everyone sees it: whose it is, and how diverse the horses in it are.

use crate::actions::{CHANGE_STABLE, CLOSE_STABLE};
use crate::forms::{Filled, form};
use crate::number::{decimal, grouped, percent};
use crate::shell::{horse, page as shell, player, trouble};
use crate::table::{numbers_of, table, words_of};
use crate::told::{Housed, Kin, OfStable, Problem};
use crate::visit::Visit;
use crate::words;
use axum::body::Body;
use axum::http::Response;
use futures_util::future::try_join;
use maud::{Markup, html};

pub(crate) async fn page(visit: &Visit, id: &str) -> Response<Body> {
    match content(visit, id).await {
        Ok((name, content)) => shell(visit, &name, content).await,
        Err(problem) => trouble(visit, &problem).await,
    }
}

async fn content(visit: &Visit, id: &str) -> Result<(String, Markup), Problem> {
    let path = ["/v1/stables/", id].concat();
    let diversity = [&path, "/diversity"].concat();
    let (of, herd): (Housed, OfStable) =
        try_join(visit.read(&path), visit.read(&diversity)).await?;
    let content = html! {
        h1 { bdi { (of.name) } }
        dl.facts {
            div { dt { (words::OWNER) } dd { (player(of.owner.as_ref())) } }
            @if let Some(location) = &of.location { div { dt { (words::LOCATION) } dd { bdi { (location) } } } }
            div { dt { (words::HORSES) } dd { (grouped(of.horses)) } }
        }
        @if let Some(owner) = &of.owner { p { a href={ "/players/" (owner.id) } { (words::HORSES_OF_OWNER) } } }
        section { h2 { (words::DIVERSITY) } (diverse(&herd)) }
        @if visit.is_mine(of.owner.as_ref()).await { (keeping(&of)) }
    };
    Ok((of.name, content))
}

/// What its owner can do with it.
fn keeping(of: &Housed) -> Markup {
    let location = of.location.clone().unwrap_or_default();
    let known = Filled {
        id: Some(of.id),
        version: Some(of.version),
        given: [
            ("name".to_owned(), of.name.clone()),
            ("location".to_owned(), location),
        ]
        .into(),
        ..Filled::default()
    };
    let closed = Filled {
        id: Some(of.id),
        ..Filled::default()
    };
    html! {
        section { h2 { (words::TO_DO) }
            (form(&CHANGE_STABLE, &known))
            details { summary { (CLOSE_STABLE.title) } (form(&CLOSE_STABLE, &closed)) }
        }
    }
}

fn diverse(of: &OfStable) -> Markup {
    html! {
        @match &of.diversity {
            None => { p.faint { (words::EMPTY_STABLE) } }
            Some(herd) => {
                p { (words::DIVERSITY_HELP) }
                dl.facts {
                    div { dt { (words::FOUNDERS) } dd { (grouped(herd.founders)) } }
                    div { dt { abbr title=(words::FE_HELP) { "fe" } } dd { (decimal(herd.fe)) } }
                    div { dt { abbr title=(words::FA_HELP) { "fa" } } dd { (decimal(herd.fa)) } }
                    div { dt { (words::MEAN_INBREEDING) } dd { (percent(herd.mean_inbreeding)) } }
                    div { dt { (words::MEAN_KINSHIP) } dd { (percent(herd.mean_kinship)) } }
                }
                h3 { (words::CLOSEST) }
                (closest(&herd.closest))
            }
        }
    }
}

fn closest(pairs: &[Kin]) -> Markup {
    let columns = [
        words_of(words::HORSE),
        words_of(words::OTHER),
        numbers_of(words::KINSHIP),
    ];
    let rows = pairs.iter().map(|it| {
        [
            horse(it.one.id, &it.one.name),
            horse(it.other.id, &it.other.name),
            html! { (percent(it.kinship)) },
        ]
    });
    table(&columns, rows)
}
