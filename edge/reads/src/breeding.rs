//! Breeding: pregnancies of one's mares and stallions at stud.

use crate::Failure;
use crate::answer::unversioned;
use crate::asked::Asked;
use crate::clock::Instant;
use crate::herd::{Line, line};
use crate::order::{By, Sort, falling, rising};
use crate::page::{Cursor, END_OF_TIME, List, Page, instant_of};
use crate::portrait::{Pictured, pictured};
use crate::query::{Query, Record, Values};
use crate::question::Question;
use crate::router::Reads;
use crate::session::Fault;
use crate::snapshot::statement;
use crate::wire::At;
use axum::response::Response;
use postgres_types::Type;
use rules::economy::MAX_STUD_FEE;
use rules::genetics::Locus;
use rules::horse::LAST_ACTIVE_AGE;
use rules::time::{DAYS_PER_YEAR, days_after};
use serde::Serialize;
use serde_json::Value;

/// A covering of one of one's mares, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pregnancy {
    /// The id.
    pub id: i64,
    /// The mare.
    pub mare: Pictured,
    /// The stallion.
    pub stallion: Pictured,
    /// When she was covered.
    pub covered_at: At,
    /// When the foal is due.
    pub due_at: At,
    /// `in_foal`, `foaled` or `lost`.
    pub state: String,
    /// When it ended; null while she is in foal.
    pub ended_at: Option<At>,
    /// The foal, once it is born.
    pub foal: Option<Pictured>,
    /// Why there is no foal; null unless it was lost.
    pub lost_to: Option<Lost>,
}

/// The locus at which a foal could not live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lost {
    /// The symbol of the gene.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "EDNRB"))]
    pub locus: Locus,
    /// The name that breeders use.
    #[cfg_attr(feature = "openapi", schema(example = "Frame"))]
    pub name: &'static str,
    /// What happened: a sentence.
    pub detail: &'static str,
}

impl Lost {
    /// What a loss at a locus means.
    pub(crate) fn at(locus: Locus) -> Self {
        Self {
            locus,
            name: locus.facts().name,
            detail: "Each parent passed on an allele here with which, together, no foal lives: the mare lost it.",
        }
    }
}

/// A stallion at stud.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stud {
    /// What everyone sees.
    #[serde(flatten)]
    pub line: Line,
    /// The fee in coins; beside it a covering costs the registration.
    pub fee: i64,
    /// The inbreeding coefficient F, 0 to 1.
    pub inbreeding: f64,
    /// The coat that everyone sees; null until the game has told his genes.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub coat: Option<Value>,
    /// The height at the withers in centimetres; null until the game has told his genes.
    pub height_cm: Option<i16>,
    #[serde(skip_serializing)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    listed_at: Instant,
}

// The player comes first, so that the epoch is there even for one whose mares were never covered.
macro_rules! pregnancies {
    ($beyond:literal, $way:literal) => {
        statement!("select array[me.xmin] as written, me.token_epoch, l.* from users me left join lateral (
        select array[p.xmin, mare.xmin, stallion.xmin, foal.xmin] as horses, p.id, p.covered_at, p.due_at, p.state, p.ended_at, p.lost_to, ", pictured!("mare"), " as mare, ", pictured!("stallion"), " as stallion,
          case when foal.id is not null then ", pictured!("foal"), " end as foal
        from pregnancies p join horses mare on mare.id = p.mare_id join horses stallion on stallion.id = p.stallion_id
        left join horses foal on foal.id = p.foal_id
        where p.user_id = me.id and p.id ", $beyond, " $2 order by p.id", $way, " limit $3) l on true
      where me.id = $1 order by l.id", $way)
    };
}

static PREGNANCY: [(&str, Type); 11] = [
    ("token_epoch", Type::INT4),
    ("horses", Type::XID_ARRAY),
    ("id", Type::INT8),
    ("covered_at", Type::TIMESTAMPTZ),
    ("due_at", Type::TIMESTAMPTZ),
    ("state", Type::TEXT),
    ("ended_at", Type::TIMESTAMPTZ),
    ("lost_to", Type::TEXT),
    ("mare", Type::JSONB),
    ("stallion", Type::JSONB),
    ("foal", Type::JSONB),
];

pub(crate) static PREGNANCIES: Query = Query {
    name: "own pregnancies",
    sql: pregnancies!("<", " desc"),
    takes: &[Type::UUID, Type::INT8, Type::INT8],
    gives: &PREGNANCY,
};

pub(crate) static FIRST_PREGNANCIES: Query = Query {
    name: "own pregnancies, oldest first",
    sql: pregnancies!(">", ""),
    takes: &[Type::UUID, Type::INT8, Type::INT8],
    gives: &PREGNANCY,
};

/// No order by when foals are due: a pregnancy takes as long as any other.
const ORDERS_OF_PREGNANCIES: &[Sort] = &[falling(By::Id), rising(By::Id)];

macro_rules! studs {
    ($of_breed:literal) => {
        statement!(
            "select array[h.xmin, u.xmin, l.xmin] as written, l.fee, l.created_at as listed_at, h.inbreeding, h.coat, h.height_cm, ",
            line!(),
            " from stud_listings l join horses h on h.id = l.horse_id
            join breeds b on b.id = h.breed_id join users u on u.id = h.user_id
            where ",
            $of_breed,
            "(l.fee, l.horse_id) > ($1, $2) and l.fee <= $3 and h.born_at > $4 order by l.fee, l.horse_id limit $5"
        )
    };
}

/// Stallions in an order that [`studs`] does not give, planned for the breed that is asked for, if one is.
macro_rules! sorted_studs {
    ($beyond:literal, $order:literal) => {
        statement!(
            "select array[h.xmin, u.xmin, l.xmin] as written, l.fee, l.created_at as listed_at, h.inbreeding, h.coat, h.height_cm, ",
            line!(),
            " from stud_listings l join horses h on h.id = l.horse_id
            join breeds b on b.id = h.breed_id join users u on u.id = h.user_id
            where ",
            $beyond,
            " and l.fee <= $3 and h.born_at > $4 and ($6::int8 is null or l.breed_id = $6) order by ",
            $order,
            " limit $5"
        )
    };
}

static STUD: [(&str, Type); 18] = [
    ("fee", Type::INT8),
    ("listed_at", Type::TIMESTAMPTZ),
    ("inbreeding", Type::FLOAT8),
    ("coat", Type::JSONB),
    ("height_cm", Type::INT2),
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
];

pub(crate) static STUDS: Query = Query {
    name: "stallions at stud, cheapest first",
    sql: studs!(""),
    takes: &[
        Type::INT8,
        Type::INT8,
        Type::INT8,
        Type::TIMESTAMPTZ,
        Type::INT8,
    ],
    gives: &STUD,
};

pub(crate) static STUDS_OF_BREED: Query = Query {
    name: "stallions of a breed at stud, cheapest first",
    sql: studs!("l.breed_id = $6 and "),
    takes: &[
        Type::INT8,
        Type::INT8,
        Type::INT8,
        Type::TIMESTAMPTZ,
        Type::INT8,
        Type::INT8,
    ],
    gives: &STUD,
};

pub(crate) static DEAREST_STUDS: Query = Query {
    name: "stallions at stud, dearest first",
    sql: sorted_studs!(
        "(l.fee, l.horse_id) < ($1, $2)",
        "l.fee desc, l.horse_id desc"
    ),
    takes: &[
        Type::INT8,
        Type::INT8,
        Type::INT8,
        Type::TIMESTAMPTZ,
        Type::INT8,
        Type::INT8,
    ],
    gives: &STUD,
};

pub(crate) static NEWEST_STUDS: Query = Query {
    name: "stallions at stud, latest offer first",
    sql: sorted_studs!(
        "(l.created_at, l.horse_id) < ($1, $2)",
        "l.created_at desc, l.horse_id desc"
    ),
    takes: &[
        Type::TIMESTAMPTZ,
        Type::INT8,
        Type::INT8,
        Type::TIMESTAMPTZ,
        Type::INT8,
        Type::INT8,
    ],
    gives: &STUD,
};

const ORDERS_OF_STUDS: &[Sort] = &[rising(By::Fee), falling(By::Fee), falling(By::Listed)];

impl Pregnancy {
    fn read(record: &Record, now: Instant) -> Result<Self, Failure> {
        let lost_to: Option<String> = record.get("lost_to")?;
        let lost_to = lost_to.map(|text| {
            text.parse()
                .map_err(|wrong: rules::Refusal| record.spoilt(wrong))
        });
        Ok(Self {
            id: record.get("id")?,
            mare: record.pictured_in("mare", now)?,
            stallion: record.pictured_in("stallion", now)?,
            covered_at: At(record.get("covered_at")?),
            due_at: At::not_before(record.get("due_at")?),
            state: record.get("state")?,
            ended_at: record.get::<Option<_>>("ended_at")?.map(At),
            foal: record.maybe_pictured_in("foal", now)?,
            lost_to: lost_to.transpose()?.map(Lost::at),
        })
    }
}

/// The coverings of one's mares, with what became of each.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/users/me/pregnancies", tag = "users", security(("token" = [])),
    params(
        ("sort" = Option<String>, Query, description = "`-id` (latest first, where nothing is said) or `id`"),
        ("cursor" = Option<String>, Query), ("limit" = Option<i64>, Query)
    ),
    responses((status = 200, body = Page<Pregnancy>), (status = 401, description = "Not signed in"))
))]
pub(crate) async fn pregnancies(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let claims = asked.signed(&reads)?;
    asked.only(&["sort", "cursor", "limit"])?;
    let limit = asked.limit()?;
    let of = List::Pregnancies.by(asked.sort(ORDERS_OF_PREGNANCIES)?);
    let (query, end) = if of.sort.is_falling {
        (&PREGNANCIES, i64::MAX)
    } else {
        (&FIRST_PREGNANCIES, 0)
    };
    let Cursor([beyond]) = asked.cursor(of)?.unwrap_or(Cursor([end]));
    let rows = reads
        .rows(query, &[&claims.sub, &beyond, &(limit + 1)])
        .await?;
    let first = rows.first().ok_or(Failure::Unsigned(Fault::Revoked))?;
    claims.confirm(first.get("token_epoch")?)?;
    let now = reads.now().await;
    let mut items = Vec::with_capacity(rows.len());
    for row in &rows {
        if row.get::<Option<i64>>("id")?.is_some() {
            items.push(Pregnancy::read(row, now)?);
        }
    }
    unversioned(&Page::of(items, limit, of, |it| Cursor([it.id])))
}

/// The stallions at stud that are young enough to cover.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/studs", tag = "breeding",
    params(
        ("breed" = Option<i64>, Query, description = "The id of a breed"),
        ("max_fee" = Option<i64>, Query, description = "The greatest fee in coins"),
        ("sort" = Option<String>, Query, description = "`fee` (cheapest first, where nothing is said), `-fee` or `-listed` (latest offer first)"),
        ("cursor" = Option<String>, Query), ("limit" = Option<i64>, Query, description = "1 to 100, else 20")
    ),
    responses((status = 200, body = Page<Stud>), (status = 400, description = "A parameter that cannot be read"))
))]
pub(crate) async fn studs(reads: Reads, asked: Question) -> Result<Response, Failure> {
    asked.only(&["breed", "max_fee", "sort", "cursor", "limit"])?;
    let limit = asked.limit()?;
    let of = List::Studs.by(asked.sort(ORDERS_OF_STUDS)?);
    let wanted = Wanted::read(&asked, reads.now().await)?;
    let from = asked.cursor(of)?;
    let rows = wanted.rows(&reads, of.sort, from, limit + 1).await?;
    let now = reads.now().await;
    let studs: Result<Vec<_>, Failure> = rows.iter().map(|row| Stud::read(row, now)).collect();
    unversioned(&Page::of(studs?, limit, of, |it| {
        let key = match of.sort.by {
            By::Listed => it.listed_at.timestamp_micros(),
            _ => it.fee,
        };
        Cursor([key, it.line.id])
    }))
}

/// What stallions are wanted.
struct Wanted {
    breed: Option<i64>,
    most: i64,
    born_after: Instant,
}

impl Wanted {
    fn read(asked: &Asked, now: Instant) -> Result<Self, Failure> {
        let most = asked.number("max_fee", 0, MAX_STUD_FEE.get())?;
        Ok(Self {
            breed: asked.number("breed", 1, i64::MAX)?,
            most: most.unwrap_or(MAX_STUD_FEE.get()),
            // Whoever was born before this is retired now.
            born_after: days_after(now, -(LAST_ACTIVE_AGE + 1) * DAYS_PER_YEAR),
        })
    }

    /// The stallions beyond this fee or this instant, and this id.
    async fn rows(
        &self,
        reads: &Reads,
        sort: Sort,
        from: Option<Cursor<2>>,
        limit: i64,
    ) -> Result<Vec<Record>, Failure> {
        let Self {
            breed,
            most,
            born_after,
        } = self;
        let start = match (sort.by, sort.is_falling) {
            (By::Listed, _) => [END_OF_TIME, i64::MAX],
            (_, true) => [i64::MAX, i64::MAX],
            (_, false) => [-1, 0],
        };
        let Cursor([key, horse]) = from.unwrap_or(Cursor(start));
        if sort.by == By::Listed {
            let before = instant_of(key)?;
            let values: Values<'_> = &[&before, &horse, most, born_after, &limit, breed];
            return reads.rows(&NEWEST_STUDS, values).await;
        }
        let values: Values<'_> = &[&key, &horse, most, born_after, &limit, breed];
        match (sort.is_falling, breed) {
            (true, _) => reads.rows(&DEAREST_STUDS, values).await,
            (false, Some(_)) => reads.rows(&STUDS_OF_BREED, values).await,
            (false, None) => {
                let values: Values<'_> = &[&key, &horse, most, born_after, &limit];
                reads.rows(&STUDS, values).await
            }
        }
    }
}

impl Stud {
    fn read(row: &Record, now: Instant) -> Result<Self, Failure> {
        Ok(Self {
            line: Line::read(row, now)?,
            fee: row.get("fee")?,
            inbreeding: row.get("inbreeding")?,
            coat: row.get("coat")?,
            height_cm: row.get("height_cm")?,
            listed_at: row.get("listed_at")?,
        })
    }
}
