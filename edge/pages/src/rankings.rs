//! The rankings: of players, and of horses in a discipline.

use crate::listing::Listing;
use crate::number::grouped;
use crate::portrait::listed;
use crate::shell::{page as shell, player, trouble};
use crate::table::{numbers_of, table, words_of};
use crate::told::{Page, RankedHorse, RankedUser};
use crate::visit::Visit;
use crate::words;
use axum::body::Body;
use axum::http::Response;
use maud::{Markup, html};
use percent_encoding::percent_decode_str;
use rules::discipline::Discipline;

pub(crate) async fn players(visit: &Visit) -> Response<Body> {
    let list = Listing::of("/rankings".to_owned(), visit.query(), &[], &[]);
    let path = list.ask("/v1/rankings/users");
    match visit.read::<Page<RankedUser>>(&path).await {
        Ok(page) => {
            let content = html! {
                h1 { (words::BEST_PLAYERS) }
                (disciplines(None))
                (players_table(&page))
                (list.leaves(&page))
            };
            shell(visit, words::RANKINGS, content).await
        }
        Err(problem) => trouble(visit, &problem).await,
    }
}

pub(crate) async fn discipline(visit: &Visit, name: &str) -> Response<Body> {
    let name = decoded(name);
    let place = escaped(&name);
    let here = ["/rankings/", &place].concat();
    let list = Listing::of(here, visit.query(), &[], &[]);
    let path = list.ask(&["/v1/rankings/disciplines/", &place].concat());
    match visit.read::<Page<RankedHorse>>(&path).await {
        Ok(page) => {
            let content = html! {
                h1 { (name) }
                (disciplines(Some(&name)))
                (horses_table(&page))
                (list.leaves(&page))
            };
            shell(visit, &name, content).await
        }
        Err(problem) => trouble(visit, &problem).await,
    }
}

/// A part of a path as a name.
fn decoded(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}

/// A name as a part of a path.
fn escaped(name: &str) -> String {
    let form: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    form.replace('+', "%20")
}

fn disciplines(here: Option<&str>) -> Markup {
    html! {
        nav.choice aria-label=(words::DISCIPLINE) {
            a href="/rankings" aria-current=[here.is_none().then_some("page")] { (words::BEST_PLAYERS) }
            @for name in Discipline::ALL.iter().map(|it| it.as_str()) {
                a href={ "/rankings/" (escaped(name)) } aria-current=[(here == Some(name)).then_some("page")] { (name) }
            }
        }
    }
}

pub(crate) fn players_table(page: &Page<RankedUser>) -> Markup {
    let columns = [
        numbers_of(words::RANK),
        words_of(words::PLAYER),
        numbers_of(words::LEVEL),
        numbers_of(words::XP),
    ];
    let rows = page.items.iter().map(|one| {
        [
            html! { (grouped(one.rank)) },
            player(Some(&one.user)),
            html! { (grouped(one.level)) },
            html! { (grouped(one.xp)) },
        ]
    });
    table(&columns, rows)
}

fn horses_table(page: &Page<RankedHorse>) -> Markup {
    let columns = [
        numbers_of(words::RANK),
        words_of(words::HORSE),
        words_of(words::OWNER),
        numbers_of(words::SCORE),
    ];
    let rows = page.items.iter().map(|one| {
        [
            html! { (grouped(one.rank)) },
            listed(&one.horse),
            player(one.horse.owner.as_ref()),
            html! { (grouped(one.horse.score.unwrap_or_default())) },
        ]
    });
    table(&columns, rows)
}
