//! Coverings in the database.

use reads::Failure;
use rules::Instant;
use rules::breeding;
use rules::breeding::{CoveringPermit, Mare, Mate, Stallion, check_covering};
use rules::id::{HorseId, UserId};
use rules::money::Coins;
use tokio_postgres::Row;

use super::ancestry::inbreeding_of_foal;
use crate::db::fault::column;
use crate::db::{Kept, Tx, Write};
use crate::horse::record::word;
use crate::ledger;

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

/// A covering as it is recorded. Its number and the purse, the last statement tells.
#[derive(Clone, Copy, Debug)]
pub struct Covered {
    /// When the mare was covered.
    pub covered_at: Instant,
    /// What it cost and when the foal is due.
    pub covering: breeding::Covering,
    /// The inbreeding coefficient F of the foal.
    pub inbreeding: f64,
}

const MATES: &str = "select h.id, h.user_id, h.sex, h.born_at, is_in_foal(h.id) as in_foal,
      (select max(p.ended_at) from pregnancies p where p.mare_id = h.id and p.state = 'foaled') as foaled_at,
      (select l.fee from stud_listings l where l.horse_id = h.id) as stud_fee
    from horses h where h.id = any ($1)";

/// Locks the pair, so that nobody's covering, birth or offer comes between.
const COVER: &str = "select set_config('equoria.told', row_to_json(made)::text, true) as told
    from cover_mare($1, $2, $3, $4, $5, $6, $7) made";

/// Every statement of this module that is more than the call of a function, for whoever looks at their plans.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[("breeding: mates", MATES)];

impl Write for Cover {
    const NAME: &'static str = "cover mare";
    type Done = Covered;

    async fn run(&self, tx: &Tx<'_>) -> Result<Covered, Failure> {
        let covering = self.permit(tx).await?.cover();
        let inbreeding = inbreeding_of_foal(tx, self.stallion, self.mare).await?;
        let have = ledger::seen_purse(tx, self.player).await?;
        let fee = covering.fee.unwrap_or(Coins::ZERO);
        have.pay(Coins::new(fee.get() + covering.registration.get()))?;
        let params: Vec<Kept> = vec![
            Box::new(self.mare.get()),
            Box::new(self.stallion.get()),
            Box::new(self.player.get()),
            Box::new(fee.get()),
            Box::new(covering.registration.get()),
            Box::new(tx.now()),
            Box::new(covering.due_at),
        ];
        tx.leave(COVER, params)?;
        Ok(Covered {
            covered_at: tx.now(),
            covering,
            inbreeding,
        })
    }
}

impl Cover {
    fn pair(&self) -> [i64; 2] {
        [self.mare.get(), self.stallion.get()]
    }

    /// The right to the covering as things stand. The last statement finds out whether they still do.
    async fn permit(&self, tx: &Tx<'_>) -> Result<CoveringPermit, Failure> {
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
        Ok(permit)
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
