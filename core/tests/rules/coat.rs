//! Coats: the table of facts, what phenotypes are, names, markings, the public document.

use crate::coat_facts::{FACTS, Is};
use crate::genome::any_genome;
use proptest::prelude::*;
use rules::breed::BREEDS;
use rules::dice::Dice;
use rules::genetics::coat::{
    Coat, Face, LegWhite, Markings, Phenotype, Spotting, markings, warnings,
};
use rules::genetics::{Genome, Genotype, Locus, Pair, document, meiosis, viability};
use rules::horse::Sex;

fn genome(text: &str) -> Genome {
    let sex = if text.contains("/Y") {
        Sex::Male
    } else {
        Sex::Female
    };
    // What is seen does not depend on the phase.
    let read = Genotype::parse(text, sex).unwrap_or_else(|wrong| panic!("{text}: {wrong}"));
    *read.genome()
}

fn coat(text: &str) -> Coat {
    Coat::of(&genome(text), 0, None)
}

fn dice(seed: u8) -> Dice {
    Dice::from_key([seed; 32])
}

/// Does it hold of the genotype?
fn holds(text: &str, said: Is) -> bool {
    let genome = genome(text);
    let coat = Coat::of(&genome, 0, None);
    let warned = |locus: &str| {
        let all = warnings(&genome);
        all.into_iter().find(|it| it.locus.as_str() == locus)
    };
    match said {
        Is::Name(name) => coat.name == name,
        Is::Alias(alias) => coat.phenotype.aliases().iter().any(|it| it == alias),
        Is::Said(words) => coat.description.contains(words),
        Is::Eyes(eyes) => coat.eyes.as_str() == eyes,
        Is::Hair(hair) => coat.hair.as_str() == hair,
        Is::At(age, name) => coat.shown_at(age) == name,
        Is::Warned(locus, words) => warned(locus)
            .is_some_and(|it| it.sentence.to_lowercase().contains(words) && it.source.len() > 10),
        Is::Healthy(locus) => warned(locus).is_none(),
        Is::Lost(locus) => viability(&genome).is_err_and(|loss| loss.locus.as_str() == locus),
        Is::MoreWhite => {
            let without = markings(&self::genome(""), 400, None);
            let with = markings(&genome, 400, None);
            let (less, more) = (white(&without), white(&with));
            less.iter().zip(&more).all(|(less, more)| less < more)
        }
    }
}

/// Face and legs as numbers that grow with the white.
fn white(markings: &Markings) -> [usize; 5] {
    let face = |it: Face| Face::ALL.iter().position(|at| *at == it).unwrap();
    let leg = |it: LegWhite| LegWhite::ALL.iter().position(|at| *at == it).unwrap();
    let legs = markings.legs;
    [
        face(markings.face),
        leg(legs.fore_left),
        leg(legs.fore_right),
        leg(legs.hind_left),
        leg(legs.hind_right),
    ]
}

#[test]
fn every_fact_of_the_table_holds() {
    let wrong: Vec<String> = FACTS
        .iter()
        .filter(|(text, said, _)| !holds(text, *said))
        .map(|(text, said, source)| {
            let coat = coat(text);
            format!(
                "{text}: {said:?} ({source}), not {}: {}",
                coat.name, coat.description
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(FACTS.len() >= 150, "{} facts", FACTS.len());
    let twice = FACTS.iter().enumerate().find(|(at, fact)| {
        let same = |it: &&(&str, Is, &str)| {
            it.0 == fact.0 && format!("{:?}", it.1) == format!("{:?}", fact.1)
        };
        FACTS.iter().take(*at).any(|it| same(&it))
    });
    assert!(twice.is_none(), "{twice:?}");
}

/// The genome with other alleles at a locus.
fn with_pair(genome: &Genome, locus: Locus, pair: Pair) -> Genome {
    let [one, other] = genome.haplotypes();
    let mut alleles = pair.alleles();
    let first = alleles.next().unwrap();
    let second = alleles.next().unwrap_or(first);
    Genome::of(
        one.with(locus, first),
        other.with(locus, second),
        genome.sex(),
    )
}

/// Genomes in which three alleles in four are wild type, so that little hides the rest.
fn likely_genome() -> impl Strategy<Value = Genome> {
    any::<[u8; 32]>().prop_map(|key| {
        let mut dice = Dice::from_key(key);
        let mut haplotype = || {
            Locus::ALL
                .iter()
                .fold(meiosis::Gamete::default(), |gamete, locus| {
                    let alleles: Vec<_> = locus.alleles().collect();
                    let any = dice.below(alleles.len() as u32) as usize;
                    let drawn = if dice.below(4) == 0 { any } else { 0 };
                    gamete.with(*locus, alleles[drawn])
                })
        };
        let (egg, sperm) = (haplotype(), haplotype());
        let sex = if dice.below(2) == 0 {
            Sex::Male
        } else {
            Sex::Female
        };
        Genome::of(egg, sperm, sex)
    })
}

/// Every pair of alleles that a horse of a sex can have at a locus.
fn pairs(locus: Locus, sex: Sex) -> Vec<Pair> {
    let alleles: Vec<_> = locus.alleles().collect();
    if sex == Sex::Male && locus.is_x_linked() {
        return alleles.into_iter().map(Pair::hemizygous).collect();
    }
    let of = |one: usize| alleles[one..].iter().map(move |other| (one, *other));
    (0..alleles.len())
        .flat_map(of)
        .map(|(one, other)| Pair::of(alleles[one], other))
        .collect()
}

#[test]
fn a_horse_has_two_haplotypes_at_kit_and_shows_no_more() {
    for pair in pairs(Locus::Kit, Sex::Female) {
        let seen = Phenotype::START.express(Locus::Kit, pair).kit();
        let patterns = [seen.tobiano, seen.roan, seen.spotting != Spotting::None];
        let shown = patterns.into_iter().filter(|it| *it).count();
        assert!(shown <= 2, "{}", Locus::Kit.pair_text(pair));
    }
}

#[test]
fn every_white_that_kills_in_two_copies_shows_or_marks_in_one() {
    for symbol in ["W5", "W10", "W13", "W22"] {
        let carrier = coat(&format!("KIT=n/{symbol}"));
        assert!(!carrier.pattern.is_empty(), "{symbol}");
    }
}

#[test]
fn an_all_white_horse_says_nothing_of_what_lies_beneath() {
    let plain = coat("KIT=n/W2");
    let decked = coat("MC1R=e/e SLC45A2=Cr/Cr KIT=n/W2 TRPM1=LP/LP STX17=G3/G3 EDNRB=n/O");
    assert_eq!(plain, decked);
    assert_eq!(plain.base, None);
    assert_eq!(plain.face, Face::None);
}

#[test]
fn a_word_that_no_horse_shows_is_refused() {
    let bay = Phenotype::of(&genome(""));
    let silver_chestnut = Phenotype::of(&genome("MC1R=e/e")).code()
        | (Phenotype::of(&genome("PMEL=N/Z")).code() ^ bay.code());
    for wrong in [0, silver_chestnut, bay.code() | 1 << 35, u64::MAX] {
        assert_eq!(Phenotype::from_code(wrong), None, "{wrong:b}");
    }
    assert_eq!(Phenotype::from_code(bay.code()), Some(bay));
}

#[test]
fn the_markings_are_the_same_with_the_same_dice() {
    let bay = genome("");
    let one = markings(&bay, 900, Some(&mut dice(1)));
    assert_eq!(one, markings(&bay, 900, Some(&mut dice(1))));
    // The golden markings of this key: nothing of the draws may move.
    assert_eq!(white(&one), GOLDEN_MARKINGS);
}

const GOLDEN_MARKINGS: [usize; 5] = [3, 1, 2, 3, 3];

#[test]
fn what_a_coat_draws_does_not_depend_on_the_genome() {
    let left = |text: &str| {
        let mut dice = dice(2);
        let _ = Coat::of(&genome(text), 300, Some(&mut dice));
        dice.bits64()
    };
    let bay = left("");
    for text in ["KIT=n/W2", "MC1R=e/e", "MITF=SW1/SW1", "SLC45A2=Cr/Cr"] {
        assert_eq!(left(text), bay, "{text}");
    }
}

#[test]
fn founders_have_the_white_that_studbooks_show() {
    // More than half of all chestnuts and fewer than half of all blacks have white on the face.
    let mut dice = dice(3);
    let share = |text: &str, dice: &mut Dice| {
        let genome = genome(text);
        let mut with_white = 0;
        for _ in 0..2_000 {
            let score = 200 * dice.deviate() + 150 * dice.deviate();
            let drawn = markings(&genome, score, Some(dice));
            with_white += u32::from(drawn.face != Face::None);
        }
        with_white / 20
    };
    let chestnut = share("MC1R=e/e", &mut dice);
    let bay = share("", &mut dice);
    let black = share("ASIP=a/a", &mut dice);
    assert!((60..75).contains(&chestnut), "{chestnut} %");
    assert!((42..56).contains(&bay), "{bay} %");
    assert!((30..45).contains(&black), "{black} %");
}

#[test]
fn a_snip_stands_in_a_stars_place_one_time_in_four() {
    let (mut snips, mut stars) = (0, 0);
    let mut dice = dice(4);
    for _ in 0..2_000 {
        match markings(&genome(""), 300, Some(&mut dice)).face {
            Face::Snip => snips += 1,
            Face::Star => stars += 1,
            _ => {}
        }
    }
    let share = snips * 100 / (snips + stars);
    assert!((22..29).contains(&share), "{share} %");
}

#[test]
fn white_that_reaches_the_eyes_makes_them_blue_one_time_in_four() {
    let mut dice = dice(5);
    let mut count = |text: &str, eyes: &str| {
        let genome = genome(text);
        (0..1_000)
            .filter(|_| Coat::of(&genome, 0, Some(&mut dice)).eyes.as_str() == eyes)
            .count()
    };
    assert!((200..300).contains(&count("MITF=N/SW1", "blue")));
    assert!((200..300).contains(&count("EDNRB=n/O", "one blue")));
    assert_eq!(count("MITF=SW1/SW1", "blue"), 1_000);
    assert_eq!(count("", "brown"), 1_000);
}

#[test]
fn the_document_says_what_is_seen_and_what_can_be_handed_on() {
    let text = "MC1R=E/e ASIP=A/a SLC45A2=N/Cr LCORL=T/C";
    let document = document(&genome(text), &coat(text), 164);
    assert_eq!(document.check(), Ok(()));
    assert_eq!(document.dominant_alleles.coat_color, "bay");
    assert_eq!(document.recessive_alleles.coat_color, "chestnut");
    assert_eq!(document.dominant_alleles.size, "medium");
    assert_eq!(document.recessive_alleles.size, "large");
    let loci: Vec<String> = document
        .loci
        .iter()
        .map(|(locus, pair)| format!("{locus}={pair}"))
        .collect();
    assert_eq!(loci, ["ASIP=A/a", "LCORL=T/C", "MC1R=E/e", "SLC45A2=N/Cr"]);
    let carried = |text: &str| {
        let document = self::document(&genome(text), &coat(text), 150);
        let (shown, carried) = (document.dominant_alleles, document.recessive_alleles);
        (shown.coat_color, carried.coat_color)
    };
    let words = |shown: &str, carried: &str| (shown.to_owned(), carried.to_owned());
    assert_eq!(carried("ASIP=A/a"), words("bay", "black"));
    assert_eq!(carried(""), words("bay", "bay"));
    assert_eq!(carried("ASIP=a/a"), words("black", "black"));
    assert_eq!(carried("MC1R=e/ea ASIP=A/a"), words("chestnut", "chestnut"));
    // White hides the base colour; the document is about alleles.
    assert_eq!(carried("MC1R=E/e KIT=n/W2"), words("bay", "chestnut"));
}

#[test]
fn every_founder_of_every_breed_lives_and_has_a_coat() {
    let mut dice = dice(6);
    for breed in BREEDS {
        let frequencies = breed.frequencies();
        for _ in 0..40 {
            let founder = Genome::found(&frequencies, Sex::Male, &mut dice);
            assert_eq!(viability(&founder), Ok(()), "{}", breed.name);
            let coat = Coat::of(&founder, 0, Some(&mut dice));
            assert!(!coat.phenotype.is_lethal_white(), "{}", breed.name);
            assert_eq!(coat.base.is_none(), coat.phenotype.is_all_white());
        }
    }
}

#[cfg(feature = "serde")]
#[test]
fn the_public_document_is_read_back_and_takes_nothing_else() {
    let coat = coat("MC1R=e/e SLC45A2=N/Cr KIT=n/TO MITF=N/SW1");
    let mut json = serde_json::to_value(&coat).unwrap();
    assert_eq!(json["name"], "palomino tobiano splashed white");
    assert_eq!(json["base"], "chestnut");
    assert_eq!(
        json["pattern"],
        serde_json::json!(["tobiano", "splashed white"])
    );
    assert_eq!(json["phenotype"], coat.phenotype.code());
    assert_eq!(serde_json::from_value::<Coat>(json.clone()).unwrap(), coat);
    json["genotype"] = "KIT=n/TO".into();
    assert!(serde_json::from_value::<Coat>(json.clone()).is_err());
    let object = json.as_object_mut().unwrap();
    object.remove("genotype");
    object.insert("phenotype".into(), 0.into());
    assert!(serde_json::from_value::<Coat>(json).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_order_of_expression_does_not_matter(genome in likely_genome(), key in any::<[u8; 32]>()) {
        let mut dice = Dice::from_key(key);
        let mut loci = Phenotype::LOCI.to_vec();
        for at in (1..loci.len()).rev() {
            loci.swap(at, dice.below(at as u32 + 1) as usize);
        }
        let folded = loci.into_iter().fold(Phenotype::START, |so_far, locus| {
            so_far.express(locus, genome.pair(locus))
        });
        prop_assert_eq!(folded, Phenotype::of(&genome));
    }

    #[test]
    fn one_locus_changes_the_phenotype_exactly_where_it_is_not_compatible(
        genome in likely_genome(),
        other in likely_genome(),
    ) {
        let seen = Phenotype::of(&genome);
        for locus in Locus::ALL.iter().copied() {
            prop_assert!(seen.is_compatible(locus, genome.pair(locus)), "{}", locus);
            let turned = with_pair(&genome, locus, other.pair(locus));
            let is_same = Phenotype::of(&turned) == seen;
            prop_assert_eq!(seen.is_compatible(locus, turned.pair(locus)), is_same, "{}", locus);
        }
    }

    #[test]
    fn whatever_is_compatible_at_every_locus_gives_the_phenotype(
        genome in likely_genome(),
        key in any::<[u8; 32]>(),
    ) {
        let seen = Phenotype::of(&genome);
        let mut dice = Dice::from_key(key);
        let mut turned = genome;
        for locus in Locus::ALL.iter().copied() {
            let mut may = pairs(locus, genome.sex());
            may.retain(|pair| seen.is_compatible(locus, *pair));
            let drawn = may[dice.below(may.len() as u32) as usize];
            turned = with_pair(&turned, locus, drawn);
        }
        prop_assert_eq!(Phenotype::of(&turned), seen);
    }

    #[test]
    fn every_word_that_is_read_is_a_horse(genome in any_genome(), mask in 0_u64..1 << 35, thin in any::<u64>()) {
        let seen = Phenotype::of(&genome);
        prop_assert_eq!(Phenotype::from_code(seen.code()), Some(seen));
        let turned = seen.code() ^ (mask & thin & thin.rotate_left(17));
        if let Some(read) = Phenotype::from_code(turned) {
            let mut horse = Genome::parse("", Sex::Female).unwrap();
            for locus in Phenotype::LOCI {
                let may = pairs(locus, Sex::Female).into_iter().find(|it| read.is_compatible(locus, *it));
                prop_assert!(may.is_some(), "{} of {}", locus, read.name());
                horse = with_pair(&horse, locus, may.unwrap());
            }
            prop_assert_eq!(Phenotype::of(&horse), read);
        }
    }

    #[test]
    fn two_reds_are_chestnut_whatever_agouti_and_silver_say(genome in likely_genome(), reds in 0..3_u8) {
        let red = Locus::Mc1r.parse_pair(["e/e", "e/ea", "ea/ea"][usize::from(reds)]).unwrap();
        let chestnut = with_pair(&genome, Locus::Mc1r, red);
        let seen = Phenotype::of(&chestnut);
        for locus in [Locus::Asip, Locus::Pmel] {
            for pair in pairs(locus, genome.sex()) {
                let turned = Phenotype::of(&with_pair(&chestnut, locus, pair));
                prop_assert_eq!(turned, seen);
                prop_assert_eq!(turned.name(), seen.name());
            }
        }
        let coat = Coat::of(&chestnut, 0, None);
        prop_assert!(coat.base.is_none_or(|it| it.as_str() == "chestnut"));
    }

    #[test]
    fn every_horse_has_a_name_and_documents_that_the_database_takes(genome in any_genome(), white in -8_000..8_000_i32, seed in any::<u8>()) {
        let coat = Coat::of(&genome, white, Some(&mut dice(seed)));
        for name in [coat.name.clone(), coat.shown_at(0), coat.shown_at(9), coat.shown_at(30)] {
            prop_assert!((3..=200).contains(&name.len()), "{}", name);
            prop_assert!(!name.contains("  ") && name.trim() == name, "{}", name);
        }
        prop_assert!(coat.description.len() < 1_500, "{}", coat.description);
        let document = document(&genome, &coat, 150);
        prop_assert_eq!(document.check(), Ok(()));
        for warning in warnings(&genome) {
            prop_assert!(!genome.pair(warning.locus).is_wild());
        }
    }

    #[test]
    fn more_white_is_never_less(genome in likely_genome(), score in -3_000..5_000_i32, more in 0..3_000_i32) {
        let (one, other) = (markings(&genome, score, None), markings(&genome, score + more, None));
        prop_assert!(white(&one).iter().zip(white(&other)).all(|(less, more)| *less <= more));
    }
}
