//! What is kept, what goes, and why.
//!
//! Nothing goes that something kept needs: no link of a chain, no segment behind the beginning of a kept backup. The last
//! two proven backups and the newest one that can be restored stay whatever their age. A backup whose entry cannot be read
//! holds all that is older, and all of the log, until an operator has decided about it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::json;
use tokio_postgres::Client;

use super::Repository;
use super::catalogue::{self, Catalogue, Entry, Kind, State};
use super::create::remove;
use super::lsn::Segment;
use super::server;
use super::wal::name::WalFile;
use super::wal::shelf::Shelf;
use crate::dev::say::Voice;
use crate::ops::runs::{self, Outcome};
use crate::trouble::Trouble;

/// The name under which runs are written down.
pub const RUN: &str = "backup_retain";

/// How many proven backups stay, however old.
const PROVEN: usize = 2;

/// How much is kept beyond what must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Everything that is younger stays.
    pub keep_days: u32,
    /// So many full backups stay, however old.
    pub keep_fulls: usize,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            keep_days: 14,
            keep_fulls: 2,
        }
    }
}

/// A backup and what is to become of it, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The backup.
    pub id: String,
    /// Whether it stays.
    pub is_kept: bool,
    /// Why, as a part of a sentence.
    pub reason: String,
    /// Its size in the repository.
    pub bytes: u64,
}

/// Everything that is to happen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// All backups, the oldest first.
    pub backups: Vec<Verdict>,
    /// Folders of backups that were broken off.
    pub halves: Vec<String>,
    /// Files of the write-ahead log that go.
    #[serde(skip)]
    pub log: Vec<WalFile>,
    /// How many those are.
    pub log_files: usize,
    /// Their size in the repository.
    pub log_bytes: u64,
    /// Why no more of the log goes, or all that is told.
    pub log_reason: String,
}

impl Plan {
    /// What is to happen to these backups and this log, now.
    pub fn of(catalogue: &Catalogue, shelf: &Shelf, rule: &Rule, now: DateTime<Utc>) -> Self {
        let kept = kept(catalogue, shelf, rule, now);
        let verdict = |entry: &Entry| Verdict {
            id: entry.id.clone(),
            is_kept: kept.contains_key(entry.id.as_str()),
            reason: kept.get(entry.id.as_str()).cloned().unwrap_or_else(|| {
                match entry.standing().as_str() {
                    "going" => "its removal was begun".to_owned(),
                    _ => format!(
                        "{} days old, and nothing kept needs it",
                        (now - entry.finished_at).num_days()
                    ),
                }
            }),
            bytes: entry
                .objects()
                .iter()
                .map(|object| object.stored.bytes)
                .sum(),
        };
        let mut plan = Self {
            backups: catalogue.entries.iter().map(verdict).collect(),
            halves: catalogue.halves.clone(),
            ..Self::default()
        };
        plan.judge_log(catalogue, shelf, rule, now);
        plan
    }

    /// The backups that go, an incremental one before what it builds on.
    pub fn going(&self) -> impl Iterator<Item = &Verdict> {
        self.backups.iter().rev().filter(|verdict| !verdict.is_kept)
    }

    /// Whether nothing is to happen.
    pub fn is_idle(&self) -> bool {
        self.going().next().is_none() && self.log.is_empty() && self.halves.is_empty()
    }

    fn judge_log(&mut self, catalogue: &Catalogue, shelf: &Shelf, rule: &Rule, now: DateTime<Utc>) {
        if let Some(bad) = catalogue.corrupted.first() {
            self.log_reason = format!(
                "none goes while the entry of {} is corrupted: what it needs is not known",
                bad.id
            );
            return;
        }
        let stays: BTreeSet<&str> = self
            .backups
            .iter()
            .filter(|it| it.is_kept)
            .map(|it| it.id.as_str())
            .collect();
        let kept = catalogue
            .entries
            .iter()
            .filter(|entry| stays.contains(entry.id.as_str()));
        let cut = kept.map(|entry| entry.first_segment).min_by_key(place);
        let files = match cut {
            Some(cut) => {
                self.log_reason =
                    format!("all before {cut} goes, where the oldest kept backup begins");
                before(shelf, cut)
            }
            None => {
                self.log_reason = format!(
                    "no backup is kept: all that is {} days old goes",
                    rule.keep_days
                );
                let old = shelf
                    .segments
                    .iter()
                    .filter(|(_, (_, at))| age_days(now, *at) >= i64::from(rule.keep_days));
                old.map(|(segment, _)| WalFile::Segment(*segment)).collect()
            }
        };
        self.log_files = files.len();
        self.log_bytes = files.iter().map(|file| bytes(shelf, *file)).sum();
        self.log = files;
    }
}

/// The backups that stay, each with its reason.
fn kept<'a>(
    catalogue: &'a Catalogue,
    shelf: &Shelf,
    rule: &Rule,
    now: DateTime<Utc>,
) -> BTreeMap<&'a str, String> {
    let mut kept = BTreeMap::new();
    let mut keep = |entry: &'a Entry, reason: String| {
        kept.entry(entry.id.as_str()).or_insert(reason);
    };
    let stays = |entry: &&Entry| entry.going.is_none();
    // One whose own log has a gap can be restored to nothing: it must not stand for one that can.
    let whole = |entry: &&Entry| {
        entry.is_usable() && catalogue.chain(entry).is_ok() && shelf.missing_for(entry).is_none()
    };
    let newest_first = || catalogue.entries.iter().rev().filter(stays);
    if let Some(newest) = newest_first().find(whole) {
        keep(newest, "the newest that can be restored".to_owned());
    }
    for entry in newest_first()
        .filter(whole)
        .filter(|it| it.state == State::Proven)
        .take(PROVEN)
    {
        keep(entry, format!("one of the last {PROVEN} proven ones"));
    }
    for entry in newest_first()
        .filter(whole)
        .filter(|it| it.kind == Kind::Full)
        .take(rule.keep_fulls)
    {
        keep(
            entry,
            format!("one of the last {} full ones", rule.keep_fulls),
        );
    }
    for entry in
        newest_first().filter(|it| age_days(now, it.finished_at) < i64::from(rule.keep_days))
    {
        keep(entry, format!("not yet {} days old", rule.keep_days));
    }
    // What an entry builds on that cannot be read nobody knows, but it is older.
    for bad in &catalogue.corrupted {
        for entry in newest_first().filter(|it| it.id < bad.id) {
            let reason = format!(
                "the entry of {} cannot be read and may need it: mend that entry, or remove its folder",
                bad.id
            );
            keep(entry, reason);
        }
    }
    // Children come after their parents, so one pass from the newest on reaches the whole chain.
    for entry in newest_first() {
        let parent = entry
            .parent
            .as_deref()
            .filter(|_| kept.contains_key(entry.id.as_str()));
        let parent = parent.and_then(|id| catalogue.entries.iter().find(|it| it.id == id));
        if let Some(parent) = parent.filter(|it| it.going.is_none()) {
            kept.entry(parent.id.as_str())
                .or_insert_with(|| format!("{} builds on it", entry.id));
        }
    }
    kept
}

fn age_days(now: DateTime<Utc>, at: DateTime<Utc>) -> i64 {
    (now - at).max(TimeDelta::zero()).num_days()
}

/// Its place in the log, on whatever timeline.
const fn place(segment: &Segment) -> (u32, u32) {
    (segment.high, segment.low)
}

/// All files that lie before a segment, on its timeline and on all others. Histories of timelines stay: they are small,
/// and who goes back far needs them.
fn before(shelf: &Shelf, cut: Segment) -> Vec<WalFile> {
    let segments = shelf
        .segments
        .keys()
        .map(|segment| WalFile::Segment(*segment));
    let files = segments.chain(shelf.others.iter().copied());
    let is_before = |file: &WalFile| match file {
        WalFile::Segment(it) | WalFile::Partial(it) | WalFile::Label(it, _) => {
            place(it) < place(&cut)
        }
        WalFile::History(_) => false,
    };
    files.filter(is_before).collect()
}

fn bytes(shelf: &Shelf, file: WalFile) -> u64 {
    match file {
        WalFile::Segment(segment) => shelf.segments.get(&segment).map_or(0, |(bytes, _)| *bytes),
        _ => 0,
    }
}

/// Looks at a repository and says what is to happen.
///
/// # Errors
/// When it cannot be read.
pub async fn plan(repository: &Repository, rule: &Rule) -> Result<Plan, Trouble> {
    let catalogue = catalogue::list(&repository.place).await?;
    let shelf = Shelf::of(repository).await?;
    Ok(Plan::of(&catalogue, &shelf, rule, Utc::now()))
}

/// Makes a fresh plan and carries it out, as the only one who changes the repository; the run is written down.
///
/// A backup is marked as going before anything of it is removed: one that is half gone never claims to be whole, and the
/// next run goes on with it.
///
/// # Errors
/// When somebody else changes the repository, or it refuses.
pub async fn carry_out(
    client: &Client,
    repository: &Repository,
    rule: &Rule,
    voice: &Voice,
) -> Result<Plan, Trouble> {
    let started = Utc::now();
    require_ours(client, repository).await?;
    server::lock(client).await?;
    let done = remove_all(repository, rule, voice).await;
    let (outcome, evidence) = match &done {
        Ok(plan) => (
            Outcome::Done,
            json!({
                "kept_backups": plan.backups.len() - plan.going().count(),
                "removed_backups": plan.going().count(),
                "removed_log_files": plan.log_files,
                "freed_bytes": plan.log_bytes + plan.going().map(|it| it.bytes).sum::<u64>(),
                "took_ms": (Utc::now() - started).num_milliseconds(),
            }),
        ),
        Err(trouble) => (Outcome::Failed, json!({ "error": trouble.to_string() })),
    };
    let recorded = runs::record(client, RUN, started, outcome, &evidence).await;
    server::unlock(client).await?;
    done.and_then(|plan| recorded.map(|()| plan))
}

/// The lock is on the server whose backups these are, or it would keep nobody off.
async fn require_ours(client: &Client, repository: &Repository) -> Result<(), Trouble> {
    let ours = server::cluster(client).await?.system_identifier;
    let theirs = repository.mark().await?.system_identifier;
    if ours == theirs {
        return Ok(());
    }
    Err(Trouble::new(format!(
        "{} holds the backups of another cluster (system identifier {theirs}, and the server's is {ours}): nothing was removed",
        repository.place
    )))
}

async fn remove_all(repository: &Repository, rule: &Rule, voice: &Voice) -> Result<Plan, Trouble> {
    let plan = plan(repository, rule).await?;
    let step = voice.step("removing what is not kept");
    repository.place.sweep()?;
    for id in &plan.halves {
        remove(repository, id).await?;
    }
    for verdict in plan.going() {
        let mark = |entry: &mut Entry| {
            entry.going.get_or_insert_with(Utc::now);
            Ok(())
        };
        catalogue::change(&repository.place, &verdict.id, mark).await?;
        remove(repository, &verdict.id).await?;
    }
    for file in &plan.log {
        repository.place.remove(&file.object()).await?;
    }
    step.done(&format!(
        "{} backups and {} files of the log removed",
        plan.going().count(),
        plan.log_files
    ));
    Ok(plan)
}
