//! A horse as it comes into the game: bought, given or born.

use reads::Failure;
use rules::Instant;
use rules::heredity::Inheritance;
use rules::horse::Sex;
use rules::id::{BreedId, HorseId, StableId, UserId};
use rules::scale::Gauge;
use rules::stat::Stats;
use rules::temperament::Temperament;
use rules::traits::EpigeneticModifiers;
use tokio_postgres::types::Json;

use crate::db::Tx;
use crate::db::fault::column;

/// A horse that has no row yet.
#[derive(Clone, Debug)]
pub(crate) struct Arrival<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its sex.
    pub sex: Sex,
    /// When it was born.
    pub born_at: Instant,
    /// Its breed.
    pub breed: BreedId,
    /// Who owns it.
    pub owner: UserId,
    /// The stable that it stands in, if any.
    pub stable: Option<StableId>,
    /// Its sire and its dam; none for a founder.
    pub parents: Option<(HorseId, HorseId)>,
    /// Its inbreeding coefficient F.
    pub inbreeding: f64,
    /// Its temperament.
    pub temperament: Temperament,
    /// Its stats.
    pub stats: &'a Stats,
    /// Its bond.
    pub bond: Gauge,
    /// Its stress.
    pub stress: Gauge,
    /// Its traits.
    pub modifiers: &'a EpigeneticModifiers,
    /// Its genome, breeding values, height and coat.
    pub inheritance: &'a Inheritance,
}

const INSERT: &str = "insert into horses (name, sex, born_at, breed_id, user_id, stable_id, temperament, precision, strength,
      speed, agility, endurance, intelligence, stamina, balance, boldness, flexibility, obedience, focus, bond_score,
      stress_level, epigenetic_modifiers, sire_id, dam_id, inbreeding, genotype, breeding_values, coat, height_cm)
    select $1, $2, $3, $4, $5, $6, $7, s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[8], s[9], s[10], s[11], s[12], $9, $10, $11,
      $12, $13, $14, $15, $16, $17, $18
    from (select $8::smallint[] as s) stats
    returning id";

/// Every statement of this module, for whoever looks at their plans.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[("horse arrival: insert", INSERT)];

impl Arrival<'_> {
    /// Gives it a row, and with it a number.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn insert(&self, tx: &Tx<'_>) -> Result<HorseId, Failure> {
        let stable = self.stable.map(StableId::get);
        let stats = self.stats.numbers().to_vec();
        let (sire, dam) = self.parents.unzip();
        let inherited = self.inheritance;
        let row = tx
            .expect_one(
                INSERT,
                &[
                    &self.name,
                    &self.sex.as_str(),
                    &self.born_at,
                    &self.breed.get(),
                    &self.owner.get(),
                    &stable,
                    &self.temperament.as_str(),
                    &stats,
                    &self.bond.get(),
                    &self.stress.get(),
                    &Json(self.modifiers),
                    &sire.map(HorseId::get),
                    &dam.map(HorseId::get),
                    &self.inbreeding,
                    &inherited.genome.to_string(),
                    &inherited.values.numbers().as_slice(),
                    &Json(&inherited.coat),
                    &inherited.height_cm,
                ],
            )
            .await?;
        column(&row, "id").map(HorseId::new)
    }
}
