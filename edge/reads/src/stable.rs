//! Stables: one that everyone may see, and one's own.

use crate::Failure;
use crate::answer::{json, unversioned};
use crate::fields::row;
use crate::horse::Player;
use crate::keyed::{Both, Keyed, TAKES_OF_PLAYER, items, start};
use crate::order::{By, Sort, falling, rising};
use crate::page::{Cursor, List, Page, Worded};
use crate::query::{Query, Values};
use crate::question::Question;
use crate::router::Reads;
use crate::session::Fault;
use crate::snapshot::statement;
use axum::response::Response;
use postgres_types::Type;
use serde::Serialize;

/// A stable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stable {
    /// The id.
    pub id: i64,
    /// The name.
    pub name: String,
    /// Where it lies, if the owner said so.
    pub location: Option<String>,
    /// The horses that stand in it.
    pub horses: i64,
    /// Counts every change; `If-Match` names it.
    pub version: i64,
}

/// A stable with its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Housed {
    /// The stable.
    #[serde(flatten)]
    pub stable: Stable,
    /// The owner.
    pub owner: Option<Player>,
}

row!(Stable {
    id,
    name,
    location,
    horses,
    version
});

pub(crate) static STABLE: Query = Query {
    name: "stable",
    sql: statement!("select array[s.xmin, u.xmin] as written, s.id, s.name, s.location, s.version, u.id as owner_id, u.name as owner_name,
        (select count(*) from horses h where h.stable_id = s.id and h.user_id = s.user_id) as horses
      from stables s join users u on u.id = s.user_id where s.id = $1 and u.profile_visible"),
    takes: &[Type::INT8],
    gives: &[
        ("id", Type::INT8),
        ("name", Type::TEXT),
        ("location", Type::TEXT),
        ("version", Type::INT8),
        ("owner_id", Type::UUID),
        ("owner_name", Type::TEXT),
        ("horses", Type::INT8),
    ],
};

pub(crate) static OWN: Query = Query {
    name: "own stables",
    sql: statement!("select array[u.xmin] || array(select s.xmin from stables s where s.user_id = u.id and s.id > $2
          order by s.id limit $3) as written, u.token_epoch, coalesce((
        select jsonb_agg(to_jsonb(l) order by l.id) from (
          select s.id, s.name, s.location, s.version,
            (select count(*) from horses h where h.stable_id = s.id and h.user_id = s.user_id) as horses
          from stables s where s.user_id = u.id and s.id > $2 order by s.id limit $3) l), '[]') as items
      from users u where u.id = $1"),
    takes: &[Type::UUID, Type::INT8, Type::INT8],
    gives: &[("token_epoch", Type::INT4), ("items", Type::JSONB)],
};

macro_rules! sorted {
    ($than:literal, $way:literal) => {
        statement!(
            "select array[u.xmin] || array(select s.xmin from stables s where s.user_id = u.id) as written, u.token_epoch, ",
            items!(
                $than,
                $way,
                "case $2 when 'horses' then r.horses else 0 end",
                "case $2 when 'name' then lower(r.name) else '' end",
                "select s.id, s.name, s.location, s.version,
            (select count(*) from horses h where h.stable_id = s.id and h.user_id = s.user_id) as horses
          from stables s where s.user_id = u.id"
            ),
            " from users u where u.id = $1"
        )
    };
}

pub(crate) static RISING: Query = Query {
    name: "own stables, rising",
    sql: sorted!(">", ""),
    takes: &TAKES_OF_PLAYER,
    gives: &[("token_epoch", Type::INT4), ("items", Type::JSONB)],
};

pub(crate) static FALLING: Query = Query {
    name: "own stables, falling",
    sql: sorted!("<", " desc"),
    takes: &TAKES_OF_PLAYER,
    gives: &[("token_epoch", Type::INT4), ("items", Type::JSONB)],
};

const SORTED: Both = Both {
    rising: &RISING,
    falling: &FALLING,
};

const ORDERS: &[Sort] = &[
    rising(By::Id),
    falling(By::Id),
    rising(By::Name),
    falling(By::Name),
    rising(By::Horses),
    falling(By::Horses),
];

/// A stable. That of an owner whose profile is hidden answers as a missing one does.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/stables/{id}", tag = "stables", params(("id" = i64, Path)),
    responses((status = 200, body = Housed), (status = 404, description = "No such stable"))
))]
pub(crate) async fn stable(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let id = asked.id()?;
    asked.only(&[])?;
    let row = reads.row(&STABLE, &[&id]).await?;
    let record = row.ok_or(Failure::Missing { what: "stable" })?;
    let housed = Housed {
        stable: Stable {
            id: record.get("id")?,
            name: record.get("name")?,
            location: record.get("location")?,
            horses: record.get("horses")?,
            version: record.get("version")?,
        },
        owner: record.player("owner_id", "owner_name")?,
    };
    json(Some(housed.stable.version), &housed)
}

/// One's own stables.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/users/me/stables", tag = "users", security(("token" = [])),
    params(
        ("sort" = Option<String>, Query, description = "`id` (oldest first, where nothing is said), `name` or `horses`, each with or without a minus"),
        ("cursor" = Option<String>, Query), ("limit" = Option<i64>, Query)
    ),
    responses((status = 200, body = Page<Stable>), (status = 401, description = "Not signed in"))
))]
pub(crate) async fn own(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let claims = asked.signed(&reads)?;
    asked.only(&["sort", "cursor", "limit"])?;
    let limit = asked.limit()?;
    let of = List::Stables.by(asked.sort(ORDERS)?);
    let revoked = Failure::Unsigned(Fault::Revoked);
    if of.sort != rising(By::Id) {
        let Worded([number, last], text) = asked.cursor(of)?.unwrap_or_else(|| start(of));
        let word = of.sort.word();
        let values: Values<'_> = &[&claims.sub, &word, &number, &text, &last, &(limit + 1)];
        let record = reads.row(SORTED.of(of), values).await?.ok_or(revoked)?;
        claims.confirm(record.get("token_epoch")?)?;
        let items: Vec<Keyed<Stable>> = record.list("items")?;
        return unversioned(&Page::of_keyed(items, limit, of));
    }
    let Cursor([after]) = asked.cursor(of)?.unwrap_or(Cursor([0]));
    let row = reads
        .row(&OWN, &[&claims.sub, &after, &(limit + 1)])
        .await?;
    let record = row.ok_or(revoked)?;
    claims.confirm(record.get("token_epoch")?)?;
    let items: Vec<Stable> = record.list("items")?;
    unversioned(&Page::of(items, limit, of, |it| Cursor([it.id])))
}
