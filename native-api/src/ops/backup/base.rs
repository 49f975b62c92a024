//! `pg_basebackup`, its output going straight into the repository.
//!
//! Who no longer waits for it drops the future: the program is killed, and the thread that stores its output ends by itself.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use serde::Deserialize;

use super::Repository;
use super::abandoned::{self, PREFIX};
use super::catalogue::{Entry, Objects, folder};
use super::lsn::Lsn;
use crate::config::Database;
use crate::dev::lock::Held;
use crate::dev::postgres::Programs;
use crate::dev::program::write_private;
use crate::dev::say::Counter;
use crate::trouble::{Because, Trouble};

/// The manifest's name in the tar, and in the repository.
const MANIFEST: &str = "backup_manifest";

/// What a manifest says about the whole.
#[derive(Debug, Deserialize)]
struct Manifest {
    #[serde(rename = "WAL-Ranges")]
    ranges: Vec<Range>,
}

#[derive(Debug, Deserialize)]
struct Range {
    #[serde(rename = "Timeline")]
    timeline: u32,
    #[serde(rename = "Start-LSN")]
    start: Lsn,
    #[serde(rename = "End-LSN")]
    end: Lsn,
}

/// Takes a base backup, full or since `parent`.
///
/// # Errors
/// What `pg_basebackup` says, or when the repository cannot be written.
pub(super) async fn take(
    repository: &Repository,
    database: &Database,
    programs: &Programs,
    id: &str,
    parent: Option<&Entry>,
    counter: Counter,
) -> Result<Objects, Trouble> {
    let desk = Desk::set_up()?;
    let since = match parent {
        Some(parent) => Some(desk.lay(repository, parent).await?),
        None => None,
    };
    let command = desk.command(database, programs, id, since.as_deref())?;
    let name = format!("{}/base.tar", folder(id));
    let leash = desk.leash.clone();
    let (manifest, base) = repository
        .store(&name, true, move |sink| {
            Running::start(command, counter, leash)?.pour(sink)
        })
        .await?;
    let read: Manifest =
        serde_json::from_slice(&manifest).because(|| "the manifest cannot be understood")?;
    let name = format!("{}/{MANIFEST}", folder(id));
    let write = move |sink: &mut dyn Write| {
        sink.write_all(&manifest)
            .because(|| "could not write the manifest")
    };
    let ((), manifest) = repository.store(&name, false, write).await?;
    let [
        Range {
            timeline,
            start,
            end,
        },
    ] = read.ranges[..]
    else {
        return Err(Trouble::new(
            "the timeline changed during the backup: take it again",
        ));
    };
    Ok(Objects {
        base,
        manifest,
        recipients: repository.keys.recipients(),
        start_lsn: start,
        stop_lsn: end,
        timeline,
    })
}

/// A folder for what `pg_basebackup` reads from files; it goes away with this value, and so does the program.
struct Desk {
    folder: PathBuf,
    leash: Leash,
    _at_work: Held,
}

/// What the program hangs on while another thread reads from it.
#[derive(Clone, Default)]
struct Leash(Arc<Mutex<Hanging>>);

#[derive(Default)]
enum Hanging {
    /// It has not been started yet.
    #[default]
    Nothing,
    /// It runs, or has ended.
    Program(Child),
    /// Nobody waits for it any more.
    Over,
}

impl Leash {
    fn hold(&self) -> MutexGuard<'_, Hanging> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the program, unless nobody waits for it any more.
    fn start(&self, command: &mut Command) -> Result<(ChildStdout, ChildStderr), Trouble> {
        let mut hanging = self.hold();
        if matches!(*hanging, Hanging::Over) {
            return Err(Trouble::new("pg_basebackup is not waited for any more"));
        }
        let mut child = command
            .spawn()
            .because(|| "could not start pg_basebackup")?;
        let pipes = child.stdout.take().zip(child.stderr.take());
        *hanging = Hanging::Program(child);
        pipes.ok_or_else(|| Trouble::new("pg_basebackup has no output"))
    }

    /// Waits for its end, once it has closed its output.
    fn wait(&self) -> Result<ExitStatus, Trouble> {
        match &mut *self.hold() {
            Hanging::Program(child) => child.wait().because(|| "could not wait for pg_basebackup"),
            _ => Err(Trouble::new("pg_basebackup was broken off")),
        }
    }

    /// Kills it, if it still runs.
    fn cut(&self) {
        let hanging = std::mem::replace(&mut *self.hold(), Hanging::Over);
        if let Hanging::Program(mut child) = hanging {
            let _gone = child.kill();
            let _reaped = child.wait();
        }
    }
}

impl Desk {
    fn set_up() -> Result<Self, Trouble> {
        let name = format!(
            "{PREFIX}backup-{}-{:08x}",
            std::process::id(),
            fresh_number()?
        );
        let folder = std::env::temp_dir().join(name);
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&folder)
            .because(|| format!("could not make the folder {}", folder.display()))?;
        Ok(Self {
            _at_work: abandoned::work_in(&folder)?,
            leash: Leash::default(),
            folder,
        })
    }

    /// Puts a backup's manifest where it can be read.
    async fn lay(&self, repository: &Repository, parent: &Entry) -> Result<PathBuf, Trouble> {
        let path = self.folder.join(MANIFEST);
        let to = path.clone();
        let write = move |source: &mut dyn Read| {
            let because = || format!("could not write {}", to.display());
            let mut file = fs::File::create(&to).because(because)?;
            io::copy(source, &mut file).map(|_| ()).because(because)
        };
        repository.fetch(&parent.manifest, write).await?;
        Ok(path)
    }

    /// The password goes by a file that nobody else may read: arguments are for all to see.
    fn command(
        &self,
        database: &Database,
        programs: &Programs,
        id: &str,
        since: Option<&Path>,
    ) -> Result<Command, Trouble> {
        let services = self.folder.join("services");
        write_private(
            &services,
            &format!("[equoria]\n{}", database.service_lines()),
        )?;
        let program = programs.bin.join("pg_basebackup");
        let mut command = Command::new(&program);
        command
            .args([
                "--dbname=service=equoria",
                "--pgdata=-",
                "--format=tar",
                "--wal-method=none",
            ])
            .args([
                "--checkpoint=fast",
                "--manifest-checksums=SHA256",
                "--progress",
                "--no-password",
            ])
            .arg(format!("--label=equoria {id}"))
            .env("PGSERVICEFILE", &services)
            .env("PGAPPNAME", "equoria backup")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(manifest) = since {
            command.arg("--incremental").arg(manifest);
        }
        Ok(command)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.leash.cut();
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::warn!(%error, folder = %self.folder.display(), "a temporary folder could not be removed");
        }
    }
}

fn fresh_number() -> Result<u32, Trouble> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).because(|| "the operating system gave no random bytes")?;
    Ok(u32::from_le_bytes(bytes))
}

/// The program at work.
struct Running {
    leash: Leash,
    output: ChildStdout,
    complaints: JoinHandle<String>,
    counter: Counter,
}

impl Running {
    fn start(mut command: Command, counter: Counter, leash: Leash) -> Result<Self, Trouble> {
        let (output, errors) = leash.start(&mut command)?;
        let told = counter.clone();
        Ok(Self {
            leash,
            output,
            complaints: thread::spawn(move || listen(errors, &told)),
            counter,
        })
    }

    /// Passes the tar on as it comes; answers the manifest, which is the last file in it.
    fn pour(self, sink: &mut dyn Write) -> Result<Vec<u8>, Trouble> {
        let mut tee = Tee {
            from: BufReader::with_capacity(1 << 20, self.output),
            to: sink,
            counter: &self.counter,
            spilt: None,
        };
        let manifest = read_manifest(&mut tee);
        // With its reader gone it ends, whatever it had still to say.
        let spilt = tee.spilt.take();
        drop(tee);
        if let Some(error) = spilt {
            return Err(error).because(|| "the base backup could not be stored");
        }
        let status = self.leash.wait()?;
        let heard = self.complaints.join().unwrap_or_default();
        if !status.success() {
            return Err(Trouble::new(format!(
                "pg_basebackup failed ({status}): {heard}"
            )));
        }
        manifest?.ok_or_else(|| Trouble::new("pg_basebackup gave no manifest"))
    }
}

fn read_manifest(tee: &mut Tee<'_>) -> Result<Option<Vec<u8>>, Trouble> {
    let because = || "what pg_basebackup printed is no tar";
    let mut manifest = None;
    let mut archive = tar::Archive::new(&mut *tee);
    for entry in archive.entries().because(because)? {
        let mut entry = entry.because(because)?;
        if entry.path().because(because)? == Path::new(MANIFEST) {
            // A line for each file of the cluster: small beside what they hold.
            let mut text = Vec::new();
            entry.read_to_end(&mut text).because(because)?;
            manifest = Some(text);
        }
    }
    io::copy(tee, &mut io::sink()).because(because)?;
    Ok(manifest)
}

/// Whatever is read from it is written too.
struct Tee<'a> {
    from: BufReader<ChildStdout>,
    to: &'a mut dyn Write,
    counter: &'a Counter,
    /// Why the writing ended: to the reader it looks like an error of reading.
    spilt: Option<io::Error>,
}

impl Read for Tee<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        if let Err(error) = self.to.write_all(&buffer[..count]) {
            self.spilt = Some(error);
            return Err(io::Error::other("the base backup could not be stored"));
        }
        self.counter.add(count as u64);
        Ok(count)
    }
}

/// Takes the total from lines such as `  1234/56789 kB (2%), 0/1 tablespace`; the other lines are complaints.
fn listen(stderr: impl Read, counter: &Counter) -> String {
    let mut complaints = Vec::new();
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        match line.split('\r').rev().find_map(total_kib) {
            Some(kib) => counter.expect(kib << 10),
            None if line.trim().is_empty() => {}
            None => complaints.push(line.trim().trim_start_matches("pg_basebackup: ").to_owned()),
        }
    }
    complaints.join("; ")
}

fn total_kib(line: &str) -> Option<u64> {
    let (front, _) = line.split_once(" kB (")?;
    front.rsplit_once('/')?.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read_from_what_the_program_prints() {
        assert_eq!(
            total_kib("  1234/56789 kB (2%), 0/1 tablespace"),
            Some(56_789)
        );
        assert_eq!(total_kib("pg_basebackup: error: no"), None);
        let said = listen(
            &b" 0/31234 kB (0%), 0/1 tablespace\n\npg_basebackup: error: no\ndetail: none\n"[..],
            &Counter::default(),
        );
        assert_eq!(said, "error: no; detail: none");
    }
}
