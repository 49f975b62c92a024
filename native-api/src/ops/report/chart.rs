//! Pictures of figures, drawn as SVG without anything from elsewhere.

use std::fmt::Write as _;

use super::html::escaped;
use super::table::{Kind, told};

/// A picture.
#[derive(Clone, Debug)]
pub enum Chart {
    /// One bar a thing, the longest first.
    Bars {
        /// What is shown.
        title: String,
        /// The bars.
        bars: Vec<Bar>,
        /// Their unit.
        kind: Kind,
    },
    /// One line a thing, over time.
    Lines {
        /// What is shown.
        title: String,
        /// The lines.
        lines: Vec<Line>,
        /// The unit of the values.
        kind: Kind,
    },
}

/// A bar with its label.
#[derive(Clone, Debug)]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// How much.
    pub value: f64,
}

/// A line with its label.
#[derive(Clone, Debug)]
pub struct Line {
    /// What it stands for.
    pub label: String,
    /// Days since 1970 and the value on each.
    pub points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 640.0;
const LABEL: f64 = 250.0;
const ROW: f64 = 22.0;
const HEIGHT: f64 = 200.0;
const MARGIN: f64 = 24.0;

impl Chart {
    /// Whether there is anything to see.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Bars { bars, .. } => bars.iter().all(|bar| bar.value <= 0.0),
            Self::Lines { lines, .. } => lines.iter().all(|line| line.points.len() < 2),
        }
    }

    /// The picture as an SVG element.
    pub fn svg(&self) -> String {
        match self {
            Self::Bars { title, bars, kind } => bars_svg(title, bars, *kind),
            Self::Lines { title, lines, kind } => lines_svg(title, lines, *kind),
        }
    }
}

fn bars_svg(title: &str, bars: &[Bar], kind: Kind) -> String {
    let most = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let height = ROW * bars.len() as f64 + 6.0;
    let mut svg = opened(title, height);
    for (at, bar) in bars.iter().enumerate() {
        let y = ROW * at as f64 + 4.0;
        let wide = if most > 0.0 { bar.value / most } else { 0.0 };
        let wide = (wide * (WIDTH - LABEL - 90.0)).max(1.0);
        let (label, value) = (escaped(&shortened(&bar.label)), told(bar.value, kind));
        let (text_y, end) = (y + 13.0, LABEL + wide + 6.0);
        _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{text_y:.1}\" text-anchor=\"end\">{label}</text>\
             <rect x=\"{LABEL:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"16\" rx=\"2\" class=\"s0\"/>\
             <text x=\"{end:.1}\" y=\"{text_y:.1}\">{value}</text>",
            LABEL - 8.0,
            value = escaped(&value),
        );
    }
    svg + "</svg>"
}

fn lines_svg(title: &str, lines: &[Line], kind: Kind) -> String {
    let points = || lines.iter().flat_map(|line| &line.points);
    let (first, last) = span(points().map(|(x, _)| *x));
    let most = points().map(|(_, y)| *y).fold(0.0, f64::max);
    let mut svg = opened(title, HEIGHT + MARGIN * 2.0);
    let (left, floor) = (90.0, HEIGHT + MARGIN);
    _ = write!(
        svg,
        "<path d=\"M{left} {MARGIN}V{floor}H{WIDTH}\" class=\"axis\"/>\
         <text x=\"{0}\" y=\"{1}\" text-anchor=\"end\">{2}</text><text x=\"{0}\" y=\"{floor}\" text-anchor=\"end\">0</text>\
         <text x=\"{left}\" y=\"{3}\">{4}</text><text x=\"{WIDTH}\" y=\"{3}\" text-anchor=\"end\">{5}</text>",
        left - 8.0,
        MARGIN + 10.0,
        escaped(&told(most, kind)),
        floor + 18.0,
        date(first),
        date(last),
    );
    for (at, line) in lines.iter().enumerate() {
        let place = |(x, y): &(f64, f64)| {
            let x = left + ratio(x - first, last - first) * (WIDTH - left - 10.0);
            format!("{x:.1},{:.1}", floor - ratio(*y, most) * HEIGHT)
        };
        let path: Vec<String> = line.points.iter().map(place).collect();
        let (class, label_y) = (at % 6, 14.0 + 15.0 * at as f64);
        _ = write!(
            svg,
            "<polyline points=\"{}\" class=\"l{class}\"/><text x=\"{}\" y=\"{label_y}\" class=\"t{class}\">{}</text>",
            path.join(" "),
            left + 10.0,
            escaped(&line.label),
        );
    }
    svg + "</svg>"
}

fn opened(title: &str, height: f64) -> String {
    let title = escaped(title);
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{title}\"><title>{title}</title>"
    )
}

fn span(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::MAX, f64::MIN), |(least, most), value| {
        (least.min(value), most.max(value))
    })
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

fn date(days: f64) -> String {
    let at = chrono::DateTime::from_timestamp((days * 86_400.0) as i64, 0);
    at.map_or_else(String::new, |at| at.format("%Y-%m-%d").to_string())
}

fn shortened(label: &str) -> String {
    if label.chars().count() <= 36 {
        return label.to_owned();
    }
    label.chars().take(35).chain(['…']).collect()
}
