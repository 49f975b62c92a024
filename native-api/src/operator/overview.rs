//! What needs somebody, and the few figures that say how it is.

use maud::{Markup, html};

use super::Desk;
use super::page::{age, commands, facts};
use crate::ops::monitor::Snapshot;
use crate::ops::monitor::alerts::{Alert, Severity, firing};
use crate::ops::report::{Kind, told as worded};

pub(super) fn show(desk: &Desk, told: Snapshot) -> Markup {
    let alerts = firing(&told);
    html! {
        @if desk.figures.is_none() {
            p.warning { "MONITOR_DATABASE_URL is not set: this page tells of this process alone. It says how equoria_monitor, who \
                sees figures and no rows, reaches the database." }
        }
        @else if told.value("pg_up").is_none() {
            p.warning { "The database did not answer the monitor in time: read the page again." }
        }
        @if alerts.is_empty() { p.well { "Nothing needs anybody." } }
        @else { ul.alerts { @for alert in alerts { (shown(alert)) } } }
        (facts(&figures(&told)))
    }
}

fn shown(alert: &Alert) -> Markup {
    let class = match alert.severity {
        Severity::Critical => "critical",
        Severity::Warning => "warning",
    };
    html! {
        li class=(class) {
            p { strong { (alert.summary) } " (" (alert.severity.as_str()) ")" }
            p { (commands(alert.remedy)) }
        }
    }
}

fn figures(told: &Snapshot) -> Vec<(&'static str, Option<Markup>)> {
    let in_kind = |value: Option<f64>, kind| value.map(|it| html! { (worded(it, kind)) });
    let ago = |value: Option<f64>| value.map(|it| html! { (age(it)) " ago" });
    let backup = |state| told.labelled("equoria_backup_age_seconds", "state", state);
    let hits = told.sum("pg_stat_database_blks_hit");
    let reads = told.sum("pg_stat_database_blks_read");
    let share = hits.zip(reads);
    let share = share.map(|(hit, read)| 100.0 * hit / (hit + read).max(1.0));
    let schema = told.value("equoria_schema_version");
    let active = told.labelled("equoria_active_users", "span", "24h");
    vec![
        ("Schema version", in_kind(schema, Kind::Count)),
        (
            "Database",
            in_kind(told.value("pg_database_size_bytes"), Kind::Bytes),
        ),
        ("Blocks found in memory", in_kind(share, Kind::Percent)),
        (
            "Longest open transaction",
            in_kind(told.most("pg_stat_activity_max_tx_duration"), Kind::Seconds),
        ),
        (
            "Waiting for a lock",
            in_kind(told.value("equoria_locks_waiting"), Kind::Count),
        ),
        (
            "Due and not done",
            in_kind(told.sum("equoria_jobs_due"), Kind::Count),
        ),
        (
            "Oldest thing due, since",
            in_kind(told.most("equoria_jobs_oldest_due_seconds"), Kind::Seconds),
        ),
        (
            "Log archived",
            ago(told.value("pg_stat_archiver_last_archive_age")),
        ),
        ("Backup taken", ago(backup("taken"))),
        ("Backup proven", ago(backup("proven"))),
        (
            "Audit sealed",
            ago(told.value("equoria_audit_seal_age_seconds")),
        ),
        ("Players of the last day", in_kind(active, Kind::Count)),
        (
            "Requests answered",
            in_kind(told.sum("equoria_http_requests_total"), Kind::Count),
        ),
    ]
}
