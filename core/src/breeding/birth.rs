//! Conception and birth: everything that the dice decide of a foal.

use super::inherited::{Nurture, draw_traits, trait_draws};
use crate::breed::BreedFacts;
use crate::dice::Dice;
use crate::genetics::{Genome, Loss, meiosis, viability};
use crate::heredity::{BreedingValues, Inheritance, ParentsInbreeding};
use crate::horse::{FIRST_BOND, FIRST_STRESS, Sex, draw_temperament};
use crate::pedigree::Inbreeding;
use crate::scale::Gauge;
use crate::stat::Stats;
use crate::temperament::Temperament;
use crate::traits::EpigeneticModifiers;
use alloc::boxed::Box;

/// What a foal takes from a parent.
#[derive(Clone, Copy, Debug)]
pub struct Parent<'a> {
    /// Its genome.
    pub genome: &'a Genome,
    /// Its breeding values.
    pub values: &'a BreedingValues,
    /// Its coefficient of inbreeding.
    pub inbreeding: Inbreeding,
    /// Its temperament.
    pub temperament: Temperament,
    /// Its traits, hidden ones too.
    pub modifiers: &'a EpigeneticModifiers,
}

/// A foal, ready to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newborn {
    /// Its sex.
    pub sex: Sex,
    /// Its coefficient of inbreeding.
    pub inbreeding: Inbreeding,
    /// Its genome, breeding values, height and coat.
    pub inheritance: Inheritance,
    /// Its stats.
    pub stats: Stats,
    /// Its temperament.
    pub temperament: Temperament,
    /// Its bond, 50.
    pub bond: Gauge,
    /// Its stress, 30.
    pub stress: Gauge,
    /// Its traits, hidden ones too.
    pub modifiers: EpigeneticModifiers,
}

/// What came of a covering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conceived {
    /// A foal.
    Foal(Box<Newborn>),
    /// None: it could not live.
    Lost(Loss),
}

/// The weights with which a foal has its sire's temperament, its dam's, or one drawn for its breed.
pub const TEMPERAMENT_WEIGHTS: [u16; 3] = [4, 4, 2];

/// Makes the foal of one pregnancy from the dice of [`Purpose::Birth`](crate::dice::Purpose::Birth): at its birth, so that
/// the dam's care until then counts.
///
/// `foal` is its coefficient of inbreeding (the kinship of its parents), `breed` its own breed. The dice decide, in this
/// order: the sex; the egg, then the sperm (a draw a locus); if it lives the fourteen Mendelian deviates, the twelve
/// environmental ones of the stats, that of height, that of white markings, and what the coat takes; the temperament (40 % the sire's, 40 % the
/// dam's, 20 % drawn for the breed, with one more draw); one draw for each of [`trait_draws`], then the visibility of each
/// trait that stands.
#[must_use]
pub fn conceive(
    sire: &Parent<'_>,
    dam: &Parent<'_>,
    nurture: Nurture,
    foal: Inbreeding,
    breed: &BreedFacts,
    dice: &mut Dice,
) -> Conceived {
    let sex = if dice.below(2) == 0 {
        Sex::Male
    } else {
        Sex::Female
    };
    let egg = meiosis::gamete(dam.genome, dice);
    let genome = Genome::of(egg, meiosis::gamete(sire.genome, dice), sex);
    if let Err(loss) = viability(&genome) {
        return Conceived::Lost(loss);
    }
    let inbred = ParentsInbreeding {
        sire: sire.inbreeding,
        dam: dam.inbreeding,
    };
    let values = BreedingValues::of_foal(sire.values, dam.values, inbred, dice);
    let stats = values.draw_stats(foal, dice);
    let inheritance = Inheritance::expressed(genome, values, dice);
    let temperament = match dice.weighted(&TEMPERAMENT_WEIGHTS) {
        0 => sire.temperament,
        1 => dam.temperament,
        _ => draw_temperament(breed, dice),
    };
    let had = sire.modifiers.iter().chain(dam.modifiers.iter());
    Conceived::Foal(Box::new(Newborn {
        sex,
        inbreeding: foal,
        inheritance,
        stats,
        temperament,
        bond: FIRST_BOND,
        stress: FIRST_STRESS,
        modifiers: draw_traits(&trait_draws(had, nurture, foal), nurture, dice),
    }))
}
