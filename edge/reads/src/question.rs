//! A request as a read sees it, and the one shape that every read has for the router.
//!
//! Each handler with arguments of its own would bring its own copy of the code that takes them from the request. Behind
//! one type of handler there is one copy, and the Worker is a tenth lighter.

use crate::Failure;
use crate::asked::{Asked, hyphenated, positive};
use crate::asker::Asker;
use crate::class::Class;
use crate::router::Reads;
use crate::serve::serve;
use crate::session::{Claims, Fault};
use axum::extract::{FromRequestParts as _, RawPathParams, Request};
use axum::handler::Handler;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use uuid::Uuid;

/// What a request asks for: the last variable part of its path, its query (to which it dereferences), and who asks.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    part: Option<String>,
    asked: Asked,
    authorization: Option<HeaderValue>,
}

impl Question {
    /// The question of a request whose path has this variable part.
    pub(crate) fn of(mut request: Request, part: Option<String>) -> Self {
        Self {
            part,
            asked: Asked::parse(request.uri().query().unwrap_or_default()),
            authorization: request.headers_mut().remove(header::AUTHORIZATION),
        }
    }

    /// The last variable part of the path, decoded.
    pub(crate) fn part(&self) -> Result<&str, Failure> {
        self.part.as_deref().ok_or(Failure::NoSuchPath)
    }

    /// The number in the path, as in `/v1/horses/{id}`.
    pub(crate) fn id(&self) -> Result<i64, Failure> {
        positive(self.part()?)
    }

    /// The UUID in the path, as in `/v1/users/{id}`.
    pub(crate) fn key(&self) -> Result<Uuid, Failure> {
        let wrong = || Failure::invalid("id", "The id in the path must be a UUID.");
        hyphenated(self.part()?).ok_or_else(wrong)
    }

    /// Whoever asks.
    pub(crate) fn asker(&self, reads: &Reads) -> Result<Asker, Failure> {
        Asker::of(self.authorization.as_ref(), reads)
    }

    /// The player who asks; refused where it is nobody in particular.
    pub(crate) fn signed(&self, reads: &Reads) -> Result<Claims, Failure> {
        let Asker(claims) = self.asker(reads)?;
        claims.ok_or(Failure::Unsigned(Fault::Absent))
    }
}

impl Deref for Question {
    type Target = Asked;

    fn deref(&self) -> &Asked {
        &self.asked
    }
}

type Answering<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A read, for the router: what answers it, and its class.
#[derive(Clone, Copy)]
pub(crate) struct Read {
    pub(crate) answer: fn(Reads, Question) -> Answering<Result<Response, Failure>>,
    pub(crate) class: Class,
}

impl Handler<(), Reads> for Read {
    type Future = Answering<Response>;

    fn call(self, request: Request, reads: Reads) -> Self::Future {
        Box::pin(async move {
            let (mut head, body) = request.into_parts();
            let params = RawPathParams::from_request_parts(&mut head, &()).await;
            let Ok(params) = params else {
                return unreadable().into_response();
            };
            let part = params.iter().last().map(|(_, value)| value.to_owned());
            serve(self, reads, Request::from_parts(head, body), part).await
        })
    }
}

/// A path whose variable part is no text.
pub(crate) fn unreadable() -> Failure {
    Failure::invalid("path", "The path cannot be read.")
}
