//! File locks: two processes never install or bring up the same thing at once.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::places::make;
use crate::trouble::{Because, Trouble};

/// Held until it is dropped, or until the process ends in whatever way.
#[derive(Debug)]
pub struct Held(#[expect(dead_code, reason = "the open file is the lock")] File);

/// Waits for the lock at `path`.
///
/// # Errors
/// When the file cannot be made or locked.
pub fn wait(path: &Path) -> Result<Held, Trouble> {
    let file = open(path)?;
    file.lock()
        .because(|| format!("could not lock {}", path.display()))?;
    Ok(Held(file))
}

/// Takes the lock at `path` if nobody has it.
///
/// # Errors
/// When the file cannot be made or locked.
pub fn attempt(path: &Path) -> Result<Option<Held>, Trouble> {
    let file = open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Held(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => {
            Err(error).because(|| format!("could not lock {}", path.display()))
        }
    }
}

/// Waits until nobody holds the lock at `path` alone, and holds it together with others.
///
/// # Errors
/// When the file cannot be made or locked.
pub fn share(path: &Path) -> Result<Held, Trouble> {
    let file = open(path)?;
    file.lock_shared()
        .because(|| format!("could not lock {}", path.display()))?;
    Ok(Held(file))
}

fn open(path: &Path) -> Result<File, Trouble> {
    if let Some(folder) = path.parent() {
        make(folder, 0o755)?;
    }
    File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
        .because(|| format!("could not open {}", path.display()))
}
