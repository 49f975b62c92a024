//! The built Worker in workerd itself, without `wrangler dev` around it.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use equoria::config::{Database, Environment};
use equoria::dev::edge::Bindings;
use equoria::dev::lock;
use equoria::dev::places::Places;
use equoria::dev::ready::{answers, free_port};
use equoria::dev::supervise::{Manner, Supervised};
use equoria::dev::workerd::Worker;
use equoria::trouble::Trouble;

use crate::native::fresh_home;
use crate::{edge, program};

/// What a Worker stands between.
#[derive(Clone, Debug)]
pub struct Between {
    /// Its native API's address; one where nobody answers will do for the reads.
    pub native_url: String,
    /// The database behind the binding `DB`, which may be behind.
    pub database: Database,
    /// The database behind the binding `DB_FRESH`.
    pub fresh: Database,
    /// The server behind its Cache API, if it has one.
    pub cache: Option<SocketAddr>,
}

/// A workerd process with one Worker in it; it ends with this value.
#[derive(Debug)]
pub struct Workerd {
    /// Where it answers, without a slash at the end.
    pub url: String,
    folder: PathBuf,
    _process: Supervised,
}

impl Workerd {
    /// Builds the Worker if its sources changed, starts it for this environment, and waits until it answers.
    ///
    /// # Panics
    /// When it cannot be built or does not start; its log is part of the message.
    pub async fn start(environment: &Environment, between: &Between) -> Self {
        edge::build();
        let folder = fresh_home("workerd");
        let started = launch(environment, between, &folder).await;
        started.unwrap_or_else(|trouble| {
            panic!("workerd did not start: {trouble}\n{}", log_in(&folder))
        })
    }

    /// What it has printed so far.
    pub fn log(&self) -> String {
        log_in(&self.folder)
    }
}

fn log_in(folder: &Path) -> String {
    fs::read_to_string(folder.join("log")).unwrap_or_default()
}

async fn launch(
    environment: &Environment,
    between: &Between,
    folder: &Path,
) -> Result<Workerd, Trouble> {
    let places = Places::of(&program::checkout())?;
    let worker = worker(&places, environment, between)?;
    let manner = Manner {
        supervisor: Some(program::equoria()),
        at_once: true,
        remove: Some(folder.to_owned()),
        ..Manner::default()
    };
    let port = free_port()?;
    let mut process = {
        let _nobody_builds = lock::wait(&places.root.join("target/worker/build.lock"))?;
        worker.start(&places, folder, port, &manner)?
    };
    let url = format!("http://127.0.0.1:{port}");
    let live = format!("{url}/health/live");
    answers(&live, Duration::from_secs(60), || {
        match process.ended()? {
            None => Ok(()),
            Some(status) => Err(Trouble::new(format!("it ended ({status})"))),
        }
    })
    .await?;
    Ok(Workerd {
        url,
        folder: folder.to_owned(),
        _process: process,
    })
}

fn worker(
    places: &Places,
    environment: &Environment,
    between: &Between,
) -> Result<Worker, Trouble> {
    let bindings = Bindings::of(environment, &between.fresh, &between.native_url)?;
    let variables = bindings.variables().iter();
    Ok(Worker {
        variables: variables
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
        databases: vec![
            ("DB", between.database.clone()),
            ("DB_FRESH", between.fresh.clone()),
        ],
        cache: between.cache,
        ..Worker::built(places)
    })
}
