//! The native API as the pages reach it: what only it has, and every write.

use axum::body::Bytes;
use axum::http::{Request, Response};
use reads::Failure;
use std::future::Future;
use std::pin::Pin;

/// An answer on its way.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, Failure>> + Send + 'a>>;

/// The native API.
pub trait Origin: Send + Sync + 'static {
    /// Sends a request, once, and gives its answer as it is.
    fn send(&self, request: Request<Bytes>) -> Sending<'_>;
}
