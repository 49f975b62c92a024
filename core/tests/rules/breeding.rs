//! Coverings, births, and the odds of traits beforehand. Known answers were worked by hand or in a second program.

use crate::world::{at, compatible, gauge, noon, secret, some_gauge, some_modifiers, user};
use proptest::prelude::*;
use rules::Refusal;
use rules::breed;
use rules::breeding::{
    Conceived, Covering, Mare, Mate, Newborn, Nurture, Parent, Stallion, TraitOdds, breed_of_foal,
    check_covering, check_stud, conceive, trait_draws, trait_odds,
};
use rules::dice::{Dice, Purpose};
use rules::economy::{COVERING_REGISTRATION, GENETIC_TEST};
use rules::genetics::coat::{Face, LegWhite};
use rules::genetics::{Genome, Locus, Loss};
use rules::heredity::{BreedingValues, COUNT};
use rules::horse::Sex;
use rules::id::HorseId;
use rules::money::Coins;
use rules::pedigree::Inbreeding;
use rules::progression::FOAL_XP;
use rules::temperament::Temperament;
use rules::time::days_after;
use rules::traits::{EpigeneticModifiers, Trait};
use std::collections::BTreeMap;

fn mate(id: i64, owner: u128, sex: Sex, age: i64) -> Mate {
    Mate {
        id: HorseId::new(id),
        owner: user(owner),
        sex,
        born_at: days_after(noon(), -7 * age),
    }
}

/// Player 1's mare of five.
fn mare() -> Mare {
    Mare {
        horse: mate(1, 1, Sex::Female, 5),
        in_foal: false,
        foaled_at: None,
    }
}

/// Player 2's stallion of six, at stud for 200.
fn stallion() -> Stallion {
    Stallion {
        horse: mate(2, 2, Sex::Male, 6),
        stud_fee: Some(Coins::new(200)),
    }
}

fn cover(mare: Mare, stallion: Stallion, agreed: Option<i64>) -> Result<Covering, Refusal> {
    let agreed = agreed.map(Coins::new);
    check_covering(user(1), &mare, &stallion, agreed, noon()).map(|permit| permit.cover())
}

#[test]
fn a_covering_costs_its_fee_and_fifty_and_takes_seven_days() {
    let known = Covering {
        fee: Some(Coins::new(200)),
        registration: Coins::new(50),
        due_at: at("2026-11-29T12:00:00Z"),
    };
    assert_eq!(cover(mare(), stallion(), Some(200)), Ok(known));
    assert_eq!(
        (COVERING_REGISTRATION, GENETIC_TEST, FOAL_XP),
        (Coins::new(50), Coins::new(40), 10)
    );
}

#[test]
fn a_players_own_stallion_costs_no_fee_listed_or_not() {
    for stud_fee in [None, Some(Coins::new(200))] {
        let own = Stallion {
            horse: mate(2, 1, Sex::Male, 6),
            stud_fee,
        };
        for agreed in [None, Some(0)] {
            assert_eq!(cover(mare(), own, agreed).map(|it| it.fee), Ok(None));
        }
        let differs = Refusal::FeeDiffers { fee: Coins::ZERO };
        assert_eq!(cover(mare(), own, Some(200)), Err(differs));
    }
}

#[test]
fn another_players_stallion_must_be_at_stud_for_the_fee_that_was_agreed_to() {
    let differs = Refusal::FeeDiffers {
        fee: Coins::new(200),
    };
    for agreed in [None, Some(0), Some(199), Some(201)] {
        assert_eq!(cover(mare(), stallion(), agreed), Err(differs));
    }
    let unlisted = Stallion {
        stud_fee: None,
        ..stallion()
    };
    assert_eq!(cover(mare(), unlisted, Some(0)), Err(Refusal::NotAtStud));
    let free = Stallion {
        stud_fee: Some(Coins::ZERO),
        ..stallion()
    };
    assert_eq!(
        cover(mare(), free, Some(0)).map(|it| it.fee),
        Ok(Some(Coins::ZERO))
    );
}

#[test]
fn only_a_players_own_mare_is_covered_and_not_by_herself() {
    let itself = Stallion {
        horse: mate(1, 1, Sex::Female, 5),
        ..stallion()
    };
    assert_eq!(cover(mare(), itself, None), Err(Refusal::SameHorse));
    let anothers = Mare {
        horse: mate(1, 2, Sex::Female, 5),
        ..mare()
    };
    assert_eq!(cover(anothers, stallion(), None), Err(Refusal::NotYours));
}

#[test]
fn a_mare_is_female_and_a_stallion_male() {
    let gelding = Mare {
        horse: mate(1, 1, Sex::Male, 5),
        ..mare()
    };
    let field = "mare_id";
    assert_eq!(
        cover(gelding, stallion(), Some(200)),
        Err(Refusal::WrongSex { field })
    );
    let other = Stallion {
        horse: mate(2, 2, Sex::Female, 6),
        ..stallion()
    };
    let field = "stallion_id";
    assert_eq!(
        cover(mare(), other, Some(200)),
        Err(Refusal::WrongSex { field })
    );
}

#[test]
fn both_are_three_to_twenty() {
    let (least, most) = (3, 20);
    for age in [2, 3, 20, 21] {
        let of_age = |field| match age {
            3 | 20 => None,
            _ => Some(Refusal::NotOfBreedingAge {
                field,
                age,
                least,
                most,
            }),
        };
        let horse = mate(1, 1, Sex::Female, age);
        let refused = cover(Mare { horse, ..mare() }, stallion(), Some(200)).err();
        assert_eq!(refused, of_age("mare_id"));
        let horse = mate(2, 2, Sex::Male, age);
        let sire = Stallion {
            horse,
            ..stallion()
        };
        assert_eq!(cover(mare(), sire, Some(200)).err(), of_age("stallion_id"));
    }
}

#[test]
fn a_mare_in_foal_is_left_in_peace_and_one_that_foaled_rests_for_seven_days() {
    let in_foal = Mare {
        in_foal: true,
        ..mare()
    };
    assert_eq!(cover(in_foal, stallion(), Some(200)), Err(Refusal::InFoal));
    let foaled = |at| Mare {
        foaled_at: Some(at),
        ..mare()
    };
    let week_ago = days_after(noon(), -7);
    assert!(cover(foaled(week_ago), stallion(), Some(200)).is_ok());
    let later = week_ago + chrono::TimeDelta::microseconds(1);
    let until = days_after(later, 7);
    assert_eq!(
        cover(foaled(later), stallion(), Some(200)),
        Err(Refusal::Resting { until })
    );
}

#[test]
fn a_stallion_is_offered_by_his_owner_at_an_age_to_breed_for_a_fee_within_bounds() {
    let check = |horse: Mate, fee| check_stud(user(2), &horse, Coins::new(fee), noon());
    let own = stallion().horse;
    for fee in [0, 200, 1_000_000] {
        assert_eq!(check(own, fee), Ok(()));
    }
    let wrong = Err(Refusal::OutOfRange {
        field: "fee",
        least: 0,
        most: 1_000_000,
    });
    assert_eq!(check(own, -1), wrong);
    assert_eq!(check(own, 1_000_001), wrong);
    assert_eq!(check(mate(2, 1, Sex::Male, 6), 200), Err(Refusal::NotYours));
    // The request names him in its path.
    let field = "id";
    assert_eq!(
        check(mate(2, 2, Sex::Female, 6), 200),
        Err(Refusal::WrongSex { field })
    );
    assert!(check(mate(2, 2, Sex::Male, 2), 200).is_err());
}

#[test]
fn a_foal_has_its_parents_breed_or_is_crossbred() {
    assert_eq!(breed_of_foal("Morgan", "Morgan"), "Morgan");
    assert_eq!(breed_of_foal("Morgan", "Arabian"), "Crossbred");
    assert_eq!(breed_of_foal("Crossbred", "Morgan"), "Crossbred");
    assert_eq!(breed_of_foal("Crossbred", "Crossbred"), "Crossbred");
}

fn nurture(bond: i64, stress: i64) -> Nurture {
    Nurture {
        bond: gauge(bond),
        stress: gauge(stress),
    }
}

fn draws(traits: &[Trait], dam: Nurture, inbreeding: u32) -> Vec<(Trait, i32)> {
    let inbreeding = Inbreeding::from_millionths(inbreeding);
    trait_draws(traits.iter().copied(), dam, inbreeding)
        .iter()
        .map(|draw| (draw.r#trait, draw.chance.get()))
        .collect()
}

#[test]
fn what_a_parent_has_is_drawn_once_in_the_order_of_the_rules() {
    use Trait::{Bold, Lazy, LegendaryBloodline, TrainabilityBoost};
    let had = [Lazy, Bold, LegendaryBloodline, Bold, TrainabilityBoost];
    let known = |chances: [i32; 4]| {
        [Bold, TrainabilityBoost, LegendaryBloodline, Lazy]
            .into_iter()
            .zip(chances)
            .collect::<Vec<_>>()
    };
    let plain = [5_000, 1_500, 500, 5_000];
    assert_eq!(draws(&had, nurture(50, 50), 0), known(plain));
    assert_eq!(
        draws(&had, nurture(10, 0), 0),
        known(plain),
        "below 50 nothing counts"
    );
    // 30 points of bond: +1,200 and -1,200.
    assert_eq!(
        draws(&had, nurture(80, 30), 0),
        known([6_200, 2_700, 1_700, 3_800])
    );
    // 20 points of stress above 50, and 10 of bond: -600 + 400, and the other way round.
    assert_eq!(
        draws(&had, nurture(60, 70), 0),
        known([4_800, 1_300, 300, 5_200])
    );
    // 29 points of stress: -870; no chance falls below none.
    assert_eq!(
        draws(&had, nurture(50, 79), 0),
        known([4_130, 630, 0, 5_870])
    );
}

#[test]
fn the_dams_care_and_inbreeding_bring_their_own() {
    use Trait::{Bonded, Fragile, Nervous, Resilient};
    let none: &[(Trait, i32)] = &[];
    let calm = [(Resilient, 7_500), (Bonded, 6_000)];
    assert_eq!(draws(&[], nurture(80, 20), 0), calm);
    assert_eq!(draws(&[], nurture(79, 20), 0), none);
    assert_eq!(draws(&[], nurture(80, 21), 0), none);
    assert_eq!(draws(&[], nurture(0, 80), 0), [(Nervous, 4_000)]);
    assert_eq!(draws(&[], nurture(0, 79), 0), none);
    for (inbreeding, chance) in [
        (62_500, 2_500),
        (124_999, 2_500),
        (125_000, 5_000),
        (249_999, 5_000),
        (250_000, 8_000),
        (1_000_000, 8_000),
    ] {
        assert_eq!(draws(&[], nurture(50, 50), inbreeding), [(Fragile, chance)]);
    }
    assert_eq!(draws(&[], nurture(50, 50), 62_499), none);
}

fn odds(traits: &[Trait], dam: Nurture, inbreeding: u32) -> Vec<(Trait, u32)> {
    let inbreeding = Inbreeding::from_millionths(inbreeding);
    trait_odds(traits.iter().copied(), dam, inbreeding)
        .iter()
        .map(|one| (one.r#trait, one.millionths))
        .collect()
}

#[test]
fn odds_have_their_known_answers() {
    use Trait::{Antisocial, Athletic, Bonded, Calm, Fragile, Nervous, Resilient};
    // Nervous is dropped where calm stands.
    assert_eq!(
        odds(&[Nervous, Calm], nurture(50, 30), 0),
        [(Calm, 500_000), (Nervous, 250_000)]
    );
    // 0.8 x 0.5 x 0.85.
    assert_eq!(
        odds(&[Resilient, Athletic], nurture(50, 30), 250_000),
        [
            (Resilient, 500_000),
            (Athletic, 150_000),
            (Fragile, 340_000)
        ]
    );
    // Drawn twice: 1 - 0.38 x 0.25 and 0.6; antisocial 0.38 leaves room for bonded in 0.62 of the births.
    assert_eq!(
        odds(&[Resilient, Antisocial], nurture(80, 20), 0),
        [
            (Resilient, 905_000),
            (Bonded, 372_000),
            (Antisocial, 380_000)
        ]
    );
    // (1 - 0.41 x 0.6) x (1 - 0.41).
    assert_eq!(
        odds(&[Nervous, Calm], nurture(50, 80), 0),
        [(Calm, 410_000), (Nervous, 444_860)]
    );
    assert_eq!(odds(&[], nurture(50, 50), 0), []);
}

/// Goes through every outcome of all draws.
fn enumerated(traits: &[Trait], dam: Nurture, inbreeding: u32) -> BTreeMap<Trait, f64> {
    let draws = draws(traits, dam, inbreeding);
    let mut chances = BTreeMap::new();
    for outcome in 0..1_u32 << draws.len() {
        let (mut standing, mut weight): (Vec<Trait>, f64) = (vec![], 1.0);
        for (at, (one, chance)) in draws.iter().enumerate() {
            let chance = f64::from(*chance) / 1e4;
            let is_drawn = outcome >> at & 1 == 1;
            weight *= if is_drawn { chance } else { 1.0 - chance };
            let fits = |other: &Trait| other != one && !one.conflicts_with(*other);
            if is_drawn && standing.iter().all(fits) {
                standing.push(*one);
            }
        }
        for one in standing {
            *chances.entry(one).or_insert(0.0) += weight;
        }
    }
    chances
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn odds_are_those_of_every_outcome(
        had in proptest::sample::subsequence(Trait::ALL.to_vec(), 0..=10).prop_shuffle(),
        bond in some_gauge(), stress in some_gauge(), extreme in 0..4, inbreeding in 0_u32..400_000
    ) {
        let dam = match extreme {
            0 => nurture(90, 10),
            1 => nurture(40, 95),
            _ => Nurture { bond, stress },
        };
        let known = enumerated(&had, dam, inbreeding);
        let odds = odds(&had, dam, inbreeding);
        for (one, millionths) in &odds {
            prop_assert!((f64::from(*millionths) - known[one] * 1e6).abs() < 0.501, "{one} {millionths}");
        }
        let rest = known.iter().filter(|(one, _)| odds.iter().all(|other| other.0 != **one));
        prop_assert!(rest.into_iter().all(|(_, chance)| *chance < 0.501e-6));
    }
}

fn modifiers(positive: &[Trait], negative: &[Trait], hidden: &[Trait]) -> EpigeneticModifiers {
    EpigeneticModifiers::new(positive.to_vec(), negative.to_vec(), hidden.to_vec())
        .expect("traits that can stand together")
}

/// One value for every stat, 150 cm and no white.
fn values(stat: i32) -> BreedingValues {
    let mut numbers = [stat; COUNT];
    numbers[COUNT - 2..].copy_from_slice(&[150_000, 0]);
    BreedingValues::new(numbers)
}

/// Two parents and what their foals need beside them.
struct Pair {
    genomes: [Genome; 2],
    values: [BreedingValues; 2],
    inbreeding: [u32; 2],
    modifiers: [EpigeneticModifiers; 2],
    nurture: Nurture,
    foal: u32,
}

impl Pair {
    fn new(sire: &str, dam: &str) -> Self {
        let genome = |text, sex| Genome::parse(text, sex).expect("a genotype");
        Self {
            genomes: [genome(sire, Sex::Male), genome(dam, Sex::Female)],
            values: [18_000, 15_000].map(values),
            inbreeding: [0; 2],
            modifiers: Default::default(),
            nurture: nurture(50, 50),
            foal: 0,
        }
    }

    fn conceive(&self, pregnancy: i64) -> Conceived {
        let parent = |at: usize, temperament| Parent {
            genome: &self.genomes[at],
            values: &self.values[at],
            inbreeding: Inbreeding::from_millionths(self.inbreeding[at]),
            temperament,
            modifiers: &self.modifiers[at],
        };
        let (sire, dam) = (parent(0, Temperament::Bold), parent(1, Temperament::Lazy));
        let breed = &breed::by_name("Hanoverian").expect("a breed").facts;
        let mut dice = Dice::new(&secret(), Purpose::Birth, &[pregnancy.into()]);
        let foal = Inbreeding::from_millionths(self.foal);
        conceive(&sire, &dam, self.nurture, foal, breed, &mut dice)
    }

    fn births(&self, count: i64) -> impl Iterator<Item = Newborn> {
        (0..count).map(|number| match self.conceive(number) {
            Conceived::Foal(foal) => *foal,
            Conceived::Lost(loss) => panic!("{loss:?}"),
        })
    }
}

/// Fails where counts differ from what is expected by more than chance does once in some 300,000 tries: chi-square, by the
/// cube root of Wilson and Hilferty.
#[track_caller]
fn fits(seen: &[f64], expected: &[f64]) {
    let terms = seen.iter().zip(expected);
    let chi: f64 = terms.map(|(seen, of)| (seen - of) * (seen - of) / of).sum();
    let ninth = 2.0 / (9.0 * (seen.len() - 1) as f64);
    let bound = (seen.len() - 1) as f64 * (1.0 - ninth + 4.5 * ninth.sqrt()).powi(3);
    assert!(chi < bound, "{chi} above {bound}: {seen:?} of {expected:?}");
}

#[test]
fn sexes_are_even_and_temperaments_come_from_sire_dam_and_breed() {
    let pair = Pair::new("", "");
    let count = 100_000;
    let (mut females, mut temperaments) = (0.0, [0.0; 11]);
    for foal in pair.births(count) {
        females += f64::from(u8::from(foal.sex == Sex::Female));
        temperaments[foal.temperament as usize] += 1.0;
    }
    let count = count as f64;
    fits(&[females, count - females], &[count / 2.0; 2]);
    let weights = breed::by_name("Hanoverian")
        .expect("a breed")
        .facts
        .temperament_weights;
    let mut expected = weights.map(|weight| 0.2 * count * f64::from(weight) / 1e4);
    expected[Temperament::Bold as usize] += 0.4 * count;
    expected[Temperament::Lazy as usize] += 0.4 * count;
    fits(&temperaments, &expected);
}

#[test]
fn a_newborn_has_a_bond_of_50_a_stress_of_30_and_its_coefficient() {
    let pair = Pair {
        foal: 125_000,
        ..Pair::new("", "")
    };
    let foal = pair.births(1).next().expect("a foal");
    assert_eq!((foal.bond, foal.stress), (gauge(50), gauge(30)));
    assert_eq!(foal.inbreeding.millionths(), 125_000);
}

/// The chances of each trait against births, one chi-square a trait.
#[track_caller]
fn odds_hold(pair: &Pair, count: i64) {
    let had = || pair.modifiers.iter().flat_map(EpigeneticModifiers::iter);
    let inbreeding = Inbreeding::from_millionths(pair.foal);
    let odds: Vec<TraitOdds> = trait_odds(had(), pair.nurture, inbreeding);
    let mut seen = BTreeMap::new();
    for foal in pair.births(count) {
        for one in foal.modifiers.iter() {
            *seen.entry(one).or_insert(0.0) += 1.0;
        }
    }
    let count = count as f64;
    for TraitOdds {
        r#trait,
        millionths,
    } in &odds
    {
        let expected = count * f64::from(*millionths) / 1e6;
        let seen = seen.remove(r#trait).unwrap_or(0.0);
        fits(&[seen, count - seen], &[expected, count - expected]);
    }
    assert!(seen.is_empty(), "{seen:?} has no odds");
}

#[test]
fn traits_are_born_as_often_as_their_odds_say() {
    use Trait::{
        Aggressive, Antisocial, Athletic, Bold, Bonded, Calm, Confident, EagerLearner,
        EasilyOverwhelmed, Fearful, Fragile, Intelligent, Lazy, LegendaryBloodline, Nervous,
        Resilient, Social, Stubborn, TrainabilityBoost,
    };
    let every = Pair {
        modifiers: [
            modifiers(
                &[Bold, Intelligent, Athletic, LegendaryBloodline],
                &[],
                &[
                    Resilient,
                    Calm,
                    Bonded,
                    Social,
                    TrainabilityBoost,
                    EagerLearner,
                    Confident,
                ],
            ),
            modifiers(
                &[],
                &[Nervous, Stubborn, Fragile, Aggressive, Lazy],
                &[Antisocial, Fearful, EasilyOverwhelmed],
            ),
        ],
        nurture: nurture(85, 15),
        foal: 250_000,
        ..Pair::new("", "")
    };
    odds_hold(&every, 500_000);
    let stressed = Pair {
        nurture: nurture(20, 90),
        foal: 62_500,
        ..every
    };
    odds_hold(&stressed, 500_000);
}

#[test]
fn what_is_born_hidden_depends_on_rarity_and_on_the_dams_stress() {
    use Trait::{Athletic, LegendaryBloodline, Social};
    for (stress, common) in [(50, 0.2), (80, 0.3)] {
        let pair = Pair {
            modifiers: [
                modifiers(&[Social], &[], &[Athletic, LegendaryBloodline]),
                EpigeneticModifiers::default(),
            ],
            nurture: nurture(100, stress),
            ..Pair::new("", "")
        };
        let mut counts = BTreeMap::new();
        for foal in pair.births(30_000) {
            for one in foal.modifiers.iter() {
                let count = counts.entry(one).or_insert([0.0; 2]);
                count[usize::from(foal.modifiers.hidden().contains(&one))] += 1.0;
            }
        }
        for (one, hidden) in [(Social, common), (Athletic, 0.7), (LegendaryBloodline, 0.9)] {
            let [seen, unseen] = counts[&one];
            let all = seen + unseen;
            fits(&[seen, unseen], &[all * (1.0 - hidden), all * hidden]);
        }
    }
}

#[test]
fn a_foal_with_two_frame_alleles_is_lost_and_two_thirds_of_the_living_carry_one() {
    let pair = Pair::new("EDNRB=n/O", "EDNRB=n/O");
    let mut counts = [0.0; 3];
    for number in 0..30_000 {
        match pair.conceive(number) {
            Conceived::Foal(foal) => {
                let frame = foal.inheritance.genome.pair(Locus::Ednrb);
                counts[usize::from(frame.is_heterozygous())] += 1.0;
            }
            Conceived::Lost(Loss { locus, .. }) => {
                assert_eq!(locus, Locus::Ednrb);
                counts[2] += 1.0;
            }
        }
    }
    fits(&counts, &[7_500.0, 15_000.0, 7_500.0]);
}

#[test]
fn the_order_of_the_parents_traits_does_not_matter() {
    let lists = |hidden: &[Trait]| Pair {
        modifiers: [
            modifiers(&[], &[], hidden),
            modifiers(&[Trait::Social], &[], &[]),
        ],
        ..Pair::new("MC1R=E/e", "MC1R=e/e")
    };
    let one = lists(&[Trait::Bold, Trait::Calm, Trait::Athletic]);
    let other = lists(&[Trait::Athletic, Trait::Bold, Trait::Calm]);
    for number in 0..200 {
        assert_eq!(one.conceive(number), other.conceive(number));
    }
}

/// Worked in a second program, from the key of its dice to the last draw.
#[test]
fn the_golden_foal_is_born() {
    let pair = Pair {
        inbreeding: [62_500, 125_000],
        modifiers: [
            modifiers(&[Trait::Bold, Trait::Social], &[], &[Trait::Athletic]),
            modifiers(&[Trait::Intelligent], &[Trait::Stubborn], &[]),
        ],
        nurture: nurture(85, 15),
        foal: 250_000,
        ..Pair::new(
            "MC1R=E|e KIT=n|TO ASIP=A/a",
            "MC1R=E|e LCORL=T|C SLC45A2=N/Cr",
        )
    };
    let Conceived::Foal(foal) = pair.conceive(2) else {
        panic!("it lives")
    };
    assert_eq!(foal.sex, Sex::Female);
    let inherited = &foal.inheritance;
    let genotype = "MC1R=E|e KIT=n|TO SLC45A2=N/Cr";
    assert_eq!(inherited.genome.to_string(), genotype);
    let known = [
        15_591, 16_803, 15_894, 15_591, 15_894, 14_985, 17_712, 15_288, 16_500, 15_894, 15_288,
        14_077, 147_981, -404,
    ];
    assert_eq!(*inherited.values.numbers(), known);
    assert_eq!(
        foal.stats.numbers(),
        [19, 17, 19, 15, 14, 6, 16, 17, 14, 16, 14, 8]
    );
    assert_eq!(inherited.height_cm, 151);
    let coat = &inherited.coat;
    assert_eq!(
        (coat.name.as_str(), coat.face),
        ("buckskin tobiano", Face::None)
    );
    assert_eq!(coat.legs.fore_left, LegWhite::Stocking);
    assert_eq!(foal.temperament, Temperament::Bold);
    let born = modifiers(&[Trait::Bold], &[Trait::Fragile], &[Trait::Intelligent]);
    assert_eq!(foal.modifiers, born);
}

proptest! {
    #[test]
    fn every_birth_is_within_bounds(
        sire in some_modifiers(), dam in some_modifiers(), bond in some_gauge(), stress in some_gauge(),
        foal in 0_u32..=1_000_000, inbreeding: [u32; 2], number: i64
    ) {
        let values = [i32::MAX, -40_000].map(|value| BreedingValues::new([value; COUNT]));
        let nurture = Nurture { bond, stress };
        let pair = Pair { modifiers: [sire, dam], nurture, foal, inbreeding, values, ..Pair::new("", "") };
        let Conceived::Foal(born) = pair.conceive(number) else { panic!("it lives") };
        prop_assert!(born.stats.numbers().iter().all(|stat| (1..=100).contains(stat)));
        let all: Vec<_> = born.modifiers.iter().collect();
        prop_assert_eq!(compatible(all.clone()), all);
        prop_assert_eq!(born.inheritance.genome.sex(), born.sex);
        prop_assert_eq!(pair.conceive(number), Conceived::Foal(born));
    }
}
