//! What a horse inherited, read from its row; and given to horses that were there before the game knew genomes.

use reads::Failure;
use rules::dice::{Dice, Purpose};
use rules::genetics::Genome;
use rules::genetics::coat::Coat;
use rules::heredity::{BreedingValues, Inheritance};
use rules::horse::{Sex, endow};
use rules::id::HorseId;
use tokio_postgres::Row;
use tokio_postgres::types::Json;

use super::breed::Breed;
use super::record::{Horse, horse_columns};
use crate::db::Tx;
use crate::db::fault::{broken, column};

/// The genome and the breeding values of a horse.
#[derive(Clone, Debug)]
pub(crate) struct Heredity {
    /// The genome.
    pub genome: Genome,
    /// The breeding values.
    pub values: BreedingValues,
}

impl Heredity {
    /// Reads the columns `genotype` and `breeding_values`; none where the game does not know them yet.
    ///
    /// # Errors
    /// A fault of ours, when the row says what the rules do not know.
    pub fn of(row: &Row, sex: Sex) -> Result<Option<Self>, Failure> {
        let genotype: Option<String> = column(row, "genotype")?;
        let values: Option<Vec<i32>> = column(row, "breeding_values")?;
        let Some((genotype, values)) = genotype.zip(values) else {
            return Ok(None);
        };
        let genome = Genome::parse(&genotype, sex)
            .map_err(|refusal| broken(format!("the genotype {genotype:?}: {refusal}")))?;
        let values = values
            .try_into()
            .map_err(|_| broken("a horse without fourteen breeding values"))?;
        Ok(Some(Self {
            genome,
            values: BreedingValues::new(values),
        }))
    }
}

const UNENDOWED: &str = concat!(
    "select ",
    horse_columns!(),
    " from horses h where h.id = any ($1) and h.genotype is null order by h.id for no key update"
);

const NEXT: &str = "select id from horses where genotype is null order by id limit $1";

const ENDOW: &str = "update horses h set genotype = r.genotype, breeding_values = r.numbers::integer[], coat = r.coat,
      height_cm = r.height_cm
    from unnest($1::bigint[], $2::text[], $3::text[], $4::jsonb[], $5::smallint[]) r (id, genotype, numbers, coat, height_cm)
    where h.id = r.id";

/// The horses, at most so many, of which the game does not know what they inherited.
///
/// # Errors
/// What the database says.
pub(crate) async fn unendowed(tx: &Tx<'_>, most: i64) -> Result<Vec<i64>, Failure> {
    let rows = tx.rows(NEXT, &[&most]).await?;
    rows.iter().map(|row| column(row, "id")).collect()
}

/// Gives each of the horses that has none yet a genome, breeding values, a coat and a height, by dice of her own: whoever
/// does it, and whenever, it is the same.
///
/// # Errors
/// What the database says.
pub(crate) async fn endow_all(tx: &Tx<'_>, ids: &[i64]) -> Result<usize, Failure> {
    let rows = tx.rows(UNENDOWED, &[&ids]).await?;
    let horses: Vec<Horse> = rows.iter().map(Horse::of).collect::<Result<_, _>>()?;
    if horses.is_empty() {
        return Ok(0);
    }
    let breeds: Vec<i64> = horses.iter().map(|horse| horse.breed.get()).collect();
    let breeds = Breed::of_ids(tx, &breeds).await?;
    let mut batch = Batch::default();
    for horse in &horses {
        let breed = breeds.iter().find(|breed| breed.id == horse.breed);
        let breed = breed.ok_or_else(|| broken("a horse without a breed"))?;
        let mut dice = Dice::new(tx.dice_secret(), Purpose::Genome, &[horse.id.into()]);
        let Breed {
            facts, frequencies, ..
        } = breed;
        let inherited = endow(facts, frequencies, horse.sex, &horse.stats, &mut dice);
        batch.push(horse.id, inherited);
    }
    batch.write(tx).await?;
    Ok(horses.len())
}

#[derive(Default)]
struct Batch {
    ids: Vec<i64>,
    genotypes: Vec<String>,
    values: Vec<String>,
    coats: Vec<Json<Coat>>,
    heights: Vec<i16>,
}

impl Batch {
    fn push(&mut self, horse: HorseId, inherited: Inheritance) {
        let numbers = inherited.values.numbers().map(|number| number.to_string());
        self.ids.push(horse.get());
        self.genotypes.push(inherited.genome.to_string());
        self.values.push(format!("{{{}}}", numbers.join(",")));
        self.coats.push(Json(inherited.coat));
        self.heights.push(inherited.height_cm);
    }

    async fn write(&self, tx: &Tx<'_>) -> Result<(), Failure> {
        let count = self.ids.len() as u64;
        tx.expect_changed(
            count,
            ENDOW,
            &[
                &self.ids,
                &self.genotypes,
                &self.values,
                &self.coats,
                &self.heights,
            ],
        )
        .await
    }
}
