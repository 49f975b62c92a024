//! `equoria bench stacks`: a horse's card by the native API and by the Worker, beside what others would build.
//!
//! One world, one database, one question at a time: every stack answers `GET /v1/horses/{id}` with the same document, which
//! is looked at before anything is measured. The Workers run in workerd itself. Behind their Hyperdrive bindings stands a
//! pooler, as it does where they are deployed; and once more PostgreSQL itself, which makes a process for each request and
//! asks it for a password.

mod door;
mod pooler;
mod rivals;
mod stack;
mod table;

use std::fs;
use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::load::drive;
use super::pgbench::{self, Amount, Script};
use super::relay::Relay;
use super::report::{Line, Spent};
use super::world::{Scratch, World, growing};
use super::{Wishes, count, cpu, requests};
use crate::config::Database;
use crate::db::connect;
use crate::dev::asked_to_stop;
use crate::dev::lock;
use crate::dev::places::Places;
use crate::dev::say::Voice;
use crate::dev::worker;
use crate::trouble::{Because, Trouble};
use rivals::Rivals;
use stack::{Running, Stage};
use table::Row;

pub use stack::Stack;
pub use table::Table;

/// How often a stack is started for its first answer; the median counts.
const STARTS: usize = 3;

/// Runs the bench, with all stacks or with some only. None if it was asked to stop before its end; nothing is left behind either way.
///
/// # Errors
/// What could not be started or measured, or a stack whose answer is another, as one sentence.
pub async fn run(wishes: Wishes, only: &[Stack], voice: &Voice) -> Result<Option<Table>, Trouble> {
    let places = Places::find()?;
    let home = places.scratch().join("bench");
    let _only_one = lock::attempt(&home.with_extension("lock"))?.ok_or_else(|| {
        Trouble::new("another bench runs in this checkout, and two would measure each other")
    })?;
    tokio::select! {
        measured = measure(wishes, only, voice, &home, &places) => measured.map(Some),
        stopped = asked_to_stop() => { stopped?; Ok(None) }
    }
}

async fn measure(
    wishes: Wishes,
    only: &[Stack],
    voice: &Voice,
    home: &std::path::Path,
    places: &Places,
) -> Result<Table, Trouble> {
    let rivals = Rivals::install(places, voice)?;
    let wasm_gzip_bytes = worker::build(places, voice)?.gzip_bytes;
    let scratch = Scratch::start(voice, home, places).await?;
    let world = World::of(wishes.horses);
    let step = growing(voice, world);
    world
        .grow(&mut connect(&scratch.administrator).await?)
        .await?;
    step.done(&format!("a world of {} horses", wishes.horses));
    let card = reads::QUERIES.iter().find(|it| it.name == "horse card");
    let stacks = Stacks {
        wishes,
        voice,
        world,
        stage: Stage {
            scratch: &scratch,
            places,
            rivals: &rivals,
            sql: card
                .ok_or_else(|| Trouble::new("the reads have no query named \"horse card\""))?
                .sql,
        },
    };
    let looks = stacks.compare().await?;
    let mut rows = Vec::new();
    let wanted = |(stack, _): &(Stack, Look)| only.is_empty() || only.contains(stack);
    for (stack, look) in Stack::ALL.into_iter().zip(looks).filter(wanted) {
        let gzip_bytes = match stack {
            stack if stack.is_ours() => Some(wasm_gzip_bytes),
            stack if stack.is_a_worker() => Some(gzip(&rivals.worker())?),
            _ => None,
        };
        rows.push(stacks.row(stack, look, gzip_bytes).await?);
    }
    Ok(Table {
        postgresql: scratch.programs.version.clone(),
        processors: std::thread::available_parallelism().map_or(1, usize::from),
        is_release: !cfg!(debug_assertions),
        horses: wishes.horses,
        clients: wishes.clients,
        connections: wishes.connections,
        limit: if only.is_empty() {
            stacks.limit().await?
        } else {
            None
        },
        rows,
    })
}

/// What is known of a stack before it is measured.
struct Look {
    round_trips: f64,
    bytes: usize,
}

struct Stacks<'a> {
    wishes: Wishes,
    voice: &'a Voice,
    world: World,
    stage: Stage<'a>,
}

impl Stacks<'_> {
    /// Makes sure that all answer the same, and counts what one answer takes.
    async fn compare(&self) -> Result<Vec<Look>, Trouble> {
        let horses = [1, 2, self.world.horses / 2, self.world.horses];
        let relay = Relay::to(self.stage.scratch.server.port).await?;
        let counted = relay.database(&self.stage.scratch.administrator)?;
        let mut looks = Vec::new();
        let mut expected: Option<Vec<Value>> = None;
        for stack in Stack::ALL {
            let step = self
                .voice
                .step(format!("{}: looking at its answers", stack.name()));
            let running = self.stage.start(stack, &counted).await?;
            let documents = running.documents(&horses).await;
            let documents = documents.because(|| format!("{} does not answer", stack.name()))?;
            match &expected {
                None => expected = Some(documents),
                Some(expected) => same(stack, expected, &documents)?,
            }
            let mut decks = requests::reads(running.address, self.world, 1);
            looks.push(Look {
                round_trips: count(&relay, running.address, &mut decks).await?,
                bytes: running.bytes(self.world.horses).await?,
            });
            step.done(&format!("{} answers the same", stack.name()));
        }
        Ok(looks)
    }

    async fn row(
        &self,
        stack: Stack,
        look: Look,
        gzip_bytes: Option<usize>,
    ) -> Result<Row, Trouble> {
        let database = self.database();
        let mut first_answers = Vec::new();
        for _ in 1..STARTS {
            let running = self.stage.start(stack, &database).await?;
            first_answers.push(running.first_answer);
        }
        let running = self.stage.start(stack, &database).await?;
        first_answers.push(running.first_answer);
        first_answers.sort_unstable();
        let median = first_answers
            .get(STARTS / 2)
            .copied()
            .unwrap_or(Duration::ZERO);
        Ok(Row {
            stack,
            line: self.drive(stack, &running, look.round_trips).await?,
            bytes: look.bytes,
            gzip_bytes,
            first_answer_ms: median.as_secs_f64() * 1000.0,
        })
    }

    /// After a tenth of the time, which nothing of counts.
    async fn drive(
        &self,
        stack: Stack,
        running: &Running,
        round_trips: f64,
    ) -> Result<Line, Trouble> {
        let Wishes {
            lasting, clients, ..
        } = self.wishes;
        let step = self.voice.step(format!("{}: measuring", stack.name()));
        let decks = || requests::reads(running.address, self.world, clients);
        drive(running.address, decks(), 200, lasting / 10).await?;
        let before = self.spent(Some(running))?;
        let outcome = drive(running.address, decks(), 200, lasting).await?;
        let spent = self.spent(Some(running))?.since(before);
        step.done(&format!("{}: {} answers", stack.name(), outcome.done));
        Ok(Line::of(stack.name(), &outcome, spent, Some(round_trips)))
    }

    /// The same statement by pgbench, where there is one.
    async fn limit(&self) -> Result<Option<Line>, Trouble> {
        let scratch = self.stage.scratch;
        if !pgbench::is_there(scratch) {
            self.voice.say("  pgbench is not among PostgreSQL's programs here: there is no limit to compare with");
            return Ok(None);
        }
        let step = self.voice.step("pgbench, the same SQL");
        let seconds = Amount::Seconds(self.wishes.lasting.as_secs().max(1));
        let script = Script::read(self.world)?;
        let before = self.spent(None)?;
        let clients = self.wishes.clients;
        let outcome = pgbench::run(scratch, &script, "prepared", clients, seconds).await?;
        let spent = self.spent(None)?.since(before);
        step.done(&format!("pgbench: {} transactions", outcome.done));
        Ok(Some(Line::of(
            "pgbench, the same SQL",
            &outcome,
            spent,
            None,
        )))
    }

    fn database(&self) -> Database {
        let mut database = self.stage.scratch.administrator.clone();
        database.connection_limit = self.wishes.connections;
        database
    }

    fn spent(&self, running: Option<&Running>) -> Result<Spent, Trouble> {
        let stack = running.map(|running| cpu::of_tree(running.process()));
        Ok(Spent {
            api: stack.transpose()?,
            database: cpu::of_tree(self.stage.scratch.process())?,
            client: cpu::of_process(std::process::id())?,
        })
    }
}

/// Refuses to go on where a stack answers something else.
fn same(stack: Stack, expected: &[Value], found: &[Value]) -> Result<(), Trouble> {
    let differing = expected
        .iter()
        .zip(found)
        .find_map(|(expected, found)| difference(expected, found, ""));
    match differing {
        None => Ok(()),
        Some(difference) => Err(Trouble::new(format!(
            "{} answers another document than the native API, so there is nothing to compare: {difference}",
            stack.name()
        ))),
    }
}

/// Where two documents differ first. Numbers are the same if their values are: JSON has no integers.
fn difference(expected: &Value, found: &Value, place: &str) -> Option<String> {
    match (expected, found) {
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => None,
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => a
            .iter()
            .zip(b)
            .enumerate()
            .find_map(|(at, (a, b))| difference(a, b, &format!("{place}/{at}"))),
        (Value::Object(a), Value::Object(b)) if a.len() == b.len() => {
            a.iter().find_map(|(key, a)| {
                difference(
                    a,
                    b.get(key).unwrap_or(&Value::Null),
                    &format!("{place}/{key}"),
                )
            })
        }
        (a, b) if a == b => None,
        (a, b) => Some(format!("{place} is {b} instead of {a}")),
    }
}

/// The size of a file after gzip at the best level, in bytes.
fn gzip(file: &std::path::Path) -> Result<usize, Trouble> {
    let because = || format!("could not weigh {}", file.display());
    let mut zipped = GzEncoder::new(Vec::new(), Compression::best());
    let bytes = fs::read(file).because(because)?;
    zipped.write_all(&bytes).because(because)?;
    zipped.finish().because(because).map(|zipped| zipped.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_difference_is_told_with_its_place() {
        let expected = json!({"id": 1, "score": 3.0, "results": [{"prize": 5}]});
        let same = json!({"results": [{"prize": 5.0}], "score": 3, "id": 1});
        assert_eq!(difference(&expected, &same, ""), None);
        for (other, told) in [
            (
                json!({"id": 1, "score": 3, "results": [{"prize": 6}]}),
                "/results/0/prize is 6 instead of 5",
            ),
            (
                json!({"id": 1, "score": 3, "other": 0}),
                "/results is null instead of [{\"prize\":5}]",
            ),
            (
                json!({"id": "1", "score": 3, "results": []}),
                "/id is \"1\" instead of 1",
            ),
        ] {
            assert_eq!(difference(&expected, &other, "").as_deref(), Some(told));
        }
    }

    #[test]
    fn a_key_too_many_is_a_difference() {
        let told = difference(&json!({"a": 1}), &json!({"a": 1, "b": null}), "");
        assert!(told.is_some());
    }
}
