//! Who is in a show, and what came of it.

use crate::Failure;
use crate::answer::unversioned;
use crate::class::Class;
use crate::fields::row;
use crate::horse::Player;
use crate::page::{Cursor, List, Page};
use crate::portrait::{Pictured, pictured};
use crate::query::Query;
use crate::question::Question;
use crate::router::Reads;
use crate::snapshot::statement;
use crate::wire::{At, Score};
use axum::response::Response;
use postgres_types::Type;
use serde::Serialize;
use std::result;

/// A horse in a show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entry {
    /// The id of the entry.
    pub id: i64,
    /// The horse.
    pub horse: Pictured,
    /// Who entered her; null where the profile is hidden.
    pub player: Option<Player>,
    /// When.
    pub entered_at: At,
}

/// A place in a show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ShowResult))]
pub struct Result {
    /// The place, from 1.
    pub placement: i16,
    /// The horse.
    pub horse: Pictured,
    /// Who showed her; null where the profile is hidden.
    pub player: Option<Player>,
    /// The score.
    pub score: Score,
    /// The score that was to be expected before luck.
    pub expected_score: Score,
    /// The prize in coins.
    pub prize: i64,
    /// The XP for the horse.
    pub horse_xp: i32,
    /// The XP for the player; null where the player does not share progress.
    pub user_xp: Option<i32>,
    /// The stat of the horse that rose by one; null where none did.
    pub stat: Option<String>,
}

row!(Entry {
    id,
    horse,
    player,
    entered_at
});
row!(Result {
    placement,
    horse,
    player,
    score,
    expected_score,
    prize,
    horse_xp,
    user_xp,
    stat
});

pub(crate) static ENTRIES: Query = Query {
    name: "entries of a show",
    sql: statement!(
        "select array[s.xmin] as written, s.id, coalesce((
        select jsonb_agg(to_jsonb(l) order by l.id) from (
          select e.id, ",
        pictured!("h"),
        " as horse,
            case when u.profile_visible then jsonb_build_object('id', u.id, 'name', u.name) end as player, e.entered_at
          from show_entries e join horses h on h.id = e.horse_id join users u on u.id = e.user_id
          where e.show_id = s.id and e.id > $2 order by e.id limit $3) l), '[]') as items
      from shows s where s.id = $1"
    ),
    takes: &[Type::INT8, Type::INT8, Type::INT8],
    gives: &[("id", Type::INT8), ("items", Type::JSONB)],
};

pub(crate) static RESULTS: Query = Query {
    name: "results of a show",
    sql: statement!(
        "select array[s.xmin] as written, s.id, coalesce((
        select jsonb_agg(to_jsonb(l) order by l.placement) from (
          select r.placement, ",
        pictured!("h"),
        " as horse,
            case when u.profile_visible then jsonb_build_object('id', u.id, 'name', u.name) end as player,
            (r.score * 1000)::bigint as score, (r.expected_score * 1000)::bigint as expected_score, r.prize, r.horse_xp,
            case when u.profile_visible and u.progress_shared then r.user_xp end as user_xp, r.stat
          from competition_results r join horses h on h.id = r.horse_id join users u on u.id = r.user_id
          where r.show_id = s.id and r.placement > $2 order by r.placement limit $3) l), '[]') as items
      from shows s where s.id = $1"
    ),
    takes: &[Type::INT8, Type::INT8, Type::INT8],
    gives: &[("id", Type::INT8), ("items", Type::JSONB)],
};

/// The entries of a show, earliest first.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/shows/{id}/entries", tag = "shows",
    params(("id" = i64, Path), ("cursor" = Option<String>, Query), ("limit" = Option<i64>, Query)),
    responses((status = 200, body = Page<Entry>), (status = 404, description = "No such show"))
))]
pub(crate) async fn entries(reads: Reads, asked: Question) -> result::Result<Response, Failure> {
    let id = asked.id()?;
    asked.only(&["cursor", "limit"])?;
    let limit = asked.limit()?;
    let Cursor([after]) = asked.cursor(List::Entries)?.unwrap_or(Cursor([0]));
    let row = reads.row(&ENTRIES, &[&id, &after, &(limit + 1)]).await?;
    let items: Vec<Entry> = row
        .ok_or(Failure::Missing { what: "show" })?
        .list("items")?;
    let now = reads.now().await;
    let seen = |it: Entry| Entry {
        horse: it.horse.seen_at(now),
        ..it
    };
    let items = items.into_iter().map(seen).collect();
    unversioned(&Page::of(items, limit, List::Entries, |it| Cursor([it.id])))
}

/// The results of a show, best first; none until it is settled.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/shows/{id}/results", tag = "shows",
    params(("id" = i64, Path), ("cursor" = Option<String>, Query), ("limit" = Option<i64>, Query)),
    responses((status = 200, body = Page<Result>), (status = 404, description = "No such show"))
))]
pub(crate) async fn results(reads: Reads, asked: Question) -> result::Result<Response, Failure> {
    let id = asked.id()?;
    asked.only(&["cursor", "limit"])?;
    let limit = asked.limit()?;
    let Cursor([after]) = asked.cursor(List::ShowResults)?.unwrap_or(Cursor([0]));
    let row = reads.row(&RESULTS, &[&id, &after, &(limit + 1)]).await?;
    let items: Vec<Result> = row
        .ok_or(Failure::Missing { what: "show" })?
        .list("items")?;
    let keys = |it: &Result| Cursor([i64::from(it.placement)]);
    let is_unsettled = items.is_empty();
    let now = reads.now().await;
    let seen = |it: Result| Result {
        horse: it.horse.seen_at(now),
        ..it
    };
    let items = items.into_iter().map(seen).collect();
    let mut response = unversioned(&Page::of(items, limit, List::ShowResults, keys))?;
    if is_unsettled {
        response.extensions_mut().insert(Class::Shared);
    }
    Ok(response)
}
