//! The first page: open shows, newest results, newest horses, best players.

use crate::horse::herd_table;
use crate::rankings::players_table;
use crate::shell::{page as shell, trouble};
use crate::shows::calendar_table;
use crate::told::{Line, Page, Problem, RankedUser, ShowLine};
use crate::visit::Visit;
use crate::words;
use axum::body::Body;
use axum::http::Response;
use futures_util::future::try_join4;
use maud::{Markup, html};

pub(crate) async fn page(visit: &Visit) -> Response<Body> {
    match content(visit).await {
        Ok(content) => shell(visit, words::HOME, content).await,
        Err(problem) => trouble(visit, &problem).await,
    }
}

async fn content(visit: &Visit) -> Result<Markup, Problem> {
    let (open, settled, newest, best): (
        Page<ShowLine>,
        Page<ShowLine>,
        Page<Line>,
        Page<RankedUser>,
    ) = try_join4(
        visit.read("/v1/shows?state=open&limit=5"),
        visit.read("/v1/shows?state=settled&limit=5"),
        visit.read("/v1/horses?limit=5"),
        visit.read("/v1/rankings/users?limit=5"),
    )
    .await?;
    Ok(html! {
        div.hero {
            h1 { (words::ABOUT) }
            @if visit.is_signed_in() {
                p { a.button href="/stable" { (words::STABLE) } " " a.button.quiet href="/training" { (words::TRAINING) } " "
                    a.button.quiet href="/breeding" { (words::BREEDING) } }
            } @else {
                p.lead { (words::PROMISE) }
                p { a.button href="/sign-up" { (words::SIGN_UP) } " " a.button.quiet href="/shows" { (words::ALL_SHOWS) } }
            }
        }
        section {
            h2 { (words::OPEN_SHOWS) }
            (calendar_table(&open, None))
            p { a href="/shows" { (words::ALL_SHOWS) } }
        }
        section { h2 { (words::NEWEST_RESULTS) } (calendar_table(&settled, None)) }
        section {
            h2 { (words::NEWEST_HORSES) }
            (herd_table(&newest, None))
            p { a href="/horses" { (words::ALL_HORSES) } }
        }
        section { h2 { (words::BEST_PLAYERS) } (players_table(&best)) }
    })
}
