//! Numbers as they are told to people and programs: the rules count whole thousandths and millionths, JSON has numbers.

/// A score, kept in milli-points and written as points with up to three places: `123.456`.
///
/// Exact on the wire: a double holds every number of milli-points that the rules can give, and its shortest decimal
/// form is the one with three places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = f64))]
pub struct Score(pub i64);

/// A probability in millionths, written as a number from 0 to 1: `0.25`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = f64))]
pub struct Chance(pub u32);

#[cfg(feature = "serde")]
mod json {
    #![expect(
        clippy::float_arithmetic,
        reason = "one division of two whole numbers, which is rounded alike on every machine"
    )]

    use super::{Chance, Score};
    use serde::{Serialize, Serializer};

    impl Serialize for Score {
        #[expect(
            clippy::cast_precision_loss,
            reason = "scores end at 10^12 milli-points, doubles at 2^53"
        )]
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.serialize_f64(self.0 as f64 / 1000.0)
        }
    }

    impl Serialize for Chance {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.serialize_f64(f64::from(self.0) / 1_000_000.0)
        }
    }
}
