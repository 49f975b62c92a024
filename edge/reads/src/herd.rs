//! Many horses: by trait, breed, owner or sex in several orders, and by discipline best first.

use crate::Failure;
use crate::answer::unversioned;
use crate::asked::{Asked, hyphenated};
use crate::clock::Instant;
use crate::horse::{Being, Named, Player};
use crate::order::{By, Sort, falling};
use crate::page::{Cursor, List, Page};
use crate::query::{Query, Record};
use crate::question::Question;
use crate::router::Reads;
use crate::snapshot::statement;
use crate::sorted::sorted;
use axum::response::Response;
use postgres_types::{ToSql, Type};
use rules::discipline::{Discipline, MAX_DISCIPLINE_SCORE};
use rules::horse::Sex;
use rules::traits::{Sign, Trait};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// A horse in a list.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Line {
    /// The id.
    pub id: i64,
    /// The name.
    pub name: String,
    /// Age, level and the words for them.
    #[serde(flatten)]
    pub being: Being,
    /// The breed.
    pub breed: Named,
    /// The owner; null where the owner's profile is hidden.
    pub owner: Option<Player>,
    /// The temperament.
    pub temperament: String,
    /// The traits that have come to light.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, Vec<String>>))]
    pub traits: Value,
    /// The score of each discipline she was trained in.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, i64>))]
    pub discipline_scores: Value,
    /// The score in the discipline that was asked for; absent where none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<i64>,
    /// The path of her portrait, an SVG that never changes; null until the game has told her genes.
    pub portrait: Option<String>,
}

/// What [`Line`] reads of the horse `h`, her breed `b` and her owner `u`.
macro_rules! line {
    () => {
        concat!(
            "h.id, h.name, h.sex, h.born_at, h.xp::int8 as xp, h.temperament, h.visible_traits, h.discipline_scores,
        b.id as breed_id, b.name as breed_name,
        case when u.profile_visible then u.id end as owner_id, case when u.profile_visible then u.name end as owner_name,
        ",
            $crate::portrait::seat!("h", "b.name"),
            " as seat"
        )
    };
}

pub(crate) use line;

macro_rules! of_horses {
    () => {
        " from horses h join breeds b on b.id = h.breed_id join users u on u.id = h.user_id "
    };
}

pub(crate) static LINE: [(&str, Type); 13] = [
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

pub(crate) static NEWEST: Query = Query {
    name: "horses, newest first",
    sql: statement!(
        "select array[h.xmin, u.xmin] as written, ",
        line!(),
        of_horses!(),
        "where h.id < $1 and ($3::text is null or h.sex = $3) order by h.id desc limit $2"
    ),
    takes: &[Type::INT8, Type::INT8, Type::TEXT],
    gives: &LINE,
};

pub(crate) static WITH_TRAITS: Query = Query {
    name: "horses with traits",
    // The limit comes before the joins: a common trait has more horses than any page.
    sql: statement!(
        "select array[h.xmin, u.xmin] as written, ",
        line!(),
        " from (
          select xmin, id, name, sex, born_at, xp, temperament, visible_traits, discipline_scores, breed_id, user_id, coat, sire_id, dam_id
          from horses where visible_traits @> $6 and id < $1 and ($3::text is null or sex = $3)
            and ($4::int8 is null or breed_id = $4)
            and ($5::uuid is null or (user_id = $5 and exists (select from users o where o.id = $5 and o.profile_visible)))
          order by id desc limit $2) h
        join breeds b on b.id = h.breed_id join users u on u.id = h.user_id order by h.id desc"
    ),
    takes: &[Type::INT8, Type::INT8, Type::TEXT, Type::INT8, Type::UUID, Type::JSONB],
    gives: &LINE,
};

pub(crate) static OF_BREED: Query = Query {
    name: "horses of a breed",
    sql: statement!(
        "select array[h.xmin, u.xmin] as written, ",
        line!(),
        of_horses!(),
        "where h.breed_id = $4 and h.id < $1 and ($3::text is null or h.sex = $3) order by h.id desc limit $2"
    ),
    takes: &[Type::INT8, Type::INT8, Type::TEXT, Type::INT8],
    gives: &LINE,
};

pub(crate) static OF_OWNER: Query = Query {
    name: "horses of an owner",
    sql: statement!("select array[h.xmin, u.xmin] as written, ", line!(), of_horses!(),
        "where h.user_id = $5 and u.profile_visible and h.id < $1 and ($3::text is null or h.sex = $3)
        and ($4::int8 is null or h.breed_id = $4) order by h.id desc limit $2"),
    takes: &[Type::INT8, Type::INT8, Type::TEXT, Type::INT8, Type::UUID],
    gives: &LINE,
};

pub(crate) static BEST: Query = Query {
    name: "horses of a discipline, best first",
    sql: statement!("select array[h.xmin, u.xmin] as written, d.score::int8 as score, ", line!(),
        " from horse_discipline_scores d join horses h on h.id = d.horse_id
        join breeds b on b.id = h.breed_id join users u on u.id = h.user_id
        where d.discipline = $7 and d.score >= $8 and d.score <= $9 and (d.score < $9 or d.horse_id > $1)
        and ($3::text is null or h.sex = $3) and ($4::int8 is null or h.breed_id = $4)
        and ($5::uuid is null or (h.user_id = $5 and u.profile_visible)) and ($6::jsonb is null or h.visible_traits @> $6)
        order by d.score desc, d.horse_id limit $2"),
    takes: &[
        Type::INT8, Type::INT8, Type::TEXT, Type::INT8, Type::UUID, Type::JSONB, Type::TEXT, Type::INT8, Type::INT8,
    ],
    gives: &[
        ("score", Type::INT8),
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
    ],
};

impl Line {
    pub(crate) fn read(record: &Record, now: Instant) -> Result<Self, Failure> {
        Ok(Self {
            id: record.get("id")?,
            name: record.get("name")?,
            being: Being::read(record, now)?,
            breed: record.named("breed_id", "breed_name")?,
            owner: record.player("owner_id", "owner_name")?,
            temperament: record.get("temperament")?,
            traits: record.get("visible_traits")?,
            discipline_scores: record.get("discipline_scores")?,
            score: None,
            portrait: record.portrait(now)?,
        })
    }

    /// A row of [`BEST`].
    pub(crate) fn read_scored(record: &Record, now: Instant) -> Result<Self, Failure> {
        Ok(Self {
            score: Some(record.get("score")?),
            ..Self::read(record, now)?
        })
    }
}

/// What horses are looked for.
pub(crate) struct Search {
    pub(crate) sex: Option<&'static str>,
    pub(crate) breed: Option<i64>,
    pub(crate) owner: Option<Uuid>,
    pub(crate) traits: Option<Value>,
    pub(crate) limit: i64,
}

impl Search {
    fn read(asked: &Asked) -> Result<Self, Failure> {
        Ok(Self {
            sex: asked.word::<Sex>("sex")?.map(Sex::as_str),
            breed: asked.number("breed", 1, i64::MAX)?,
            owner: owner_of(asked)?,
            traits: traits_of(asked)?,
            limit: asked.limit()?,
        })
    }

    /// The horses beyond one of this id and this key.
    pub(crate) async fn rows(
        &self,
        reads: &Reads,
        query: &'static Query,
        id: i64,
        key: &(dyn ToSql + Sync),
    ) -> Result<Vec<Record>, Failure> {
        let limit = self.limit + 1;
        let Self {
            sex,
            breed,
            owner,
            traits,
            ..
        } = self;
        reads
            .rows(query, &[&id, &limit, sex, breed, owner, traits, key])
            .await
    }
}

fn owner_of(asked: &Asked) -> Result<Option<Uuid>, Failure> {
    let wrong = || Failure::invalid("owner", "This must be the UUID of a user.");
    let owner = asked.one("owner")?;
    owner
        .map(|text| hyphenated(text).ok_or_else(wrong))
        .transpose()
}

/// `trait=bold&trait=lazy` or `trait=bold,lazy` as the document that must be contained.
fn traits_of(asked: &Asked) -> Result<Option<Value>, Failure> {
    let (mut positive, mut negative) = (Vec::new(), Vec::new());
    for name in asked.all("trait").flat_map(|list| list.split(',')) {
        let unknown = |_| Failure::invalid("trait", "The game knows no such trait.");
        let one: Trait = name.parse().map_err(unknown)?;
        match one.facts().sign {
            Sign::Positive => positive.push(one.as_str()),
            Sign::Negative => negative.push(one.as_str()),
        }
    }
    if positive.is_empty() && negative.is_empty() {
        return Ok(None);
    }
    if positive.len() + negative.len() > Trait::ALL.len() {
        return Err(Failure::invalid(
            "trait",
            "There are not as many traits as that.",
        ));
    }
    Ok(Some(json!({ "positive": positive, "negative": negative })))
}

/// The one order of horses in a discipline.
const BEST_FIRST: &[Sort] = &[falling(By::Score)];

const FILTERS: [&str; 9] = [
    "trait",
    "discipline",
    "min_score",
    "breed",
    "owner",
    "sex",
    "sort",
    "cursor",
    "limit",
];

/// Horses by what they are.
///
/// With `discipline` best first, otherwise in the order that `sort` says. `trait` may be repeated or be a list with commas; a horse must
/// show all of them. Horses of an owner whose profile is hidden are not found by `owner`.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/horses", tag = "horses",
    params(
        ("trait" = Option<Vec<String>>, Query, description = "Visible traits, all of which she has"),
        ("discipline" = Option<String>, Query, description = "Sorts by this discipline's score"),
        ("min_score" = Option<i64>, Query, description = "The least score in the discipline, which must be given"),
        ("breed" = Option<i64>, Query, description = "The id of a breed"),
        ("owner" = Option<uuid::Uuid>, Query, description = "The id of a user"),
        ("sex" = Option<String>, Query, description = "`male` or `female`"),
        ("sort" = Option<String>, Query, description = "`-id` (newest first, where nothing is said), `id`, `name`, `-name`, `age` or `-age`; with a discipline `-score`"),
        ("cursor" = Option<String>, Query), ("limit" = Option<i64>, Query, description = "1 to 100, else 20")
    ),
    responses((status = 200, body = Page<Line>), (status = 400, description = "A parameter that cannot be read"))
))]
pub(crate) async fn find(reads: Reads, asked: Question) -> Result<Response, Failure> {
    asked.only(&FILTERS)?;
    let search = Search::read(&asked)?;
    match asked.word::<Discipline>("discipline")? {
        Some(discipline) => unversioned(&best(&reads, &asked, &search, discipline).await?),
        None if asked.one("min_score")?.is_some() => {
            let detail = "A least score needs a discipline to be a score in.";
            Err(Failure::invalid("min_score", detail))
        }
        None => unversioned(&sorted(&reads, &asked, &search).await?),
    }
}

async fn best(
    reads: &Reads,
    asked: &Asked,
    search: &Search,
    discipline: Discipline,
) -> Result<Page<Line>, Failure> {
    let least = asked
        .number("min_score", 0, MAX_DISCIPLINE_SCORE)?
        .unwrap_or(0);
    let of = List::BestHorses.by(asked.sort(BEST_FIRST)?);
    let from = asked.cursor(of)?;
    let Cursor([score, id]) = from.unwrap_or(Cursor([i64::MAX, 0]));
    let rows = reads
        .rows(
            &BEST,
            &[
                &id,
                &(search.limit + 1),
                &search.sex,
                &search.breed,
                &search.owner,
                &search.traits,
                &discipline.as_str(),
                &least,
                &score,
            ],
        )
        .await?;
    let now = reads.now().await;
    let lines: Result<Vec<_>, _> = rows.iter().map(|row| Line::read_scored(row, now)).collect();
    let keys = |line: &Line| Cursor([line.score.unwrap_or_default(), line.id]);
    Ok(Page::of(lines?, search.limit, of, keys))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traits(query: &str) -> Result<Option<Value>, Failure> {
        traits_of(&Asked::parse(query))
    }

    #[test]
    fn traits_stand_on_the_side_of_their_sign() {
        let wanted = json!({ "positive": ["bold", "calm"], "negative": ["lazy"] });
        for query in [
            "trait=bold,lazy,calm",
            "trait=bold&trait=lazy&trait=calm",
            "trait=bold,calm&trait=lazy",
        ] {
            assert_eq!(traits(query).unwrap(), Some(wanted.clone()), "{query}");
        }
        assert_eq!(traits("").unwrap(), None);
    }

    #[test]
    fn unknown_and_empty_traits_are_refused() {
        for query in ["trait=", "trait=bold,", "trait=Bold", "trait=winged"] {
            assert!(
                matches!(traits(query), Err(Failure::Invalid { field, .. }) if field == "trait"),
                "{query}"
            );
        }
    }
}
