//! The lines of descent that are still asked about, from one animal where they branch to the next.
//!
//! Most mares of a deep pedigree have one offspring alone that anybody still descends from. Such a mare needs no place in
//! a sweep: what her offspring has from her it has from her parents, and her Mendelian sampling adds to its own.

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
use core::iter;

/// The number of an animal inside the line of its only offspring.
const INSIDE: u32 = u32::MAX;
/// Lines of one length stand together, so that the processor foresees it; long ones are rare.
const LENGTHS: usize = 6;

/// Who is still needed, numbered from 1 in the order of generations, and the lines to its ancestors.
pub(super) struct Lines<'a> {
    /// Sire and dam of each animal, or the other way round: those on the second side may stand inside of lines.
    parents: &'a [[u32; 2]],
    /// The animals needed, the oldest first.
    needed: Vec<u32>,
    /// The number of each animal, 0 for who is not needed.
    numbers: Vec<u32>,
    starts: Vec<u32>,
    /// The line of each number: the first parent, then those of the animals inside, and the last one's second parent.
    lines: Vec<u32>,
    /// The Mendelian sampling along the line of each number.
    sampling: Vec<f64>,
}

impl<'a> Lines<'a> {
    pub fn new(parents: &'a [[u32; 2]]) -> Self {
        Self {
            parents,
            needed: (1..parents.len() as u32).collect(),
            numbers: vec![0; parents.len()],
            starts: Vec::new(),
            lines: Vec::new(),
            sampling: Vec::new(),
        }
    }

    /// How many animals were needed when the lines were drawn last.
    pub fn needed(&self) -> usize {
        self.needed.len()
    }

    pub fn number(&self, animal: u32) -> u32 {
        self.numbers[animal as usize]
    }

    /// The ancestors where a line ends: each has half of what the one before it has, and the last two have the same.
    #[inline]
    pub fn of(&self, number: u32) -> &[u32] {
        let at = number as usize;
        &self.lines[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    #[inline]
    pub fn sampling(&self, number: u32) -> f64 {
        self.sampling[number as usize]
    }

    /// Draws the lines anew, without those animals that are not asked about any more and have no offspring in need of
    /// them. `generations` has the first animal of each and one past the last.
    pub fn draw(&mut self, generations: &[u32], asked: impl Fn(u32) -> bool) {
        self.leave_out(asked);
        self.starts.clear();
        self.starts.extend([0, 0]);
        self.lines.clear();
        let needed = core::mem::take(&mut self.needed);
        let mut rest = needed.as_slice();
        for end in generations.iter().skip(1) {
            let generation;
            (generation, rest) = rest.split_at(rest.partition_point(|animal| animal < end));
            let mut by_length = [const { Vec::new() }; LENGTHS];
            for animal in generation {
                if self.numbers[*animal as usize] != INSIDE {
                    let length = self.inside(*animal).count();
                    by_length[length.min(LENGTHS - 1)].push(*animal);
                }
            }
            for animal in by_length.into_iter().flatten() {
                self.add(animal);
            }
        }
        self.needed = needed;
        self.sampling.clear();
        self.sampling.resize(self.starts.len() - 1, 0.0);
    }

    /// Keeps who is needed, and finds out who stands inside of a line.
    fn leave_out(&mut self, asked: impl Fn(u32) -> bool) {
        let numbers = &mut self.numbers;
        for animal in &self.needed {
            numbers[*animal as usize] = 0;
        }
        // For a moment the numbers count offspring, twice where the animal is the first parent.
        for animal in self.needed.iter().rev() {
            if numbers[*animal as usize] > 0 || asked(*animal) {
                let [first, second] = self.parents[*animal as usize];
                numbers[first as usize] += 2;
                numbers[second as usize] += 1;
            }
        }
        numbers[0] = 0;
        self.needed.retain(|animal| {
            let number = &mut numbers[*animal as usize];
            if *number == 1 && !asked(*animal) {
                *number = INSIDE;
            }
            *number > 0 || asked(*animal)
        });
    }

    fn add(&mut self, animal: u32) {
        let mut both = self.parents[animal as usize];
        while self.number(both[1]) == INSIDE {
            self.lines.push(self.number(both[0]));
            both = self.parents[both[1] as usize];
        }
        self.lines.extend(both.map(|parent| self.number(parent)));
        self.numbers[animal as usize] = self.starts.len() as u32 - 1;
        self.starts.push(self.lines.len() as u32);
    }

    /// The animals inside of an animal's line.
    fn inside(&self, animal: u32) -> impl Iterator<Item = u32> {
        let next = |animal: &u32| {
            let [_, second] = self.parents[*animal as usize];
            Some(second).filter(|second| self.number(*second) == INSIDE)
        };
        iter::successors(next(&animal), next)
    }

    /// Takes the Mendelian sampling of the animals from one on; that of the older ones is known as well.
    pub fn sample(&mut self, of: &[f64], from: u32) {
        for animal in from..of.len() as u32 {
            let number = self.number(animal);
            if number == 0 || number == INSIDE {
                continue;
            }
            let (mut sum, mut weight) = (of[animal as usize], 1.0);
            for inside in self.inside(animal) {
                weight *= 0.25;
                sum += weight * of[inside as usize];
            }
            self.sampling[number as usize] = sum;
        }
    }
}
