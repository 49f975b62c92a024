//! A real PgBouncer in transaction mode in front of a PostgreSQL, from the system's packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use equoria::config;
use equoria::dev::cluster::ADMINISTRATOR;
use equoria::dev::lock;
use equoria::dev::places::Places;
use equoria::dev::program::{ask, write_private};
use equoria::dev::ready::free_port;
use equoria::dev::supervise::{Manner, Supervised};
use equoria::trouble::{Because, Trouble};
use tokio::net::TcpStream;

use crate::cluster::{ROLES, password_of};
use crate::native::fresh_home;
use crate::{Database, program};

/// The oldest that will do. It knows nothing of prepared statements, which came with 1.21: what works with it works with all.
const OLDEST: (u32, u32) = (1, 18);

/// A pooler; it ends with this value.
#[derive(Debug)]
pub struct PgBouncer {
    /// Where it listens on 127.0.0.1.
    pub port: u16,
    home: PathBuf,
    process: Option<Supervised>,
}

/// The program, with the folder of the libraries that came with it.
#[derive(Clone, Debug)]
struct Bouncer {
    program: PathBuf,
    libraries: Option<PathBuf>,
    version: String,
}

impl PgBouncer {
    /// Starts one that lends so many sessions of the server to the transactions of each role. It takes no settings of a
    /// session, as it does where nobody has told it otherwise.
    ///
    /// # Panics
    /// When there is none and none can be installed, or it does not start.
    pub async fn before(database: &Database, sessions: u32) -> Self {
        let started = Self::start(database, sessions);
        let pooler =
            started.unwrap_or_else(|trouble| panic!("no PgBouncer to test with: {trouble}"));
        pooler.answers().await;
        pooler
    }

    /// The way of one of the product's roles to the database through it, in the product's words.
    ///
    /// # Panics
    /// When there is no such role.
    pub fn way(&self, database: &Database, role: &str) -> config::Database {
        let mut way = database.through(self.port, role);
        way.is_pooled = true;
        way
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.home.join("log")).unwrap_or_default()
    }

    fn start(database: &Database, sessions: u32) -> Result<Self, Trouble> {
        let places = Places::of(&program::checkout())?;
        let bouncer = Bouncer::found_or_installed(&places)?;
        eprintln!(
            "PgBouncer {} ({})",
            bouncer.version,
            bouncer.program.display()
        );
        let home = fresh_home("pgbouncer");
        let port = free_port()?;
        let settings = home.join("pgbouncer.ini");
        for (path, text) in [
            (home.join("users.txt"), users(database)),
            (
                settings.clone(),
                configuration(database, &home, port, sessions),
            ),
        ] {
            write_private(&path, &text)?;
            places.give_to_postgres(&path)?;
        }
        let mut command = Command::new(&bouncer.program);
        command.arg(&settings);
        if let Some(libraries) = &bouncer.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        // It refuses to be root.
        let manner = Manner {
            supervisor: Some(program::equoria()),
            owner: places.owner,
            ..Manner::default()
        };
        let output = fs::File::create(home.join("log")).because(|| "could not write its log")?;
        let errors = output.try_clone().because(|| "could not write its log")?;
        let process = Supervised::start(
            "PgBouncer",
            &command,
            &manner,
            Stdio::from(output),
            Stdio::from(errors),
        )?;
        Ok(Self {
            port,
            home,
            process: Some(process),
        })
    }

    async fn answers(&self) {
        let since = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            let log = self.log();
            assert!(since.elapsed() < Duration::from_secs(20), "{log}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        drop(self.process.take());
        if !std::thread::panicking() {
            let _nothing_left = fs::remove_dir_all(&self.home);
        }
    }
}

/// The roles with their passwords, which it needs in full to prove itself to the server.
fn users(database: &Database) -> String {
    let roles = ROLES.into_iter().chain([ADMINISTRATOR]);
    let line = |role| {
        format!(
            "\"{role}\" \"{}\"\n",
            password_of(role, database.password())
        )
    };
    roles.map(line).collect()
}

fn configuration(database: &Database, home: &Path, port: u16, sessions: u32) -> String {
    let (name, server, users) = (database.name(), database.port(), home.join("users.txt"));
    format!(
        "[databases]
{name} = host=127.0.0.1 port={server} dbname={name}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {}
pool_mode = transaction
default_pool_size = {sessions}
max_client_conn = 500
server_login_retry = 1
",
        users.display()
    )
}

impl Bouncer {
    fn found_or_installed(places: &Places) -> Result<Self, Trouble> {
        let tools = &places.cache;
        let _one_installer = lock::wait(&tools.join("pgbouncer.lock"))?;
        let found = [
            Self::at(Path::new("pgbouncer"), None),
            Self::at(Path::new("/usr/sbin/pgbouncer"), None),
            Self::unpacked(&tools.join("pgbouncer")),
        ];
        if let Some(found) = found.into_iter().flatten().next() {
            return Ok(found);
        }
        Self::install(tools).because(|| {
            "PgBouncer is not installed here, and its package could not be fetched: install PgBouncer 1.18 or later"
        })
    }

    /// The program, if it works and is new enough.
    fn at(program: &Path, libraries: Option<&Path>) -> Option<Self> {
        let mut command = Command::new(program);
        if let Some(libraries) = libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        let said = ask(command.arg("--version")).ok()?;
        let version = said.split_whitespace().nth(1)?.to_owned();
        let mut numbers = version.split('.').map(str::parse);
        let version_of = (numbers.next()?.ok()?, numbers.next()?.ok()?);
        (version_of >= OLDEST).then(|| Self {
            program: program.to_owned(),
            libraries: libraries.map(Path::to_owned),
            version,
        })
    }

    /// That of packages which were unpacked into this folder.
    fn unpacked(folder: &Path) -> Option<Self> {
        let libraries = folders(&folder.join("root/usr/lib")).into_iter().next();
        Self::at(
            &folder.join("root/usr/sbin/pgbouncer"),
            libraries.as_deref(),
        )
    }

    /// Fetches the packages with apt-get and unpacks them, which needs no rights.
    fn install(tools: &Path) -> Result<Self, Trouble> {
        eprintln!("  installing PgBouncer from the system's packages (once, about 5 s) ...");
        let work = tools.join("pgbouncer.part");
        if work.exists() {
            fs::remove_dir_all(&work).because(|| "could not empty what an earlier attempt left")?;
        }
        let root = work.join("root");
        fs::create_dir_all(&root).because(|| format!("could not make {}", root.display()))?;
        let package = fetch(&work, "pgbouncer")?;
        unpack(&package, &root)?;
        if Self::unpacked(&work).is_none() {
            let needs = ask(Command::new("dpkg-deb")
                .arg("--field")
                .arg(&package)
                .arg("Depends"))?;
            for name in libraries(&needs) {
                unpack(&fetch(&work, name)?, &root)?;
            }
        }
        let home = tools.join("pgbouncer");
        if home.exists() {
            fs::remove_dir_all(&home).because(|| format!("could not empty {}", home.display()))?;
        }
        fs::rename(&work, &home).because(|| format!("could not make {}", home.display()))?;
        let installed = Self::unpacked(&home).ok_or_else(|| {
            Trouble::new(
                "the package of PgBouncer was fetched, and is too old or does not run here",
            )
        })?;
        eprintln!(
            "  PgBouncer {} installed in {}",
            installed.version,
            home.display()
        );
        Ok(installed)
    }
}

/// The libraries of its own among what a package needs; the system's are there, and must not be hidden by others.
fn libraries(needs: &str) -> impl Iterator<Item = &str> {
    let names = needs
        .split(',')
        .filter_map(|need| need.split_whitespace().next());
    names.filter(|name| {
        ["libevent", "libc-ares", "libcares"]
            .iter()
            .any(|it| name.starts_with(it))
    })
}

/// Fetches a package, with lists of our own where the system has none.
fn fetch(work: &Path, name: &str) -> Result<PathBuf, Trouble> {
    let folder = work.join(name);
    let (lists, cache) = (work.join("lists"), work.join("cache"));
    for made in [
        &folder,
        &lists.join("partial"),
        &cache.join("archives/partial"),
    ] {
        fs::create_dir_all(made).because(|| format!("could not make {}", made.display()))?;
    }
    let options = [
        format!("Dir::State::lists={}", lists.display()),
        format!("Dir::Cache={}", cache.display()),
        "Debug::NoLocking=1".to_owned(),
        "APT::Sandbox::User=root".to_owned(),
    ];
    let own: Vec<&str> = options.iter().flat_map(|it| ["-o", it.as_str()]).collect();
    let apt = |options: &[&str], what: &[&str]| {
        let mut command = Command::new("apt-get");
        ask(command
            .args(options)
            .args(["-q", "-y"])
            .args(what)
            .current_dir(&folder))
    };
    if apt(&[], &["download", name]).is_err() {
        apt(&own, &["update"])?;
        apt(&own, &["download", name])?;
    }
    let found = fs::read_dir(&folder).because(|| format!("could not read {}", folder.display()))?;
    found
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|ending| ending == "deb"))
        .ok_or_else(|| Trouble::new(format!("apt-get fetched no package {name}")))
}

fn unpack(package: &Path, root: &Path) -> Result<(), Trouble> {
    ask(Command::new("dpkg-deb")
        .arg("--extract")
        .arg(package)
        .arg(root))
    .map(|_| ())
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).into_iter().flatten();
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.filter(|path| path.is_dir()).collect()
}
