//! A horse as the rules look at one, read from its row.

use chrono::NaiveDate;
use reads::Failure;
use rules::Instant;
use rules::competition::entry::Contender;
use rules::discipline::{Discipline, DisciplineScores};
use rules::horse::{Groomable, Sex};
use rules::id::{BreedId, HorseId, StableId, UserId};
use rules::scale::Gauge;
use rules::stat::{Stat, Stats};
use rules::temperament::Temperament;
use rules::training::Trainee;
use rules::traits::EpigeneticModifiers;
use tokio_postgres::Row;
use tokio_postgres::types::Json;

use crate::db::fault::{broken, column};

/// The columns of a [`Horse`], of the table `horses h`.
macro_rules! horse_columns {
    () => {
        "h.id, h.name, h.sex, h.born_at, h.breed_id, h.user_id, h.stable_id, h.temperament, h.precision, h.strength, \
         h.speed, h.agility, h.endurance, h.intelligence, h.stamina, h.balance, h.boldness, h.flexibility, h.obedience, \
         h.focus, h.bond_score, h.stress_level, h.xp, h.discipline_scores, h.epigenetic_modifiers, h.training_cooldown, \
         h.groomed_on, h.version, is_in_foal(h.id) as in_foal"
    };
}
pub(crate) use horse_columns;

/// Assignments that raise the one stat that the SQL expression `$stat` names by `$gain`, never above 100; none where it
/// is null.
macro_rules! stats_raised {
    (@one $name:literal, $stat:literal, $gain:literal) => {
        concat!($name, " = least(100, h.", $name, " + case when ", $stat, " = '", $name, "' then ", $gain, " else 0 end)")
    };
    ($stat:literal, $gain:literal) => {
        concat!(
            stats_raised!(@one "precision", $stat, $gain),
            ", ",
            stats_raised!(@one "strength", $stat, $gain),
            ", ",
            stats_raised!(@one "speed", $stat, $gain),
            ", ",
            stats_raised!(@one "agility", $stat, $gain),
            ", ",
            stats_raised!(@one "endurance", $stat, $gain),
            ", ",
            stats_raised!(@one "intelligence", $stat, $gain),
            ", ",
            stats_raised!(@one "stamina", $stat, $gain),
            ", ",
            stats_raised!(@one "balance", $stat, $gain),
            ", ",
            stats_raised!(@one "boldness", $stat, $gain),
            ", ",
            stats_raised!(@one "flexibility", $stat, $gain),
            ", ",
            stats_raised!(@one "obedience", $stat, $gain),
            ", ",
            stats_raised!(@one "focus", $stat, $gain)
        )
    };
}
pub(crate) use stats_raised;

/// A horse with all that a rule may look at, hidden traits too: for writes only.
#[derive(Clone, Debug)]
pub struct Horse {
    /// The horse.
    pub id: HorseId,
    /// Its name.
    pub name: String,
    /// Its sex.
    pub sex: Sex,
    /// When it was born.
    pub born_at: Instant,
    /// Its breed.
    pub breed: BreedId,
    /// Who owns it.
    pub owner: UserId,
    /// The stable it stands in, if any.
    pub stable: Option<StableId>,
    /// Its temperament.
    pub temperament: Temperament,
    /// Its twelve stats.
    pub stats: Stats,
    /// Its bond.
    pub bond: Gauge,
    /// Its stress.
    pub stress: Gauge,
    /// Its XP.
    pub xp: i64,
    /// Its scores in the disciplines.
    pub scores: DisciplineScores,
    /// Its traits.
    pub modifiers: EpigeneticModifiers,
    /// Until when it rests after its last training.
    pub resting_until: Option<Instant>,
    /// The day on which it was last groomed.
    pub groomed_on: Option<NaiveDate>,
    /// Is it a mare in foal?
    pub in_foal: bool,
    /// Counts its changes.
    pub version: i64,
}

impl Horse {
    /// Reads the columns of `horse_columns!`.
    ///
    /// # Errors
    /// A fault of ours, when the row says what the rules do not know.
    pub fn of(row: &Row) -> Result<Self, Failure> {
        let Json(scores) = column(row, "discipline_scores")?;
        let Json(modifiers) = column(row, "epigenetic_modifiers")?;
        Ok(Self {
            id: HorseId::new(column(row, "id")?),
            name: column(row, "name")?,
            sex: word(row, "sex")?,
            born_at: column(row, "born_at")?,
            breed: BreedId::new(column(row, "breed_id")?),
            owner: UserId::new(column(row, "user_id")?),
            stable: column::<Option<i64>>(row, "stable_id")?.map(StableId::new),
            temperament: word(row, "temperament")?,
            stats: stats(row)?,
            bond: gauge(row, "bond_score")?,
            stress: gauge(row, "stress_level")?,
            xp: i64::from(column::<i32>(row, "xp")?),
            scores,
            modifiers,
            resting_until: column(row, "training_cooldown")?,
            groomed_on: column(row, "groomed_on")?,
            in_foal: column(row, "in_foal")?,
            version: column(row, "version")?,
        })
    }

    /// What training looks at.
    pub const fn trainee(&self) -> Trainee<'_> {
        Trainee {
            born_at: self.born_at,
            in_foal: self.in_foal,
            resting_until: self.resting_until,
            stats: self.stats,
            temperament: self.temperament,
            modifiers: &self.modifiers,
            bond: self.bond,
            stress: self.stress,
        }
    }

    /// What grooming looks at.
    pub fn groomable(&self) -> Groomable<'_> {
        let midnight = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
        Groomable {
            born_at: self.born_at,
            groomed_at: self.groomed_on.map(midnight),
            bond: self.bond,
            stress: self.stress,
            modifiers: &self.modifiers,
        }
    }

    /// What an entry in a show of the discipline looks at.
    pub fn contender(&self, discipline: Discipline) -> Contender<'_> {
        Contender {
            horse_id: self.id,
            owner: self.owner,
            born_at: self.born_at,
            in_foal: self.in_foal,
            xp: self.xp,
            stats: self.stats,
            discipline_score: self.scores.get(discipline),
            temperament: self.temperament,
            modifiers: &self.modifiers,
            bond: self.bond,
            stress: self.stress,
        }
    }
}

/// A column that holds one of the rules' words.
///
/// # Errors
/// A fault of ours, when the rules do not know the word.
pub(crate) fn word<T: std::str::FromStr>(row: &Row, name: &str) -> Result<T, Failure> {
    let text: String = column(row, name)?;
    text.parse()
        .map_err(|_| broken(format!("the rules do not know {text:?} in {name}")))
}

/// A column that holds a bond or a stress.
///
/// # Errors
/// A fault of ours, when it holds anything else.
pub(crate) fn gauge(row: &Row, name: &str) -> Result<Gauge, Failure> {
    let reading: i16 = column(row, name)?;
    Gauge::try_from(reading).map_err(|refusal| broken(format!("{name}: {refusal}")))
}

fn stats(row: &Row) -> Result<Stats, Failure> {
    let mut stats = Stats::default();
    for stat in Stat::ALL {
        stats = stats.with(*stat, gauge(row, stat.as_str())?);
    }
    Ok(stats)
}
