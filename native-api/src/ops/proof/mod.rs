//! The proof of a running database: what its constraints promise is so, its indexes and pages are whole, its books
//! balance, and this program knows its schema.

pub mod ledger;

use std::time::{Duration, Instant};

use serde::Serialize;
use tokio_postgres::Client;

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

    /// The same with the time that it took.
    #[must_use]
    pub fn end(mut self) -> Self {
        let took = self.since.take().map_or(Duration::ZERO, |it| it.elapsed());
        self.took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self
    }
}

/// The number that a statement gives.
async fn count(client: &Client, sql: &str) -> Result<i64, Trouble> {
    let because = || format!("could not ask: {sql}");
    let row = client.query_one(sql, &[]).await.because(because)?;
    row.try_get(0).because(because)
}
