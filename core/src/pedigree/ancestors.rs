//! Who a population descends from: founders and ancestors by what they contribute.

#![expect(
    clippy::float_arithmetic,
    reason = "binary fractions by + - * and one division at the end: the same bits on every machine"
)]

use alloc::collections::BinaryHeap;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::mem::take;

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
/// Of two with the same marginal contribution the older one comes first. An ancestor that is found changes what its own
/// ancestors contribute and what is explained of its descendants, and nobody else.
#[must_use]
pub fn ancestors(pedigree: &Pedigree, group: &[u32]) -> Vec<Share> {
    let mut search = Search::new(pedigree, group);
    let mut found = Vec::new();
    let mut explained = 0.0;
    while let Some(last) = search.heap.pop() {
        // A marginal contribution only ever shrinks, so an old one is a bound.
        let share = search.marginal(last.rank);
        if share < last.share {
            search.push(last.rank);
            continue;
        }
        if let Some(place) = pedigree.place(last.rank) {
            found.push(Share { place, share });
        }
        explained += share;
        if explained > 1.0 - DUST {
            break;
        }
        search.select(last.rank);
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

/// Boichard's search: a walk to the ancestors and one to the descendants of whoever is found, no further than to others
/// found before.
struct Search<'a> {
    pedigree: &'a Pedigree,
    offspring: Offspring,
    heap: BinaryHeap<Candidate>,
    /// What each animal contributes through lines on which nobody was found.
    parts: Vec<f64>,
    /// The part of each animal's genes that those found explain: 1 of these themselves.
    explained: Vec<f64>,
    /// Weights on a walk; all zero between walks.
    weights: Vec<f64>,
    open: Bits,
}

impl<'a> Search<'a> {
    fn new(pedigree: &'a Pedigree, group: &[u32]) -> Self {
        let parts = contributions(pedigree, &shares(pedigree.len(), group));
        let animals = parts.len();
        let mut search = Self {
            pedigree,
            offspring: Offspring::of(pedigree, &parts),
            heap: BinaryHeap::new(),
            parts,
            explained: vec![0.0; animals],
            weights: vec![0.0; animals],
            open: Bits::new(animals),
        };
        for rank in 1..animals as u32 {
            search.push(rank);
        }
        search
    }

    /// What an animal contributes that is not explained.
    fn marginal(&self, rank: u32) -> f64 {
        let at = rank as usize;
        let explained = self.explained.get(at).copied().unwrap_or(1.0);
        self.parts.get(at).copied().unwrap_or(0.0) * (1.0 - explained)
    }

    fn push(&mut self, rank: u32) {
        let share = self.marginal(rank);
        if share > DUST {
            self.heap.push(Candidate { share, rank });
        }
    }

    /// Takes an ancestor as found: what went through it to its own ancestors is explained, and so is all that its
    /// descendants have from it.
    fn select(&mut self, rank: u32) {
        let at = rank as usize;
        let through = self.parts.get(at).copied().unwrap_or(0.0);
        let rest = 1.0 - self.explained.get(at).copied().unwrap_or(1.0);
        self.up(rank, through);
        self.down(rank, rest);
        if let Some(explained) = self.explained.get_mut(at) {
            *explained = 1.0;
        }
    }

    /// Takes from an animal's ancestors what they contributed through it.
    fn up(&mut self, rank: u32, through: f64) {
        let Self {
            pedigree,
            parts,
            explained,
            weights,
            open,
            ..
        } = self;
        put(weights, rank, through);
        open.insert(rank);
        open.drain_down(|open, animal| {
            let weight = weights.get_mut(animal as usize).map_or(0.0, take);
            if animal != rank {
                add(parts, animal, -weight);
            }
            if explained.get(animal as usize) == Some(&1.0) {
                return;
            }
            for parent in pedigree.parents_of(animal) {
                if parent != UNKNOWN {
                    add(weights, parent, 0.5 * weight);
                    open.insert(parent);
                }
            }
        });
    }

    /// Explains what an animal's descendants have from it.
    fn down(&mut self, rank: u32, rest: f64) {
        let Self {
            offspring,
            parts,
            explained,
            weights,
            open,
            ..
        } = self;
        // The set is walked from the greatest number, and here the oldest comes first.
        let turned = parts.len() as u32 - 1;
        put(weights, rank, rest);
        open.insert(turned - rank);
        open.drain_down(|open, number| {
            let animal = turned - number;
            let weight = weights.get_mut(animal as usize).map_or(0.0, take);
            if explained.get(animal as usize) == Some(&1.0) {
                return;
            }
            add(explained, animal, weight);
            for foal in offspring.of_parent(animal) {
                add(weights, *foal, 0.5 * weight);
                open.insert(turned - foal);
            }
        });
    }
}

/// The offspring of each animal that are ancestors of a group or belong to it, by rank.
struct Offspring {
    starts: Vec<u32>,
    ranks: Vec<u32>,
}

impl Offspring {
    fn of(pedigree: &Pedigree, parts: &[f64]) -> Self {
        let known = || {
            let ranks = (0_u32..).zip(parts).filter(|(_, part)| **part > 0.0);
            let pairs = ranks.flat_map(|(rank, _)| pedigree.parents_of(rank).map(|it| (rank, it)));
            pairs.filter(|(_, parent)| *parent != UNKNOWN)
        };
        let mut starts = vec![0_u32; parts.len() + 1];
        for (_, parent) in known() {
            add(&mut starts, parent, 1);
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut ranks = vec![0; sum as usize];
        for (rank, parent) in known() {
            if let Some(start) = starts.get_mut(parent as usize) {
                *start -= 1;
                put(&mut ranks, *start, rank);
            }
        }
        Self { starts, ranks }
    }

    fn of_parent(&self, rank: u32) -> &[u32] {
        let at = rank as usize;
        let bounds = self.starts.get(at).zip(self.starts.get(at + 1));
        let range = bounds.map(|(start, end)| *start as usize..*end as usize);
        range.and_then(|it| self.ranks.get(it)).unwrap_or_default()
    }
}

fn add<T: core::ops::AddAssign>(values: &mut [T], at: u32, value: T) {
    if let Some(sum) = values.get_mut(at as usize) {
        *sum += value;
    }
}

fn put<T>(values: &mut [T], at: u32, value: T) {
    if let Some(held) = values.get_mut(at as usize) {
        *held = value;
    }
}
