//! How the PostgreSQL of this checkout keeps its backups: a repository beside the data, with a key of its own.
//!
//! It lies on the same disk as the data: it shows how everything works, and saves from mistakes, not from fire.

use std::fs;
use std::path::{Path, PathBuf};

use super::places::{Places, is_open};
use super::program::write_private;
use crate::config::Environment;
use crate::ops::backup::envelope::Keys;
use crate::trouble::{Because, Trouble};

/// How long a change may wait to be archived, where too little happens to fill a segment.
const TIMEOUT_S: u32 = 300;

/// How much may wait for an archive that fails before it is given up: a full disk stops the game.
const QUEUE_MIB: u32 = 1024;

/// Where backups of this checkout lie and with which keys, generated once.
///
/// # Errors
/// When the key can be neither read nor made.
pub fn environment(places: &Places) -> Result<Environment, Trouble> {
    let key = places.state.join("backup.key");
    if !key.exists() {
        let (_, file) = Keys::generate();
        write_private(&key, &file)?;
    }
    let private =
        fs::read_to_string(&key).because(|| format!("could not read {}", key.display()))?;
    let readable = Keys::parse("", &private).because(|| format!("{} is damaged", key.display()))?;
    Ok(Environment::of([
        ("EQUORIA_BACKUP_PLACE", folder(places).display().to_string()),
        ("EQUORIA_BACKUP_RECIPIENT", readable.readable().join(",")),
        ("EQUORIA_BACKUP_IDENTITY_FILE", key.display().to_string()),
    ]))
}

/// The settings with which the server of this checkout archives by `program`, after making all that they lead to.
///
/// # Errors
/// When a file cannot be written.
pub fn settings(places: &Places, program: &Path) -> Result<Vec<String>, Trouble> {
    let folder = folder(places);
    if !folder.exists() {
        places.make_for_postgres(&folder)?;
    }
    let named = environment(places)?;
    let mut text =
        String::from("# Made by `equoria` at every start, for PostgreSQL's archive_command.\n");
    for name in ["EQUORIA_BACKUP_PLACE", "EQUORIA_BACKUP_RECIPIENT"] {
        text.push_str(&format!(
            "{name}={}\n",
            named.get(name)?.unwrap_or_default()
        ));
    }
    let file = places.data.join("archive.env");
    write_private(&file, &text)?;
    places.give_to_postgres(&file)?;
    let program = kept(places, program)?;
    Ok(vec![
        "archive_mode=on".to_owned(),
        format!("archive_timeout={TIMEOUT_S}"),
        "summarize_wal=on".to_owned(),
        format!(
            "archive_command={}",
            command(&program, &file, Some(QUEUE_MIB))
        ),
    ])
}

/// Puts the backups of a former data folder out of the way of a new one; answers where they are now.
///
/// # Errors
/// When they cannot be moved.
pub fn set_aside(places: &Places) -> Result<Option<PathBuf>, Trouble> {
    let folder = folder(places);
    if !folder.join("repository.json").exists() {
        return Ok(None);
    }
    let stamp = chrono::Utc::now().format("%Y%m%dT%H%M%SZ");
    let aside = places.data.join(format!("backups-until-{stamp}"));
    fs::rename(&folder, &aside).because(|| format!("could not move {} aside", folder.display()))?;
    Ok(Some(aside))
}

/// What PostgreSQL runs for each segment.
pub fn command(program: &Path, environment: &Path, queue_mib: Option<u32>) -> String {
    let limit = queue_mib.map_or_else(String::new, |mib| format!(" --give-up-mib {mib}"));
    format!(
        "{} wal push --environment {}{limit} \"%p\"",
        shell(program),
        shell(environment)
    )
}

/// A path as a shell takes it; PostgreSQL reads `%` as a mark of its own.
pub(crate) fn shell(path: &Path) -> String {
    let text = path.display().to_string().replace('\'', "'\\''");
    format!("'{}'", text.replace('%', "%%"))
}

fn folder(places: &Places) -> PathBuf {
    places.data.join("backups")
}

/// The program under a name that stays when the build is cleaned, where PostgreSQL's user can reach it.
fn kept(places: &Places, ours: &Path) -> Result<PathBuf, Trouble> {
    let kept = places.data.join("equoria-archiver");
    let draft = places
        .data
        .join(format!("equoria-archiver.{}", std::process::id()));
    // A second name of the same file costs nothing; another file system needs a copy.
    fs::hard_link(ours, &draft)
        .or_else(|_| fs::copy(ours, &draft).map(|_| ()))
        .and_then(|()| fs::rename(&draft, &kept))
        .because(|| {
            format!(
                "could not put {} into {}",
                ours.display(),
                places.data.display()
            )
        })?;
    // Two names of one file are not renamed over each other: then the draft is still there.
    if draft.exists() {
        fs::remove_file(&draft).because(|| format!("could not remove {}", draft.display()))?;
    }
    if places.owner.is_some() && !is_open(&places.data) {
        return Err(Trouble::new(format!(
            "PostgreSQL's user cannot reach {}, where it would archive from",
            places.data.display()
        )));
    }
    Ok(kept)
}
