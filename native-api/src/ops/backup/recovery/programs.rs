//! PostgreSQL's own programs for backups, run to their end. They end with us.
//!
//! What a program says about a backup is told apart from what befell the program: a backup is not damaged because the
//! machine that looks at it has a full disk.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{ExitStatus, Stdio};

use tokio::process::Command;

use crate::dev::postgres::Programs;
use crate::trouble::{Because, Trouble};

/// What a program said: its output, or its complaint of the backup.
pub type Said = Result<String, String>;

/// What programs say when the machine that they run on fails them, in the words of the C library and of PostgreSQL.
const OF_THE_MACHINE: [&str; 12] = [
    "No space left on device",
    "Disk quota exceeded",
    "File too large",
    "Read-only file system",
    "Input/output error",
    "Permission denied",
    "Too many open files",
    "Cannot allocate memory",
    "Resource temporarily unavailable",
    "out of memory",
    "could not write",
    "could not create",
];

/// `pg_verifybackup` of an unpacked backup: every file has the size and checksum that its manifest tells.
///
/// # Errors
/// When the program cannot be started, is killed, or this machine has no room for it.
pub async fn verify(programs: &Programs, folder: &Path) -> Result<Said, Trouble> {
    // The write-ahead log lies elsewhere, and is looked at by itself.
    let arguments = ["--quiet".into(), "--no-parse-wal".into(), folder.into()];
    run(programs, "pg_verifybackup", arguments).await
}

/// `pg_combinebackup` of a chain, the full backup first. Files that need no change are not copied but given a second name
/// where this PostgreSQL can do that: the links of the chain must not be used afterwards.
///
/// # Errors
/// When the program cannot be started, is killed, or this machine has no room for it.
pub async fn combine(
    programs: &Programs,
    links: &[impl AsRef<Path>],
    into: &Path,
    is_scratch: bool,
) -> Result<Said, Trouble> {
    let mut arguments: Vec<OsString> = vec!["--output".into(), into.into()];
    let major = programs.version.split('.').next().unwrap_or_default();
    if major.parse::<u32>().is_ok_and(|major| major >= 18) {
        arguments.push("--link".into());
    }
    if is_scratch {
        arguments.push("--no-sync".into());
    }
    arguments.extend(links.iter().map(|link| link.as_ref().into()));
    run(programs, "pg_combinebackup", arguments).await
}

/// `pg_waldump` over a stretch of the write-ahead log: every record follows the one before, with the right checksum.
///
/// # Errors
/// When the program cannot be started, is killed, or this machine has no room for it.
pub async fn read_log(
    programs: &Programs,
    folder: &Path,
    timeline: u32,
    (from, to): (impl ToString, impl ToString),
) -> Result<Said, Trouble> {
    let arguments: [OsString; 9] = [
        "--quiet".into(),
        "--path".into(),
        folder.into(),
        "--timeline".into(),
        timeline.to_string().into(),
        "--start".into(),
        from.to_string().into(),
        "--end".into(),
        to.to_string().into(),
    ];
    run(programs, "pg_waldump", arguments).await
}

async fn run(
    programs: &Programs,
    name: &str,
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<Said, Trouble> {
    let output = Command::new(programs.bin.join(name))
        .args(arguments)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .because(|| format!("could not start {name}"))?;
    judge(
        name,
        output.status,
        &String::from_utf8_lossy(&output.stdout),
        &String::from_utf8_lossy(&output.stderr),
    )
}

/// Tells a complaint of a backup from one of this machine.
fn judge(name: &str, status: ExitStatus, output: &str, errors: &str) -> Result<Said, Trouble> {
    if status.success() {
        return Ok(Ok(output.to_owned()));
    }
    if let Some(signal) = status.signal() {
        return Err(Trouble::new(format!(
            "{name} was killed (signal {signal}) before it had seen everything, which says nothing of the backup: try again"
        )));
    }
    let of_the_machine = errors
        .lines()
        .find(|line| OF_THE_MACHINE.iter().any(|words| line.contains(words)));
    if let Some(line) = of_the_machine {
        return Err(Trouble::new(format!(
            "this machine failed {name}, which says nothing of the backup: make room or choose another folder with --work \
             ({})",
            complaint(name, line)
        )));
    }
    Ok(Err(complaint(name, errors)))
}

/// The first complaints of a program in one line: a damaged backup may have thousands.
fn complaint(name: &str, errors: &str) -> String {
    const FIRST: usize = 4;
    let front = format!("{name}: ");
    let lines: Vec<&str> = errors
        .lines()
        .map(|line| {
            line.trim_start_matches(&front)
                .trim_start_matches("error: ")
        })
        .filter(|line| !line.trim().is_empty())
        .collect();
    let more = lines.len().saturating_sub(FIRST);
    let shown = lines.get(..FIRST).unwrap_or(&lines).join("; ");
    match more {
        0 => format!("{name}: {shown}"),
        _ => format!("{name}: {shown}; and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(raw: i32, errors: &str) -> Result<Said, String> {
        let status = ExitStatus::from_raw(raw);
        judge("pg_combinebackup", status, "", errors).map_err(|trouble| trouble.to_string())
    }

    #[test]
    fn what_befell_the_program_says_nothing_of_the_backup() {
        const FAILED: i32 = 1 << 8;
        let killed = judged(9, "").unwrap_err();
        assert!(killed.contains("signal 9"), "{killed}");
        for errors in [
            "pg_combinebackup: error: could not write file \"data/base/1/2\": No space left on device\n",
            "pg_combinebackup: error: could not write to file \"data/base/1/2\", offset 0: wrote 10 of 8192\n",
            "pg_verifybackup: error: could not read file \"base/1/2\": Input/output error\n",
            "pg_waldump: error: out of memory\n",
            "pg_verifybackup: error: \"base/1/2\" has size 1 on disk but size 2 in the manifest\n\
             pg_verifybackup: error: could not open file \"base/1/3\": Too many open files\n",
        ] {
            let trouble = judged(FAILED, errors).unwrap_err();
            assert!(trouble.contains("says nothing of the backup"), "{trouble}");
        }
        for errors in [
            "pg_verifybackup: error: checksum mismatch for file \"base/1/2\"\n",
            "pg_waldump: error: error in WAL record at 0/3000028: invalid record length at 0/3000060\n",
        ] {
            judged(FAILED, errors).unwrap().unwrap_err();
        }
        judged(0, "").unwrap().unwrap();
    }

    #[test]
    fn a_complaint_is_one_line_however_much_is_wrong() {
        let one =
            "pg_verifybackup: error: \"base/1/2\" has size 1 on disk but size 2 in the manifest\n";
        assert_eq!(
            complaint("pg_verifybackup", one),
            "pg_verifybackup: \"base/1/2\" has size 1 on disk but size 2 in the manifest"
        );
        let all = complaint("pg_verifybackup", &one.repeat(9));
        assert!(all.ends_with("; and 5 more"), "{all}");
    }
}
