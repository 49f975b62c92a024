//! Many horses: by trait, breed, owner or sex newest first, by discipline best first, and one's own.

use crate::Failure;
use crate::answer::unversioned;
use crate::asked::{Asked, hyphenated};
use crate::clock::Instant;
use crate::horse::{Being, Named, Player, in_foal};
use crate::page::{Cursor, List, Page};
use crate::portrait::seat;
use crate::query::{Query, Record};
use crate::question::Question;
use crate::router::Reads;
use crate::session::Fault;
use crate::snapshot::statement;
use crate::wire::At;
use axum::response::Response;
use postgres_types::Type;
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

static LINE: [(&str, Type); 13] = [
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

// The player comes first, so that the epoch is there even for one without horses.
pub(crate) static OWN: Query = Query {
    name: "own horses",
    sql: statement!(
        "select array[me.xmin] as written, me.token_epoch, l.* from users me left join lateral (
        select h.xmin as horse, s.xmin as stable, h.id, h.name, h.sex, h.born_at, h.xp::int8 as xp, h.temperament, h.visible_traits, h.discipline_scores,
          b.id as breed_id, b.name as breed_name, me.id as owner_id, me.name as owner_name, ",
        seat!("h", "b.name"),
        " as seat,
          s.id as stable_id, s.name as stable_name, h.bond_score, h.stress_level, h.training_cooldown, h.version,
          ",
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

/// What horses are looked for.
struct Search {
    sex: Option<&'static str>,
    breed: Option<i64>,
    owner: Option<Uuid>,
    traits: Option<Value>,
    limit: i64,
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

const FILTERS: [&str; 8] = [
    "trait",
    "discipline",
    "min_score",
    "breed",
    "owner",
    "sex",
    "cursor",
    "limit",
];

/// Horses by what they are.
///
/// With `discipline` best first, otherwise newest first. `trait` may be repeated or be a list with commas; a horse must
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
        None => unversioned(&newest(&reads, &asked, &search).await?),
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
    let Cursor([score, id]) = asked
        .cursor(List::BestHorses)?
        .unwrap_or(Cursor([i64::MAX, 0]));
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
    Ok(Page::of(lines?, search.limit, List::BestHorses, keys))
}

async fn newest(reads: &Reads, asked: &Asked, search: &Search) -> Result<Page<Line>, Failure> {
    let Cursor([before]) = asked.cursor(List::Horses)?.unwrap_or(Cursor([i64::MAX]));
    let limit = search.limit + 1;
    let Search {
        sex,
        breed,
        owner,
        traits,
        ..
    } = search;
    let rows = match (traits, owner, breed) {
        (Some(_), _, _) => {
            reads
                .rows(&WITH_TRAITS, &[&before, &limit, sex, breed, owner, traits])
                .await?
        }
        (None, Some(_), _) => {
            reads
                .rows(&OF_OWNER, &[&before, &limit, sex, breed, owner])
                .await?
        }
        (None, None, Some(_)) => {
            reads
                .rows(&OF_BREED, &[&before, &limit, sex, breed])
                .await?
        }
        (None, None, None) => reads.rows(&NEWEST, &[&before, &limit, sex]).await?,
    };
    let now = reads.now().await;
    let lines: Result<Vec<_>, _> = rows.iter().map(|row| Line::read(row, now)).collect();
    Ok(Page::of(lines?, search.limit, List::Horses, |line| {
        Cursor([line.id])
    }))
}

/// One's own horses, newest first.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/users/me/horses", tag = "users", security(("token" = [])),
    params(("cursor" = Option<String>, Query), ("limit" = Option<i64>, Query)),
    responses((status = 200, body = Page<Own>), (status = 401, description = "Not signed in"))
))]
pub(crate) async fn own(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let claims = asked.signed(&reads)?;
    asked.only(&["cursor", "limit"])?;
    let limit = asked.limit()?;
    let Cursor([before]) = asked.cursor(List::Horses)?.unwrap_or(Cursor([i64::MAX]));
    let rows = reads
        .rows(&OWN, &[&claims.sub, &before, &(limit + 1)])
        .await?;
    let first = rows.first().ok_or(Failure::Unsigned(Fault::Revoked))?;
    claims.confirm(first.get("token_epoch")?)?;
    let now = reads.now().await;
    let mut horses = Vec::with_capacity(rows.len());
    for row in &rows {
        if row.get::<Option<i64>>("id")?.is_some() {
            horses.push(Own::read(row, now)?);
        }
    }
    unversioned(&Page::of(horses, limit, List::Horses, |own| {
        Cursor([own.line.id])
    }))
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
