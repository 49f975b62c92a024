//! Sealing: what nobody can add to any more is vouched for.

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio_postgres::{Client, GenericClient, Transaction};

use super::key::SealKey;
use super::row::Rows;
use super::{BEGINNING, Seal, newest};
use crate::config::hex;
use crate::trouble::{Because, Trouble};

/// How many rows one seal vouches for, unless a single transaction wrote more.
pub const MOST_ROWS: i64 = 100_000;

/// One sealer at a time: any number will do, as long as nobody else uses it. The letters of "eq audit".
const LOCK: &str =
    "set local lock_timeout = '30s'; select pg_advisory_xact_lock(7309417682146553204)";

/// Every transaction before this one has ended, and what it wrote is visible to the next statement.
const HORIZON: &str = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as horizon, clock_timestamp() as at";

/// The first transaction of the rows that wait, and the one of the row after as many as a seal takes.
const WAITING: &str = "select (select tx::text::bigint from ops.audit_log where tx >= $1::text::xid8 and tx < $2::text::xid8
      order by tx, id limit 1) as first,
    (select tx::text::bigint from ops.audit_log where tx >= $1::text::xid8 and tx < $2::text::xid8
      order by tx, id offset $3 limit 1) as next";

const KEEP: &str = "insert into ops.audit_seals (id, first_id, last_id, from_tx, to_tx, row_count, digests, previous_hash, hash,
      signature, sealed_at)
    values ($1, $2, $3, $4::text::xid8, $5::text::xid8, $6, $7, $8, $9, $10, $11)";

/// A seal as it was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sealed {
    /// Its number; seals are numbered without a gap.
    pub seal: i64,
    /// Its hash, in hexadecimal digits: worth noting elsewhere.
    pub hash: String,
    /// How many rows it vouches for.
    pub rows: i64,
    /// The smallest id among them.
    pub first_id: i64,
    /// The greatest.
    pub last_id: i64,
    /// When it was set.
    pub sealed_at: DateTime<Utc>,
}

/// Seals every row that can be sealed now, at most so many by one seal.
///
/// # Errors
/// When the database refuses, or its transactions have begun to count anew: rows that were carried over from another
/// cluster are that cluster's to vouch for.
pub async fn seal_all(
    client: &mut Client,
    key: &SealKey,
    most_rows: i64,
) -> Result<Vec<Sealed>, Trouble> {
    let mut all = Vec::new();
    while let Some(sealed) = seal_next(client, key, most_rows).await? {
        all.push(sealed);
    }
    Ok(all)
}

async fn seal_next(
    client: &mut Client,
    key: &SealKey,
    most_rows: i64,
) -> Result<Option<Sealed>, Trouble> {
    let transaction = client.transaction().await;
    let transaction = transaction.because(|| "could not begin to seal the audit")?;
    let locked = transaction.batch_execute(LOCK).await;
    locked.because(|| "somebody else is sealing the audit, for half a minute by now")?;
    let last = newest(&transaction).await?;
    let Some((from_tx, to_tx, at)) = range(&transaction, last.as_ref(), most_rows).await? else {
        return Ok(None);
    };
    let rows = Rows::read(&transaction, from_tx, to_tx, &mut |_| ()).await?;
    let seal = sign(key, last.as_ref(), (from_tx, to_tx), at, &rows)?;
    keep(&transaction, &seal, rows.digests()).await?;
    let committed = transaction.commit().await;
    committed.because(|| "could not keep a seal of the audit")?;
    Ok(Some(Sealed {
        seal: seal.id,
        hash: hex(&seal.hash),
        rows: seal.row_count,
        first_id: seal.first_id,
        last_id: seal.last_id,
        sealed_at: seal.sealed_at,
    }))
}

/// The transactions whose rows the next seal vouches for, and the present instant; none where no row waits.
async fn range(
    transaction: &Transaction<'_>,
    last: Option<&Seal>,
    most_rows: i64,
) -> Result<Option<(i64, i64, DateTime<Utc>)>, Trouble> {
    let row = transaction.query_one(HORIZON, &[]).await;
    let row = row.because(|| "could not ask which transactions have ended")?;
    let (horizon, at): (i64, DateTime<Utc>) = (row.get("horizon"), row.get("at"));
    let from_tx = last.map_or(0, |seal| seal.to_tx);
    if horizon < from_tx {
        return Err(Trouble::new(format!(
            "the audit cannot be sealed: the newest seal ends before transaction {from_tx}, but this cluster is at {horizon}; \
             its rows come from another cluster, so verify them there and begin with an empty log here"
        )));
    }
    let (from, to) = (from_tx.to_string(), horizon.to_string());
    let row = transaction
        .query_one(WAITING, &[&from, &to, &most_rows])
        .await;
    let row = row.because(|| "could not read the audit log")?;
    let (first, next): (Option<i64>, Option<i64>) = (row.get("first"), row.get("next"));
    Ok(first.map(|first| {
        // A transaction is never parted: a larger one is sealed whole.
        let to_tx = next.map_or(horizon, |next| next.max(first + 1));
        (from_tx, to_tx, at)
    }))
}

fn sign(
    key: &SealKey,
    last: Option<&Seal>,
    (from_tx, to_tx): (i64, i64),
    sealed_at: DateTime<Utc>,
    rows: &Rows,
) -> Result<Seal, Trouble> {
    let mut seal = Seal {
        id: last.map_or(1, |seal| seal.id + 1),
        first_id: rows.first_id,
        last_id: rows.last_id,
        from_tx,
        to_tx,
        row_count: rows.count,
        previous_hash: last.map_or(BEGINNING.to_vec(), |seal| seal.hash.clone()),
        hash: Vec::new(),
        signature: Vec::new(),
        sealed_at,
    };
    seal.hash = seal.hash_over(rows).to_vec();
    seal.signature = key.sign(&seal.hash)?;
    Ok(seal)
}

async fn keep(client: &impl GenericClient, seal: &Seal, digests: &[u8]) -> Result<(), Trouble> {
    let (from, to) = (seal.from_tx.to_string(), seal.to_tx.to_string());
    let kept = client
        .execute(
            KEEP,
            &[
                &seal.id,
                &seal.first_id,
                &seal.last_id,
                &from,
                &to,
                &seal.row_count,
                &digests,
                &seal.previous_hash,
                &seal.hash,
                &seal.signature,
                &seal.sealed_at,
            ],
        )
        .await;
    kept.map(|_| ())
        .because(|| "could not keep a seal of the audit")
}
