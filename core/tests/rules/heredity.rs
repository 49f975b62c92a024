//! Quantitative inheritance: known answers, and moments by simulation with dice that are always the same.

use crate::world::{gauge, noon, secret};
use rules::breed::{self, BreedFacts};
use rules::dice::{Dice, Purpose};
use rules::genetics::size::{height_effect, height_effect_variance, mean_height_effect};
use rules::genetics::{Frequencies, Genome, Locus, meiosis};
use rules::heredity::{
    BreedingValues, COUNT, Estimate, Expected, HEIGHT, ParentsInbreeding, STAT, Stature, WHITE,
    expected_height, expected_stat,
};
use rules::horse::{Founder, Sex, endow, found};
use rules::pedigree::Inbreeding;
use rules::stat::{Stat, Stats};

/// The variance of a founder's stat, which is three quarters of a deviate rounded half away from zero.
const FOUNDERS_VARIANCE: f64 = 9.720_26;
/// Its covariance with the breeding value.
const FOUNDERS_COVARIANCE: f64 = 3.352_77;

const NOT_INBRED: ParentsInbreeding = ParentsInbreeding {
    sire: Inbreeding::NONE,
    dam: Inbreeding::NONE,
};

fn world(number: i64) -> Dice {
    Dice::new(&secret(), Purpose::World, &[number.into()])
}

fn facts(name: &str) -> BreedFacts {
    breed::by_name(name).expect("a breed").facts
}

fn f(millionths: u32) -> Inbreeding {
    Inbreeding::from_millionths(millionths)
}

/// Mean and variance.
fn moments(of: &[f64]) -> (f64, f64) {
    let count = of.len() as f64;
    let mean = of.iter().sum::<f64>() / count;
    let squares: f64 = of.iter().map(|one| (one - mean) * (one - mean)).sum();
    (mean, squares / (count - 1.0))
}

fn covariance(of: &[(f64, f64)]) -> f64 {
    let count = of.len() as f64;
    let x = of.iter().map(|one| one.0).sum::<f64>() / count;
    let y = of.iter().map(|one| one.1).sum::<f64>() / count;
    let products: f64 = of.iter().map(|one| (one.0 - x) * (one.1 - y)).sum();
    products / (count - 1.0)
}

/// Fails where a figure is further from what theory says than so many parts of it.
#[track_caller]
fn near(seen: f64, theory: f64, part: f64) {
    assert!(
        (seen - theory).abs() <= theory.abs() * part,
        "{seen} instead of {theory}"
    );
}

#[test]
fn variances_and_heritabilities_are_those_that_are_stated() {
    let square = |points: f64| (points * points * 1e6).round() as i64;
    let known = [(STAT, 1.8, 2.4), (HEIGHT, 3.0, 3.4), (WHITE, 0.8, 0.6)];
    for (spread, additive, environment) in known {
        assert_eq!(spread.additive_variance(), square(additive));
        assert_eq!(spread.environmental_variance(), square(environment));
    }
    assert_eq!((STAT.variance(), WHITE.variance()), (9_000_000, 1_000_000));
    assert_eq!(100 * STAT.additive_variance(), 36 * STAT.variance());
}

#[test]
fn a_foals_values_have_their_known_answers() {
    let sire = BreedingValues::new(core::array::from_fn(|at| 10_000 + 501 * at as i32));
    let dam = BreedingValues::new([16_000; COUNT]);
    let foal = |inbred| *BreedingValues::of_foal(&sire, &dam, inbred, &mut world(1)).numbers();
    let known = [
        12_045, 13_887, 12_865, 13_752, 14_002, 16_799, 12_912, 14_118, 15_959, 16_528, 15_505,
        14_483, 17_597, 16_964,
    ];
    assert_eq!(foal(NOT_INBRED), known);
    let inbred = ParentsInbreeding {
        sire: f(250_000),
        dam: f(62_500),
    };
    let known = [
        12_123, 13_836, 12_916, 13_752, 14_002, 16_591, 13_042, 14_169, 15_881, 16_424, 15_505,
        14_587, 17_467, 16_907,
    ];
    assert_eq!(foal(inbred), known);
    let whole = ParentsInbreeding {
        sire: Inbreeding::WHOLE,
        dam: Inbreeding::WHOLE,
    };
    let mean: [i32; COUNT] = core::array::from_fn(|at| (26_001 + 501 * at as i32) / 2);
    assert_eq!(
        foal(whole),
        mean,
        "parents without variance have equal foals"
    );
}

#[test]
fn stats_and_height_at_birth_have_their_known_answers() {
    let values = BreedingValues::new([
        12_045, 13_887, 12_865, 13_752, 14_002, 16_799, 12_912, 14_118, 15_959, 16_528, 15_505,
        14_483, 152_345, 100,
    ]);
    let stats = |inbreeding| values.draw_stats(inbreeding, &mut world(2)).numbers();
    assert_eq!(
        stats(Inbreeding::NONE),
        [14, 8, 11, 16, 13, 17, 17, 14, 16, 18, 17, 14]
    );
    assert_eq!(
        stats(f(250_000)),
        [12, 6, 9, 14, 11, 15, 15, 12, 14, 16, 15, 12]
    );
    let mut dice = world(2);
    let _ = values.draw_stats(Inbreeding::NONE, &mut dice);
    assert_eq!(values.draw_height(10_000, &mut dice), 159);
    assert_eq!(values.draw_white(&mut dice), -650);
}

#[test]
fn a_founder_and_an_endowed_horse_have_their_known_values() {
    let breed = facts("Thoroughbred");
    let mut dice = Dice::new(&secret(), Purpose::Founder, &[42.into()]);
    let mare = found(
        &breed,
        &Frequencies::default(),
        Sex::Female,
        noon(),
        &mut dice,
    );
    let known = [
        11_820, 14_260, 18_920, 13_470, 16_540, 15_080, 18_810, 15_430, 18_620, 12_640, 10_000,
        12_650, 162_000, 400,
    ];
    assert_eq!(*mare.inheritance.values.numbers(), known);
    assert_eq!(mare.inheritance.height_cm, 159);
    let mut dice = Dice::new(&secret(), Purpose::Genome, &[42.into()]);
    let endowed = endow(
        &breed,
        &Frequencies::default(),
        Sex::Female,
        &mare.stats,
        &mut dice,
    );
    let known = [
        12_360, 13_720, 18_920, 15_360, 16_000, 15_080, 17_280, 15_880, 18_080, 11_200, 11_440,
        13_640, 159_750, -200,
    ];
    assert_eq!(*endowed.values.numbers(), known);
    assert_eq!(endowed.height_cm, 158);
}

fn founders(breed: &BreedFacts, frequencies: &Frequencies, count: i64) -> Vec<Founder> {
    let one = |number: i64| {
        let mut dice = Dice::new(&secret(), Purpose::Founder, &[number.into()]);
        found(breed, frequencies, Sex::Female, noon(), &mut dice)
    };
    (0..count).map(one).collect()
}

#[test]
fn founders_have_the_variances_and_the_heritability_that_are_stated() {
    let breed = facts("Hanoverian");
    let all = founders(&breed, &Frequencies::default(), 20_000);
    for stat in [Stat::Speed, Stat::Focus] {
        let pairs: Vec<_> = all
            .iter()
            .map(|one| {
                (
                    f64::from(one.inheritance.values.stat(stat)) / 1e3,
                    f64::from(one.stats.get(stat).get()),
                )
            })
            .collect();
        let values: Vec<_> = pairs.iter().map(|one| one.0).collect();
        let stats: Vec<_> = pairs.iter().map(|one| one.1).collect();
        let mean = f64::from(breed.stat_means[stat as usize]);
        let ((value, additive), (shown, whole)) = (moments(&values), moments(&stats));
        near(value, mean, 0.004);
        near(shown, mean, 0.006);
        near(additive, 3.24, 0.03);
        // Of quarters of points a half is rounded outwards, which takes the variance from 9 to 9.72 and the covariance of
        // the two from 3.24 to 3.35: sums over the 65 values of a deviate.
        near(whole, FOUNDERS_VARIANCE, 0.03);
        near(covariance(&pairs), FOUNDERS_COVARIANCE, 0.04);
    }
    let heights: Vec<_> = all
        .iter()
        .map(|one| f64::from(one.inheritance.height_cm))
        .collect();
    let (mean, variance) = moments(&heights);
    near(mean, f64::from(breed.height_cm), 0.001);
    near(variance, 9.0 + 11.56 + 1.0 / 12.0, 0.03);
}

#[test]
fn an_endowed_horse_is_like_a_founder_with_her_stats() {
    let breed = facts("Hanoverian");
    let stats = Stats::new([gauge(30); 12]);
    let values: Vec<_> = (0..10_000)
        .map(|number| {
            let mut dice = Dice::new(&secret(), Purpose::Genome, &[number.into()]);
            let inherited = endow(
                &breed,
                &Frequencies::default(),
                Sex::Male,
                &stats,
                &mut dice,
            );
            f64::from(inherited.values.stat(Stat::Speed)) / 1e3
        })
        .collect();
    let (mean, variance) = moments(&values);
    let breed_mean = f64::from(breed.stat_means[Stat::Speed as usize]);
    near(mean, breed_mean + 0.36 * (30.0 - breed_mean), 0.003);
    near(variance, 3.24 * 0.64, 0.05);
}

#[test]
fn full_siblings_vary_by_half_of_the_additive_variance_less_what_inbreeding_took() {
    let parent = BreedingValues::new([14_000; COUNT]);
    for (sire, dam) in [(0, 0), (250_000, 0), (500_000, 500_000), (1_000_000, 0)] {
        let inbred = ParentsInbreeding {
            sire: f(sire),
            dam: f(dam),
        };
        let mut dice = world(i64::from(sire));
        let mut values = [Vec::new(), Vec::new()];
        for _ in 0..20_000 {
            let foal = BreedingValues::of_foal(&parent, &parent, inbred, &mut dice);
            values[0].push(f64::from(foal.stat(Stat::Precision)) / 1e3);
            values[1].push(f64::from(foal.height()) / 1e3);
        }
        let left = 1.0 - f64::from(sire + dam) / 2e6;
        for (values, additive) in values.iter().zip([3.24, 9.0]) {
            let (mean, variance) = moments(values);
            near(mean, 14.0, 0.002);
            near(variance, additive * left / 2.0, 0.03);
        }
    }
}

#[test]
fn inbreeding_costs_eight_points_of_every_stat_for_a_coefficient_of_one() {
    // Values on both sides of whole points, so that rounding goes either way.
    let values = BreedingValues::new(core::array::from_fn(|at| 19_540 + 83 * at as i32));
    let middle = 19.54 + 0.083 * 5.5;
    for inbreeding in [0, 62_500, 250_000, 500_000] {
        let mut dice = world(i64::from(inbreeding));
        let stats: Vec<_> = (0..20_000)
            .flat_map(|_| values.draw_stats(f(inbreeding), &mut dice).numbers())
            .map(f64::from)
            .collect();
        let (mean, variance) = moments(&stats);
        near(mean, middle - 8.0 * f64::from(inbreeding) / 1e6, 0.001);
        near(
            variance,
            5.76 + 1.0 / 12.0 + 143.0 / 12.0 * 0.083 * 0.083,
            0.01,
        );
    }
}

#[test]
fn stats_stay_within_their_bounds() {
    let weak = BreedingValues::new([-50_000; COUNT]).draw_stats(Inbreeding::WHOLE, &mut world(1));
    assert_eq!(weak, Stats::new([gauge(1); 12]));
    let strong = BreedingValues::new([i32::MAX; COUNT]);
    assert_eq!(
        strong.draw_stats(Inbreeding::NONE, &mut world(1)),
        Stats::new([gauge(100); 12])
    );
    assert_eq!(strong.draw_height(10_000, &mut world(1)), 230);
    let smallest = BreedingValues::new([i32::MIN; COUNT]);
    assert_eq!(smallest.draw_height(-20_000, &mut world(1)), 50);
    let foal = BreedingValues::of_foal(&strong, &strong, NOT_INBRED, &mut world(1));
    assert!(foal.numbers().iter().all(|value| *value > i32::MAX / 2));
}

/// One stat of a herd: the best fifth by that stat are bred at random, without regard to sex.
struct Herd(Vec<(BreedingValues, i16)>);

impl Herd {
    const STAT: Stat = Stat::Stamina;

    fn means(&self) -> (f64, f64) {
        let values: Vec<_> = self.0.iter().map(|one| self.value(one)).collect();
        let stats: Vec<_> = self.0.iter().map(|one| f64::from(one.1)).collect();
        (moments(&values).0, moments(&stats).0)
    }

    fn value(&self, one: &(BreedingValues, i16)) -> f64 {
        f64::from(one.0.stat(Self::STAT)) / 1e3
    }

    fn heritability(&self) -> f64 {
        // The regression of the value on what is seen.
        let pairs: Vec<_> = self
            .0
            .iter()
            .map(|one| (self.value(one), f64::from(one.1)))
            .collect();
        let stats: Vec<_> = pairs.iter().map(|one| one.1).collect();
        covariance(&pairs) / moments(&stats).1
    }

    fn best(&self) -> Self {
        let mut sorted = self.0.clone();
        sorted.sort_by_key(|one| -one.1);
        sorted.truncate(self.0.len() / 5);
        Self(sorted)
    }

    fn foals(&self, count: usize, dice: &mut Dice) -> Self {
        let mut foal = || {
            let mut parent = || self.0[dice.below(self.0.len() as u32) as usize].0;
            let (sire, dam) = (parent(), parent());
            let values = BreedingValues::of_foal(&sire, &dam, NOT_INBRED, dice);
            let stats = values.draw_stats(Inbreeding::NONE, dice);
            (values, stats.get(Self::STAT).get())
        };
        Self((0..count).map(|_| foal()).collect())
    }
}

#[test]
fn ten_generations_respond_to_selection_by_heritability_times_differential() {
    let founders = founders(&facts("Hanoverian"), &Frequencies::default(), 20_000);
    let founder = |one: &Founder| (one.inheritance.values, one.stats.get(Herd::STAT).get());
    let mut herd = Herd(founders.iter().map(founder).collect());
    let mut dice = world(10);
    let (mut gained, mut promised) = (0.0, 0.0);
    for generation in 0..10 {
        let best = herd.best();
        let differential = best.means().1 - herd.means().1;
        let heritability = herd.heritability();
        let foals = best.foals(20_000, &mut dice);
        let response = foals.means().1 - herd.means().1;
        if generation == 0 {
            let founders = FOUNDERS_COVARIANCE / FOUNDERS_VARIANCE;
            near(heritability, founders, 0.04);
            near(response, founders * differential, 0.04);
        }
        gained += response;
        promised += heritability * differential;
        herd = foals;
    }
    near(gained, promised, 0.02);
    assert!(gained > 10.0, "{gained} points in ten generations");
    // Selection makes good genes meet (Bulmer): with the best fifth bred, V_A falls to the fixed point of
    // V = (1 - k h²) V / 2 + V_A0 / 2, where k = i (i - x) = 0.7814.
    let (mut additive, environment) = (3.24, 5.76 + 1.0 / 12.0);
    for _ in 0..10 {
        additive = (1.0 - 0.7814 * additive / (additive + environment)) * additive / 2.0 + 1.62;
    }
    let values: Vec<_> = herd.0.iter().map(|one| herd.value(one)).collect();
    near(moments(&values).1, additive, 0.05);
}

#[test]
fn loci_of_large_effect_add_what_was_published() {
    let height = |text: &str| height_effect(&Genome::parse(text, Sex::Male).expect("a genotype"));
    for (text, added) in [
        ("", 0),
        ("LCORL=T/C", 5_000),
        ("LCORL=C/C", 10_000),
        ("HMGA2=G/A", -6_000),
        ("HMGA2=A/A", -20_000),
        ("LCORL=C/C ZFAT=C/C LASP1=G/A", 13_000),
    ] {
        assert_eq!(height(text), added, "{text}");
    }
}

#[test]
fn a_breed_has_its_mean_height_whatever_its_loci() {
    let listed = |list: &[(Locus, u16)]| {
        let of = |(locus, bp): &(Locus, u16)| (*locus, locus.alleles().nth(1).expect("two"), *bp);
        Frequencies::new(list.iter().map(of)).expect("frequencies")
    };
    assert_eq!(mean_height_effect(&Frequencies::default()), 0);
    // 2 x 0.3 x 5 cm.
    assert_eq!(mean_height_effect(&listed(&[(Locus::Lcorl, 3_000)])), 3_000);
    // 2 x 0.4 x 0.6 x -6 cm - 0.16 x 20 cm, and 2 x 0.00005 x 1 cm, which is a tenth of a thousandth more.
    let ponies = listed(&[(Locus::Hmga2, 4_000), (Locus::Zfat, 1)]);
    assert_eq!(mean_height_effect(&ponies), -6_080);
    let breed = facts("Shetland Pony");
    let heights: Vec<_> = founders(&breed, &ponies, 20_000)
        .iter()
        .map(|one| f64::from(one.inheritance.height_cm))
        .collect();
    near(moments(&heights).0, f64::from(breed.height_cm), 0.001);
}

#[test]
fn every_breeds_founders_have_its_height() {
    for breed in breed::BREEDS {
        let frequencies = breed.frequencies();
        let heights: Vec<_> = founders(&breed.facts, &frequencies, 400)
            .iter()
            .map(|one| f64::from(one.inheritance.height_cm))
            .collect();
        // The standard error is a quarter of a centimetre, more in ponies with HMGA2.
        near(moments(&heights).0, f64::from(breed.facts.height_cm), 0.015);
    }
}

#[test]
fn estimates_have_their_known_answers() {
    // 14 + 0.36 x (20 - 14) = 16.16, and 3.24 x 0.64 = 2.0736.
    let known = Estimate {
        mean: 16_160,
        variance: 2_073_600,
    };
    assert_eq!(Estimate::of_stat(gauge(20), 14, Inbreeding::NONE), known);
    // The stat would be two points higher were the horse not inbred: 14 + 0.36 x 8.
    let inbred = Estimate::of_stat(gauge(20), 14, f(250_000));
    assert_eq!(inbred.mean, 16_880);
    let weak = Estimate::of_stat(gauge(9), 14, Inbreeding::NONE);
    assert_eq!(weak.mean, 12_200);
}

#[test]
fn expected_stats_have_their_known_answers() {
    let (sire, dam) = (Estimate::known(18_001), Estimate::known(15_000));
    let expected = |foal| expected_stat(sire, dam, NOT_INBRED, foal);
    // sqrt(3.24 / 2 + 5.76 + 1 / 12) = 2.73191.
    assert_eq!(
        expected(Inbreeding::NONE),
        Expected {
            mean: 16_501,
            sd: 2_732
        }
    );
    assert_eq!(expected(f(125_000)).mean, 15_501);
    let guess = Estimate {
        mean: 16_160,
        variance: 2_073_600,
    };
    // sqrt(2 x 2.0736 / 4 + 1.62 + 5.76 + 1 / 12) = 2.91550 less a millionth.
    let unknown = expected_stat(guess, guess, NOT_INBRED, Inbreeding::NONE);
    assert_eq!(
        unknown,
        Expected {
            mean: 16_160,
            sd: 2_915
        }
    );
    let whole = ParentsInbreeding {
        sire: Inbreeding::WHOLE,
        dam: Inbreeding::WHOLE,
    };
    // sqrt(5.76 + 1 / 12) = 2.41730.
    assert_eq!(expected_stat(sire, dam, whole, Inbreeding::NONE).sd, 2_417);
}

#[test]
fn births_have_the_mean_and_the_deviation_that_were_expected() {
    let breed = facts("Hanoverian");
    let parents = founders(&breed, &Frequencies::default(), 40_000);
    let inbred = ParentsInbreeding {
        sire: f(125_000),
        dam: f(31_250),
    };
    let foal = f(62_500);
    // Parents with a stat of 18 and of 12, whose breeding values nobody knows.
    let with = |shown: i16| {
        let of = |one: &&Founder| one.stats.get(Stat::Speed).get() == shown;
        parents.iter().filter(of).collect::<Vec<_>>()
    };
    let (sires, dams) = (with(18), with(12));
    let mean = breed.stat_means[Stat::Speed as usize];
    let estimate = |shown| Estimate::of_stat(gauge(shown), mean, Inbreeding::NONE);
    let expected = expected_stat(estimate(18), estimate(12), inbred, foal);
    let mut dice = world(20);
    let births: Vec<_> = (0..50_000)
        .map(|_| {
            let mut of = |from: &[&Founder]| from[dice.below(from.len() as u32) as usize].clone();
            let (sire, dam) = (of(&sires), of(&dams));
            let (sire, dam) = (sire.inheritance.values, dam.inheritance.values);
            let values = BreedingValues::of_foal(&sire, &dam, inbred, &mut dice);
            f64::from(values.draw_stats(foal, &mut dice).get(Stat::Speed).get())
        })
        .collect();
    let (seen, variance) = moments(&births);
    near(seen, f64::from(expected.mean) / 1e3, 0.004);
    near(variance.sqrt(), f64::from(expected.sd) / 1e3, 0.01);
}

#[test]
fn the_foals_of_tall_parents_are_as_tall_as_expected_and_spread_as_far() {
    // HMGA2, whose second copy takes more than the first, bends the line of ponies, and the tallest have little of it.
    for (name, bias, part) in [
        ("Hanoverian", 0.3, 0.08),
        ("Thoroughbred", 0.3, 0.08),
        ("Shetland Pony", 1.0, 0.16),
    ] {
        let breed = breed::by_name(name).expect("a breed");
        let frequencies = breed.frequencies();
        let loci_variance = height_effect_variance(&frequencies);
        let mut pairs: Vec<[Founder; 2]> = Vec::new();
        let mut each = founders(&breed.facts, &frequencies, 40_000).into_iter();
        while let (Some(sire), Some(dam)) = (each.next(), each.next()) {
            pairs.push([sire, dam]);
        }
        let height = |of: &Founder| of.inheritance.height_cm;
        pairs.sort_by_key(|[sire, dam]| -(height(sire) + height(dam)));
        pairs.truncate(2_000);
        let stature = |of: &Founder| Stature {
            height_cm: height(of),
            breed_cm: Some(breed.facts.height_cm.into()),
            loci_variance,
        };
        let mut dice = world(77);
        let mut differences = Vec::new();
        let mut spread = 0.0;
        for [sire, dam] in &pairs {
            let expected = expected_height(stature(sire), stature(dam), NOT_INBRED);
            spread += f64::from(expected.sd) / 1_000.0 / pairs.len() as f64;
            let [sire, dam] = [sire, dam].map(|it| &it.inheritance);
            let egg = meiosis::gamete(&dam.genome, &mut dice);
            let genome = Genome::of(egg, meiosis::gamete(&sire.genome, &mut dice), Sex::Female);
            let values = BreedingValues::of_foal(&sire.values, &dam.values, NOT_INBRED, &mut dice);
            let foal = values.draw_height(height_effect(&genome), &mut dice);
            differences.push(f64::from(foal) - f64::from(expected.mean) / 1_000.0);
        }
        let (mean, variance) = moments(&differences);
        // The standard error of the mean is a tenth of a centimetre; the parents of this tenth stand 6 cm above the breed.
        assert!(mean.abs() < bias, "{name}: {mean} cm");
        near(variance.sqrt(), spread, part);
    }
}
