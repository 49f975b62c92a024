//! A pedigree by the horses' own numbers, as the database has them.

use alloc::vec;
use alloc::vec::Vec;

use super::kinship::Kinship;
use super::mating::{Explained, Reach, explain};
use super::population::Population;
use super::record::{Flaw, Parents, Pedigree};
use super::selection::{Mate, rank_mates};

/// A pedigree of horses that have identifiers. Places are in the order of the identifiers, whatever the order of rows.
#[derive(Clone, Debug)]
pub struct Register {
    pedigree: Pedigree,
    ids: Vec<i64>,
}

impl Register {
    /// Takes rows in any order: identifiers, sires and dams side by side, with 0 for an unknown parent. A parent without
    /// a row of its own is a founder.
    ///
    /// # Errors
    /// What makes the rows no pedigree of horses, with the number of the row, from 0 on. Rows beyond the shortest of the
    /// three slices are left out.
    pub fn new(ids: &[i64], sires: &[i64], dams: &[i64]) -> Result<Self, Flaw> {
        let mut all: Vec<i64> = [ids, sires, dams].concat();
        all.retain(|id| *id != 0);
        crate::order::sort(&mut all);
        all.dedup();
        let place = |id: i64| all.binary_search(&id).ok().map(|place| place as u32);
        let mut table = vec![Parents::default(); all.len()];
        let mut rows = vec![u32::MAX; all.len()];
        for (row, ((id, sire), dam)) in (0_u32..).zip(ids.iter().zip(sires).zip(dams)) {
            let Some(own) = place(*id).map(|place| place as usize) else {
                continue;
            };
            if let Some(held) = rows.get_mut(own) {
                if *held != u32::MAX {
                    return Err(Flaw::Duplicate { row, first: *held });
                }
                *held = row;
            }
            if let Some(parents) = table.get_mut(own) {
                *parents = Parents {
                    sire: place(*sire),
                    dam: place(*dam),
                };
            }
        }
        let row = |place: u32| rows.get(place as usize).copied().unwrap_or(place);
        let pedigree = Pedigree::new(&table).map_err(|flaw| flaw.at(row))?;
        if let Some((_, flaw)) = pedigree.both_sexes().pop() {
            return Err(flaw.at(row));
        }
        Ok(Self { pedigree, ids: all })
    }

    /// The pedigree, by places.
    #[must_use]
    pub fn pedigree(&self) -> &Pedigree {
        &self.pedigree
    }

    /// The place of a horse, if the register has it.
    #[must_use]
    pub fn place(&self, id: i64) -> Option<u32> {
        self.ids.binary_search(&id).ok().map(|place| place as u32)
    }

    /// The places of those horses that the register has.
    #[must_use]
    pub fn places(&self, ids: &[i64]) -> Vec<u32> {
        ids.iter().filter_map(|id| self.place(*id)).collect()
    }

    /// The horse at a place, 0 where there is none.
    #[must_use]
    pub fn id(&self, place: u32) -> i64 {
        self.ids.get(place as usize).copied().unwrap_or(0)
    }

    /// F of a horse, 0 to 1; a horse that the register does not have is a founder.
    #[must_use]
    pub fn f(&self, id: i64) -> f64 {
        let f = |place: u32| Kinship::new(&self.pedigree).f(place);
        self.place(id).map_or(0.0, f)
    }

    /// What a foal of two horses would be, and why. A horse that the register does not have is a founder.
    #[must_use]
    pub fn planned(&self, sire: i64, dam: i64, reach: Reach) -> Explained<i64> {
        let at = |id: i64| self.place(id).unwrap_or(u32::MAX);
        let mut kinship = Kinship::new(&self.pedigree);
        explain(&mut kinship, at(sire), at(dam), reach).named(|place| self.id(place))
    }

    /// The stallions for a mare, the best for diversity first: see [`rank_mates`]. Horses that the register does not
    /// have are left out.
    #[must_use]
    pub fn mates(&self, mare: i64, stallions: &[i64], living: &[i64]) -> Vec<Mate<i64>> {
        let kinship = Kinship::new(&self.pedigree);
        let mare = self.place(mare).unwrap_or(u32::MAX);
        rank_mates(
            &kinship,
            mare,
            &self.places(stallions),
            &self.places(living),
        )
        .into_iter()
        .map(|mate| mate.named(|place| self.id(place)))
        .collect()
    }

    /// The diversity of living horses.
    #[must_use]
    pub fn diversity(&self, living: &[i64]) -> Population {
        Population::of(&Kinship::new(&self.pedigree), &self.places(living))
    }
}
