//! A player's progress: XP, levels and the weekly stipend.

use crate::Refusal;
use crate::economy::STIPEND;
use crate::money::Coins;
use crate::time::{DAYS_PER_YEAR, Instant, days_after, week_start};

/// XP for a training, before temperament and traits.
pub const TRAINING_XP: i64 = 5;
/// XP for a foal born, to its owner.
pub const FOAL_XP: i64 = 10;
/// XP that make a level.
pub const XP_PER_LEVEL: i64 = 100;

/// The level of a player or of a horse: `floor(xp / 100) + 1`. Negative XP count as none.
#[must_use]
pub const fn level(xp: i64) -> i64 {
    if xp <= 0 { 1 } else { xp / XP_PER_LEVEL + 1 }
}

/// A player's XP for a placement in a show: 20, 15, 10 for the first three, otherwise none.
#[must_use]
pub const fn competition_xp(placement: i64) -> i64 {
    match placement {
        1 => 20,
        2 => 15,
        3 => 10,
        _ => 0,
    }
}

/// A horse's XP for a placement in a show: 30, 27, 25 for the first three, otherwise 20.
#[must_use]
pub const fn horse_competition_xp(placement: i64) -> i64 {
    match placement {
        1 => 30,
        2 => 27,
        3 => 25,
        _ => 20,
    }
}

/// A stipend that may be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stipend {
    /// The amount.
    pub amount: Coins,
    /// Monday 00:00 UTC of the week for which it is paid.
    pub week: Instant,
    /// From when the next one may be claimed.
    pub next: Instant,
}

/// Checks whether the stipend of this ISO week may be claimed. What was not claimed in its week is gone.
///
/// # Errors
/// [`Refusal::StipendClaimed`] with the next Monday.
pub fn check_stipend(last_claimed: Option<Instant>, now: Instant) -> Result<Stipend, Refusal> {
    let week = week_start(now);
    match last_claimed {
        Some(last) if last >= week => Err(Refusal::StipendClaimed {
            until: days_after(week_start(last), DAYS_PER_YEAR),
        }),
        _ => Ok(Stipend {
            amount: STIPEND,
            week,
            next: days_after(week, DAYS_PER_YEAR),
        }),
    }
}
