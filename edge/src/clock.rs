//! The clock of the Worker: the real one, or in development the native API's, which may be ahead.

use crate::forward::fetch;
use crate::settings::Settings;
use chrono::{DateTime, TimeDelta};
use reads::clock::Instant;
use reads::request::EDGE_KEY;
use serde::Deserialize;
use std::future::{Future, ready};
use std::pin::Pin;
use worker::Date;
use worker::send::SendFuture;
use worker::worker_sys::web_sys;

/// The clock of one request.
pub(crate) struct Clock {
    /// Where the game's clock can be asked for, and the key to ask with; none in production.
    playground: Option<(String, String)>,
}

impl Clock {
    pub(crate) fn of(settings: &Settings) -> Self {
        let place = || format!("{}/dev/clock", settings.native_url);
        Self {
            playground: settings
                .is_playground
                .then(|| (place(), settings.edge_key.clone())),
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

    fn game(&self) -> Pin<Box<dyn Future<Output = Instant> + Send + '_>> {
        match &self.playground {
            None => Box::pin(ready(self.real())),
            Some((place, key)) => Box::pin(SendFuture::new(async move {
                let ahead = ahead_ms(place, key).await.unwrap_or(0);
                let real = self.real();
                let ahead = TimeDelta::try_milliseconds(ahead).unwrap_or_default();
                real.checked_add_signed(ahead).unwrap_or(real)
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
