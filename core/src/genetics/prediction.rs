//! What a planned mating may give: exact odds of genotypes, of looks, of losses and of disease.
//!
//! # What is exact
//! Everything is integers. A gamete's weights are polynomials in the recombination fractions of the table, which are
//! rationals, so they are rationals too; where loci are not linked, they are powers of one half. The odds of a locus, of
//! disease and the joint odds of all loci that show are therefore fractions without any rounding, for any parents whose
//! [`Genome`](super::Genome) is known and for a [`Genotype`](super::Genotype) with open phases, which is the average over
//! its phases.
//!
//! A parent that is [inferred](super::inference) comes with weights rounded to 2^-32 for each block of linked loci. The odds
//! of loci and of disease are exact for these weights. The joint odds are rounded too, as soon as their common denominator
//! would pass 2^128: blocks to 2^-48, and the looks after each block to 2^-48, by the largest remainder, so that they are
//! one together to the last bit. So are those of two parents who are heterozygous at nearly every locus, with some phases
//! known and some open. [`Mating::is_exact`] says which it is.
//!
//! # Two numbers
//! What is lethal is conceived and lost. Each probability is told at conception and among live foals; a loss may go along
//! with a look (frame) or with a linked locus, and both numbers account for that.

mod chance;
mod gametes;
mod joint;
mod rounding;

pub use chance::Chance;
pub use gametes::Parent;
pub(super) use gametes::{Gametes, blocks};
pub(super) use rounding::apportion;

use super::coat::Phenotype;
use super::locus::{Dominance, Group, Locus, Pair};
use super::viability::Loss;
use crate::Refusal;
use crate::horse::Sex;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use joint::{Block, Joint};

/// A probability, at conception and among the foals that live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Odds {
    /// Among all that are conceived.
    pub conceived: Chance,
    /// Among those that live; 0 where none does.
    pub live: Chance,
}

/// What a pair of alleles means at a health locus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Health {
    /// Wild type alone.
    Clear,
    /// One copy of what takes two.
    Carrier,
    /// The disease, or the risk of it.
    Affected,
}

impl Health {
    /// What a pair of alleles means at a locus.
    #[must_use]
    pub fn of(locus: Locus, pair: Pair) -> Self {
        let harmful = || pair.alleles().filter(|it| !it.is_wild());
        if pair.is_wild() {
            Self::Clear
        } else if harmful().any(|it| locus.dominance(it) != Dominance::Recessive)
            || harmful().count() == pair.alleles().count()
        {
            Self::Affected
        } else {
            Self::Carrier
        }
    }
}

/// The odds of each outcome at a health locus that laboratories test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HealthOdds {
    /// The locus.
    pub locus: Locus,
    /// Of wild type alone.
    pub clear: Odds,
    /// Of a carrier.
    pub carrier: Odds,
    /// Of the disease or the risk of it.
    pub affected: Odds,
}

/// The whole prediction of a mating.
pub struct Mating<'a> {
    dam: &'a Parent,
    sire: &'a Parent,
    joint: Joint,
    alive: u128,
}

/// Predicts what a mare and a stallion may have, given in whichever order.
///
/// # Errors
/// [`Refusal::WrongSex`] for two of one sex.
pub fn predict<'a>(one: &'a Parent, other: &'a Parent) -> Result<Mating<'a>, Refusal> {
    let (dam, sire) = match (one.sex(), other.sex()) {
        (Sex::Female, Sex::Male) => (one, other),
        (Sex::Male, Sex::Female) => (other, one),
        (Sex::Female, _) => {
            return Err(Refusal::WrongSex {
                field: "stallion_id",
            });
        }
        (Sex::Male, _) => return Err(Refusal::WrongSex { field: "mare_id" }),
    };
    let halves = dam.blocks().iter().zip(sire.blocks());
    let all = blocks().zip(halves);
    let joint = Joint::of(
        all.map(|(loci, (egg, sperm))| Block::new(egg, sperm, loci))
            .collect(),
    );
    let alive = joint.live.iter().map(|it| it.1).sum();
    Ok(Mating {
        dam,
        sire,
        joint,
        alive,
    })
}

impl Mating<'_> {
    /// The odds of each look, in the order of the phenotypes; those among live foals are one together.
    pub fn coats(&self) -> impl Iterator<Item = (Phenotype, Odds)> {
        let odds = |it: &(Phenotype, u128)| (it.0, self.odds(it.1));
        self.joint.live.iter().map(odds)
    }

    /// The likeliest looks, likeliest first, at most so many; among equals in the order of the phenotypes.
    #[must_use]
    pub fn likeliest(&self, most: usize) -> Vec<(Phenotype, Odds)> {
        let mut all: Vec<_> = self.joint.live.iter().collect();
        crate::order::sort_by(&mut all, |one, other| {
            (other.1, one.0).cmp(&(one.1, other.0))
        });
        all.truncate(most);
        all.into_iter().map(|it| (it.0, self.odds(it.1))).collect()
    }

    /// The odds of looks that a key takes together, such as the name of the colour; in the order of the keys.
    pub fn grouped<K: Ord>(&self, mut key: impl FnMut(Phenotype) -> K) -> Vec<(K, Odds)> {
        let mut groups: BTreeMap<K, u128> = BTreeMap::new();
        for (phenotype, weight) in &self.joint.live {
            *groups.entry(key(*phenotype)).or_default() += weight;
        }
        let odds = |(key, weight)| (key, self.odds(weight));
        groups.into_iter().map(odds).collect()
    }

    /// How many looks there are.
    #[must_use]
    pub const fn looks(&self) -> usize {
        self.joint.live.len()
    }

    /// The chance of each loss, in the order of the loci; of two reasons the first counts.
    pub fn lost(&self) -> impl Iterator<Item = (Loss, Chance)> {
        let chance = |it: &(Loss, u128)| (it.0, Chance::new(it.1, self.joint.of));
        self.joint.lost.iter().map(chance)
    }

    /// The chance that a foal is born alive.
    #[must_use]
    pub fn born_alive(&self) -> Chance {
        Chance::new(self.alive, self.joint.of)
    }

    /// Are the joint odds without any rounding?
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        self.joint.is_exact
    }

    /// The odds of each pair of alleles at a locus, in their order; on the X chromosome those of fillies, of two alleles, and
    /// of colts, of one, are one together.
    #[must_use]
    pub fn by_locus(&self, locus: Locus) -> Vec<(Pair, Odds)> {
        let table = self.table(locus);
        let pairs = table.pairs.iter();
        pairs
            .map(|it| (it.0, table.odds(core::iter::once(it))))
            .collect()
    }

    /// The odds of health at each locus of [`Group::Health`] that laboratories test, in the order of the table.
    #[must_use]
    pub fn health(&self) -> Vec<HealthOdds> {
        let facts = |it: &Locus| it.facts().group == Group::Health && it.facts().is_tested;
        let tested = Locus::ALL.iter().copied().filter(facts);
        let odds = |locus| {
            let table = self.table(locus);
            let of = |health| {
                table.odds(
                    table
                        .pairs
                        .iter()
                        .filter(|it| Health::of(locus, it.0) == health),
                )
            };
            HealthOdds {
                locus,
                clear: of(Health::Clear),
                carrier: of(Health::Carrier),
                affected: of(Health::Affected),
            }
        };
        tested.map(odds).collect()
    }

    fn odds(&self, weight: u128) -> Odds {
        Odds {
            conceived: Chance::new(weight, self.joint.of),
            live: Chance::new(weight, self.alive),
        }
    }

    fn table(&self, locus: Locus) -> Table {
        let mut table = Table {
            pairs: Vec::new(),
            of: 0,
            alive: 0,
        };
        let halves = self.dam.blocks().iter().zip(self.sire.blocks());
        for (loci, (egg, sperm)) in blocks().zip(halves).filter(|it| it.0.contains(&locus)) {
            let (each, of) = joint::outcomes(egg, sperm, loci, &[locus]);
            table.of = of;
            for (union, loss, weight) in each {
                table.add(union.pair(locus), weight, loss.is_none());
            }
        }
        crate::order::sort(&mut table.pairs);
        table
    }
}

/// The pairs of alleles at a locus: weight at conception, and of those that live.
struct Table {
    pairs: Vec<(Pair, u128, u128)>,
    of: u128,
    alive: u128,
}

impl Table {
    fn add(&mut self, pair: Pair, weight: u128, is_live: bool) {
        let live = if is_live { weight } else { 0 };
        self.alive += live;
        match self.pairs.iter_mut().find(|it| it.0 == pair) {
            Some(same) => (same.1, same.2) = (same.1 + weight, same.2 + live),
            None => self.pairs.push((pair, weight, live)),
        }
    }

    fn odds<'a>(&self, pairs: impl Iterator<Item = &'a (Pair, u128, u128)>) -> Odds {
        let (conceived, live) = pairs.fold((0, 0), |sum, it| (sum.0 + it.1, sum.1 + it.2));
        Odds {
            conceived: Chance::new(conceived, self.of),
            live: Chance::new(live, self.alive),
        }
    }
}
