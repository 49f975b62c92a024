//! Passwords: Argon2id, on threads of their own, few at a time.

use std::fmt;
use std::num::NonZero;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use reads::Failure;
use tokio::sync::Semaphore;

use crate::db::fault::broken;
use crate::trouble::{Because, Trouble};

/// Memory in KiB, passes and lanes of a hash: some 20 ms on one core.
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// The cost as it stands at the front of a hash, so that hashes of other days can be told apart.
pub fn cost() -> String {
    let (memory_kib, passes, lanes) = COST;
    format!("argon2id$v=19$m={memory_kib},t={passes},p={lanes}")
}

/// A password as it was sent. Its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Takes 10 to 200 characters, any of them.
    ///
    /// # Errors
    /// Invalid, naming `field`.
    pub fn parse(field: &'static str, text: String) -> Result<Self, Failure> {
        if (10..=200).contains(&text.chars().count()) {
            Ok(Self(text))
        } else {
            Err(Failure::invalid(
                field,
                "A password must have 10 to 200 characters.",
            ))
        }
    }

    /// Takes what somebody claims to be a password: whatever its length, it only has to match.
    pub const fn claimed(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Password(..)")
    }
}

/// Hashes and checks passwords. As many at a time as there are cores; the others wait in line.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    argon: Argon2<'static>,
    nobodys: Arc<str>,
}

impl fmt::Debug for Passwords {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Passwords(..)")
    }
}

impl Passwords {
    /// Makes ready, with the hash of a password that nobody has.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn new() -> Result<Self, Trouble> {
        let (memory_kib, passes, lanes) = COST;
        let params = Params::new(memory_kib, passes, lanes, None)
            .because(|| "the cost of password hashes is out of range")?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut nobody = [0; 32];
        getrandom::fill(&mut nobody).because(|| "the operating system gave no random bytes")?;
        let nobodys = argon
            .hash_password(&nobody)
            .because(|| "a password could not be hashed")?;
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Ok(Self {
            turns: Arc::new(Semaphore::new(cores)),
            argon,
            nobodys: nobodys.to_string().into(),
        })
    }

    /// The hash of a password, with a salt of its own.
    ///
    /// # Errors
    /// A fault of ours.
    pub async fn hash(&self, password: Password) -> Result<String, Failure> {
        let argon = self.argon.clone();
        let hashed = self.in_turn(move || {
            argon
                .hash_password(password.0.as_bytes())
                .map(|it| it.to_string())
        });
        hashed.await?.map_err(broken)
    }

    /// Does the password belong to the hash? Without a hash the answer is no, and takes as long.
    ///
    /// # Errors
    /// A fault of ours.
    pub async fn matches(&self, password: Password, hash: Option<String>) -> Result<bool, Failure> {
        let argon = self.argon.clone();
        let is_known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobodys.to_string());
        self.in_turn(move || {
            let hash = PasswordHash::new(&hash).map_err(broken)?;
            let is_right = argon.verify_password(password.0.as_bytes(), &hash).is_ok();
            Ok(is_right && is_known)
        })
        .await?
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let turn = Arc::clone(&self.turns)
            .acquire_owned()
            .await
            .map_err(broken)?;
        let worked = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        worked.await.map_err(broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::parse("password", text.to_owned()).unwrap()
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_alone() {
        let passwords = Passwords::new().unwrap();
        let hash = passwords.hash(password("correct horse")).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert!(
            passwords
                .matches(password("correct horse"), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .matches(password("correct house"), Some(hash))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .matches(password("correct horse"), None)
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn the_same_password_has_another_hash_each_time() {
        let passwords = Passwords::new().unwrap();
        let first = passwords.hash(password("correct horse")).await.unwrap();
        assert_ne!(
            first,
            passwords.hash(password("correct horse")).await.unwrap()
        );
    }

    #[test]
    fn passwords_have_ten_to_two_hundred_characters() {
        for (length, is_good) in [(9, false), (10, true), (200, true), (201, false)] {
            assert_eq!(
                Password::parse("password", "é".repeat(length)).is_ok(),
                is_good,
                "{length}"
            );
        }
    }

    #[test]
    fn debug_shows_nothing_of_a_password() {
        assert!(!format!("{:?}", password("correct horse")).contains("horse"));
    }
}
