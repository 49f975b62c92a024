//! The seeded studbook as rows: pregnancies, foals, stallions at stud, genetic tests.

use rules::Instant;
use rules::foal::Growth;
use rules::genetics::{Locus, document};
use rules::horse::LifeStage;
use rules::time::{DAYS_PER_YEAR, days_after};
use tokio_postgres::types::Json;

use super::childhood::Childhood;
use super::copy::{Writer, next_id};
use super::rows::Numbered;
use super::stable_life::Steed;
use super::stud::Outcome;
use crate::foal::growth::next_change;
use crate::trouble::Trouble;

/// The age, in game-years, from which on a stallion covers no more.
const RETIRED_AGE: i64 = 21;

impl Numbered<'_> {
    /// Writes what breeding has left behind.
    pub(super) async fn write_registry(&self, writer: &mut Writer<'_>) -> Result<(), Trouble> {
        self.write_studs(writer).await?;
        self.write_pregnancies(writer).await?;
        self.write_foals(writer).await?;
        self.write_development(writer).await?;
        self.write_lessons(writer).await?;
        self.write_tests(writer).await
    }

    /// The stallions that stand at stud when the world ends.
    async fn write_studs(&self, writer: &mut Writer<'_>) -> Result<(), Trouble> {
        let columns = "horse_id, breed_id, fee, retires_at, created_at, updated_at";
        let mut copy = writer.open("stud_listings", columns).await?;
        for (id, it) in self.each().filter(|(_, it)| it.is_active(self.as_of)) {
            let at = it.active_from().max(it.got_at);
            let Some(fee) = it.stud_fee().filter(|_| at < self.as_of) else {
                continue;
            };
            let retires_at = days_after(it.born_at, RETIRED_AGE * DAYS_PER_YEAR);
            let breed = self.breeds.get(it.breed.name);
            copy.row(&[&id, &breed, &fee.get(), &retires_at, &at, &at])
                .await?;
        }
        writer.close(copy).await
    }

    async fn write_pregnancies(&self, writer: &mut Writer<'_>) -> Result<(), Trouble> {
        let columns = "id, mare_id, stallion_id, user_id, covered_at, due_at, state, ended_at, foal_id, lost_to, created_at";
        let mut copy = writer.open("pregnancies", columns).await?;
        for (id, it) in (self.pregnancies..).zip(&self.world.coverings) {
            let ended: Option<Instant> = Some(it.due_at);
            let (state, ended_at, foal, lost_to) = match it.outcome {
                Outcome::Expected => ("in_foal", None, None, None),
                Outcome::Foaled(at) => ("foaled", ended, Some(self.id(at)), None),
                Outcome::Lost(locus) => ("lost", ended, None, Some(locus.as_str())),
            };
            copy.row(&[
                &id,
                &self.id(it.mare),
                &self.id(it.stallion),
                &self.keeper(&self.world.steeds[it.mare]).id,
                &it.covered_at,
                &it.due_at,
                &state,
                &ended_at,
                &foal,
                &lost_to,
                &it.covered_at,
            ])
            .await?;
        }
        writer.close(copy).await
    }

    /// Every horse that was born in the world, with its id and its childhood.
    fn born(&self) -> impl Iterator<Item = (i64, &Steed, &Childhood)> {
        self.each()
            .filter_map(|(id, steed)| Some((id, steed, steed.childhood.as_ref()?)))
    }

    async fn write_foals(&self, writer: &mut Writer<'_>) -> Result<(), Trouble> {
        let columns = "id, sire_id, dam_id, genetics, traits, bond_score, stress_level, development_stage, created_at";
        let mut copy = writer.open("foals", columns).await?;
        for (id, steed, childhood) in self.born() {
            let inherited = &steed.inheritance;
            let (bond, stress, traits) = match &childhood.grown {
                Some(grown) => (grown.bond, grown.stress, &grown.modifiers),
                None => (steed.bond, steed.stress, &steed.modifiers),
            };
            // Who was grown in the world's last hours is found to be by the next growth.
            let stage = LifeStage::at(steed.born_at, self.as_of);
            copy.row(&[
                &id,
                &self.id(childhood.sire),
                &self.id(childhood.dam),
                &Json(&document(
                    &inherited.genome,
                    &inherited.coat,
                    inherited.height_cm,
                )),
                &Json(traits),
                &bond.get(),
                &stress.get(),
                &stage.as_str(),
                &steed.born_at,
            ])
            .await?;
        }
        writer.close(copy).await
    }

    async fn write_development(&self, writer: &mut Writer<'_>) -> Result<(), Trouble> {
        let columns = "foal_id, current_day, activities_completed, milestones_reached, grows_at, created_at, updated_at";
        let mut copy = writer.open("foal_development", columns).await?;
        for (id, steed, childhood) in self.born() {
            let day = Growth::at(steed.born_at, self.as_of).current_day;
            copy.row(&[
                &id,
                &i16::try_from(day).unwrap_or(i16::MAX),
                &Json(&childhood.activities),
                &Json(&childhood.milestones),
                &next_change(steed.born_at, self.as_of),
                &steed.born_at,
                &steed.born_at,
            ])
            .await?;
        }
        writer.close(copy).await
    }

    async fn write_lessons(&self, writer: &mut Writer<'_>) -> Result<(), Trouble> {
        let columns = "id, horse_id, activity, bonding_impact, stress_impact, created_at";
        let mut next = next_id(writer.transaction, "foal_training_history").await?;
        let mut copy = writer.open("foal_training_history", columns).await?;
        for (id, _, childhood) in self.born() {
            for it in &childhood.lessons {
                let activity = it.activity.as_str();
                copy.row(&[
                    &next,
                    &id,
                    &activity,
                    &it.bond_impact,
                    &it.stress_impact,
                    &it.at,
                ])
                .await?;
                next += 1;
            }
        }
        writer.close(copy).await
    }

    /// A test tells every locus that laboratories test.
    async fn write_tests(&self, writer: &mut Writer<'_>) -> Result<(), Trouble> {
        let columns = "horse_id, locus, genotype, published, tested_at";
        let mut copy = writer.open("genetic_tests", columns).await?;
        for (id, steed) in self.each() {
            let Some((at, is_published)) = steed.tested else {
                continue;
            };
            for locus in Locus::ALL.iter().filter(|it| it.facts().is_tested) {
                let told = locus.pair_text(steed.inheritance.genome.pair(*locus));
                copy.row(&[&id, &locus.as_str(), &told, &is_published, &at])
                    .await?;
            }
        }
        writer.close(copy).await
    }
}
