//! Making the style and the script of the pages, which the edge serves as files: esbuild.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pages::sources;
use serde::Serialize;

use super::places::{Places, make};
use super::program::run;
use super::tools::npm_programs;
use super::worker::zipped_bytes;
use crate::trouble::{Because, Trouble};

/// The files and what each is made of.
const FILES: [(&str, &str); 2] = [
    ("style.css", "style/style.css"),
    ("script.js", "script/main.ts"),
];

/// The most that the pages' script may weigh after gzip, in bytes.
pub const SCRIPT_BUDGET: usize = 10_000;

/// The style and the script of the pages, as the edge serves them.
#[derive(Clone, Debug, Serialize)]
pub struct PageFiles {
    /// Their version, which is part of their path.
    pub version: String,
    /// The size of the style after gzip at the best level, in bytes.
    pub style_gzip_bytes: usize,
    /// The size of the script after gzip at the best level, in bytes.
    pub script_gzip_bytes: usize,
}

/// The folder of the pages' sources.
fn sources_of(places: &Places) -> PathBuf {
    places.root.join("edge/pages")
}

/// The folder of the files that the edge serves under `/pages`.
fn served(places: &Places) -> PathBuf {
    places.root.join("edge/assets/pages")
}

fn version(places: &Places) -> Result<String, Trouble> {
    let sources = sources_of(places);
    sources::version(&sources).because(|| format!("could not read {}", sources.display()))
}

/// Whether an earlier build has left what the sources are now.
pub(super) fn was_built(places: &Places) -> bool {
    weigh(places).is_ok()
}

/// Makes both in the place of the version before.
pub(super) fn build(places: &Places) -> Result<(), Trouble> {
    let served = served(places);
    let folder = served.join(version(places)?);
    let _none_before = fs::remove_dir_all(&served);
    make(&folder, 0o755)?;
    for (name, source) in FILES {
        bundle(places, source, &folder.join(name))?;
    }
    Ok(())
}

fn bundle(places: &Places, source: &str, file: &Path) -> Result<(), Trouble> {
    let mut command = Command::new(npm_programs(places).join("esbuild"));
    command
        .arg(source)
        .args(sources::FLAGS)
        .arg(format!("--outfile={}", file.display()))
        .current_dir(sources_of(places));
    run(&command, &places.log("pages-build"))
}

/// Weighs what the last build left.
pub(super) fn weigh(places: &Places) -> Result<PageFiles, Trouble> {
    let version = version(places)?;
    let folder = served(places).join(&version);
    let weight = |name| zipped_bytes(&folder.join(name)).map(|(_, zipped)| zipped);
    Ok(PageFiles {
        style_gzip_bytes: weight("style.css")?,
        script_gzip_bytes: weight("script.js")?,
        version,
    })
}
