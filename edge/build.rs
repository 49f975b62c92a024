//! Tells the Worker which version of the schema it is made for, the last migration there is, and what its own sources are,
//! so that it takes no copies from another build; and the linker to leave the names of functions out: they weigh 59 kB
//! after gzip, an eighth of everything.

use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What answers are made of.
const SOURCES: [&str; 4] = ["src", "reads/src", "../core/src", "../Cargo.lock"];

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let migrations = here.join("../migrations");
    println!("cargo::rerun-if-changed={}", migrations.display());
    println!("cargo::rustc-env=SCHEMA_VERSION={}", last(&migrations)?);
    let mut files = Vec::new();
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", here.join(source).display());
        collect(here.join(source), &mut files)?;
    }
    files.sort();
    println!("cargo::rustc-env=BUILD={:x}", fingerprint(&files)?);
    // All but what wasm-bindgen reads.
    println!("cargo::rustc-cdylib-link-arg=--strip-all");
    for section in ["__wasm_bindgen_unstable", "target_features", "producers"] {
        println!("cargo::rustc-cdylib-link-arg=--keep-section={section}");
    }
    Ok(())
}

/// The number of the last migration.
fn last(migrations: &Path) -> io::Result<i32> {
    let mut last = 0;
    for entry in fs::read_dir(migrations)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.get(..4));
        let number = number.and_then(|digits| digits.parse::<i32>().ok());
        last = last.max(number.unwrap_or(0));
    }
    Ok(last)
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

/// FNV-1a over all files.
fn fingerprint(files: &[PathBuf]) -> io::Result<u64> {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for file in files {
        for byte in fs::read(file)? {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    Ok(hash)
}
