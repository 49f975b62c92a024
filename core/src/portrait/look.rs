//! What is a horse's own in a portrait, and what runs in its family.
//!
//! A coat says which patterns a horse has, not where each patch lies. That is a row of numbers, and each number is made of
//! three gifts: two fifths are the sire's, two fifths the dam's, one fifth the horse's own; a founder's are all its own. A
//! gift is drawn from dice keyed by the id of who gives it, so full sisters share four fifths, half sisters two, and a
//! daughter has something of her mother. The ids are public, so a portrait tells nothing that is hidden.

use crate::dice::Dice;
use crate::id::HorseId;

/// How many numbers a look is made of.
pub(super) const COUNT: usize = 128;

/// The numbers of a look, each from -100 to 100.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Look([i32; COUNT]);

impl Look {
    /// The look of a horse with its parents, as far as it has any.
    pub(super) fn of(horse: HorseId, parents: Option<[HorseId; 2]>) -> Self {
        let own = gift(horse);
        let Some([sire, dam]) = parents.map(|ids| ids.map(gift)) else {
            return Self(own);
        };
        let mut look = own;
        for (slot, (sire, dam)) in look.iter_mut().zip(sire.iter().zip(dam)) {
            // The sum of three has less spread than one; half as much again makes up for it.
            *slot = (3 * (2 * sire + 2 * dam + *slot) / 10).clamp(-100, 100);
        }
        Self(look)
    }

    /// One of the numbers; those that come after the last are the first again.
    pub(super) fn at(&self, place: usize) -> i32 {
        self.0.get(place % COUNT).copied().unwrap_or_default()
    }

    /// One of the numbers as one from 0 to `most`.
    pub(super) fn up_to(&self, most: i32, place: usize) -> i32 {
        (self.at(place) + 100) * most / 200
    }

    /// How far two looks lie apart.
    #[cfg(test)]
    pub(super) fn distance(&self, other: &Self) -> i32 {
        let pairs = self.0.iter().zip(other.0);
        pairs.map(|(one, other)| (one - other).abs()).sum()
    }
}

/// What a horse gives to its look and to its foals'.
///
/// The key is no secret and no outcome hangs on it, and a horse keeps its looks when the rules change: so it is the id, and not
/// one that the rules' version is part of.
fn gift(horse: HorseId) -> [i32; COUNT] {
    let mut key = *b"portrait................\0\0\0\0\0\0\0\0";
    for (slot, byte) in key.iter_mut().skip(24).zip(horse.get().to_be_bytes()) {
        *slot = byte;
    }
    let mut dice = Dice::from_key(key);
    core::array::from_fn(|_| dice.range(-100, 100))
}
