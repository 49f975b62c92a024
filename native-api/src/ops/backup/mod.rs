//! Backups: a repository of base backups and of the write-ahead log that continues them.
//!
//! ```text
//! repository.json                               whose backups these are
//! backups/20261122T210500Z-full/backup.json     the catalogue's entry, written last
//! backups/20261122T210500Z-full/base.tar.zst.age
//! backups/20261122T210500Z-full/backup_manifest.zst
//! wal/00000001/000000010000000000000007.wal     a line that says what it is, then the envelope
//! wal/00000002/00000002.history.wal
//! ```
//!
//! Without a public key the envelopes are not encrypted, and `.age` is missing from the names.

pub mod abandoned;
mod base;
pub mod catalogue;
pub mod create;
pub mod digest;
pub mod drill;
pub mod enable;
pub mod envelope;
pub mod lsn;
pub mod overview;
pub mod place;
pub mod point;
pub mod recovery;
pub mod restore;
pub mod retain;
pub mod server;
pub mod verify;
pub mod wal;

use std::io::{self, Read, Write};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use self::catalogue::Stored;
use self::digest::{Digest, Digesting};
use self::envelope::Keys;
use self::place::Place;
use crate::config::{self, Environment};
use crate::dev::archive;
use crate::dev::places::Places;
use crate::trouble::{Because, Trouble};

/// The file by which a repository is known.
const MARK: &str = "repository.json";

/// A place with the keys to it. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Where everything lies.
    pub place: Place,
    /// What it is written with, and perhaps read with.
    pub keys: Keys,
}

/// Whose backups a repository holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The form of the repository.
    format: u32,
    /// The number that `initdb` drew for the cluster.
    pub system_identifier: String,
    /// The size of its segments of WAL.
    pub segment_bytes: u64,
    /// When the first byte was written.
    pub created_at: DateTime<Utc>,
}

impl Repository {
    /// The repository of `EQUORIA_BACKUP_PLACE`; in a playground without one, that of this checkout, which its own
    /// PostgreSQL archives into.
    ///
    /// # Errors
    /// When a setting is missing or wrong, or the place cannot be opened.
    pub fn of(environment: &Environment) -> Result<Self, Trouble> {
        let is_named = environment.get("EQUORIA_BACKUP_PLACE")?.is_some();
        if is_named || !config::profile(environment)?.is_playground() {
            return Self::named(environment);
        }
        let ours = archive::environment(&Places::find()?)?;
        Self::named(&environment.clone().or(ours))
    }

    fn named(environment: &Environment) -> Result<Self, Trouble> {
        let text = environment.get("EQUORIA_BACKUP_PLACE")?.ok_or_else(|| {
            Trouble::new(
                "EQUORIA_BACKUP_PLACE is not set: an absolute folder or s3://bucket/prefix",
            )
        })?;
        Ok(Self {
            keys: Keys::from_environment(environment)?,
            place: Place::open(&text, environment)?,
        })
    }

    /// Whose backups these are.
    ///
    /// # Errors
    /// When this is no repository, or its file is damaged.
    pub async fn mark(&self) -> Result<Mark, Trouble> {
        self.find_mark().await?.ok_or_else(|| {
            Trouble::new(format!(
                "{} is no repository of backups: it has no {MARK} (`equoria backup create` makes one where nothing is)",
                self.place
            ))
        })
    }

    /// Makes this the repository of a cluster, if it is nobody's yet.
    ///
    /// # Errors
    /// When it is another cluster's, or holds things that are no backups.
    pub async fn claim(
        &self,
        system_identifier: &str,
        segment_bytes: u64,
    ) -> Result<Mark, Trouble> {
        if self.find_mark().await?.is_none() {
            self.make_mark(system_identifier, segment_bytes).await?;
        }
        let mark = self.mark().await?;
        if mark.system_identifier == system_identifier {
            return Ok(mark);
        }
        Err(Trouble::new(format!(
            "{} holds the backups of another cluster (system identifier {}, and this is {system_identifier}): \
             choose another EQUORIA_BACKUP_PLACE",
            self.place, mark.system_identifier
        )))
    }

    async fn find_mark(&self) -> Result<Option<Mark>, Trouble> {
        let Some(text) = self.place.get(MARK).await? else {
            return Ok(None);
        };
        let mark: Mark = serde_json::from_slice(&text)
            .because(|| format!("{MARK} in {} is damaged", self.place))?;
        if mark.format != 1 {
            return Err(Trouble::new(format!(
                "{} has the form {} of another version of this program",
                self.place, mark.format
            )));
        }
        Ok(Some(mark))
    }

    async fn make_mark(&self, system_identifier: &str, segment_bytes: u64) -> Result<(), Trouble> {
        let found = self.place.list("").await?;
        let objects = found.objects.iter().map(|object| &object.name);
        if let Some(strange) = found.folders.iter().chain(objects).next() {
            return Err(Trouble::new(format!(
                "{} is no repository of backups: it has no {MARK}, but holds {strange}",
                self.place
            )));
        }
        let mark = Mark {
            format: 1,
            system_identifier: system_identifier.to_owned(),
            segment_bytes,
            created_at: Utc::now(),
        };
        let text = serde_json::to_vec_pretty(&mark).because(|| "the mark cannot be written")?;
        // Of two that come first at once, one wins: the other reads what it wrote.
        self.place.put_new(MARK, text).await.map(|_| ())
    }

    /// Stores what `work` writes, in an envelope if `is_private`, else only compressed.
    ///
    /// `.zst`, or `.zst.age` where it is encrypted, is put behind the name.
    ///
    /// # Errors
    /// Those of `work`, or when the place cannot be written; then nothing is there.
    pub async fn store<T, W>(
        &self,
        name: &str,
        is_private: bool,
        work: W,
    ) -> Result<(T, Stored), Trouble>
    where
        T: Send + 'static,
        W: FnOnce(&mut dyn Write) -> Result<T, Trouble> + Send + 'static,
    {
        let keys = if is_private {
            self.keys.clone()
        } else {
            Keys::default()
        };
        let is_sealed = keys.is_sealing();
        let name = format!("{name}.zst{}", if is_sealed { ".age" } else { "" });
        let ((done, plain), stored) = self
            .place
            .write(&name, move |sink| keys.seal(sink, work))
            .await?;
        Ok((
            done,
            Stored {
                name,
                is_sealed,
                plain,
                stored,
            },
        ))
    }

    /// Lets `work` read what is in an object's envelope, and requires every byte of both to be what was written.
    ///
    /// What `work` has done by then is not to be trusted before this returns.
    ///
    /// # Errors
    /// Those of `work`, when the object is missing, no private key fits, or a byte differs: each names the object.
    pub async fn fetch<T, W>(&self, object: &Stored, work: W) -> Result<T, Trouble>
    where
        T: Send + 'static,
        W: FnOnce(&mut dyn Read) -> Result<T, Trouble> + Send + 'static,
    {
        let (keys, wanted) = (self.keys.clone(), object.clone());
        let read = self.place.read(&object.name, move |source| {
            let mut outer = Digesting::new(source);
            let (done, plain) = keys
                .open(wanted.is_sealed, &mut outer, work)
                .because(|| format!("{} cannot be opened", wanted.name))?;
            io::copy(&mut outer, &mut io::sink())
                .because(|| format!("could not read {}", wanted.name))?;
            let (_, stored) = outer.finish();
            require_same(&wanted.name, &wanted.stored, &stored)?;
            require_same(&wanted.name, &wanted.plain, &plain)?;
            Ok(done)
        });
        read.await
    }

    /// Reads an object without opening it: what is wrong with it, as a sentence, or nothing. No key is needed.
    ///
    /// # Errors
    /// When the place cannot be read.
    pub async fn examine(&self, object: &Stored) -> Result<Option<String>, Trouble> {
        if !self.place.has(&object.name).await? {
            return Ok(Some(format!("{} is missing", object.name)));
        }
        let (name, because) = (
            object.name.clone(),
            format!("could not read {}", object.name),
        );
        let read = self.place.read(&name, move |source| {
            let mut outer = Digesting::new(source);
            io::copy(&mut outer, &mut io::sink()).because(|| because)?;
            Ok(outer.finish().1)
        });
        Ok(require_same(&object.name, &object.stored, &read.await?)
            .err()
            .map(|it| it.to_string()))
    }
}

fn require_same(name: &str, wanted: &Digest, found: &Digest) -> Result<(), Trouble> {
    if wanted == found {
        return Ok(());
    }
    Err(Trouble::new(format!(
        "{name} is damaged: it has {found} instead of {wanted}"
    )))
}
