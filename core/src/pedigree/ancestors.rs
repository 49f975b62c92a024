//! Who a population descends from: founders and ancestors by what they contribute.

#![expect(
    clippy::float_arithmetic,
    reason = "binary fractions by + - * and one division at the end: the same bits on every machine"
)]

use alloc::collections::BinaryHeap;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::bits::Bits;
use super::kinship::{contributions, shares};
use super::record::{Pedigree, UNKNOWN};
use crate::dice::Dice;

/// Contributions below this are dust of the arithmetic.
const DUST: f64 = 1e-12;

/// An animal with its share in the genes of a population, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Share {
    /// The animal's place in the table.
    pub place: u32,
    /// The share.
    pub share: f64,
}

/// The founders of a group, both of whose parents are unknown, with what they contribute, the greatest first.
///
/// The shares add up to less than 1 where an animal has one known parent: the other half of its genes comes from nobody
/// who has a name.
#[must_use]
pub fn founders(pedigree: &Pedigree, group: &[u32]) -> Vec<Share> {
    let parts = contributions(pedigree, &shares(pedigree.len(), group));
    let founder = |(rank, share): (u32, &f64)| {
        let known = *share > 0.0 && pedigree.parents_of(rank) == [UNKNOWN; 2];
        let place = pedigree.place(rank).filter(|_| known)?;
        Some(Share {
            place,
            share: *share,
        })
    };
    let mut found: Vec<Share> = (0_u32..).zip(&parts).filter_map(founder).collect();
    crate::order::sort_by(&mut found, |one, other| {
        let by_share = other.share.total_cmp(&one.share);
        by_share.then(one.place.cmp(&other.place))
    });
    found
}

/// The ancestors of a group by marginal contribution, the greatest first (Boichard, Maignel & Verrier 1997, Genet. Sel.
/// Evol. 29:5): each counts for what no ancestor before it in the list explains. The shares add up to 1.
///
/// Of two with the same marginal contribution the older one comes first. A search looks again at those alone who may be
/// next, and walks from them to the ancestors already found, no further.
#[must_use]
pub fn ancestors(pedigree: &Pedigree, group: &[u32]) -> Vec<Share> {
    let mut search = Search::new(pedigree, group);
    let mut found = Vec::new();
    let mut explained = 0.0;
    while let Some(candidate) = search.heap.pop() {
        let Candidate { share, rank, .. } = candidate;
        if let Some(lower) = search.lower(&candidate) {
            if lower.share > DUST {
                search.heap.push(lower);
            }
            continue;
        }
        if let Some(place) = pedigree.place(rank) {
            found.push(Share { place, share });
        }
        explained += share;
        if explained > 1.0 - DUST {
            break;
        }
        search.select(rank);
    }
    found
}

/// The effective number: how many equal shares would be as diverse. 0 for no shares.
///
/// Of [`founders`] it is fe, of [`ancestors`] fa. Shares that do not add up to 1 are scaled so that they do.
#[must_use]
pub fn effective(shares: &[Share]) -> f64 {
    let sum: f64 = shares.iter().map(|each| each.share).sum();
    let squares: f64 = shares.iter().map(|each| each.share * each.share).sum();
    if squares > 0.0 {
        sum * sum / squares
    } else {
        0.0
    }
}

/// Founder genome equivalents by gene drop (Lacy 1989, Zoo Biol. 8:111): fg = 1 / sum(p^2 / r), with the share p of each
/// founder and the share r of its alleles that survive in the group, as the mean of `drops` drops. 0 for nobody.
///
/// It lies above the fg of the mean kinship, which counts an allele that survives once less than one that abounds.
#[must_use]
pub fn founder_genomes_by_gene_drop(
    pedigree: &Pedigree,
    group: &[u32],
    drops: u32,
    dice: &mut Dice,
) -> f64 {
    let founders = founders(pedigree, group);
    let mut alleles = vec![[0_u32; 2]; pedigree.by_rank().len()];
    let mut survived = vec![0_u32; alleles.len()];
    for _ in 0..drops {
        drop_genes(pedigree, &mut alleles, dice);
        let mut seen = Bits::new(2 * alleles.len());
        for place in group {
            let held = alleles.get(pedigree.rank(*place) as usize);
            for allele in held.into_iter().flatten() {
                if let Some(count) = survived.get_mut(*allele as usize / 2) {
                    *count += u32::from(seen.insert(*allele));
                }
            }
        }
    }
    let squares: f64 = founders
        .iter()
        .map(|founder| {
            let count = survived.get(pedigree.rank(founder.place) as usize);
            let retained = count.copied().unwrap_or(0).max(1);
            founder.share * founder.share * 2.0 * f64::from(drops) / f64::from(retained)
        })
        .sum();
    if squares > 0.0 { 1.0 / squares } else { 0.0 }
}

/// Gives every founder two alleles of its own, twice its rank and one more, and everybody else one of each parent's.
fn drop_genes(pedigree: &Pedigree, alleles: &mut [[u32; 2]], dice: &mut Dice) {
    for (rank, parents) in (0_u32..).zip(pedigree.by_rank()) {
        let mut own = [2 * rank, 2 * rank + 1];
        let mut coins = dice.bits32();
        for (allele, parent) in own.iter_mut().zip(parents) {
            if *parent != UNKNOWN {
                let held = alleles.get(*parent as usize).copied().unwrap_or_default();
                let [first, second] = held;
                *allele = if coins & 1 == 0 { first } else { second };
                coins >>= 1;
            }
        }
        if let Some(held) = alleles.get_mut(rank as usize) {
            *held = own;
        }
    }
}

/// An ancestor and the most that it may contribute: what it did contribute when last looked at.
struct Candidate {
    share: f64,
    rank: u32,
    /// The part of it that those found explained then.
    explained: f64,
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.share
            .total_cmp(&other.share)
            .then(other.rank.cmp(&self.rank))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

/// Boichard's search. A marginal contribution only ever shrinks, so an old one is a bound.
struct Search<'a> {
    pedigree: &'a Pedigree,
    heap: BinaryHeap<Candidate>,
    /// What each animal contributes through lines on which nobody was found.
    parts: Vec<f64>,
    /// Who was found: their parents count no longer.
    found: Bits,
    /// The oldest of them.
    oldest: u32,
    /// Weights on a way up; all zero between ways.
    weights: Vec<f64>,
    open: Bits,
}

impl<'a> Search<'a> {
    fn new(pedigree: &'a Pedigree, group: &[u32]) -> Self {
        let parts = contributions(pedigree, &shares(pedigree.len(), group));
        let heap = (0_u32..)
            .zip(&parts)
            .filter(|(_, part)| **part > DUST)
            .map(|(rank, part)| Candidate {
                share: *part,
                rank,
                explained: 0.0,
            })
            .collect();
        let animals = parts.len();
        Self {
            pedigree,
            heap,
            parts,
            found: Bits::new(animals),
            oldest: u32::MAX,
            weights: vec![0.0; animals],
            open: Bits::new(animals),
        }
    }

    /// The candidate as it is now, if it contributes less than when last looked at. What it contributes at all is known
    /// without a walk, so that is looked at first.
    fn lower(&mut self, last: &Candidate) -> Option<Candidate> {
        let rank = last.rank;
        let part = self.parts.get(rank as usize).copied().unwrap_or(0.0);
        let mut explained = last.explained;
        if part * (1.0 - explained) >= last.share {
            explained = self.explained(rank);
        }
        let share = part * (1.0 - explained);
        (share < last.share).then_some(Candidate {
            share,
            rank,
            explained,
        })
    }

    /// The part of an animal's genes that those found explain.
    fn explained(&mut self, rank: u32) -> f64 {
        let mut explained = 0.0;
        self.up(rank, self.oldest, |found, animal, weight, _| {
            if found.contains(animal) {
                explained += weight;
            }
        });
        explained
    }

    /// Takes an ancestor as found: what went through it to its own ancestors is explained.
    fn select(&mut self, rank: u32) {
        let through = self.parts.get(rank as usize).copied().unwrap_or(0.0);
        self.up(rank, UNKNOWN + 1, |_, animal, weight, parts| {
            if let Some(part) = parts.get_mut(animal as usize)
                && animal != rank
            {
                *part -= weight * through;
            }
        });
        self.found.insert(rank);
        self.oldest = self.oldest.min(rank);
    }

    /// Walks from an animal to its ancestors, to a last rank and not beyond those found, with what each contributes to it.
    fn up(&mut self, rank: u32, last: u32, mut visit: impl FnMut(&Bits, u32, f64, &mut [f64])) {
        let (pedigree, weights, found) = (self.pedigree, &mut self.weights, &self.found);
        let parts = &mut self.parts;
        if let Some(own) = weights.get_mut(rank as usize) {
            *own = 1.0;
        }
        self.open.insert(rank);
        self.open.drain_down(|open, animal| {
            let Some(own) = weights.get_mut(animal as usize) else {
                return;
            };
            let weight = core::mem::take(own);
            visit(found, animal, weight, parts);
            if found.contains(animal) {
                return;
            }
            for parent in pedigree.parents_of(animal) {
                if let Some(sum) = weights.get_mut(parent as usize)
                    && parent >= last
                {
                    *sum += 0.5 * weight;
                    open.insert(parent);
                }
            }
        });
    }
}
