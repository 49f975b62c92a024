//! What was measured, as a table for people and as JSON for programs.

use std::fmt;

use serde::Serialize;

use super::super::load::Outcome;

/// One way of writing.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The way.
    pub what: &'static str,
    /// Entries that were made.
    pub entries: u64,
    /// Entries in a second.
    pub per_second: f64,
    /// Half of them took no longer, in milliseconds.
    pub p50_ms: f64,
    /// 99 of 100 took no longer, in milliseconds.
    pub p99_ms: f64,
    /// Entries that were refused.
    pub errors: u64,
    /// What was wrong with the first of them.
    pub first_error: Option<String>,
}

impl Line {
    /// Puts a measurement into a line.
    pub fn of(what: &'static str, outcome: &Outcome) -> Self {
        let at = |quantile: f64| outcome.latency_us.value_at_quantile(quantile) as f64 / 1000.0;
        Self {
            what,
            entries: outcome.done,
            per_second: outcome.done as f64 / outcome.took.as_secs_f64().max(f64::EPSILON),
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            errors: outcome.errors,
            first_error: outcome.first_error.clone(),
        }
    }
}

/// All ways, the interactive one first.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// The version of PostgreSQL.
    pub postgresql: String,
    /// Processors of the machine, which all share.
    pub processors: usize,
    /// Whether the programs were built for speed (`--release`).
    pub is_release: bool,
    /// Clients, each with one entry at a time.
    pub clients: u32,
    /// How much later a packet reaches the database, in milliseconds.
    pub delay_ms: f64,
    /// What a round trip takes then, as a client sees it when nothing else happens.
    pub round_trip_ms: f64,
    /// The ways.
    pub lines: Vec<Line>,
}

impl Table {
    /// How many entries were refused.
    pub fn errors(&self) -> u64 {
        self.lines.iter().map(|line| line.errors).sum()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "{} clients enter one show and pay into its escrow, PostgreSQL {} {:.1} ms away (a round trip: {:.2} ms), {} processors\n",
            self.clients, self.postgresql, self.delay_ms, self.round_trip_ms, self.processors
        )?;
        writeln!(
            out,
            "{:<28}{:>10}{:>10}{:>10}{:>9}{:>8}",
            "", "entries", "p50", "p99", "times", ""
        )?;
        writeln!(
            out,
            "{:<28}{:>10}{:>10}{:>10}{:>9}{:>8}",
            "", "a second", "ms", "ms", "as many", "errors"
        )?;
        let first = self.lines.first().map_or(f64::NAN, |line| line.per_second);
        for line in &self.lines {
            writeln!(
                out,
                "{:<28}{:>10.0}{:>10.1}{:>10.1}{:>9.1}{:>8}",
                line.what,
                line.per_second,
                line.p50_ms,
                line.p99_ms,
                line.per_second / first.max(f64::EPSILON),
                line.errors
            )?;
        }
        for line in self.lines.iter().filter(|line| line.errors > 0) {
            let first = line.first_error.as_deref().unwrap_or_default();
            writeln!(
                out,
                "{} entries failed: {}: {first}",
                line.errors, line.what
            )?;
        }
        if !self.is_release {
            writeln!(
                out,
                "This build is not optimised: run it as `cargo run --release -- bench contended`."
            )?;
        }
        Ok(())
    }
}
