//! The order of a show: score, then expected score, then earlier entry, then lower entry id.

use super::entry::Entered;
use super::score::expected_score;
use crate::discipline::Discipline;
use crate::id::EntryId;
use crate::scale::MilliPoints;
use crate::time::{Instant, millis};
use core::cmp::Ordering;

/// One entry as it competes with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rival {
    /// The entry.
    pub entry_id: EntryId,
    /// When it was made; milliseconds count.
    pub entered_at: Instant,
    /// The expected score.
    pub expected: MilliPoints,
}

impl Rival {
    /// An entry of a show in this discipline.
    #[must_use]
    pub fn of(entered: &Entered, discipline: Discipline) -> Self {
        Self {
            entry_id: entered.entry_id,
            entered_at: entered.entered_at,
            expected: expected_score(&entered.snapshot, discipline),
        }
    }

    /// A horse that is not entered yet and would be the latest of all.
    #[must_use]
    pub const fn newcomer(expected: MilliPoints, now: Instant) -> Self {
        Self {
            entry_id: EntryId::new(i64::MAX),
            entered_at: now,
            expected,
        }
    }

    /// The order of two entries with equal scores; the better one is `Less`.
    #[must_use]
    pub fn order_at_equal_scores(&self, other: &Self) -> Ordering {
        other
            .expected
            .cmp(&self.expected)
            .then_with(|| millis(self.entered_at).cmp(&millis(other.entered_at)))
            .then_with(|| self.entry_id.cmp(&other.entry_id))
    }
}

/// One entry with its drawn score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scored {
    /// The entry.
    pub rival: Rival,
    /// The drawn score.
    pub score: MilliPoints,
}

impl Scored {
    /// The order of a show; the better one is `Less`. It is total: no two entries of a show are equal in it.
    #[must_use]
    pub fn order(&self, other: &Self) -> Ordering {
        let by_score = other.score.cmp(&self.score);
        by_score.then_with(|| self.rival.order_at_equal_scores(&other.rival))
    }
}
