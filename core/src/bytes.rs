//! Thirty-two bytes with a meaning, written as 64 hexadecimal digits.

use crate::Refusal;
use core::fmt;

/// Writes bytes as lower-case hexadecimal digits.
pub(crate) fn write_hex(bytes: &[u8; 32], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

/// Reads 64 hexadecimal digits, lower-case only, so that one value has one spelling.
pub(crate) fn read_hex(text: &str, field: &'static str) -> Result<[u8; 32], Refusal> {
    let refusal = Refusal::Unknown { field };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != 32 || !rest.is_empty() {
        return Err(refusal);
    }
    let mut bytes = [0_u8; 32];
    for (slot, [high, low]) in bytes.iter_mut().zip(pairs) {
        *slot = digit(*high)
            .zip(digit(*low))
            .map(|(high, low)| high * 16 + low)
            .ok_or(refusal)?;
    }
    Ok(bytes)
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// Declares types of 32 bytes; `hidden` ones keep their bytes out of `Debug`.
macro_rules! bytes32 {
    (@debug $name:ident shown) => {
        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                $crate::bytes::write_hex(&self.0, f)
            }
        }
    };
    (@debug $name:ident hidden) => {
        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    };
    ($($(#[$doc:meta])* $name:ident, $seen:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Takes the bytes.
            #[must_use]
            pub const fn new(bytes: [u8; 32]) -> Self { Self(bytes) }

            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 32] { &self.0 }

            /// The bytes as 64 lower-case hexadecimal digits.
            #[must_use]
            pub fn to_hex(&self) -> alloc::string::String {
                struct Hex<'a>(&'a [u8; 32]);
                impl core::fmt::Display for Hex<'_> {
                    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                        $crate::bytes::write_hex(self.0, f)
                    }
                }
                alloc::format!("{}", Hex(&self.0))
            }
        }

        impl From<[u8; 32]> for $name {
            fn from(bytes: [u8; 32]) -> Self { Self(bytes) }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = $crate::Refusal;
            fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
                bytes.try_into().map(Self).map_err(|_| $crate::Refusal::Unknown { field: stringify!($name) })
            }
        }

        impl core::str::FromStr for $name {
            type Err = $crate::Refusal;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::bytes::read_hex(text, stringify!($name)).map(Self)
            }
        }

        $crate::bytes::bytes32!(@debug $name $seen);

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&self.to_hex())
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <alloc::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}
pub(crate) use bytes32;
