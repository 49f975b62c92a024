//! A horse's age, words, level and care, and the making of founders.

use crate::Refusal;
use crate::breed::BreedFacts;
use crate::dice::Dice;
use crate::genetics::Frequencies;
use crate::heredity::Inheritance;
use crate::scale::{Gauge, div_round, saturate};
use crate::stat::{self, Stat, Stats};
use crate::temperament::Temperament;
use crate::time::{DAYS_PER_YEAR, Instant, day_start, days_after, whole_days};
use crate::traits::{EpigeneticModifiers, Revealed, discover};
use alloc::vec::Vec;

/// The first age, in game-years, at which a horse trains and competes.
pub const FIRST_ACTIVE_AGE: i64 = 3;
/// The last age at which it does.
pub const LAST_ACTIVE_AGE: i64 = 20;
/// The bond of a newborn and of a founder.
pub const FIRST_BOND: Gauge = Gauge::clamped(50);
/// The stress of a newborn and of a founder.
pub const FIRST_STRESS: Gauge = Gauge::clamped(30);

crate::words::words! {
    /// Sex, fixed at birth.
    Sex, "sex" {
        /// A colt, then a stallion.
        Male = "male",
        /// A filly, then a mare.
        Female = "female",
    }
}

impl Sex {
    /// The word for a horse of this sex at an age in game-years: colt or filly under three, then stallion or mare.
    #[must_use]
    pub const fn word(self, age: i64) -> &'static str {
        match (self, age < FIRST_ACTIVE_AGE) {
            (Self::Male, true) => "colt",
            (Self::Male, false) => "stallion",
            (Self::Female, true) => "filly",
            (Self::Female, false) => "mare",
        }
    }
}

crate::words::words! {
    /// The stage of life, by days since birth.
    LifeStage, "life_stage" {
        /// Days 0 to 2.
        Newborn = "newborn",
        /// Days 3 to 6.
        Weanling = "weanling",
        /// Days 7 to 13.
        Yearling = "yearling",
        /// Days 14 to 20.
        TwoYearOld = "two_year_old",
        /// From day 21 on.
        Adult = "adult",
    }
}

impl LifeStage {
    /// The stage of a horse at an instant.
    #[must_use]
    pub fn at(born_at: Instant, now: Instant) -> Self {
        match whole_days(born_at, now) {
            ..=2 => Self::Newborn,
            3..=6 => Self::Weanling,
            7..=13 => Self::Yearling,
            14..=20 => Self::TwoYearOld,
            _ => Self::Adult,
        }
    }
}

/// Age in game-years: whole weeks since birth.
#[must_use]
pub fn age(born_at: Instant, now: Instant) -> i64 {
    whole_days(born_at, now) / DAYS_PER_YEAR
}

/// The age of a horse that is old enough and not too old to train and compete (3 to 20).
///
/// # Errors
/// [`Refusal::TooYoung`], [`Refusal::Retired`].
pub fn active_age(born_at: Instant, now: Instant) -> Result<i64, Refusal> {
    let age = age(born_at, now);
    if age < FIRST_ACTIVE_AGE {
        Err(Refusal::TooYoung {
            age,
            least: FIRST_ACTIVE_AGE,
        })
    } else if age > LAST_ACTIVE_AGE {
        Err(Refusal::Retired {
            age,
            most: LAST_ACTIVE_AGE,
        })
    } else {
        Ok(age)
    }
}

/// What grooming looks at.
#[derive(Clone, Copy, Debug)]
pub struct Groomable<'a> {
    /// When she was born.
    pub born_at: Instant,
    /// When she was last groomed, if ever.
    pub groomed_at: Option<Instant>,
    /// Her bond.
    pub bond: Gauge,
    /// Her stress.
    pub stress: Gauge,
    /// Her traits.
    pub modifiers: &'a EpigeneticModifiers,
}

/// A horse after grooming.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groomed {
    /// The bond now.
    pub bond: Gauge,
    /// The stress now.
    pub stress: Gauge,
    /// The traits now.
    pub modifiers: EpigeneticModifiers,
    /// What came to light, and why.
    pub revealed: Vec<Revealed>,
    /// From when she may be groomed again: the next midnight UTC.
    pub until: Instant,
}

/// The right to groom one horse now.
#[derive(Debug)]
pub struct GroomPermit<'a> {
    horse: Groomable<'a>,
    now: Instant,
}

/// Checks whether a horse may be groomed: once per UTC day.
///
/// # Errors
/// [`Refusal::AlreadyGroomed`] with the next midnight.
pub fn check_groom(horse: Groomable<'_>, now: Instant) -> Result<GroomPermit<'_>, Refusal> {
    match horse.groomed_at {
        Some(last) if last >= day_start(now) => Err(Refusal::AlreadyGroomed {
            until: days_after(day_start(last), 1),
        }),
        _ => Ok(GroomPermit { horse, now }),
    }
}

impl GroomPermit<'_> {
    /// Grooms her: bond +2, stress -2, and perhaps a discovery.
    #[must_use]
    pub fn groom(self) -> Groomed {
        let Self { horse, now } = self;
        let (bond, stress) = (horse.bond.moved(2), horse.stress.moved(-2));
        let (modifiers, revealed) =
            discover(horse.modifiers, age(horse.born_at, now), bond, stress);
        Groomed {
            bond,
            stress,
            modifiers,
            revealed,
            until: days_after(day_start(now), 1),
        }
    }
}

/// A horse without parents, ready to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Founder {
    /// Its sex.
    pub sex: Sex,
    /// When it was born: three game-years before it was made.
    pub born_at: Instant,
    /// Its stats.
    pub stats: Stats,
    /// Its temperament.
    pub temperament: Temperament,
    /// Its bond, 50.
    pub bond: Gauge,
    /// Its stress, 30.
    pub stress: Gauge,
    /// Its traits: none.
    pub modifiers: EpigeneticModifiers,
    /// Its genome, breeding values, height and coat.
    pub inheritance: Inheritance,
}

/// Makes a founder of a breed, three game-years old.
///
/// The dice give twelve deviates in the order of the stats, then the temperament, then what
/// [`Inheritance::of_founder`] draws. A stat is the breed's mean plus three quarters of a deviate (rounded half away from
/// zero), cut to 1..=100.
#[must_use]
pub fn found(
    breed: &BreedFacts,
    frequencies: &Frequencies,
    sex: Sex,
    now: Instant,
    dice: &mut Dice,
) -> Founder {
    let mut stats = Stats::default();
    let mut deviations = [0; stat::COUNT];
    let drawn = deviations.iter_mut().zip(breed.stat_means);
    for (stat, (deviation, mean)) in Stat::ALL.iter().zip(drawn) {
        *deviation = 750 * i64::from(dice.deviate());
        stats = stats.with(*stat, founder_stat(mean, *deviation));
    }
    Founder {
        sex,
        born_at: days_after(now, -FIRST_ACTIVE_AGE * DAYS_PER_YEAR),
        stats,
        temperament: draw_temperament(breed, dice),
        bond: FIRST_BOND,
        stress: FIRST_STRESS,
        modifiers: EpigeneticModifiers::default(),
        inheritance: Inheritance::of_founder(breed, frequencies, sex, deviations, dice),
    }
}

/// Makes the free mare with which every player starts, of a breed of choice.
#[must_use]
pub fn starter_mare(
    breed: &BreedFacts,
    frequencies: &Frequencies,
    now: Instant,
    dice: &mut Dice,
) -> Founder {
    found(breed, frequencies, Sex::Female, now, dice)
}

/// Gives a horse that was there before the game knew genomes what she must have inherited, from the dice of
/// [`Purpose::Genome`](crate::dice::Purpose::Genome).
///
/// She counts as a founder of her breed whatever her parents: her genome is drawn by its allele frequencies, and her
/// breeding values are drawn given the stats that she has now, which stay as they are.
#[must_use]
pub fn endow(
    breed: &BreedFacts,
    frequencies: &Frequencies,
    sex: Sex,
    stats: &Stats,
    dice: &mut Dice,
) -> Inheritance {
    let mut deviations = [0; stat::COUNT];
    let present = stats.readings().iter().zip(breed.stat_means);
    for (slot, (reading, mean)) in deviations.iter_mut().zip(present) {
        *slot = 1_000 * i64::from(reading.get() - mean);
    }
    Inheritance::of_founder(breed, frequencies, sex, deviations, dice)
}

/// A mean and a deviation from it in thousandths.
fn founder_stat(mean: i16, deviation: i64) -> Gauge {
    let whole = saturate(div_round(i128::from(deviation), 1_000));
    Gauge::clamped((i64::from(mean) + whole).max(1))
}

pub(crate) fn draw_temperament(breed: &BreedFacts, dice: &mut Dice) -> Temperament {
    let drawn = Temperament::ALL.get(dice.weighted(&breed.temperament_weights));
    drawn.copied().unwrap_or(Temperament::Steady)
}
