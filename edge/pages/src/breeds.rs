//! The breeds, and how diverse each is.

use crate::number::{decimal, grouped, instant, percent};
use crate::radar::radar;
use crate::shell::{page as shell, trouble};
use crate::table::{whole, words_of};
use crate::told::{Breed, Figures, OfBreed, Page, Problem};
use crate::visit::Visit;
use crate::words;
use axum::body::Body;
use axum::http::Response;
use maud::{Markup, html};

/// Every breed fits a page.
pub(crate) const ALL: &str = "/v1/breeds?limit=100";

pub(crate) async fn list(visit: &Visit) -> Response<Body> {
    match visit.read::<Page<Breed>>(ALL).await {
        Ok(page) => {
            let rows = page.items.iter().map(|one| {
                [
                    html! { a href={ "/breeds/" (one.id) } { (one.name) } },
                    html! { (best(one)) },
                ]
            });
            let columns = [words_of(words::BREED), words_of(words::STRONGEST)];
            let content = html! { h1 { (words::BREEDS) } p { a href="/gallery" { (words::GALLERY) } } (whole(&columns, rows)) };
            shell(visit, words::BREEDS, content).await
        }
        Err(problem) => trouble(visit, &problem).await,
    }
}

/// The three stats in which the founders of a breed are best.
fn best(of: &Breed) -> String {
    let mut stats: Vec<(&str, i64)> = of
        .stat_means
        .iter()
        .map(|(name, mean)| (name.as_str(), *mean))
        .collect();
    stats.sort_by_key(|(_, mean)| -mean);
    let named: Vec<String> = stats
        .iter()
        .take(3)
        .map(|(name, _)| words::stat(name))
        .collect();
    named.join(", ")
}

pub(crate) async fn page(visit: &Visit, id: &str) -> Response<Body> {
    match content(visit, &id).await {
        Ok((name, content)) => shell(visit, &name, content).await,
        Err(problem) => trouble(visit, &problem).await,
    }
}

async fn content(visit: &Visit, id: &str) -> Result<(String, Markup), Problem> {
    let of: OfBreed = visit
        .read(&["/v1/breeds/", id, "/diversity"].concat())
        .await?;
    let all: Page<Breed> = visit.read(ALL).await?;
    let breed = all.items.iter().find(|it| it.id == of.breed.id);
    let content = html! {
        h1 { (of.breed.name) }
        p { a href={ "/horses?breed=" (of.breed.id) } { (words::HORSES_OF_BREED) } }
        section {
            h2 { (words::DIVERSITY) }
            @match &of.diversity { Some(figures) => (diversity(figures)), None => { p.faint { (words::NOTHING) } } }
        }
        @if let Some(breed) = breed { section { h2 { (words::FOUNDER_STATS) } (radar(&breed.stat_means)) } }
    };
    Ok((of.breed.name, content))
}

fn diversity(of: &Figures) -> Markup {
    html! {
        p { (words::DIVERSITY_HELP) }
        dl.facts {
            div { dt { (words::HORSES) } dd { (grouped(of.horses)) } }
            div { dt { (words::FOUNDERS) } dd { (grouped(of.founders)) } }
            div { dt { abbr title=(words::FE_HELP) { "fe" } } dd { (decimal(of.fe)) } }
            div { dt { abbr title=(words::FA_HELP) { "fa" } } dd { (decimal(of.fa)) } }
            div { dt { abbr title=(words::NE_HELP) { "Ne" } } dd { @match of.ne { Some(ne) => (decimal(ne)), None => (words::NOT_YET) } } }
            div { dt { (words::MEAN_INBREEDING) } dd { (percent(of.mean_inbreeding)) } }
            div { dt { (words::MEAN_KINSHIP) } dd { (percent(of.mean_kinship)) } }
            div { dt { (words::COMPUTED) } dd { (instant(of.computed_at)) } }
        }
    }
}
