//! The rules as a WebAssembly module that Node runs: for the bench of the rules and for the test of parity.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::dev::places::Places;
use crate::dev::tools;
use crate::trouble::{Because, Trouble};

/// A built module.
#[derive(Debug)]
pub struct Module {
    script: PathBuf,
    path: std::ffi::OsString,
}

impl Module {
    /// Builds the module with all optimisations; the tools must have been installed.
    ///
    /// # Errors
    /// A tool that fails, with what it said.
    pub fn build(places: &Places) -> Result<Self, Trouble> {
        let target = places.root.join("target/parity");
        let mut cargo = Command::new(tools::cargo());
        cargo
            .args(["build", "--release", "-p", "equoria-parity"])
            .args(["--target", "wasm32-unknown-unknown"])
            .current_dir(&places.root)
            .env("CARGO_TARGET_DIR", &target);
        output("cargo", &mut cargo)?;
        let mut bindgen = Command::new(tools::cargo_programs(places).join("wasm-bindgen"));
        bindgen
            .args(["--target", "nodejs", "--no-typescript", "--out-dir"])
            .arg(target.join("module"))
            .arg(target.join("wasm32-unknown-unknown/release/equoria_parity.wasm"));
        output("wasm-bindgen", &mut bindgen)?;
        Ok(Self {
            script: target.join("module/equoria_parity.js"),
            path: tools::path(places)?,
        })
    }

    /// Runs a program in Node, which finds the module's script in `process.argv[1]` and the arguments after it, and answers
    /// what it wrote.
    ///
    /// # Errors
    /// What Node said when it failed.
    pub fn run(&self, program: &str, arguments: &[String]) -> Result<String, Trouble> {
        let mut node = Command::new("node");
        node.args(["--eval", program])
            .arg(&self.script)
            .args(arguments)
            .env("PATH", &self.path);
        let output = output("node", &mut node)?;
        String::from_utf8(output.stdout).because(|| "node wrote what is no text")
    }
}

fn output(program: &str, command: &mut Command) -> Result<Output, Trouble> {
    let output = command
        .output()
        .because(|| format!("could not start {program}"))?;
    if output.status.success() {
        return Ok(output);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(Trouble::new(format!("{program} failed: {complaint}")))
}
