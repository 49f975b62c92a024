//! A show, by itself and as a line of the calendar.

use crate::Failure;
use crate::answer::json;
use crate::clock::Instant;
use crate::horse::Player;
use crate::query::{Query, Record};
use crate::question::Question;
use crate::router::Reads;
use crate::snapshot::statement;
use crate::wire::At;
use axum::response::Response;
use postgres_types::Type;
use rules::competition::show::{Phase, ShowFacts, ShowState, phase};
use rules::id::ShowId;
use rules::money::Coins;
use serde::Serialize;

/// A show in the calendar.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ShowLine))]
pub struct Line {
    /// The id.
    pub id: i64,
    /// The name.
    pub name: String,
    /// The discipline.
    pub discipline: String,
    /// `open`, `closed` from its run date on, then `settled` or `cancelled`.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "open"))]
    pub state: Phase,
    /// The least level of a horse; null where there is none.
    pub level_min: Option<i64>,
    /// The greatest level of a horse; null where there is none.
    pub level_max: Option<i64>,
    /// What an entry costs, in coins.
    pub entry_fee: i64,
    /// The prize in coins: 50, 30 and 20 per cent for the first three.
    pub prize: i64,
    /// When it runs. Entries close at this instant.
    pub run_date: At,
    /// `treasury` or `player`.
    pub hosted_by: &'static str,
    /// The player who hosts it; null for the treasury or where the player's profile is hidden.
    pub host: Option<Player>,
    /// The entries that stand.
    pub entries: i64,
    /// Counts every change, each entry among them.
    pub version: i64,
}

/// A show with what its proof will rest on.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Show {
    /// What the calendar shows of it.
    #[serde(flatten)]
    pub line: Line,
    /// SHA-256 of the secret that luck is drawn from, published when the show opened.
    pub secret_hash: String,
    /// The secret, published when it was settled; null until then.
    pub secret: Option<String>,
    /// SHA-256 of the settled show; null until then. The proof says of what.
    pub result_digest: Option<String>,
    /// The version of the rules that it is settled by.
    pub rules_version: i32,
    /// When it was settled or cancelled.
    pub ended_at: Option<At>,
}

macro_rules! line {
    () => {
        "array[s.xmin, u.xmin] as written, s.id, s.name, s.discipline, s.level_min::int8 as level_min, s.level_max::int8 as level_max, s.entry_fee, s.prize,
        s.run_date, s.state, s.version, s.host_id is null as by_treasury,
        case when u.profile_visible then u.id end as host_id, case when u.profile_visible then u.name end as host_name,
        (select count(*) from show_entries e where e.show_id = s.id) as entries"
    };
}

pub(crate) use line;

macro_rules! of_shows {
    () => {
        " from shows s left join users u on u.id = s.host_id "
    };
}
pub(crate) use of_shows;

pub(crate) static LINE: [(&str, Type); 14] = [
    ("id", Type::INT8),
    ("name", Type::TEXT),
    ("discipline", Type::TEXT),
    ("level_min", Type::INT8),
    ("level_max", Type::INT8),
    ("entry_fee", Type::INT8),
    ("prize", Type::INT8),
    ("run_date", Type::TIMESTAMPTZ),
    ("state", Type::TEXT),
    ("version", Type::INT8),
    ("by_treasury", Type::BOOL),
    ("host_id", Type::UUID),
    ("host_name", Type::TEXT),
    ("entries", Type::INT8),
];

pub(crate) static SHOW: Query = Query {
    name: "show",
    sql: statement!(
        "select ",
        line!(),
        ", encode(s.secret_hash, 'hex') as secret_hash, encode(s.revealed_secret, 'hex') as secret,
        encode(s.result_digest, 'hex') as result_digest, s.rules_version, s.ended_at",
        of_shows!(),
        "where s.id = $1"
    ),
    takes: &[Type::INT8],
    gives: &[
        ("id", Type::INT8),
        ("name", Type::TEXT),
        ("discipline", Type::TEXT),
        ("level_min", Type::INT8),
        ("level_max", Type::INT8),
        ("entry_fee", Type::INT8),
        ("prize", Type::INT8),
        ("run_date", Type::TIMESTAMPTZ),
        ("state", Type::TEXT),
        ("version", Type::INT8),
        ("by_treasury", Type::BOOL),
        ("host_id", Type::UUID),
        ("host_name", Type::TEXT),
        ("entries", Type::INT8),
        ("secret_hash", Type::TEXT),
        ("secret", Type::TEXT),
        ("result_digest", Type::TEXT),
        ("rules_version", Type::INT4),
        ("ended_at", Type::TIMESTAMPTZ),
    ],
};

impl Line {
    pub(crate) fn read(record: &Record, now: Instant) -> Result<Self, Failure> {
        let run_date: Instant = record.get("run_date")?;
        let is_treasury: bool = record.get("by_treasury")?;
        Ok(Self {
            id: record.get("id")?,
            name: record.get("name")?,
            discipline: record.get("discipline")?,
            state: phase(record.word::<ShowState>("state")?, run_date, now),
            level_min: record.get("level_min")?,
            level_max: record.get("level_max")?,
            entry_fee: record.get("entry_fee")?,
            prize: record.get("prize")?,
            run_date: At(run_date),
            hosted_by: if is_treasury { "treasury" } else { "player" },
            host: record.player("host_id", "host_name")?,
            entries: record.get("entries")?,
            version: record.get("version")?,
        })
    }
}

/// The facts of a show, from the columns that all of its queries name alike.
pub(crate) fn facts(record: &Record) -> Result<ShowFacts, Failure> {
    Ok(ShowFacts {
        id: ShowId::new(record.get("id")?),
        name: record.get("name")?,
        discipline: record.word("discipline")?,
        level_min: record.get("level_min")?,
        level_max: record.get("level_max")?,
        entry_fee: Coins::new(record.get("entry_fee")?),
        prize: Coins::new(record.get("prize")?),
        run_date: record.get("run_date")?,
    })
}

/// A show.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/shows/{id}", tag = "shows", params(("id" = i64, Path)),
    responses((status = 200, body = Show), (status = 404, description = "No such show"))
))]
pub(crate) async fn show(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let id = asked.id()?;
    asked.only(&[])?;
    let row = reads.row(&SHOW, &[&id]).await?;
    let record = row.ok_or(Failure::Missing { what: "show" })?;
    let show = Show {
        line: Line::read(&record, reads.now().await)?,
        secret_hash: record.get("secret_hash")?,
        secret: record.get("secret")?,
        result_digest: record.get("result_digest")?,
        rules_version: record.get("rules_version")?,
        ended_at: record.get::<Option<_>>("ended_at")?.map(At),
    };
    json(Some(show.line.version), &show)
}
