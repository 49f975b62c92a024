//! Kinship: the probability that an allele of one animal and an allele of another descend from the same one.
//!
//! A vector times the matrix of kinship takes two sweeps over the pedigree and never the matrix (Colleau 2002, Genet.
//! Sel. Evol. 34:409); the kinship of two takes one sweep over their ancestors (as a row of Meuwissen & Luo 1992,
//! Genet. Sel. Evol. 24:305).

#![expect(
    clippy::float_arithmetic,
    reason = "binary fractions by + - * alone, in an order that the pedigree fixes: the same bits on every machine"
)]

use alloc::vec;
use alloc::vec::Vec;

use super::bits::Bits;
use super::coefficients::{by_rank, sampling};
use super::record::{Pedigree, UNKNOWN};

/// Kinship within one pedigree, whose F it keeps: 40 bytes an animal beside the pedigree's own.
pub struct Kinship<'a> {
    pedigree: &'a Pedigree,
    /// F by rank, -1 for the unknown parent.
    f: Vec<f64>,
    nodes: Vec<Node>,
    open: Bits,
}

/// What a walk wants to know of an animal, in one place of memory.
#[derive(Clone, Copy)]
struct Node {
    /// What the two animals of a question have from this one: zero between questions.
    parts: [f64; 2],
    /// Mendelian sampling; an unknown parent passes nothing on that another one could.
    sampling: f64,
    parents: [u32; 2],
}

impl<'a> Kinship<'a> {
    /// Computes F of all animals and keeps it.
    #[must_use]
    pub fn new(pedigree: &'a Pedigree) -> Self {
        let f = by_rank(pedigree);
        let of = |rank: u32| f.get(rank as usize).copied().unwrap_or(0.0);
        let node = |parents: &[u32; 2]| Node {
            parts: [0.0; 2],
            sampling: sampling(of(parents[0]), of(parents[1])),
            parents: *parents,
        };
        let mut nodes: Vec<Node> = pedigree.by_rank().iter().map(node).collect();
        if let Some(unknown) = nodes.first_mut() {
            unknown.sampling = 0.0;
        }
        Self {
            pedigree,
            open: Bits::new(nodes.len()),
            nodes,
            f,
        }
    }

    /// The pedigree.
    #[must_use]
    pub fn pedigree(&self) -> &'a Pedigree {
        self.pedigree
    }

    /// The inbreeding coefficient F of an animal, 0 to 1; 0 for a place outside of the table.
    #[must_use]
    pub fn f(&self, place: u32) -> f64 {
        match self.pedigree.rank(place) {
            UNKNOWN => 0.0,
            rank => self.f_of(rank),
        }
    }

    /// F of all animals, in the order of the table.
    #[must_use]
    pub fn coefficients(&self) -> Vec<f64> {
        self.pedigree.in_places(&self.f)
    }

    /// The kinship of two animals, which is the F of their foal, in one sweep over their ancestors.
    ///
    /// The kinship of an animal with itself is (1 + F) / 2.
    #[must_use]
    pub fn between(&mut self, one: u32, other: u32) -> f64 {
        for (lane, place) in [one, other].into_iter().enumerate() {
            let rank = self.pedigree.rank(place);
            if rank == UNKNOWN {
                continue;
            }
            if let Some(part) = self
                .nodes
                .get_mut(rank as usize)
                .and_then(|node| node.parts.get_mut(lane))
            {
                *part = 1.0;
            }
            self.open.insert(rank);
        }
        let nodes = &mut self.nodes;
        let mut sum = 0.0;
        self.open.drain_down(|open, rank| {
            let Some(node) = nodes.get_mut(rank as usize) else {
                return;
            };
            let [one, other] = core::mem::take(&mut node.parts);
            sum += one * other * node.sampling;
            for parent in node.parents {
                if parent != UNKNOWN
                    && let Some(node) = nodes.get_mut(parent as usize)
                {
                    let [first, second] = &mut node.parts;
                    *first += 0.5 * one;
                    *second += 0.5 * other;
                    open.insert(parent);
                }
            }
        });
        0.5 * sum
    }

    /// The kinship of one animal with every animal, in the order of the table.
    #[must_use]
    pub fn with_all(&self, place: u32) -> Vec<f64> {
        let mut weights = vec![0.0; self.pedigree.len()];
        if let Some(weight) = weights.get_mut(place as usize) {
            *weight = 1.0;
        }
        self.weighted(&weights)
    }

    /// The mean kinship of every animal with a group, itself included where it belongs to the group, in the order of
    /// the table; all 0 for a group of nobody.
    #[must_use]
    pub fn mean_with(&self, group: &[u32]) -> Vec<f64> {
        self.weighted(&shares(self.pedigree.len(), group))
    }

    /// The kinship of each of some animals (a row) with each of others (a column).
    #[must_use]
    pub fn block(&self, rows: &[u32], columns: &[u32]) -> Vec<Vec<f64>> {
        let pick = |all: &[f64]| {
            let of = |place: &u32| all.get(*place as usize).copied().unwrap_or(0.0);
            columns.iter().map(of).collect()
        };
        rows.iter().map(|row| pick(&self.with_all(*row))).collect()
    }

    /// The matrix of kinship times a vector of weights, one a place: two sweeps.
    #[must_use]
    pub fn weighted(&self, weights: &[f64]) -> Vec<f64> {
        let mut kin = contributions(self.pedigree, weights);
        for (rank, node) in self.nodes.iter().enumerate().skip(1) {
            let of = |parent: u32| kin.get(parent as usize).copied().unwrap_or(0.0);
            let [sire, dam] = node.parents;
            let passed = 0.5 * (of(sire) + of(dam));
            if let Some(value) = kin.get_mut(rank) {
                // Kinship is half of the relationship.
                *value = 0.5 * node.sampling * *value + passed;
            }
        }
        self.pedigree.in_places(&kin)
    }

    /// The mean kinship within a group, every animal with itself included: one sweep. 0 for a group of nobody.
    #[must_use]
    pub fn mean_within(&self, group: &[u32]) -> f64 {
        let parts = contributions(self.pedigree, &shares(self.pedigree.len(), group));
        let sum: f64 = parts
            .iter()
            .zip(&self.nodes)
            .map(|(part, node)| part * part * node.sampling)
            .sum();
        0.5 * sum
    }

    pub(super) fn f_of(&self, rank: u32) -> f64 {
        self.f.get(rank as usize).copied().unwrap_or(0.0)
    }
}

/// Equal weights, with sum 1, for the animals of a group; who stands in it twice counts twice.
pub(super) fn shares(animals: usize, group: &[u32]) -> Vec<f64> {
    let mut shares = vec![0.0; animals];
    let share = 1.0 / group.len() as f64;
    for place in group {
        if let Some(own) = shares.get_mut(*place as usize) {
            *own += share;
        }
    }
    shares
}

/// What every animal contributes to a weighted group, by rank: half of it on to each parent. Row 0 stays 0.
pub(super) fn contributions(pedigree: &Pedigree, weights: &[f64]) -> Vec<f64> {
    let parents = pedigree.by_rank();
    let mut parts = vec![0.0; parents.len()];
    for (place, weight) in (0_u32..).zip(weights) {
        if let Some(part) = parts.get_mut(pedigree.rank(place) as usize) {
            *part = *weight;
        }
    }
    for (rank, both) in parents.iter().enumerate().skip(1).rev() {
        let half = 0.5 * parts.get(rank).copied().unwrap_or(0.0);
        for parent in both {
            if let Some(part) = parts.get_mut(*parent as usize) {
                *part += half;
            }
        }
    }
    if let Some(unknown) = parts.first_mut() {
        *unknown = 0.0;
    }
    parts
}
