//! Rankings: the best horses of a discipline, the furthest players.

use crate::Failure;
use crate::answer::unversioned;
use crate::herd::{BEST, Line};
use crate::horse::Player;
use crate::order::{By, Ordered, falling};
use crate::page::{Cursor, List, Page};
use crate::query::Query;
use crate::question::Question;
use crate::router::Reads;
use crate::snapshot::statement;
use axum::response::Response;
use postgres_types::Type;
use rules::discipline::Discipline;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// A horse in a ranking.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RankedHorse {
    /// The rank, from 1. Horses with the same score stand in the order of their ids.
    pub rank: i64,
    /// The horse, with her score.
    pub horse: Line,
}

/// A player in the ranking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RankedUser {
    /// The rank, from 1.
    pub rank: i64,
    /// The player.
    pub user: Player,
    /// The level.
    pub level: i32,
    /// The XP.
    pub xp: i32,
}

pub(crate) static USERS: Query = Query {
    name: "users by XP",
    sql: statement!("select array[xmin] as written, id, name, level, xp from users
      where profile_visible and progress_shared and xp <= $1 and (xp < $1 or id > $2) order by xp desc, id limit $3"),
    takes: &[Type::INT8, Type::UUID, Type::INT8],
    gives: &[
        ("id", Type::UUID),
        ("name", Type::TEXT),
        ("level", Type::INT4),
        ("xp", Type::INT4),
    ],
};

/// A ranking is its order: each has one.
const BEST_HORSES: Ordered = List::RankedHorses.by(falling(By::Score));
const BEST_USERS: Ordered = List::Users.by(falling(By::Xp));

/// The best horses of a discipline.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/rankings/disciplines/{discipline}", tag = "rankings",
    params(("discipline" = String, Path), ("cursor" = Option<String>, Query), ("limit" = Option<i64>, Query)),
    responses((status = 200, body = Page<RankedHorse>), (status = 404, description = "No such discipline"))
))]
pub(crate) async fn horses(reads: Reads, asked: Question) -> Result<Response, Failure> {
    asked.only(&["cursor", "limit"])?;
    let limit = asked.limit()?;
    let unknown = |_| Failure::Missing { what: "discipline" };
    let discipline = Discipline::by_name(asked.part()?)
        .map_err(unknown)?
        .as_str();
    let from = asked.cursor(BEST_HORSES)?;
    let Cursor([score, id, above]) = from.unwrap_or(Cursor([i64::MAX, 0, 0]));
    let (sex, breed, owner, traits) = (None::<&str>, None::<i64>, None::<Uuid>, None::<Value>);
    let rows = reads
        .rows(
            &BEST,
            &[
                &id,
                &(limit + 1),
                &sex,
                &breed,
                &owner,
                &traits,
                &discipline,
                &0_i64,
                &score,
            ],
        )
        .await?;
    let now = reads.now().await;
    let mut ranked = Vec::with_capacity(rows.len());
    for (rank, row) in (first_rank(above)..).zip(&rows) {
        let horse = Line::read_scored(row, now)?;
        ranked.push(RankedHorse { rank, horse });
    }
    let keys =
        |it: &RankedHorse| Cursor([it.horse.score.unwrap_or_default(), it.horse.id, it.rank]);
    unversioned(&Page::of(ranked, limit, BEST_HORSES, keys))
}

/// Players by XP. Only those who show their profile and share their progress.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/rankings/users", tag = "rankings",
    params(("cursor" = Option<String>, Query), ("limit" = Option<i64>, Query)),
    responses((status = 200, body = Page<RankedUser>))
))]
pub(crate) async fn users(reads: Reads, asked: Question) -> Result<Response, Failure> {
    asked.only(&["cursor", "limit"])?;
    let limit = asked.limit()?;
    let from = asked.cursor(BEST_USERS)?;
    let Cursor([xp, high, low, above]) = from.unwrap_or(Cursor([i64::MAX, 0, 0, 0]));
    let id = Uuid::from_u64_pair(high.cast_unsigned(), low.cast_unsigned());
    let rows = reads.rows(&USERS, &[&xp, &id, &(limit + 1)]).await?;
    let mut ranked = Vec::with_capacity(rows.len());
    for (rank, row) in (first_rank(above)..).zip(&rows) {
        ranked.push(RankedUser {
            rank,
            user: Player {
                id: row.get("id")?,
                name: row.get("name")?,
            },
            level: row.get("level")?,
            xp: row.get("xp")?,
        });
    }
    unversioned(&Page::of(ranked, limit, BEST_USERS, RankedUser::keys))
}

/// The rank after so many others, as a cursor says. It is the client's to forge, and no ranking is longer than this.
fn first_rank(above: i64) -> i64 {
    above.clamp(0, 1_000_000_000_000) + 1
}

impl RankedUser {
    fn keys(&self) -> Cursor<4> {
        let (high, low) = self.user.id.as_u64_pair();
        Cursor([
            i64::from(self.xp),
            high.cast_signed(),
            low.cast_signed(),
            self.rank,
        ])
    }
}
