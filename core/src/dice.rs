//! Dice: one reproducible stream per subject.
//!
//! # How a stream is keyed
//! `key = HMAC-SHA256(secret, message)` and the stream is ChaCha8 with that key, nonce 0 and counter 0. The message is a
//! list of parts, each preceded by its length in bytes as a big-endian `u32`: the purpose (ASCII), the number of
//! identifiers (`u32`), each identifier (`i64` in 8 bytes, UUID in 16), and [`RULES_VERSION`]
//! (`u32`); all numbers are big-endian. No two different subjects share a message, and because every entry (and every
//! foal) has a stream of its own, the order in which they are rolled cannot matter.
//!
//! # How a number is drawn
//! A draw below `n` takes 32-bit words of the stream and applies Lemire's method with rejection: it is exactly uniform.
//! A normal deviate is the number of ones in 64 bits, less 32: mean 0 and standard deviation 4, both exact.

use crate::RULES_VERSION;
use crate::id::{EntryId, HorseId, ShowId, UserId};
use crate::scale::Bp;
use hmac::{Hmac, KeyInit, Mac};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::Sha256;

crate::bytes::bytes32! {
    /// A secret of 32 random bytes from which dice are keyed. Its `Debug` shows nothing.
    Secret, hidden;
}

crate::words::words! {
    /// What a stream of dice is for; part of its key.
    Purpose, "purpose" {
        /// The luck of one entry: show, entry.
        Luck = "luck",
        /// The stat gain of one entry: show, entry.
        ShowStat = "show-stat",
        /// One training session.
        Training = "training",
        /// The making of a founder horse.
        Founder = "founder",
        /// The genome and the breeding values of a horse that was there before the game knew them: horse.
        Genome = "genome",
        /// One foal, from its conception on: pregnancy.
        Birth = "birth",
        /// One enrichment activity: foal, number of the activity.
        Enrichment = "enrichment",
        /// Seeds, simulations and the parity check.
        World = "world",
    }
}

/// An identifier inside a dice key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A number: a horse, a show, an entry, a counter.
    Number(i64),
    /// A player.
    User(UserId),
}

impl From<i64> for Subject {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}
impl From<HorseId> for Subject {
    fn from(horse: HorseId) -> Self {
        Self::Number(horse.get())
    }
}
impl From<ShowId> for Subject {
    fn from(show: ShowId) -> Self {
        Self::Number(show.get())
    }
}
impl From<EntryId> for Subject {
    fn from(entry: EntryId) -> Self {
        Self::Number(entry.get())
    }
}
impl From<UserId> for Subject {
    fn from(user: UserId) -> Self {
        Self::User(user)
    }
}

/// A stream of dice.
#[derive(Clone)]
pub struct Dice {
    stream: ChaCha8Rng,
}

impl Dice {
    /// The dice of one subject, for one purpose.
    #[must_use]
    pub fn new(secret: &Secret, purpose: Purpose, subject: &[Subject]) -> Self {
        let mut mac = keyed(secret);
        part(&mut mac, purpose.as_str().as_bytes());
        part(&mut mac, &(subject.len() as u32).to_be_bytes());
        for id in subject {
            match id {
                Subject::Number(number) => part(&mut mac, &number.to_be_bytes()),
                Subject::User(user) => part(&mut mac, user.get().as_bytes()),
            }
        }
        part(&mut mac, &RULES_VERSION.to_be_bytes());
        Self::from_key(mac.finalize().into_bytes().into())
    }

    /// The dice of a ready ChaCha8 key, for test vectors.
    #[must_use]
    pub fn from_key(key: [u8; 32]) -> Self {
        Self {
            stream: ChaCha8Rng::from_seed(key),
        }
    }

    /// The next 32 bits: the next four bytes of the keystream, little-endian.
    pub fn bits32(&mut self) -> u32 {
        self.stream.next_u32()
    }

    /// The next 64 bits: two draws of 32, the first one low.
    pub fn bits64(&mut self) -> u64 {
        let low = u64::from(self.bits32());
        low | (u64::from(self.bits32()) << 32)
    }

    /// A number from `0..n`, exactly uniform; 0 if `n` is 0.
    pub fn below(&mut self, n: u32) -> u32 {
        let mut product = u64::from(self.bits32()) * u64::from(n);
        if (product as u32) < n {
            let threshold = n.wrapping_neg().checked_rem(n).unwrap_or(0);
            while (product as u32) < threshold {
                product = u64::from(self.bits32()) * u64::from(n);
            }
        }
        (product >> 32) as u32
    }

    /// A number from `low..=high`, exactly uniform; `low` if the range is empty.
    pub fn range(&mut self, low: i32, high: i32) -> i32 {
        let span = i64::from(high) - i64::from(low) + 1;
        match u32::try_from(span) {
            Ok(span) => low.wrapping_add_unsigned(self.below(span)),
            Err(_) if span > 0 => self.bits32().cast_signed(),
            Err(_) => low,
        }
    }

    /// True with the given probability: never at 0 or below, always at 10,000 or above. It takes a draw in any case.
    pub fn chance(&mut self, probability: Bp) -> bool {
        i64::from(self.below(10_000)) < i64::from(probability.get())
    }

    /// A deviate with mean 0 and standard deviation 4, from -32 to 32: the number of ones in 64 bits, less 32.
    pub fn deviate(&mut self) -> i32 {
        self.bits64().count_ones().cast_signed() - 32
    }

    /// The position of a weight, drawn in proportion to the weights; 0 if there are none.
    pub fn weighted(&mut self, weights: &[u16]) -> usize {
        let total = weights.iter().map(|weight| u32::from(*weight)).sum();
        let mut rest = self.below(total);
        for (position, weight) in weights.iter().enumerate() {
            match rest.checked_sub(u32::from(*weight)) {
                Some(less) => rest = less,
                None => return position,
            }
        }
        0
    }
}

impl core::fmt::Debug for Dice {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Dice")
    }
}

/// HMAC keyed with a secret. A key shorter than the block of SHA-256 is filled with zeros, as RFC 2104 has it.
fn keyed(secret: &Secret) -> Hmac<Sha256> {
    let mut block = [0_u8; 64];
    for (slot, byte) in block.iter_mut().zip(secret.as_bytes()) {
        *slot = *byte;
    }
    Hmac::<Sha256>::new(&block.into())
}

fn part(mac: &mut Hmac<Sha256>, bytes: &[u8]) {
    mac.update(&(bytes.len() as u32).to_be_bytes());
    mac.update(bytes);
}
