//! When maintenance is due: four rhythms, each with its slots, in UTC.
//!
//! A slot is an instant that follows from the calendar alone, so every worker computes the same ones.

use std::fmt;

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::config::Environment;
use crate::trouble::Trouble;

/// How often a kind of maintenance is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rhythm {
    /// Every day: backup, vacuum, audit seal, ledger.
    Daily,
    /// Every Sunday: performance, backup drill, full invariants, indexes.
    Weekly,
    /// The first of every month: the security audit.
    Monthly,
    /// The first of January, April, July and October: the capacity plan.
    Quarterly,
}

impl Rhythm {
    /// All of them, in the order in which they are worked off where several are due.
    pub const ALL: [Self; 4] = [Self::Daily, Self::Weekly, Self::Monthly, Self::Quarterly];

    /// The word an operator types.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
        }
    }

    /// The name of its runs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Daily => "maintain_daily",
            Self::Weekly => "maintain_weekly",
            Self::Monthly => "maintain_monthly",
            Self::Quarterly => "maintain_quarterly",
        }
    }

    /// How many hours after the daily one it begins, so that a night with all four has an order.
    const fn hours_later(self) -> i64 {
        match self {
            Self::Daily => 0,
            Self::Weekly => 1,
            Self::Monthly => 2,
            Self::Quarterly => 3,
        }
    }

    /// The day on which the slot of the period around `day` lies: the period's first.
    fn first_day(self, day: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Daily => Some(day),
            Self::Weekly => {
                day.checked_sub_days(Days::new(day.weekday().num_days_from_sunday().into()))
            }
            Self::Monthly => day.with_day(1),
            Self::Quarterly => day.with_day(1)?.with_month(day.month0() / 3 * 3 + 1),
        }
    }

    /// The first day of the period after the one that begins on `first`.
    fn next_first_day(self, first: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Daily => first.checked_add_days(Days::new(1)),
            Self::Weekly => first.checked_add_days(Days::new(7)),
            Self::Monthly => first.checked_add_months(Months::new(1)),
            Self::Quarterly => first.checked_add_months(Months::new(3)),
        }
    }
}

impl fmt::Display for Rhythm {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

/// The slots of all rhythms, from the hour at which the daily one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    hour: u32,
}

/// The hour of the daily slot where nothing else is asked for.
const HOUR: u32 = 3;

/// The last hour that leaves room for the other rhythms on the same day.
const LAST_HOUR: u32 = 20;

impl Default for Calendar {
    fn default() -> Self {
        Self { hour: HOUR }
    }
}

impl Calendar {
    /// The calendar whose daily slot begins at this hour, 0 to 20 UTC.
    ///
    /// # Errors
    /// When the hour is a later one.
    pub fn at(hour: u32) -> Result<Self, Trouble> {
        if hour > LAST_HOUR {
            return Err(Trouble::new(format!(
                "the hour of daily maintenance is {hour}, but it must be 0 to {LAST_HOUR} (UTC)"
            )));
        }
        Ok(Self { hour })
    }

    /// The calendar that `EQUORIA_MAINTAIN_HOUR` asks for.
    ///
    /// # Errors
    /// When it is no whole number from 0 to 20.
    pub fn from_environment(of: &Environment) -> Result<Self, Trouble> {
        let Some(text) = of.get("EQUORIA_MAINTAIN_HOUR")? else {
            return Ok(Self::default());
        };
        let hour = text.parse().ok().and_then(|hour| Self::at(hour).ok());
        hour.ok_or_else(|| {
            Trouble::new(format!(
                "EQUORIA_MAINTAIN_HOUR is `{text}`, but it must be a whole number from 0 to {LAST_HOUR} (UTC)"
            ))
        })
    }

    /// The newest slot that is not after `at`.
    pub fn newest(self, rhythm: Rhythm, at: DateTime<Utc>) -> DateTime<Utc> {
        let first = rhythm.first_day(at.date_naive()).unwrap_or(NaiveDate::MIN);
        let slot = self.on(rhythm, first);
        if slot <= at {
            return slot;
        }
        let before = first.pred_opt().and_then(|day| rhythm.first_day(day));
        self.on(rhythm, before.unwrap_or(NaiveDate::MIN))
    }

    /// The first slot after `at`.
    pub fn next(self, rhythm: Rhythm, at: DateTime<Utc>) -> DateTime<Utc> {
        let newest = self.newest(rhythm, at).date_naive();
        let next = rhythm.next_first_day(newest).unwrap_or(NaiveDate::MAX);
        self.on(rhythm, next)
    }

    /// Every slot after `after` that is not after `until`, oldest first.
    pub fn between(
        self,
        rhythm: Rhythm,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Vec<DateTime<Utc>> {
        let first = self.next(rhythm, after);
        let following = |slot: &DateTime<Utc>| Some(self.next(rhythm, *slot));
        std::iter::successors(Some(first), following)
            .take_while(|slot| *slot <= until)
            .collect()
    }

    /// Whether an instant is a slot of the rhythm.
    pub fn is_slot(self, rhythm: Rhythm, at: DateTime<Utc>) -> bool {
        self.newest(rhythm, at) == at
    }

    fn on(self, rhythm: Rhythm, day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_time(NaiveTime::MIN).and_utc();
        let hours = i64::from(self.hour) + rhythm.hours_later();
        midnight
            .checked_add_signed(TimeDelta::hours(hours))
            .unwrap_or(midnight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn each_rhythm_has_its_day_and_its_hour() {
        let calendar = Calendar::default();
        // A Sunday.
        let now = at("2026-11-22T21:00:00Z");
        for (rhythm, newest, next) in [
            (
                Rhythm::Daily,
                "2026-11-22T03:00:00Z",
                "2026-11-23T03:00:00Z",
            ),
            (
                Rhythm::Weekly,
                "2026-11-22T04:00:00Z",
                "2026-11-29T04:00:00Z",
            ),
            (
                Rhythm::Monthly,
                "2026-11-01T05:00:00Z",
                "2026-12-01T05:00:00Z",
            ),
            (
                Rhythm::Quarterly,
                "2026-10-01T06:00:00Z",
                "2027-01-01T06:00:00Z",
            ),
        ] {
            assert_eq!(calendar.newest(rhythm, now), at(newest), "{rhythm}");
            assert_eq!(calendar.next(rhythm, now), at(next), "{rhythm}");
        }
    }

    #[test]
    fn before_the_hour_of_its_day_the_slot_is_the_one_before() {
        let calendar = Calendar::default();
        let sunday = at("2026-11-22T02:59:59Z");
        assert_eq!(
            calendar.newest(Rhythm::Daily, sunday),
            at("2026-11-21T03:00:00Z")
        );
        assert_eq!(
            calendar.newest(Rhythm::Weekly, sunday),
            at("2026-11-15T04:00:00Z")
        );
        let new_year = at("2027-01-01T00:00:00Z");
        assert_eq!(
            calendar.newest(Rhythm::Quarterly, new_year),
            at("2026-10-01T06:00:00Z")
        );
        assert_eq!(
            calendar.next(Rhythm::Quarterly, new_year),
            at("2027-01-01T06:00:00Z")
        );
    }

    #[test]
    fn a_slot_belongs_to_itself_and_the_next_one_comes_after_it() {
        let calendar = Calendar::at(20).unwrap();
        for rhythm in Rhythm::ALL {
            let slot = calendar.newest(rhythm, at("2028-03-01T12:00:00Z"));
            assert!(calendar.is_slot(rhythm, slot));
            assert!(!calendar.is_slot(rhythm, slot + TimeDelta::seconds(1)));
            assert!(calendar.next(rhythm, slot) > slot);
        }
    }

    #[test]
    fn a_leap_day_has_its_slot_and_a_month_has_one_whatever_its_length() {
        let calendar = Calendar::default();
        let february = (at("2028-02-01T05:00:00Z"), at("2028-03-01T04:59:59Z"));
        let days = calendar.between(Rhythm::Daily, february.0, february.1);
        assert_eq!(days.len(), 29);
        assert!(days.contains(&at("2028-02-29T03:00:00Z")));
        let year = (at("2027-12-31T23:00:00Z"), at("2028-12-31T23:00:00Z"));
        for (rhythm, count) in [
            (Rhythm::Daily, 366),
            (Rhythm::Weekly, 53),
            (Rhythm::Monthly, 12),
            (Rhythm::Quarterly, 4),
        ] {
            assert_eq!(
                calendar.between(rhythm, year.0, year.1).len(),
                count,
                "{rhythm}"
            );
        }
    }

    #[test]
    fn slots_between_begin_after_the_first_instant_and_include_the_last() {
        let calendar = Calendar::default();
        let (first, last) = (at("2026-11-20T03:00:00Z"), at("2026-11-22T03:00:00Z"));
        let slots = calendar.between(Rhythm::Daily, first, last);
        assert_eq!(slots, [at("2026-11-21T03:00:00Z"), last]);
        assert!(calendar.between(Rhythm::Daily, last, first).is_empty());
    }

    #[test]
    fn an_hour_that_leaves_no_room_is_refused_by_its_name() {
        for text in ["21", "-1", "three", "3.5"] {
            let of = Environment::of([("EQUORIA_MAINTAIN_HOUR", text)]);
            let said = Calendar::from_environment(&of).unwrap_err().to_string();
            assert!(
                said.contains("EQUORIA_MAINTAIN_HOUR") && said.contains(text),
                "{said}"
            );
        }
        let of = Environment::of([("EQUORIA_MAINTAIN_HOUR", "0")]);
        assert_eq!(
            Calendar::from_environment(&of).unwrap(),
            Calendar { hour: 0 }
        );
    }
}
