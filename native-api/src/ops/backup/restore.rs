//! `equoria backup restore`: a data folder as it was at an instant, ready to be started.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::abandoned;
use super::catalogue::{self, Entry};
use super::recovery::server::{Replay, Replayed};
use super::recovery::target::Target;
use super::recovery::whole::Assembly;
use super::recovery::work::Work;
use super::recovery::{Workshop, needed_bytes, require_space};
use super::wal::shelf::{Reach, Shelf};
use crate::trouble::{Because, Trouble};

/// What is to be restored.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The backup to start from; the best one where none is named.
    pub id: Option<String>,
    /// Where the recovery ends.
    pub target: Target,
    /// The data folder, which must be empty or missing.
    pub into: PathBuf,
    /// The port that the restored server is to listen on, if not its old one.
    pub port: Option<u16>,
}

/// A data folder that is ready.
#[derive(Clone, Debug, Serialize)]
pub struct Restored {
    /// The backup that it came from.
    pub backup_id: String,
    /// Where the recovery ended, in words.
    pub target: String,
    /// The data folder.
    pub folder: PathBuf,
    /// Fetching, unpacking and combining, in milliseconds.
    pub fetch_ms: u64,
    /// Replaying the log, in milliseconds.
    pub replay_ms: u64,
    /// The program that starts it.
    pub start_with: String,
}

/// Restores into a folder; where that fails, nothing is there.
///
/// # Errors
/// When the folder is not empty, the target is outside of what can be restored, no key fits, space is short, or
/// PostgreSQL breaks off.
pub async fn restore(shop: &Workshop<'_>, wish: &Wish) -> Result<Restored, Trouble> {
    let parent = require_empty(&wish.into)?;
    let catalogue = catalogue::list(&shop.repository.place).await?;
    let shelf = Shelf::of(&shop.repository).await?;
    for (entry, reach) in wish.target.choose(wish.id.as_deref(), &catalogue, &shelf)? {
        let attempt = Attempt {
            shop,
            wish,
            parent: &parent,
            chain: catalogue.chain(entry)?,
            entry,
            reach: &reach,
        };
        if let Some(restored) = attempt.run().await? {
            return Ok(restored);
        }
        shop.voice.say(&format!(
            "  {} was not reached from backup {}",
            wish.target, entry.id
        ));
    }
    Err(Trouble::new(format!(
        "{} is in no log that follows a usable backup: see `equoria backup list` for what can be restored",
        wish.target
    )))
}

/// One backup, from which the target may be reached.
struct Attempt<'a> {
    shop: &'a Workshop<'a>,
    wish: &'a Wish,
    parent: &'a Path,
    chain: Vec<&'a Entry>,
    entry: &'a Entry,
    reach: &'a Reach,
}

impl Attempt<'_> {
    /// None where the log ends before the target: nothing is left then either.
    async fn run(&self) -> Result<Option<Restored>, Trouble> {
        let (shop, into) = (self.shop, &self.wish.into);
        require_space(self.parent, needed_bytes(&self.chain))?;
        let draft = draft_of(into, self.parent);
        abandoned::remove(&draft, shop.voice);
        let work = Work::at(&draft, &shop.places)?;
        let since = Instant::now();
        let data = self.bring(&work).await?;
        let fetch_ms = millis(since.elapsed());
        stay_apart(&data, self.wish.port)?;
        stay_here(&data, into)?;
        let since = Instant::now();
        if !self.replay(&work, &data).await? {
            return Ok(None);
        }
        let replay_ms = millis(since.elapsed());
        if into.exists() {
            fs::remove_dir(into).because(|| format!("could not replace {}", into.display()))?;
        }
        work.hand_over(&data, into)?;
        let program = shop.programs.bin.join("pg_ctl");
        Ok(Some(Restored {
            backup_id: self.entry.id.clone(),
            target: self.wish.target.to_string(),
            folder: into.clone(),
            fetch_ms,
            replay_ms,
            start_with: format!("{} -D {} start", program.display(), into.display()),
        }))
    }

    /// Fetches the chain and makes one data folder of it.
    async fn bring(&self, work: &Work) -> Result<PathBuf, Trouble> {
        let assembly = Assembly {
            repository: &self.shop.repository,
            programs: &self.shop.programs,
            work,
            voice: self.shop.voice,
            is_thorough: false,
            is_scratch: false,
        };
        let whole = assembly.whole(&self.chain).await?;
        whole.map_err(|findings| {
            let what: Vec<String> = findings
                .iter()
                .map(|it| format!("{}: {}", it.id, it.what))
                .collect();
            Trouble::new(format!(
                "backup {} cannot be restored, try another one (`equoria backup list`): {}",
                self.entry.id,
                what.join("; ")
            ))
        })
    }

    /// Brings the folder to the target and stops in order; false where the log ends before.
    async fn replay(&self, work: &Work, data: &Path) -> Result<bool, Trouble> {
        let (entry, target) = (self.entry, &self.wish.target);
        let step = self.shop.voice.measured(
            format!("replaying the log to {target}"),
            log_bytes(entry, self.reach),
        );
        let replay = Replay {
            data,
            work,
            programs: &self.shop.programs,
            places: &self.shop.places,
            environment: &self.shop.environment,
            target,
            timeline: None,
            is_scratch: false,
            patience: self.shop.patience,
        };
        let replayed = replay
            .run_or_to_the_end(entry, self.reach, &step.counter())
            .await?;
        let Replayed::Reached(server) = replayed else {
            return Ok(false);
        };
        let client = server.superuser("postgres").await?;
        // A checkpoint now, and the end is quick.
        client
            .batch_execute("checkpoint")
            .await
            .because(|| "the restored server could not write a checkpoint")?;
        drop(client);
        server.stop();
        step.done(&format!("replayed to {target}"));
        Ok(true)
    }
}

/// How much of the log follows a backup.
pub(super) fn log_bytes(entry: &Entry, reach: &Reach) -> u64 {
    let end = reach.last.end(entry.segment_bytes);
    end.0.saturating_sub(entry.start_lsn.0)
}

/// A restored server must not archive over the log of the one that it came from.
fn stay_apart(data: &Path, port: Option<u16>) -> Result<(), Trouble> {
    let path = data.join("postgresql.auto.conf");
    let because = || format!("could not write {}", path.display());
    let mut text = String::from(
        "\n# This server was restored: it archives nothing until somebody has given it a repository of its own.\n\
         archive_mode = 'off'\n",
    );
    if let Some(port) = port {
        text.push_str(&format!("port = {port}\n"));
    }
    let opened = fs::File::options().append(true).create(true).open(&path);
    opened
        .because(because)?
        .write_all(text.as_bytes())
        .because(because)
}

/// The configuration that came along may name the original's folder: started with it, the restored server would run on the
/// data of the other. The last line wins.
fn stay_here(data: &Path, into: &Path) -> Result<(), Trouble> {
    let path = data.join("postgresql.conf");
    let because = || format!("could not write {}", path.display());
    if !path.exists() {
        return Ok(());
    }
    let mut text = fs::read_to_string(&path).because(because)?;
    let names_one = |line: &str| line.trim_start().starts_with("data_directory");
    if !text.lines().any(names_one) {
        return Ok(());
    }
    let folder = into.display().to_string().replace('\'', "''");
    text.push_str(&format!(
        "\n# This folder was restored: what came along above names another one.\ndata_directory = '{folder}'\n"
    ));
    let mut file = fs::File::create(&path).because(because)?;
    file.write_all(text.as_bytes()).because(because)
}

/// The folder that is meant must be empty or missing; answers the one around it.
fn require_empty(into: &Path) -> Result<PathBuf, Trouble> {
    let parent = into
        .parent()
        .filter(|it| !it.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    if !parent.is_dir() {
        return Err(Trouble::new(format!(
            "{} is no folder: make it first",
            parent.display()
        )));
    }
    if !into.exists() {
        return Ok(parent.to_owned());
    }
    let mut inside =
        fs::read_dir(into).because(|| format!("could not look into {}", into.display()))?;
    if inside.next().is_none() {
        return Ok(parent.to_owned());
    }
    Err(Trouble::new(format!(
        "{} is not empty: a restore never writes over anything, name another folder with --into",
        into.display()
    )))
}

/// Beside the folder that is meant, so that the last step is a rename.
fn draft_of(into: &Path, parent: &Path) -> PathBuf {
    let name = into.file_name().map(|it| it.to_string_lossy().into_owned());
    let name = name.unwrap_or_else(|| "data".to_owned());
    parent.join(format!(".{name}.restoring"))
}

/// Whole milliseconds.
pub(super) fn millis(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restored_folder_is_started_as_itself_whatever_its_configuration_named() {
        let data = std::env::temp_dir().join(format!("equoria-restored-{}", std::process::id()));
        fs::create_dir(&data).unwrap();
        let path = data.join("postgresql.conf");
        let into = Path::new("/srv/rider's");
        stay_here(&data, into).unwrap();
        assert!(!path.exists(), "kept outside of the data folder");
        for (came, is_told) in [
            ("port = 5433\n# data_directory = 'x'\n", false),
            ("data_directory = '/var/lib/original'\nport = 5433", true),
        ] {
            fs::write(&path, came).unwrap();
            stay_here(&data, into).unwrap();
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.starts_with(came), "{text}");
            let last = text.lines().last() == Some("data_directory = '/srv/rider''s'");
            assert_eq!(last, is_told, "{text}");
        }
        fs::remove_dir_all(data).unwrap();
    }
}
