//! A foal's genetics document: what the specification's clients read about coat, markings and size.

use alloc::collections::BTreeMap;
use alloc::string::String;

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
