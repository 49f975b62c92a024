//! What a horse may expect of a show: the score before luck, its exact bounds, and the chance of every place.

use super::entry::Snapshot;
use super::odds::placings;
use super::placing::Rival;
use super::score::{breakdown, range};
use crate::discipline::Discipline;
use crate::told::{Chance, Score};
use alloc::vec::Vec;

/// How an expected score comes about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Breakdown {
    /// From three stats and the discipline's score.
    pub base_score: Score,
    /// The temperament, in ten-thousandths.
    pub temperament_bp: i32,
    /// The traits, in ten-thousandths.
    pub traits_bp: i32,
    /// Bond and stress, in ten-thousandths.
    pub condition_bp: i32,
}

/// The chance of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Placing {
    /// The place, from 1.
    pub placement: usize,
    /// The chance, 0 to 1 in millionths.
    pub chance: Chance,
}

/// What a horse may expect of a show.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Prospects {
    /// How the expected score comes about.
    pub breakdown: Breakdown,
    /// The score before luck.
    pub expected_score: Score,
    /// The score with the worst luck.
    pub least_score: Score,
    /// The score with the best luck.
    pub greatest_score: Score,
    /// The entries that she competes with.
    pub rivals: usize,
    /// The chance of every place; together they are 1.
    pub placings: Vec<Placing>,
}

impl Prospects {
    /// What a horse may expect who is scored by this snapshot and competes as `own`.
    #[must_use]
    pub fn of(snapshot: &Snapshot, discipline: Discipline, own: &Rival, rivals: &[Rival]) -> Self {
        let parts = breakdown(snapshot, discipline);
        let (least, greatest) = range(parts.expected);
        let places = (1..).zip(placings(own, rivals));
        Self {
            breakdown: Breakdown {
                base_score: Score(parts.base.get()),
                temperament_bp: parts.temperament.get(),
                traits_bp: parts.traits.get(),
                condition_bp: parts.condition.get(),
            },
            expected_score: Score(parts.expected.get()),
            least_score: Score(least.get()),
            greatest_score: Score(greatest.get()),
            rivals: rivals.len(),
            placings: places
                .map(|(placement, chance)| Placing {
                    placement,
                    chance: Chance(chance),
                })
                .collect(),
        }
    }
}
