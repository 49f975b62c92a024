//! Allele frequencies: what is refused, and what every breed has.

use std::collections::BTreeSet;

use rules::Refusal;
use rules::breed::{BREEDS, CROSSBRED, by_name};
use rules::genetics::{Allele, Frequencies, Locus, Pair, Viability};

/// The frequency of an allele in a breed, in basis points.
fn bp(breed: &str, locus: Locus, symbol: &str) -> u16 {
    let weights = by_name(breed).unwrap().frequencies().weights(locus);
    weights[usize::from(locus.allele(symbol).unwrap().index())]
}

/// How often a conception is lost where the alleles of a breed pair at random.
fn lost(frequencies: &Frequencies) -> f64 {
    let mut lives = 1.0;
    for locus in Locus::ALL.iter().copied() {
        let weights = frequencies.weights(locus);
        let of = |allele: Allele| f64::from(weights[usize::from(allele.index())]) / 10_000.0;
        let pairs = locus
            .alleles()
            .flat_map(|one| locus.alleles().map(move |other| (one, other)));
        let lethal = pairs.filter(|(one, other)| {
            locus.viability(Pair::of(*one, *other)) == Some(Viability::Lethal)
        });
        lives *= 1.0 - lethal.map(|(one, other)| of(one) * of(other)).sum::<f64>();
    }
    1.0 - lives
}

#[test]
fn the_wild_type_has_what_the_others_leave() {
    let cream = (Locus::Slc45a2, Locus::Slc45a2.allele("Cr").unwrap(), 1_500);
    let pearl = (Locus::Slc45a2, Locus::Slc45a2.allele("Prl").unwrap(), 500);
    let one = Frequencies::new([cream, pearl]).unwrap();
    assert_eq!(one, Frequencies::new([pearl, cream]).unwrap());
    assert_eq!(one.weights(Locus::Slc45a2), [8_000, 1_500, 500, 0, 0]);
    assert_eq!(one.weights(Locus::Mc1r), [10_000, 0, 0]);
}

#[test]
fn more_than_the_whole_the_wild_type_and_an_allele_twice_are_refused() {
    let wrong = Err(Refusal::Unknown {
        field: "allele_frequencies",
    });
    let [e, ea] = ["e", "ea"].map(|it| Locus::Mc1r.allele(it).unwrap());
    assert_eq!(Frequencies::new([(Locus::Mc1r, e, 10_001)]), wrong);
    assert_eq!(
        Frequencies::new([(Locus::Mc1r, e, 9_000), (Locus::Mc1r, ea, 1_001)]),
        wrong
    );
    assert_eq!(
        Frequencies::new([(Locus::Mc1r, e, 5), (Locus::Mc1r, e, 5)]),
        wrong
    );
    assert_eq!(Frequencies::new([(Locus::Mc1r, Allele::WILD, 5)]), wrong);
    assert!(Frequencies::new([(Locus::Mc1r, e, 9_000), (Locus::Mc1r, ea, 1_000)]).is_ok());
}

#[test]
fn a_breed_of_which_hardly_a_founder_could_live_is_refused() {
    let frame = |bp| Frequencies::new([(Locus::Ednrb, Locus::Ednrb.allele("O").unwrap(), bp)]);
    let wrong = Err(Refusal::Unknown {
        field: "allele_frequencies",
    });
    // 0.9486^2 is 0.8998 and 0.9487^2 is 0.9000.
    assert!(frame(9_486).is_ok());
    assert_eq!(frame(9_487), wrong);
    assert_eq!(frame(10_000), wrong);
    // D1 with D2, in either order: 2 x 0.7 x 0.3, beside 0.49 of D1 twice.
    let dwarfing = ["D1", "D2"].map(|it| Locus::Acan.allele(it).unwrap());
    let both = dwarfing.into_iter().zip([7_000, 3_000]);
    assert_eq!(
        Frequencies::new(both.map(|(allele, bp)| (Locus::Acan, allele, bp))),
        wrong
    );
}

#[cfg(feature = "serde")]
#[test]
fn a_list_is_a_document_and_comes_back_the_same() {
    for breed in BREEDS.iter().chain([&CROSSBRED]) {
        let frequencies = breed.frequencies();
        let document = serde_json::to_value(&frequencies).unwrap();
        assert_eq!(
            serde_json::from_value::<Frequencies>(document).unwrap(),
            frequencies
        );
    }
    let read: Frequencies = serde_json::from_str(r#"{"MC1R":{"e":2500}}"#).unwrap();
    assert_eq!(read.weights(Locus::Mc1r), [7_500, 2_500, 0]);
    for wrong in [
        r#"{"MC1R":{"x":1}}"#,
        r#"{"NONE":{"e":1}}"#,
        r#"{"MC1R":{"e":10001}}"#,
        r#"{"MC1R":{"E":1}}"#,
        "[]",
    ] {
        assert!(
            serde_json::from_str::<Frequencies>(wrong).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn no_two_breeds_have_the_same_alleles() {
    let all: BTreeSet<String> = BREEDS
        .iter()
        .chain([&CROSSBRED])
        .map(|it| format!("{:?}", it.frequencies()))
        .collect();
    assert_eq!(all.len(), BREEDS.len() + 1);
}

/// Frame of the Paint Horse is the most common lethal allele known, 0.107 (Tryon and others 2009): 1.1 % of conceptions.
#[test]
fn few_conceptions_are_lost_in_any_breed() {
    for breed in BREEDS.iter().chain([&CROSSBRED]) {
        let share = lost(&breed.frequencies());
        assert!(share < 0.015, "{}: {share:.4}", breed.name);
    }
    let paint = lost(&by_name("American Paint Horse").unwrap().frequencies());
    assert!((0.0114..0.0133).contains(&paint), "{paint:.4}");
}

#[test]
fn published_frequencies_are_those_of_the_founders() {
    for (breed, locus, symbol, published) in [
        ("American Quarter Horse", Locus::Scn4a, "H", 80),
        ("American Quarter Horse", Locus::Gbe1, "GBED", 540),
        ("American Quarter Horse", Locus::Ppib, "HRD", 210),
        ("American Quarter Horse", Locus::Gys1, "P1", 550),
        ("American Paint Horse", Locus::Ednrb, "O", 1_070),
        ("Arabian", Locus::Prkdc, "SCID", 420),
        ("Hanoverian", Locus::Plod1, "WFFS", 866),
        ("Oldenburg", Locus::Plod1, "WFFS", 776),
        ("Holsteiner", Locus::Plod1, "WFFS", 417),
        ("Dutch Warmblood", Locus::Plod1, "WFFS", 382),
        ("Knabstrupper", Locus::Mc1r, "ea", 350),
        ("Icelandic", Locus::Dmrt3, "A", 9_400),
        ("Morgan", Locus::Dmrt3, "A", 1_400),
        ("Clydesdale", Locus::Kit, "W20", 9_500),
        ("Gypsy Vanner", Locus::Gys1, "P1", 1_200),
        ("Noriker", Locus::Gys1, "P1", 2_100),
    ] {
        assert_eq!(
            bp(breed, locus, symbol),
            published,
            "{breed} {locus} {symbol}"
        );
    }
}

/// What the rules of a breed's registry or its history exclude.
#[test]
fn what_a_breed_bars_none_of_its_founders_has() {
    for (breed, locus, symbol) in [
        ("Friesian", Locus::Kit, "TO"),
        ("Friesian", Locus::Stx17, "G3"),
        ("Friesian", Locus::Slc45a2, "Cr"),
        ("Haflinger", Locus::Mc1r, "E"),
        ("Haflinger", Locus::Stx17, "G3"),
        ("Cleveland Bay", Locus::Stx17, "G3"),
        ("Cleveland Bay", Locus::Kit, "TO"),
        ("Arabian", Locus::Slc45a2, "Cr"),
        ("Arabian", Locus::Kit, "TO"),
        ("Arabian", Locus::Trpm1, "LP"),
        ("Arabian", Locus::Plod1, "WFFS"),
        ("Thoroughbred", Locus::Kit, "TO"),
        ("Thoroughbred", Locus::Tbx3, "D"),
        ("Thoroughbred", Locus::Trpm1, "LP"),
        ("American Quarter Horse", Locus::Trpm1, "LP"),
        ("American Quarter Horse", Locus::Kit, "TO"),
        ("Icelandic", Locus::Trpm1, "LP"),
        ("Fell Pony", Locus::Kit, "TO"),
        ("Fjord", Locus::Stx17, "G3"),
        ("Hanoverian", Locus::Kit, "TO"),
        ("Connemara Pony", Locus::Kit, "TO"),
    ] {
        assert_eq!(bp(breed, locus, symbol), 0, "{breed} {locus} {symbol}");
    }
}

/// Haflingers are chestnuts, Friesians black, Fjords dun, Lipizzaners grey, Knabstruppers spotted, Icelandics gaited.
#[test]
fn a_breeds_own_colour_is_what_most_of_it_has() {
    let shows = |often: u16| 1.0 - (1.0 - f64::from(often) / 10_000.0).powi(2);
    assert_eq!(bp("Haflinger", Locus::Mc1r, "e"), 10_000);
    assert!(bp("Friesian", Locus::Asip, "a") > 9_900 && bp("Friesian", Locus::Mc1r, "e") <= 100);
    assert!(shows(bp("Fjord", Locus::Tbx3, "D")) > 0.999);
    assert!(shows(bp("Lipizzaner", Locus::Stx17, "G3")) > 0.95);
    assert!(shows(bp("Camargue", Locus::Stx17, "G3")) > 0.99);
    assert!(shows(bp("Knabstrupper", Locus::Trpm1, "LP")) > 0.7);
    assert!(shows(bp("Gypsy Vanner", Locus::Kit, "TO")) > 0.7);
}
