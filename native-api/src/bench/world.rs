//! The world that is measured: numbered players with numbered horses, in a database of the bench's own.

use std::path::{Path, PathBuf};

use tokio_postgres::Client;
use uuid::Uuid;

use crate::config::Database;
use crate::dev::cluster::{Cluster, Server};
use crate::dev::places::Places;
use crate::dev::postgres::{self, Programs};
use crate::dev::prepare;
use crate::dev::say::{Step, Voice};
use crate::dev::secrets::{DATABASE, Secrets};
use crate::dev::supervise::Manner;
use crate::ops::{migrate, seed};
use crate::trouble::{Because, Trouble};

const WORLD: &str = include_str!("world.sql");
const ROUND: &str = include_str!("round.sql");

/// Figures for the planner, which the triggers' plans follow from. An empty table has none: those of no rows would make
/// plans that read it from end to end.
const FIGURES: &str = "analyze users, stables, horses, training_logs, breeds, sessions, accounts, transfers, postings";

/// The same of the tables that a round of shows has filled.
const SHOWN: &str = "analyze shows, show_entries, competition_results";

/// How often every horse was shown.
const ROUNDS: u32 = 10;

/// The world gives its rows their numbers itself: whoever adds a row goes on behind them.
const NUMBERS: &str =
    "select setval(pg_get_serial_sequence('shows', 'id'), (select max(id) from shows)),
    setval(pg_get_serial_sequence('horses', 'id'), (select max(id) from horses)),
    setval(pg_get_serial_sequence('stables', 'id'), (select max(id) from stables))";

/// How many horses there are in a show.
const FIELD: u32 = 25;

/// The first part of a player's id; the player's number with [`FIRST_PLAYER`] added is the rest.
pub const USER_PREFIX: &str = "00000000-0000-7000-8000-";

/// The first part of the id of a player's session.
pub const SESSION_PREFIX: &str = "00000000-0000-7000-9000-";

/// The number of the first player: twelve digits, which are the last group of a UUID as they stand.
pub const FIRST_PLAYER: u64 = 100_000_000_000;

/// Horses 1 to `horses`, horse number n being the player's whose number is n modulo `players`.
#[derive(Clone, Copy, Debug)]
pub struct World {
    /// How many horses.
    pub horses: u32,
    /// How many players.
    pub players: u32,
}

impl World {
    /// A world of that many horses, four to a player.
    pub const fn of(horses: u32) -> Self {
        Self {
            horses,
            players: horses / 4,
        }
    }

    /// The number of the player whose horse it is.
    pub const fn player_of(self, horse: u32) -> u32 {
        horse % self.players
    }

    /// The id of a player.
    ///
    /// # Errors
    /// Never for a player of this world.
    pub fn user_id(player: u32) -> Result<Uuid, Trouble> {
        numbered(USER_PREFIX, player)
    }

    /// The id of the session that a player has.
    ///
    /// # Errors
    /// Never for a player of this world.
    pub fn session_id(player: u32) -> Result<Uuid, Trouble> {
        numbered(SESSION_PREFIX, player)
    }

    /// Writes the world into an empty, migrated database.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn grow(self, client: &mut Client) -> Result<(), Trouble> {
        seed::base(client).await?;
        let fill = |text: &str, round: u32| {
            text.replace("HORSES", &self.horses.to_string())
                .replace("PLAYERS", &self.players.to_string())
                .replace("FOUNDERS", &(self.horses / 20 * 8).to_string())
                .replace("SHOWS", &self.horses.div_ceil(FIELD).to_string())
                .replace("FIELD", &FIELD.to_string())
                .replace("ROUND", &round.to_string())
        };
        let because = || "the bench's world could not be made";
        client
            .batch_execute(&fill(WORLD, 0))
            .await
            .because(because)?;
        client.batch_execute(FIGURES).await.because(because)?;
        for round in 1..=ROUNDS {
            client
                .batch_execute(&fill(ROUND, round))
                .await
                .because(because)?;
            client.batch_execute(SHOWN).await.because(because)?;
        }
        client.batch_execute(NUMBERS).await.because(because)?;
        // Nothing that the making of the world left behind is to be tidied up while something is measured. Every entry
        // has updated its show within one transaction, which leaves more dead rows than a game ever would.
        for tidying in ["vacuum full shows", "vacuum analyze", "checkpoint"] {
            client.batch_execute(tidying).await.because(because)?;
        }
        Ok(())
    }
}

fn numbered(prefix: &str, player: u32) -> Result<Uuid, Trouble> {
    let text = format!("{prefix}{}", FIRST_PLAYER + u64::from(player));
    text.parse().because(|| format!("{text} is no id"))
}

/// A PostgreSQL of the bench's own, with a migrated database; it is gone with this value, whatever ends it.
pub struct Scratch {
    /// Where the bench's own files are.
    pub home: PathBuf,
    /// The programs, pgbench among them.
    pub programs: Programs,
    /// The administrator's way to the database.
    pub administrator: Database,
    /// The generated passwords and keys.
    pub secrets: Secrets,
    /// The folder of the socket.
    pub sockets: PathBuf,
    /// The running server.
    pub server: Server,
}

impl Scratch {
    /// Makes a data folder with the settings of the bring-up, starts the server on it, and migrates a database.
    ///
    /// # Errors
    /// When one of these does not work.
    pub async fn start(voice: &Voice, home: &Path, places: &Places) -> Result<Self, Trouble> {
        let programs = postgres::programs(places, voice)?;
        let step = voice.step("making a PostgreSQL for the bench (initdb, about 4 s)");
        let secrets = Secrets::random()?;
        let cluster = cluster(home, places, &programs, &secrets)?;
        let server = cluster.start(Manner {
            at_once: true,
            remove: Some(home.to_owned()),
            ..Manner::default()
        })?;
        prepare::create_database(&server.administrator, DATABASE).await?;
        let administrator = server.administrator.with_name(DATABASE);
        prepare::migrate(&administrator, &mut Unheard).await?;
        prepare::allow_logins(&administrator, &secrets).await?;
        step.done(&format!(
            "PostgreSQL {} runs, its data is forced to the disk",
            programs.version
        ));
        Ok(Self {
            sockets: places.socket_folder(&cluster.folder)?,
            home: home.to_owned(),
            programs,
            administrator,
            secrets,
            server,
        })
    }

    /// The process below which the whole server is.
    pub fn process(&self) -> u32 {
        self.server.supervised.as_ref().map_or(0, |it| it.id())
    }

    /// A file of the bench's own.
    pub fn file(&self, name: &str) -> PathBuf {
        self.home.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.server.supervised = None;
        // The supervisor has removed the data; the socket's folder is empty by now.
        let _left = std::fs::remove_dir(&self.sockets);
    }
}

/// A fresh data folder below `home`, with the settings of the bring-up.
pub(super) fn cluster(
    home: &Path,
    places: &Places,
    programs: &Programs,
    secrets: &Secrets,
) -> Result<Cluster, Trouble> {
    if home.exists() {
        std::fs::remove_dir_all(home).because(|| format!("could not empty {}", home.display()))?;
    }
    let logs = home.join("logs");
    std::fs::create_dir_all(&logs).because(|| format!("could not make {}", logs.display()))?;
    let cluster = Cluster {
        folder: home.join("postgres"),
        password: secrets.administrator(),
        programs: programs.clone(),
        places: Places {
            state: home.to_owned(),
            ..places.clone()
        },
        is_scratch: false,
        settings: Vec::new(),
    };
    cluster.create()?;
    Ok(cluster)
}

struct Unheard;

impl migrate::Progress for Unheard {}

/// Says that the world grows, with what to expect.
pub fn growing<'a>(voice: &'a Voice, world: World) -> Step<'a> {
    let shown = u64::from(world.horses) * u64::from(ROUNDS);
    voice.step(format!(
        "growing a world of {} horses with {shown} results, every constraint in force (about {} s)",
        world.horses,
        2 + world.horses / 400
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn players_and_sessions_have_numbers_that_are_ids_as_they_stand() {
        assert_eq!(
            World::user_id(7).unwrap().to_string(),
            "00000000-0000-7000-8000-100000000007"
        );
        assert_ne!(World::user_id(7).unwrap(), World::session_id(7).unwrap());
    }
}
