//! What every player can look up: breeds, disciplines, traits.

use crate::Failure;
use crate::answer::json;
use crate::order::{By, rising};
use crate::page::{Cursor, List, MOST, Page};
use crate::query::{Query, Record};
use crate::question::Question;
use crate::router::Reads;
use crate::snapshot::statement;
use axum::response::Response;
use postgres_types::Type;
use rules::discipline::{Discipline as Row, STAT_WEIGHTS};
use rules::stat::{Stat, Stats};
use rules::temperament::Temperament;
use rules::traits::{Rarity, Sign, Trait as Kind};
use serde::Serialize;
use std::collections::BTreeMap;

/// A breed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Breed {
    /// The id.
    pub id: i64,
    /// The name.
    pub name: String,
    /// The mean of each stat of its founders.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, i16>))]
    pub stat_means: Stats,
    /// How often its founders have each temperament, in ten-thousandths.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, i16>))]
    pub temperaments_bp: BTreeMap<&'static str, i16>,
}

/// A discipline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Discipline {
    /// The name, which is also its key in a horse's scores.
    pub name: &'static str,
    /// The three stats that count, heaviest first.
    pub stats: Vec<Weighted>,
}

/// A stat and how much it counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Weighted {
    /// The stat.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub stat: Stat,
    /// Its weight in per cent.
    pub percent: u16,
}

/// A trait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Trait {
    /// The name.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub name: Kind,
    /// `positive` where it helps, `negative` where it hinders.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub sign: Sign,
    /// `common`, `rare` or `legendary`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub rarity: Rarity,
    /// The traits that never stand beside it.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub conflicts_with: &'static [Kind],
    /// On the score and the XP of a training, in ten-thousandths.
    pub training_bp: i32,
    /// On the chance of a stat's gain in training, in ten-thousandths.
    pub stat_gain_bp: i32,
    /// On the score in a show, in ten-thousandths.
    pub competition_bp: i32,
    /// The disciplines in which another number counts in a show.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, i32>))]
    pub special_bp: BTreeMap<&'static str, i32>,
}

pub(crate) static BREEDS: Query = Query {
    name: "breeds",
    sql: statement!("select array[xmin] as written, id, name, temperament_weights, array[precision_mean, strength_mean, speed_mean, agility_mean, endurance_mean,
        intelligence_mean, stamina_mean, balance_mean, boldness_mean, flexibility_mean, obedience_mean, focus_mean] as stat_means
      from breeds where id > $1 order by id limit $2"),
    takes: &[Type::INT8, Type::INT8],
    gives: &[
        ("id", Type::INT8),
        ("name", Type::TEXT),
        ("temperament_weights", Type::INT2_ARRAY),
        ("stat_means", Type::INT2_ARRAY),
    ],
};

impl Breed {
    fn read(record: &Record) -> Result<Self, Failure> {
        let weights: Vec<i16> = record.get("temperament_weights")?;
        let names = Temperament::ALL.iter().map(|it| it.as_str());
        Ok(Self {
            id: record.get("id")?,
            name: record.get("name")?,
            stat_means: record.stats("stat_means")?,
            temperaments_bp: names.zip(weights).collect(),
        })
    }
}

/// Every breed, a hundred to a page.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/breeds", tag = "catalogue",
    params(("cursor" = Option<String>, Query), ("limit" = Option<i64>, Query, description = "1 to 100, else 100")),
    responses((status = 200, body = Page<Breed>))
))]
pub(crate) async fn breeds(reads: Reads, asked: Question) -> Result<Response, Failure> {
    asked.only(&["cursor", "limit"])?;
    let limit = asked.number("limit", 1, MOST)?.unwrap_or(MOST);
    let of = List::Breeds.by(rising(By::Id));
    let Cursor([after]) = asked.cursor(of)?.unwrap_or(Cursor([0]));
    let rows = reads.rows(&BREEDS, &[&after, &(limit + 1)]).await?;
    let breeds: Result<Vec<_>, _> = rows.iter().map(Breed::read).collect();
    let page = Page::of(breeds?, limit, of, |it| Cursor([it.id]));
    json(None, &page)
}

/// Every discipline, with the stats that count in it.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/disciplines", tag = "catalogue", responses((status = 200, body = Page<Discipline>))
))]
pub(crate) async fn disciplines(_: Reads, asked: Question) -> Result<Response, Failure> {
    asked.only(&[])?;
    whole(Row::ALL.iter().map(Discipline::of).collect())
}

/// Every trait, with what it changes.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/traits", tag = "catalogue", responses((status = 200, body = Page<Trait>))
))]
pub(crate) async fn traits(_: Reads, asked: Question) -> Result<Response, Failure> {
    asked.only(&[])?;
    whole(Kind::ALL.iter().copied().map(Trait::of).collect())
}

/// A catalogue that the rules hold, on one page.
fn whole<T: Serialize>(items: Vec<T>) -> Result<Response, Failure> {
    let page = Page {
        items,
        next_cursor: None,
    };
    json(None, &page)
}

impl Discipline {
    fn of(row: &Row) -> Self {
        let stats = row.stats().into_iter().zip(STAT_WEIGHTS);
        Self {
            name: row.as_str(),
            stats: stats
                .map(|(stat, percent)| Weighted { stat, percent })
                .collect(),
        }
    }
}

impl Trait {
    fn of(name: Kind) -> Self {
        let facts = name.facts();
        Self {
            name,
            sign: facts.sign,
            rarity: facts.rarity,
            conflicts_with: facts.conflicts,
            training_bp: facts.training.get(),
            stat_gain_bp: facts.stat_gain.get(),
            competition_bp: facts.competition.get(),
            special_bp: facts.special.iter().copied().collect(),
        }
    }
}
