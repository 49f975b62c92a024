//! The shows: the calendar, and one with its entries or its results.

use crate::number::{coins, grouped, instant};
use crate::rankings::asked;
use crate::shell::{horse, leaves, page as shell, player, trouble};
use crate::told::{Entry, Page, Problem, ShowLine, ShowResult};
use crate::visit::{Pages, Visit};
use crate::words;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Response};
use maud::{Markup, html};

pub(crate) async fn calendar(
    State(pages): State<Pages>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    let visit = Visit::of(&pages, &headers).await;
    let path = asked("/v1/shows", query.as_deref().or(Some("state=open")));
    match visit.read::<Page<ShowLine>>(&path).await {
        Ok(page) => {
            let content = html! {
                h1 { (words::SHOWS) }
                (calendar_table(&page))
                (leaves("/shows", &page, query.is_none()))
            };
            shell(&visit, words::SHOWS, content).await
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
    let show: Result<ShowLine, Problem> = visit.read(&["/v1/shows/", &id].concat()).await;
    match show {
        Ok(show) => match content(&visit, &show).await {
            Ok(content) => shell(&visit, &show.name, content).await,
            Err(problem) => trouble(&visit, &problem).await,
        },
        Err(problem) => trouble(&visit, &problem).await,
    }
}

async fn content(visit: &Visit, show: &ShowLine) -> Result<Markup, Problem> {
    let below = |what: &str| format!("/v1/shows/{}/{what}?limit=100", show.id);
    let is_settled = show.state == "settled";
    let field = if is_settled {
        let results: Page<ShowResult> = visit.read(&below("results")).await?;
        html! { h2 { (words::RESULTS) } (results_table(&results)) (verify(show)) }
    } else {
        let entries: Page<Entry> = visit.read(&below("entries")).await?;
        html! { h2 { (words::ENTRIES) } (entries_table(&entries)) }
    };
    Ok(html! {
        h1 { bdi { (show.name) } }
        dl.facts {
            dt { (words::DISCIPLINE) } dd { (show.discipline) }
            dt { (words::STATE) } dd { (show.state) }
            dt { (words::RUNS) } dd { (instant(show.run_date)) }
            dt { (words::LEVELS) } dd { (words::levels(show.level_min, show.level_max)) }
            dt { (words::FEE) } dd { (coins(show.entry_fee)) }
            dt { (words::PRIZE) } dd { (coins(show.prize)) }
            dt { (words::HOST) } dd { @match &show.host { Some(host) => (player(Some(host))), None => (words::TREASURY) } }
        }
        (field)
    })
}

fn verify(show: &ShowLine) -> Markup {
    html! {
        section.verify data-show=(show.id) {
            h2 { (words::VERIFY) }
            p { (words::VERIFY_HOW) }
            p { a href={ "/v1/shows/" (show.id) "/proof" } { (words::VERIFY) } }
        }
    }
}

fn results_table(page: &Page<ShowResult>) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { (words::PLACE) } th scope="col" { (words::HORSE) } th scope="col" { (words::OWNER) }
                th.number scope="col" { (words::SCORE) } th.number scope="col" { (words::EXPECTED) }
                th.number scope="col" { (words::PRIZE) } th.number scope="col" { (words::XP) }
            } }
            tbody {
                @for one in &page.items {
                    tr {
                        td { (one.placement) }
                        td { (horse(one.horse.id, &one.horse.name)) }
                        td { (player(one.player.as_ref())) }
                        td.number { (one.score) }
                        td.number { (one.expected_score) }
                        td.number { (coins(one.prize)) }
                        td.number { (one.horse_xp) }
                    }
                }
            }
        }
    }
}

fn entries_table(page: &Page<Entry>) -> Markup {
    html! {
        @if page.items.is_empty() { p { (words::NOTHING) } }
        @else {
            table {
                thead { tr { th scope="col" { (words::HORSE) } th scope="col" { (words::OWNER) } } }
                tbody {
                    @for one in &page.items {
                        tr { td { (horse(one.horse.id, &one.horse.name)) } td { (player(one.player.as_ref())) } }
                    }
                }
            }
        }
    }
}

pub(crate) fn calendar_table(page: &Page<ShowLine>) -> Markup {
    html! {
        @if page.items.is_empty() { p { (words::NOTHING) } }
        @else {
            table {
                thead { tr {
                    th scope="col" { (words::SHOW) } th scope="col" { (words::DISCIPLINE) } th scope="col" { (words::RUNS) }
                    th.number scope="col" { (words::ENTRIES) } th.number scope="col" { (words::FEE) } th.number scope="col" { (words::PRIZE) }
                } }
                tbody {
                    @for one in &page.items {
                        tr {
                            td { a href={ "/shows/" (one.id) } { bdi { (one.name) } } }
                            td { (one.discipline) }
                            td { (instant(one.run_date)) }
                            td.number { (grouped(one.entries)) }
                            td.number { (coins(one.entry_fee)) }
                            td.number { (coins(one.prize)) }
                        }
                    }
                }
            }
        }
    }
}
