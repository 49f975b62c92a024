//! Genomes: the text, the strands, meiosis.

use proptest::prelude::*;
use rules::Refusal;
use rules::dice::Dice;
use rules::genetics::{Genome, Genotype, Locus, Pair, meiosis, viability};
use rules::horse::Sex;

fn genome(text: &str) -> Genome {
    Genome::parse(text, Sex::Female).unwrap()
}

/// Any genome: two alleles of each locus, whatever they are.
pub fn any_genome() -> impl Strategy<Value = Genome> {
    (any::<[u8; 32]>(), any::<bool>()).prop_map(|(key, is_male)| {
        let mut dice = Dice::from_key(key);
        let mut haplotype = || {
            Locus::ALL
                .iter()
                .fold(meiosis::Gamete::default(), |gamete, locus| {
                    let alleles: Vec<_> = locus.alleles().collect();
                    gamete.with(*locus, alleles[dice.below(alleles.len() as u32) as usize])
                })
        };
        let sex = if is_male { Sex::Male } else { Sex::Female };
        Genome::of(haplotype(), haplotype(), sex)
    })
}

#[test]
fn the_order_of_alleles_and_of_loci_does_not_matter() {
    let one = genome("MC1R=E/e SLC45A2=N/Cr ASIP=A/a");
    let other = genome("ASIP=a/A  SLC45A2=Cr/N MC1R=e/E");
    assert_eq!(one, other);
    assert_eq!(one.to_string(), "MC1R=E/e SLC45A2=N/Cr ASIP=A/a");
}

#[test]
fn a_phase_is_written_where_there_is_one() {
    let coupled = genome("MC1R=E|e KIT=n|TO");
    let repulsed = genome("MC1R=E|e KIT=TO|n");
    assert_ne!(coupled, repulsed);
    assert_eq!(genome("MC1R=e|E KIT=TO|n"), coupled);
    // A homozygous neighbour leaves nothing to be told.
    assert_eq!(
        genome("MC1R=E|e KIT=TO|TO").to_string(),
        "MC1R=E/e KIT=TO/TO"
    );
}

#[test]
fn an_open_phase_is_both() {
    let read = Genotype::parse("MC1R=E/e KIT=n/TO", Sex::Female).unwrap();
    let mut both = [genome("MC1R=E|e KIT=n|TO"), genome("MC1R=E|e KIT=TO|n")];
    both.sort_unstable();
    assert_eq!(read.phases(), both);
    assert_eq!(
        Genome::parse("MC1R=E/e KIT=n/TO", Sex::Female),
        Err(Refusal::Unknown { field: "genotype" })
    );
}

#[test]
fn a_stallion_has_one_x_chromosome() {
    let stallion = Genome::parse("MBTPS2=BR1/Y", Sex::Male).unwrap();
    assert_eq!(stallion.to_string(), "MBTPS2=BR1/Y");
    let brindle = Locus::Mbtps2.allele("BR1").unwrap();
    assert_eq!(stallion.pair(Locus::Mbtps2), Pair::hemizygous(brindle));
    assert!(Genome::parse("MBTPS2=N/BR1", Sex::Male).is_err());
    assert!(Genome::parse("MBTPS2=BR1/Y", Sex::Female).is_err());
}

#[test]
fn what_is_not_in_the_notation_is_refused() {
    for wrong in [
        "MC1R",
        "MC1R=E",
        "MC1R=E/e/e",
        "MC1R=E/e MC1R=E/E",
        "COAT=E/e",
        "MC1R=E/x",
    ] {
        assert!(Genome::parse(wrong, Sex::Female).is_err(), "{wrong}");
    }
    assert_eq!(
        Genome::parse("MC1R=E/x", Sex::Female),
        Err(Refusal::UnknownAllele { locus: Locus::Mc1r })
    );
}

#[test]
fn lethal_pairs_are_named_and_their_carriers_live() {
    let lost = viability(&genome("EDNRB=O/O")).unwrap_err();
    assert_eq!(
        (lost.locus, lost.locus.pair_text(lost.pair)),
        (Locus::Ednrb, "O/O".to_owned())
    );
    assert_eq!(viability(&genome("EDNRB=n/O")), Ok(()));
    // Dwarfs with two of D2 to D4 live; D1 with any of them does not.
    assert!(viability(&genome("ACAN=D1/D3")).is_err());
    assert_eq!(viability(&genome("ACAN=D2/D3")), Ok(()));
    assert_eq!(viability(&genome("KIT=W20/W20")), Ok(()));
}

proptest! {
    #[test]
    fn text_and_genome_are_the_same_thing(genome in any_genome()) {
        let text = genome.to_string();
        prop_assert_eq!(Genome::parse(&text, genome.sex()), Ok(genome));
    }

    #[test]
    fn a_gamete_holds_an_allele_of_the_parent_at_every_locus(genome in any_genome(), key in any::<[u8; 32]>()) {
        let gamete = meiosis::gamete(&genome, &mut Dice::from_key(key));
        for locus in Locus::ALL {
            prop_assert!(genome.pair(*locus).has(gamete.allele(*locus)), "{}", locus);
        }
    }

    #[test]
    fn who_gave_which_strand_does_not_matter(genome in any_genome()) {
        let [one, other] = genome.haplotypes();
        if genome.sex() == Sex::Female {
            prop_assert_eq!(Genome::of(other, one, Sex::Female), genome);
        }
    }
}

#[test]
fn a_horse_heterozygous_everywhere_has_as_many_phases_as_are_stated() {
    let words: Vec<String> = Locus::ALL
        .iter()
        .map(|it| format!("{it}={}/{}", it.facts().alleles[0], it.facts().alleles[1]))
        .collect();
    let read = Genotype::parse(&words.join(" "), Sex::Female).unwrap();
    let phases = read.phases();
    assert_eq!(phases.len(), 65_536);
    assert!(phases.is_sorted_by(|one, next| one < next));
}
