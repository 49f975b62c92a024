//! From the repository back to a running cluster: what verification, restore and drill have in common.

pub mod log;
pub mod programs;
pub mod server;
pub mod target;
pub mod whole;
pub mod work;

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Repository;
use super::abandoned;
use super::catalogue::{self, Entry, State};
use crate::config::{self, Environment};
use crate::dev::archive;
use crate::dev::places::Places;
use crate::dev::postgres::{self, Programs};
use crate::dev::say::Voice;
use crate::ops::runs;
use crate::trouble::{Because, Trouble};
use whole::Finding;

/// A repository, PostgreSQL's programs, and a place to work in.
pub struct Workshop<'a> {
    /// Where the backups are.
    pub repository: Repository,
    /// The settings that lead there.
    pub environment: Environment,
    /// Whom PostgreSQL runs as.
    pub places: Places,
    /// PostgreSQL's programs.
    pub programs: Programs,
    /// The folder that folders to work in are made in.
    pub parent: PathBuf,
    /// Who hears of it.
    pub voice: &'a Voice,
    /// How long a replay may stand still before it is given up: longer than the checkpoint at the end of a large one.
    pub patience: Duration,
}

impl<'a> Workshop<'a> {
    /// Opens the repository that the environment names, or that of this checkout.
    ///
    /// # Errors
    /// When a setting is missing or wrong, or there are no programs of PostgreSQL.
    pub fn open(of: &Environment, parent: &Path, voice: &'a Voice) -> Result<Self, Trouble> {
        let places = Places::find()?;
        let is_named = of.get("EQUORIA_BACKUP_PLACE")?.is_some();
        let environment = if is_named || !config::profile(of)?.is_playground() {
            of.clone()
        } else {
            of.clone().or(archive::environment(&places)?)
        };
        if !parent.is_dir() {
            return Err(Trouble::new(format!(
                "{} is no folder to work in",
                parent.display()
            )));
        }
        abandoned::sweep(parent, voice);
        Ok(Self {
            repository: Repository::of(&environment)?,
            programs: postgres::programs(&places, voice)?,
            parent: parent.to_owned(),
            environment,
            places,
            voice,
            patience: Duration::from_secs(900),
        })
    }

    /// Writes down what came of looking at a backup: it has come as far as `state`, or those in which something was found
    /// are broken. What held it broken when it was looked at does so no more. Each entry is changed as it stands by now, so
    /// that nobody's change is lost.
    ///
    /// # Errors
    /// When the catalogue cannot be read or written.
    pub async fn conclude(
        &self,
        seen: &Entry,
        run: &str,
        found: &[Finding],
        state: Option<State>,
        evidence: &serde_json::Value,
    ) -> Result<(), Trouble> {
        let by = format!("{run} by hand, {}", runs::worker());
        let place = &self.repository.place;
        for finding in found {
            let break_it = |entry: &mut Entry| {
                entry.break_with(&by, &finding.what);
                Ok(())
            };
            catalogue::change(place, &finding.id, break_it).await?;
        }
        let Some(state) = state.filter(|_| found.is_empty()) else {
            return Ok(());
        };
        let go_on = |entry: &mut Entry| {
            // What was found since then stands.
            if seen.broken.is_some() && entry.broken == seen.broken && entry.going.is_none() {
                entry.mend(&by, evidence.clone());
                return Ok(());
            }
            entry.advance(state, &by, evidence.clone())
        };
        catalogue::change(place, &seen.id, go_on).await
    }
}

/// Requires so much free space where `folder` lies.
///
/// # Errors
/// When there is less, with both figures.
pub fn require_space(folder: &Path, bytes: u64) -> Result<(), Trouble> {
    let found = rustix::fs::statvfs(folder)
        .because(|| format!("could not look at {}", folder.display()))?;
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    if free >= bytes {
        return Ok(());
    }
    Err(Trouble::new(format!(
        "{} has {} MB free, and this needs about {} MB: choose another folder with --work or --into",
        folder.display(),
        free / 1_000_000,
        bytes / 1_000_000
    )))
}

/// What a chain needs when it is unpacked, its combination and some log included.
pub fn needed_bytes(chain: &[&Entry]) -> u64 {
    const LOG: u64 = 256 << 20;
    let links: u64 = chain.iter().map(|link| link.base.plain.bytes).sum();
    let combined = if chain.len() > 1 { links } else { 0 };
    links + combined + LOG
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_is_too_small_is_told_about_with_both_figures() {
        let here = std::env::temp_dir();
        require_space(&here, 1).unwrap();
        let refused = require_space(&here, u64::MAX).unwrap_err().to_string();
        assert!(
            refused.contains("MB free") && refused.contains("18446744073709 MB"),
            "{refused}"
        );
    }
}
