//! The listener of the figures: `/metrics` for Prometheus, `/health` for whoever asks how it is.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use tokio::net::TcpListener;

use super::health::Health;
use super::settings::Listen;
use super::{Monitor, PORT};
use crate::trouble::{Because, Trouble};

const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Binds the listener, if there is to be one. The usual port may be taken, by another process of ours: then there is none,
/// and the log says so.
///
/// # Errors
/// When the address that was asked for cannot be had.
pub async fn bind(listen: Listen) -> Result<Option<TcpListener>, Trouble> {
    let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
    match listen {
        Listen::Off => Ok(None),
        Listen::At(address) => {
            let bound = TcpListener::bind(address).await;
            bound.map(Some).because(|| {
                format!("could not listen on {address}, which EQUORIA_METRICS_LISTEN names")
            })
        }
        Listen::Usual => match TcpListener::bind(usual).await {
            Ok(listener) => Ok(Some(listener)),
            Err(error) => {
                tracing::warn!(%error, "{usual} is taken: no figures of this process, unless EQUORIA_METRICS_LISTEN names another address");
                Ok(None)
            }
        },
    }
}

/// Tells the figures to whoever asks on this listener, until `shutdown` comes.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    monitor: Monitor,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Trouble> {
    let address = listener.local_addr();
    let address = address.because(|| "the listener has no address")?;
    tracing::info!("figures at http://{address}/metrics and http://{address}/health");
    let router = Router::new()
        .route("/metrics", get(metrics))
        .route("/health", get(health))
        .route("/", get(health))
        .with_state(Arc::new(monitor));
    tokio::select! {
        served = axum::serve(listener, router).into_future() => {
            served.because(|| "the listener of the figures broke off")
        }
        // Nobody loses anything by a scrape that breaks off.
        () = shutdown => Ok(()),
    }
}

async fn metrics(State(monitor): State<Arc<Monitor>>) -> Response {
    match monitor.metrics().await {
        Ok(text) => ([(CONTENT_TYPE, OPENMETRICS)], text).into_response(),
        Err(trouble) => {
            tracing::error!(%trouble, "no figures");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// As JSON, or as a page for whoever likes HTML better.
async fn health(State(monitor): State<Arc<Monitor>>, headers: HeaderMap) -> Response {
    let (told, is_ready) = tokio::join!(monitor.snapshot(), monitor.is_ready());
    let health = Health::of(&told, is_ready);
    let status = match health.is_ready {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    let accept = headers.get(ACCEPT).and_then(|it| it.to_str().ok());
    let body = match accept.is_some_and(|it| it.contains("text/html")) {
        true => Html(health.html()).into_response(),
        false => Json(health).into_response(),
    };
    (status, [(CACHE_CONTROL, "no-store")], body).into_response()
}
