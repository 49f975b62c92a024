//! What is there when the last process has come back: every promise, nothing else, and everything once.

use std::time::{Duration, Instant};

use tokio_postgres::Client;

use super::load::{Kind, Promises};
use crate::ops::proof::ledger;
use crate::trouble::{Because, Trouble};

/// What must be zero, each with the words for the case that it is not.
const ONCE: [(&str, &str); 5] = [
    (
        "shows with another number of results than they have entries, or with results before they were settled",
        "select count(*) from shows s
           left join (select show_id, count(*) as n from competition_results group by show_id) r on r.show_id = s.id
           left join (select show_id, count(*) as n from show_entries group by show_id) e on e.show_id = s.id
         where coalesce(r.n, 0) <> case s.state when 'settled' then coalesce(e.n, 0) else 0 end",
    ),
    (
        "entries that were paid twice",
        "select count(*) from (select from transfers where cause = 'entry_fee'
           group by show_id, horse_id having count(*) > 1) twice",
    ),
    (
        "shows that were settled or called off twice",
        "select count(*) from (select from transfers where cause in ('fee_income', 'prize_return')
           group by show_id, cause having count(*) > 1) twice",
    ),
    (
        "horses that won the same prize twice",
        "select count(*) from (select from transfers where cause = 'prize'
           group by show_id, horse_id having count(*) > 1) twice",
    ),
    (
        "horses with two results in one show",
        "select count(*) from (select from competition_results group by show_id, horse_id having count(*) > 1) twice",
    ),
];

/// XP that came from elsewhere than results and trainings: it never changes while players only compete and train.
const XP_OF_OLD: &str = "select
    ((select coalesce(sum(xp), 0) from horses) - (select coalesce(sum(horse_xp), 0) from competition_results))::bigint,
    ((select coalesce(sum(xp), 0) from users) - (select coalesce(sum(user_xp), 0) from competition_results)
      - (select coalesce(sum(user_xp), 0) from training_logs))::bigint";

const OVERDUE: &str = "select count(*) from shows where state = 'open' and run_date <= now()";

/// What was there before the first write.
#[derive(Clone, Debug)]
pub struct Before {
    rows: [i64; 3],
    xp: (i64, i64),
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Rows that somebody was promised and that are not there.
    pub lost: u64,
    /// Rows that are there though nobody was told so.
    pub unheard_of: u64,
    /// What is wrong otherwise, each in words.
    pub faults: Vec<String>,
}

impl Before {
    /// Counts what is there.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of(client: &Client) -> Result<Self, Trouble> {
        Ok(Self {
            rows: rows(client).await?,
            xp: xp_of_old(client).await?,
        })
    }

    /// Compares what is there now with what was promised since.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn judge(&self, client: &Client, promises: &Promises) -> Result<Verdict, Trouble> {
        let mut verdict = Verdict::default();
        let now = rows(client).await?;
        for (at, kind) in Kind::ALL.into_iter().enumerate() {
            let ids = promises.ids(kind);
            let there = there(client, kind, &ids).await?;
            verdict.lost += (ids.len() as u64).saturating_sub(there);
            let added = u64::try_from(now[at] - self.rows[at]).unwrap_or(0);
            verdict.unheard_of += added.saturating_sub(there);
        }
        for (what, sql) in ONCE {
            let found = number(client, sql).await?;
            if found != 0 {
                verdict.faults.push(format!("{found} {what}"));
            }
        }
        if xp_of_old(client).await? != self.xp {
            let fault = "horses or players whose XP are not those of their results and trainings";
            verdict.faults.push(fault.to_owned());
        }
        verdict.faults.extend(ledger::check(client).await?.faults);
        Ok(verdict)
    }
}

/// Waits until every show that is due was settled or called off.
///
/// # Errors
/// When a minute was not enough.
pub async fn until_settled(client: &Client) -> Result<(), Trouble> {
    let since = Instant::now();
    loop {
        let overdue = number(client, OVERDUE).await?;
        if overdue == 0 {
            return Ok(());
        }
        if since.elapsed() > Duration::from_secs(60) {
            return Err(Trouble::new(format!(
                "{overdue} shows were not settled within a minute of their run date"
            )));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// How many of these rows there are.
async fn there(client: &Client, kind: Kind, ids: &[i64]) -> Result<u64, Trouble> {
    let sql = format!("select count(*) from {} where id = any ($1)", kind.table());
    let row = client.query_one(&sql, &[&ids]).await;
    let count: i64 = row
        .and_then(|row| row.try_get(0))
        .because(|| "could not look for what was promised")?;
    Ok(count.unsigned_abs())
}

/// How many rows of each kind there are; the treasury opens shows without being asked.
async fn rows(client: &Client) -> Result<[i64; 3], Trouble> {
    let [shows, entries, trainings] = Kind::ALL.map(Kind::table);
    let count = |table: &str| format!("select count(*) from {table}");
    Ok([
        number(
            client,
            &format!("{} where host_id is not null", count(shows)),
        )
        .await?,
        number(client, &count(entries)).await?,
        number(client, &count(trainings)).await?,
    ])
}

async fn xp_of_old(client: &Client) -> Result<(i64, i64), Trouble> {
    let because = || "could not add up the XP";
    let row = client.query_one(XP_OF_OLD, &[]).await.because(because)?;
    Ok((
        row.try_get(0).because(because)?,
        row.try_get(1).because(because)?,
    ))
}

async fn number(client: &Client, sql: &str) -> Result<i64, Trouble> {
    let row = client.query_one(sql, &[]).await;
    row.and_then(|row| row.try_get(0))
        .because(|| format!("could not ask: {sql}"))
}

/// Shows of players that were settled with at least one result.
///
/// # Errors
/// When the database does not answer.
pub async fn settled(client: &Client) -> Result<u64, Trouble> {
    let sql = "select count(*) from shows where state = 'settled' and host_id is not null";
    Ok(number(client, sql).await?.unsigned_abs())
}
