//! How instants and scores are written in JSON.

use crate::clock::Instant;
use chrono::{SecondsFormat, TimeDelta};
pub use rules::told::{Chance, Score};
use serde::{Serialize, Serializer};

/// An instant as RFC 3339 in UTC with milliseconds: `2026-11-22T15:00:00.000Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
pub struct At(pub Instant);

impl At {
    /// The first whole millisecond that is not earlier: for deadlines, which must have passed when they are shown to have.
    #[must_use]
    pub fn not_before(instant: Instant) -> Self {
        let over = i64::from(instant.timestamp_subsec_nanos() % 1_000_000);
        let rest = if over == 0 { 0 } else { 1_000_000 - over };
        Self(
            instant
                .checked_add_signed(TimeDelta::nanoseconds(rest))
                .unwrap_or(instant),
        )
    }
}

impl From<Instant> for At {
    fn from(instant: Instant) -> Self {
        Self(instant)
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn an_instant_has_exactly_three_places() {
        for (given, shown) in [
            ("2026-11-22T15:00:00Z", "\"2026-11-22T15:00:00.000Z\""),
            (
                "2026-11-22T15:00:00.123456Z",
                "\"2026-11-22T15:00:00.123Z\"",
            ),
        ] {
            assert_eq!(serde_json::to_string(&At(instant(given))).unwrap(), shown);
        }
    }

    #[test]
    fn a_deadline_is_never_shown_too_early() {
        for (given, shown) in [
            ("2026-11-22T15:00:00.123000Z", "2026-11-22T15:00:00.123Z"),
            ("2026-11-22T15:00:00.123001Z", "2026-11-22T15:00:00.124Z"),
            ("2026-11-22T15:00:00.999999Z", "2026-11-22T15:00:01Z"),
        ] {
            assert_eq!(At::not_before(instant(given)), At(instant(shown)));
        }
    }

    #[test]
    fn scores_are_written_exactly() {
        for (milli, shown) in [
            (0, "0.0"),
            (123_456, "123.456"),
            (-1, "-0.001"),
            (999_999_999_999, "999999999.999"),
            (1_000_000_000_000, "1000000000.0"),
        ] {
            assert_eq!(serde_json::to_string(&Score(milli)).unwrap(), shown);
        }
    }

    proptest::proptest! {
        #[test]
        fn every_score_of_the_rules_survives_its_json(milli in -1_000_000_000_000_i64..=1_000_000_000_000) {
            let text = serde_json::to_string(&Score(milli)).unwrap();
            let (whole, places) = text.trim_start_matches('-').split_once('.').unwrap();
            let back: i64 = format!("{whole}{places:0<3}").parse().unwrap();
            proptest::prop_assert!(places.len() <= 3);
            proptest::prop_assert_eq!(back, milli.abs());
        }
    }
}
