//! What a backup must know about the server before it asks anything of it.

use tokio_postgres::GenericClient;

use super::catalogue::Cluster;
use crate::ops::migrate;
use crate::trouble::{Because, Trouble};

/// The number of the lock that whoever changes a repository holds on the server that it belongs to.
const LOCK: i64 = 0x0e9_0a_ba_c6;

/// The settings that decide what can be backed up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archiving {
    /// `archive_mode` is `on` or `always`.
    pub is_on: bool,
    /// `archive_command`.
    pub command: String,
    /// `summarize_wal`: what incremental backups are made from.
    pub has_summaries: bool,
    /// `wal_level` is `replica` or more.
    pub has_whole_log: bool,
}

impl Archiving {
    /// Asks the server.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn of(client: &impl GenericClient) -> Result<Self, Trouble> {
        let sql =
            "select current_setting('archive_mode') <> 'off', current_setting('archive_command'),
            current_setting('summarize_wal')::boolean, current_setting('wal_level') <> 'minimal'";
        let row = client
            .query_one(sql, &[])
            .await
            .because(|| "could not ask how the server archives")?;
        Ok(Self {
            is_on: row.get(0),
            command: row.get(1),
            has_summaries: row.get(2),
            has_whole_log: row.get(3),
        })
    }

    /// Requires what a backup of this kind needs.
    ///
    /// # Errors
    /// When something is off, with what turns it on.
    pub fn require(&self, is_incremental: bool) -> Result<(), Trouble> {
        let off = |what: &str| {
            Err(Trouble::new(format!(
                "{what}: run `equoria backup enable` as the administrator, and restart the server if it says so"
            )))
        };
        if !self.has_whole_log {
            return off("wal_level is minimal, which holds too little to restore from");
        }
        if !self.is_on || self.command.trim().is_empty() {
            return off(
                "the server does not archive its log, without which no backup can be brought to an instant",
            );
        }
        if is_incremental && !self.has_summaries {
            return off("summarize_wal is off, without which no incremental backup can be taken");
        }
        Ok(())
    }
}

/// What the catalogue says about a cluster.
///
/// # Errors
/// When the server does not answer.
pub async fn cluster(client: &impl GenericClient) -> Result<Cluster, Trouble> {
    let sql = "select (select system_identifier::text from pg_control_system()),
        split_part(current_setting('server_version'), ' ', 1),
        array(select datname::text from pg_database where not datistemplate order by 1),
        current_setting('data_checksums')::boolean,
        (select setting::bigint from pg_settings where name = 'wal_segment_size')";
    let row = client
        .query_one(sql, &[])
        .await
        .because(|| "could not ask the server what it is")?;
    let segment_bytes: i64 = row.get(4);
    Ok(Cluster {
        system_identifier: row.get(0),
        server_version: row.get(1),
        schema_version: migrate::current_version(client).await?,
        databases: row.get(2),
        has_checksums: row.get(3),
        segment_bytes: u64::try_from(segment_bytes).because(|| "a segment has a size")?,
    })
}

/// Makes us the only one who changes the repository, for as long as this connection lives.
///
/// # Errors
/// When somebody else is at it.
pub async fn lock(client: &impl GenericClient) -> Result<(), Trouble> {
    let row = client
        .query_one("select pg_try_advisory_lock($1)", &[&LOCK])
        .await
        .because(|| "could not ask for the lock of backups")?;
    if row.get(0) {
        return Ok(());
    }
    Err(Trouble::new(
        "another `equoria backup` is at work on this server: wait until it has ended",
    ))
}

/// Lets others change the repository again.
///
/// # Errors
/// When the server does not answer.
pub async fn unlock(client: &impl GenericClient) -> Result<(), Trouble> {
    let asked = client
        .execute("select pg_advisory_unlock($1)", &[&LOCK])
        .await;
    asked
        .map(|_| ())
        .because(|| "could not give the lock of backups back")
}
