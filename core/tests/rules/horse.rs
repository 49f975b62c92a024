//! Age, words, grooming and founders.

use crate::world::{at, gauge, noon, secret, some_gauge, some_modifiers};
use proptest::prelude::*;
use rules::Refusal;
use rules::breed::{self, BREEDS};
use rules::dice::{Dice, Purpose};
use rules::genetics::Frequencies;
use rules::horse::{Groomable, LifeStage, Sex, active_age, age, check_groom, found, starter_mare};
use rules::progression::level;
use rules::temperament::Temperament;
use rules::time::{day_start, days_after, week_start};
use rules::traits::{EpigeneticModifiers, Trait};

#[test]
fn seven_days_are_a_year() {
    let born = at("2026-11-01T06:00:00Z");
    let known = [
        ("2026-11-01T06:00:00Z", 0),
        ("2026-11-08T05:59:59.999999Z", 0),
        ("2026-11-08T06:00:00Z", 1),
        ("2026-11-22T06:00:00Z", 3),
        ("2026-10-01T00:00:00Z", 0),
    ];
    for (now, years) in known {
        assert_eq!(age(born, at(now)), years, "{now}");
    }
}

#[test]
fn a_horse_is_active_from_3_to_20() {
    let years = |age: i64| active_age(noon(), days_after(noon(), 7 * age));
    assert_eq!(years(2), Err(Refusal::TooYoung { age: 2, least: 3 }));
    assert_eq!(years(3), Ok(3));
    assert_eq!(years(20), Ok(20));
    assert_eq!(years(21), Err(Refusal::Retired { age: 21, most: 20 }));
    let eve = days_after(noon(), 147) - chrono::TimeDelta::microseconds(1);
    assert_eq!(active_age(noon(), eve), Ok(20));
}

#[test]
fn life_stages_follow_the_days() {
    use LifeStage::{Adult, Newborn, TwoYearOld, Weanling, Yearling};
    let known = [
        (0, Newborn),
        (2, Newborn),
        (3, Weanling),
        (6, Weanling),
        (7, Yearling),
        (13, Yearling),
        (14, TwoYearOld),
        (20, TwoYearOld),
        (21, Adult),
        (4_000, Adult),
        (-3, Newborn),
    ];
    for (days, stage) in known {
        assert_eq!(
            LifeStage::at(noon(), days_after(noon(), days)),
            stage,
            "{days}"
        );
    }
}

#[test]
fn words_follow_sex_and_age() {
    let words = [Sex::Male, Sex::Female].map(|sex| [sex.word(2), sex.word(3)]);
    assert_eq!(words, [["colt", "stallion"], ["filly", "mare"]]);
}

#[test]
fn a_level_takes_a_hundred_xp() {
    assert_eq!([-5, 0, 99, 100, 250].map(level), [1, 1, 1, 2, 3]);
}

fn groomable(modifiers: &EpigeneticModifiers) -> Groomable<'_> {
    Groomable {
        born_at: at("2026-11-20T00:00:00Z"),
        groomed_at: None,
        bond: gauge(50),
        stress: gauge(30),
        modifiers,
    }
}

#[test]
fn grooming_strengthens_the_bond_and_calms() {
    let modifiers = EpigeneticModifiers::default();
    let groomed = check_groom(groomable(&modifiers), noon())
        .expect("a permit")
        .groom();
    assert_eq!((groomed.bond, groomed.stress), (gauge(52), gauge(28)));
    assert_eq!(groomed.until, at("2026-11-23T00:00:00Z"));
    let extreme = Groomable {
        bond: gauge(99),
        stress: gauge(1),
        ..groomable(&modifiers)
    };
    let groomed = check_groom(extreme, noon()).expect("a permit").groom();
    assert_eq!((groomed.bond, groomed.stress), (gauge(100), gauge(0)));
}

#[test]
fn a_horse_is_groomed_once_per_utc_day() {
    let modifiers = EpigeneticModifiers::default();
    let last = |text| Groomable {
        groomed_at: Some(at(text)),
        ..groomable(&modifiers)
    };
    let until = at("2026-11-23T00:00:00Z");
    for today in ["2026-11-22T00:00:00Z", "2026-11-22T11:59:59Z"] {
        let refused = check_groom(last(today), noon()).expect_err("groomed today");
        assert_eq!(refused, Refusal::AlreadyGroomed { until });
    }
    assert!(check_groom(last("2026-11-21T23:59:59.999999Z"), noon()).is_ok());
    assert!(check_groom(last("2026-11-22T12:00:00Z"), until).is_ok());
}

#[test]
fn grooming_may_reveal_a_trait() {
    let hidden = vec![Trait::Calm, Trait::Bold];
    let modifiers = EpigeneticModifiers::new(vec![], vec![], hidden).expect("modifiers");
    let nearly = Groomable {
        bond: gauge(78),
        ..groomable(&modifiers)
    };
    let groomed = check_groom(nearly, noon()).expect("a permit").groom();
    assert_eq!(groomed.revealed.len(), 1);
    assert_eq!(groomed.modifiers.positive(), [Trait::Calm]);
    assert_eq!(groomed.modifiers.hidden(), [Trait::Bold]);
}

/// Worked in a second program: means of the Thoroughbred, deviates -2 2 0 1 2 0 3 1 2 -4 0 3 by three quarters.
#[test]
fn a_founder_has_its_known_stats() {
    let breed = breed::by_name("Thoroughbred").expect("a breed");
    let mut dice = Dice::new(&secret(), Purpose::Founder, &[42.into()]);
    let mare = starter_mare(&breed.facts, &Frequencies::default(), noon(), &mut dice);
    assert_eq!(
        mare.stats.numbers(),
        [10, 15, 20, 16, 18, 14, 20, 14, 19, 10, 10, 16]
    );
    assert_eq!(mare.temperament, Temperament::Nervous);
    assert_eq!(
        (mare.sex, mare.bond.get(), mare.stress.get()),
        (Sex::Female, 50, 30)
    );
    assert_eq!(age(mare.born_at, noon()), 3);
    assert!(active_age(mare.born_at, noon()).is_ok());
}

#[test]
fn founders_have_their_breeds_means_and_temperaments() {
    let breed = breed::by_name("Icelandic").expect("a breed");
    let (mut sums, mut calm, count) = ([0_i64; 12], 0, 4_000);
    for number in 0..count {
        let mut dice = Dice::new(&secret(), Purpose::Founder, &[number.into()]);
        let wild = Frequencies::default();
        let horse = found(&breed.facts, &wild, Sex::Male, noon(), &mut dice);
        calm += i64::from(horse.temperament == Temperament::Calm);
        sums.iter_mut()
            .zip(horse.stats.numbers())
            .for_each(|(sum, stat)| *sum += i64::from(stat));
    }
    for (sum, mean) in sums.iter().zip(breed.facts.stat_means) {
        // Standard error of the mean: 3/sqrt(4000) = 0.05.
        assert!(
            (sum - i64::from(mean) * count).abs() * 4 < count,
            "{sum} of {mean}"
        );
    }
    let weight = i64::from(breed.facts.temperament_weights[Temperament::Calm as usize]);
    assert!(
        (calm * 10_000 - weight * count).abs() < 300 * count,
        "{calm}"
    );
}

#[test]
fn days_and_weeks_begin_at_midnight_utc() {
    assert_eq!(day_start(noon()), at("2026-11-22T00:00:00Z"));
    let known = [
        ("2026-11-22T23:59:59.999999Z", "2026-11-16T00:00:00Z"),
        ("2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z"),
        ("2027-01-01T05:00:00Z", "2026-12-28T00:00:00Z"),
    ];
    for (now, monday) in known {
        assert_eq!(week_start(at(now)), at(monday));
    }
}

#[test]
fn the_ends_of_time_are_answered() {
    let (first, last) = (rules::Instant::MIN_UTC, rules::Instant::MAX_UTC);
    assert_eq!(days_after(last, i64::MAX), last);
    assert_eq!(days_after(first, i64::MIN), first);
    assert!(age(first, last) > 0);
    assert_eq!(age(last, first), 0);
    assert!(week_start(first) <= first && week_start(last) <= last);
}

proptest! {
    #[test]
    fn a_founder_is_always_within_bounds(number: i64, breed in 0..BREEDS.len()) {
        let mut dice = Dice::new(&secret(), Purpose::Founder, &[number.into()]);
        let wild = Frequencies::default();
        let horse = found(&BREEDS[breed].facts, &wild, Sex::Male, noon(), &mut dice);
        prop_assert!(horse.stats.numbers().iter().all(|stat| (1..=44).contains(stat)));
    }

    #[test]
    fn grooming_neither_makes_nor_loses_traits(modifiers in some_modifiers(), bond in some_gauge(), stress in some_gauge()) {
        let horse = Groomable { bond, stress, ..groomable(&modifiers) };
        let groomed = check_groom(horse, noon()).expect("a permit").groom();
        let sorted = |of: &EpigeneticModifiers| { let mut all: Vec<_> = of.iter().collect(); all.sort(); all };
        prop_assert_eq!(sorted(&groomed.modifiers), sorted(&modifiers));
    }
}
