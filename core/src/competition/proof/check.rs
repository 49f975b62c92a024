//! The check of a proof: the settlement once more, compared with what the proof says, and the first difference named.

use super::{Commitment, Digest, Proof};
use crate::competition::settlement::{EntryResult, Settlement, settle};
use crate::id::{EntryId, HorseId, ShowId};
use crate::money::Coins;
use crate::scale::{Bp, MilliPoints};
use crate::stat::Stat;
use crate::time::millis;
use crate::{RULES_VERSION, Refusal};
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

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
    /// An entry has no result.
    Unscored {
        /// Which one.
        entry: EntryId,
    },
    /// A result belongs to no entry.
    Unentered {
        /// The entry that it names.
        entry: EntryId,
    },
    /// An entry has more than one result.
    ScoredTwice {
        /// Which one.
        entry: EntryId,
    },
    /// Another entry stands at a place than the rules have there.
    Order {
        /// The place.
        placement: i64,
        /// The entry that the rules have there.
        due: EntryId,
        /// The entry that the proof has there.
        said: EntryId,
    },
    /// A result is not what the rules give.
    Result {
        /// The entry.
        entry: EntryId,
        /// The field of its result, as the proof writes it.
        field: &'static str,
        /// What the rules give.
        due: Value,
        /// What the proof says.
        said: Value,
    },
    /// An amount is not what the rules give.
    Amount {
        /// Which one.
        field: &'static str,
        /// What the rules give.
        due: Coins,
        /// What the proof says.
        said: Coins,
    },
    /// Everything follows from the rules, but the digest is of something else.
    Digest,
}

/// What a field of a result says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A horse.
    Horse(HorseId),
    /// A place, or XP.
    Number(i64),
    /// A score.
    Score(MilliPoints),
    /// Luck.
    Luck(Bp),
    /// Coins.
    Coins(Coins),
    /// A stat that rises, if one does.
    Stat(Option<Stat>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Horse(horse) => write!(f, "horse {horse}"),
            Self::Number(number) => number.fmt(f),
            Self::Score(score) => score.fmt(f),
            Self::Luck(luck) => write!(f, "{luck} bp"),
            Self::Coins(coins) => write!(f, "{coins} coins"),
            Self::Stat(stat) => f.write_str(stat.map_or("none", Stat::as_str)),
        }
    }
}

impl Tampered {
    /// The stable name of what is wrong, for programs: the field, where one field of a result or an amount differs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OtherRules { .. } => "rules_version",
            Self::Secret => "secret",
            Self::Commitment => "commitment",
            Self::Entries { .. } => "entries",
            Self::EntryOrder => "entry_order",
            Self::LateEntry { .. } => "late_entry",
            Self::Unscored { .. } => "entry_without_result",
            Self::Unentered { .. } => "result_without_entry",
            Self::ScoredTwice { .. } => "two_results",
            Self::Order { .. } => "order",
            Self::Result { field, .. } | Self::Amount { field, .. } => field,
            Self::Digest => "digest",
        }
    }
}

/// A field of a result in words.
const fn in_words(field: &'static str) -> &'static str {
    match field.as_bytes() {
        b"horse_id" => "the horse that was entered",
        b"expected_milli" => "the expected score of the snapshot",
        b"luck_bp" => "the luck that the secret gives",
        b"score_milli" => "the score",
        b"placement" => "the place",
        b"prize" => "the prize of the place",
        b"horse_xp" => "the XP of the horse",
        b"user_xp" => "the XP of the player",
        b"stat_gain" => "the stat that rises",
        b"fees" => "the sum of the fees",
        b"prize_returned" => "the part of the prize that nobody won",
        _ => field,
    }
}

impl fmt::Display for Tampered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherRules { version } => write!(
                f,
                "The proof is for version {version} of the rules, and this is version {RULES_VERSION}."
            ),
            Self::Secret => {
                f.write_str("The secret does not match the commitment, which is its SHA-256.")
            }
            Self::Commitment => {
                f.write_str("The commitment is not the one that was published when the show opened.")
            }
            Self::Entries { refusal } => write!(f, "The entries cannot stand together: {refusal}"),
            Self::EntryOrder => f.write_str("The entries are not in the order of their ids."),
            Self::LateEntry { entry } => write!(f, "Entry {entry} was made after the run date."),
            Self::Unscored { entry } => write!(f, "Entry {entry} has no result."),
            Self::Unentered { entry } => {
                write!(f, "There is a result of entry {entry}, which is not among the entries.")
            }
            Self::ScoredTwice { entry } => write!(f, "Entry {entry} has more than one result."),
            Self::Order { placement, due, said } => write!(
                f,
                "Place {placement} belongs to entry {due}, by score, then expected score, then the earlier entry, and the \
                 proof has entry {said} there."
            ),
            Self::Result { entry, field, due, said } => {
                let what = in_words(field);
                write!(f, "Entry {entry}: {what} is {due} by the rules, and the proof says {said}.")
            }
            Self::Amount { field, due, said } => {
                let what = in_words(field);
                write!(f, "By the rules {what} is {due} coins, and the proof says {said}.")
            }
            Self::Digest => f.write_str(
                "The results follow from the rules, but the digest is of something else: the digest was changed, or the \
                 show's name, levels or dates, or what decided nothing in an entry.",
            ),
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
    let due = settle(&proof.show, &proof.secret, &proof.entries)
        .map_err(|refusal| Tampered::Entries { refusal })?;
    verify_pairs(&proof.results, &due.results)?;
    verify_scores(&proof.results, &due.results)?;
    verify_places(&proof.results, &due.results)?;
    verify_amounts(proof, &due)?;
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

/// Every entry has one result, and every result an entry.
fn verify_pairs(said: &[EntryResult], due: &[EntryResult]) -> Result<(), Tampered> {
    let (said, due) = (ids(said), ids(due));
    let absent = |from: &[EntryId], of: &[EntryId]| {
        let absent = of.iter().find(|it| from.binary_search(it).is_err());
        absent.copied()
    };
    let twice = said.iter().zip(said.iter().skip(1));
    if let Some((entry, _)) = twice.into_iter().find(|(one, next)| one == next) {
        return Err(Tampered::ScoredTwice { entry: *entry });
    }
    if let Some(entry) = absent(&due, &said) {
        return Err(Tampered::Unentered { entry });
    }
    absent(&said, &due).map_or(Ok(()), |entry| Err(Tampered::Unscored { entry }))
}

/// The entries of results, in order.
fn ids(results: &[EntryResult]) -> Vec<EntryId> {
    let mut ids: Vec<EntryId> = results.iter().map(|it| it.entry_id).collect();
    crate::order::sort(&mut ids);
    ids
}

/// What follows from an entry and the secret alone, wherever the result stands.
fn verify_scores(said: &[EntryResult], due: &[EntryResult]) -> Result<(), Tampered> {
    let mut by_entry: Vec<&EntryResult> = due.iter().collect();
    crate::order::sort_by(&mut by_entry, |one, other| {
        one.entry_id.cmp(&other.entry_id)
    });
    said.iter().try_for_each(|said| {
        let place = by_entry.binary_search_by_key(&said.entry_id, |it| it.entry_id);
        let due = place.ok().and_then(|place| by_entry.get(place));
        due.map_or(Ok(()), |due| compare(said, due, of_entry))
    })
}

/// What follows from the order of all entries.
fn verify_places(said: &[EntryResult], due: &[EntryResult]) -> Result<(), Tampered> {
    said.iter().zip(due).try_for_each(|(said, due)| {
        if said.entry_id != due.entry_id {
            return Err(Tampered::Order {
                placement: due.placement,
                due: due.entry_id,
                said: said.entry_id,
            });
        }
        compare(said, due, of_place)
    })
}

type Fields<const N: usize> = [(&'static str, Value); N];

const fn of_entry(result: &EntryResult) -> Fields<4> {
    [
        ("horse_id", Value::Horse(result.horse_id)),
        ("expected_milli", Value::Score(result.expected)),
        ("luck_bp", Value::Luck(result.luck)),
        ("score_milli", Value::Score(result.score)),
    ]
}

const fn of_place(result: &EntryResult) -> Fields<5> {
    [
        ("placement", Value::Number(result.placement)),
        ("prize", Value::Coins(result.prize)),
        ("horse_xp", Value::Number(result.horse_xp)),
        ("user_xp", Value::Number(result.user_xp)),
        ("stat_gain", Value::Stat(result.stat_gain)),
    ]
}

/// Compares the same fields of two results.
fn compare<const N: usize>(
    said: &EntryResult,
    due: &EntryResult,
    fields: fn(&EntryResult) -> Fields<N>,
) -> Result<(), Tampered> {
    let entry = said.entry_id;
    let mut pairs = fields(said).into_iter().zip(fields(due));
    let differing = pairs.find(|(said, due)| said != due);
    differing.map_or(Ok(()), |((field, said), (_, due))| {
        Err(Tampered::Result {
            entry,
            field,
            due,
            said,
        })
    })
}

fn verify_amounts(proof: &Proof, due: &Settlement) -> Result<(), Tampered> {
    let amounts = [
        ("fees", proof.fees, due.fees),
        ("prize_returned", proof.prize_returned, due.prize_returned),
    ];
    let differing = amounts.into_iter().find(|(_, said, due)| said != due);
    differing.map_or(Ok(()), |(field, said, due)| {
        Err(Tampered::Amount { field, due, said })
    })
}

/// What a check came to, as a terminal and a browser tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Verdict {
    /// The show that the proof speaks of.
    pub show: ShowId,
    /// Its name.
    pub name: String,
    /// The rules that the proof names.
    pub rules_version: u32,
    /// Does the proof hold?
    pub holds: bool,
    /// The number of entries that the proof has.
    pub entries: usize,
    /// The digest of the show; none where the proof does not hold.
    pub digest: Option<Digest>,
    /// The stable name of what is wrong; none where the proof holds.
    pub wrong: Option<&'static str>,
    /// What is wrong, as a sentence; none where the proof holds.
    pub why_not: Option<String>,
}

impl Verdict {
    /// Checks a proof, and its commitment too where the published one is known.
    #[must_use]
    pub fn of(proof: &Proof, published: Option<&Commitment>) -> Self {
        let checked = match published {
            Some(published) => verify_published(proof, published),
            None => verify(proof),
        };
        let tampered = checked.err();
        Self {
            show: proof.show.id,
            name: proof.show.name.clone(),
            rules_version: proof.rules_version,
            holds: checked.is_ok(),
            entries: proof.entries.len(),
            digest: checked.ok().map(|verified| verified.digest),
            wrong: tampered.map(|tampered| tampered.code()),
            why_not: tampered.map(|tampered| tampered.to_string()),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            show,
            name,
            rules_version,
            entries,
            ..
        } = self;
        write!(f, "The proof of show {show} \"{name}\" ")?;
        match (&self.digest, &self.why_not) {
            (Some(digest), _) => write!(
                f,
                "holds: {entries} entries scored again by rules version {rules_version}, digest {}.",
                digest.to_hex()
            ),
            (None, why_not) => write!(
                f,
                "does not hold. {}",
                why_not.as_deref().unwrap_or_default()
            ),
        }
    }
}
