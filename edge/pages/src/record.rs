//! What a horse did in shows: over time, and each of her results.

use crate::chart::{Point, chart, milli};
use crate::listing::Listing;
use crate::number::{coins, decimal, instant};
use crate::shell::{horse as link, page as shell, trouble};
use crate::table::{Column, numbers_of, paged, table, words_of};
use crate::told::{Card, HorseResult, Page, Problem};
use crate::visit::Visit;
use crate::words;
use axum::body::Body;
use axum::http::Response;
use futures_util::future::try_join;
use maud::{Markup, html};
use std::collections::BTreeMap;

const ORDERS: &[&str] = &[
    "-settled",
    "settled",
    "placement",
    "-placement",
    "-score",
    "score",
    "-prize",
    "prize",
];

/// All results of a horse.
pub(crate) async fn page(visit: &Visit, id: &str) -> Response<Body> {
    match content(visit, id).await {
        Ok((name, content)) => shell(visit, &words::results_of(&name), content).await,
        Err(problem) => trouble(visit, &problem).await,
    }
}

async fn content(visit: &Visit, id: &str) -> Result<(String, Markup), Problem> {
    let card = ["/v1/horses/", id].concat();
    let here = ["/horses/", id, "/results"].concat();
    let list = Listing::of(here, visit.query(), &[], ORDERS);
    let results = list.ask(&[&card, "/results"].concat());
    let (card, page): (Card, Page<HorseResult>) =
        try_join(visit.read(&card), visit.read(&results)).await?;
    let content = html! {
        h1 { (words::RESULTS) ": " (link(card.id, &card.name)) }
        (list.narrowing(&[]))
        (paged(&list, &columns(), page.items.iter().map(row)))
        (list.leaves(&page))
    };
    Ok((card.name, content))
}

const fn columns() -> [Column; 7] {
    [
        words_of(words::SHOW),
        words_of(words::DISCIPLINE),
        words_of(words::RUNS).by(&["-settled", "settled"]),
        numbers_of(words::PLACE).by(&["placement", "-placement"]),
        numbers_of(words::SCORE).by(&["-score", "score"]),
        numbers_of(words::EXPECTED),
        numbers_of(words::PRIZE).by(&["-prize", "prize"]),
    ]
}

fn row(one: &HorseResult) -> [Markup; 7] {
    [
        html! { a href={ "/shows/" (one.show.id) } { bdi { (one.show.name) } } },
        html! { (one.discipline) },
        instant(one.run_date),
        html! { (one.placement) },
        html! { (one.score) },
        html! { (one.expected_score) },
        coins(one.prize),
    ]
}

/// Some results, a line for each.
pub(crate) fn results_table<'a>(results: impl Iterator<Item = &'a HorseResult>) -> Markup {
    table(&columns(), results.map(row))
}

/// Results, latest first, as a chart for each discipline: the score and what was to be expected, with the first three places.
pub(crate) fn over_time(results: &[HorseResult]) -> Markup {
    let mut disciplines: BTreeMap<&str, Vec<&HorseResult>> = BTreeMap::new();
    for one in results.iter().rev() {
        disciplines.entry(&one.discipline).or_default().push(one);
    }
    html! {
        @if !disciplines.is_empty() {
            div.charts {
                @for (name, mut of) in disciplines {
                    @let _ordered = of.sort_by_key(|it| it.run_date);
                    @let points: Vec<Point> = of.iter().map(|it| point(it)).collect();
                    figure.chart {
                        figcaption { (name) }
                        (chart(&summed_up(name, &of), &points))
                    }
                }
            }
            p.legend aria-hidden="true" {
                span.scored { (words::SCORE) } " " span.expected { (words::EXPECTED) } " " span.placed { (words::PLACES_MARKED) }
            }
        }
    }
}

fn point(of: &HorseResult) -> Point {
    Point {
        at: of.run_date,
        milli: milli(of.score),
        expected_milli: Some(milli(of.expected_score)),
        mark: (of.placement <= 3).then(|| of.placement.to_string()),
        told: words::result(
            &of.show.name,
            &words::place(of.placement),
            &decimal(of.score),
            &decimal(of.expected_score),
        ),
    }
}

fn summed_up(name: &str, of: &[&HorseResult]) -> String {
    let scores = of.iter().map(|it| it.score);
    let least = scores.clone().fold(f64::INFINITY, f64::min);
    let most = scores.fold(f64::NEG_INFINITY, f64::max);
    let wins = of.iter().filter(|it| it.placement == 1).count();
    words::chart_of_results(name, of.len(), &decimal(least), &decimal(most), wins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::told::Named;

    fn result(day: u32, discipline: &str, placement: i64, score: f64) -> HorseResult {
        HorseResult {
            show: Named {
                id: 7,
                name: "Spring".to_owned(),
            },
            discipline: discipline.to_owned(),
            run_date: format!("2026-11-{day:02}T12:00:00Z").parse().unwrap(),
            placement,
            score,
            expected_score: score + 1.0,
            prize: 0,
        }
    }

    #[test]
    fn each_discipline_has_its_chart_which_says_in_words_what_it_shows() {
        let results = [
            result(5, "Racing", 2, 11.5),
            result(3, "Racing", 1, 13.0),
            result(2, "Polo", 9, 4.0),
            result(1, "Racing", 4, 10.0),
        ];
        let drawn = over_time(&results).into_string();
        assert_eq!(drawn.matches("<svg").count(), 2);
        let label = "aria-label=\"Racing: 3 results, scores from 10 to 13, 1 of them won.\"";
        assert!(drawn.contains(label), "{drawn}");
        let label = "aria-label=\"Polo: 1 result, score 4, none won.\"";
        assert!(drawn.contains(label), "{drawn}");
        assert!(
            drawn.contains("Spring: 1st place, score 13, 14 expected"),
            "{drawn}"
        );
        assert_eq!(over_time(&[]).into_string(), "");
    }
}
