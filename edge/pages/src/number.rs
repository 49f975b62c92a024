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

/// With its sign: `+5`.
pub(crate) fn signed(number: i64) -> String {
    let sign = if number > 0 { "+" } else { "" };
    [sign, &grouped(number)].concat()
}

/// A number with up to two decimals: `12.5`.
pub(crate) fn decimal(number: f64) -> String {
    hundredths(number * 100.0)
}

/// A part of one in hundredths: `6.25 %`.
pub(crate) fn percent(part: f64) -> String {
    let mut text = hundredths(part * 10_000.0);
    text.push_str("\u{a0}%");
    text
}

/// So many hundredths, rounded: 1,250 of them are `12.5`. Whole numbers are written, as floating point would weigh more.
fn hundredths(number: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it saturates, and none of ours is as great"
    )]
    let all = number.round() as i64;
    let (whole, rest) = (all / 100, (all % 100).abs());
    let mut text = grouped(whole);
    if all < 0 && whole == 0 {
        text.insert(0, '\u{2212}');
    }
    if rest > 0 {
        text.push_str(words::POINT);
        if rest < 10 {
            text.push('0');
        }
        let digits = if rest % 10 == 0 { rest / 10 } else { rest };
        text.push_str(&digits.to_string());
    }
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
    fn decimals_are_rounded_and_keep_their_noughts() {
        for (number, read) in [
            (0.0, "0"),
            (12.5, "12.5"),
            (12.05, "12.05"),
            (12.345, "12.35"),
            (-0.25, "\u{2212}0.25"),
            (1234.5, "1,234.5"),
        ] {
            assert_eq!(decimal(number), read);
        }
        assert_eq!((signed(5), signed(0)), ("+5".to_owned(), "0".to_owned()));
        assert_eq!(signed(-5), "\u{2212}5");
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
