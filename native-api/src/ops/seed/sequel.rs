//! Shows for a world that is in the database already.

use rules::id::UserId;
use tokio_postgres::Transaction;
use uuid::Uuid;

use super::calendar::{self, PAST};
use super::coins::{self, Books, Kept};
use super::copy::{Writer, continue_sequences, next_id};
use super::season::Stage;
use super::shows::{Ending, Played, Season};
use super::{Plan, Summary, proof, show_rows, write};
use crate::competition::settlement::{HORSES, USERS};
use crate::ledger::Account;
use crate::trouble::{Because, Trouble};

const PURSES: &str =
    "select user_id, id, balance, created_at from accounts where user_id = any ($1)";

/// The purses' owners get the balances by a trigger.
const PAY: &str = "update accounts a set balance = p.balance
    from unnest($1::bigint[], $2::bigint[]) p (id, balance) where a.id = p.id and a.balance <> p.balance";

/// Writes the season and the open shows, each unless it was written before.
pub(super) async fn write(
    transaction: &Transaction<'_>,
    plan: &Plan,
    summary: &mut Summary,
) -> Result<(), Trouble> {
    let has_season = is_known(transaction, plan, 0).await?;
    let has_open = is_known(transaction, plan, PAST).await?;
    if has_season && has_open {
        return Ok(());
    }
    write::alone(transaction).await?;
    let mut stage = Stage::load(transaction, plan.as_of).await?;
    let mut books = Books::open(transaction).await?;
    keep_purses(transaction, &stage, &mut books).await?;
    let numbers = (
        next_id(transaction, "shows").await?,
        next_id(transaction, "show_entries").await?,
    );
    let mut season = Season::on(plan, &mut stage, numbers);
    if !has_season {
        for listed in calendar::past(plan, 1) {
            season.hold(listed)?;
        }
    }
    if !has_open {
        calendar::open(plan)
            .into_iter()
            .for_each(|listed| season.announce(listed));
    }
    let (played, moved) = (season.played, season.moved);
    let first = books.next();
    played
        .iter()
        .for_each(|it| books.open_escrow(it.show.facts.id, it.listed.announced_at));
    let mut writer = Writer {
        transaction,
        schema: "public",
        summary,
        told: &|_| (),
    };
    show_rows::write(&mut writer, &played).await?;
    coins::write(&mut writer, &mut books, || moved.iter().cloned()).await?;
    books.write_accounts(&mut writer, first).await?;
    reward(transaction, &played, &books, first).await?;
    proof::require(transaction, i64::MAX, plan.as_of).await?;
    continue_sequences(transaction).await
}

async fn keep_purses(
    transaction: &Transaction<'_>,
    stage: &Stage,
    books: &mut Books,
) -> Result<(), Trouble> {
    let because = || "could not open the seeded purses";
    let users: Vec<Uuid> = stage.purses.keys().copied().collect();
    let rows = transaction.query(PURSES, &[&users]).await;
    for row in &rows.because(because)? {
        let kept = Kept {
            id: row.try_get("id").because(because)?,
            balance: row.try_get("balance").because(because)?,
            opened_at: row.try_get("created_at").because(because)?,
        };
        let user: Uuid = row.try_get("user_id").because(because)?;
        books.keep(Account::Purse(UserId::new(user)), kept);
    }
    Ok(())
}

/// Lets horses, players and purses have what they gained, with every trigger in force.
async fn reward(
    transaction: &Transaction<'_>,
    played: &[Played],
    books: &Books,
    first: i64,
) -> Result<(), Trouble> {
    let because = || "could not reward the seeded shows";
    transaction
        .batch_execute("set local session_replication_role = origin")
        .await
        .because(because)?;
    for it in played {
        let Ending::Settled(_, _, lines) = &it.ending else {
            continue;
        };
        transaction
            .execute(HORSES, &[&lines.horses, &lines.horse_xp, &lines.stats])
            .await
            .because(because)?;
        transaction
            .execute(USERS, &[&lines.users, &lines.user_xp])
            .await
            .because(because)?;
    }
    let known: Vec<&Kept> = books.purses.values().filter(|it| it.id < first).collect();
    let ids: Vec<i64> = known.iter().map(|it| it.id).collect();
    let balances: Vec<i64> = known.iter().map(|it| it.balance).collect();
    transaction
        .execute(PAY, &[&ids, &balances])
        .await
        .because(because)?;
    Ok(())
}

async fn is_known(
    transaction: &Transaction<'_>,
    plan: &Plan,
    number: i64,
) -> Result<bool, Trouble> {
    let hash = calendar::commitment(plan, number);
    let found = transaction
        .query(
            "select from shows where secret_hash = $1",
            &[&hash.as_bytes().as_slice()],
        )
        .await
        .because(|| "could not look for seeded shows")?;
    Ok(!found.is_empty())
}
