//! How deep and how complete a pedigree is, and what inbreeding lies behind an animal.

#![expect(
    clippy::float_arithmetic,
    reason = "binary fractions by + - * alone, in an order that the pedigree fixes: the same bits on every machine"
)]

use alloc::vec;
use alloc::vec::Vec;

use super::kinship::{Kinship, shares};
use super::record::{Pedigree, UNKNOWN};

/// The number of generations from each animal to its most distant known ancestor, in the order of the table.
#[must_use]
pub fn known_generations(pedigree: &Pedigree) -> Vec<u32> {
    passed_on(pedigree, 0, |_, sire: Option<u32>, dam| {
        sire.max(dam).map_or(0, |most| most + 1)
    })
}

/// The equivalent complete generations t of each animal, in the order of the table: the sum of (1/2)^n over all known
/// ancestors, n generations back (Maignel, Boichard & Verrier 1996, Interbull Bull. 14:49).
#[must_use]
pub fn equivalent_generations(pedigree: &Pedigree) -> Vec<f64> {
    passed_on(pedigree, 0.0, |_, sire, dam| {
        let side = |parent: Option<f64>| parent.map_or(0.0, |t| 0.5 * (t + 1.0));
        side(sire) + side(dam)
    })
}

/// Ballou's ancestral inbreeding of each animal, in the order of the table: the probability that an allele has been
/// homozygous by descent in an ancestor before (Ballou 1997, J. Hered. 88:169).
#[must_use]
pub fn ancestral_inbreeding(kinship: &Kinship<'_>) -> Vec<f64> {
    let pedigree = kinship.pedigree();
    passed_on(pedigree, 0.0, |rank, sire: Option<f64>, dam| {
        let [s, d] = pedigree.parents_of(rank);
        let side = |before: Option<f64>, parent: u32| {
            before.map_or(0.0, |a| 0.5 * (a + (1.0 - a) * kinship.f_of(parent)))
        };
        side(sire, s) + side(dam, d)
    })
}

/// The share of known ancestors in each generation back, from the parents on, as the mean of a group. It ends with the
/// last generation in which anybody is known, or after `most` of them.
#[must_use]
pub fn completeness(pedigree: &Pedigree, group: &[u32], most: usize) -> Vec<f64> {
    let weights = shares(pedigree.len(), group);
    let mut now = vec![0.0; pedigree.by_rank().len()];
    for (place, weight) in (0_u32..).zip(&weights) {
        if let Some(own) = now.get_mut(pedigree.rank(place) as usize) {
            *own = *weight;
        }
    }
    let mut known = Vec::new();
    while known.len() < most {
        let mut next = vec![0.0; now.len()];
        for (parents, weight) in pedigree.by_rank().iter().zip(&now) {
            for parent in parents.iter().filter(|parent| **parent != UNKNOWN) {
                if let Some(sum) = next.get_mut(*parent as usize) {
                    *sum += 0.5 * weight;
                }
            }
        }
        let share = next.iter().sum();
        if share == 0.0 {
            break;
        }
        known.push(share);
        now = next;
    }
    known
}

/// Computes something from the same of both known parents, the oldest animals first; in the order of the table.
fn passed_on<T: Copy>(
    pedigree: &Pedigree,
    nothing: T,
    of: impl Fn(u32, Option<T>, Option<T>) -> T,
) -> Vec<T> {
    let mut done = vec![nothing];
    for (rank, [sire, dam]) in (0_u32..).zip(pedigree.by_rank()).skip(1) {
        let known = |parent: u32| {
            let parent = Some(parent as usize).filter(|parent| *parent != UNKNOWN as usize)?;
            done.get(parent).copied()
        };
        done.push(of(rank, known(*sire), known(*dam)));
    }
    pedigree.in_places(&done)
}
