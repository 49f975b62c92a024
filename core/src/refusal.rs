//! Why the rules say no: one flat list, as data.

use crate::competition::show::ShowState;
use crate::genetics::Locus;
use crate::money::Coins;
use crate::name::NameFault;
use crate::time::Instant;
use crate::traits::Trait;
use core::fmt;

/// A refusal of the rules, in the game's words.
///
/// [`code`](Self::code) is a contract with programs and [`Display`](fmt::Display) a sentence for a player. Serialised,
/// a refusal is the bare object of its data (`{"until": "..."}`), or null where it has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[expect(
    missing_docs,
    reason = "the fields say what the variant's sentence says"
)]
pub enum Refusal {
    /// A word that the rules do not know, or an identifier that cannot be read.
    Unknown { field: &'static str },
    /// An allele that its locus does not have.
    UnknownAllele { locus: Locus },
    /// A number outside of its bounds, both of which are allowed.
    OutOfRange {
        field: &'static str,
        least: i64,
        most: i64,
    },
    /// A name that cannot be given.
    BadName {
        field: &'static str,
        fault: NameFault,
        least: i64,
        most: i64,
    },
    /// Not an e-mail address.
    BadEmail,
    /// The name is taken already.
    NameTaken { field: &'static str },
    /// An account with this address exists already.
    EmailTaken,
    /// More coins than can be counted.
    TooManyCoins,
    /// The purse holds less than the price.
    NotEnoughCoins { need: Coins, have: Coins },
    /// The horse, the stable or the show belongs to someone else.
    NotYours,
    /// Younger than the rule asks for.
    TooYoung { age: i64, least: i64 },
    /// Older than any competition or training allows.
    Retired { age: i64, most: i64 },
    /// A mare in foal is left in peace.
    InFoal,
    /// The horse rests after her last training.
    Resting {
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::time::write_millis"))]
        until: Instant,
    },
    /// Groomed already on this day.
    AlreadyGroomed {
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::time::write_millis"))]
        until: Instant,
    },
    /// The stipend of this week is claimed already.
    StipendClaimed {
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::time::write_millis"))]
        until: Instant,
    },
    /// The starter mare was given already.
    StarterTaken,
    /// A trait stands twice, in one list or in two.
    TraitTwice { r#trait: Trait },
    /// A trait stands in the list of the other sign.
    TraitOnWrongSide { r#trait: Trait },
    /// Two traits that exclude each other.
    TraitsConflict { one: Trait, other: Trait },
    /// The least level of a show lies above the greatest.
    BracketReversed { level_min: i64, level_max: i64 },
    /// The show would run in the past, or right now.
    RunDatePast {
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::time::write_millis"))]
        now: Instant,
    },
    /// The show would run too late.
    RunDateTooFar {
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::time::write_millis"))]
        latest: Instant,
    },
    /// The show is over: settled or cancelled.
    ShowOver { state: ShowState },
    /// The show no longer takes entries, withdrawals or a cancellation.
    ShowClosed {
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::time::write_millis"))]
        since: Instant,
    },
    /// The show has not reached its run date.
    ShowNotDue {
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::time::write_millis"))]
        run_date: Instant,
    },
    /// Only who hosts a show may cancel it.
    NotHost,
    /// Too few entries to hold the show.
    TooFewEntries { entries: i64, least: i64 },
    /// The horse's level is outside of the show's bracket.
    OutsideBracket {
        level: i64,
        level_min: Option<i64>,
        level_max: Option<i64>,
    },
    /// The horse is in this show already.
    AlreadyEntered,
    /// The horse is not in this show.
    NotEntered,
    /// The show has as many entries as a show takes.
    ShowFull { most: i64 },
    /// The player has as many of these as a player may have at a time.
    LimitReached { what: &'static str, most: i64 },
    /// Two entries of one show carry the same identifier or the same horse.
    EntryTwice,
    /// A horse with itself.
    SameHorse,
    /// The mare is male, or the stallion female.
    WrongSex { field: &'static str },
    /// Too young or too old to breed.
    NotOfBreedingAge {
        field: &'static str,
        age: i64,
        least: i64,
        most: i64,
    },
    /// The stallion belongs to someone else and does not stand at stud.
    NotAtStud,
    /// The stud fee is not what the player agreed to.
    FeeDiffers { fee: Coins },
    /// The first seven days, in which a foal is enriched, are over.
    FoalhoodOver {
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::time::write_millis"))]
        since: Instant,
    },
    /// The activity opens on a later day of the foal's life.
    ActivityNotOpen {
        day: i64,
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::time::write_millis"))]
        until: Instant,
    },
    /// The foal has had this activity.
    ActivityDone,
    /// The horse's genes were tested before.
    AlreadyTested,
}

impl Refusal {
    /// The stable name of this refusal, in kebab-case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "unknown-value",
            Self::UnknownAllele { .. } => "unknown-allele",
            Self::OutOfRange { .. } => "out-of-range",
            Self::BadName { .. } => "bad-name",
            Self::BadEmail => "bad-email",
            Self::NameTaken { .. } => "name-taken",
            Self::EmailTaken => "email-taken",
            Self::TooManyCoins => "too-many-coins",
            Self::NotEnoughCoins { .. } => "not-enough-coins",
            Self::NotYours => "not-yours",
            Self::TooYoung { .. } => "too-young",
            Self::Retired { .. } => "retired",
            Self::InFoal => "in-foal",
            Self::Resting { .. } => "resting",
            Self::AlreadyGroomed { .. } => "already-groomed",
            Self::StipendClaimed { .. } => "stipend-claimed",
            Self::StarterTaken => "starter-taken",
            Self::TraitTwice { .. } => "trait-twice",
            Self::TraitOnWrongSide { .. } => "trait-on-wrong-side",
            Self::TraitsConflict { .. } => "traits-conflict",
            Self::BracketReversed { .. } => "bracket-reversed",
            Self::RunDatePast { .. } => "run-date-past",
            Self::RunDateTooFar { .. } => "run-date-too-far",
            Self::ShowOver { .. } => "show-over",
            Self::ShowClosed { .. } => "show-closed",
            Self::ShowNotDue { .. } => "show-not-due",
            Self::NotHost => "not-host",
            Self::TooFewEntries { .. } => "too-few-entries",
            Self::OutsideBracket { .. } => "outside-bracket",
            Self::AlreadyEntered => "already-entered",
            Self::NotEntered => "not-entered",
            Self::ShowFull { .. } => "show-full",
            Self::LimitReached { .. } => "limit-reached",
            Self::EntryTwice => "entry-twice",
            Self::SameHorse => "same-horse",
            Self::WrongSex { .. } => "wrong-sex",
            Self::NotOfBreedingAge { .. } => "not-of-breeding-age",
            Self::NotAtStud => "not-at-stud",
            Self::FeeDiffers { .. } => "fee-differs",
            Self::FoalhoodOver { .. } => "foalhood-over",
            Self::ActivityNotOpen { .. } => "activity-not-open",
            Self::ActivityDone => "activity-done",
            Self::AlreadyTested => "already-tested",
        }
    }

    /// The field of the request that is to blame, where one is.
    #[must_use]
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::Unknown { field }
            | Self::OutOfRange { field, .. }
            | Self::BadName { field, .. }
            | Self::NameTaken { field }
            | Self::WrongSex { field }
            | Self::NotOfBreedingAge { field, .. } => Some(field),
            Self::SameHorse | Self::NotAtStud => Some("stallion_id"),
            Self::FeeDiffers { .. } => Some("fee"),
            Self::UnknownAllele { .. } => Some("genotype"),
            Self::BadEmail | Self::EmailTaken => Some("email"),
            Self::BracketReversed { .. } => Some("level_min"),
            Self::RunDatePast { .. } | Self::RunDateTooFar { .. } => Some("run_date"),
            _ => None,
        }
    }

    /// The instant from which the same request may succeed, where the rules know one.
    #[must_use]
    pub const fn until(&self) -> Option<Instant> {
        match self {
            Self::Resting { until }
            | Self::AlreadyGroomed { until }
            | Self::ActivityNotOpen { until, .. }
            | Self::StipendClaimed { until } => Some(*until),
            Self::ShowNotDue { run_date } => Some(*run_date),
            _ => None,
        }
    }

    /// Is the request itself malformed (and so refused in every state of the world)?
    #[must_use]
    pub const fn is_malformed(&self) -> bool {
        matches!(
            self,
            Self::Unknown { .. }
                | Self::UnknownAllele { .. }
                | Self::OutOfRange { .. }
                | Self::BadName { .. }
                | Self::BadEmail
                | Self::TooManyCoins
                | Self::TraitTwice { .. }
                | Self::TraitOnWrongSide { .. }
                | Self::TraitsConflict { .. }
                | Self::BracketReversed { .. }
                | Self::RunDatePast { .. }
                | Self::RunDateTooFar { .. }
                | Self::SameHorse
        )
    }
}

/// An instant as a player reads it: to the second, in UTC.
struct At(Instant);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d %H:%M:%S UTC"))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Unknown { field } => {
                write!(f, "The value of {field} is not one that the game knows.")
            }
            Self::UnknownAllele { locus } => write!(
                f,
                "{locus} has the alleles {}.",
                locus.facts().alleles.join(", ")
            ),
            Self::OutOfRange { field, least, most } => write!(
                f,
                "The value of {field} must lie between {least} and {most}."
            ),
            Self::BadName {
                field,
                fault,
                least,
                most,
            } => bad_name(f, field, fault, least, most),
            Self::BadEmail => f.write_str("This is not an e-mail address."),
            Self::NameTaken { .. } => f.write_str("This name is taken already."),
            Self::EmailTaken => {
                f.write_str("There is an account with this e-mail address already.")
            }
            Self::TooManyCoins => f.write_str("That is more coins than the game can count."),
            Self::NotEnoughCoins { need, have } => {
                write!(f, "This costs {need} coins, and the purse holds {have}.")
            }
            Self::NotYours => f.write_str("This belongs to another player."),
            Self::TooYoung { age, least } => {
                write!(
                    f,
                    "This horse is {age}, and this takes an age of {least} at least."
                )
            }
            Self::Retired { age, most } => write!(
                f,
                "At {age} this horse is retired; the last active age is {most}."
            ),
            Self::InFoal => {
                f.write_str("A mare in foal neither trains nor competes, and is not covered again.")
            }
            Self::Resting { until } => write!(f, "This horse rests until {}.", At(until)),
            Self::AlreadyGroomed { until } => write!(
                f,
                "This horse was groomed today; the next time is from {}.",
                At(until)
            ),
            Self::StipendClaimed { until } => write!(
                f,
                "This week's stipend is claimed; the next is due from {}.",
                At(until)
            ),
            Self::StarterTaken => f.write_str("You have received your starter mare already."),
            Self::TraitTwice { r#trait } => write!(f, "The trait {trait} stands more than once."),
            Self::TraitOnWrongSide { r#trait } => {
                write!(f, "The trait {trait} stands in the list of the wrong sign.")
            }
            Self::TraitsConflict { one, other } => {
                write!(f, "The traits {one} and {other} exclude each other.")
            }
            Self::LimitReached { what, most } => {
                write!(
                    f,
                    "You have {most} {what} already, and no player may have more."
                )
            }
            _ => self.fmt_breeding(f),
        }
    }
}

impl Refusal {
    fn fmt_breeding(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::SameHorse => f.write_str("A horse is not bred to itself."),
            Self::WrongSex { field } => {
                let (role, sex) = role(field);
                write!(f, "The {role} must be {sex}.")
            }
            Self::NotOfBreedingAge {
                field,
                age,
                least,
                most,
            } => write!(
                f,
                "The {} is {age}; horses breed from {least} to {most}.",
                role(field).0
            ),
            Self::NotAtStud => {
                f.write_str("This stallion is another player's and does not stand at stud.")
            }
            Self::FeeDiffers { fee } => write!(f, "The stud fee is {fee} coins: agree to it."),
            Self::FoalhoodOver { since } => {
                write!(f, "The first days of this foal were over at {}.", At(since))
            }
            Self::ActivityNotOpen { day, until } => write!(
                f,
                "This activity opens on day {day} of the foal's life, {}.",
                At(until)
            ),
            Self::ActivityDone => f.write_str("This foal has had this activity already."),
            Self::AlreadyTested => {
                f.write_str("This horse was tested already: genes do not change.")
            }
            _ => self.fmt_show(f),
        }
    }
}

/// The parent that a field names, and its sex.
fn role(field: &str) -> (&'static str, &'static str) {
    if field == "mare_id" {
        ("mare", "female")
    } else {
        ("stallion", "male")
    }
}

impl Refusal {
    fn fmt_show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::BracketReversed {
                level_min,
                level_max,
            } => write!(
                f,
                "The least level, {level_min}, lies above the greatest, {level_max}."
            ),
            Self::RunDatePast { now } => write!(f, "A show must run later than now, {}.", At(now)),
            Self::RunDateTooFar { latest } => {
                write!(f, "A show must run by {} at the latest.", At(latest))
            }
            Self::ShowOver { state } => write!(f, "This show is {state}."),
            Self::ShowClosed { since } => write!(f, "This show closed at {}.", At(since)),
            Self::ShowNotDue { run_date } => write!(f, "This show runs at {}.", At(run_date)),
            Self::NotHost => f.write_str("Only the host of a show may cancel it."),
            Self::TooFewEntries { entries, least } => write!(
                f,
                "A show takes {least} entries, and this one has {entries}."
            ),
            Self::OutsideBracket {
                level,
                level_min,
                level_max,
            } => outside_bracket(f, level, level_min, level_max),
            Self::AlreadyEntered => f.write_str("This horse is entered in this show already."),
            Self::NotEntered => f.write_str("This horse is not entered in this show."),
            Self::ShowFull { most } => {
                write!(f, "This show is full: it takes {most} entries.")
            }
            Self::EntryTwice => f.write_str("An entry stands twice."),
            _ => f.write_str(self.code()),
        }
    }
}

fn bad_name(
    f: &mut fmt::Formatter<'_>,
    field: &str,
    fault: NameFault,
    least: i64,
    most: i64,
) -> fmt::Result {
    match fault {
        NameFault::TooShort | NameFault::TooLong => {
            write!(f, "The {field} must have {least} to {most} characters.")
        }
        NameFault::NotTrimmed => write!(f, "The {field} must not begin or end with a space."),
        NameFault::ControlCharacter => {
            write!(f, "The {field} must not contain control characters.")
        }
        NameFault::DirectionOverride => write!(
            f,
            "The {field} must not contain characters that turn the direction of text."
        ),
        NameFault::Invisible => write!(f, "The {field} must contain something that can be seen."),
    }
}

fn outside_bracket(
    f: &mut fmt::Formatter<'_>,
    level: i64,
    min: Option<i64>,
    max: Option<i64>,
) -> fmt::Result {
    match (min, max) {
        (Some(min), Some(max)) => write!(
            f,
            "This show is for levels {min} to {max}, and this horse has level {level}."
        ),
        (Some(min), None) => write!(
            f,
            "This show is for levels from {min}, and this horse has level {level}."
        ),
        (None, Some(max)) => write!(
            f,
            "This show is for levels up to {max}, and this horse has level {level}."
        ),
        (None, None) => write!(f, "This show is not for level {level}."),
    }
}

impl core::error::Error for Refusal {}
