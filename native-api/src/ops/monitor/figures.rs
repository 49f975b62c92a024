//! What this process counts while it works: requests, waits for connections, writes, slow statements.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Upper bounds in seconds: of requests, and of waits for a connection.
const BUCKETS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// The figures of one process. Cloning is cheap, and clones count together.
#[derive(Clone)]
pub struct Figures(Arc<Parts>);

struct Parts {
    registry: Registry,
    requests: Family<Request, Counter>,
    durations: Family<Route, Histogram, fn() -> Histogram>,
    writer: Waits,
    reader: Waits,
    standby: Waits,
    writes: Family<WriteEnd, Counter>,
    collisions: Family<WriteName, Counter>,
    slow: Family<Slow, Counter>,
    slow_after: Duration,
}

/// Waits for the connections of one pool.
#[derive(Clone, Debug)]
pub struct Waits {
    seconds: Histogram,
    failures: Counter,
}

/// A pool by its role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolName {
    /// The writing role's.
    Writer,
    /// The reading role's.
    Reader,
    /// The reading role's at a standby.
    Standby,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Route {
    route: String,
    method: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Request {
    route: String,
    method: &'static str,
    status: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct PoolLabel {
    pool: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct WriteName {
    write: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct WriteEnd {
    write: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Slow {
    kind: &'static str,
    name: &'static str,
}

fn seconds() -> Histogram {
    Histogram::new(BUCKETS)
}

impl Figures {
    /// Fresh ones; a statement that takes longer than `slow_after` is slow.
    pub fn new(slow_after: Duration) -> Self {
        let waits = Family::new_with_constructor(seconds as fn() -> Histogram);
        let failures = Family::<PoolLabel, Counter>::default();
        let of = |pool| Waits {
            seconds: waits.get_or_create_owned(&PoolLabel { pool }),
            failures: failures.get_or_create_owned(&PoolLabel { pool }),
        };
        let mut parts = Parts {
            registry: Registry::with_prefix("equoria"),
            requests: Family::default(),
            durations: Family::new_with_constructor(seconds as fn() -> Histogram),
            writer: of(PoolName::Writer.as_str()),
            reader: of(PoolName::Reader.as_str()),
            standby: of(PoolName::Standby.as_str()),
            writes: Family::default(),
            collisions: Family::default(),
            slow: Family::default(),
            slow_after,
        };
        parts.register(waits, failures);
        Self(Arc::new(parts))
    }

    /// All of them, for whoever tells them.
    pub fn registry(&self) -> &Registry {
        &self.0.registry
    }

    /// The waits for connections of a pool.
    pub fn waits(&self, pool: PoolName) -> &Waits {
        match pool {
            PoolName::Writer => &self.0.writer,
            PoolName::Reader => &self.0.reader,
            PoolName::Standby => &self.0.standby,
        }
    }

    /// A request has been answered. The route is the pattern that matched, so there are only so many.
    pub fn answered(&self, route: &str, method: &str, status: u16, took: Duration) {
        let (route, method) = (route.to_owned(), method_of(method));
        let labels = Route { route, method };
        let seconds = took.as_secs_f64();
        self.0.durations.get_or_create(&labels).observe(seconds);
        let Route { route, method } = labels;
        let labels = Request {
            route,
            method,
            status: class_of(status),
        };
        self.0.requests.get_or_create(&labels).inc();
    }

    /// A write has ended for good.
    pub fn ended(&self, write: &'static str, outcome: &'static str) {
        let labels = WriteEnd { write, outcome };
        self.0.writes.get_or_create(&labels).inc();
    }

    /// A write collided with another and runs again.
    pub fn collided(&self, write: &'static str) {
        self.0.collisions.get_or_create(&WriteName { write }).inc();
    }

    /// A statement of a read or write has ended: one that took long is counted and logged, by name and text. The text is a
    /// constant of the program, so no value stands in it.
    pub fn asked(&self, kind: &'static str, name: &'static str, sql: &'static str, since: Instant) {
        let took = since.elapsed();
        if took < self.0.slow_after {
            return;
        }
        self.0.slow.get_or_create(&Slow { kind, name }).inc();
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let statement = beginning(sql, 80);
        tracing::warn!(kind, name, took_ms, statement, "a slow statement");
    }
}

impl fmt::Debug for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Figures(..)")
    }
}

impl Parts {
    fn register(
        &mut self,
        waits: Family<PoolLabel, Histogram, fn() -> Histogram>,
        failures: Family<PoolLabel, Counter>,
    ) {
        let all = &mut self.registry;
        all.register(
            "http_requests",
            "Requests answered, by route, method and class of status",
            self.requests.clone(),
        );
        all.register(
            "http_request_duration_seconds",
            "How long requests took, by route and method",
            self.durations.clone(),
        );
        all.register(
            "pool_wait_seconds",
            "How long it took to borrow a connection",
            waits,
        );
        all.register(
            "pool_failures",
            "Times that no connection could be borrowed",
            failures,
        );
        all.register(
            "writes",
            "Writes ended: done, refused by the rules, or failed",
            self.writes.clone(),
        );
        all.register(
            "write_collisions",
            "Runs of writes that collided with another and ran again",
            self.collisions.clone(),
        );
        all.register(
            "slow_statements",
            "Statements that took longer than EQUORIA_SLOW_QUERY_MS, by the name of the read or write",
            self.slow.clone(),
        );
    }
}

impl Waits {
    /// A connection was borrowed, or not, by somebody who has waited since then.
    pub fn ended(&self, since: Instant, is_borrowed: bool) {
        self.seconds.observe(since.elapsed().as_secs_f64());
        if !is_borrowed {
            self.failures.inc();
        }
    }
}

impl PoolName {
    /// Its name in the figures.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Writer => "writer",
            Self::Reader => "reader",
            Self::Standby => "standby",
        }
    }
}

/// A stranger may send any word as a method.
fn method_of(method: &str) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let found = known.into_iter().find(|known| *known == method);
    found.unwrap_or("other")
}

const fn class_of(status: u16) -> &'static str {
    match status {
        0..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    }
}

/// The first so many characters of a statement, on one line.
fn beginning(sql: &str, most: usize) -> String {
    let line = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus_client::encoding::text::encode;

    fn told(figures: &Figures) -> String {
        let mut text = String::new();
        encode(&mut text, figures.registry()).unwrap();
        text
    }

    #[test]
    fn whatever_a_stranger_sends_makes_no_new_figure() {
        let figures = Figures::new(Duration::from_secs(1));
        for number in 0..500_u16 {
            let (method, took) = (format!("METHOD{number}"), Duration::from_millis(1));
            figures.answered("-", &method, 405 + number % 3, took);
            figures.answered("/v1/horses/{id}", "GET", 200, took);
        }
        let text = told(&figures);
        let requests = text
            .lines()
            .filter(|line| line.starts_with("equoria_http_requests_total{"));
        assert_eq!(requests.count(), 2, "{text}");
        assert!(
            text.contains("method=\"other\",status=\"4xx\"} 500"),
            "{text}"
        );
    }

    #[test]
    fn a_slow_statement_is_counted_by_its_name_and_a_quick_one_is_not() {
        let figures = Figures::new(Duration::from_millis(500));
        let long_ago = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
        figures.asked("read", "horse card", "select 1", long_ago);
        figures.asked("read", "ranking", "select 1", Instant::now());
        let text = told(&figures);
        let counted = "equoria_slow_statements_total{kind=\"read\",name=\"horse card\"} 1";
        assert!(
            text.contains(counted) && !text.contains("ranking"),
            "{text}"
        );
    }
}
