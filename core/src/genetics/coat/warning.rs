//! What a genotype means for health.

use super::allele;
use crate::genetics::genome::Genome;
use crate::genetics::locus::{Allele, Locus, Pair};
use crate::genetics::viability::Viability;
use alloc::vec::Vec;

/// What a genotype means for the health of a horse or of its foals. It is nobody's to read but the owner's, after a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Warning {
    /// The locus.
    pub locus: Locus,
    /// What it means, in a sentence.
    pub sentence: &'static str,
    /// Who says so.
    pub source: &'static str,
}

/// What warns of a locus, in the order in which the first that holds is said.
enum When {
    /// A pair that cannot live.
    Lethal,
    /// A pair that may not be able to.
    Suspected,
    /// Two alleles that are not wild type.
    Two,
    /// One or two.
    Any,
    /// One or two of these alleles.
    Of(&'static [Allele]),
}

const DEAF: &[Allele] = &[
    allele(Locus::Mitf, "SW3"),
    allele(Locus::Mitf, "SW6"),
    allele(Locus::Mitf, "SW8"),
];
const SW2: &[Allele] = &[allele(Locus::Pax3, "SW2")];
const LETHAL_IN_TWO: &[Allele] = &[
    allele(Locus::Kit, "W5"),
    allele(Locus::Kit, "W10"),
    allele(Locus::Kit, "W13"),
    allele(Locus::Kit, "W22"),
];
const G3: &[Allele] = &[allele(Locus::Stx17, "G3")];

const LOST: &str = "No foal lives with these two alleles.";
const CARRIER: &str = "A carrier: of its foals by another carrier one in four is affected.";

type Rule = (Locus, When, &'static str);

static RULES: &[Rule] = &[
    (Locus::Acan, When::Lethal, LOST),
    (
        Locus::Acan,
        When::Two,
        "A dwarf, with the ailments of dwarfs.",
    ),
    (
        Locus::Acan,
        When::Any,
        "A carrier of dwarfism: of its foals by another carrier one in four is lost or a dwarf.",
    ),
    (
        Locus::Trpm1,
        When::Two,
        "Congenital stationary night blindness: it cannot see in the dark.",
    ),
    (
        Locus::Ppib,
        When::Two,
        "HERDA: skin that tears, from about the age of two.",
    ),
    (Locus::Ppib, When::Any, CARRIER),
    (Locus::Myo5a, When::Lethal, LOST),
    (Locus::Myo5a, When::Any, CARRIER),
    (
        Locus::Toe1,
        When::Two,
        "Cerebellar abiotrophy: most such foals lose their balance.",
    ),
    (Locus::Toe1, When::Any, CARRIER),
    (Locus::Plod1, When::Lethal, LOST),
    (Locus::Plod1, When::Any, CARRIER),
    (Locus::Kit, When::Lethal, LOST),
    (
        Locus::Kit,
        When::Of(LETHAL_IN_TWO),
        "Two copies of its white allele are thought to be lost: not to be bred to its like.",
    ),
    (Locus::Pax3, When::Of(SW2), "Horses with SW2 may be deaf."),
    (
        Locus::Pmel,
        When::Two,
        "Multiple congenital ocular anomalies, severe: two copies of silver.",
    ),
    (
        Locus::Pmel,
        When::Any,
        "Cysts in the eye, mild and mostly without harm: one copy of silver, in chestnuts too.",
    ),
    (Locus::Prkdc, When::Lethal, LOST),
    (Locus::Prkdc, When::Any, CARRIER),
    (
        Locus::Ryr1,
        When::Any,
        "Malignant hyperthermia: in danger under anaesthesia and great stress.",
    ),
    (
        Locus::Gys1,
        When::Two,
        "Polysaccharide storage myopathy: prone to tying up; every foal inherits it.",
    ),
    (
        Locus::Gys1,
        When::Any,
        "Polysaccharide storage myopathy: prone to tying up; half of its foals inherit it.",
    ),
    (
        Locus::Scn4a,
        When::Two,
        "Hyperkalaemic periodic paralysis, severe; every foal inherits it.",
    ),
    (
        Locus::Scn4a,
        When::Any,
        "Hyperkalaemic periodic paralysis; half of its foals inherit it.",
    ),
    (
        Locus::Myh1,
        When::Any,
        "Myosin-heavy-chain myopathy: muscles may waste or tie up after illness.",
    ),
    (
        Locus::Mitf,
        When::Suspected,
        "Two copies of SW3 are suspected to be lethal.",
    ),
    (
        Locus::Mitf,
        When::Of(DEAF),
        "Horses with this splashed white may be deaf.",
    ),
    (
        Locus::Ednrb,
        When::Lethal,
        "A lethal white foal: it dies within days.",
    ),
    (
        Locus::Ednrb,
        When::Any,
        "A carrier of frame: of its foals by another carrier one in four is a lethal white.",
    ),
    (
        Locus::Stx17,
        When::Of(G3),
        "Fast greys are prone to melanoma with age, most of all those without agouti.",
    ),
    (Locus::Gbe1, When::Lethal, LOST),
    (Locus::Gbe1, When::Any, CARRIER),
];

/// What a genome means for the health of the horse and of its foals: at most one warning a locus, in the order of
/// [`Locus::ALL`].
#[must_use]
pub fn warnings(genome: &Genome) -> Vec<Warning> {
    let mut said: Vec<Warning> = Vec::new();
    for (locus, when, sentence) in RULES {
        let pair = genome.pair(*locus);
        let is_said = said.last().is_some_and(|it| it.locus == *locus);
        if !is_said && when.holds(*locus, pair) {
            let of_pair = locus.viability_source(pair);
            said.push(Warning {
                locus: *locus,
                sentence,
                source: of_pair.unwrap_or_else(|| locus.source()),
            });
        }
    }
    said
}

impl When {
    fn holds(&self, locus: Locus, pair: Pair) -> bool {
        let not_wild = pair.alleles().filter(|it| !it.is_wild()).count();
        match self {
            Self::Lethal => locus.viability(pair) == Some(Viability::Lethal),
            Self::Suspected => locus.viability(pair) == Some(Viability::Suspected),
            Self::Two => not_wild == 2,
            Self::Any => not_wild > 0,
            Self::Of(alleles) => alleles.iter().any(|allele| pair.has(*allele)),
        }
    }
}
