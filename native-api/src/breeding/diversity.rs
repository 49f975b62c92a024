//! The diversity of a breed, computed from the pedigree of all of its horses.

use reads::Failure;
use rules::Instant;
use rules::pedigree::{GenerationInterval, Kinship, Population};
use rules::time::DAYS_PER_YEAR;
use tokio_postgres::Row;

use super::ancestry::Ancestry;
use crate::db::fault::{broken, column};
use crate::db::{Tx, Write};

/// Lists the breeds whose figures are a day old, or that have none.
#[derive(Clone, Copy, Debug)]
pub struct ListDue;

/// Computes the figures of a breed, unless another worker does.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// The breed.
    pub breed: i64,
}

const DUE: &str = "select b.id from breeds b left join breed_diversity d on d.breed_id = b.id
    where d.breed_id is null or d.computed_at <= $1::timestamptz - interval '24 hours' order by d.computed_at nulls first, b.id";

/// One worker a breed; whoever comes second finds it done.
const CLAIM: &str = "select pg_try_advisory_xact_lock(hashtext('breed diversity'), $1::bigint::integer)
      and not exists (select from breed_diversity d where d.breed_id = $1 and d.computed_at > $2::timestamptz - interval '24 hours') as is_ours";

/// The horses of the breed and all of their ancestors: those of crossbreds are of other breeds.
const PEDIGREE: &str = "with recursive line (id, sire_id, dam_id, born_at, is_of_breed) as (
    select h.id, h.sire_id, h.dam_id, h.born_at, true from horses h where h.breed_id = $1
    union
    select h.id, h.sire_id, h.dam_id, h.born_at, h.breed_id = $1
    from line join horses h on h.id in (line.sire_id, line.dam_id)
  )
  select id, sire_id, dam_id, born_at, is_of_breed from line order by id";

const KEEP: &str = "insert into breed_diversity (breed_id, computed_at, horses, founders, mean_inbreeding, mean_kinship, fe, fa, fg,
      ne, generation_interval)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    on conflict (breed_id) do update set computed_at = excluded.computed_at, horses = excluded.horses,
      founders = excluded.founders, mean_inbreeding = excluded.mean_inbreeding, mean_kinship = excluded.mean_kinship,
      fe = excluded.fe, fa = excluded.fa, fg = excluded.fg, ne = excluded.ne,
      generation_interval = excluded.generation_interval";

impl Write for ListDue {
    const NAME: &'static str = "list breeds to measure";
    type Done = Vec<i64>;

    async fn run(&self, tx: &Tx<'_>) -> Result<Vec<i64>, Failure> {
        let rows = tx.rows(DUE, &[&tx.now()]).await?;
        rows.iter().map(|row| column(row, "id")).collect()
    }
}

impl Write for Measure {
    const NAME: &'static str = "measure breed";
    type Done = ();

    async fn run(&self, tx: &Tx<'_>) -> Result<(), Failure> {
        let claim = tx.expect_one(CLAIM, &[&self.breed, &tx.now()]).await?;
        if !column(&claim, "is_ours")? {
            return Ok(());
        }
        let rows = tx.rows(PEDIGREE, &[&self.breed]).await?;
        let herd = Herd::of(&rows)?;
        // A large breed takes a while; requests are served meanwhile.
        let figures = tokio::task::spawn_blocking(move || herd.figures());
        let figures = figures.await.map_err(broken)??;
        figures.keep(tx, self.breed).await
    }
}

/// A breed with its ancestors.
struct Herd {
    ancestry: Ancestry,
    of_breed: Vec<u32>,
    births: Vec<Option<f64>>,
}

impl Herd {
    fn of(rows: &[Row]) -> Result<Self, Failure> {
        let (mut of_breed, mut births) = (Vec::new(), Vec::with_capacity(rows.len()));
        for (place, row) in (0..).zip(rows) {
            if column(row, "is_of_breed")? {
                of_breed.push(place);
            }
            births.push(Some(in_years(column(row, "born_at")?)));
        }
        Ok(Self {
            ancestry: Ancestry::of(rows)?,
            of_breed,
            births,
        })
    }

    fn figures(&self) -> Result<Figures, Failure> {
        let pedigree = self.ancestry.pedigree()?;
        let population = Population::of(&Kinship::new(&pedigree), &self.of_breed);
        Ok(Figures {
            generation_interval: GenerationInterval::of(&pedigree, &self.births).mean,
            population,
        })
    }
}

/// An instant in game-years, so that differences are ages of parents.
fn in_years(at: Instant) -> f64 {
    at.timestamp_millis() as f64 / (DAYS_PER_YEAR * 86_400_000) as f64
}

struct Figures {
    population: Population,
    generation_interval: Option<f64>,
}

impl Figures {
    async fn keep(&self, tx: &Tx<'_>, breed: i64) -> Result<(), Failure> {
        let of = &self.population;
        let horses = i32::try_from(of.animals).map_err(broken)?;
        let founders = i32::try_from(of.founders).map_err(broken)?;
        tx.expect_changed(
            1,
            KEEP,
            &[
                &breed,
                &tx.now(),
                &horses,
                &founders,
                &of.mean_inbreeding,
                &of.mean_kinship,
                &of.effective_founders,
                &of.effective_ancestors,
                &of.founder_genomes,
                &of.effective_size,
                &self.generation_interval,
            ],
        )
        .await
    }
}
