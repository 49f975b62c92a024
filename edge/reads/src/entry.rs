//! Who is in a show, and what came of it.

use crate::Failure;
use crate::answer::unversioned;
use crate::asked::Asked;
use crate::class::Class;
use crate::clock::Instant;
use crate::fields::{Row, row};
use crate::horse::Player;
use crate::keyed::{Both, Keyed, TAKES, items, start};
use crate::order::{By, Ordered, Sort, falling, rising};
use crate::page::{Cursor, List, Page, Worded};
use crate::portrait::{Pictured, pictured};
use crate::query::{Query, Values};
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

/// The entries of the show `s`, as [`Entry`] reads them, up to where they are narrowed and sorted.
macro_rules! entry {
    () => {
        concat!(
            "select e.id, ",
            pictured!("h"),
            " as horse,
            case when u.profile_visible then jsonb_build_object('id', u.id, 'name', u.name) end as player, e.entered_at
          from show_entries e join horses h on h.id = e.horse_id join users u on u.id = e.user_id
          where e.show_id = s.id"
        )
    };
}

/// What [`Result`] reads of a result `r` of the show `s`, up to where it is narrowed and sorted.
macro_rules! result {
    () => {
        concat!(
            "r.placement, ",
            pictured!("h"),
            " as horse,
            case when u.profile_visible then jsonb_build_object('id', u.id, 'name', u.name) end as player,
            (r.score * 1000)::bigint as score, (r.expected_score * 1000)::bigint as expected_score, r.prize, r.horse_xp,
            case when u.profile_visible and u.progress_shared then r.user_xp end as user_xp, r.stat
          from competition_results r join horses h on h.id = r.horse_id join users u on u.id = r.user_id
          where r.show_id = s.id"
        )
    };
}

/// Portraits show how old a horse is, which no statement knows.
macro_rules! seen_at {
    ($($row:ident),+) => {$(
        impl $row {
            fn seen_at(page: Page<Self>, now: Instant) -> Page<Self> {
                let items = page.items.into_iter().map(|it| Self {
                    horse: it.horse.seen_at(now),
                    ..it
                });
                Page {
                    items: items.collect(),
                    ..page
                }
            }
        }
    )+};
}
seen_at!(Entry, Result);

static GIVES: [(&str, Type); 2] = [("id", Type::INT8), ("items", Type::JSONB)];

pub(crate) static ENTRIES: Query = Query {
    name: "entries of a show",
    sql: statement!(
        "select array[s.xmin] as written, s.id, coalesce((
        select jsonb_agg(to_jsonb(l) order by l.id) from (
          ",
        entry!(),
        " and e.id > $2 order by e.id limit $3) l), '[]') as items
      from shows s where s.id = $1"
    ),
    takes: &[Type::INT8, Type::INT8, Type::INT8],
    gives: &GIVES,
};

pub(crate) static RESULTS: Query = Query {
    name: "results of a show",
    sql: statement!(
        "select array[s.xmin] as written, s.id, coalesce((
        select jsonb_agg(to_jsonb(l) order by l.placement) from (
          select ",
        result!(),
        " and r.placement > $2 order by r.placement limit $3) l), '[]') as items
      from shows s where s.id = $1"
    ),
    takes: &[Type::INT8, Type::INT8, Type::INT8],
    gives: &GIVES,
};

macro_rules! sorted {
    ($than:literal, $way:literal, $number:literal, $($rows:expr),+) => {
        statement!(
            "select array[s.xmin] as written, s.id, ",
            items!(
                $than,
                $way,
                $number,
                "case $2 when 'horse' then lower(r.horse ->> 'name') else '' end",
                $($rows),+
            ),
            " from shows s where s.id = $1"
        )
    };
}

macro_rules! sorted_entries {
    ($than:literal, $way:literal) => {
        sorted!($than, $way, "0::int8", entry!())
    };
}

macro_rules! sorted_results {
    ($than:literal, $way:literal) => {
        sorted!(
            $than,
            $way,
            "case $2 when 'expected_score' then r.expected_score when 'placement' then r.placement::int8 else 0 end",
            "select r.id, ",
            result!()
        )
    };
}

pub(crate) static ENTRIES_RISING: Query = Query {
    name: "entries of a show, rising",
    sql: sorted_entries!(">", ""),
    takes: &TAKES,
    gives: &GIVES,
};

pub(crate) static ENTRIES_FALLING: Query = Query {
    name: "entries of a show, falling",
    sql: sorted_entries!("<", " desc"),
    takes: &TAKES,
    gives: &GIVES,
};

pub(crate) static RESULTS_RISING: Query = Query {
    name: "results of a show, rising",
    sql: sorted_results!(">", ""),
    takes: &TAKES,
    gives: &GIVES,
};

pub(crate) static RESULTS_FALLING: Query = Query {
    name: "results of a show, falling",
    sql: sorted_results!("<", " desc"),
    takes: &TAKES,
    gives: &GIVES,
};

const SORTED_ENTRIES: Both = Both {
    rising: &ENTRIES_RISING,
    falling: &ENTRIES_FALLING,
};

const SORTED_RESULTS: Both = Both {
    rising: &RESULTS_RISING,
    falling: &RESULTS_FALLING,
};

const ORDERS_OF_ENTRIES: &[Sort] = &[
    rising(By::Id),
    falling(By::Id),
    rising(By::Horse),
    falling(By::Horse),
];

/// No order by the scores: the places are it.
const ORDERS_OF_RESULTS: &[Sort] = &[
    rising(By::Placement),
    falling(By::Placement),
    falling(By::ExpectedScore),
    rising(By::ExpectedScore),
    rising(By::Horse),
    falling(By::Horse),
];

/// The entries of a show.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/shows/{id}/entries", tag = "shows",
    params(
        ("id" = i64, Path),
        ("sort" = Option<String>, Query, description = "`id` (earliest first, where nothing is said) or `horse`, each with or without a minus"),
        ("cursor" = Option<String>, Query), ("limit" = Option<i64>, Query)
    ),
    responses((status = 200, body = Page<Entry>), (status = 404, description = "No such show"))
))]
pub(crate) async fn entries(reads: Reads, asked: Question) -> result::Result<Response, Failure> {
    let id = asked.id()?;
    asked.only(&["sort", "cursor", "limit"])?;
    let limit = asked.limit()?;
    let of = List::Entries.by(asked.sort(ORDERS_OF_ENTRIES)?);
    if of.sort != rising(By::Id) {
        let page = sorted(&reads, &asked, id, of, SORTED_ENTRIES.of(of)).await?;
        return unversioned(&Entry::seen_at(page, reads.now().await));
    }
    let Cursor([after]) = asked.cursor(of)?.unwrap_or(Cursor([0]));
    let row = reads.row(&ENTRIES, &[&id, &after, &(limit + 1)]).await?;
    let items: Vec<Entry> = row
        .ok_or(Failure::Missing { what: "show" })?
        .list("items")?;
    let page = Page::of(items, limit, of, |it: &Entry| Cursor([it.id]));
    unversioned(&Entry::seen_at(page, reads.now().await))
}

async fn sorted<T: Row>(
    reads: &Reads,
    asked: &Asked,
    show: i64,
    of: Ordered,
    query: &'static Query,
) -> result::Result<Page<T>, Failure> {
    let limit = asked.limit()?;
    let Worded([number, last], text) = asked.cursor(of)?.unwrap_or_else(|| start(of));
    let word = of.sort.word();
    let values: Values<'_> = &[&show, &word, &number, &text, &last, &(limit + 1)];
    let row = reads.row(query, values).await?;
    let row = row.ok_or(Failure::Missing { what: "show" })?;
    let items: Vec<Keyed<T>> = row.list("items")?;
    Ok(Page::of_keyed(items, limit, of))
}

/// The results of a show; none until it is settled.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/shows/{id}/results", tag = "shows",
    params(
        ("id" = i64, Path),
        ("sort" = Option<String>, Query, description = "`placement` (best first, where nothing is said), `expected_score` or `horse`, each with or without a minus"),
        ("cursor" = Option<String>, Query), ("limit" = Option<i64>, Query)
    ),
    responses((status = 200, body = Page<Result>), (status = 404, description = "No such show"))
))]
pub(crate) async fn results(reads: Reads, asked: Question) -> result::Result<Response, Failure> {
    let id = asked.id()?;
    asked.only(&["sort", "cursor", "limit"])?;
    let limit = asked.limit()?;
    let of = List::ShowResults.by(asked.sort(ORDERS_OF_RESULTS)?);
    let page = if of.sort == rising(By::Placement) {
        let Cursor([after]) = asked.cursor(of)?.unwrap_or(Cursor([0]));
        let row = reads.row(&RESULTS, &[&id, &after, &(limit + 1)]).await?;
        let row = row.ok_or(Failure::Missing { what: "show" })?;
        let items: Vec<Result> = row.list("items")?;
        Page::of(items, limit, of, |it| Cursor([i64::from(it.placement)]))
    } else {
        sorted(&reads, &asked, id, of, SORTED_RESULTS.of(of)).await?
    };
    let page = Result::seen_at(page, reads.now().await);
    let mut response = unversioned(&page)?;
    if page.items.is_empty() {
        response.extensions_mut().insert(Class::Shared);
    }
    Ok(response)
}
