//! The books: every transfer sums to zero, every balance is what was posted, every purse is what its player is shown.
//!
//! The database refuses anything else as it is written. This finds what went around it: a superuser, a broken disk, a fault
//! of the database itself.

use std::collections::BTreeMap;
use std::future::Future;

use serde_json::Value;
use tokio_postgres::Client;
use tokio_postgres::types::{Json, ToSql};

use super::{At, Rhythm, Told};
use crate::ops::proof;
use crate::trouble::{Because, Trouble};

/// A fact of the books, and the statement that lists what contradicts it as one column of text.
type Fact = (&'static str, &'static str);

/// What is checked of the postings after $1, and of the accounts that they touch.
const NEW: &[Fact] = &[
    (
        "transfers that do not sum to zero",
        "select p.transfer_id::text from postings p where p.transfer_id in (select n.transfer_id from postings n where n.id > $1)
         group by p.transfer_id having sum(p.amount) <> 0",
    ),
    (
        "postings that do not continue the balance of their account",
        "select p.id::text from postings p join accounts a on a.id = p.account_id
         where p.id > $1 and a.balance is not null and p.balance_after is distinct from p.amount + coalesce(
           (select b.balance_after from postings b where b.account_id = p.account_id and b.id < p.id order by b.id desc limit 1), 0)",
    ),
    (
        "accounts whose balance is not their last posting's",
        "select a.id::text from (select distinct n.account_id from postings n where n.id > $1) t join accounts a on a.id = t.account_id
         where a.balance is not null and a.balance is distinct from
           (select p.balance_after from postings p where p.account_id = a.id order by p.id desc limit 1)",
    ),
    (
        "players whose money is not their purse",
        "select u.id::text from (select distinct n.account_id from postings n where n.id > $1) t
         join accounts a on a.id = t.account_id join users u on u.id = a.user_id where u.money is distinct from a.balance",
    ),
];

/// What is checked of everything, besides what proves a restored database.
const WHOLE: &[Fact] = &[
    (
        "postings that do not continue the balance of their account",
        "select c.id::text from (select p.id, p.amount, p.balance_after, a.balance,
           lag(p.balance_after, 1, 0::bigint) over (partition by p.account_id order by p.id) as before
           from postings p join accounts a on a.id = p.account_id) c
         where c.balance is not null and c.balance_after is distinct from c.before + c.amount",
    ),
    (
        "horses whose discipline scores are not the ones they are found by",
        "select h.id::text from horses h
         left join (select horse_id, jsonb_object_agg(discipline, score) as scores from horse_discipline_scores group by horse_id) s
           on s.horse_id = h.id
         where h.discipline_scores <> coalesce(s.scores, '{}')",
    ),
];

/// Where the run before the last one ended, by the evidence of the last.
const MARKS: &str = "select evidence -> 'tasks' -> 'ledger' from ops.job_runs
    where name = $1 and (evidence -> 'tasks' -> 'ledger' ->> 'is_done')::boolean order by started_at desc limit 1";

/// Checks what was posted since the run before the last.
///
/// Each posting is looked at twice: one whose transaction was open while its successors were already checked comes up in the
/// next run, and what even that would miss in the weekly check of everything.
pub(super) async fn check_new(at: &At<'_>) -> Result<Told, Trouble> {
    at_one_instant(at.client, new(at.client)).await
}

async fn new(client: &Client) -> Result<Told, Trouble> {
    let row = client
        .query_opt(MARKS, &[&Rhythm::Daily.name()])
        .await
        .because(|| "could not read how far the books were checked")?;
    let last: Value = row.map_or(Value::Null, |row| row.get::<_, Json<Value>>(0).0);
    let mark = |name: &str| last.get(name).and_then(Value::as_i64).unwrap_or(0);
    let (from, before) = (mark("previous_mark_posting_id"), mark("mark_posting_id"));
    let row = client
        .query_one("select coalesce(max(id), 0) from postings", &[])
        .await
        .because(|| "could not read how far the books go")?;
    let newest: i64 = row.get(0);
    let told = check(client, NEW, &[&from]).await?;
    Ok(told
        .with("from_posting_id", from)
        .with("previous_mark_posting_id", before)
        .with("mark_posting_id", newest))
}

/// Checks the books and the index of discipline scores whole.
pub(super) async fn check_whole(at: &At<'_>) -> Result<Told, Trouble> {
    at_one_instant(at.client, whole(at.client)).await
}

async fn whole(client: &Client) -> Result<Told, Trouble> {
    let books = proof::ledger::check(client).await?;
    let mut told = check(client, WHOLE, &[]).await?;
    for fault in &books.faults {
        told.alarm(fault);
    }
    told.put("checks", books.looked_at + WHOLE.len() as u64);
    told.put("faults", books.faults);
    Ok(told)
}

/// Sees one instant while `checking`, whatever is posted meanwhile, and writes nothing.
async fn at_one_instant(
    client: &Client,
    checking: impl Future<Output = Result<Told, Trouble>>,
) -> Result<Told, Trouble> {
    client
        .batch_execute("begin isolation level repeatable read read only")
        .await
        .because(|| "could not begin to check the books")?;
    let told = checking.await;
    let ended = client.batch_execute("rollback").await;
    let told = told?;
    ended.because(|| "could not end the check of the books")?;
    Ok(told)
}

async fn check(
    client: &Client,
    facts: &[Fact],
    of: &[&(dyn ToSql + Sync)],
) -> Result<Told, Trouble> {
    let mut told = Told::default();
    let mut wrong = BTreeMap::new();
    for (what, sql) in facts {
        let sql = format!(
            "with wrong (key) as ({sql}) select count(*), (array_agg(key order by key))[1:3] from wrong"
        );
        let row = client
            .query_one(&sql, of)
            .await
            .because(|| format!("could not look for {what}"))?;
        let count: i64 = row.get(0);
        if count > 0 {
            let first: Vec<String> = row.get(1);
            told.alarm(format!("{count} {what}, such as {}", first.join(", ")));
            wrong.insert(*what, count);
        }
    }
    told.put("checks", facts.len());
    told.put("wrong", serde_json::json!(wrong));
    Ok(told)
}
