//! What is known about one backup, and how it is written so that damage is seen.
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::super::digest::Digest;
use super::super::lsn::{Lsn, Segment};
use super::FILE;
use crate::config::hex;
use crate::ops::fingerprint::TablePrint;
use crate::trouble::{Because, Trouble};

/// The version of the file's form; others are not read.
const FORMAT: u32 = 1;

/// Whether a backup stands alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Everything.
    Full,
    /// What changed since its parent, without which it is nothing.
    Incremental,
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Full => "full",
            Self::Incremental => "incremental",
        })
    }
}

/// How far a backup can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Written, and nobody has looked since.
    Taken,
    /// Read again: every object has its hash, the chain and the WAL are there.
    Checked,
    /// Restored into a scratch cluster and found equal to what was recorded.
    Proven,
}

impl fmt::Display for State {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Taken => "taken",
            Self::Checked => "checked",
            Self::Proven => "proven",
        })
    }
}

/// A step in a backup's life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What it became.
    pub state: State,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom: the name of a run and its worker, such as `backup_verify by hand, process 7`.
    pub by: String,
    /// What was seen: a flat document with units in its names.
    pub evidence: Value,
}

/// Why a backup is no good any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Broken {
    /// When that was found.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// What was found, as a sentence.
    pub reason: String,
}

/// The instant whose content is known: a restore point, and what all tables held exactly there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// The restore point's name, for `recovery_target_name`.
    pub name: String,
    /// Where it is.
    pub lsn: Lsn,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// The database whose tables were counted.
    pub database: String,
    /// How long writers had to wait for it.
    pub locked_ms: u64,
    /// What its tables held.
    pub prints: Vec<TablePrint>,
}

/// An object of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stored {
    /// Its name in the repository, such as `backups/20261122T210500Z-full/base.tar.zst.age`.
    pub name: String,
    /// Whether it is encrypted.
    pub is_sealed: bool,
    /// What is in its envelope.
    pub plain: Digest,
    /// The envelope itself, as it lies in the repository.
    pub stored: Digest,
}

/// All that is known about one backup.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Over the whole file with zeros here. The field must stay the first.
    sha256: String,
    /// The form of this file.
    format: u32,
    /// `20261122T210500Z-full` or `-incr`: when it began, sortable.
    pub id: String,
    /// Full or incremental.
    pub kind: Kind,
    /// The backup that an incremental one builds on.
    pub parent: Option<String>,
    /// How far it can be trusted.
    pub state: State,
    /// Every step that it went, the newest last.
    pub steps: Vec<Step>,
    /// Why it is no good any more.
    pub broken: Option<Broken>,
    /// When its removal began: whatever is left of it is no backup.
    pub going: Option<DateTime<Utc>>,
    /// When it was begun.
    pub started_at: DateTime<Utc>,
    /// When it was complete, its WAL included.
    pub finished_at: DateTime<Utc>,
    /// Where its WAL begins.
    pub start_lsn: Lsn,
    /// The first position at which it is consistent.
    pub stop_lsn: Lsn,
    /// The timeline of both.
    pub timeline: u32,
    /// Which cluster it is of.
    pub system_identifier: String,
    /// Of which PostgreSQL, such as `18.6`.
    pub server_version: String,
    /// The newest migration in the database that was counted; nothing where there is none.
    pub schema_version: Option<i32>,
    /// Every database of the cluster.
    pub databases: Vec<String>,
    /// Whether pages carry checksums.
    pub has_checksums: bool,
    /// The size of a segment of WAL.
    pub segment_bytes: u64,
    /// The public keys that it was encrypted to; none where it is not.
    pub recipients: Vec<String>,
    /// All files of the cluster, as one tar.
    pub base: Stored,
    /// PostgreSQL's own list of those files. Never encrypted: whoever takes the next incremental backup must read it.
    pub manifest: Stored,
    /// The first segment that is needed to restore it.
    pub first_segment: Segment,
    /// The last segment that is needed to reach [`Entry::point`].
    pub last_segment: Segment,
    /// The instant whose content is known.
    pub point: Point,
}

impl Entry {
    /// The first entry of a backup; its hash comes when it is written.
    pub fn begin(facts: Facts) -> Self {
        let Facts {
            id,
            kind,
            parent,
            started_at,
            finished_at,
            by,
            evidence,
            cluster,
            objects,
            point,
        } = facts;
        let step = Step {
            state: State::Taken,
            at: finished_at,
            by,
            evidence,
        };
        Self {
            sha256: ZEROS.to_owned(),
            format: FORMAT,
            id,
            kind,
            parent,
            state: State::Taken,
            steps: vec![step],
            broken: None,
            going: None,
            started_at,
            finished_at,
            start_lsn: objects.start_lsn,
            stop_lsn: objects.stop_lsn,
            timeline: objects.timeline,
            system_identifier: cluster.system_identifier,
            server_version: cluster.server_version,
            schema_version: cluster.schema_version,
            databases: cluster.databases,
            has_checksums: cluster.has_checksums,
            segment_bytes: cluster.segment_bytes,
            recipients: objects.recipients,
            first_segment: Segment::holding(
                objects.timeline,
                objects.start_lsn,
                cluster.segment_bytes,
            ),
            last_segment: Segment::ending(objects.timeline, point.lsn, cluster.segment_bytes),
            base: objects.base,
            manifest: objects.manifest,
            point,
        }
    }

    /// Whether a restore may start from it: neither broken nor going.
    pub const fn is_usable(&self) -> bool {
        self.broken.is_none() && self.going.is_none()
    }

    /// The word for its standing: going, broken, or its state.
    pub fn standing(&self) -> String {
        match (&self.going, &self.broken) {
            (Some(_), _) => "going".to_owned(),
            (None, Some(_)) => "broken".to_owned(),
            (None, None) => self.state.to_string(),
        }
    }

    /// Both of its objects.
    pub fn objects(&self) -> [&Stored; 2] {
        [&self.base, &self.manifest]
    }

    /// Writes down that it has come as far as `state`, or that the same was seen once more.
    ///
    /// # Errors
    /// When it is broken or going. A state below its own changes nothing but the list of steps.
    pub fn advance(&mut self, state: State, by: &str, evidence: Value) -> Result<(), Trouble> {
        if !self.is_usable() {
            return Err(Trouble::new(format!(
                "backup {} is {}: it cannot become {state}",
                self.id,
                self.standing()
            )));
        }
        let by = by.to_owned();
        self.steps.push(Step {
            state,
            at: Utc::now(),
            by,
            evidence,
        });
        self.state = self.state.max(state);
        Ok(())
    }

    /// Writes down that it was looked at again and is no longer held broken, and why it was: it is `checked`, and whatever it
    /// had proved before must be proved anew.
    pub fn mend(&mut self, by: &str, evidence: Value) {
        let Some(broken) = self.broken.take() else {
            return;
        };
        let mut evidence = evidence;
        if let Value::Object(seen) = &mut evidence {
            seen.insert("was_broken_at".to_owned(), broken.at.to_rfc3339().into());
            seen.insert("was_broken_by".to_owned(), broken.by.into());
            seen.insert("was_broken_because".to_owned(), broken.reason.into());
        }
        self.state = State::Checked;
        self.steps.push(Step {
            state: State::Checked,
            at: Utc::now(),
            by: by.to_owned(),
            evidence,
        });
    }

    /// Writes down that it is no good, and why. The first reason stays.
    pub fn break_with(&mut self, by: &str, reason: &str) {
        self.broken.get_or_insert_with(|| Broken {
            at: Utc::now(),
            by: by.to_owned(),
            reason: reason.to_owned(),
        });
    }

    /// The file's content, which ends with a line end.
    ///
    /// # Errors
    /// Never, for the documents that steps carry.
    pub(super) fn text(&self) -> Result<Vec<u8>, Trouble> {
        let blank = Self {
            sha256: ZEROS.to_owned(),
            ..self.clone()
        };
        let mut text =
            serde_json::to_vec_pretty(&blank).because(|| "a backup's entry cannot be written")?;
        text.push(b'\n');
        let hash = hex(&Sha256::digest(&text));
        text.splice(FRONT.len()..FRONT.len() + ZEROS.len(), hash.into_bytes());
        Ok(text)
    }

    /// Reads a file's content.
    ///
    /// # Errors
    /// When it is not what was written, as a sentence that says in what way.
    pub(super) fn read(id: &str, text: &[u8]) -> Result<Self, Trouble> {
        let hash = FRONT.len()..FRONT.len() + ZEROS.len();
        let claimed = text
            .starts_with(FRONT.as_bytes())
            .then(|| text.get(hash.clone()))
            .flatten()
            .ok_or_else(|| Trouble::new(format!("{FILE} is cut off or was never one of ours")))?
            .to_vec();
        let mut blank = text.to_vec();
        blank.splice(hash, ZEROS.bytes());
        if hex(&Sha256::digest(&blank)).as_bytes() != claimed {
            return Err(Trouble::new(format!(
                "{FILE} does not have the SHA-256 that it carries"
            )));
        }
        let because = || format!("{FILE} cannot be understood");
        let Form { format } = serde_json::from_slice(text).because(because)?;
        if format != FORMAT {
            return Err(Trouble::new(format!(
                "{FILE} has the form {format} of another version of this program"
            )));
        }
        let entry: Self = serde_json::from_slice(text).because(because)?;
        if entry.id != id {
            return Err(Trouble::new(format!("{FILE} is that of {}", entry.id)));
        }
        Ok(entry)
    }
}

/// What files of every version have: one of another may have fields that are not known here.
#[derive(Deserialize)]
struct Form {
    format: u32,
}

/// What a finished backup knows about itself.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Its name.
    pub id: String,
    /// Full or incremental.
    pub kind: Kind,
    /// What it builds on.
    pub parent: Option<String>,
    /// When it was begun.
    pub started_at: DateTime<Utc>,
    /// When all of it was there.
    pub finished_at: DateTime<Utc>,
    /// Who took it.
    pub by: String,
    /// What was seen on the way.
    pub evidence: Value,
    /// What it is of.
    pub cluster: Cluster,
    /// What was written.
    pub objects: Objects,
    /// The instant whose content is known.
    pub point: Point,
}

/// What a backup needs to know about the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// The number that `initdb` drew for it.
    pub system_identifier: String,
    /// Such as `18.6`.
    pub server_version: String,
    /// The newest migration in the database that we are connected to.
    pub schema_version: Option<i32>,
    /// Every database that is no template.
    pub databases: Vec<String>,
    /// Whether pages carry checksums.
    pub has_checksums: bool,
    /// The size of a segment of WAL.
    pub segment_bytes: u64,
}

/// What `pg_basebackup` gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objects {
    /// The tar.
    pub base: Stored,
    /// The manifest.
    pub manifest: Stored,
    /// The public keys that the tar was encrypted to.
    pub recipients: Vec<String>,
    /// Where its WAL begins.
    pub start_lsn: Lsn,
    /// The first consistent position.
    pub stop_lsn: Lsn,
    /// The timeline of both.
    pub timeline: u32,
}

/// How every file begins.
const FRONT: &str = "{\n  \"sha256\": \"";

/// What stands for the hash while it is computed.
const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
