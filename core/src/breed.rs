//! Breeds: what the rules need to know of one, and the breeds of the world.

mod alleles;
mod build;
mod table;

use crate::Refusal;
use crate::{stat, temperament};

pub use build::Build;
pub use table::{BREEDS, CROSSBRED};

/// What the rules need to know of a breed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreedFacts {
    /// The mean of each stat of a founder, in the order of [`Stat::ALL`](stat::Stat::ALL), each 9..=20.
    pub stat_means: [i16; stat::COUNT],
    /// The weight of each temperament, in the order of [`Temperament::ALL`](temperament::Temperament::ALL); they
    /// add up to 10,000.
    pub temperament_weights: [u16; temperament::COUNT],
    /// The mean height at the withers of a grown horse, in centimetres.
    pub height_cm: u8,
}

impl BreedFacts {
    /// Checks facts that come from elsewhere than the table.
    ///
    /// # Errors
    /// [`Refusal::OutOfRange`] for a mean outside of 9..=20 or weights that do not add up to 10,000.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.stat_means.iter().any(|mean| !(9..=20).contains(mean)) {
            return Err(Refusal::OutOfRange {
                field: "stat_means",
                least: 9,
                most: 20,
            });
        }
        let total: u32 = self
            .temperament_weights
            .iter()
            .map(|weight| u32::from(*weight))
            .sum();
        if total != 10_000 {
            return Err(Refusal::OutOfRange {
                field: "temperament_weights",
                least: 10_000,
                most: 10_000,
            });
        }
        Ok(())
    }
}

/// A breed of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breed {
    /// Its name.
    pub name: &'static str,
    /// What the rules need to know of it.
    pub facts: BreedFacts,
}

/// The breed of a name, written exactly as in [`BREEDS`], or [`CROSSBRED`].
///
/// # Errors
/// [`Refusal::Unknown`].
pub fn by_name(name: &str) -> Result<&'static Breed, Refusal> {
    let known = BREEDS
        .iter()
        .chain([&CROSSBRED])
        .find(|breed| breed.name == name);
    known.ok_or(Refusal::Unknown { field: "breed" })
}
