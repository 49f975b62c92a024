//! The diversity of a breed, computed from the pedigree of all of its horses: read in one transaction, kept in another, and
//! nothing is open while it is computed.

use reads::Failure;
use rules::Instant;
use rules::breed::CROSSBRED;
use rules::pedigree::{GenerationInterval, Kinship, Population, Register};
use rules::time::DAYS_PER_YEAR;
use tokio_postgres::Row;

use super::ancestry::register;
use crate::db::fault::{broken, column};
use crate::db::{By, Db, Tx, Write};

/// Lists the breeds whose figures are a day old, or that have none.
#[derive(Clone, Copy, Debug)]
pub struct ListDue;

/// Reads the horses of a breed and their ancestors, unless its figures are not a day old.
#[derive(Clone, Copy, Debug)]
struct ReadHerd {
    breed: i64,
}

/// Keeps the figures of a breed, unless newer ones are there.
#[derive(Debug)]
struct Keep {
    breed: i64,
    read_at: Instant,
    figures: Figures,
}

/// In an order of each worker's own, so that two of them seldom compute the same breed; what one has done the other finds done.
const DUE: &str = "select b.id from breeds b left join breed_diversity d on d.breed_id = b.id
    where d.breed_id is null or d.computed_at <= $1::timestamptz - interval '24 hours' order by random()";

const OF_DUE: &str = "select b.name from breeds b left join breed_diversity d on d.breed_id = b.id
    where b.id = $1 and (d.breed_id is null or d.computed_at <= $2::timestamptz - interval '24 hours')";

/// Who is of a breed has all of its ancestors in it.
const PUREBREDS: &str = "select h.id, h.sire_id, h.dam_id, h.born_at, true as is_of_breed from horses h where h.breed_id = $1
    order by h.id";

/// The crossbreds and all of their ancestors, most of whom are of other breeds.
const CROSSBREDS: &str = "with recursive line (id, sire_id, dam_id, born_at, is_of_breed) as (
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
      generation_interval = excluded.generation_interval
    where breed_diversity.computed_at < excluded.computed_at";

impl Write for ListDue {
    const NAME: &'static str = "list breeds to measure";
    type Done = Vec<i64>;

    async fn run(&self, tx: &Tx<'_>) -> Result<Vec<i64>, Failure> {
        let rows = tx.rows(DUE, &[&tx.now()]).await?;
        rows.iter().map(|row| column(row, "id")).collect()
    }
}

/// Computes the figures of a breed, unless another worker has. Two that do it at once do no harm: the later reading stays.
///
/// # Errors
/// What the database says.
pub async fn measure(db: &Db, by: By<'_>, breed: i64) -> Result<(), Failure> {
    let Some((read_at, rows)) = db.write(by, &ReadHerd { breed }).await? else {
        return Ok(());
    };
    // A large breed takes a while; requests are served meanwhile.
    let figures = tokio::task::spawn_blocking(move || Herd::of(&rows).map(|herd| herd.figures()));
    let figures = figures.await.map_err(broken)??;
    let keep = Keep {
        breed,
        read_at,
        figures,
    };
    db.write(by, &keep).await
}

impl Write for ReadHerd {
    const NAME: &'static str = "read breed to measure";
    type Done = Option<(Instant, Vec<Row>)>;

    async fn run(&self, tx: &Tx<'_>) -> Result<Self::Done, Failure> {
        let Some(due) = tx.find(OF_DUE, &[&self.breed, &tx.now()]).await? else {
            return Ok(None);
        };
        let name: String = column(&due, "name")?;
        let sql = if name == CROSSBRED.name {
            CROSSBREDS
        } else {
            PUREBREDS
        };
        let rows = tx.rows(sql, &[&self.breed]).await?;
        Ok(Some((tx.now(), rows)))
    }
}

/// A breed with its ancestors.
struct Herd {
    register: Register,
    of_breed: Vec<u32>,
    births: Vec<Option<f64>>,
}

impl Herd {
    fn of(rows: &[Row]) -> Result<Self, Failure> {
        let register = register(rows)?;
        let (mut of_breed, mut births) = (Vec::new(), vec![None; register.pedigree().len()]);
        for row in rows {
            let Some(place) = register.place(column(row, "id")?) else {
                continue;
            };
            if column(row, "is_of_breed")? {
                of_breed.push(place);
            }
            births[place as usize] = Some(in_years(column(row, "born_at")?));
        }
        Ok(Self {
            register,
            of_breed,
            births,
        })
    }

    fn figures(&self) -> Figures {
        let pedigree = self.register.pedigree();
        Figures {
            generation_interval: GenerationInterval::of(pedigree, &self.births).mean,
            population: Population::of(&Kinship::new(pedigree), &self.of_breed),
        }
    }
}

/// An instant in game-years, so that differences are ages of parents.
fn in_years(at: Instant) -> f64 {
    at.timestamp_millis() as f64 / (DAYS_PER_YEAR * 86_400_000) as f64
}

#[derive(Debug)]
struct Figures {
    population: Population,
    generation_interval: Option<f64>,
}

impl Write for Keep {
    const NAME: &'static str = "keep breed's diversity";
    type Done = ();

    async fn run(&self, tx: &Tx<'_>) -> Result<(), Failure> {
        let of = &self.figures.population;
        let horses = i32::try_from(of.animals).map_err(broken)?;
        let founders = i32::try_from(of.founders).map_err(broken)?;
        tx.execute(
            KEEP,
            &[
                &self.breed,
                &self.read_at,
                &horses,
                &founders,
                &of.mean_inbreeding,
                &of.mean_kinship,
                &of.effective_founders,
                &of.effective_ancestors,
                &of.founder_genomes,
                &of.effective_size,
                &self.figures.generation_interval,
            ],
        )
        .await?;
        Ok(())
    }
}
