//! What an operator asks the database: what is slow, unused, large, locked or bloated, and how the game goes.
//!
//! A report is made of sentences, tables and charts, and is told three ways: on the terminal, as JSON, and as one HTML file.

mod chart;
mod html;
pub mod storage;
mod table;
mod text;

use serde::Serialize;
use tokio_postgres::Client;

use crate::trouble::Trouble;

pub use chart::{Bar, Chart, Line};
pub use html::{escaped, page};
pub use table::{Cell, Column, Kind, Table, told};

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// How large tables and indexes are, and how they grow.
    Storage,
}

impl Subject {
    /// All of them, in the order of the whole report.
    pub const ALL: [Self; 1] = [Self::Storage];

    /// The word on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Storage => "storage",
        }
    }

    /// Asks the database.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn ask(self, client: &Client) -> Result<Report, Trouble> {
        match self {
            Self::Storage => storage::report(client).await,
        }
    }
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
