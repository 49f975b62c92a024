//! The page of `equoria monitor`: one screen of text, made from two moments.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Instant;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::alerts::{Alert, firing};
use super::snapshot::Snapshot;
use crate::ops::report::{Kind, told};

/// Figures at one moment.
#[derive(Clone, Debug)]
pub struct Moment {
    /// When, for people.
    pub at: DateTime<Utc>,
    /// When, for rates.
    pub since: Instant,
    /// What the database told.
    pub database: Snapshot,
    /// What the API's process told; nothing where it does not answer.
    pub api: Option<Snapshot>,
}

impl Moment {
    /// What needs somebody, on these figures.
    pub fn red(&self) -> Vec<&'static Alert> {
        match &self.api {
            Some(api) => firing(&self.database.clone().with(of_the_process(api))),
            None => firing(&self.database),
        }
    }

    /// Everything that it tells, for programs.
    pub fn json(&self, before: &Self) -> Value {
        let mut figures = Map::new();
        for (name, value, _) in self.figures(before) {
            figures.insert(name.to_owned(), json!(value));
        }
        let red: Vec<Value> = self
            .red()
            .iter()
            .map(|it| json!({"alert": it.name, "severity": it.severity.as_str(), "summary": it.summary, "remedy": it.remedy}))
            .collect();
        json!({"at": self.at, "is_api_there": self.api.is_some(), "figures": figures, "red": red})
    }

    /// Name, value and unit of what stands on the page.
    fn figures(&self, before: &Self) -> Vec<(&'static str, Option<f64>, Kind)> {
        let all = &self.database;
        let seconds = self.since.duration_since(before.since).as_secs_f64();
        let rate = |name: &str| {
            let grown = all.sum(name)? - before.database.sum(name)?;
            (seconds > 0.0).then(|| grown / seconds)
        };
        let hits = all.sum("pg_stat_database_blks_hit");
        let reads = all.sum("pg_stat_database_blks_read");
        let share = hits
            .zip(reads)
            .map(|(hit, read)| 100.0 * hit / (hit + read).max(1.0));
        let backup = |state| all.labelled("equoria_backup_age_seconds", "state", state);
        let active = |span| all.labelled("equoria_active_users", "span", span);
        vec![
            (
                "connections",
                all.sum("pg_stat_activity_count"),
                Kind::Count,
            ),
            (
                "connections_most",
                all.value("pg_settings_max_connections"),
                Kind::Count,
            ),
            (
                "transactions_a_second",
                rate("pg_stat_database_xact_commit"),
                Kind::Count,
            ),
            (
                "rollbacks_a_second",
                rate("pg_stat_database_xact_rollback"),
                Kind::Count,
            ),
            ("cache_hit_percent", share, Kind::Percent),
            (
                "longest_transaction_s",
                all.most("pg_stat_activity_max_tx_duration"),
                Kind::Seconds,
            ),
            (
                "locks_waiting",
                all.value("equoria_locks_waiting"),
                Kind::Count,
            ),
            (
                "oldest_lock_wait_s",
                all.value("equoria_locks_oldest_wait_seconds"),
                Kind::Seconds,
            ),
            (
                "database_bytes",
                all.value("pg_database_size_bytes"),
                Kind::Bytes,
            ),
            (
                "replication_lag_s",
                all.value("pg_replication_lag_seconds"),
                Kind::Seconds,
            ),
            (
                "archive_age_s",
                all.value("pg_stat_archiver_last_archive_age"),
                Kind::Seconds,
            ),
            ("backup_taken_age_s", backup("taken"), Kind::Seconds),
            ("backup_proven_age_s", backup("proven"), Kind::Seconds),
            (
                "drill_rto_s",
                all.value("equoria_drill_rto_seconds"),
                Kind::Seconds,
            ),
            (
                "drill_rpo_s",
                all.value("equoria_drill_rpo_seconds"),
                Kind::Seconds,
            ),
            (
                "audit_seal_age_s",
                all.value("equoria_audit_seal_age_seconds"),
                Kind::Seconds,
            ),
            ("jobs_due", all.sum("equoria_jobs_due"), Kind::Count),
            (
                "oldest_due_s",
                all.most("equoria_jobs_oldest_due_seconds"),
                Kind::Seconds,
            ),
            ("active_users_24h", active("24h"), Kind::Count),
            (
                "horses",
                all.labelled("equoria_rows_estimated", "of", "horses"),
                Kind::Count,
            ),
        ]
    }
}

/// The API tells of the database too; what we have asked ourselves counts.
fn of_the_process(api: &Snapshot) -> Snapshot {
    let mut ours = Snapshot::default();
    for name in api.names() {
        if name.starts_with("equoria_pool") || name == "equoria_schema_version_expected" {
            for sample in api.all(name) {
                let labels = sample.labels.iter();
                let labels: Vec<(&str, &str)> = labels
                    .map(|(name, is)| (name.as_str(), is.as_str()))
                    .collect();
                ours.add(name, "", &labels, sample.value);
            }
        }
    }
    ours
}

/// The page as text.
pub fn page(before: &Moment, now: &Moment, place: &str) -> String {
    let at = now.at.format("%Y-%m-%d %H:%M:%S UTC");
    let mut text = format!("Equoria  {place}  {at}\n\n");
    for (name, value, kind) in now.figures(before) {
        let told = value.map_or_else(|| "-".to_owned(), |it| told(it, kind));
        _ = writeln!(text, "  {:<24} {told:>14}", words(name));
    }
    match &now.api {
        Some(api) => process(&mut text, api),
        None => text.push_str("\nThe API's process tells nothing: `equoria serve` is not up, or its figures are elsewhere (--url).\n"),
    }
    let red = now.red();
    text.push_str(if red.is_empty() {
        "\nNothing needs anybody.\n"
    } else {
        "\nNeeds somebody:\n"
    });
    for alert in red {
        let severity = alert.severity.as_str();
        _ = writeln!(
            text,
            "  {} ({severity}): {}\n    {}",
            alert.name, alert.summary, alert.remedy
        );
    }
    text
}

/// `backup_taken_age_s` as people say it.
fn words(name: &str) -> String {
    let plain = ["_percent", "_bytes", "_s"]
        .iter()
        .find_map(|unit| name.strip_suffix(unit));
    plain.unwrap_or(name).replace('_', " ")
}

fn process(text: &mut String, api: &Snapshot) {
    text.push_str("\n  pool          held    free  waiting   most\n");
    for sample in api.all("equoria_pool_size") {
        let pool = sample.label("pool");
        let of = |name| api.labelled(name, "pool", pool).unwrap_or(0.0);
        _ = writeln!(
            text,
            "  {pool:<10} {:>7} {:>7} {:>8} {:>6}",
            sample.value,
            of("equoria_pool_available"),
            of("equoria_pool_waiting"),
            of("equoria_pool_max"),
        );
    }
    _ = writeln!(
        text,
        "\n  {:<44} {:>9} {:>9} {:>9}",
        "slowest routes since the start", "requests", "mean", "p99 below"
    );
    for (route, requests, mean_s, p99_s) in slowest(api).into_iter().take(6) {
        _ = writeln!(
            text,
            "  {route:<44} {requests:>9} {:>9} {:>9}",
            told(mean_s * 1000.0, Kind::Ms),
            told(p99_s * 1000.0, Kind::Ms)
        );
    }
}

/// Routes with their requests, mean and the bound below which 99 of 100 stay; the slowest mean first.
fn slowest(api: &Snapshot) -> Vec<(String, f64, f64, f64)> {
    let name = "equoria_http_request_duration_seconds";
    let sums = api.all("equoria_http_request_duration_seconds_sum");
    let mut bounds: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
    for bucket in api.all(&format!("{name}_bucket")) {
        let bound = bucket.label("le").parse().unwrap_or(f64::INFINITY);
        let below = bounds.entry(route(bucket)).or_default();
        below.push((bound, bucket.value));
    }
    let mut routes: Vec<_> = sums
        .iter()
        .filter_map(|sum| {
            let route = route(sum);
            let below = bounds.get(&route)?;
            let count = below.last()?.1;
            let p99 = below.iter().find(|(_, it)| *it >= 0.99 * count)?.0;
            Some((route, count, sum.value / count.max(1.0), p99))
        })
        .collect();
    routes.sort_by(|one, other| other.2.total_cmp(&one.2));
    routes
}

fn route(sample: &super::Sample) -> String {
    format!("{} {}", sample.label("method"), sample.label("route"))
}
