//! A PostgreSQL of one test's own, which may be stopped, killed, and started again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use equoria::config::{self, Environment};
use equoria::db::connect;
use equoria::dev::archive;
use equoria::dev::cluster::{Cluster as Folder, Server};
use equoria::dev::places::Places;
use equoria::dev::prepare::{create_database, migrate};
use equoria::dev::supervise::{Manner, Supervised};
use equoria::ops::seed;
use equoria::trouble::{Because, Trouble};

use crate::cluster::{allow_logins, data_folder};
use crate::native::fresh_home;
use crate::{Database, program};

/// The database in it.
const NAME: &str = "equoria";

/// How a copied data folder is made ready.
type Make = fn(Folder, &Path) -> Result<Folder, Trouble>;

/// A server whose data lasts: every commit is forced to the disk before it counts.
#[derive(Debug)]
pub struct Postgres {
    folder: Folder,
    home: PathBuf,
    administrator: config::Database,
    port: u16,
    running: Option<Supervised>,
}

impl Postgres {
    /// Starts one with a database that is migrated, has the catalogues, and whose roles can log in.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start() -> Self {
        Self::launched(lasting, &[]).await
    }

    /// As [`Postgres::start`], with archiving into a repository of its own: [`Postgres::backups`] tells how to reach it.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_archiving(settings: &[&str]) -> Self {
        Self::launched(archiving, settings).await
    }

    async fn launched(make: Make, settings: &[&str]) -> Self {
        let started = Self::launch(make, settings).await;
        started.unwrap_or_else(|trouble| panic!("no PostgreSQL of its own: {trouble}"))
    }

    async fn launch(make: Make, settings: &[&str]) -> Result<Self, Trouble> {
        let home = fresh_home("postgres");
        let mut folder = make(data_folder(&home)?, &home)?;
        folder
            .settings
            .extend(settings.iter().map(|setting| (*setting).to_owned()));
        let server = folder.start(manner())?;
        create_database(&server.administrator, NAME).await?;
        let administrator = server.administrator.with_name(NAME);
        migrate(&administrator, &mut ()).await?;
        let mut client = connect(&administrator).await?;
        seed::base(&mut client).await?;
        allow_logins(&client, &folder.password).await?;
        Ok(Self {
            port: server.port,
            running: server.supervised,
            folder,
            home,
            administrator,
        })
    }

    /// Starts what lies in a data folder that has the database and its roles already: a copy of another server.
    pub(crate) fn running(folder: Folder, home: PathBuf) -> Result<Self, Trouble> {
        let server = folder.start(manner())?;
        Ok(Self {
            administrator: server.administrator.with_name(NAME),
            port: server.port,
            running: server.supervised,
            folder,
            home,
        })
    }

    /// Its TCP port on 127.0.0.1.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Its database, which is there as long as the server is.
    pub fn database(&self) -> Database {
        Database::elsewhere(
            self.administrator.clone(),
            self.folder.password.clone(),
            self.port,
        )
    }

    /// What a command must know to work on its backups as `equoria_backup`: the place, the keys, the URL.
    ///
    /// # Panics
    /// When the key cannot be read.
    pub fn backups(&self) -> Environment {
        let place = archive::environment(&self.folder.places).expect("a key was made at the start");
        let url = self.database().of("equoria_backup").url();
        place
            .with("EQUORIA_PROFILE", "test")
            .with("BACKUP_DATABASE_URL", &url)
    }

    /// A folder of its own, which goes away with it.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Its data folder, with the programs that made it.
    pub const fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Shuts it down in order.
    pub fn stop(&mut self) {
        drop(self.running.take());
    }

    /// Kills every process of it at one blow, as a crash would (SIGKILL), and waits until they are gone.
    ///
    /// # Panics
    /// When they cannot be killed.
    pub fn kill(&mut self) {
        let mut running = self.running.take().expect("it runs");
        let postmaster = self.postmaster();
        // A postmaster that stands still starts no further processes while its own are counted.
        signal("STOP", std::slice::from_ref(&postmaster));
        let mut all = children_of(&postmaster);
        all.push(postmaster);
        signal("KILL", &all);
        running.wait().expect("a killed postmaster ends");
        let since = Instant::now();
        while all.iter().any(|pid| is_alive(pid)) {
            assert!(
                since.elapsed() < Duration::from_secs(20),
                "killed processes are still there"
            );
            std::thread::yield_now();
        }
    }

    /// Starts it again after [`Postgres::stop`] or [`Postgres::kill`], at the same address.
    ///
    /// # Panics
    /// When it does not start, or another program took its port.
    pub fn start_again(&mut self) {
        let started = self.folder.start(manner());
        let Server {
            port, supervised, ..
        } = started.unwrap_or_else(|trouble| panic!("PostgreSQL did not start again: {trouble}"));
        assert_eq!(
            port, self.port,
            "another program took the port of PostgreSQL"
        );
        self.running = supervised;
    }

    /// The process number of the postmaster.
    ///
    /// # Panics
    /// When it does not run.
    pub fn postmaster(&self) -> String {
        let file = fs::read_to_string(self.folder.folder.join("postmaster.pid"));
        let file = file.expect("a running server has a file with its process number");
        file.lines()
            .next()
            .expect("the number is the first line")
            .trim()
            .to_owned()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
        let sockets = self.folder.places.socket_folder(&self.folder.folder);
        for folder in sockets.iter().chain([&self.home]) {
            let _nothing_left = fs::remove_dir_all(folder);
        }
    }
}

/// The copy of a scratch folder as one that lasts, with its log beside it.
fn lasting(scratch: Folder, home: &Path) -> Result<Folder, Trouble> {
    let logs = home.join("logs");
    fs::create_dir_all(&logs).because(|| format!("could not make {}", logs.display()))?;
    Ok(Folder {
        is_scratch: false,
        places: Places {
            state: home.to_owned(),
            ..scratch.places.clone()
        },
        ..scratch
    })
}

/// The same with a repository in `home`.
fn archiving(scratch: Folder, home: &Path) -> Result<Folder, Trouble> {
    let mut folder = lasting(scratch, home)?;
    folder.places.data = home.to_owned();
    folder.settings = archive::settings(&folder.places, &program::equoria())?;
    Ok(folder)
}

fn manner() -> Manner {
    Manner {
        supervisor: Some(program::equoria()),
        ..Manner::default()
    }
}

/// Sends a signal to processes; some of them may be gone already.
pub(crate) fn signal(name: &str, pids: &[String]) {
    let sent = Command::new("kill")
        .arg(format!("-{name}"))
        .args(pids)
        .stderr(Stdio::null())
        .status();
    sent.expect("kill can be started");
}

fn children_of(pid: &str) -> Vec<String> {
    let found = Command::new("pgrep")
        .args(["-P", pid])
        .output()
        .expect("pgrep can be started");
    let text = String::from_utf8(found.stdout).expect("numbers");
    text.lines().map(str::to_owned).collect()
}

/// Whether a process is there and not just waiting for its parent to notice its end.
pub fn is_alive(pid: &str) -> bool {
    let asked = Command::new("ps")
        .args(["-o", "stat=", "-p", pid])
        .output()
        .expect("ps can be started");
    let state = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}
