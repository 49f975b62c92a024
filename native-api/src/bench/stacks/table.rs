//! What was measured, as a table for people and as JSON for programs.

use std::fmt;

use serde::Serialize;

use super::super::report::Line;
use super::stack::Stack;

/// A stack's line.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The stack.
    pub stack: Stack,
    /// What it does in a second, and what it costs.
    #[serde(flatten)]
    pub line: Line,
    /// Bytes of an answer, head and body.
    pub bytes: usize,
    /// Of a Worker: the size after gzip in bytes, of the WebAssembly or of the script.
    pub gzip_bytes: Option<usize>,
    /// From the start of its process to its first answer, in milliseconds.
    pub first_answer_ms: f64,
}

/// All that was measured, and where.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// The version of PostgreSQL.
    pub postgresql: String,
    /// Processors of the machine, which all share.
    pub processors: usize,
    /// Whether the programs were built for speed (`--release`).
    pub is_release: bool,
    /// Horses in the world.
    pub horses: u32,
    /// Clients, each with one request at a time.
    pub clients: u32,
    /// Connections of a server, or of the Workers' pooler, to the database.
    pub connections: usize,
    /// The stacks.
    pub rows: Vec<Row>,
    /// pgbench with the same statement.
    pub limit: Option<Line>,
}

/// How two figures compare, beside what was aimed at.
#[derive(Clone, Debug)]
struct Ratio {
    what: String,
    is: f64,
    aim: f64,
    /// Is the aim the most that it should be, and not the least?
    is_most: bool,
}

impl Table {
    /// How many requests were not answered as expected.
    pub fn errors(&self) -> u64 {
        self.lines().map(|line| line.errors).sum()
    }

    fn lines(&self) -> impl Iterator<Item = &Line> {
        self.rows.iter().map(|row| &row.line).chain(&self.limit)
    }

    fn line(&self, stack: Stack) -> Option<&Line> {
        let row = self.rows.iter().find(|row| row.stack == stack);
        row.map(|row| &row.line)
    }

    fn ratios(&self) -> Vec<Ratio> {
        let limit = self.limit.as_ref();
        let native = self.line(Stack::Native);
        let found = [
            Ratio::of_rates(native, self.line(Stack::Prisma), 10.0),
            Ratio::of_rates(native, self.line(Stack::Fastify), 1.5),
            Ratio::of_rates(native, limit, 0.8),
            Ratio::of_costs(native, self.line(Stack::Fastify), 1.0),
            Ratio::of_costs(self.line(Stack::Worker), self.line(Stack::JavaScript), 0.7),
            Ratio::of_costs(
                self.line(Stack::WorkerSigningIn),
                self.line(Stack::JavaScriptSigningIn),
                0.7,
            ),
        ];
        found.into_iter().flatten().collect()
    }
}

impl Ratio {
    fn of_rates(of: Option<&Line>, to: Option<&Line>, aim: f64) -> Option<Self> {
        let (of, to) = of.zip(to)?;
        Some(Self {
            what: format!("requests a second: {} to {}", of.what, to.what),
            is: of.per_second / to.per_second.max(f64::EPSILON),
            aim,
            is_most: false,
        })
    }

    fn of_costs(of: Option<&Line>, to: Option<&Line>, aim: f64) -> Option<Self> {
        let (of, to) = of.zip(to)?;
        let (is, than) = of.api_cpu_ms.zip(to.api_cpu_ms)?;
        Some(Self {
            what: format!("CPU of a request: {} to {}", of.what, to.what),
            is: is / than.max(f64::EPSILON),
            aim,
            is_most: true,
        })
    }

    fn is_reached(&self) -> bool {
        if self.is_most {
            self.is <= self.aim
        } else {
            self.is >= self.aim
        }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = if self.is_most { "most" } else { "least" };
        let verdict = if self.is_reached() {
            "reached"
        } else {
            "not reached"
        };
        let Self { what, is, aim, .. } = self;
        write!(
            out,
            "{is:>6.2}  {what} (at {bound} {aim} was the aim: {verdict})"
        )
    }
}

fn head(out: &mut fmt::Formatter<'_>) -> fmt::Result {
    writeln!(
        out,
        "{:<24}{:>9}{:>8}{:>8}{:>9}{:>10}{:>7}{:>7}{:>8}{:>8}{:>7}",
        "", "requests", "p50", "p99", "CPU ms", "database", "round", "bytes", "gzip", "first", ""
    )?;
    writeln!(
        out,
        "{:<24}{:>9}{:>8}{:>8}{:>9}{:>10}{:>7}{:>7}{:>8}{:>8}{:>7}",
        "", "a second", "ms", "ms", "each", "CPU ms", "trips", "", "kB", "ms", "errors"
    )
}

fn figure(number: Option<f64>, digits: usize) -> String {
    number.map_or_else(|| "-".to_owned(), |number| format!("{number:.digits$}"))
}

fn line(out: &mut fmt::Formatter<'_>, line: &Line, row: Option<&Row>) -> fmt::Result {
    let kilobytes = row.and_then(|row| row.gzip_bytes);
    writeln!(
        out,
        "{:<24}{:>9.0}{:>8.2}{:>8.2}{:>9}{:>10.3}{:>7}{:>7}{:>8}{:>8}{:>7}",
        line.what,
        line.per_second,
        line.p50_ms,
        line.p99_ms,
        figure(line.api_cpu_ms, 3),
        line.database_cpu_ms,
        figure(line.round_trips, 1),
        row.map_or_else(|| "-".to_owned(), |row| row.bytes.to_string()),
        figure(kilobytes.map(|bytes| bytes as f64 / 1000.0), 0),
        figure(row.map(|row| row.first_answer_ms), 0),
        line.errors
    )
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "GET /v1/horses/{{id}}: PostgreSQL {}, the servers and the clients on {} processors; {} horses, {} clients, {} connections of a server\n",
            self.postgresql, self.processors, self.horses, self.clients, self.connections
        )?;
        head(out)?;
        for row in &self.rows {
            line(out, &row.line, Some(row))?;
        }
        if let Some(limit) = &self.limit {
            line(out, limit, None)?;
        }
        writeln!(
            out,
            "\nCPU ms each are also the seconds for 1,000 requests. The Workers are behind a pooler, as behind Hyperdrive; those that\nsign in ask PostgreSQL itself, on a new connection for each request.\n"
        )?;
        for ratio in self.ratios() {
            writeln!(out, "{ratio}")?;
        }
        for line in self.lines().filter(|line| line.errors > 0) {
            let first = line
                .first_error
                .as_deref()
                .unwrap_or("pgbench does not tell why");
            writeln!(
                out,
                "{} requests failed: {}: {first}",
                line.errors, line.what
            )?;
        }
        if !self.is_release {
            writeln!(
                out,
                "This build is not optimised: run it as `cargo run --release -- bench stacks`."
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::super::load::Outcome;
    use super::super::super::report::Spent;
    use super::*;

    fn row(stack: Stack, done: u64, cpu_ms: u64) -> Row {
        let mut outcome = Outcome::empty().unwrap();
        outcome.done = done;
        outcome.took = Duration::from_secs(1);
        let spent = Spent {
            api: Some(Duration::from_millis(cpu_ms)),
            database: Duration::ZERO,
            client: Duration::ZERO,
        };
        Row {
            stack,
            line: Line::of(stack.name(), &outcome, spent, Some(1.0)),
            bytes: 1_000,
            gzip_bytes: None,
            first_answer_ms: 9.0,
        }
    }

    #[test]
    fn each_aim_is_compared_with_what_was_measured() {
        let table = Table {
            postgresql: "18.6".to_owned(),
            processors: 2,
            is_release: true,
            horses: 100,
            clients: 4,
            connections: 4,
            rows: vec![
                row(Stack::Native, 3_000, 300),
                row(Stack::Fastify, 1_500, 300),
                row(Stack::Prisma, 1_000, 900),
                row(Stack::Worker, 100, 300),
                row(Stack::JavaScript, 100, 400),
            ],
            limit: Some(row(Stack::Native, 3_100, 0).line),
        };
        let reached: Vec<(f64, bool)> = table
            .ratios()
            .iter()
            .map(|it| ((it.is * 100.0).round() / 100.0, it.is_reached()))
            .collect();
        let expected = [
            (3.0, false),
            (2.0, true),
            (0.97, true),
            (0.5, true),
            (0.75, false),
        ];
        assert_eq!(reached, expected);
        assert_eq!(table.errors(), 0);
    }
}
