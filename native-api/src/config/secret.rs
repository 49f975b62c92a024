//! Secrets: read from the environment or from a file, never printed.

use std::fmt;

use pasetors::keys::{AsymmetricKeyPair, AsymmetricSecretKey, Generate as _};
use pasetors::version4::V4;

use crate::trouble::{Because, Trouble};

/// How every secret begins that `equoria dev` draws, so that production knows it. What follows is drawn.
pub(super) const DEVELOPMENT: [u8; 4] = *b"dev:";

/// `N` secret bytes. `Debug` shows nothing of them.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<const N: usize>([u8; N]);

impl<const N: usize> Secret<N> {
    /// Takes bytes that are already at hand.
    pub const fn new(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    /// Fresh bytes from the operating system.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn random() -> Result<Self, Trouble> {
        let mut bytes = [0; N];
        getrandom::fill(&mut bytes).because(|| "the operating system gave no random bytes")?;
        Ok(Self(bytes))
    }

    /// Fresh bytes behind the mark by which production knows that they are not for it.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn for_development() -> Result<Self, Trouble> {
        let Self(mut bytes) = Self::random()?;
        for (byte, mark) in bytes.iter_mut().zip(DEVELOPMENT) {
            *byte = mark;
        }
        Ok(Self(bytes))
    }

    /// Reads `2 * N` hexadecimal digits.
    ///
    /// # Errors
    /// When there are more, fewer or other characters, or the same byte over and over: nobody drew such a secret.
    pub fn from_hex(name: &str, text: &str) -> Result<Self, Trouble> {
        let wrong = || {
            Trouble::new(format!(
                "{name} must be {} hexadecimal digits ({N} random bytes)",
                2 * N
            ))
        };
        let text = text.trim();
        if text.len() != 2 * N || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let mut bytes = [0; N];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| wrong())?;
        }
        if bytes.iter().all(|byte| *byte == bytes[0]) {
            return Err(Trouble::new(format!(
                "{name} is the same byte over and over"
            )));
        }
        Ok(Self(bytes))
    }

    /// The bytes, for the one place that needs them.
    pub const fn bytes(&self) -> &[u8; N] {
        &self.0
    }

    /// The bytes as lower-case hexadecimal digits.
    pub fn hex(&self) -> String {
        hex(&self.0)
    }
}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Secret<{N}>(..)")
    }
}

/// Any bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The Ed25519 key that signs access tokens (PASETO v4.public): the 32-byte seed, then the 32-byte public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenKey(Secret<64>);

impl TokenKey {
    /// A new key pair.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn random() -> Result<Self, Trouble> {
        let pair = AsymmetricKeyPair::<V4>::generate()
            .because(|| "the operating system gave no random bytes for a key")?;
        Self::from_hex("the new key", &hex(pair.secret.as_bytes()))
    }

    /// A new key pair whose seed begins with the mark by which production knows that it is not for it.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn for_development() -> Result<Self, Trouble> {
        Ok(Self::of_seed(&Secret::for_development()?))
    }

    fn of_seed(seed: &Secret<32>) -> Self {
        let pair = ed25519_compact::KeyPair::from_seed(ed25519_compact::Seed::new(*seed.bytes()));
        Self(Secret::new(*pair.sk))
    }

    /// Reads 64 hexadecimal digits, the seed, or 128: the seed and its public key.
    ///
    /// # Errors
    /// When they are neither, or the public half does not belong to the seed.
    pub fn from_hex(name: &str, text: &str) -> Result<Self, Trouble> {
        if text.trim().len() == 64 {
            return Ok(Self::of_seed(&Secret::from_hex(name, text)?));
        }
        let secret = Secret::<64>::from_hex(name, text)?;
        AsymmetricSecretKey::<V4>::from(secret.bytes())
            .because(|| format!("{name} is not an Ed25519 key (seed, then public key)"))?;
        Ok(Self(secret))
    }

    /// The secret half with its public key, as PASETO takes it.
    pub const fn secret(&self) -> &[u8; 64] {
        self.0.bytes()
    }

    /// The public half, which the Worker and everyone else may know.
    pub fn public(&self) -> [u8; 32] {
        let mut public = [0; 32];
        public.copy_from_slice(&self.0.bytes()[32..]);
        public
    }

    /// The half from which the other is computed.
    pub fn seed(&self) -> Secret<32> {
        let mut seed = [0; 32];
        seed.copy_from_slice(&self.0.bytes()[..32]);
        Secret::new(seed)
    }

    /// Both halves as hexadecimal digits: a secret.
    pub fn hex(&self) -> String {
        self.0.hex()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_survives_its_own_hexadecimal_digits() {
        let secret = Secret::<32>::random().unwrap();
        assert_eq!(Secret::from_hex("X", &secret.hex()).unwrap(), secret);
    }

    #[test]
    fn short_long_strange_and_constant_secrets_are_refused() {
        for text in ["", "ab", "zz", "0000", "00", &"ab".repeat(3)] {
            assert!(Secret::<2>::from_hex("X", text).is_err(), "{text}");
        }
    }

    #[test]
    fn debug_shows_no_byte_of_a_secret() {
        let shown = format!("{:?}", Secret::new([0xab, 0xcd]));
        assert!(!shown.contains("ab") && !shown.contains("171"));
    }

    #[test]
    fn a_token_key_knows_its_public_half() {
        let key = TokenKey::random().unwrap();
        assert_eq!(hex(&key.public()), key.hex()[64..]);
        assert_eq!(TokenKey::from_hex("X", &key.hex()).unwrap(), key);
        assert_eq!(TokenKey::from_hex("X", &key.seed().hex()).unwrap(), key);
    }
}
