//! From JavaScript's requests to the router's, and back.

use crate::forward::after_origin;
use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, COOKIE, IF_NONE_MATCH};
use axum::http::{HeaderName, HeaderValue, Method, Request, Response, Uri};
use axum::response::IntoResponse as _;
use reads::Failure;
use reads::problem::{Cause, chain};
use reads::request::{REQUEST_ID, RequestId, named};
use reads::seen::SEEN;
use std::error::Error;
use worker::worker_sys::web_sys;
use worker::{Headers, ResponseBuilder, console_error};

/// The headers that the reads look at.
const WANTED: [HeaderName; 5] = [AUTHORIZATION, COOKIE, IF_NONE_MATCH, REQUEST_ID, SEEN];

/// The request as the router takes it: reads have no body.
pub(crate) fn read(request: &web_sys::Request) -> Result<Request<Body>, Failure> {
    let unreadable = || Failure::invalid("path", "The path cannot be read.");
    let uri: Uri = after_origin(&request.url())
        .parse()
        .map_err(|_| unreadable())?;
    let mut read = Request::new(Body::empty());
    *read.uri_mut() = uri;
    if request.method() == "HEAD" {
        *read.method_mut() = Method::HEAD;
    }
    for name in WANTED {
        let value = header(request, &name);
        if let Some(value) = value.and_then(|it| HeaderValue::from_bytes(it.as_bytes()).ok()) {
            read.headers_mut().insert(name, value);
        }
    }
    Ok(read)
}

/// A header of the request.
pub(crate) fn header(request: &web_sys::Request, name: &HeaderName) -> Option<String> {
    request.headers().get(name.as_str()).ok().flatten()
}

/// The router's answer as JavaScript takes it. The cause of a fault goes to the log here, and nowhere else.
pub(crate) async fn answer(response: Response<Body>) -> worker::Result<worker::Response> {
    if let Some(Cause(cause)) = response.extensions().get::<Cause>() {
        log(response.headers().get(REQUEST_ID), cause.as_ref());
    }
    let (parts, body) = response.into_parts();
    let headers = Headers::new();
    for (name, value) in &parts.headers {
        // Several cookies are several headers.
        headers.append(name.as_str(), value.to_str().unwrap_or_default())?;
    }
    let builder = ResponseBuilder::new()
        .with_status(parts.status.as_u16())
        .with_headers(headers);
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    if bytes.is_empty() {
        Ok(builder.empty())
    } else {
        Ok(builder.fixed(bytes.into()))
    }
}

/// The answer to a failure outside of the router, with the request's id like any other.
pub(crate) async fn problem(
    failure: Failure,
    request: &web_sys::Request,
) -> worker::Result<worker::Response> {
    let given = header(request, &REQUEST_ID);
    let given = given.and_then(|it| HeaderValue::from_bytes(it.as_bytes()).ok());
    let id = RequestId::of(given.as_ref());
    answer(named(failure.into_response(), &id)).await
}

fn log(id: Option<&HeaderValue>, cause: &(dyn Error + 'static)) {
    let id = id.and_then(|it| it.to_str().ok()).unwrap_or("-");
    console_error!("request {}: {}", id, chain(cause));
}
