//! The seals on the audit: how far the log is sealed, and how far the seals were proven.

use chrono::{DateTime, Utc};
use maud::{Markup, html};
use tokio_postgres::Row;

use super::Desk;
use super::page::{facts, since};
use super::picture::{Part, Stack, stacks};
use crate::ops::audit::EVIDENCE;
use crate::ops::report::{Kind, told as worded};
use crate::trouble::{Because, Trouble};

const STATE: &str = "select s.sealed_at, s.unsealed from ops.seal_state() s";

/// The newest seal of each of the last 48 hours that had one.
const HOURS: &str = "select r.slot, (r.evidence ->> 'seal')::bigint as seal, (r.evidence ->> 'rows')::float8 as rows
  from ops.job_runs r where r.name = $1 and r.evidence ? 'seal' and r.evidence ? 'rows' order by r.slot desc limit 48";

/// The last time that all seals were computed anew, by a command or in the daily maintenance.
const VERIFIED: &str = "select v.at, v.seals, v.rows, v.faults from (
    select r.finished_at as at, (r.evidence ->> 'seals')::bigint as seals, (r.evidence ->> 'rows')::bigint as rows,
      (r.evidence ->> 'findings')::bigint as faults from ops.job_runs r where r.name = 'audit_verify'
    union all
    select r.finished_at, (r.evidence #>> '{tasks,audit,seals}')::bigint, (r.evidence #>> '{tasks,audit,sealed_rows}')::bigint,
      (r.evidence #>> '{tasks,audit,faults}')::bigint from ops.job_runs r where r.name = 'maintain_daily') v
  where v.at is not null and v.seals is not null order by v.at desc limit 1";

/// All that the part shows.
pub(super) struct Seals {
    sealed_at: Option<DateTime<Utc>>,
    unsealed: i64,
    hours: Vec<Row>,
    verified: Option<Verified>,
}

/// A verification.
struct Verified {
    at: DateTime<Utc>,
    seals: i64,
    rows: i64,
    faults: i64,
}

pub(super) async fn read(desk: &Desk) -> Result<Seals, Trouble> {
    let client = desk.client().await?;
    let name: &(dyn tokio_postgres::types::ToSql + Sync) = &EVIDENCE;
    let hour = [name];
    let (state, hours, verified) = tokio::try_join!(
        client.query_one(STATE, &[]),
        client.query(HOURS, &hour),
        client.query_opt(VERIFIED, &[]),
    )
    .because(|| "the seals of the audit could not be read")?;
    Ok(Seals {
        sealed_at: state.get("sealed_at"),
        unsealed: state.get("unsealed"),
        hours,
        verified: verified.map(|row| Verified {
            at: row.get("at"),
            seals: row.get("seals"),
            rows: row.get::<_, Option<i64>>("rows").unwrap_or(0),
            faults: row.get::<_, Option<i64>>("faults").unwrap_or(0),
        }),
    })
}

const HOUR: [Part; 1] = [Part("c2", "Rows sealed")];

pub(super) fn show(seals: Seals, now: DateTime<Utc>) -> Markup {
    let newest: Option<i64> = seals.hours.first().map(|row| row.get("seal"));
    let bars: Vec<Stack> = seals.hours.iter().take(24).map(bar).collect();
    let count = |number: i64| worded(number as f64, Kind::Count);
    html! {
        @match seals.sealed_at {
            Some(at) => p { "The audit log was last sealed at " (since(at, now)) "; " (count(seals.unsealed)) " rows of it wait for the next seal." },
            None => p.warning { "The audit log has never been sealed: EQUORIA_AUDIT_KEY and AUDIT_DATABASE_URL let " code { "equoria work" } " seal it every minute." },
        }
        (verification(seals.verified.as_ref(), newest, now))
        (facts(&[
            ("Newest seal", newest.map(|it| html! { "number " (count(it)) })),
            ("Seals proven", seals.verified.as_ref().map(|it| html! { (count(it.seals)) })),
            ("Rows proven", seals.verified.as_ref().map(|it| html! { (count(it.rows)) })),
            ("Rows not sealed yet", Some(html! { (count(seals.unsealed)) })),
        ]))
        @if !bars.is_empty() { (stacks("Rows sealed by hour", "Hour", &HOUR, Kind::Count, None, &bars)) }
    }
}

fn verification(verified: Option<&Verified>, newest: Option<i64>, now: DateTime<Utc>) -> Markup {
    let Some(it) = verified else {
        return html! { p.warning { "No seal has been proven yet: " code { "equoria audit verify" } " computes each anew." } };
    };
    let gap = newest.map_or(0, |newest| newest - it.seals).max(0);
    html! {
        @if it.faults > 0 {
            p.warning { "At " (since(it.at, now)) " " (it.faults) " seals or rows were not as they were sealed: " code { "equoria audit verify" } " tells which." }
        }
        @else {
            p.well { "Every seal up to number " (it.seals) " was proven at " (since(it.at, now)) "; " (gap) " came since." }
        }
    }
}

fn bar(row: &Row) -> Stack {
    let at: DateTime<Utc> = row.get("slot");
    Stack {
        label: html! { (super::page::time(at)) },
        values: vec![row.get("rows")],
    }
}
