//! Quantitative inheritance: the twelve stats, height and white markings, by the infinitesimal model in fixed point.
//!
//! A horse's phenotype is its breeding value plus its environment (and, for the stats, less what inbreeding costs). The
//! breeding value of a foal is the mean of its parents' plus Mendelian sampling, whose variance is
//! `(1 - (F_sire + F_dam) / 2) / 2` of the additive variance (Bulmer, The Mathematical Theory of Quantitative Genetics,
//! 1980; Barton, Etheridge and Véber, Theoretical Population Biology 118:50, 2017).
//!
//! # Constants
//! - *Stats*: V_A = 3.24 and V_E = 5.76 points², so V_P = 9 and h² = 0.36. A founder's stat has a standard deviation of 3
//!   points; 1.8, 2.4 and 3 are sides of a right triangle, which keeps every standard deviation a whole number of
//!   thousandths. What Hanoverian mares are judged by has heritabilities of 0.23 to 0.41 (Christmann).
//! - *Height*: V_A = 9 and V_E = 11.56 cm² beside the loci of [`size`](crate::genetics::size). In a breed in which two
//!   alleles of LCORL segregate at 0.1 to 0.2 the heritability is 0.5 to 0.6 and LCORL has a sixth to a fifth of the
//!   variance; Warmbloods have 0.53 and 16 % (Reich and others, Genetics Selection Evolution 56:45, 2024).
//! - *White*: V_A = 0.64 and V_E = 0.36 points². The heritability of white markings in Franches-Montagnes is above 0.5
//!   (Journal of Heredity 99:130, 2008); most of the rest is chance in the embryo.
//! - *Inbreeding depression*: 8 points of every stat for a coefficient of one, so 2 points for a foal of full siblings:
//!   two thirds of a standard deviation. Height and white have none.
//!
//! # Rounding
//! A value counts thousandths (of a point, of a centimetre). The mean of two values and a Mendelian deviation are each
//! rounded once, half away from zero; a stat and a height are rounded once, at the end, to whole points and centimetres.

use crate::breed::BreedFacts;
use crate::dice::Dice;
use crate::genetics::coat::Coat;
use crate::genetics::size::{height_effect, mean_height_effect};
use crate::genetics::{Frequencies, Genome};
use crate::horse::Sex;
use crate::pedigree::Inbreeding;
use crate::scale::{Gauge, div_round, saturate};
use crate::stat::{self, Stat, Stats};

/// The number of breeding values: one for each stat, then height and white markings.
pub const COUNT: usize = stat::COUNT + 2;
/// What a coefficient of inbreeding of one costs in every stat, in thousandths of a point.
pub const DEPRESSION: i64 = 8_000;
/// The least and the greatest height of a grown horse, in centimetres.
pub const HEIGHTS_CM: (i16, i16) = (50, 230);

/// The spread of one quantity, as what one step of a deviate (whose standard deviation is 4) moves, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// By the breeding value.
    additive: i64,
    /// By the environment.
    environment: i64,
}

/// The spread of every stat: standard deviations of 1.8 and 2.4 points.
pub const STAT: Spread = Spread {
    additive: 450,
    environment: 600,
};
/// The spread of height: standard deviations of 3.0 and 3.4 centimetres.
pub const HEIGHT: Spread = Spread {
    additive: 750,
    environment: 850,
};
/// The spread of white markings: standard deviations of 0.8 and 0.6 points, so one point in all.
pub const WHITE: Spread = Spread {
    additive: 200,
    environment: 150,
};

/// The spread of each breeding value.
const SPREADS: [Spread; COUNT] = {
    let [a, b, c, d, e, f, g, h, i, j, k, l] = [STAT; stat::COUNT];
    [a, b, c, d, e, f, g, h, i, j, k, l, HEIGHT, WHITE]
};

impl Spread {
    /// The additive genetic variance V_A, in thousandths².
    #[must_use]
    pub const fn additive_variance(self) -> i64 {
        16 * self.additive * self.additive
    }

    /// The environmental variance V_E, in thousandths².
    #[must_use]
    pub const fn environmental_variance(self) -> i64 {
        16 * self.environment * self.environment
    }

    /// The phenotypic variance V_P, in thousandths².
    #[must_use]
    pub const fn variance(self) -> i64 {
        self.additive_variance() + self.environmental_variance()
    }

    /// What Mendelian sampling adds for a deviate: `deviate x additive x sqrt((1 - (F_sire + F_dam) / 2) / 2)`, rounded.
    fn mendelian(self, deviate: i32, inbred: ParentsInbreeding) -> i64 {
        let whole = (i64::from(deviate) * self.additive).unsigned_abs();
        // The parts are of four millions, so this is the root of four times the square.
        let rounded = rounded_half((whole * whole * inbred.left() / 1_000_000).isqrt());
        if deviate < 0 { -rounded } else { rounded }
    }
}

/// The coefficients of a foal's two parents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParentsInbreeding {
    /// The sire's.
    pub sire: Inbreeding,
    /// The dam's.
    pub dam: Inbreeding,
}

impl ParentsInbreeding {
    /// `(1 - (F_sire + F_dam) / 2) / 2` in parts of four millions.
    fn left(self) -> u64 {
        let lost = self.sire.millionths() + self.dam.millionths();
        2_000_000_u64.saturating_sub(u64::from(lost))
    }
}

/// The breeding values of a horse in thousandths: of a point for the stats in the order of [`Stat::ALL`] and for white
/// markings, which come last; of a centimetre for height, between them.
///
/// The value of a stat includes its mean, that of height the breed's mean less what the loci of
/// [`size`](crate::genetics::size) add there on average; that of white markings has mean 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct BreedingValues([i32; COUNT]);

impl BreedingValues {
    /// Takes the numbers as the database has them.
    #[must_use]
    pub const fn new(numbers: [i32; COUNT]) -> Self {
        Self(numbers)
    }

    /// The numbers as the database has them.
    #[must_use]
    pub const fn numbers(&self) -> &[i32; COUNT] {
        &self.0
    }

    /// The value of a stat.
    #[must_use]
    pub fn stat(&self, stat: Stat) -> i32 {
        self.0.get(stat as usize).copied().unwrap_or_default()
    }

    /// The value of height.
    #[must_use]
    pub const fn height(&self) -> i32 {
        let [.., height, _] = self.0;
        height
    }

    /// The value of white markings.
    #[must_use]
    pub const fn white(&self) -> i32 {
        let [.., white] = self.0;
        white
    }

    /// Draws the values of a horse without parents, given by how many thousandths each stat lies above its breed's mean.
    ///
    /// A stat's value is the mean plus h² of that deviation plus a deviate of 1.44 points: its distribution given the
    /// stat. Height and white are drawn freely. The dice give one deviate for each value, in their order.
    #[must_use]
    pub fn of_founder(
        breed: &BreedFacts,
        deviations: [i64; stat::COUNT],
        mean_height_effect: i32,
        dice: &mut Dice,
    ) -> Self {
        let mut values = [0; COUNT];
        let stats = breed.stat_means.iter().zip(deviations);
        for (slot, (mean, deviation)) in values.iter_mut().zip(stats) {
            let regressed = saturate(div_round(i128::from(deviation) * 9, 25));
            let rest = 360 * i64::from(dice.deviate());
            *slot = cut(i64::from(*mean) * 1_000 + regressed + rest);
        }
        let [.., height, white] = &mut values;
        let mean = i64::from(breed.height_cm) * 1_000 - i64::from(mean_height_effect);
        *height = cut(mean + HEIGHT.additive * i64::from(dice.deviate()));
        *white = cut(WHITE.additive * i64::from(dice.deviate()));
        Self(values)
    }

    /// Draws the values of a foal: the mean of the parents' plus Mendelian sampling. The dice give one deviate for each
    /// value, in their order.
    #[must_use]
    pub fn of_foal(sire: &Self, dam: &Self, inbred: ParentsInbreeding, dice: &mut Dice) -> Self {
        let mut values = [0; COUNT];
        let parents = sire.0.iter().zip(dam.0).zip(SPREADS);
        for (slot, ((sire, dam), spread)) in values.iter_mut().zip(parents) {
            let mean = div_round(i128::from(*sire) + i128::from(dam), 2);
            *slot = cut(saturate(mean) + spread.mendelian(dice.deviate(), inbred));
        }
        Self(values)
    }

    /// Draws the stats at birth, each 1..=100: the breeding value plus a deviate of the environment, less the cost of the
    /// foal's inbreeding. The dice give one deviate a stat, in their order.
    #[must_use]
    pub fn draw_stats(&self, inbreeding: Inbreeding, dice: &mut Dice) -> Stats {
        let mut stats = Stats::default();
        for stat in Stat::ALL.iter().copied() {
            let environment = STAT.environment * i64::from(dice.deviate());
            let exact = (i128::from(self.stat(stat)) + i128::from(environment)) * 1_000_000
                - cost(inbreeding);
            let points = saturate(div_round(exact, 1_000_000_000)).max(1);
            stats = stats.with(stat, Gauge::clamped(points));
        }
        stats
    }

    /// Draws the height of the grown horse in whole centimetres, within [`HEIGHTS_CM`]: the breeding value, what the loci
    /// of large effect add, and one deviate of the environment.
    #[must_use]
    pub fn draw_height(&self, effect: i32, dice: &mut Dice) -> i16 {
        let environment = HEIGHT.environment * i64::from(dice.deviate());
        let exact = i64::from(self.height()) + i64::from(effect) + environment;
        let (least, most) = HEIGHTS_CM;
        let whole = saturate(div_round(i128::from(exact), 1_000));
        whole.clamp(least.into(), most.into()) as i16
    }

    /// Draws the score of white markings in thousandths of a point (mean 0 and standard deviation 1 point in founders):
    /// the breeding value and one deviate of the environment.
    #[must_use]
    pub fn draw_white(&self, dice: &mut Dice) -> i32 {
        cut(i64::from(self.white()) + WHITE.environment * i64::from(dice.deviate()))
    }
}

/// What inbreeding costs in every stat, in millionths of a thousandth of a point.
fn cost(inbreeding: Inbreeding) -> i128 {
    i128::from(DEPRESSION) * i128::from(inbreeding.millionths())
}

/// Half of a number, rounded up. Of the cut root of four times a square it is that square's root, rounded to the nearest.
const fn rounded_half(twice: u64) -> i64 {
    twice.div_ceil(2).cast_signed()
}

fn cut(wide: i64) -> i32 {
    wide.clamp(i32::MIN.into(), i32::MAX.into()) as i32
}

/// What a horse inherited, and what came of it that is not a stat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inheritance {
    /// Its genome.
    pub genome: Genome,
    /// Its breeding values.
    pub values: BreedingValues,
    /// Its height when it is grown, in centimetres.
    pub height_cm: i16,
    /// Its coat, as anyone may read it.
    pub coat: Coat,
}

impl Inheritance {
    /// Draws what a horse without parents has: its genome by the breed's allele frequencies, its breeding values (see
    /// [`BreedingValues::of_founder`]), then what comes of them.
    #[must_use]
    pub fn of_founder(
        breed: &BreedFacts,
        frequencies: &Frequencies,
        sex: Sex,
        deviations: [i64; stat::COUNT],
        dice: &mut Dice,
    ) -> Self {
        let genome = Genome::found(frequencies, sex, dice);
        let loci = mean_height_effect(frequencies);
        let values = BreedingValues::of_founder(breed, deviations, loci, dice);
        Self::expressed(genome, values, dice)
    }

    /// Draws what comes of a genome and breeding values: one deviate for height, one for white markings, then what
    /// [`Coat::of`] draws.
    #[must_use]
    pub fn expressed(genome: Genome, values: BreedingValues, dice: &mut Dice) -> Self {
        let height_cm = values.draw_height(height_effect(&genome), dice);
        let white = values.draw_white(dice);
        Self {
            genome,
            values,
            height_cm,
            coat: Coat::of(&genome, white, Some(dice)),
        }
    }
}

/// What is known of a parent's breeding value for one quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Its mean, in thousandths.
    pub mean: i32,
    /// Its variance, in thousandths²: 0 where the value is known.
    pub variance: i64,
}

impl Estimate {
    /// A value that is known.
    #[must_use]
    pub const fn known(value: i32) -> Self {
        Self {
            mean: value,
            variance: 0,
        }
    }

    /// Estimates the value of a stat from what anyone sees: the stat, the breed's mean and the coefficient of inbreeding.
    ///
    /// It is the regression of a founder's value on its stat, `mean + h² (stat + 8 F - mean)` with the variance
    /// `V_A (1 - h²)`. It takes the stat as it was at birth: training since then makes it too high.
    #[must_use]
    pub fn of_stat(stat: Gauge, breed_mean: i16, inbreeding: Inbreeding) -> Self {
        let above = i128::from(stat.get() - breed_mean) * 1_000_000_000 + cost(inbreeding);
        Self::regressed(STAT, i64::from(breed_mean) * 1_000, above)
    }

    /// `mean + h² above` with the variance that this leaves; `above` in millionths of a thousandth.
    fn regressed(spread: Spread, mean: i64, above: i128) -> Self {
        let (additive, whole) = (
            i128::from(spread.additive_variance()),
            i128::from(spread.variance()),
        );
        let gain = div_round(additive * above, whole * 1_000_000);
        let left = div_round(additive * (whole - additive), whole);
        Self {
            mean: cut(mean + saturate(gain)),
            variance: saturate(left),
        }
    }
}

/// A stat of a foal that is not born.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Expected {
    /// Its mean, in thousandths of a point.
    pub mean: i32,
    /// Its standard deviation, in thousandths of a point.
    pub sd: i32,
}

/// The mean and the standard deviation of a stat at birth, for parents of whom so much is known.
///
/// The variance is that of the parents' mean, of Mendelian sampling, of the environment, and a twelfth of a square point
/// for the rounding to whole points. That a stat ends at 1 and at 100 is left out.
#[must_use]
pub fn expected_stat(
    sire: Estimate,
    dam: Estimate,
    inbred: ParentsInbreeding,
    foal: Inbreeding,
) -> Expected {
    let middle = (i128::from(sire.mean) + i128::from(dam.mean)) * 500_000;
    let mean = div_round(middle - cost(foal), 1_000_000);
    let additive = i128::from(STAT.additive_variance());
    let parents = div_round(i128::from(sire.variance) + i128::from(dam.variance), 4);
    let sampling = div_round(additive * i128::from(inbred.left()), 4_000_000);
    let rest = i128::from(STAT.environmental_variance()) + 1_000_000 / 12;
    let variance = saturate(parents + sampling + rest).unsigned_abs();
    Expected {
        mean: cut(saturate(mean)),
        sd: cut(rounded_half((4 * variance).isqrt())),
    }
}

/// What a parent's height tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stature {
    /// Its height, in centimetres.
    pub height_cm: i16,
    /// The mean of its breed; none for a crossbred, whose height is then taken as it is.
    pub breed_cm: Option<i16>,
    /// The variance that the loci of [`size`](crate::genetics::size) have in its breed, in thousandths².
    pub loci_variance: i64,
}

impl Stature {
    fn additive_variance(self) -> i128 {
        i128::from(HEIGHT.additive_variance()) + i128::from(self.loci_variance)
    }

    /// Its breeding value with what its loci add: the regression on its height, as [`Estimate::of_stat`] has it.
    fn estimate(self) -> Estimate {
        let (additive, height) = (self.additive_variance(), i128::from(self.height_cm) * 1_000);
        let whole = additive + i128::from(HEIGHT.environmental_variance());
        let mean = self.breed_cm.map_or(height, |cm| i128::from(cm) * 1_000);
        let gain = div_round(additive * (height - mean), whole);
        Estimate {
            mean: cut(saturate(mean + gain)),
            variance: saturate(div_round(
                additive * i128::from(HEIGHT.environmental_variance()),
                whole,
            )),
        }
    }
}

/// The mean and the standard deviation of a foal's height once it is grown, as far as its parents' heights tell.
///
/// The variance is that of the parents' mean, of Mendelian sampling, of the environment, and a twelfth of a square
/// centimetre for the rounding.
///
/// ```
/// use rules::heredity::{Expected, ParentsInbreeding, Stature, expected_height};
/// use rules::pedigree::Inbreeding;
/// let unrelated = ParentsInbreeding { sire: Inbreeding::NONE, dam: Inbreeding::NONE };
/// let parent = |height_cm| Stature { height_cm, breed_cm: Some(160), loci_variance: 0 };
/// // h² = 9 / 20.56: the sire's 5 cm above the breed give a foal half of 2.19 cm.
/// // 9 x 11.56 / 20.56 / 2 + 9 / 2 + 11.56 + 1 / 12 = 18.67 cm², the square of 4.32 cm.
/// let expected = expected_height(parent(165), parent(160), unrelated);
/// assert_eq!(expected, Expected { mean: 161_095, sd: 4_321 });
/// ```
#[must_use]
pub fn expected_height(sire: Stature, dam: Stature, inbred: ParentsInbreeding) -> Expected {
    let additive = div_round(sire.additive_variance() + dam.additive_variance(), 2);
    let (sire, dam) = (sire.estimate(), dam.estimate());
    let parents = div_round(i128::from(sire.variance) + i128::from(dam.variance), 4);
    let sampling = div_round(additive * i128::from(inbred.left()), 4_000_000);
    let rest = i128::from(HEIGHT.environmental_variance()) + 1_000_000 / 12;
    let variance = saturate(parents + sampling + rest).unsigned_abs();
    let middle = i128::from(sire.mean) + i128::from(dam.mean);
    Expected {
        mean: cut(saturate(div_round(middle, 2))),
        sd: cut(rounded_half((4 * variance).isqrt())),
    }
}
