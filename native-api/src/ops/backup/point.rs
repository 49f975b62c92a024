//! An instant whose content is known: a named restore point, and what every table held exactly there.
//!
//! One session locks all tables against writers, a second one takes its snapshot, the first one makes the restore point
//! and lets go. No transaction that writes is open meanwhile, so all that has committed lies before the point in the log
//! and all else behind it: a recovery that stops at the point must show the second session's snapshot. That is counted
//! at leisure, while players go on.

use std::iter;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::PgLsn;

use super::catalogue::Point;
use super::lsn::Lsn;
use crate::config::Database;
use crate::db::connect;
use crate::ops::fingerprint::{self, Selection};
use crate::trouble::{Because, Trouble};

/// For how long we may stand in the way in each attempt. Short ones first, as players wait
/// behind us; the last one is longer than
/// `deadlock_timeout` (1 s), after which an autovacuum gives way.
const WAITS_MS: [u64; 5] = [50, 100, 200, 400, 800];

/// The wait of all further attempts.
const LAST_WAIT_MS: u64 = 1500;

/// How long attempts go on.
const PATIENCE: Duration = Duration::from_secs(120);

/// Everything that fingerprints count.
const TABLES: &str =
    "select coalesce(string_agg(format('%I.%I', n.nspname, c.relname), ', ' order by 1), '')
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'ops') and c.relkind = 'r'";

/// A snapshot at a restore point, which is not counted yet.
#[derive(Debug)]
pub struct Held {
    name: String,
    lsn: Lsn,
    at: DateTime<Utc>,
    /// How long writers may have waited.
    pub locked: Duration,
    /// How often the lock was asked for.
    pub attempts: u32,
    database: String,
    snapshot: Client,
}

/// Makes the restore point `name`.
///
/// # Errors
/// When the tables cannot be locked within two minutes, or the server refuses.
pub async fn hold(database: &Database, name: &str) -> Result<Held, Trouble> {
    let locker = connect(database).await?;
    let snapshot = connect(database).await?;
    let because = || format!("could not make the restore point {name}");
    snapshot
        .batch_execute(
            "begin isolation level repeatable read read only; set local client_connection_check_interval = '1s'",
        )
        .await
        .because(because)?;
    let (since, attempts) = lock(&locker).await?;
    // The first statement takes the snapshot.
    let seen = snapshot
        .query_one("select clock_timestamp()", &[])
        .await
        .because(because)?;
    let made = locker
        .query_one("select pg_create_restore_point($1)", &[&name])
        .await
        .because(because)?;
    locker.batch_execute("commit").await.because(because)?;
    Ok(Held {
        name: name.to_owned(),
        lsn: made.get::<_, PgLsn>(0).into(),
        at: seen.get(0),
        locked: since.elapsed(),
        attempts,
        database: database.name().to_owned(),
        snapshot,
    })
}

impl Held {
    /// Where the restore point is.
    pub const fn lsn(&self) -> Lsn {
        self.lsn
    }

    /// Counts all tables in the snapshot.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub async fn count(self) -> Result<Point, Trouble> {
        let prints = fingerprint::of(&self.snapshot, &Selection::default()).await?;
        if prints.iter().all(|print| print.rows == 0) {
            return Err(Trouble::new(format!(
                "there is nothing in {}: what is restored could be compared with nothing",
                self.database
            )));
        }
        Ok(Point {
            name: self.name,
            lsn: self.lsn,
            at: self.at,
            database: self.database,
            locked_ms: u64::try_from(self.locked.as_millis()).unwrap_or(u64::MAX),
            prints,
        })
    }
}

/// Locks all tables against writers in a transaction that stays open; answers since when they may have to wait, and how
/// often it was tried. A connection that is dropped lets go.
async fn lock(client: &Client) -> Result<(Instant, u32), Trouble> {
    let because = || "could not lock all tables for an instant";
    let tables: String = client.query_one(TABLES, &[]).await.because(because)?.get(0);
    if tables.is_empty() {
        return Err(Trouble::new(
            "the database has no tables of ours: run `equoria migrate deploy` first",
        ));
    }
    let began = Instant::now();
    let mut waits_ms = WAITS_MS.iter().chain(iter::repeat(&LAST_WAIT_MS));
    for attempt in 1.. {
        let wait_ms = *waits_ms.next().unwrap_or(&LAST_WAIT_MS);
        let since = Instant::now();
        let asked =
            format!("begin; set local lock_timeout = {wait_ms}; lock table {tables} in share mode");
        match client.batch_execute(&asked).await {
            Ok(()) => return Ok((since, attempt)),
            Err(error) if is_in_use(&error) && began.elapsed() < PATIENCE => {
                client.batch_execute("rollback").await.because(because)?;
                // As long as we stood in the way, we stay out of it.
                tokio::time::sleep(Duration::from_millis(wait_ms)).await;
            }
            Err(error) => {
                return Err(error).because(|| format!("{} in {attempt} attempts", because()));
            }
        }
    }
    Err(Trouble::new(because()))
}

fn is_in_use(error: &tokio_postgres::Error) -> bool {
    matches!(
        error.code(),
        Some(&SqlState::LOCK_NOT_AVAILABLE | &SqlState::T_R_DEADLOCK_DETECTED)
    )
}
