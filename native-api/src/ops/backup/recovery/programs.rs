//! PostgreSQL's own programs for backups, run to their end. They end with us.

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use crate::dev::postgres::Programs;
use crate::trouble::{Because, Trouble};

/// What a program said: its output, or its complaint.
pub type Said = Result<String, String>;

/// `pg_verifybackup` of an unpacked backup: every file has the size and checksum that its manifest tells.
///
/// # Errors
/// When the program cannot be started.
pub async fn verify(programs: &Programs, folder: &Path) -> Result<Said, Trouble> {
    // The write-ahead log lies elsewhere, and is looked at by itself.
    let arguments = ["--quiet".into(), "--no-parse-wal".into(), folder.into()];
    run(programs, "pg_verifybackup", arguments).await
}

/// `pg_combinebackup` of a chain, the full backup first. Files that need no change are not copied but given a second name
/// where this PostgreSQL can do that: the links of the chain must not be used afterwards.
///
/// # Errors
/// When the program cannot be started.
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
/// When the program cannot be started.
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
    if output.status.success() {
        return Ok(Ok(String::from_utf8_lossy(&output.stdout).into_owned()));
    }
    Ok(Err(complaint(
        name,
        &String::from_utf8_lossy(&output.stderr),
    )))
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
