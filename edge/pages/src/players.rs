//! A player, as others see one.

use crate::horse::{ORDERS, herd_table};
use crate::listing::Listing;
use crate::number::{grouped, instant};
use crate::shell::{page as shell, trouble};
use crate::told::{Line, Page, Problem, Profile};
use crate::visit::Visit;
use crate::words;
use axum::body::Body;
use axum::http::Response;
use maud::{Markup, html};

pub(crate) async fn page(visit: &Visit, id: &str) -> Response<Body> {
    match content(visit, &id).await {
        Ok((name, content)) => shell(visit, &name, content).await,
        Err(problem) => trouble(visit, &problem).await,
    }
}

async fn content(visit: &Visit, id: &str) -> Result<(String, Markup), Problem> {
    let player: Profile = visit.read(&["/v1/users/", id].concat()).await?;
    let here = ["/players/", &player.id].concat();
    let list = Listing::of(here, visit.query(), &[], ORDERS);
    let path = ["/v1/horses?owner=", &player.id].concat();
    let horses: Page<Line> = visit.read(&list.ask(&path)).await?;
    let content = html! {
        h1 { bdi { (player.name) } }
        dl.facts {
            div { dt { (words::JOINED) } dd { (instant(player.joined_at)) } }
            @if let Some(level) = player.level { div { dt { (words::LEVEL) } dd { (grouped(level)) } } }
            @if let Some(xp) = player.xp { div { dt { (words::XP) } dd { (grouped(xp)) } } }
        }
        h2 { (words::HORSES) }
        (list.narrowing(&[]))
        (herd_table(&horses, Some(&list)))
        (list.leaves(&horses))
    };
    Ok((player.name, content))
}
