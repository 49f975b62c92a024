//! A PostgreSQL of our own: made, started, stopped with us.

use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::places::Places;
use super::postgres::Programs;
use super::program::{append, ask, last_lines, write_private};
use super::supervise::{Manner, Supervised};
use crate::config::Database;
use crate::trouble::{Because, Trouble};

/// The name of the administrator that `initdb` makes.
pub const ADMINISTRATOR: &str = "postgres";

/// The settings of a cluster that differ from PostgreSQL's own.
const SETTINGS: &str = "
# What the bring-up sets differently, once: change what you like, a restart keeps it.
shared_preload_libraries = 'pg_stat_statements'
shared_buffers = 128MB
effective_cache_size = 1GB
maintenance_work_mem = 128MB
max_connections = 100
max_wal_size = 1GB
random_page_cost = 1.1
checkpoint_completion_target = 0.9
log_min_duration_statement = 500ms
log_lock_waits = on
log_checkpoints = off
timezone = 'UTC'
log_timezone = 'UTC'
password_encryption = 'scram-sha-256'
";

/// Who may connect: with a password, over the socket or from this machine.
const ACCESS: &str = "\
# TYPE  DATABASE     USER  ADDRESS        METHOD
local   all          all                  scram-sha-256
host    all          all   127.0.0.1/32   scram-sha-256
host    all          all   ::1/128        scram-sha-256
local   replication  all                  scram-sha-256
host    replication  all   127.0.0.1/32   scram-sha-256
";

/// A data folder and the programs that serve it.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// PostgreSQL's data folder.
    pub folder: PathBuf,
    /// The administrator's password.
    pub password: String,
    /// The programs.
    pub programs: Programs,
    /// Where everything is.
    pub places: Places,
    /// Data that nobody needs after a crash: nothing is forced to the disk.
    pub is_scratch: bool,
    /// Settings of the start that win over all others, as `name=value`.
    pub settings: Vec<String>,
}

/// A server that runs as long as this value lives.
#[derive(Debug)]
pub struct Server {
    /// How the administrator reaches it.
    pub administrator: Database,
    /// The same over TCP, for programs that know no sockets.
    pub port: u16,
    /// The process that runs it; nothing where it was started by another bring-up.
    pub supervised: Option<Supervised>,
}

impl Cluster {
    /// Whether `initdb` has been here, and for these programs' major version.
    ///
    /// # Errors
    /// When the folder was made by another major version.
    pub fn exists(&self) -> Result<bool, Trouble> {
        let Ok(text) = fs::read_to_string(self.folder.join("PG_VERSION")) else {
            return Ok(false);
        };
        let ours = self.programs.version.split('.').next().unwrap_or_default();
        if text.trim() == ours {
            return Ok(true);
        }
        Err(Trouble::new(format!(
            "{} was made by PostgreSQL {}, and the programs found are {}: set EQUORIA_PG_BIN to that version, \
             or move the folder away",
            self.folder.display(),
            text.trim(),
            self.programs.version
        )))
    }

    /// Makes the data folder.
    ///
    /// # Errors
    /// When `initdb` fails; then nothing is left behind.
    pub fn create(&self) -> Result<(), Trouble> {
        let made = self.initdb();
        if made.is_err() && self.folder.exists() {
            fs::remove_dir_all(&self.folder)
                .because(|| format!("could not remove {}", self.folder.display()))?;
        }
        made
    }

    fn initdb(&self) -> Result<(), Trouble> {
        self.places.make_for_postgres(&self.folder)?;
        let passwords = self.folder.with_extension("password");
        write_private(&passwords, &self.password)?;
        self.places.give_to_postgres(&passwords)?;
        let mut command = self.command("initdb");
        command
            .arg("--pgdata")
            .arg(&self.folder)
            .arg(format!("--username={ADMINISTRATOR}"))
            .arg("--pwfile")
            .arg(&passwords)
            .args(["--auth=scram-sha-256", "--encoding=UTF8"])
            .args([
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
            ])
            .args(["--data-checksums"]);
        if self.is_scratch {
            command.arg("--no-sync");
        }
        let said = ask(&mut command);
        fs::remove_file(&passwords)
            .because(|| format!("could not remove {}", passwords.display()))?;
        said?;
        let settings = self.folder.join("postgresql.conf");
        append(&settings)?
            .write_all(SETTINGS.as_bytes())
            .because(|| format!("could not write {}", settings.display()))?;
        let access = self.folder.join("pg_hba.conf");
        fs::write(&access, ACCESS).because(|| format!("could not write {}", access.display()))
    }

    /// Starts the server and waits until it takes connections.
    ///
    /// # Errors
    /// When it does not start within a minute; the end of its log is part of the trouble.
    pub fn start(&self, manner: Manner) -> Result<Server, Trouble> {
        self.stop_a_stale_one()?;
        let sockets = self.places.socket_folder(&self.folder)?;
        let port = self.choose_port()?;
        let log = self.log();
        let since = fs::metadata(&log).map_or(0, |found| found.len());
        let output = append(&log)?;
        let errors = output
            .try_clone()
            .because(|| format!("could not write {}", log.display()))?;
        let mut command = Command::new(self.programs.bin.join("postgres"));
        command
            .arg("-D")
            .arg(&self.folder)
            .current_dir(&self.folder);
        for setting in self.start_settings(port, &sockets) {
            command.arg("-c").arg(setting);
        }
        let manner = Manner {
            owner: self.places.owner,
            is_postgres: true,
            ..manner
        };
        let mut supervised = Supervised::start(
            "PostgreSQL",
            &command,
            &manner,
            Stdio::from(output),
            Stdio::from(errors),
        )?;
        self.wait_until_ready(&mut supervised, &log, since)?;
        Ok(Server {
            administrator: self.administrator(&sockets, port)?,
            port,
            supervised: Some(supervised),
        })
    }

    /// The server of another bring-up of this same folder, if one runs.
    ///
    /// # Errors
    /// When its files cannot be understood.
    pub fn running(&self) -> Result<Option<Server>, Trouble> {
        let Some(found) = self.postmaster() else {
            return Ok(None);
        };
        if !found.is_ready || !self.is_ours(found.pid) {
            return Ok(None);
        }
        Ok(Some(Server {
            administrator: self.administrator(&found.sockets, found.port)?,
            port: found.port,
            supervised: None,
        }))
    }

    fn start_settings(&self, port: u16, sockets: &Path) -> Vec<String> {
        let mut settings = vec![
            format!("port={port}"),
            format!("unix_socket_directories={}", sockets.display()),
            "listen_addresses=127.0.0.1".to_owned(),
        ];
        if self.is_scratch {
            settings.extend(
                [
                    "fsync=off",
                    "synchronous_commit=off",
                    "full_page_writes=off",
                    "max_connections=200",
                    "log_min_duration_statement=-1",
                ]
                .map(str::to_owned),
            );
        }
        settings.extend_from_slice(&self.settings);
        settings
    }

    fn log(&self) -> PathBuf {
        if self.is_scratch {
            self.folder.with_extension("log")
        } else {
            self.places.log("postgresql")
        }
    }

    fn administrator(&self, sockets: &Path, port: u16) -> Result<Database, Trouble> {
        Database::parse(&format!(
            "postgresql://{ADMINISTRATOR}:{}@localhost/postgres?host={}&port={port}",
            self.password,
            sockets.display()
        ))
    }

    /// The port of last time if it is free, else any free one.
    fn choose_port(&self) -> Result<u16, Trouble> {
        let memory = self.folder.with_extension("port");
        let last = fs::read_to_string(&memory)
            .ok()
            .and_then(|text| text.trim().parse::<u16>().ok());
        let bound = last
            .and_then(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok())
            .map_or_else(|| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)), Ok)
            .because(|| "no port is free on 127.0.0.1")?;
        let port = bound
            .local_addr()
            .because(|| "could not tell the port")?
            .port();
        if !self.is_scratch {
            fs::write(&memory, format!("{port}\n"))
                .because(|| format!("could not write {}", memory.display()))?;
        }
        Ok(port)
    }

    fn wait_until_ready(
        &self,
        supervised: &mut Supervised,
        log: &Path,
        since: u64,
    ) -> Result<(), Trouble> {
        let began = Instant::now();
        loop {
            if self.postmaster().is_some_and(|found| found.is_ready) {
                return Ok(());
            }
            let ended = supervised.ended()?;
            if ended.is_some() || began.elapsed() > Duration::from_secs(60) {
                let what = if ended.is_some() {
                    "ended"
                } else {
                    "was not ready after a minute"
                };
                return Err(Trouble::new(format!(
                    "PostgreSQL {what}; the end of {}:\n{}",
                    log.display(),
                    last_lines(log, since, 10)
                )));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops a server that a killed supervisor left behind, and forgets one that a crash left on paper only.
    fn stop_a_stale_one(&self) -> Result<(), Trouble> {
        let Some(found) = self.postmaster() else {
            return Ok(());
        };
        if self.is_ours(found.pid) {
            ask(self
                .command("pg_ctl")
                .arg("stop")
                .arg("--pgdata")
                .arg(&self.folder)
                .args(["--mode=fast", "--silent"]))
            .because(|| "could not stop the PostgreSQL that an earlier run left behind")?;
        } else {
            let file = self.folder.join("postmaster.pid");
            fs::remove_file(&file).because(|| format!("could not remove {}", file.display()))?;
        }
        Ok(())
    }

    /// Whether the process is a server of this folder, and not a stranger that was given the same number.
    fn is_ours(&self, pid: u32) -> bool {
        ask(Command::new("ps")
            .args(["-o", "args=", "-p"])
            .arg(pid.to_string()))
        .is_ok_and(|line| line.contains(&*self.folder.to_string_lossy()))
    }

    /// What `postmaster.pid` tells: process, folder, start, port, sockets, address, shared memory, status.
    fn postmaster(&self) -> Option<Postmaster> {
        let text = fs::read_to_string(self.folder.join("postmaster.pid")).ok()?;
        let lines: Vec<&str> = text.lines().collect();
        Some(Postmaster {
            pid: lines.first()?.trim().parse().ok()?,
            port: lines
                .get(3)
                .and_then(|line| line.trim().parse().ok())
                .unwrap_or(0),
            sockets: lines
                .get(4)
                .map_or_else(PathBuf::new, |line| line.trim().into()),
            is_ready: lines.get(7).is_some_and(|line| line.trim() == "ready"),
        })
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.bin.join(program));
        if let Some(owner) = self.places.owner {
            command.uid(owner.uid).gid(owner.gid);
        }
        command.current_dir(&self.folder);
        command
    }
}

struct Postmaster {
    pid: u32,
    port: u16,
    sockets: PathBuf,
    is_ready: bool,
}
