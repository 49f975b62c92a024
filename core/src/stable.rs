//! Stables: where a player's horses stand.

use crate::Refusal;

/// The most stables that one player has.
pub const MOST_STABLES: i64 = 50;

/// Checks that a player who has `stables` may open one more.
///
/// # Errors
/// [`Refusal::LimitReached`].
pub const fn check_open(stables: i64) -> Result<(), Refusal> {
    if stables < MOST_STABLES {
        return Ok(());
    }
    Err(Refusal::LimitReached {
        what: "stables",
        most: MOST_STABLES,
    })
}
