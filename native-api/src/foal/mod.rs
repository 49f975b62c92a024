//! Foals: the activities of their first seven days, and their growing up.

pub mod growth;
pub(crate) mod store;

use reads::Failure;
use reads::asked::Id;
use reads::foal::Reached;
use reads::wire::At;
use rules::foal::Activity;
use rules::id::HorseId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{Answer, App, Call};
use crate::horse::Discovered;
use store::{Enrich, Enriched};

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(enrich))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewActivity {
    /// What to do: `gentle_touch` on day 1, `graduation_ceremony` on day 7; `GET /v1/foals/{id}` lists what is open.
    #[schema(example = "gentle_touch")]
    activity: String,
}

/// What an activity brought.
#[derive(Debug, Serialize, ToSchema)]
struct FoalActivity {
    /// The activity in the foal's history.
    #[schema(example = 19)]
    id: i64,
    /// The foal.
    #[schema(example = 410)]
    foal_id: i64,
    /// What was done.
    #[schema(example = "gentle_touch")]
    activity: &'static str,
    /// By how much the bond changed.
    #[schema(example = 5)]
    bonding_impact: i16,
    /// By how much the stress changed.
    #[schema(example = -1)]
    stress_impact: i16,
    /// The bond now, 0 to 100.
    #[schema(example = 55)]
    bond_score: i16,
    /// The stress now, 0 to 100.
    #[schema(example = 29)]
    stress_level: i16,
    /// A trait that the foal won by it, if it did.
    #[schema(example = "calm")]
    gained: Option<&'static str>,
    /// Hidden traits that came to light, and why.
    discovered: Vec<Discovered>,
    /// Milestones that it has just reached.
    milestones: Vec<Reached>,
    /// The activities that the foal has had, oldest first.
    #[schema(value_type = Vec<String>)]
    activities_completed: Vec<&'static str>,
    /// The foal's version now.
    version: i64,
}

impl FoalActivity {
    fn of(foal_id: i64, enriched: Enriched) -> Self {
        let Enriched {
            id,
            enrichment: brought,
            version,
        } = enriched;
        let activities = brought.activities.as_slice().iter();
        Self {
            id,
            foal_id,
            activity: brought.activity.as_str(),
            bonding_impact: brought.bond_impact,
            stress_impact: brought.stress_impact,
            bond_score: brought.bond.get(),
            stress_level: brought.stress.get(),
            gained: brought.gained.map(rules::traits::Trait::as_str),
            discovered: Discovered::all(&brought.revealed),
            milestones: milestones(&brought.reached),
            activities_completed: activities.map(|activity| activity.as_str()).collect(),
            version,
        }
    }
}

/// Milestones as every answer writes them.
pub(crate) fn milestones(reached: &[rules::foal::Reached]) -> Vec<Reached> {
    let shown = |one: &rules::foal::Reached| Reached {
        milestone: one.milestone,
        at: At(one.at),
    };
    reached.iter().map(shown).collect()
}

/// Do an activity with a foal: each once, on its day or later within the foal's first seven.
#[utoipa::path(post, path = "/v1/foals/{id}/activities", tag = "breeding", security(("token" = [])),
    request_body = NewActivity, params(("id" = i64, Path, description = "The foal")),
    responses((status = 201, description = "Done", body = FoalActivity)))]
async fn enrich(Id(id): Id, call: Call<NewActivity>) -> Result<Answer, Failure> {
    let enrich = Enrich {
        player: call.player.id,
        foal: HorseId::new(id),
        activity: call
            .body
            .activity
            .parse::<Activity>()
            .map_err(Failure::Refused)?,
    };
    call.write(&enrich, |enriched| {
        let version = enriched.version;
        let done = FoalActivity::of(id, enriched);
        Ok(Answer::created(format!("/v1/foals/{id}"), &done)?.with_version(version))
    })
    .await
}
