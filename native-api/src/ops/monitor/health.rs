//! How it is, on one page: for a person, or for what watches.

use std::fmt::Write as _;

use serde::Serialize;

use super::alerts::firing;
use super::collect::CERTIFICATE;
use super::snapshot::Snapshot;
use crate::ops::report::{Kind, escaped, told};

/// What a health page tells. Ages and lags are seconds; what is not known is left out.
#[derive(Clone, Debug, Serialize)]
pub struct Health {
    /// The process answers.
    pub is_alive: bool,
    /// It serves: it reaches a database of its schema.
    pub is_ready: bool,
    /// The last migration that the database has taken.
    pub schema_version: Option<i64>,
    /// The last migration that this program knows.
    pub schema_version_expected: Option<i64>,
    /// Whether the server follows another one.
    pub is_replica: Option<bool>,
    /// How far it, or the slowest of its replicas, is behind.
    pub replication_lag_s: Option<f64>,
    /// Since a segment of WAL was archived.
    pub archive_age_s: Option<f64>,
    /// Since a backup was taken.
    pub backup_taken_age_s: Option<f64>,
    /// Since a backup was checked.
    pub backup_checked_age_s: Option<f64>,
    /// Since a backup was proven by restoring it.
    pub backup_proven_age_s: Option<f64>,
    /// How long the last drill took to have the database back.
    pub drill_rto_s: Option<f64>,
    /// How much time of writes the last drill lost.
    pub drill_rpo_s: Option<f64>,
    /// Since the audit log was sealed.
    pub audit_seal_age_s: Option<f64>,
    /// Until the certificate of the database's server ends; not known where it shows none.
    pub certificate_left_s: Option<f64>,
    /// How long the oldest thing that is due has been due.
    pub oldest_due_s: Option<f64>,
    /// What needs somebody, each a sentence.
    pub red: Vec<String>,
}

impl Health {
    /// The health that these figures tell.
    pub fn of(told: &Snapshot, is_ready: bool) -> Self {
        let backup = |state| told.labelled("equoria_backup_age_seconds", "state", state);
        let replica = told.most("equoria_replication_replay_lag_seconds");
        Self {
            is_alive: true,
            is_ready,
            schema_version: told.value("equoria_schema_version").map(|it| it as i64),
            schema_version_expected: told
                .value("equoria_schema_version_expected")
                .map(|it| it as i64),
            is_replica: told.value("pg_replication_is_replica").map(|it| it > 0.0),
            replication_lag_s: replica.or_else(|| told.value("pg_replication_lag_seconds")),
            archive_age_s: told.value("pg_stat_archiver_last_archive_age"),
            backup_taken_age_s: backup("taken"),
            backup_checked_age_s: backup("checked"),
            backup_proven_age_s: backup("proven"),
            drill_rto_s: told.value("equoria_drill_rto_seconds"),
            drill_rpo_s: told.value("equoria_drill_rpo_seconds"),
            audit_seal_age_s: told.value("equoria_audit_seal_age_seconds"),
            certificate_left_s: told.value(CERTIFICATE),
            oldest_due_s: told.most("equoria_jobs_oldest_due_seconds"),
            red: firing(told)
                .iter()
                .map(|it| it.summary.to_owned())
                .collect(),
        }
    }

    /// The same as a page that needs nothing from anywhere.
    pub fn html(&self) -> String {
        let (class, word) = match (self.is_ready, self.red.is_empty()) {
            (false, _) => ("red", "alive, and not ready"),
            (true, false) => ("red", "ready, and something needs somebody"),
            (true, true) => ("good", "alive and ready"),
        };
        let mut html = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width,initial-scale=1\"><title>Equoria: {word}</title><style>\
             :root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;margin:1rem auto;max-width:40rem;padding:0 1rem}}\
             .red{{color:light-dark(#b3261e,#ff8a80)}}.good{{color:light-dark(#1a7f37,#6fd08c)}}\
             dt{{float:left;clear:left}}dd{{text-align:right}}</style></head>\
             <body><h1 class=\"{class}\">{word}</h1>"
        );
        for sentence in &self.red {
            _ = write!(html, "<p class=\"red\">{}</p>", escaped(sentence));
        }
        html.push_str("<dl>");
        for (what, value) in self.lines() {
            _ = write!(html, "<dt>{what}</dt><dd>{}</dd>", escaped(&value));
        }
        html + "</dl></body></html>\n"
    }

    fn lines(&self) -> Vec<(&'static str, String)> {
        let age = |seconds: Option<f64>| {
            seconds.map_or_else(|| "none yet".to_owned(), |it| told(it, Kind::Seconds))
        };
        let number = |it: Option<i64>| it.map_or_else(|| "-".to_owned(), |it| it.to_string());
        vec![
            ("Schema version", number(self.schema_version)),
            (
                "Schema version of the program",
                number(self.schema_version_expected),
            ),
            ("Replication lag", age(self.replication_lag_s)),
            ("Segment archived, ago", age(self.archive_age_s)),
            ("Backup taken, ago", age(self.backup_taken_age_s)),
            ("Backup checked, ago", age(self.backup_checked_age_s)),
            ("Backup proven, ago", age(self.backup_proven_age_s)),
            ("Last drill, back after", age(self.drill_rto_s)),
            ("Last drill, writes lost", age(self.drill_rpo_s)),
            ("Audit log sealed, ago", age(self.audit_seal_age_s)),
            ("Certificate ends in", age(self.certificate_left_s)),
            ("Oldest thing due, since", age(self.oldest_due_s)),
        ]
    }
}
