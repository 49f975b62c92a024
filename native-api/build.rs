//! Embeds every folder of `migrations/` into the binary: adding a folder is enough.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let crate_folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let migrations = crate_folder.join("../migrations").canonicalize()?;
    println!("cargo::rerun-if-changed={}", migrations.display());
    let mut folders = Vec::new();
    for entry in fs::read_dir(&migrations)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            folders.push((
                entry.file_name().to_string_lossy().into_owned(),
                entry.path(),
            ));
        }
    }
    folders.sort();
    let list = PathBuf::from(env::var("OUT_DIR")?).join("migrations.rs");
    fs::write(list, embedded(&folders)?)?;
    Ok(())
}

fn embedded(folders: &[(String, PathBuf)]) -> Result<String, Box<dyn Error>> {
    let mut code = String::from("&[\n");
    for (name, folder) in folders {
        let up = sql(folder, "up.sql")?;
        let down = sql(folder, "down.sql")?;
        writeln!(
            code,
            "    Migration {{ folder: {name:?}, up: include_str!({up:?}), down: include_str!({down:?}) }},"
        )?;
    }
    code.push_str("]\n");
    Ok(code)
}

fn sql(folder: &Path, name: &str) -> Result<PathBuf, Box<dyn Error>> {
    let path = folder.join(name);
    if path.is_file() {
        Ok(path)
    } else {
        Err(format!(
            "{} is missing: every migration has up.sql and down.sql",
            path.display()
        )
        .into())
    }
}
