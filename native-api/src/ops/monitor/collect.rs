//! Asking the database for its figures, within a limit of time and not more often than every few seconds.

use std::fmt;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::sync::Mutex;
use tokio_postgres::{Client, Error};

use super::questions::{QUESTIONS, Question, STATEMENTS};
use super::snapshot::Snapshot;
use crate::config::Database;
use crate::db::connect;
use crate::ops::tls::served;
use crate::trouble::{Because, Trouble};

/// How long a scrape waits for the database; then it goes on without.
pub const LIMIT: Duration = Duration::from_secs(3);

/// For how long figures of the database are good: scrapes that come sooner are given the same.
pub const KEPT: Duration = Duration::from_secs(5);

/// For how long the end of the server's certificate is good.
const CERTIFICATE_KEPT: Duration = Duration::from_secs(600);

/// No statement of ours outlives a scrape, nor waits for anybody's lock.
const SESSION: &str = "set application_name = 'equoria monitor'; set statement_timeout = '2s'; set lock_timeout = '200ms'; set default_transaction_read_only = on";

/// The monitor's connection, made when it is needed, and what it was told last.
pub struct Collector {
    database: Database,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    client: Option<Client>,
    certificate: Option<Looked>,
    last: Option<(Instant, Snapshot)>,
}

/// The end of the server's certificate, as it was seen at a time; nothing where the server shows none.
#[derive(Clone, Copy)]
struct Looked {
    at: Instant,
    ends: Option<DateTime<Utc>>,
}

impl Collector {
    /// One that asks as that role; nothing is connected yet.
    pub fn of(database: Database) -> Self {
        Self {
            database,
            state: Mutex::default(),
        }
    }

    /// The figures of the database: `pg_up 1` with all of them, or `pg_up 0` alone.
    pub async fn figures(&self) -> Snapshot {
        let mut state = self.state.lock().await;
        if let Some((at, told)) = &state.last
            && at.elapsed() < KEPT
        {
            return told.clone();
        }
        let client = state.client.take();
        let asked = tokio::time::timeout(LIMIT, self.ask(client)).await;
        let asked = asked.unwrap_or_else(|_| {
            let limit = LIMIT.as_secs();
            Err(Trouble::new(format!(
                "{} did not answer within {limit} s",
                self.database
            )))
        });
        let told = match asked {
            Ok((client, mut told)) => {
                state.client = Some(client);
                let looked = self.certificate(state.certificate).await;
                state.certificate = Some(looked);
                tell(looked, &mut told);
                told
            }
            Err(trouble) => {
                tracing::warn!(%trouble, "the figures of the database are not to be had");
                up(0.0)
            }
        };
        state.last = Some((Instant::now(), told.clone()));
        told
    }

    /// What was seen lately, or what is seen now.
    async fn certificate(&self, last: Option<Looked>) -> Looked {
        match last {
            Some(looked) if looked.at.elapsed() < CERTIFICATE_KEPT => looked,
            _ => {
                let served = tokio::time::timeout(LIMIT, served(&self.database)).await;
                Looked {
                    at: Instant::now(),
                    ends: served
                        .ok()
                        .and_then(Result::ok)
                        .map(|it| it.certificate.not_after),
                }
            }
        }
    }

    async fn ask(&self, client: Option<Client>) -> Result<(Client, Snapshot), Trouble> {
        let client = match client.filter(|client| !client.is_closed()) {
            Some(client) => client,
            None => open(&self.database).await?,
        };
        let told = collect(&client).await?;
        Ok((client, told))
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Collector({})", self.database)
    }
}

/// A connection for the monitor.
///
/// # Errors
/// When the server does not take it.
pub async fn open(database: &Database) -> Result<Client, Trouble> {
    let client = connect(database).await?;
    let limited = client.batch_execute(SESSION).await;
    limited.because(|| "the monitor's connection could not be limited")?;
    Ok(client)
}

/// Asks everything.
///
/// # Errors
/// When the connection breaks. A question that the database does not answer, because it is of another version or a right
/// is missing, is left out and logged.
pub async fn collect(client: &Client) -> Result<Snapshot, Trouble> {
    let mut told = up(1.0);
    for question in QUESTIONS {
        answer(client, question.sql, question, &mut told).await?;
    }
    let place = client
        .query_typed(EXTENSION, &[])
        .await
        .because(|| "could not look for pg_stat_statements")?;
    if let Some(row) = place.first() {
        let sql = STATEMENTS.sql.replace("{}", row.get(0));
        answer(client, &sql, &STATEMENTS, &mut told).await?;
    }
    Ok(told)
}

/// Where the extension lives, quoted, if it is there and the server has loaded it.
pub const EXTENSION: &str = "select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace
  where e.extname = 'pg_stat_statements' and current_setting('shared_preload_libraries') like '%pg_stat_statements%'";

fn up(is_up: f64) -> Snapshot {
    let mut told = Snapshot::default();
    told.add(
        "pg_up",
        "Whether the database answers the monitor",
        &[],
        is_up,
    );
    told
}

fn tell(looked: Looked, told: &mut Snapshot) {
    if let Some(ends) = looked.ends {
        let left = (ends - Utc::now()).as_seconds_f64();
        told.add(
            CERTIFICATE,
            "Until the certificate of the server ends",
            &[],
            left,
        );
    }
}

/// The figure that comes from the server's certificate, where it has one.
pub const CERTIFICATE: &str = "equoria_certificate_left_seconds";

async fn answer(
    client: &Client,
    sql: &str,
    question: &Question,
    told: &mut Snapshot,
) -> Result<(), Trouble> {
    let rows = match client.query_typed(sql, &[]).await {
        Ok(rows) => rows,
        Err(error) if client.is_closed() || error.as_db_error().is_none() => {
            return Err(error).because(|| "the connection to the database broke");
        }
        Err(error) => {
            let about = question.figures.first().map_or("", |(name, _)| name);
            tracing::warn!(about, error = said(&error), "a figure was not answered");
            return Ok(());
        }
    };
    for row in &rows {
        let labels = question.labels.iter().enumerate();
        let labels: Vec<(&str, &str)> = labels.map(|(at, name)| (*name, row.get(at))).collect();
        for (at, (name, help)) in question.figures.iter().enumerate() {
            let value: Option<f64> = row.get(labels.len() + at);
            let plain = name.trim_start_matches('+');
            if let Some(value) = value {
                told.add(plain, help, &labels, value);
            }
            if name.starts_with('+') {
                told.is_running(plain);
            }
        }
    }
    Ok(())
}

fn said(error: &Error) -> String {
    let answer = error.as_db_error();
    answer.map_or_else(|| error.to_string(), |answer| answer.message().to_owned())
}
