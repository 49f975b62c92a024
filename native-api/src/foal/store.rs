//! Enrichment in the database: bond, stress, traits, history and milestones change together.

use reads::Failure;
use rules::dice::{Dice, Purpose};
use rules::foal::{Activity, Enrichment, Foal, check_activity};
use rules::id::{HorseId, UserId};
use tokio_postgres::types::Json;

use super::growth::Development;
use crate::db::fault::column;
use crate::db::{Tx, Write};
use crate::horse::store::lock_own;

/// Does an activity with a foal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Enrich {
    /// Who does it.
    pub player: UserId,
    /// The foal.
    pub foal: HorseId,
    /// What is done.
    pub activity: Activity,
}

/// An activity as it was recorded.
#[derive(Clone, Debug)]
pub(super) struct Enriched {
    /// The row of the history.
    pub id: i64,
    /// What it brought.
    pub enrichment: Enrichment,
    /// The horse's version now.
    pub version: i64,
}

const RECORD: &str = "with horse as (
      update horses set bond_score = $2, stress_level = $3, epigenetic_modifiers = $4 where id = $1 returning version
    ), development as (
      update foal_development set activities_completed = $5, milestones_reached = $6 where foal_id = $1 returning foal_id
    ), history as (
      insert into foal_training_history (horse_id, activity, bonding_impact, stress_impact, created_at)
      values ($1, $7, $8, $9, $10) returning id
    )
    select history.id, horse.version from history, horse, development";

/// Every statement of this module, for whoever looks at their plans.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[("foal: record", RECORD)];

impl Write for Enrich {
    const NAME: &'static str = "enrich foal";
    type Done = Enriched;

    async fn run(&self, tx: &Tx<'_>) -> Result<Enriched, Failure> {
        let horse = lock_own(tx, self.foal, self.player).await;
        let horse = horse.map_err(|failure| match failure {
            Failure::Missing { .. } => Failure::Missing { what: "foal" },
            other => other,
        })?;
        let development = Development::find(tx, self.foal).await?;
        let development = development.ok_or(Failure::Missing { what: "foal" })?;
        let foal = Foal {
            born_at: horse.born_at,
            bond: horse.bond,
            stress: horse.stress,
            modifiers: &horse.modifiers,
            activities: &development.activities,
            milestones: &development.milestones,
        };
        let permit = check_activity(foal, self.activity, tx.now())?;
        // Each activity once a foal: trying again rolls the same dice.
        let subject = [self.foal.into(), self.activity.number().into()];
        let mut dice = Dice::new(tx.dice_secret(), Purpose::Enrichment, &subject);
        self.record(tx, permit.enrich(&mut dice)).await
    }
}

impl Enrich {
    async fn record(&self, tx: &Tx<'_>, enrichment: Enrichment) -> Result<Enriched, Failure> {
        let row = tx
            .expect_one(
                RECORD,
                &[
                    &self.foal.get(),
                    &enrichment.bond.get(),
                    &enrichment.stress.get(),
                    &Json(&enrichment.modifiers),
                    &Json(&enrichment.activities),
                    &Json(&enrichment.milestones),
                    &self.activity.as_str(),
                    &enrichment.bond_impact,
                    &enrichment.stress_impact,
                    &tx.now(),
                ],
            )
            .await?;
        Ok(Enriched {
            id: column(&row, "id")?,
            version: column(&row, "version")?,
            enrichment,
        })
    }
}
