//! Rows of the audit log as bytes, the same whoever reads them.

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use tokio_postgres::{GenericClient, Row};

use crate::trouble::{Because, Trouble};

/// How many rows are read at a time.
const PAGE: usize = 5_000;

/// How many bytes a row takes in [`Rows::digests`]: its id, and the beginning of its digest.
pub(super) const DIGEST_BYTES: usize = 16;

/// The order is that of transactions, and of ids in each; it is part of the row.
const READ: &str = "select id, tx::text::bigint as tx, at, actor, request_id, table_name, row_key, verb, before::text, after::text
    from ops.audit_log
    where (tx, id) > ($1::text::xid8, $2) and tx < $3::text::xid8 order by tx, id limit $4";

/// The rows of a range of transactions, read to the end.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// How many.
    pub count: i64,
    /// The smallest id.
    pub first_id: i64,
    /// The greatest id.
    pub last_id: i64,
    digests: Vec<u8>,
    hash: Sha256,
}

impl Rows {
    /// Reads the rows of the transactions from one to before another, and tells after each page how many it held.
    pub(super) async fn read(
        client: &impl GenericClient,
        from_tx: i64,
        to_tx: i64,
        told: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Self, Trouble> {
        let statement = client.prepare(READ).await;
        let statement = statement.because(|| "could not read the audit log")?;
        let (mut rows, mut after) = (Self::default(), (from_tx, i64::MIN));
        loop {
            let most = i64::try_from(PAGE).unwrap_or(i64::MAX);
            let page = client
                .query(
                    &statement,
                    &[&after.0.to_string(), &after.1, &to_tx.to_string(), &most],
                )
                .await
                .because(|| "could not read the audit log")?;
            for row in &page {
                after = rows.add(row);
            }
            told(page.len() as u64);
            if page.len() < PAGE {
                return Ok(rows);
            }
        }
    }

    /// Of each row its id and the first half of a quarter of its digest, to tell which one differs.
    pub(super) fn digests(&self) -> &[u8] {
        &self.digests
    }

    /// SHA-256 over the digests of all rows, each whole.
    pub(super) fn hash(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }

    fn add(&mut self, row: &Row) -> (i64, i64) {
        let (id, tx): (i64, i64) = (row.get("id"), row.get("tx"));
        let digest = digest(id, tx, row);
        self.hash.update(digest);
        self.digests.extend_from_slice(&id.to_be_bytes());
        self.digests.extend_from_slice(&digest[..8]);
        (self.first_id, self.last_id) = match self.count {
            0 => (id, id),
            _ => (self.first_id.min(id), self.last_id.max(id)),
        };
        self.count += 1;
        (tx, id)
    }
}

/// SHA-256 over every column, each with its length or a mark that it is null, so that no two rows are the same bytes.
fn digest(id: i64, tx: i64, row: &Row) -> [u8; 32] {
    let mut hash = Sha256::new();
    let at: DateTime<Utc> = row.get("at");
    for number in [id, tx, at.timestamp_micros()] {
        hash.update(number.to_be_bytes());
    }
    for column in [
        "actor",
        "request_id",
        "table_name",
        "row_key",
        "verb",
        "before",
        "after",
    ] {
        match row.get::<_, Option<&str>>(column) {
            None => hash.update(u64::MAX.to_be_bytes()),
            Some(text) => {
                hash.update((text.len() as u64).to_be_bytes());
                hash.update(text);
            }
        }
    }
    hash.finalize().into()
}

/// Where a list of digests differs from another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Difference {
    /// The row is another than the one that was sealed.
    Changed(i64),
    /// The row was sealed and is gone.
    Removed(i64),
    /// The row was not there when its transaction was sealed.
    Added(i64),
}

/// What has become of the sealed rows, by their ids.
pub(super) fn differences(sealed: &[u8], found: &[u8]) -> Vec<Difference> {
    if sealed == found {
        return Vec::new();
    }
    let (sealed, found) = (by_id(sealed), by_id(found));
    let gone = sealed
        .iter()
        .filter_map(|(id, digest)| match found.get(id) {
            None => Some(Difference::Removed(*id)),
            Some(other) if other != digest => Some(Difference::Changed(*id)),
            Some(_) => None,
        });
    let come = found.keys().filter(|id| !sealed.contains_key(*id));
    gone.chain(come.map(|id| Difference::Added(*id))).collect()
}

fn by_id(digests: &[u8]) -> std::collections::BTreeMap<i64, &[u8]> {
    let entries = digests.chunks_exact(DIGEST_BYTES).filter_map(|entry| {
        let (id, digest) = entry.split_first_chunk::<8>()?;
        Some((i64::from_be_bytes(*id), digest))
    });
    entries.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[(i64, u8)]) -> Vec<u8> {
        let bytes = |(id, digest): &(i64, u8)| [id.to_be_bytes(), [*digest; 8]].concat();
        entries.iter().flat_map(bytes).collect()
    }

    #[test]
    fn every_difference_is_told_by_the_rows_id() {
        let sealed = list(&[(1, 1), (2, 2), (3, 3)]);
        assert_eq!(differences(&sealed, &sealed), []);
        assert_eq!(
            differences(&sealed, &list(&[(1, 1), (3, 9), (4, 4)])),
            [
                Difference::Removed(2),
                Difference::Changed(3),
                Difference::Added(4)
            ]
        );
    }
}
