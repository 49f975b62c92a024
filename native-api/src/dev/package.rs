//! Programs that npm installs into a folder of the checkout: once, pinned by their lock file, run by the checkout's Node.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::places::Places;
use super::program::ask;
use super::say::Voice;
use super::{lock, tools};
use crate::trouble::{Because, Trouble};

/// A folder of the checkout with a `package.json`, and everything installed that it names.
#[derive(Debug)]
pub struct Package {
    /// The folder.
    pub folder: PathBuf,
    places: Places,
}

impl Package {
    /// Installs what the lock file of a folder names, unless that was done before, and says `what` it is then.
    ///
    /// # Errors
    /// When npm fails, with what it said.
    pub fn installed(
        places: Places,
        folder: &str,
        what: &str,
        voice: &Voice,
    ) -> Result<Self, Trouble> {
        let lock_name = format!("{}.lock", folder.replace('/', "-"));
        let _one_installer = lock::wait(&places.state.join(lock_name))?;
        tools::install_node(&places, voice)?;
        let package = Self {
            folder: places.root.join(folder),
            places,
        };
        let lock_file = package.folder.join("package-lock.json");
        let wanted = fs::read_to_string(&lock_file)
            .because(|| format!("could not read {}", lock_file.display()))?;
        let mark = package.folder.join("node_modules/.equoria");
        if !fs::read_to_string(&mark).is_ok_and(|done| done == wanted) {
            let step = voice.step(format!("installing {what} into {folder}/node_modules"));
            ask(package.command("npm")?.args([
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ]))?;
            fs::write(&mark, wanted).because(|| format!("could not write {}", mark.display()))?;
            step.done(&format!("{what}: installed in {folder}/node_modules"));
        }
        Ok(package)
    }

    /// The command with a program that is installed here, or else with one of the checkout's.
    ///
    /// # Errors
    /// When `PATH` cannot be extended.
    pub fn command(&self, name: &str) -> Result<Command, Trouble> {
        let own = self.folder.join("node_modules/.bin").join(name);
        let mut command = if own.exists() {
            Command::new(own)
        } else {
            Command::new(name)
        };
        command
            .current_dir(&self.folder)
            .env("PATH", tools::path(&self.places)?);
        Ok(command)
    }

    /// Runs a script with Node, hands it a job on its standard input, and answers the JSON that it printed.
    ///
    /// # Errors
    /// When it fails, with all that it said, or prints something else.
    pub fn answer(
        &self,
        script: &str,
        job: &Value,
        environment: &[(&str, &str)],
    ) -> Result<Value, Trouble> {
        let mut command = self.command("node")?;
        command.arg(script).envs(environment.iter().copied());
        let said = told(script, &mut command, &job.to_string())?;
        serde_json::from_str(&said).because(|| format!("{script} printed what is no JSON"))
    }
}

/// The package with a headless Chromium, and what it is called where it is installed.
pub const BROWSER: (&str, &str) = ("tests/browser", "a headless Chromium (70 MB, about 20 s)");

/// Runs a script of the package with the browser.
///
/// # Errors
/// As [`Package::answer`], and when the browser cannot be unpacked.
pub fn browse(package: &Package, script: &str, job: &Value) -> Result<Value, Trouble> {
    let unpacked = package.folder.join("node_modules/.unpacked");
    fs::create_dir_all(&unpacked).because(|| format!("could not make {}", unpacked.display()))?;
    let unpacked = unpacked.display().to_string();
    package.answer(script, job, &[("TMPDIR", &unpacked)])
}

/// Runs a command with an input, and answers what it printed.
///
/// # Errors
/// When it fails; all that it said is part of the cause.
pub fn told(name: &str, command: &mut Command, input: &str) -> Result<String, Trouble> {
    let output = fed(command, input).because(|| format!("could not run {name}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(Trouble::new(format!(
        "{name} failed ({}): {}",
        output.status,
        [complaint.trim(), said.trim()].join("\n").trim()
    )))
}

fn fed(command: &mut Command, input: &str) -> std::io::Result<Output> {
    let piped = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = piped.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // Whoever does not read its input says why by its status.
        drop(stdin.write_all(input.as_bytes()));
    }
    child.wait_with_output()
}
