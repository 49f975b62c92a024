//! A visit: who comes, what they have seen, and the documents that their page is made of.

use crate::cookies::{self, ACCESS, ACCESS_S, DONE, DONE_S, REFRESH, REFRESH_S};
use crate::origin::Origin;
use crate::theme;
use crate::told::{Me, Player, Problem, broken, told, understood};
use crate::words;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, header};
use reads::seen::{Brought, Cookies, SEEN, Seen};
use reads::{Failure, Reads, STALE};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::OnceCell;

/// The header of an answer that was given before.
const REPLAYED: &str = "idempotency-replayed";

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
    /// Brings a new access token, where the browser keeps one.
    refresh: Option<String>,
    renewed: OnceCell<()>,
    me: OnceCell<Option<Me>>,
    noted: Mutex<Noted>,
}

/// What is learned on the way, for the answer.
#[derive(Default)]
struct Noted {
    /// The access token of whoever is signed in.
    access: Option<String>,
    /// There is a session, but whoever could tell whether it holds does not answer.
    is_away: bool,
    seen: Option<Seen>,
    /// What was brought of it cannot be read: then no copy may answer.
    is_garbled: bool,
    /// The newest transaction that a write of this visit made.
    wrote: Option<u64>,
    /// The write was an earlier one, answered once more.
    is_replayed: bool,
    stale_s: Option<u64>,
    /// What the form did that led here.
    done: Option<String>,
    /// The colours that are chosen.
    theme: Option<&'static str>,
    cookies: Vec<HeaderValue>,
}

impl Visit {
    /// Whoever sends this. A session whose access token is over gets a new one first.
    pub(crate) async fn of(pages: Pages, parts: &Parts) -> Self {
        let is_secure = pages.cookies.are_secure;
        let mut visit = Self::stranger(pages, parts);
        let cookie = |name| cookies::get(&parts.headers, name, is_secure).map(str::to_owned);
        visit.refresh = cookie(REFRESH);
        match cookie(ACCESS) {
            Some(access) => visit.note(|noted| noted.access = Some(access)),
            None if visit.refresh.is_some() => visit.renew().await,
            None => {}
        }
        visit
    }

    /// The same, as if nobody was signed in.
    pub(crate) fn stranger(pages: Pages, parts: &Parts) -> Self {
        let place = parts.uri.path_and_query().map(ToString::to_string);
        let brought = Brought::of(&parts.headers);
        let done = cookies::get(&parts.headers, DONE, pages.cookies.are_secure);
        let noted = Noted {
            seen: brought.unchanged().cloned(),
            is_garbled: !brought.is_readable(),
            done: done.map(str::to_owned),
            theme: theme::of(&parts.headers),
            ..Noted::default()
        };
        Self {
            pages,
            place: place.unwrap_or_default(),
            refresh: None,
            renewed: OnceCell::new(),
            me: OnceCell::new(),
            noted: Mutex::new(noted),
        }
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

    /// Is there a session of which nobody can tell now whether it holds?
    pub(crate) fn is_away(&self) -> bool {
        self.noted().is_away
    }

    /// May the page be kept by whoever has it? What a player is shown is for nobody who comes after.
    pub(crate) fn keeping(&self) -> HeaderValue {
        let is_somebodys = self.is_signed_in() || self.is_away();
        HeaderValue::from_static(if is_somebodys {
            "private, no-store"
        } else {
            "private, no-cache"
        })
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
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = path.parse().map_err(|_| broken("a path cannot be asked"))?;
        self.signed(request, Asked::Reads).await
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
        let mut request = writing(method, path, body)?;
        let headers = request.headers_mut();
        if let Some(key) = key.and_then(|it| HeaderValue::from_str(it).ok()) {
            headers.insert("idempotency-key", key);
        }
        let tag = version.map(|it| ["\"", it, "\""].concat());
        if let Some(tag) = tag.and_then(|it| HeaderValue::try_from(it).ok()) {
            headers.insert(header::IF_MATCH, tag);
        }
        self.signed(request, Asked::Native).await
    }

    /// Asks as whoever is signed in. Where the access token turns out to be over, once more with a new one: nothing was done
    /// the first time. Where the session is over, once more as nobody, who may read what is public.
    async fn signed<T: DeserializeOwned>(
        &self,
        request: Request<Bytes>,
        asked: Asked,
    ) -> Result<T, Problem> {
        let before = self.noted().access.clone();
        let answer = self.sent(request.clone(), asked).await;
        match answer {
            Err(problem) if problem.status == 401 => {
                if before.is_some() && before == self.noted().access {
                    self.renew().await;
                }
                if self.is_away() {
                    return Err(away());
                }
                if before == self.noted().access {
                    return Err(problem);
                }
                self.sent(request, asked).await
            }
            answer => answer,
        }
    }

    async fn sent<T: DeserializeOwned>(
        &self,
        mut request: Request<Bytes>,
        asked: Asked,
    ) -> Result<T, Problem> {
        self.dress(request.headers_mut());
        let is_write = !request.method().is_safe();
        let (parts, body) = match asked {
            Asked::Reads => {
                let reads = self.pages.reads.clone();
                let answer = reads::answer(reads, request.map(Body::from)).await;
                let (parts, body) = answer.into_parts();
                (parts, to_bytes(body, LONGEST).await.unwrap_or_default())
            }
            Asked::Native => {
                let answer = self.pages.origin.send(request).await;
                answer.map_err(unanswered)?.into_parts()
            }
        };
        self.learn(&parts.headers, is_write);
        understood(parts.status, &body)
    }

    /// The answer with what the session has seen now, and whatever cookies it needs.
    pub(crate) fn finish(&self, response: &mut Response<Body>) {
        let noted = self.noted();
        let headers = response.headers_mut();
        if let Some(seen) = &noted.seen {
            let to = Brought::default();
            self.pages.cookies.tell(headers, &to, seen, noted.wrote);
        }
        for cookie in &noted.cookies {
            headers.append(header::SET_COOKIE, cookie.clone());
        }
    }

    /// For how many seconds the database has been away from what is shown, where it is.
    pub(crate) fn stale_s(&self) -> Option<u64> {
        self.noted().stale_s
    }

    /// The colours that are chosen; none where those of the system are.
    pub(crate) fn theme(&self) -> Option<&'static str> {
        self.noted().theme
    }

    /// Lets this page and the next ones come in the colours of the player's settings.
    pub(crate) fn keep_theme(&self, is_dark: bool) {
        let cookie = theme::kept(is_dark, self.pages.cookies.are_secure);
        self.note(|noted| {
            noted.theme = is_dark.then_some("dark");
            noted.cookies.extend(cookie);
        });
    }

    /// What the form did that led to this page, by its number. It is told once.
    pub(crate) fn done(&self) -> Option<String> {
        let done = self.noted().done.take()?;
        self.set(DONE, "", 0);
        Some(done)
    }

    /// Lets the next page say what was done.
    pub(crate) fn tell_done(&self, done: &str) {
        self.set(DONE, done, DONE_S);
    }

    /// Was the write an earlier one, answered once more?
    pub(crate) fn is_replayed(&self) -> bool {
        self.noted().is_replayed
    }

    fn set(&self, name: &str, value: &str, for_s: u32) {
        let cookie = cookies::set(name, value, for_s, self.pages.cookies.are_secure);
        self.note(|noted| noted.cookies.extend(cookie));
    }

    /// Keeps the tokens of a session that was opened.
    fn keep(&self, tokens: Tokens) {
        self.set(ACCESS, &tokens.access_token, ACCESS_S);
        self.set(REFRESH, &tokens.refresh_token, REFRESH_S);
        self.note(|noted| noted.access = Some(tokens.access_token));
    }

    /// Lets the browser forget a session that is over.
    pub(crate) fn forget(&self) {
        self.set(ACCESS, "", 0);
        self.set(REFRESH, "", 0);
        self.note(|noted| noted.access = None);
    }

    /// A document that only the native API has, or that no copy may answer.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, path: &str) -> Result<T, Problem> {
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = path.parse().map_err(|_| broken("a path cannot be asked"))?;
        self.signed(request, Asked::Native).await
    }

    /// Opens a session with what was typed.
    pub(crate) async fn sign_in(&self, path: &str, given: &Value) -> Result<(), Problem> {
        let request = writing("POST", path, given)?;
        self.keep(self.sent(request, Asked::Native).await?);
        Ok(())
    }

    /// Ends the session, here and, as far as it can be reached, at the native API.
    pub(crate) async fn sign_out(&self) {
        if self.is_signed_in() {
            let (path, nothing) = ("/v1/sessions/current", json!({}));
            let ended = self.write::<Value>("DELETE", path, None, None, &nothing);
            drop(ended.await);
        }
        self.forget();
    }

    /// Gets a new access token, once a visit. A session that is over is forgotten; where nobody tells, it is kept.
    async fn renew(&self) {
        let renewed = self.renewed.get_or_init(|| async {
            let Some(token) = &self.refresh else {
                return self.forget();
            };
            let given = json!({ "refresh_token": token });
            match self.sign_in("/v1/sessions/refresh", &given).await {
                Ok(()) => {}
                Err(problem) if problem.status == 401 => self.forget(),
                Err(_) => self.note(|noted| {
                    noted.access = None;
                    noted.is_away = true;
                }),
            }
        });
        renewed.await;
    }

    fn dress(&self, headers: &mut HeaderMap) {
        let noted = self.noted();
        let bearer = noted.access.as_ref().map(|it| ["Bearer ", it].concat());
        let garbled = noted.is_garbled.then(|| "?".to_owned());
        let seen = noted.seen.as_ref().map(Seen::to_text).or(garbled);
        for (name, text) in [(header::AUTHORIZATION, bearer), (SEEN, seen)] {
            if let Some(value) = text.and_then(|it| HeaderValue::try_from(it).ok()) {
                headers.insert(name, value);
            }
        }
    }

    fn learn(&self, headers: &HeaderMap, is_write: bool) {
        let text = |name: HeaderName| headers.get(name).and_then(|it| it.to_str().ok());
        let seen = text(SEEN).and_then(Seen::parse);
        let stale_s = text(STALE).and_then(|it| it.parse().ok());
        self.note(|noted| {
            if let Some(seen) = seen {
                noted.wrote = is_write.then_some(seen.floor()).max(noted.wrote);
                noted.seen = Some(match noted.seen.take() {
                    Some(before) => before.with(&seen),
                    None => seen,
                });
            }
            noted.is_replayed |= headers.contains_key(REPLAYED);
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

/// Who is asked.
#[derive(Clone, Copy)]
enum Asked {
    /// The reads, as everyone asks them.
    Reads,
    /// The native API.
    Native,
}

fn writing(method: &str, path: &str, body: &impl Serialize) -> Result<Request<Bytes>, Problem> {
    let unsendable = || broken("a form cannot be sent");
    let body = serde_json::to_vec(body).map_err(|_| unsendable())?;
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = method.parse().map_err(|_| unsendable())?;
    *request.uri_mut() = path.parse().map_err(|_| unsendable())?;
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(header::CONTENT_TYPE, json);
    Ok(request)
}

fn unanswered(failure: Failure) -> Problem {
    let problem = reads::Problem::from(failure);
    told(problem.status(), &problem.body(None))
}

/// That nobody can tell whether the session holds.
fn away() -> Problem {
    Problem {
        status: 503,
        code: "away".to_owned(),
        detail: words::AWAY.to_owned(),
        ..Problem::default()
    }
}
