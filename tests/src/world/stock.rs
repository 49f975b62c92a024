//! Horses, where the API has no way to make one like it.

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::TimeDelta;
use rules::genetics::Genotype;
use rules::genetics::coat::Coat;
use rules::horse::Sex;
use serde_json::{Value, json};
use tokio_postgres::types::ToSql;

use super::{Player, World};

/// A horse to be put into the world, where the API has no way to make one like it.
#[derive(Clone, Debug)]
pub struct NewHorse {
    /// The name; empty for one of the harness's own.
    pub name: String,
    /// `male` or `female`.
    pub sex: &'static str,
    /// The time since its birth, in hours of game time; a game-year has 168.
    pub age_hours: i64,
    /// The breed's name.
    pub breed: &'static str,
    /// The temperament.
    pub temperament: &'static str,
    /// The twelve stats, all alike.
    pub stats: i16,
    /// The bond.
    pub bond: i16,
    /// The stress.
    pub stress: i16,
    /// The XP.
    pub xp: i32,
    /// The scores of its disciplines.
    pub scores: Value,
    /// The traits: `{"positive": [], "negative": [], "hidden": []}`.
    pub traits: Value,
    /// The stable it stands in.
    pub stable: Option<i64>,
}

/// Hours in a game-year.
pub const YEAR_H: i64 = 168;

impl Default for NewHorse {
    fn default() -> Self {
        Self {
            name: String::new(),
            sex: "female",
            age_hours: 5 * YEAR_H + 12,
            breed: "Arabian",
            temperament: "Calm",
            stats: 20,
            bond: 50,
            stress: 30,
            xp: 0,
            scores: json!({}),
            traits: json!({"positive": [], "negative": [], "hidden": []}),
            stable: None,
        }
    }
}

const HORSE: &str = "insert into horses (name, sex, born_at, breed_id, user_id, temperament, precision, strength, speed, agility,
    endurance, intelligence, stamina, balance, boldness, flexibility, obedience, focus, bond_score, stress_level, xp,
    discipline_scores, epigenetic_modifiers, stable_id)
  select $1, $2, $3, b.id, $4, $5, $6, $6, $6, $6, $6, $6, $6, $6, $6, $6, $6, $6, $7, $8, $9, $10, $11, $12
  from breeds b where b.name = $13 returning id";

impl World {
    /// Puts a horse into the world.
    ///
    /// # Panics
    /// When the database refuses the row.
    pub async fn horse(&self, owner: &Player, new: NewHorse) -> i64 {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = if new.name.is_empty() {
            format!("Mare {number}")
        } else {
            new.name
        };
        let born_at = self.now() - TimeDelta::hours(new.age_hours);
        let values: [&(dyn ToSql + Sync); 13] = [
            &name,
            &new.sex,
            &born_at,
            &owner.id,
            &new.temperament,
            &new.stats,
            &new.bond,
            &new.stress,
            &new.xp,
            &new.scores,
            &new.traits,
            &new.stable,
            &new.breed,
        ];
        self.admin
            .query_one(HORSE, &values)
            .await
            .expect("a horse")
            .get(0)
    }

    /// A mare of five years.
    pub async fn mare(&self, owner: &Player) -> i64 {
        self.horse(owner, NewHorse::default()).await
    }

    /// A stallion of five years.
    pub async fn stallion(&self, owner: &Player) -> i64 {
        let stallion = NewHorse {
            sex: "male",
            ..NewHorse::default()
        };
        self.horse(owner, stallion).await
    }

    /// A mare in foal, covered just now.
    pub async fn mare_in_foal(&self, owner: &Player) -> i64 {
        let (mare, stallion) = (self.mare(owner).await, self.stallion(owner).await);
        self.covering(owner, mare, stallion, 0).await;
        mare
    }

    /// Has a mare covered so many hours ago by a stallion of the same owner, and gives the pregnancy's number.
    ///
    /// # Panics
    /// When the database refuses the row.
    pub async fn covering(&self, owner: &Player, mare: i64, stallion: i64, hours_ago: i64) -> i64 {
        let covered_at = self.now() - TimeDelta::hours(hours_ago);
        let due_at = covered_at + TimeDelta::days(7);
        let sql = "insert into pregnancies (mare_id, stallion_id, user_id, covered_at, due_at)
            values ($1, $2, $3, $4, $5) returning id";
        let values: [&(dyn ToSql + Sync); 5] = [&mare, &stallion, &owner.id, &covered_at, &due_at];
        let covered = self.admin.query_one(sql, &values).await;
        covered.expect("a pregnancy").get(0)
    }

    /// A foal that is born now of a mare and a stallion of the owner's.
    pub async fn foal(&self, owner: &Player) -> i64 {
        let (mare, stallion) = (self.mare(owner).await, self.stallion(owner).await);
        self.foal_of(owner, mare, stallion).await
    }

    /// A foal of these two, which belong to the owner, born now. Neither carries what no foal lives with.
    ///
    /// # Panics
    /// When it is not born.
    pub async fn foal_of(&self, owner: &Player, mare: i64, stallion: i64) -> i64 {
        for parent in [mare, stallion] {
            self.endow(parent, "").await;
        }
        let pregnancy = self.covering(owner, mare, stallion, 7 * 24).await;
        self.deliver_due().await;
        self.one(&format!(
            "select foal_id from pregnancies where id = {pregnancy}"
        ))
        .await
    }

    /// Gives a horse this genotype, with the coat that it shows, unless it has one: wild type where the text is empty.
    ///
    /// # Panics
    /// When the text is no genotype.
    pub async fn endow(&self, horse: i64, genotype: &str) {
        // What a mare of it shows: nothing here stands on the chromosome that a stallion has once.
        let genes = Genotype::parse(genotype, Sex::Female).expect("a genotype");
        let coat = json!(Coat::of(genes.genome(), 0, None));
        self.sql(&format!(
            "update horses set genotype = '{genotype}', breeding_values = array_fill(15000, array[14]), height_cm = 155,
               coat = '{coat}' where id = {horse} and genotype is null"
        ))
        .await;
    }
}
