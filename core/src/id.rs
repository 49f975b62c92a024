//! Identifiers: one type per noun, so that a show's number cannot be taken for a horse's.

use core::fmt;
use core::str::FromStr;
use uuid::Uuid;

macro_rules! number_ids {
    ($($(#[$doc:meta])* $name:ident, $field:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
        pub struct $name(i64);

        impl $name {
            /// Takes the number as it stands in the database.
            #[must_use]
            pub const fn new(number: i64) -> Self { Self(number) }

            /// The number as it stands in the database.
            #[must_use]
            pub const fn get(self) -> i64 { self.0 }
        }

        impl From<i64> for $name {
            fn from(number: i64) -> Self { Self(number) }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }

        impl FromStr for $name {
            type Err = crate::Refusal;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self).map_err(|_| crate::Refusal::Unknown { field: $field })
            }
        }
    )+};
}

number_ids! {
    /// A horse, founder or foal.
    HorseId, "horse_id";
    /// A show.
    ShowId, "show_id";
    /// One horse's entry in one show.
    EntryId, "entry_id";
    /// A breed.
    BreedId, "breed_id";
    /// A stable.
    StableId, "stable_id";
    /// A row of a show's results.
    ResultId, "result_id";
    /// A session in the training log.
    TrainingLogId, "training_log_id";
    /// An account of the ledger: a purse, the treasury, the sink, an escrow.
    AccountId, "account_id";
    /// A balanced transfer in the ledger.
    TransferId, "transfer_id";
}

/// A player.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(transparent)
)]
pub struct UserId(Uuid);

impl UserId {
    /// Takes the UUID as it stands in the database.
    #[must_use]
    pub const fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The UUID as it stands in the database.
    #[must_use]
    pub const fn get(self) -> Uuid {
        self.0
    }
}

impl From<Uuid> for UserId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for UserId {
    type Err = crate::Refusal;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse()
            .map(Self)
            .map_err(|_| crate::Refusal::Unknown { field: "user_id" })
    }
}
