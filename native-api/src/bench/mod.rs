//! `equoria bench`: what the native API does in a second and what it costs, beside PostgreSQL's own limit.
//!
//! Everything runs on one machine: a PostgreSQL of the bench's own with the settings of the bring-up, the API as a
//! process of its own, the clients on one thread of this process. pgbench then sends the same statements with as many
//! clients and no API between; its rate is what the API can reach at best.

mod client;
pub mod contended;
mod cpu;
pub mod crash;
mod load;
pub mod module;
mod pgbench;
pub mod plans;
mod relay;
mod report;
mod requests;
pub mod rules;
mod server;
pub mod stacks;
mod world;

use std::net::SocketAddr;
use std::time::Duration;

use crate::config::Database;
use crate::db::connect;
use crate::dev::asked_to_stop;
use crate::dev::lock;
use crate::dev::places::Places;
use crate::dev::say::{Voice, human};
use crate::trouble::{Because, Trouble};
use client::Connection;
use load::{Deck, drive};
use pgbench::{Amount, Script};
use relay::Relay;
use report::{Line, Spent, Trial};
use requests::{DISCIPLINE, Horses, Trainings};
use server::Api;
use world::{Scratch, World, growing};

pub use report::Report;

/// How the bench is to be run.
#[derive(Clone, Copy, Debug)]
pub struct Wishes {
    /// Horses in the world; half of them are there for the API to train, half for pgbench.
    pub horses: u32,
    /// How long each measurement lasts. Trainings end earlier when every horse has been trained.
    pub lasting: Duration,
    /// Clients, each with one request at a time.
    pub clients: u32,
    /// Connections of the API for reads, and as many for writes.
    pub connections: usize,
}

/// Horses that are trained while the round trips are counted.
const COUNTED: u32 = 40;

/// Runs the bench. None if it was asked to stop before its end; nothing is left behind either way.
///
/// # Errors
/// What could not be started or measured, as one sentence.
pub async fn run(wishes: Wishes, voice: &Voice) -> Result<Option<Report>, Trouble> {
    let places = Places::find()?;
    let home = places.scratch().join("bench");
    let _only_one = lock::attempt(&home.with_extension("lock"))?.ok_or_else(|| {
        Trouble::new("another bench runs in this checkout, and two would measure each other")
    })?;
    let measured = tokio::select! {
        measured = measure(wishes, voice, &home, &places) => Some(measured?),
        stopped = asked_to_stop() => { stopped?; None }
    };
    Ok(measured)
}

async fn measure(
    wishes: Wishes,
    voice: &Voice,
    home: &std::path::Path,
    places: &Places,
) -> Result<Report, Trouble> {
    let scratch = Scratch::start(voice, home, places).await?;
    let bench = Bench {
        wishes,
        voice,
        world: World::of(wishes.horses),
        scratch: &scratch,
    };
    let step = growing(voice, bench.world);
    bench
        .world
        .grow(&mut connect(&scratch.administrator).await?)
        .await?;
    step.done(&format!("a world of {} horses", wishes.horses));
    let trips = bench.count_round_trips().await?;
    if !pgbench::is_there(&scratch) {
        voice.say(
            "  pgbench is not among PostgreSQL's programs here: there is no limit to compare with",
        );
    }
    let trials = bench.trials(trips).await?;
    Ok(Report {
        postgresql: scratch.programs.version.clone(),
        processors: std::thread::available_parallelism().map_or(1, usize::from),
        is_release: !cfg!(debug_assertions),
        horses: wishes.horses,
        clients: wishes.clients,
        connections: wishes.connections,
        trials,
    })
}

/// Round trips to the database for each request.
#[derive(Clone, Copy)]
struct RoundTrips {
    read: f64,
    training: f64,
}

struct Bench<'a> {
    wishes: Wishes,
    voice: &'a Voice,
    world: World,
    scratch: &'a Scratch,
}

impl Bench<'_> {
    /// The database as the API is told of it, with the size of its pool.
    fn database(&self, connections: usize) -> Database {
        let mut database = self.scratch.administrator.clone();
        database.connection_limit = connections;
        database
    }

    /// One request after the other over one connection, whose statements are known by then.
    async fn count_round_trips(&self) -> Result<RoundTrips, Trouble> {
        let relay = Relay::to(self.scratch.server.port).await?;
        let api = Api::start(
            self.scratch,
            &relay.database(&self.scratch.administrator)?,
            "counted",
        )
        .await?;
        let horses = Horses::from(self.world.horses - COUNTED + 1, COUNTED);
        let trainings = Trainings::signed(self.world, horses, &self.scratch.secrets.token_key)?;
        let mut reads = requests::reads(api.address, self.world, 1);
        let mut trainings = trainings.decks(api.address, 1);
        Ok(RoundTrips {
            read: count(&relay, api.address, &mut reads).await?,
            training: count(&relay, api.address, &mut trainings).await?,
        })
    }

    async fn trials(&self, trips: RoundTrips) -> Result<Vec<Trial>, Trouble> {
        let api = Api::start(self.scratch, &self.database(self.wishes.connections), "api").await?;
        let read = self.read(&api, trips.read).await?;
        let training = self.train(&api, trips.training).await?;
        Ok(vec![read, training])
    }

    async fn read(&self, api: &Api, round_trips: f64) -> Result<Trial, Trouble> {
        let decks = || requests::reads(api.address, self.world, self.wishes.clients);
        self.warm_up(api, decks(), 200).await?;
        let what = "GET /v1/horses/{id}";
        let line = self
            .through_api(api, what, 200, decks(), round_trips)
            .await?;
        let script = Script::read(self.world)?;
        let seconds = Amount::Seconds(self.wishes.lasting.as_secs().max(1));
        let mut limits = Vec::new();
        for mode in ["prepared", "extended"] {
            limits.extend(self.through_pgbench(&script, mode, seconds).await?);
        }
        Ok(Trial { api: line, limits })
    }

    async fn train(&self, api: &Api, round_trips: f64) -> Result<Trial, Trouble> {
        let half = (self.world.horses - COUNTED) / 2;
        let trainings = Trainings::signed(
            self.world,
            Horses::from(1, half),
            &self.scratch.secrets.token_key,
        )?;
        let decks = || trainings.decks(api.address, self.wishes.clients);
        self.warm_up(api, decks(), 201).await?;
        let what = "POST /v1/horses/{id}/training";
        let line = self
            .through_api(api, what, 201, decks(), round_trips)
            .await?;
        let script = Script::training(
            self.world,
            Horses::from(half + 1, half),
            &self.an_answer().await?,
        );
        // As many as the API has done, and no more than there are horses.
        let each = line.requests.min(u64::from(half) - 1) / u64::from(self.wishes.clients);
        let limit = self
            .through_pgbench(&script, "prepared", Amount::Each(each.max(1)))
            .await?;
        Ok(Trial {
            api: line,
            limits: limit.into_iter().collect(),
        })
    }

    /// A tenth of the time, until connections are open, statements are known and pages are in memory.
    async fn warm_up(&self, api: &Api, decks: Vec<Deck>, expected: u16) -> Result<(), Trouble> {
        let outcome = drive(api.address, decks, expected, self.wishes.lasting / 10).await?;
        match outcome.first_error {
            None => Ok(()),
            Some(error) => Err(Trouble::new(format!(
                "the API does not answer as expected: {error}"
            ))),
        }
    }

    async fn through_api(
        &self,
        api: &Api,
        what: &str,
        expected: u16,
        decks: Vec<Deck>,
        round_trips: f64,
    ) -> Result<Line, Trouble> {
        let step = self
            .voice
            .step(format!("{what} for {}", human(self.wishes.lasting)));
        let before = self.spent(Some(api))?;
        let outcome = drive(api.address, decks, expected, self.wishes.lasting).await?;
        let spent = self.spent(Some(api))?.since(before);
        step.done(&format!("{what}: {} answers", outcome.done));
        Ok(Line::of(what, &outcome, spent, Some(round_trips)))
    }

    async fn through_pgbench(
        &self,
        script: &Script,
        mode: &str,
        amount: Amount,
    ) -> Result<Option<Line>, Trouble> {
        if !pgbench::is_there(self.scratch) {
            return Ok(None);
        }
        let what = format!("  pgbench, the same SQL, {mode}");
        let step = self.voice.step(what.trim());
        let before = self.spent(None)?;
        let outcome = pgbench::run(self.scratch, script, mode, self.wishes.clients, amount).await?;
        let spent = self.spent(None)?.since(before);
        step.done(&format!("pgbench, {mode}: {} transactions", outcome.done));
        Ok(Some(Line::of(&what, &outcome, spent, None)))
    }

    fn spent(&self, api: Option<&Api>) -> Result<Spent, Trouble> {
        Ok(Spent {
            api: api.map(|api| cpu::of_tree(api.process())).transpose()?,
            database: cpu::of_tree(self.scratch.process())?,
            client: cpu::of_process(std::process::id())?,
        })
    }

    /// What the API has kept under an idempotency key, for pgbench to keep the same.
    async fn an_answer(&self) -> Result<String, Trouble> {
        let client = connect(&self.scratch.administrator).await?;
        let row = client.query_one(
            "select response::text as response from idempotency_keys limit 1",
            &[],
        );
        let row = row.await.because(|| "the API has kept no answer")?;
        row.try_get("response")
            .because(|| "the API has kept no answer")
    }
}

/// The round trips of one request of a deck, when the connections are open and the statements known.
async fn count(relay: &Relay, address: SocketAddr, decks: &mut [Deck]) -> Result<f64, Trouble> {
    let mut connection = Connection::open(address).await?;
    let mut request = Vec::new();
    let mut since = 0;
    for deck in decks {
        for turn in 0..COUNTED {
            if turn == COUNTED / 2 {
                since = relay.round_trips();
            }
            if !deck(&mut request) {
                return Err(Trouble::new(
                    "there are too few horses to count round trips with",
                ));
            }
            let (status, body) = connection.ask(&request).await?;
            if !(200..300).contains(&status) {
                return Err(Trouble::new(format!(
                    "the API does not answer as expected: {status} {}",
                    String::from_utf8_lossy(body)
                )));
            }
        }
    }
    Ok((relay.round_trips() - since) as f64 / f64::from(COUNTED - COUNTED / 2))
}
