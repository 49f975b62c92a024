//! What a handler of a write gets: who asks, with which body, and the way to carry it out.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use reads::asked::Asked;
use reads::request::{CLIENT, EDGE_KEY, RequestId};
use reads::{Failure, version};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Answer, App, Wrote, body};
use crate::auth::Player;
use crate::db::{By, Write};
use crate::idempotency::Once;

/// The body of a request that takes no fields: nothing, or `{}`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// A request of a signed-in player.
///
/// It must be the last argument of a handler, for it reads the body.
#[derive(Debug)]
pub struct Call<B> {
    /// Everything that the server has.
    pub app: App,
    /// Who asks. Whether the session still stands is asked in the transaction.
    pub player: Player,
    /// What was sent.
    pub body: B,
    headers: HeaderMap,
    request_id: RequestId,
    wrote: Wrote,
    once: Option<Once>,
}

impl<B> Call<B> {
    /// The version that the request changes, from `If-Match`.
    ///
    /// # Errors
    /// Unconditional without the header, invalid where it names no version.
    pub fn expected_version(&self) -> Result<i64, Failure> {
        version::expected(&self.headers)
    }

    /// On whose behalf the write runs.
    pub fn by(&self) -> By<'_> {
        By::player(&self.player, self.request_id.as_str()).telling(&self.wrote)
    }

    /// Carries out a write and answers, once per idempotency key if the request has one.
    ///
    /// # Errors
    /// The write's own refusals, an ended session, a key that was used otherwise, or busy.
    pub async fn write<W: Write>(
        &self,
        write: &W,
        answer: impl Fn(W::Done) -> Result<Answer, Failure>,
    ) -> Result<Answer, Failure> {
        let db = &self.app.db;
        match &self.once {
            Some(once) => db.write_once(self.by(), once, write, answer).await,
            None => {
                let (done, told) = db.write_told(self.by(), write).await?;
                answer(done)?.completed(&told)
            }
        }
    }
}

impl<B: DeserializeOwned> FromRequest<App> for Call<B> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let (parts, raw) = request.into_parts();
        let player = app.tokens.player(&parts.headers)?;
        app.limits.write(player.id)?;
        no_query(&parts)?;
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), raw), app).await;
        let once = Once::of(
            &parts.method,
            &parts.uri,
            &parts.headers,
            body::buffered(&bytes)?,
            app.db.dice_secret().as_bytes(),
        )?;
        Ok(Self {
            app: app.clone(),
            player,
            body: body::read(&parts.headers, &bytes)?,
            request_id: request_id(&parts),
            wrote: wrote(&parts),
            headers: parts.headers,
            once,
        })
    }
}

/// A request of someone who has not signed in.
#[derive(Debug)]
pub struct Visit<B> {
    /// Everything that the server has.
    pub app: App,
    /// What was sent.
    pub body: B,
    /// Where it comes from: the client's address if the edge says so with its key, else the connection's.
    pub address: IpAddr,
    request_id: RequestId,
    wrote: Wrote,
}

impl<B> Visit<B> {
    /// On behalf of nobody in particular.
    pub fn by(&self) -> By<'_> {
        By::visitor(self.request_id.as_str()).telling(&self.wrote)
    }
}

impl<B: DeserializeOwned> FromRequest<App> for Visit<B> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let (parts, raw) = request.into_parts();
        no_query(&parts)?;
        let address = address(&parts, app);
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), raw), app).await;
        Ok(Self {
            app: app.clone(),
            body: body::read(&parts.headers, &bytes)?,
            address,
            request_id: request_id(&parts),
            wrote: wrote(&parts),
        })
    }
}

/// A request of a signed-in player that only reads.
#[derive(Clone, Debug)]
pub struct Look {
    /// Everything that the server has.
    pub app: App,
    /// Who asks. The read itself must compare the epoch.
    pub player: Player,
}

impl axum::extract::FromRequestParts<App> for Look {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let player = app.tokens.player(&parts.headers)?;
        no_query(parts)?;
        Ok(Self {
            app: app.clone(),
            player,
        })
    }
}

/// Nothing here takes a parameter: whoever sends one means something else.
fn no_query(parts: &Parts) -> Result<(), Failure> {
    Asked::parse(parts.uri.query().unwrap_or_default()).only(&[])
}

fn request_id(parts: &Parts) -> RequestId {
    let given = parts.extensions.get::<RequestId>().cloned();
    given.unwrap_or_else(|| RequestId::of(None))
}

/// Where the answer's layer looks for the transaction; elsewhere where nobody does.
fn wrote(parts: &Parts) -> Wrote {
    parts.extensions.get().cloned().unwrap_or_default()
}

/// Only the edge, which knows the key, may say whose request it forwards.
fn address(parts: &Parts, app: &App) -> IpAddr {
    let header = |name| parts.headers.get(name).and_then(|it| it.to_str().ok());
    let is_edge = header(EDGE_KEY).is_some_and(|key| app.is_edge(key));
    let forwarded = header(CLIENT).filter(|_| is_edge);
    let socket = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    forwarded
        .and_then(|text| text.trim().parse().ok())
        .or(socket.map(|ConnectInfo(socket)| socket.ip()))
        .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}
