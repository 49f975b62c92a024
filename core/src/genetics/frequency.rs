//! How often each allele occurs in a breed.

use super::locus::{Allele, Locus};
use super::table::PAIRS;
use super::viability::Viability;
use crate::Refusal;
use alloc::vec::Vec;

/// The whole, in basis points.
const WHOLE: u16 = 10_000;
/// Of 10^8 conceptions at random, how many may be lost for one locus.
const MOST_LOST: u32 = 90_000_000;

/// The allele frequencies of a breed, in basis points. What is not listed is wild type.
///
/// As a JSON document: `{"MC1R": {"e": 2500}, "KIT": {"TO": 300, "SB1": 50}}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frequencies(Vec<(Locus, Allele, u16)>);

impl Frequencies {
    /// Takes frequencies of alleles that are not wild type, in whichever order.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] for an allele that is listed twice or is the wild type, a locus whose alleles have more than
    /// 10,000 basis points together, or one at which more than nine in ten conceptions would be lost: founders are drawn
    /// until one lives.
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
        let read = Self(all);
        let lives = || Locus::ALL.iter().all(|it| read.lost(*it) <= MOST_LOST);
        if is_twice && is_known && fits && lives() {
            Ok(read)
        } else {
            Err(wrong)
        }
    }

    /// How many of 10^8 pairs drawn at random cannot live at a locus.
    fn lost(&self, locus: Locus) -> u32 {
        let weights = self.weights(locus);
        let weight = |symbol: &str| {
            let allele = locus.allele(symbol).unwrap_or_default();
            weights.get(usize::from(allele.index())).copied()
        };
        let lethal = PAIRS
            .iter()
            .filter(|it| it.0 == locus && it.3 == Viability::Lethal);
        let lost = lethal.map(|(_, one, other, _)| {
            let orders = if one == other { 1 } else { 2 };
            let [one, other] = [one, other].map(|it| u32::from(weight(it).unwrap_or(0)));
            orders * one * other
        });
        lost.sum()
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
    use alloc::vec::Vec;
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
            let mut all: Vec<(Locus, Allele, u16)> = Vec::new();
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
