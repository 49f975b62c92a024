//! Numbers that follow from a seed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Numbers that follow from a seed: the same quarrels in each run. Whoever has a clone takes from the same numbers.
#[derive(Clone, Debug)]
pub struct Chance(Arc<AtomicU64>);

impl Chance {
    /// The numbers that follow from this one.
    #[must_use]
    pub fn from(seed: u64) -> Self {
        Self(Arc::new(AtomicU64::new(seed)))
    }

    /// A number below `end`, by SplitMix64.
    ///
    /// # Panics
    /// When there is none: `end` is 0.
    #[must_use]
    pub fn below(&self, end: usize) -> usize {
        let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).expect("it is below a usize")
    }
}
