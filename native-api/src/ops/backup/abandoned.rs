//! Folders that a killed process has left: restored clusters, keys, passwords. Whoever works next in the same place
//! removes them.
//!
//! Who works in a folder holds a lock on a file in it, which the operating system takes away with the process.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::dev::lock::{self, Held};
use crate::dev::places::{is_ours, remove_socket_folder};
use crate::dev::say::Voice;
use crate::trouble::{Because, Trouble};

/// The file whose lock says that somebody works here.
const LOCK: &str = "at-work.lock";

/// How the names of folders in a shared place begin.
pub(super) const PREFIX: &str = "equoria-";

/// Says that we work in a folder of our own, until the value is dropped or this process ends in whatever way.
///
/// # Errors
/// When the file cannot be made.
pub(super) fn work_in(folder: &Path) -> Result<Held, Trouble> {
    let (draft, path) = (folder.join("at-work.draft"), folder.join(LOCK));
    // It gets its name when it is locked: nobody finds it before.
    let held = lock::wait(&draft)?;
    fs::rename(&draft, &path).because(|| format!("could not write {}", path.display()))?;
    Ok(held)
}

/// Removes the folders in `parent` whose process is gone, and says which. What cannot be removed stays, and is told.
pub fn sweep(parent: &Path, voice: &Voice) {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    for entry in entries.filter(|it| it.file_name().to_string_lossy().starts_with(PREFIX)) {
        remove(&entry.path(), voice);
    }
}

/// Removes one folder, if it is ours, somebody worked in it, and whoever that was is gone.
pub(super) fn remove(folder: &Path, voice: &Voice) {
    let Some(_nobody_else) = left(folder) else {
        return;
    };
    let removed = remove_socket_folder(folder).and_then(|()| fs::remove_dir_all(folder));
    match removed {
        Ok(()) => voice.say(&format!(
            "  removed {}, which a killed process has left",
            folder.display()
        )),
        Err(error) => tracing::warn!(%error, folder = %folder.display(), "could not be removed"),
    }
}

/// The lock of a folder that nobody holds any more. In a place that is open to all a stranger's folder is let alone.
fn left(folder: &Path) -> Option<File> {
    let found = fs::symlink_metadata(folder).ok()?;
    if !found.is_dir() || found.mode() & 0o077 != 0 || !is_ours(found.uid()) {
        return None;
    }
    let file = File::open(folder.join(LOCK)).ok()?;
    file.try_lock().ok()?;
    Some(file)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::DirBuilderExt as _;

    use super::*;

    #[test]
    fn a_folder_in_which_nobody_works_any_more_is_removed_and_no_other() {
        let parent = std::env::temp_dir().join(format!("abandoned-{}", std::process::id()));
        let folder = |name: &str| {
            let path = parent.join(name);
            let mut builder = fs::DirBuilder::new();
            builder.recursive(true).mode(0o700).create(&path).unwrap();
            path
        };
        let (left, busy, strange) = (
            folder("equoria-left"),
            folder("equoria-busy"),
            folder("equoria-strange"),
        );
        fs::write(left.join("services"), "hush").unwrap();
        drop(work_in(&left).unwrap());
        let held = work_in(&busy).unwrap();
        sweep(&parent, &Voice::quiet());
        assert!(!left.exists() && busy.exists() && strange.exists());
        drop(held);
        sweep(&parent, &Voice::quiet());
        assert!(!busy.exists());
        fs::remove_dir_all(&parent).unwrap();
    }
}
