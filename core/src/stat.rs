//! The twelve stats of a horse.

use crate::Refusal;
use crate::scale::Gauge;

crate::words::words! {
    /// One of the twelve stats.
    Stat, "stat" {
        /// Placing the feet where they should be.
        Precision = "precision",
        /// Raw power.
        Strength = "strength",
        /// Pace over short ground.
        Speed = "speed",
        /// Quick turns.
        Agility = "agility",
        /// Pace over long ground.
        Endurance = "endurance",
        /// Understanding.
        Intelligence = "intelligence",
        /// Lasting effort.
        Stamina = "stamina",
        /// Carriage.
        Balance = "balance",
        /// Courage.
        Boldness = "boldness",
        /// Suppleness.
        Flexibility = "flexibility",
        /// Willingness.
        Obedience = "obedience",
        /// Attention.
        Focus = "focus",
    }
}

/// The number of stats.
pub const COUNT: usize = 12;

/// All twelve stats of one horse, each 0..=100, in the order of [`Stat::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stats([Gauge; COUNT]);

impl Stats {
    /// Takes ready readings in the order of [`Stat::ALL`].
    #[must_use]
    pub const fn new(readings: [Gauge; COUNT]) -> Self {
        Self(readings)
    }

    /// Takes twelve numbers in the order of [`Stat::ALL`], as the database has them.
    ///
    /// # Errors
    /// [`Refusal::OutOfRange`] naming the stat that is not in 0..=100.
    pub fn checked(numbers: [i16; COUNT]) -> Result<Self, Refusal> {
        let mut readings = [Gauge::MIN; COUNT];
        for ((slot, number), stat) in readings.iter_mut().zip(numbers).zip(Stat::ALL) {
            *slot = Gauge::checked(stat.as_str(), i64::from(number))?;
        }
        Ok(Self(readings))
    }

    /// One stat.
    #[must_use]
    pub fn get(&self, stat: Stat) -> Gauge {
        self.0.get(stat as usize).copied().unwrap_or_default()
    }

    /// The stats with one of them replaced.
    #[must_use]
    pub fn with(mut self, stat: Stat, reading: Gauge) -> Self {
        if let Some(slot) = self.0.get_mut(stat as usize) {
            *slot = reading;
        }
        self
    }

    /// The readings in the order of [`Stat::ALL`].
    #[must_use]
    pub const fn readings(&self) -> &[Gauge; COUNT] {
        &self.0
    }

    /// The numbers in the order of [`Stat::ALL`], as the database has them.
    #[must_use]
    pub fn numbers(&self) -> [i16; COUNT] {
        self.0.map(Gauge::get)
    }

    /// Every stat with its reading.
    pub fn iter(&self) -> impl Iterator<Item = (Stat, Gauge)> + '_ {
        Stat::ALL.iter().copied().zip(self.0)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Stats {
    /// An object with one number per stat: `{"precision": 12, ...}`.
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.iter())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Stats {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let map = alloc::collections::BTreeMap::<Stat, Gauge>::deserialize(from)?;
        if map.len() != COUNT {
            return Err(D::Error::custom("all twelve stats are needed, each once"));
        }
        Ok(map
            .into_iter()
            .fold(Self::default(), |stats, (stat, reading)| {
                stats.with(stat, reading)
            }))
    }
}

/// A stat that rose, and by how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct StatGain {
    /// The stat.
    pub stat: Stat,
    /// Points gained, at least 1.
    pub gain: i16,
}
