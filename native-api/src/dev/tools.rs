//! The Worker's tools: npm's, cargo's, and Rust's wasm target. Installed once, pinned by lock files and versions.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use super::lock;
use super::places::{Places, make};
use super::program::{ask, run};
use super::say::Voice;
use crate::config::hex;
use crate::trouble::{Because, Trouble};

const TARGET: &str = "wasm32-unknown-unknown";

/// Installs whatever is missing.
///
/// # Errors
/// When a program that everything starts from is missing, or an installation fails.
pub fn install(places: &Places, voice: &Voice) -> Result<(), Trouble> {
    let _one_installer = lock::wait(&places.state.join("tools.lock"))?;
    install_target(places, voice)?;
    install_npm(places, voice)?;
    let wasm_bindgen = locked_version(&places.root, "wasm-bindgen")?;
    let worker = locked_version(&places.root, "worker")?;
    let bindgen = Crate {
        package: "wasm-bindgen-cli",
        program: "wasm-bindgen",
        version: &wasm_bindgen,
        // It reads and writes megabytes of wasm.
        opt_level: "1",
    };
    let build = Crate {
        package: "worker-build",
        program: "worker-build",
        // It is released together with the crate.
        version: &worker,
        // It only calls other programs.
        opt_level: "0",
    };
    for tool in [bindgen, build] {
        tool.install(places, voice)?;
    }
    let left_over = places.root.join("target/tools/build");
    if left_over.exists() {
        fs::remove_dir_all(&left_over)
            .because(|| format!("could not remove {}", left_over.display()))?;
    }
    Ok(())
}

/// Installs what npm alone provides: enough for whoever needs Node and no Worker.
///
/// # Errors
/// When npm is missing, or fails.
pub fn install_node(places: &Places, voice: &Voice) -> Result<(), Trouble> {
    let _one_installer = lock::wait(&places.state.join("tools.lock"))?;
    install_npm(places, voice)
}

/// The folder of npm's programs: wrangler, node, esbuild, wasm-opt.
pub fn npm_programs(places: &Places) -> PathBuf {
    places.root.join("node_modules/.bin")
}

/// The folder of cargo's programs: wasm-bindgen and worker-build.
pub fn cargo_programs(places: &Places) -> PathBuf {
    places.root.join("target/tools/bin")
}

/// `PATH` with the Node of this checkout in front of the system's.
///
/// # Errors
/// When `PATH` has an entry that cannot be joined.
pub fn path(places: &Places) -> Result<OsString, Trouble> {
    let old = env::var_os("PATH").unwrap_or_default();
    let folders = [npm_programs(places)]
        .into_iter()
        .chain(env::split_paths(&old));
    env::join_paths(folders).because(|| "PATH cannot be extended")
}

/// The command with the `node` of this checkout.
///
/// # Errors
/// Those of [`path`].
pub fn wrangler(places: &Places) -> Result<Command, Trouble> {
    let mut command = Command::new(npm_programs(places).join("wrangler"));
    command
        .current_dir(&places.root)
        .env("PATH", path(places)?)
        .env("WRANGLER_SEND_METRICS", "false")
        .env("FORCE_COLOR", "0");
    Ok(command)
}

fn install_target(places: &Places, voice: &Voice) -> Result<(), Trouble> {
    let library =
        ask(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
    if Path::new(&library).is_dir() {
        return Ok(());
    }
    let step = voice.step(format!(
        "adding Rust's target {TARGET}, for the Worker (about 20 s)"
    ));
    run(Command::new("rustup").args(["target", "add", TARGET]), &places.log("install-target")).because(|| {
        format!("Rust's standard library for {TARGET} is missing; without rustup, install it with the package that Rust came from")
    })?;
    step.done(&format!("Rust's target {TARGET} added"));
    Ok(())
}

/// `npm ci` when the lock file is not the one that was installed last.
fn install_npm(places: &Places, voice: &Voice) -> Result<(), Trouble> {
    let lock_file = places.root.join("package-lock.json");
    let wanted =
        fs::read(&lock_file).because(|| format!("could not read {}", lock_file.display()))?;
    let wanted = hex(&Sha256::digest(wanted));
    let mark = places.root.join("node_modules/.equoria");
    let is_there = fs::read_to_string(&mark).is_ok_and(|found| found == wanted);
    if is_there && npm_programs(places).join("wrangler").exists() {
        return Ok(());
    }
    let step = voice.step("installing wrangler, workerd, Node 22, esbuild and binaryen into node_modules (500 MB on disk, about 30 s)");
    // No package needs to run code of its own while it is installed.
    run(
        Command::new("npm")
            .args([
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ])
            .current_dir(&places.root),
        &places.log("install-npm"),
    )
    .because(|| "npm could not install the Worker's tools")?;
    fs::write(&mark, wanted).because(|| format!("could not write {}", mark.display()))?;
    step.done("wrangler, workerd, Node 22, esbuild and binaryen installed in node_modules");
    Ok(())
}

/// A program that cargo installs.
struct Crate<'a> {
    package: &'a str,
    program: &'a str,
    version: &'a str,
    /// How well it must be optimised: building these tools takes longer than all their work.
    opt_level: &'a str,
}

impl Crate<'_> {
    fn install(&self, places: &Places, voice: &Voice) -> Result<(), Trouble> {
        let program = cargo_programs(places).join(self.program);
        let is_there = ask(Command::new(&program).arg("--version"))
            .is_ok_and(|said| said.split_whitespace().any(|word| word == self.version));
        if is_there {
            return Ok(());
        }
        let Self {
            package, version, ..
        } = self;
        let step = voice.step(format!("building {package} {version} (once, 1 to 3 min)"));
        let log = places.log(&format!("install-{package}"));
        // Its own lock file may name versions that a registry has withdrawn since: then the newest that fit.
        if self.cargo_install(places, &log, true).is_err() {
            self.cargo_install(places, &log, false)
                .because(|| format!("cargo could not install {package} {version}"))?;
        }
        step.done(&format!("{package} {version} built"));
        Ok(())
    }

    fn cargo_install(&self, places: &Places, log: &Path, is_locked: bool) -> Result<(), Trouble> {
        let root = places.root.join("target/tools");
        make(&root, 0o755)?;
        let mut command = Command::new(cargo());
        command
            .args([
                "install",
                self.package,
                "--version",
                self.version,
                "--bin",
                self.program,
                "--force",
                // wasm-bindgen's only feature is TLS, for tests in browsers that are elsewhere.
                "--no-default-features",
            ])
            .arg("--root")
            .arg(&root)
            .env("CARGO_TARGET_DIR", root.join("build"))
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", self.opt_level)
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .current_dir(&places.root);
        if is_locked {
            command.arg("--locked");
        }
        run(&command, log)
    }
}

/// The cargo that runs us, or else the one on the `PATH`.
pub fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The version of a package in `Cargo.lock`.
fn locked_version(root: &Path, package: &str) -> Result<String, Trouble> {
    let file = root.join("Cargo.lock");
    let text =
        fs::read_to_string(&file).because(|| format!("could not read {}", file.display()))?;
    version_in(&text, package).ok_or_else(|| Trouble::new(format!("Cargo.lock has no {package}")))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let wanted = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != wanted).skip(1);
    let version = lines.next()?.strip_prefix("version = \"")?;
    Some(version.trim_end_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_that_of_the_package_with_exactly_this_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.1\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version_in(lock, "absent"), None);
    }
}
