//! Births in the database: one transaction a pregnancy, which ends once, whoever is killed in the middle.

use reads::Failure;
use rules::Instant;
use rules::breeding::{Conceived, Newborn, Nurture, Parent, breed_of_foal, conceive};
use rules::dice::{Dice, Purpose};
use rules::foal::{Activities, Growth, Milestones, Progress};
use rules::genetics::{Loss, document};
use rules::id::HorseId;
use rules::name::NameOf;
use rules::pedigree::Inbreeding;
use rules::progression::FOAL_XP;
use tokio_postgres::Row;
use tokio_postgres::types::Json;

use super::ancestry::inbreeding_of_foal;
use crate::db::fault::{broken, column};
use crate::db::{Tx, Write};
use crate::foal::growth::next_change;
use crate::horse::arrival::Arrival;
use crate::horse::breed::Breed;
use crate::horse::heredity::{Heredity, endow_all};
use crate::horse::record::{Horse, horse_columns};

/// Lists the pregnancies that are due.
#[derive(Clone, Debug)]
pub struct ListDue {
    /// How many at most.
    pub most: i64,
    /// Pregnancies to leave out.
    pub except: Vec<i64>,
}

/// Ends a pregnancy that is due.
#[derive(Clone, Copy, Debug)]
pub struct Deliver {
    /// The pregnancy.
    pub pregnancy: i64,
}

/// What became of a pregnancy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A foal was born.
    Foaled(HorseId),
    /// The foal could not live.
    Lost(Loss),
    /// Another worker has it, or someone is with the mare, or it has ended.
    Elsewhere,
}

const DUE: &str =
    "select id from pregnancies where state = 'in_foal' and due_at <= $1 and id <> all ($3)
    order by due_at, id limit $2";

/// The mare is held too: a covering waits for the birth, and the care that she has had until now counts.
const CLAIM: &str = "select p.mare_id, p.stallion_id, p.due_at from pregnancies p join horses mare on mare.id = p.mare_id
    where p.id = $1 and p.state = 'in_foal' and p.due_at <= $2 for no key update of p, mare skip locked";

const PARENTS: &str = concat!(
    "select ",
    horse_columns!(),
    ", h.genotype, h.breeding_values, h.inbreeding, b.name as breed \
     from horses h join breeds b on b.id = h.breed_id where h.id = any ($1)"
);

const RECORD: &str = "with born as (
      insert into foals (id, sire_id, dam_id, genetics, traits, bond_score, stress_level, development_stage, created_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ), growing as (
      insert into foal_development (foal_id, current_day, milestones_reached, grows_at, created_at, updated_at)
      values ($1, $10, $11, $12, $9, $9)
    ), player as (
      update users u set xp = u.xp + $13 from horses mare where mare.id = $3 and u.id = mare.user_id
    )
    update pregnancies set state = 'foaled', foal_id = $1, ended_at = due_at where id = $14 and state = 'in_foal'";

const LOSE: &str = "update pregnancies set state = 'lost', lost_to = $2, ended_at = due_at
    where id = $1 and state = 'in_foal'";

/// Every statement of this module, for whoever looks at their plans.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("breeding birth: due", DUE),
    ("breeding birth: claim", CLAIM),
    ("breeding birth: parents", PARENTS),
    ("breeding birth: record", RECORD),
    ("breeding birth: lose", LOSE),
];

impl Write for ListDue {
    const NAME: &'static str = "list due births";
    type Done = Vec<i64>;

    async fn run(&self, tx: &Tx<'_>) -> Result<Vec<i64>, Failure> {
        let rows = tx.rows(DUE, &[&tx.now(), &self.most, &self.except]).await?;
        rows.iter().map(|row| column(row, "id")).collect()
    }
}

impl Write for Deliver {
    const NAME: &'static str = "deliver foal";
    type Done = Outcome;

    async fn run(&self, tx: &Tx<'_>) -> Result<Outcome, Failure> {
        let Some(claim) = tx.find(CLAIM, &[&self.pregnancy, &tx.now()]).await? else {
            return Ok(Outcome::Elsewhere);
        };
        let pair = Pair::load(tx, &claim).await?;
        let (sire, dam) = (pair.sire.horse.id, pair.dam.horse.id);
        let inbreeding = inbreeding_of_foal(tx, sire, dam).await?;
        let breed = breed_of_foal(&pair.sire.breed, &pair.dam.breed);
        let breed = Breed::named(tx, breed).await?;
        let mut dice = Dice::new(tx.dice_secret(), Purpose::Birth, &[self.pregnancy.into()]);
        let conceived = conceive(
            &pair.sire.parent(),
            &pair.dam.parent(),
            pair.nurture(),
            Inbreeding::of(inbreeding),
            &breed.facts,
            &mut dice,
        );
        match conceived {
            Conceived::Lost(loss) => {
                let locus = loss.locus.as_str();
                tx.expect_changed(1, LOSE, &[&self.pregnancy, &locus])
                    .await?;
                Ok(Outcome::Lost(loss))
            }
            Conceived::Foal(newborn) => {
                let foal = pair.arrival(&newborn, &breed, inbreeding);
                let id = foal.insert(tx).await?;
                self.record(tx, id, &pair, &newborn).await?;
                Ok(Outcome::Foaled(id))
            }
        }
    }
}

impl Deliver {
    async fn record(
        &self,
        tx: &Tx<'_>,
        foal: HorseId,
        pair: &Pair,
        newborn: &Newborn,
    ) -> Result<(), Failure> {
        let inherited = &newborn.inheritance;
        let genetics = document(&inherited.genome, &inherited.coat, inherited.height_cm);
        // However late this is, it grows from its first day on: what it has missed comes with the next growth.
        let growth = Growth::at(pair.due_at, pair.due_at);
        let milestones = Progress {
            born_at: pair.due_at,
            bond: newborn.bond,
            modifiers: &newborn.modifiers,
            activities: &Activities::default(),
            milestones: &Milestones::default(),
        }
        .reached(pair.due_at);
        let xp = i32::try_from(FOAL_XP).map_err(broken)?;
        tx.expect_changed(
            1,
            RECORD,
            &[
                &foal.get(),
                &pair.sire.horse.id.get(),
                &pair.dam.horse.id.get(),
                &Json(genetics),
                &Json(&newborn.modifiers),
                &newborn.bond.get(),
                &newborn.stress.get(),
                &growth.stage.as_str(),
                &pair.due_at,
                &growth.current_day,
                &Json(Milestones::default().with(&milestones)),
                &next_change(pair.due_at, pair.due_at),
                &xp,
                &self.pregnancy,
            ],
        )
        .await
    }
}

/// The parents of a foal that is due.
struct Pair {
    sire: Known,
    dam: Known,
    due_at: Instant,
    name: String,
}

/// A parent with all that the rules ask of one.
struct Known {
    horse: Horse,
    heredity: Heredity,
    inbreeding: Inbreeding,
    breed: String,
}

impl Pair {
    async fn load(tx: &Tx<'_>, claim: &Row) -> Result<Self, Failure> {
        let [mare, stallion] = [column(claim, "mare_id")?, column(claim, "stallion_id")?];
        // Those who were there before the game knew genomes have been given theirs, or are given them now.
        let (sire, dam) = match Self::find(tx, mare, stallion).await? {
            Some(both) => both,
            None => {
                endow_all(tx, &[mare, stallion]).await?;
                let both = Self::find(tx, mare, stallion).await?;
                both.ok_or_else(|| broken("a parent without a genotype"))?
            }
        };
        Ok(Self {
            name: name_of_foal(&dam.horse.name),
            due_at: column(claim, "due_at")?,
            sire,
            dam,
        })
    }

    async fn find(
        tx: &Tx<'_>,
        mare: i64,
        stallion: i64,
    ) -> Result<Option<(Known, Known)>, Failure> {
        let rows = tx.rows(PARENTS, &[&[mare, stallion].as_slice()]).await?;
        let (mut sire, mut dam) = (None, None);
        for row in &rows {
            let parent = Known::of(row)?;
            if column::<i64>(row, "id")? == mare {
                dam = parent;
            } else {
                sire = parent;
            }
        }
        Ok(sire.zip(dam))
    }

    /// The dam's care until the birth.
    const fn nurture(&self) -> Nurture {
        Nurture {
            bond: self.dam.horse.bond,
            stress: self.dam.horse.stress,
        }
    }

    /// The foal belongs to the mare's owner and stands beside her.
    fn arrival<'a>(&'a self, newborn: &'a Newborn, breed: &Breed, inbreeding: f64) -> Arrival<'a> {
        Arrival {
            name: &self.name,
            sex: newborn.sex,
            born_at: self.due_at,
            breed: breed.id,
            owner: self.dam.horse.owner,
            stable: self.dam.horse.stable,
            parents: Some((self.sire.horse.id, self.dam.horse.id)),
            inbreeding,
            temperament: newborn.temperament,
            stats: &newborn.stats,
            bond: newborn.bond,
            stress: newborn.stress,
            modifiers: &newborn.modifiers,
            inheritance: &newborn.inheritance,
        }
    }
}

impl Known {
    fn of(row: &Row) -> Result<Option<Self>, Failure> {
        let horse = Horse::of(row)?;
        let Some(heredity) = Heredity::of(row, horse.sex)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            heredity,
            inbreeding: Inbreeding::of(column(row, "inbreeding")?),
            breed: column(row, "breed")?,
            horse,
        }))
    }

    const fn parent(&self) -> Parent<'_> {
        Parent {
            genome: &self.heredity.genome,
            values: &self.heredity.values,
            inbreeding: self.inbreeding,
            temperament: self.horse.temperament,
            modifiers: &self.horse.modifiers,
        }
    }
}

/// A foal's first name, cut where names end.
fn name_of_foal(dam: &str) -> String {
    let whole: String = format!("Foal of {dam}")
        .chars()
        .take(NameOf::Horse.most())
        .collect();
    whole.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use rules::name::Name;

    use super::*;

    #[test]
    fn a_foal_is_named_after_its_dam_and_the_name_is_one_that_a_player_could_give() {
        assert_eq!(name_of_foal("Morning Lark"), "Foal of Morning Lark");
        let long = format!("{} end", "x".repeat(51));
        assert_eq!(name_of_foal(&long).chars().count(), 59);
        for dam in ["x", &"y".repeat(60), &long] {
            let named = name_of_foal(dam);
            assert_eq!(
                Name::parse(NameOf::Horse, &named).map(Name::into_string),
                Ok(named)
            );
        }
    }
}
