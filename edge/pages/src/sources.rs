//! What the style and the script of the pages are made of, and the version that it comes to.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How esbuild makes the files of what lies here, below what it is asked for.
pub const FLAGS: [&str; 6] = [
    "--bundle",
    "--minify",
    "--format=esm",
    "--target=es2022,chrome123,firefox120,safari17.5",
    "--external:/rules/*",
    "--log-level=warning",
];

/// The files and folders that decide what is made, below the folder of the pages. The last names the version of esbuild.
pub const SOURCES: [&str; 3] = ["style", "script", "../../package.json"];

/// Sixteen digits that stand for all that the files of the pages are made of: FNV-1a.
///
/// # Errors
/// When a source cannot be read.
pub fn version(pages: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    for source in SOURCES {
        collect(pages.join(source), &mut files)?;
    }
    files.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    FLAGS.iter().for_each(|flag| take(flag.as_bytes()));
    for file in files {
        take(&fs::read(file)?);
    }
    Ok(format!("{hash:016x}"))
}

fn collect(path: PathBuf, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(entry?.path(), files)?;
        }
    } else {
        files.push(path);
    }
    Ok(())
}
