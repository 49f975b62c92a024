//! A horse's past: her results in shows and her training.

use crate::Failure;
use crate::answer::unversioned;
use crate::clock::Instant;
use crate::fields::row;
use crate::horse::Named;
use crate::keyed::{Both, Keyed, TAKES, items, start};
use crate::order::{By, Sort, falling, rising};
use crate::page::{Cursor, END_OF_TIME, List, Page, Worded, instant_of};
use crate::query::{Query, Values};
use crate::question::Question;
use crate::router::Reads;
use crate::snapshot::statement;
use crate::wire::{At, Score};
use axum::response::Response;
use postgres_types::Type;
use serde::Serialize;
use std::result;

/// What a horse did in a show.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = HorseResult))]
pub struct Result {
    /// The id of the result.
    pub id: i64,
    /// The show.
    pub show: Named,
    /// The discipline.
    pub discipline: String,
    /// When the show ran.
    pub run_date: At,
    /// The place, from 1.
    pub placement: i16,
    /// The score.
    pub score: Score,
    /// The score that was to be expected before luck.
    pub expected_score: Score,
    /// The prize in coins.
    pub prize: i64,
    /// The XP for her.
    pub horse_xp: i32,
    /// The stat that rose by one; null where none did.
    pub stat: Option<String>,
    #[serde(skip_serializing)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    created_at: At,
}

/// A session of training.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// The id of the session.
    pub id: i64,
    /// The discipline.
    pub discipline: String,
    /// When.
    pub trained_at: At,
    /// By how much the discipline's score rose.
    pub score_gain: i32,
    /// The stat that rose; null where none did.
    pub stat: Option<String>,
    /// By how much it rose.
    pub stat_gain: Option<i16>,
    /// The XP for the player; null where the player does not share progress.
    pub user_xp: Option<i32>,
}

row!(Result {
    id,
    show,
    discipline,
    run_date,
    placement,
    score,
    expected_score,
    prize,
    horse_xp,
    stat,
    created_at
});
row!(Session {
    id,
    discipline,
    trained_at,
    score_gain,
    stat,
    stat_gain,
    user_xp
});

/// The results of the horse `h`, as [`Result`] reads them, up to where they are narrowed and sorted.
macro_rules! horse_results {
    () => {
        "c.id, jsonb_build_object('id', w.id, 'name', w.name) as show, c.discipline, c.run_date, c.placement,
            (c.score * 1000)::bigint as score, (c.expected_score * 1000)::bigint as expected_score, c.prize, c.horse_xp, c.stat,
            c.created_at
          from competition_results c join shows w on w.id = c.show_id
          where c.horse_id = h.id"
    };
}
pub(crate) use horse_results;

pub(crate) static RESULTS: Query = Query {
    name: "results of a horse",
    sql: statement!(
        "select array[h.xmin] as written, h.id, coalesce((
        select jsonb_agg(to_jsonb(r) order by r.created_at desc, r.id desc) from (
          select ",
        horse_results!(),
        " and (c.created_at, c.id) < ($2, $3)
          order by c.created_at desc, c.id desc limit $4) r), '[]') as items
      from horses h where h.id = $1"
    ),
    takes: &[Type::INT8, Type::TIMESTAMPTZ, Type::INT8, Type::INT8],
    gives: &[("id", Type::INT8), ("items", Type::JSONB)],
};

macro_rules! sorted_results {
    ($than:literal, $way:literal) => {
        statement!(
            "select array[h.xmin] as written, h.id, ",
            items!(
                $than,
                $way,
                "case $2 when 'placement' then r.placement::int8 when 'score' then r.score when 'prize' then r.prize
              else (extract(epoch from r.created_at) * 1000000)::int8 end",
                "''::text",
                "select ",
                horse_results!()
            ),
            " from horses h where h.id = $1"
        )
    };
}

pub(crate) static RESULTS_RISING: Query = Query {
    name: "results of a horse, rising",
    sql: sorted_results!(">", ""),
    takes: &TAKES,
    gives: &[("id", Type::INT8), ("items", Type::JSONB)],
};

pub(crate) static RESULTS_FALLING: Query = Query {
    name: "results of a horse, falling",
    sql: sorted_results!("<", " desc"),
    takes: &TAKES,
    gives: &[("id", Type::INT8), ("items", Type::JSONB)],
};

const SORTED_RESULTS: Both = Both {
    rising: &RESULTS_RISING,
    falling: &RESULTS_FALLING,
};

const ORDERS_OF_RESULTS: &[Sort] = &[
    falling(By::Settled),
    rising(By::Settled),
    rising(By::Placement),
    falling(By::Placement),
    rising(By::Score),
    falling(By::Score),
    rising(By::Prize),
    falling(By::Prize),
];

macro_rules! sessions {
    ($beyond:literal, $way:literal) => {
    statement!("select array[h.xmin] as written, h.id, coalesce((
        select jsonb_agg(to_jsonb(t) order by t.id", $way, ") from (
          select l.id, l.discipline, l.trained_at, l.score_gain, l.stat, l.stat_gain,
            case when u.profile_visible and u.progress_shared then l.user_xp end as user_xp
          from training_logs l join users u on u.id = l.user_id where l.horse_id = h.id and l.id ", $beyond, " $2 order by l.id", $way, " limit $3) t), '[]') as items
      from horses h where h.id = $1")
    };
}

pub(crate) static TRAINING: Query = Query {
    name: "training of a horse",
    sql: sessions!("<", " desc"),
    takes: &[Type::INT8, Type::INT8, Type::INT8],
    gives: &[("id", Type::INT8), ("items", Type::JSONB)],
};

pub(crate) static FIRST_TRAINING: Query = Query {
    name: "training of a horse, oldest first",
    sql: sessions!(">", ""),
    takes: &[Type::INT8, Type::INT8, Type::INT8],
    gives: &[("id", Type::INT8), ("items", Type::JSONB)],
};

const ORDERS_OF_TRAINING: &[Sort] = &[falling(By::Id), rising(By::Id)];

/// The results of a horse.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/horses/{id}/results", tag = "horses",
    params(
        ("id" = i64, Path),
        ("sort" = Option<String>, Query, description = "`-settled` (latest first, where nothing is said), `placement`, `score` or `prize`, each with or without a minus"),
        ("cursor" = Option<String>, Query), ("limit" = Option<i64>, Query)
    ),
    responses((status = 200, body = Page<Result>), (status = 404, description = "No such horse"))
))]
pub(crate) async fn results(reads: Reads, asked: Question) -> result::Result<Response, Failure> {
    let id = asked.id()?;
    asked.only(&["sort", "cursor", "limit"])?;
    let limit = asked.limit()?;
    let of = List::HorseResults.by(asked.sort(ORDERS_OF_RESULTS)?);
    let missing = Failure::Missing { what: "horse" };
    if of.sort != falling(By::Settled) {
        let Worded([number, last], text) = asked.cursor(of)?.unwrap_or_else(|| start(of));
        let word = of.sort.word();
        let values: Values<'_> = &[&id, &word, &number, &text, &last, &(limit + 1)];
        let row = reads.row(SORTED_RESULTS.of(of), values).await?;
        let items: Vec<Keyed<Result>> = row.ok_or(missing)?.list("items")?;
        return unversioned(&Page::of_keyed(items, limit, of));
    }
    let from = asked.cursor(of)?;
    let Cursor([before, result]) = from.unwrap_or(Cursor([END_OF_TIME, i64::MAX]));
    let before: Instant = instant_of(before)?;
    let row = reads
        .row(&RESULTS, &[&id, &before, &result, &(limit + 1)])
        .await?;
    let items: Vec<Result> = row.ok_or(missing)?.list("items")?;
    let keys = |it: &Result| Cursor([it.created_at.0.timestamp_micros(), it.id]);
    unversioned(&Page::of(items, limit, of, keys))
}

/// The training of a horse.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/horses/{id}/training", tag = "horses",
    params(
        ("id" = i64, Path),
        ("sort" = Option<String>, Query, description = "`-id` (latest first, where nothing is said) or `id`"),
        ("cursor" = Option<String>, Query), ("limit" = Option<i64>, Query)
    ),
    responses((status = 200, body = Page<Session>), (status = 404, description = "No such horse"))
))]
pub(crate) async fn training(reads: Reads, asked: Question) -> result::Result<Response, Failure> {
    let id = asked.id()?;
    asked.only(&["sort", "cursor", "limit"])?;
    let limit = asked.limit()?;
    let of = List::Training.by(asked.sort(ORDERS_OF_TRAINING)?);
    let (query, end) = if of.sort.is_falling {
        (&TRAINING, i64::MAX)
    } else {
        (&FIRST_TRAINING, 0)
    };
    let Cursor([beyond]) = asked.cursor(of)?.unwrap_or(Cursor([end]));
    let row = reads.row(query, &[&id, &beyond, &(limit + 1)]).await?;
    let items: Vec<Session> = row
        .ok_or(Failure::Missing { what: "horse" })?
        .list("items")?;
    unversioned(&Page::of(items, limit, of, |it| Cursor([it.id])))
}
