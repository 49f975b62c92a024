//! What the Worker leaves to the native API: every write, and the few reads that only the native API has.

use crate::settings::Settings;
use reads::Failure;
use reads::request::{CLIENT, EDGE_KEY};
use wasm_bindgen::{JsCast as _, JsValue};
use worker::worker_sys::web_sys;
use worker::{Fetch, Request, Response, console_error};

/// Paths of documents, for programs: whatever else there is, is a page. With everything below them.
const DOCUMENT_PATHS: [&str; 2] = ["/v1", "/health"];

/// Paths that only the native API has, with everything below them.
const NATIVE_PATHS: [&str; 5] = [
    "/v1/account",
    "/v1/sessions",
    "/openapi.json",
    "/docs",
    "/dev",
];

/// Is this request the native API's?
pub(crate) fn is_native(settings: &Settings, request: &web_sys::Request) -> bool {
    let is_read = matches!(request.method().as_str(), "GET" | "HEAD");
    settings.forwards_reads || is_below(request, &NATIVE_PATHS) || !is_read && is_document(request)
}

/// Is it a document that is asked for, and no page?
pub(crate) fn is_document(request: &web_sys::Request) -> bool {
    is_below(request, &DOCUMENT_PATHS)
}

fn is_below(request: &web_sys::Request, paths: &[&str]) -> bool {
    let url = request.url();
    let (path, _) = split(after_origin(&url));
    let below = paths.iter().filter_map(|it| path.strip_prefix(it));
    below
        .into_iter()
        .any(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Path and query of a URL: what stands after `https://host:port`.
pub(crate) fn after_origin(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
}

fn split(target: &str) -> (&str, &str) {
    target.split_once('?').unwrap_or((target, ""))
}

/// Hands the request on as it is, method, headers and body, with the client's address; and the answer back as it is.
pub(crate) async fn forward(
    settings: &Settings,
    request: &web_sys::Request,
) -> Result<Response, Failure> {
    let onward = onward(settings, request)
        .map_err(|_| Failure::broken("the request cannot be handed on"))?;
    match fetch(onward).await {
        Ok(response) if is_down(&response) => Err(DOWN),
        Ok(response) => Ok(response),
        Err(error) => {
            console_error!("the native API cannot be reached: {}", error);
            Err(DOWN)
        }
    }
}

/// Is it what Cloudflare answers where the origin does not?
pub(crate) fn is_down(response: &Response) -> bool {
    (520..=530).contains(&response.status_code())
}

/// That the native API does not answer.
pub(crate) const DOWN: Failure = Failure::Unanswered { retry_after: 5 };

fn onward(settings: &Settings, request: &web_sys::Request) -> Result<web_sys::Request, JsValue> {
    let url = request.url();
    let url = [&settings.native_url, after_origin(&url)].concat();
    // JavaScript's `new Request(url, request)`: a request is its own init, and the body stays a stream.
    let onward = web_sys::Request::new_with_str_and_init(&url, request.unchecked_ref())?;
    let headers = onward.headers();
    headers.set(EDGE_KEY.as_str(), &settings.edge_key)?;
    match request.headers().get("cf-connecting-ip")? {
        Some(address) => headers.set(CLIENT.as_str(), &address)?,
        None => headers.delete(CLIENT.as_str())?,
    }
    Ok(onward)
}

/// JavaScript's `fetch`.
pub(crate) async fn fetch(request: web_sys::Request) -> worker::Result<Response> {
    Fetch::Request(Request::from(request)).send().await
}
