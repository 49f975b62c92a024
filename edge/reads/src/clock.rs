//! Two clocks: the game's, which a developer can move ahead, and the real one.

use chrono::{DateTime, TimeDelta, Utc};
use std::future::{Future, ready};
use std::pin::Pin;

/// An instant, in UTC.
pub type Instant = DateTime<Utc>;

/// Tells the time to the reads, none of which looks at a clock by itself.
pub trait Clock: Send + Sync + 'static {
    /// The real time: what access tokens and their lifetimes are measured by.
    fn real(&self) -> Instant;

    /// By how many milliseconds the game is ahead of the real time. Never behind it.
    fn ahead_ms(&self) -> Pin<Box<dyn Future<Output = i64> + Send + '_>>;

    /// The time in the game: what ages, rests and run dates are measured by.
    fn game(&self) -> Pin<Box<dyn Future<Output = Instant> + Send + '_>> {
        Box::pin(async move {
            let ahead_ms = self.ahead_ms().await;
            let real = self.real();
            let ahead = TimeDelta::try_milliseconds(ahead_ms).unwrap_or_default();
            real.checked_add_signed(ahead).unwrap_or(real)
        })
    }
}

/// A clock that stands still, for tests and for answers about one given instant.
#[derive(Clone, Copy, Debug)]
pub struct Stopped(pub Instant);

impl Clock for Stopped {
    fn real(&self) -> Instant {
        self.0
    }

    fn ahead_ms(&self) -> Pin<Box<dyn Future<Output = i64> + Send + '_>> {
        Box::pin(ready(0))
    }
}
