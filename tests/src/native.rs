//! The real native API, as a process of its own on a free port.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use std::{process::Command, process::Stdio};

use equoria::config::{Environment, Secret, TokenKey};
use equoria::dev::ready::{answers, free_port};
use equoria::dev::supervise::{Manner, Supervised};
use equoria::trouble::{Because, Trouble};

use crate::Database;
use crate::cluster::scratch;
use crate::program;

/// A native API that serves one test's database; it ends with this value.
pub struct Native {
    /// Where it answers, without a slash at the end.
    pub url: String,
    environment: Environment,
    arguments: Vec<String>,
    home: PathBuf,
    process: Supervised,
}

impl Native {
    /// Starts `equoria serve`, jobs included, and waits until it is ready.
    ///
    /// # Panics
    /// When it does not start; the end of its log is part of the message.
    pub async fn start(database: &Database) -> Self {
        Self::start_with(database, &[], &["serve"]).await
    }

    /// As [`Native::start`], with more in its environment and other arguments.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_with(
        database: &Database,
        more: &[(&str, &str)],
        arguments: &[&str],
    ) -> Self {
        let mut environment = environment(database);
        for (name, value) in more {
            environment = environment.with(name, value);
        }
        let arguments = arguments
            .iter()
            .map(|argument| (*argument).to_owned())
            .collect();
        let started = launch(environment, arguments, fresh_home("native")).await;
        started.unwrap_or_else(|trouble| panic!("the native API did not start: {trouble}"))
    }

    /// Starts `equoria` with these arguments and does not wait for anything.
    ///
    /// # Panics
    /// When the operating system does not start it.
    pub fn spawn(environment: &Environment, arguments: &[&str]) -> Self {
        let home = fresh_home("native");
        let arguments: Vec<String> = arguments
            .iter()
            .map(|argument| (*argument).to_owned())
            .collect();
        let port = free_port().expect("a free port");
        let started = begin(port, environment, &arguments, &home);
        Self {
            url: format!("http://127.0.0.1:{port}"),
            environment: environment.clone(),
            arguments,
            process: started
                .unwrap_or_else(|trouble| panic!("the native API did not start: {trouble}")),
            home,
        }
    }

    /// Everything that it was told: URLs and secrets.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.home.join("log")).unwrap_or_default()
    }

    /// Kills it in the middle of whatever it does (SIGKILL), and waits until it is gone.
    ///
    /// # Panics
    /// When it cannot be killed.
    pub fn kill(&mut self) {
        self.signal("KILL");
        self.process.wait().expect("a killed process ends");
    }

    /// Sends it a signal by its name without `SIG`.
    ///
    /// # Panics
    /// When it has ended before.
    pub fn signal(&self, name: &str) {
        let pid = loop {
            // The file is written as soon as there is a process; until then it is missing or empty.
            match fs::read_to_string(self.home.join("pid")) {
                Ok(pid) if !pid.is_empty() => break pid,
                _ => std::thread::yield_now(),
            }
        };
        let sent = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(pid.trim())
            .status();
        assert!(
            sent.is_ok_and(|status| status.success()),
            "process {pid} is gone:\n{}",
            self.log()
        );
    }

    /// How it has ended, if it has: its exit status, 1 after a signal that it did not handle.
    ///
    /// # Panics
    /// When the operating system does not tell.
    pub fn ended(&mut self) -> Option<i32> {
        let ended = self.process.ended();
        let ended = ended.expect("the end of a process can be asked for");
        ended.and_then(|status| status.code())
    }

    /// Waits until it has ended, and tells the exit status as [`Native::ended`] does.
    ///
    /// # Panics
    /// When the operating system does not tell.
    pub fn wait(&mut self) -> i32 {
        let status = self.process.wait();
        let status = status.expect("the end of a process can be waited for");
        status.code().unwrap_or(1)
    }

    /// Waits until it is ready, after [`Native::spawn`].
    ///
    /// # Panics
    /// When it ends instead.
    pub async fn ready(&mut self) {
        let url = format!("{}/health/ready", self.url);
        let log = self.home.join("log");
        let process = &mut self.process;
        let ready = answers(&url, Duration::from_secs(60), || {
            require_running(process, &log)
        })
        .await;
        ready.unwrap_or_else(|trouble| panic!("the native API did not start: {trouble}"));
    }

    /// Starts it anew after [`Native::kill`], with the same environment, on another port.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_again(self) -> Self {
        let started = launch(
            self.environment.clone(),
            self.arguments.clone(),
            fresh_home("native"),
        )
        .await;
        started.unwrap_or_else(|trouble| panic!("the native API did not start again: {trouble}"))
    }
}

/// The whole environment of a server on `database`, with fresh secrets and no limits on how often one may ask.
///
/// # Panics
/// When the operating system has no randomness to give.
pub fn environment(database: &Database) -> Environment {
    let secret = || Secret::<32>::random().expect("randomness").hex();
    Environment::of([
        ("EQUORIA_PROFILE", "test".to_owned()),
        ("DATABASE_URL", database.of("equoria_writer").url()),
        ("DATABASE_READ_URL", database.of("equoria_reader").url()),
        (
            "EQUORIA_TOKEN_KEY",
            TokenKey::random().expect("randomness").hex(),
        ),
        ("EQUORIA_DICE_SECRET", secret()),
        ("EQUORIA_EDGE_KEY", secret()),
        ("EQUORIA_LIMIT_REGISTRATIONS", "0".to_owned()),
        ("EQUORIA_LIMIT_SIGN_INS", "0".to_owned()),
        ("EQUORIA_LIMIT_SIGN_INS_PER_EMAIL", "0".to_owned()),
        ("EQUORIA_LIMIT_WRITES", "0".to_owned()),
    ])
}

/// A folder of its own for a process, among the scratch of this checkout.
pub(crate) fn fresh_home(kind: &str) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    let name = format!(
        "{kind}-{}-{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    );
    let home = scratch()
        .expect("the checkout's folders can be made")
        .join(name);
    fs::create_dir_all(&home)
        .unwrap_or_else(|error| panic!("could not make {}: {error}", home.display()));
    home
}

/// Starts the process; another one may take the free port before it does, so it has three attempts.
async fn launch(
    environment: Environment,
    arguments: Vec<String>,
    home: PathBuf,
) -> Result<Native, Trouble> {
    let mut attempt = 1;
    loop {
        let port = free_port()?;
        match launch_on(port, &environment, &arguments, &home).await {
            Err(_) if attempt < 3 => attempt += 1,
            Err(trouble) => return Err(trouble),
            Ok(process) => {
                return Ok(Native {
                    url: format!("http://127.0.0.1:{port}"),
                    environment,
                    arguments,
                    home,
                    process,
                });
            }
        }
    }
}

async fn launch_on(
    port: u16,
    environment: &Environment,
    arguments: &[String],
    home: &Path,
) -> Result<Supervised, Trouble> {
    let mut process = begin(port, environment, arguments, home)?;
    let (url, log) = (
        format!("http://127.0.0.1:{port}/health/ready"),
        home.join("log"),
    );
    answers(&url, Duration::from_secs(60), || {
        require_running(&mut process, &log)
    })
    .await?;
    Ok(process)
}

fn begin(
    port: u16,
    environment: &Environment,
    arguments: &[String],
    home: &Path,
) -> Result<Supervised, Trouble> {
    let mut command = Command::new(program::equoria());
    command.args(arguments).current_dir(home);
    for (name, value) in environment.iter() {
        command.env(name, value);
    }
    command.env("EQUORIA_API_PORT", port.to_string());
    let path = home.join("log");
    let log = || {
        let opened = fs::File::options().create(true).append(true).open(&path);
        opened
            .map(Stdio::from)
            .because(|| format!("could not write {}", path.display()))
    };
    let manner = Manner {
        supervisor: Some(program::equoria()),
        pid_file: Some(home.join("pid")),
        ..Manner::default()
    };
    Supervised::start("the native API", &command, &manner, log()?, log()?)
}

fn require_running(process: &mut Supervised, log: &Path) -> Result<(), Trouble> {
    match process.ended()? {
        None => Ok(()),
        Some(status) => Err(Trouble::new(format!(
            "it ended ({status}):\n{}",
            fs::read_to_string(log).unwrap_or_default()
        ))),
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        self.process.stop();
        if !std::thread::panicking() {
            let _nothing_left = fs::remove_dir_all(&self.home);
        }
    }
}
