//! Predictions: Mendel's ratios, linkage, losses, births.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rules::Refusal;
use rules::dice::Dice;
use rules::genetics::coat::Phenotype;
use rules::genetics::prediction::{Chance, Mating, Odds, Parent, predict};
use rules::genetics::{Gamete, Genome, Genotype, Locus, Loss, Pair, meiosis, viability};
use rules::horse::Sex;

fn sire(text: &str) -> Parent {
    Parent::from(&Genotype::parse(text, Sex::Male).unwrap())
}

fn dam(text: &str) -> Parent {
    Parent::from(&Genotype::parse(text, Sex::Female).unwrap())
}

fn chance(text: &str) -> Chance {
    let (weight, of) = text.split_once('/').unwrap_or((text, "1"));
    Chance::new(weight.parse().unwrap(), of.parse().unwrap())
}

/// The table of a locus as `PAIR conceived live` in its order.
fn table(sire_text: &str, dam_text: &str, locus: Locus) -> String {
    let (sire, dam) = (sire(sire_text), dam(dam_text));
    let table = predict(&sire, &dam).unwrap().by_locus(locus);
    let rows = table.iter().map(|(pair, odds)| {
        format!(
            "{} {} {}",
            locus.pair_text(*pair),
            odds.conceived,
            odds.live
        )
    });
    rows.collect::<Vec<_>>().join(", ")
}

/// The odds of every look that is as asked.
fn looking(mating: &Mating, is_meant: impl Fn(Phenotype) -> bool) -> Odds {
    let groups = mating.grouped(is_meant);
    groups.iter().find(|it| it.0).map_or(
        Odds {
            conceived: Chance::NEVER,
            live: Chance::NEVER,
        },
        |it| it.1,
    )
}

#[test]
fn mendels_ratios() {
    // Two heterozygotes: one, two, one (Mendel 1866).
    assert_eq!(
        table("MC1R=E/e", "MC1R=E/e", Locus::Mc1r),
        "E/E 1/4 1/4, E/e 1/2 1/2, e/e 1/4 1/4"
    );
    assert_eq!(
        table("MC1R=E/e", "MC1R=e/e", Locus::Mc1r),
        "E/e 1/2 1/2, e/e 1/2 1/2"
    );
    assert_eq!(table("", "MC1R=e/e", Locus::Mc1r), "E/e 1 1");
    assert_eq!(
        table("SLC45A2=N/Cr", "SLC45A2=N/Cr", Locus::Slc45a2),
        "N/N 1/4 1/4, N/Cr 1/2 1/2, Cr/Cr 1/4 1/4"
    );
    // Four alleles in two parents give four pairs.
    assert_eq!(
        table("SLC45A2=Prl/Cr", "SLC45A2=N/Sun", Locus::Slc45a2),
        "N/Cr 1/4 1/4, N/Prl 1/4 1/4, Cr/Sun 1/4 1/4, Prl/Sun 1/4 1/4"
    );
    // Two roans have a foal that breeds true in one of four cases, and it lives (OMIA 001216-9796).
    assert_eq!(
        table("KIT=n/Rn", "KIT=n/Rn", Locus::Kit),
        "n/n 1/4 1/4, n/Rn 1/2 1/2, Rn/Rn 1/4 1/4"
    );
}

#[test]
fn dihybrid_looks_are_nine_three_four() {
    // Recessive epistasis of chestnut over agouti: 9 bay, 3 black, 4 chestnut.
    let (sire, dam) = (sire("MC1R=E/e ASIP=A/a"), dam("MC1R=E/e ASIP=A/a"));
    let mating = predict(&sire, &dam).unwrap();
    let odds: Vec<Chance> = mating
        .grouped(Phenotype::base)
        .iter()
        .map(|it| it.1.live)
        .collect();
    assert_eq!(odds, ["9/16", "3/16", "4/16"].map(chance));
    assert_eq!(mating.looks(), 3);
}

#[test]
fn of_two_frame_overos_a_quarter_is_lost_and_two_thirds_of_the_living_are_frame() {
    assert_eq!(
        table("EDNRB=n/O", "EDNRB=n/O", Locus::Ednrb),
        "n/n 1/4 1/3, n/O 1/2 2/3, O/O 1/4 0"
    );
    let (sire, dam) = (sire("EDNRB=n/O"), dam("EDNRB=n/O"));
    let mating = predict(&sire, &dam).unwrap();
    let loss = Loss {
        locus: Locus::Ednrb,
        pair: Locus::Ednrb.parse_pair("O/O").unwrap(),
    };
    assert_eq!(mating.lost().collect::<Vec<_>>(), [(loss, chance("1/4"))]);
    assert_eq!(mating.born_alive(), chance("3/4"));
    let frame = looking(&mating, Phenotype::is_frame);
    assert_eq!(
        (frame.conceived, frame.live),
        (chance("1/2"), chance("2/3"))
    );
}

#[test]
fn carriers_of_two_lethal_alleles_lose_seven_of_sixteen() {
    let text = "EDNRB=n/O PLOD1=N/WFFS";
    let (sire, dam) = (sire(text), dam(text));
    let mating = predict(&sire, &dam).unwrap();
    // Foals that are lost for both reasons count for the first one.
    let lost: Vec<_> = mating.lost().map(|it| (it.0.locus, it.1)).collect();
    assert_eq!(
        lost,
        [
            (Locus::Plod1, chance("1/4")),
            (Locus::Ednrb, chance("3/16"))
        ]
    );
    assert_eq!(mating.born_alive(), chance("9/16"));
    // What is lost at one locus says nothing of another that is not linked.
    let health = mating
        .health()
        .into_iter()
        .find(|it| it.locus == Locus::Plod1)
        .unwrap();
    assert_eq!(
        (health.affected.conceived, health.affected.live),
        (chance("1/4"), chance("0"))
    );
    assert_eq!(
        (health.carrier.conceived, health.carrier.live),
        (chance("1/2"), chance("2/3"))
    );
    assert_eq!(
        (health.clear.conceived, health.clear.live),
        (chance("1/4"), chance("1/3"))
    );
}

#[test]
fn grey_with_three_alleles() {
    assert_eq!(
        table("STX17=G1/G3", "STX17=G2/G3", Locus::Stx17),
        "G1/G2 1/4 1/4, G1/G3 1/4 1/4, G2/G3 1/4 1/4, G3/G3 1/4 1/4"
    );
}

#[test]
fn equal_genotypes_of_different_phase_have_different_odds() {
    // MC1R and KIT recombine in 3 of 50 gametes, so that 47 in 100 gametes are of each parental kind.
    let sire = sire("MC1R=e/e");
    let coupled = dam("MC1R=E|e KIT=n|TO");
    let repulsed = dam("MC1R=E|e KIT=TO|n");
    let open = dam("MC1R=E/e KIT=n/TO");
    let red_tobiano = |mare: &Parent| {
        let mating = predict(&sire, mare).unwrap();
        looking(&mating, |it| {
            it.kit().tobiano && it.base() == rules::genetics::coat::Base::Chestnut
        })
        .live
    };
    assert_eq!(red_tobiano(&coupled), chance("47/100"));
    assert_eq!(red_tobiano(&repulsed), chance("3/100"));
    // Where the phase is open, the odds are the average.
    assert_eq!(red_tobiano(&open), chance("1/4"));
}

#[test]
fn beyond_a_locus_that_is_homozygous_recombination_adds_up() {
    // RFWD3 to MC1R 3/25, MC1R to KIT 3/50: an odd number of crossovers in 3/25 * 47/50 + 22/25 * 3/50.
    let (sire, dam) = (sire(""), dam("RFWD3=n|PATN1 KIT=n|TO TRPM1=LP/LP"));
    let mating = predict(&sire, &dam).unwrap();
    let odds = looking(&mating, |it| {
        it.kit().tobiano && it.leopard() == rules::genetics::coat::Leopard::VarnishRoan
    });
    assert_eq!(odds.live, Chance::new(3 * 47 + 22 * 3, 2 * 25 * 50));
}

#[test]
fn brindle_goes_with_the_x_chromosome() {
    assert_eq!(
        table("MBTPS2=BR1/Y", "", Locus::Mbtps2),
        "N/Y 1/2 1/2, N/BR1 1/2 1/2"
    );
    assert_eq!(
        table("MBTPS2=N/Y", "MBTPS2=N/BR1", Locus::Mbtps2),
        "N/Y 1/4 1/4, N/N 1/4 1/4, N/BR1 1/4 1/4, BR1/Y 1/4 1/4"
    );
}

#[test]
fn health_counts_dominant_and_recessive_disease() {
    let (sire, dam) = (sire("SCN4A=N/H PPIB=N/HRD"), dam("PPIB=N/HRD"));
    let health = predict(&sire, &dam).unwrap().health();
    let of = |locus| health.iter().find(|it| it.locus == locus).unwrap();
    assert_eq!(of(Locus::Scn4a).affected.live, chance("1/2"));
    assert_eq!(of(Locus::Scn4a).carrier.live, chance("0"));
    assert_eq!(of(Locus::Ppib).affected.live, chance("1/4"));
    assert_eq!(of(Locus::Ppib).carrier.live, chance("1/2"));
    assert!(health.iter().all(|it| it.locus.facts().is_tested));
}

#[test]
fn a_linked_loss_changes_the_odds_among_live_foals() {
    // LFS and tiger eye are one recombinant in 25 apart. In coupling, the foals with two of TE1 are mostly the lost ones.
    let text = "MYO5A=N|LFS SLC24A5=N|TE1";
    let (sire, dam) = (sire(text), dam(text));
    let mating = predict(&sire, &dam).unwrap();
    let eyed = looking(&mating, Phenotype::is_tiger_eyed);
    // TE1/TE1 without LFS/LFS: both gametes carry TE1 (1/2 each), not both are parental (24/25 each).
    let conceived = Chance::new(625 - 576, 4 * 625);
    assert_eq!(eyed.conceived, conceived);
    assert_eq!(eyed.live, Chance::new(49, 3 * 625));
    let table = mating.by_locus(Locus::Slc24a5);
    assert_eq!(table[2].1.conceived, chance("1/4"));
    assert_eq!(table[2].1.live, eyed.live);
}

#[test]
fn two_of_one_sex_have_no_foals() {
    let (mare, stallion) = (dam(""), sire(""));
    let refused = |one: &Parent| predict(one, one).err();
    assert_eq!(
        refused(&mare),
        Some(Refusal::WrongSex {
            field: "stallion_id"
        })
    );
    assert_eq!(
        refused(&stallion),
        Some(Refusal::WrongSex { field: "mare_id" })
    );
}

#[test]
fn where_every_foal_is_lost_nothing_is_among_the_living() {
    let (sire, dam) = (sire("EDNRB=O/O"), dam("EDNRB=O/O"));
    let mating = predict(&sire, &dam).unwrap();
    assert_eq!(mating.coats().count(), 0);
    assert_eq!(mating.born_alive(), Chance::NEVER);
    assert_eq!(mating.by_locus(Locus::Mc1r)[0].1.live, Chance::ALWAYS);
}

#[test]
fn chances_are_reduced_and_rounded_half_up() {
    assert_eq!(Chance::new(6, 8).to_string(), "3/4");
    assert_eq!(
        (Chance::NEVER.to_string(), Chance::ALWAYS.to_string()),
        ("0".into(), "1".into())
    );
    assert_eq!(Chance::new(0, 0), Chance::NEVER);
    assert_eq!(Chance::new(1, 3).bp(), 3_333);
    assert_eq!(Chance::new(2, 3).millionths(), 666_667);
    assert_eq!(Chance::new(1, 20_000).bp(), 1);
    assert_eq!(Chance::new(u128::MAX / 4 * 3, u128::MAX).bp(), 7_500);
    assert_eq!(Chance::ALWAYS.parts(u32::MAX), u32::MAX);
}

/// Any genome, of which `most` loci in a hundred have alleles drawn evenly; the others are wild type.
fn any_genome(sex: Sex, most: u32) -> impl Strategy<Value = Genome> {
    any::<[u8; 32]>().prop_map(move |key| {
        let mut dice = Dice::from_key(key);
        let (mut egg, mut sperm) = (Gamete::default(), Gamete::default());
        for locus in Locus::ALL.iter().copied() {
            if dice.below(100) < most {
                let alleles: Vec<_> = locus.alleles().collect();
                let mut draw = || alleles[dice.below(alleles.len() as u32) as usize];
                egg = egg.with(locus, draw());
                sperm = sperm.with(locus, draw());
            }
        }
        Genome::of(egg, sperm, sex)
    })
}

/// A sum of fractions, over their least common denominator.
fn sum(chances: impl Iterator<Item = Chance>) -> Chance {
    chances.fold(Chance::NEVER, |one, other| {
        let (mut divisor, mut rest) = (one.of(), other.of());
        while rest != 0 {
            (divisor, rest) = (rest, divisor % rest);
        }
        let of = one.of() / divisor * other.of();
        let scaled = |it: Chance| it.weight() * (of / it.of());
        Chance::new(scaled(one) + scaled(other), of)
    })
}

/// Every gamete of a genome with its weight: all strand patterns, locus by locus.
fn gametes(genome: &Genome, loci: &[Locus]) -> Vec<(Gamete, f64)> {
    let [one, other] = genome.haplotypes();
    let mut all = vec![
        (Gamete::default(), 0.5, false),
        (Gamete::default(), 0.5, true),
    ];
    let mut crossing = 0.0;
    for locus in Locus::ALL.iter().copied() {
        let is_asked = loci.contains(&locus);
        let mut next: Vec<(Gamete, f64, bool)> = Vec::new();
        for (gamete, weight, is_other) in all {
            for (is_other, weight) in [
                (is_other, weight * (1.0 - crossing)),
                (!is_other, weight * crossing),
            ] {
                let strand = if is_other { other } else { one };
                let gamete = if is_asked {
                    gamete.with(locus, strand.allele(locus))
                } else {
                    gamete
                };
                match next
                    .iter_mut()
                    .find(|it| it.0 == gamete && it.2 == is_other)
                {
                    Some(same) => same.1 += weight,
                    None => next.push((gamete, weight, is_other)),
                }
            }
        }
        all = next;
        let to_next = locus.facts().to_next;
        crossing = f64::from(to_next.recombinants) / f64::from(to_next.among);
    }
    all.into_iter().map(|it| (it.0, it.1)).collect()
}

fn as_f64(chance: Chance) -> f64 {
    chance.weight() as f64 / chance.of() as f64
}

/// Loci of four chromosomes and one that nobody mapped, with lethal alleles, linked ones and one on the X.
const SMALL: [Locus; 7] = [
    Locus::Myo5a,
    Locus::Slc24a5,
    Locus::Mc1r,
    Locus::Kit,
    Locus::Ednrb,
    Locus::Flaxen,
    Locus::Mbtps2,
];

fn only(genome: &Genome, loci: &[Locus]) -> Genome {
    let [egg, sperm] = genome.haplotypes().map(|strand| {
        let bits = |gamete: Gamete, locus: &Locus| gamete.with(*locus, strand.allele(*locus));
        loci.iter().fold(Gamete::default(), bits)
    });
    Genome::of(egg, sperm, genome.sex())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn probabilities_sum_to_exactly_one(sire in any_genome(Sex::Male, 40), dam in any_genome(Sex::Female, 40)) {
        let (sire, dam) = (Parent::from(&sire), Parent::from(&dam));
        let mating = predict(&sire, &dam).unwrap();
        prop_assert!(mating.is_exact());
        let born = mating.born_alive();
        if born != Chance::NEVER {
            prop_assert_eq!(sum(mating.coats().map(|it| it.1.live)), Chance::ALWAYS);
        }
        prop_assert_eq!(sum(mating.coats().map(|it| it.1.conceived)), born);
        prop_assert_eq!(sum(mating.lost().map(|it| it.1).chain([born])), Chance::ALWAYS);
        for locus in Locus::ALL {
            let table = mating.by_locus(*locus);
            prop_assert_eq!(sum(table.iter().map(|it| it.1.conceived)), Chance::ALWAYS);
        }
    }

    #[test]
    fn the_joint_odds_agree_with_the_table_of_each_locus(sire in any_genome(Sex::Male, 20), dam in any_genome(Sex::Female, 20)) {
        let (sire, dam) = (Parent::from(&sire), Parent::from(&dam));
        let mating = predict(&sire, &dam).unwrap();
        // Dun shows whatever else does, but on an all-white horse, where nobody sees it: so ask without KIT and frame.
        let shows = |it: Phenotype| !it.is_all_white();
        let table = mating.by_locus(Locus::Tbx3);
        let dun = Locus::Tbx3.allele("D").unwrap();
        let expected = sum(table.iter().filter(|it| it.0.has(dun)).map(|it| it.1.live));
        let joint = mating.grouped(|it| (shows(it), it.dun() == rules::genetics::coat::Dun::Dun));
        let of = |key| joint.iter().find(|it| it.0 == key).map_or(Chance::NEVER, |it| it.1.live);
        let (with, without) = (of((true, true)), of((true, false)));
        let shown = sum([with, without].into_iter());
        // with / shown = expected, since TBX3 is linked to nothing.
        prop_assert_eq!(
            Chance::new(with.weight(), with.of()),
            Chance::new(shown.weight() * expected.weight(), shown.of() * expected.of())
        );
    }

    #[test]
    fn the_order_of_parents_and_of_strands_does_not_matter(sire in any_genome(Sex::Male, 30), dam in any_genome(Sex::Female, 30)) {
        let [one, other] = dam.haplotypes();
        let turned = Parent::from(&Genome::of(other, one, Sex::Female));
        let (sire, dam) = (Parent::from(&sire), Parent::from(&dam));
        let told = |mating: Mating| (mating.coats().collect::<Vec<_>>(), mating.lost().collect::<Vec<_>>());
        prop_assert_eq!(
            told(predict(&sire, &dam).unwrap()),
            told(predict(&turned, &sire).unwrap())
        );
    }

    #[test]
    fn the_fold_equals_counting_every_egg_with_every_sperm(sire in any_genome(Sex::Male, 90), dam in any_genome(Sex::Female, 90)) {
        let (sire, dam) = (only(&sire, &SMALL), only(&dam, &SMALL));
        let mut looks: BTreeMap<Phenotype, f64> = BTreeMap::new();
        let mut lost: BTreeMap<Loss, f64> = BTreeMap::new();
        for (egg, weight) in gametes(&dam, &SMALL) {
            for (sperm, times) in gametes(&sire, &SMALL) {
                for sex in Sex::ALL {
                    let foal = Genome::of(egg, sperm, *sex);
                    let share = weight * times / 2.0;
                    match viability(&foal) {
                        Ok(()) => *looks.entry(Phenotype::of(&foal)).or_default() += share,
                        Err(loss) => *lost.entry(loss).or_default() += share,
                    }
                }
            }
        }
        looks.retain(|_, share| *share > 0.0);
        lost.retain(|_, share| *share > 0.0);
        let (sire, dam) = (Parent::from(&sire), Parent::from(&dam));
        let mating = predict(&sire, &dam).unwrap();
        prop_assert_eq!(mating.looks(), looks.len());
        for ((look, odds), (expected, share)) in mating.coats().zip(&looks) {
            prop_assert_eq!(look, *expected);
            prop_assert!((as_f64(odds.conceived) - share).abs() < 1e-12);
        }
        for ((loss, chance), (expected, share)) in mating.lost().zip(&lost) {
            prop_assert_eq!(loss, *expected);
            prop_assert!((as_f64(chance) - share).abs() < 1e-12);
        }
    }
}

/// Upper quantiles of chi-square at 0.9999 by Wilson and Hilferty's cube (PNAS 17:684, 1931); 3.719 is the normal quantile.
fn critical(degrees: usize) -> f64 {
    let ninth = 2.0 / (9.0 * degrees as f64);
    degrees as f64 * (1.0 - ninth + 3.719 * ninth.sqrt()).powi(3)
}

/// Births by meiosis against the prediction: looks and losses, those that are expected less than ten times together.
fn births_agree(sire_text: &str, dam_text: &str, births: u32, key: u8) {
    let stallion = Genome::parse(sire_text, Sex::Male).unwrap();
    let mare = Genome::parse(dam_text, Sex::Female).unwrap();
    let (sire, dam) = (Parent::from(&stallion), Parent::from(&mare));
    let mating = predict(&sire, &dam).unwrap();
    let mut counted: BTreeMap<Result<Phenotype, Loss>, u32> = BTreeMap::new();
    let mut dice = Dice::from_key([key; 32]);
    for _ in 0..births {
        let (egg, sperm) = (
            meiosis::gamete(&mare, &mut dice),
            meiosis::gamete(&stallion, &mut dice),
        );
        let sex = Sex::ALL[dice.below(2) as usize];
        let foal = Genome::of(egg, sperm, sex);
        let fate = viability(&foal).map(|()| Phenotype::of(&foal));
        *counted.entry(fate).or_default() += 1;
    }
    let live = mating.coats().map(|it| (Ok(it.0), it.1.conceived));
    let expected: BTreeMap<_, _> = live
        .chain(mating.lost().map(|it| (Err(it.0), it.1)))
        .collect();
    assert!(
        counted.keys().all(|it| expected.contains_key(it)),
        "a birth that was not predicted"
    );
    let (mut square, mut cells) = (0.0, 0);
    let (mut rare, mut rare_expected) = (0.0, 0.0);
    let mut add = |count: f64, expected: f64| {
        square += (count - expected).powi(2) / expected;
        cells += 1;
    };
    for (fate, chance) in &expected {
        let count = f64::from(counted.get(fate).copied().unwrap_or(0));
        let expected = as_f64(*chance) * f64::from(births);
        if expected < 10.0 {
            (rare, rare_expected) = (rare + count, rare_expected + expected);
        } else {
            add(count, expected);
        }
    }
    if rare_expected >= 10.0 {
        add(rare, rare_expected);
    }
    assert!(
        square < critical(cells - 1),
        "{sire_text} x {dam_text}: {square} over {cells} cells"
    );
}

#[test]
fn a_million_births_agree_with_the_prediction() {
    births_agree(
        "MC1R=E|e KIT=TO|n ASIP=A/a SLC45A2=N/Cr EDNRB=n/O FLAXEN=F/f MBTPS2=BR1/Y",
        "MC1R=E|e KIT=n|W20 ASIP=A/a SLC45A2=N/Cr EDNRB=n/O FLAXEN=F/f MBTPS2=N/BR1",
        1_000_000,
        1,
    );
}

#[test]
fn births_of_linked_leopards_and_curls_agree_with_the_prediction() {
    births_agree(
        "TRPM1=lp|LP MYO5A=LFS|N SLC24A5=TE1|TE2 RFWD3=n|PATN1 MC1R=e|E KIT=Rn|SB1 KRT25=N|Cu SP6=Cu|N",
        "ACAN=N|D1 TRPM1=LP|lp SLC24A5=N|TE1 MC1R=E|ea KIT=n|W5 RFWD3=PATN1|n PAX3=N|SW2 PMEL=Z|N SP6=N/Cu",
        1_000_000,
        2,
    );
}

#[test]
fn births_where_homozygotes_are_lost_agree_with_the_prediction() {
    births_agree(
        "ACAN=D1|N MYO5A=N|LFS PLOD1=N/WFFS KIT=W5/n PRKDC=N/SCID EDNRB=n/O GBE1=N/GBED",
        "ACAN=N|D2 MYO5A=LFS|N PLOD1=N/WFFS KIT=W5/W20 PRKDC=N/SCID EDNRB=n/O GBE1=N/GBED",
        1_000_000,
        3,
    );
}

#[test]
fn of_a_million_conceptions_of_two_carriers_two_thirds_of_the_living_are_frame() {
    let carrier = |sex| Genome::parse("EDNRB=n/O", sex).unwrap();
    let (mare, stallion) = (carrier(Sex::Female), carrier(Sex::Male));
    let frame = Pair::of(
        Locus::Ednrb.allele("n").unwrap(),
        Locus::Ednrb.allele("O").unwrap(),
    );
    let (mut live, mut frames) = (0_u32, 0_u32);
    let mut dice = Dice::from_key([4; 32]);
    for _ in 0..1_000_000 {
        let foal = Genome::of(
            meiosis::gamete(&mare, &mut dice),
            meiosis::gamete(&stallion, &mut dice),
            Sex::Female,
        );
        if viability(&foal).is_ok() {
            live += 1;
            frames += u32::from(foal.pair(Locus::Ednrb) == frame);
        }
    }
    // Five standard deviations of the share: sqrt(2/9 / 750,000) = 0.00054.
    let share = f64::from(frames) / f64::from(live);
    assert!((share - 2.0 / 3.0).abs() < 0.0027, "{share}");
}
