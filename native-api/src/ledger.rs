//! Coins: the one way by which they move.

use reads::Failure;
use rules::Refusal;
use rules::id::{HorseId, ShowId, UserId};
use rules::money::Coins;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::auth;
use crate::db::{Tx, fault};

pub use rules::economy::Cause;

/// A place where coins lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// A player's purse.
    Purse(UserId),
    /// What a show holds until it has ended: its prize and the fees.
    Escrow(ShowId),
    /// Where coins come from.
    Treasury,
    /// Where coins go for good.
    Sink,
}

/// Coins on their way from one account to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// What it is for, said once: the same key never pays twice. For example `entry_fee:17`, where 17 is the entry.
    pub key: String,
    /// Why.
    pub cause: Cause,
    /// Where the coins are taken.
    pub from: Account,
    /// Where they are put.
    pub to: Account,
    /// How many, at least one; a transfer of nothing is left out by [`post`].
    pub amount: Coins,
    /// The show that it is about.
    pub show: Option<ShowId>,
    /// The horse that it is about.
    pub horse: Option<HorseId>,
}

/// Purses' owners are locked before any account, in the order of their ids; `ledger_post` then locks the accounts in
/// theirs. The trigger that copies a purse's balance to its owner therefore never waits.
const POST: &str = "with moves as materialized (
    select m.ord, m.key, m.cause, case m.source when 'treasury' then treasury() when 'sink' then sink()
        when 'purse' then purse_of(m.source_user) else escrow_of(m.source_show) end as source,
      case m.target when 'treasury' then treasury() when 'sink' then sink()
        when 'purse' then purse_of(m.target_user) else escrow_of(m.target_show) end as target, m.amount, m.show_id, m.horse_id
    from unnest($3::text[], $4::text[], $5::text[], $6::uuid[], $7::bigint[], $8::text[], $9::uuid[], $10::bigint[],
      $11::bigint[], $12::bigint[], $13::bigint[]) with ordinality
      m (key, cause, source, source_user, source_show, target, target_user, target_show, amount, show_id, horse_id, ord)
  ), holders as materialized (
    select u.id from users u where u.id = any ($6::uuid[] || $9::uuid[]) order by u.id for no key update
  )
  select ledger_post($1, $2, m.keys, m.causes, m.sources, m.targets, m.amounts, m.shows, m.horses)
  from (select count(*) as locked from holders) h,
    (select array_agg(key order by ord) as keys, array_agg(cause order by ord) as causes,
       array_agg(source order by ord) as sources, array_agg(target order by ord) as targets,
       array_agg(amount order by ord) as amounts, array_agg(show_id order by ord) as shows,
       array_agg(horse_id order by ord) as horses from moves) m
  where h.locked >= 0";

const PURSE: &str = "select money from users where id = $1 for no key update";

const SEEN: &str = "select money from users where id = $1";

/// Every statement of this module, for whoever looks at their plans.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("ledger: post", POST),
    ("ledger: purse", PURSE),
    ("ledger: seen", SEEN),
];

/// Moves the coins of all the transfers, in their order, in one statement; transfers of nothing are left out.
///
/// Locks the players whose purses are touched and then the accounts, each in the order of their ids. Rows of shows and
/// horses must be locked before.
///
/// # Errors
/// When a purse or an escrow would fall below zero, or a key has paid before: commands check both before, under a lock,
/// so this is what stands behind them.
pub async fn post(tx: &Tx<'_>, transfers: &[Transfer]) -> Result<(), Failure> {
    let batch = Batch::of(transfers);
    if batch.keys.is_empty() {
        return Ok(());
    }
    let by = tx.actor().map(UserId::get);
    tx.expect_one(
        POST,
        &[
            &tx.now(),
            &by,
            &batch.keys,
            &batch.causes,
            &batch.sources.kinds,
            &batch.sources.users,
            &batch.sources.shows,
            &batch.targets.kinds,
            &batch.targets.users,
            &batch.targets.shows,
            &batch.amounts,
            &batch.shows,
            &batch.horses,
        ],
    )
    .await
    .map(drop)
}

/// What a player's purse holds; the player's row is locked until the end of the transaction.
///
/// # Errors
/// Unsigned, when there is no such player any more.
pub async fn purse(tx: &Tx<'_>, user: UserId) -> Result<Coins, Failure> {
    held(tx.find(PURSE, &[&user.get()]).await?)
}

/// What a player's purse holds now. It may be spent before the transaction ends: the database does not let it be overdrawn.
///
/// # Errors
/// Unsigned, when there is no such player any more.
pub async fn seen_purse(tx: &Tx<'_>, user: UserId) -> Result<Coins, Failure> {
    held(tx.find(SEEN, &[&user.get()]).await?)
}

fn held(row: Option<Row>) -> Result<Coins, Failure> {
    let row = row.ok_or_else(auth::unsigned)?;
    Ok(Coins::new(fault::column(&row, "money")?))
}

/// Locks a player's purse and makes sure that it holds a price.
///
/// # Errors
/// [`Refusal::NotEnoughCoins`] with what is needed and what is there.
pub async fn afford(tx: &Tx<'_>, user: UserId, price: Coins) -> Result<(), Failure> {
    let have = purse(tx, user).await?;
    if have < price {
        return Err(Refusal::NotEnoughCoins { need: price, have }.into());
    }
    Ok(())
}

#[derive(Default)]
struct Batch {
    keys: Vec<String>,
    causes: Vec<&'static str>,
    sources: Places,
    targets: Places,
    amounts: Vec<i64>,
    shows: Vec<Option<i64>>,
    horses: Vec<Option<i64>>,
}

impl Batch {
    fn of(transfers: &[Transfer]) -> Self {
        let mut batch = Self::default();
        for transfer in transfers
            .iter()
            .filter(|transfer| transfer.amount != Coins::ZERO)
        {
            batch.keys.push(transfer.key.clone());
            batch.causes.push(transfer.cause.as_str());
            batch.sources.push(transfer.from);
            batch.targets.push(transfer.to);
            batch.amounts.push(transfer.amount.get());
            batch.shows.push(transfer.show.map(ShowId::get));
            batch.horses.push(transfer.horse.map(HorseId::get));
        }
        batch
    }
}

#[derive(Default)]
struct Places {
    kinds: Vec<&'static str>,
    users: Vec<Option<Uuid>>,
    shows: Vec<Option<i64>>,
}

impl Places {
    fn push(&mut self, account: Account) {
        let (kind, user, show) = match account {
            Account::Purse(user) => ("purse", Some(user.get()), None),
            Account::Escrow(show) => ("escrow", None, Some(show.get())),
            Account::Treasury => ("treasury", None, None),
            Account::Sink => ("sink", None, None),
        };
        self.kinds.push(kind);
        self.users.push(user);
        self.shows.push(show);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transfer_of_nothing_is_left_out_of_the_batch() {
        let fee = Transfer {
            key: "entry_fee:17".to_owned(),
            cause: Cause::EntryFee,
            from: Account::Purse(UserId::new(Uuid::nil())),
            to: Account::Escrow(ShowId::new(3)),
            amount: Coins::new(25),
            show: Some(ShowId::new(3)),
            horse: None,
        };
        let free = Transfer {
            amount: Coins::ZERO,
            ..fee.clone()
        };
        let batch = Batch::of(&[free, fee]);
        assert_eq!(batch.keys, ["entry_fee:17"]);
        assert_eq!(batch.sources.kinds, ["purse"]);
        assert_eq!(batch.sources.users, [Some(Uuid::nil())]);
        assert_eq!(batch.targets.kinds, ["escrow"]);
        assert_eq!(batch.targets.shows, [Some(3)]);
    }
}
