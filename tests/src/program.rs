//! The program under test, as a file that can be started.

use std::path::{Path, PathBuf};

/// The program `equoria` in the build that is being tested: built by cargo before any test of this package runs.
///
/// # Panics
/// When it is not beside the test program.
pub fn equoria() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own file");
    let built = test.ancestors().skip(1).take(2);
    built
        .map(|folder| {
            folder.join(format!(
                "equoria-under-test{}",
                std::env::consts::EXE_SUFFIX
            ))
        })
        .find(|program| program.is_file())
        .unwrap_or_else(|| panic!("equoria-under-test is not beside {}", test.display()))
}

/// The checkout that is being tested.
///
/// # Panics
/// When it has been moved since the build.
pub fn checkout() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package.parent().expect("the package lies in the checkout");
    root.canonicalize()
        .expect("the checkout is where it was built")
}
