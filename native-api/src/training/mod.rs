//! Training: once in seven days, in one discipline.

pub mod store;

use reads::Failure;
use reads::asked::Id;
use reads::wire::At;
use rules::discipline::Discipline;
use rules::id::HorseId;
use rules::stat::StatGain;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{Answer, App, Call};
use crate::horse::Discovered;
use store::{Train, Trained};

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(train))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTraining {
    /// The name of a discipline, as `/v1/disciplines` has it.
    #[schema(example = "Racing")]
    discipline: String,
}

/// What a training brought.
#[derive(Debug, Serialize, ToSchema)]
struct Training {
    /// The session in the training log.
    id: i64,
    /// The horse.
    horse_id: i64,
    /// The discipline.
    #[schema(example = "Racing")]
    discipline: &'static str,
    /// Points added to the discipline's score.
    #[schema(example = 5)]
    score_gain: i64,
    /// The discipline's score now.
    #[schema(example = 15)]
    score: i64,
    /// A stat that rose, and by how much, if one did.
    #[schema(value_type = Option<RaisedStat>)]
    stat_gain: Option<StatGain>,
    /// XP for the player.
    #[schema(example = 5)]
    user_xp: i64,
    /// The player's progress now.
    user: Progress,
    /// From when she may be trained again, in any discipline.
    resting_until: At,
    /// Hidden traits that came to light, and why.
    discovered: Vec<Discovered>,
    /// The horse's version now.
    version: i64,
}

/// A stat that rose.
#[derive(Serialize, ToSchema)]
struct RaisedStat {
    /// The stat.
    #[schema(example = "stamina")]
    stat: String,
    /// Points gained.
    #[schema(example = 2)]
    gain: i16,
}

/// A player's XP and level.
#[derive(Debug, Serialize, ToSchema)]
struct Progress {
    /// XP.
    xp: i64,
    /// The level that follows from them.
    level: i64,
}

impl Training {
    fn of(horse_id: i64, trained: Trained) -> Self {
        let session = trained.session;
        Self {
            id: trained.log.get(),
            horse_id,
            discipline: session.discipline.as_str(),
            score_gain: session.score_gain,
            score: session.score,
            stat_gain: session.stat_gain,
            user_xp: session.user_xp,
            user: Progress {
                xp: trained.player_xp,
                level: trained.player_level,
            },
            resting_until: At::not_before(session.resting_until),
            discovered: Discovered::all(&session.revealed),
            version: trained.version,
        }
    }
}

/// Train a horse in a discipline, once in seven days.
#[utoipa::path(post, path = "/v1/horses/{id}/training", tag = "training", security(("token" = [])),
    request_body = NewTraining, params(("id" = i64, Path, description = "The horse")),
    responses((status = 201, description = "Trained", body = Training)))]
async fn train(Id(id): Id, call: Call<NewTraining>) -> Result<Answer, Failure> {
    let train = Train {
        player: call.player.id,
        horse: HorseId::new(id),
        discipline: Discipline::by_name(&call.body.discipline)?,
    };
    call.write(&train, |trained| {
        let version = trained.version;
        let training = Training::of(id, trained);
        Ok(Answer::created(format!("/v1/horses/{id}/training"), &training)?.with_version(version))
    })
    .await
}
