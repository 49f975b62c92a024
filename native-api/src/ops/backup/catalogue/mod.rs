//! What is written down about each backup: `backups/<id>/backup.json`, the last thing that a backup writes.
//!
//! The file carries a SHA-256 over itself, so that one that was changed or cut off is named and not believed. A backup
//! is `taken`, then `checked` (every byte read again and found right), then `proven` (restored and found equal): the
//! state only ever goes that way. One that fails a check is `broken`, with the reason, until an operator has it looked at
//! again and nothing is found: then it is `checked`, and its steps tell what it was.

mod entry;

use serde::Serialize;

pub use self::entry::{Broken, Cluster, Entry, Facts, Kind, Objects, Point, State, Step, Stored};
use super::place::Place;
use crate::trouble::{Because, Trouble};

/// The folder of all backups in a repository.
pub const BACKUPS: &str = "backups";

/// The catalogue's file in a backup's folder.
pub(in crate::ops::backup) const FILE: &str = "backup.json";

/// An entry that cannot be believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Corrupted {
    /// The folder's name.
    pub id: String,
    /// What is wrong with its file, as a sentence.
    pub reason: String,
}

/// All entries of a repository.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    /// Those that can be read, the oldest first.
    pub entries: Vec<Entry>,
    /// Those that cannot.
    pub corrupted: Vec<Corrupted>,
    /// Folders without an entry: a backup under way, or one that was broken off.
    pub halves: Vec<String>,
}

/// Writes an entry, in one step over a former one.
///
/// # Errors
/// When the place cannot be written; then the former one stands.
pub async fn save(place: &Place, entry: &Entry) -> Result<(), Trouble> {
    place.put(&file(&entry.id), entry.text()?).await
}

/// How often a change is made anew because somebody else changed the entry meanwhile.
const ATTEMPTS: u32 = 20;

/// Changes an entry as it stands: where somebody else changes it at the same time, both changes are made, and one that was
/// removed meanwhile does not come back.
///
/// # Errors
/// Those of `change`, when there is no such entry, it cannot be believed, or the place cannot be written: then nothing is
/// changed.
pub async fn change(
    place: &Place,
    id: &str,
    change: impl Fn(&mut Entry) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    for _ in 0..ATTEMPTS {
        let (known, mut entry) = read(place, id).await?;
        change(&mut entry)?;
        if place.replace(&file(id), &known, entry.text()?).await? {
            return Ok(());
        }
    }
    Err(Trouble::new(format!(
        "the catalogue's entry of backup {id} is changed by others again and again: try again later"
    )))
}

/// Reads the entry of one backup.
///
/// # Errors
/// When there is none, or it cannot be believed.
pub async fn load(place: &Place, id: &str) -> Result<Entry, Trouble> {
    read(place, id).await.map(|(_, entry)| entry)
}

async fn read(place: &Place, id: &str) -> Result<(Vec<u8>, Entry), Trouble> {
    let text = place.get(&file(id)).await?;
    let text = text.ok_or_else(|| Trouble::new(format!("there is no backup {id} in {place}")))?;
    let entry = Entry::read(id, &text)
        .because(|| format!("the catalogue's entry of backup {id} is corrupted"))?;
    Ok((text, entry))
}

/// Reads all entries; those that cannot be believed are told apart, and spoil no other.
///
/// # Errors
/// When the place cannot be read.
pub async fn list(place: &Place) -> Result<Catalogue, Trouble> {
    let mut catalogue = Catalogue::default();
    for id in place.list(BACKUPS).await?.folders {
        match place.get(&file(&id)).await? {
            None => catalogue.halves.push(id),
            Some(text) => match Entry::read(&id, &text) {
                Ok(entry) => catalogue.entries.push(entry),
                Err(trouble) => catalogue.corrupted.push(Corrupted {
                    id,
                    reason: trouble.to_string(),
                }),
            },
        }
    }
    Ok(catalogue)
}

impl Catalogue {
    /// The entry of this name, or the newest usable one for `latest`.
    ///
    /// # Errors
    /// When there is none, with what is wrong with it.
    pub fn find(&self, id: &str) -> Result<&Entry, Trouble> {
        if let Some(bad) = self.corrupted.iter().find(|bad| bad.id == id) {
            return Err(Trouble::new(format!(
                "the catalogue's entry of backup {id} is corrupted: {}",
                bad.reason
            )));
        }
        let found = match id {
            "latest" => self.newest(),
            _ => self.entries.iter().find(|entry| entry.id == id),
        };
        found.ok_or_else(|| match id {
            "latest" => self.nothing_usable(),
            _ => Trouble::new(format!(
                "there is no backup {id}: see `equoria backup list`"
            )),
        })
    }

    /// That there is nothing to start from, and whether something would be if its entry could be read.
    pub(in crate::ops::backup) fn nothing_usable(&self) -> Trouble {
        match self.corrupted.first() {
            None => {
                Trouble::new("there is no usable backup: take one with `equoria backup create`")
            }
            Some(bad) => Trouble::new(format!(
                "there is no usable backup, and the catalogue's entry of backup {} is corrupted: {}",
                bad.id, bad.reason
            )),
        }
    }

    /// The newest backup that a restore may start from, its whole chain included.
    pub fn newest(&self) -> Option<&Entry> {
        let usable = |entry: &&Entry| entry.is_usable() && self.chain(entry).is_ok();
        self.entries.iter().rev().find(usable)
    }

    /// A backup with all that it builds on: the full one first, itself last.
    ///
    /// # Errors
    /// When a link is missing, broken, going or corrupted: it is named.
    pub fn chain<'a>(&'a self, entry: &'a Entry) -> Result<Vec<&'a Entry>, Trouble> {
        let mut chain = vec![entry];
        let mut link = entry;
        while let Some(parent) = &link.parent {
            let found = self
                .find(parent)
                .because(|| format!("backup {} builds on {parent}, which is not there", link.id))?;
            if !found.is_usable() {
                return Err(Trouble::new(format!(
                    "backup {} builds on {parent}, which is {}",
                    link.id,
                    found.standing()
                )));
            }
            if chain.len() > self.entries.len() {
                return Err(Trouble::new(format!(
                    "backup {} builds on itself",
                    entry.id
                )));
            }
            chain.push(found);
            link = found;
        }
        chain.reverse();
        Ok(chain)
    }
}

/// The folder of a backup in the repository.
pub fn folder(id: &str) -> String {
    format!("{BACKUPS}/{id}")
}

fn file(id: &str) -> String {
    format!("{}/{FILE}", folder(id))
}
