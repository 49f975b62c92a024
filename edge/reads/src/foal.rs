//! Foals: one with its development, and those of a horse.

use crate::Failure;
use crate::answer::{json, unversioned};
use crate::clock::Instant;
use crate::fields::row;
use crate::herd::{Line, line};
use crate::horse::{Being, Named, Player};
use crate::order::{By, Sort, falling, rising};
use crate::page::{Cursor, List, Page};
use crate::portrait::seat;
use crate::query::{Query, Record};
use crate::question::Question;
use crate::router::Reads;
use crate::snapshot::statement;
use crate::wire::At;
use axum::response::Response;
use postgres_types::Type;
use rules::Refusal;
use rules::foal::{Activities, Activity, Growth, Milestone, Milestones, check_activity};
use rules::scale::Gauge;
use rules::traits::EpigeneticModifiers;
use serde::Serialize;
use serde_json::Value;

/// A foal, from its first day on, with all that everyone may know of its growing up.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Foal {
    /// The id, which is that of the horse.
    pub id: i64,
    /// The name.
    pub name: String,
    /// Age, stage of life and the words for them.
    #[serde(flatten)]
    pub being: Being,
    /// The breed.
    pub breed: Named,
    /// The owner; null where the owner's profile is hidden.
    pub owner: Option<Player>,
    /// The sire.
    pub sire: Named,
    /// The dam.
    pub dam: Named,
    /// The inbreeding coefficient F, 0 to 1.
    pub inbreeding: f64,
    /// The coat that everyone sees; null until the game has told its genes.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub coat: Option<Value>,
    /// The bond, 0 to 100.
    pub bond_score: i16,
    /// The stress, 0 to 100.
    pub stress_level: i16,
    /// The traits that have come to light: `{"positive": [...], "negative": [...]}`.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, Vec<String>>))]
    pub traits: Value,
    /// The day of its enrichment, 1 to 7; 7 for ever after.
    pub current_day: i16,
    /// The activities that it has had, oldest first.
    pub activities_completed: Vec<Completed>,
    /// The activities that it can still have, in the order of their days; empty from its eighth day on.
    pub activities_open: Vec<Open>,
    /// What it has reached, in the order in which it was noticed.
    pub milestones: Vec<Reached>,
    /// Counts every change of it; the ETag begins with it.
    pub version: i64,
    /// The path of its portrait, an SVG that never changes; null until the game has told its genes.
    pub portrait: Option<String>,
}

/// An activity that a foal has had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Completed {
    /// The activity.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub activity: Activity,
    /// By how much the bond changed.
    pub bonding_impact: i16,
    /// By how much the stress changed.
    pub stress_impact: i16,
    /// When.
    pub at: At,
}

/// An activity that a foal can have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Open {
    /// The activity.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub activity: Activity,
    /// The day of life from which on it can be had, 1 to 7.
    pub day: i64,
    /// When that day begins; null where it can be had now.
    pub opens_at: Option<At>,
}

/// A milestone that a foal has reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reached {
    /// The milestone.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub milestone: Milestone,
    /// When it was reached.
    pub at: At,
}

row!(Completed {
    activity,
    bonding_impact,
    stress_impact,
    at
});
row!(Reached { milestone, at });

/// A foal of a horse.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Offspring {
    /// What everyone sees.
    #[serde(flatten)]
    pub line: Line,
    /// The other parent.
    pub other_parent: Named,
    /// The inbreeding coefficient F, 0 to 1.
    pub inbreeding: f64,
    /// The coat that everyone sees; null until the game has told its genes.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub coat: Option<Value>,
}

pub(crate) static FOAL: Query = Query {
    name: "foal",
    sql: statement!(
        "select array[f.xmin, h.xmin, u.xmin, sire.xmin, dam.xmin, d.xmin] as written, h.id, h.name, h.sex, h.born_at,
        h.xp::int8 as xp, h.bond_score, h.stress_level, h.visible_traits, h.inbreeding, h.coat, h.version, b.id as breed_id, b.name as breed_name, sire.id as sire_id, sire.name as sire_name, dam.id as dam_id,
        dam.name as dam_name,
        case when u.profile_visible then u.id end as owner_id, case when u.profile_visible then u.name end as owner_name,
        ",
        seat!("h", "b.name"),
        " as seat,
        coalesce((select jsonb_agg(to_jsonb(a) order by a.at, a.id) from (
          select t.id, t.activity, t.bonding_impact, t.stress_impact, t.created_at as at
          from foal_training_history t where t.horse_id = h.id) a), '[]') as activities,
        coalesce(d.milestones_reached, '[]') as milestones
      from foals f
      join horses h on h.id = f.id
      join breeds b on b.id = h.breed_id
      join users u on u.id = h.user_id
      join horses sire on sire.id = f.sire_id
      join horses dam on dam.id = f.dam_id
      left join foal_development d on d.foal_id = f.id
      where f.id = $1"
    ),
    takes: &[Type::INT8],
    gives: &[
        ("id", Type::INT8),
        ("name", Type::TEXT),
        ("sex", Type::TEXT),
        ("born_at", Type::TIMESTAMPTZ),
        ("xp", Type::INT8),
        ("bond_score", Type::INT2),
        ("stress_level", Type::INT2),
        ("visible_traits", Type::JSONB),
        ("inbreeding", Type::FLOAT8),
        ("coat", Type::JSONB),
        ("version", Type::INT8),
        ("breed_id", Type::INT8),
        ("breed_name", Type::TEXT),
        ("sire_id", Type::INT8),
        ("sire_name", Type::TEXT),
        ("dam_id", Type::INT8),
        ("dam_name", Type::TEXT),
        ("owner_id", Type::UUID),
        ("owner_name", Type::TEXT),
        ("seat", Type::TEXT_ARRAY),
        ("activities", Type::JSONB),
        ("milestones", Type::JSONB),
    ],
};

// The parent comes first, so that one without foals is told from one that is not there.
macro_rules! offspring {
    ($beyond:literal, $way:literal) => { statement!(
        "select array[p.xmin] as written, l.* from horses p left join lateral (
        select array[h.xmin, u.xmin, o.xmin] as horses, ",
        line!(),
        ", h.inbreeding, h.coat, o.id as other_id, o.name as other_name from (
          (select f.id, f.dam_id as other_id from horses f where p.sex = 'male' and f.sire_id = p.id and f.id ", $beyond, " $2
            order by f.id", $way, " limit $3)
          union all
          (select f.id, f.sire_id from horses f where p.sex = 'female' and f.dam_id = p.id and f.id ", $beyond, " $2
            order by f.id", $way, " limit $3)) k
        join horses h on h.id = k.id join horses o on o.id = k.other_id
        join breeds b on b.id = h.breed_id join users u on u.id = h.user_id) l on true
      where p.id = $1 order by l.id", $way
    ) };
}

static KIN: [(&str, Type); 18] = [
    ("horses", Type::XID_ARRAY),
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
    ("inbreeding", Type::FLOAT8),
    ("coat", Type::JSONB),
    ("other_id", Type::INT8),
    ("other_name", Type::TEXT),
];

pub(crate) static OFFSPRING: Query = Query {
    name: "foals of a horse",
    sql: offspring!("<", " desc"),
    takes: &[Type::INT8, Type::INT8, Type::INT8],
    gives: &KIN,
};

pub(crate) static FIRST_OFFSPRING: Query = Query {
    name: "foals of a horse, eldest first",
    sql: offspring!(">", ""),
    takes: &[Type::INT8, Type::INT8, Type::INT8],
    gives: &KIN,
};

const ORDERS: &[Sort] = &[falling(By::Id), rising(By::Id)];

/// A foal with its development: what it has had, what it can have now, what it has reached.
///
/// A horse that was born of a covering stays readable here once it is grown; a founder never was a foal.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/foals/{id}", tag = "breeding", params(("id" = i64, Path)),
    responses((status = 200, body = Foal), (status = 404, description = "No such foal"))
))]
pub(crate) async fn foal(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let id = asked.id()?;
    asked.only(&[])?;
    let row = reads.row(&FOAL, &[&id]).await?;
    let record = row.ok_or(Failure::Missing { what: "foal" })?;
    let foal = read(&record, reads.now().await)?;
    json(Some(foal.version), &foal)
}

fn read(record: &Record, now: Instant) -> Result<Foal, Failure> {
    let being = Being::read(record, now)?;
    let born_at = being.born_at.0;
    let completed: Vec<Completed> = record.list("activities")?;
    Ok(Foal {
        id: record.get("id")?,
        name: record.get("name")?,
        being,
        breed: record.named("breed_id", "breed_name")?,
        owner: record.player("owner_id", "owner_name")?,
        sire: record.named("sire_id", "sire_name")?,
        dam: record.named("dam_id", "dam_name")?,
        inbreeding: record.get("inbreeding")?,
        coat: record.get("coat")?,
        bond_score: record.get("bond_score")?,
        stress_level: record.get("stress_level")?,
        traits: record.get("visible_traits")?,
        current_day: Growth::at(born_at, now).current_day,
        activities_open: open(born_at, &completed, now),
        activities_completed: completed,
        milestones: record.list("milestones")?,
        version: record.get("version")?,
        portrait: record.portrait(now)?,
    })
}

/// What the rules let a foal do yet. Whether an activity is open depends on its birth and its activities alone.
fn open(born_at: Instant, completed: &[Completed], now: Instant) -> Vec<Open> {
    let activities = Activities::new(completed.iter().map(|it| it.activity).collect());
    let foal = rules::foal::Foal {
        born_at,
        bond: Gauge::clamped(0),
        stress: Gauge::clamped(0),
        modifiers: &EpigeneticModifiers::default(),
        activities: &activities,
        milestones: &Milestones::default(),
    };
    let mut open = Vec::new();
    for activity in Activity::ALL {
        let opens_at = match check_activity(foal, *activity, now) {
            Ok(_) => None,
            Err(Refusal::ActivityNotOpen { until, .. }) => Some(At::not_before(until)),
            Err(_) => continue,
        };
        let day = activity.facts().day;
        open.push(Open {
            activity: *activity,
            day,
            opens_at,
        });
    }
    open
}

/// The foals of a horse.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/horses/{id}/foals", tag = "breeding",
    params(
        ("id" = i64, Path),
        ("sort" = Option<String>, Query, description = "`-id` (youngest first, where nothing is said) or `id`"),
        ("cursor" = Option<String>, Query), ("limit" = Option<i64>, Query)
    ),
    responses((status = 200, body = Page<Offspring>), (status = 404, description = "No such horse"))
))]
pub(crate) async fn offspring(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let id = asked.id()?;
    asked.only(&["sort", "cursor", "limit"])?;
    let limit = asked.limit()?;
    let of = List::Foals.by(asked.sort(ORDERS)?);
    let (query, end) = if of.sort.is_falling {
        (&OFFSPRING, i64::MAX)
    } else {
        (&FIRST_OFFSPRING, 0)
    };
    let Cursor([beyond]) = asked.cursor(of)?.unwrap_or(Cursor([end]));
    let rows = reads.rows(query, &[&id, &beyond, &(limit + 1)]).await?;
    if rows.is_empty() {
        return Err(Failure::Missing { what: "horse" });
    }
    let now = reads.now().await;
    let mut foals = Vec::with_capacity(rows.len());
    for row in &rows {
        if row.get::<Option<i64>>("id")?.is_some() {
            foals.push(Offspring {
                line: Line::read(row, now)?,
                other_parent: row.named("other_id", "other_name")?,
                inbreeding: row.get("inbreeding")?,
                coat: row.get("coat")?,
            });
        }
    }
    unversioned(&Page::of(foals, limit, of, |it| Cursor([it.line.id])))
}
