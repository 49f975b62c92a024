//! The calendar: shows by state, soonest or latest first, and open ones by what can be won and what they cost.

use crate::Failure;
use crate::answer::unversioned;
use crate::asked::Asked;
use crate::clock::Instant;
use crate::order::{By, Ordered, Sort, falling, rising};
use crate::page::{Cursor, END_OF_TIME, List, Page, instant_of};
use crate::query::{Query, Record, Values};
use crate::question::Question;
use crate::router::Reads;
use crate::show::{LINE, Line, line, of_shows};
use crate::snapshot::statement;
use axum::response::Response;
use postgres_types::Type;
use rules::competition::show::{Phase, ShowState};
use rules::discipline::Discipline;

pub(crate) static OPEN: Query = Query {
    name: "open shows, soonest first",
    sql: statement!(
        "select ",
        line!(),
        of_shows!(),
        "where s.state = 'open' and (s.run_date, s.id) > ($1, $2) order by s.run_date, s.id limit $3"
    ),
    takes: &[Type::TIMESTAMPTZ, Type::INT8, Type::INT8],
    gives: &LINE,
};

pub(crate) static OPEN_IN_DISCIPLINE: Query = Query {
    name: "open shows of a discipline, soonest first",
    sql: statement!(
        "select ",
        line!(),
        of_shows!(),
        "where s.discipline = $4 and s.state = 'open' and (s.run_date, s.id) > ($1, $2)
        order by s.run_date, s.id limit $3"
    ),
    takes: &[Type::TIMESTAMPTZ, Type::INT8, Type::INT8, Type::TEXT],
    gives: &LINE,
};

pub(crate) static PAST: Query = Query {
    name: "past shows, latest first",
    sql: statement!(
        "select ",
        line!(),
        of_shows!(),
        "where s.state = $4 and (s.run_date, s.id) < ($1, $2) order by s.run_date desc, s.id desc limit $3"
    ),
    takes: &[Type::TIMESTAMPTZ, Type::INT8, Type::INT8, Type::TEXT],
    gives: &LINE,
};

pub(crate) static PAST_IN_DISCIPLINE: Query = Query {
    name: "past shows of a discipline, latest first",
    sql: statement!(
        "select ",
        line!(),
        of_shows!(),
        "where s.discipline = $5 and s.state = $4 and (s.run_date, s.id) < ($1, $2)
        order by s.run_date desc, s.id desc limit $3"
    ),
    takes: &[
        Type::TIMESTAMPTZ,
        Type::INT8,
        Type::INT8,
        Type::TEXT,
        Type::TEXT,
    ],
    gives: &LINE,
};

pub(crate) static EARLIEST: Query = Query {
    name: "shows that ran, earliest first",
    sql: statement!(
        "select ",
        line!(),
        of_shows!(),
        "where s.state = $4 and (s.run_date, s.id) > ($1, $2) and s.run_date <= $6 and ($5::text is null or s.discipline = $5)
        order by s.run_date, s.id limit $3"
    ),
    takes: &[
        Type::TIMESTAMPTZ,
        Type::INT8,
        Type::INT8,
        Type::TEXT,
        Type::TEXT,
        Type::TIMESTAMPTZ,
    ],
    gives: &LINE,
};

pub(crate) static LATEST: Query = Query {
    name: "open shows, latest first",
    sql: statement!(
        "select ",
        line!(),
        of_shows!(),
        "where s.state = 'open' and (s.run_date, s.id) < ($1, $2) and s.run_date > $4 and ($5::text is null or s.discipline = $5)
        order by s.run_date desc, s.id desc limit $3"
    ),
    takes: &[
        Type::TIMESTAMPTZ,
        Type::INT8,
        Type::INT8,
        Type::TIMESTAMPTZ,
        Type::TEXT,
    ],
    gives: &LINE,
};

static BY_COINS: [Type; 5] = [
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::TIMESTAMPTZ,
    Type::TEXT,
];

pub(crate) static RICHEST: Query = Query {
    name: "open shows, greatest prize first",
    sql: statement!(
        "select ",
        line!(),
        of_shows!(),
        "where s.state = 'open' and (s.prize, s.id) < ($1, $2) and s.run_date > $4 and ($5::text is null or s.discipline = $5)
        order by s.prize desc, s.id desc limit $3"
    ),
    takes: &BY_COINS,
    gives: &LINE,
};

pub(crate) static CHEAPEST: Query = Query {
    name: "open shows, least fee first",
    sql: statement!(
        "select ",
        line!(),
        of_shows!(),
        "where s.state = 'open' and (s.entry_fee, s.id) > ($1, $2) and s.run_date > $4 and ($5::text is null or s.discipline = $5)
        order by s.entry_fee, s.id limit $3"
    ),
    takes: &BY_COINS,
    gives: &LINE,
};

const ORDERS_OF_OPEN: &[Sort] = &[
    rising(By::RunDate),
    falling(By::RunDate),
    falling(By::Prize),
    rising(By::Fee),
];

/// Nobody looks for the prizes and the fees of shows that are over: no index is kept for that.
const ORDERS_OF_PAST: &[Sort] = &[falling(By::RunDate), rising(By::RunDate)];

/// Shows by state.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/shows", tag = "shows",
    params(
        ("state" = Option<String>, Query, description = "`open` (where nothing is said), `closed`, `settled` or `cancelled`"),
        ("discipline" = Option<String>, Query),
        ("sort" = Option<String>, Query, description = "Of open shows `run_date` (soonest first, where nothing is said), `-run_date`, `-prize` or `fee`; of others `-run_date` (latest first, where nothing is said) or `run_date`"),
        ("cursor" = Option<String>, Query), ("limit" = Option<i64>, Query)
    ),
    responses((status = 200, body = Page<Line>), (status = 400, description = "A parameter that cannot be read"))
))]
pub(crate) async fn calendar(reads: Reads, asked: Question) -> Result<Response, Failure> {
    asked.only(&["state", "discipline", "sort", "cursor", "limit"])?;
    let limit = asked.limit()?;
    let state = asked.word::<Phase>("state")?.unwrap_or(Phase::Open);
    let orders = match state {
        Phase::Open => ORDERS_OF_OPEN,
        Phase::Closed | Phase::Settled | Phase::Cancelled => ORDERS_OF_PAST,
    };
    let of = List::Shows.by(asked.sort(orders)?);
    let discipline = asked.word::<Discipline>("discipline")?;
    let now = reads.now().await;
    let wanted = Wanted {
        state,
        discipline: discipline.map(Discipline::as_str),
        now,
        limit: limit + 1,
    };
    let rows = match of.sort.by {
        By::RunDate => wanted.by_date(&reads, &asked, of).await?,
        _ => wanted.by_coins(&reads, &asked, of).await?,
    };
    let lines: Result<Vec<_>, _> = rows.iter().map(|row| Line::read(row, now)).collect();
    unversioned(&Page::of(lines?, limit, of, |line| {
        let key = match of.sort.by {
            By::Prize => line.prize,
            By::Fee => line.entry_fee,
            _ => line.run_date.0.timestamp_micros(),
        };
        Cursor([key, line.id])
    }))
}

/// What shows are wanted.
struct Wanted {
    state: Phase,
    discipline: Option<&'static str>,
    now: Instant,
    limit: i64,
}

impl Wanted {
    async fn by_coins(
        &self,
        reads: &Reads,
        asked: &Asked,
        of: Ordered,
    ) -> Result<Vec<Record>, Failure> {
        let (query, start) = if of.sort.is_falling {
            (&RICHEST, [i64::MAX, i64::MAX])
        } else {
            (&CHEAPEST, [-1, 0])
        };
        let Cursor([coins, id]) = asked.cursor(of)?.unwrap_or(Cursor(start));
        let Self {
            discipline,
            now,
            limit,
            ..
        } = self;
        let values: Values<'_> = &[&coins, &id, limit, now, discipline];
        reads.rows(query, values).await
    }

    async fn by_date(
        &self,
        reads: &Reads,
        asked: &Asked,
        of: Ordered,
    ) -> Result<Vec<Record>, Failure> {
        let Edge { run_date, id } = &Edge::read(asked, of, self.state, self.now)?;
        let Self {
            state,
            discipline,
            now,
            limit,
        } = self;
        let stored = match state {
            Phase::Open | Phase::Closed => ShowState::Open,
            Phase::Settled => ShowState::Settled,
            Phase::Cancelled => ShowState::Cancelled,
        };
        let stored = stored.as_str();
        match (state, of.sort.is_falling, discipline) {
            (Phase::Open, false, None) => reads.rows(&OPEN, &[run_date, id, limit]).await,
            (Phase::Open, false, Some(name)) => {
                let values: Values<'_> = &[run_date, id, limit, name];
                reads.rows(&OPEN_IN_DISCIPLINE, values).await
            }
            (Phase::Open, true, _) => {
                let values: Values<'_> = &[run_date, id, limit, now, discipline];
                reads.rows(&LATEST, values).await
            }
            (_, true, None) => reads.rows(&PAST, &[run_date, id, limit, &stored]).await,
            (_, true, Some(name)) => {
                let values: Values<'_> = &[run_date, id, limit, &stored, name];
                reads.rows(&PAST_IN_DISCIPLINE, values).await
            }
            (_, false, _) => {
                let until = match state {
                    Phase::Closed => *now,
                    _ => instant_of(END_OF_TIME)?,
                };
                let values: Values<'_> = &[run_date, id, limit, &stored, discipline, &until];
                reads.rows(&EARLIEST, values).await
            }
        }
    }
}

/// Where a page by run date begins: beyond this one and this id.
struct Edge {
    run_date: Instant,
    id: i64,
}

impl Edge {
    fn read(asked: &Asked, of: Ordered, state: Phase, now: Instant) -> Result<Self, Failure> {
        let given = asked.cursor(of)?.map(|Cursor([at, id])| (at, id));
        let now = (now.timestamp_micros(), i64::MAX);
        let (first, last) = ((0, 0), (END_OF_TIME, i64::MAX));
        // Whatever the cursor says, an open show runs after now and a closed one does not.
        let (at, id) = match (state, of.sort.is_falling) {
            (Phase::Open, false) => given.unwrap_or(now).max(now),
            (Phase::Closed, true) => given.unwrap_or(now).min(now),
            (_, true) => given.unwrap_or(last),
            (_, false) => given.unwrap_or(first),
        };
        Ok(Self {
            run_date: instant_of(at)?,
            id,
        })
    }
}
