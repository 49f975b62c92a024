//! Game time: a game-year is seven days, and every rule is told the instant.

use chrono::{DateTime, Datelike, Days, NaiveTime, TimeDelta, Utc};

/// An instant of game time, in UTC, counted to the microsecond.
pub type Instant = DateTime<Utc>;

/// Days in a game-year.
pub const DAYS_PER_YEAR: i64 = 7;

/// The instant `days` after (or, negative, before) another, cut at the end of time.
#[must_use]
pub fn days_after(instant: Instant, days: i64) -> Instant {
    let end = if days < 0 {
        DateTime::<Utc>::MIN_UTC
    } else {
        DateTime::<Utc>::MAX_UTC
    };
    TimeDelta::try_days(days)
        .and_then(|span| instant.checked_add_signed(span))
        .unwrap_or(end)
}

/// Whole days from one instant to a later one; 0 where it is not later.
#[must_use]
pub fn whole_days(from: Instant, to: Instant) -> i64 {
    to.signed_duration_since(from).num_days().max(0)
}

/// Midnight UTC at which the day of `now` began.
#[must_use]
pub fn day_start(now: Instant) -> Instant {
    now.date_naive().and_time(NaiveTime::MIN).and_utc()
}

/// Monday 00:00 UTC at which the ISO week of `now` began.
#[must_use]
pub fn week_start(now: Instant) -> Instant {
    let since_monday = u64::from(now.weekday().num_days_from_monday());
    let monday = now.date_naive().checked_sub_days(Days::new(since_monday));
    monday.map_or(DateTime::<Utc>::MIN_UTC, |day| {
        day.and_time(NaiveTime::MIN).and_utc()
    })
}

/// The instant cut to whole microseconds, as the database keeps it.
#[must_use]
pub fn to_micros(instant: Instant) -> Instant {
    DateTime::from_timestamp_micros(instant.timestamp_micros()).unwrap_or(instant)
}

/// The instant in whole milliseconds since 1970: what placings compare and proofs encode, as the wire format carries it.
#[must_use]
pub const fn millis(instant: Instant) -> i64 {
    instant.timestamp_millis()
}

/// Writes an instant as RFC 3339 in UTC with milliseconds.
#[cfg(feature = "serde")]
pub(crate) fn write_millis<S: serde::Serializer>(
    instant: &Instant,
    to: S,
) -> Result<S::Ok, S::Error> {
    to.collect_str(&instant.format("%Y-%m-%dT%H:%M:%S%.3fZ"))
}
