//! Inference: what a horse may carry, given what is known of its family. The exact posterior, not a sample.
//!
//! # What is exact
//! [`Family::posterior`] computes the probability of a member's two haplotypes given everything that is known of all members,
//! with loops (a horse whose parents are related) and linkage. It is exact up to the rounding of floats.
//!
//! [`infer`] asks that question for every locus of the table. Loci of one chromosome are looked at together, with their
//! linkage, as long as the tables stay small ([`MOST_JOINT_CELLS`]); beyond that the chromosome is cut at its greatest
//! recombination fraction, and the parts are taken to be independent. Phenotypes entangle no two loci, so nothing else is
//! lost. The result is rounded to weights of 2^-32.

#![expect(
    clippy::float_arithmetic,
    reason = "allele frequencies as fractions, only + - * / in a fixed order, the same everywhere"
)]

mod family;
mod network;

pub use family::{
    Diplotype, Evidence, Failure, Family, MOST_CELLS, MOST_HAPLOTYPES, MOST_MEMBERS, Member, Site,
};

use super::coat::Phenotype;
use super::genome::field;
use super::locus::{Allele, Locus, Pair};
use super::meiosis::Gamete;
use super::prediction::{Chance, Gametes, Parent, apportion, blocks};
use super::{Frequencies, Viability};
use crate::horse::Sex;
use alloc::vec::Vec;
use family::Question;

/// The most cells of the tables for which loci are looked at together: about a tenth of a millisecond.
pub const MOST_JOINT_CELLS: u32 = 1 << 14;

/// Where the weights of a posterior are rounded, they are 2^-32.
const WEIGHT_BITS: u32 = 32;

/// A member of a horse's family, and what is known of it.
///
/// A member whose known genotype is lethal was lost; every other has lived, so that nothing lethal is possible.
#[derive(Clone, Copy, Debug)]
pub struct Relative<'a> {
    /// The sex.
    pub sex: Sex,
    /// The mother's place in the family, where she is a member.
    pub dam: Option<usize>,
    /// The father's place in the family, where he is a member.
    pub sire: Option<usize>,
    /// The allele frequencies that hold for a parent who is no member.
    pub breed: &'a Frequencies,
    /// What a laboratory found.
    pub tested: &'a [(Locus, Pair)],
    /// What can be seen.
    pub seen: Option<Phenotype>,
}

impl Relative<'_> {
    fn tested(&self, locus: Locus) -> Option<Pair> {
        self.tested.iter().find(|it| it.0 == locus).map(|it| it.1)
    }

    fn has_lived(&self) -> bool {
        !self.tested.iter().any(|it| is_lethal(it.0, it.1))
    }

    fn is_possible(&self, locus: Locus, pair: Pair, has_lived: bool) -> bool {
        match self.tested(locus) {
            Some(tested) => tested == pair,
            None => {
                self.seen.is_none_or(|seen| seen.is_compatible(locus, pair))
                    && !(has_lived && is_lethal(locus, pair))
            }
        }
    }

    fn pair(&self, locus: Locus, one: Allele, other: Allele) -> Pair {
        if self.sex == Sex::Male && locus.is_x_linked() {
            Pair::hemizygous(one)
        } else {
            Pair::of(one, other)
        }
    }

    fn evidence(&self, locus: Locus, alleles: &[Allele]) -> Evidence {
        let has_lived = self.has_lived();
        let pairs = alleles
            .iter()
            .flat_map(|one| alleles.iter().map(move |other| (*one, *other)));
        let cells: Vec<f64> = pairs
            .map(|(one, other)| self.pair(locus, one, other))
            .map(|pair| f64::from(u8::from(self.is_possible(locus, pair, has_lived))))
            .collect();
        if cells.iter().all(|it| *it > 0.0) {
            Evidence::None
        } else {
            Evidence::Likelihood(cells)
        }
    }
}

fn is_lethal(locus: Locus, pair: Pair) -> bool {
    !pair.is_wild() && locus.viability(pair) == Some(Viability::Lethal)
}

/// What a horse carries at some neighbouring loci: pairs of strands with weights of 2^-32, one together.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Linked {
    loci: &'static [Locus],
    strands: Vec<([u64; 2], u64)>,
}

/// What a horse carries, as far as it is known: the posterior of its genotype.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posterior {
    sex: Sex,
    parts: Vec<Linked>,
}

impl Posterior {
    /// The probability of each pair of alleles at a locus, in their order, each a multiple of 2^-32 and one together.
    #[must_use]
    pub fn by_locus(&self, locus: Locus) -> Vec<(Pair, Chance)> {
        let mut pairs: Vec<(Pair, u64)> = Vec::new();
        for part in self.parts.iter().filter(|it| it.loci.contains(&locus)) {
            for (strands, weight) in &part.strands {
                let [one, other] = strands.map(|it| Gamete(it).allele(locus));
                let pair = if self.sex == Sex::Male && locus.is_x_linked() {
                    Pair::hemizygous(one)
                } else {
                    Pair::of(one, other)
                };
                match pairs.iter_mut().find(|it| it.0 == pair) {
                    Some(same) => same.1 += weight,
                    None => pairs.push((pair, *weight)),
                }
            }
        }
        crate::order::sort(&mut pairs);
        let chance = |weight| Chance::new(u128::from(weight), 1 << WEIGHT_BITS);
        pairs.into_iter().map(|it| (it.0, chance(it.1))).collect()
    }

    /// The horse as a parent of a planned mating.
    pub(super) fn parent(&self) -> Parent {
        let mut parts = self.parts.iter().peekable();
        let gametes = blocks().map(|block| {
            let mut gametes: Option<Gametes> = None;
            while let Some(part) = parts.next_if(|it| it.loci.iter().all(|it| block.contains(it))) {
                let more = Gametes::of_any(&part.strands, part.loci).rounded();
                gametes = Some(gametes.map_or(more.clone(), |it| it.beside(&more)));
            }
            gametes.unwrap_or_else(|| Gametes::new(Vec::new()))
        });
        Parent::new(self.sex, gametes.collect())
    }
}

/// Infers what a member of a family carries at every locus.
///
/// Where the evidence is impossible because a breed's table lacks an allele that its horses show, each such allele counts as
/// one basis point.
///
/// # Errors
/// [`Failure`]; the family may have [`MOST_MEMBERS`].
pub fn infer(family: &[Relative], of: usize) -> Result<Posterior, Failure> {
    let member = family.get(of).ok_or(Failure::Malformed { member: of })?;
    let mut parts = Vec::new();
    for block in blocks() {
        look_at(family, of, block, 0, &mut parts)?;
    }
    Ok(Posterior {
        sex: member.sex,
        parts,
    })
}

/// Looks at neighbouring loci together, or cut in two where that would be too much.
fn look_at(
    family: &[Relative],
    of: usize,
    loci: &'static [Locus],
    least: u16,
    parts: &mut Vec<Linked>,
) -> Result<(), Failure> {
    let candidates = Candidates::new(family, loci, least);
    let asked = candidates.family(family);
    asked.check(of)?;
    let most = if loci.len() > 1 {
        MOST_JOINT_CELLS
    } else {
        MOST_CELLS
    };
    let question = Question::new(&asked, of).ok();
    match question.filter(|it| it.cells() <= f64::from(most)) {
        Some(question) => match question.answer() {
            Some(told) => parts.push(candidates.linked(&told)),
            None if least == 0 => look_at(family, of, loci, 1, parts)?,
            None => return Err(asked.contradiction(most)),
        },
        None => {
            let (left, right) = cut(loci).ok_or(Failure::TooLarge)?;
            look_at(family, of, left, least, parts)?;
            look_at(family, of, right, least, parts)?;
        }
    }
    Ok(())
}

/// Two parts of neighbouring loci, apart where the recombination fraction is greatest.
fn cut(loci: &'static [Locus]) -> Option<(&'static [Locus], &'static [Locus])> {
    let gap = |at: &usize| {
        let to_next = loci.get(*at).map(|it| it.facts().to_next);
        to_next.map(|it| u64::from(it.recombinants) * 1_000_000 / u64::from(it.among))
    };
    let widest = (0..loci.len().checked_sub(1)?).max_by_key(gap)?;
    loci.split_at_checked(widest + 1)
}

/// The alleles that a family may have at neighbouring loci; loci with a single one take no part in the question.
struct Candidates {
    loci: &'static [Locus],
    /// Those with a choice, with the alleles.
    open: Vec<(Locus, Vec<Allele>)>,
    /// The bits of the others.
    certain: u64,
    /// The least weight of an allele, in basis points.
    least: u16,
}

impl Candidates {
    fn new(family: &[Relative], loci: &'static [Locus], least: u16) -> Self {
        let mut candidates = Self {
            loci,
            open: Vec::new(),
            certain: 0,
            least,
        };
        for locus in loci.iter().copied() {
            let alleles = possible(family, locus, least > 0);
            match alleles.as_slice() {
                [only]
                    if family
                        .iter()
                        .all(|it| it.evidence(locus, &[*only]) == Evidence::None) =>
                {
                    let gamete = Gamete::default().with(locus, *only);
                    candidates.certain |= gamete.0 & field(locus);
                }
                _ => candidates.open.push((locus, alleles)),
            }
        }
        candidates
    }

    fn family(&self, family: &[Relative]) -> Family {
        let sites = self
            .open
            .iter()
            .zip(self.open.iter().skip(1).map(Some).chain([None]));
        let sites = sites.map(|((locus, alleles), next)| Site {
            alleles: alleles.len(),
            to_next: next.map_or(0.5, |next| self.crossing(*locus, next.0)),
        });
        let members = family.iter().map(|relative| Member {
            sex: relative.sex,
            dam: relative.dam,
            sire: relative.sire,
            evidence: self
                .open
                .iter()
                .map(|it| relative.evidence(it.0, &it.1))
                .collect(),
            frequencies: self
                .open
                .iter()
                .map(|it| self.frequencies(relative, it))
                .collect(),
        });
        Family {
            sites: sites.collect(),
            is_x_linked: self.loci.iter().any(|it| it.is_x_linked()),
            members: members.collect(),
        }
    }

    fn frequencies(
        &self,
        relative: &Relative,
        (locus, alleles): &(Locus, Vec<Allele>),
    ) -> Vec<f64> {
        let weights = relative.breed.weights(*locus);
        let weight = |it: &Allele| weights.get(usize::from(it.index())).copied().unwrap_or(0);
        let weights = alleles
            .iter()
            .map(|it| f64::from(weight(it).max(self.least)));
        let total: f64 = weights.clone().sum();
        weights.map(|it| it / total).collect()
    }

    /// The recombination fraction from one locus to another further on.
    fn crossing(&self, from: Locus, to: Locus) -> f64 {
        let between = self
            .loci
            .iter()
            .skip_while(|it| **it != from)
            .take_while(|it| **it != to);
        between.fold(0.0, |crossing, locus| {
            let next = locus.facts().to_next;
            let next = f64::from(next.recombinants) / f64::from(next.among);
            crossing * (1.0 - next) + next * (1.0 - crossing)
        })
    }

    fn linked(&self, told: &[Diplotype]) -> Linked {
        let mut strands: Vec<([u64; 2], f64)> = Vec::new();
        for diplotype in told {
            let mut pair = [self.certain; 2];
            for ((locus, alleles), chosen) in self.open.iter().zip(&diplotype.alleles) {
                for (strand, chosen) in pair.iter_mut().zip(chosen) {
                    let allele = alleles.get(*chosen).copied().unwrap_or_default();
                    *strand |= Gamete::default().with(*locus, allele).0;
                }
            }
            crate::order::sort(&mut pair);
            match strands.iter_mut().find(|it| it.0 == pair) {
                Some(same) => same.1 += diplotype.probability,
                None => strands.push((pair, diplotype.probability)),
            }
        }
        crate::order::sort_by(&mut strands, |one, other| one.0.cmp(&other.0));
        Linked {
            loci: self.loci,
            strands: weighed(&strands),
        }
    }
}

/// Rounds probabilities to weights of 2^-32, one together.
fn weighed(strands: &[([u64; 2], f64)]) -> Vec<([u64; 2], u64)> {
    // All 53 bits of a float.
    let fine: Vec<u128> = strands
        .iter()
        .map(|it| (it.1 * 9_007_199_254_740_992.0) as u128)
        .collect();
    let weights = apportion(&fine, fine.iter().sum(), WEIGHT_BITS);
    let weights = weights.into_iter().map(|it| u64::try_from(it).unwrap_or(0));
    let strands = strands.iter().map(|it| it.0).zip(weights);
    strands.filter(|it| it.1 > 0).collect()
}

/// The alleles that a locus may have in a family: those of its breeds and of its tests; and every one, if it is asked for and
/// some look cannot be explained otherwise.
fn possible(family: &[Relative], locus: Locus, is_wide: bool) -> Vec<Allele> {
    let mut is_in: Vec<bool> = locus.alleles().map(|_| false).collect();
    let mut last: Option<&Frequencies> = None;
    for relative in family {
        if let Some(tested) = relative.tested(locus) {
            for (allele, is_in) in locus.alleles().zip(&mut is_in) {
                *is_in |= tested.has(allele);
            }
        }
        // Most of a family are of one breed.
        if !last.is_some_and(|it| core::ptr::eq(it, relative.breed)) {
            last = Some(relative.breed);
            let weights = relative.breed.weights(locus);
            for (weight, is_in) in weights.into_iter().zip(&mut is_in) {
                *is_in |= weight > 0;
            }
        }
    }
    let alleles = locus.alleles().zip(is_in).filter(|it| it.1);
    let alleles: Vec<Allele> = alleles.map(|it| it.0).collect();
    let is_explained = |relative: &Relative| {
        alleles.iter().any(|one| {
            let others = alleles.iter();
            others
                .clone()
                .any(|other| relative.is_possible(locus, relative.pair(locus, *one, *other), false))
        })
    };
    if is_wide && !family.iter().all(is_explained) {
        locus.alleles().collect()
    } else {
        alleles
    }
}
