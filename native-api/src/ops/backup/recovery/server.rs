//! The PostgreSQL that replays: on a private socket, archiving nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tokio_postgres::Client;

use super::super::catalogue::Entry;
use super::super::lsn::{Lsn, Segment};
use super::super::wal::restore_command;
use super::super::wal::shelf::Reach;
use super::target::Target;
use super::work::Work;
use crate::config::{Database, Environment};
use crate::db::connect;
use crate::dev::cluster::ADMINISTRATOR;
use crate::dev::places::Places;
use crate::dev::postgres::Programs;
use crate::dev::program::{own_program, write_private};
use crate::dev::say::{Counter, human};
use crate::dev::supervise::{Manner, Supervised};
use crate::trouble::{Because, Trouble};

/// What PostgreSQL logs when the log ends before the target.
const NOT_REACHED: &str = "recovery ended before configured recovery target was reached";

/// What it logs from time to time while it replays.
const REDOING: &str = "redo in progress";

/// What it logs of each segment that it was given.
const RESTORED: &str = "restored log file \"";

/// What leads to a repository, beside the private key.
const SETTINGS_OF_A_REPOSITORY: [&str; 7] = [
    "EQUORIA_PROFILE",
    "EQUORIA_BACKUP_PLACE",
    "EQUORIA_BACKUP_RECIPIENT",
    "EQUORIA_BACKUP_S3_ENDPOINT",
    "EQUORIA_BACKUP_S3_REGION",
    "EQUORIA_BACKUP_S3_ACCESS_KEY",
    "EQUORIA_BACKUP_S3_SECRET_KEY",
];

/// The private key.
const IDENTITY: &str = "EQUORIA_BACKUP_IDENTITY";

/// How a data folder is to be brought to a target.
pub struct Replay<'a> {
    /// The data folder.
    pub data: &'a Path,
    /// The folder around it, where the log and the settings lie.
    pub work: &'a Work,
    /// PostgreSQL's programs.
    pub programs: &'a Programs,
    /// Whom it runs as.
    pub places: &'a Places,
    /// The settings of the repository, for its `restore_command`.
    pub environment: &'a Environment,
    /// Where it ends.
    pub target: &'a Target,
    /// The timeline to stay on; the newest one where none is named.
    pub timeline: Option<u32>,
    /// Whether the data is thrown away afterwards: nothing is forced to the disk.
    pub is_scratch: bool,
    /// How long it may stand still before it is given up.
    pub patience: Duration,
}

/// How a replay ended.
#[derive(Debug)]
pub enum Replayed {
    /// The target was reached, and the server takes connections.
    Reached(Running),
    /// The log ended before the target, behind this segment.
    NotReached(Option<Segment>),
}

/// A server that has recovered; it stops with this value.
#[derive(Debug)]
pub struct Running {
    process: Supervised,
    sockets: PathBuf,
}

impl Replay<'_> {
    /// Replays and promotes. `heard` is told how far the replay has come, from the position `from` on.
    ///
    /// # Errors
    /// When PostgreSQL does not start or breaks off, with the end of its log; when it stands still, with the place.
    pub async fn run(
        &self,
        from: Lsn,
        segment_bytes: u64,
        heard: &Counter,
    ) -> Result<Replayed, Trouble> {
        self.prepare()?;
        let log = self.work.path.join("postgresql.log");
        let mut running = self.start(&log)?;
        let (mut progress, mut since) = (Progress::default(), Instant::now());
        loop {
            let said = fs::read_to_string(&log).unwrap_or_default();
            let ended = running.process.ended()?;
            if let Some(segment) = newest_restored(&said) {
                heard.reach(segment.end(segment_bytes).0.saturating_sub(from.0));
            }
            if ended.is_some() && said.contains(NOT_REACHED) {
                return Ok(Replayed::NotReached(newest_restored(&said)));
            }
            if let Some(status) = ended {
                return Err(Trouble::new(format!(
                    "PostgreSQL broke off the recovery ({status}): {}",
                    complaint(&said)
                )));
            }
            if is_ready(self.data) {
                return Ok(Replayed::Reached(running));
            }
            let now = Progress::of(&said);
            if now != progress {
                (progress, since) = (now, Instant::now());
            }
            if since.elapsed() > self.patience {
                return Err(progress.given_up(from, self.patience));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The same; where nothing was committed between an instant and the end of the log, the end is what was then. That is
    /// known of an instant at which the log's last segment was not closed yet, and only if the replay came to that one.
    ///
    /// # Errors
    /// Those of [`Replay::run`].
    pub async fn run_or_to_the_end(
        &self,
        entry: &Entry,
        reach: &Reach,
        heard: &Counter,
    ) -> Result<Replayed, Trouble> {
        let (from, size) = (entry.start_lsn, entry.segment_bytes);
        let replayed = self.run(from, size, heard).await?;
        let is_at_the_end = match (&replayed, self.target) {
            (Replayed::NotReached(last), Target::Time(at)) => reach.is_the_end(*at, *last),
            _ => false,
        };
        if !is_at_the_end {
            return Ok(replayed);
        }
        let to_the_end = Replay {
            target: &Target::Latest,
            ..*self
        };
        to_the_end.run(from, size, heard).await
    }

    /// The files that the recovery needs beside the data.
    fn prepare(&self) -> Result<(), Trouble> {
        let signal = self.data.join("recovery.signal");
        self.write(&signal, "")?;
        self.write(&self.work.path.join("pg_hba.conf"), "local all all trust\n")?;
        self.write(&self.work.path.join("pg_ident.conf"), "")?;
        self.write(
            &self.settings_of_the_repository(),
            &repository_lines(self.environment)?,
        )?;
        let settings = self.data.join("postgresql.conf");
        if !settings.exists() {
            self.write(
                &settings,
                "# The settings of this cluster were kept outside of its data folder.\n",
            )?;
        }
        Ok(())
    }

    fn write(&self, path: &Path, text: &str) -> Result<(), Trouble> {
        write_private(path, text)?;
        self.places.give_to_postgres(path)
    }

    fn settings_of_the_repository(&self) -> PathBuf {
        self.work.path.join("restore.env")
    }

    fn start(&self, log: &Path) -> Result<Running, Trouble> {
        let sockets = self.places.socket_folder(&self.work.path)?;
        let opened = fs::File::create(log).and_then(|file| Ok((file.try_clone()?, file)));
        let (output, errors) = opened.because(|| format!("could not write {}", log.display()))?;
        let mut command = Command::new(self.programs.bin.join("postgres"));
        command.arg("-D").arg(self.data).current_dir(self.data);
        for setting in self.settings(&sockets)? {
            command.arg("-c").arg(setting);
        }
        // `restore_command` reads them from its file alone.
        for name in SETTINGS_OF_A_REPOSITORY.iter().chain(&[IDENTITY]) {
            command.env_remove(name).env_remove(format!("{name}_FILE"));
        }
        let manner = Manner {
            owner: self.places.owner,
            is_postgres: true,
            at_once: self.is_scratch,
            ..Manner::default()
        };
        let (output, errors) = (Stdio::from(output), Stdio::from(errors));
        let process = Supervised::start("PostgreSQL", &command, &manner, output, errors)?;
        Ok(Running { process, sockets })
    }

    fn settings(&self, sockets: &Path) -> Result<Vec<String>, Trouble> {
        let command = restore_command(&own_program()?, &self.settings_of_the_repository());
        let timeline = self
            .timeline
            .map_or("latest".to_owned(), |it| it.to_string());
        let mut settings = vec![
            format!("restore_command={command}"),
            format!("recovery_target_timeline={timeline}"),
            "recovery_target_action=promote".to_owned(),
            // The original's settings came along: they may name the original's folder.
            format!("data_directory={}", self.data.display()),
            format!("hba_file={}", self.work.path.join("pg_hba.conf").display()),
            format!(
                "ident_file={}",
                self.work.path.join("pg_ident.conf").display()
            ),
            format!("unix_socket_directories={}", sockets.display()),
        ];
        settings.extend(NO_TARGET.map(str::to_owned));
        settings.extend(self.target.settings());
        settings.extend(ALONE.map(str::to_owned));
        if self.is_scratch {
            settings.extend(SCRATCH.map(str::to_owned));
        }
        Ok(settings)
    }
}

/// A server that was itself restored once may still carry where that ended; two targets are refused. The real one follows.
const NO_TARGET: [&str; 7] = [
    "recovery_target=",
    "recovery_target_lsn=",
    "recovery_target_name=",
    "recovery_target_time=",
    "recovery_target_xid=",
    "recovery_target_inclusive=on",
    "recovery_min_apply_delay=0",
];

/// What keeps a restored server to itself, whatever its own settings say.
const ALONE: [&str; 15] = [
    "external_pid_file=",
    "recovery_end_command=",
    "archive_cleanup_command=",
    "listen_addresses=",
    "port=5432",
    "archive_mode=off",
    "primary_conninfo=",
    "synchronous_standby_names=",
    "hot_standby=off",
    "ssl=off",
    "logging_collector=off",
    "log_destination=stderr",
    "log_min_messages=log",
    "log_startup_progress_interval=10s",
    "autovacuum=off",
];

/// Data that is thrown away needs no care, and the machine of a drill may be a small one.
const SCRATCH: [&str; 6] = [
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "shared_buffers=128MB",
    "max_wal_size=4GB",
    "shared_preload_libraries=",
];

impl Running {
    /// Connects the superuser to a database.
    ///
    /// # Errors
    /// When there is no such database.
    pub async fn superuser(&self, database: &str) -> Result<Client, Trouble> {
        if let Ok(client) = connect(&self.database(ADMINISTRATOR, database)?).await {
            return Ok(client);
        }
        // Who made the cluster may have another name; whoever took the backup can tell.
        let known = connect(&self.database("equoria_backup", database)?).await?;
        let asked = known
            .query_one("select rolname::text from pg_roles where oid = 10", &[])
            .await;
        let name: String = asked
            .because(|| "could not ask for the superuser's name")?
            .get(0);
        connect(&self.database(&name, database)?).await
    }

    fn database(&self, user: &str, name: &str) -> Result<Database, Trouble> {
        let place = Database::parse(&format!(
            "postgresql://nobody@localhost/postgres?host={}&port=5432",
            self.sockets.display()
        ))?;
        Ok(place.with_user(user, "").with_name(name))
    }

    /// Stops it in order: a checkpoint, then the end.
    pub fn stop(mut self) {
        self.process.stop();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.process.stop();
        // The socket is gone with the server.
        let _left = fs::remove_dir(&self.sockets);
    }
}

/// The lines of the file that `equoria wal fetch` reads its settings from.
fn repository_lines(of: &Environment) -> Result<String, Trouble> {
    let mut text = String::new();
    for name in SETTINGS_OF_A_REPOSITORY {
        if let Some(value) = of.get(name)? {
            text.push_str(&format!("{name}={value}\n"));
        }
    }
    if let Some(file) = of.get(IDENTITY)? {
        // A key file has comments and lines; a value has one line.
        let keys: Vec<&str> = file
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect();
        text.push_str(&format!("{IDENTITY}={}\n", keys.join(",")));
    }
    Ok(text)
}

fn is_ready(data: &Path) -> bool {
    let file = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    file.lines()
        .nth(7)
        .is_some_and(|line| line.trim() == "ready")
}

/// How far a replay has come, as PostgreSQL's log tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Progress {
    /// The newest segment that it was given.
    segment: Option<Segment>,
    /// The newest position that it named.
    lsn: Option<Lsn>,
    /// Everything else that it said: it forces files to the disk before, and writes a checkpoint behind.
    lines: usize,
}

impl Progress {
    fn of(log: &str) -> Self {
        // Said every ten seconds, whether or not it goes on.
        let positions = || log.lines().filter(|line| line.contains(REDOING));
        let lsn = positions().last().and_then(|line| {
            let (_, lsn) = line.split_once("current LSN: ")?;
            lsn.trim().parse().ok()
        });
        Self {
            segment: newest_restored(log),
            lsn,
            lines: log.lines().count() - positions().count(),
        }
    }

    fn given_up(&self, from: Lsn, patience: Duration) -> Trouble {
        let place = match (self.segment, self.lsn) {
            (Some(segment), Some(lsn)) => format!("behind segment {segment}, last seen at {lsn}"),
            (Some(segment), None) => format!("behind segment {segment}"),
            (None, _) => format!("before the segment of {from}, where it begins"),
        };
        Trouble::new(format!(
            "the replay of the log stood still for {} {place}: see whether the repository answers (`equoria wal fetch` \
             brings the next segment), then try again",
            human(patience)
        ))
    }
}

fn newest_restored(log: &str) -> Option<Segment> {
    let mut lines = log.lines().rev();
    lines.find_map(|line| {
        let (_, rest) = line.split_once(RESTORED)?;
        rest.split('"').next()?.parse().ok()
    })
}

/// The complaints in PostgreSQL's log, of `equoria wal fetch` among them.
fn complaint(log: &str) -> String {
    let told = |line: &&str| {
        ["FATAL", "PANIC", "equoria:"]
            .iter()
            .any(|word| line.contains(word))
    };
    let lines: Vec<&str> = log.lines().filter(told).collect();
    let first = lines.len().saturating_sub(4);
    if lines.is_empty() {
        log.trim().to_owned()
    } else {
        lines[first..].join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "LOG:  starting archive recovery\n\
        LOG:  restored log file \"000000010000000000000003\" from archive\n\
        LOG:  redo starts at 0/3000028\n\
        LOG:  redo in progress, elapsed time: 10.00 s, current LSN: 0/3A00110\n";

    #[test]
    fn a_replay_goes_on_with_its_position_and_not_with_the_clock() {
        let before = Progress::of(LOG);
        assert_eq!(before.lsn, Some(Lsn(0x3A0_0110)));
        let line = |second, lsn| {
            format!(
                "{LOG}LOG:  redo in progress, elapsed time: {second}.00 s, current LSN: {lsn}\n"
            )
        };
        assert_eq!(Progress::of(&line(20, "0/3A00110")), before);
        assert_ne!(Progress::of(&line(20, "0/3A00118")), before);
        let next = LOG.replace("000000010000000000000003", "000000010000000000000004");
        assert_ne!(Progress::of(&next), before);
        assert_ne!(
            Progress::of(&format!("{LOG}LOG:  redo done at 0/3A00110\n")),
            before
        );
    }

    #[test]
    fn a_replay_that_stands_still_is_given_up_with_the_place() {
        let said = Progress::of(LOG)
            .given_up(Lsn(0x300_0028), Duration::from_secs(600))
            .to_string();
        assert!(said.contains("000000010000000000000003"), "{said}");
        assert!(said.contains("0/3A00110"), "{said}");
        let said = Progress::default()
            .given_up(Lsn(0x300_0028), Duration::from_secs(600))
            .to_string();
        assert!(said.contains("before the segment of 0/3000028"), "{said}");
    }
}
