//! The documents of the API as far as pages show them.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Something with an id and a name.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Named {
    pub(crate) id: i64,
    pub(crate) name: String,
}

/// A player.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Player {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// A page of a list.
#[derive(Debug, Deserialize)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next_cursor: Option<String>,
}

/// The player who is signed in.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Me {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) money: i64,
    pub(crate) level: i32,
}

/// A horse in a list.
#[derive(Debug, Deserialize)]
pub(crate) struct Line {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) word: String,
    pub(crate) age: i64,
    pub(crate) level: i64,
    pub(crate) breed: Named,
    pub(crate) owner: Option<Player>,
    pub(crate) score: Option<i64>,
}

/// White on the legs, in words.
#[derive(Debug, Deserialize)]
pub(crate) struct Coat {
    pub(crate) name: String,
    pub(crate) description: String,
}

/// A horse.
#[derive(Debug, Deserialize)]
pub(crate) struct Card {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) word: String,
    pub(crate) age: i64,
    pub(crate) level: i64,
    pub(crate) xp: i64,
    pub(crate) breed: Named,
    pub(crate) owner: Option<Player>,
    pub(crate) stable: Option<Named>,
    pub(crate) sire: Option<Named>,
    pub(crate) dam: Option<Named>,
    pub(crate) temperament: String,
    pub(crate) stats: BTreeMap<String, i64>,
    pub(crate) bond_score: i64,
    pub(crate) stress_level: i64,
    pub(crate) discipline_scores: BTreeMap<String, i64>,
    pub(crate) traits: BTreeMap<String, Vec<String>>,
    pub(crate) training_cooldown: Option<DateTime<Utc>>,
    pub(crate) in_foal: bool,
    pub(crate) coat: Option<Coat>,
    pub(crate) height_cm: Option<i64>,
    pub(crate) inbreeding: f64,
    pub(crate) stud_fee: Option<i64>,
    pub(crate) results: Vec<HorseResult>,
}

/// A result of a horse.
#[derive(Debug, Deserialize)]
pub(crate) struct HorseResult {
    pub(crate) show: Named,
    pub(crate) discipline: String,
    pub(crate) run_date: DateTime<Utc>,
    pub(crate) placement: i64,
    pub(crate) score: f64,
    pub(crate) prize: i64,
}

/// A show in a list.
#[derive(Debug, Deserialize)]
pub(crate) struct ShowLine {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) discipline: String,
    pub(crate) state: String,
    pub(crate) level_min: Option<i64>,
    pub(crate) level_max: Option<i64>,
    pub(crate) entry_fee: i64,
    pub(crate) prize: i64,
    pub(crate) run_date: DateTime<Utc>,
    pub(crate) host: Option<Player>,
    pub(crate) entries: i64,
}

/// A result in a show.
#[derive(Debug, Deserialize)]
pub(crate) struct ShowResult {
    pub(crate) placement: i64,
    pub(crate) horse: Named,
    pub(crate) player: Option<Player>,
    pub(crate) score: f64,
    pub(crate) expected_score: f64,
    pub(crate) prize: i64,
    pub(crate) horse_xp: i64,
}

/// An entry of a show.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    pub(crate) horse: Named,
    pub(crate) player: Option<Player>,
}

/// A place in the ranking of players.
#[derive(Debug, Deserialize)]
pub(crate) struct RankedUser {
    pub(crate) rank: i64,
    pub(crate) user: Player,
    pub(crate) level: i64,
    pub(crate) xp: i64,
}

/// A place in the ranking of a discipline.
#[derive(Debug, Deserialize)]
pub(crate) struct RankedHorse {
    pub(crate) rank: i64,
    pub(crate) horse: Line,
}

/// A problem, as the reads and the native API tell it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Problem {
    pub(crate) title: String,
    pub(crate) status: u16,
    pub(crate) detail: String,
    pub(crate) code: String,
    pub(crate) field: Option<String>,
}
