//! Programs that npm installs for a test: once, pinned by their lock file, and run by the Node of this checkout.

use std::path::PathBuf;
use std::process::Command;

use equoria::dev::package::{self, BROWSER, browse, told};
use equoria::dev::places::Places;
use equoria::dev::say::Voice;
use equoria::trouble::Trouble;
use serde_json::Value;

use crate::program;

/// A folder of the checkout with a `package.json`, and everything installed that it names.
#[derive(Debug)]
pub struct Package {
    /// The folder.
    pub folder: PathBuf,
    inner: package::Package,
}

impl Package {
    /// Installs what the lock file of a folder names, unless that was done before, and says `what` it is then.
    ///
    /// # Panics
    /// When npm fails; what it said is part of the message.
    pub fn installed(folder: &str, what: &str) -> Self {
        let places = Places::of(&program::checkout());
        let installed = places
            .and_then(|places| package::Package::installed(places, folder, what, &Voice::default()))
            .unwrap_or_else(|trouble| panic!("{trouble}"));
        Self {
            folder: installed.folder.clone(),
            inner: installed,
        }
    }

    /// The command with a program that is installed here, or else with one of the checkout's.
    ///
    /// # Errors
    /// When `PATH` cannot be extended.
    pub fn command(&self, name: &str) -> Result<Command, Trouble> {
        self.inner.command(name)
    }

    /// Runs a program to its end and answers what it printed.
    ///
    /// # Panics
    /// When it fails; all that it said is part of the message.
    pub fn run(&self, name: &str, arguments: &[&str], environment: &[(&str, &str)]) -> String {
        let said = self.command(name).and_then(|mut command| {
            command.args(arguments).envs(environment.iter().copied());
            told(name, &mut command, "")
        });
        said.unwrap_or_else(|trouble| panic!("{trouble}"))
    }
}

/// Runs a script of `tests/browser` with a headless Chromium, hands it a job, and answers the JSON that it printed.
///
/// # Panics
/// When it fails or prints something else; all that it said is part of the message.
pub fn in_a_browser(script: &str, job: &Value) -> Value {
    let package = Package::installed(BROWSER.0, BROWSER.1);
    let answer = browse(&package.inner, script, job);
    answer.unwrap_or_else(|trouble| panic!("{trouble}"))
}
