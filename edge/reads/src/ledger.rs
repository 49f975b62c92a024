//! One's own ledger: every coin that came or went.

use crate::Failure;
use crate::answer::unversioned;
use crate::fields::row;
use crate::horse::Named;
use crate::order::{By, Sort, falling, rising};
use crate::page::{Cursor, List, Page};
use crate::query::Query;
use crate::question::Question;
use crate::router::Reads;
use crate::session::Fault;
use crate::snapshot::statement;
use crate::wire::At;
use axum::response::Response;
use postgres_types::Type;
use serde::Serialize;

/// Coins that came into the purse or left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Posting {
    /// The id of the posting.
    pub id: i64,
    /// The coins: positive where they came in.
    pub amount: i64,
    /// What the purse held afterwards.
    pub balance_after: i64,
    /// Why: welcome, stipend, store_horse, entry_fee, prize and so on.
    pub cause: String,
    /// The show it was about, if any.
    pub show: Option<Named>,
    /// The horse it was about, if any.
    pub horse: Option<Named>,
    /// When.
    pub at: At,
}

row!(Posting {
    id,
    amount,
    balance_after,
    cause,
    show,
    horse,
    at
});

macro_rules! postings {
    ($beyond:literal, $way:literal) => {
        statement!("select array[u.xmin] as written, u.token_epoch, coalesce((
        select jsonb_agg(to_jsonb(l) order by l.id", $way, ") from (
          select p.id, p.amount, p.balance_after, t.cause, t.at,
            case when s.id is not null then jsonb_build_object('id', s.id, 'name', s.name) end as show,
            case when h.id is not null then jsonb_build_object('id', h.id, 'name', h.name) end as horse
          from postings p join transfers t on t.id = p.transfer_id
          left join shows s on s.id = t.show_id left join horses h on h.id = t.horse_id
          where p.account_id = (select a.id from accounts a where a.user_id = u.id) and p.id ", $beyond, " $2
          order by p.id", $way, " limit $3) l), '[]') as items
      from users u where u.id = $1")
    };
}

pub(crate) static POSTINGS: Query = Query {
    name: "own ledger",
    sql: postings!("<", " desc"),
    takes: &[Type::UUID, Type::INT8, Type::INT8],
    gives: &GIVES,
};

pub(crate) static FIRST_POSTINGS: Query = Query {
    name: "own ledger, oldest first",
    sql: postings!(">", ""),
    takes: &[Type::UUID, Type::INT8, Type::INT8],
    gives: &GIVES,
};

static GIVES: [(&str, Type); 2] = [("token_epoch", Type::INT4), ("items", Type::JSONB)];

/// No order by the coins: a busy player's ledger has no bound, and an index would cost every payment of the game.
const ORDERS: &[Sort] = &[falling(By::Id), rising(By::Id)];

/// Every posting of one's own purse.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/users/me/ledger", tag = "users", security(("token" = [])),
    params(
        ("sort" = Option<String>, Query, description = "`-id` (latest first, where nothing is said) or `id`"),
        ("cursor" = Option<String>, Query), ("limit" = Option<i64>, Query)
    ),
    responses((status = 200, body = Page<Posting>), (status = 401, description = "Not signed in"))
))]
pub(crate) async fn postings(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let claims = asked.signed(&reads)?;
    asked.only(&["sort", "cursor", "limit"])?;
    let limit = asked.limit()?;
    let of = List::Ledger.by(asked.sort(ORDERS)?);
    let (query, end) = if of.sort.is_falling {
        (&POSTINGS, i64::MAX)
    } else {
        (&FIRST_POSTINGS, 0)
    };
    let Cursor([beyond]) = asked.cursor(of)?.unwrap_or(Cursor([end]));
    let row = reads
        .row(query, &[&claims.sub, &beyond, &(limit + 1)])
        .await?;
    let record = row.ok_or(Failure::Unsigned(Fault::Revoked))?;
    claims.confirm(record.get("token_epoch")?)?;
    let items: Vec<Posting> = record.list("items")?;
    unversioned(&Page::of(items, limit, of, |it| Cursor([it.id])))
}
