//! Numbers and instants as people read them.

use crate::words;
use chrono::{DateTime, SecondsFormat, Utc};
use maud::{Markup, html};

/// With separators: `1,234,567`.
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    if number < 0 {
        text.push('\u{2212}');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push_str(words::SEPARATOR);
        }
        text.push(digit);
    }
    text
}

/// Coins.
pub(crate) fn coins(number: i64) -> Markup {
    html! { span.coins { (grouped(number)) " " abbr title=(words::COINS) { (words::COIN_SIGN) } } }
}

/// An instant: in UTC, until a script tells it in the reader's zone.
pub(crate) fn instant(at: DateTime<Utc>) -> Markup {
    let machine = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let read = at.format(words::INSTANT).to_string();
    html! { time datetime=(machine) { (read) } }
}

/// A part of one in hundredths: `6.25 %`.
pub(crate) fn percent(part: f64) -> String {
    let mut text = format!("{:.2}", part * 100.0);
    while text.ends_with('0') {
        text.pop();
    }
    if text.ends_with('.') {
        text.pop();
    }
    text.push_str("\u{a0}%");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        for (number, read) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
            (-12_345, "\u{2212}12,345"),
        ] {
            assert_eq!(grouped(number), read);
        }
    }

    #[test]
    fn a_part_is_told_in_hundredths_without_idle_zeros() {
        for (part, read) in [
            (0.0, "0\u{a0}%"),
            (0.25, "25\u{a0}%"),
            (0.0625, "6.25\u{a0}%"),
            (1.0, "100\u{a0}%"),
        ] {
            assert_eq!(percent(part), read);
        }
    }
}
