//! Entries in the database: entering and withdrawing.

use reads::Failure;
use rules::Instant;
use rules::competition::entry::{Entering, Rider, Snapshot, check, check_withdraw};
use rules::competition::show::Show;
use rules::economy::Cause;
use rules::id::{EntryId, HorseId, ShowId, UserId};
use rules::money::Coins;
use tokio_postgres::types::Json;

use super::record::seen;
use crate::db::fault::column;
use crate::db::{Kept, Params, Tx, Write};
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

/// An entry as it is recorded. Its number, the purse and how many there are, the last statement tells.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// When it was made.
    pub entered_at: Instant,
    /// The fee that lies in the show's escrow now.
    pub fee: Coins,
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

/// What is looked at before the show is locked: its last statement tells the rest.
const CONTENDER: &str = concat!(
    "select ",
    horse_columns!(),
    ", exists (select from show_entries e where e.show_id = $2 and e.horse_id = h.id) as is_entered,
    (select count(*) from show_entries e where e.show_id = $2) as entries
    from horses h where h.id = $1"
);

const ENTER: &str = "select set_config('equoria.told', row_to_json(made)::text, true) as told
    from enter_show($1, $2, $3, $4, $5, $6) made";

const STANDING: &str = "select h.user_id, exists (select from show_entries e where e.show_id = $2 and e.horse_id = h.id) as is_entered
    from horses h where h.id = $1";

const WITHDRAW: &str = "select set_config('equoria.told', row_to_json(gone)::text, true) as told
    from withdraw_entry($1, $2, $3, $4) gone";

/// Every statement of this module that is more than the call of a function, for whoever looks at their plans.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("competition entry: contender", CONTENDER),
    ("competition entry: standing", STANDING),
];

impl Write for Enter {
    const NAME: &'static str = "enter show";
    type Done = Entry;

    async fn run(&self, tx: &Tx<'_>) -> Result<Entry, Failure> {
        let ids: &Params<'_> = &[&self.horse.get(), &self.show.get()];
        // One round trip: all are on their way before the first is answered.
        let (show, row, purse) = tokio::join!(
            seen(tx, self.show),
            tx.find(CONTENDER, ids),
            ledger::seen_purse(tx, self.player)
        );
        let show = show?.show;
        let row = row?.ok_or(Failure::Missing { what: "horse" })?;
        let horse = Horse::of(&row)?;
        let rider = Rider {
            user: self.player,
            purse: purse?,
            already_entered: column(&row, "is_entered")?,
        };
        let contender = horse.contender(show.facts.discipline);
        let permit = check(&show, contender, rider, tx.now())?;
        let entries: i64 = column(&row, "entries")?;
        show.check_room(usize::try_from(entries).unwrap_or(usize::MAX))?;
        let Entering { fee, snapshot } = permit.enter();
        self.leave(tx, horse.version, snapshot)?;
        let entered_at = tx.now();
        Ok(Entry { entered_at, fee })
    }
}

impl Enter {
    /// Entered she is as she was seen, or not at all.
    fn leave(&self, tx: &Tx<'_>, version: i64, snapshot: Snapshot) -> Result<(), Failure> {
        let params: Vec<Kept> = vec![
            Box::new(self.show.get()),
            Box::new(self.horse.get()),
            Box::new(version),
            Box::new(self.player.get()),
            Box::new(Json(snapshot)),
            Box::new(tx.now()),
        ];
        tx.leave(ENTER, params)
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
    type Done = ();

    async fn run(&self, tx: &Tx<'_>) -> Result<(), Failure> {
        let ids: &Params<'_> = &[&self.horse.get(), &self.show.get()];
        let (show, row) = tokio::join!(seen(tx, self.show), tx.find(STANDING, ids));
        let show = show?.show;
        let row = row?.ok_or(Failure::Missing { what: "horse" })?;
        let owner = UserId::new(column(&row, "user_id")?);
        let is_entered = column(&row, "is_entered")?;
        check_withdraw(&show, owner, self.player, is_entered, tx.now())?;
        let params: Vec<Kept> = vec![
            Box::new(self.show.get()),
            Box::new(self.horse.get()),
            Box::new(self.player.get()),
            Box::new(tx.now()),
        ];
        tx.leave(WITHDRAW, params)
    }
}
