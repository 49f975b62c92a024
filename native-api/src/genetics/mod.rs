//! Genetic tests: what a laboratory tells a horse's owner, who may tell everyone.

pub(crate) mod store;

use reads::Failure;
use reads::asked::Id;
use reads::wire::At;
use rules::economy::GENETIC_TEST;
use rules::id::HorseId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{Answer, App, Call, Empty};
use store::{Publish, Test, Tested};

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(test, publish))
}

/// What a genetic test told of one locus.
#[derive(Debug, Serialize, ToSchema)]
struct LocusResult {
    /// The gene.
    #[schema(example = "MC1R")]
    locus: &'static str,
    /// What breeders call it.
    #[schema(example = "Extension")]
    name: &'static str,
    /// The two alleles; `Y` beside the one that a stallion has on the X chromosome.
    #[schema(example = "E/e")]
    genotype: String,
}

/// A genetic test of a horse.
#[derive(Debug, Serialize, ToSchema)]
struct GeneticTest {
    /// The horse.
    #[schema(example = 301)]
    horse_id: i64,
    /// When it was tested.
    tested_at: At,
    /// Does everyone see the results?
    published: bool,
    /// One result for each locus that laboratories test.
    results: Vec<LocusResult>,
    /// What the test cost.
    #[schema(example = 40)]
    cost: i64,
    /// What is left in the purse, if the test was paid now.
    #[schema(example = 960)]
    money: Option<i64>,
}

impl GeneticTest {
    fn of(horse_id: i64, tested: Tested, money: Option<i64>) -> Self {
        let result = |(locus, genotype): (rules::genetics::Locus, String)| LocusResult {
            locus: locus.as_str(),
            name: locus.facts().name,
            genotype,
        };
        Self {
            horse_id,
            tested_at: At(tested.tested_at),
            published: tested.is_published,
            results: tested.results.into_iter().map(result).collect(),
            cost: GENETIC_TEST.get(),
            money,
        }
    }
}

/// Have a horse tested at every locus that laboratories test, once, for 40 coins. Nobody else sees the results until you
/// publish them.
#[utoipa::path(post, path = "/v1/horses/{id}/genetic-test", tag = "breeding", security(("token" = [])),
    params(("id" = i64, Path, description = "The horse")),
    responses((status = 201, description = "Tested", body = GeneticTest)))]
async fn test(Id(id): Id, call: Call<Empty>) -> Result<Answer, Failure> {
    let test = Test {
        player: call.player.id,
        horse: HorseId::new(id),
    };
    call.write(&test, |(tested, purse)| {
        let shown = GeneticTest::of(id, tested, Some(purse.get()));
        Answer::created(format!("/v1/horses/{id}/genetics"), &shown)
    })
    .await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Publication {
    /// Shall everyone see the results?
    #[schema(example = true)]
    published: bool,
}

/// Publish the results of a horse's genetic test, or keep them to yourself again.
#[utoipa::path(patch, path = "/v1/horses/{id}/genetic-test", tag = "breeding", security(("token" = [])),
    request_body = Publication, params(("id" = i64, Path, description = "The horse")),
    responses((status = 200, description = "Decided", body = GeneticTest)))]
async fn publish(Id(id): Id, call: Call<Publication>) -> Result<Answer, Failure> {
    let publish = Publish {
        player: call.player.id,
        horse: HorseId::new(id),
        is_published: call.body.published,
    };
    call.write(&publish, |tested| {
        Answer::ok(&GeneticTest::of(id, tested, None))
    })
    .await
}
