//! The database of this checkout: somebody's own server, or a PostgreSQL that we start.

use super::cluster::{Cluster, Server};
use super::places::Places;
use super::postgres;
use super::prepare::create_database;
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
}

/// The server that `DATABASE_URL` names as its administrator, or else our own, started if it is not running.
///
/// # Errors
/// When the server cannot be found, made, or started.
pub async fn bring_up(places: &Places, of: &Environment, voice: &Voice) -> Result<Lent, Trouble> {
    let secrets = Secrets::keep(&places.state.join("secrets"))?;
    if let Some(administrator) = config::database(of, "DATABASE_URL")? {
        let origin = format!("the server of DATABASE_URL, {administrator}");
        return Ok(lend(administrator, secrets, origin, None, of));
    }
    let cluster = cluster(places, voice, &secrets)?;
    let (server, how) = match cluster.running()? {
        Some(server) => (server, "running already"),
        None => (start(&cluster, voice)?, "started"),
    };
    create_database(&server.administrator, DATABASE).await?;
    let origin = format!(
        "PostgreSQL {} ({}), {how} on 127.0.0.1:{}, data in {}",
        cluster.programs.version,
        cluster.programs.origin,
        server.port,
        cluster.folder.display()
    );
    let administrator = server.administrator.with_name(DATABASE);
    let server = server.supervised.is_some().then_some(server);
    Ok(lend(administrator, secrets, origin, server, of))
}

/// A database for one command: what the environment names, or that of this checkout.
///
/// # Errors
/// Those of [`bring_up`].
pub async fn borrow(of: &Environment, voice: &Voice) -> Result<Lent, Trouble> {
    let lent = bring_up(&Places::find()?, of, voice).await?;
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
    }
}

fn cluster(places: &Places, voice: &Voice, secrets: &Secrets) -> Result<Cluster, Trouble> {
    Ok(Cluster {
        folder: places.data.join("postgres"),
        password: secrets.administrator(),
        programs: postgres::programs(places, voice)?,
        places: places.clone(),
        is_scratch: false,
    })
}

fn start(cluster: &Cluster, voice: &Voice) -> Result<Server, Trouble> {
    if !cluster.exists()? {
        let step = voice.step("making the data folder (initdb, about 4 s)");
        cluster.create()?;
        step.done(&format!("data folder made: {}", cluster.folder.display()));
    }
    cluster.start(Manner::default())
}
