//! One's own ledger: every coin that came or went.

use crate::Failure;
use crate::answer::unversioned;
use crate::fields::row;
use crate::horse::Named;
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

pub(crate) static POSTINGS: Query = Query {
    name: "own ledger",
    sql: statement!("select array[u.xmin] as written, u.token_epoch, coalesce((
        select jsonb_agg(to_jsonb(l) order by l.id desc) from (
          select p.id, p.amount, p.balance_after, t.cause, t.at,
            case when s.id is not null then jsonb_build_object('id', s.id, 'name', s.name) end as show,
            case when h.id is not null then jsonb_build_object('id', h.id, 'name', h.name) end as horse
          from postings p join transfers t on t.id = p.transfer_id
          left join shows s on s.id = t.show_id left join horses h on h.id = t.horse_id
          where p.account_id = (select a.id from accounts a where a.user_id = u.id) and p.id < $2
          order by p.id desc limit $3) l), '[]') as items
      from users u where u.id = $1"),
    takes: &[Type::UUID, Type::INT8, Type::INT8],
    gives: &[("token_epoch", Type::INT4), ("items", Type::JSONB)],
};

/// Every posting of one's own purse, latest first.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/users/me/ledger", tag = "users", security(("token" = [])),
    params(("cursor" = Option<String>, Query), ("limit" = Option<i64>, Query)),
    responses((status = 200, body = Page<Posting>), (status = 401, description = "Not signed in"))
))]
pub(crate) async fn postings(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let claims = asked.signed(&reads)?;
    asked.only(&["cursor", "limit"])?;
    let limit = asked.limit()?;
    let Cursor([before]) = asked.cursor(List::Ledger)?.unwrap_or(Cursor([i64::MAX]));
    let row = reads
        .row(&POSTINGS, &[&claims.sub, &before, &(limit + 1)])
        .await?;
    let record = row.ok_or(Failure::Unsigned(Fault::Revoked))?;
    claims.confirm(record.get("token_epoch")?)?;
    let items: Vec<Posting> = record.list("items")?;
    unversioned(&Page::of(items, limit, List::Ledger, |it| Cursor([it.id])))
}
