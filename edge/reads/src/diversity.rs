//! Diversity: how much of its founders a breed or a stable has kept.

use crate::Failure;
use crate::answer::public;
use crate::horse::Named;
use crate::query::{Freshness, Query, Record};
use crate::question::Question;
use crate::router::Reads;
use crate::wire::At;
use axum::response::Response;
use postgres_types::Type;
use serde::Serialize;

/// The diversity of a breed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfBreed {
    /// The breed.
    pub breed: Named,
    /// Its figures; null until they were computed for the first time.
    pub diversity: Option<Figures>,
}

/// The diversity of all horses of a breed, as it was computed last.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Figures {
    /// When it was computed.
    pub computed_at: At,
    /// The horses.
    pub horses: i32,
    /// The founders among their ancestors.
    pub founders: i32,
    /// The mean inbreeding coefficient F, 0 to 1.
    pub mean_inbreeding: f64,
    /// The mean kinship of two horses drawn at random, a horse with itself among the pairs.
    pub mean_kinship: f64,
    /// The effective number of founders: as many contributing alike would give this diversity.
    pub fe: f64,
    /// The effective number of ancestors, bottlenecks included.
    pub fa: f64,
    /// The founder genome equivalents, losses by chance included.
    pub fg: f64,
    /// The effective population size from the rate of inbreeding; null where nothing is inbred yet.
    pub ne: Option<f64>,
    /// The mean age of parents at a birth, in game-years; null without births.
    pub generation_interval: Option<f64>,
}

pub(crate) static BREED: Query = Query {
    name: "diversity of a breed",
    freshness: Freshness::Fresh,
    sql: "select b.id, b.name, d.computed_at, d.horses, d.founders, d.mean_inbreeding, d.mean_kinship, d.fe, d.fa, d.fg, d.ne,
        d.generation_interval
      from breeds b left join breed_diversity d on d.breed_id = b.id where b.id = $1",
    takes: &[Type::INT8],
    gives: &[
        ("id", Type::INT8),
        ("name", Type::TEXT),
        ("computed_at", Type::TIMESTAMPTZ),
        ("horses", Type::INT4),
        ("founders", Type::INT4),
        ("mean_inbreeding", Type::FLOAT8),
        ("mean_kinship", Type::FLOAT8),
        ("fe", Type::FLOAT8),
        ("fa", Type::FLOAT8),
        ("fg", Type::FLOAT8),
        ("ne", Type::FLOAT8),
        ("generation_interval", Type::FLOAT8),
    ],
};

/// The diversity of a breed, as it was computed last.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/breeds/{id}/diversity", tag = "breeding", params(("id" = i64, Path)),
    responses((status = 200, body = OfBreed), (status = 404, description = "No such breed"))
))]
pub(crate) async fn breed(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let id = asked.id()?;
    asked.only(&[])?;
    let row = reads.row(&BREED, &[&id]).await?;
    let record = row.ok_or(Failure::Missing { what: "breed" })?;
    public(&OfBreed {
        breed: record.named("id", "name")?,
        diversity: figures(&record)?,
    })
}

fn figures(record: &Record) -> Result<Option<Figures>, Failure> {
    let Some(computed_at) = record.get::<Option<_>>("computed_at")? else {
        return Ok(None);
    };
    Ok(Some(Figures {
        computed_at: At(computed_at),
        horses: record.get("horses")?,
        founders: record.get("founders")?,
        mean_inbreeding: record.get("mean_inbreeding")?,
        mean_kinship: record.get("mean_kinship")?,
        fe: record.get("fe")?,
        fa: record.get("fa")?,
        fg: record.get("fg")?,
        ne: record.get("ne")?,
        generation_interval: record.get("generation_interval")?,
    }))
}
