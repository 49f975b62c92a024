//! What an operator asks the database: what is slow, unused, large, locked or bloated, and how the game goes.
//!
//! A report is made of sentences, tables and charts, and is told three ways: on the terminal, as JSON, and as one HTML file.

mod bloat;
mod business;
mod chart;
mod html;
mod indexes;
mod locks;
mod pool;
mod slow;
pub mod storage;
mod table;
mod text;

use serde::Serialize;
use tokio_postgres::Client;

use crate::ops::monitor::Snapshot;
use crate::trouble::{Because, Trouble};

pub use chart::{Bar, Chart, Line};
pub use html::{escaped, page};
pub use table::{Cell, Column, Kind, Table, told};

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// What PostgreSQL spends its time on.
    Slow,
    /// Indexes that are unused, duplicate, missing or invalid.
    Indexes,
    /// How large tables and indexes are, and how they grow.
    Storage,
    /// Who holds the connections.
    Pool,
    /// Who waits for whom.
    Locks,
    /// Room that is held and not used.
    Bloat,
    /// How the game goes.
    Business,
}

impl Subject {
    /// All of them, in the order of the whole report.
    pub const ALL: [Self; 7] = [
        Self::Slow,
        Self::Indexes,
        Self::Storage,
        Self::Pool,
        Self::Locks,
        Self::Bloat,
        Self::Business,
    ];

    /// The word on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Slow => "slow",
            Self::Indexes => "indexes",
            Self::Storage => "storage",
            Self::Pool => "pool",
            Self::Locks => "locks",
            Self::Bloat => "bloat",
            Self::Business => "business",
        }
    }

    /// Asks the database, and takes what the API's process tells, if it does.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn ask(self, client: &Client, api: Option<&Snapshot>) -> Result<Report, Trouble> {
        match self {
            Self::Slow => slow::report(client).await,
            Self::Indexes => indexes::report(client).await,
            Self::Storage => storage::report(client).await,
            Self::Pool => pool::report(client, api).await,
            Self::Locks => locks::report(client).await,
            Self::Bloat => bloat::report(client).await,
            Self::Business => business::report(client).await,
        }
    }
}

/// The one text that a statement gives; empty where it is null.
async fn text_of(client: &Client, sql: &str) -> Result<String, Trouble> {
    let row = client.query_one(sql, &[]).await;
    let row = row.because(|| "the database could not be asked")?;
    Ok(row.get::<_, Option<String>>(0).unwrap_or_default())
}

/// What was found out about one subject.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The subject's word.
    pub report: &'static str,
    /// What it tells, as a heading.
    #[serde(skip)]
    pub title: &'static str,
    /// Something needs somebody.
    pub is_red: bool,
    /// What follows from the figures, each a sentence.
    pub findings: Vec<String>,
    /// The figures.
    #[serde(serialize_with = "table::by_name")]
    pub tables: Vec<Table>,
    /// Pictures of them, for the page.
    #[serde(skip)]
    pub charts: Vec<Chart>,
}

impl Report {
    /// One without anything in it.
    pub const fn of(subject: Subject, title: &'static str) -> Self {
        Self {
            report: subject.as_str(),
            title,
            is_red: false,
            findings: Vec::new(),
            tables: Vec::new(),
            charts: Vec::new(),
        }
    }

    /// The same with a sentence more.
    pub fn say(&mut self, finding: impl Into<String>) {
        self.findings.push(finding.into());
    }

    /// The same, and somebody must do something.
    pub fn warn(&mut self, finding: impl Into<String>) {
        self.is_red = true;
        self.say(finding);
    }
}
