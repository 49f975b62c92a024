//! Files that a command writes where somebody has told it to.

use std::fs;
use std::path::Path;

use crate::trouble::{Because, Trouble};

/// Writes beside the file and renames, so that nobody ever finds half of it.
///
/// # Errors
/// When it cannot be written: then a former one stands, and nothing is beside it.
pub(super) fn write_whole(file: &Path, text: &str) -> Result<(), Trouble> {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    let beside = Path::new(&name);
    let written = fs::write(beside, text).and_then(|()| fs::rename(beside, file));
    if written.is_err() {
        // Where it could not even be made there is nothing to remove.
        drop(fs::remove_file(beside));
    }
    written.because(|| format!("could not write {}", file.display()))
}
