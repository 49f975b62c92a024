//! Sessions: signing in, refreshing tokens, signing out.
//!
//! An access token is short-lived and checked by its signature; the refresh token behind it cannot be guessed, is kept as a
//! hash, and is good once. One that comes back later was copied: its session ends, and with it every access token of the
//! player. For thirty seconds it may come back, though, and is given the very same successor: two tabs of a browser refresh
//! at one moment, and answers get lost. A thief gains little by it. Whoever does not know when the player refreshes comes
//! too late, or first, which the player's own refresh then shows; and once the successor is used, the leeway is over.

pub(crate) mod store;
pub mod token;

use reads::Failure;
use reads::session::LIFETIME_S;
use rules::id::UserId;
use rules::name::Email;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::{Answer, App, Call, Empty, Visit};
use crate::db::{Tx, Write, fault};
use crate::user::password::Password;
use token::RefreshToken;

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sign_in, sign_out_everywhere))
        .routes(routes!(refresh))
        .routes(routes!(sign_out))
}

/// What a client needs from now on: both tokens.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tokens {
    /// Goes into the header `Authorization: Bearer ...`.
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds until the access token is over.
    #[schema(example = 600)]
    pub expires_in: i64,
    /// Brings new tokens, once, and within half a minute the same ones again.
    pub refresh_token: String,
}

impl Tokens {
    /// Both tokens of a session.
    ///
    /// # Errors
    /// A fault of ours, when the access token cannot be signed.
    pub fn of(app: &App, opened: &Opened, refresh: &RefreshToken) -> Result<Self, Failure> {
        Ok(Self {
            access_token: app
                .tokens
                .issue(opened.user, opened.session, opened.epoch)?,
            token_type: "Bearer",
            expires_in: LIFETIME_S,
            refresh_token: refresh.text(),
        })
    }
}

/// A session that is open, with the epoch that its access tokens carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The player.
    pub user: UserId,
    /// The session.
    pub session: Uuid,
    /// The player's epoch.
    pub epoch: i32,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    #[schema(example = "ada@example.org")]
    email: String,
    password: String,
}

/// Sign in.
///
/// Takes as long, and answers the same, for an unknown address as for a wrong password.
#[utoipa::path(post, path = "/v1/sessions", tag = "sessions", request_body = Credentials,
    responses((status = 201, description = "Signed in", body = Tokens)))]
async fn sign_in(visit: Visit<Credentials>) -> Result<Answer, Failure> {
    let (app, by) = (&visit.app, visit.by());
    let email = Email::parse(&visit.body.email)?;
    app.limits.sign_in(visit.address, &email)?;
    let known = store::credentials(&app.db, by, &email).await?;
    let hash = known.as_ref().map(|(_, hash)| hash.clone());
    let claimed = Password::claimed(visit.body.password.clone());
    let is_right = app.passwords.matches(claimed, hash).await?;
    let (user, hash) = known
        .filter(|_| is_right)
        .ok_or(Failure::WrongCredentials)?;
    let refresh = RefreshToken::random()?;
    let session = Uuid::now_v7();
    let open = Open {
        user,
        hash,
        session,
        token_hash: refresh.hash(),
    };
    let opened = app.db.write(by, &open).await?;
    let tokens = Tokens::of(app, &opened, &refresh)?;
    Answer::created("/v1/sessions/current".to_owned(), &tokens)
}

/// Opens a session, if the password that was checked is still the player's.
struct Open {
    user: UserId,
    hash: String,
    session: Uuid,
    token_hash: Vec<u8>,
}

impl Write for Open {
    const NAME: &'static str = "sign in";
    type Done = Opened;

    async fn run(&self, tx: &Tx<'_>) -> Result<Opened, Failure> {
        let epoch = store::open(tx, self.user, &self.hash, self.session, &self.token_hash).await?;
        Ok(Opened {
            user: self.user,
            session: self.session,
            epoch: epoch.ok_or(Failure::WrongCredentials)?,
        })
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Refresh {
    refresh_token: String,
}

/// Exchange a refresh token for new tokens.
///
/// Each refresh token is good once. Within 30 seconds it may be sent again, by another tab or because the answer was lost, and
/// brings the same refresh token again, unless that was used meanwhile. If one is used again later, its session ends and
/// every access token of the player with it.
#[utoipa::path(post, path = "/v1/sessions/refresh", tag = "sessions", request_body = Refresh,
    responses((status = 200, description = "New tokens; the old refresh token is used up", body = Tokens)))]
async fn refresh(visit: Visit<Refresh>) -> Result<Answer, Failure> {
    let app = &visit.app;
    app.limits.refresh(visit.address)?;
    let given = RefreshToken::parse(&visit.body.refresh_token).ok_or(Failure::BadRefreshToken)?;
    let next = given.successor(app.db.dice_secret().as_bytes());
    let rotate = Rotate {
        given: given.hash(),
        next: next.hash(),
    };
    let rotated = app.db.write(visit.by(), &rotate).await?;
    let opened = rotated.ok_or(Failure::BadRefreshToken)?;
    Answer::ok(&Tokens::of(app, &opened, &next)?)
}

/// Uses one refresh token up and puts the next in its place, or finds that this was done a moment ago. One that was used
/// earlier ends its session instead: that is done and committed, and nothing is given out.
struct Rotate {
    given: Vec<u8>,
    next: Vec<u8>,
}

impl Write for Rotate {
    const NAME: &'static str = "refresh";
    type Done = Option<Opened>;

    async fn run(&self, tx: &Tx<'_>) -> Result<Option<Opened>, Failure> {
        let mut rotated = store::rotate(tx, &self.given, &self.next).await?;
        if rotated.is_none() {
            rotated = store::rotated(tx, &self.given, &self.next).await?;
        }
        if rotated.is_none() && store::end_stolen(tx, &self.given).await? > 0 {
            tracing::warn!(
                request_id = tx.request_id(),
                "a used refresh token came back: its session was ended"
            );
        }
        Ok(rotated)
    }
}

/// Sign out of this session.
#[utoipa::path(delete, path = "/v1/sessions/current", tag = "sessions", security(("token" = [])),
    responses((status = 204, description = "Signed out")))]
async fn sign_out(call: Call<Empty>) -> Result<Answer, Failure> {
    let end = End {
        session: call.player.session,
    };
    call.write(&end, |()| Answer::nothing()).await
}

struct End {
    session: Uuid,
}

impl Write for End {
    const NAME: &'static str = "sign out";
    type Done = ();

    async fn run(&self, tx: &Tx<'_>) -> Result<(), Failure> {
        store::end(tx, self.session).await
    }
}

/// Sign out of all sessions, this one too. Every access token is void at once.
#[utoipa::path(delete, path = "/v1/sessions", tag = "sessions", security(("token" = [])),
    responses((status = 204, description = "Signed out everywhere")))]
async fn sign_out_everywhere(call: Call<Empty>) -> Result<Answer, Failure> {
    let end = EndAll {
        user: call.player.id,
        except: None,
    };
    call.write(&end, |()| Answer::nothing()).await
}

/// Ends every session of a player, perhaps except one, and makes every access token void.
#[derive(Debug)]
pub struct EndAll {
    /// The player.
    pub user: UserId,
    /// The session that stays.
    pub except: Option<Uuid>,
}

impl Write for EndAll {
    const NAME: &'static str = "sign out everywhere";
    type Done = ();

    async fn run(&self, tx: &Tx<'_>) -> Result<(), Failure> {
        match store::end_all(tx, self.user, self.except).await? {
            1 => Ok(()),
            count => Err(fault::broken(format!("{count} users were signed out"))),
        }
    }
}
