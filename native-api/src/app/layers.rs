//! What every request passes on its way in and out: the log, the net for panics, and the limit on time.

use std::any::Any;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use reads::problem::Cause;
use reads::request::RequestId;
use reads::{Failure, Problem};

use crate::db::fault::{Chain, broken};

/// How long a request may take, a wait for a database connection included.
const LONGEST: Duration = Duration::from_secs(30);

/// Ends what takes too long. A transaction that is open then is rolled back by the closing of its connection.
pub async fn limit_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(LONGEST, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Failure::TimedOut.into_response(),
    }
}

/// The answer after a panic: a fault of ours, and nothing else.
pub fn after_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    broken(format!("panicked: {}", text.unwrap_or("with no text"))).into_response()
}

/// Writes one line for each request: what was asked, what came of it, and how long it took. Faults of ours are errors and
/// bring their cause; refusals and reads are for those who want to know more.
pub async fn log(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("-", MatchedPath::as_str).to_owned();
    let id = request.extensions().get::<RequestId>().cloned();
    let id = id.as_ref().map_or("-", RequestId::as_str);
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let code = response
        .extensions()
        .get::<Problem>()
        .map_or("-", Problem::code);
    let took_ms = started.elapsed().as_secs_f64() * 1000.0;
    match response.extensions().get::<Cause>() {
        Some(Cause(cause)) => {
            let cause = Chain(cause.as_ref());
            tracing::error!(request_id = id, %method, path, route, status, code, took_ms, %cause, "broken");
        }
        None if status >= 500 => {
            tracing::warn!(request_id = id, %method, path, route, status, code, took_ms, "not served");
        }
        None if method.is_safe() => {
            tracing::debug!(request_id = id, %method, path, route, status, code, took_ms, "read");
        }
        None => {
            tracing::info!(request_id = id, %method, path, route, status, code, took_ms, "written")
        }
    }
    response
}
