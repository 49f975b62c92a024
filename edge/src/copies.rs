//! Copies of public answers in the cache of the data centre that the Worker runs in.

use axum::body::Bytes;
use reads::class::STALE_S;
use reads::copies::{Copies, Getting, Kept};
use worker::send::SendFuture;
use worker::{Cache, Context, Headers, Response, ResponseBuilder, Result, console_error};

/// Under which its copies stand. Programs and schemas of other versions have others, and nobody is asked by this name.
const ADDRESS: &str = concat!(
    "https://copies.equoria.game/",
    env!("SCHEMA_VERSION"),
    "/",
    env!("BUILD"),
    "/"
);

/// The header of a copy with its numbers.
const NUMBERS: &str = "equoria-copy";

/// The header with its entity tag: under a name that no cache makes anything of.
const TAG: &str = "equoria-tag";

/// The copies, and the request that they are kept for.
pub(crate) struct Shelf(Context);

impl Shelf {
    pub(crate) const fn of(context: Context) -> Self {
        Self(context)
    }
}

impl Copies for Shelf {
    fn get<'a>(&'a self, key: &'a str) -> Getting<'a> {
        Box::pin(SendFuture::new(async move {
            let found = Cache::default().get([ADDRESS, key].concat(), false).await;
            read(found.ok()??).await
        }))
    }

    fn put(&self, key: String, copy: Kept) {
        self.0.wait_until(async move {
            if let Err(error) = keep(&key, copy).await {
                console_error!("a copy was not kept: {}", error);
            }
        });
    }
}

async fn read(mut found: Response) -> Option<Kept> {
    let numbers = found.headers().get(NUMBERS).ok()??;
    let etag = found.headers().get(TAG).ok()??;
    let body = found.bytes().await.ok()?;
    Kept::of(&numbers, etag, Bytes::from(body))
}

async fn keep(key: &str, copy: Kept) -> Result<()> {
    let headers = Headers::new();
    headers.set(NUMBERS, &copy.numbers())?;
    headers.set(TAG, &copy.etag)?;
    headers.set(
        "cache-control",
        &["max-age=", &STALE_S.to_string()].concat(),
    )?;
    let response = ResponseBuilder::new().with_headers(headers);
    let response = response.fixed(copy.body.into());
    Cache::default()
        .put([ADDRESS, key].concat(), response)
        .await
}
