//! Work whose time is worth knowing, natively and in WebAssembly: prepared once, then run as often as wanted.

use super::{births_digest, entered};
use crate::Refusal;
use crate::competition::odds::placings;
use crate::competition::placing::Rival;
use crate::dice::Dice;
use crate::genetics::Genotype;
use crate::genetics::prediction::{Parent, predict};
use crate::horse::Sex;
use crate::pedigree::{Parents, Pedigree, Reach, Register, coefficients};
use alloc::vec::Vec;

crate::words::words! {
    /// What a trial does.
    Task, "task" {
        /// F of a whole population that mates at random: 20 generations, a stallion to 50 horses.
        RandomMating = "inbreeding-random",
        /// F of a whole population under selection: 40 generations, each with 20 stallions.
        Selected = "inbreeding-selected",
        /// One planned mating with its common ancestors, in a pedigree of so many ancestors.
        Planned = "planned-mating",
        /// Exact predictions over all loci of matings between two paints.
        Predictions = "predictions",
        /// Births with everything that the dice decide of a foal, bred for ten generations.
        Births = "births",
        /// The chances of every place in a full card of fifty, as a preview tells them: equals, the slowest kind.
        Odds = "odds",
    }
}

/// Two paints: tobiano and frame, cream and dun, linked loci in both phases.
const PAINTS: [&str; 2] = [
    "MC1R=E|e KIT=n|TO ASIP=A/a SLC45A2=N/Cr TBX3=nd2/D EDNRB=n/O SCN4A=N/H FLAXEN=F/f SOOTY=n/Sty",
    "MC1R=E|e KIT=W20|n ASIP=A/a SLC45A2=N/Cr EDNRB=n/O GBE1=N/GBED FLAXEN=F/f RABICANO=n/Rb",
];

/// One of the tasks, prepared for a size.
#[derive(Debug)]
pub struct Trial {
    size: u32,
    work: Work,
}

#[derive(Debug)]
enum Work {
    Inbreeding(Pedigree),
    Planned([Vec<i64>; 3]),
    Predictions([Parent; 2]),
    Births,
    Odds(Vec<Rival>),
}

impl Trial {
    /// Prepares a task for a size: animals, ancestors, matings, births or previews.
    ///
    /// # Errors
    /// None with the pedigrees and genotypes of this module; it passes on what they would be refused for.
    pub fn new(task: Task, size: u32) -> Result<Self, Refusal> {
        let wrong = Refusal::Unknown { field: "task" };
        let inbreeding = |table: Vec<Parents>| Pedigree::new(&table).map_err(|_| wrong);
        let work = match task {
            Task::RandomMating => Work::Inbreeding(inbreeding(herd(size, 20, size / 1_000))?),
            Task::Selected => Work::Inbreeding(inbreeding(herd(size, 40, 20))?),
            Task::Planned => Work::Planned(columns(&herd(size, 20, size / 1_000))),
            Task::Predictions => {
                let [sire, dam] = PAINTS;
                let sire = Genotype::parse(sire, Sex::Male)?;
                let dam = Genotype::parse(dam, Sex::Female)?;
                Work::Predictions([Parent::from(&sire), Parent::from(&dam)])
            }
            Task::Births => Work::Births,
            Task::Odds => Work::Odds((0..50).map(|number| entered(number, 100_000)).collect()),
        };
        Ok(Self { size, work })
    }

    /// Does the work once, and answers a number that depends on all of it.
    #[must_use]
    pub fn run(&self) -> u64 {
        match &self.work {
            Work::Inbreeding(pedigree) => coefficients(pedigree)
                .iter()
                .fold(0, |sum, f| sum ^ f.to_bits()),
            Work::Planned([ids, sires, dams]) => {
                let last = i64::from(self.size);
                Register::new(ids, sires, dams).map_or(0, |register| {
                    register
                        .planned(last - 1, last, Reach::default())
                        .f
                        .to_bits()
                })
            }
            Work::Predictions([sire, dam]) => (0..self.size).fold(0, |sum, _| {
                sum + predict(sire, dam).map_or(0, |mating| mating.looks() as u64)
            }),
            Work::Births => births_digest(1, self.size)
                .iter()
                .fold(0, |sum, byte| sum * 31 + u64::from(*byte)),
            Work::Odds(field) => (0..self.size).fold(0, |sum, _| {
                let odds = field
                    .split_first()
                    .map(|(own, rivals)| placings(own, rivals));
                odds.iter().flatten().fold(sum, |sum, chance| {
                    sum.wrapping_mul(31).wrapping_add(u64::from(*chance))
                })
            }),
        }
    }
}

/// A herd of `generations` equal generations. Males stand at even places; a generation's first `stallions` of them have
/// all its foals, with mares drawn from the whole generation.
#[must_use]
pub fn herd(animals: u32, generations: u32, stallions: u32) -> Vec<Parents> {
    let mut dice = Dice::from_key([7; 32]);
    let size = (animals / generations).max(2);
    let pairs = size / 2;
    let mut table = Vec::with_capacity(animals as usize);
    for place in 0..animals {
        let generation = (place / size).min(generations - 1);
        let Some(first) = generation.checked_sub(1).map(|before| before * size) else {
            table.push(Parents::default());
            continue;
        };
        table.push(Parents {
            sire: Some(first + 2 * dice.below(stallions.clamp(1, pairs))),
            dam: Some(first + 2 * dice.below(pairs) + 1),
        });
    }
    table
}

/// The table as the database gives it: ids from 1 on, 0 for an unknown parent.
fn columns(table: &[Parents]) -> [Vec<i64>; 3] {
    let id = |place: Option<u32>| place.map_or(0, |place| i64::from(place) + 1);
    [
        (1..).take(table.len()).collect(),
        table.iter().map(|it| id(it.sire)).collect(),
        table.iter().map(|it| id(it.dam)).collect(),
    ]
}
