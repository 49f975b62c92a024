//! What an answer knows: the bounds of its snapshot, and the newest transaction among the rows that it shows.

use crate::Failure;
use crate::query::Query;
use postgres_types::{FromSql, Type};
use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio_postgres::Row;

/// The columns that every statement gives first: the bounds of its snapshot, once for the whole answer, and the
/// transactions that wrote what a row of the answer shows.
pub const COLUMNS: [(&str, Type); 2] =
    [("horizons", Type::XID8_ARRAY), ("written", Type::XID_ARRAY)];

/// The statement that gives these columns and those of the select that stands between.
///
/// The select gives `written` first: the system column `xmin` of each row that it shows. It stands beside the bounds, so
/// that these are there even where it finds nothing: there is always a row, and one without `written` is no row of the
/// answer. What finds one thing has no `limit`: with one, the planner looks for plans that begin early, for half as long
/// again. `horizons` is a function of ours: a cache that passes over statements with a function that it knows to be new in
/// each transaction does not know this one, and what it keeps brings the bounds of its own snapshot along.
macro_rules! statement {
    ($($part:expr),+ $(,)?) => {
        concat!(
            "select n.horizons, l.* from (select horizons() as horizons) n left join lateral (",
            $($part),+,
            ") l on true"
        )
    };
}
pub(crate) use statement;

/// What an answer knows, in numbers of transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Whatever a transaction with a lower number did is in the answer.
    pub horizon: u64,
    /// Nothing that a transaction with this number or a higher one did is in the answer.
    pub until: u64,
    /// The newest transaction that wrote a row which is shown.
    pub written: u64,
}

/// The number of a transaction with its epoch, as PostgreSQL counts on for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Xid8(pub u64);

/// The last 32 bits of a number, as rows have it.
pub(crate) struct Xid(u32);

impl<'a> FromSql<'a> for Xid8 {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(u64::from_be_bytes(raw.try_into()?)))
    }

    fn accepts(of: &Type) -> bool {
        *of == Type::XID8
    }
}

impl<'a> FromSql<'a> for Xid {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(u32::from_be_bytes(raw.try_into()?)))
    }

    fn accepts(of: &Type) -> bool {
        *of == Type::XID
    }
}

impl Xid {
    /// The newest transaction before `until` that ends in these bits. Where rows are so old that the bits have come round,
    /// that is a later one than theirs, which asks for more than it must.
    const fn widened(&self, until: u64) -> u64 {
        // The first three stand for what has been there from the beginning.
        if self.0 < 3 {
            return 0;
        }
        let near = (until & !0xffff_ffff) | self.0 as u64;
        if near < until {
            near
        } else {
            match near.checked_sub(1 << 32) {
                Some(number) => number,
                None => until.saturating_sub(1),
            }
        }
    }
}

/// Where what the answer of one request knows is noted while it is read.
#[derive(Debug)]
pub(crate) struct Noted {
    horizon: AtomicU64,
    until: AtomicU64,
    written: AtomicU64,
}

impl Noted {
    pub(crate) const fn nothing() -> Self {
        Self {
            horizon: AtomicU64::new(u64::MAX),
            until: AtomicU64::new(0),
            written: AtomicU64::new(0),
        }
    }

    /// What is known of the answer; none where the database was not asked.
    pub(crate) fn snapshot(&self) -> Option<Snapshot> {
        let until = self.until.load(Ordering::Relaxed);
        (until > 0).then(|| Snapshot {
            horizon: self.horizon.load(Ordering::Relaxed),
            until,
            written: self.written.load(Ordering::Relaxed),
        })
    }

    /// Notes what the rows know, and leaves those that are rows of the answer.
    pub(crate) fn note(&self, query: &Query, mut rows: Vec<Row>) -> Result<Vec<Row>, Failure> {
        let fault = |error| query.spoilt(error);
        let bounds: Option<Vec<Xid8>> = match rows.first() {
            Some(row) => row.try_get(0).map(Some).map_err(fault)?,
            None => None,
        };
        let Some([Xid8(horizon), Xid8(until)]) = bounds.as_deref() else {
            return Err(query.spoilt("the bounds of the snapshot are missing"));
        };
        self.horizon.fetch_min(*horizon, Ordering::Relaxed);
        self.until.fetch_max(*until, Ordering::Relaxed);
        if let [only] = rows.as_slice()
            && written(only).map_err(fault)?.is_none()
        {
            rows.clear();
        }
        for row in &rows {
            self.note_row(row, *until).map_err(fault)?;
        }
        Ok(rows)
    }

    /// Every column of transactions counts.
    fn note_row(&self, row: &Row, until: u64) -> Result<(), tokio_postgres::Error> {
        let mut newest = 0;
        for (at, column) in row.columns().iter().enumerate() {
            let of = column.type_();
            if *of == Type::XID {
                let one: Option<Xid> = row.try_get(at)?;
                newest = one.map_or(newest, |it| newest.max(it.widened(until)));
            } else if *of == Type::XID_ARRAY {
                let all: Option<Vec<Option<Xid>>> = row.try_get(at)?;
                let all = all.into_iter().flatten().flatten();
                newest = all.fold(newest, |newest, it| newest.max(it.widened(until)));
            }
        }
        self.written.fetch_max(newest, Ordering::Relaxed);
        Ok(())
    }
}

fn written(row: &Row) -> Result<Option<Vec<Option<Xid>>>, tokio_postgres::Error> {
    row.try_get(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rows_transaction_is_the_newest_before_the_snapshots_end_that_has_its_bits() {
        const ROUND: u64 = 1 << 32;
        for (bits, until, number) in [
            (700, 900, 700),
            (899, 900, 899),
            (0, 900, 0),
            (2, 5 * ROUND + 900, 0),
            (700, ROUND + 900, ROUND + 700),
            // Written before the bits came round, or frozen long ago.
            (u32::MAX - 5, ROUND + 900, ROUND - 6),
            (900, 3 * ROUND + 900, 2 * ROUND + 900),
            // What cannot be asks for all there is.
            (901, 900, 899),
        ] {
            assert_eq!(Xid(bits).widened(until), number, "{bits} before {until}");
        }
    }
}
