//! What a parent's gametes carry: the haplotypes of each block of linked loci, with exact weights.

use super::chance::common_divisor;
use super::rounding::apportion;
use crate::genetics::genome::field;
use crate::genetics::inference::Posterior;
use crate::genetics::locus::{Allele, Chromosome, Locus, Pair};
use crate::genetics::{Genome, Genotype, Recombination};
use crate::horse::Sex;
use alloc::vec::Vec;

/// Where the weights of gametes are rounded, they are 2^-32.
const ROUNDED_BITS: u32 = 32;

/// A parent of a planned mating, as far as prediction asks: its sex and what its gametes carry.
///
/// It is made of a [`Genome`] (exact), of a [`Genotype`] (exact: the average over the phases that it leaves open) or of a
/// [`Posterior`] (each block's weights rounded to 2^-32).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent {
    sex: Sex,
    blocks: Vec<Gametes>,
}

impl Parent {
    pub(in crate::genetics) const fn new(sex: Sex, blocks: Vec<Gametes>) -> Self {
        Self { sex, blocks }
    }

    /// The sex.
    #[must_use]
    pub const fn sex(&self) -> Sex {
        self.sex
    }

    pub(super) fn blocks(&self) -> &[Gametes] {
        &self.blocks
    }
}

impl From<&Genome> for Parent {
    fn from(genome: &Genome) -> Self {
        Self::from(&Genotype::from(*genome))
    }
}

impl From<&Genotype> for Parent {
    fn from(genotype: &Genotype) -> Self {
        let gametes = blocks().map(|loci| {
            let mut phases = alloc::vec![genotype.genome().strands()];
            for locus in loci.iter().filter(|it| genotype.is_open(**it)) {
                for at in 0..phases.len() {
                    let turned = phases.get(at).map(|it| turned(*it, field(*locus)));
                    phases.extend(turned);
                }
            }
            let equal: Vec<_> = phases.into_iter().map(|strands| (strands, 1)).collect();
            Gametes::of_any(&equal, loci)
        });
        Self::new(genotype.genome().sex(), gametes.collect())
    }
}

impl From<&Posterior> for Parent {
    fn from(posterior: &Posterior) -> Self {
        posterior.parent()
    }
}

fn turned([one, other]: [u64; 2], field: u64) -> [u64; 2] {
    let differ = (one ^ other) & field;
    [one ^ differ, other ^ differ]
}

/// The blocks in which loci are inherited: those of one chromosome together, in the order of the table.
pub(in crate::genetics) fn blocks() -> impl Iterator<Item = &'static [Locus]> {
    Locus::ALL.chunk_by(|one, next| {
        let chromosome = one.facts().chromosome;
        chromosome != Chromosome::Unmapped && chromosome == next.facts().chromosome
    })
}

/// The bits of some loci in a haplotype.
pub(super) fn mask(loci: impl IntoIterator<Item = Locus>) -> u64 {
    loci.into_iter().fold(0, |mask, locus| mask | field(locus))
}

/// The gametes of one block: haplotypes in ascending order, each once, with weights that add up to `of`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::genetics) struct Gametes {
    pub(super) of: u64,
    pub(super) each: Vec<(u64, u64)>,
}

impl Gametes {
    /// Gametes of these haplotypes and weights, in whichever order; equal haplotypes are added up and the weights reduced.
    pub(in crate::genetics) fn new(mut each: Vec<(u64, u64)>) -> Self {
        crate::order::sort_by(&mut each, |one, other| one.0.cmp(&other.0));
        each.dedup_by(|next, kept| {
            let is_same = next.0 == kept.0;
            if is_same {
                kept.1 += next.1;
            }
            is_same
        });
        let divisor = each
            .iter()
            .fold(0, |divisor, it| common_divisor(divisor, u128::from(it.1)));
        // No greater than the weights it divides.
        let divisor = u64::try_from(divisor).unwrap_or(1).max(1);
        for it in &mut each {
            it.1 /= divisor;
        }
        each.retain(|it| it.1 > 0);
        let of = each.iter().map(|it| it.1).sum();
        Self { of, each }
    }

    /// The gametes of a parent that has one of several pairs of strands, with the weight of each.
    pub(in crate::genetics) fn of_any(strands: &[([u64; 2], u64)], loci: &[Locus]) -> Self {
        let whole = whole(loci);
        let mut each = Vec::with_capacity(strands.len() * 2);
        for (strands, weight) in strands {
            let (haplotypes, of) = segregate(*strands, loci);
            let scale = weight * (whole / of);
            each.extend(haplotypes.iter().map(|it| (it.0, it.1 * scale)));
        }
        Self::new(each)
    }

    /// The gametes of two groups of loci that are taken to assort independently; rounded like [`Gametes::rounded`].
    pub(in crate::genetics) fn beside(&self, other: &Self) -> Self {
        let mut each = Vec::with_capacity(self.each.len() * other.each.len());
        for (bits, weight) in &self.each {
            let others = other.each.iter();
            each.extend(others.map(|it| (bits | it.0, u128::from(*weight) * u128::from(it.1))));
        }
        Self::round(&each)
    }

    /// The same, with weights rounded to 2^-32 where their total is greater.
    pub(in crate::genetics) fn rounded(&self) -> Self {
        let each = self.each.iter();
        Self::round(&each.map(|it| (it.0, u128::from(it.1))).collect::<Vec<_>>())
    }

    fn round(each: &[(u64, u128)]) -> Self {
        let mut weights: Vec<u128> = each.iter().map(|it| it.1).collect();
        let of = weights.iter().sum();
        if of > 1 << ROUNDED_BITS {
            weights = apportion(&weights, of, ROUNDED_BITS);
        }
        let weights = weights.into_iter().map(|it| u64::try_from(it).unwrap_or(0));
        Self::new(each.iter().map(|it| it.0).zip(weights).collect())
    }

    /// The same, with regard to some of the loci alone.
    pub(super) fn only(&self, mask: u64) -> Self {
        Self::new(self.each.iter().map(|it| (it.0 & mask, it.1)).collect())
    }

    /// The alleles that occur at a locus.
    pub(super) fn alleles(&self, locus: Locus) -> Vec<Allele> {
        let mut alleles: Vec<_> = self.each.iter().map(|it| allele(it.0, locus)).collect();
        crate::order::sort(&mut alleles);
        alleles.dedup();
        alleles
    }
}

fn allele(bits: u64, locus: Locus) -> Allele {
    crate::genetics::Gamete(bits).allele(locus)
}

/// A denominator that suits every haplotype of the block, whichever of its loci are heterozygous.
fn whole(loci: &[Locus]) -> u64 {
    let gaps = loci.iter().rev().skip(1);
    gaps.fold(2, |whole, locus| {
        whole * u64::from(locus.facts().to_next.among)
    })
}

/// The haplotypes that two strands give, by where the strand changes; only what is heterozygous matters.
fn segregate([one, other]: [u64; 2], loci: &[Locus]) -> (Vec<(u64, u64)>, u64) {
    let block = mask(loci.iter().copied());
    let differ = (one ^ other) & block;
    // Haplotype, weight, and whether it lies on the other strand.
    let mut each = alloc::vec![(one & block & !differ, 1_u64, false)];
    let mut of = 1;
    // The chance of a change since the last heterozygous locus, unreduced, so that its denominator divides the whole.
    let mut gap = (1, 2);
    for locus in loci {
        let field = field(*locus);
        if differ & field != 0 {
            let (changed, among) = gap;
            of *= among;
            let mut next = Vec::with_capacity(each.len() * 2);
            for (bits, weight, is_other) in each {
                for (is_other, weight) in [
                    (is_other, weight * (among - changed)),
                    (!is_other, weight * changed),
                ] {
                    let strand = if is_other { other } else { one };
                    next.push((bits | (strand & field), weight, is_other));
                }
            }
            each = next;
            gap = (0, 1);
        }
        if of > 1 {
            gap = beyond(gap, locus.facts().to_next);
        }
    }
    (each.into_iter().map(|it| (it.0, it.1)).collect(), of)
}

/// The chance of an odd number of crossovers over a gap and the next interval.
fn beyond((changed, among): (u64, u64), next: Recombination) -> (u64, u64) {
    let (more, of) = (u64::from(next.recombinants), u64::from(next.among));
    (changed * (of - more) + (among - changed) * more, among * of)
}

/// What a foal has at the loci of a block, without regard to which allele came from whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Union {
    pub(super) sex: Option<Sex>,
    low: u64,
    high: u64,
}

impl Union {
    fn of(egg: u64, sperm: u64, loci: &[Locus]) -> Self {
        let (mut low, mut high) = (egg & sperm, egg & sperm);
        for locus in loci {
            let field = field(*locus);
            low |= (egg & field).min(sperm & field);
            high |= (egg & field).max(sperm & field);
        }
        Self {
            sex: None,
            low,
            high,
        }
    }

    /// The pair of alleles at a locus of the block.
    pub(super) fn pair(self, locus: Locus) -> Pair {
        if self.sex == Some(Sex::Male) {
            Pair::hemizygous(allele(self.low, locus))
        } else {
            Pair::of(allele(self.low, locus), allele(self.high, locus))
        }
    }

    /// The same, with regard to some of the loci alone.
    pub(super) const fn only(self, mask: u64) -> Self {
        Self {
            sex: self.sex,
            low: self.low & mask,
            high: self.high & mask,
        }
    }
}

/// Every union of an egg with a sperm at some loci of a block, with weights, and their total.
pub(super) fn unite(egg: &Gametes, sperm: &Gametes, loci: &[Locus]) -> (Vec<(Union, u128)>, u128) {
    let is_x_linked = loci.first().is_some_and(|it| it.is_x_linked());
    let of = u128::from(egg.of) * u128::from(sperm.of);
    let mut each = Vec::with_capacity(egg.each.len() * sperm.each.len());
    for (from_dam, weight) in &egg.each {
        for (from_sire, times) in &sperm.each {
            let mut union = Union::of(*from_dam, *from_sire, loci);
            union.sex = is_x_linked.then_some(Sex::Female);
            each.push((union, u128::from(*weight) * u128::from(*times)));
        }
        if is_x_linked {
            let mut colt = Union::of(*from_dam, *from_dam, loci);
            colt.sex = Some(Sex::Male);
            each.push((colt, u128::from(*weight) * u128::from(sperm.of)));
        }
    }
    (added(each), if is_x_linked { of * 2 } else { of })
}

/// Adds up the weights of equals; the result is in ascending order.
pub(super) fn added<T: Ord + Copy>(mut each: Vec<(T, u128)>) -> Vec<(T, u128)> {
    crate::order::sort_by(&mut each, |one, other| one.0.cmp(&other.0));
    each.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        if is_same {
            kept.1 += next.1;
        }
        is_same
    });
    each
}
