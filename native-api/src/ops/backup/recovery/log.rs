//! The write-ahead log that a backup needs to reach the instant whose content is known.

use std::fs;

use super::super::Repository;
use super::super::catalogue::Entry;
use super::super::wal::{self, name::WalFile};
use super::programs;
use super::whole::{Finding, Judged, finding};
use super::work::Work;
use crate::dev::postgres::Programs;
use crate::dev::say::Voice;
use crate::trouble::{Because, Trouble};

/// Looks at every segment from the backup's start to its known instant: there, whole, of this cluster and the one that
/// its name says; then at every record in them. Answers how many segments.
///
/// # Errors
/// When the repository cannot be read, or no key fits.
pub async fn check(
    repository: &Repository,
    entry: &Entry,
    programs: &Programs,
    work: &Work,
    voice: &Voice,
) -> Result<Judged<u64>, Trouble> {
    let step = voice.step(format!("reading the write-ahead log of {}", entry.id));
    let folder = work.path.join("wal");
    fs::create_dir(&folder).because(|| format!("could not make {}", folder.display()))?;
    let mut findings = Vec::new();
    let mut count = 0;
    let mut segment = entry.first_segment;
    while segment <= entry.last_segment {
        let file = WalFile::Segment(segment);
        match wal::examine(repository, file).await? {
            Some(what) => findings.push(finding(entry, what)),
            None => {
                wal::fetch(
                    repository,
                    &segment.to_string(),
                    &folder.join(segment.to_string()),
                )
                .await?;
                count += 1;
            }
        }
        segment = segment.next(entry.segment_bytes);
    }
    if findings.is_empty() {
        findings.extend(records(entry, programs, &folder).await?);
    }
    fs::remove_dir_all(&folder).because(|| format!("could not remove {}", folder.display()))?;
    if findings.is_empty() {
        step.done(&format!(
            "{count} segments of the write-ahead log are whole"
        ));
        return Ok(Ok(count));
    }
    Ok(Err(findings))
}

async fn records(
    entry: &Entry,
    programs: &Programs,
    folder: &std::path::Path,
) -> Result<Option<Finding>, Trouble> {
    let range = (entry.start_lsn, entry.point.lsn);
    let said = programs::read_log(programs, folder, entry.timeline, range).await?;
    Ok(said.err().map(|what| finding(entry, what)))
}
