//! The joint distribution of everything that shows, folded block by block.
//!
//! The state is what a foal may look like as far as the blocks so far decide, each look once. A block multiplies it by its
//! own few outcomes and equals are added up, so that the work follows the number of looks and never the number of genotypes.

use super::gametes::{Gametes, Union, added, mask, unite};
use super::rounding::{apportion, give_out};
use crate::genetics::coat::Phenotype;
use crate::genetics::locus::{Locus, Pair};
use crate::genetics::{Loss, Viability};
use alloc::vec::Vec;

/// Where the weights of a block are rounded, they are 2^-48.
const BLOCK_BITS: u32 = 48;
/// Where the weights of the looks are rounded, they are 2^-48.
const STATE_BITS: u32 = 48;

/// What a block of linked loci may give a foal, as far as it shows or kills.
pub(super) struct Block {
    /// The loci that show.
    visible: Vec<Locus>,
    /// Live outcomes that differ in what they show, each with one union that gives it.
    live: Vec<(Union, u128)>,
    lost: Vec<(Loss, u128)>,
    of: u128,
}

impl Block {
    pub(super) fn new(egg: &Gametes, sperm: &Gametes, loci: &[Locus]) -> Self {
        let visible: Vec<Locus> = Phenotype::LOCI
            .into_iter()
            .filter(|it| loci.contains(it))
            .collect();
        let (each, of) = outcomes(egg, sperm, loci, &visible);
        let (mut live, mut lost) = (Vec::new(), Vec::new());
        for (union, loss, weight) in each {
            match loss {
                Some(loss) => lost.push((loss, weight)),
                None => live.push((shown(Phenotype::START, union, &visible), union, weight)),
            }
        }
        crate::order::sort(&mut live);
        live.dedup_by(|next, kept| {
            let is_same = next.0 == kept.0;
            if is_same {
                kept.2 += next.2;
            }
            is_same
        });
        let mut block = Self {
            visible,
            live: live.into_iter().map(|it| (it.1, it.2)).collect(),
            lost: added(lost),
            of,
        };
        block.reduce();
        block
    }

    /// Is there only one thing it can give?
    pub(super) fn is_certain(&self) -> bool {
        self.live.len() + self.lost.len() == 1
    }

    /// Where its first visible locus stands among those that show: those first that hide others.
    pub(super) fn rank(&self) -> usize {
        let first = self.visible.first();
        let rank = |it: &Locus| Phenotype::LOCI.iter().position(|at| at == it);
        first.and_then(rank).unwrap_or(usize::MAX)
    }

    fn weights(&mut self) -> impl Iterator<Item = &mut u128> {
        let live = self.live.iter_mut().map(|it| &mut it.1);
        live.chain(self.lost.iter_mut().map(|it| &mut it.1))
    }

    fn reduce(&mut self) {
        let divisor = self.weights().fold(0, |divisor, weight| {
            super::chance::common_divisor(divisor, *weight)
        });
        if divisor > 1 {
            self.of /= divisor;
            self.weights().for_each(|weight| *weight /= divisor);
        }
    }

    /// Rounds the weights to multiples of 2^-48, exactly one together.
    fn round(&mut self) {
        let weights: Vec<u128> = self.weights().map(|it| *it).collect();
        let rounded = apportion(&weights, self.of, BLOCK_BITS);
        self.of = 1 << BLOCK_BITS;
        self.weights()
            .zip(rounded)
            .for_each(|(weight, rounded)| *weight = rounded);
    }
}

/// What a foal may have at some loci of a block, with its loss if it is lost, weights and their total.
pub(super) fn outcomes(
    egg: &Gametes,
    sperm: &Gametes,
    loci: &[Locus],
    asked: &[Locus],
) -> (Vec<(Union, Option<Loss>, u128)>, u128) {
    let lethal = lethal(egg, sperm, loci);
    let asked = mask(asked.iter().copied());
    let all = asked | mask(lethal.iter().map(|it| it.locus));
    let (each, of) = unite(&egg.only(all), &sperm.only(all), loci);
    let each = each.into_iter().map(|(union, weight)| {
        let loss = lethal.iter().find(|it| union.pair(it.locus) == it.pair);
        (union.only(asked), loss.copied(), weight)
    });
    (each.collect(), of)
}

/// The lethal pairs that two parents may give at the loci of a block, in the order of the loci.
fn lethal(egg: &Gametes, sperm: &Gametes, loci: &[Locus]) -> Vec<Loss> {
    let mut lethal = Vec::new();
    for locus in loci.iter().copied() {
        let from_sire = sperm.alleles(locus);
        for one in egg.alleles(locus) {
            for other in &from_sire {
                let pair = Pair::of(one, *other);
                if !pair.is_wild() && locus.viability(pair) == Some(Viability::Lethal) {
                    lethal.push(Loss { locus, pair });
                }
            }
        }
    }
    lethal
}

fn shown(so_far: Phenotype, union: Union, visible: &[Locus]) -> Phenotype {
    visible.iter().fold(so_far, |shown, locus| {
        shown.express(*locus, union.pair(*locus))
    })
}

/// What a foal may look like, why it may be lost, and the total of the weights.
pub(super) struct Joint {
    pub(super) live: Vec<(Phenotype, u128)>,
    pub(super) lost: Vec<(Loss, u128)>,
    pub(super) of: u128,
    pub(super) is_exact: bool,
}

impl Joint {
    pub(super) fn of(mut blocks: Vec<Block>) -> Self {
        crate::order::sort_by(&mut blocks, |one, other| {
            let key = |block: &Block| (!block.is_certain(), block.rank());
            key(one).cmp(&key(other))
        });
        let of = blocks
            .iter()
            .try_fold(1_u128, |of, block| of.checked_mul(block.of));
        let mut joint = Self {
            live: alloc::vec![(Phenotype::START, 1)],
            lost: Vec::new(),
            of: 1,
            is_exact: of.is_some(),
        };
        if !joint.is_exact {
            joint.of <<= STATE_BITS;
            joint.live = alloc::vec![(Phenotype::START, joint.of)];
            blocks.iter_mut().for_each(Block::round);
        }
        for block in &blocks {
            joint.fold(block);
            if !joint.is_exact {
                joint.round();
            }
        }
        joint
    }

    fn fold(&mut self, block: &Block) {
        let mut live = Vec::with_capacity(self.live.len() * block.live.len());
        for (union, times) in &block.live {
            let looks = self.live.iter();
            live.extend(looks.map(|it| (shown(it.0, *union, &block.visible), it.1 * times)));
        }
        let alive: u128 = self.live.iter().map(|it| it.1).sum();
        let lives: u128 = block.live.iter().map(|it| it.1).sum();
        let mut lost = Vec::new();
        for (loss, weight) in &self.lost {
            lost.push((*loss, weight * lives));
            // Of two reasons the one that stands first in the table is told.
            let both = block.lost.iter();
            lost.extend(both.map(|it| (*loss.min(&it.0), weight * it.1)));
        }
        lost.extend(block.lost.iter().map(|it| (it.0, it.1 * alive)));
        self.live = added(live);
        self.lost = added(lost);
        self.of *= block.of;
    }

    fn weights(&mut self) -> impl Iterator<Item = &mut u128> {
        let live = self.live.iter_mut().map(|it| &mut it.1);
        live.chain(self.lost.iter_mut().map(|it| &mut it.1))
    }

    /// Rounds the weights to multiples of 2^-48, exactly one together.
    fn round(&mut self) {
        self.of >>= BLOCK_BITS;
        let rests = self.weights().map(|weight| {
            let rest = *weight & ((1 << BLOCK_BITS) - 1);
            *weight >>= BLOCK_BITS;
            rest
        });
        let rests: Vec<u128> = rests.collect();
        let missing = rests.iter().sum::<u128>() >> BLOCK_BITS;
        give_out(self.weights(), rests, missing);
        self.live.retain(|it| it.1 > 0);
        self.lost.retain(|it| it.1 > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genetics::prediction::gametes::blocks;

    /// The greatest total of a block, whichever of its loci are heterozygous in the parents.
    ///
    /// It is the square of the greatest denominator of a gamete at the loci that show or may kill; the X chromosome adds
    /// the sex.
    fn greatest(loci: &'static [Locus]) -> u128 {
        let counts = |it: &Locus| {
            let mut pairs = it
                .alleles()
                .flat_map(|one| it.alleles().map(move |other| Pair::of(one, other)));
            Phenotype::LOCI.contains(it)
                || pairs.any(|pair| it.viability(pair) == Some(Viability::Lethal))
        };
        let counted: Vec<Locus> = loci.iter().copied().filter(counts).collect();
        let gametes = |chosen: u32| {
            let heterozygous = counted
                .iter()
                .enumerate()
                .filter(|it| chosen & (1 << it.0) != 0);
            let other = mask(heterozygous.map(|it| *it.1));
            Gametes::of_any(&[([0, other & one_each(&counted)], 1)], loci)
                .only(mask(counted.iter().copied()))
        };
        let totals = (0..1 << counted.len()).map(|chosen| u128::from(gametes(chosen).of));
        let greatest = totals.max().unwrap();
        if loci.iter().any(|it| it.is_x_linked()) {
            greatest * 2
        } else {
            greatest * greatest
        }
    }

    /// Allele 1 of each locus.
    fn one_each(loci: &[Locus]) -> u64 {
        let with = |gamete: crate::genetics::Gamete, locus: &Locus| {
            gamete.with(*locus, locus.alleles().nth(1).unwrap())
        };
        loci.iter().fold(Default::default(), with).0
    }

    #[test]
    fn the_joint_odds_of_any_two_genomes_fit_128_bits() {
        let whole = blocks().try_fold(1_u128, |whole, loci| whole.checked_mul(greatest(loci)));
        assert!(
            whole.is_some(),
            "{:?}",
            blocks().map(greatest).collect::<Vec<_>>()
        );
    }
}
