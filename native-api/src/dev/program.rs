//! Running another program to its end, with its output kept for the case that it fails.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::supervise::{Manner, Supervised};
use crate::trouble::{Because, Trouble};

/// Runs `command`, its output going to the file `log`, and fails with the output's last lines. It ends with us.
///
/// # Errors
/// When the program is not there, or ends with another status than 0.
pub fn run(command: &Command, log: &Path) -> Result<(), Trouble> {
    let name = name(command);
    let file = append(log)?;
    let start = file.metadata().map_or(0, |found| found.len());
    let again = file
        .try_clone()
        .because(|| format!("could not write {}", log.display()))?;
    let mut child = Supervised::start(
        &name,
        command,
        &Manner::default(),
        file.into(),
        again.into(),
    )?;
    let status = child.wait()?;
    if status.success() {
        return Ok(());
    }
    Err(Trouble::new(format!(
        "{name} failed ({status}); the end of {}:\n{}",
        log.display(),
        last_lines(log, start, 15)
    )))
}

/// Runs `command` and answers what it printed, without the line end.
///
/// # Errors
/// When the program is not there, or ends with another status than 0; its complaint is the cause.
pub fn ask(command: &mut Command) -> Result<String, Trouble> {
    let name = name(command);
    let said = command
        .stdin(Stdio::null())
        .output()
        .because(|| format!("could not start {name}"))?;
    if !said.status.success() {
        let complaint = String::from_utf8_lossy(&said.stderr);
        return Err(Trouble::new(format!(
            "{name} failed ({}): {}",
            said.status,
            complaint.trim()
        )));
    }
    String::from_utf8(said.stdout)
        .map(|text| text.trim_end().to_owned())
        .because(|| format!("{name} printed something that is not UTF-8"))
}

/// The file of the program `equoria`: ourselves, or, for a test, the one that was built beside it.
///
/// # Errors
/// When it has been removed.
pub fn own_program() -> Result<PathBuf, Trouble> {
    let ours = std::env::current_exe().because(|| "could not find this program's own file")?;
    // Linux says so when a build has put a newer one in its place: that will do as well.
    let text = ours.to_string_lossy();
    let ours = text
        .strip_suffix(" (deleted)")
        .map_or(ours.clone(), PathBuf::from);
    let names = ["equoria", "equoria-under-test"];
    if ours.is_file()
        && ours
            .file_stem()
            .is_some_and(|stem| names.iter().any(|name| stem == *name))
    {
        return Ok(ours);
    }
    ours.ancestors()
        .skip(1)
        .take(2)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|program| program.is_file())
        .ok_or_else(|| Trouble::new(format!("there is no equoria beside {}", ours.display())))
}

/// Opens a log for writing at its end.
pub(super) fn append(log: &Path) -> Result<File, Trouble> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .because(|| format!("could not write {}", log.display()))
}

/// The last lines of a log from the byte `start` on.
pub(super) fn last_lines(log: &Path, start: u64, count: usize) -> String {
    let mut text = Vec::new();
    let read = File::open(log).and_then(|mut file| {
        file.seek(SeekFrom::Start(start))?;
        file.read_to_end(&mut text)
    });
    if read.is_err() {
        return "(it cannot be read)".to_owned();
    }
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(count)..]
        .iter()
        .map(|line| format!("    {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Writes a file that only its owner may read, in one step: readers see the old or the new content, whole.
///
/// # Errors
/// When the folder is not writable.
pub fn write_private(path: &Path, text: &str) -> Result<(), Trouble> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let because = || format!("could not write {}", path.display());
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&draft)
        .because(because)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        drop(fs::remove_file(&draft));
    }
    written.because(because)
}

fn name(command: &Command) -> String {
    Path::new(command.get_program())
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_program_is_named() {
        let trouble = ask(&mut Command::new("equoria-no-such-program")).unwrap_err();
        assert!(trouble.to_string().contains("equoria-no-such-program"));
    }
}
