//! Coins: whole, checked, never fractions.

use crate::Refusal;
use crate::scale::Bp;
use core::fmt;

/// An amount of coins. It may be negative (a posting is), but a purse never is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(transparent)
)]
pub struct Coins(i64);

impl Coins {
    /// No coins.
    pub const ZERO: Self = Self(0);

    /// Takes a number of whole coins.
    #[must_use]
    pub const fn new(amount: i64) -> Self {
        Self(amount)
    }

    /// The number of whole coins.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The same amount flowing the other way.
    ///
    /// # Errors
    /// [`Refusal::TooManyCoins`] for the one amount that has no opposite.
    pub const fn checked_neg(self) -> Result<Self, Refusal> {
        match self.0.checked_neg() {
            Some(amount) => Ok(Self(amount)),
            None => Err(Refusal::TooManyCoins),
        }
    }

    /// The sum.
    ///
    /// # Errors
    /// [`Refusal::TooManyCoins`] where the sum is not representable.
    pub const fn checked_add(self, other: Self) -> Result<Self, Refusal> {
        match self.0.checked_add(other.0) {
            Some(amount) => Ok(Self(amount)),
            None => Err(Refusal::TooManyCoins),
        }
    }

    /// The difference, which may be negative.
    ///
    /// # Errors
    /// [`Refusal::TooManyCoins`] where the difference is not representable.
    pub const fn checked_sub(self, other: Self) -> Result<Self, Refusal> {
        match self.0.checked_sub(other.0) {
            Some(amount) => Ok(Self(amount)),
            None => Err(Refusal::TooManyCoins),
        }
    }

    /// The amount taken `count` times.
    ///
    /// # Errors
    /// [`Refusal::TooManyCoins`] where the product is not representable.
    pub const fn checked_mul(self, count: i64) -> Result<Self, Refusal> {
        match self.0.checked_mul(count) {
            Some(amount) => Ok(Self(amount)),
            None => Err(Refusal::TooManyCoins),
        }
    }

    /// A share of the amount in basis points, rounded down (towards negative infinity).
    #[must_use]
    pub fn share(self, part: Bp) -> Self {
        let exact = i128::from(self.0) * i128::from(part.get());
        Self(crate::scale::saturate(exact.div_euclid(10_000)))
    }

    /// What is left of this purse after a payment of `price`.
    ///
    /// # Errors
    /// [`Refusal::NotEnoughCoins`] if the purse holds less than the price;
    /// [`Refusal::OutOfRange`] for a negative price, which would be a payment in disguise.
    pub fn pay(self, price: Self) -> Result<Self, Refusal> {
        if price.0 < 0 {
            return Err(Refusal::OutOfRange {
                field: "price",
                least: 0,
                most: i64::MAX,
            });
        }
        if self < price {
            return Err(Refusal::NotEnoughCoins {
                need: price,
                have: self,
            });
        }
        self.checked_sub(price)
    }
}

impl fmt::Display for Coins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
