//! A horse as a parent: all that a prediction of its foals looks at, for whoever reckons that with the rules themselves.

use crate::Failure;
use crate::answer::unversioned;
use crate::fields::row;
use crate::mating::PLANNED;
use crate::query::Record;
use crate::question::Question;
use crate::router::Reads;
use axum::response::Response;
use rules::genetics::Locus;
use rules::stat::Stats;
use rules::traits::VisibleTraits;
use serde::Serialize;

/// The most ancestors that are told, the nearest first: at least the eleven nearest generations.
const MOST_ANCESTORS: usize = 4_094;

/// A horse with its family and its ancestors. Of two of these the rules for browsers predict the foals.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Parent {
    /// The horse.
    pub mate: Mate,
    /// Its parents and grandparents, as far as they are known: their coats and tests tell of its genes.
    pub family: Vec<Relative>,
    /// Its ancestors.
    pub pedigree: Lines,
}

/// A horse, as far as its genes are concerned.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Relative {
    /// The id.
    pub id: i64,
    /// The name.
    pub name: String,
    /// `male` or `female`.
    pub sex: String,
    /// Its breed.
    pub breed: BreedName,
    /// Its sire; null for a founder.
    pub sire: Option<Id>,
    /// Its dam; null for a founder.
    pub dam: Option<Id>,
    /// What can be seen of its genes.
    pub coat: Seen,
    /// The results of its genetic tests: the published ones, and to its owner all.
    pub tests: Vec<Found>,
}

/// The horse itself: the same, with what else decides what its foals are.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ParentMate))]
pub struct Mate {
    /// As far as its genes are concerned.
    #[serde(flatten)]
    pub relative: Relative,
    /// The twelve stats, 0 to 100.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, i64>))]
    pub stats: Stats,
    /// The traits that have come to light.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, Vec<String>>))]
    pub traits: VisibleTraits,
    /// The bond with its groom, 0 to 100.
    pub bond_score: i16,
    /// The stress, 0 to 100.
    pub stress_level: i16,
    /// The height at the withers once grown, in centimetres; null until the game has told its genes.
    pub height_cm: Option<i16>,
    /// Its own inbreeding coefficient F, 0 to 1.
    pub inbreeding: f64,
}

/// A breed, by its name.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BreedName {
    /// The name.
    pub name: String,
}

/// Another horse, by its id.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Id {
    /// The id.
    pub id: i64,
}

/// What can be seen of a coat.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Seen {
    /// The number of the coat's phenotype; null until the game has told the genes.
    pub phenotype: Option<i64>,
}

/// What a laboratory found at a locus.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Found {
    /// The symbol of the gene.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "MC1R"))]
    pub locus: Locus,
    /// The two alleles: `E/e`.
    pub genotype: String,
}

row!(Found { locus, genotype });

/// Who descends from whom.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lines {
    /// Each horse with its sire and its dam, by id, 0 for one that is not known; the nearest first, at most 4,094.
    pub lines: Vec<[i64; 3]>,
}

/// A horse as a parent: what the rules look at in it, in its family and in its ancestry when they predict a foal.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/horses/{id}/parent", tag = "breeding", security((), ("token" = [])), params(("id" = i64, Path)),
    responses((status = 200, body = Parent), (status = 404, description = "No such horse"))
))]
pub(crate) async fn parent(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let id = asked.id()?;
    let asker = asked.asker(&reads)?;
    asked.only(&[])?;
    // What a planned mating asks of both is asked of one.
    let rows = reads.rows(&PLANNED, &[&id, &id, &asker.id()]).await?;
    let (mut own, mut family) = (None, Vec::with_capacity(rows.len()));
    for row in &rows {
        let relative = relative(row)?;
        if relative.id == id {
            own = Some((row, relative));
        } else {
            family.push(relative);
        }
    }
    let (row, relative) = own.ok_or(Failure::Missing { what: "horse" })?;
    asker.confirm(row)?;
    unversioned(&Parent {
        mate: mate(row, relative)?,
        family,
        pedigree: lines(row)?,
    })
}

fn relative(record: &Record) -> Result<Relative, Failure> {
    let parent = |column| {
        let id: i64 = record.get(column)?;
        Ok::<_, Failure>((id != 0).then_some(Id { id }))
    };
    Ok(Relative {
        id: record.get("id")?,
        name: record.get("name")?,
        sex: record.get("sex")?,
        breed: BreedName {
            name: record.get("breed")?,
        },
        sire: parent("sire_id")?,
        dam: parent("dam_id")?,
        coat: Seen {
            phenotype: record.get("phenotype")?,
        },
        tests: record.list("tests")?,
    })
}

fn mate(record: &Record, relative: Relative) -> Result<Mate, Failure> {
    Ok(Mate {
        relative,
        stats: record.stats("stats")?,
        traits: record.json("visible_traits")?,
        bond_score: record.get("bond_score")?,
        stress_level: record.get("stress_level")?,
        height_cm: record.get("height_cm")?,
        inbreeding: record.get("inbreeding")?,
    })
}

fn lines(record: &Record) -> Result<Lines, Failure> {
    let (ids, sires): (Vec<i64>, Vec<i64>) = (record.get("ids")?, record.get("sires")?);
    let dams: Vec<i64> = record.get("dams")?;
    let parents = sires.into_iter().zip(dams);
    let all = ids.into_iter().zip(parents);
    let lines = all.take(MOST_ANCESTORS + 1);
    Ok(Lines {
        lines: lines.map(|(id, (sire, dam))| [id, sire, dam]).collect(),
    })
}
