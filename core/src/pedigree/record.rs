//! A pedigree as it is kept: checked, and sorted so that parents come before their offspring.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

/// The parents of one animal, each by its place in the table of all animals; none where unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parents {
    /// The sire.
    pub sire: Option<u32>,
    /// The dam.
    pub dam: Option<u32>,
}

impl Parents {
    fn each(self) -> impl Iterator<Item = u32> {
        [self.sire, self.dam].into_iter().flatten()
    }
}

/// Why a table is no pedigree. Rows count from 0, in the order in which they were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// More animals than a pedigree holds: two to the power of 31.
    TooMany,
    /// A parent's place lies outside of the table.
    NoSuchParent {
        /// The row that names it.
        row: u32,
    },
    /// An animal has a second row.
    Duplicate {
        /// The second row.
        row: u32,
        /// The first row.
        first: u32,
    },
    /// An animal is named as its own parent.
    OwnParent {
        /// Its row.
        row: u32,
    },
    /// One animal is named as both parents: no horse fertilises itself.
    SameParents {
        /// The row of the offspring.
        row: u32,
    },
    /// An animal is a sire in one row and a dam in another.
    BothSexes {
        /// The first row that has it as sire.
        as_sire: u32,
        /// The first row that has it as dam.
        as_dam: u32,
    },
    /// Animals descend from themselves.
    Cycle {
        /// Their rows: each animal is a parent of the one before it, and the first is a parent of the last.
        rows: Vec<u32>,
    },
}

impl Flaw {
    /// Tells the same flaw by other numbers of the rows, such as the lines of a file.
    #[must_use]
    pub fn at(self, number: impl Fn(u32) -> u32) -> Self {
        match self {
            Self::TooMany => self,
            Self::NoSuchParent { row } => Self::NoSuchParent { row: number(row) },
            Self::Duplicate { row, first } => Self::Duplicate {
                row: number(row),
                first: number(first),
            },
            Self::OwnParent { row } => Self::OwnParent { row: number(row) },
            Self::SameParents { row } => Self::SameParents { row: number(row) },
            Self::BothSexes { as_sire, as_dam } => Self::BothSexes {
                as_sire: number(as_sire),
                as_dam: number(as_dam),
            },
            Self::Cycle { rows } => Self::Cycle {
                rows: rows.into_iter().map(number).collect(),
            },
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany => f.write_str("The pedigree has too many animals."),
            Self::NoSuchParent { row } => write!(f, "Row {row}: no such parent."),
            Self::Duplicate { row, first } => {
                write!(f, "Row {row}: the animal stands in row {first} already.")
            }
            Self::OwnParent { row } => write!(f, "Row {row}: the animal is its own parent."),
            Self::SameParents { row } => write!(f, "Row {row}: sire and dam are the same animal."),
            Self::BothSexes { as_sire, as_dam } => {
                write!(
                    f,
                    "Row {as_dam}: the dam is the sire of the animal in row {as_sire}."
                )
            }
            Self::Cycle { rows } => {
                write!(
                    f,
                    "The animals of these rows descend from themselves: {rows:?}."
                )
            }
        }
    }
}

impl core::error::Error for Flaw {}

/// The rank of an unknown parent.
pub(super) const UNKNOWN: u32 = 0;

/// A pedigree: who descends from whom, without contradiction.
///
/// Animals are known by their place in the table that they came in. Inside they stand by *rank*: by the number of
/// generations to their most distant ancestor, then by place, so that every parent comes before its offspring. An
/// animal takes 16 bytes.
#[derive(Clone, Debug)]
pub struct Pedigree {
    /// Parents by rank, in ranks. Rank 0 is the unknown parent of all founders.
    parents: Vec<[u32; 2]>,
    /// The rank of each place.
    ranks: Vec<u32>,
    /// The place of each rank, less the unknown one's.
    places: Vec<u32>,
    /// The first rank of each generation, and one past the last rank.
    generations: Vec<u32>,
}

impl Pedigree {
    /// Takes the parents of every animal, in any order.
    ///
    /// An animal that is sire and dam is no flaw here: kinship does not ask for the sex. See
    /// [`both_sexes`](Self::both_sexes).
    ///
    /// # Errors
    /// What makes the table no pedigree, with its row: the first row's flaw, a cycle last of all.
    ///
    /// ```
    /// use rules::pedigree::{Parents, Pedigree, coefficients};
    /// let founder = Parents::default();
    /// let of = |sire, dam| Parents { sire: Some(sire), dam: Some(dam) };
    /// // Full sibs 2 and 3, and their foal.
    /// let pedigree = Pedigree::new(&[founder, founder, of(0, 1), of(0, 1), of(3, 2)])?;
    /// assert_eq!(coefficients(&pedigree), [0.0, 0.0, 0.0, 0.0, 0.25]);
    /// # Ok::<(), rules::pedigree::Flaw>(())
    /// ```
    pub fn new(table: &[Parents]) -> Result<Self, Flaw> {
        check(table)?;
        let depths = depths(table)?;
        Ok(Self::sorted(table, &depths))
    }

    fn sorted(table: &[Parents], depths: &[u32]) -> Self {
        let deepest = depths.iter().copied().max().map_or(0, |most| most + 1);
        let mut generations = vec![0_u32; deepest as usize + 1];
        for depth in depths {
            count(&mut generations, *depth + 1);
        }
        let mut sum = 1;
        for first in &mut generations {
            sum += *first;
            *first = sum;
        }
        let mut next = generations.clone();
        let ranks: Vec<u32> = depths
            .iter()
            .map(|depth| count(&mut next, *depth))
            .collect();
        let rank = |place: Option<u32>| {
            place
                .and_then(|place| ranks.get(place as usize).copied())
                .unwrap_or(UNKNOWN)
        };
        let mut parents = vec![[UNKNOWN; 2]; table.len() + 1];
        let mut places = vec![0; table.len()];
        for ((place, own), each) in (0_u32..).zip(&ranks).zip(table) {
            put(&mut parents, *own, [rank(each.sire), rank(each.dam)]);
            put(&mut places, own.wrapping_sub(1), place);
        }
        Self {
            parents,
            ranks,
            places,
            generations,
        }
    }

    /// The number of animals.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is no animal at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The parents of an animal; unknown ones for a place outside of the table.
    #[must_use]
    pub fn parents(&self, place: u32) -> Parents {
        let [sire, dam] = self.parents_of(self.rank(place));
        Parents {
            sire: self.place(sire),
            dam: self.place(dam),
        }
    }

    /// The animals that are sires in one row and dams in another, with the first row of each kind, in order.
    #[must_use]
    pub fn both_sexes(&self) -> Vec<(u32, Flaw)> {
        let mut first = vec![[u32::MAX; 2]; self.parents.len()];
        for (row, rank) in (0_u32..).zip(&self.ranks) {
            for (side, parent) in self.parents_of(*rank).into_iter().enumerate() {
                if let Some(seen) = first
                    .get_mut(parent as usize)
                    .and_then(|both| both.get_mut(side))
                {
                    *seen = row.min(*seen);
                }
            }
        }
        let found = |(place, rank): (u32, &u32)| {
            let [as_sire, as_dam] = *first.get(*rank as usize)?;
            let both = as_sire != u32::MAX && as_dam != u32::MAX;
            both.then_some((place, Flaw::BothSexes { as_sire, as_dam }))
        };
        (0_u32..).zip(&self.ranks).filter_map(found).collect()
    }

    /// Parents by rank, rank 0 being the unknown parent.
    pub(super) fn by_rank(&self) -> &[[u32; 2]] {
        &self.parents
    }

    /// The first rank of each generation, and one past the last rank.
    pub(super) fn generations(&self) -> &[u32] {
        &self.generations
    }

    pub(super) fn parents_of(&self, rank: u32) -> [u32; 2] {
        self.parents
            .get(rank as usize)
            .copied()
            .unwrap_or([UNKNOWN; 2])
    }

    /// The rank of a place; unknown for one outside of the table.
    pub(super) fn rank(&self, place: u32) -> u32 {
        self.ranks.get(place as usize).copied().unwrap_or(UNKNOWN)
    }

    pub(super) fn place(&self, rank: u32) -> Option<u32> {
        let rank = rank.checked_sub(1)?;
        self.places.get(rank as usize).copied()
    }

    /// Puts what is known by rank in the order of the table.
    pub(super) fn in_places<T: Copy>(&self, by_rank: &[T]) -> Vec<T> {
        self.ranks
            .iter()
            .filter_map(|rank| by_rank.get(*rank as usize).copied())
            .collect()
    }
}

fn check(table: &[Parents]) -> Result<(), Flaw> {
    let Some(animals) = u32::try_from(table.len()).ok().filter(|n| *n < 1 << 31) else {
        return Err(Flaw::TooMany);
    };
    for (row, each) in (0_u32..).zip(table) {
        if each.each().any(|parent| parent >= animals) {
            return Err(Flaw::NoSuchParent { row });
        }
        if each.each().any(|parent| parent == row) {
            return Err(Flaw::OwnParent { row });
        }
        if each.sire.is_some() && each.sire == each.dam {
            return Err(Flaw::SameParents { row });
        }
    }
    Ok(())
}

/// The number of generations to the most distant ancestor of each animal: 0 for founders.
fn depths(table: &[Parents]) -> Result<Vec<u32>, Flaw> {
    const OPEN: u32 = u32::MAX;
    const ASKED: u32 = u32::MAX - 1;
    let mut depths = vec![OPEN; table.len()];
    // A chain from offspring to parent whose depths are asked for: deep pedigrees must not exhaust the call stack.
    let mut chain = Vec::new();
    for place in (0_u32..).take(table.len()) {
        chain.push(place);
        while let Some(&last) = chain.last() {
            let known = |parent: u32| depths.get(parent as usize).copied().unwrap_or(0);
            let parents = table.get(last as usize).copied().unwrap_or_default();
            if known(last) < ASKED {
                chain.pop();
            } else if let Some(parent) = parents.each().find(|parent| known(*parent) >= ASKED) {
                if known(parent) == ASKED {
                    let start = chain.iter().position(|each| *each == parent);
                    return Err(Flaw::Cycle {
                        rows: chain.split_off(start.unwrap_or(0)),
                    });
                }
                put(&mut depths, last, ASKED);
                chain.push(parent);
            } else {
                let depth = parents.each().map(|parent| known(parent) + 1).max();
                put(&mut depths, last, depth.unwrap_or(0));
                chain.pop();
            }
        }
    }
    Ok(depths)
}

/// Counts one up and answers what stood there before.
fn count(counts: &mut [u32], at: u32) -> u32 {
    let Some(count) = counts.get_mut(at as usize) else {
        return 0;
    };
    *count += 1;
    *count - 1
}

fn put<T>(values: &mut [T], at: u32, value: T) {
    if let Some(held) = values.get_mut(at as usize) {
        *held = value;
    }
}
