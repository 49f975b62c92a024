//! What is known of a horse's genes: what everyone sees, and what tests said to those who may read them.

use crate::Failure;
use crate::answer::unversioned;
use crate::fields::row;
use crate::query::Query;
use crate::question::Question;
use crate::router::Reads;
use crate::snapshot::statement;
use crate::wire::At;
use axum::response::Response;
use postgres_types::Type;
use rules::economy::GENETIC_TEST;
use rules::genetics::Locus;
use serde::Serialize;
use serde_json::Value;

/// What the asker may know of a horse's genes.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Genetics {
    /// The id of the horse.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The coat that everyone sees; null until the game has told its genes.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub coat: Option<Value>,
    /// The height at the withers once grown, in centimetres; null until the game has told its genes.
    pub height_cm: Option<i16>,
    /// The results of its genetic test: the published ones, and to its owner all. A locus that is not here is untested or
    /// its result is the owner's own business; nothing tells which.
    pub tests: Vec<Test>,
    /// What a test of every testable locus would cost the owner, in coins; null for others and once it is done.
    pub test_cost: Option<i64>,
}

/// The result of a genetic test at one locus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Test {
    /// The symbol of the gene.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "MC1R"))]
    pub locus: Locus,
    /// The two alleles: `E/e`.
    pub genotype: String,
    /// May everyone see it?
    pub published: bool,
    /// When it was tested.
    pub tested_at: At,
}

row!(Test {
    locus,
    genotype,
    published,
    tested_at
});

pub(crate) static GENETICS: Query = Query {
    name: "genetics of a horse",
    sql: statement!("select array[h.xmin, a.xmin] || array(select g.xmin from genetic_tests g where g.horse_id = h.id
          and (g.published or h.user_id = a.id)) as written, h.id, h.name, h.coat, h.height_cm, coalesce(h.user_id = a.id, false) as is_owner, a.token_epoch,
        coalesce((select jsonb_agg(to_jsonb(t) order by t.locus) from (
          select g.locus, g.genotype, g.published, g.tested_at from genetic_tests g
          where g.horse_id = h.id and (g.published or h.user_id = a.id)) t), '[]') as tests
      from horses h left join users a on a.id = $2 where h.id = $1"),
    takes: &[Type::INT8, Type::UUID],
    gives: &[
        ("id", Type::INT8),
        ("name", Type::TEXT),
        ("coat", Type::JSONB),
        ("height_cm", Type::INT2),
        ("is_owner", Type::BOOL),
        ("token_epoch", Type::INT4),
        ("tests", Type::JSONB),
    ],
};

/// What is known of a horse's genes: its coat for everyone, test results for those who may read them.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/horses/{id}/genetics", tag = "breeding", security((), ("token" = [])), params(("id" = i64, Path)),
    responses((status = 200, body = Genetics), (status = 404, description = "No such horse"))
))]
pub(crate) async fn genetics(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let id = asked.id()?;
    let asker = asked.asker(&reads)?;
    asked.only(&[])?;
    let row = reads.row(&GENETICS, &[&id, &asker.id()]).await?;
    let record = row.ok_or(Failure::Missing { what: "horse" })?;
    asker.confirm(&record)?;
    let tests: Vec<Test> = record.list("tests")?;
    let is_untested = record.get("is_owner")? && tests.is_empty();
    unversioned(&Genetics {
        id: record.get("id")?,
        name: record.get("name")?,
        coat: record.get("coat")?,
        height_cm: record.get("height_cm")?,
        tests,
        test_cost: is_untested.then_some(GENETIC_TEST.get()),
    })
}
