//! Why a foal would be inbred: the common ancestors of its parents and the paths that lead through them.
//!
//! Wright's formula (1922, Am. Nat. 56:330): F is the sum, over every pair of paths from sire and dam that meet in an
//! ancestor A and nowhere before, of (1/2)^(n1 + n2 + 1) (1 + F_A).

#![expect(
    clippy::float_arithmetic,
    reason = "binary fractions by + - * alone, in an order that the pedigree fixes: the same bits on every machine"
)]

use alloc::collections::BinaryHeap;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::bits::Bits;
use super::kinship::Kinship;
use super::record::UNKNOWN;

/// Contributions below this are dust of the arithmetic.
const DUST: f64 = 1e-15;
/// Steps of the search for paths: enough for a hundred paths in ten generations of any horse.
const MOST_STEPS: usize = 20_000;

/// How far an explanation goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Generations back from sire and dam, 12 at most.
    pub generations: u32,
    /// Common ancestors told.
    pub ancestors: usize,
    /// Paths told.
    pub paths: usize,
}

impl Default for Reach {
    /// Eight generations, ten ancestors, ten paths.
    fn default() -> Self {
        Self {
            generations: 8,
            ancestors: 10,
            paths: 10,
        }
    }
}

/// A mating with the inbreeding of its foals, and where that comes from. Animals are told by place, or as
/// [`named`](Self::named) makes of it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Explained<Id = u32> {
    /// F of a foal, 0 to 1: exact, over the whole pedigree.
    pub f: f64,
    /// Common ancestors that contribute, the greatest contribution first.
    pub ancestors: Vec<CommonAncestor<Id>>,
    /// Paths, the greatest contribution first.
    pub paths: Vec<CommonPath<Id>>,
    /// The part of F that the common ancestors told do not make up.
    pub beyond: f64,
}

/// An ancestor in whom paths from sire and dam meet.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CommonAncestor<Id = u32> {
    /// The ancestor.
    pub animal: Id,
    /// The ancestor's own F, 0 to 1.
    pub f: f64,
    /// The part of the foal's F that paths which meet in the ancestor make up.
    pub contribution: f64,
}

/// One pair of paths, from the sire and from the dam to a common ancestor.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CommonPath<Id = u32> {
    /// From the sire to the ancestor, both included: n1 is the number of steps.
    pub sire_side: Vec<Id>,
    /// From the dam to the ancestor, both included: n2 is the number of steps.
    pub dam_side: Vec<Id>,
    /// (1/2)^(n1 + n2 + 1) (1 + F of the ancestor).
    pub contribution: f64,
}

impl Explained {
    /// Tells animals by what `name` makes of their places.
    #[must_use]
    pub fn named<Id>(self, name: impl Fn(u32) -> Id) -> Explained<Id> {
        let ancestor = |each: CommonAncestor| CommonAncestor {
            animal: name(each.animal),
            f: each.f,
            contribution: each.contribution,
        };
        let path = |each: CommonPath| CommonPath {
            sire_side: each.sire_side.into_iter().map(&name).collect(),
            dam_side: each.dam_side.into_iter().map(&name).collect(),
            contribution: each.contribution,
        };
        Explained {
            f: self.f,
            ancestors: self.ancestors.into_iter().map(ancestor).collect(),
            paths: self.paths.into_iter().map(path).collect(),
            beyond: self.beyond,
        }
    }
}

/// Explains the inbreeding of a foal of two animals.
#[must_use]
pub fn explain(kinship: &mut Kinship<'_>, sire: u32, dam: u32, reach: Reach) -> Explained {
    let f = kinship.between(sire, dam);
    if f == 0.0 {
        return Explained {
            f,
            ancestors: Vec::new(),
            paths: Vec::new(),
            beyond: 0.0,
        };
    }
    let pedigree = kinship.pedigree();
    let family = Family::of(kinship, pedigree.rank(sire), pedigree.rank(dam), reach);
    let mut ancestors = family.ancestors();
    ancestors.truncate(reach.ancestors);
    let told: f64 = ancestors.iter().map(|each| each.contribution).sum();
    Explained {
        f,
        paths: family.paths(reach.paths),
        beyond: (f - told).max(0.0),
        ancestors,
    }
}

/// Sire, dam and their nearer ancestors, the youngest first, so that parents have greater numbers.
struct Family<'a> {
    kinship: &'a Kinship<'a>,
    ranks: Vec<u32>,
    parents: Vec<[Option<usize>; 2]>,
    sire: usize,
    dam: usize,
}

impl<'a> Family<'a> {
    fn of(kinship: &'a Kinship<'a>, sire: u32, dam: u32, reach: Reach) -> Self {
        let ranks = nearest(kinship, [sire, dam], reach.generations.min(12));
        let number = |rank: u32| {
            let found = ranks.binary_search_by(|each| rank.cmp(each));
            found.ok().filter(|_| rank != UNKNOWN)
        };
        let parents = |rank: &u32| kinship.pedigree().parents_of(*rank).map(number);
        Self {
            kinship,
            parents: ranks.iter().map(parents).collect(),
            sire: number(sire).unwrap_or(0),
            dam: number(dam).unwrap_or(0),
            ranks,
        }
    }

    fn of_number<T: Copy>(values: &[T], number: usize, otherwise: T) -> T {
        values.get(number).copied().unwrap_or(otherwise)
    }

    /// What an animal has from everybody in the family.
    fn parts(&self, from: usize) -> Vec<f64> {
        let mut parts = vec![0.0; self.ranks.len()];
        if let Some(own) = parts.get_mut(from) {
            *own = 1.0;
        }
        for (number, parents) in self.parents.iter().enumerate().skip(from) {
            let half = 0.5 * Self::of_number(&parts, number, 0.0);
            if half == 0.0 {
                continue;
            }
            for parent in parents.iter().flatten() {
                if let Some(sum) = parts.get_mut(*parent) {
                    *sum += half;
                }
            }
        }
        parts
    }

    /// (1 + F) / 2 of a member: what meeting in it is worth.
    fn worth(&self, number: usize) -> f64 {
        let rank = Self::of_number(&self.ranks, number, UNKNOWN);
        0.5 * (1.0 + self.kinship.f_of(rank))
    }

    fn place(&self, number: usize) -> u32 {
        let rank = Self::of_number(&self.ranks, number, UNKNOWN);
        self.kinship.pedigree().place(rank).unwrap_or(u32::MAX)
    }

    /// The chance that two lines meet first in A: that both reach A, less that they met in a younger B and both went
    /// on from there to A.
    fn ancestors(&self) -> Vec<CommonAncestor> {
        let (sire, dam) = (self.parts(self.sire), self.parts(self.dam));
        let mut first: Vec<f64> = sire.iter().zip(&dam).map(|(s, d)| s * d).collect();
        let mut found = Vec::new();
        for number in 0..first.len() {
            let met = Self::of_number(&first, number, 0.0);
            if met <= DUST {
                continue;
            }
            for (chance, part) in first.iter_mut().zip(self.parts(number)).skip(number + 1) {
                *chance -= met * part * part;
            }
            let worth = self.worth(number);
            found.push(CommonAncestor {
                animal: self.place(number),
                f: 2.0 * worth - 1.0,
                contribution: met * worth,
            });
        }
        crate::order::sort_by(&mut found, |one, other| {
            let by_contribution = other.contribution.total_cmp(&one.contribution);
            by_contribution.then(one.animal.cmp(&other.animal))
        });
        found
    }

    /// The best paths, by a search that follows the most promising pair of lines first, the younger animal's.
    fn paths(&self, most: usize) -> Vec<CommonPath> {
        let above = self.lines();
        let mut open = BinaryHeap::from([Lines {
            bound: self.worth(self.sire),
            weight: 1.0,
            sides: [vec![self.sire], vec![self.dam]],
        }]);
        let mut found = Vec::new();
        for _ in 0..MOST_STEPS {
            let Some(lines) = open.pop().filter(|_| found.len() < most) else {
                break;
            };
            let [one, other] = lines.ends();
            if one == other {
                found.push(self.told(lines));
                continue;
            }
            // The younger has the smaller number; an older one may still be among its ancestors.
            let side = usize::from(other < one);
            for parent in self.parents.get(one.min(other)).into_iter().flatten() {
                if let Some(parent) = parent
                    && meet(&above, *parent, one.max(other))
                {
                    open.push(self.followed(&lines, side, *parent));
                }
            }
        }
        found
    }

    fn followed(&self, lines: &Lines, side: usize, parent: usize) -> Lines {
        let mut sides = lines.sides.clone();
        if let Some(line) = sides.get_mut(side) {
            line.push(parent);
        }
        let weight = 0.5 * lines.weight;
        let [one, other] = lines.ends();
        let met = parent == one.max(other);
        // Whoever has not met yet takes one more step at least, and no meeting is worth more than 1.
        let bound = weight * if met { self.worth(parent) } else { 0.5 };
        Lines {
            bound,
            weight,
            sides,
        }
    }

    fn told(&self, lines: Lines) -> CommonPath {
        let [sire_side, dam_side] = lines
            .sides
            .map(|side| side.into_iter().map(|number| self.place(number)).collect());
        CommonPath {
            sire_side,
            dam_side,
            contribution: lines.bound,
        }
    }

    /// For every member the set of itself and its ancestors in the family.
    fn lines(&self) -> Vec<Vec<u64>> {
        let words = self.ranks.len() / 64 + 1;
        let mut above: Vec<Vec<u64>> = vec![Vec::new(); self.ranks.len()];
        for (number, parents) in self.parents.iter().enumerate().rev() {
            let mut own = vec![0_u64; words];
            if let Some(word) = own.get_mut(number / 64) {
                *word |= 1 << (number % 64);
            }
            for parent in parents.iter().flatten() {
                for (word, more) in own.iter_mut().zip(above.get(*parent).into_iter().flatten()) {
                    *word |= more;
                }
            }
            if let Some(held) = above.get_mut(number) {
                *held = own;
            }
        }
        above
    }
}

fn meet(above: &[Vec<u64>], one: usize, other: usize) -> bool {
    let words = |number: usize| above.get(number).into_iter().flatten();
    words(one)
        .zip(words(other))
        .any(|(one, other)| one & other != 0)
}

/// The ranks of two animals and of their ancestors some generations back, the youngest first.
fn nearest(kinship: &Kinship<'_>, two: [u32; 2], generations: u32) -> Vec<u32> {
    let mut seen = Bits::new(kinship.pedigree().by_rank().len());
    let mut ranks: Vec<u32> = Vec::new();
    let mut now = two.to_vec();
    for _ in 0..=generations {
        now.retain(|rank| *rank != UNKNOWN && seen.insert(*rank));
        ranks.extend(&now);
        now = now
            .iter()
            .flat_map(|rank| kinship.pedigree().parents_of(*rank))
            .collect();
    }
    crate::order::sort_by(&mut ranks, |one, other| other.cmp(one));
    ranks
}

/// Two lines on their way from sire and dam.
struct Lines {
    /// The most that a pair of paths which starts so can contribute; once they have met, what it does.
    bound: f64,
    /// (1/2)^(steps so far).
    weight: f64,
    sides: [Vec<usize>; 2],
}

impl Lines {
    fn ends(&self) -> [usize; 2] {
        let end = |side: &Vec<usize>| side.last().copied().unwrap_or(0);
        let [sire, dam] = &self.sides;
        [end(sire), end(dam)]
    }
}

impl Ord for Lines {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bound
            .total_cmp(&other.bound)
            .then_with(|| other.sides.cmp(&self.sides))
    }
}

impl PartialOrd for Lines {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Lines {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Lines {}
