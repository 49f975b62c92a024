//! A set of ranks that is walked from the youngest to the oldest while parents are added.

use alloc::vec;
use alloc::vec::Vec;

/// A set of numbers: one bit each, and one more for every 64 that are not all missing.
pub(super) struct Bits {
    words: Vec<u64>,
    used: Vec<u64>,
}

impl Bits {
    /// An empty set of numbers below a limit.
    pub fn new(limit: usize) -> Self {
        let words = limit / 64 + 1;
        Self {
            words: vec![0; words],
            used: vec![0; words / 64 + 1],
        }
    }

    /// Adds a number and answers whether it was missing.
    #[inline]
    pub fn insert(&mut self, number: u32) -> bool {
        let (at, bit) = (number as usize / 64, 1_u64 << (number % 64));
        let Some(word) = self.words.get_mut(at) else {
            return false;
        };
        let before = *word;
        *word |= bit;
        if before == 0
            && let Some(used) = self.used.get_mut(at / 64)
        {
            *used |= 1 << (at % 64);
        }
        before & bit == 0
    }

    #[inline]
    pub fn contains(&self, number: u32) -> bool {
        self.words
            .get(number as usize / 64)
            .is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        self.words.fill(0);
        self.used.fill(0);
    }

    /// Takes everything out, the greatest first; `visit` may add what is smaller than what it is given.
    #[inline]
    pub fn drain_down(&mut self, mut visit: impl FnMut(&mut Self, u32)) {
        for upper in (0..self.used.len()).rev() {
            while let Some(used) = self.used.get(upper).filter(|used| **used != 0) {
                let at = upper * 64 + used.ilog2() as usize;
                while let Some(word) = self.words.get_mut(at).filter(|word| **word != 0) {
                    let bit = word.ilog2();
                    *word ^= 1 << bit;
                    visit(self, at as u32 * 64 + bit);
                }
                if let Some(used) = self.used.get_mut(upper) {
                    *used ^= 1 << (at % 64);
                }
            }
        }
    }
}
