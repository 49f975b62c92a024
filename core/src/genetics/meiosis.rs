//! Meiosis: which half of a parent's genome a foal receives.
//!
//! Chromosomes assort independently. Along one, the strand changes between two loci with their recombination fraction,
//! without interference: whether it changes in one interval says nothing of the next.

use super::genome::{Genome, field};
use super::locus::Locus;
use crate::dice::Dice;

/// A recombination fraction, exactly: at most one half.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Recombination {
    /// How many gametes of `among` are recombinant.
    pub recombinants: u32,
    /// Of how many gametes.
    pub among: u32,
}

impl Recombination {
    /// Loci that are not linked.
    pub const FREE: Self = Self {
        recombinants: 1,
        among: 2,
    };
}

/// Half a genome: one allele of every locus, packed as in [`Genome`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gamete(pub(super) u64);

/// Draws a gamete: for every locus in the order of [`Locus::ALL`] one draw of the strand.
///
/// The X chromosome of a stallion's gamete is the only one he has; it counts in fillies alone.
#[must_use]
pub fn gamete(parent: &Genome, dice: &mut Dice) -> Gamete {
    let [one, other] = parent.strands();
    let mut crossing = Recombination::FREE;
    let mut is_other = false;
    let mut gamete = 0;
    for locus in Locus::ALL {
        is_other ^= dice.below(crossing.among) < crossing.recombinants;
        gamete |= field(*locus) & if is_other { other } else { one };
        crossing = locus.facts().to_next;
    }
    Gamete(gamete)
}
