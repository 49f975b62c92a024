//! The key that signs seals, and its public half that proves them.

use ed25519_compact::{KeyPair, PublicKey, Seed, Signature};

use crate::config::{self, Environment, Secret, hex};
use crate::trouble::{Because, Trouble};

/// The variable that holds the key's seed: 64 hexadecimal digits (or `EQUORIA_AUDIT_KEY_FILE`).
pub const KEY: &str = "EQUORIA_AUDIT_KEY";

/// The variable that holds the public half alone, for whoever only verifies.
pub const PUBLIC_KEY: &str = "EQUORIA_AUDIT_PUBLIC_KEY";

/// Signs seals. `Debug` shows nothing of it.
#[derive(Clone, Debug)]
pub struct SealKey(Secret<32>);

/// Tells seals that the key made from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Witness(PublicKey);

impl SealKey {
    /// A new key.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn random() -> Result<Self, Trouble> {
        Secret::random().map(Self)
    }

    /// A new key that production knows and refuses.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn for_development() -> Result<Self, Trouble> {
        Secret::for_development().map(Self)
    }

    /// The key of the environment, if there is one.
    ///
    /// # Errors
    /// When it is not 64 hexadecimal digits, its file cannot be read, or in production nobody drew it.
    pub fn of(of: &Environment) -> Result<Option<Self>, Trouble> {
        config::secret(of, KEY).map(|secret| secret.map(Self))
    }

    /// The seed as hexadecimal digits: a secret.
    pub fn hex(&self) -> String {
        self.0.hex()
    }

    /// The public half.
    ///
    /// # Errors
    /// When the seed makes no key, which no drawn one does.
    pub fn witness(&self) -> Result<Witness, Trouble> {
        Ok(Witness(self.pair()?.pk))
    }

    pub(super) fn sign(&self, hash: &[u8]) -> Result<Vec<u8>, Trouble> {
        Ok(self.pair()?.sk.sign(hash, None).to_vec())
    }

    fn pair(&self) -> Result<KeyPair, Trouble> {
        let seed = Seed::new(*self.0.bytes());
        KeyPair::try_from_seed(seed).because(|| format!("{KEY} makes no Ed25519 key"))
    }
}

impl Witness {
    /// The public key of the environment, else the public half of its key.
    ///
    /// # Errors
    /// When neither is set, or either is wrong.
    pub fn of(of: &Environment) -> Result<Self, Trouble> {
        if let Some(text) = of.get(PUBLIC_KEY)? {
            return Self::from_hex(&text);
        }
        let key = SealKey::of(of)?.ok_or_else(|| {
            Trouble::new(format!(
                "{PUBLIC_KEY} is not set (nor {KEY}): it says whose seals are believed"
            ))
        })?;
        key.witness()
    }

    /// The key as hexadecimal digits, which everyone may know.
    pub fn hex(&self) -> String {
        hex(self.0.as_ref())
    }

    pub(super) fn believes(&self, hash: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|it| self.0.verify(hash, &it).is_ok())
    }

    fn from_hex(text: &str) -> Result<Self, Trouble> {
        let bytes = Secret::<32>::from_hex(PUBLIC_KEY, text)?;
        Ok(Self(PublicKey::new(*bytes.bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_half_believes_the_key_and_no_other() {
        // RFC 8032, 7.1, test 1.
        let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        let of = Environment::of([(KEY, seed)]);
        let key = SealKey::of(&of).unwrap().unwrap();
        assert_eq!(key.witness().unwrap().hex(), public);
        let witness = Witness::of(&Environment::of([(PUBLIC_KEY, public)])).unwrap();
        let signature = key.sign(b"hash").unwrap();
        assert!(witness.believes(b"hash", &signature));
        assert!(!witness.believes(b"hasp", &signature));
        let other = SealKey::random().unwrap().sign(b"hash").unwrap();
        assert!(!witness.believes(b"hash", &other) && !witness.believes(b"hash", b"short"));
    }

    #[test]
    fn without_a_key_there_is_a_sentence_that_names_both() {
        let nothing = Environment::of::<&str, &str>([]);
        let refused = Witness::of(&nothing).unwrap_err().to_string();
        assert!(
            refused.contains(KEY) && refused.contains(PUBLIC_KEY),
            "{refused}"
        );
        assert!(Witness::of(&Environment::of([(PUBLIC_KEY, "short")])).is_err());
    }
}
