//! Answers: JSON with its entity tag.

use crate::Failure;
use crate::copies::Kept;
use crate::version::tag;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde::Serialize;

/// The answer 200 with a JSON body. `version` is that of the one thing that it shows, where a player can change it.
pub(crate) fn json<T: Serialize>(version: Option<i64>, value: &T) -> Result<Response, Failure> {
    let body = serde_json::to_vec(value).map_err(Failure::broken)?;
    let etag = tag(version, &body);
    Ok(of(body.into(), &etag))
}

/// The answer to a list, or to anything else that has no version.
pub(crate) fn unversioned<T: Serialize>(value: &T) -> Result<Response, Failure> {
    json(None, value)
}

/// The answer that a copy holds.
pub(crate) fn from_copy(copy: &Kept) -> Response {
    of(copy.body.clone(), &copy.etag)
}

fn of(body: Bytes, etag: &str) -> Response {
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    let json = HeaderValue::from_static("application/json");
    headers.insert(header::CONTENT_TYPE, json);
    if let Ok(etag) = HeaderValue::try_from(etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}

/// The bytes of an answer's body, which are all there.
pub(crate) async fn bytes_of(body: Body) -> Bytes {
    to_bytes(body, usize::MAX).await.unwrap_or_default()
}
