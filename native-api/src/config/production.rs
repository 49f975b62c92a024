//! What production refuses: by the name of the setting, with what to do instead.

use sha2::{Digest as _, Sha256};

use super::secret::{DEVELOPMENT, hex};
use super::{Binding, Database, Reach, TlsMode};
use crate::trouble::Trouble;

/// Passwords that everybody tries first, those of the specification's examples among them.
const WELL_KNOWN: &[&str] = &[
    "123456",
    "12345678",
    "123456789",
    "admin",
    "administrator",
    "change_me",
    "change-me",
    "changeme",
    "database",
    "default",
    "dev_pass",
    "equoria",
    "example",
    "horse",
    "hush",
    "letmein",
    "pass",
    "passw0rd",
    "password",
    "password123",
    "postgres",
    "postgresql",
    "qwerty",
    "root",
    "secret",
    "secure_pass",
    "secure_password",
    "test",
    "test_pass",
    "user",
    "username",
    "welcome",
];

/// The fewest characters of a password of a role: nobody has to type it.
const SHORTEST: usize = 12;

/// Refuses a URL over whose way others could listen, or whose password others could guess.
///
/// A Unix socket and the loopback network are fine without TLS: what goes over them never leaves this machine, and who
/// can listen there is its administrator, who can read the processes' memory too.
///
/// # Errors
/// What is wrong with it, and what to write instead.
pub(super) fn require_safe(name: &str, database: &Database) -> Result<(), Trouble> {
    if database.reach() == Reach::Network {
        require_verified(name, database)?;
    }
    let password = String::from_utf8_lossy(database.password());
    if password.is_empty() {
        // A socket may ask the operating system who we are, and a certificate says it, too.
        let is_known = database.reach() == Reach::Socket || database.tls().certificate.is_some();
        return if is_known {
            Ok(())
        } else {
            Err(Trouble::new(format!(
                "production refuses {name} without a password: give {} one, and put the URL into a file that \
                 {name}_FILE names",
                database.user()
            )))
        };
    }
    let lower = password.to_lowercase();
    let refuse = |why: String| {
        Err(Trouble::new(format!(
            "production refuses {name}, because its password {why}: draw one (`openssl rand -hex 16`)"
        )))
    };
    if WELL_KNOWN.contains(&lower.as_str()) || lower == database.user().to_lowercase() {
        return refuse("is one that everybody tries first".to_owned());
    }
    if password.starts_with(&hex(&DEVELOPMENT)) {
        return refuse("was drawn by `equoria dev` for development".to_owned());
    }
    if password.chars().count() < SHORTEST {
        return refuse(format!("has fewer than {SHORTEST} characters"));
    }
    Ok(())
}

fn require_verified(name: &str, database: &Database) -> Result<(), Trouble> {
    let tls = database.tls();
    if tls.mode != TlsMode::VerifyFull {
        return Err(Trouble::new(format!(
            "production refuses {name} over the network with sslmode={}, by which anyone on the way can be the \
             database: write sslmode=verify-full&sslrootcert=FILE&channel_binding=require (`equoria tls init` makes \
             the certificates), or use a Unix socket",
            tls.mode.name()
        )));
    }
    // Where a certificate alone says who we are there is no password to bind, and no pooler can bind one.
    let has_password = !database.password().is_empty() && !database.is_pooled;
    if has_password && tls.binding != Binding::Require {
        return Err(Trouble::new(format!(
            "production refuses {name} without channel_binding=require, by which the password proves itself to this \
             very server and to nobody in between: add it"
        )));
    }
    Ok(())
}

/// Refuses a secret that nobody drew, or that was drawn for development.
///
/// # Errors
/// What is wrong with it, and how to draw one.
pub(super) fn require_drawn(name: &str, bytes: &[u8]) -> Result<(), Trouble> {
    let refuse = |why: &str| {
        Err(Trouble::new(format!(
            "production refuses {name}, because it {why}: draw one (`openssl rand -hex 32`)"
        )))
    };
    if bytes.starts_with(&DEVELOPMENT) {
        return refuse("was drawn by `equoria dev` for development");
    }
    if is_the_hash_of_a_word(bytes) {
        return refuse("is the SHA-256 of a word that everybody tries first");
    }
    if has_a_pattern(bytes) {
        return refuse("has a pattern that no drawing has");
    }
    Ok(())
}

fn is_the_hash_of_a_word(bytes: &[u8]) -> bool {
    let words = WELL_KNOWN.iter().chain(&[""]);
    words
        .map(|word| Sha256::digest(word))
        .any(|hash| hash.as_slice() == bytes)
}

/// Counting, repetition, or few different bytes: of 32 drawn ones about 30 are different, and fewer than 20 never.
fn has_a_pattern(bytes: &[u8]) -> bool {
    let steps = bytes.windows(2).map(|pair| match pair {
        [one, next] => next.wrapping_sub(*one),
        _ => 0,
    });
    let steps: Vec<u8> = steps.collect();
    let is_counting = steps.windows(2).all(|pair| pair.first() == pair.last());
    let mut different = bytes.to_vec();
    different.sort_unstable();
    different.dedup();
    is_counting || different.len() * 8 < bytes.len() * 5
}

/// Refuses one secret for two purposes: who is given one of them would have the other.
///
/// # Errors
/// The names of the two.
pub(super) fn require_distinct(secrets: &[(&str, String)]) -> Result<(), Trouble> {
    for (at, (name, secret)) in secrets.iter().enumerate() {
        let before = secrets.iter().take(at);
        if let Some((first, _)) = before.into_iter().find(|(_, other)| other == secret) {
            return Err(Trouble::new(format!(
                "{first} and {name} must be different secrets: one that serves two purposes is lost for both"
            )));
        }
    }
    Ok(())
}
