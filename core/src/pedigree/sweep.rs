//! One sweep up and down the lines of a pedigree: the relationship of some sires with all of their mates.

#![expect(
    clippy::float_arithmetic,
    reason = "binary fractions by + - * alone, in an order that the pedigree fixes: the same bits on every machine"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "the inner loops of the sweeps; every index is a number of the lines"
)]

use alloc::vec;
use alloc::vec::Vec;

use super::bits::Bits;
use super::lines::Lines;
use super::record::UNKNOWN;

/// Sires in one sweep.
pub(super) const LANES: usize = 16;

/// One value for each sire.
#[derive(Clone, Copy)]
struct Row([f64; LANES]);

impl Row {
    const ZERO: Self = Self([0.0; LANES]);
}

/// The relationship of up to [`LANES`] sires with everybody that their mates descend from.
pub(super) struct Sweep {
    /// On the way up what a sire has from each ancestor, on the way down the relationship with him.
    kin: Vec<Row>,
    /// Whose row holds something from the way up.
    ancestral: Bits,
    open: Bits,
    /// The sires' ancestors and whose relationship is asked for, the youngest first.
    visited: [Vec<u32>; 2],
    /// The first number from which on ancestors, and those asked for, are looked for one by one: of the older ones nearly
    /// all belong to them, so all are taken.
    from: [u32; 2],
}

impl Sweep {
    pub fn new(animals: usize) -> Self {
        Self {
            kin: vec![Row::ZERO; animals],
            ancestral: Bits::new(animals),
            open: Bits::new(animals),
            visited: [Vec::new(), Vec::new()],
            from: [1; 2],
        }
    }

    /// Forgets what other lines were like.
    pub fn renew(&mut self) {
        self.from = [1; 2];
    }

    /// Relates sires with their mates, all by number, and answers how many animals that took.
    pub fn run(
        &mut self,
        lines: &Lines<'_>,
        sires: &[u32],
        mates: impl Iterator<Item = u32>,
    ) -> usize {
        self.up(lines, sires);
        self.ask(lines, mates);
        self.down(lines);
        let [_, asked] = &self.visited;
        let work = asked.len() + self.from[1] as usize;
        if self.from[1] == 1 {
            let [ancestors, asked] = self.visited.each_ref().map(|visited| crowded(visited));
            self.from = [ancestors.min(asked), asked];
        }
        work
    }

    /// The relationship of a number with the sire of a lane.
    pub fn kin(&self, number: u32, lane: usize) -> f64 {
        self.kin[number as usize].0[lane]
    }

    /// Half of what everybody has goes on to each parent: a sire's contributions from his ancestors.
    fn up(&mut self, lines: &Lines<'_>, sires: &[u32]) {
        let ([from, _], [visited, _]) = (self.from, &mut self.visited);
        let (kin, ancestral) = (&mut self.kin, &mut self.ancestral);
        visited.clear();
        ancestral.clear();
        kin[..from as usize].fill(Row::ZERO);
        for (lane, sire) in sires.iter().enumerate() {
            if *sire >= from && ancestral.insert(*sire) {
                self.open.insert(*sire);
                kin[*sire as usize] = Row::ZERO;
            }
            kin[*sire as usize].0[lane] = 1.0;
        }
        let mut pass_on = |open: &mut Bits, number: u32| {
            let mut part = kin[number as usize];
            let line = lines.of(number);
            for (at, parent) in (1..).zip(line) {
                if at < line.len() {
                    part = Row(part.0.map(|part| 0.5 * part));
                }
                let sum = &mut kin[*parent as usize];
                if *parent >= from && ancestral.insert(*parent) {
                    open.insert(*parent);
                    *sum = part;
                } else {
                    for (sum, part) in sum.0.iter_mut().zip(&part.0) {
                        *sum += part;
                    }
                }
            }
        };
        self.open.drain_down(|open, number| {
            visited.push(number);
            pass_on(open, number);
        });
        for number in (1..from).rev() {
            pass_on(&mut self.open, number);
        }
    }

    fn ask(&mut self, lines: &Lines<'_>, mates: impl Iterator<Item = u32>) {
        let ([_, from], [_, asked]) = (self.from, &mut self.visited);
        asked.clear();
        for mate in mates.filter(|mate| *mate >= from) {
            self.open.insert(mate);
        }
        self.open.drain_down(|open, number| {
            asked.push(number);
            for parent in lines.of(number) {
                if *parent >= from {
                    open.insert(*parent);
                }
            }
        });
    }

    /// An animal has its parents' mean relationship, and an ancestor its own part beside that.
    fn down(&mut self, lines: &Lines<'_>) {
        let ([all_ancestral, from], [_, asked]) = (self.from, &self.visited);
        let kin = &mut self.kin;
        kin[UNKNOWN as usize] = Row::ZERO;
        for number in (1..from).chain(asked.iter().rev().copied()) {
            let Some((last, others)) = lines.of(number).split_last() else {
                continue;
            };
            let mut mean = kin[*last as usize];
            for parent in others.iter().rev() {
                for (sum, part) in mean.0.iter_mut().zip(&kin[*parent as usize].0) {
                    *sum = 0.5 * (*sum + part);
                }
            }
            let own = &mut kin[number as usize];
            if number < all_ancestral || self.ancestral.contains(number) {
                let sampling = lines.sampling(number);
                for (own, mean) in own.0.iter_mut().zip(&mean.0) {
                    *own = sampling * *own + mean;
                }
            } else {
                *own = mean;
            }
        }
    }
}

/// The greatest number below which seven of eight numbers were visited: there it takes less to visit all of them than
/// to ask which. Those visited come the greatest first; none below 1 counts.
fn crowded(visited: &[u32]) -> u32 {
    let visited = (1_u32..).zip(visited.iter().rev());
    let crowded = visited.filter(|(count, number)| 8 * count >= 7 * **number);
    crowded.last().map_or(1, |(_, number)| number + 1)
}
