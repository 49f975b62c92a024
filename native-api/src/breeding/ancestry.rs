//! Pedigrees, read by one statement each.

use reads::Failure;
use rules::id::HorseId;
use rules::pedigree::{Kinship, Register};
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

/// Every statement of this module, for whoever looks at their plans.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[("breeding ancestry: of pair", OF_PAIR)];

/// The register of rows with `id`, `sire_id` and `dam_id`.
///
/// # Errors
/// A fault of ours, for the database lets no horse be its own ancestor.
pub(crate) fn register(rows: &[Row]) -> Result<Register, Failure> {
    let (mut ids, mut sires, mut dams) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        ids.push(column(row, "id")?);
        sires.push(column::<Option<i64>>(row, "sire_id")?.unwrap_or(0));
        dams.push(column::<Option<i64>>(row, "dam_id")?.unwrap_or(0));
    }
    Register::new(&ids, &sires, &dams).map_err(broken)
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
    let register = register(&rows)?;
    let place = |horse: HorseId| {
        let place = register.place(horse.get());
        place.ok_or_else(|| broken(format!("horse {horse} is not in her own pedigree")))
    };
    let (sire, dam) = (place(sire)?, place(dam)?);
    Ok(Kinship::new(register.pedigree()).between(sire, dam))
}
