//! `pg_basebackup`, its output going straight into the repository.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};

use serde::Deserialize;

use super::Repository;
use super::catalogue::{Entry, Objects, folder};
use super::lsn::Lsn;
use crate::config::Database;
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
    let (manifest, base) = repository
        .store(&name, true, move |sink| {
            Running::start(command, counter)?.pour(sink)
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

/// A folder for what `pg_basebackup` reads from files; it goes away with this value.
struct Desk {
    folder: PathBuf,
}

impl Desk {
    fn set_up() -> Result<Self, Trouble> {
        let name = format!(
            "equoria-backup-{}-{:08x}",
            std::process::id(),
            fresh_number()?
        );
        let folder = std::env::temp_dir().join(name);
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&folder)
            .because(|| format!("could not make the folder {}", folder.display()))?;
        Ok(Self { folder })
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

/// The program at work; it is killed with this value.
struct Running {
    child: Child,
    complaints: Option<JoinHandle<String>>,
    counter: Counter,
}

impl Running {
    fn start(mut command: Command, counter: Counter) -> Result<Self, Trouble> {
        let mut child = command
            .spawn()
            .because(|| "could not start pg_basebackup")?;
        let stderr = child
            .stderr
            .take()
            .ok_or_else(|| Trouble::new("pg_basebackup has no standard error"))?;
        let told = counter.clone();
        let complaints = thread::spawn(move || listen(stderr, &told));
        Ok(Self {
            child,
            complaints: Some(complaints),
            counter,
        })
    }

    /// Passes the tar on as it comes; answers the manifest, which is the last file in it.
    fn pour(mut self, sink: &mut dyn Write) -> Result<Vec<u8>, Trouble> {
        let stdout = self
            .child
            .stdout
            .take()
            .ok_or_else(|| Trouble::new("pg_basebackup has no output"))?;
        let mut tee = Tee {
            from: BufReader::with_capacity(1 << 20, stdout),
            to: sink,
            counter: &self.counter,
            spilt: None,
        };
        let manifest = read_manifest(&mut tee);
        let spilt = tee.spilt.take();
        if let Some(error) = spilt {
            return Err(error).because(|| "the base backup could not be stored");
        }
        self.require_success()?;
        manifest?.ok_or_else(|| Trouble::new("pg_basebackup gave no manifest"))
    }

    fn require_success(&mut self) -> Result<(), Trouble> {
        let status = self
            .child
            .wait()
            .because(|| "could not wait for pg_basebackup")?;
        let heard = self
            .complaints
            .take()
            .and_then(|it| it.join().ok())
            .unwrap_or_default();
        if status.success() {
            return Ok(());
        }
        Err(Trouble::new(format!(
            "pg_basebackup failed ({status}): {heard}"
        )))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, unless its output could not be stored.
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
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
    from: BufReader<std::process::ChildStdout>,
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
