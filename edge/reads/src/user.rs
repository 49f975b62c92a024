//! Players: as others see one, and as one sees oneself.

use crate::Failure;
use crate::answer::{json, unversioned};
use crate::clock::Instant;
use crate::query::{Query, Record};
use crate::question::Question;
use crate::router::Reads;
use crate::session::Fault;
use crate::snapshot::statement;
use crate::wire::At;
use axum::response::Response;
use postgres_types::Type;
use rules::economy::STIPEND;
use rules::progression::{XP_PER_LEVEL, check_stipend};
use serde::Serialize;
use uuid::Uuid;

/// A player who shows the profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Profile {
    /// The id.
    pub id: Uuid,
    /// The name.
    pub name: String,
    /// When the player joined.
    pub joined_at: At,
    /// The level; null where the player does not share progress.
    pub level: Option<i32>,
    /// The XP; null where the player does not share progress.
    pub xp: Option<i32>,
}

/// Oneself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The id.
    pub id: Uuid,
    /// The name.
    pub name: String,
    /// The coins in the purse.
    pub money: i64,
    /// The level: one more for every hundred XP.
    pub level: i32,
    /// The XP.
    pub xp: i32,
    /// The XP that the next level still takes.
    pub xp_to_next_level: i64,
    /// The weekly stipend.
    pub stipend: Stipend,
    /// When one joined.
    pub joined_at: At,
    /// Counts every change; `If-Match` names it.
    pub version: i64,
}

/// The weekly stipend, as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stipend {
    /// The coins of one week.
    pub amount: i64,
    /// May it be claimed now?
    pub claimable: bool,
    /// Since when it may be claimed, or from when the next one may.
    pub from: At,
}

pub(crate) static PROFILE: Query = Query {
    name: "user profile",
    sql: statement!("select array[xmin] as written, id, name, created_at, case when progress_shared then level end as level,
        case when progress_shared then xp end as xp
      from users where id = $1 and profile_visible"),
    takes: &[Type::UUID],
    gives: &[
        ("id", Type::UUID),
        ("name", Type::TEXT),
        ("created_at", Type::TIMESTAMPTZ),
        ("level", Type::INT4),
        ("xp", Type::INT4),
    ],
};

pub(crate) static ME: Query = Query {
    name: "own profile",
    sql: statement!("select array[u.xmin] as written, u.id, u.name, u.money, u.level, u.xp, u.token_epoch, u.version, u.created_at,
        (select max(c.week)::timestamp at time zone 'UTC' from stipend_claims c where c.user_id = u.id) as last_stipend
      from users u where u.id = $1"),
    takes: &[Type::UUID],
    gives: &[
        ("id", Type::UUID),
        ("name", Type::TEXT),
        ("money", Type::INT8),
        ("level", Type::INT4),
        ("xp", Type::INT4),
        ("token_epoch", Type::INT4),
        ("version", Type::INT8),
        ("created_at", Type::TIMESTAMPTZ),
        ("last_stipend", Type::TIMESTAMPTZ),
    ],
};

/// A player's profile. A hidden one answers as a missing one does.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/users/{id}", tag = "users", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = Profile), (status = 404, description = "No such user, or a hidden one"))
))]
pub(crate) async fn profile(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let id = asked.key()?;
    asked.only(&[])?;
    let row = reads.row(&PROFILE, &[&id]).await?;
    let record = row.ok_or(Failure::Missing { what: "user" })?;
    unversioned(&Profile {
        id: record.get("id")?,
        name: record.get("name")?,
        joined_at: At(record.get("created_at")?),
        level: record.get("level")?,
        xp: record.get("xp")?,
    })
}

/// Oneself: the purse, the progress and the stipend. E-mail address and settings are at /v1/account.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/users/me", tag = "users", security(("token" = [])),
    responses((status = 200, body = Me), (status = 401, description = "Not signed in"))
))]
pub(crate) async fn me(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let claims = asked.signed(&reads)?;
    asked.only(&[])?;
    let row = reads.row(&ME, &[&claims.sub]).await?;
    let record = row.ok_or(Failure::Unsigned(Fault::Revoked))?;
    claims.confirm(record.get("token_epoch")?)?;
    let me = read(&record, reads.now().await)?;
    json(Some(me.version), &me)
}

fn read(record: &Record, now: Instant) -> Result<Me, Failure> {
    let xp: i32 = record.get("xp")?;
    Ok(Me {
        id: record.get("id")?,
        name: record.get("name")?,
        money: record.get("money")?,
        level: record.get("level")?,
        xp,
        xp_to_next_level: XP_PER_LEVEL - i64::from(xp) % XP_PER_LEVEL,
        stipend: stipend(record.get("last_stipend")?, now),
        joined_at: At(record.get("created_at")?),
        version: record.get("version")?,
    })
}

fn stipend(last: Option<Instant>, now: Instant) -> Stipend {
    let checked = check_stipend(last, now);
    let from = match &checked {
        Ok(due) => due.week,
        Err(refusal) => refusal.until().unwrap_or(now),
    };
    Stipend {
        amount: STIPEND.get(),
        claimable: checked.is_ok(),
        from: At(from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn a_claimed_stipend_names_the_next_monday() {
        // 22 November 2026 is a Sunday.
        let (monday, next) = (at("2026-11-16T00:00:00Z"), at("2026-11-23T00:00:00Z"));
        let due = stipend(None, at("2026-11-22T12:00:00Z"));
        assert_eq!((due.claimable, due.from), (true, At(monday)));
        let claimed = stipend(Some(monday), at("2026-11-22T12:00:00Z"));
        assert_eq!((claimed.claimable, claimed.from), (false, At(next)));
        let again = stipend(Some(monday), next);
        assert_eq!((again.claimable, again.from), (true, At(next)));
    }
}
