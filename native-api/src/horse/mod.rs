//! Horses: the starter mare, the store, names and stables, grooming.

pub(crate) mod arrival;
pub(crate) mod breed;
pub(crate) mod heredity;
pub mod record;
pub mod store;

use reads::Failure;
use reads::asked::Id;
use reads::foal::Reached;
use reads::horse::{Being, Named, Player};
use reads::wire::At;
use rules::discipline::DisciplineScores;
use rules::horse::{LifeStage, age};
use rules::id::{HorseId, StableId};
use rules::progression::level;
use rules::stat::Stats;
use rules::traits::{Discovery, Revealed, VisibleTraits};
use rules::{Instant, Refusal};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{Answer, App, Call, Empty};
use crate::foal::milestones;
use store::{Buy, Edit, Groom, GroomDone, Shown, TakeStarter};

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(take_starter))
        .routes(routes!(buy))
        .routes(routes!(edit))
        .routes(routes!(groom))
}

/// A horse as its owner is shown it after a change: as `GET /v1/horses/{id}` shows it, without its results. Hidden traits
/// stay hidden from the owner too.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnHorse {
    /// The horse.
    #[schema(example = 301)]
    id: i64,
    /// Its name.
    #[schema(example = "Morning Lark")]
    name: String,
    /// Age, level and the words for them.
    #[serde(flatten)]
    being: Being,
    /// Its breed.
    breed: Named,
    /// Who owns it: you.
    owner: Player,
    /// The stable it stands in, if any.
    stable: Option<Named>,
    /// The sire; null for a founder.
    sire: Option<Named>,
    /// The dam; null for a founder.
    dam: Option<Named>,
    /// Its temperament, for life.
    #[schema(example = "Calm")]
    temperament: &'static str,
    /// Its twelve stats, 0 to 100.
    #[schema(value_type = std::collections::BTreeMap<String, i16>)]
    stats: Stats,
    /// Its bond, 0 to 100.
    bond_score: i16,
    /// Its stress, 0 to 100.
    stress_level: i16,
    /// Its scores in the disciplines that it was trained in.
    #[schema(value_type = std::collections::BTreeMap<String, i64>)]
    discipline_scores: DisciplineScores,
    /// The traits that have come to light.
    #[schema(value_type = std::collections::BTreeMap<String, Vec<String>>)]
    traits: VisibleTraits,
    /// From when it may be trained again; null if it never was.
    training_cooldown: Option<At>,
    /// Is it a mare in foal?
    in_foal: bool,
    /// The coat that everyone sees; null until the game has told its genes.
    #[schema(value_type = Option<Object>)]
    coat: Option<Value>,
    /// The height at the withers when it is grown, in centimetres; null until the game has told its genes.
    #[schema(example = 156)]
    height_cm: Option<i16>,
    /// The inbreeding coefficient F, 0 to 1.
    inbreeding: f64,
    /// The stud fee, while it stands at stud.
    stud_fee: Option<i64>,
    /// Counts every change; `If-Match` names it.
    version: i64,
}

impl OwnHorse {
    fn of(shown: Shown, now: Instant) -> Self {
        let horse = shown.horse;
        let age = age(horse.born_at, now);
        let being = Being {
            sex: horse.sex,
            word: horse.sex.word(age),
            life_stage: LifeStage::at(horse.born_at, now),
            age,
            born_at: At(horse.born_at),
            xp: horse.xp,
            level: level(horse.xp),
        };
        Self {
            id: horse.id.get(),
            name: horse.name,
            being,
            breed: Named {
                id: horse.breed.get(),
                name: shown.breed,
            },
            owner: Player {
                id: horse.owner.get(),
                name: shown.owner,
            },
            stable: shown.stable,
            sire: shown.sire,
            dam: shown.dam,
            temperament: horse.temperament.as_str(),
            stats: horse.stats,
            bond_score: horse.bond.get(),
            stress_level: horse.stress.get(),
            discipline_scores: horse.scores,
            traits: horse.modifiers.visible(),
            training_cooldown: horse.resting_until.map(At::not_before),
            in_foal: horse.in_foal,
            coat: shown.coat,
            height_cm: shown.height_cm,
            inbreeding: shown.inbreeding,
            stud_fee: shown.stud_fee,
            version: horse.version,
        }
    }
}

/// A hidden trait that came to light.
#[derive(Debug, Serialize, ToSchema)]
pub struct Discovered {
    /// The trait.
    #[schema(example = "resilient")]
    r#trait: &'static str,
    /// Why now: `strong_bond`, `low_stress` or `grown_trust`.
    #[schema(example = "grown_trust")]
    reason: &'static str,
    /// The same as a sentence.
    explanation: &'static str,
}

impl Discovered {
    /// What the rules revealed, for the player.
    pub fn all(revealed: &[Revealed]) -> Vec<Self> {
        revealed.iter().map(Self::of).collect()
    }

    fn of(revealed: &Revealed) -> Self {
        Self {
            r#trait: revealed.r#trait.as_str(),
            reason: revealed.reason.as_str(),
            explanation: match revealed.reason {
                Discovery::StrongBond => {
                    "The bond has reached 80, and the horse shows what it kept to itself."
                }
                Discovery::LowStress => {
                    "Stress has fallen to 20, and the horse is calm enough to show it."
                }
                Discovery::GrownTrust => {
                    "The horse is grown and the bond has reached 70: it hides nothing any more."
                }
            },
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewStarter {
    /// The name of a breed, as `/v1/breeds` has it.
    #[schema(example = "Arabian")]
    breed: String,
    /// Her name, 1 to 60 characters.
    #[schema(example = "Morning Lark")]
    name: String,
}

/// Receive the one free mare: three years old, of a breed of choice.
#[utoipa::path(post, path = "/v1/horses/starter", tag = "horses", security(("token" = [])), request_body = NewStarter,
    responses((status = 201, description = "She is yours", body = OwnHorse)))]
async fn take_starter(call: Call<NewStarter>) -> Result<Answer, Failure> {
    let take = TakeStarter {
        player: call.player.id,
        breed: call.body.breed.clone(),
        name: call.body.name.clone(),
    };
    call.write(&take, |shown| created(&call.app, shown)).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewHorse {
    /// The name of a breed, as `/v1/breeds` has it.
    #[schema(example = "Hanoverian")]
    breed: String,
    /// `male` or `female`.
    #[schema(example = "male")]
    sex: String,
    /// Its name, 1 to 60 characters.
    #[schema(example = "Northern Star")]
    name: String,
    /// One of your stables, or left out.
    stable_id: Option<i64>,
}

/// Buy a horse at the store, three years old, for 500 coins.
#[utoipa::path(post, path = "/v1/horses/store", tag = "horses", security(("token" = [])), request_body = NewHorse,
    responses((status = 201, description = "Bought", body = OwnHorse)))]
async fn buy(call: Call<NewHorse>) -> Result<Answer, Failure> {
    let buy = Buy {
        player: call.player.id,
        breed: call.body.breed.clone(),
        sex: call.body.sex.parse().map_err(Failure::Refused)?,
        name: call.body.name.clone(),
        stable: call.body.stable_id.map(StableId::new),
    };
    call.write(&buy, |shown| created(&call.app, shown)).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HorseChange {
    /// Another name; left out, the name stays.
    #[schema(example = "Evening Lark")]
    name: Option<String>,
    /// Another of your stables, or null for none; left out, it stays.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>)]
    stable_id: Option<Option<i64>>,
}

/// Tells a null that was sent from a field that was not.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// Change the name or the stable of a horse.
#[utoipa::path(patch, path = "/v1/horses/{id}", tag = "horses", security(("token" = [])), request_body = HorseChange,
    params(("id" = i64, Path, description = "The horse"), ("If-Match" = String, Header, description = "The ETag of the horse")),
    responses((status = 200, description = "Changed", body = OwnHorse)))]
async fn edit(Id(id): Id, call: Call<HorseChange>) -> Result<Answer, Failure> {
    let edit = Edit {
        player: call.player.id,
        horse: HorseId::new(id),
        version: call.expected_version()?,
        name: call.body.name.clone(),
        stable: call.body.stable_id.map(|stable| stable.map(StableId::new)),
    };
    if edit.name.is_none() && edit.stable.is_none() {
        return Err(Failure::invalid(
            "name",
            "There is nothing to change: name and stable_id are both missing.",
        ));
    }
    call.write(&edit, |shown| {
        let version = shown.horse.version;
        Ok(Answer::ok(&OwnHorse::of(shown, call.app.clock.now()))?.with_version(version))
    })
    .await
}

/// What grooming brought.
#[derive(Debug, Serialize, ToSchema)]
struct Grooming {
    /// The horse.
    horse_id: i64,
    /// Its bond now.
    bond_score: i16,
    /// Its stress now.
    stress_level: i16,
    /// Hidden traits that came to light, and why.
    discovered: Vec<Discovered>,
    /// Milestones that a foal has just reached.
    milestones: Vec<Reached>,
    /// From when it may be groomed again: the next midnight UTC of game time.
    groom_again_at: At,
    /// The horse's version now.
    version: i64,
}

/// Groom a horse, once per day: bond +2, stress -2, and perhaps a discovery.
#[utoipa::path(post, path = "/v1/horses/{id}/groom", tag = "horses", security(("token" = [])),
    params(("id" = i64, Path, description = "The horse")),
    responses((status = 200, description = "Groomed", body = Grooming)))]
async fn groom(Id(id): Id, call: Call<Empty>) -> Result<Answer, Failure> {
    let groom = Groom {
        player: call.player.id,
        horse: HorseId::new(id),
    };
    call.write(&groom, |done| {
        let GroomDone {
            groomed,
            reached,
            version,
        } = done;
        let grooming = Grooming {
            horse_id: id,
            bond_score: groomed.bond.get(),
            stress_level: groomed.stress.get(),
            discovered: Discovered::all(&groomed.revealed),
            milestones: milestones(&reached),
            groom_again_at: At(groomed.until),
            version,
        };
        Ok(Answer::ok(&grooming)?.with_version(version))
    })
    .await
}

fn created(app: &App, shown: Shown) -> Result<Answer, Failure> {
    let (id, version) = (shown.horse.id, shown.horse.version);
    let horse = OwnHorse::of(shown, app.clock.now());
    Ok(Answer::created(format!("/v1/horses/{id}"), &horse)?.with_version(version))
}

/// The horse whose number stands in a request's body.
///
/// # Errors
/// [`Refusal::OutOfRange`] for a number that no horse can have, naming the field `horse_id`.
pub fn horse_id(number: i64) -> Result<HorseId, Refusal> {
    if number >= 1 {
        return Ok(HorseId::new(number));
    }
    Err(Refusal::OutOfRange {
        field: "horse_id",
        least: 1,
        most: i64::MAX,
    })
}
