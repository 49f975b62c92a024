//! A visit: who comes, what they have seen, and the documents that their page is made of.

use crate::cookies::{self, ACCESS, ACCESS_S, REFRESH, REFRESH_S};
use crate::origin::Origin;
use crate::told::{Me, Player, Problem};
use axum::body::{Body, Bytes, to_bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use reads::seen::{Brought, Cookies, SEEN, Seen};
use reads::{Reads, STALE};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::OnceCell;

/// The most that a document may have, in bytes.
const LONGEST: usize = 1 << 20;

/// An instant, in UTC.
pub(crate) type Moment = reads::clock::Instant;

/// What every page is made with.
#[derive(Clone)]
pub struct Pages {
    reads: Reads,
    origin: Arc<dyn Origin>,
    cookies: Cookies,
}

impl Pages {
    /// Takes the reads, the native API, and how cookies are set.
    pub fn new(reads: Reads, origin: impl Origin, cookies: Cookies) -> Self {
        Self {
            reads,
            origin: Arc::new(origin),
            cookies,
        }
    }
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pages(..)")
    }
}

/// The tokens of a session.
#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    refresh_token: String,
}

/// Somebody at a page.
pub(crate) struct Visit {
    pages: Pages,
    /// The path and the query of the page.
    place: String,
    me: OnceCell<Option<Me>>,
    noted: Mutex<Noted>,
}

/// What is learned on the way, for the answer.
#[derive(Default)]
struct Noted {
    /// The access token of whoever is signed in.
    access: Option<String>,
    seen: Option<Seen>,
    stale_s: Option<u64>,
    cookies: Vec<HeaderValue>,
}

impl Visit {
    /// Whoever sends this. A session whose access token is over gets a new one first.
    pub(crate) async fn of(pages: Pages, parts: &Parts) -> Self {
        let visit = Self::stranger(pages, parts);
        let cookie = |name| cookies::get(&parts.headers, name);
        match (cookie(ACCESS), cookie(REFRESH)) {
            (Some(access), _) => visit.note(|noted| noted.access = Some(access.to_owned())),
            (None, Some(refresh)) => visit.refresh(refresh).await,
            (None, None) => {}
        }
        visit
    }

    /// The same, as if nobody was signed in.
    pub(crate) fn stranger(pages: Pages, parts: &Parts) -> Self {
        let place = parts.uri.path_and_query().map(ToString::to_string);
        let visit = Self {
            pages,
            place: place.unwrap_or_default(),
            me: OnceCell::new(),
            noted: Mutex::default(),
        };
        let brought = Brought::of(&parts.headers);
        visit.note(|noted| noted.seen = brought.unchanged().cloned());
        visit
    }

    /// The path and the query of the page that is visited.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// The query of the page; nothing where it has none.
    pub(crate) fn query(&self) -> &str {
        self.place.split_once('?').map_or("", |(_, query)| query)
    }

    /// Is somebody signed in?
    pub(crate) fn is_signed_in(&self) -> bool {
        self.noted().access.is_some()
    }

    /// The player, where one is signed in and the session holds.
    pub(crate) async fn me(&self) -> Option<&Me> {
        if !self.is_signed_in() {
            return None;
        }
        let read = || async { self.read("/v1/users/me").await.ok() };
        self.me.get_or_init(read).await.as_ref()
    }

    /// Is this the player who is signed in?
    pub(crate) async fn is_mine(&self, owner: Option<&Player>) -> bool {
        let both = self.me().await.zip(owner);
        both.is_some_and(|(me, owner)| me.id == owner.id)
    }

    /// The time in the game.
    pub(crate) async fn now(&self) -> Moment {
        self.pages.reads.now().await
    }

    /// A document of the reads.
    pub(crate) async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T, Problem> {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = path.parse().map_err(|_| broken("a path cannot be asked"))?;
        self.dress(request.headers_mut());
        let response = reads::answer(self.pages.reads.clone(), request).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, LONGEST).await.unwrap_or_default();
        self.learn(&parts.headers);
        understood(parts.status, &body)
    }

    /// Sends a write to the native API, once. A key makes it safe to send again.
    pub(crate) async fn write<T: DeserializeOwned>(
        &self,
        method: &'static str,
        path: &str,
        key: Option<&str>,
        version: Option<&str>,
        body: &impl Serialize,
    ) -> Result<T, Problem> {
        let body = serde_json::to_vec(body).map_err(|_| broken("a form cannot be sent"))?;
        let mut request = Request::new(Bytes::from(body));
        *request.method_mut() = method
            .parse()
            .map_err(|_| broken("a form cannot be sent"))?;
        *request.uri_mut() = path.parse().map_err(|_| broken("a path cannot be asked"))?;
        let headers = request.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        if let Some(key) = key.and_then(|it| HeaderValue::from_str(it).ok()) {
            headers.insert("idempotency-key", key);
        }
        let tag = version.map(|it| ["\"", it, "\""].concat());
        if let Some(tag) = tag.and_then(|it| HeaderValue::try_from(it).ok()) {
            headers.insert(header::IF_MATCH, tag);
        }
        self.sent(request).await
    }

    async fn sent<T: DeserializeOwned>(&self, mut request: Request<Bytes>) -> Result<T, Problem> {
        self.dress(request.headers_mut());
        match self.pages.origin.send(request).await {
            Ok(response) => {
                let (parts, body) = response.into_parts();
                self.learn(&parts.headers);
                understood(parts.status, &body)
            }
            Err(failure) => {
                let problem = reads::Problem::from(failure);
                Err(told(problem.status(), &problem.body(None)))
            }
        }
    }

    /// The answer with what the session has seen now, and whatever cookies it needs.
    pub(crate) fn finish(&self, response: &mut Response<Body>) {
        let noted = self.noted();
        let headers = response.headers_mut();
        if let Some(seen) = &noted.seen {
            let to = Brought::default();
            self.pages.cookies.tell(headers, &to, seen, None);
        }
        for cookie in &noted.cookies {
            headers.append(header::SET_COOKIE, cookie.clone());
        }
    }

    /// For how many seconds the database has been away from what is shown, where it is.
    pub(crate) fn stale_s(&self) -> Option<u64> {
        self.noted().stale_s
    }

    /// Keeps the tokens of a session that was opened.
    fn keep(&self, tokens: &Tokens) {
        let is_secure = self.pages.cookies.are_secure;
        let access = cookies::set(ACCESS, &tokens.access_token, ACCESS_S, is_secure);
        let refresh = cookies::set(REFRESH, &tokens.refresh_token, REFRESH_S, is_secure);
        self.note(|noted| {
            noted.access = Some(tokens.access_token.clone());
            noted.cookies.extend(access.into_iter().chain(refresh));
        });
    }

    /// A document that only the native API has.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, path: &str) -> Result<T, Problem> {
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = path.parse().map_err(|_| broken("a path cannot be asked"))?;
        self.sent(request).await
    }

    /// Opens a session with what was typed.
    pub(crate) async fn sign_in(&self, path: &str, given: &Value) -> Result<(), Problem> {
        let tokens = self.write::<Tokens>("POST", path, None, None, given);
        self.keep(&tokens.await?);
        Ok(())
    }

    /// Ends the session, here and, as far as it can be reached, at the native API.
    pub(crate) async fn sign_out(&self) {
        if self.is_signed_in() {
            let path = "/v1/sessions/current";
            let ended = self.write::<Value>("DELETE", path, None, None, &Value::Null);
            drop(ended.await);
        }
        let is_secure = self.pages.cookies.are_secure;
        let gone = [ACCESS, REFRESH].map(|it| cookies::set(it, "", 0, is_secure));
        self.note(|noted| noted.cookies.extend(gone.into_iter().flatten()));
    }

    /// A new access token for the session, if it still holds.
    async fn refresh(&self, token: &str) {
        let given = serde_json::json!({ "refresh_token": token });
        drop(self.sign_in("/v1/sessions/refresh", &given).await);
    }

    fn dress(&self, headers: &mut HeaderMap) {
        let noted = self.noted();
        let bearer = noted.access.as_ref().map(|it| ["Bearer ", it].concat());
        let seen = noted.seen.as_ref().map(Seen::to_text);
        for (name, text) in [(header::AUTHORIZATION, bearer), (SEEN, seen)] {
            if let Some(value) = text.and_then(|it| HeaderValue::try_from(it).ok()) {
                headers.insert(name, value);
            }
        }
    }

    fn learn(&self, headers: &HeaderMap) {
        let text = |name: HeaderName| headers.get(name).and_then(|it| it.to_str().ok());
        let seen = text(SEEN).and_then(Seen::parse);
        let stale_s = text(STALE).and_then(|it| it.parse().ok());
        self.note(|noted| {
            if let Some(seen) = seen {
                noted.seen = Some(match noted.seen.take() {
                    Some(before) => before.with(&seen),
                    None => seen,
                });
            }
            noted.stale_s = noted.stale_s.max(stale_s);
        });
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, change: impl FnOnce(&mut Noted)) {
        change(&mut self.noted());
    }
}

fn understood<T: DeserializeOwned>(status: StatusCode, body: &[u8]) -> Result<T, Problem> {
    if !status.is_success() {
        return Err(told(status, body));
    }
    // An answer without a body is nothing, which is how JSON writes it.
    let body = if body.is_empty() { b"null" } else { body };
    serde_json::from_slice(body).map_err(|_| broken("an answer cannot be read"))
}

fn told(status: StatusCode, body: &[u8]) -> Problem {
    serde_json::from_slice(body).unwrap_or_else(|_| Problem {
        status: status.as_u16(),
        ..broken("an answer cannot be read")
    })
}

fn broken(detail: &str) -> Problem {
    Problem {
        status: 500,
        detail: detail.to_owned(),
        field: None,
    }
}
