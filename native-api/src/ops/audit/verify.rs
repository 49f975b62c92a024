//! Verifying: is every sealed row still what it was?

use std::time::{Duration, Instant};

use serde::Serialize;
use tokio_postgres::{Client, Transaction};

use super::evidence::noted;
use super::key::Witness;
use super::row::{Difference, Rows, differences};
use super::{BEGINNING, Seal, seal_columns};
use crate::config::hex;
use crate::trouble::{Because, Trouble};

/// How many findings are told one by one.
const MOST_TOLD: usize = 1_000;

/// Something that is not as it was sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What: `row-changed`, `row-removed`, `row-added`, `seal-changed`, `seal-forged`, `seal-missing`, `seals-cut-off`,
    /// `nothing-sealed`.
    pub what: &'static str,
    /// The seal that it is about.
    pub seal: Option<i64>,
    /// The row of the log that it is about.
    pub row: Option<i64>,
    /// The same in a sentence.
    pub sentence: String,
}

/// What a verification found.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// How many seals there are.
    pub seals: i64,
    /// How many rows stand under a seal.
    pub rows: i64,
    /// How many wait for the next one, and are not vouched for.
    pub unsealed_rows: i64,
    /// The newest seal's number; nothing where there is none.
    pub newest_seal: Option<i64>,
    /// The newest seal's hash: worth noting elsewhere.
    pub newest_hash: Option<String>,
    /// How many findings there are, more than are told perhaps.
    pub finding_count: u64,
    /// The first thousand findings.
    pub findings: Vec<Finding>,
    /// How long it took.
    pub took_ms: u64,
}

impl Verdict {
    /// Whether all is as it was sealed.
    pub const fn is_good(&self) -> bool {
        self.finding_count == 0
    }
}

const SEALS: &str = concat!(
    "select ",
    seal_columns!(),
    ", digests from ops.audit_seals where id > $1 order by id limit 1"
);

const UNSEALED: &str = "select count(*) from ops.audit_log where tx >= $1::text::xid8";

/// How many rows the log has, roughly: for a progress bar.
///
/// # Errors
/// When the database refuses.
pub async fn expected_rows(client: &Client) -> Result<u64, Trouble> {
    let sql = "select coalesce(max(last_id), 0) from ops.audit_seals";
    let row = client.query_one(sql, &[]).await;
    let row = row.because(|| "could not read the seals")?;
    Ok(u64::try_from(row.get::<_, i64>(0)).unwrap_or(0))
}

/// Recomputes every seal from the rows, and compares the chain with the hashes that were noted elsewhere.
///
/// # Errors
/// When the log cannot be read.
pub async fn verify(
    client: &mut Client,
    witness: &Witness,
    expected: &[String],
    told: &mut (dyn FnMut(u64) + Send),
) -> Result<Verdict, Trouble> {
    let started = Instant::now();
    let transaction = client
        .build_transaction()
        .isolation_level(tokio_postgres::IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await
        .because(|| "could not begin to read the audit")?;
    let mut proof = Proof::of(witness, expected);
    for noted in noted(&transaction).await? {
        let source = format!("the evidence of {}", noted.at);
        proof.awaited.push((noted.hash, Some(noted.seal), source));
    }
    while proof.next(&transaction, told).await? {}
    let unsealed_rows = proof.unsealed(&transaction).await?;
    Ok(proof.verdict(unsealed_rows, started.elapsed()))
}

/// A verification under way.
struct Proof<'a> {
    witness: &'a Witness,
    /// Hashes that must come up, with the seal that has each if it is known, and who says so.
    awaited: Vec<(String, Option<i64>, String)>,
    last: Option<Seal>,
    seals: i64,
    rows: i64,
    findings: Vec<Finding>,
    finding_count: u64,
}

impl<'a> Proof<'a> {
    fn of(witness: &'a Witness, expected: &[String]) -> Self {
        let awaited = expected
            .iter()
            .map(|hash| (hash.to_lowercase(), None, "what you noted".to_owned()));
        Self {
            witness,
            awaited: awaited.collect(),
            last: None,
            seals: 0,
            rows: 0,
            findings: Vec::new(),
            finding_count: 0,
        }
    }

    /// Verifies the next seal; false when there is none.
    async fn next(
        &mut self,
        transaction: &Transaction<'_>,
        told: &mut (dyn FnMut(u64) + Send),
    ) -> Result<bool, Trouble> {
        let after = self.last.as_ref().map_or(i64::MIN, |seal| seal.id);
        let row = transaction.query_opt(SEALS, &[&after]).await;
        let Some(row) = row.because(|| "could not read a seal of the audit")? else {
            return Ok(false);
        };
        let (seal, digests): (_, Vec<u8>) = (Seal::of(&row), row.get("digests"));
        let rows = Rows::read(transaction, seal.from_tx, seal.to_tx, told).await?;
        self.chain(&seal);
        self.content(&seal, &digests, &rows);
        let hash = hex(&seal.hash);
        self.awaited.retain(|(awaited, ..)| *awaited != hash);
        self.seals += 1;
        self.rows += rows.count;
        self.last = Some(seal);
        Ok(true)
    }

    /// Does the seal continue the one before it?
    fn chain(&mut self, seal: &Seal) {
        let (id, hash, to_tx) = self
            .last
            .as_ref()
            .map_or((0, BEGINNING.to_vec(), 0), |last| {
                (last.id, last.hash.clone(), last.to_tx)
            });
        if seal.id != id + 1 {
            let missing = match seal.id - 1 {
                only if only == id + 1 => format!("seal {only} is missing"),
                to => format!("seals {} to {to} are missing", id + 1),
            };
            self.find("seal-missing", Some(id + 1), None, missing);
        } else if seal.previous_hash != hash || seal.from_tx != to_tx {
            let broken = format!("seal {} does not continue the seal before it", seal.id);
            self.find("seal-changed", Some(seal.id), None, broken);
        }
    }

    /// Are the rows those that were sealed, and is the seal one of ours?
    fn content(&mut self, seal: &Seal, digests: &[u8], rows: &Rows) {
        let id = seal.id;
        let differences = differences(digests, rows.digests());
        for difference in &differences {
            let (what, row, became) = match *difference {
                Difference::Changed(row) => ("row-changed", row, "was changed"),
                Difference::Removed(row) => ("row-removed", row, "was removed"),
                Difference::Added(row) => ("row-added", row, "was added afterwards"),
            };
            let sentence = format!("row {row} of seal {id} {became}");
            self.find(what, Some(id), Some(row), sentence);
        }
        if differences.is_empty() && seal.hash_over(rows).as_slice() != seal.hash {
            let sentence = format!(
                "seal {id} is not the hash of what it says and of its rows ({} to {}): it or they were changed",
                seal.first_id, seal.last_id
            );
            self.find("seal-changed", Some(id), None, sentence);
        }
        if !self.witness.believes(&seal.hash, &seal.signature) {
            let sentence = format!("seal {id} is not signed by the key {}", self.witness.hex());
            self.find("seal-forged", Some(id), None, sentence);
        }
    }

    async fn unsealed(&self, transaction: &Transaction<'_>) -> Result<i64, Trouble> {
        let from = self.last.as_ref().map_or(0, |seal| seal.to_tx).to_string();
        let row = transaction.query_one(UNSEALED, &[&from]).await;
        Ok(row.because(|| "could not read the audit log")?.get(0))
    }

    fn find(&mut self, what: &'static str, seal: Option<i64>, row: Option<i64>, sentence: String) {
        self.finding_count += 1;
        if self.findings.len() < MOST_TOLD {
            self.findings.push(Finding {
                what,
                seal,
                row,
                sentence,
            });
        }
    }

    fn verdict(mut self, unsealed_rows: i64, took: Duration) -> Verdict {
        let end = self.last.as_ref().map_or(0, |seal| seal.id);
        for (hash, seal, source) in std::mem::take(&mut self.awaited) {
            let named = seal.map_or(String::new(), |seal| format!("seal {seal}, "));
            let sentence = format!(
                "{source} names {named}{hash}, which is none of the seals: they end with {end}, and newer ones were cut off or \
                 replaced"
            );
            self.find("seals-cut-off", seal, None, sentence);
        }
        if self.seals == 0 {
            let sentence = "nothing is sealed yet, so nothing is proven".to_owned();
            self.find("nothing-sealed", None, None, sentence);
        }
        Verdict {
            seals: self.seals,
            rows: self.rows,
            unsealed_rows,
            newest_seal: self.last.as_ref().map(|seal| seal.id),
            newest_hash: self.last.as_ref().map(|seal| hex(&seal.hash)),
            finding_count: self.finding_count,
            findings: self.findings,
            took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        }
    }
}
