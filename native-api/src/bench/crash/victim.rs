//! The processes that are killed: a PostgreSQL whose data lasts, and the native API with its jobs.

use std::fs::File;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::super::cpu;
use super::super::world::cluster;
use crate::config::{Database, Environment};
use crate::dev::cluster::Cluster;
use crate::dev::places::Places;
use crate::dev::postgres;
use crate::dev::prepare;
use crate::dev::program::{ask, own_program};
use crate::dev::ready::{answers, free_port};
use crate::dev::say::Voice;
use crate::dev::secrets::{DATABASE, Secrets};
use crate::dev::supervise::{Manner, Supervised};
use crate::ops::migrate;
use crate::trouble::{Because, Trouble};

/// How long a killed process may take to be gone.
const PATIENCE: Duration = Duration::from_secs(20);

/// A PostgreSQL with fsync, in a folder that goes away with this value.
pub struct Postgres {
    /// Its version.
    pub version: String,
    /// The administrator's way to the database of the game.
    pub administrator: Database,
    /// The generated passwords and keys.
    pub secrets: Secrets,
    home: PathBuf,
    cluster: Cluster,
    running: Option<Supervised>,
}

impl Postgres {
    /// Makes a data folder and a migrated database in it.
    ///
    /// # Errors
    /// When one of these does not work.
    pub async fn make(voice: &Voice, home: &Path, places: &Places) -> Result<Self, Trouble> {
        let programs = postgres::programs(places, voice)?;
        let step = voice.step("making a PostgreSQL to be killed (initdb, about 4 s)");
        let secrets = Secrets::random()?;
        let cluster = cluster(home, places, &programs, &secrets)?;
        sync_at_once(&cluster.folder.join("postgresql.conf"))?;
        let mut made = Self {
            version: programs.version.clone(),
            administrator: Database::parse("postgresql://nobody@127.0.0.1/nothing")?,
            home: home.to_owned(),
            cluster,
            secrets,
            running: None,
        };
        made.start().await?;
        prepare::create_database(&made.administrator.with_name("postgres"), DATABASE).await?;
        prepare::migrate(&made.administrator, &mut Unheard).await?;
        prepare::allow_logins(&made.administrator, &made.secrets).await?;
        step.done(&format!("PostgreSQL {} runs, with fsync", made.version));
        Ok(made)
    }

    /// Starts it, after which it has recovered; how long that took.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(&mut self) -> Result<Duration, Trouble> {
        let since = Instant::now();
        let cluster = self.cluster.clone();
        let manner = Manner {
            at_once: true,
            ..Manner::default()
        };
        let started = tokio::task::spawn_blocking(move || cluster.start(manner)).await;
        let server = started.because(|| "starting PostgreSQL broke off")??;
        self.administrator = server.administrator.with_name(DATABASE);
        self.running = server.supervised;
        Ok(since.elapsed())
    }

    /// Kills every process of it at one blow (SIGKILL), and waits until they are gone.
    ///
    /// # Errors
    /// When they cannot be killed.
    pub async fn kill(&mut self) -> Result<(), Trouble> {
        let file = self.cluster.folder.join("postmaster.pid");
        let postmaster = number_in(&file)?;
        // A postmaster that stands still starts no further processes while its own are counted.
        send(postmaster, Signal::STOP);
        let mut all = cpu::below(postmaster)?;
        all.push(postmaster);
        for process in &all {
            send(*process, Signal::KILL);
        }
        if let Some(mut running) = self.running.take() {
            until_ended(&mut running).await?;
        }
        until_gone(&all).await
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.running = None;
        let sockets = self.cluster.places.socket_folder(&self.cluster.folder);
        for folder in sockets.iter().chain([&self.home]) {
            // What cannot be removed is in the scratch folder, which the next run empties.
            let _left = std::fs::remove_dir_all(folder);
        }
    }
}

/// The native API with its jobs, at whatever port was free.
pub struct Native {
    /// Where it listens.
    pub address: SocketAddr,
    home: PathBuf,
    process: Supervised,
}

impl Native {
    /// Starts it and waits until it is ready.
    ///
    /// # Errors
    /// When it does not start; its log is named.
    pub async fn start(postgres: &Postgres) -> Result<Self, Trouble> {
        let port = free_port()?;
        let home = postgres.home.clone();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut process = launch(&environment(postgres, port), &home)?;
        let url = format!("http://{address}/health/ready");
        let log = home.join("native.log");
        let ready = answers(&url, Duration::from_secs(60), || match process.ended()? {
            None => Ok(()),
            Some(status) => Err(Trouble::new(format!("the native API ended ({status})"))),
        });
        let said = || std::fs::read_to_string(&log).unwrap_or_default();
        ready
            .await
            .because(|| format!("the native API did not start, and said:\n{}", said().trim()))?;
        Ok(Self {
            address,
            home,
            process,
        })
    }

    /// Kills it in the middle of whatever it does (SIGKILL), and waits until it is gone.
    ///
    /// # Errors
    /// When it cannot be killed.
    pub async fn kill(mut self) -> Result<(), Trouble> {
        send(number_in(&self.home.join("native.pid"))?, Signal::KILL);
        until_ended(&mut self.process).await
    }
}

fn environment(postgres: &Postgres, port: u16) -> Environment {
    postgres
        .secrets
        .environment(&postgres.administrator, "test")
        .without("MIGRATE_DATABASE_URL")
        .with("EQUORIA_API_HOST", "127.0.0.1")
        .with("EQUORIA_API_PORT", &port.to_string())
        .with("EQUORIA_LIMIT_WRITES", "0")
}

fn launch(environment: &Environment, home: &Path) -> Result<Supervised, Trouble> {
    let path = home.join("native.log");
    let opened = File::options().create(true).append(true).open(&path);
    let output = opened.because(|| format!("could not write {}", path.display()))?;
    let errors = output
        .try_clone()
        .because(|| format!("could not write {}", path.display()))?;
    let mut command = Command::new(own_program()?);
    command.arg("serve").current_dir(home);
    for (name, value) in environment.iter() {
        command.env(name, value).env_remove(format!("{name}_FILE"));
    }
    let manner = Manner {
        at_once: true,
        pid_file: Some(home.join("native.pid")),
        ..Manner::default()
    };
    let (output, errors) = (Stdio::from(output), Stdio::from(errors));
    Supervised::start("the native API", &command, &manner, output, errors)
}

/// Recovery begins with forcing to the disk what was written before: one call for all files instead of one for each of
/// some two thousand, where the operating system has it.
fn sync_at_once(settings: &Path) -> Result<(), Trouble> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let because = || format!("could not write {}", settings.display());
    let opened = File::options().append(true).open(settings);
    opened
        .because(because)?
        .write_all(b"recovery_init_sync_method = 'syncfs'\n")
        .because(because)
}

/// The process number in the first line of a file.
fn number_in(file: &Path) -> Result<u32, Trouble> {
    let because = || format!("{} tells no process", file.display());
    let text = std::fs::read_to_string(file).because(because)?;
    let line = text.lines().next().unwrap_or_default();
    line.trim().parse().because(because)
}

/// Sends a signal to a process, which may be gone already.
fn send(process: u32, signal: Signal) {
    let pid = i32::try_from(process).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid {
        let _gone = kill_process(pid, signal);
    }
}

async fn until_ended(process: &mut Supervised) -> Result<(), Trouble> {
    let since = Instant::now();
    while process.ended()?.is_none() {
        if since.elapsed() > PATIENCE {
            return Err(Trouble::new("a killed process does not end"));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// Waits until the processes are gone, or dead and only not yet buried by their parent.
async fn until_gone(processes: &[u32]) -> Result<(), Trouble> {
    let list: Vec<String> = processes.iter().map(u32::to_string).collect();
    let since = Instant::now();
    loop {
        // `ps` fails when it finds none of them.
        let states = ask(Command::new("ps").args(["-o", "stat=", "-p", &list.join(",")]));
        let states = states.unwrap_or_default();
        if states.lines().all(|state| state.trim().starts_with('Z')) {
            return Ok(());
        }
        if since.elapsed() > PATIENCE {
            return Err(Trouble::new(
                "killed processes of PostgreSQL are still there",
            ));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

struct Unheard;

impl migrate::Progress for Unheard {}
