//! What a horse may expect of a show, from what everyone sees of her and of her rivals.

use crate::horse::traits;
use rules::Instant;
use rules::competition::entry::{Contender, Snapshot};
use rules::competition::placing::Rival;
use rules::competition::preview::Prospects;
use rules::competition::score::expected_score;
use rules::discipline::{Discipline, DisciplineScores};
use rules::id::{EntryId, HorseId, UserId};
use rules::scale::Gauge;
use rules::stat::Stats;
use rules::temperament::Temperament;
use rules::traits::{EpigeneticModifiers, VisibleTraits};
use serde::Deserialize;
use uuid::Uuid;

/// A horse, a discipline, and whom she would meet.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// The horse.
    pub horse: Horse,
    /// The discipline.
    pub discipline: Discipline,
    /// The horses that are in the show; they keep every tie against one who comes later.
    #[serde(default)]
    pub rivals: Vec<Horse>,
}

/// A horse, as far as a score looks at her.
#[derive(Clone, Debug, Deserialize)]
pub struct Horse {
    stats: Stats,
    temperament: Temperament,
    #[serde(deserialize_with = "traits")]
    traits: VisibleTraits,
    #[serde(default)]
    discipline_scores: DisciplineScores,
    bond_score: Gauge,
    stress_level: Gauge,
}

impl Planned {
    /// What she may expect. Hidden traits are not counted, for nobody is told them.
    #[must_use]
    pub fn preview(&self) -> Prospects {
        let own = self.horse.snapshot(self.discipline);
        let place = Rival::newcomer(expected_score(&own, self.discipline), Instant::MAX_UTC);
        let rivals = (1..).zip(&self.rivals).map(|(at, horse)| Rival {
            entry_id: EntryId::new(at),
            entered_at: Instant::MIN_UTC,
            expected: expected_score(&horse.snapshot(self.discipline), self.discipline),
        });
        let rivals: Vec<Rival> = rivals.collect();
        Prospects::of(&own, self.discipline, &place, &rivals)
    }
}

impl Horse {
    fn snapshot(&self, discipline: Discipline) -> Snapshot {
        let VisibleTraits { positive, negative } = self.traits.clone();
        // They were checked when they were read.
        let modifiers =
            EpigeneticModifiers::new(positive, negative, Vec::new()).unwrap_or_default();
        let contender = Contender {
            horse_id: HorseId::new(0),
            owner: UserId::new(Uuid::nil()),
            born_at: Instant::UNIX_EPOCH,
            in_foal: false,
            xp: 0,
            stats: self.stats,
            discipline_score: self.discipline_scores.get(discipline),
            temperament: self.temperament,
            modifiers: &modifiers,
            bond: self.bond_score,
            stress: self.stress_level,
        };
        Snapshot::freeze(&contender, discipline)
    }
}
