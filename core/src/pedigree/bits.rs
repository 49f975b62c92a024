//! A set of ranks that is walked from the youngest to the oldest while parents are added.

use alloc::vec;
use alloc::vec::Vec;

/// A set of numbers, one bit each.
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// An empty set of numbers below a limit.
    pub fn new(limit: usize) -> Self {
        Self(vec![0; limit / 64 + 1])
    }

    /// Adds a number and answers whether it was missing.
    #[inline]
    pub fn insert(&mut self, number: u32) -> bool {
        let bit = 1_u64 << (number % 64);
        self.0
            .get_mut(number as usize / 64)
            .is_some_and(|word| core::mem::replace(word, *word | bit) & bit == 0)
    }

    #[inline]
    pub fn contains(&self, number: u32) -> bool {
        self.0
            .get(number as usize / 64)
            .is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        self.0.fill(0);
    }

    /// Takes everything out, the greatest first; `visit` may add what is smaller than what it is given.
    #[inline]
    pub fn drain_down(&mut self, mut visit: impl FnMut(&mut Self, u32)) {
        for at in (0..self.0.len()).rev() {
            while let Some(word) = self.0.get_mut(at).filter(|word| **word != 0) {
                let bit = 63 - word.leading_zeros();
                *word ^= 1 << bit;
                visit(self, at as u32 * 64 + bit);
            }
        }
    }
}
