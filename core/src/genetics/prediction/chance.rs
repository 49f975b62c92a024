//! Probabilities as exact fractions.

use core::cmp::Ordering;
use core::fmt;

/// A probability as a reduced fraction: nought is 0/1 and certainty 1/1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chance {
    weight: u128,
    of: u128,
}

impl Chance {
    /// What never happens.
    pub const NEVER: Self = Self { weight: 0, of: 1 };
    /// What always happens.
    pub const ALWAYS: Self = Self { weight: 1, of: 1 };

    /// `weight` of `of`, reduced; at most 1, and nought of nought is 0.
    #[must_use]
    pub fn new(weight: u128, of: u128) -> Self {
        match weight.cmp(&of) {
            _ if weight == 0 => Self::NEVER,
            Ordering::Less => {
                let divisor = common_divisor(weight, of);
                Self {
                    weight: weight / divisor,
                    of: of / divisor,
                }
            }
            _ => Self::ALWAYS,
        }
    }

    /// The numerator.
    #[must_use]
    pub const fn weight(self) -> u128 {
        self.weight
    }

    /// The denominator.
    #[must_use]
    pub const fn of(self) -> u128 {
        self.of
    }

    /// The probability in so many parts of a whole (up to 2^32), rounded half up.
    #[must_use]
    pub fn parts(self, whole: u32) -> u32 {
        // Shifted until the products fit; that loses less than one part in 2^90.
        let shift = 36_u32.saturating_sub(self.of.leading_zeros());
        let (weight, of) = (self.weight >> shift, self.of >> shift);
        let parts = (weight * u128::from(whole) * 2 + of) / (of * 2);
        u32::try_from(parts).unwrap_or(whole)
    }

    /// The probability in basis points, rounded half up.
    #[must_use]
    pub fn bp(self) -> u32 {
        self.parts(10_000)
    }

    /// The probability in millionths, rounded half up.
    #[must_use]
    pub fn millionths(self) -> u32 {
        self.parts(1_000_000)
    }
}

/// As a fraction: `1/4`; `0` and `1` for what is certain.
impl fmt::Display for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.weight)?;
        if self.of == 1 {
            Ok(())
        } else {
            write!(f, "/{}", self.of)
        }
    }
}

/// The greatest common divisor, by halving and subtracting; of nought and x it is x.
pub(super) fn common_divisor(one: u128, other: u128) -> u128 {
    if one == 0 || other == 0 {
        return one | other;
    }
    let shared = (one | other).trailing_zeros();
    let (mut one, mut other) = (one >> one.trailing_zeros(), other);
    while other != 0 {
        other >>= other.trailing_zeros();
        (one, other) = (one.min(other), one.abs_diff(other));
    }
    one << shared
}
