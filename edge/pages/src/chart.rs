//! Numbers over time as a picture: dots on a line between two axes, drawn by whoever serves the page.
//!
//! Every length is a whole number, so that the same numbers give the same picture everywhere; and colours are the sheet's.

use crate::number::decimal;
use crate::visit::Moment;
use crate::words;
use maud::{Markup, html};
use std::fmt::Write as _;

/// The picture is so wide and so high, in its own units.
const WIDE: i64 = 400;
const HIGH: i64 = 220;
/// Where the axes stand: so far from each side.
const LEFT: i64 = 52;
const RIGHT: i64 = 16;
const TOP: i64 = 20;
const BOTTOM: i64 = 28;

/// At most so many steps on the upright axis.
const MOST_STEPS: i64 = 4;

/// A number at an instant, in thousandths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) at: Moment,
    pub(crate) milli: i64,
    /// What was to be expected, in thousandths.
    pub(crate) expected_milli: Option<i64>,
    /// What stands above the dot.
    pub(crate) mark: Option<String>,
    /// What is said of it.
    pub(crate) told: String,
}

/// A number in thousandths, rounded.
pub(crate) fn milli(number: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it saturates, and none of ours is as great"
    )]
    let milli = (number * 1_000.0).round() as i64;
    milli
}

/// The ends of an axis and its step: whole steps of 1, 2 or 5 and noughts, around all numbers.
fn scale(numbers: impl Iterator<Item = i64> + Clone) -> (i64, i64, i64) {
    let least = numbers.clone().min().unwrap_or(0);
    let most = numbers.max().unwrap_or(0);
    let mut steps = (0..18).flat_map(|nought| [1, 2, 5].map(|it| it * 10_i64.pow(nought)));
    let fits = |step: &i64| most.div_euclid(*step) - least.div_euclid(*step) < MOST_STEPS;
    let step = steps.find(fits).unwrap_or(i64::MAX);
    let first = least.div_euclid(step).saturating_mul(step);
    let last = most.div_euclid(step).saturating_add(1).saturating_mul(step);
    (first, last, step)
}

/// Where a number stands between two ends, on a way of this length; in its middle where the ends are one.
fn place(number: i64, first: i64, last: i64, length: i64) -> i64 {
    let span = i128::from(last) - i128::from(first);
    if span == 0 {
        return length / 2;
    }
    let way = (i128::from(number) - i128::from(first)) * i128::from(length) / span;
    i64::try_from(way).unwrap_or(0)
}

/// The two scales of a chart.
struct Scales {
    since: i64,
    until: i64,
    first: i64,
    last: i64,
    step: i64,
}

impl Scales {
    fn of(points: &[Point]) -> Self {
        let seconds = points.iter().map(|it| it.at.timestamp());
        let numbers = points
            .iter()
            .flat_map(|it| [Some(it.milli), it.expected_milli]);
        let (first, last, step) = scale(numbers.flatten());
        Self {
            since: seconds.clone().min().unwrap_or(0),
            until: seconds.max().unwrap_or(0),
            first,
            last,
            step,
        }
    }

    fn x(&self, at: Moment) -> i64 {
        LEFT + place(at.timestamp(), self.since, self.until, WIDE - LEFT - RIGHT)
    }

    fn y(&self, milli: i64) -> i64 {
        HIGH - BOTTOM - place(milli, self.first, self.last, HIGH - TOP - BOTTOM)
    }

    fn ticks(&self) -> impl Iterator<Item = i64> {
        let steps = self.last.saturating_sub(self.first) / self.step.max(1);
        let (first, step) = (self.first, self.step);
        (0..=steps.min(MOST_STEPS)).map(move |it| first.saturating_add(it.saturating_mul(step)))
    }
}

/// The corners of a line through points.
fn line(corners: impl Iterator<Item = (i64, i64)>) -> String {
    let mut text = String::new();
    for (x, y) in corners {
        let sign = if text.is_empty() { "" } else { " " };
        let _infallible = write!(text, "{sign}{x},{y}");
    }
    text
}

/// The chart of points in the order of their instants. The label says in words what it shows; none where there is no point.
pub(crate) fn chart(label: &str, points: &[Point]) -> Markup {
    let scales = Scales::of(points);
    let of = |it: &Point| (scales.x(it.at), scales.y(it.milli));
    let expected = points.iter();
    let expected = expected.filter_map(|it| Some((scales.x(it.at), scales.y(it.expected_milli?))));
    html! {
        @if let Some((earliest, latest)) = points.first().zip(points.last()) {
            svg.chart viewBox={ "0 0 " (WIDE) " " (HIGH) } role="img" aria-label=(label) {
                @for tick in scales.ticks() {
                    @let y = scales.y(tick);
                    line class="grid" x1=(LEFT) x2=(WIDE - RIGHT) y1=(y) y2=(y) {}
                    text class="tick" x=(LEFT - 6) y=(y + 4) { (thousandths(tick)) }
                }
                (dates(&scales, earliest.at, latest.at))
                polyline class="expected" points=(line(expected.clone())) {}
                @for (x, y) in expected { circle class="expected" cx=(x) cy=(y) r="2" {} }
                polyline class="line" points=(line(points.iter().map(of))) {}
                @for point in points {
                    @let (x, y) = of(point);
                    circle class="dot" cx=(x) cy=(y) r="4" { title { (point.told) } }
                    @if let Some(mark) = &point.mark { text class="mark" x=(x) y=(y - 8) { (mark) } }
                }
            }
        }
    }
}

/// The first and the last day; one alone stands in the middle.
fn dates(scales: &Scales, earliest: Moment, latest: Moment) -> Markup {
    let day = |at: Moment| at.format(words::DAY_OF_CHART).to_string();
    let is_one = day(earliest) == day(latest);
    html! {
        @if is_one { text class="day" x=((LEFT + WIDE - RIGHT) / 2) y=(HIGH - 8) { (day(latest)) } }
        @else {
            text class="day first" x=(scales.x(earliest).min(LEFT)) y=(HIGH - 8) { (day(earliest)) }
            text class="day last" x=(WIDE - RIGHT) y=(HIGH - 8) { (day(latest)) }
        }
    }
}

fn thousandths(milli: i64) -> String {
    #[expect(
        clippy::cast_precision_loss,
        reason = "the end of an axis has few digits"
    )]
    let number = milli as f64 / 1_000.0;
    decimal(number)
}

/// Numbers as bars, the longest of which fills its line, each with its number behind it.
pub(crate) fn bars<'a>(rows: impl Iterator<Item = (&'a str, i64)> + Clone) -> Markup {
    let most = rows
        .clone()
        .map(|(_, number)| number)
        .max()
        .unwrap_or(0)
        .max(1);
    html! {
        ul.bars {
            @for (name, number) in rows {
                li {
                    span { (name) }
                    meter min="0" max=(most) value=(number.max(0)) { (number) }
                    span.number { (crate::number::grouped(number)) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(day: u32, milli: i64, expected_milli: Option<i64>) -> Point {
        Point {
            at: format!("2026-11-{day:02}T12:00:00Z").parse().unwrap(),
            milli,
            expected_milli,
            mark: (day == 3).then(|| "1".to_owned()),
            told: format!("day {day}"),
        }
    }

    #[test]
    fn an_axis_has_few_whole_steps_around_all_numbers() {
        for (numbers, ends) in [
            (vec![0, 100_000], (0, 150_000, 50_000)),
            (vec![41_300, 44_900], (41_000, 45_000, 1_000)),
            (vec![-12, 7], (-20, 10, 10)),
            (vec![5, 5], (5, 6, 1)),
            (vec![], (0, 1, 1)),
        ] {
            assert_eq!(scale(numbers.iter().copied()), ends, "{numbers:?}");
        }
    }

    #[test]
    fn whatever_the_numbers_every_dot_stands_between_the_axes() {
        let mut number = 1_i64;
        for count in 1..200_usize {
            let mut points = Vec::new();
            for day in 1..=u32::try_from(count % 28).unwrap() + 1 {
                // Numbers of every size and sign that are the same in each run.
                number = number
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                let of = number >> (20 + count % 40);
                points.push(point(day, of, Some(-of)));
            }
            let scales = Scales::of(&points);
            assert!(scales.ticks().count() <= 5);
            for it in &points {
                assert!((LEFT..=WIDE - RIGHT).contains(&scales.x(it.at)));
                assert!(
                    (TOP..=HIGH - BOTTOM).contains(&scales.y(it.milli)),
                    "{it:?}"
                );
                assert!(
                    (TOP..=HIGH - BOTTOM).contains(&scales.y(-it.milli)),
                    "{it:?}"
                );
            }
        }
    }

    #[test]
    fn points_stand_where_their_numbers_and_days_are() {
        let points = [
            point(1, 10_000, Some(11_000)),
            point(3, 13_000, Some(12_000)),
            point(5, 11_500, None),
        ];
        let drawn = chart("Racing", &points).into_string();
        // 10 to 14 in steps of one over 172 units: 43 each; four days over 332 units.
        assert!(
            drawn.contains("<polyline class=\"line\" points=\"52,192 218,63 384,128\">"),
            "{drawn}"
        );
        assert!(
            drawn.contains("<polyline class=\"expected\" points=\"52,149 218,106\">"),
            "{drawn}"
        );
        assert!(
            drawn.contains("<text class=\"mark\" x=\"218\" y=\"55\">1</text>"),
            "{drawn}"
        );
        assert!(
            drawn.contains("role=\"img\" aria-label=\"Racing\""),
            "{drawn}"
        );
        assert!(drawn.contains("<title>day 3</title>"), "{drawn}");
        assert!(!drawn.contains("style="), "{drawn}");
    }

    #[test]
    fn one_point_stands_in_the_middle_and_none_is_no_picture() {
        let one = chart("Racing", &[point(3, 10_000, None)]).into_string();
        assert!(one.contains("points=\"218,192\""), "{one}");
        assert_eq!(one.matches("class=\"day\"").count(), 1);
        assert_eq!(chart("Racing", &[]).into_string(), "");
    }

    #[test]
    fn equal_and_negative_numbers_are_drawn_too() {
        let equal = [point(1, 5_000, None), point(2, 5_000, None)];
        assert!(
            chart("", &equal)
                .into_string()
                .contains("points=\"52,192 384,192\"")
        );
        let below = [point(1, -5_000, None), point(2, 5_000, None)];
        let drawn = chart("", &below).into_string();
        assert!(drawn.contains(">\u{2212}5</text>"), "{drawn}");
    }

    #[test]
    fn the_longest_bar_is_the_greatest_number() {
        let drawn = bars([("Racing", 40), ("Polo", 0)].into_iter()).into_string();
        assert!(
            drawn.contains("max=\"40\" value=\"40\"") && drawn.contains("max=\"40\" value=\"0\"")
        );
        let none = bars([("Racing", 0)].into_iter()).into_string();
        assert!(none.contains("max=\"1\" value=\"0\""));
    }
}
