//! Chances as bars, each with its number in words.

use crate::number::percent;
use maud::{Markup, html};

/// A list of names with their chances, 0 to 1.
pub(crate) fn bars<'a>(rows: impl Iterator<Item = (&'a str, f64)>) -> Markup {
    html! {
        ul.bars {
            @for (name, chance) in rows {
                li {
                    span { (name) }
                    meter min="0" max="1" value=(chance) { (percent(chance)) }
                    span.number { (percent(chance)) }
                }
            }
        }
    }
}
