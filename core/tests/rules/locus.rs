//! The loci as data: complete, consistent, and each with its source.

use std::collections::BTreeSet;

use rules::Refusal;
use rules::genetics::{Allele, Chromosome, Dominance, Locus, Pair, Viability};

fn pairs(locus: Locus) -> impl Iterator<Item = Pair> {
    let above = move |one: Allele| locus.alleles().filter(move |other| one <= *other);
    locus
        .alleles()
        .flat_map(move |one| above(one).map(move |other| Pair::of(one, other)))
}

#[test]
fn every_locus_has_its_alleles_their_dominance_and_a_source() {
    for locus in Locus::ALL.iter().copied() {
        let facts = locus.facts();
        assert!((2..=64).contains(&facts.alleles.len()), "{locus}");
        assert_eq!(facts.dominance.len(), facts.alleles.len() - 1, "{locus}");
        let symbols: BTreeSet<_> = facts.alleles.iter().collect();
        assert_eq!(
            symbols.len(),
            facts.alleles.len(),
            "{locus} has an allele twice"
        );
        assert!(
            locus.source().len() > 15 && locus.about().ends_with('.'),
            "{locus}"
        );
        assert_eq!(locus.as_str().parse(), Ok(locus));
    }
}

#[test]
fn an_allele_is_known_by_its_exact_symbol_alone() {
    for locus in Locus::ALL.iter().copied() {
        for allele in locus.alleles() {
            assert_eq!(locus.allele(locus.symbol(allele)), Ok(allele));
        }
        for wrong in ["", "?", "e ", "Y"] {
            assert_eq!(locus.allele(wrong), Err(Refusal::UnknownAllele { locus }));
        }
    }
}

/// The genotypes that no living horse has, by locus, and those of which that is only feared.
#[test]
fn what_is_lethal_is_exactly_what_is_published_and_each_has_its_source() {
    let mut lethal = BTreeSet::new();
    let mut suspected = BTreeSet::new();
    for locus in Locus::ALL.iter().copied() {
        for pair in pairs(locus) {
            let text = format!("{locus}={}", locus.pair_text(pair));
            assert_eq!(
                locus.viability(pair).is_some(),
                locus.viability_source(pair).is_some(),
                "{text}"
            );
            match locus.viability(pair) {
                Some(Viability::Lethal) => lethal.insert(text),
                Some(Viability::Suspected) => suspected.insert(text),
                None => false,
            };
        }
    }
    let published = [
        "ACAN=D1/D1",
        "ACAN=D1/D2",
        "ACAN=D1/D3",
        "ACAN=D1/D4",
        "EDNRB=O/O",
        "GBE1=GBED/GBED",
        "KIT=W10/W10",
        "KIT=W13/W13",
        "KIT=W22/W22",
        "KIT=W5/W5",
        "MYO5A=LFS/LFS",
        "PLOD1=WFFS/WFFS",
        "PRKDC=SCID/SCID",
    ];
    assert_eq!(lethal, published.map(String::from).into());
    assert_eq!(suspected, ["MITF=SW3/SW3"].map(String::from).into());
}

/// Homozygotes of which old books said that they die, and compound ones that look like them: all of them live.
#[test]
fn what_lives_is_never_called_lethal() {
    for text in [
        "KIT=W20/W20",
        "KIT=SB1/SB1",
        "KIT=Rn/Rn",
        "KIT=TO/TO",
        "KIT=W5/W20",
        "KIT=W20/W22",
        "KIT=W5/W10",
        "MITF=SW1/SW1",
        "PAX3=SW2/SW2",
        "TRPM1=LP/LP",
        "PMEL=Z/Z",
        "STX17=G3/G3",
        "ACAN=D2/D3",
        "SLC45A2=Cr/Cr",
        "SCN4A=H/H",
        "TOE1=CA/CA",
    ] {
        let (gene, pair) = text.split_once('=').unwrap();
        let locus: Locus = gene.parse().unwrap();
        assert_eq!(
            locus.viability(locus.parse_pair(pair).unwrap()),
            None,
            "{text}"
        );
    }
}

/// UC Davis VGL's list of tests: what no laboratory sells is only ever inferred.
#[test]
fn what_no_laboratory_tests_is_marked() {
    let untested = Locus::ALL.iter().filter(|it| !it.facts().is_tested);
    let names: Vec<&str> = untested.map(|it| it.as_str()).collect();
    assert_eq!(names, ["FLAXEN", "SOOTY", "PANGARE", "RABICANO"]);
}

#[test]
fn the_loci_of_a_chromosome_stand_together_in_their_order_on_it() {
    let mut left = BTreeSet::new();
    for two in Locus::ALL.windows(2) {
        let [one, next] = [two[0], two[1]];
        let chromosomes = [one, next].map(|it| it.facts().chromosome);
        if chromosomes[0] == chromosomes[1] && chromosomes[0] != Chromosome::Unmapped {
            assert!(one.megabases() < next.megabases(), "{one}, {next}");
        } else {
            assert!(
                left.insert(format!("{one}"))
                    && one.facts().to_next == rules::genetics::Recombination::FREE
            );
        }
    }
    let mut seen = Vec::new();
    for locus in Locus::ALL {
        let chromosome = locus.facts().chromosome;
        if chromosome != Chromosome::Unmapped && seen.last() != Some(&chromosome) {
            assert!(!seen.contains(&chromosome), "{locus}");
            seen.push(chromosome);
        }
    }
}

/// Haldane's function of the distance at one centimorgan a megabase, but for MC1R and KIT, which families measured.
#[test]
fn recombination_fractions_follow_the_distance_or_a_measurement() {
    let mut linked = 0;
    for two in Locus::ALL.windows(2) {
        let Some(source) = two[0].crossing_source() else {
            continue;
        };
        linked += 1;
        let crossing = two[0].facts().to_next;
        let fraction = f64::from(crossing.recombinants) / f64::from(crossing.among);
        let [from, to] = [two[0], two[1]].map(|it| f64::from(it.megabases().unwrap()));
        let expected = (1.0 - (-2.0 * (to - from) / 100.0_f64).exp()) / 2.0;
        if two[0] == Locus::Mc1r {
            assert!(source.contains("measured"));
            assert_eq!((crossing.recombinants, crossing.among), (3, 50));
        } else {
            assert!(source.contains("estimated"));
            assert!(
                (fraction - expected).abs() < 0.021,
                "{}: {fraction}, {expected:.3}",
                two[0]
            );
        }
    }
    assert_eq!(linked, 16);
}

/// Two copies of a gene's alleles are all that a horse has: KIT's white patterns are alleles of one locus.
#[test]
fn the_kit_series_is_one_locus() {
    let symbols = Locus::Kit.facts().alleles;
    let series = (1..=35).filter(|it| *it != 29).map(|it| format!("W{it}"));
    let all: Vec<String> = ["n", "TO", "Rn", "SB1"]
        .map(String::from)
        .into_iter()
        .chain(series)
        .collect();
    assert_eq!(symbols, all);
    let dominant = |symbol: &str| Locus::Kit.dominance(Locus::Kit.allele(symbol).unwrap());
    assert_eq!(dominant("TO"), Dominance::Dominant);
    assert_eq!(dominant("W20"), Dominance::Incomplete);
}
