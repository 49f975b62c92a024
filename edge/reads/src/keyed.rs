//! Lists that one horse, one show or one player bounds, sorted by whichever key is asked for.
//!
//! An index for each order would cost every write, and save the sorting of a few hundred rows. So one statement in each
//! direction knows them all: a word says which number or which text is the key, and the id tells equals apart.

use crate::fields::{Fields, Row};
use crate::order::Ordered;
use crate::page::{Page, Worded};
use crate::query::Query;
use postgres_types::Type;

/// A row beside what it was sorted by.
#[derive(Clone, Debug)]
pub(crate) struct Keyed<T> {
    /// A number and a text, of which one says nothing; the id stands behind the number.
    pub(crate) key: Worded<2>,
    pub(crate) row: T,
}

impl<T: Row> Row for Keyed<T> {
    fn of(fields: &Fields) -> Option<Self> {
        let numbers = [fields.get("key_n")?, fields.get("key_id")?];
        Some(Self {
            key: Worded(numbers, fields.get("key_t")?),
            row: T::of(fields)?,
        })
    }
}

impl<T> Page<T> {
    /// A page of rows with their keys, without them.
    pub(crate) fn of_keyed(items: Vec<Keyed<T>>, limit: i64, of: Ordered) -> Self {
        let page = Page::of(items, limit, of, |it| it.key.clone());
        Self {
            items: page.items.into_iter().map(|it| it.row).collect(),
            next_cursor: page.next_cursor,
        }
    }
}

/// Where the first page begins: before or behind every number that there is.
pub(crate) fn start(of: Ordered) -> Worded<2> {
    let end = if of.sort.is_falling {
        i64::MAX
    } else {
        i64::MIN
    };
    Worded([end, end], String::new())
}

/// A statement in its two directions.
pub(crate) struct Both {
    pub(crate) rising: &'static Query,
    pub(crate) falling: &'static Query,
}

impl Both {
    /// The one of an order.
    pub(crate) const fn of(&self, of: Ordered) -> &'static Query {
        if of.sort.is_falling {
            self.falling
        } else {
            self.rising
        }
    }
}

/// What such a statement of somebody with a number takes: the number, the word for the order, the key where it begins
/// (a number, a text, an id), and how many rows.
pub(crate) static TAKES: [Type; 6] = [
    Type::INT8,
    Type::TEXT,
    Type::INT8,
    Type::TEXT,
    Type::INT8,
    Type::INT8,
];

/// The same of a player.
pub(crate) static TAKES_OF_PLAYER: [Type; 6] = [
    Type::UUID,
    Type::TEXT,
    Type::INT8,
    Type::TEXT,
    Type::INT8,
    Type::INT8,
];

/// The rows of a select, which have an `id`, as one array in the order of a number and a text made of each row `r`.
macro_rules! items {
    ($than:literal, $way:literal, $number:expr, $text:expr, $($rows:expr),+ $(,)?) => {
        concat!(
            "coalesce((
        select jsonb_agg(to_jsonb(l) order by l.key_n", $way, ", l.key_t", $way, ", l.key_id", $way, ") from (
          select r.*, k.key_n, k.key_t, r.id as key_id from (", $($rows),+, ") r
          cross join lateral (select ", $number, " as key_n, ", $text, " as key_t) k
          where (k.key_n, k.key_t, r.id) ", $than, " ($3, $4, $5)
          order by k.key_n", $way, ", k.key_t", $way, ", r.id", $way, " limit $6) l), '[]') as items"
        )
    };
}
pub(crate) use items;
