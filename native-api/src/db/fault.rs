//! What the database refuses, in the game's words: matched by the constraint's name, never by a sentence.

use std::fmt;

use reads::Failure;
use reads::problem::chain;
use reads::query::is_lost;
use rules::Refusal;
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::FromSqlOwned;

/// Constraints whose violation is an answer by itself: the name, and what the player is told.
pub const REFUSALS: &[(&str, Refusal)] = &[
    ("foal_training_history_once_key", Refusal::ActivityDone),
    ("genetic_tests_pkey", Refusal::AlreadyTested),
    ("horses_stable_id_fkey", Refusal::NotYours),
    ("idx_pregnancies_in_foal", Refusal::InFoal),
    (
        "idx_stables_user_id_name",
        Refusal::NameTaken { field: "name" },
    ),
    ("idx_users_email", Refusal::EmailTaken),
    ("show_entries_in_foal_check", Refusal::InFoal),
    ("show_entries_owner_check", Refusal::NotYours),
    ("show_entries_show_id_horse_id_key", Refusal::AlreadyEntered),
    (
        "shows_discipline_fkey",
        Refusal::Unknown {
            field: "discipline",
        },
    ),
    ("shows_name_key", Refusal::NameTaken { field: "name" }),
    ("starter_horses_pkey", Refusal::StarterTaken),
    (
        "training_logs_discipline_fkey",
        Refusal::Unknown {
            field: "discipline",
        },
    ),
    ("training_logs_in_foal_check", Refusal::InFoal),
    ("training_logs_owner_check", Refusal::NotYours),
    // The rules lower an address before; a character that only the database's Unicode knows how to lower ends here.
    ("users_email_check", Refusal::BadEmail),
];

/// Constraints that the rules check before, on rows that the write has locked or looked at. If one of them is hit all the
/// same, the write has raced with another: it runs again, sees the row as it is now, and refuses with what it knows.
pub const RACES: &[&str] = &[
    "accounts_balance_check",
    "postings_balance_after_check",
    "pregnancies_fee_check",
    "pregnancies_mare_check",
    "pregnancies_rest_check",
    "pregnancies_stallion_check",
    "pregnancies_stud_check",
    "show_entries_age_check",
    "show_entries_before_run_check",
    "show_entries_level_check",
    "show_entries_open_check",
    "show_entries_room_check",
    "show_entries_seen_check",
    "show_entries_standing_check",
    "shows_end_is_final",
    "stipend_claims_pkey",
    "training_logs_age_check",
    "training_logs_rest_check",
    "transfers_key_key",
];

/// A key is kept for a user who is there: without one, the token's user is gone.
pub const USER_OF_KEY: &str = "idempotency_keys_user_id_fkey";

/// Every constraint that is matched by its name, for the test that looks for each in the schema.
pub fn names() -> impl Iterator<Item = &'static str> {
    let refusals = REFUSALS.iter().map(|(name, _)| *name);
    refusals.chain(RACES.iter().copied()).chain([USER_OF_KEY])
}

/// What a client gets for an error of the database.
pub fn failure(error: &tokio_postgres::Error) -> Failure {
    if is_lost(error) {
        return busy(told(error));
    }
    let Some(answer) = error.as_db_error() else {
        return broken(told(error));
    };
    if let Some(refusal) = answer.constraint().and_then(refusal) {
        return refusal.into();
    }
    let code = answer.code();
    let is_passing = ["53", "57", "58", "40"]
        .iter()
        .any(|class| code.code().starts_with(class));
    if is_passing || *code == SqlState::LOCK_NOT_AVAILABLE {
        busy(told(error))
    } else {
        broken(told(error))
    }
}

/// What a client gets when the database did not say whether it committed.
pub fn unsure(error: &tokio_postgres::Error) -> Failure {
    if is_lost(error) {
        tracing::warn!(error = told(error), "the connection was lost in a commit");
        Failure::TimedOut
    } else {
        failure(error)
    }
}

/// Did the write collide with another one, or lose its connection before it could commit? Then the same write may succeed
/// when it runs again.
pub fn is_worth_another_run(error: &tokio_postgres::Error) -> bool {
    collides(error) || is_lost(error)
}

/// Did the write collide with another one?
pub fn collides(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|answer| {
        answer.code().code().starts_with("40")
            || answer
                .constraint()
                .is_some_and(|name| RACES.contains(&name))
    })
}

/// Is this the violation of the constraint of that name?
pub fn violates(error: &tokio_postgres::Error, constraint: &str) -> bool {
    error
        .as_db_error()
        .is_some_and(|answer| answer.constraint() == Some(constraint))
}

/// The value of a column.
///
/// # Errors
/// A fault of ours, when the column is missing or of another type.
pub fn column<T: FromSqlOwned>(row: &Row, name: &str) -> Result<T, Failure> {
    row.try_get(name).map_err(|error| broken(chain(&error)))
}

/// A fault of ours, with what goes to the log.
pub fn broken(cause: impl fmt::Display) -> Failure {
    Failure::broken(cause.to_string())
}

/// Not available now. The cause goes to the log here, for the answer does not carry it.
pub fn busy(cause: impl fmt::Display) -> Failure {
    tracing::warn!(%cause, "the database is busy or away");
    Failure::Busy { retry_after: 1 }
}

fn refusal(constraint: &str) -> Option<Refusal> {
    REFUSALS
        .iter()
        .find(|(name, _)| *name == constraint)
        .map(|(_, refusal)| *refusal)
}

/// What goes to the log: the server's code and message, without the detail, in which values of the row may stand.
pub(crate) fn told(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(answer) => {
            let constraint = answer.constraint().unwrap_or("-");
            let (code, message) = (answer.code().code(), answer.message());
            format!("{code} {message} (constraint {constraint})")
        }
        None => chain(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_constraint_stands_once_and_in_order() {
        let names: Vec<&str> = REFUSALS.iter().map(|(name, _)| *name).collect();
        for list in [names.as_slice(), RACES] {
            assert!(list.is_sorted_by(|one, next| one < next), "{list:?}");
        }
        assert!(!RACES.iter().any(|name| names.contains(name)));
    }

    #[test]
    fn a_taken_address_is_refused_by_the_name_of_its_index() {
        assert_eq!(refusal("idx_users_email"), Some(Refusal::EmailTaken));
        assert_eq!(refusal("users_money_check"), None);
    }
}
