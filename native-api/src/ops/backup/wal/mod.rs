//! The write-ahead log in a repository: what PostgreSQL hands over, and what a recovery asks for.

pub mod name;
pub mod page;
pub mod sealed;
pub mod shelf;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use self::name::WalFile;
use self::page::Page;
use self::sealed::Front;
use super::Repository;
use super::lsn::Segment;
use crate::dev::archive::shell;
use crate::trouble::{Because, Trouble};

/// What became of a file that was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It was not there.
    Stored,
    /// The very same was there already: PostgreSQL asks again when it crashed before it heard our answer.
    Known,
}

/// Stores a file of the write-ahead log, as `archive_command` wants it: whole and safe when this returns, never over
/// another content.
///
/// # Errors
/// When it is not what its name says, when another content is there under its name, which then stays, or when the
/// repository is another cluster's or cannot be written.
pub async fn push(repository: &Repository, path: &Path) -> Result<Pushed, Trouble> {
    let file = named(path)?;
    let because = || format!("could not read {}", path.display());
    let closed_at = closed_at(path).because(because)?;
    // A segment is read whole: 16 MiB, unless initdb was told otherwise.
    let content = tokio::fs::read(path).await.because(because)?;
    if let WalFile::Segment(segment) | WalFile::Partial(segment) = file {
        let page =
            Page::read(&content).because(|| format!("{} is not archived", path.display()))?;
        page.require(segment, content.len())
            .because(|| format!("{} is not archived", path.display()))?;
        repository
            .claim(&page.system_identifier, page.segment_bytes)
            .await?;
    } else {
        repository.mark().await?;
    }
    if let Some(known) = known(repository, file, &content).await? {
        return Ok(known);
    }
    let object = sealed::pack(&repository.keys, file, &content, closed_at)?;
    if repository.place.put_new(&file.object(), object).await? {
        return Ok(Pushed::Stored);
    }
    // Somebody was faster.
    let known = known(repository, file, &content).await?;
    known.ok_or_else(|| Trouble::new(format!("{} appeared and went", file.object())))
}

/// When a file was written to last. PostgreSQL writes the end of a segment before anything of the next one, and lets
/// nobody see a commit before it is written: whatever could be seen at that instant is in it or before it.
fn closed_at(path: &Path) -> std::io::Result<DateTime<Utc>> {
    Ok(std::fs::metadata(path)?.modified()?.into())
}

async fn known(
    repository: &Repository,
    file: WalFile,
    content: &[u8],
) -> Result<Option<Pushed>, Trouble> {
    let Some(front) = repository
        .place
        .front(&file.object(), sealed::FRONT_BYTES)
        .await?
    else {
        return Ok(None);
    };
    let front = Front::read(file, &front)?;
    let ours = super::digest::Digest::of(content);
    if front.plain == ours {
        // Whoever wrote it may have crashed before it was safe, and PostgreSQL removes its own on our word.
        repository.place.make_safe(&file.object()).await?;
        return Ok(Some(Pushed::Known));
    }
    Err(Trouble::new(format!(
        "{} in {} holds another content ({} instead of {ours}): two servers archive into one repository, \
         or this one was restored without a new timeline",
        file.object(),
        repository.place,
        front.plain
    )))
}

/// Brings a file of the write-ahead log to `to`, as `restore_command` wants it; false where the repository has none.
///
/// # Errors
/// When it is damaged, another cluster's or another segment, when no key fits, or when `to` cannot be written: then
/// nothing is there.
pub async fn fetch(repository: &Repository, name: &str, to: &Path) -> Result<bool, Trouble> {
    let file: WalFile = name.parse()?;
    let Some(content) = content(repository, file).await? else {
        // An empty folder where a disk is not mounted has nothing either; recovery must not take that for the log's end.
        repository.mark().await?;
        return Ok(false);
    };
    write_whole(to, &content).because(|| format!("could not write {}", to.display()))?;
    Ok(true)
}

/// The content of a file, checked in every way that there is; nothing where the repository has none.
///
/// # Errors
/// As in [`fetch`].
pub async fn content(repository: &Repository, file: WalFile) -> Result<Option<Vec<u8>>, Trouble> {
    let Some(object) = repository.place.get(&file.object()).await? else {
        return Ok(None);
    };
    let content = sealed::unpack(&repository.keys, file, &object)?;
    if let WalFile::Segment(segment) | WalFile::Partial(segment) = file {
        let ours = repository.mark().await?.system_identifier;
        require_segment(&ours, file, segment, &content)?;
    }
    Ok(Some(content))
}

fn require_segment(
    ours: &str,
    file: WalFile,
    segment: Segment,
    content: &[u8],
) -> Result<(), Trouble> {
    let because = || format!("{} is not {file}", file.object());
    let page = Page::read(content).because(because)?;
    page.require(segment, content.len()).because(because)?;
    if page.system_identifier == ours {
        return Ok(());
    }
    Err(Trouble::new(format!(
        "{} is of another cluster (system identifier {} instead of {ours})",
        file.object(),
        page.system_identifier
    )))
}

/// What is wrong with a file in the repository, as a sentence, or nothing. It is opened where a key fits.
///
/// # Errors
/// When the repository cannot be read, or none of the keys fits: then nothing is known of the file.
pub async fn examine(repository: &Repository, file: WalFile) -> Result<Option<String>, Trouble> {
    let ours = repository.mark().await?.system_identifier;
    let Some(object) = repository.place.get(&file.object()).await? else {
        return Ok(Some(format!("{} is missing", file.object())));
    };
    let front = match sealed::require_whole(file, &object) {
        Err(trouble) => return Ok(Some(trouble.to_string())),
        Ok(front) => front,
    };
    if front.is_sealed && repository.keys.readable().is_empty() {
        return Ok(None);
    }
    sealed::require_key(&repository.keys, file, &front, &object)?;
    let content = match sealed::unpack(&repository.keys, file, &object) {
        Err(trouble) => return Ok(Some(trouble.to_string())),
        Ok(content) => content,
    };
    match file {
        WalFile::Segment(segment) | WalFile::Partial(segment) => {
            let right = require_segment(&ours, file, segment, &content);
            Ok(right.err().map(|trouble| trouble.to_string()))
        }
        WalFile::Label(..) | WalFile::History(_) => Ok(None),
    }
}

/// The `restore_command` of a recovery from this repository, whose settings are in the file `environment`.
///
/// To PostgreSQL every status up to 125 means that the file is not there and the log ends before it. Only what is really
/// missing may say that; anything else must stop the recovery, or a damaged segment would silently end it early.
pub fn restore_command(program: &Path, environment: &Path) -> String {
    format!(
        "{} wal fetch --environment {} %f \"%p\" || {{ test $? = 1 && exit 1; exit 126; }}",
        shell(program),
        shell(environment)
    )
}

/// How many MiB wait in `pg_wal` for the archive, beside the file that is to be archived.
///
/// # Errors
/// When the folder cannot be read.
pub fn waiting_mib(path: &Path) -> Result<u64, Trouble> {
    let folder = path
        .parent()
        .unwrap_or(Path::new("."))
        .join("archive_status");
    let because = || format!("could not read {}", folder.display());
    let size = std::fs::metadata(path).because(because)?.len();
    let ready = std::fs::read_dir(&folder).because(because)?;
    let ready = ready
        .flatten()
        .filter(|it| it.path().extension().is_some_and(|end| end == "ready"));
    Ok((ready.count() as u64 * size) >> 20)
}

/// The file that a path names.
///
/// # Errors
/// When it is none of PostgreSQL's.
pub fn named(path: &Path) -> Result<WalFile, Trouble> {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_default().parse()
}

/// Temporary name, `fsync`, rename, `fsync` of the folder.
fn write_whole(to: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut draft = to.as_os_str().to_owned();
    draft.push(".part");
    let draft = PathBuf::from(draft);
    let write = || {
        let mut file = std::fs::File::create(&draft)?;
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(&draft, to)?;
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
        std::fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    };
    let written = write();
    if written.is_err() && draft.exists() {
        std::fs::remove_file(&draft)?;
    }
    written
}
