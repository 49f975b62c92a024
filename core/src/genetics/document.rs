//! A foal's genetics document: what the specification's clients read about coat, markings and size.

use alloc::collections::BTreeMap;
use alloc::string::String;

use super::coat::{Base, Coat, Face, Phenotype};
use super::genome::Genome;
use super::locus::{Allele, Group, Locus};
use super::size::height_effect;
use crate::Refusal;
use crate::words::words;

/// The most loci that one document names.
pub const MAX_LOCI: usize = 100;

words! {
    /// How a character is inherited, in the specification's words.
    InheritancePattern, "inheritance_patterns" {
        /// One locus with a dominant allele.
        SimpleDominant = "simple_dominant",
        /// Shown by those alone who have it from both parents.
        Recessive = "recessive",
        /// The sum of many small effects.
        Polygenic = "polygenic",
    }
}

/// One value for each of the three characters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(remote = "Self", deny_unknown_fields)
)]
pub struct Characters<T> {
    /// The base colour of the coat.
    pub coat_color: T,
    /// White on face and legs.
    pub markings: T,
    /// Height at the withers.
    pub size: T,
}

/// The genetics document, in the specification's shape, with the full genotype beside it once it is known.
///
/// ```json
/// {"dominant_alleles": {"coat_color": "bay", "markings": "star", "size": "medium"},
///  "recessive_alleles": {"coat_color": "chestnut", "markings": "none", "size": "large"},
///  "inheritance_patterns": {"coat_color": "simple_dominant", "markings": "recessive", "size": "polygenic"},
///  "loci": {"MC1R": "E/e"}}
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(remote = "Self", deny_unknown_fields)
)]
pub struct Genetics {
    /// What the dominant alleles stand for.
    pub dominant_alleles: Characters<String>,
    /// What the recessive alleles stand for.
    pub recessive_alleles: Characters<String>,
    /// How each character is inherited.
    pub inheritance_patterns: Characters<InheritancePattern>,
    /// Genotype by locus, as `E/e`.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "BTreeMap::is_empty")
    )]
    pub loci: BTreeMap<String, String>,
}

#[cfg(feature = "serde")]
crate::object::reads_objects!(Genetics, Characters<String>, Characters<InheritancePattern>);
#[cfg(feature = "serde")]
crate::object::writes_objects!(Genetics, Characters<String>, Characters<InheritancePattern>);

/// The document of a horse: what it shows, what else it can hand on, and its genotype.
///
/// `dominant_alleles` says what is seen; a chestnut, who has no dominant allele of a base colour, is chestnut there too.
/// `recessive_alleles` says what lies beneath: the base colour that it can hand on without showing it (or its own, where it
/// has no other), plain points beside white ones, and the size of a horse with two of each allele of size that it has one
/// of. The loci are those that are not wild type, with those of the base colours; they say nothing of the phase.
#[must_use]
pub fn document(genome: &Genome, coat: &Coat, height_cm: i16) -> Genetics {
    let (shown, carried) = base_colours(genome);
    let face = match coat.face {
        Face::None => coat.pattern.first().map_or("none", |it| it.as_str()),
        face => face.as_str(),
    };
    Genetics {
        dominant_alleles: Characters {
            coat_color: shown.as_str().into(),
            markings: face.into(),
            size: size(i32::from(height_cm) * 1_000).into(),
        },
        recessive_alleles: Characters {
            coat_color: carried.as_str().into(),
            markings: "none".into(),
            size: size(i32::from(height_cm) * 1_000 + hidden_height(genome)).into(),
        },
        inheritance_patterns: Characters {
            coat_color: InheritancePattern::SimpleDominant,
            markings: InheritancePattern::Recessive,
            size: InheritancePattern::Polygenic,
        },
        loci: loci(genome),
    }
}

/// The base colour that is seen where white does not hide it, and the one beneath.
fn base_colours(genome: &Genome) -> (Base, Base) {
    let (extension, agouti) = (genome.pair(Locus::Mc1r), genome.pair(Locus::Asip));
    let of_loci = Phenotype::START.express(Locus::Mc1r, extension);
    let shown = of_loci.express(Locus::Asip, agouti).base();
    let carried = match shown {
        _ if extension.is_heterozygous() && extension.has(Allele::WILD) => Base::Chestnut,
        Base::Bay if agouti.is_heterozygous() => Base::Black,
        own => own,
    };
    (shown, carried)
}

/// The word for a height in thousandths of a centimetre: a pony's up to 148 cm, as shows have it, large above 165 cm.
const fn size(height: i32) -> &'static str {
    match height {
        ..=148_000 => "small",
        148_001..=165_000 => "medium",
        _ => "large",
    }
}

/// How much taller the horse would be with two of each allele of size that it has one of.
fn hidden_height(genome: &Genome) -> i32 {
    let mut strands = genome.haplotypes();
    for locus in Locus::ALL.iter().copied() {
        let is_size = locus.facts().group == Group::Size;
        if is_size && genome.pair(locus).is_heterozygous() {
            strands = strands.map(|strand| strand.with(locus, Allele(1)));
        }
    }
    let [one, other] = strands;
    height_effect(&Genome::of(one, other, genome.sex())) - height_effect(genome)
}

fn loci(genome: &Genome) -> BTreeMap<String, String> {
    let is_told = |locus: &Locus| {
        matches!(locus, Locus::Mc1r | Locus::Asip) || !genome.pair(*locus).is_wild()
    };
    let told = Locus::ALL.iter().copied().filter(is_told);
    told.map(|locus| (locus.as_str().into(), locus.pair_text(genome.pair(locus))))
        .collect()
}

impl Genetics {
    /// Checks what the types leave open: lengths, and the notation of loci and genotypes.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] with the field that is wrong.
    pub fn check(&self) -> Result<(), Refusal> {
        for (field, said) in [
            ("dominant_alleles", &self.dominant_alleles),
            ("recessive_alleles", &self.recessive_alleles),
        ] {
            let all = [&said.coat_color, &said.markings, &said.size];
            if all
                .iter()
                .any(|text| !(1..=60).contains(&text.chars().count()))
            {
                return Err(Refusal::Unknown { field });
            }
        }
        let written = self.loci.len() <= MAX_LOCI
            && self
                .loci
                .iter()
                .all(|(locus, pair)| is_locus(locus) && is_pair(pair));
        if written {
            Ok(())
        } else {
            Err(Refusal::Unknown { field: "loci" })
        }
    }
}

fn is_locus(name: &str) -> bool {
    (1..=20).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn is_pair(genotype: &str) -> bool {
    genotype
        .split_once('/')
        .is_some_and(|(one, other)| is_allele(one) && is_allele(other))
}

fn is_allele(name: &str) -> bool {
    (1..=20).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_+*.-".contains(&b))
}

#[cfg(all(test, feature = "serde"))]
mod tests {
    use super::*;
    use alloc::string::ToString as _;

    const EXAMPLE: &str = r#"{
        "dominant_alleles": {"coat_color": "bay", "markings": "star", "size": "medium"},
        "recessive_alleles": {"coat_color": "chestnut", "markings": "none", "size": "large"},
        "inheritance_patterns": {"coat_color": "simple_dominant", "markings": "recessive", "size": "polygenic"}
    }"#;

    #[test]
    fn the_specifications_own_example_is_a_document() {
        let read: Genetics = serde_json::from_str(EXAMPLE).unwrap();
        assert_eq!(read.check(), Ok(()));
        assert_eq!(
            read.inheritance_patterns.size,
            InheritancePattern::Polygenic
        );
        let written = serde_json::to_value(&read).unwrap();
        assert_eq!(
            written,
            serde_json::from_str::<serde_json::Value>(EXAMPLE).unwrap()
        );
    }

    #[test]
    fn a_genotype_is_a_pair_of_alleles() {
        let mut read: Genetics = serde_json::from_str(EXAMPLE).unwrap();
        read.loci.insert("MC1R".to_string(), "E/ea".to_string());
        assert_eq!(read.check(), Ok(()));
        for wrong in ["E", "E/", "/e", "E/e/e", "E /e"] {
            read.loci.insert("MC1R".to_string(), wrong.to_string());
            assert_eq!(
                read.check(),
                Err(Refusal::Unknown { field: "loci" }),
                "{wrong}"
            );
        }
    }

    #[test]
    fn an_empty_word_is_refused_by_the_name_of_its_field() {
        let mut read: Genetics = serde_json::from_str(EXAMPLE).unwrap();
        read.recessive_alleles.size.clear();
        assert_eq!(
            read.check(),
            Err(Refusal::Unknown {
                field: "recessive_alleles"
            })
        );
    }
}
