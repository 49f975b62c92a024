//! What a foal reaches on its way to being a horse, each once and with its instant.

use super::Activities;
use crate::horse::FIRST_ACTIVE_AGE;
use crate::scale::Gauge;
use crate::time::{DAYS_PER_YEAR, Instant, days_after};
use crate::traits::EpigeneticModifiers;
use alloc::vec::Vec;

crate::words::words! {
    /// Something that a foal reaches once.
    Milestone, "milestone" {
        /// A bond of 25.
        Bond25 = "bond_25",
        /// A bond of 50.
        Bond50 = "bond_50",
        /// A bond of 75.
        Bond75 = "bond_75",
        /// A bond of 100.
        Bond100 = "bond_100",
        /// The first trait that anyone can see.
        FirstTrait = "first_trait",
        /// Every activity of one day.
        AllActivitiesOfADay = "all_activities_of_a_day",
        /// Three days old.
        Weanling = "weanling",
        /// Seven days old.
        Yearling = "yearling",
        /// Fourteen days old.
        TwoYearOld = "two_year_old",
        /// Three game-years old: a foal no longer.
        Graduated = "graduated",
    }
}

/// A milestone and when it was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(remote = "Self", deny_unknown_fields)
)]
pub struct Reached {
    /// The milestone.
    pub milestone: Milestone,
    /// When it was reached.
    pub at: Instant,
}

#[cfg(feature = "serde")]
crate::object::reads_objects!(Reached);
#[cfg(feature = "serde")]
crate::object::writes_objects!(Reached);

/// The milestones of a foal in the order in which they were noticed: the document
/// `[{"milestone": "bond_25", "at": "2026-11-22T12:00:00Z"}, ...]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(transparent)
)]
pub struct Milestones(Vec<Reached>);

impl Milestones {
    /// Has the foal reached it?
    #[must_use]
    pub fn contains(&self, milestone: Milestone) -> bool {
        self.0.iter().any(|reached| reached.milestone == milestone)
    }

    /// The milestones with their instants.
    #[must_use]
    pub fn as_slice(&self) -> &[Reached] {
        &self.0
    }

    /// The list with more milestones; one that is there already stays as it was.
    #[must_use]
    pub fn with(mut self, reached: &[Reached]) -> Self {
        for one in reached {
            if !self.contains(one.milestone) {
                self.0.push(*one);
            }
        }
        self
    }
}

/// What milestones look at.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// When it was born.
    pub born_at: Instant,
    /// Its bond.
    pub bond: Gauge,
    /// Its traits.
    pub modifiers: &'a EpigeneticModifiers,
    /// The activities that it has had.
    pub activities: &'a Activities,
    /// The milestones that it has reached.
    pub milestones: &'a Milestones,
}

impl Progress<'_> {
    /// The milestones that are newly reached at an instant: after its birth, an activity, grooming or growth.
    ///
    /// A milestone of age carries the instant of that age, however late it is noticed; the others carry `now`. From its
    /// third birthday on a horse reaches milestones of age alone. A hidden trait is not a first trait: a milestone must
    /// not tell of it.
    #[must_use]
    pub fn reached(&self, now: Instant) -> Vec<Reached> {
        let grown_at = days_after(self.born_at, FIRST_ACTIVE_AGE * DAYS_PER_YEAR);
        let stands = |milestone: Milestone| match days(milestone) {
            Some(days) => Some(days_after(self.born_at, days)).filter(|at| *at <= now),
            None => (now < grown_at && self.holds(milestone)).then_some(now),
        };
        Milestone::ALL
            .iter()
            .filter(|milestone| !self.milestones.contains(**milestone))
            .filter_map(|milestone| stands(*milestone).map(|at| (*milestone, at)))
            .map(|(milestone, at)| Reached { milestone, at })
            .collect()
    }

    fn holds(&self, milestone: Milestone) -> bool {
        let bond = self.bond.get();
        match milestone {
            Milestone::Bond25 => bond >= 25,
            Milestone::Bond50 => bond >= 50,
            Milestone::Bond75 => bond >= 75,
            Milestone::Bond100 => bond >= 100,
            Milestone::FirstTrait => self.modifiers.has_visible(),
            Milestone::AllActivitiesOfADay => self.activities.has_a_whole_day(),
            _ => false,
        }
    }
}

/// The days after birth at which a milestone of age is reached.
const fn days(milestone: Milestone) -> Option<i64> {
    match milestone {
        Milestone::Weanling => Some(3),
        Milestone::Yearling => Some(7),
        Milestone::TwoYearOld => Some(14),
        Milestone::Graduated => Some(FIRST_ACTIVE_AGE * DAYS_PER_YEAR),
        _ => None,
    }
}
