//! The database of this checkout: somebody's own server, or a PostgreSQL that we start.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::archive;
use super::cluster::{Cluster, Server};
use super::lock::{self, Held};
use super::places::Places;
use super::postgres;
use super::prepare::create_database;
use super::program::own_program;
use super::say::Voice;
use super::secrets::{DATABASE, Secrets};
use super::supervise::Manner;
use crate::config::{self, Database, Environment, Profile};
use crate::trouble::Trouble;

/// A database to work with, for as long as this value lives.
pub struct Lent {
    /// The administrator's way to the database of the game.
    pub administrator: Database,
    /// What the product's processes want to know.
    pub environment: Environment,
    /// The generated passwords, where the server is ours or its roles are to be given some.
    pub secrets: Secrets,
    /// How the server was found, for the person at the terminal.
    pub origin: String,
    /// The server, if it was started by us: it stops with this value.
    pub server: Option<Server>,
    hold: Hold,
}

/// Our part in a server of this checkout.
enum Hold {
    /// It is not of this checkout.
    None,
    /// We have started it, and wait for those who use it before we stop it.
    Owner { _alone: Held, users: PathBuf },
    /// Somebody else has started it.
    User { _among_others: Held },
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Hold::Owner { users, .. } = &self.hold else {
            return;
        };
        let since = Instant::now();
        let mut nobody_else = None;
        while nobody_else.is_none() && since.elapsed() < PATIENCE {
            nobody_else = lock::attempt(users).ok().flatten();
            if nobody_else.is_none() {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        self.server = None;
    }
}

/// How long commands that use our server may take to end before we stop it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether a server that somebody else has started will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tenure {
    /// It will: the command is short, or somebody watches.
    Shared,
    /// It will not: a server that another command has started ends with that command.
    Own,
}

/// The server that `DATABASE_URL` names as its administrator, or else our own, started if it is not running.
///
/// # Errors
/// When the server cannot be found, made, or started.
pub async fn bring_up(
    places: &Places,
    of: &Environment,
    voice: &Voice,
    tenure: Tenure,
) -> Result<Lent, Trouble> {
    let secrets = {
        let _one_drawer = lock::wait(&places.state.join("secrets.lock"))?;
        Secrets::keep(&places.state.join("secrets"))?
    };
    if let Some(administrator) = config::database(of, "DATABASE_URL")? {
        let origin = format!("the server of DATABASE_URL, {administrator}");
        return Ok(lend(administrator, secrets, origin, None, of));
    }
    let cluster = cluster(places, voice, &secrets)?;
    let (server, hold) = reach(&cluster, voice, tenure).await?;
    create_database(&server.administrator, DATABASE).await?;
    let origin = format!(
        "PostgreSQL {} ({}), {} on 127.0.0.1:{}, data in {}",
        cluster.programs.version,
        cluster.programs.origin,
        if server.supervised.is_some() {
            "started"
        } else {
            "running already"
        },
        server.port,
        cluster.folder.display()
    );
    let administrator = server.administrator.with_name(DATABASE);
    let server = server.supervised.is_some().then_some(server);
    let mut lent = lend(administrator, secrets, origin, server, of);
    lent.hold = hold;
    Ok(lent)
}

/// The server of this folder: that of whoever holds its lock, or else one that we start.
async fn reach(
    cluster: &Cluster,
    voice: &Voice,
    tenure: Tenure,
) -> Result<(Server, Hold), Trouble> {
    let path = cluster.places.state.join("postgres.lock");
    let users = cluster.places.state.join("postgres.users");
    let since = Instant::now();
    let mut has_told = false;
    loop {
        if let Some(held) = lock::attempt(&path)? {
            return Ok((
                start(cluster, voice)?,
                Hold::Owner {
                    _alone: held,
                    users,
                },
            ));
        }
        if tenure == Tenure::Shared {
            // Asked for first: its owner cannot stop it while we look.
            let among_others = lock::share(&users)?;
            if let Some(server) = cluster.running()? {
                return Ok((
                    server,
                    Hold::User {
                        _among_others: among_others,
                    },
                ));
            }
        }
        if since.elapsed() > Duration::from_secs(60) {
            return Err(Trouble::new(
                "another command of this checkout has held .equoria/postgres.lock for a minute: end it first",
            ));
        }
        if tenure == Tenure::Own && !has_told {
            voice.say("  waiting for another command of this checkout to let go of PostgreSQL");
            has_told = true;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A database for one command: what the environment names, or that of this checkout.
///
/// # Errors
/// Those of [`bring_up`].
pub async fn borrow(of: &Environment, voice: &Voice) -> Result<Lent, Trouble> {
    let lent = bring_up(&Places::find()?, of, voice, Tenure::Shared).await?;
    voice.say(&format!("Using {}.", lent.origin));
    Ok(lent)
}

/// Whether a command must do with what the environment names.
///
/// # Errors
/// When the profile is none that we know.
pub fn is_named(of: &Environment) -> Result<bool, Trouble> {
    Ok(config::profile(of)? == Profile::Production
        || of.get("DATABASE_URL")?.is_some()
        || of.get("MIGRATE_DATABASE_URL")?.is_some())
}

fn lend(
    administrator: Database,
    secrets: Secrets,
    origin: String,
    server: Option<Server>,
    of: &Environment,
) -> Lent {
    let generated = secrets.environment(&administrator, "development");
    Lent {
        environment: of.clone().without("DATABASE_URL").or(generated),
        administrator,
        secrets,
        origin,
        server,
        hold: Hold::None,
    }
}

fn cluster(places: &Places, voice: &Voice, secrets: &Secrets) -> Result<Cluster, Trouble> {
    Ok(Cluster {
        folder: places.data.join("postgres"),
        password: secrets.administrator(),
        programs: postgres::programs(places, voice)?,
        places: places.clone(),
        is_scratch: false,
        settings: Vec::new(),
    })
}

fn start(cluster: &Cluster, voice: &Voice) -> Result<Server, Trouble> {
    if !cluster.exists()? {
        let step = voice.step("making the data folder (initdb, about 4 s)");
        cluster.create()?;
        step.done(&format!("data folder made: {}", cluster.folder.display()));
        if let Some(aside) = archive::set_aside(&cluster.places)? {
            voice.say(&format!(
                "  the backups of the former one are in {}",
                aside.display()
            ));
        }
    }
    let archiving = Cluster {
        settings: archive::settings(&cluster.places, &own_program()?)?,
        ..cluster.clone()
    };
    archiving.start(Manner::default())
}
