//! What needs somebody: one list, from which Prometheus gets its rules and `equoria monitor` its red lines.

use serde_json::{Value, json};

use super::snapshot::Snapshot;

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Somebody must get up.
    Critical,
    /// Somebody must look at it today.
    Warning,
}

/// When an alert fires.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// The largest figure of that name, with that label, is above the limit.
    Over(&'static str, Option<(&'static str, &'static str)>, f64),
    /// The figure of that name is below the limit.
    Under(&'static str, f64),
    /// The sum of the one, divided by the other, is above the limit.
    Ratio(&'static str, &'static str, f64),
    /// The two differ.
    Differ(&'static str, &'static str),
    /// What only a history tells: Prometheus alone decides.
    History(&'static str),
}

/// Something that needs somebody.
#[derive(Clone, Copy, Debug)]
pub struct Alert {
    /// Its name.
    pub name: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// When it fires.
    pub rule: Rule,
    /// For how long that must hold, as Prometheus writes it.
    pub lasting: &'static str,
    /// What is the matter.
    pub summary: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

/// The heading of README.md under which operators find their way.
pub const RUNBOOK: &str = "Running it";

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;

use Rule::{Differ, History, Over, Ratio, Under};
use Severity::{Critical, Warning};

/// All alerts, the worst first.
pub const ALERTS: &[Alert] = &[
    Alert {
        name: "DatabaseDown",
        severity: Critical,
        rule: Under("pg_up", 1.0),
        lasting: "1m",
        summary: "PostgreSQL does not answer the monitor.",
        remedy: "See that the server runs and takes connections; its log says why not. `equoria backup restore` brings a lost one back.",
    },
    Alert {
        name: "NothingIsWatched",
        severity: Critical,
        rule: History("absent(pg_up)"),
        lasting: "5m",
        summary: "No process tells figures of the database.",
        remedy: "See that `equoria serve` or `equoria work` runs with MONITOR_DATABASE_URL, and that Prometheus reaches EQUORIA_METRICS_LISTEN.",
    },
    Alert {
        name: "SchemaIsAnother",
        severity: Critical,
        rule: Differ("equoria_schema_version", "equoria_schema_version_expected"),
        lasting: "5m",
        summary: "The database has taken other migrations than this program knows.",
        remedy: "`equoria migrate status` tells which; run `equoria migrate deploy`, or the program that belongs to the schema.",
    },
    Alert {
        name: "ServerErrors",
        severity: Critical,
        rule: History(
            "sum(rate(equoria_http_requests_total{status=\"5xx\"}[5m])) / sum(rate(equoria_http_requests_total[5m])) > 0.01",
        ),
        lasting: "5m",
        summary: "More than one request in a hundred is answered with a fault of ours.",
        remedy: "The log names each with its request id and cause; see whether the database is busy: `equoria monitor`.",
    },
    Alert {
        name: "ShowsOrBirthsAreLate",
        severity: Critical,
        rule: Over("equoria_jobs_oldest_due_seconds", None, 5.0 * MINUTE),
        lasting: "2m",
        summary: "Something has been due for more than five minutes and is not done.",
        remedy: "See that an `equoria work` runs; its log says what a job breaks off with.",
    },
    Alert {
        name: "ArchivingFails",
        severity: Critical,
        rule: Over("equoria_archiver_is_failing", None, 0.0),
        lasting: "5m",
        summary: "The last attempt at archiving a segment of WAL failed: what is written now could not be restored.",
        remedy: "PostgreSQL's log has what `equoria wal push` said; see room and rights where backups are kept.",
    },
    Alert {
        name: "BackupIsOld",
        severity: Critical,
        rule: Over(
            "equoria_backup_age_seconds",
            Some(("state", "taken")),
            26.0 * HOUR,
        ),
        lasting: "10m",
        summary: "The last backup is older than a day.",
        remedy: "`equoria maintain history` tells how the daily run ended; `equoria backup create` takes one now.",
    },
    Alert {
        name: "BackupIsMissing",
        severity: Critical,
        rule: Over("equoria_backup_is_missing", None, 0.0),
        lasting: "10m",
        summary: "There is no backup, or none that was checked and proven, and the database is days old.",
        remedy: "`equoria backup create` takes one, `equoria backup drill` proves it; see that `equoria work` runs the schedule.",
    },
    Alert {
        name: "CertificateEnds",
        severity: Critical,
        rule: Under("equoria_certificate_left_seconds", 14.0 * DAY),
        lasting: "1h",
        summary: "The certificate of the database's server ends within two weeks: then nobody connects.",
        remedy: "`equoria tls renew` makes the next one; the server takes it without a restart.",
    },
    Alert {
        name: "BackupIsNotProven",
        severity: Warning,
        rule: Over(
            "equoria_backup_age_seconds",
            Some(("state", "proven")),
            8.0 * DAY,
        ),
        lasting: "1h",
        summary: "No backup has been restored for more than eight days.",
        remedy: "`equoria backup drill` restores one into a scratch cluster and compares every table.",
    },
    Alert {
        name: "RunFailed",
        severity: Warning,
        rule: Over("equoria_job_last_is_bad", None, 0.0),
        lasting: "1m",
        summary: "The last run of a scheduled task failed or found something.",
        remedy: "`equoria maintain history` shows the row with its evidence.",
    },
    Alert {
        name: "ConnectionsRunOut",
        severity: Critical,
        rule: Ratio("pg_stat_activity_count", "pg_settings_max_connections", 0.8),
        lasting: "2m",
        summary: "More than 80 % of the server's connections are taken.",
        remedy: "`equoria report pool` tells by whom; lower connection_limit in the URLs or raise max_connections.",
    },
    Alert {
        name: "PoolIsExhausted",
        severity: Warning,
        rule: Over("equoria_pool_waiting", None, 0.0),
        lasting: "1m",
        summary: "Requests wait for a connection of the pool.",
        remedy: "`equoria report pool` and `equoria report slow` tell what holds them; raise connection_limit if the server has room.",
    },
    Alert {
        name: "WaitsForConnections",
        severity: Warning,
        rule: History(
            "histogram_quantile(0.99, sum by (le, pool) (rate(equoria_pool_wait_seconds_bucket[5m]))) > 0.25",
        ),
        lasting: "5m",
        summary: "One borrowing of a connection in a hundred takes longer than a quarter of a second.",
        remedy: "`equoria report pool` and `equoria report slow` tell what holds them.",
    },
    Alert {
        name: "RequestsAreSlow",
        severity: Warning,
        rule: History(
            "histogram_quantile(0.99, sum by (le) (rate(equoria_http_request_duration_seconds_bucket[5m]))) > 1",
        ),
        lasting: "10m",
        summary: "One request in a hundred takes longer than a second.",
        remedy: "`equoria monitor` shows the slowest routes, `equoria report slow` the statements.",
    },
    Alert {
        name: "TransactionIsLong",
        severity: Warning,
        rule: Over("pg_stat_activity_max_tx_duration", None, 10.0 * MINUTE),
        lasting: "1m",
        summary: "A transaction has been open for more than ten minutes: nothing that died since is cleaned up.",
        remedy: "`equoria report locks` names it; end it with pg_terminate_backend if nobody needs it.",
    },
    Alert {
        name: "LocksWait",
        severity: Warning,
        rule: Over("equoria_locks_oldest_wait_seconds", None, 10.0),
        lasting: "1m",
        summary: "Somebody has waited for a lock for more than ten seconds.",
        remedy: "`equoria report locks` shows who blocks whom.",
    },
    Alert {
        name: "Deadlocks",
        severity: Warning,
        rule: History("sum(increase(pg_stat_database_deadlocks[15m])) > 0"),
        lasting: "0m",
        summary: "Writes have locked each other out; PostgreSQL ended one of them.",
        remedy: "Its log has both statements: one of them takes its locks in another order than show, horses, users, accounts.",
    },
    Alert {
        name: "ReplicaIsBehind",
        severity: Warning,
        rule: Over("pg_replication_lag_seconds", None, 5.0 * MINUTE),
        lasting: "5m",
        summary: "A replica is more than five minutes behind.",
        remedy: "See that it reaches the primary, and that no long statement on it holds the replay up.",
    },
    Alert {
        name: "AuditIsNotSealed",
        severity: Warning,
        rule: Over("equoria_audit_seal_age_seconds", None, 26.0 * HOUR),
        lasting: "1h",
        summary: "The audit log has not been sealed for more than a day.",
        remedy: "`equoria audit seal` seals it now; `equoria maintain history` tells why the schedule did not.",
    },
    Alert {
        name: "TransactionIdsRunOut",
        severity: Critical,
        rule: Over("pg_database_wraparound_age_datfrozenxid", None, 1e9),
        lasting: "1h",
        summary: "Half of the transaction numbers until the oldest row that is not frozen are used.",
        remedy: "`equoria maintain weekly` vacuums; see what holds it up: an old transaction, or a replication slot nobody reads.",
    },
    Alert {
        name: "BusinessIsNotCounted",
        severity: Warning,
        rule: Over("equoria_business_age_seconds", None, HOUR),
        lasting: "10m",
        summary: "The figures of the business have stood still for an hour.",
        remedy: "See that an `equoria work` runs: its jobs count.",
    },
];

impl Rule {
    /// As Prometheus computes it.
    pub fn expr(&self) -> String {
        match self {
            Over(name, None, limit) => format!("max({name}) > {limit}"),
            Over(name, Some((label, is)), limit) => {
                format!("max({name}{{{label}=\"{is}\"}}) > {limit}")
            }
            Under(name, limit) => format!("min({name}) < {limit}"),
            Ratio(one, other, limit) => format!("sum({one}) / max({other}) > {limit}"),
            Differ(one, other) => format!("max({one}) != max({other})"),
            History(expr) => (*expr).to_owned(),
        }
    }

    /// Whether it fires on these figures alone. What is not told does not fire.
    pub fn is_met(&self, told: &Snapshot) -> bool {
        match self {
            Over(name, None, limit) => told.most(name).is_some_and(|it| it > *limit),
            Over(name, Some((label, is)), limit) => {
                told.labelled(name, label, is).is_some_and(|it| it > *limit)
            }
            Under(name, limit) => told.value(name).is_some_and(|it| it < *limit),
            Ratio(one, other, limit) => {
                let both = told.sum(one).zip(told.value(other));
                both.is_some_and(|(one, other)| one / other > *limit)
            }
            Differ(one, other) => {
                let both = told.value(one).zip(told.value(other));
                both.is_some_and(|(one, other)| (one - other).abs() > f64::EPSILON)
            }
            History(_) => false,
        }
    }
}

/// The alerts that these figures alone call for; how long they have been so is not asked.
pub fn firing(told: &Snapshot) -> Vec<&'static Alert> {
    ALERTS.iter().filter(|it| it.rule.is_met(told)).collect()
}

impl Severity {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Critical => "critical",
            Warning => "warning",
        }
    }
}

/// The rules file of Prometheus, as JSON, which is YAML too.
pub fn rules() -> Value {
    let rule = |alert: &Alert| {
        json!({
            "alert": alert.name,
            "expr": alert.rule.expr(),
            "for": alert.lasting,
            "labels": {"severity": alert.severity.as_str()},
            "annotations": {
                "summary": alert.summary,
                "description": alert.remedy,
                "runbook": format!("README.md, {RUNBOOK}"),
            },
        })
    };
    let rules: Vec<Value> = ALERTS.iter().map(rule).collect();
    json!({"groups": [{"name": "equoria", "rules": rules}]})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, labels: &[(&str, &str)], value: f64) -> Snapshot {
        let mut told = Snapshot::default();
        told.add(name, "", labels, value);
        told
    }

    fn names(told: &Snapshot) -> Vec<&'static str> {
        firing(told).iter().map(|alert| alert.name).collect()
    }

    #[test]
    fn an_alert_fires_beyond_its_limit_and_not_at_it() {
        let due = |seconds| {
            of(
                "equoria_jobs_oldest_due_seconds",
                &[("job", "birth")],
                seconds,
            )
        };
        assert_eq!(names(&due(300.0)), Vec::<&str>::new());
        assert_eq!(names(&due(301.0)), ["ShowsOrBirthsAreLate"]);
        assert_eq!(names(&of("pg_up", &[], 0.0)), ["DatabaseDown"]);
        assert_eq!(names(&of("pg_up", &[], 1.0)), Vec::<&str>::new());
    }

    #[test]
    fn only_the_figure_with_the_label_counts() {
        let age = |state, seconds| of("equoria_backup_age_seconds", &[("state", state)], seconds);
        assert_eq!(names(&age("checked", 1e7)), Vec::<&str>::new());
        assert_eq!(names(&age("taken", 27.0 * HOUR)), ["BackupIsOld"]);
        assert_eq!(names(&age("proven", 27.0 * HOUR)), Vec::<&str>::new());
    }

    #[test]
    fn figures_are_compared_with_one_another() {
        let taken = of("pg_stat_activity_count", &[("state", "idle")], 50.0).with(of(
            "pg_stat_activity_count",
            &[("state", "active")],
            31.0,
        ));
        let most = || of("pg_settings_max_connections", &[], 100.0);
        assert_eq!(names(&taken.with(most())), ["ConnectionsRunOut"]);
        let schema = of("equoria_schema_version", &[], 3.0);
        let known = of("equoria_schema_version_expected", &[], 4.0);
        assert_eq!(names(&schema.with(known)), ["SchemaIsAnother"]);
    }
}
