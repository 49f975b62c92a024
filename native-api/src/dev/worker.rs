//! Building the Worker: cargo, wasm-bindgen, wasm-opt and esbuild, driven by worker-build.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::browser::{self, Module};
use super::guard::guard;
use super::lock;
use super::pages::{self, PageFiles};
use super::places::{Places, make};
use super::program::run;
use super::say::Voice;
use super::tools::{cargo_programs, install, npm_programs, path};
use crate::config::hex;
use crate::trouble::{Because, Trouble};

/// The most that the Worker's wasm may weigh after gzip, in bytes: the reads and the writes' way take 420,000, the pages and the
/// portraits the rest. Cloudflare takes 3 MB.
pub const BUDGET: usize = 720_000;

/// What a build came to.
#[derive(Clone, Debug, Serialize)]
pub struct Built {
    /// The wasm file.
    pub wasm: PathBuf,
    /// Its size in bytes.
    pub raw_bytes: usize,
    /// Its size after gzip at the best level, in bytes: what Cloudflare counts.
    pub gzip_bytes: usize,
    /// The rules for a browser, which the Worker's origin serves as files.
    pub browser: Module,
    /// The style and the script of the pages, which it serves as files, too.
    pub pages: PageFiles,
    /// Whether anything had to be built.
    pub is_fresh: bool,
}

impl Built {
    /// Whether the Worker is light enough.
    pub const fn is_within_budget(&self) -> bool {
        self.gzip_bytes <= BUDGET
    }
}

/// Builds the Worker, and the rules for a browser and the pages' files that are served beside it, unless their sources are the ones of the last build.
///
/// # Errors
/// When a tool is missing and cannot be installed, or the build fails.
pub fn build(places: &Places, voice: &Voice) -> Result<Built, Trouble> {
    install(places, voice)?;
    let folder = places.root.join("target/worker");
    make(&folder, 0o755)?;
    let _one_builder = lock::wait(&folder.join("build.lock"))?;
    let mark = folder.join("fingerprint");
    let wanted = fingerprint(&places.root)?;
    let is_known = fs::read_to_string(&mark).is_ok_and(|last| last == wanted);
    let is_there = was_built(places) && browser::was_built(places) && pages::was_built(places);
    let is_fresh = !(is_known && is_there);
    if is_fresh {
        let step = voice.step("building the Worker (the first time about 2 min)");
        worker_build(places, &folder, &[])?;
        guard(places, &places.root.join("edge/build"))?;
        step.done("the Worker is built");
        let step = voice.step("building the rules for browsers (the first time about 40 s)");
        browser::build(places, &folder)?;
        step.done("the rules for browsers are built");
        pages::build(places)?;
        fs::write(&mark, wanted).because(|| format!("could not write {}", mark.display()))?;
    }
    weigh(places, is_fresh)
}

/// Builds the Worker with a feature of its crate that the deployed one never has, into a folder of its own, and gives
/// that: for tests that need a Worker which does what ours must not.
///
/// # Errors
/// When a tool is missing and cannot be installed, or the build fails.
pub fn build_with(feature: &str, places: &Places, voice: &Voice) -> Result<PathBuf, Trouble> {
    install(places, voice)?;
    let target = places.root.join("target/worker");
    make(&target, 0o755)?;
    let _one_builder = lock::wait(&target.join("build.lock"))?;
    let folder = target.join(feature);
    let mark = target.join(format!("{feature}.fingerprint"));
    let wanted = fingerprint(&places.root)?;
    let is_known = fs::read_to_string(&mark).is_ok_and(|last| last == wanted);
    if !(is_known && folder.join("index_bg.wasm").is_file()) {
        let step = voice.step(&format!("building the Worker with {feature} (about 1 min)"));
        let out = format!("../target/worker/{feature}");
        let more = ["--out-dir", out.as_str(), "--features", feature];
        worker_build(places, &target, &more)?;
        guard(places, &folder)?;
        step.done("it is built");
        fs::write(&mark, wanted).because(|| format!("could not write {}", mark.display()))?;
    }
    Ok(folder)
}

/// Whether an earlier run has built the Worker, so that the next one is a matter of seconds.
pub fn was_built(places: &Places) -> bool {
    output(places).is_file()
}

/// The wasm file that a build leaves.
fn output(places: &Places) -> PathBuf {
    places.root.join("edge/build/index_bg.wasm")
}

fn worker_build(places: &Places, target: &Path, more: &[&str]) -> Result<(), Trouble> {
    let npm = npm_programs(places);
    let mut command = Command::new(cargo_programs(places).join("worker-build"));
    command
        .args(["--profile", "worker"])
        .args(more)
        .current_dir(places.root.join("edge"))
        .env("PATH", path(places)?)
        .env(
            "WASM_BINDGEN_BIN",
            cargo_programs(places).join("wasm-bindgen"),
        )
        .env("WASM_OPT_BIN", npm.join("wasm-opt"))
        .env("ESBUILD_BIN", npm.join("esbuild"))
        // A folder of its own: the native builds must not wait for its lock, nor it for theirs.
        .env("CARGO_TARGET_DIR", target);
    run(&command, &places.log("worker-build"))
}

fn weigh(places: &Places, is_fresh: bool) -> Result<Built, Trouble> {
    let wasm = output(places);
    let (raw_bytes, gzip_bytes) = zipped_bytes(&wasm)?;
    Ok(Built {
        raw_bytes,
        gzip_bytes,
        wasm,
        browser: browser::weigh(places)?,
        pages: pages::weigh(places)?,
        is_fresh,
    })
}

/// The size of a file in bytes, before and after gzip at the best level.
pub(super) fn zipped_bytes(file: &Path) -> Result<(usize, usize), Trouble> {
    let because = || format!("could not weigh {}", file.display());
    let bytes = fs::read(file).because(because)?;
    let mut zipped = GzEncoder::new(Vec::new(), Compression::best());
    zipped.write_all(&bytes).because(because)?;
    let zipped = zipped.finish().because(because)?;
    Ok((bytes.len(), zipped.len()))
}

/// One hash over everything that the build reads.
fn fingerprint(root: &Path) -> Result<String, Trouble> {
    let mut files = Vec::new();
    for part in [
        "Cargo.toml",
        "Cargo.lock",
        "package-lock.json",
        "rust-toolchain.toml",
        ".cargo",
        "core",
        "edge",
        // The Worker knows the number of the last one.
        "migrations",
    ] {
        collect(&root.join(part), &mut files)?;
    }
    files.sort();
    let mut all = Sha256::new();
    for file in files {
        let content = fs::read(&file).because(|| format!("could not read {}", file.display()))?;
        all.update(
            file.strip_prefix(root)
                .unwrap_or(&file)
                .as_os_str()
                .as_encoded_bytes(),
        );
        all.update(Sha256::digest(content));
    }
    Ok(hex(&all.finalize()))
}

/// What lies among the sources and is none of the build's: what builds and installations leave, and the client of others.
const UNREAD: [&str; 4] = ["edge/build", "edge/assets", "edge/client", "node_modules"];

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Trouble> {
    if path.is_file() {
        files.push(path.to_owned());
    } else if path.is_dir() && !UNREAD.iter().any(|unread| path.ends_with(unread)) {
        for entry in fs::read_dir(path).because(|| format!("could not read {}", path.display()))? {
            collect(
                &entry
                    .because(|| format!("could not read {}", path.display()))?
                    .path(),
                files,
            )?;
        }
    }
    Ok(())
}
