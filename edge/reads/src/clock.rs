//! Two clocks: the game's, which a developer can move ahead, and the real one.

use chrono::{DateTime, Utc};
use std::future::{Future, ready};
use std::pin::Pin;

/// An instant, in UTC.
pub type Instant = DateTime<Utc>;

/// Tells the time to the reads, none of which looks at a clock by itself.
pub trait Clock: Send + Sync + 'static {
    /// The real time: what access tokens and their lifetimes are measured by.
    fn real(&self) -> Instant;

    /// The time in the game: what ages, rests and run dates are measured by. Never behind the real time.
    fn game(&self) -> Pin<Box<dyn Future<Output = Instant> + Send + '_>>;
}

/// A clock that stands still, for tests and for answers about one given instant.
#[derive(Clone, Copy, Debug)]
pub struct Stopped(pub Instant);

impl Clock for Stopped {
    fn real(&self) -> Instant {
        self.0
    }

    fn game(&self) -> Pin<Box<dyn Future<Output = Instant> + Send + '_>> {
        Box::pin(ready(self.0))
    }
}
