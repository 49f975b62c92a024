//! The schema's history: every step is recorded with its hash, one runner works at a time.
//!
//! A step is a folder `migrations/NNNN_name` with `up.sql` and `down.sql`, embedded at build time. It runs in one
//! transaction, unless the first line of its `up.sql` is `-- equoria: no-transaction`. Before the first of them a restore
//! point is set. Whether a database still is what its steps made it is seen by taking them anew in a scratch database and
//! comparing the catalogues.

mod baseline;
mod blockers;
mod drift;
mod ledger;
pub mod lint;
mod picture;
mod point;
mod runner;
mod step;
mod write;

pub use baseline::{Baseline, baseline};
pub use blockers::Blocker;
pub use drift::{Drift, drift};
pub use ledger::{Applied, applied, current_version};
pub use picture::{Picture, differences};
pub use point::{RestorePoint, mark};
pub use runner::{Done, PATIENCE, Progress, Runner, deploy, empty, rollback_to};
pub use step::Direction;
pub use write::write_new;

use std::fmt;

use sha2::{Digest, Sha256};

use crate::config::hex;
use crate::trouble::Trouble;

/// One step of the schema's history, as it stands in this binary.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// The folder's name, such as `0004_users`.
    pub folder: &'static str,
    /// What makes the step.
    pub up: &'static str,
    /// What undoes it, for tests and playgrounds.
    pub down: &'static str,
}

/// Every migration of this binary, oldest first.
pub const ALL: &[Migration] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

impl Migration {
    /// The number that the folder's name begins with.
    pub fn version(&self) -> i32 {
        number(self.folder).unwrap_or_default()
    }

    /// The folder's name without its number.
    pub fn name(&self) -> &'static str {
        self.folder
            .split_once('_')
            .map_or(self.folder, |(_, name)| name)
    }

    /// SHA-256 of `up.sql`, in hexadecimal digits.
    pub fn sha256(&self) -> String {
        hex(&Sha256::digest(self.up.as_bytes()))
    }

    /// Whether the step runs inside one transaction.
    pub fn is_transactional(&self) -> bool {
        step::is_transactional(self.up)
    }
}

impl fmt::Display for Migration {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.folder)
    }
}

/// The schema version that this binary is written for: that of its newest migration, 0 if it has none.
pub fn expected_version() -> i32 {
    ALL.last().map_or(0, Migration::version)
}

/// One hash over all migrations, for caches of migrated databases.
pub fn fingerprint() -> String {
    let mut all = Sha256::new();
    for migration in ALL {
        all.update(migration.folder.as_bytes());
        all.update(Sha256::digest(migration.up.as_bytes()));
    }
    hex(&all.finalize())
}

/// How a database's history compares with this binary's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Applied and unchanged since.
    Applied(Applied),
    /// Not applied yet.
    Pending,
    /// Applied, but `up.sql` is another text now.
    Edited(Applied),
    /// In the database, but not in this binary: a newer one has been here.
    Unknown(Applied),
}

impl Applied {
    /// Why nothing goes on from here when the step's text is another one now.
    fn edited(&self, folder: &str) -> Trouble {
        Trouble::new(format!(
            "{folder} was edited after it was applied on {}: bring its text back and make the change in a new migration (or, where all data may be lost, run `equoria migrate reset`)",
            self.applied_at.format("%Y-%m-%d")
        ))
    }
}

/// Every step known to the database or to this binary, oldest first.
pub fn compare(applied: &[Applied]) -> Vec<(String, Standing)> {
    compare_with(ALL, applied)
}

/// Every step known to the database or to this list, oldest first.
pub fn compare_with(steps: &[Migration], applied: &[Applied]) -> Vec<(String, Standing)> {
    let mut all: Vec<(i32, String, Standing)> = steps
        .iter()
        .map(|step| {
            let standing = match applied.iter().find(|done| done.version == step.version()) {
                None => Standing::Pending,
                Some(done) if done.sha256 == step.sha256() => Standing::Applied(done.clone()),
                Some(done) => Standing::Edited(done.clone()),
            };
            (step.version(), step.folder.to_owned(), standing)
        })
        .collect();
    for done in applied {
        if !steps.iter().any(|step| step.version() == done.version) {
            let folder = format!("{:04}_{}", done.version, done.name);
            all.push((done.version, folder, Standing::Unknown(done.clone())));
        }
    }
    all.sort_by_key(|(version, _, _)| *version);
    all.into_iter()
        .map(|(_, folder, standing)| (folder, standing))
        .collect()
}

/// Refuses a database whose schema is not the one this binary is written for.
///
/// # Errors
/// When the database is older, newer, or has taken a step of another text, saying which and what to do.
pub async fn require_current(client: &tokio_postgres::Client) -> Result<(), Trouble> {
    let history = compare(&applied(client).await?);
    let version = expected_version();
    if let Some((folder, _)) = history.iter().find(|(_, standing)| is_unknown(standing)) {
        return Err(Trouble::new(format!(
            "the database has {folder}, which this program (version {version}) does not know: use a newer program"
        )));
    }
    for (folder, standing) in &history {
        match standing {
            Standing::Edited(done) => return Err(done.edited(folder)),
            Standing::Pending => {
                return Err(Trouble::new(format!(
                    "the database has not taken {folder} yet, this program needs schema version {version}: run `equoria migrate deploy`"
                )));
            }
            Standing::Applied(_) | Standing::Unknown(_) => {}
        }
    }
    Ok(())
}

const fn is_unknown(standing: &Standing) -> bool {
    matches!(standing, Standing::Unknown(_))
}

fn number(folder: &str) -> Option<i32> {
    let (digits, _) = folder.split_once('_')?;
    if digits.len() != 4 {
        return None;
    }
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_numbered_from_one_without_gaps() {
        for (at, migration) in ALL.iter().enumerate() {
            assert_eq!(migration.version() as usize, at + 1, "{migration}");
        }
    }

    #[test]
    fn an_applied_step_with_another_text_is_edited_and_a_strange_one_unknown() {
        let Some(first) = ALL.first() else { return };
        let done = |version, sha256: &str| Applied {
            version,
            name: "step".to_owned(),
            sha256: sha256.to_owned(),
            applied_at: chrono::DateTime::UNIX_EPOCH,
            took_ms: 1,
        };
        let rows = [done(1, "other"), done(9999, "x")];
        let compared = compare(&rows);
        assert!(matches!(compared.first().unwrap().1, Standing::Edited(_)));
        assert!(matches!(compared.last().unwrap().1, Standing::Unknown(_)));
        let same = compare(&[done(1, &first.sha256())]);
        assert!(matches!(same.first().unwrap().1, Standing::Applied(_)));
    }
}
