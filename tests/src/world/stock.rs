//! Horses, where the API has no way to make one like it.

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::TimeDelta;
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

    /// A mare in foal.
    ///
    /// # Panics
    /// When the database refuses the rows.
    pub async fn mare_in_foal(&self, owner: &Player) -> i64 {
        let mare = self.mare(owner).await;
        let stallion = NewHorse {
            sex: "male",
            ..NewHorse::default()
        };
        let stallion = self.horse(owner, stallion).await;
        let (covered_at, due_at) = (self.now(), self.now() + TimeDelta::days(7));
        let sql = "insert into pregnancies (mare_id, stallion_id, user_id, covered_at, due_at) values ($1, $2, $3, $4, $5)";
        let covered = self
            .admin
            .execute(sql, &[&mare, &stallion, &owner.id, &covered_at, &due_at])
            .await;
        covered.expect("a pregnancy");
        mare
    }
}
