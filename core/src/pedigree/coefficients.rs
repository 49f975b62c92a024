//! The inbreeding coefficients of a whole pedigree.
//!
//! The inbreeding of an animal is the kinship of its parents, and the kinship of a sire with all of his mates takes
//! two sweeps over their ancestors (Colleau 2002, Genet. Sel. Evol. 34:409; Sargolzaei, Iwaisaki & Colleau 2005,
//! J. Anim. Breed. Genet. 122:325). Sires of one generation are swept together, since they share most of their
//! ancestors, and only through animals that somebody asked about later descends from.

#![expect(
    clippy::float_arithmetic,
    reason = "binary fractions by + - * alone, in an order that the pedigree fixes: the same bits on every machine"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "the inner loops of the sweeps; every index is a rank of a checked pedigree"
)]

use alloc::vec;
use alloc::vec::Vec;

use super::bits::Bits;
use super::lines::Lines;
use super::record::{Pedigree, UNKNOWN};
use super::sweep::{LANES, Sweep};

/// The inbreeding coefficient F of every animal, 0 to 1, in the order of the table.
///
/// Founders are unrelated and not inbred. Full sibs have the same F, to the last bit.
#[must_use]
pub fn coefficients(pedigree: &Pedigree) -> Vec<f64> {
    pedigree.in_places(&by_rank(pedigree))
}

/// The coefficients of the whole table, of whose first animals they are known already: only the others take work.
///
/// What is `known` must be what [`coefficients`] says of the same animals, which no animal after them can change.
///
/// ```
/// use rules::pedigree::{Parents, Pedigree, coefficients, coefficients_since};
/// let founder = Parents::default();
/// let of = |sire, dam| Parents { sire: Some(sire), dam: Some(dam) };
/// let pedigree = Pedigree::new(&[founder, founder, of(0, 1), of(0, 1), of(3, 2)])?;
/// assert_eq!(coefficients_since(&pedigree, &[0.0; 4]), coefficients(&pedigree));
/// # Ok::<(), rules::pedigree::Flaw>(())
/// ```
#[must_use]
pub fn coefficients_since(pedigree: &Pedigree, known: &[f64]) -> Vec<f64> {
    pedigree.in_places(&by_rank_since(pedigree, known))
}

/// F by rank; -1 for the unknown parent, as whose offspring an animal has a founder's Mendelian sampling.
pub(super) fn by_rank(pedigree: &Pedigree) -> Vec<f64> {
    by_rank_since(pedigree, &[])
}

fn by_rank_since(pedigree: &Pedigree, known: &[f64]) -> Vec<f64> {
    let kept = Kept::of(pedigree);
    let mut f = vec![0.0; pedigree.by_rank().len()];
    let mut is_asked = vec![true; f.len()];
    for (place, known) in (0..).zip(known) {
        let rank = pedigree.rank(place) as usize;
        (f[rank], is_asked[rank]) = (*known, false);
    }
    f[UNKNOWN as usize] = -1.0;
    let matings = Matings::of(pedigree, &kept, &is_asked);
    let last_asked = matings.last_asked();
    let mut samplings = vec![0.0];
    let mut lines = Lines::new(&kept.parents);
    let mut sweep = Sweep::new(kept.parents.len());
    let mut work = usize::MAX;
    for generation in kept.generations.windows(2) {
        let (start, end) = (generation[0], generation[1]);
        // Sampling needs the F of parents: these had it from the generations before.
        for rank in &kept.ranks[start as usize..end as usize] {
            let [sire, dam] = pedigree.parents_of(*rank);
            samplings.push(sampling(f[sire as usize], f[dam as usize]));
        }
        let mut unsampled = start;
        // Drawing lines is worth while only after some sweeps.
        if work > 2 * lines.needed() {
            lines.draw(&kept.generations, |animal| {
                last_asked[animal as usize] >= start
            });
            sweep.renew();
            (work, unsampled) = (0, 1);
        }
        lines.sample(&samplings, unsampled);
        let sires: Vec<u32> = (start..end)
            .filter(|sire| !matings.of_sire(*sire).is_empty())
            .collect();
        for sires in sires.chunks(LANES) {
            let matings_of = |sire: &u32| matings.of_sire(*sire);
            let mates = sires.iter().flat_map(matings_of);
            let numbers: Vec<u32> = sires.iter().map(|sire| lines.number(*sire)).collect();
            work += sweep.run(&lines, &numbers, mates.map(|(mate, _)| lines.number(*mate)));
            for (lane, sire) in sires.iter().enumerate() {
                for (mate, foal) in matings.of_sire(*sire) {
                    f[*foal as usize] = 0.5 * sweep.kin(lines.number(*mate), lane);
                }
            }
        }
    }
    f
}

/// The variance of Mendelian sampling in units of the genetic variance, from the parents' F (-1 where unknown).
pub(super) fn sampling(sire: f64, dam: f64) -> f64 {
    0.5 - 0.25 * (sire + dam)
}

/// The animals that have offspring, renumbered in the order of their ranks; 0 is the unknown parent.
struct Kept {
    parents: Vec<[u32; 2]>,
    ranks: Vec<u32>,
    /// The number of each rank, 0 for animals without offspring.
    numbers: Vec<u32>,
    /// The first of each generation, and one past the last.
    generations: Vec<u32>,
}

impl Kept {
    fn of(pedigree: &Pedigree) -> Self {
        let animals = pedigree.by_rank();
        let mut numbers = vec![0; animals.len()];
        for parents in animals {
            for parent in parents {
                numbers[*parent as usize] = 1;
            }
        }
        numbers[UNKNOWN as usize] = 0;
        let (mut parents, mut ranks) = (vec![[UNKNOWN; 2]], vec![UNKNOWN]);
        let mut generations = Vec::new();
        for bounds in pedigree.generations().windows(2) {
            generations.push(parents.len() as u32);
            for rank in bounds[0]..bounds[1] {
                if numbers[rank as usize] == 1 {
                    let [sire, dam] = animals[rank as usize];
                    numbers[rank as usize] = parents.len() as u32;
                    parents.push([numbers[sire as usize], numbers[dam as usize]]);
                    ranks.push(rank);
                }
            }
        }
        generations.push(parents.len() as u32);
        Self {
            parents,
            ranks,
            numbers,
            generations,
        }
    }
}

/// The mates and foals of each sire, or of each dam where there are fewer dams: who has a list is called sire here.
struct Matings {
    starts: Vec<u32>,
    /// The mate's number and the foal's rank.
    foals: Vec<(u32, u32)>,
}

impl Matings {
    fn of(pedigree: &Pedigree, kept: &Kept, is_asked: &[bool]) -> Self {
        let animals = || pedigree.by_rank().iter().zip(is_asked);
        let both = |parents: &[u32; 2], is_asked: bool| is_asked && !parents.contains(&UNKNOWN);
        let bred = || animals().filter(|(parents, asked)| both(parents, **asked));
        let mut sides = [Bits::new(kept.numbers.len()), Bits::new(kept.numbers.len())];
        let mut counts = [0_u32; 2];
        for (parents, _) in bred() {
            for side in 0..2 {
                counts[side] += u32::from(sides[side].insert(parents[side]));
            }
        }
        let side = usize::from(counts[1] < counts[0]);
        let mut starts = vec![0_u32; kept.parents.len() + 1];
        for (parents, _) in bred() {
            starts[kept.numbers[parents[side] as usize] as usize] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut foals = vec![(0, 0); sum as usize];
        for (foal, (parents, is_asked)) in animals().enumerate().rev() {
            if both(parents, *is_asked) {
                let start = &mut starts[kept.numbers[parents[side] as usize] as usize];
                *start -= 1;
                foals[*start as usize] = (kept.numbers[parents[1 - side] as usize], foal as u32);
            }
        }
        Self { starts, foals }
    }

    /// The last sire in whose sweep each animal is asked about, 0 for none: himself, or her mate.
    fn last_asked(&self) -> Vec<u32> {
        let mut last = vec![0; self.starts.len()];
        for sire in 0..self.starts.len() as u32 - 1 {
            for (mate, _) in self.of_sire(sire) {
                last[*mate as usize] = sire;
                last[sire as usize] = sire;
            }
        }
        last
    }

    fn of_sire(&self, sire: u32) -> &[(u32, u32)] {
        let sire = sire as usize;
        &self.foals[self.starts[sire] as usize..self.starts[sire + 1] as usize]
    }
}
