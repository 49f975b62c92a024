//! The seeded ledger: every transfer with its two postings, each of which continues the balance of its account.

use std::collections::HashMap;

use rules::Instant;
use rules::id::{ShowId, UserId};
use rules::money::Coins;
use tokio_postgres::Transaction;
use uuid::Uuid;

use super::copy::{Writer, next_id};
use crate::ledger::{Account, Transfer};
use crate::trouble::{Because, Trouble};

/// A transfer, with when it was made and by whom; nobody is the game itself.
#[derive(Clone, Debug)]
pub(super) struct Moved {
    /// When.
    pub at: Instant,
    /// Who caused it.
    pub by: Option<UserId>,
    /// What is moved.
    pub transfer: Transfer,
}

impl Moved {
    /// A transfer made at an instant.
    pub(super) const fn of(at: Instant, by: Option<UserId>, transfer: Transfer) -> Self {
        Self { at, by, transfer }
    }
}

/// An account that keeps a balance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    /// Its id.
    pub id: i64,
    /// What it holds.
    pub balance: i64,
    /// When it was opened.
    pub opened_at: Instant,
}

impl Kept {
    const fn empty(id: i64, opened_at: Instant) -> Self {
        Self {
            id,
            balance: 0,
            opened_at,
        }
    }
}

/// The accounts that coins are moved between.
#[derive(Clone, Debug)]
pub(super) struct Books {
    treasury: i64,
    sink: i64,
    next: i64,
    /// By the player.
    pub purses: HashMap<Uuid, Kept>,
    /// By the show.
    pub escrows: HashMap<i64, Kept>,
}

/// One side of a transfer.
struct Leg {
    account: i64,
    amount: i64,
    balance: Option<i64>,
}

impl Books {
    /// The books of a database, without any purse or escrow.
    pub(super) async fn open(transaction: &Transaction<'_>) -> Result<Self, Trouble> {
        let because = || "could not find the treasury";
        let row = transaction
            .query_one("select treasury() as treasury, sink() as sink", &[])
            .await
            .because(because)?;
        Ok(Self {
            treasury: row.try_get("treasury").because(because)?,
            sink: row.try_get("sink").because(because)?,
            next: next_id(transaction, "accounts").await?,
            purses: HashMap::new(),
            escrows: HashMap::new(),
        })
    }

    /// Opens a purse with nothing in it.
    pub(super) fn open_purse(&mut self, of: Uuid, opened_at: Instant) {
        let id = self.draw();
        self.purses.insert(of, Kept::empty(id, opened_at));
    }

    /// Opens an escrow with nothing in it.
    pub(super) fn open_escrow(&mut self, of: ShowId, opened_at: Instant) {
        let id = self.draw();
        self.escrows.insert(of.get(), Kept::empty(id, opened_at));
    }

    /// Continues an account that is there already.
    pub(super) fn keep(&mut self, account: Account, kept: Kept) {
        match account {
            Account::Purse(user) => drop(self.purses.insert(user.get(), kept)),
            Account::Escrow(show) => drop(self.escrows.insert(show.get(), kept)),
            Account::Treasury | Account::Sink => {}
        }
    }

    fn draw(&mut self) -> i64 {
        self.next += 1;
        self.next - 1
    }

    fn post(&mut self, transfer: &Transfer) -> Result<[Leg; 2], Trouble> {
        let amount = transfer.amount.get();
        Ok([
            self.leg(transfer.from, -amount)?,
            self.leg(transfer.to, amount)?,
        ])
    }

    fn leg(&mut self, account: Account, amount: i64) -> Result<Leg, Trouble> {
        let unbounded = |account| Leg {
            account,
            amount,
            balance: None,
        };
        let kept = match account {
            Account::Treasury => return Ok(unbounded(self.treasury)),
            Account::Sink => return Ok(unbounded(self.sink)),
            Account::Purse(user) => self.purses.get_mut(&user.get()),
            Account::Escrow(show) => self.escrows.get_mut(&show.get()),
        };
        let missing = || Trouble::new("coins were to be seeded into an account that is not there");
        let kept = kept.ok_or_else(missing)?;
        kept.balance += amount;
        Ok(Leg {
            account: kept.id,
            amount,
            balance: Some(kept.balance),
        })
    }

    /// Writes the accounts that were opened in these books, with what they hold now.
    pub(super) async fn write_accounts(
        &self,
        writer: &mut Writer<'_>,
        first: i64,
    ) -> Result<(), Trouble> {
        let purses = self
            .purses
            .iter()
            .map(|(user, kept)| (kept, Some(*user), None));
        let escrows = self
            .escrows
            .iter()
            .map(|(show, kept)| (kept, None, Some(*show)));
        let mut opened: Vec<_> = purses
            .chain(escrows)
            .filter(|it| it.0.id >= first)
            .collect();
        opened.sort_unstable_by_key(|it| it.0.id);
        let mut copy = writer
            .open(
                "accounts",
                "id, kind, user_id, show_id, balance, created_at",
            )
            .await?;
        for (kept, user, show) in opened {
            let kind = if user.is_some() { "purse" } else { "escrow" };
            copy.row(&[
                &kept.id,
                &kind,
                &user,
                &show,
                &kept.balance,
                &kept.opened_at,
            ])
            .await?;
        }
        writer.close(copy).await
    }

    /// The id of the next account.
    pub(super) const fn next(&self) -> i64 {
        self.next
    }
}

/// Writes transfers in the order given, and their postings; transfers of nothing are left out.
pub(super) async fn write<I: Iterator<Item = Moved>>(
    writer: &mut Writer<'_>,
    books: &mut Books,
    moved: impl Fn() -> I,
) -> Result<(), Trouble> {
    let some = || moved().filter(|it| it.transfer.amount > Coins::ZERO);
    let first = next_id(writer.transaction, "transfers").await?;
    let mut copy = writer
        .open(
            "transfers",
            "id, key, cause, user_id, show_id, horse_id, at, created_at",
        )
        .await?;
    for (id, Moved { at, by, transfer }) in (first..).zip(some()) {
        let (by, show) = (by.map(UserId::get), transfer.show.map(ShowId::get));
        let horse = transfer.horse.map(rules::id::HorseId::get);
        let cause = transfer.cause.as_str();
        copy.row(&[&id, &transfer.key, &cause, &by, &show, &horse, &at, &at])
            .await?;
    }
    writer.close(copy).await?;
    let mut id = next_id(writer.transaction, "postings").await?;
    let mut copy = writer
        .open(
            "postings",
            "id, transfer_id, account_id, amount, balance_after",
        )
        .await?;
    for (transfer, moved) in (first..).zip(some()) {
        for leg in books.post(&moved.transfer)? {
            copy.row(&[&id, &transfer, &leg.account, &leg.amount, &leg.balance])
                .await?;
            id += 1;
        }
    }
    writer.close(copy).await
}
