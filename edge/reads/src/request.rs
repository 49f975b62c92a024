//! What every request goes through: its id, and the answers for paths and methods that are not there.

use crate::Failure;
use crate::problem;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

/// The header that carries the id of a request, both ways.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The header with which the Worker proves to the native API who it is.
pub const EDGE_KEY: HeaderName = HeaderName::from_static("x-equoria-edge-key");

/// The header in which the Worker hands the client's address on; it counts beside a right [`EDGE_KEY`] only.
pub const CLIENT: HeaderName = HeaderName::from_static("x-equoria-client");

/// The id of a request, in its extensions once [`identify`] has seen it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// The id that the header gives, if it is sane (1 to 64 of `A-Z a-z 0-9 . _ -`), else a new one.
    #[must_use]
    pub fn of(header: Option<&HeaderValue>) -> Self {
        let given = header.and_then(|value| value.to_str().ok());
        match given.filter(|text| is_sane(text)) {
            Some(text) => Self(text.to_owned()),
            None => Self(Uuid::new_v4().to_string()),
        }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_sane(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(is_plain)
}

/// Names the request, and puts the name into the answer's header and into the problem, if there is one.
///
/// The outermost layer of a server: `router.layer(axum::middleware::from_fn(request::identify))`.
pub async fn identify(mut request: Request, next: Next) -> Response {
    let id = RequestId::of(request.headers().get(REQUEST_ID));
    let is_head = request.method() == Method::HEAD;
    request.extensions_mut().insert(id.clone());
    let response = next.run(request).await;
    if is_head {
        with_id(response, &id)
    } else {
        named(response, &id)
    }
}

/// The answer with the request's id in its header and, if it is a problem, in its body.
pub fn named(mut response: Response, id: &RequestId) -> Response {
    problem::name_request(&mut response, id.as_str());
    with_id(response, id)
}

pub(crate) fn with_id(mut response: Response, id: &RequestId) -> Response {
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Gives a finished router, with every route in it, its answers for paths and methods that are not there.
pub fn complete<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
}

async fn no_such_path() -> Failure {
    Failure::NoSuchPath
}

async fn no_such_method() -> Failure {
    Failure::NoSuchMethod
}
