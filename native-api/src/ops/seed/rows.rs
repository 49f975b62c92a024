//! Writing many rows with one statement, and drawing their numbers beforehand.

use rules::Instant;
use rules::id::{HorseId, ShowId, UserId};
use serde::Serialize;
use serde_json::Value;
use tokio_postgres::Transaction;
use tokio_postgres::types::Json;

use crate::ledger::{Account, Transfer};
use crate::trouble::{Because, Trouble};

/// How many rows a statement takes at most.
const BATCH: usize = 5_000;

/// Writes rows with a statement that takes them as one JSON array, and says how many it wrote.
pub(super) async fn write_rows(
    transaction: &Transaction<'_>,
    table: &str,
    sql: &str,
    rows: &[Value],
) -> Result<u64, Trouble> {
    let because = || format!("could not seed {table}");
    let statement = transaction.prepare(sql).await.because(because)?;
    let mut count = 0;
    for batch in rows.chunks(BATCH) {
        count += transaction
            .execute(&statement, &[&Json(batch)])
            .await
            .because(because)?;
    }
    Ok(count)
}

/// Draws the next ids of a table, in their order.
pub(super) async fn ids(
    transaction: &Transaction<'_>,
    table: &str,
    count: usize,
) -> Result<Vec<i64>, Trouble> {
    let because = || format!("could not draw ids for {table}");
    let count = i32::try_from(count).because(because)?;
    let rows = transaction
        .query(
            "select nextval(pg_get_serial_sequence($1, 'id')::regclass) as id from generate_series(1, $2::integer)",
            &[&table, &count],
        )
        .await
        .because(because)?;
    let ids: Result<Vec<i64>, _> = rows.iter().map(|row| row.try_get("id")).collect();
    ids.because(because)
}

/// One transfer of the ledger, as [`post`] takes it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Moved {
    /// The place in the order in which the transfers are made.
    pub ord: usize,
    /// When.
    pub at: Instant,
    /// Who caused it.
    pub user_id: Option<uuid::Uuid>,
    /// What it is for.
    pub key: String,
    /// Why.
    pub cause: &'static str,
    /// The purse that gives; else the escrow of `from_show`, else the treasury.
    pub from_user: Option<uuid::Uuid>,
    /// The escrow that gives.
    pub from_show: Option<i64>,
    /// The purse that receives; else the escrow of `to_show`, else the sink or the treasury.
    pub to_user: Option<uuid::Uuid>,
    /// The escrow that receives.
    pub to_show: Option<i64>,
    /// Do the coins leave the game?
    pub to_sink: bool,
    /// How many.
    pub amount: i64,
    /// The show that it is about.
    pub show_id: Option<i64>,
    /// The horse that it is about.
    pub horse_id: Option<i64>,
}

impl Moved {
    /// A transfer of the game, made at an instant by a player or by nobody.
    pub(super) fn of(at: Instant, by: Option<UserId>, transfer: Transfer) -> Self {
        let purse = |account| match account {
            Account::Purse(user) => Some(user.get()),
            _ => None,
        };
        let escrow = |account| match account {
            Account::Escrow(show) => Some(show.get()),
            _ => None,
        };
        Self {
            ord: 0,
            at,
            user_id: by.map(UserId::get),
            key: transfer.key,
            cause: transfer.cause.as_str(),
            from_user: purse(transfer.from),
            from_show: escrow(transfer.from),
            to_user: purse(transfer.to),
            to_show: escrow(transfer.to),
            to_sink: transfer.to == Account::Sink,
            amount: transfer.amount.get(),
            show_id: transfer.show.map(ShowId::get),
            horse_id: transfer.horse.map(HorseId::get),
        }
    }
}

/// Each transfer by a call of its own, for each has its own instant and its own cause.
const POST: &str = "select ledger_post(m.at, m.user_id, array[m.key], array[m.cause],
      array[coalesce(purse_of(m.from_user), escrow_of(m.from_show), treasury())],
      array[coalesce(purse_of(m.to_user), escrow_of(m.to_show), case when m.to_sink then sink() else treasury() end)],
      array[m.amount], array[m.show_id], array[m.horse_id])
    from (select * from jsonb_to_recordset($1) r (ord integer, at timestamptz, user_id uuid, key text, cause text,
      from_user uuid, from_show bigint, to_user uuid, to_show bigint, to_sink boolean, amount bigint, show_id bigint,
      horse_id bigint) order by ord offset 0) m";

/// Moves coins through the ledger, in the order given; transfers of nothing are left out.
pub(super) async fn post(transaction: &Transaction<'_>, moved: &[Moved]) -> Result<u64, Trouble> {
    let because = || "could not move the seeded coins";
    let statement = transaction.prepare(POST).await.because(because)?;
    let mut moved: Vec<Moved> = moved.iter().filter(|it| it.amount > 0).cloned().collect();
    let mut count = 0;
    for batch in moved.chunks_mut(BATCH) {
        batch
            .iter_mut()
            .enumerate()
            .for_each(|(ord, it)| it.ord = ord);
        transaction
            .query(&statement, &[&Json(&*batch)])
            .await
            .because(because)?;
        count += u64::try_from(batch.len()).unwrap_or(u64::MAX);
    }
    Ok(count)
}
