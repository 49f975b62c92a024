//! Which genotypes cannot live.

use super::genome::Genome;
use super::locus::{Locus, Pair};
use super::table;

/// What is known of a pair of alleles that is not simply viable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viability {
    /// Conceived and lost, before birth or soon after: the game ends the pregnancy without a foal.
    Lethal,
    /// Suspected to be lethal, and never shown to be. Such foals live, and players are warned.
    Suspected,
}

/// Why a conception was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Loss {
    /// The locus.
    pub locus: Locus,
    /// The alleles there.
    pub pair: Pair,
}

impl Locus {
    /// What is known of the viability of two of its alleles; nothing for those that live without doubt.
    #[must_use]
    pub fn viability(self, pair: Pair) -> Option<Viability> {
        let mut known = table::PAIRS.iter().filter(|it| it.0 == self);
        let found =
            known.find(
                |(locus, one, other, _)| match (locus.allele(one), locus.allele(other)) {
                    (Ok(one), Ok(other)) => Pair::of(one, other) == pair,
                    _ => false,
                },
            );
        found.map(|it| it.3)
    }
}

/// Checks that a horse of this genome can live.
///
/// # Errors
/// The first locus, in the order of [`Locus::ALL`], at which it cannot.
pub fn viability(genome: &Genome) -> Result<(), Loss> {
    let lost = Locus::ALL.iter().find_map(|&locus| {
        let pair = genome.pair(locus);
        let is_lost = !pair.is_wild() && locus.viability(pair) == Some(Viability::Lethal);
        is_lost.then_some(Loss { locus, pair })
    });
    lost.map_or(Ok(()), Err)
}
