//! The tables: disciplines, temperaments, traits, breeds, and the words of every enum.

use rules::breed::{self, BREEDS, BreedFacts, CROSSBRED};
use rules::competition::show::{Phase, ShowState};
use rules::dice::Purpose;
use rules::discipline::Discipline;
use rules::economy::Cause;
use rules::horse::{LifeStage, Sex};
use rules::stat::{Stat, Stats};
use rules::temperament::Temperament;
use rules::traits::{Discovery, Rarity, Sign, Trait};
use rules::{Refusal, name::NameFault};
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::str::FromStr;

fn words<T: Copy + Debug + PartialEq + FromStr<Err = Refusal>>(
    all: &[T],
    word: fn(T) -> &'static str,
) -> Vec<&'static str> {
    for one in all {
        assert_eq!(T::from_str(word(*one)).as_ref(), Ok(one));
    }
    assert!(matches!(T::from_str("Zebra"), Err(Refusal::Unknown { .. })));
    let words: Vec<_> = all.iter().map(|one| word(*one)).collect();
    assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len());
    words
}

#[test]
fn every_word_reads_back_as_what_it_stands_for() {
    assert_eq!(words(Sex::ALL, Sex::as_str), ["male", "female"]);
    assert_eq!(
        words(ShowState::ALL, ShowState::as_str),
        ["open", "settled", "cancelled"]
    );
    assert_eq!(
        words(Phase::ALL, Phase::as_str),
        ["open", "closed", "settled", "cancelled"]
    );
    let stages = ["newborn", "weanling", "yearling", "two_year_old", "adult"];
    assert_eq!(words(LifeStage::ALL, LifeStage::as_str), stages);
    assert_eq!(words(Stat::ALL, Stat::as_str).len(), 12);
    assert_eq!(words(Temperament::ALL, Temperament::as_str).len(), 11);
    assert_eq!(words(Trait::ALL, Trait::as_str).len(), 22);
    assert_eq!(words(Cause::ALL, Cause::as_str).len(), 13);
    words(Purpose::ALL, Purpose::as_str);
    words(Sign::ALL, Sign::as_str);
    words(Rarity::ALL, Rarity::as_str);
    words(Discovery::ALL, Discovery::as_str);
    words(NameFault::ALL, NameFault::as_str);
}

#[test]
fn there_are_23_disciplines_of_three_different_stats_and_all_stats_matter() {
    let names: BTreeSet<_> = Discipline::ALL.iter().map(|one| one.as_str()).collect();
    assert_eq!(names.len(), 23);
    let mut used = BTreeSet::new();
    for discipline in Discipline::ALL {
        assert_eq!(
            discipline.stats().iter().collect::<BTreeSet<_>>().len(),
            3,
            "{discipline}"
        );
        used.extend(discipline.stats());
        assert_eq!(Discipline::by_name(discipline.as_str()), Ok(*discipline));
    }
    assert_eq!(used.len(), 12);
}

#[test]
fn disciplines_are_known_by_their_exact_names() {
    let jumping = Discipline::by_name("Show Jumping").expect("a discipline");
    assert_eq!(
        jumping.stats(),
        [Stat::Balance, Stat::Agility, Stat::Boldness]
    );
    for unknown in [
        "show jumping",
        "Show  Jumping",
        "ShowJumping",
        "",
        "Racing ",
    ] {
        assert_eq!(
            Discipline::by_name(unknown),
            Err(Refusal::Unknown {
                field: "discipline"
            })
        );
    }
}

#[test]
fn special_disciplines_of_traits_exist_and_outdo_the_ordinary_effect() {
    for one in Trait::ALL {
        let facts = one.facts();
        for (name, effect) in facts.special {
            let discipline = Discipline::by_name(name).expect("a discipline");
            assert_eq!(one.competition(discipline).get(), *effect);
            assert!(
                effect.abs() > facts.competition.get().abs(),
                "{one} in {name}"
            );
            assert_eq!(effect.signum(), facts.competition.get().signum());
        }
    }
}

#[test]
fn conflicts_are_mutual_and_signs_agree_with_effects() {
    for one in Trait::ALL {
        for other in Trait::ALL {
            assert_eq!(
                one.conflicts_with(*other),
                other.conflicts_with(*one),
                "{one}, {other}"
            );
            let same_sign = one.facts().sign == other.facts().sign;
            assert!(!(same_sign && one.conflicts_with(*other)), "{one}, {other}");
        }
        let helps = one.facts().sign == Sign::Positive;
        assert_eq!(helps, one.facts().competition.get() > 0);
    }
    let pairs = Trait::ALL
        .iter()
        .map(|one| one.facts().conflicts.len())
        .sum::<usize>();
    assert_eq!(pairs, 2 * 21);
}

#[test]
fn one_trait_is_legendary_and_two_are_rare() {
    let count = |rarity| {
        Trait::ALL
            .iter()
            .filter(|one| one.facts().rarity == rarity)
            .count()
    };
    assert_eq!(
        [
            count(Rarity::Legendary),
            count(Rarity::Rare),
            count(Rarity::Common)
        ],
        [1, 2, 19]
    );
}

#[test]
fn there_are_more_than_40_breeds_within_their_bounds() {
    assert!(BREEDS.len() >= 40);
    let names: BTreeSet<_> = BREEDS
        .iter()
        .chain([&CROSSBRED])
        .map(|breed| breed.name)
        .collect();
    assert_eq!(names.len(), BREEDS.len() + 1);
    for breed in BREEDS.iter().chain([&CROSSBRED]) {
        assert_eq!(breed.facts.check(), Ok(()), "{}", breed.name);
        assert_eq!(breed::by_name(breed.name), Ok(breed));
    }
    assert!(matches!(
        breed::by_name("Unicorn"),
        Err(Refusal::Unknown { field: "breed" })
    ));
}

#[test]
fn breeds_are_what_they_are_known_for() {
    let mean =
        |name, stat: Stat| breed::by_name(name).expect("a breed").facts.stat_means[stat as usize];
    assert!(mean("Thoroughbred", Stat::Speed) > mean("Shire", Stat::Speed));
    assert!(mean("Shire", Stat::Strength) > mean("Thoroughbred", Stat::Strength));
    assert!(mean("Arabian", Stat::Endurance) > mean("Friesian", Stat::Endurance));
    assert!(mean("Icelandic", Stat::Stamina) > mean("Hackney", Stat::Stamina));
}

#[test]
fn breed_facts_from_elsewhere_are_checked() {
    let good = CROSSBRED.facts;
    let mut stat_means = good.stat_means;
    stat_means[3] = 21;
    let wild = BreedFacts { stat_means, ..good };
    assert!(matches!(
        wild.check(),
        Err(Refusal::OutOfRange {
            field: "stat_means",
            ..
        })
    ));
    let moody = BreedFacts {
        temperament_weights: [1; 11],
        ..good
    };
    assert!(matches!(
        moody.check(),
        Err(Refusal::OutOfRange {
            field: "temperament_weights",
            ..
        })
    ));
}

#[test]
fn stats_stand_in_the_order_of_their_names() {
    let numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    let stats = Stats::checked(numbers).expect("readings");
    assert_eq!(stats.get(Stat::Precision).get(), 1);
    assert_eq!(stats.get(Stat::Focus).get(), 12);
    assert_eq!(stats.numbers(), numbers);
    let refused = Stats::checked([0, 0, 0, 101, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(
        refused,
        Err(Refusal::OutOfRange {
            field: "agility",
            least: 0,
            most: 100
        })
    );
}
