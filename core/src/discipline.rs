//! The twenty-three disciplines, as data.

use crate::Refusal;
use crate::dice::Dice;
use crate::scale::Gauge;
use crate::stat::Stat;
use alloc::collections::BTreeMap;
use core::fmt;
use core::str::FromStr;

/// The highest score that training in a discipline can reach.
pub const MAX_DISCIPLINE_SCORE: i64 = 1_000_000;

/// The weights of a discipline's three stats, in percent.
pub const STAT_WEIGHTS: [u16; 3] = [50, 30, 20];

/// A discipline: a row of [`Discipline::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Discipline {
    name: &'static str,
    stats: [Stat; 3],
}

const fn row(name: &'static str, first: Stat, second: Stat, third: Stat) -> Discipline {
    Discipline {
        name,
        stats: [first, second, third],
    }
}

impl Discipline {
    /// Every discipline, in the order of the rules.
    pub const ALL: &'static [Self; 23] = {
        use Stat::{
            Agility, Balance, Boldness, Endurance, Flexibility, Focus, Intelligence, Obedience,
            Precision, Speed, Stamina, Strength,
        };
        &[
            row("Western Pleasure", Obedience, Focus, Balance),
            row("Reining", Agility, Precision, Focus),
            row("Cutting", Intelligence, Agility, Strength),
            row("Barrel Racing", Speed, Agility, Obedience),
            row("Roping", Precision, Strength, Focus),
            row("Team Penning", Intelligence, Agility, Stamina),
            row("Rodeo", Boldness, Strength, Agility),
            row("Hunter", Balance, Precision, Intelligence),
            row("Saddleseat", Flexibility, Balance, Obedience),
            row("Endurance", Endurance, Stamina, Intelligence),
            row("Eventing", Stamina, Boldness, Agility),
            row("Dressage", Precision, Obedience, Focus),
            row("Show Jumping", Balance, Agility, Boldness),
            row("Vaulting", Balance, Flexibility, Strength),
            row("Polo", Speed, Boldness, Agility),
            row("Cross Country", Stamina, Boldness, Endurance),
            row("Combined Driving", Obedience, Strength, Stamina),
            row("Fine Harness", Flexibility, Precision, Balance),
            row("Gaited", Balance, Flexibility, Endurance),
            row("Gymkhana", Speed, Flexibility, Focus),
            row("Steeplechase", Endurance, Boldness, Speed),
            row("Racing", Speed, Stamina, Focus),
            row("Harness Racing", Speed, Endurance, Precision),
        ]
    };

    /// The discipline of a name, written exactly as in the rules.
    ///
    /// # Errors
    /// [`Refusal::Unknown`].
    pub fn by_name(name: &str) -> Result<Self, Refusal> {
        let known = Self::ALL.iter().find(|discipline| discipline.name == name);
        known.copied().ok_or(Refusal::Unknown {
            field: "discipline",
        })
    }

    /// The name, which is also the key in a horse's discipline scores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.name
    }

    /// The three stats that count, heaviest first (50, 30 and 20 percent).
    #[must_use]
    pub const fn stats(self) -> [Stat; 3] {
        self.stats
    }

    /// One of the three stats, drawn 50/30/20.
    pub fn draw_stat(self, dice: &mut Dice) -> Stat {
        let [first, second, third] = self.stats;
        match dice.weighted(&STAT_WEIGHTS) {
            0 => first,
            1 => second,
            _ => third,
        }
    }

    /// The readings of the three stats that count.
    #[must_use]
    pub fn readings(self, stats: &crate::stat::Stats) -> [Gauge; 3] {
        self.stats.map(|stat| stats.get(stat))
    }
}

impl fmt::Display for Discipline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

impl FromStr for Discipline {
    type Err = Refusal;
    fn from_str(name: &str) -> Result<Self, Refusal> {
        Self::by_name(name)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Discipline {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Discipline {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = <alloc::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(from)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

/// A horse's scores in the disciplines: the document `{"Racing": 25, "Show Jumping": 15}`.
///
/// A discipline that is missing has the score 0. Keys must be disciplines, values 0..=1,000,000.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
pub struct DisciplineScores(BTreeMap<Discipline, i64>);

impl DisciplineScores {
    /// The score in a discipline.
    #[must_use]
    pub fn get(&self, discipline: Discipline) -> i64 {
        self.0.get(&discipline).copied().unwrap_or(0)
    }

    /// Sets the score in a discipline.
    ///
    /// # Errors
    /// [`Refusal::OutOfRange`].
    pub fn set(&mut self, discipline: Discipline, score: i64) -> Result<(), Refusal> {
        checked_score(score)?;
        self.0.insert(discipline, score);
        Ok(())
    }

    /// Every discipline that has a score, by name.
    pub fn iter(&self) -> impl Iterator<Item = (Discipline, i64)> + '_ {
        self.0
            .iter()
            .map(|(discipline, score)| (*discipline, *score))
    }
}

/// A discipline score, if it lies in 0..=1,000,000.
///
/// # Errors
/// [`Refusal::OutOfRange`].
pub const fn checked_score(score: i64) -> Result<i64, Refusal> {
    if score < 0 || score > MAX_DISCIPLINE_SCORE {
        return Err(Refusal::OutOfRange {
            field: "discipline_score",
            least: 0,
            most: MAX_DISCIPLINE_SCORE,
        });
    }
    Ok(score)
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for DisciplineScores {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let map = BTreeMap::<Discipline, i64>::deserialize(from)?;
        map.values()
            .try_for_each(|score| checked_score(*score).map(|_| ()))
            .map_err(D::Error::custom)?;
        Ok(Self(map))
    }
}
