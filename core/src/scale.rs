//! Scales: basis points, milli-points, readings from 0 to 100, and the one way they round.

use crate::Refusal;
use core::fmt;

/// Basis points: ten-thousandths. A bonus of 5 % is 500.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(transparent)
)]
pub struct Bp(i32);

impl Bp {
    /// No bonus and no malus.
    pub const ZERO: Self = Self(0);
    /// The whole: 10,000 bp.
    pub const ONE: Self = Self(10_000);

    /// Takes a number of basis points.
    #[must_use]
    pub const fn new(bp: i32) -> Self {
        Self(bp)
    }

    /// The number of basis points.
    #[must_use]
    pub const fn get(self) -> i32 {
        self.0
    }

    /// The sum, cut at the ends of the type.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// `1 + self` as a factor in ten-thousandths, never below zero.
    #[must_use]
    pub fn factor(self) -> i128 {
        (10_000 + i128::from(self.0)).max(0)
    }
}

impl fmt::Display for Bp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A score in thousandths of a point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(transparent)
)]
pub struct MilliPoints(i64);

impl MilliPoints {
    /// The greatest score that the rules give: a billion points, some hundred times what any horse can reach.
    pub const MAX: Self = Self(1_000_000_000_000);

    /// Takes a number of milli-points.
    #[must_use]
    pub const fn new(milli: i64) -> Self {
        Self(milli)
    }

    /// The number of milli-points.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for MilliPoints {
    /// Writes points with three places: `123.456`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let milli = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:03}", milli / 1_000, milli % 1_000)
    }
}

/// A reading from 0 to 100: a stat, a bond, a stress level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "i64", into = "i64")
)]
pub struct Gauge(u8);

impl Gauge {
    /// The lowest reading.
    pub const MIN: Self = Self(0);
    /// The highest reading.
    pub const MAX: Self = Self(100);

    /// Takes a reading, cut to 0..=100.
    #[must_use]
    pub const fn clamped(reading: i64) -> Self {
        if reading <= 0 {
            Self::MIN
        } else if reading >= 100 {
            Self::MAX
        } else {
            Self(reading as u8)
        }
    }

    /// Takes a reading that must already lie in 0..=100; `field` names it in the refusal.
    ///
    /// # Errors
    /// [`Refusal::OutOfRange`].
    pub const fn checked(field: &'static str, reading: i64) -> Result<Self, Refusal> {
        if reading < 0 || reading > 100 {
            return Err(Refusal::OutOfRange {
                field,
                least: 0,
                most: 100,
            });
        }
        Ok(Self::clamped(reading))
    }

    /// The reading as the database has it.
    #[must_use]
    pub const fn get(self) -> i16 {
        self.0 as i16
    }

    /// The reading after a change, cut to 0..=100.
    #[must_use]
    pub fn moved(self, by: i64) -> Self {
        Self::clamped(i64::from(self.0).saturating_add(by))
    }
}

impl fmt::Display for Gauge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<i64> for Gauge {
    type Error = Refusal;
    fn try_from(reading: i64) -> Result<Self, Refusal> {
        Self::checked("reading", reading)
    }
}

impl TryFrom<i16> for Gauge {
    type Error = Refusal;
    fn try_from(reading: i16) -> Result<Self, Refusal> {
        Self::checked("reading", i64::from(reading))
    }
}

impl From<Gauge> for i64 {
    fn from(gauge: Gauge) -> Self {
        Self::from(gauge.0)
    }
}

impl From<Gauge> for i16 {
    fn from(gauge: Gauge) -> Self {
        gauge.get()
    }
}

/// Divides and rounds half away from zero. A divisor of zero gives zero: no rule has one.
#[must_use]
pub const fn div_round(numerator: i128, divisor: i128) -> i128 {
    let (Some(quotient), Some(rest)) = (
        numerator.checked_div(divisor),
        numerator.checked_rem(divisor),
    ) else {
        return 0;
    };
    let half_or_more = rest.unsigned_abs() >= divisor.unsigned_abs() - rest.unsigned_abs();
    if !half_or_more {
        quotient
    } else if (numerator < 0) == (divisor < 0) {
        quotient.saturating_add(1)
    } else {
        quotient.saturating_sub(1)
    }
}

/// Cuts a wide result to what an `i64` holds.
#[must_use]
pub const fn saturate(wide: i128) -> i64 {
    if wide > i64::MAX as i128 {
        i64::MAX
    } else if wide < i64::MIN as i128 {
        i64::MIN
    } else {
        wide as i64
    }
}
