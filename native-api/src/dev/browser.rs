//! Building the rules for a browser, which the edge serves as files: cargo, wasm-bindgen and wasm-opt.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::places::{Places, make};
use super::program::run;
use super::tools::{cargo, cargo_programs, npm_programs};
use super::worker::zipped_bytes;
use crate::config::hex;
use crate::trouble::{Because, Trouble};

/// What wasm-bindgen writes for a page, by our name for it.
const FILES: [&str; 3] = ["rules.js", "rules_bg.wasm", "rules.d.ts"];
/// What every browser since 2023 has, and the compiler uses.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// The rules for a browser, as the edge serves them.
#[derive(Clone, Debug, Serialize)]
pub struct Module {
    /// The path of the script that imports the current version.
    pub script: &'static str,
    /// The path of that version, which never changes.
    pub version: String,
    /// The size of its wasm in bytes.
    pub raw_bytes: usize,
    /// The size of its wasm after gzip at the best level, in bytes.
    pub gzip_bytes: usize,
    /// The size of its script after gzip, in bytes.
    pub script_gzip_bytes: usize,
}

/// Where the edge serves the script that imports the current version.
const SCRIPT: &str = "/rules/rules.js";

/// The folder of the files that the edge serves under `/rules`.
fn served(places: &Places) -> PathBuf {
    places.root.join("edge/assets/rules")
}

/// Whether an earlier build has left a module.
pub(super) fn was_built(places: &Places) -> bool {
    current(places).is_ok()
}

/// Builds the module into the files that the edge serves, in the place of the version before.
pub(super) fn build(places: &Places, target: &Path) -> Result<(), Trouble> {
    let draft = target.join("browser-module");
    compile(places, target, &draft)?;
    let version = fingerprint(&draft)?;
    let served = served(places);
    let _none_before = fs::remove_dir_all(&served);
    make(&served, 0o755)?;
    let folder = served.join(&version);
    make(&folder, 0o755)?;
    for name in FILES {
        let copied = fs::copy(draft.join(name), folder.join(name));
        copied.because(|| format!("could not write {}", folder.join(name).display()))?;
    }
    let types = format!("export * from \"./{version}/rules.js\";\n");
    let script = format!(
        "// Imports the current version of the rules, makes them ready, and exports what they answer.\n\
         import ready from \"./{version}/rules.js\";\nawait ready();\n{types}"
    );
    // The script comes last: it says that all of the rest is there.
    for (name, text) in [("rules.d.ts", types), ("rules.js", script)] {
        let file = served.join(name);
        fs::write(&file, text).because(|| format!("could not write {}", file.display()))?;
    }
    Ok(())
}

fn compile(places: &Places, target: &Path, draft: &Path) -> Result<(), Trouble> {
    let log = places.log("browser-build");
    let mut build = Command::new(cargo());
    build
        .args([
            "build",
            "--quiet",
            "--profile",
            "browser",
            "--package",
            "equoria-browser",
        ])
        .args(["--target", "wasm32-unknown-unknown"])
        .current_dir(&places.root)
        .env("CARGO_TARGET_DIR", target);
    run(&build, &log)?;
    let mut bindgen = Command::new(cargo_programs(places).join("wasm-bindgen"));
    bindgen
        .args(["--target", "web", "--out-name", "rules", "--out-dir"])
        .arg(draft)
        .arg(target.join("wasm32-unknown-unknown/browser/rules_browser.wasm"));
    run(&bindgen, &log)?;
    let wasm = draft.join("rules_bg.wasm");
    let mut shrink = Command::new(npm_programs(places).join("wasm-opt"));
    // More passes make it smaller before gzip and a tenth larger after it.
    shrink
        .arg("-O1")
        .args(FEATURES)
        .arg(&wasm)
        .arg("--output")
        .arg(&wasm);
    run(&shrink, &log)
}

/// Sixteen digits that stand for what the files hold.
fn fingerprint(folder: &Path) -> Result<String, Trouble> {
    let mut all = Sha256::new();
    for name in FILES {
        let file = folder.join(name);
        let content = fs::read(&file).because(|| format!("could not read {}", file.display()))?;
        all.update(Sha256::digest(content));
    }
    let mut digits = hex(&all.finalize());
    digits.truncate(16);
    Ok(digits)
}

/// The version that the script imports.
fn current(places: &Places) -> Result<String, Trouble> {
    let file = served(places).join("rules.js");
    let script =
        fs::read_to_string(&file).because(|| format!("could not read {}", file.display()))?;
    let version = script
        .split_once("from \"./")
        .and_then(|(_, rest)| rest.split_once('/'));
    let (version, _) = version
        .ok_or_else(|| Trouble::new(format!("{} imports no version: remove it", file.display())))?;
    Ok(version.to_owned())
}

/// Weighs what the last build left.
pub(super) fn weigh(places: &Places) -> Result<Module, Trouble> {
    let version = current(places)?;
    let folder = served(places).join(&version);
    let (raw_bytes, gzip_bytes) = zipped_bytes(&folder.join("rules_bg.wasm"))?;
    let (_, script_gzip_bytes) = zipped_bytes(&folder.join("rules.js"))?;
    Ok(Module {
        script: SCRIPT,
        version: format!("/rules/{version}/rules.js"),
        raw_bytes,
        gzip_bytes,
        script_gzip_bytes,
    })
}
