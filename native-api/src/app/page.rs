//! The game as pages, as the Worker serves them: for whoever has no Worker.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, Response};
use axum::response::IntoResponse as _;
use pages::{Origin, Pages, Sending, files};
use reads::request::{CLIENT, EDGE_KEY};
use reads::{Failure, Reads};
use std::net::SocketAddr;
use tower::ServiceExt as _;

use super::App;

/// Paths of documents, for programs: whatever else there is, is a page. With everything below them.
const DOCUMENT_PATHS: [&str; 4] = ["/v1", "/health", "/docs", "/dev"];

/// The API with a page wherever it has nothing itself.
pub(super) fn with_pages(api: Router, app: &App, reads: Reads) -> Router {
    let (cookies, within) = (app.cookies(), api.clone());
    api.fallback(async move |request: Request| {
        let path = request.uri().path();
        if is_document(path) {
            return Failure::NoSuchPath.into_response();
        }
        if path == files::STYLE_PATH {
            let headers = [
                (CONTENT_TYPE, "text/css; charset=utf-8"),
                (CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ];
            return (headers, files::STYLE).into_response();
        }
        let origin = Within::of(within, &request);
        pages::answer(Pages::new(reads, origin, cookies), request).await
    })
}

fn is_document(path: &str) -> bool {
    let below = DOCUMENT_PATHS.iter().filter_map(|it| path.strip_prefix(it));
    below
        .into_iter()
        .any(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The API of this process, asked for the player whose page it is.
struct Within {
    api: Router,
    headers: HeaderMap,
    address: Option<ConnectInfo<SocketAddr>>,
}

impl Within {
    fn of(api: Router, request: &Request) -> Self {
        let given = request.headers();
        let named = [EDGE_KEY, CLIENT].into_iter();
        let headers = named.filter_map(|name| Some((name.clone(), given.get(name)?.clone())));
        Self {
            api,
            headers: headers.collect(),
            address: request.extensions().get().copied(),
        }
    }
}

impl Origin for Within {
    fn send(&self, request: Request<Bytes>) -> Sending<'_> {
        let mut request = request.map(Body::from);
        request.headers_mut().extend(self.headers.clone());
        if let Some(address) = self.address {
            request.extensions_mut().insert(address);
        }
        let answering = self.api.clone().oneshot(request);
        Box::pin(async move {
            let (parts, body) = match answering.await {
                Ok(response) => response.into_parts(),
                Err(never) => match never {},
            };
            let body = to_bytes(body, usize::MAX).await;
            let body = body.map_err(Failure::broken)?;
            Ok(Response::from_parts(parts, body))
        })
    }
}
