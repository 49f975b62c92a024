//! `ops.migrations`: what has been applied, and the lock that lets one runner work at a time.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, GenericClient};

use super::Migration;
use crate::trouble::{Because, Trouble};

/// A row of the ledger: one step that this database has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The step's number.
    pub version: i32,
    /// Its name without the number.
    pub name: String,
    /// SHA-256 of its `up.sql` at that time, in hexadecimal digits.
    pub sha256: String,
    /// When it was applied.
    pub applied_at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
}

/// Any number will do, as long as nobody else uses it: the letters of "equoria".
const LOCK: i64 = 0x65_71_75_6f_72_69_61;

const CREATE: &str = "\
create schema if not exists ops;
create table if not exists ops.migrations (
  version integer constraint migrations_pkey primary key constraint migrations_version_check check (version > 0),
  name text not null,
  sha256 text not null constraint migrations_sha256_check check (sha256 ~ '^[0-9a-f]{64}$'),
  applied_at timestamptz not null default clock_timestamp(),
  took_ms bigint not null
)";

/// The steps taken, oldest first; none where the ledger does not exist yet.
///
/// # Errors
/// When the database cannot be asked.
pub async fn applied(client: &impl GenericClient) -> Result<Vec<Applied>, Trouble> {
    let asked = client
        .query_typed(
            "select version, name, sha256, applied_at, took_ms from ops.migrations order by version",
            &[],
        )
        .await;
    let rows = match asked {
        Ok(rows) => rows,
        Err(error) if is_absent(&error) => return Ok(Vec::new()),
        Err(error) => return Err(error).because(|| "could not read the migrations' ledger"),
    };
    Ok(rows
        .iter()
        .map(|row| Applied {
            version: row.get(0),
            name: row.get(1),
            sha256: row.get(2),
            applied_at: row.get(3),
            took_ms: row.get(4),
        })
        .collect())
}

/// The newest step taken, or nothing where none was.
///
/// # Errors
/// When the database cannot be asked.
pub async fn current_version(client: &impl GenericClient) -> Result<Option<i32>, Trouble> {
    match client
        .query_typed("select max(version) from ops.migrations", &[])
        .await
    {
        Ok(rows) => Ok(rows.first().and_then(|row| row.get(0))),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error).because(|| "could not read the schema's version"),
    }
}

fn is_absent(error: &tokio_postgres::Error) -> bool {
    matches!(
        error.code(),
        Some(&SqlState::UNDEFINED_TABLE | &SqlState::INVALID_SCHEMA_NAME)
    )
}

/// Makes the ledger where it is missing.
pub(super) async fn create(client: &impl GenericClient) -> Result<(), Trouble> {
    client
        .batch_execute(CREATE)
        .await
        .because(|| "could not create the migrations' ledger")
}

/// Writes down that a step was taken. The table may be owned by the schema's owner, whose member we are.
pub(super) async fn record(
    client: &impl GenericClient,
    step: &Migration,
    took: Duration,
) -> Result<(), tokio_postgres::Error> {
    let took_ms = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
    client
        .execute(
            "insert into ops.migrations (version, name, sha256, took_ms) values ($1, $2, $3, $4)",
            &[&step.version(), &step.name(), &step.sha256(), &took_ms],
        )
        .await
        .map(|_| ())
}

/// Strikes a step that was undone; undoing the first may have removed the ledger itself.
pub(super) async fn strike(
    client: &impl GenericClient,
    step: &Migration,
) -> Result<(), tokio_postgres::Error> {
    let found = client
        .query_one("select to_regclass('ops.migrations') is not null", &[])
        .await?;
    if found.get(0) {
        client
            .execute(
                "delete from ops.migrations where version = $1",
                &[&step.version()],
            )
            .await?;
    }
    Ok(())
}

/// Waits until nobody else migrates, and holds the lock for as long as the connection lives.
pub(super) async fn lock(
    client: &Client,
    patience: Duration,
    queues: &mut (dyn FnMut(&str) + Send),
) -> Result<(), Trouble> {
    let since = Instant::now();
    let mut has_told = false;
    loop {
        let row = client
            .query_one("select pg_try_advisory_lock($1)", &[&LOCK])
            .await
            .because(|| "could not ask for the migrations' lock")?;
        if row.get(0) {
            return Ok(());
        }
        if !has_told {
            queues(&holder(client).await);
            has_told = true;
        }
        if since.elapsed() >= patience {
            return Err(Trouble::new(format!(
                "somebody else has been migrating this database for {} s ({}): try again when they are done",
                patience.as_secs(),
                holder(client).await
            )));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Gives the lock back.
pub(super) async fn unlock(client: &Client) -> Result<(), Trouble> {
    client
        .query_one("select pg_advisory_unlock($1)", &[&LOCK])
        .await
        .map(|_| ())
        .because(|| "could not give the migrations' lock back")
}

async fn holder(client: &Client) -> String {
    let asked = client
        .query_typed(
            "select format('process %s of %s', a.pid, coalesce(nullif(a.application_name, ''), a.usename, '?'))
             from pg_locks l join pg_stat_activity a using (pid)
             where l.locktype = 'advisory' and l.granted and l.objsubid = 1
               and (l.classid::bigint << 32) + l.objid::bigint = $1",
            &[(&LOCK, tokio_postgres::types::Type::INT8)],
        )
        .await;
    asked
        .ok()
        .and_then(|rows| rows.first().and_then(|row| row.try_get(0).ok()))
        .unwrap_or_else(|| "unknown".to_owned())
}
