//! JSON documents that are objects and nothing else.
//!
//! Serde's derived readers also take a struct as a bare list of its values. The database does not, and neither do we.

use core::fmt;
use core::marker::PhantomData;
use serde::de::{Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};

/// A type whose derived reader takes the pairs of an object.
pub(crate) trait FromPairs: Sized {
    /// Reads the value from an object's pairs.
    fn from_pairs<'de, M: MapAccess<'de>>(
        pairs: MapAccessDeserializer<M>,
    ) -> Result<Self, M::Error>;
}

/// Reads an object and refuses everything else.
pub(crate) fn read<'de, T: FromPairs, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    from.deserialize_map(Pairs(PhantomData))
}

struct Pairs<T>(PhantomData<T>);

impl<'de, T: FromPairs> Visitor<'de> for Pairs<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<T, M::Error> {
        T::from_pairs(MapAccessDeserializer::new(map))
    }
}

/// Gives a type that derives with `serde(remote = "Self")` a reader that takes objects only.
macro_rules! reads_objects {
    ($($name:ty),+) => {$(
        impl $crate::object::FromPairs for $name {
            fn from_pairs<'de, M: serde::de::MapAccess<'de>>(
                pairs: serde::de::value::MapAccessDeserializer<M>,
            ) -> Result<Self, M::Error> {
                <$name>::deserialize(pairs)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                $crate::object::read(from)
            }
        }
    )+};
}

/// Gives a type that derives with `serde(remote = "Self")` its derived writer.
macro_rules! writes_objects {
    ($($name:ty),+) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                <$name>::serialize(self, to)
            }
        }
    )+};
}

pub(crate) use {reads_objects, writes_objects};
