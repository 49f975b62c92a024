//! A sample a day of what grows: tables, WAL, connections, and the room that is left on the disk.

use std::path::Path;

use tokio_postgres::Client;

use super::{At, Keeper, Told};
use crate::config::Reach;
use crate::ops::report;
use crate::trouble::{Because, Trouble};

/// Less room than this share of the disk, in percent, needs somebody now.
const LITTLE_ROOM_PERCENT: u64 = 10;

const USAGE: &str = "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint as wal_position_bytes,
      (select count(*) from pg_stat_activity where backend_type = 'client backend') as connections,
      current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint
        - current_setting('reserved_connections')::bigint as most_connections";

/// Keeps the sizes of the tables, and beside them what a table does not tell.
pub(super) async fn sample(at: &At<'_>) -> Result<Told, Trouble> {
    let sample = report::storage::sample(at.client).await?;
    let row = at
        .client
        .query_one(USAGE, &[])
        .await
        .because(|| "could not read how much of the server is used")?;
    let mut told = Told::default()
        .with("database_bytes", sample.bytes)
        .with("tables", sample.tables);
    for name in ["wal_position_bytes", "connections", "most_connections"] {
        told.put(name, row.get::<_, i64>(name));
    }
    match disk(at.keeper, at.client).await? {
        None => told.note(
            "how much room the disk of the database has is not known here: EQUORIA_DISK_BYTES can say how large it is",
        ),
        Some(disk) => {
            told.put("disk_bytes", disk.bytes);
            told.put("disk_free_bytes", disk.free_bytes);
            if disk.free_bytes * 100 < disk.bytes * LITTLE_ROOM_PERCENT {
                told.alarm(format!(
                    "the disk of the database has {} MB left of {} MB",
                    disk.free_bytes / 1_000_000,
                    disk.bytes / 1_000_000
                ));
            }
        }
    }
    Ok(told)
}

/// The disk on which the database lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Disk {
    pub(super) bytes: u64,
    pub(super) free_bytes: u64,
}

/// What the operating system says where the server is on this machine, else what `EQUORIA_DISK_BYTES` says less the database.
pub(super) async fn disk(keeper: &Keeper, client: &Client) -> Result<Option<Disk>, Trouble> {
    let sql = "select current_setting('data_directory'), pg_database_size(current_database())";
    let row = client
        .query_one(sql, &[])
        .await
        .because(|| "could not ask where the database lies")?;
    let (folder, used): (String, i64) = (row.get(0), row.get(1));
    if let Some(bytes) = named(keeper)? {
        let used = u64::try_from(used).unwrap_or(0);
        let free_bytes = bytes.saturating_sub(used);
        return Ok(Some(Disk { bytes, free_bytes }));
    }
    let is_here = keeper.database.reach() != Reach::Network;
    Ok(is_here.then(|| asked(Path::new(&folder))).flatten())
}

fn named(keeper: &Keeper) -> Result<Option<u64>, Trouble> {
    let Some(text) = keeper.environment.get("EQUORIA_DISK_BYTES")? else {
        return Ok(None);
    };
    let bytes = text.parse().ok().filter(|bytes| *bytes > 0);
    bytes.map(Some).ok_or_else(|| {
        Trouble::new(format!(
            "EQUORIA_DISK_BYTES is `{text}`, but it must be a whole number of bytes"
        ))
    })
}

/// Nothing where the folder cannot be seen: the server may be in a container of its own.
fn asked(folder: &Path) -> Option<Disk> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    // What is kept for the administrator of the machine counts neither as used nor as room.
    let used = stat.f_blocks.checked_sub(stat.f_bfree)?;
    Some(Disk {
        bytes: used
            .checked_add(stat.f_bavail)?
            .checked_mul(stat.f_frsize)?,
        free_bytes: stat.f_bavail.checked_mul(stat.f_frsize)?,
    })
}
