//! The clock of the Worker: the real one, or in development the native API's, which may be ahead.

use crate::forward::fetch;
use crate::settings::Settings;
use chrono::DateTime;
use reads::clock::Instant;
use reads::request::EDGE_KEY;
use serde::Deserialize;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::OnceLock;
use worker::Date;
use worker::send::SendFuture;
use worker::worker_sys::web_sys;

/// The clock of one request.
pub(crate) struct Clock {
    /// Where the game's clock can be asked for, and the key to ask with; none in production.
    playground: Option<(String, String)>,
    /// How far the game is ahead, once it was asked for.
    ahead_ms: OnceLock<i64>,
}

impl Clock {
    pub(crate) fn of(settings: &Settings) -> Self {
        let place = || format!("{}/dev/clock", settings.native_url);
        Self {
            playground: settings
                .is_playground
                .then(|| (place(), settings.edge_key.clone())),
            ahead_ms: OnceLock::new(),
        }
    }
}

/// What `GET /dev/clock` answers, as far as it matters here.
#[derive(Deserialize)]
struct Ahead {
    ahead_ms: i64,
}

impl reads::Clock for Clock {
    fn real(&self) -> Instant {
        let ms = i64::try_from(Date::now().as_millis()).unwrap_or(i64::MAX);
        DateTime::from_timestamp_millis(ms).unwrap_or_default()
    }

    fn ahead_ms(&self) -> Pin<Box<dyn Future<Output = i64> + Send + '_>> {
        match (&self.playground, self.ahead_ms.get()) {
            (None, _) => Box::pin(ready(0)),
            (_, Some(known)) => Box::pin(ready(*known)),
            (Some((place, key)), None) => Box::pin(SendFuture::new(async move {
                let asked = ahead_ms(place, key).await.unwrap_or(0);
                *self.ahead_ms.get_or_init(|| asked)
            })),
        }
    }
}

/// How far the game is ahead; none where the native API cannot be asked, and then the real time must do.
async fn ahead_ms(place: &str, key: &str) -> Option<i64> {
    let request = web_sys::Request::new_with_str(place).ok()?;
    request.headers().set(EDGE_KEY.as_str(), key).ok()?;
    let mut response = fetch(request).await.ok()?;
    let bytes = response.bytes().await.ok()?;
    let ahead: Ahead = serde_json::from_slice(&bytes).ok()?;
    Some(ahead.ahead_ms)
}
