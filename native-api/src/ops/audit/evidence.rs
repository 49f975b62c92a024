//! The newest seal of each hour, noted where every backup holds it too.

use serde_json::{Value, json};
use tokio_postgres::GenericClient;
use tokio_postgres::types::Json;

use super::seal::Sealed;
use crate::ops::runs;
use crate::trouble::{Because, Trouble};

/// What the runs of sealing are called in `ops.job_runs`.
pub const NAME: &str = "audit_seal";

/// One row an hour, which tells the newest seal: a row for each would be half a million a year.
const NOTE: &str = "insert into ops.job_runs as r (name, slot, worker, lease_until, finished_at, outcome, evidence)
    values ($1, date_trunc('hour', clock_timestamp()), $2, clock_timestamp(), clock_timestamp(), 'done', $3)
    on conflict (name, slot) do update set worker = excluded.worker, finished_at = excluded.finished_at,
      evidence = excluded.evidence || jsonb_build_object('seals', (r.evidence ->> 'seals')::bigint + (excluded.evidence ->> 'seals')::bigint,
        'rows', (r.evidence ->> 'rows')::bigint + (excluded.evidence ->> 'rows')::bigint)
      where (r.evidence ->> 'seal')::bigint < (excluded.evidence ->> 'seal')::bigint";

const NOTED: &str = "select slot::text, (evidence ->> 'seal')::bigint as seal, evidence ->> 'hash' as hash from ops.job_runs
    where name = $1 and evidence ? 'seal' and evidence ? 'hash' order by slot";

/// A seal that was noted: when, its number and its hash.
pub(super) struct Noted {
    pub at: String,
    pub seal: i64,
    pub hash: String,
}

/// Notes the newest of some seals.
pub(super) async fn note(client: &impl GenericClient, sealed: &[Sealed]) -> Result<(), Trouble> {
    let Some(newest) = sealed.last() else {
        return Ok(());
    };
    let rows: i64 = sealed.iter().map(|it| it.rows).sum();
    let evidence: Value = json!({
        "seal": newest.seal, "hash": newest.hash, "sealed_at": newest.sealed_at, "seals": sealed.len(), "rows": rows,
    });
    let noted = client
        .execute(NOTE, &[&NAME, &runs::worker(), &Json(evidence)])
        .await;
    noted
        .map(|_| ())
        .because(|| "could not note the newest seal")
}

/// Every seal that was noted here.
pub(super) async fn noted(client: &impl GenericClient) -> Result<Vec<Noted>, Trouble> {
    let rows = client.query(NOTED, &[&NAME]).await;
    let rows = rows.because(|| "could not read which seals were noted")?;
    let read = |row: &tokio_postgres::Row| Noted {
        at: row.get("slot"),
        seal: row.get("seal"),
        hash: row.get("hash"),
    };
    Ok(rows.iter().map(read).collect())
}
