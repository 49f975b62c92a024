//! Alive, and ready.

use crate::Failure;
use crate::answer::unversioned;
use crate::query::Query;
use crate::question::Question;
use crate::router::Reads;
use axum::response::Response;
use postgres_types::Type;
use serde::Serialize;

/// A program that answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Alive {
    /// `alive`.
    pub status: &'static str,
}

/// A program that can do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ready {
    /// `ready`.
    pub status: &'static str,
    /// The version of the database's schema.
    pub schema_version: i32,
}

pub(crate) static READY: Query = Query {
    name: "schema version",
    // Whatever the schema is: no function of ours, and never from a cache.
    sql: "select array[pg_snapshot_xmin(pg_current_snapshot()), pg_snapshot_xmax(pg_current_snapshot())] as horizons,
        '{}'::xid[] as written, max(version) as version from ops.migrations",
    takes: &[],
    gives: &[("version", Type::INT4)],
};

/// Is the program running?
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/health/live", tag = "health", responses((status = 200, body = Alive))
))]
pub(crate) async fn live(_: Reads, asked: Question) -> Result<Response, Failure> {
    asked.only(&[])?;
    unversioned(&Alive { status: "alive" })
}

/// Is the database there, with the schema that this program was made for?
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/health/ready", tag = "health",
    responses((status = 200, body = Ready), (status = 503, description = "No database, or another schema"))
))]
pub(crate) async fn ready(reads: Reads, asked: Question) -> Result<Response, Failure> {
    asked.only(&[])?;
    let row = reads.row(&READY, &[]).await?;
    let found: Option<i32> = row.map(|it| it.get("version")).transpose()?.flatten();
    let expected = reads.schema_version();
    if found == Some(expected) {
        unversioned(&Ready {
            status: "ready",
            schema_version: expected,
        })
    } else {
        Err(Failure::WrongSchema { expected, found })
    }
}
