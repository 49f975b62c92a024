//! The seeded studbook as rows: pregnancies, foals, stallions at stud, genetic tests.

use rules::foal::Growth;
use rules::genetics::{Locus, document};
use rules::horse::LifeStage;
use serde_json::{Value, json};

use super::childhood::Childhood;
use super::stable_life::Steed;
use super::stud::{Covering, Outcome};
use super::write::{Numbered, Writer};
use crate::foal::growth::next_change;
use crate::trouble::{Because, Trouble};

/// Those who have retired too, for whoever they covered when they stood at stud.
const STUDS: &str = "insert into stud_listings (horse_id, fee, created_at, updated_at)
    select horse_id, fee, at, at
    from jsonb_to_recordset($1) r (horse_id bigint, fee bigint, at timestamptz)";

const RETIRE: &str = "delete from stud_listings l using horses h
    where h.id = l.horse_id and game_age(h.born_at, $1::timestamptz) not between 3 and 20";

const PREGNANCIES: &str = "insert into pregnancies (id, mare_id, stallion_id, user_id, covered_at, due_at, state, ended_at, foal_id,
      lost_to, created_at)
    select id, mare_id, stallion_id, user_id, covered_at, due_at, state, ended_at, foal_id, lost_to, covered_at
    from jsonb_to_recordset($1) r (id bigint, mare_id bigint, stallion_id bigint, user_id uuid, covered_at timestamptz,
      due_at timestamptz, state text, ended_at timestamptz, foal_id bigint, lost_to text) order by covered_at, id";

const FOALS: &str = "insert into foals (id, sire_id, dam_id, genetics, traits, bond_score, stress_level, development_stage, created_at)
    select id, sire_id, dam_id, genetics, traits, bond, stress, stage, at
    from jsonb_to_recordset($1) r (id bigint, sire_id bigint, dam_id bigint, genetics jsonb, traits jsonb, bond smallint,
      stress smallint, stage text, at timestamptz)";

const DEVELOPMENT: &str = "insert into foal_development (foal_id, current_day, activities_completed, milestones_reached, grows_at,
      created_at, updated_at)
    select foal_id, current_day, activities, milestones, grows_at, at, at
    from jsonb_to_recordset($1) r (foal_id bigint, current_day smallint, activities jsonb, milestones jsonb,
      grows_at timestamptz, at timestamptz) order by foal_id";

const LESSONS: &str = "insert into foal_training_history (horse_id, activity, bonding_impact, stress_impact, created_at)
    select horse_id, activity, bond, stress, at
    from jsonb_to_recordset($1) r (horse_id bigint, activity text, bond smallint, stress smallint, at timestamptz)
    order by at, horse_id";

const TESTS: &str = "insert into genetic_tests (horse_id, locus, genotype, published, tested_at)
    select horse_id, locus, genotype, published, at
    from jsonb_to_recordset($1) r (horse_id bigint, locus text, genotype text, published boolean, at timestamptz)";

/// Writes what breeding has left behind.
pub(super) async fn write(writer: &mut Writer<'_>, of_world: &Numbered<'_>) -> Result<(), Trouble> {
    writer
        .write("stud_listings", STUDS, &studs(of_world))
        .await?;
    let rows: Vec<Value> = of_world
        .world
        .coverings
        .iter()
        .zip(of_world.pregnancies)
        .map(|(covering, id)| of_world.pregnancy(*id, covering))
        .collect();
    writer.write("pregnancies", PREGNANCIES, &rows).await?;
    writer
        .transaction
        .execute(RETIRE, &[&of_world.as_of])
        .await
        .because(|| "could not retire seeded stallions")?;
    let born = || {
        of_world
            .each()
            .filter_map(|(id, steed)| Some((id, steed, steed.childhood.as_ref()?)))
    };
    let rows: Vec<Value> = born().map(|it| of_world.foal(it)).collect();
    writer.write("foals", FOALS, &rows).await?;
    let rows: Vec<Value> = born().map(|it| of_world.development(it)).collect();
    writer.write("foal_development", DEVELOPMENT, &rows).await?;
    let rows: Vec<Value> = born().flat_map(|(id, _, it)| lessons(id, it)).collect();
    writer
        .write("foal_training_history", LESSONS, &rows)
        .await?;
    let rows: Vec<Value> = of_world.each().flat_map(|(id, it)| tests(id, it)).collect();
    writer.write("genetic_tests", TESTS, &rows).await
}

/// The stallions that stand at stud, or have stood there until they were too old.
fn studs(of_world: &Numbered<'_>) -> Vec<Value> {
    let stud = |(id, steed): (i64, &Steed)| {
        let at = steed.active_from().max(steed.got_at);
        let fee = steed.stud_fee().filter(|_| at < of_world.as_of)?;
        Some(json!({"horse_id": id, "fee": fee, "at": at}))
    };
    of_world.each().filter_map(stud).collect()
}

impl Numbered<'_> {
    fn pregnancy(&self, id: i64, covering: &Covering) -> Value {
        let (state, ended_at, foal, lost_to) = match covering.outcome {
            Outcome::Expected => ("in_foal", None, None, None),
            Outcome::Foaled(at) => ("foaled", Some(covering.due_at), Some(self.horses[at]), None),
            Outcome::Lost(locus) => ("lost", Some(covering.due_at), None, Some(locus)),
        };
        json!({
            "id": id, "mare_id": self.horses[covering.mare], "stallion_id": self.horses[covering.stallion],
            "user_id": self.keeper(&self.world.steeds[covering.mare]).id, "covered_at": covering.covered_at,
            "due_at": covering.due_at, "state": state, "ended_at": ended_at, "foal_id": foal,
            "lost_to": lost_to.map(Locus::as_str),
        })
    }

    fn foal(&self, (id, steed, childhood): (i64, &Steed, &Childhood)) -> Value {
        let inherited = &steed.inheritance;
        let (bond, stress, traits) = match &childhood.grown {
            Some(grown) => (grown.bond, grown.stress, &grown.modifiers),
            None => (steed.bond, steed.stress, &steed.modifiers),
        };
        json!({
            "id": id, "sire_id": self.horses[childhood.sire], "dam_id": self.horses[childhood.dam],
            "genetics": document(&inherited.genome, &inherited.coat, inherited.height_cm), "traits": traits, "bond": bond,
            "stress": stress, "stage": self.stage(steed), "at": steed.born_at,
        })
    }

    fn development(&self, (id, steed, childhood): (i64, &Steed, &Childhood)) -> Value {
        let grows_at = next_change(steed.born_at, self.as_of);
        json!({
            "foal_id": id, "current_day": Growth::at(steed.born_at, self.as_of).current_day,
            "activities": childhood.activities, "milestones": childhood.milestones, "grows_at": grows_at, "at": steed.born_at,
        })
    }

    /// The stage of life when the world ends. Who was grown in its last hours is found to be by the next growth.
    fn stage(&self, steed: &Steed) -> LifeStage {
        LifeStage::at(steed.born_at, self.as_of)
    }
}

fn lessons(id: i64, childhood: &Childhood) -> Vec<Value> {
    let lessons = childhood.lessons.iter();
    lessons
        .map(|it| {
            json!({
                "horse_id": id, "activity": it.activity, "bond": it.bond_impact, "stress": it.stress_impact, "at": it.at,
            })
        })
        .collect()
}

/// A test tells every locus that laboratories test.
fn tests(id: i64, steed: &Steed) -> Vec<Value> {
    let Some((at, published)) = steed.tested else {
        return Vec::new();
    };
    let tested = Locus::ALL.iter().filter(|it| it.facts().is_tested);
    tested
        .map(|locus| {
            json!({
                "horse_id": id, "locus": locus, "genotype": locus.pair_text(steed.inheritance.genome.pair(*locus)),
                "published": published, "at": at,
            })
        })
        .collect()
}
