//! The audit: who changed what, written down by the database's triggers, sealed so that nobody changes it afterwards.
//!
//! A seal is one row that vouches for all rows of a range of transactions: SHA-256 over every row and over the seal before
//! it, signed with a key that the database does not know. Whoever changes, removes or adds a sealed row, or a seal, even
//! with all triggers disabled, is found by [`verify`](verify::verify).
//!
//! What no chain can tell by itself: rows that were changed before their seal (at most a minute), and newest seals that were
//! cut off together with their rows. The latter is told by what was noted elsewhere: every seal's hash goes to the log, the
//! newest of each hour to `ops.job_runs`, and with it into every backup.

mod evidence;
pub mod history;
mod key;
mod row;
pub mod seal;
mod sealer;
pub mod verify;

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use tokio_postgres::{GenericClient, Row};

pub use evidence::NAME as EVIDENCE;
pub use key::{KEY, PUBLIC_KEY, SealKey, Witness};
pub use sealer::Sealer;

use crate::trouble::{Because, Trouble};
use row::Rows;

/// What the first seal continues.
const BEGINNING: [u8; 32] = [0; 32];

/// What a seal says of itself, without the digests of its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seal {
    /// One more than the seal before it; the first is 1.
    id: i64,
    first_id: i64,
    last_id: i64,
    /// Sealed are the rows of transactions from this one ...
    from_tx: i64,
    /// ... to before this one.
    to_tx: i64,
    row_count: i64,
    previous_hash: Vec<u8>,
    hash: Vec<u8>,
    signature: Vec<u8>,
    sealed_at: DateTime<Utc>,
}

/// The columns of a [`Seal`].
macro_rules! seal_columns {
    () => {
        "id, first_id, last_id, from_tx::text::bigint as from_tx, to_tx::text::bigint as to_tx, row_count, previous_hash, hash,
    signature, sealed_at"
    };
}
use seal_columns;

const NEWEST: &str = concat!(
    "select ",
    seal_columns!(),
    " from ops.audit_seals order by id desc limit 1"
);

impl Seal {
    fn of(row: &Row) -> Self {
        Self {
            id: row.get("id"),
            first_id: row.get("first_id"),
            last_id: row.get("last_id"),
            from_tx: row.get("from_tx"),
            to_tx: row.get("to_tx"),
            row_count: row.get("row_count"),
            previous_hash: row.get("previous_hash"),
            hash: row.get("hash"),
            signature: row.get("signature"),
            sealed_at: row.get("sealed_at"),
        }
    }

    /// What the seal must be: over all that it says, the seal before it, and its rows.
    fn hash_over(&self, rows: &Rows) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"equoria audit seal 1");
        let numbers = [
            self.id,
            self.first_id,
            self.last_id,
            self.from_tx,
            self.to_tx,
            self.row_count,
            self.sealed_at.timestamp_micros(),
        ];
        for number in numbers {
            hash.update(number.to_be_bytes());
        }
        hash.update(&self.previous_hash);
        hash.update(Sha256::digest(rows.digests()));
        hash.update(rows.hash());
        hash.finalize().into()
    }
}

async fn newest(client: &impl GenericClient) -> Result<Option<Seal>, Trouble> {
    let row = client.query_opt(NEWEST, &[]).await;
    let row = row.because(|| "could not read the newest seal")?;
    Ok(row.as_ref().map(Seal::of))
}
