//! The documents of the API as far as pages show them.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// Something with an id and a name.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Named {
    pub(crate) id: i64,
    pub(crate) name: String,
}

/// A horse with its portrait, where it has one.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Pictured {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) portrait: Option<String>,
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

/// The account of whoever is signed in.
#[derive(Debug, Deserialize)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) settings: serde_json::Value,
    pub(crate) version: i64,
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
    pub(crate) portrait: Option<String>,
}

/// A coat as everyone sees it.
#[derive(Debug, Deserialize)]
pub(crate) struct Coat {
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
    pub(crate) version: i64,
    pub(crate) portrait: Option<String>,
}

/// A result of a horse.
#[derive(Debug, Deserialize)]
pub(crate) struct HorseResult {
    pub(crate) show: Named,
    pub(crate) discipline: String,
    pub(crate) run_date: DateTime<Utc>,
    pub(crate) placement: i64,
    pub(crate) score: f64,
    pub(crate) expected_score: f64,
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
    pub(crate) horse: Pictured,
    pub(crate) player: Option<Player>,
    pub(crate) score: f64,
    pub(crate) expected_score: f64,
    pub(crate) prize: i64,
    pub(crate) horse_xp: i64,
}

/// An entry of a show.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    pub(crate) horse: Pictured,
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

/// One of one's own horses in a list.
#[derive(Debug, Deserialize)]
pub(crate) struct Own {
    #[serde(flatten)]
    pub(crate) line: Line,
    pub(crate) bond_score: i64,
    pub(crate) stress_level: i64,
    pub(crate) training_cooldown: Option<DateTime<Utc>>,
    pub(crate) in_foal: bool,
    pub(crate) stable: Option<Named>,
}

/// A stable of one's own.
#[derive(Debug, Deserialize)]
pub(crate) struct Stable {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) location: Option<String>,
    pub(crate) horses: i64,
}

/// A pregnancy of a mare of one's own.
#[derive(Debug, Deserialize)]
pub(crate) struct Pregnancy {
    pub(crate) mare: Pictured,
    pub(crate) stallion: Pictured,
    pub(crate) due_at: DateTime<Utc>,
    pub(crate) state: String,
    pub(crate) foal: Option<Pictured>,
    pub(crate) lost_to: Option<Lost>,
}

/// Why a foal was not born.
#[derive(Debug, Deserialize)]
pub(crate) struct Lost {
    pub(crate) detail: String,
}

/// A stable, with its owner.
#[derive(Debug, Deserialize)]
pub(crate) struct Housed {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) version: i64,
    pub(crate) location: Option<String>,
    pub(crate) horses: i64,
    pub(crate) owner: Option<Player>,
}

/// A stable with its diversity.
#[derive(Debug, Deserialize)]
pub(crate) struct OfStable {
    pub(crate) diversity: Option<Herd>,
}

/// How diverse the horses of a stable are.
#[derive(Debug, Deserialize)]
pub(crate) struct Herd {
    pub(crate) founders: i64,
    pub(crate) mean_inbreeding: f64,
    pub(crate) mean_kinship: f64,
    pub(crate) fe: f64,
    pub(crate) fa: f64,
    pub(crate) closest: Vec<Kin>,
}

/// Two horses and how closely they are related.
#[derive(Debug, Deserialize)]
pub(crate) struct Kin {
    pub(crate) one: Named,
    pub(crate) other: Named,
    pub(crate) kinship: f64,
}

/// A session of training.
#[derive(Debug, Deserialize)]
pub(crate) struct Session {
    pub(crate) discipline: String,
    pub(crate) trained_at: DateTime<Utc>,
    pub(crate) score_gain: i64,
    pub(crate) stat: Option<String>,
    pub(crate) stat_gain: Option<i64>,
    pub(crate) user_xp: Option<i64>,
}

/// A posting of the purse.
#[derive(Debug, Deserialize)]
pub(crate) struct Posting {
    pub(crate) id: i64,
    pub(crate) amount: i64,
    pub(crate) at: DateTime<Utc>,
    pub(crate) balance_after: i64,
    pub(crate) cause: String,
    pub(crate) horse: Option<Named>,
    pub(crate) show: Option<Named>,
}

/// A breed.
#[derive(Debug, Deserialize)]
pub(crate) struct Breed {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) stat_means: BTreeMap<String, i64>,
}

/// A breed with its diversity.
#[derive(Debug, Deserialize)]
pub(crate) struct OfBreed {
    pub(crate) breed: Named,
    pub(crate) diversity: Option<Figures>,
}

/// How diverse the horses of a breed are.
#[derive(Debug, Deserialize)]
pub(crate) struct Figures {
    pub(crate) computed_at: DateTime<Utc>,
    pub(crate) horses: i64,
    pub(crate) founders: i64,
    pub(crate) mean_inbreeding: f64,
    pub(crate) mean_kinship: f64,
    pub(crate) fe: f64,
    pub(crate) fa: f64,
    pub(crate) ne: Option<f64>,
}

/// A player's profile.
#[derive(Debug, Deserialize)]
pub(crate) struct Profile {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) joined_at: DateTime<Utc>,
    pub(crate) level: Option<i64>,
    pub(crate) xp: Option<i64>,
}

/// A foal in its nursery.
#[derive(Debug, Deserialize)]
pub(crate) struct Foal {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) owner: Option<Player>,
    pub(crate) bond_score: i64,
    pub(crate) stress_level: i64,
    pub(crate) current_day: i64,
    pub(crate) activities_completed: Vec<Completed>,
    pub(crate) activities_open: Vec<Open>,
    pub(crate) milestones: Vec<Reached>,
    pub(crate) portrait: Option<String>,
}

/// An activity that a foal has had.
#[derive(Debug, Deserialize)]
pub(crate) struct Completed {
    pub(crate) activity: String,
    pub(crate) bonding_impact: i64,
    pub(crate) stress_impact: i64,
    pub(crate) at: DateTime<Utc>,
}

/// An activity that it can have.
#[derive(Debug, Deserialize)]
pub(crate) struct Open {
    pub(crate) activity: String,
    pub(crate) day: i64,
    pub(crate) opens_at: Option<DateTime<Utc>>,
}

/// A milestone.
#[derive(Debug, Deserialize)]
pub(crate) struct Reached {
    pub(crate) milestone: String,
    pub(crate) at: DateTime<Utc>,
}

/// A pedigree.
#[derive(Debug, Deserialize)]
pub(crate) struct Pedigree {
    pub(crate) inbreeding: f64,
    pub(crate) ancestors: Vec<Ancestor>,
    pub(crate) common_ancestors: Vec<Common>,
}

/// A place in a pedigree: 1 is the horse, 2k the sire and 2k + 1 the dam of k.
#[derive(Debug, Deserialize)]
pub(crate) struct Ancestor {
    pub(crate) position: usize,
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) coat: Option<String>,
    pub(crate) inbreeding: f64,
    pub(crate) is_common: bool,
    pub(crate) portrait: Option<String>,
}

/// An ancestor in whom lines of sire and dam meet.
#[derive(Debug, Deserialize)]
pub(crate) struct Common {
    pub(crate) id: i64,
    pub(crate) name: Option<String>,
    pub(crate) contribution: f64,
}

/// A mating that is planned.
#[derive(Debug, Deserialize)]
pub(crate) struct Planned {
    pub(crate) mare: Pictured,
    pub(crate) stallion: Pictured,
    pub(crate) obstacles: Vec<Why>,
    pub(crate) cost: Cost,
    pub(crate) foal: Prospect,
}

/// Why something would be refused.
#[derive(Debug, Deserialize)]
pub(crate) struct Why {
    pub(crate) detail: String,
}

/// What a covering costs.
#[derive(Debug, Deserialize)]
pub(crate) struct Cost {
    pub(crate) registration: i64,
    pub(crate) fee: Option<i64>,
    pub(crate) total: Option<i64>,
}

/// What a foal may be.
#[derive(Debug, Deserialize)]
pub(crate) struct Prospect {
    pub(crate) inbreeding: f64,
    pub(crate) born_alive: f64,
    pub(crate) losses: Vec<Loss>,
    pub(crate) coats: Vec<CoatOdds>,
    pub(crate) other_coats: f64,
    pub(crate) health: Vec<Health>,
    pub(crate) sex: BTreeMap<String, f64>,
    pub(crate) stats: BTreeMap<String, Expected>,
    pub(crate) height_cm: Option<Expected>,
}

/// Why it may be lost.
#[derive(Debug, Deserialize)]
pub(crate) struct Loss {
    pub(crate) name: String,
    pub(crate) chance: f64,
}

/// The odds of a coat.
#[derive(Debug, Deserialize)]
pub(crate) struct CoatOdds {
    pub(crate) name: String,
    pub(crate) live: f64,
}

/// The odds at a locus of health.
#[derive(Debug, Deserialize)]
pub(crate) struct Health {
    pub(crate) name: String,
    pub(crate) affected: f64,
    pub(crate) carrier: f64,
}

/// A quantity that is not drawn yet.
#[derive(Debug, Deserialize)]
pub(crate) struct Expected {
    pub(crate) mean: f64,
    pub(crate) sd: f64,
}

/// A stallion at stud.
#[derive(Debug, Deserialize)]
pub(crate) struct Stud {
    #[serde(flatten)]
    pub(crate) line: Line,
    pub(crate) fee: i64,
    pub(crate) inbreeding: f64,
}

/// What a horse may expect of a show.
#[derive(Debug, Deserialize)]
pub(crate) struct Preview {
    pub(crate) expected_score: f64,
    pub(crate) least_score: f64,
    pub(crate) greatest_score: f64,
    pub(crate) placings: Vec<Placing>,
    pub(crate) enterable: bool,
    pub(crate) refusal: Option<Why>,
}

/// The chance of a place.
#[derive(Debug, Deserialize)]
pub(crate) struct Placing {
    pub(crate) placement: i64,
    pub(crate) chance: f64,
}

/// What is known of the genes of a horse.
#[derive(Debug, Deserialize)]
pub(crate) struct Genes {
    pub(crate) id: i64,
    pub(crate) tests: Vec<Tested>,
    /// What a test would cost the owner, until there is one.
    pub(crate) test_cost: Option<i64>,
}

/// The result of a test at one locus.
#[derive(Debug, Deserialize)]
pub(crate) struct Tested {
    pub(crate) locus: String,
    pub(crate) genotype: String,
    pub(crate) published: bool,
}

/// A problem, as the reads and the native API tell it.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    /// The kind of problem, for programs.
    #[serde(default)]
    pub(crate) code: String,
    pub(crate) detail: String,
    pub(crate) field: Option<String>,
}

/// Reads an answer.
pub(crate) fn understood<T: DeserializeOwned>(
    status: StatusCode,
    body: &[u8],
) -> Result<T, Problem> {
    if !status.is_success() {
        return Err(told(status, body));
    }
    // An answer without a body is nothing, which is how JSON writes it.
    let body = if body.is_empty() { b"null" } else { body };
    serde_json::from_slice(body).map_err(|_| broken("an answer cannot be read"))
}

/// Reads a problem; one that cannot be read is a fault of ours.
pub(crate) fn told(status: StatusCode, body: &[u8]) -> Problem {
    serde_json::from_slice(body).unwrap_or_else(|_| Problem {
        status: status.as_u16(),
        ..broken("an answer cannot be read")
    })
}

/// A fault of ours.
pub(crate) fn broken(detail: &str) -> Problem {
    Problem {
        status: 500,
        detail: detail.to_owned(),
        ..Problem::default()
    }
}
