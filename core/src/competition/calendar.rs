//! The treasury's calendar: shows that the game itself holds, so that there is always one to enter.
//!
//! Every discipline has a show every third day at 18:00 UTC, and every other one of them is for novices. The calendar
//! follows from the date alone, so any number of processes announce the same shows under the same names.

use super::show::ShowPlan;
use crate::Refusal;
use crate::discipline::Discipline;
use crate::time::{Instant, day_start, days_after};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use chrono::{NaiveDate, TimeDelta};

/// How many days ahead the shows are announced.
pub const DAYS_AHEAD: i64 = 7;
/// Days from one show of a discipline to its next.
pub const DAYS_BETWEEN: i64 = 3;
/// The hour of the day, UTC, at which they run.
pub const HOUR: i64 = 18;
/// The highest level of a horse in a show for novices.
pub const NOVICE_LEVEL: i64 = 1;

/// The second word of a show's name: for all, and for novices.
const KINDS: [&str; 2] = ["Open", "Novice"];

/// A show that the treasury holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixture {
    /// The name, which no other show of the calendar has.
    pub name: String,
    /// The discipline.
    pub discipline: Discipline,
    /// Is it for novices alone?
    pub is_novice: bool,
    /// When it runs.
    pub run_date: Instant,
}

impl Fixture {
    /// The plan by which it is announced: 25 coins for 500, or 10 coins for 200 among novices.
    #[must_use]
    pub fn plan(&self) -> ShowPlan<'_> {
        let (entry_fee, prize) = if self.is_novice { (10, 200) } else { (25, 500) };
        ShowPlan {
            name: &self.name,
            discipline: self.discipline.as_str(),
            level_min: None,
            level_max: self.is_novice.then_some(NOVICE_LEVEL),
            entry_fee,
            prize,
            run_date: self.run_date,
        }
    }
}

/// Checks that a player's show has no name of the calendar's form, so that nobody can keep the treasury from a show.
///
/// # Errors
/// [`Refusal::NameTaken`] for a discipline, `Open` or `Novice`, and a date.
pub fn keep_free(name: &str) -> Result<(), Refusal> {
    // Two capitals outside of ASCII become a plain i and k where the database compares names.
    let name = name.replace('\u{130}', "i").replace('\u{212a}', "k");
    let is_ours = || {
        let (show, date) = name.trim().rsplit_once(' ')?;
        let (discipline, kind) = show.rsplit_once(' ')?;
        let is_known = Discipline::ALL
            .iter()
            .any(|one| one.as_str().eq_ignore_ascii_case(discipline));
        let is_kind = KINDS.iter().any(|one| one.eq_ignore_ascii_case(kind));
        Some(is_known && is_kind && date.parse::<NaiveDate>().is_ok())
    };
    if is_ours().unwrap_or(false) {
        Err(Refusal::NameTaken { field: "name" })
    } else {
        Ok(())
    }
}

/// The treasury's shows that run later than `now` and within the next seven days, by date and discipline.
#[must_use]
pub fn fixtures(now: Instant) -> Vec<Fixture> {
    let today = day_start(now);
    (0..=DAYS_AHEAD)
        .map(|days| days_after(today, days))
        .flat_map(of_day)
        .filter(|fixture| fixture.run_date > now && fixture.run_date <= days_after(now, DAYS_AHEAD))
        .collect()
}

/// The shows of the day that begins at `midnight`.
fn of_day(midnight: Instant) -> impl Iterator<Item = Fixture> {
    let day = midnight.timestamp().div_euclid(86_400);
    let run_date = midnight
        .checked_add_signed(TimeDelta::hours(HOUR))
        .unwrap_or(midnight);
    (0_i64..)
        .zip(Discipline::ALL)
        .filter(move |(position, _)| (position + day).rem_euclid(DAYS_BETWEEN) == 0)
        .map(move |(position, discipline)| {
            let is_novice = (position + day).div_euclid(DAYS_BETWEEN).rem_euclid(2) == 0;
            let [open, novice] = KINDS;
            let kind = if is_novice { novice } else { open };
            Fixture {
                name: format!("{} {kind} {}", discipline.as_str(), midnight.date_naive()),
                discipline: *discipline,
                is_novice,
                run_date,
            }
        })
}
