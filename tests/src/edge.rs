//! The real Worker: workerd under `wrangler dev`, on a free port.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use equoria::config::{self, Environment};
use equoria::dev::edge::{Bindings, Edge as Process};
use equoria::dev::lock;
use equoria::dev::places::Places;
use equoria::dev::program::{ask, write_private};
use equoria::dev::ready::{answers, free_port};
use equoria::dev::supervise::Manner;
use equoria::trouble::{Because, Trouble};

use crate::native::{Native, fresh_home};
use crate::{Database, program};

/// A Worker in front of one test's database and native API; it ends with this value.
pub struct Edge {
    /// Where it answers, without a slash at the end.
    pub url: String,
    /// Where its bindings lead, or the one to the primary if there are two ways, with the role and the password that it has.
    pub database: config::Database,
    home: PathBuf,
    process: Option<Process>,
}

impl Edge {
    /// Builds the Worker if its sources changed, starts it, and waits until it is ready.
    ///
    /// # Panics
    /// When it cannot be built or does not start; the end of the log is part of the message.
    pub async fn start(database: &Database, native: &Native) -> Self {
        Self::start_with(database, native.environment(), &native.url).await
    }

    /// As [`Edge::start`], for an environment and a native API that are nobody's process: `EQUORIA_READS=native`
    /// forwards the reads, and the address may be one where nobody answers.
    ///
    /// # Panics
    /// When it cannot be built or does not start.
    pub async fn start_with(
        database: &Database,
        environment: &Environment,
        native_url: &str,
    ) -> Self {
        let address = database.of("equoria_edge").over_tcp();
        Self::start_at(&address, environment, native_url).await
    }

    /// As [`Edge::start_with`], with bindings that lead to this TCP address.
    ///
    /// # Panics
    /// When it cannot be built or does not start.
    pub async fn start_at(
        address: &config::Database,
        environment: &Environment,
        native_url: &str,
    ) -> Self {
        Self::start_between(address, address, environment, native_url).await
    }

    /// As [`Edge::start_at`], with a binding that may be behind, and leads to a standby, beside that of the primary.
    ///
    /// # Panics
    /// When it cannot be built or does not start.
    pub async fn start_between(
        standby: &config::Database,
        primary: &config::Database,
        environment: &Environment,
        native_url: &str,
    ) -> Self {
        build();
        let built = program::checkout().join("edge/build");
        let bindings = Bindings::of(environment, primary, native_url);
        let bindings = bindings.map(|it| it.behind(standby));
        Self::launched(&built, primary, bindings).await
    }

    /// As [`Edge::start_at`], for another build of the Worker, which lies in this folder.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_build(
        built: &Path,
        address: &config::Database,
        environment: &Environment,
        native_url: &str,
    ) -> Self {
        let bindings = Bindings::of(environment, address, native_url);
        Self::launched(built, address, bindings).await
    }

    async fn launched(
        built: &Path,
        address: &config::Database,
        bindings: Result<Bindings, Trouble>,
    ) -> Self {
        let started = match bindings {
            Ok(bindings) => launch(built, address, &bindings).await,
            Err(trouble) => Err(trouble),
        };
        started.unwrap_or_else(|trouble| panic!("the Worker did not start: {trouble}"))
    }

    /// What wrangler and the Worker have printed so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.home.join("log")).unwrap_or_default()
    }
}

impl Drop for Edge {
    fn drop(&mut self) {
        drop(self.process.take());
        if !std::thread::panicking() {
            let _nothing_left = fs::remove_dir_all(&self.home);
        }
    }
}

/// Once for each test process; quick where nothing changed.
pub(crate) fn build() {
    static BUILT: OnceLock<Result<(), String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let building = Command::new(program::equoria())
            .args(["worker", "build"])
            .current_dir(program::checkout())
            .stdin(Stdio::null())
            .status();
        match building {
            // One that is too heavy works: its weight has a test of its own.
            Ok(status) if matches!(status.code(), Some(0 | 1)) => Ok(()),
            Ok(status) => Err(format!("`equoria worker build` ended with {status}")),
            Err(error) => Err(error.to_string()),
        }
    });
    if let Err(trouble) = built {
        panic!("no Worker to test: {trouble}");
    }
}

async fn launch(
    built: &Path,
    address: &config::Database,
    bindings: &Bindings,
) -> Result<Edge, Trouble> {
    let places = Places::of(&program::checkout())?;
    let home = fresh_home("edge");
    write_configuration(&places, built, bindings, &home)?;
    let arguments = [
        format!("--config={}", home.join("wrangler.toml").display()),
        format!("--persist-to={}", home.join("state").display()),
    ];
    let manner = Manner {
        supervisor: Some(program::equoria()),
        ..Manner::default()
    };
    let port = free_port()?;
    let url = format!("http://127.0.0.1:{port}");
    let mut process = Process::start(
        &places,
        bindings,
        port,
        &arguments,
        &manner,
        &home.join("log"),
    )?;
    answers(
        &format!("{url}/health/live"),
        Duration::from_secs(120),
        || process.require_alive(),
    )
    .await?;
    Ok(Edge {
        url,
        database: address.clone(),
        home,
        process: Some(process),
    })
}

/// The product's own `wrangler.toml`, without its build command: the Worker is built already, and copied, so that
/// another build does not change it under the test.
fn write_configuration(
    places: &Places,
    built: &Path,
    bindings: &Bindings,
    home: &Path,
) -> Result<(), Trouble> {
    let original = places.root.join("wrangler.toml");
    let text = fs::read_to_string(&original)
        .because(|| format!("could not read {}", original.display()))?;
    let worker = copy_of_the_build(places, built, home)?.join("index.js");
    let text = without_section(&text, "[build]").replace(
        "main = \"edge/build/index.js\"",
        &format!("main = {:?}", worker.display().to_string()),
    );
    let assets = home.join("assets").display().to_string();
    let text = text.replace(
        "directory = \"edge/assets\"",
        &format!("directory = {assets:?}"),
    );
    let file = home.join("wrangler.toml");
    fs::write(&file, text).because(|| format!("could not write {}", file.display()))?;
    let variables: String = bindings
        .variables()
        .iter()
        .map(|(name, value)| format!("{name}=\"{value}\"\n"))
        .collect();
    write_private(&home.join(".dev.vars"), &variables)
}

fn copy_of_the_build(places: &Places, built: &Path, home: &Path) -> Result<PathBuf, Trouble> {
    let _nobody_builds = lock::wait(&places.root.join("target/worker/build.lock"))?;
    let assets = places.root.join("edge/assets");
    for (from, copy) in [(built, "build"), (assets.as_path(), "assets")] {
        ask(Command::new("cp").arg("-R").arg(from).arg(home.join(copy)))?;
    }
    Ok(home.join("build"))
}

fn without_section(text: &str, section: &str) -> String {
    let mut is_inside = false;
    let mut kept = String::new();
    for line in text.lines() {
        if line.starts_with('[') {
            is_inside = line == section;
        }
        if !is_inside {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}
