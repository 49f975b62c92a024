//! Horses in the order that is asked for: as they came, by name, by age.

use crate::Failure;
use crate::asked::Asked;
use crate::herd::{LINE, Line, NEWEST, OF_BREED, OF_OWNER, Search, WITH_TRAITS, line};
use crate::order::{By, Sort, falling, rising};
use crate::page::{Cursor, END_OF_TIME, List, Page, Worded, instant_of};
use crate::query::{Query, Record};
use crate::router::Reads;
use crate::snapshot::statement;
use postgres_types::Type;

/// The orders of horses.
const ORDERS: &[Sort] = &[
    falling(By::Id),
    rising(By::Id),
    rising(By::Name),
    falling(By::Name),
    rising(By::Age),
    falling(By::Age),
];
/// Horses in an order that no filter has an index for, or that only one filter has: planned for whatever is asked.
macro_rules! sorted {
    ($beyond:literal, $order:literal, $order_of_page:literal) => {
        statement!(
            "select array[h.xmin, u.xmin] as written, ",
            line!(),
            " from (
          select xmin, id, name, sex, born_at, xp, temperament, visible_traits, discipline_scores, breed_id, user_id, coat, sire_id, dam_id
          from horses where ",
            $beyond,
            " and ($3::text is null or sex = $3) and ($4::int8 is null or breed_id = $4)
            and ($5::uuid is null or (user_id = $5 and exists (select from users o where o.id = $5 and o.profile_visible)))
            and ($6::jsonb is null or visible_traits @> $6)
          order by ",
            $order,
            " limit $2) h
        join breeds b on b.id = h.breed_id join users u on u.id = h.user_id order by ",
            $order_of_page
        )
    };
}

pub(crate) static OLDEST: Query = Query {
    name: "horses, first comers first",
    sql: sorted!("id > $1", "id", "h.id"),
    takes: &[
        Type::INT8,
        Type::INT8,
        Type::TEXT,
        Type::INT8,
        Type::UUID,
        Type::JSONB,
    ],
    gives: &LINE,
};

static BY_BIRTH: [Type; 7] = [
    Type::INT8,
    Type::INT8,
    Type::TEXT,
    Type::INT8,
    Type::UUID,
    Type::JSONB,
    Type::TIMESTAMPTZ,
];

pub(crate) static YOUNGEST: Query = Query {
    name: "horses, youngest first",
    sql: sorted!(
        "(born_at, id) < ($7, $1)",
        "born_at desc, id desc",
        "h.born_at desc, h.id desc"
    ),
    takes: &BY_BIRTH,
    gives: &LINE,
};

pub(crate) static ELDEST: Query = Query {
    name: "horses, eldest first",
    sql: sorted!("(born_at, id) > ($7, $1)", "born_at, id", "h.born_at, h.id"),
    takes: &BY_BIRTH,
    gives: &LINE,
};

static BY_NAME: [Type; 7] = [
    Type::INT8,
    Type::INT8,
    Type::TEXT,
    Type::INT8,
    Type::UUID,
    Type::JSONB,
    Type::TEXT,
];

pub(crate) static NAMED: Query = Query {
    name: "horses by name",
    sql: sorted!(
        "(lower(name) collate \"C\", id) > (lower($7) collate \"C\", $1)",
        "lower(name) collate \"C\", id",
        "lower(h.name) collate \"C\", h.id"
    ),
    takes: &BY_NAME,
    gives: &LINE,
};

pub(crate) static NAMED_BACKWARDS: Query = Query {
    name: "horses by name, last first",
    sql: sorted!(
        "(lower(name) collate \"C\", id) < (lower($7) collate \"C\", $1)",
        "lower(name) collate \"C\" desc, id desc",
        "lower(h.name) collate \"C\" desc, h.id desc"
    ),
    takes: &BY_NAME,
    gives: &LINE,
};

/// A page of the horses that are looked for, in the order that is asked for.
pub(crate) async fn sorted(
    reads: &Reads,
    asked: &Asked,
    search: &Search,
) -> Result<Page<Line>, Failure> {
    let sort = asked.sort(ORDERS)?;
    match sort.by {
        By::Name => named(reads, asked, search, sort).await,
        By::Age => born(reads, asked, search, sort).await,
        _ => come(reads, asked, search, sort).await,
    }
}

/// By when they came into the game.
async fn come(
    reads: &Reads,
    asked: &Asked,
    search: &Search,
    sort: Sort,
) -> Result<Page<Line>, Failure> {
    let of = List::Horses.by(sort);
    let start = if sort.is_falling { i64::MAX } else { 0 };
    let Cursor([id]) = asked.cursor(of)?.unwrap_or(Cursor([start]));
    let rows = if sort.is_falling {
        newest(reads, search, id).await?
    } else {
        let Search {
            sex,
            breed,
            owner,
            traits,
            ..
        } = search;
        let limit = search.limit + 1;
        reads
            .rows(&OLDEST, &[&id, &limit, sex, breed, owner, traits])
            .await?
    };
    let lines = lines(reads, &rows).await?;
    Ok(Page::of(lines, search.limit, of, |it| Cursor([it.id])))
}

async fn newest(reads: &Reads, search: &Search, before: i64) -> Result<Vec<Record>, Failure> {
    let limit = search.limit + 1;
    let Search {
        sex,
        breed,
        owner,
        traits,
        ..
    } = search;
    match (traits, owner, breed) {
        (Some(_), _, _) => {
            reads
                .rows(&WITH_TRAITS, &[&before, &limit, sex, breed, owner, traits])
                .await
        }
        (None, Some(_), _) => {
            reads
                .rows(&OF_OWNER, &[&before, &limit, sex, breed, owner])
                .await
        }
        (None, None, Some(_)) => reads.rows(&OF_BREED, &[&before, &limit, sex, breed]).await,
        (None, None, None) => reads.rows(&NEWEST, &[&before, &limit, sex]).await,
    }
}

async fn born(
    reads: &Reads,
    asked: &Asked,
    search: &Search,
    sort: Sort,
) -> Result<Page<Line>, Failure> {
    let of = List::Horses.by(sort);
    // Who is older was born earlier.
    let (query, start) = if sort.is_falling {
        (&ELDEST, 0)
    } else {
        (&YOUNGEST, END_OF_TIME)
    };
    let Cursor([at, id]) = asked.cursor(of)?.unwrap_or(Cursor([start, start]));
    let at = instant_of(at)?;
    let rows = search.rows(reads, query, id, &at).await?;
    let keys = |it: &Line| Cursor([it.being.born_at.0.timestamp_micros(), it.id]);
    let lines = lines(reads, &rows).await?;
    Ok(Page::of(lines, search.limit, of, keys))
}

// Names are compared by their letters' numbers, of which this is the greatest, and no name has more than sixty: the same
// everywhere, whatever the database thinks of languages.
async fn named(
    reads: &Reads,
    asked: &Asked,
    search: &Search,
    sort: Sort,
) -> Result<Page<Line>, Failure> {
    let of = List::Horses.by(sort);
    let (query, start) = if sort.is_falling {
        (&NAMED_BACKWARDS, (i64::MAX, "\u{10ffff}".repeat(60)))
    } else {
        (&NAMED, (0, String::new()))
    };
    let (id, name) = match asked.cursor(of)? {
        Some(Worded([id], name)) => (id, name),
        None => start,
    };
    let rows = search.rows(reads, query, id, &name).await?;
    let lines = lines(reads, &rows).await?;
    let keys = |it: &Line| Worded([it.id], it.name.clone());
    Ok(Page::of(lines, search.limit, of, keys))
}

async fn lines(reads: &Reads, rows: &[Record]) -> Result<Vec<Line>, Failure> {
    let now = reads.now().await;
    rows.iter().map(|row| Line::read(row, now)).collect()
}
