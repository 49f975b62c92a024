//! What maintenance tells: findings with their weight, and the evidence of a task.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Whether a finding needs somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know; nobody needs to do anything.
    Note,
    /// Somebody should look at it in the coming days.
    Warning,
    /// Somebody should look at it now.
    Alarm,
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Alarm => "ALARM",
        })
    }
}

/// One thing that maintenance has seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// The task that saw it.
    pub task: String,
    /// What it is, and what to do about it.
    pub sentence: String,
}

impl Finding {
    /// Whether somebody has to do something.
    pub fn needs_somebody(&self) -> bool {
        self.severity >= Severity::Warning
    }
}

/// What one task did: figures with units in their names, and what it found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// The figures.
    pub evidence: Map<String, Value>,
    /// What was found, with its weight.
    pub findings: Vec<(Severity, String)>,
}

impl Told {
    /// Adds a figure to the evidence.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.evidence.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a figure to the evidence.
    pub fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.evidence.insert(name.to_owned(), value.into());
    }

    /// Adds something good to know.
    pub fn note(&mut self, sentence: impl Into<String>) {
        self.findings.push((Severity::Note, sentence.into()));
    }

    /// Adds something that somebody should look at.
    pub fn warn(&mut self, sentence: impl Into<String>) {
        self.findings.push((Severity::Warning, sentence.into()));
    }

    /// Adds something that somebody should look at now.
    pub fn alarm(&mut self, sentence: impl Into<String>) {
        self.findings.push((Severity::Alarm, sentence.into()));
    }
}
