//! The native API as a process of its own, so that its share of the processor can be told.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::world::Scratch;
use crate::config::{Database, Environment};
use crate::dev::program::own_program;
use crate::dev::ready::{answers, free_port};
use crate::dev::supervise::{Manner, Supervised};
use crate::trouble::{Because, Trouble};

/// A native API that runs as long as this value lives: with the production profile, its usual log, and without jobs.
pub struct Api {
    /// Where it listens.
    pub address: SocketAddr,
    process: Supervised,
}

impl Api {
    /// Starts it on the database and waits until it is ready.
    ///
    /// # Errors
    /// When it does not start; its log is named.
    pub async fn start(
        scratch: &Scratch,
        database: &Database,
        name: &str,
    ) -> Result<Self, Trouble> {
        let port = free_port()?;
        let log = scratch.file(&format!("{name}.log"));
        let started = launch(&environment(scratch, database, port), &log);
        let mut process = started?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let url = format!("http://{address}/health/ready");
        let ready = answers(&url, Duration::from_secs(30), || match process.ended()? {
            None => Ok(()),
            Some(status) => Err(Trouble::new(format!("the native API ended ({status})"))),
        });
        let said = || std::fs::read_to_string(&log).unwrap_or_default();
        ready
            .await
            .because(|| format!("the native API did not start, and said:\n{}", said().trim()))?;
        Ok(Self { address, process })
    }

    /// The process below which it is.
    pub fn process(&self) -> u32 {
        self.process.id()
    }
}

/// What the API is told: the production profile, a port, and no bound on the writes of one address.
pub(super) fn environment(scratch: &Scratch, database: &Database, port: u16) -> Environment {
    scratch
        .secrets
        .environment(database, "production")
        .without("MIGRATE_DATABASE_URL")
        .with("EQUORIA_API_HOST", "127.0.0.1")
        .with("EQUORIA_API_PORT", &port.to_string())
        // A client stands for many players, and they for many addresses.
        .with("EQUORIA_LIMIT_WRITES", "0")
}

/// Starts the API without jobs, its output going to `log`.
///
/// # Errors
/// When it cannot be started.
pub(super) fn launch(environment: &Environment, log: &Path) -> Result<Supervised, Trouble> {
    let output = File::create(log).because(|| format!("could not write {}", log.display()))?;
    let errors = output
        .try_clone()
        .because(|| format!("could not write {}", log.display()))?;
    let mut command = Command::new(own_program()?);
    command.args(["serve", "--no-jobs"]);
    for (name, value) in environment.iter() {
        command.env(name, value).env_remove(format!("{name}_FILE"));
    }
    let manner = Manner {
        at_once: true,
        ..Manner::default()
    };
    Supervised::start(
        "the native API",
        &command,
        &manner,
        Stdio::from(output),
        Stdio::from(errors),
    )
}
