//! Diversity: how much of its founders a breed or a stable has kept.

use crate::Failure;
use crate::answer::unversioned;
use crate::horse::Named;
use crate::page::first;
use crate::pedigree::{Ancestry, ancestors};
use crate::query::{Query, Record};
use crate::question::Question;
use crate::router::Reads;
use crate::snapshot::statement;
use crate::wire::At;
use axum::response::Response;
use postgres_types::Type;
use rules::pedigree::{Kinship, Population};
use serde::Serialize;

/// The most pairs that are told.
const CLOSEST: usize = 10;

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

/// The diversity of a stable.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfStable {
    /// The stable.
    pub stable: Named,
    /// The figures of its horses, of the 200 youngest where there are more; null where it is empty.
    pub diversity: Option<Herd>,
}

/// The diversity of the horses of a stable, computed as it is asked for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Herd {
    /// The horses.
    pub horses: usize,
    /// The founders among their ancestors.
    pub founders: usize,
    /// The mean inbreeding coefficient F, 0 to 1.
    pub mean_inbreeding: f64,
    /// The mean kinship of two horses drawn at random, a horse with itself among the pairs.
    pub mean_kinship: f64,
    /// The effective number of founders.
    pub fe: f64,
    /// The effective number of ancestors.
    pub fa: f64,
    /// The founder genome equivalents.
    pub fg: f64,
    /// The most closely related pairs, at most ten, the closest first.
    pub closest: Vec<Kin>,
}

/// Two horses and how closely they are related.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Kin {
    /// One horse.
    pub one: Named,
    /// The other.
    pub other: Named,
    /// Their kinship, 0 to 1: the inbreeding coefficient of a foal of the two, if they could have one.
    pub kinship: f64,
}

pub(crate) static STABLE: Query = Query {
    name: "diversity of a stable",
    sql: statement!(
        "with recursive stable as (
        select array[s.xmin, u.xmin] as written, s.id, s.name, s.user_id from stables s join users u on u.id = s.user_id where s.id = $1 and u.profile_visible),
      herd as (
        select array_agg(h.xmin) as written, array_agg(h.id) as horses, array_agg(h.name) as horse_names from (
          select h.xmin, h.id, h.name from stable s join horses h on h.stable_id = s.id and h.user_id = s.user_id
          order by h.id desc limit 200) h),
      ",
        ancestors!("array(select unnest(d.horses) from herd d)"),
        "
      select s.written || d.written as written, s.id, s.name, coalesce(d.horses, '{}') as horses, coalesce(d.horse_names, '{}') as horse_names,
        coalesce(a.ids, '{}') as ids, coalesce(a.sires, '{}') as sires, coalesce(a.dams, '{}') as dams,
        coalesce(a.names, '{}') as names
      from stable s cross join herd d cross join ancestors a"
    ),
    takes: &[Type::INT8],
    gives: &[
        ("id", Type::INT8),
        ("name", Type::TEXT),
        ("horses", Type::INT8_ARRAY),
        ("horse_names", Type::TEXT_ARRAY),
        ("ids", Type::INT8_ARRAY),
        ("sires", Type::INT8_ARRAY),
        ("dams", Type::INT8_ARRAY),
        ("names", Type::TEXT_ARRAY),
    ],
};

pub(crate) static BREED: Query = Query {
    name: "diversity of a breed",
    sql: statement!("select array[d.xmin] as written, b.id, b.name, d.computed_at, d.horses, d.founders, d.mean_inbreeding, d.mean_kinship, d.fe, d.fa, d.fg, d.ne,
        d.generation_interval
      from breeds b left join breed_diversity d on d.breed_id = b.id where b.id = $1"),
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
    unversioned(&OfBreed {
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

/// The diversity of a stable, and which of its horses are closest. That of an owner whose profile is hidden answers as a
/// missing one does.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/stables/{id}/diversity", tag = "breeding", params(("id" = i64, Path)),
    responses((status = 200, body = OfStable), (status = 404, description = "No such stable"))
))]
pub(crate) async fn stable(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let id = asked.id()?;
    asked.only(&[])?;
    let row = reads.row(&STABLE, &[&id]).await?;
    let record = row.ok_or(Failure::Missing { what: "stable" })?;
    unversioned(&OfStable {
        stable: record.named("id", "name")?,
        diversity: herd(&record)?,
    })
}

fn herd(record: &Record) -> Result<Option<Herd>, Failure> {
    let ids: Vec<i64> = record.get("horses")?;
    if ids.is_empty() {
        return Ok(None);
    }
    let names: Vec<String> = record.get("horse_names")?;
    let horses = ids.iter().zip(names);
    let horses: Vec<Named> = horses.map(|(id, name)| Named { id: *id, name }).collect();
    let register = Ancestry::read(record)?.register;
    let kinship = Kinship::new(register.pedigree());
    let places = register.places(&ids);
    let population = Population::of(&kinship, &places);
    Ok(Some(Herd {
        horses: population.animals,
        founders: population.founders,
        mean_inbreeding: population.mean_inbreeding,
        mean_kinship: population.mean_kinship,
        fe: population.effective_founders,
        fa: population.effective_ancestors,
        fg: population.founder_genomes,
        closest: closest(&kinship, &places, &horses),
    }))
}

/// The pairs with the greatest kinship; of equals those of the younger horses.
fn closest(kinship: &Kinship<'_>, places: &[u32], horses: &[Named]) -> Vec<Kin> {
    let block = kinship.block(places, places);
    let pairs = block.iter().enumerate().flat_map(|(at, row)| {
        let later = row.iter().enumerate().skip(at + 1);
        later.map(move |(to, kin)| (*kin, at, to))
    });
    let related = pairs.filter(|it| it.0 > 0.0);
    let named = |(kinship, at, to): (f64, usize, usize)| {
        Some(Kin {
            one: horses.get(at)?.clone(),
            other: horses.get(to)?.clone(),
            kinship,
        })
    };
    let closest = first(related, CLOSEST, |one, other| one.0 > other.0);
    closest.into_iter().filter_map(named).collect()
}
