//! What was measured, as a table for people and as JSON for programs.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::load::Outcome;

/// One line of the table.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// What was asked, or how pgbench asked the same.
    pub what: String,
    /// Requests that were answered as expected.
    pub requests: u64,
    /// How long they took together.
    pub seconds: f64,
    /// Requests in a second.
    pub per_second: f64,
    /// Half of the answers took no longer, in milliseconds.
    pub p50_ms: f64,
    /// 99 of 100 answers took no longer, in milliseconds.
    pub p99_ms: f64,
    /// The longest answer, in milliseconds.
    pub max_ms: f64,
    /// Milliseconds of processor time of the API for each request; none for pgbench.
    pub api_cpu_ms: Option<f64>,
    /// The same of PostgreSQL, all of its processes.
    pub database_cpu_ms: f64,
    /// The same of the clients, which share the machine.
    pub client_cpu_ms: f64,
    /// Round trips from the API to the database for each request, as a relay between them counts them.
    pub round_trips: Option<f64>,
    /// Requests that were not answered as expected.
    pub errors: u64,
    /// What was wrong with the first of them.
    pub first_error: Option<String>,
}

/// Processor time, before or within a measurement.
#[derive(Clone, Copy, Debug)]
pub struct Spent {
    /// Of the API.
    pub api: Option<Duration>,
    /// Of PostgreSQL.
    pub database: Duration,
    /// Of the clients.
    pub client: Duration,
}

impl Spent {
    /// What came after an earlier reading.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            api: self
                .api
                .zip(earlier.api)
                .map(|(now, then)| now.saturating_sub(then)),
            database: self.database.saturating_sub(earlier.database),
            client: self.client.saturating_sub(earlier.client),
        }
    }
}

impl Line {
    /// Puts a measurement and its cost into a line.
    pub fn of(what: &str, outcome: &Outcome, spent: Spent, round_trips: Option<f64>) -> Self {
        let answered = (outcome.done + outcome.errors).max(1) as f64;
        let each = |spent: Duration| spent.as_secs_f64() * 1000.0 / answered;
        let at = |quantile: f64| outcome.latency_us.value_at_quantile(quantile) as f64 / 1000.0;
        let seconds = outcome.took.as_secs_f64();
        Self {
            what: what.to_owned(),
            requests: outcome.done,
            seconds,
            per_second: outcome.done as f64 / seconds.max(f64::EPSILON),
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            max_ms: outcome.latency_us.max() as f64 / 1000.0,
            api_cpu_ms: spent.api.map(each),
            database_cpu_ms: each(spent.database),
            client_cpu_ms: each(spent.client),
            round_trips,
            errors: outcome.errors,
            first_error: outcome.first_error.clone(),
        }
    }
}

/// One request with its limits.
#[derive(Clone, Debug, Serialize)]
pub struct Trial {
    /// Through the API.
    pub api: Line,
    /// By pgbench.
    pub limits: Vec<Line>,
}

/// All that was measured, and where.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The version of PostgreSQL.
    pub postgresql: String,
    /// Processors of the machine, which server, database and clients share.
    pub processors: usize,
    /// Whether the programs were built for speed (`--release`).
    pub is_release: bool,
    /// Horses in the world.
    pub horses: u32,
    /// Clients, each with one request at a time.
    pub clients: u32,
    /// Connections from the API to the database, at most, for reads and for writes each.
    pub connections: usize,
    /// The requests.
    pub trials: Vec<Trial>,
}

impl Report {
    /// How many requests were not answered as expected.
    pub fn errors(&self) -> u64 {
        let lines = self
            .trials
            .iter()
            .flat_map(|trial| trial.limits.iter().chain([&trial.api]));
        lines.map(|line| line.errors).sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "PostgreSQL {} beside the API and the clients on {} processors; {} horses, {} clients, {} connections for each role",
            self.postgresql, self.processors, self.horses, self.clients, self.connections
        )?;
        writeln!(
            out,
            "\n{:<32}{:>9}{:>9}{:>9}{:>9}   {:>9}{:>9}{:>9}  {:>6}{:>7}",
            "", "requests", "p50", "p99", "max", "API", "database", "clients", "round", ""
        )?;
        writeln!(
            out,
            "{:<32}{:>9}{:>9}{:>9}{:>9}   {:>9}{:>9}{:>9}  {:>6}{:>7}",
            "", "a second", "ms", "ms", "ms", "CPU ms", "CPU ms", "CPU ms", "trips", "errors"
        )?;
        for trial in &self.trials {
            write!(out, "{}", trial.api)?;
            for limit in &trial.limits {
                write!(out, "{limit}")?;
            }
        }
        writeln!(out)?;
        for trial in &self.trials {
            for limit in &trial.limits {
                let share = 100.0 * trial.api.per_second / limit.per_second.max(f64::EPSILON);
                let (what, limit) = (&trial.api.what, limit.what.trim());
                writeln!(out, "{what}: {share:.0} % of {limit}")?;
            }
        }
        let wrong = self
            .trials
            .iter()
            .flat_map(|trial| trial.limits.iter().chain([&trial.api]));
        for line in wrong.filter(|line| line.errors > 0) {
            let first = line
                .first_error
                .as_deref()
                .unwrap_or("pgbench does not tell why");
            writeln!(
                out,
                "{} requests failed: {}: {first}",
                line.errors,
                line.what.trim()
            )?;
        }
        if !self.is_release {
            writeln!(
                out,
                "This build is not optimised: run it as `cargo run --release -- bench`."
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for Line {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figure = |number: Option<f64>, digits: usize| {
            number.map_or_else(|| "-".to_owned(), |number| format!("{number:.digits$}"))
        };
        writeln!(
            out,
            "{:<32}{:>9.0}{:>9.2}{:>9.2}{:>9.1}   {:>9}{:>9.3}{:>9.3}  {:>6}{:>7}",
            self.what,
            self.per_second,
            self.p50_ms,
            self.p99_ms,
            self.max_ms,
            figure(self.api_cpu_ms, 3),
            self.database_cpu_ms,
            self.client_cpu_ms,
            figure(self.round_trips, 2),
            self.errors
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(what: &str, done: u64, errors: u64) -> Line {
        let mut outcome = Outcome::empty().unwrap();
        outcome.done = done;
        outcome.errors = errors;
        outcome.took = Duration::from_secs(2);
        let spent = Spent {
            api: Some(Duration::from_secs(1)),
            database: Duration::from_secs(2),
            client: Duration::ZERO,
        };
        Line::of(what, &outcome, spent, None)
    }

    #[test]
    fn the_share_of_the_limit_and_the_cost_of_a_request_are_told() {
        let report = Report {
            postgresql: "18.6".to_owned(),
            processors: 2,
            is_release: true,
            horses: 100,
            clients: 4,
            connections: 4,
            trials: vec![Trial {
                api: line("GET", 1_000, 0),
                limits: vec![line("  pgbench", 2_000, 1)],
            }],
        };
        let text = report.to_string();
        assert!(text.contains("GET: 50 % of pgbench"), "{text}");
        assert!(text.contains("1 requests failed"), "{text}");
        assert_eq!(report.errors(), 1);
        assert_eq!(report.trials[0].api.api_cpu_ms, Some(1.0));
    }
}
