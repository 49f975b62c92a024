//! Pedigrees, read by one statement each.

use std::collections::HashMap;

use reads::Failure;
use rules::id::HorseId;
use rules::pedigree::{Kinship, Parents, Pedigree};
use tokio_postgres::Row;

use crate::db::Tx;
use crate::db::fault::{broken, column};

/// Both parents and all of their ancestors, each once.
const OF_PAIR: &str = "with recursive line (id, sire_id, dam_id) as (
    select h.id, h.sire_id, h.dam_id from horses h where h.id = any ($1)
    union
    select h.id, h.sire_id, h.dam_id from line join horses h on h.id in (line.sire_id, line.dam_id)
  )
  select id, sire_id, dam_id from line order by id";

/// Horses and their ancestors, with the place of each in the engine's table.
pub(crate) struct Ancestry {
    /// The parents of every horse, by place.
    pub table: Vec<Parents>,
    places: HashMap<i64, u32>,
}

impl Ancestry {
    /// Reads `id`, `sire_id` and `dam_id`; a parent that has no row counts as unknown.
    ///
    /// # Errors
    /// A fault of ours, when there are more rows than a pedigree holds.
    pub fn of(rows: &[Row]) -> Result<Self, Failure> {
        let mut places = HashMap::with_capacity(rows.len());
        for (place, row) in rows.iter().enumerate() {
            places.insert(column(row, "id")?, u32::try_from(place).map_err(broken)?);
        }
        let place = |id: Option<i64>| id.and_then(|id| places.get(&id).copied());
        let mut table = Vec::with_capacity(rows.len());
        for row in rows {
            table.push(Parents {
                sire: place(column(row, "sire_id")?),
                dam: place(column(row, "dam_id")?),
            });
        }
        Ok(Self { table, places })
    }

    /// The pedigree itself.
    ///
    /// # Errors
    /// A fault of ours, for the database lets no horse be its own ancestor.
    pub fn pedigree(&self) -> Result<Pedigree, Failure> {
        Pedigree::new(&self.table).map_err(broken)
    }

    fn place(&self, horse: HorseId) -> Result<u32, Failure> {
        let place = self.places.get(&horse.get()).copied();
        place.ok_or_else(|| broken(format!("horse {horse} is not in her own pedigree")))
    }
}

/// The inbreeding coefficient F of a foal of the two: their kinship, over all ancestors that are known.
///
/// # Errors
/// What the database says.
pub(crate) async fn inbreeding_of_foal(
    tx: &Tx<'_>,
    sire: HorseId,
    dam: HorseId,
) -> Result<f64, Failure> {
    let rows = tx
        .rows(OF_PAIR, &[&[sire.get(), dam.get()].as_slice()])
        .await?;
    let ancestry = Ancestry::of(&rows)?;
    let (sire, dam) = (ancestry.place(sire)?, ancestry.place(dam)?);
    let pedigree = ancestry.pedigree()?;
    Ok(Kinship::new(&pedigree).between(sire, dam))
}
