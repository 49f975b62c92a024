//! The score of an entry, in milli-points.
//!
//! ```text
//! base      = 500 s1 + 300 s2 + 200 s3 + 1000 x discipline score             (exact)
//! expected  = base x (1 + temperament) x (1 + traits) x (1 + condition)      (exact product, rounded once)
//! score     = expected x (1 + luck)                                          (rounded once)
//! ```
//! Factors are in basis points; each `1 + x` is cut at zero. Rounding is half away from zero. The condition is -20 bp
//! for each point of stress above 50 and +10 bp for each point of bond above 50.

use super::entry::Snapshot;
use crate::dice::{Dice, Purpose, Secret};
use crate::discipline::Discipline;
use crate::id::{EntryId, ShowId};
use crate::scale::{Bp, Gauge, MilliPoints, div_round, saturate};
use crate::traits::competition_effect;

/// The greatest luck, good or bad.
pub const MAX_LUCK: Bp = Bp::new(900);
/// Milli-points for a point of each of the discipline's three stats.
pub const STAT_MILLI: [i64; 3] = [500, 300, 200];
/// Milli-points for a point of discipline score.
pub const DISCIPLINE_MILLI: i64 = 1_000;
/// For each point of stress above 50.
pub const STRESS_BP: i32 = -20;
/// For each point of bond above 50.
pub const BOND_BP: i32 = 10;

/// How an expected score comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Breakdown {
    /// From stats and discipline score.
    pub base: MilliPoints,
    /// The temperament's bonus or malus.
    pub temperament: Bp,
    /// The traits' bonus or malus, visible and hidden.
    pub traits: Bp,
    /// The bonus of bond and malus of stress.
    pub condition: Bp,
    /// The expected score.
    pub expected: MilliPoints,
}

/// How the expected score of a snapshot comes about. For a preview from visible facts, `hidden_bp` is zero.
#[must_use]
pub fn breakdown(snapshot: &Snapshot, discipline: Discipline) -> Breakdown {
    let base = base(&snapshot.stats, snapshot.discipline_score);
    let temperament = snapshot.temperament.effects().competition;
    let traits = competition_effect(snapshot.traits.iter(), discipline).plus(snapshot.hidden_bp);
    let condition = condition(snapshot.bond, snapshot.stress);
    Breakdown {
        base,
        temperament,
        traits,
        condition,
        expected: multiplied(base, [temperament, traits, condition]),
    }
}

/// The expected score of a snapshot.
#[must_use]
pub fn expected_score(snapshot: &Snapshot, discipline: Discipline) -> MilliPoints {
    breakdown(snapshot, discipline).expected
}

/// The luck of an entry: uniform in -900..=900 bp, from the entry's own dice.
#[must_use]
pub fn luck(secret: &Secret, show: ShowId, entry: EntryId) -> Bp {
    let mut dice = Dice::new(secret, Purpose::Luck, &[show.into(), entry.into()]);
    Bp::new(dice.range(-MAX_LUCK.get(), MAX_LUCK.get()))
}

/// The score at a given luck, which counts within -10,000..=10,000 bp.
#[must_use]
pub fn drawn_score(expected: MilliPoints, luck: Bp) -> MilliPoints {
    // At most 10^12 x 20,000, so 64 bits hold it; nothing is negative, so adding a half rounds as everywhere else.
    let expected = expected.clamp(MilliPoints::new(0), MilliPoints::MAX).get();
    let factor = 10_000 + i64::from(luck.get().clamp(-10_000, 10_000));
    let score = (expected * factor + 5_000) / 10_000;
    MilliPoints::new(score).min(MilliPoints::MAX)
}

/// The least and the greatest score that luck allows.
///
/// ```
/// use rules::competition::score::range;
/// use rules::scale::MilliPoints;
///
/// // A horse who leads by a fifth wins on her worst day against the other's best.
/// let (worst, _) = range(MilliPoints::new(120_000));
/// let (_, best) = range(MilliPoints::new(100_000));
/// assert!(worst > best);
/// ```
#[must_use]
pub fn range(expected: MilliPoints) -> (MilliPoints, MilliPoints) {
    let worst = Bp::new(-MAX_LUCK.get());
    (
        drawn_score(expected, worst),
        drawn_score(expected, MAX_LUCK),
    )
}

fn base(stats: &[Gauge; 3], discipline_score: i64) -> MilliPoints {
    let stats: i64 = stats
        .iter()
        .zip(STAT_MILLI)
        .map(|(stat, milli)| i64::from(*stat) * milli)
        .sum();
    clamped(i128::from(stats) + i128::from(discipline_score) * i128::from(DISCIPLINE_MILLI))
}

fn condition(bond: Gauge, stress: Gauge) -> Bp {
    let above = |gauge: Gauge| i32::from(gauge.get() - 50).max(0);
    Bp::new(above(stress) * STRESS_BP + above(bond) * BOND_BP)
}

/// The base is at most 10^12 and each factor below 10^6, so that the product stays far below the end of `i128`.
fn multiplied(base: MilliPoints, factors: [Bp; 3]) -> MilliPoints {
    let product: i128 = factors
        .iter()
        .map(|bp| bp.factor().min(1_000_000))
        .product();
    clamped(div_round(
        i128::from(base.get()) * product,
        1_000_000_000_000,
    ))
}

fn clamped(milli: i128) -> MilliPoints {
    MilliPoints::new(saturate(milli.clamp(0, i128::from(MilliPoints::MAX.get()))))
}
