//! Pictures: bars that stand in their own table, and lines with the table of what they show below them.
//!
//! Everything is drawn here as SVG, with classes for what the sheet colours.

use std::collections::BTreeMap;

use chrono::DateTime;
use maud::{Markup, html};

use super::page::wide;
use crate::ops::report::{Kind, Line, told};

/// One kind of what a bar is made of: its class in the sheet, and its name.
#[derive(Clone, Copy)]
pub(super) struct Part(pub(super) &'static str, pub(super) &'static str);

/// A bar, with a value for each of the parts.
pub(super) struct Stack {
    /// What it stands for.
    pub(super) label: Markup,
    /// The values, in the order of the parts.
    pub(super) values: Vec<f64>,
}

/// Bars of several parts, each in a row of a table with its figures. The longest fills its field, or `most` does.
pub(super) fn stacks(
    name: &str,
    heading: &str,
    parts: &[Part],
    kind: Kind,
    most: Option<f64>,
    stacks: &[Stack],
) -> Markup {
    let sums = stacks.iter().map(|it| it.values.iter().sum());
    let most = sums.fold(most.unwrap_or(0.0), f64::max);
    wide(
        name,
        &html! {
            table.plain.bars {
                caption { (name) }
                thead { tr {
                    th scope="col" { (heading) }
                    td.picture {}
                    @for Part(class, word) in parts { th.number scope="col" { (swatch(class)) (word) } }
                } }
                tbody { @for stack in stacks { tr {
                    th scope="row" { (stack.label) }
                    td.picture { (bar(parts, &stack.values, most)) }
                    @for value in &stack.values { td.number { (told(*value, kind)) } }
                } } }
            }
        },
    )
}

/// A bar as the picture beside figures that say the same.
fn bar(parts: &[Part], values: &[f64], most: f64) -> Markup {
    let mut from = 0.0;
    let boxes: Vec<(&str, f64, f64)> = parts
        .iter()
        .zip(values)
        .map(|(Part(class, _), value)| {
            let width = if most > 0.0 {
                100.0 * value.max(0.0) / most
            } else {
                0.0
            };
            let left = from;
            from += width;
            (*class, left, width)
        })
        .collect();
    html! {
        svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            rect.ground width="100" height="10" {}
            @for (class, left, width) in boxes {
                @if width > 0.0 { rect class=(class) x=(format!("{left:.2}")) width=(format!("{:.2}", width.max(0.5))) height="10" {} }
            }
        }
    }
}

fn swatch(class: &str) -> Markup {
    html! { svg.swatch viewBox="0 0 10 10" aria-hidden="true" focusable="false" { rect class=(class) width="10" height="10" rx="2" {} } }
}

/// The colours of lines and of bars that stand for themselves, in their order.
const COLOURS: [&str; 6] = ["c0", "c1", "c2", "c3", "c4", "c5"];

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 70.0;
const TOP: f64 = 12.0;

/// Lines over days, what they are called, and the same as a table.
pub(super) fn lines(title: &str, lines: &[Line], kind: Kind) -> Markup {
    let frame = Frame::of(lines);
    let summary: Vec<String> = lines.iter().filter_map(|line| summed(line, kind)).collect();
    let summary = format!("{title}: {}", summary.join("; "));
    html! {
        figure.chart {
            figcaption { (title) }
            svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT + TOP + 30.0) } role="img" aria-label=(summary) {
                (axes(&frame, kind))
                @for (at, line) in lines.iter().enumerate() { (drawn(&frame, line, colour(at))) }
            }
            ul.legend { @for (at, line) in lines.iter().enumerate() { li { (swatch(colour(at))) (line.label) } } }
            details { summary { "The same as a table" } (wide(title, &table(lines, kind))) }
        }
    }
}

fn colour(at: usize) -> &'static str {
    COLOURS.get(at % COLOURS.len()).copied().unwrap_or("c0")
}

/// What a line does, in words.
fn summed(line: &Line, kind: Kind) -> Option<String> {
    let (first, last) = (line.points.first()?, line.points.last()?);
    let most = line.points.iter().map(|(_, y)| *y).fold(0.0, f64::max);
    Some(format!(
        "{} from {} on {} to {} on {}, at most {}",
        line.label,
        told(first.1, kind),
        day(first.0),
        told(last.1, kind),
        day(last.0),
        told(most, kind)
    ))
}

/// Where values lie in a picture.
struct Frame {
    first: f64,
    last: f64,
    most: f64,
}

impl Frame {
    fn of(lines: &[Line]) -> Self {
        let points = || lines.iter().flat_map(|line| &line.points);
        let most = points().map(|(_, y)| *y).fold(0.0, f64::max);
        Self {
            first: points().map(|(x, _)| *x).fold(f64::MAX, f64::min),
            last: points().map(|(x, _)| *x).fold(f64::MIN, f64::max),
            most: round(most),
        }
    }

    fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let wide = WIDTH - LEFT - 10.0;
        let x = LEFT + part(x - self.first, self.last - self.first) * wide;
        (x, TOP + HEIGHT * (1.0 - part(y, self.most)))
    }
}

fn part(of: f64, whole: f64) -> f64 {
    if whole > 0.0 { of / whole } else { 0.0 }
}

/// The next of 1, 2, 4, 5, 8 or 10 times a power of ten, so that half of it is a plain number as well.
fn round(most: f64) -> f64 {
    if most <= 1.0 {
        return 1.0;
    }
    let power = 10_f64.powf(most.log10().floor());
    let steps = [1.0, 2.0, 4.0, 5.0, 8.0, 10.0];
    let step = steps.into_iter().find(|step| step * power >= most);
    step.unwrap_or(10.0) * power
}

fn axes(frame: &Frame, kind: Kind) -> Markup {
    let right = WIDTH - 10.0;
    html! {
        @for share in [0.0, 0.5, 1.0] {
            @let y = TOP + HEIGHT * (1.0 - share);
            line.grid x1=(LEFT) x2=(right) y1=(y) y2=(y) {}
            @if share == 0.0 || frame.most >= 2.0 { text.end x=(LEFT - 8.0) y=(y + 4.0) { (short(frame.most * share, kind)) } }
        }
        text x=(LEFT) y=(TOP + HEIGHT + 22.0) { (day(frame.first)) }
        text.end x=(right) y=(TOP + HEIGHT + 22.0) { (day(frame.last)) }
    }
}

/// A figure at an axis, where there is little room.
fn short(value: f64, kind: Kind) -> String {
    match value {
        large if kind == Kind::Count && large >= 1e6 => format!("{} M", large / 1e6),
        large if kind == Kind::Count && large >= 1e4 => format!("{} k", large / 1e3),
        value => told(value, kind),
    }
}

fn drawn(frame: &Frame, line: &Line, class: &str) -> Markup {
    let places: Vec<(f64, f64)> = line.points.iter().map(|it| frame.place(*it)).collect();
    let path: Vec<String> = places
        .iter()
        .map(|(x, y)| format!("{x:.1},{y:.1}"))
        .collect();
    html! {
        polyline class={ "line " (class) } points=(path.join(" ")) {}
        @if let Some((x, y)) = places.last() { circle class=(class) cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r="3.5" {} }
    }
}

/// The newest day first.
fn table(lines: &[Line], kind: Kind) -> Markup {
    let mut days: BTreeMap<i64, Vec<Option<f64>>> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        for (x, y) in &line.points {
            let row = days.entry((x * 86_400.0) as i64);
            let row = row.or_insert_with(|| vec![None; lines.len()]);
            if let Some(cell) = row.get_mut(at) {
                *cell = Some(*y);
            }
        }
    }
    html! {
        table.plain {
            thead { tr { th scope="col" { "Day" } @for line in lines { th.number scope="col" { (line.label) } } } }
            tbody { @for (second, row) in days.iter().rev() { tr {
                th scope="row" { (day(*second as f64 / 86_400.0)) }
                @for cell in row { td.number { (cell.map_or_else(|| "-".to_owned(), |it| told(it, kind))) } }
            } } }
        }
    }
}

/// The date of a number of days since 1970.
pub(super) fn day(days: f64) -> String {
    let at = DateTime::from_timestamp((days * 86_400.0).round() as i64, 0);
    at.map_or_else(String::new, |at| at.format("%Y-%m-%d").to_string())
}

/// A row of squares, one a run, the oldest first: each a class of the sheet.
pub(super) fn strip(name: &str, squares: &[&'static str]) -> Markup {
    let wide = squares.len().max(1) * 14;
    html! {
        svg.strip viewBox={ "0 0 " (wide) " 14" } width=(wide) height="14" role="img" aria-label=(name) {
            @for (at, class) in squares.iter().enumerate() { rect class=(class) x=(at * 14 + 1) y="1" width="12" height="12" rx="2" {} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_a_plain_number_that_is_not_below_the_highest_value() {
        for (most, end) in [
            (0.0, 1.0),
            (1.0, 1.0),
            (3.0, 4.0),
            (41.0, 50.0),
            (800.0, 800.0),
            (8_001.0, 10_000.0),
        ] {
            assert!((round(most) - end).abs() < 1e-9, "{most}: {}", round(most));
        }
    }

    #[test]
    fn a_picture_of_lines_tells_the_same_in_words_and_in_a_table() {
        let line = |label: &str, points: &[(f64, f64)]| Line {
            label: label.to_owned(),
            points: points.to_vec(),
        };
        let shown = lines(
            "Days",
            &[
                line("foals", &[(0.0, 3.0), (1.0, 4.0)]),
                line("<b>", &[(1.0, 7.0)]),
            ],
            Kind::Count,
        );
        let shown = shown.into_string();
        for part in [
            "foals from 3 on 1970-01-01 to 4 on 1970-01-02, at most 4",
            "<th scope=\"row\">1970-01-01</th><td class=\"number\">3</td><td class=\"number\">-</td>",
            "&lt;b&gt;",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert!(!shown.contains("style=") && !shown.contains("<b>"));
    }

    #[test]
    fn at_an_axis_thousands_and_millions_are_short() {
        for (value, text) in [
            (500.0, "500"),
            (4_000.0, "4 000"),
            (40_000.0, "40 k"),
            (2.5e6, "2.5 M"),
        ] {
            assert_eq!(short(value, Kind::Count), text);
        }
    }

    #[test]
    fn the_parts_of_a_bar_lie_side_by_side() {
        let parts = [Part("good", "free"), Part("bad", "waiting")];
        let shown = bar(&parts, &[1.0, 3.0], 8.0).into_string();
        assert!(
            shown.contains("class=\"good\" x=\"0.00\" width=\"12.50\""),
            "{shown}"
        );
        assert!(
            shown.contains("class=\"bad\" x=\"12.50\" width=\"37.50\""),
            "{shown}"
        );
    }
}
