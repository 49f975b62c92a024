//! The chances of an entry against others whose snapshots are frozen.
//!
//! Luck is uniform on 1801 whole basis points and independent between entries. For each luck of ours, every rival is
//! ahead with a probability of a whole number of 1801sts, and the number of rivals ahead follows from those by
//! convolution. That is exact mathematics carried out in fixed point with 31 binary places, the same bits everywhere;
//! the result is in millionths, within one millionth of the exact value, and adds up to exactly one.

use super::placing::Rival;
use super::score::{MAX_LUCK, drawn_score};
use crate::scale::{Bp, MilliPoints};
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// The unit of the result: millionths.
pub const UNIT: u32 = 1_000_000;
/// The number of values that luck takes.
const LUCKS: u64 = 1_801;
/// One, with 31 binary places.
const ONE: u32 = 1 << 31;

/// The probability of each placing of `own` among `rivals`, first place first, in millionths that add up to [`UNIT`].
///
/// The result has one more element than there are rivals. The time grows with their number squared; a field
/// of 50 equals, the slowest kind, takes one or two milliseconds natively.
#[must_use]
pub fn placings(own: &Rival, rivals: &[Rival]) -> Vec<u32> {
    let mut chasers: Vec<Chaser> = rivals.iter().map(|rival| Chaser::new(own, rival)).collect();
    let mut ahead = vec![0_u64; rivals.len() + 1];
    let mut field = vec![0_u32; rivals.len() + 1];
    let mut moving = field.clone();
    for luck in -MAX_LUCK.get()..=MAX_LUCK.get() {
        let score = drawn_score(own.expected, Bp::new(luck));
        let mut surely_ahead = 0;
        let open = chasers.iter_mut().map(|chaser| chaser.chance_ahead(score));
        let open = open.filter(|chance| {
            surely_ahead += usize::from(*chance == ONE);
            (1..ONE).contains(chance)
        });
        convolve(&mut field, &mut moving, open);
        let counts = ahead.iter_mut().skip(surely_ahead);
        counts
            .zip(&field)
            .for_each(|(sum, part)| *sum += u64::from(*part));
    }
    to_unit(&ahead)
}

/// A rival, followed while our score rises: the luck that puts it ahead rises too and is never searched twice.
struct Chaser {
    expected: i64,
    /// Must it score more than we do, or is an equal score enough?
    more_than_equal: i64,
    /// The least luck that puts it ahead, as far as known.
    luck: i64,
}

impl Chaser {
    fn new(own: &Rival, rival: &Rival) -> Self {
        let wins_ties = rival.order_at_equal_scores(own) == Ordering::Less;
        Self {
            expected: rival.expected.get().clamp(0, MilliPoints::MAX.get()),
            more_than_equal: i64::from(!wins_ties),
            luck: -i64::from(MAX_LUCK.get()),
        }
    }

    /// The chance that it is ahead of this score, which must not be lower than the one before; 31 binary places.
    fn chance_ahead(&mut self, score: MilliPoints) -> u32 {
        let most = i64::from(MAX_LUCK.get());
        // `drawn_score >= need` without the division. All terms lie below 2 x 10^16.
        let need = (score.get() + self.more_than_equal) * 10_000;
        while self.luck <= most && self.expected * (10_000 + self.luck) + 5_000 < need {
            self.luck += 1;
        }
        let lucks_ahead = (most + 1 - self.luck).unsigned_abs();
        (lucks_ahead * u64::from(ONE) / LUCKS) as u32
    }
}

/// The distribution of the number of rivals ahead, from the chance of each. Mass is moved, never made or lost.
///
/// What moves up is written down first: two plain passes, which the compiler turns into vector code.
fn convolve(field: &mut [u32], moving: &mut [u32], chances: impl Iterator<Item = u32>) {
    field.fill(0);
    if let Some(none_ahead) = field.first_mut() {
        *none_ahead = ONE;
    }
    for (counted, chance) in chances.enumerate() {
        let (Some(standing), Some(moving)) = (field.get(..=counted), moving.get_mut(..=counted))
        else {
            return;
        };
        for (moved, slot) in moving.iter_mut().zip(standing) {
            *moved = ((u64::from(*slot) * u64::from(chance)) >> 31) as u32;
        }
        // No slot loses more than it holds and all together hold one, so nothing wraps.
        for (slot, moved) in field.iter_mut().zip(&*moving) {
            *slot = slot.wrapping_sub(*moved);
        }
        for (slot, moved) in field.iter_mut().skip(1).zip(&*moving) {
            *slot = slot.wrapping_add(*moved);
        }
    }
}

/// Scales to millionths by rounding the running sum, so that they add up exactly.
fn to_unit(ahead: &[u64]) -> Vec<u32> {
    let whole = u128::from(LUCKS) * u128::from(ONE);
    let mut sum = 0_u128;
    let mut before = 0_u32;
    let parts = ahead.iter().map(|part| {
        sum += u128::from(*part);
        let here = ((sum * u128::from(UNIT) + whole / 2) / whole) as u32;
        let share = here - before;
        before = here;
        share
    });
    parts.collect()
}
