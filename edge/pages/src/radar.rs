//! The stats of a horse as a radar: a polygon over rings, with a table beside it for whoever does not see it.

use crate::words;
use maud::{Markup, html};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The unit circle in twelve steps from the top, clockwise, in thousandths: no floating point in a picture.
const CIRCLE: [(i64, i64); 12] = [
    (0, -1000),
    (500, -866),
    (866, -500),
    (1000, 0),
    (866, 500),
    (500, 866),
    (0, 1000),
    (-500, 866),
    (-866, 500),
    (-1000, 0),
    (-866, -500),
    (-500, -866),
];

/// The radius of the outer ring.
const RADIUS: i64 = 100;

/// What the outer ring may stand for: a foundation mare is far from 100, and her picture shall have a shape.
const SCALES: [i64; 4] = [25, 50, 75, 100];

/// The least scale that has room for all of them.
fn scale(values: impl Iterator<Item = i64>) -> i64 {
    let greatest = values.max().unwrap_or_default();
    let fitting = SCALES.into_iter().find(|it| *it >= greatest);
    fitting.unwrap_or(100)
}

/// The corners of these lengths where the outer ring is so long.
fn corners(lengths: impl Iterator<Item = i64>, scale: i64) -> String {
    let mut points = String::new();
    for ((x, y), length) in CIRCLE.iter().zip(lengths) {
        let _infallible = write!(
            points,
            "{},{} ",
            x * length * RADIUS / (1_000 * scale),
            y * length * RADIUS / (1_000 * scale)
        );
    }
    points
}

/// The picture and its table.
pub(crate) fn radar(stats: &BTreeMap<String, i64>) -> Markup {
    let values = || stats.values().copied();
    let scale = scale(values());
    html! {
        figure.radar {
            svg viewBox="-175 -125 350 250" role="img" aria-label=(words::radar_of(scale)) {
                @for ring in 1..=5 {
                    polygon class="ring" points=(corners(std::iter::repeat(ring), 5)) {}
                }
                polygon class="shape" points=(corners(values(), scale)) {}
                text class="scale" x="4" y="-88" { (scale) }
                @for ((x, y), name) in CIRCLE.iter().zip(stats.keys()) {
                    text x=(x * 112 / 1000) y=(y * 112 / 1000 + 4) class=(side(*x)) { (words::stat(name)) }
                }
            }
            table {
                caption.unseen { (words::STATS) }
                tbody {
                    @for (name, value) in stats {
                        tr { th scope="row" { (words::stat(name)) } td { (value) } }
                    }
                }
            }
        }
    }
}

/// On which side of the middle a label stands.
const fn side(x: i64) -> &'static str {
    if x > 0 {
        "right"
    } else if x < 0 {
        "left"
    } else {
        "middle"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outer_ring_is_the_least_that_has_room() {
        for (greatest, expected) in [(0, 25), (25, 25), (26, 50), (75, 75), (76, 100), (100, 100)] {
            assert_eq!(scale([3, greatest].into_iter()), expected.max(25));
        }
        assert_eq!(
            corners(std::iter::repeat(25), 25),
            corners(std::iter::repeat(100), 100)
        );
    }

    #[test]
    fn a_stat_of_a_hundred_reaches_the_outer_ring_and_none_the_middle() {
        let full = corners(std::iter::repeat(100), 100);
        assert!(full.starts_with("0,-100 50,-86 86,-50 100,0 "), "{full}");
        let empty = corners(std::iter::repeat(0), 100);
        assert_eq!(empty.trim(), "0,0 ".repeat(12).trim());
    }
}
