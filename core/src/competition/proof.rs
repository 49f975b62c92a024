//! The proof of a show: everything with which a stranger repeats its settlement, and the check that does.
//!
//! 1. When the show opens it publishes its [`Commitment`]: SHA-256 of a secret of 32 random bytes.
//! 2. Every entry freezes a snapshot.
//! 3. The settlement publishes a [`Proof`]; [`verify`] repeats it and names the first thing that is not as it must be.
//!
//! # The digest
//! SHA-256 of this sequence. Numbers are big-endian `i64`, text is its length in bytes (`i64`) and UTF-8, lists begin
//! with their length (`i64`), an optional value with a number 0 or 1, hashes are 32 plain bytes, instants are
//! milliseconds since 1970, names of disciplines, temperaments, traits and stats are text.
//!
//! ```text
//! "equoria-proof", rules version
//! show: id, name, discipline, level_min?, level_max?, entry fee, prize, run date
//! commitment, secret
//! entries by id: entry, entered at, horse, 3 stats, discipline score, temperament, positive traits, negative traits,
//!                hidden bp, bond, stress
//! results by placement: entry, horse, placement, expected, luck, score, prize, horse XP, user XP, stat gain?
//! fees, prize returned
//! ```

mod check;

pub use check::{Tampered, Value, Verdict, Verified, verify, verify_published};

use super::entry::Entered;
use super::settlement::{EntryResult, Settlement};
use super::show::ShowFacts;
use crate::RULES_VERSION;
use crate::dice::Secret;
use crate::money::Coins;
use crate::time::millis;
use crate::traits::Trait;
use alloc::vec::Vec;
use sha2::{Digest as _, Sha256};

crate::bytes::bytes32! {
    /// SHA-256 of a show's secret, published when the show opens.
    Commitment, shown;
    /// SHA-256 of a settled show's canonical encoding.
    Digest, shown;
}

impl Commitment {
    /// The commitment to a secret.
    #[must_use]
    pub fn to(secret: &Secret) -> Self {
        Self::new(Sha256::digest(secret.as_bytes()).into())
    }
}

/// A settled show with everything with which a stranger repeats its settlement.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct Proof {
    /// The version of the rules by which it was settled.
    pub rules_version: u32,
    /// The show.
    pub show: ShowFacts,
    /// What was published when the show opened.
    pub commitment: Commitment,
    /// The secret, published now.
    pub secret: Secret,
    /// Every entry that stood at the run date, by entry id.
    pub entries: Vec<Entered>,
    /// Every result, by placement.
    pub results: Vec<EntryResult>,
    /// The fees of all entries, to the host.
    pub fees: Coins,
    /// The shares of places that nobody took, back to the host.
    pub prize_returned: Coins,
    /// SHA-256 of the canonical encoding of all of the above.
    pub digest: Digest,
}

impl Proof {
    /// The proof of a settlement that was made by these rules.
    #[must_use]
    pub fn new(
        show: ShowFacts,
        secret: Secret,
        mut entries: Vec<Entered>,
        settlement: Settlement,
    ) -> Self {
        crate::order::sort_by(&mut entries, |one, other| one.entry_id.cmp(&other.entry_id));
        let mut proof = Self {
            rules_version: RULES_VERSION,
            show,
            commitment: Commitment::to(&secret),
            secret,
            entries,
            results: settlement.results,
            fees: settlement.fees,
            prize_returned: settlement.prize_returned,
            digest: Digest::new([0; 32]),
        };
        proof.digest = proof.computed_digest();
        proof
    }

    /// The digest of what the proof says, whatever its own `digest` says.
    #[must_use]
    pub fn computed_digest(&self) -> Digest {
        let mut to = Encoder(Sha256::new());
        to.text("equoria-proof");
        to.number(i64::from(self.rules_version));
        encode_show(&mut to, &self.show);
        to.0.update(self.commitment.as_bytes());
        to.0.update(self.secret.as_bytes());
        to.number(self.entries.len() as i64);
        self.entries
            .iter()
            .for_each(|entered| encode_entry(&mut to, entered));
        to.number(self.results.len() as i64);
        self.results
            .iter()
            .for_each(|result| encode_result(&mut to, result));
        to.number(self.fees.get());
        to.number(self.prize_returned.get());
        Digest::new(to.0.finalize().into())
    }
}

struct Encoder(Sha256);

impl Encoder {
    fn number(&mut self, number: i64) {
        self.0.update(number.to_be_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as i64);
        self.0.update(text.as_bytes());
    }

    fn optional(&mut self, number: Option<i64>) {
        self.number(i64::from(number.is_some()));
        number.into_iter().for_each(|number| self.number(number));
    }

    fn traits(&mut self, traits: &[Trait]) {
        self.number(traits.len() as i64);
        traits.iter().for_each(|one| self.text(one.as_str()));
    }
}

fn encode_show(to: &mut Encoder, show: &ShowFacts) {
    to.number(show.id.get());
    to.text(&show.name);
    to.text(show.discipline.as_str());
    to.optional(show.level_min);
    to.optional(show.level_max);
    to.number(show.entry_fee.get());
    to.number(show.prize.get());
    to.number(millis(show.run_date));
}

fn encode_entry(to: &mut Encoder, entered: &Entered) {
    let snapshot = &entered.snapshot;
    to.number(entered.entry_id.get());
    to.number(millis(entered.entered_at));
    to.number(snapshot.horse_id.get());
    snapshot
        .stats
        .iter()
        .for_each(|stat| to.number(i64::from(*stat)));
    to.number(snapshot.discipline_score);
    to.text(snapshot.temperament.as_str());
    to.traits(&snapshot.traits.positive);
    to.traits(&snapshot.traits.negative);
    to.number(i64::from(snapshot.hidden_bp.get()));
    to.number(i64::from(snapshot.bond));
    to.number(i64::from(snapshot.stress));
}

fn encode_result(to: &mut Encoder, result: &EntryResult) {
    to.number(result.entry_id.get());
    to.number(result.horse_id.get());
    to.number(result.placement);
    to.number(result.expected.get());
    to.number(i64::from(result.luck.get()));
    to.number(result.score.get());
    to.number(result.prize.get());
    to.number(result.horse_xp);
    to.number(result.user_xp);
    to.number(i64::from(result.stat_gain.is_some()));
    result
        .stat_gain
        .iter()
        .for_each(|stat| to.text(stat.as_str()));
}
