//! The description of the API, made from the code.

use axum::Router;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// Every write with its description.
pub fn writes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}

/// The description itself.
pub fn pages(_description: OpenApi) -> Router {
    Router::new()
}
