//! All backups at a glance: what can be restored now, and what would be lost.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio_postgres::GenericClient;
use tokio_postgres::types::PgLsn;

use super::Repository;
use super::catalogue::{self, Catalogue, Corrupted, Entry, Kind};
use super::lsn::{Lsn, Segment};
use super::wal::shelf::Shelf;
use crate::trouble::{Because, Trouble};

/// One backup.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Its name.
    pub id: String,
    /// Full or incremental.
    pub kind: Kind,
    /// What it builds on.
    pub parent: Option<String>,
    /// Taken, checked, proven, broken or going.
    pub standing: String,
    /// Since it was complete.
    pub age_s: i64,
    /// What was backed up.
    pub bytes: u64,
    /// What that takes in the repository.
    pub stored_bytes: u64,
    /// The first instant to which it can be restored.
    pub from: DateTime<Utc>,
    /// The last one; nothing where it cannot be restored at all.
    pub until: Option<DateTime<Utc>>,
    /// The last segment of the log that follows it without a gap.
    pub last_segment: Option<Segment>,
    /// What is wrong with it.
    pub note: Option<String>,
}

/// How far the server is ahead of the repository.
#[derive(Clone, Debug, Serialize)]
pub struct Behind {
    /// Where the server is.
    pub server_lsn: Lsn,
    /// Where the repository ends.
    pub archived_lsn: Option<Lsn>,
    /// What lies between.
    pub bytes: u64,
    /// How often archiving failed since the statistics began.
    pub failures: i64,
    /// What failed last, if nothing was archived since.
    pub failing: Option<String>,
}

/// Everything that a repository holds.
#[derive(Clone, Debug)]
pub struct Overview {
    /// All backups, the oldest first.
    pub lines: Vec<Line>,
    /// Entries that cannot be believed.
    pub corrupted: Vec<Corrupted>,
    /// What was broken off, or is under way.
    pub halves: Vec<String>,
    /// How far the server is ahead, or why that cannot be told; nothing where no server is named.
    pub server: Option<Result<Behind, String>>,
    shelf: Shelf,
    at: DateTime<Utc>,
}

impl Overview {
    /// Looks at a repository.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn of(repository: &Repository) -> Result<Self, Trouble> {
        let (shelf, at) = (Shelf::of(repository).await?, Utc::now());
        let catalogue = catalogue::list(&repository.place).await?;
        let lines = catalogue
            .entries
            .iter()
            .map(|entry| line(&catalogue, &shelf, entry, at));
        Ok(Self {
            lines: lines.collect(),
            corrupted: catalogue.corrupted.clone(),
            halves: catalogue.halves.clone(),
            server: None,
            shelf,
            at,
        })
    }

    /// Asks the server how far it is ahead.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn compare(&mut self, client: &impl GenericClient) -> Result<(), Trouble> {
        self.server = Some(Ok(Behind::of(client, &self.shelf).await?));
        Ok(())
    }

    /// How much would be lost with the server: the seconds since the newest segment that a backup can be brought to was
    /// closed. Nothing where no backup can be restored.
    pub fn rpo_s(&self) -> Option<i64> {
        let newest = self.lines.iter().filter_map(|line| line.until).max()?;
        Some((self.at - newest).num_seconds().max(0))
    }

    /// Whether something can be restored, and nothing is broken, corrupted or without its log.
    pub fn is_sound(&self) -> bool {
        let is_failing = matches!(
            &self.server,
            Some(Ok(Behind {
                failing: Some(_),
                ..
            }))
        );
        self.corrupted.is_empty()
            && !is_failing
            && self.lines.iter().any(|line| line.until.is_some())
            && self.lines.iter().all(|line| line.note.is_none())
    }
}

impl Behind {
    /// Compares a server with what a repository has of its log.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn of(client: &impl GenericClient, shelf: &Shelf) -> Result<Self, Trouble> {
        let sql = "select pg_current_wal_lsn(), failed_count,
            case when last_failed_time > coalesce(last_archived_time, '-infinity') then last_failed_wal end,
            ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer from pg_stat_archiver";
        let row = client
            .query_one(sql, &[])
            .await
            .because(|| "could not ask how far the server is")?;
        let server_lsn: Lsn = row.get::<_, PgLsn>(0).into();
        let timeline: i32 = row.get(3);
        let last = shelf
            .stretches(timeline.unsigned_abs())
            .last()
            .map(|it| it.last);
        let archived_lsn = last.map(|segment| segment.end(shelf.segment_bytes));
        Ok(Self {
            server_lsn,
            archived_lsn,
            bytes: server_lsn
                .0
                .saturating_sub(archived_lsn.map_or(0, |lsn| lsn.0)),
            failures: row.get(1),
            failing: row.get(2),
        })
    }
}

fn line(catalogue: &Catalogue, shelf: &Shelf, entry: &Entry, now: DateTime<Utc>) -> Line {
    let chain = catalogue.chain(entry);
    let reach = shelf
        .reach(entry)
        .filter(|_| chain.is_ok() && entry.is_usable());
    let note = match (&entry.broken, chain, shelf.missing_for(entry)) {
        (Some(broken), _, _) => Some(broken.reason.clone()),
        (None, Err(trouble), _) => Some(trouble.to_string()),
        (None, Ok(_), Some(segment)) => Some(format!("segment {segment} of its log is missing")),
        (None, Ok(_), None) => None,
    };
    Line {
        id: entry.id.clone(),
        kind: entry.kind,
        parent: entry.parent.clone(),
        standing: entry.standing(),
        age_s: (now - entry.finished_at).num_seconds(),
        bytes: entry.base.plain.bytes,
        stored_bytes: entry
            .objects()
            .iter()
            .map(|object| object.stored.bytes)
            .sum(),
        from: entry.point.at,
        until: reach.as_ref().map(|reach| reach.until),
        last_segment: reach.map(|reach| reach.last),
        note,
    }
}

impl fmt::Display for Behind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let archived = self
            .archived_lsn
            .map_or_else(|| "nothing".to_owned(), |lsn| lsn.to_string());
        write!(
            out,
            "The server is at {}, the repository at {archived}: {:.1} MB behind.",
            self.server_lsn,
            self.bytes as f64 / 1e6
        )?;
        match &self.failing {
            Some(file) => write!(
                out,
                " Archiving FAILS with {file}: PostgreSQL's log says why."
            ),
            None => Ok(()),
        }
    }
}
