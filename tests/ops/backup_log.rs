//! The write-ahead log in a repository, over segments that no server wrote: what is kept of them, and who may read it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use equoria::config::Environment;
use equoria::ops::backup::Repository;
use equoria::ops::backup::envelope::Keys;
use equoria::ops::backup::lsn::Segment;
use equoria::ops::backup::place::Place;
use equoria::ops::backup::wal::name::WalFile;
use equoria::ops::backup::wal::shelf::Shelf;
use equoria::ops::backup::wal::{self, Pushed};

use crate::command_line::equoria;

/// The smallest segment that PostgreSQL knows.
const SEGMENT_BYTES: u64 = 1 << 20;

/// A folder with a repository in it, which goes away with it.
struct Scratch(PathBuf);

impl Scratch {
    fn empty() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let name = format!(
            "equoria-log-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(folder.join("place")).unwrap();
        Self(folder)
    }

    fn place(&self) -> PathBuf {
        self.0.join("place")
    }

    fn repository(&self, keys: Keys) -> Repository {
        Repository {
            place: Place::folder(&self.place()).unwrap(),
            keys,
        }
    }

    /// The file of a segment as a server would have left it `age` ago.
    fn segment(&self, number: u32, age: Duration) -> PathBuf {
        let path = self.0.join(segment(number).to_string());
        let mut content = vec![0; SEGMENT_BYTES as usize];
        content[..4].copy_from_slice(&[0x18, 0xd1, 2, 0]);
        content[4..8].copy_from_slice(&1_u32.to_le_bytes());
        content[8..16].copy_from_slice(&(u64::from(number) * SEGMENT_BYTES).to_le_bytes());
        content[24..32].copy_from_slice(&7_u64.to_le_bytes());
        content[32..36].copy_from_slice(&(SEGMENT_BYTES as u32).to_le_bytes());
        fs::write(&path, content).unwrap();
        let closed = SystemTime::now() - age;
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(closed)
            .unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn segment(number: u32) -> Segment {
    Segment {
        timeline: 1,
        high: 0,
        low: number,
    }
}

fn modified(path: &Path) -> DateTime<Utc> {
    fs::metadata(path).unwrap().modified().unwrap().into()
}

fn pair() -> (Keys, Keys) {
    let (public, private) = Keys::generate();
    (
        Keys::parse(&public, "").unwrap(),
        Keys::parse(&public, &private).unwrap(),
    )
}

#[tokio::test]
async fn the_log_ends_when_its_last_segment_was_closed_however_late_that_came() {
    let scratch = Scratch::empty();
    let repository = scratch.repository(Keys::default());
    let hour = Duration::from_secs(3600);
    for (number, hours) in [(3, 9), (4, 8), (6, 7), (7, 2)] {
        let path = scratch.segment(number, hour * hours);
        assert_eq!(wal::push(&repository, &path).await.unwrap(), Pushed::Stored);
    }
    let shelf = Shelf::of(&repository).await.unwrap();
    let told: Vec<_> = shelf
        .stretches(1)
        .iter()
        .map(|it| (it.last.low, it.until))
        .collect();
    let closed = |number| modified(&scratch.0.join(segment(number).to_string()));
    assert_eq!(told, [(4, Some(closed(4))), (7, Some(closed(7)))]);
    assert!(closed(7) < Utc::now() - TimeDelta::minutes(119));
    assert_eq!(
        shelf.closed_at.len(),
        2,
        "only those are asked that none follows"
    );

    // Handed over again, by a copy that is younger: the first answer stands.
    let again = scratch.segment(7, Duration::ZERO);
    assert_eq!(wal::push(&repository, &again).await.unwrap(), Pushed::Known);
    assert_eq!(Shelf::of(&repository).await.unwrap(), shelf);

    // One whose first line is none spoils nothing else, and is told of.
    let object = WalFile::Segment(segment(4)).object();
    fs::write(scratch.place().join(&object), b"nothing\n").unwrap();
    let spoilt = Shelf::of(&repository).await.unwrap();
    assert_eq!(spoilt.strange, [object]);
    assert_eq!(spoilt.stretches(1)[0].until, None);
    assert_eq!(spoilt.stretches(1)[1], shelf.stretches(1)[1]);
}

#[tokio::test]
async fn a_segment_that_no_key_opens_is_not_called_damaged() {
    let scratch = Scratch::empty();
    let (writer, reader) = pair();
    let path = scratch.segment(3, Duration::ZERO);
    let file = WalFile::Segment(segment(3));
    wal::push(&scratch.repository(writer.clone()), &path)
        .await
        .unwrap();
    let examined = async |keys| wal::examine(&scratch.repository(keys), file).await;
    assert_eq!(examined(reader.clone()).await.unwrap(), None);
    assert_eq!(
        examined(writer).await.unwrap(),
        None,
        "as far as can be told"
    );
    let trouble = examined(pair().1).await.unwrap_err().to_string();
    assert!(
        trouble.contains("another key") && trouble.contains(&file.object()),
        "{trouble}"
    );
    // A repository that lost its mark is trouble too, and no damage of its segments.
    fs::remove_file(scratch.place().join("repository.json")).unwrap();
    let trouble = examined(reader).await.unwrap_err().to_string();
    assert!(trouble.contains("repository.json"), "{trouble}");
}

/// An empty folder, where a disk is not mounted: a recovery that took it for the end of the log would end too early.
#[tokio::test]
async fn a_place_that_is_no_repository_is_not_the_end_of_the_log() {
    let scratch = Scratch::empty();
    let name = segment(3).to_string();
    let to = scratch.0.join("fetched");
    let fetched = || {
        let place = scratch.place().display().to_string();
        let arguments = ["wal", "fetch", &name, to.to_str().unwrap()];
        let output = equoria(
            &arguments,
            &[
                ("EQUORIA_BACKUP_PLACE", &place),
                ("EQUORIA_PROFILE", "test"),
            ],
        );
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), said)
    };
    let (status, said) = fetched();
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("no repository of backups"), "{said}");
    let repository = scratch.repository(Keys::default());
    repository.claim("7", SEGMENT_BYTES).await.unwrap();
    let (status, said) = fetched();
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains(&name) && !to.exists(), "{said}");
}

#[tokio::test]
async fn what_is_forced_to_the_disk_must_be_there() {
    let scratch = Scratch::empty();
    let place = Place::folder(&scratch.place()).unwrap();
    place.put("wal/a/b", b"foal".to_vec()).await.unwrap();
    place.make_safe("wal/a/b").await.unwrap();
    let trouble = place.make_safe("wal/a/c").await.unwrap_err().to_string();
    assert!(trouble.contains("wal/a/c"), "{trouble}");
}

#[test]
fn production_archives_with_no_settings_that_others_may_read() {
    let scratch = Scratch::empty();
    let (public, _) = Keys::generate();
    let settings = scratch.0.join("archive.env");
    let text = format!(
        "EQUORIA_PROFILE=production\nEQUORIA_BACKUP_PLACE={}\nEQUORIA_BACKUP_RECIPIENT={public}\n",
        scratch.place().display()
    );
    fs::write(&settings, text).unwrap();
    let path = scratch.segment(3, Duration::ZERO);
    let (settings, path) = (settings.to_str().unwrap(), path.to_str().unwrap());
    for (mode, status) in [(0o640, 2), (0o604, 2), (0o600, 0)] {
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode);
        fs::set_permissions(settings, permissions).unwrap();
        let output = equoria(&["wal", "push", "--environment", settings, path], &[]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{mode:o}: {said}");
        assert_eq!(status == 2, said.contains("chmod 600"), "{said}");
    }
    let of = Environment::of_file(Path::new(settings)).unwrap();
    assert!(Repository::of(&of).is_ok());
}
