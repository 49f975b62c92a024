//! A name in the write-ahead log to which the server can be restored.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// What PostgreSQL takes as the name of a restore point, in bytes.
const LONGEST: usize = 63;

/// A named restore point: `equoria backup restore` and `recovery_target_name` find it by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RestorePoint {
    /// Such as `before 0015_paddocks 2026-11-22T21:40:07Z`.
    pub name: String,
    /// Its place in the write-ahead log.
    pub lsn: String,
}

impl fmt::Display for RestorePoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "restore point `{}` at {}", self.name, self.lsn)
    }
}

/// Sets a restore point before what follows, or says why this server or this role cannot.
///
/// # Errors
/// The reason as a sentence: no right, a standby, or a log that holds too little.
pub async fn mark(
    client: &Client,
    what_follows: &str,
    now: DateTime<Utc>,
) -> Result<RestorePoint, String> {
    let name = name(what_follows, now);
    let asked = client
        .query_typed(
            "select pg_create_restore_point($1)::text",
            &[(&name, Type::TEXT)],
        )
        .await;
    match asked {
        Ok(rows) => {
            let lsn = rows.first().and_then(|row| row.try_get(0).ok());
            Ok(RestorePoint {
                name,
                lsn: lsn.unwrap_or_default(),
            })
        }
        Err(error) => Err(format!(
            "no restore point could be set: {}",
            error
                .as_db_error()
                .map_or_else(|| error.to_string(), |told| told.message().to_owned())
        )),
    }
}

fn name(what_follows: &str, now: DateTime<Utc>) -> String {
    let at = now.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let room = LONGEST - "before  ".len() - at.len();
    let what: String = what_follows
        .chars()
        .filter(char::is_ascii)
        .take(room)
        .collect();
    format!("before {what} {at}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_still_fits_and_keeps_its_instant() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(name("0015_x", now), "before 0015_x 1970-01-01T00:00:00Z");
        let long = name(&"0015_paddocks".repeat(9), now);
        assert_eq!(long.len(), LONGEST);
        assert!(long.ends_with(" 1970-01-01T00:00:00Z"));
    }
}
