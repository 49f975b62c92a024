//! The Worker on this machine: `wrangler dev`, and the files that let `npx wrangler dev` do the same.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use super::places::Places;
use super::program::{append, last_lines, own_program, write_private};
use super::supervise::{Manner, Supervised};
use super::tools::wrangler;
use crate::config::{Database, Environment, TokenKey, hex};
use crate::trouble::{Because, Trouble};

/// Tells our generated files from somebody's own.
const MARK: &str = "# Made by `equoria` at every start; changes are lost.\n";

/// What the Worker must know: variables, and where its two database bindings lead.
#[derive(Clone)]
pub struct Bindings {
    variables: Vec<(&'static str, String)>,
    databases: Vec<(&'static str, String)>,
}

impl Bindings {
    /// Those for the product's own environment, with the native API at `native_url`.
    ///
    /// # Errors
    /// When a value is missing, or the database can only be reached over a socket.
    pub fn of(
        environment: &Environment,
        database: &Database,
        native_url: &str,
    ) -> Result<Self, Trouble> {
        let get = |name: &str| {
            environment
                .get(name)?
                .ok_or_else(|| Trouble::new(format!("{name} is not set")))
        };
        let key = TokenKey::from_hex("EQUORIA_TOKEN_KEY", &get("EQUORIA_TOKEN_KEY")?)?;
        let url = database.plain_url();
        let reads = environment
            .get("EQUORIA_READS")?
            .unwrap_or_else(|| "edge".to_owned());
        let copies_for_s = environment.get("EQUORIA_COPIES_FOR_S")?.unwrap_or_default();
        Ok(Self {
            variables: vec![
                ("NATIVE_URL", native_url.to_owned()),
                ("TOKEN_PUBLIC_KEY", hex(&key.public())),
                ("EDGE_KEY", get("EQUORIA_EDGE_KEY")?),
                ("CLOCK", get("EQUORIA_PROFILE")?),
                ("READS", reads),
                ("COPIES_FOR_S", copies_for_s),
            ],
            databases: ["DB", "DB_FRESH"]
                .map(|binding| (binding, url.clone()))
                .into(),
        })
    }

    /// The same with the binding that may be behind leading elsewhere: to a standby.
    #[must_use]
    pub fn behind(mut self, standby: &Database) -> Self {
        for (binding, url) in &mut self.databases {
            if *binding == "DB" {
                *url = standby.plain_url();
            }
        }
        self
    }

    /// Each variable of the Worker.
    pub fn variables(&self) -> &[(&'static str, String)] {
        &self.variables
    }

    /// Each binding of the Worker to a database.
    pub fn databases(&self) -> &[(&'static str, String)] {
        &self.databases
    }

    /// Writes `.dev.vars` and `.env`, which wrangler reads by itself. Files that somebody else wrote are left alone.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(&self, places: &Places) -> Result<Vec<String>, Trouble> {
        let variables = lines(&self.variables, "");
        let databases = lines(&self.databases, HYPERDRIVE);
        let mut left_alone = Vec::new();
        for (name, lines) in [(".dev.vars", variables), (".env", databases)] {
            let path = places.root.join(name);
            if is_foreign(&path) {
                left_alone.push(name.to_owned());
            } else {
                write_private(&path, &format!("{MARK}{lines}"))?;
            }
        }
        Ok(left_alone)
    }
}

/// Where wrangler looks for the address behind a Hyperdrive binding.
const HYPERDRIVE: &str = "CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_";

fn lines(values: &[(&str, String)], prefix: &str) -> String {
    values
        .iter()
        .map(|(name, value)| format!("{prefix}{name}=\"{value}\"\n"))
        .collect()
}

fn is_foreign(path: &Path) -> bool {
    fs::read_to_string(path).is_ok_and(|text| !text.starts_with(MARK))
}

/// A Worker that runs under `wrangler dev`.
#[derive(Debug)]
pub struct Edge {
    /// The process.
    pub supervised: Supervised,
    log: std::path::PathBuf,
    since: u64,
}

impl Edge {
    /// Starts `wrangler dev` on `port`, with `arguments` before its own.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(
        places: &Places,
        bindings: &Bindings,
        port: u16,
        arguments: &[String],
        manner: &Manner,
        log: &Path,
    ) -> Result<Self, Trouble> {
        let mut command = wrangler(places)?;
        command
            .arg("dev")
            .args(arguments)
            .args([
                "--ip=127.0.0.1",
                "--show-interactive-dev-session=false",
                "--inspector-port=0",
            ])
            .arg(format!("--port={port}"));
        command.env("EQUORIA_PROGRAM", own_program()?);
        for (binding, url) in &bindings.databases {
            command.env(format!("{HYPERDRIVE}{binding}"), url);
        }
        let output = append(log)?;
        let since = output.metadata().map_or(0, |found| found.len());
        let errors = output
            .try_clone()
            .because(|| format!("could not write {}", log.display()))?;
        let supervised = Supervised::start(
            "wrangler",
            &command,
            manner,
            Stdio::from(output),
            Stdio::from(errors),
        )?;
        Ok(Self {
            supervised,
            log: log.to_owned(),
            since,
        })
    }

    /// Fails once wrangler has ended by itself.
    ///
    /// # Errors
    /// With the end of its log.
    pub fn require_alive(&mut self) -> Result<(), Trouble> {
        match self.supervised.ended()? {
            None => Ok(()),
            Some(_) => Err(Trouble::new(format!(
                "wrangler ended; the end of {}:\n{}",
                self.log.display(),
                last_lines(&self.log, self.since, 15)
            ))),
        }
    }
}
