//! One's own horses.

use crate::Failure;
use crate::answer::unversioned;
use crate::clock::Instant;
use crate::herd::Line;
use crate::horse::{Named, in_foal};
use crate::keyed::{Both, Keyed, TAKES_OF_PLAYER, start};
use crate::order::{By, Ordered, Sort, falling, rising};
use crate::page::{Cursor, List, Page, Worded};
use crate::portrait::seat;
use crate::query::{Query, Record, Values};
use crate::question::Question;
use crate::router::Reads;
use crate::session::{Claims, Fault};
use crate::snapshot::statement;
use crate::wire::At;
use axum::response::Response;
use postgres_types::Type;
use serde::Serialize;

/// One of one's own horses.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Own {
    /// What everyone sees.
    #[serde(flatten)]
    pub line: Line,
    /// The stable she stands in, if any.
    pub stable: Option<Named>,
    /// The bond, 0 to 100.
    pub bond_score: i16,
    /// The stress, 0 to 100.
    pub stress_level: i16,
    /// From when she may be trained again; null if she never was.
    pub training_cooldown: Option<At>,
    /// Is she in foal?
    pub in_foal: bool,
    /// Counts every change of her; `If-Match` names it.
    pub version: i64,
}

/// What [`Own`] reads of the horse `h`, which is mine.
macro_rules! mine {
    () => {
        concat!("h.xmin as horse, s.xmin as stable, h.id, h.name, h.sex, h.born_at, h.xp::int8 as xp, h.temperament, h.visible_traits, h.discipline_scores,
          b.id as breed_id, b.name as breed_name, me.id as owner_id, me.name as owner_name, ", seat!("h", "b.name"), " as seat,
          s.id as stable_id, s.name as stable_name, h.bond_score, h.stress_level, h.training_cooldown, h.version, ")
    };
}

// The player comes first, so that the epoch is there even for one without horses.
pub(crate) static OWN: Query = Query {
    name: "own horses",
    sql: statement!(
        "select array[me.xmin] as written, me.token_epoch, l.* from users me left join lateral (
        select ",
        mine!(),
        in_foal!(),
        "
        from horses h join breeds b on b.id = h.breed_id left join stables s on s.id = h.stable_id
        where h.user_id = me.id and h.id < $2 order by h.id desc limit $3) l on true
      where me.id = $1 order by l.id desc"
    ),
    takes: &[Type::UUID, Type::INT8, Type::INT8],
    gives: &[
        ("token_epoch", Type::INT4),
        ("horse", Type::XID),
        ("stable", Type::XID),
        ("id", Type::INT8),
        ("name", Type::TEXT),
        ("sex", Type::TEXT),
        ("born_at", Type::TIMESTAMPTZ),
        ("xp", Type::INT8),
        ("temperament", Type::TEXT),
        ("visible_traits", Type::JSONB),
        ("discipline_scores", Type::JSONB),
        ("breed_id", Type::INT8),
        ("breed_name", Type::TEXT),
        ("owner_id", Type::UUID),
        ("owner_name", Type::TEXT),
        ("seat", Type::TEXT_ARRAY),
        ("stable_id", Type::INT8),
        ("stable_name", Type::TEXT),
        ("bond_score", Type::INT2),
        ("stress_level", Type::INT2),
        ("training_cooldown", Type::TIMESTAMPTZ),
        ("version", Type::INT8),
        ("in_foal", Type::XID),
    ],
};

/// One's own horses by a number or a name: a player has some hundreds of them, which are sorted.
macro_rules! keyed {
    ($than:literal, $way:literal) => {
        statement!(
            "select array[me.xmin] as written, me.token_epoch, l.* from users me left join lateral (
        select ",
            mine!(),
            in_foal!(),
            ", h.key_n, h.key_t
        from (select xmin, id, name, sex, born_at, xp, temperament, visible_traits, discipline_scores, breed_id, stable_id,
            bond_score, stress_level, training_cooldown, version, coat, sire_id, dam_id,
            case $2 when 'age' then -(extract(epoch from born_at) * 1000000)::int8 when 'level' then xp::int8
              when 'rest' then coalesce((extract(epoch from training_cooldown) * 1000000)::int8, 0) else 0 end as key_n,
            case $2 when 'name' then lower(name) else '' end as key_t
          from horses where user_id = me.id) h
        join breeds b on b.id = h.breed_id left join stables s on s.id = h.stable_id
        where (h.key_n, h.key_t, h.id) ", $than, " ($3, $4, $5)
        order by h.key_n", $way, ", h.key_t", $way, ", h.id", $way, " limit $6) l on true
      where me.id = $1 order by l.key_n", $way, ", l.key_t", $way, ", l.id", $way
        )
    };
}

static KEYED: [(&str, Type); 25] = [
    ("token_epoch", Type::INT4),
    ("horse", Type::XID),
    ("stable", Type::XID),
    ("id", Type::INT8),
    ("name", Type::TEXT),
    ("sex", Type::TEXT),
    ("born_at", Type::TIMESTAMPTZ),
    ("xp", Type::INT8),
    ("temperament", Type::TEXT),
    ("visible_traits", Type::JSONB),
    ("discipline_scores", Type::JSONB),
    ("breed_id", Type::INT8),
    ("breed_name", Type::TEXT),
    ("owner_id", Type::UUID),
    ("owner_name", Type::TEXT),
    ("seat", Type::TEXT_ARRAY),
    ("stable_id", Type::INT8),
    ("stable_name", Type::TEXT),
    ("bond_score", Type::INT2),
    ("stress_level", Type::INT2),
    ("training_cooldown", Type::TIMESTAMPTZ),
    ("version", Type::INT8),
    ("in_foal", Type::XID),
    ("key_n", Type::INT8),
    ("key_t", Type::TEXT),
];

pub(crate) static RISING: Query = Query {
    name: "own horses, rising",
    sql: keyed!(">", ""),
    takes: &TAKES_OF_PLAYER,
    gives: &KEYED,
};

pub(crate) static FALLING: Query = Query {
    name: "own horses, falling",
    sql: keyed!("<", " desc"),
    takes: &TAKES_OF_PLAYER,
    gives: &KEYED,
};

const SORTED: Both = Both {
    rising: &RISING,
    falling: &FALLING,
};

const ORDERS: &[Sort] = &[
    falling(By::Id),
    rising(By::Id),
    rising(By::Name),
    falling(By::Name),
    rising(By::Age),
    falling(By::Age),
    rising(By::Level),
    falling(By::Level),
    rising(By::Rest),
    falling(By::Rest),
];

impl Own {
    fn read(record: &Record, now: Instant) -> Result<Self, Failure> {
        Ok(Self {
            line: Line::read(record, now)?,
            stable: record.maybe_named("stable_id", "stable_name")?,
            bond_score: record.get("bond_score")?,
            stress_level: record.get("stress_level")?,
            training_cooldown: record
                .get::<Option<_>>("training_cooldown")?
                .map(At::not_before),
            in_foal: record.is_there("in_foal")?,
            version: record.get("version")?,
        })
    }
}

/// One's own horses.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/users/me/horses", tag = "users", security(("token" = [])),
    params(
        ("sort" = Option<String>, Query, description = "`-id` (newest first, where nothing is said), `id`, `name`, `age`, `level` or `rest` (who may be trained soonest first), each with a minus the other way round"),
        ("cursor" = Option<String>, Query), ("limit" = Option<i64>, Query)
    ),
    responses((status = 200, body = Page<Own>), (status = 401, description = "Not signed in"))
))]
pub(crate) async fn own(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let claims = asked.signed(&reads)?;
    asked.only(&["sort", "cursor", "limit"])?;
    let limit = asked.limit()?;
    let of = List::OwnHorses.by(asked.sort(ORDERS)?);
    if of.sort == falling(By::Id) {
        let Cursor([before]) = asked.cursor(of)?.unwrap_or(Cursor([i64::MAX]));
        let rows = reads
            .rows(&OWN, &[&claims.sub, &before, &(limit + 1)])
            .await?;
        let horses = read(&reads, &claims, &rows, Own::read).await?;
        return unversioned(&Page::of(horses, limit, of, |own| Cursor([own.line.id])));
    }
    let from = asked.cursor(of)?.unwrap_or_else(|| start(of));
    let rows = keyed(&reads, &claims, of, &from, limit + 1).await?;
    let horses = read(&reads, &claims, &rows, keyed_row).await?;
    unversioned(&Page::of_keyed(horses, limit, of))
}

async fn keyed(
    reads: &Reads,
    claims: &Claims,
    of: Ordered,
    Worded([number, id], text): &Worded<2>,
    limit: i64,
) -> Result<Vec<Record>, Failure> {
    let word = of.sort.word();
    let values: Values<'_> = &[&claims.sub, &word, number, text, id, &limit];
    reads.rows(SORTED.of(of), values).await
}

fn keyed_row(record: &Record, now: Instant) -> Result<Keyed<Own>, Failure> {
    let row = Own::read(record, now)?;
    let numbers = [record.get("key_n")?, row.line.id];
    let key = Worded(numbers, record.get("key_t")?);
    Ok(Keyed { key, row })
}

/// The rows of a player whose session holds: one without an id stands for the player alone.
async fn read<T>(
    reads: &Reads,
    claims: &Claims,
    rows: &[Record],
    one: fn(&Record, Instant) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    let first = rows.first().ok_or(Failure::Unsigned(Fault::Revoked))?;
    claims.confirm(first.get("token_epoch")?)?;
    let now = reads.now().await;
    let mut read = Vec::with_capacity(rows.len());
    for row in rows {
        if row.get::<Option<i64>>("id")?.is_some() {
            read.push(one(row, now)?);
        }
    }
    Ok(read)
}
