//! Why a request does not get what it asked for.

use crate::problem::Problem;
use crate::session::Fault;
use axum::response::{IntoResponse, Response};
use rules::Refusal;
use std::borrow::Cow;
use std::error::Error;

/// Everything that can come instead of an answer. What a client sees of it is a [`Problem`].
#[derive(Debug)]
pub enum Failure {
    /// The rules say no.
    Refused(Refusal),
    /// There is no such thing, or none that the asker may know of.
    Missing {
        /// What is missing, in the game's word: `horse`, `show`.
        what: &'static str,
    },
    /// A field of the request cannot be read.
    Invalid {
        /// The field, the query parameter or the path's part.
        field: Cow<'static, str>,
        /// What is wrong with it: a sentence.
        detail: Cow<'static, str>,
    },
    /// The body is no JSON, or not of the shape that the request takes.
    Malformed {
        /// What is wrong with it: a sentence.
        detail: String,
    },
    /// The body is not declared as JSON.
    NotJson,
    /// The body is longer than the limit, in bytes.
    TooLarge {
        /// The limit in bytes.
        most: usize,
    },
    /// Nobody is signed in.
    Unsigned(Fault),
    /// Address and password do not belong together.
    WrongCredentials,
    /// The refresh token is unknown, over, or was used before.
    BadRefreshToken,
    /// Signed in, but this is not for this user.
    Forbidden,
    /// The thing has changed since the version that the request names.
    Stale {
        /// The version it has now.
        version: i64,
    },
    /// The request must name, with `If-Match`, the version that it changes.
    Unconditional,
    /// A proof was asked for before its show was settled.
    Unsettled {
        /// The commitment published at the opening: SHA-256 of the show's secret, in hexadecimal digits.
        secret_hash: String,
        /// The state of the show: open, closed or cancelled.
        state: &'static str,
    },
    /// The idempotency key was used with another request.
    KeyReused,
    /// A request with this idempotency key is being worked on.
    KeyInUse,
    /// Too many requests of this kind.
    TooMany {
        /// Seconds after which it is worth trying again.
        retry_after: u32,
    },
    /// The native API behind the edge did not answer. Whether a write took effect is not known.
    Unanswered {
        /// Seconds after which it is worth trying again.
        retry_after: u32,
    },
    /// The database cannot answer now. Nothing was changed.
    Busy {
        /// Seconds after which it is worth trying again.
        retry_after: u32,
    },
    /// The database holds another version of the schema than this program was made for.
    WrongSchema {
        /// The version that this program was made for.
        expected: i32,
        /// The version that the database has, if it has any.
        found: Option<i32>,
    },
    /// The request took longer than it may.
    TimedOut,
    /// No such path.
    NoSuchPath,
    /// The path is there, but not for this method.
    NoSuchMethod,
    /// A fault of ours. The source goes to the log, never to the client.
    Broken {
        /// What went wrong.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl Failure {
    /// A field that cannot be read, and why.
    pub fn invalid(
        field: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Invalid {
            field: field.into(),
            detail: detail.into(),
        }
    }

    /// A fault of ours, with its source.
    pub fn broken(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Broken {
            source: source.into(),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
