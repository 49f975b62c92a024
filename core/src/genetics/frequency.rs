//! How often each allele occurs in a breed.

use super::locus::{Allele, Locus};
use crate::Refusal;
use alloc::vec::Vec;

/// The whole, in basis points.
const WHOLE: u16 = 10_000;

/// The allele frequencies of a breed, in basis points. What is not listed is wild type.
///
/// As a JSON document: `{"MC1R": {"e": 2500}, "KIT": {"TO": 300, "SB1": 50}}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frequencies(Vec<(Locus, Allele, u16)>);

impl Frequencies {
    /// Takes frequencies of alleles that are not wild type, in whichever order.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] for an allele that is listed twice or is the wild type, or a locus whose alleles have more than
    /// 10,000 basis points together.
    pub fn new(listed: impl IntoIterator<Item = (Locus, Allele, u16)>) -> Result<Self, Refusal> {
        let mut all: Vec<_> = listed.into_iter().filter(|it| it.2 > 0).collect();
        crate::order::sort(&mut all);
        let wrong = Refusal::Unknown {
            field: "allele_frequencies",
        };
        let is_twice = all.is_sorted_by(|one, next| (one.0, one.1) < (next.0, next.1));
        let is_known = all.iter().all(|(locus, allele, _)| {
            !allele.is_wild() && usize::from(allele.index()) < locus.facts().alleles.len()
        });
        let fits = all
            .chunk_by(|one, next| one.0 == next.0)
            .all(|of| of.iter().map(|it| u32::from(it.2)).sum::<u32>() <= u32::from(WHOLE));
        if is_twice && is_known && fits {
            Ok(Self(all))
        } else {
            Err(wrong)
        }
    }

    /// What is listed: locus, allele and basis points, in the order of the tables.
    pub fn iter(&self) -> impl Iterator<Item = (Locus, Allele, u16)> + '_ {
        self.0.iter().copied()
    }

    /// The frequency of each allele of a locus, in the order of the table; 10,000 together.
    #[must_use]
    pub fn weights(&self, locus: Locus) -> Vec<u16> {
        let mut weights: Vec<u16> = locus.alleles().map(|_| 0).collect();
        let mut rest = WHOLE;
        for (_, allele, bp) in self.iter().filter(|it| it.0 == locus) {
            if let Some(weight) = weights.get_mut(usize::from(allele.index())) {
                *weight = bp;
                rest -= bp;
            }
        }
        if let Some(wild) = weights.first_mut() {
            *wild = rest;
        }
        weights
    }
}

#[cfg(feature = "serde")]
mod json {
    use super::{Allele, Frequencies, Locus};
    use alloc::collections::BTreeMap;
    use alloc::string::String;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    impl Serialize for Frequencies {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            let mut document: BTreeMap<&str, BTreeMap<&str, u16>> = BTreeMap::new();
            for (locus, allele, bp) in self.iter() {
                let alleles = document.entry(locus.as_str()).or_default();
                alleles.insert(locus.symbol(allele), bp);
            }
            document.serialize(to)
        }
    }

    impl<'de> Deserialize<'de> for Frequencies {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            let document = BTreeMap::<String, BTreeMap<String, u16>>::deserialize(from)?;
            let mut all: alloc::vec::Vec<(Locus, Allele, u16)> = alloc::vec::Vec::new();
            for (locus, alleles) in document {
                let locus: Locus = locus.parse().map_err(D::Error::custom)?;
                for (symbol, bp) in alleles {
                    let allele = locus.allele(&symbol).map_err(D::Error::custom)?;
                    all.push((locus, allele, bp));
                }
            }
            Self::new(all).map_err(D::Error::custom)
        }
    }
}
