//! How a read is served: from a copy where the session allows it, from the database otherwise.
//!
//! First a copy is looked for. It answers while it is young and the session has seen nothing newer. Otherwise the
//! database is asked, where it may be behind (through a cache of its own, or a standby) if the session allows that
//! answer, and itself if not. While the database is away, an old copy answers that says how old it is.

use crate::answer::bytes_of;
use crate::class::{Class, STALE_S};
use crate::copies::{Kept, canonical, place_of, tag_of};
use crate::query::Freshness;
use crate::question::{Question, Read};
use crate::router::Reads;
use crate::seen::Brought;
use crate::snapshot::Snapshot;
use crate::{Failure, answer};
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

/// The header of a copy that answers while the database is away: its age in seconds.
pub const STALE: HeaderName = HeaderName::from_static("equoria-stale");

/// A request of a read, with what decides how it is served.
struct Errand {
    read: Read,
    reads: Reads,
    question: Question,
    brought: Brought,
    class: Class,
    /// The path and the query, in order.
    canonical: String,
    /// The hash of that.
    place: u32,
}

/// What was found among the copies.
enum Found {
    /// One that may answer.
    Good(Kept),
    /// One that may answer if the database does not.
    Old(Kept),
    /// One that is older than what the session has seen.
    Outrun,
    /// None.
    Nothing,
}

/// What the database said.
struct Told {
    result: Result<Response, Failure>,
    snapshot: Option<Snapshot>,
}

impl Told {
    fn tag(&self) -> Option<u64> {
        let response = self.result.as_ref().ok()?;
        let etag = response.headers().get(header::ETAG)?;
        tag_of(etag.to_str().ok()?)
    }

    /// Was the database away, or too slow?
    const fn is_away(&self) -> bool {
        matches!(self.result, Err(Failure::Busy { .. } | Failure::TimedOut))
    }

    /// Did no answer come, for whatever reason? Where it may be behind, a table may not be there yet either.
    const fn is_none(&self) -> bool {
        self.is_away() || matches!(self.result, Err(Failure::Broken { .. }))
    }
}

/// Answers a request whose path has this variable part.
pub(crate) async fn serve(
    read: Read,
    reads: Reads,
    request: Request,
    part: Option<String>,
) -> Response {
    let brought = Brought::of(request.headers());
    let is_signed = request.headers().contains_key(header::AUTHORIZATION);
    let canonical = canonical(request.uri());
    let question = Question::of(request, part);
    let errand = Errand {
        class: read.class.for_asker(is_signed),
        place: place_of(&canonical),
        read,
        reads,
        question,
        brought,
        canonical,
    };
    errand.run().await
}

impl Errand {
    async fn run(&self) -> Response {
        let key = self.key().await;
        let found = self.look(key.as_deref()).await;
        if let Found::Good(copy) = found {
            return self.copied(&copy, None);
        }
        let told = self.ask(&found).await;
        match found {
            Found::Old(copy) if told.is_away() => {
                let age_s = copy.age_s(self.reads.real());
                self.copied(&copy, Some(age_s))
            }
            _ => self.told(told, key).await,
        }
    }

    /// The key of the copies of this answer; none where there are none. What is shown depends on the time in the game,
    /// which a developer can move: then on how far it is ahead, too.
    async fn key(&self) -> Option<String> {
        self.reads.copied_for_s(self.class)?;
        let ahead_ms = self.reads.ahead_ms().await;
        Some([ahead_ms.to_string().as_str(), &self.canonical].concat())
    }

    async fn look(&self, key: Option<&str>) -> Found {
        let Some((key, copies)) = key.zip(self.reads.copies()) else {
            return Found::Nothing;
        };
        let Some(copy) = copies.get(key).await else {
            return Found::Nothing;
        };
        let age_s = copy.age_s(self.reads.real());
        if !self.allows(&copy.snapshot, copy.tag()) {
            Found::Outrun
        } else if age_s < copy.fresh_s {
            Found::Good(copy)
        } else if age_s < STALE_S {
            Found::Old(copy)
        } else {
            Found::Nothing
        }
    }

    fn allows(&self, snapshot: &Snapshot, tag: Option<u64>) -> bool {
        self.brought.allows(self.place, snapshot.horizon, tag)
    }

    /// Asks first where it may be behind, if the answer may be; and itself if that answer was, or if none came from there.
    async fn ask(&self, found: &Found) -> Told {
        let may_lag = self.class.copied_for_s().is_some()
            && self.reads.may_lag()
            && self.brought.is_readable()
            && !matches!(found, Found::Outrun);
        if may_lag {
            let told = self.ask_at(Freshness::Cached).await;
            let is_behind = |it: &Snapshot| !self.allows(it, told.tag());
            if !told.is_none() && !told.snapshot.as_ref().is_some_and(is_behind) {
                return told;
            }
        }
        self.ask_at(Freshness::Fresh).await
    }

    async fn ask_at(&self, freshness: Freshness) -> Told {
        let (reads, noted) = self.reads.asking(freshness);
        let result = (self.read.answer)(reads, self.question.clone()).await;
        Told {
            result,
            snapshot: noted.snapshot(),
        }
    }

    fn copied(&self, copy: &Kept, stale_s: Option<i64>) -> Response {
        let mut response = answer::from_copy(copy);
        let headers = response.headers_mut();
        if let Some(age_s) = stale_s {
            headers.insert(STALE, HeaderValue::from(age_s));
            let warning = HeaderValue::from_static("110 - \"Response is Stale\"");
            headers.insert(header::WARNING, warning);
        }
        self.finish(response, self.class, Some(&copy.snapshot), copy.tag())
    }

    async fn told(&self, told: Told, key: Option<String>) -> Response {
        let (tag, snapshot) = (told.tag(), told.snapshot);
        let mut response = match told.result {
            Ok(response) => response,
            Err(failure) => {
                let response = failure.into_response();
                return self.finish(response, Class::Own, snapshot.as_ref(), None);
            }
        };
        // An answer may be of another class than its read: the results of a show that is not settled.
        let class = response.extensions().get().copied();
        let class = class.unwrap_or(self.class);
        if let (Some(key), Some(snapshot), Some(fresh_s)) =
            (key, snapshot, self.reads.copied_for_s(class))
        {
            response = self.keep(response, key, snapshot, fresh_s).await;
        }
        self.finish(response, class, snapshot.as_ref(), tag)
    }

    async fn keep(
        &self,
        response: Response,
        key: String,
        snapshot: Snapshot,
        fresh_s: i64,
    ) -> Response {
        let (parts, body) = response.into_parts();
        let body = bytes_of(body).await;
        let etag = parts.headers.get(header::ETAG);
        let etag = etag.and_then(|it| it.to_str().ok());
        if let Some((etag, copies)) = etag.zip(self.reads.copies()) {
            let copy = Kept {
                body: body.clone(),
                etag: etag.to_owned(),
                snapshot,
                made_at: self.reads.real(),
                fresh_s,
            };
            copies.put(key, copy);
        }
        Response::from_parts(parts, body.into())
    }

    /// Says what the session has seen now, and how long caches may keep it.
    fn finish(
        &self,
        mut response: Response,
        class: Class,
        snapshot: Option<&Snapshot>,
        tag: Option<u64>,
    ) -> Response {
        let is_answer = response.status() == StatusCode::OK;
        let headers = response.headers_mut();
        if is_answer {
            let control = HeaderValue::from_static(class.cache_control());
            headers.insert(header::CACHE_CONTROL, control);
        }
        // What a cache on the way may keep must not carry one session's marks to another.
        if is_answer && matches!(class, Class::Constant | Class::Catalogue) {
            return response;
        }
        let seen = snapshot.map(|it| self.brought.after(self.place, it, tag));
        if let Some(seen) = seen.as_ref().or(self.brought.unchanged()) {
            let cookies = self.reads.cookies();
            cookies.tell(headers, &self.brought, seen, None);
        }
        response
    }
}
