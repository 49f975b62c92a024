//! The first weeks of a horse that was born in the seeded world, by the rules.

use chrono::TimeDelta;
use rules::Instant;
use rules::dice::Dice;
use rules::foal::{
    Activities, Activity, DAYS, Enrichment, Foal, Milestones, Progress, check_activity,
};
use rules::scale::{Bp, Gauge};
use rules::time::days_after;
use rules::traits::EpigeneticModifiers;

use super::stable_life::Steed;

/// Where a horse comes from that was born in the world, and what became of its first weeks.
#[derive(Clone, Debug)]
pub(super) struct Childhood {
    /// The place of its sire among the horses.
    pub sire: usize,
    /// The place of its dam.
    pub dam: usize,
    /// The generations to its most distant ancestor.
    pub generation: u32,
    /// Its inbreeding coefficient F.
    pub inbreeding: f64,
    /// What was done with it, oldest first.
    pub lessons: Vec<Lesson>,
    /// The activities of its lessons.
    pub activities: Activities,
    /// The milestones that it has reached.
    pub milestones: Milestones,
    /// What it was on the day it was grown.
    pub grown: Option<Grown>,
}

/// An enrichment activity that a foal had.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lesson {
    /// The activity.
    pub activity: Activity,
    /// When.
    pub at: Instant,
    /// By how much the bond changed.
    pub bond_impact: i16,
    /// By how much the stress changed.
    pub stress_impact: i16,
}

/// A foal on the day it was grown.
#[derive(Clone, Debug)]
pub(super) struct Grown {
    /// Its bond.
    pub bond: Gauge,
    /// Its stress.
    pub stress: Gauge,
    /// Its traits.
    pub modifiers: EpigeneticModifiers,
}

impl Childhood {
    /// The childhood of a foal that is just born.
    pub(super) fn begin((sire, dam): (usize, usize), generation: u32, inbreeding: f64) -> Self {
        Self {
            sire,
            dam,
            generation,
            inbreeding,
            lessons: Vec::new(),
            activities: Activities::default(),
            milestones: Milestones::default(),
            grown: None,
        }
    }
}

impl Steed {
    /// The generations to its most distant ancestor: 0 for founders.
    pub(super) fn generation(&self) -> u32 {
        self.childhood.as_ref().map_or(0, |it| it.generation)
    }

    /// Gives a foal the lessons of its first week, as many as its owner has time for, until the world ends.
    pub(super) fn raise(&mut self, care: Bp, end: Instant, dice: &mut Dice) {
        let mut lessons: Vec<(Instant, Activity)> = Vec::new();
        for activity in Activity::ALL.iter().copied() {
            let hour = TimeDelta::hours(i64::from(dice.range(1, 20)));
            let at = days_after(self.born_at, activity.facts().day - 1) + hour;
            if dice.chance(care) && at < end {
                lessons.push((at, activity));
            }
        }
        lessons.sort();
        for (at, activity) in lessons {
            self.teach(activity, at, dice);
        }
    }

    fn teach(&mut self, activity: Activity, at: Instant, dice: &mut Dice) {
        let Some(childhood) = &mut self.childhood else {
            return;
        };
        let foal = Foal {
            born_at: self.born_at,
            bond: self.bond,
            stress: self.stress,
            modifiers: &self.modifiers,
            activities: &childhood.activities,
            milestones: &childhood.milestones,
        };
        let Ok(permit) = check_activity(foal, activity, at) else {
            return;
        };
        let Enrichment {
            bond,
            stress,
            bond_impact,
            stress_impact,
            modifiers,
            activities,
            milestones,
            ..
        } = permit.enrich(dice);
        childhood.lessons.push(Lesson {
            activity,
            at,
            bond_impact,
            stress_impact,
        });
        (childhood.activities, childhood.milestones) = (activities, milestones);
        (self.bond, self.stress, self.modifiers) = (bond, stress, modifiers);
    }

    /// Notices the milestones that it has reached until an instant, and that it is grown.
    pub(super) fn notice(&mut self, at: Instant) {
        let Some(childhood) = &mut self.childhood else {
            return;
        };
        if childhood.grown.is_some() {
            return;
        }
        let progress = Progress {
            born_at: self.born_at,
            bond: self.bond,
            modifiers: &self.modifiers,
            activities: &childhood.activities,
            milestones: &childhood.milestones,
        };
        let reached = progress.reached(at);
        childhood.milestones = std::mem::take(&mut childhood.milestones).with(&reached);
        if at >= days_after(self.born_at, 3 * DAYS) {
            childhood.grown = Some(Grown {
                bond: self.bond,
                stress: self.stress,
                modifiers: self.modifiers.clone(),
            });
        }
    }
}
