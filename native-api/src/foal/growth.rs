//! Growth in the database: a foal is touched when its stage, its day or a milestone changes, and at no other time.

use reads::Failure;
use rules::Instant;
use rules::foal::{Activities, Growth, Milestones, Progress, Reached};
use rules::horse::{FIRST_ACTIVE_AGE, age};
use rules::id::HorseId;
use rules::scale::Gauge;
use rules::time::{DAYS_PER_YEAR, days_after};
use rules::traits::EpigeneticModifiers;
use tokio_postgres::Row;
use tokio_postgres::types::Json;

use crate::db::fault::column;
use crate::db::{Tx, Write};
use crate::horse::record::gauge;

/// Grows the foals that are due, and says how many were looked at.
#[derive(Clone, Copy, Debug)]
pub struct Grow {
    /// How many at most.
    pub most: i64,
}

/// Foals that someone is with wait for the next run.
const DUE: &str =
    "select d.foal_id, d.activities_completed, d.milestones_reached, h.born_at, h.bond_score,
      h.epigenetic_modifiers
    from foal_development d join horses h on h.id = d.foal_id
    where d.grows_at <= $1 order by d.grows_at limit $2 for no key update of d, h skip locked";

const GROW: &str = "with grown as (
      select r.foal, r.stage, r.day, r.milestones, r.grows_at
      from unnest($1::bigint[], $2::text[], $3::smallint[], $4::jsonb[], $5::timestamptz[])
        r (foal, stage, day, milestones, grows_at)
    ), staged as (
      update foals f set development_stage = g.stage from grown g where f.id = g.foal and f.development_stage <> g.stage
    )
    update foal_development d set current_day = g.day, milestones_reached = g.milestones, grows_at = g.grows_at
    from grown g where d.foal_id = g.foal";

/// What cannot be read now stands in the way of no other foal, and is tried again.
const POSTPONE: &str = "update foal_development set grows_at = $2::timestamptz + interval '1 hour' where foal_id = any ($1)";

const DEVELOPMENT: &str =
    "select activities_completed, milestones_reached from foal_development where foal_id = $1";

const REACH: &str = "update foal_development set milestones_reached = $2 where foal_id = $1";

/// Every statement of this module, for whoever looks at their plans.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("foal growth: due", DUE),
    ("foal growth: grow", GROW),
    ("foal growth: postpone", POSTPONE),
    ("foal growth: development", DEVELOPMENT),
    ("foal growth: reach", REACH),
];

impl Write for Grow {
    const NAME: &'static str = "grow foals";
    type Done = usize;

    async fn run(&self, tx: &Tx<'_>) -> Result<usize, Failure> {
        let rows = tx.rows(DUE, &[&tx.now(), &self.most]).await?;
        let mut batch = Batch::default();
        for row in &rows {
            let foal: i64 = column(row, "foal_id")?;
            if let Err(failure) = batch.push(foal, row, tx.now()) {
                tracing::error!(foal, ?failure, "a foal cannot grow");
                batch.unreadable.push(foal);
            }
        }
        batch.write(tx).await?;
        Ok(rows.len())
    }
}

#[derive(Default)]
struct Batch {
    foals: Vec<i64>,
    stages: Vec<&'static str>,
    days: Vec<i16>,
    milestones: Vec<Json<Milestones>>,
    next: Vec<Option<Instant>>,
    unreadable: Vec<i64>,
}

impl Batch {
    fn push(&mut self, foal: i64, row: &Row, now: Instant) -> Result<(), Failure> {
        let born_at: Instant = column(row, "born_at")?;
        let Json(modifiers) = column(row, "epigenetic_modifiers")?;
        let development = Development::of(row)?;
        let reached = development.reached(born_at, gauge(row, "bond_score")?, &modifiers, now);
        let growth = Growth::at(born_at, now);
        self.foals.push(foal);
        self.stages.push(growth.stage.as_str());
        self.days.push(growth.current_day);
        self.milestones
            .push(Json(development.milestones.with(&reached)));
        self.next.push(next_change(born_at, now));
        Ok(())
    }

    async fn write(&self, tx: &Tx<'_>) -> Result<(), Failure> {
        let Self {
            foals,
            stages,
            days,
            milestones,
            next,
            unreadable,
        } = self;
        if !foals.is_empty() {
            let count = foals.len() as u64;
            tx.expect_changed(count, GROW, &[foals, stages, days, milestones, next])
                .await?;
        }
        if !unreadable.is_empty() {
            tx.execute(POSTPONE, &[unreadable, &tx.now()]).await?;
        }
        Ok(())
    }
}

/// What a foal has had and reached.
#[derive(Clone, Debug, Default)]
pub(crate) struct Development {
    /// The activities that it has had.
    pub activities: Activities,
    /// The milestones that it has reached.
    pub milestones: Milestones,
}

impl Development {
    /// Of a horse whose row is locked; none of one that was not born in the game.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find(tx: &Tx<'_>, horse: HorseId) -> Result<Option<Self>, Failure> {
        let row = tx.find(DEVELOPMENT, &[&horse.get()]).await?;
        row.as_ref().map(Self::of).transpose()
    }

    fn of(row: &Row) -> Result<Self, Failure> {
        let Json(activities) = column(row, "activities_completed")?;
        let Json(milestones) = column(row, "milestones_reached")?;
        Ok(Self {
            activities,
            milestones,
        })
    }

    fn reached(
        &self,
        born_at: Instant,
        bond: Gauge,
        modifiers: &EpigeneticModifiers,
        now: Instant,
    ) -> Vec<Reached> {
        let progress = Progress {
            born_at,
            bond,
            modifiers,
            activities: &self.activities,
            milestones: &self.milestones,
        };
        progress.reached(now)
    }
}

/// Writes down the milestones that a horse reaches by what was just done with it, and says which; a grown one reaches none.
///
/// # Errors
/// What the database says.
pub(crate) async fn reach(
    tx: &Tx<'_>,
    horse: HorseId,
    born_at: Instant,
    bond: Gauge,
    modifiers: &EpigeneticModifiers,
) -> Result<Vec<Reached>, Failure> {
    if age(born_at, tx.now()) >= FIRST_ACTIVE_AGE {
        return Ok(Vec::new());
    }
    let Some(development) = Development::find(tx, horse).await? else {
        return Ok(Vec::new());
    };
    let reached = development.reached(born_at, bond, modifiers, tx.now());
    if !reached.is_empty() {
        let milestones = Json(development.milestones.with(&reached));
        tx.expect_changed(1, REACH, &[&horse.get(), &milestones])
            .await?;
    }
    Ok(reached)
}

/// When the stage or the day of a foal changes next; none once it is grown.
pub(crate) fn next_change(born_at: Instant, now: Instant) -> Option<Instant> {
    let standing = Growth::at(born_at, now);
    let days = (1..=FIRST_ACTIVE_AGE * DAYS_PER_YEAR).map(|day| days_after(born_at, day));
    days.filter(|at| *at > now)
        .find(|at| Growth::at(born_at, *at) != standing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i64) -> Instant {
        days_after(Instant::UNIX_EPOCH, number)
    }

    #[test]
    fn a_foal_changes_daily_for_a_week_then_at_two_weeks_and_at_three() {
        let mut at = day(0);
        let mut days = Vec::new();
        while let Some(next) = next_change(day(0), at) {
            days.push((next - day(0)).num_days());
            at = next;
        }
        assert_eq!(days, [1, 2, 3, 4, 5, 6, 7, 14, 21]);
    }

    #[test]
    fn a_foal_that_is_noticed_late_changes_next_where_any_other_does() {
        assert_eq!(next_change(day(0), day(10)), Some(day(14)));
        assert_eq!(next_change(day(0), day(21)), None);
    }
}
