//! Entries in the database: entering and withdrawing.

use reads::Failure;
use rules::Instant;
use rules::competition::entry::{Rider, Snapshot, check, check_withdraw};
use rules::competition::show::Show;
use rules::economy::Cause;
use rules::id::{EntryId, HorseId, ShowId, UserId};
use rules::money::Coins;
use tokio_postgres::types::Json;

use super::record::lock;
use super::store::refund_of;
use crate::db::fault::column;
use crate::db::{Tx, Write};
use crate::horse::record::{Horse, horse_columns};
use crate::ledger::{self, Account, Transfer};

/// Enters a horse in a show.
#[derive(Clone, Copy, Debug)]
pub struct Enter {
    /// Who enters her.
    pub player: UserId,
    /// The show.
    pub show: ShowId,
    /// The horse.
    pub horse: HorseId,
}

/// An entry as it was recorded.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The entry.
    pub id: EntryId,
    /// When it was made.
    pub entered_at: Instant,
    /// The fee that lies in the show's escrow now.
    pub fee: Coins,
    /// What is left in the purse.
    pub purse: Coins,
    /// How many entries the show has now.
    pub entries: i64,
}

/// Withdraws a horse from a show.
#[derive(Clone, Copy, Debug)]
pub struct Withdraw {
    /// Who withdraws her.
    pub player: UserId,
    /// The show.
    pub show: ShowId,
    /// The horse.
    pub horse: HorseId,
}

/// What a withdrawal gave back.
#[derive(Clone, Copy, Debug)]
pub struct Withdrawn {
    /// The fee that went back.
    pub refund: Coins,
    /// What is in the purse now.
    pub purse: Coins,
}

/// Read after the show is locked, so that no other entry of it comes between.
const CONTENDER: &str = concat!(
    "select ",
    horse_columns!(),
    ", exists (select from show_entries e where e.show_id = $2 and e.horse_id = h.id) as is_entered,
    (select count(*) from show_entries e where e.show_id = $2) as entries
    from horses h where h.id = $1 for no key update"
);

const INSERT: &str = "insert into show_entries (show_id, horse_id, user_id, snapshot, entered_at)
    values ($1, $2, $3, $4, $5) returning id";

const STANDING: &str = "select h.user_id, e.id as entry_id, e.user_id as payer from horses h
    left join show_entries e on e.horse_id = h.id and e.show_id = $2 where h.id = $1";

const DELETE: &str = "delete from show_entries where id = $1";

/// Every statement of this module, for whoever looks at their plans.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("competition entry: contender", CONTENDER),
    ("competition entry: insert", INSERT),
    ("competition entry: standing", STANDING),
    ("competition entry: delete", DELETE),
];

impl Write for Enter {
    const NAME: &'static str = "enter show";
    type Done = Entry;

    async fn run(&self, tx: &Tx<'_>) -> Result<Entry, Failure> {
        let show = lock(tx, self.show).await?.show;
        let row = tx
            .find(CONTENDER, &[&self.horse.get(), &self.show.get()])
            .await?;
        let row = row.ok_or(Failure::Missing { what: "horse" })?;
        let horse = Horse::of(&row)?;
        let entries: i64 = column(&row, "entries")?;
        let rider = Rider {
            user: self.player,
            purse: ledger::purse(tx, self.player).await?,
            already_entered: column(&row, "is_entered")?,
        };
        let permit = check(
            &show,
            horse.contender(show.facts.discipline),
            rider,
            tx.now(),
        )?;
        show.check_room(usize::try_from(entries).unwrap_or(usize::MAX))?;
        let entering = permit.enter();
        let id = self.record(tx, &entering.snapshot).await?;
        let fee = fee_of(&show, id, self.player, self.horse);
        ledger::post(tx, &[fee]).await?;
        Ok(Entry {
            id,
            entered_at: tx.now(),
            fee: entering.fee,
            purse: rider.purse.pay(entering.fee)?,
            entries: entries + 1,
        })
    }
}

impl Enter {
    async fn record(&self, tx: &Tx<'_>, snapshot: &Snapshot) -> Result<EntryId, Failure> {
        let row = tx
            .expect_one(
                INSERT,
                &[
                    &self.show.get(),
                    &self.horse.get(),
                    &self.player.get(),
                    &Json(snapshot),
                    &tx.now(),
                ],
            )
            .await?;
        column(&row, "id").map(EntryId::new)
    }
}

/// The fee of an entry. The database finds the payment by its key.
pub(crate) fn fee_of(show: &Show, entry: EntryId, payer: UserId, horse: HorseId) -> Transfer {
    let id = show.facts.id;
    Transfer {
        key: format!("entry_fee:{entry}"),
        cause: Cause::EntryFee,
        from: Account::Purse(payer),
        to: Account::Escrow(id),
        amount: show.facts.entry_fee,
        show: Some(id),
        horse: Some(horse),
    }
}

impl Write for Withdraw {
    const NAME: &'static str = "withdraw entry";
    type Done = Withdrawn;

    async fn run(&self, tx: &Tx<'_>) -> Result<Withdrawn, Failure> {
        let show = lock(tx, self.show).await?.show;
        let row = tx
            .find(STANDING, &[&self.horse.get(), &self.show.get()])
            .await?;
        let row = row.ok_or(Failure::Missing { what: "horse" })?;
        let owner = UserId::new(column(&row, "user_id")?);
        let entry: Option<i64> = column(&row, "entry_id")?;
        let withdrawal = check_withdraw(&show, owner, self.player, entry.is_some(), tx.now())?;
        let payer = UserId::new(column(&row, "payer")?);
        tx.expect_changed(1, DELETE, &[&entry]).await?;
        let refund = refund_of(&show, entry.unwrap_or_default(), payer, self.horse);
        ledger::post(tx, &[refund]).await?;
        Ok(Withdrawn {
            refund: withdrawal.refund,
            purse: ledger::purse(tx, self.player).await?,
        })
    }
}
