//! Inbreeding as the game's integer rules take it.

use core::fmt;

/// The inbreeding coefficient F of a horse in millionths, from 0 to 1,000,000.
///
/// Kinship is computed in binary fractions; whatever ranks, pays or draws takes this number instead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
pub struct Inbreeding(u32);

impl Inbreeding {
    /// Not inbred, as a founder is.
    pub const NONE: Self = Self(0);
    /// Fully inbred: both alleles of every locus descend from one.
    pub const WHOLE: Self = Self(1_000_000);

    /// Takes a coefficient, rounded half up to whole millionths and cut to 0..=1. What is no number counts as 0.
    #[must_use]
    #[expect(
        clippy::float_arithmetic,
        reason = "one multiplication and one addition, which give the same bits on every machine"
    )]
    pub fn of(f: f64) -> Self {
        // A conversion cuts at the ends of the type and takes NaN for zero.
        Self((f * 1e6 + 0.5) as u32).min(Self::WHOLE)
    }

    /// Takes a number of millionths, cut to 1,000,000.
    #[must_use]
    pub const fn from_millionths(millionths: u32) -> Self {
        if millionths < Self::WHOLE.0 {
            Self(millionths)
        } else {
            Self::WHOLE
        }
    }

    /// The number of millionths.
    #[must_use]
    pub const fn millionths(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Inbreeding {
    /// Writes per cent with four places: `12.5000 %`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:04} %", self.0 / 10_000, self.0 % 10_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString as _;

    #[test]
    fn a_coefficient_is_rounded_to_millionths_and_cut_to_what_is_possible() {
        for (f, millionths) in [
            (0.0, 0),
            (0.125, 125_000),
            (0.000_000_5, 1),
            (0.000_000_4, 0),
            (1.0, 1_000_000),
            (1.5, 1_000_000),
            (-0.1, 0),
            (f64::NAN, 0),
        ] {
            assert_eq!(Inbreeding::of(f).millionths(), millionths, "{f}");
        }
        assert_eq!(Inbreeding::from_millionths(2_000_000), Inbreeding::WHOLE);
        assert_eq!(Inbreeding::of(0.0625).to_string(), "6.2500 %");
        assert_eq!(Inbreeding::default(), Inbreeding::NONE);
    }
}
