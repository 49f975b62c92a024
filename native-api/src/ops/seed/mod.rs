//! Seeds: catalogues, a small world, and shows in it, the same rows from the same plan on every machine, but for the columns
//! in which the database notes when it wrote a row.
//!
//! Nothing here looks at the machine's clock or draws from its randomness: a [`Plan`] holds the number that the dice are
//! keyed with and the instants that everything counts from. Each seed runs in one transaction with every constraint of
//! the database in force, and changes nothing where it has run before. The secrets of seeded shows follow from the plan,
//! so whoever knows the number can tell their luck beforehand: seeds are for playgrounds.

mod aside;
mod base;
mod calendar;
mod childhood;
mod coins;
mod copy;
mod hands;
mod limit;
mod names;
mod player;
pub mod prints;
mod proof;
mod registry;
pub mod report;
mod rows;
mod season;
mod sequel;
mod show_rows;
mod shows;
mod stable_life;
mod stage;
mod stud;
mod world;
mod write;

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DurationRound, NaiveDate, NaiveTime, TimeDelta};
use rules::Instant;
use rules::dice::{Dice, Purpose, Secret, Subject};
use rules::time::week_start;
use serde::Serialize;
use tokio_postgres::{Client, Transaction};
use uuid::Uuid;

use crate::dev::say::Voice;
use crate::trouble::{Because, Trouble};

/// How many horses the small world has, unless asked otherwise.
pub const HORSES: u32 = 300;

/// Every seeded player has an address at this domain, which cannot exist, and no password.
pub const DOMAIN: &str = "players.equoria.example";

/// What a seed follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The number that all dice are keyed with.
    pub number: u64,
    /// Until when the world has lived: nothing in it is later.
    pub as_of: Instant,
    /// The instant from which the run dates of open shows count; not before `as_of`.
    pub opening: Instant,
}

impl Plan {
    /// The plan of a playground: a world that has lived until this week began, and shows that are announced this minute.
    pub fn of_the_week(number: u64, now: Instant) -> Self {
        let minute = now.duration_trunc(TimeDelta::minutes(1));
        Self {
            number,
            as_of: week_start(now),
            opening: minute.unwrap_or(now),
        }
    }

    /// The plan of which fingerprints are committed.
    pub fn standard() -> Self {
        Self::until(1, NaiveDate::from_ymd_opt(2026, 1, 5).unwrap_or_default())
    }

    /// A plan that follows from a day alone: the world ends as its week began, and its open shows are announced then.
    pub fn until(number: u64, day: NaiveDate) -> Self {
        let as_of = week_start(day.and_time(NaiveTime::MIN).and_utc());
        Self {
            number,
            as_of,
            opening: as_of,
        }
    }

    /// The dice of one of the world's topics, for one of its subjects.
    fn dice(&self, topic: Topic, subject: i64) -> Dice {
        Dice::new(
            &self.secret(),
            Purpose::World,
            &[Subject::Number(topic as i64), subject.into()],
        )
    }

    fn secret(&self) -> Secret {
        let mut bytes = [0; 32];
        bytes[24..].copy_from_slice(&self.number.to_be_bytes());
        Secret::new(bytes)
    }
}

/// What the world's dice are rolled for. The numbers are part of the dice's key.
#[derive(Clone, Copy)]
enum Topic {
    Players = 1,
    Wishes = 2,
    Weeks = 3,
    Horses = 4,
    Sessions = 5,
    PastShows = 6,
    OpenShows = 7,
    Secrets = 8,
    Matings = 9,
    Births = 10,
    Yards = 11,
}

/// What world somebody wants.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// How many horses, retired ancestors included.
    pub horses: u32,
    /// Are the same bytes copied into plain tables first, to see how fast the server can be at all?
    pub is_measured: bool,
}

/// What a seed has written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows written, by table; none where everything was there.
    pub rows: BTreeMap<&'static str, u64>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What took how long; nothing where little was written.
    pub phases: Vec<Phase>,
}

/// A part of the work of seeding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Phase {
    /// What was done.
    pub name: &'static str,
    /// How often.
    pub count: u64,
    /// To what.
    pub of: &'static str,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

impl Phase {
    /// A part that began then and ends now.
    fn since(since: std::time::Instant, name: &'static str, count: u64, of: &'static str) -> Self {
        Self {
            name,
            count,
            of,
            took_ms: u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// How many a second.
    pub fn rate(&self) -> u64 {
        self.count * 1_000 / self.took_ms.max(1)
    }
}

impl fmt::Display for Phase {
    /// One line of a table: what, how many, how long, how many a second.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.took_ms as f64 / 1_000.0;
        let Self {
            name, count, of, ..
        } = self;
        let rate = self.rate();
        write!(
            out,
            "{name:<34} {count:>11} {of:<8} {seconds:>7.1} s {rate:>9} a second"
        )
    }
}

impl Summary {
    /// All rows that were written.
    pub fn written(&self) -> u64 {
        self.rows.values().sum()
    }

    /// All of it as one phase.
    pub fn as_a_whole(&self) -> Phase {
        Phase {
            name: "in all",
            count: self.written(),
            of: "rows",
            took_ms: self.took_ms,
        }
    }

    /// Was everything there before?
    pub fn is_unchanged(&self) -> bool {
        self.rows.values().all(|count| *count == 0)
    }

    fn count(&mut self, table: &'static str, rows: u64) {
        *self.rows.entry(table).or_default() += rows;
    }
}

impl fmt::Display for Summary {
    /// One line: `60 users, 300 horses (1.2 s)`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_unchanged() {
            return out.write_str("nothing to do: everything is there");
        }
        let written = self.rows.iter().filter(|(_, count)| **count > 0);
        let parts: Vec<String> = written
            .map(|(table, count)| format!("{count} {table}"))
            .collect();
        write!(
            out,
            "{} ({}.{} s)",
            parts.join(", "),
            self.took_ms / 1000,
            self.took_ms % 1000 / 100
        )
    }
}

/// Writes the catalogues of disciplines and breeds, and brings changed ones up to date.
///
/// # Errors
/// What the database refuses.
pub async fn base(client: &mut Client) -> Result<Summary, Trouble> {
    let seeding = Seeding::begin(client).await?;
    let mut summary = Summary::default();
    base::write(&seeding.transaction, &mut summary).await?;
    seeding.end(summary).await
}

/// Writes a world of players, stables and horses, in which every fifth horse has another owner (every twentieth in a large
/// one), with the shows of [`shows`]. It has lived by the rules for a year and a half: stipends, the store, training,
/// grooming, a studbook of ten generations and more, and a season of shows.
///
/// The number of horses counts every horse there ever was, retired ancestors too. Worlds of 300 horses and more are ten generations deep;
/// in smaller ones it depends on the number of the plan, and below 60 nothing is bred. The rows are copied past triggers and
/// foreign keys, and what these would have refused is looked for in all rows at once before they are committed.
///
/// # Errors
/// When there are no breeds yet, when the connection is not an administrator's, or what the database refuses.
pub async fn dev(
    client: &mut Client,
    plan: &Plan,
    wish: Wish,
    voice: &Voice,
) -> Result<Summary, Trouble> {
    let seeding = Seeding::begin(client).await?;
    let mut summary = Summary::default();
    if !has_world(&seeding.transaction).await? {
        write::world(&seeding.transaction, plan, wish, voice, &mut summary).await?;
    }
    seeding.end(summary).await
}

/// Writes a season of shows that the world's horses have competed in, and shows that are open now, each unless it was
/// written before.
///
/// # Errors
/// When there is no world yet, when the connection is not an administrator's, or what the database refuses.
pub async fn shows(client: &mut Client, plan: &Plan) -> Result<Summary, Trouble> {
    let seeding = Seeding::begin(client).await?;
    let mut summary = Summary::default();
    if !has_world(&seeding.transaction).await? {
        return Err(Trouble::new(
            "there are no horses to enter yet: run `equoria seed dev` first",
        ));
    }
    sequel::write(&seeding.transaction, plan, &mut summary).await?;
    seeding.end(summary).await
}

/// Makes an account that somebody can sign in to, and says whether it was missing. The caller has drawn the password.
///
/// # Errors
/// What the database refuses.
pub async fn account(
    client: &mut Client,
    name: &str,
    email: &str,
    password_hash: &str,
    now: Instant,
) -> Result<bool, Trouble> {
    let because = || format!("could not make the account {email}");
    let id = Uuid::now_v7();
    let count = client
        .execute(
            "with made as (insert into users (id, name, email, created_at) values ($1, $2, $3, $5)
                on conflict ((lower(email))) do nothing returning id)
            insert into user_passwords (user_id, hash, changed_at) select id, $4, $5 from made",
            &[&id, &name, &email, &password_hash, &now],
        )
        .await
        .because(because)?;
    Ok(count == 1)
}

async fn has_world(transaction: &Transaction<'_>) -> Result<bool, Trouble> {
    let row = transaction
        .query_one(
            "select exists (select from users where email like '%@' || $1::text) as has_world",
            &[&DOMAIN],
        )
        .await
        .because(|| "could not look for the seeded world")?;
    row.try_get("has_world")
        .because(|| "could not look for the seeded world")
}

/// One seed at a time, in one transaction.
struct Seeding<'a> {
    transaction: Transaction<'a>,
    since: std::time::Instant,
}

impl<'a> Seeding<'a> {
    async fn begin(client: &'a mut Client) -> Result<Self, Trouble> {
        let since = std::time::Instant::now();
        let transaction = client
            .transaction()
            .await
            .because(|| "could not begin to seed")?;
        transaction
            .batch_execute("select pg_advisory_xact_lock(hashtext('equoria seed'))")
            .await
            .because(|| "could not wait for another seed")?;
        Ok(Self { transaction, since })
    }

    async fn end(self, mut summary: Summary) -> Result<Summary, Trouble> {
        self.transaction
            .commit()
            .await
            .because(|| "the database refused what was seeded")?;
        summary.took_ms = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(summary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_reads_as_a_line() {
        let mut summary = Summary {
            took_ms: 1_250,
            ..Summary::default()
        };
        assert!(summary.is_unchanged());
        assert!(summary.to_string().starts_with("nothing to do"));
        summary.count("users", 60);
        summary.count("horses", 300);
        assert_eq!(summary.to_string(), "300 horses, 60 users (1.2 s)");
    }

    #[test]
    fn a_playgrounds_world_ends_on_monday_and_its_shows_count_from_this_minute() {
        let plan = Plan::of_the_week(1, "2026-11-22T15:47:31.5Z".parse().unwrap());
        assert_eq!(plan.as_of.to_rfc3339(), "2026-11-16T00:00:00+00:00");
        assert_eq!(plan.opening.to_rfc3339(), "2026-11-22T15:47:00+00:00");
    }
}
