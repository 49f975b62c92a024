//! The game's clock, which a developer can move ahead of the real one.

use std::future::Future;
use std::pin::Pin;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use reads::{Clock, Failure};
use tokio::sync::watch;

use crate::db::{By, Db, fault};

/// Real time, and game time: the same outside of the playgrounds, elsewhere as far ahead as `ops.game_clock` says.
#[derive(Clone, Debug)]
pub struct GameClock {
    ahead_ms: watch::Sender<i64>,
}

/// The clock may be a hundred game-years ahead at most.
const MOST_AHEAD_MS: i64 = 100 * 365 * 24 * 3_600 * 1_000;

const READ: &str = "select ahead_ms from ops.game_clock";
const ADVANCE: &str = "update ops.game_clock set ahead_ms = ahead_ms + $1 where ahead_ms + $1 <= $2 returning ahead_ms";

impl GameClock {
    /// A clock that shows the real time.
    pub fn real() -> Self {
        Self {
            ahead_ms: watch::Sender::new(0),
        }
    }

    /// The instant of game time, in whole milliseconds: what is stored is what every answer shows.
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(3) + TimeDelta::milliseconds(self.ahead_ms())
    }

    /// How far the game's clock is ahead of the real one.
    pub fn ahead_ms(&self) -> i64 {
        *self.ahead_ms.borrow()
    }

    /// Tells when the clock is advanced, so that what has become due need not wait for a timer.
    pub fn advances(&self) -> watch::Receiver<i64> {
        self.ahead_ms.subscribe()
    }

    /// Reads how far the clock has been advanced; in production it never is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn refresh(&self, db: &Db) -> Result<i64, Failure> {
        if !db.can_advance_clock() {
            return Ok(0);
        }
        let row = db.find(By::game("clock"), READ, &[]).await?;
        self.set(&row.ok_or_else(|| fault::broken("there is no game clock"))?)
    }

    /// Moves the game's clock ahead for good, and says how far it is ahead then.
    ///
    /// # Errors
    /// Invalid, where it would be more than a hundred years ahead, or not ahead at all.
    pub async fn advance(&self, db: &Db, by_ms: i64) -> Result<i64, Failure> {
        let too_far = || {
            let detail = "The clock moves forwards only, and ends a hundred years ahead.";
            Failure::invalid("advance_ms", detail)
        };
        if !db.can_advance_clock() || !(1..=MOST_AHEAD_MS).contains(&by_ms) {
            return Err(too_far());
        }
        let row = db
            .find(By::game("clock"), ADVANCE, &[&by_ms, &MOST_AHEAD_MS])
            .await?;
        self.set(&row.ok_or_else(too_far)?)
    }

    fn set(&self, row: &tokio_postgres::Row) -> Result<i64, Failure> {
        let ahead_ms = fault::column(row, "ahead_ms")?;
        self.ahead_ms.send_if_modified(|kept| {
            let is_other = *kept != ahead_ms;
            *kept = ahead_ms;
            is_other
        });
        Ok(ahead_ms)
    }
}

impl Clock for GameClock {
    fn real(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn ahead_ms(&self) -> Pin<Box<dyn Future<Output = i64> + Send + '_>> {
        Box::pin(std::future::ready(Self::ahead_ms(self)))
    }

    fn game(&self) -> Pin<Box<dyn Future<Output = DateTime<Utc>> + Send + '_>> {
        Box::pin(std::future::ready(self.now()))
    }
}

/// Milliseconds of a span such as `90s`, `15m`, `36h`, `7d` or `2w`.
pub fn span_ms(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit_ms = match unit {
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 604_800_000,
        _ => return None,
    };
    let is_plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number: i64 = number.parse().ok().filter(|_| is_plain)?;
    number.checked_mul(unit_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_by_their_last_letter() {
        for (text, ms) in [
            ("90s", 90_000),
            ("15m", 900_000),
            ("36h", 129_600_000),
            ("7d", 604_800_000),
            ("1w", 604_800_000),
        ] {
            assert_eq!(span_ms(text), Some(ms), "{text}");
        }
        for text in [
            "",
            "d",
            "7",
            "-1d",
            "+1d",
            "1.5h",
            "7 d",
            "7D",
            "7é",
            "99999999999999999d",
        ] {
            assert_eq!(span_ms(text), None, "{text}");
        }
    }
}
