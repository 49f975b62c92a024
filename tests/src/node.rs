//! Programs that npm installs for a test: once, pinned by their lock file, and run by the Node of this checkout.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use equoria::dev::places::Places;
use equoria::dev::program::ask;
use equoria::dev::say::Voice;
use equoria::dev::{lock, tools};
use equoria::trouble::{Because, Trouble};
use serde_json::Value;

use crate::program;

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
    /// # Panics
    /// When npm fails; what it said is part of the message.
    pub fn installed(folder: &str, what: &str) -> Self {
        let installed = Self::install(folder, what);
        installed.unwrap_or_else(|trouble| panic!("{trouble}"))
    }

    fn install(folder: &str, what: &str) -> Result<Self, Trouble> {
        let places = Places::of(&program::checkout())?;
        let package = Self {
            folder: places.root.join(folder),
            places,
        };
        let lock_name = format!("{}.lock", folder.replace('/', "-"));
        let _one_installer = lock::wait(&package.places.state.join(lock_name))?;
        tools::install_node(&package.places, &Voice::default())?;
        let lock_file = package.folder.join("package-lock.json");
        let wanted = fs::read_to_string(&lock_file)
            .because(|| format!("could not read {}", lock_file.display()))?;
        let mark = package.folder.join("node_modules/.equoria");
        if !fs::read_to_string(&mark).is_ok_and(|done| done == wanted) {
            eprintln!("installing {what} into {folder}/node_modules");
            ask(package.command("npm")?.args([
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ]))?;
            fs::write(&mark, wanted).because(|| format!("could not write {}", mark.display()))?;
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

    /// Runs a program to its end and answers what it printed.
    ///
    /// # Panics
    /// When it fails; all that it said is part of the message.
    pub fn run(&self, name: &str, arguments: &[&str], environment: &[(&str, &str)]) -> String {
        let command = self.command(name);
        let mut command = command.unwrap_or_else(|trouble| panic!("{trouble}"));
        command.args(arguments).envs(environment.iter().copied());
        told(name, &mut command, "")
    }

    /// Runs a script with Node, hands it a job on its standard input, and answers the JSON that it printed.
    ///
    /// # Panics
    /// When it fails or prints something else; all that it said is part of the message.
    pub fn answer(&self, script: &str, job: &Value, environment: &[(&str, &str)]) -> Value {
        let command = self.command("node");
        let mut command = command.unwrap_or_else(|trouble| panic!("{trouble}"));
        command.arg(script).envs(environment.iter().copied());
        let said = told(script, &mut command, &job.to_string());
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{script}: {error} in {said}"))
    }
}

fn told(name: &str, command: &mut Command, input: &str) -> String {
    let piped = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = piped
        .spawn()
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut stdin = child.stdin.take().expect("it is piped");
    let given = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("a child can be waited for");
    let (said, complaint) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    let is_fine = output.status.success() && given.is_ok();
    assert!(is_fine, "{name}: {}\n{said}\n{complaint}", output.status);
    said.into_owned()
}
