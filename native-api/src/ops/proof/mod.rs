//! The proof of a running database: what its constraints promise is so, its indexes and pages are whole, its books
//! balance, and this program knows its schema.

pub mod constraints;
pub mod ledger;
pub mod pages;
pub mod schema;

use std::fmt;
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio_postgres::Client;

use crate::dev::say::Voice;
use crate::trouble::{Because, Trouble};

/// One part of the proof: what was looked at, and everything that is wrong with it.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// What it is about, in a word or two.
    pub name: &'static str,
    /// How many things were looked at; a check of nothing proves nothing.
    pub looked_at: u64,
    /// What is wrong, each in words.
    pub faults: Vec<String>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    #[serde(skip)]
    since: Option<Instant>,
}

impl Check {
    /// One that has not looked at anything yet.
    pub fn begin(name: &'static str) -> Self {
        Self {
            name,
            looked_at: 0,
            faults: Vec::new(),
            took_ms: 0,
            since: Some(Instant::now()),
        }
    }

    /// Whether it looked at something and found nothing wrong.
    pub const fn is_good(&self) -> bool {
        self.looked_at > 0 && self.faults.is_empty()
    }

    /// The same with the time that it took.
    #[must_use]
    pub fn end(mut self) -> Self {
        let took = self.since.take().map_or(Duration::ZERO, |it| it.elapsed());
        self.took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self
    }
}

impl fmt::Display for Check {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name, looked_at, ..
        } = self;
        match (self.looked_at, self.faults.as_slice()) {
            (0, []) => write!(out, "{name}: there was nothing to look at"),
            (_, []) => write!(out, "{name}: {looked_at} looked at, all good"),
            (_, faults) => write!(out, "{name}: {looked_at} looked at, {}", faults.join("; ")),
        }
    }
}

/// Everything: pages and indexes first, for what they hold is read by the rest.
///
/// The database must be nobody else's, and the connection a superuser's.
///
/// # Errors
/// When the database does not answer. What is wrong with it is no error but a fault of a check.
pub async fn of(client: &Client, voice: &Voice) -> Result<Vec<Check>, Trouble> {
    let mut checks = Vec::new();
    for part in Part::ALL {
        let step = voice.step(part.doing());
        let check = match part.check(client).await {
            // What cannot be read because its pages are damaged is not asked: the damage is told.
            Err(_) if checks.iter().any(|it: &Check| !it.faults.is_empty()) => break,
            checked => checked?,
        };
        step.done(&check.to_string());
        checks.push(check);
    }
    Ok(checks)
}

#[derive(Clone, Copy)]
enum Part {
    Pages,
    Constraints,
    Ledger,
    Migrations,
}

impl Part {
    const ALL: [Self; 4] = [
        Self::Pages,
        Self::Constraints,
        Self::Ledger,
        Self::Migrations,
    ];

    const fn doing(self) -> &'static str {
        match self {
            Self::Pages => "checking every page and index (amcheck)",
            Self::Constraints => "validating every constraint anew",
            Self::Ledger => "adding up the ledger",
            Self::Migrations => "comparing the migrations",
        }
    }

    async fn check(self, client: &Client) -> Result<Check, Trouble> {
        match self {
            Self::Pages => pages::check(client).await,
            Self::Constraints => constraints::check(client).await,
            Self::Ledger => ledger::check(client).await,
            Self::Migrations => schema::check(client).await,
        }
    }
}

/// The number that a statement gives.
async fn count(client: &Client, sql: &str) -> Result<i64, Trouble> {
    let because = || format!("could not ask: {sql}");
    let row = client.query_one(sql, &[]).await.because(because)?;
    row.try_get(0).because(because)
}
