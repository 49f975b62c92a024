//! The first days of a foal: enrichment activities, the traits that come of them, milestones and growth.

mod activity;
mod milestone;

use crate::Refusal;
use crate::dice::Dice;
use crate::horse::{LifeStage, age};
use crate::scale::{Bp, Gauge};
use crate::time::{Instant, days_after, whole_days};
use crate::traits::{EpigeneticModifiers, Revealed, Trait, discover};
use alloc::vec::Vec;

pub use activity::{Activities, Activity, ActivityFacts};
pub use milestone::{Milestone, Milestones, Progress, Reached};

/// The days of enrichment: the first seven of a life.
pub const DAYS: i64 = 7;

/// How far a foal has grown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growth {
    /// Its stage of life.
    pub stage: LifeStage,
    /// Its day of enrichment, 1 to 7; 7 for ever after.
    pub current_day: i16,
}

impl Growth {
    /// How far a foal has grown at an instant.
    #[must_use]
    pub fn at(born_at: Instant, now: Instant) -> Self {
        Self {
            stage: LifeStage::at(born_at, now),
            current_day: day(born_at, now) as i16,
        }
    }
}

/// The day of enrichment, 1 to 7.
fn day(born_at: Instant, now: Instant) -> i64 {
    (whole_days(born_at, now) + 1).min(DAYS)
}

/// What an activity looks at.
#[derive(Clone, Copy, Debug)]
pub struct Foal<'a> {
    /// When it was born.
    pub born_at: Instant,
    /// Its bond.
    pub bond: Gauge,
    /// Its stress.
    pub stress: Gauge,
    /// Its traits.
    pub modifiers: &'a EpigeneticModifiers,
    /// The activities that it has had.
    pub activities: &'a Activities,
    /// The milestones that it has reached.
    pub milestones: &'a Milestones,
}

/// The right to do one activity with one foal now.
#[derive(Debug)]
pub struct ActivityPermit<'a> {
    foal: Foal<'a>,
    activity: Activity,
    now: Instant,
}

/// A foal after an activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrichment {
    /// The activity.
    pub activity: Activity,
    /// The bond now.
    pub bond: Gauge,
    /// The stress now.
    pub stress: Gauge,
    /// By how much the bond really changed: less than drawn at the end of the scale.
    pub bond_impact: i16,
    /// By how much the stress really changed.
    pub stress_impact: i16,
    /// A trait that it won, if it did; it is visible at once.
    pub gained: Option<Trait>,
    /// The traits now.
    pub modifiers: EpigeneticModifiers,
    /// What came to light, and why.
    pub revealed: Vec<Revealed>,
    /// The activities now.
    pub activities: Activities,
    /// The milestones that are new.
    pub reached: Vec<Reached>,
    /// The milestones now.
    pub milestones: Milestones,
}

/// Checks whether an activity may be done now: once per foal, on its day or later within the first seven.
///
/// # Errors
/// [`Refusal::FoalhoodOver`] from seven days after birth on, [`Refusal::ActivityDone`], [`Refusal::ActivityNotOpen`],
/// in this order.
///
/// ```
/// use rules::dice::{Dice, Purpose, Secret};
/// use rules::foal::{Activities, Activity, Foal, Milestones, check_activity};
/// use rules::horse::{FIRST_BOND, FIRST_STRESS};
/// use rules::{Instant, Refusal, time, traits::EpigeneticModifiers};
///
/// let born_at = Instant::UNIX_EPOCH;
/// let (modifiers, activities, milestones) =
///     (EpigeneticModifiers::default(), Activities::default(), Milestones::default());
/// let foal = Foal {
///     born_at,
///     bond: FIRST_BOND,
///     stress: FIRST_STRESS,
///     modifiers: &modifiers,
///     activities: &activities,
///     milestones: &milestones,
/// };
/// let early = check_activity(foal, Activity::HalterIntroduction, born_at).err();
/// let until = time::days_after(born_at, 3);
/// assert_eq!(early, Some(Refusal::ActivityNotOpen { day: 4, until }));
///
/// let subject = [1.into(), Activity::GentleTouch.number().into()];
/// let mut dice = Dice::new(&Secret::new([7; 32]), Purpose::Enrichment, &subject);
/// let after = check_activity(foal, Activity::GentleTouch, born_at)?.enrich(&mut dice);
/// assert!((53..=57).contains(&after.bond.get()));
/// # Ok::<(), Refusal>(())
/// ```
pub fn check_activity(
    foal: Foal<'_>,
    activity: Activity,
    now: Instant,
) -> Result<ActivityPermit<'_>, Refusal> {
    let since = days_after(foal.born_at, DAYS);
    let wanted = activity.facts().day;
    if now >= since {
        Err(Refusal::FoalhoodOver { since })
    } else if foal.activities.contains(activity) {
        Err(Refusal::ActivityDone)
    } else if day(foal.born_at, now) < wanted {
        Err(Refusal::ActivityNotOpen {
            day: wanted,
            until: days_after(foal.born_at, wanted - 1),
        })
    } else {
        Ok(ActivityPermit {
            foal,
            activity,
            now,
        })
    }
}

impl ActivityPermit<'_> {
    /// Does the activity.
    ///
    /// The dice decide, in this order: the change of the bond, the change of the stress, then one draw for each trait
    /// whose gates hold and that the foal can still gain, in the order of [`GATES`], until one succeeds. What was hidden
    /// may come to light after that.
    #[must_use]
    pub fn enrich(self, dice: &mut Dice) -> Enrichment {
        let Self {
            foal,
            activity,
            now,
        } = self;
        let facts = activity.facts();
        let mut draw = |(low, high)| i64::from(dice.range(low, high));
        let (bond, stress) = (
            foal.bond.moved(draw(facts.bond)),
            foal.stress.moved(draw(facts.stress)),
        );
        let mut modifiers = foal.modifiers.clone();
        let gained = candidates(&modifiers, bond, stress, day(foal.born_at, now))
            .find(|gate| dice.chance(gate.chance))
            .map(|gate| gate.r#trait);
        if let Some(won) = gained {
            modifiers.gain(won, false);
        }
        let (modifiers, revealed) = discover(&modifiers, age(foal.born_at, now), bond, stress);
        let activities = foal.activities.clone().with(activity);
        let progress = Progress {
            born_at: foal.born_at,
            bond,
            modifiers: &modifiers,
            activities: &activities,
            milestones: foal.milestones,
        };
        let reached = progress.reached(now);
        Enrichment {
            activity,
            bond,
            stress,
            bond_impact: bond.get() - foal.bond.get(),
            stress_impact: stress.get() - foal.stress.get(),
            gained,
            milestones: foal.milestones.clone().with(&reached),
            modifiers,
            revealed,
            activities,
            reached,
        }
    }
}

/// A trait that an activity may bring, and what it asks for. Gates of good traits ask for a bond of at least and a
/// stress of at most so much, those of bad ones the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gate {
    /// The trait.
    pub r#trait: Trait,
    /// The least and the greatest bond.
    pub bond: (i16, i16),
    /// The least and the greatest stress.
    pub stress: (i16, i16),
    /// The first day of life, 1 to 7.
    pub from_day: i64,
    /// The chance after each activity.
    pub chance: Bp,
}

/// The traits that activities bring, in the order of their draws. No bond opens gates of both signs.
#[rustfmt::skip]
pub const GATES: &[Gate] = &[
    good(Trait::Resilient, 70, 30, 3, 2_500),
    good(Trait::Calm, 60, 20, 2, 3_000),
    good(Trait::Intelligent, 75, 25, 4, 2_000),
    good(Trait::Bold, 65, 40, 5, 2_200),
    good(Trait::Athletic, 80, 35, 6, 1_500),
    good(Trait::TrainabilityBoost, 85, 15, 7, 1_000),
    good(Trait::LegendaryBloodline, 90, 10, 7, 300),
    bad(Trait::Nervous, 40, 60, 2, 3_500),
    bad(Trait::Stubborn, 30, 50, 3, 2_500),
    bad(Trait::Fragile, 35, 70, 4, 2_000),
    bad(Trait::Aggressive, 25, 80, 5, 3_000),
    bad(Trait::Lazy, 45, 40, 6, 1_800),
];

const fn good(r#trait: Trait, bond: i16, stress: i16, from_day: i64, chance: i32) -> Gate {
    Gate {
        r#trait,
        bond: (bond, 100),
        stress: (0, stress),
        from_day,
        chance: Bp::new(chance),
    }
}

const fn bad(r#trait: Trait, bond: i16, stress: i16, from_day: i64, chance: i32) -> Gate {
    Gate {
        r#trait,
        bond: (0, bond),
        stress: (stress, 100),
        from_day,
        chance: Bp::new(chance),
    }
}

/// The gates that stand open for a foal on a day of its life.
fn candidates(
    modifiers: &EpigeneticModifiers,
    bond: Gauge,
    stress: Gauge,
    day: i64,
) -> impl Iterator<Item = &'static Gate> {
    let within = |reading: Gauge, (low, high): (i16, i16)| (low..=high).contains(&reading.get());
    GATES.iter().filter(move |gate| {
        gate.from_day <= day
            && within(bond, gate.bond)
            && within(stress, gate.stress)
            && modifiers.admits(gate.r#trait)
    })
}
