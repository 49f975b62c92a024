//! Training: once in seven days, at an active age, never in foal.

use crate::Refusal;
use crate::dice::Dice;
use crate::discipline::{Discipline, MAX_DISCIPLINE_SCORE};
use crate::horse::active_age;
use crate::progression::TRAINING_XP;
use crate::scale::{Bp, Gauge, div_round, saturate};
use crate::stat::{StatGain, Stats};
use crate::temperament::Temperament;
use crate::time::{Instant, days_after};
use crate::traits::{EpigeneticModifiers, Revealed, discover};
use alloc::vec::Vec;

/// Days of rest after a training, over all disciplines.
pub const REST_DAYS: i64 = 7;
/// The score that a training brings, before traits and temperament.
pub const BASE_SCORE: i64 = 5;
/// The chance of a stat gain, before traits.
pub const STAT_GAIN_CHANCE: Bp = Bp::new(1_500);

/// What training looks at.
#[derive(Clone, Copy, Debug)]
pub struct Trainee<'a> {
    /// When she was born.
    pub born_at: Instant,
    /// Is she in foal?
    pub in_foal: bool,
    /// Until when she rests, if she ever trained.
    pub resting_until: Option<Instant>,
    /// Her stats.
    pub stats: Stats,
    /// Her temperament.
    pub temperament: Temperament,
    /// Her traits.
    pub modifiers: &'a EpigeneticModifiers,
    /// Her bond.
    pub bond: Gauge,
    /// Her stress.
    pub stress: Gauge,
}

/// The right to train one horse now, in any discipline.
#[derive(Debug)]
pub struct TrainingPermit<'a> {
    horse: Trainee<'a>,
    age: i64,
    now: Instant,
}

/// What a training brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The discipline.
    pub discipline: Discipline,
    /// Points actually added to the discipline's score: less than earned only at the top of the scale.
    pub score_gain: i64,
    /// The discipline's score now.
    pub score: i64,
    /// A stat that rose, if one did.
    pub stat_gain: Option<StatGain>,
    /// XP for the player.
    pub user_xp: i64,
    /// From when she may train again.
    pub resting_until: Instant,
    /// Her traits now.
    pub modifiers: EpigeneticModifiers,
    /// What came to light, and why.
    pub revealed: Vec<Revealed>,
}

/// Checks whether a horse may train now: age 3 to 20, not in foal, rested.
///
/// # Errors
/// [`Refusal::TooYoung`], [`Refusal::Retired`], [`Refusal::InFoal`], [`Refusal::Resting`], in this order.
///
/// ```
/// use rules::dice::{Dice, Purpose, Secret};
/// use rules::{Instant, Refusal, breed, discipline::Discipline, genetics::Frequencies, horse, time, training};
///
/// let now = Instant::UNIX_EPOCH;
/// let mut dice = Dice::new(&Secret::new([7; 32]), Purpose::Founder, &[1.into()]);
/// let breed = &breed::by_name("Arabian")?.facts;
/// let mare = horse::starter_mare(breed, &Frequencies::default(), now, &mut dice);
/// let mut trainee = training::Trainee {
///     born_at: mare.born_at,
///     in_foal: false,
///     resting_until: None,
///     stats: mare.stats,
///     temperament: mare.temperament,
///     modifiers: &mare.modifiers,
///     bond: mare.bond,
///     stress: mare.stress,
/// };
/// let session = training::check(trainee, now)?.train(Discipline::by_name("Racing")?, 0, &mut dice);
/// assert!(session.score > 0);
///
/// trainee.resting_until = Some(session.resting_until);
/// let until = time::days_after(now, 7);
/// assert_eq!(training::check(trainee, now).err(), Some(Refusal::Resting { until }));
/// # Ok::<(), Refusal>(())
/// ```
pub fn check(horse: Trainee<'_>, now: Instant) -> Result<TrainingPermit<'_>, Refusal> {
    let age = active_age(horse.born_at, now)?;
    if horse.in_foal {
        return Err(Refusal::InFoal);
    }
    match horse.resting_until {
        Some(until) if until > now => Err(Refusal::Resting { until }),
        _ => Ok(TrainingPermit { horse, age, now }),
    }
}

impl TrainingPermit<'_> {
    /// Trains her in a discipline in which her score is `score`.
    ///
    /// The dice decide, in this order: whether a stat rises, which one (50/30/20), and by how much (1 to 3).
    #[must_use]
    pub fn train(self, discipline: Discipline, score: i64, dice: &mut Dice) -> Session {
        let Self { horse, age, now } = self;
        let before = score.clamp(0, MAX_DISCIPLINE_SCORE);
        let after = before
            .saturating_add(score_gain(horse.temperament, horse.modifiers))
            .min(MAX_DISCIPLINE_SCORE);
        let (modifiers, revealed) = discover(horse.modifiers, age, horse.bond, horse.stress);
        Session {
            discipline,
            score_gain: after - before,
            score: after,
            stat_gain: draw_stat_gain(&horse, discipline, dice),
            user_xp: user_xp(horse.temperament, horse.modifiers),
            resting_until: days_after(now, REST_DAYS),
            modifiers,
            revealed,
        }
    }
}

/// The score that a training brings: `5 x (1 + traits) x (1 + temperament)`, rounded once, at least 1.
#[must_use]
pub fn score_gain(temperament: Temperament, modifiers: &EpigeneticModifiers) -> i64 {
    let exact = i128::from(BASE_SCORE)
        * modifiers.training_effects().training.factor()
        * temperament.effects().training_score.factor();
    saturate(div_round(exact, 100_000_000)).max(1)
}

/// The XP that a training brings the player: `5 x (1 + temperament + traits)`, rounded once, at least 1.
#[must_use]
pub fn user_xp(temperament: Temperament, modifiers: &EpigeneticModifiers) -> i64 {
    let bonus = temperament
        .effects()
        .training_xp
        .plus(modifiers.training_effects().training);
    saturate(div_round(i128::from(TRAINING_XP) * bonus.factor(), 10_000)).max(1)
}

/// The chance of a stat gain: 15 % plus the traits', within 0 to 100 %.
#[must_use]
pub fn stat_gain_chance(modifiers: &EpigeneticModifiers) -> Bp {
    let chance = STAT_GAIN_CHANCE.plus(modifiers.training_effects().stat_gain);
    chance.clamp(Bp::ZERO, Bp::ONE)
}

fn draw_stat_gain(
    horse: &Trainee<'_>,
    discipline: Discipline,
    dice: &mut Dice,
) -> Option<StatGain> {
    if !dice.chance(stat_gain_chance(horse.modifiers)) {
        return None;
    }
    let stat = discipline.draw_stat(dice);
    let before = horse.stats.get(stat);
    let gain = before.moved(i64::from(dice.range(1, 3))).get() - before.get();
    (gain > 0).then_some(StatGain { stat, gain })
}
