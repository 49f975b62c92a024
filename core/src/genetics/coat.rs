//! The coat: what of a genotype can be seen, its name, the white markings, the eyes.
//!
//! [`Phenotype`] is what loci decide, [`Coat`] the document that anyone may read, with the markings that chance has a part
//! in. Neither is ever turned back into a genotype but by inference.

mod describe;
mod kit;
mod look;
mod markings;
mod name;
mod phenotype;
mod public;
mod warning;

pub use kit::{KitWhite, Spotting};
pub use look::{Base, Brindle, Curly, Dilution, Dun, Greying, Leopard, Splash};
pub use markings::{Face, LegWhite, Legs, Markings, markings};
pub use name::Pattern;
pub use phenotype::Phenotype;
pub use public::{Coat, Eyes, Hair, Seen};
pub use warning::{Warning, warnings};

use super::locus::{Allele, Locus};

/// The allele of a symbol, looked up at compile time, where a symbol that the table lacks is an error.
const fn allele(locus: Locus, symbol: &str) -> Allele {
    Allele(place(locus, symbol) as u8)
}

#[expect(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "evaluated at compile time, where either is an error"
)]
const fn place(locus: Locus, symbol: &str) -> usize {
    let alleles = locus.facts().alleles;
    let mut at = 0;
    while at < alleles.len() {
        if is_equal(alleles[at].as_bytes(), symbol.as_bytes()) {
            return at;
        }
        at += 1;
    }
    panic!("the locus has no such allele")
}

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where a wrong index is an error"
)]
const fn is_equal(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}
