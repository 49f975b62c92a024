//! What every request passes on its way in and out: the log, the net for panics, and the limit on time.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use reads::problem::{Cause, chain};
use reads::request::RequestId;
use reads::seen::{Brought, Cookies};
use reads::{Failure, Problem};
use tracing::Instrument as _;

use crate::db::fault::broken;
use crate::ops::monitor::Figures;

/// How long a request may take, a wait for a database connection included.
const LONGEST: Duration = Duration::from_secs(30);

/// Ends what takes too long. A transaction that is open then is rolled back by the closing of its connection.
pub async fn limit_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(LONGEST, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Failure::TimedOut.into_response(),
    }
}

/// The transaction that a request wrote, once it is committed. Cloning is cheap, and all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Wrote(Arc<AtomicU64>);

impl Wrote {
    /// Notes that this transaction took effect. Of several the last counts.
    pub fn is(&self, id: u64) {
        self.0.fetch_max(id, Ordering::Relaxed);
    }

    fn id(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|id| *id > 0)
    }
}

/// Tells the client of a write, with its answer, what its session has seen: the transaction above all, if there was one.
/// What was refused has changed nothing of that.
pub async fn tell_seen(
    State(cookies): State<Cookies>,
    mut request: Request,
    next: Next,
) -> Response {
    let brought = Brought::of(request.headers());
    let wrote = Wrote::default();
    request.extensions_mut().insert(wrote.clone());
    let mut response = next.run(request).await;
    let id = wrote.id();
    let seen = id.map(|id| brought.after_writing(id));
    if let Some(seen) = seen.as_ref().or(brought.unchanged()) {
        cookies.tell(response.headers_mut(), &brought, seen, id);
    }
    response
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
/// bring their cause; reads are for those who want to know more. Neither queries nor bodies are ever written.
///
/// Whatever is logged on the way carries the request's id, too. The figures get to know the route and never the path.
pub async fn log(State(figures): State<Figures>, request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>();
    let span = tracing::error_span!("request", id = id.map_or("-", RequestId::as_str));
    let started = Instant::now();
    let asked = Asked::of(&request);
    async {
        let response = next.run(request).await;
        let took = started.elapsed();
        let status = response.status().as_u16();
        figures.answered(&asked.route, asked.method.as_str(), status, took);
        asked.log(&response, took);
        response
    }
    .instrument(span)
    .await
}

struct Asked {
    method: Method,
    path: String,
    route: String,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>();
        Self {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            route: route.map_or("-", MatchedPath::as_str).to_owned(),
        }
    }

    fn log(&self, response: &Response, took: Duration) {
        let Self {
            method,
            path,
            route,
        } = self;
        let status = response.status().as_u16();
        let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let problem = response.extensions().get::<Problem>();
        let code = problem.map_or("-", Problem::code);
        match response.extensions().get::<Cause>() {
            Some(Cause(cause)) => {
                let cause = chain(cause.as_ref());
                tracing::error!(%method, path, route, status, code, took_us, %cause, "broken");
            }
            // Why it is busy was said where it was found out.
            None if code == "busy" => {
                tracing::debug!(%method, path, route, status, code, took_us, "busy");
            }
            None if status >= 500 => {
                tracing::warn!(%method, path, route, status, code, took_us, "not served");
            }
            None if method.is_safe() => {
                tracing::debug!(%method, path, route, status, code, took_us, "read");
            }
            None if status >= 400 => {
                tracing::info!(%method, path, route, status, code, took_us, "refused");
            }
            None => tracing::info!(%method, path, route, status, code, took_us, "written"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::routing::get;
    use tower::ServiceExt as _;
    use tower_http::catch_panic::CatchPanicLayer;

    async fn fall() -> &'static str {
        panic!("the secret is hush");
    }

    #[tokio::test]
    async fn a_panic_is_a_fault_of_ours_that_tells_the_log_and_not_the_client() {
        let router = Router::new()
            .route("/", get(fall))
            .layer(CatchPanicLayer::custom(after_panic));
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let Cause(cause) = response.extensions().get::<Cause>().unwrap().clone();
        assert!(cause.to_string().contains("hush"));
        let body = axum::body::to_bytes(response.into_body(), 10_000)
            .await
            .unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("hush"));
    }
}
