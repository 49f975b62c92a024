//! Training in the database: one statement records the whole session.

use reads::Failure;
use rules::Refusal;
use rules::dice::{Dice, Purpose, Subject};
use rules::discipline::Discipline;
use rules::id::{HorseId, TrainingLogId, UserId};
use rules::training::{Session, check};
use tokio_postgres::types::Json;

use crate::db::fault::column;
use crate::db::{Tx, Write};
use crate::horse::record::{Horse, horse_columns, stats_raised};

/// Trains a horse in a discipline.
#[derive(Clone, Copy, Debug)]
pub struct Train {
    /// Who trains.
    pub player: UserId,
    /// The horse.
    pub horse: HorseId,
    /// In which discipline.
    pub discipline: Discipline,
}

/// A session as it was recorded.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The row of the training log.
    pub log: TrainingLogId,
    /// What the session brought.
    pub session: Session,
    /// The horse's version now.
    pub version: i64,
    /// The player's XP now.
    pub player_xp: i64,
    /// The player's level now.
    pub player_level: i64,
}

pub(crate) const LOCK: &str = concat!(
    "select ",
    horse_columns!(),
    ", (select count(*) from training_logs l where l.horse_id = h.id) as sessions \
     from horses h where h.id = $1 for no key update"
);

/// Log, score, stat, rest, traits and XP: all of them, or none. The horse is resting or not by the row itself.
pub(crate) const RECORD: &str = concat!(
    "with log as (
      insert into training_logs (horse_id, user_id, discipline, trained_at, score_gain, stat, stat_gain, user_xp)
      values ($1, $2, $3, $4, $5, $6, $7, $8) returning id
    ), trained as (
      update horses h set discipline_scores = h.discipline_scores || jsonb_build_object($3::text, $9::integer),
        training_cooldown = $10, epigenetic_modifiers = $11, ",
    stats_raised!("$6::text", "$7::smallint"),
    " where h.id = $1 and (h.training_cooldown is null or h.training_cooldown <= $4) returning h.version
    ), player as (
      update users u set xp = u.xp + $8 where u.id = $2 returning u.xp, u.level
    )
    select log.id, trained.version, player.xp, player.level from log, trained, player"
);

/// Every statement of this module, for whoever looks at their plans.
pub(crate) const STATEMENTS: &[(&str, &str)] =
    &[("training: lock", LOCK), ("training: record", RECORD)];

impl Write for Train {
    const NAME: &'static str = "train";
    type Done = Trained;

    async fn run(&self, tx: &Tx<'_>) -> Result<Trained, Failure> {
        let row = tx.find(LOCK, &[&self.horse.get()]).await?;
        let row = row.ok_or(Failure::Missing { what: "horse" })?;
        let horse = Horse::of(&row)?;
        if horse.owner != self.player {
            return Err(Refusal::NotYours.into());
        }
        let permit = check(horse.trainee(), tx.now())?;
        // Keyed by how often she was trained: trying again rolls the same dice.
        let subject: [Subject; 2] = [self.horse.into(), column::<i64>(&row, "sessions")?.into()];
        let mut dice = Dice::new(tx.dice_secret(), Purpose::Training, &subject);
        let session = permit.train(
            self.discipline,
            horse.scores.get(self.discipline),
            &mut dice,
        );
        self.record(tx, session).await
    }
}

impl Train {
    async fn record(&self, tx: &Tx<'_>, session: Session) -> Result<Trained, Failure> {
        let stat = session.stat_gain.map(|it| it.stat.as_str());
        let stat_gain = session.stat_gain.map(|it| it.gain);
        let row = tx
            .expect_one(
                RECORD,
                &[
                    &self.horse.get(),
                    &self.player.get(),
                    &self.discipline.as_str(),
                    &tx.now(),
                    &points(session.score_gain),
                    &stat,
                    &stat_gain,
                    &points(session.user_xp),
                    &points(session.score),
                    &session.resting_until,
                    &Json(&session.modifiers),
                ],
            )
            .await?;
        Ok(Trained {
            log: TrainingLogId::new(column(&row, "id")?),
            version: column(&row, "version")?,
            player_xp: i64::from(column::<i32>(&row, "xp")?),
            player_level: i64::from(column::<i32>(&row, "level")?),
            session,
        })
    }
}

/// Points as the database counts them; the rules keep them far below the end of the type.
fn points(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
