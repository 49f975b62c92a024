//! Taking a backup.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio_postgres::Client;

use super::Repository;
use super::abandoned;
use super::base;
use super::catalogue::{self, Catalogue, Cluster, Entry, Facts, Kind, Objects, Point, folder};
use super::lsn::Segment;
use super::point;
use super::server::{self, Archiving};
use super::wal::name::WalFile;
use super::wal::shelf::Shelf;
use crate::config::Database;
use crate::db::connect;
use crate::dev::postgres::Programs;
use crate::dev::say::{Voice, human};
use crate::ops::runs::{self, Outcome};
use crate::trouble::{Because, Trouble};

/// How long the archive may take to bring the last segment.
const PATIENCE: Duration = Duration::from_secs(300);

/// The name under which runs are written down.
pub const RUN: &str = "backup_create";

/// What a backup works with.
#[derive(Clone, Copy, Debug)]
pub struct Create<'a> {
    /// Where it goes.
    pub repository: &'a Repository,
    /// The server, as `equoria_backup`.
    pub database: &'a Database,
    /// PostgreSQL's programs.
    pub programs: &'a Programs,
    /// Whether only what changed since the newest backup is taken.
    pub is_incremental: bool,
    /// Who hears how far it is.
    pub voice: &'a Voice,
}

impl Create<'_> {
    /// Takes a backup and returns when it could be restored, to its last instant; the run is written down.
    ///
    /// # Errors
    /// When the server does not archive, refuses, or cannot be reached, or when the repository cannot be written: then
    /// nothing of the backup is left.
    pub async fn run(&self) -> Result<Entry, Trouble> {
        self.run_unless(std::future::pending()).await
    }

    /// The same, unless `stop` ends first.
    ///
    /// # Errors
    /// Those of [`Create::run`], and that of `stop`: then nothing of the backup is left either.
    pub async fn run_unless(&self, stop: impl Future<Output = Trouble>) -> Result<Entry, Trouble> {
        abandoned::sweep(&std::env::temp_dir(), self.voice);
        let client = connect(self.database).await?;
        let started = Utc::now();
        let taken = self.take(&client, started, stop).await;
        let (outcome, evidence) = match &taken {
            Ok(entry) => (
                Outcome::Done,
                entry.steps.first().map(|step| step.evidence.clone()),
            ),
            Err(trouble) => (
                Outcome::Failed,
                Some(json!({ "error": trouble.to_string() })),
            ),
        };
        let recorded = runs::record(
            &client,
            RUN,
            started,
            outcome,
            &evidence.unwrap_or_default(),
        )
        .await;
        // What went wrong first is told; that it could not be written down either, only where all else went well.
        taken.and_then(|entry| recorded.map(|()| entry))
    }

    async fn take(
        &self,
        client: &Client,
        started: DateTime<Utc>,
        stop: impl Future<Output = Trouble>,
    ) -> Result<Entry, Trouble> {
        server::lock(client).await?;
        Archiving::of(client).await?.require(self.is_incremental)?;
        let cluster = server::cluster(client).await?;
        self.repository
            .claim(&cluster.system_identifier, cluster.segment_bytes)
            .await?;
        let catalogue = catalogue::list(&self.repository.place).await?;
        self.clear(&catalogue).await?;
        let parent = self.parent(&catalogue)?;
        let id = fresh_id(&catalogue, started, self.is_incremental)?;
        let taken = tokio::select! {
            taken = self.take_as(client, &id, parent, cluster, started) => taken,
            trouble = stop => Err(trouble),
        };
        if taken.is_err() {
            self.repository.place.settled().await;
            remove(self.repository, &id).await?;
        }
        taken
    }

    async fn take_as(
        &self,
        client: &Client,
        id: &str,
        parent: Option<&Entry>,
        cluster: Cluster,
        started: DateTime<Utc>,
    ) -> Result<Entry, Trouble> {
        let objects = self.base(id, parent).await?;
        let step = self
            .voice
            .step("making a restore point while writers wait, and counting all tables there");
        let held = point::hold(self.database, &format!("equoria-{id}")).await?;
        let (locked, attempts) = (held.locked, held.attempts);
        client
            .execute("select pg_switch_wal()", &[])
            .await
            .because(|| "could not end the segment of the restore point")?;
        let point = held.count().await?;
        let rows: i64 = point.prints.iter().map(|print| print.rows).sum();
        step.done(&format!(
            "{rows} rows of {} tables counted at {}; writers waited at most {} ms (attempt {attempts})",
            point.prints.len(),
            point.lsn,
            locked.as_millis()
        ));
        let last = Segment::ending(objects.timeline, point.lsn, cluster.segment_bytes);
        let archive_wait = self.until_archived(client, WalFile::Segment(last)).await?;
        let first = Segment::holding(objects.timeline, objects.start_lsn, cluster.segment_bytes);
        self.require_log(first, last).await?;
        let finished = Utc::now();
        let evidence = evidence(
            id,
            &objects,
            &point,
            finished - started,
            archive_wait,
            attempts,
        );
        let entry = Entry::begin(Facts {
            id: id.to_owned(),
            kind: if parent.is_some() {
                Kind::Incremental
            } else {
                Kind::Full
            },
            parent: parent.map(|parent| parent.id.clone()),
            started_at: started,
            finished_at: finished,
            by: format!("{RUN} {}", runs::worker()),
            evidence,
            cluster,
            objects,
            point,
        });
        catalogue::save(&self.repository.place, &entry).await?;
        Ok(entry)
    }

    async fn base(&self, id: &str, parent: Option<&Entry>) -> Result<Objects, Trouble> {
        let what = match parent {
            Some(parent) => format!("taking what changed since {}", parent.id),
            None => "taking all files".to_owned(),
        };
        let step = self.voice.measured(what, 0);
        let counter = step.counter();
        let objects = base::take(
            self.repository,
            self.database,
            self.programs,
            id,
            parent,
            counter,
        )
        .await?;
        let (plain, stored) = (objects.base.plain.bytes, objects.base.stored.bytes);
        step.done(&format!(
            "{} taken, {} stored",
            megabytes(plain),
            megabytes(stored)
        ));
        Ok(objects)
    }

    /// The newest backup, on which an incremental one builds.
    fn parent<'a>(&self, catalogue: &'a Catalogue) -> Result<Option<&'a Entry>, Trouble> {
        if !self.is_incremental {
            return Ok(None);
        }
        let newest = catalogue.newest().ok_or_else(|| {
            Trouble::new("there is no usable backup for an incremental one to build on: take a full one first")
        });
        newest.map(Some)
    }

    /// Removes what backups left that were broken off: we hold the lock, so nobody works on them.
    async fn clear(&self, catalogue: &Catalogue) -> Result<(), Trouble> {
        self.repository.place.sweep()?;
        for id in &catalogue.halves {
            remove(self.repository, id).await?;
            self.voice.say(&format!(
                "  removed what was left of {id}, which was broken off"
            ));
        }
        Ok(())
    }

    async fn until_archived(&self, client: &Client, file: WalFile) -> Result<Duration, Trouble> {
        let step = self.voice.step(format!("waiting until {file} is archived"));
        let since = Instant::now();
        let (before, _) = failures(client).await?;
        while !self.repository.place.has(&file.object()).await? {
            let (count, last) = failures(client).await?;
            if count > before + 2 {
                return Err(Trouble::new(format!(
                    "PostgreSQL could not archive {last}: its log says why"
                )));
            }
            if since.elapsed() > PATIENCE {
                return Err(Trouble::new(format!(
                    "{file} did not come into {} within {}: does archive_command lead there?",
                    self.repository.place,
                    human(PATIENCE)
                )));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        step.done("its log is archived");
        Ok(since.elapsed())
    }

    /// Requires every segment that the backup needs: the archive takes them in their order, and what is not there when the
    /// last one came was given up or lost.
    async fn require_log(&self, first: Segment, last: Segment) -> Result<(), Trouble> {
        let shelf = Shelf::of(self.repository).await?;
        let Some(missing) = shelf.missing_between(first, last) else {
            return Ok(());
        };
        Err(Trouble::new(format!(
            "segment {missing} of the write-ahead log, which this backup needs, is not in {}, though {last} is: \
             see why it was not archived (PostgreSQL's log tells), then take another backup",
            self.repository.place
        )))
    }
}

/// How often archiving failed, and with which file last.
async fn failures(client: &Client) -> Result<(i64, String), Trouble> {
    let sql = "select failed_count, coalesce(last_failed_wal, '') from pg_stat_archiver";
    let row = client
        .query_one(sql, &[])
        .await
        .because(|| "could not ask how archiving goes")?;
    Ok((row.get(0), row.get(1)))
}

/// Bytes as people say them.
pub fn megabytes(bytes: u64) -> String {
    match bytes {
        0..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}

fn fresh_id(
    catalogue: &Catalogue,
    started: DateTime<Utc>,
    is_incremental: bool,
) -> Result<String, Trouble> {
    let end = if is_incremental { "incr" } else { "full" };
    let id = format!("{}-{end}", started.format("%Y%m%dT%H%M%SZ"));
    let entries = catalogue.entries.iter().map(|entry| &entry.id);
    let corrupted = catalogue.corrupted.iter().map(|it| &it.id);
    if entries
        .chain(corrupted)
        .any(|known| known.split('-').next() == id.split('-').next())
    {
        return Err(Trouble::new(format!(
            "a backup was begun this very second: {id} would be as old"
        )));
    }
    Ok(id)
}

fn evidence(
    id: &str,
    objects: &Objects,
    point: &Point,
    took: chrono::TimeDelta,
    archive_wait: Duration,
    lock_attempts: u32,
) -> Value {
    let took_s = took.as_seconds_f64().max(0.001);
    json!({
        "backup_id": id,
        "bytes": objects.base.plain.bytes,
        "stored_bytes": objects.base.stored.bytes + objects.manifest.stored.bytes,
        "took_ms": took.num_milliseconds(),
        "bytes_per_s": (objects.base.plain.bytes as f64 / took_s).round() as u64,
        "locked_ms": point.locked_ms,
        "lock_attempts": lock_attempts,
        "archive_wait_ms": archive_wait.as_millis() as u64,
        "tables": point.prints.len(),
        "rows": point.prints.iter().map(|print| print.rows).sum::<i64>(),
    })
}

/// Removes all objects of a backup, its entry last.
///
/// # Errors
/// When the repository refuses.
pub(super) async fn remove(repository: &Repository, id: &str) -> Result<(), Trouble> {
    let folder = folder(id);
    let mut names: Vec<String> = repository
        .place
        .list(&folder)
        .await?
        .objects
        .into_iter()
        .map(|it| it.name)
        .collect();
    names.sort_by_key(|name| name == catalogue::FILE);
    for name in names {
        repository.place.remove(&format!("{folder}/{name}")).await?;
    }
    repository.place.remove_folder(&folder)
}
