//! What stands in the place of what is personal: made by a key, so that the same person is the same everywhere and
//! nobody without the key can tell who it was.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::config::{Environment, Secret, hex};
use crate::trouble::Trouble;

/// The variable that may name the key; without it a fresh one is drawn and thrown away.
pub const KEY: &str = "EQUORIA_ANONYMISE_KEY";

/// The domain of all addresses in a copy; it can receive no mail.
pub const DOMAIN: &str = "players.equoria.example";

/// Letters and digits that are not mistaken for each other.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// One who makes pseudonyms.
#[derive(Clone, Debug)]
pub struct Mask {
    key: Secret<32>,
    /// Whether the key is kept by somebody: two copies with it then have the same pseudonyms.
    pub is_kept: bool,
}

impl Mask {
    /// One with the environment's key, or with a fresh one.
    ///
    /// # Errors
    /// When the key is not 64 hexadecimal digits.
    pub fn of(of: &Environment) -> Result<Self, Trouble> {
        let kept = of.get(KEY)?;
        Ok(Self {
            is_kept: kept.is_some(),
            key: match kept {
                Some(text) => Secret::from_hex(KEY, &text)?,
                None => Secret::random()?,
            },
        })
    }

    fn mac(&self, domain: &str, value: &[u8]) -> [u8; 32] {
        // A key that is shorter than SHA-256's block is filled up with zeros.
        let mut block = [0; 64];
        block[..32].copy_from_slice(self.key.bytes());
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(domain.as_bytes());
        mac.update(&[0]);
        mac.update(value);
        mac.finalize().into_bytes().into()
    }

    /// Sixteen letters and digits: 80 bits, which do not meet by accident.
    pub fn code(&self, domain: &str, value: &str) -> String {
        let mac = self.mac(domain, value.as_bytes());
        let mut bits = mac
            .iter()
            .flat_map(|byte| (0..8).map(move |at| byte >> at & 1));
        let mut letter = || {
            let five = bits.by_ref().take(5);
            let number = five.fold(0_usize, |number, bit| number << 1 | usize::from(bit));
            char::from(LETTERS[number])
        };
        (0..16).map(|_| letter()).collect()
    }

    /// The pseudonym of a user's id: a UUID of version 8, which says nothing of when it was made.
    pub fn user(&self, id: Uuid) -> Uuid {
        let mac = self.mac("user", id.as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&mac[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// The secret of a show in the copy.
    pub fn secret(&self, show: &str) -> [u8; 32] {
        self.mac("show", show.as_bytes())
    }

    /// A document's flags, and nothing else of it.
    pub fn flags(document: &serde_json::Value) -> serde_json::Value {
        use serde_json::Value;
        match document {
            Value::Object(members) => members
                .iter()
                .filter(|(_, value)| value.is_boolean() || value.is_object())
                .map(|(name, value)| (name.clone(), Self::flags(value)))
                .collect(),
            Value::Bool(is) => Value::Bool(*is),
            _ => Value::Null,
        }
    }

    /// A text in which each of these users' ids is replaced by its pseudonym, however it is written.
    pub fn users_within(&self, text: &str) -> String {
        const LENGTH: usize = 36;
        let mut masked = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let candidate = rest.get(..LENGTH).map(Uuid::try_parse);
            if let Some(Ok(id)) = candidate {
                masked.push_str(&self.user(id).to_string());
                rest = &rest[LENGTH..];
            } else {
                masked.push(letter);
                rest = &rest[letter.len_utf8()..];
            }
        }
        masked
    }
}

/// Bytes as PostgreSQL writes them as text.
pub fn bytea(bytes: &[u8]) -> String {
    format!("\\x{}", hex(bytes))
}

/// What a show publishes of its secret.
pub fn hash_of(secret: &[u8; 32]) -> String {
    bytea(&Sha256::digest(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(byte: u8) -> Mask {
        let mut key = [byte; 32];
        key[0] = 1;
        Mask {
            key: Secret::new(key),
            is_kept: true,
        }
    }

    #[test]
    fn a_pseudonym_is_the_same_for_the_same_key_and_another_for_another() {
        let id = Uuid::from_u128(7);
        assert_eq!(mask(3).user(id), mask(3).user(id));
        assert_ne!(mask(3).user(id), mask(4).user(id));
        assert_ne!(mask(3).user(id), id);
        assert_eq!(mask(3).user(id).get_version_num(), 8);
        assert_eq!(mask(3).code("name", "7").len(), 16);
        assert_ne!(mask(3).code("name", "7"), mask(3).code("place", "7"));
    }

    #[test]
    fn a_code_has_the_letters_of_its_alphabet_alone() {
        let code = mask(3).code("name", "7");
        assert!(
            code.bytes().all(|letter| LETTERS.contains(&letter)),
            "{code}"
        );
    }

    #[test]
    fn ids_within_a_text_are_replaced_and_the_rest_stays() {
        let (mask, id) = (
            mask(3),
            Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_000a),
        );
        let masked = mask.users_within(&format!("stipend:{id}:2026-01-05 é"));
        assert_eq!(masked, format!("stipend:{}:2026-01-05 é", mask.user(id)));
        assert_eq!(mask.users_within("entry_fee:17"), "entry_fee:17");
    }

    #[test]
    fn of_settings_only_flags_are_left() {
        let given = serde_json::json!({"darkMode": true, "privacy": {"profileVisible": false, "note": "Ann"}, "x": "Ann"});
        let left = serde_json::json!({"darkMode": true, "privacy": {"profileVisible": false}});
        assert_eq!(Mask::flags(&given), left);
    }
}
