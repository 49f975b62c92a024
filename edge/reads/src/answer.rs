//! Answers: JSON with its entity tag and what a cache may do with it.

use crate::Failure;
use crate::version::tag;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde::Serialize;

/// Who may see an answer, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Everyone, and a cache may keep it for a while: no player can change it.
    Catalogue,
    /// Everyone; a cache asks before it gives it again.
    Public,
    /// Only who asked.
    Private,
}

impl Audience {
    const fn cache_control(self) -> &'static str {
        match self {
            Self::Catalogue => "public, max-age=300",
            Self::Public => "public, no-cache",
            Self::Private => "private, no-store",
        }
    }
}

/// The answer 200 with a JSON body. `version` is that of the one thing that it shows, where a player can change it.
pub(crate) fn json<T: Serialize>(
    audience: Audience,
    version: Option<i64>,
    value: &T,
) -> Result<Response, Failure> {
    let body = serde_json::to_vec(value).map_err(Failure::broken)?;
    let etag = HeaderValue::try_from(tag(version, &body)).map_err(Failure::broken)?;
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(audience.cache_control()),
    );
    headers.insert(header::ETAG, etag);
    Ok(response)
}

/// The answer to a list that everyone may see.
pub(crate) fn public<T: Serialize>(value: &T) -> Result<Response, Failure> {
    json(Audience::Public, None, value)
}

/// The answer that only who asked may see.
pub(crate) fn private<T: Serialize>(value: &T) -> Result<Response, Failure> {
    json(Audience::Private, None, value)
}
