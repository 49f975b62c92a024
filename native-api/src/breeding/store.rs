//! Coverings in the database.

use reads::Failure;
use rules::Instant;
use rules::breeding;
use rules::breeding::{CoveringPermit, Mare, Mate, Stallion, check_covering};
use rules::economy::Cause;
use rules::id::{HorseId, UserId};
use rules::money::Coins;
use tokio_postgres::Row;

use super::ancestry::inbreeding_of_foal;
use crate::auth;
use crate::db::fault::column;
use crate::db::{Tx, Write};
use crate::horse::record::word;
use crate::ledger::{self, Account, Transfer};

/// Has a mare covered.
#[derive(Clone, Copy, Debug)]
pub struct Cover {
    /// Whose mare she is.
    pub player: UserId,
    /// The mare.
    pub mare: HorseId,
    /// The stallion.
    pub stallion: HorseId,
    /// The stud fee that the player agrees to.
    pub fee: Option<Coins>,
}

/// A covering as it was recorded.
#[derive(Clone, Copy, Debug)]
pub struct Covered {
    /// The pregnancy.
    pub id: i64,
    /// When the mare was covered.
    pub covered_at: Instant,
    /// What it cost and when the foal is due.
    pub covering: breeding::Covering,
    /// What is left in the purse.
    pub purse: Coins,
    /// The inbreeding coefficient F of the foal.
    pub inbreeding: f64,
}

const LOCK: &str = "select id from horses where id = any ($1) order by id for no key update";

/// Read again after the locks, so that nobody's covering or birth is missed.
const MATES: &str = "select h.id, h.user_id, h.sex, h.born_at, is_in_foal(h.id) as in_foal,
      (select max(p.ended_at) from pregnancies p where p.mare_id = h.id and p.state = 'foaled') as foaled_at,
      (select l.fee from stud_listings l where l.horse_id = h.id) as stud_fee
    from horses h where h.id = any ($1)";

const LOCK_PLAYERS: &str =
    "select id, money from users where id = any ($1) order by id for no key update";

const RECORD: &str =
    "insert into pregnancies (mare_id, stallion_id, user_id, covered_at, due_at, created_at)
    values ($1, $2, $3, $4, $5, $4) returning id";

/// Every statement of this module, for whoever looks at their plans.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("breeding: lock", LOCK),
    ("breeding: mates", MATES),
    ("breeding: lock players", LOCK_PLAYERS),
    ("breeding: record", RECORD),
];

impl Write for Cover {
    const NAME: &'static str = "cover mare";
    type Done = Covered;

    async fn run(&self, tx: &Tx<'_>) -> Result<Covered, Failure> {
        // A pedigree may be long, and it never changes: it is read before anyone has to wait for these horses and players.
        self.permit(tx).await?;
        let inbreeding = inbreeding_of_foal(tx, self.stallion, self.mare).await?;
        tx.rows(LOCK, &[&self.pair().as_slice()]).await?;
        let (permit, owner) = self.permit(tx).await?;
        let covering = permit.cover();
        let have = lock_purse(tx, self.player, owner).await?;
        let fee = covering.fee.unwrap_or(Coins::ZERO);
        let purse = have.pay(Coins::new(fee.get() + covering.registration.get()))?;
        let id = self.record(tx, covering.due_at).await?;
        ledger::post(tx, &self.payments(id, owner, &covering)).await?;
        Ok(Covered {
            id,
            covered_at: tx.now(),
            covering,
            purse,
            inbreeding,
        })
    }
}

impl Cover {
    fn pair(&self) -> [i64; 2] {
        [self.mare.get(), self.stallion.get()]
    }

    /// The right to the covering as things stand, and who owns the stallion. It is good for as long as both are locked.
    async fn permit(&self, tx: &Tx<'_>) -> Result<(CoveringPermit, UserId), Failure> {
        let rows = tx.rows(MATES, &[&self.pair().as_slice()]).await?;
        let mare = find(&rows, self.mare, "horse")?;
        let stallion = find(&rows, self.stallion, "stallion")?;
        let mare = Mare {
            horse: mate(mare)?,
            in_foal: column(mare, "in_foal")?,
            foaled_at: column(mare, "foaled_at")?,
        };
        let stallion = Stallion {
            horse: mate(stallion)?,
            stud_fee: column::<Option<i64>>(stallion, "stud_fee")?.map(Coins::new),
        };
        let permit = check_covering(self.player, &mare, &stallion, self.fee, tx.now())?;
        Ok((permit, stallion.horse.owner))
    }

    async fn record(&self, tx: &Tx<'_>, due_at: Instant) -> Result<i64, Failure> {
        let row = tx
            .expect_one(
                RECORD,
                &[
                    &self.mare.get(),
                    &self.stallion.get(),
                    &self.player.get(),
                    &tx.now(),
                    &due_at,
                ],
            )
            .await?;
        column(&row, "id")
    }

    fn payments(&self, id: i64, owner: UserId, covering: &breeding::Covering) -> [Transfer; 2] {
        let pay = |cause: Cause, to, amount| Transfer {
            key: format!("{}:{id}", cause.as_str()),
            cause,
            from: Account::Purse(self.player),
            to,
            amount,
            show: None,
            horse: Some(self.mare),
        };
        let fee = covering.fee.unwrap_or(Coins::ZERO);
        [
            pay(Cause::StudFee, Account::Purse(owner), fee),
            pay(
                Cause::CoveringRegistration,
                Account::Sink,
                covering.registration,
            ),
        ]
    }
}

fn find<'a>(rows: &'a [Row], horse: HorseId, what: &'static str) -> Result<&'a Row, Failure> {
    let is_it = |row: &&Row| column::<i64>(row, "id").is_ok_and(|id| id == horse.get());
    rows.iter().find(is_it).ok_or(Failure::Missing { what })
}

fn mate(row: &Row) -> Result<Mate, Failure> {
    Ok(Mate {
        id: HorseId::new(column(row, "id")?),
        owner: UserId::new(column(row, "user_id")?),
        sex: word(row, "sex")?,
        born_at: column(row, "born_at")?,
    })
}

/// Locks both players in the order of their ids, for coins go from one to the other, and says what the first one's purse
/// holds.
async fn lock_purse(tx: &Tx<'_>, player: UserId, other: UserId) -> Result<Coins, Failure> {
    let ids = [player.get(), other.get()];
    for row in tx.rows(LOCK_PLAYERS, &[&ids.as_slice()]).await? {
        if column::<uuid::Uuid>(&row, "id")? == player.get() {
            return Ok(Coins::new(column(&row, "money")?));
        }
    }
    Err(auth::unsigned())
}
