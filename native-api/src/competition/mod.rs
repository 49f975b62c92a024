//! Shows: opening, cancelling, entering, withdrawing; what happens at the run date is the jobs' work.

pub mod calendar;
pub(crate) mod entry;
pub mod record;
pub mod settlement;
pub mod store;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use reads::Failure;
use reads::asked::Id;
use reads::show::{Line, Show};
use reads::wire::At;
use rules::Instant;
use rules::competition::show::Host;
use rules::dice::Secret;
use rules::id::{HorseId, ShowId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{Answer, App, Call, Empty};
use crate::db::fault::broken;
use crate::horse::horse_id;
use entry::{Enter, Withdraw};
use record::Held;
use store::{Cancel, Open, Shown};

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(open))
        .routes(routes!(cancel))
        .routes(routes!(enter))
        .routes(routes!(withdraw))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewShow {
    /// 3 to 60 characters; no two shows have the same.
    #[schema(example = "Ashford Autumn Stakes")]
    name: String,
    /// The name of a discipline, as `/v1/disciplines` has it.
    #[schema(example = "Racing")]
    discipline: String,
    /// The least level of a horse, or left out.
    level_min: Option<i64>,
    /// The greatest level of a horse, or left out.
    level_max: Option<i64>,
    /// What each entry pays, 0 to 1,000,000 coins; you receive it when the show is settled.
    #[schema(example = 25)]
    entry_fee: i64,
    /// What the first three share, 0 to 1,000,000 coins; it leaves your purse now.
    #[schema(example = 300)]
    prize: i64,
    /// When it runs, in game time: within the next 90 days.
    #[schema(value_type = String, format = DateTime)]
    run_date: Instant,
}

/// The show as `GET /v1/shows/{id}` shows it.
fn shown(shown: Shown, now: Instant) -> Show {
    let Held { show, version } = shown.held;
    let phase = show.phase(now);
    let facts = show.facts;
    let line = Line {
        id: facts.id.get(),
        name: facts.name,
        discipline: facts.discipline.as_str().to_owned(),
        state: phase,
        level_min: facts.level_min,
        level_max: facts.level_max,
        entry_fee: facts.entry_fee.get(),
        prize: facts.prize.get(),
        run_date: At(facts.run_date),
        hosted_by: match show.host {
            Host::Treasury => "treasury",
            Host::User(_) => "player",
        },
        host: shown.host,
        entries: shown.entries,
        version,
    };
    Show {
        line,
        secret_hash: shown.secret_hash,
        secret: None,
        result_digest: None,
        rules_version: shown.rules_version,
        ended_at: shown.ended_at.map(At),
    }
}

/// Open a show. You are its host: you give the prize now, and receive the fees when it is settled.
#[utoipa::path(post, path = "/v1/shows", tag = "shows", security(("token" = [])), request_body = NewShow,
    responses((status = 201, description = "Opened", body = Show)))]
async fn open(call: Call<NewShow>) -> Result<Answer, Failure> {
    let body = &call.body;
    let open = Open {
        player: call.player.id,
        name: body.name.clone(),
        discipline: body.discipline.clone(),
        level_min: body.level_min,
        level_max: body.level_max,
        entry_fee: body.entry_fee,
        prize: body.prize,
        run_date: rules::time::to_micros(body.run_date),
        secret: fresh_secret()?,
    };
    call.write(&open, |opened| {
        let show = shown(opened, call.app.clock.now());
        let path = format!("/v1/shows/{}", show.line.id);
        Ok(Answer::created(path, &show)?.with_version(show.line.version))
    })
    .await
}

/// Thirty-two bytes that nobody can know before the show is settled.
fn fresh_secret() -> Result<Secret, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| broken(format!("no random bytes: {error}")))?;
    Ok(Secret::new(bytes))
}

/// Cancel a show that you host, before its run date: every fee and the prize go back.
#[utoipa::path(post, path = "/v1/shows/{id}/cancel", tag = "shows", security(("token" = [])),
    params(("id" = i64, Path, description = "The show"),
        ("If-Match" = Option<String>, Header, description = "Cancel only if it has not changed; every entry changes it")),
    responses((status = 200, description = "Cancelled", body = Show)))]
async fn cancel(Id(id): Id, call: Call<Empty>) -> Result<Answer, Failure> {
    let version = match call.expected_version() {
        Err(Failure::Unconditional) => None,
        named => Some(named?),
    };
    let cancel = Cancel {
        player: call.player.id,
        show: ShowId::new(id),
        version,
    };
    call.write(&cancel, |cancelled| {
        let show = shown(cancelled, call.app.clock.now());
        Ok(Answer::ok(&show)?.with_version(show.line.version))
    })
    .await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewEntry {
    /// One of your horses.
    horse_id: i64,
}

/// A horse's entry in a show.
// What is absent when it is written here, the write's last statement tells.
#[derive(Debug, Serialize, ToSchema)]
struct EntryMade {
    /// The show.
    show_id: i64,
    /// The horse, scored as she is now whatever becomes of her until the run date.
    horse_id: i64,
    /// When she was entered, in game time.
    entered_at: At,
    /// The fee, which lies in the show's escrow now.
    fee: i64,
    /// The entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required, value_type = i64)]
    id: Option<i64>,
    /// What is left in your purse.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required, value_type = i64)]
    money: Option<i64>,
    /// How many entries the show has now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required, value_type = i64)]
    entries: Option<i64>,
}

/// Enter a horse in a show. The fee leaves your purse, and what is scored is frozen.
#[utoipa::path(post, path = "/v1/shows/{id}/entries", tag = "shows", security(("token" = [])), request_body = NewEntry,
    params(("id" = i64, Path, description = "The show")),
    responses((status = 201, description = "Entered", body = EntryMade)))]
async fn enter(Id(id): Id, call: Call<NewEntry>) -> Result<Answer, Failure> {
    let horse = horse_id(call.body.horse_id)?;
    let enter = Enter {
        player: call.player.id,
        show: ShowId::new(id),
        horse,
    };
    call.write(&enter, |entry| {
        let made = EntryMade {
            show_id: id,
            horse_id: horse.get(),
            entered_at: At(entry.entered_at),
            fee: entry.fee.get(),
            id: None,
            money: None,
            entries: None,
        };
        Answer::created(format!("/v1/shows/{id}/entries"), &made)
    })
    .await
}

/// A withdrawn entry.
// What is absent when it is written here, the write's last statement tells.
#[derive(Debug, Serialize, ToSchema)]
struct EntryWithdrawn {
    /// The show.
    show_id: i64,
    /// The horse.
    horse_id: i64,
    /// The fee that went back to your purse.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required, value_type = i64)]
    refund: Option<i64>,
    /// What is in your purse now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required, value_type = i64)]
    money: Option<i64>,
}

/// Withdraw a horse from a show before its run date. The fee comes back.
#[utoipa::path(delete, path = "/v1/shows/{id}/entries/{horse_id}", tag = "shows", security(("token" = [])),
    params(("id" = i64, Path, description = "The show"), ("horse_id" = i64, Path, description = "The horse")),
    responses((status = 200, description = "Withdrawn", body = EntryWithdrawn)))]
async fn withdraw(path: EntryPath, call: Call<Empty>) -> Result<Answer, Failure> {
    let EntryPath { show, horse } = path;
    let withdraw = Withdraw {
        player: call.player.id,
        show,
        horse,
    };
    call.write(&withdraw, |()| {
        Answer::ok(&EntryWithdrawn {
            show_id: show.get(),
            horse_id: horse.get(),
            refund: None,
            money: None,
        })
    })
    .await
}

/// The two numbers in the path of an entry.
struct EntryPath {
    show: ShowId,
    horse: HorseId,
}

impl<S: Send + Sync> FromRequestParts<S> for EntryPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let unreadable = |_| Failure::invalid("path", "The path cannot be read.");
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(unreadable)?;
        let number = |name: &'static str| {
            let text = params
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, text)| text);
            let is_plain = |it: &&str| it.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.filter(is_plain).and_then(|it| it.parse::<i64>().ok());
            let wrong = "This part of the path must be a whole number from 1.";
            number
                .filter(|it| *it > 0)
                .ok_or_else(|| Failure::invalid(name, wrong))
        };
        Ok(Self {
            show: ShowId::new(number("id")?),
            horse: HorseId::new(number("horse_id")?),
        })
    }
}
