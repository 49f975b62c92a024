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

use super::entry::Entered;
use super::settlement::{EntryResult, Settlement, settle};
use super::show::ShowFacts;
use crate::dice::Secret;
use crate::id::EntryId;
use crate::money::Coins;
use crate::time::millis;
use crate::traits::Trait;
use crate::{RULES_VERSION, Refusal};
use alloc::vec::Vec;
use core::fmt;
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

/// What is not as it must be in a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tampered {
    /// Settled by rules that this program does not have.
    OtherRules {
        /// The version that the proof names.
        version: u32,
    },
    /// The secret is not the one that was committed to.
    Secret,
    /// The commitment is not the one that was published when the show opened.
    Commitment,
    /// The entries cannot have been settled together.
    Entries {
        /// Why not.
        refusal: Refusal,
    },
    /// The entries do not stand in the order of their ids.
    EntryOrder,
    /// An entry was made after the run date.
    LateEntry {
        /// Which one.
        entry: EntryId,
    },
    /// A different number of results than entries.
    ResultCount,
    /// A result is not what the rules give.
    Result {
        /// The place at which the rules have this entry.
        placement: i64,
        /// The entry that the rules have there.
        entry: EntryId,
        /// Which field of its result differs.
        field: &'static str,
    },
    /// An amount is not what the rules give.
    Amount {
        /// Which one.
        field: &'static str,
    },
    /// Everything follows from the rules, but the digest is of something else.
    Digest,
}

impl fmt::Display for Tampered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherRules { version } => write!(
                f,
                "The proof is for version {version} of the rules, and this is version {RULES_VERSION}."
            ),
            Self::Secret => f.write_str("The secret does not match the commitment."),
            Self::Commitment => f.write_str("The commitment is not the one that was published."),
            Self::Entries { refusal } => write!(f, "The entries cannot stand together: {refusal}"),
            Self::EntryOrder => f.write_str("The entries are not in the order of their ids."),
            Self::LateEntry { entry } => write!(f, "Entry {entry} was made after the run date."),
            Self::ResultCount => f.write_str("There are not as many results as entries."),
            Self::Result {
                placement,
                entry,
                field,
            } => write!(
                f,
                "The rules give place {placement} to entry {entry}, and the proof differs in {field}."
            ),
            Self::Amount { field } => write!(f, "The amount {field} is not what the rules give."),
            Self::Digest => f.write_str("The digest is not that of this show."),
        }
    }
}

impl core::error::Error for Tampered {}

/// A proof that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The digest, the same for everyone who checks.
    pub digest: Digest,
    /// The number of entries that were scored again.
    pub entries: usize,
}

/// Repeats the settlement of a show from its proof.
///
/// That the commitment is the one published at the opening is for the reader to compare:
/// [`verify_published`] does both.
///
/// # Errors
/// The first thing that is not as it must be.
pub fn verify(proof: &Proof) -> Result<Verified, Tampered> {
    if proof.rules_version != RULES_VERSION {
        return Err(Tampered::OtherRules {
            version: proof.rules_version,
        });
    }
    if Commitment::to(&proof.secret) != proof.commitment {
        return Err(Tampered::Secret);
    }
    verify_entries(proof)?;
    let settlement = settle(&proof.show, &proof.secret, &proof.entries)
        .map_err(|refusal| Tampered::Entries { refusal })?;
    verify_results(&proof.results, &settlement.results)?;
    verify_amounts(proof, &settlement)?;
    if proof.computed_digest() != proof.digest {
        return Err(Tampered::Digest);
    }
    Ok(Verified {
        digest: proof.digest,
        entries: proof.entries.len(),
    })
}

/// Repeats the settlement of a show from its proof, and compares its commitment with the published one.
///
/// # Errors
/// The first thing that is not as it must be.
pub fn verify_published(proof: &Proof, published: &Commitment) -> Result<Verified, Tampered> {
    if proof.commitment != *published {
        return Err(Tampered::Commitment);
    }
    verify(proof)
}

fn verify_entries(proof: &Proof) -> Result<(), Tampered> {
    if !proof.entries.is_sorted_by_key(|entered| entered.entry_id) {
        return Err(Tampered::EntryOrder);
    }
    let run_date = millis(proof.show.run_date);
    let late = proof
        .entries
        .iter()
        .find(|entered| millis(entered.entered_at) > run_date);
    late.map_or(Ok(()), |entered| {
        Err(Tampered::LateEntry {
            entry: entered.entry_id,
        })
    })
}

fn verify_results(claimed: &[EntryResult], due: &[EntryResult]) -> Result<(), Tampered> {
    if claimed.len() != due.len() {
        return Err(Tampered::ResultCount);
    }
    let differing = claimed.iter().zip(due).find_map(|(claimed, due)| {
        differing_field(claimed, due).map(|field| Tampered::Result {
            placement: due.placement,
            entry: due.entry_id,
            field,
        })
    });
    differing.map_or(Ok(()), Err)
}

fn differing_field(a: &EntryResult, b: &EntryResult) -> Option<&'static str> {
    let fields = [
        ("entry_id", a.entry_id == b.entry_id),
        ("horse_id", a.horse_id == b.horse_id),
        ("placement", a.placement == b.placement),
        ("expected_milli", a.expected == b.expected),
        ("luck_bp", a.luck == b.luck),
        ("score_milli", a.score == b.score),
        ("prize", a.prize == b.prize),
        ("horse_xp", a.horse_xp == b.horse_xp),
        ("user_xp", a.user_xp == b.user_xp),
        ("stat_gain", a.stat_gain == b.stat_gain),
    ];
    fields
        .iter()
        .find(|(_, equal)| !equal)
        .map(|(field, _)| *field)
}

fn verify_amounts(proof: &Proof, settlement: &Settlement) -> Result<(), Tampered> {
    if proof.fees != settlement.fees {
        return Err(Tampered::Amount { field: "fees" });
    }
    if proof.prize_returned != settlement.prize_returned {
        return Err(Tampered::Amount {
            field: "prize_returned",
        });
    }
    Ok(())
}
