//! The shows: the calendar, and one with its entries or its results.

use crate::actions::ENTER;
use crate::bars::bars;
use crate::forms::{Filled, Given, form, read};
use crate::hosting::{cancel, host, withdraw};
use crate::listing::{Listing, Select, any_of};
use crate::number::{coins, decimal, grouped, instant};
use crate::portrait::horse;
use crate::shell::{page as shell, player, trouble};
use crate::table::{numbers_of, paged, table, words_of};
use crate::told::{Entry, Me, Own, Page, Preview, Problem, ShowLine, ShowResult};
use crate::visit::Visit;
use crate::words;
use axum::body::Body;
use axum::http::Response;
use maud::{Markup, html};
use rules::discipline::Discipline;

/// The orders of open shows, of all others, of entries and of results.
const OPEN: &[&str] = &["run_date", "-run_date", "-prize", "fee"];
const OVER: &[&str] = &["-run_date", "run_date"];
const ENTRIES: &[&str] = &["id", "-id", "horse", "-horse"];
const RESULTS: &[&str] = &[
    "placement",
    "-placement",
    "-expected_score",
    "expected_score",
    "horse",
    "-horse",
];

fn narrowed_by() -> [Select; 2] {
    let states = [
        ("", words::STATE_OPEN),
        ("closed", words::STATE_CLOSED),
        ("settled", words::STATE_SETTLED),
        ("cancelled", words::STATE_CANCELLED),
    ];
    let states = states.map(|(sent, read)| (sent.to_owned(), read.to_owned()));
    let disciplines = Discipline::ALL.iter().map(|it| it.as_str());
    [
        Select("state", words::STATE, states.into()),
        Select("discipline", words::DISCIPLINE, any_of(disciplines)),
    ]
}

pub(crate) async fn calendar(visit: &Visit) -> Response<Body> {
    let filters = ["state", "discipline"];
    let list = |orders| Listing::of("/shows".to_owned(), visit.query(), &filters, orders);
    let list = match list(OPEN).value("state") {
        None | Some("open") => list(OPEN),
        Some(_) => list(OVER),
    };
    let path = list.ask("/v1/shows");
    match visit.read::<Page<ShowLine>>(&path).await {
        Ok(page) => {
            let content = html! {
                h1 { (words::SHOWS) }
                (list.narrowing(&narrowed_by()))
                (calendar_table(&page, Some(&list)))
                (list.leaves(&page))
                (host(visit))
            };
            shell(visit, words::SHOWS, content).await
        }
        Err(problem) => trouble(visit, &problem).await,
    }
}

pub(crate) async fn page(visit: &Visit, id: &str) -> Response<Body> {
    let given = read(visit.query().as_bytes());
    match content(visit, &id, &given).await {
        Ok((name, content)) => shell(visit, &name, content).await,
        Err(problem) => trouble(visit, &problem).await,
    }
}

async fn content(visit: &Visit, id: &str, given: &Given) -> Result<(String, Markup), Problem> {
    let show: ShowLine = visit.read(&["/v1/shows/", id].concat()).await?;
    let field = field(visit, &show).await?;
    let entering = match show.state.as_str() {
        "open" if visit.is_signed_in() => entering(visit, &show, given).await?,
        _ => html! {},
    };
    let content = html! { (facts(&show)) (entering) (field) (cancel(&show, visit.me().await)) };
    Ok((show.name, content))
}

/// Which of one's own horses may enter, and what she may expect.
async fn entering(visit: &Visit, show: &ShowLine, given: &Given) -> Result<Markup, Problem> {
    let own: Page<Own> = visit.read("/v1/users/me/horses?limit=100").await?;
    let horse: Option<i64> = given.get("horse").and_then(|it| it.parse().ok());
    let preview = match horse {
        Some(horse) => {
            let path = format!("/v1/shows/{}/preview?horse={horse}", show.id);
            Some(visit.read::<Preview>(&path).await?)
        }
        None => None,
    };
    let chosen = horse.map(|it| it.to_string());
    Ok(html! {
        section {
            h2 { (ENTER.title) }
            form.choose method="get" action={ "/shows/" (show.id) } data-answers="expected" {
                label { span { (words::HORSE) }
                    select name="horse" {
                        @for one in &own.items {
                            option value=(one.line.id) selected[chosen == Some(one.line.id.to_string())] { (one.line.name) }
                        }
                    }
                }
                button { (words::SHOW_ODDS) }
            }
            div #expected aria-live="polite" {
                @if let Some((preview, chosen)) = preview.zip(chosen) { (expected(show, &preview, chosen)) }
            }
        }
    })
}

fn expected(show: &ShowLine, preview: &Preview, horse: String) -> Markup {
    let filled = Filled {
        id: Some(show.id),
        given: [("horse_id".to_owned(), horse)].into(),
        ..Filled::default()
    };
    let places = preview.placings.iter().take(5);
    let places: Vec<(String, f64)> = places
        .map(|it| (words::place(it.placement), it.chance))
        .collect();
    html! {
        p { (words::EXPECTED_SCORE) ": " strong { (decimal(preview.expected_score)) }
            " (" (decimal(preview.least_score)) "\u{2013}" (decimal(preview.greatest_score)) ")" }
        (bars(places.iter().map(|(name, chance)| (name.as_str(), *chance))))
        @if let Some(refusal) = &preview.refusal { p.bad { (refusal.detail) } }
        @if preview.enterable { (form(&ENTER, &filled)) }
    }
}

async fn field(visit: &Visit, show: &ShowLine) -> Result<Markup, Problem> {
    let below = |what: &str| format!("/v1/shows/{}/{what}?limit=50", show.id);
    let here = |orders| {
        let path = ["/shows/", &show.id.to_string()].concat();
        Listing::of(path, visit.query(), &[], orders)
    };
    let is_settled = show.state == "settled";
    Ok(if is_settled {
        let list = here(RESULTS);
        let results: Page<ShowResult> = visit.read(&list.ask(&below("results"))).await?;
        html! { h2 { (words::RESULTS) } (list.narrowing(&[])) (results_table(&results, &list)) (list.leaves(&results)) (verify(show)) }
    } else {
        let list = here(ENTRIES);
        let entries: Page<Entry> = visit.read(&list.ask(&below("entries"))).await?;
        html! { h2 { (words::ENTRIES) } (entries_table(show, &entries, &list, visit.me().await)) (list.leaves(&entries)) }
    })
}

fn facts(show: &ShowLine) -> Markup {
    html! {
        h1 { bdi { (show.name) } }
        dl.facts {
            div { dt { (words::DISCIPLINE) } dd { (show.discipline) } }
            div { dt { (words::STATE) } dd { (show.state) } }
            div { dt { (words::RUNS) } dd { (instant(show.run_date)) } }
            div { dt { (words::LEVELS) } dd { (words::levels(show.level_min, show.level_max)) } }
            div { dt { (words::FEE) } dd { (coins(show.entry_fee)) } }
            div { dt { (words::PRIZE) } dd { (coins(show.prize)) } }
            div { dt { (words::HOST) } dd { @match &show.host { Some(host) => (player(Some(host))), None => (words::TREASURY) } } }
        }
    }
}

/// The proof, how to check it, and what the script says of each step when it does.
fn verify(show: &ShowLine) -> Markup {
    html! {
        section.verify data-verify=(show.id) {
            h2 { (words::VERIFY) }
            p { (words::VERIFY_HOW) }
            p { button type="button" hidden { (words::VERIFY) } }
            p role="status" data-checking=(words::CHECKING) data-holds=(words::CHECK_HOLDS) data-fails=(words::CHECK_FAILS) data-trouble=(words::CHECK_TROUBLE) {}
            ol hidden {
                @for step in words::STEPS {
                    li data-shows=(step.shows.0) data-label=(step.shows.1) data-covers=(step.covers) {
                        (step.what) " "
                        span data-holds=(words::STEP_HOLDS) data-fails=(words::STEP_FAILS) data-unlooked=(words::STEP_UNLOOKED) {}
                    }
                }
            }
            p { a href={ "/v1/shows/" (show.id) "/proof" } { (words::VERIFY_PROOF) } ". " (words::VERIFY_ELSEWHERE) }
        }
    }
}

fn results_table(page: &Page<ShowResult>, list: &Listing) -> Markup {
    let columns = [
        numbers_of(words::PLACE).by(&["placement", "-placement"]),
        words_of(words::HORSE).by(&["horse", "-horse"]),
        words_of(words::OWNER),
        numbers_of(words::SCORE),
        numbers_of(words::EXPECTED).by(&["-expected_score", "expected_score"]),
        numbers_of(words::PRIZE),
        numbers_of(words::XP),
    ];
    let rows = page.items.iter().map(|one| {
        [
            html! { (one.placement) },
            horse(&one.horse),
            player(one.player.as_ref()),
            html! { (one.score) },
            html! { (one.expected_score) },
            coins(one.prize),
            html! { (one.horse_xp) },
        ]
    });
    paged(list, &columns, rows)
}

fn entries_table(show: &ShowLine, page: &Page<Entry>, list: &Listing, me: Option<&Me>) -> Markup {
    let columns = [
        words_of(words::HORSE).by(&["horse", "-horse"]),
        words_of(words::OWNER),
    ];
    let rows = page.items.iter().map(|one| {
        [
            horse(&one.horse),
            html! { (player(one.player.as_ref())) (withdraw(show, one, me)) },
        ]
    });
    paged(list, &columns, rows)
}

/// Shows, a line for each; heads lead to the orders of a list, if it is one.
pub(crate) fn calendar_table(page: &Page<ShowLine>, list: Option<&Listing>) -> Markup {
    let is_open = list.is_some_and(|it| it.has("-prize"));
    let columns = [
        words_of(words::SHOW),
        words_of(words::DISCIPLINE),
        words_of(words::RUNS).by(&["run_date", "-run_date"]),
        numbers_of(words::ENTRIES),
        numbers_of(words::FEE).by(if is_open { &["fee"] } else { &[] }),
        numbers_of(words::PRIZE).by(if is_open { &["-prize"] } else { &[] }),
    ];
    let rows = page.items.iter().map(|one| {
        [
            html! { a href={ "/shows/" (one.id) } { bdi { (one.name) } } },
            html! { (one.discipline) },
            instant(one.run_date),
            html! { (grouped(one.entries)) },
            coins(one.entry_fee),
            coins(one.prize),
        ]
    });
    match list {
        Some(list) => paged(list, &columns, rows),
        None => table(&columns, rows),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the check of a proof may find wrong, from the types that its module has for scripts.
    const TYPES: &str = include_str!("../../../core/browser/src/types.ts");

    #[test]
    fn everything_that_a_check_may_find_wrong_is_wrong_in_one_step() {
        let (_, wrong) = TYPES.split_once("export type Wrong =").unwrap();
        let (wrong, _) = wrong.split_once(';').unwrap();
        let names: Vec<&str> = wrong.split('"').skip(1).step_by(2).collect();
        assert!(names.len() > 20);
        for name in names {
            let steps = words::STEPS.iter().filter(|it| {
                let mut covered = it.covers.split(' ');
                covered.any(|covered| covered == name)
            });
            assert_eq!(steps.count(), 1, "{name}");
        }
    }
}
