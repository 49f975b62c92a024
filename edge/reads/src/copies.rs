//! Copies of answers: what is kept of one, and where.

use crate::clock::Instant;
use crate::snapshot::Snapshot;
use crate::version::fingerprint;
use axum::body::Bytes;
use axum::http::Uri;
use std::future::Future;
use std::pin::Pin;

/// A copy of an answer that everyone may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The body: JSON.
    pub body: Bytes,
    /// The entity tag.
    pub etag: String,
    /// What the answer knew.
    pub snapshot: Snapshot,
    /// When it was made, in real time.
    pub made_at: Instant,
    /// For how many seconds it may answer while the database is there to ask.
    pub fresh_s: i64,
}

impl Kept {
    /// The seconds since it was made.
    pub(crate) fn age_s(&self, now: Instant) -> i64 {
        now.signed_duration_since(self.made_at).num_seconds().max(0)
    }

    /// The fingerprint that its tag ends with.
    pub(crate) fn tag(&self) -> Option<u64> {
        tag_of(&self.etag)
    }

    /// The numbers as text: horizon, until, written, the instant in milliseconds and the seconds.
    #[must_use]
    pub fn numbers(&self) -> String {
        let Snapshot {
            horizon,
            until,
            written,
        } = self.snapshot;
        let made_at = self.made_at.timestamp_millis();
        let numbers = [horizon, until, written].map(u64::cast_signed);
        let numbers = numbers.into_iter().chain([made_at, self.fresh_s]);
        let numbers: Vec<String> = numbers.map(|it| it.to_string()).collect();
        numbers.join(" ")
    }

    /// The copy of these [`numbers`](Self::numbers), tag and body; none where they are no numbers of a copy.
    #[must_use]
    pub fn of(numbers: &str, etag: String, body: Bytes) -> Option<Self> {
        let numbers: Option<Vec<i64>> = numbers.split(' ').map(|it| it.parse().ok()).collect();
        let [horizon, until, written, made_at, fresh_s] = numbers.as_deref()? else {
            return None;
        };
        Some(Self {
            body,
            etag,
            snapshot: Snapshot {
                horizon: horizon.cast_unsigned(),
                until: until.cast_unsigned(),
                written: written.cast_unsigned(),
            },
            made_at: Instant::from_timestamp_millis(*made_at)?,
            fresh_s: *fresh_s,
        })
    }
}

/// The fingerprint that a tag ends with.
pub(crate) fn tag_of(etag: &str) -> Option<u64> {
    let digits = etag.trim_end_matches('"').rsplit(['.', '"']).next()?;
    u64::from_str_radix(digits, 16).ok()
}

/// A copy on its way from where it is kept.
pub type Getting<'a> = Pin<Box<dyn Future<Output = Option<Kept>> + Send + 'a>>;

/// Where copies are kept. It may lose them, give an old one for a new one, and be asked by many at once: what it gives is
/// looked at before it is served.
pub trait Copies: Send + Sync + 'static {
    /// The copy under this key, if there is one.
    fn get<'a>(&'a self, key: &'a str) -> Getting<'a>;

    /// Keeps a copy for a day, without keeping the answer waiting.
    fn put(&self, key: String, copy: Kept);
}

/// A request as copies and sessions know it: its path, and its query with the parameters in order.
pub(crate) fn canonical(uri: &Uri) -> String {
    let mut text = uri.path().to_owned();
    let query = uri.query().unwrap_or_default();
    let mut parameters: Vec<&str> = query.split('&').filter(|it| !it.is_empty()).collect();
    parameters.sort_unstable();
    for (parameter, sign) in parameters
        .into_iter()
        .zip(std::iter::once("?").chain(std::iter::repeat("&")))
    {
        text.push_str(sign);
        text.push_str(parameter);
    }
    text
}

/// The hash under which a session remembers a request. Two requests with one hash only make it ask for more.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a hash of fewer bits is wanted"
)]
pub(crate) fn place_of(canonical: &str) -> u32 {
    fingerprint(canonical.as_bytes()) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version;

    #[test]
    fn the_order_of_parameters_makes_no_other_request() {
        let canonical = |text: &str| canonical(&text.parse().unwrap());
        assert_eq!(
            canonical("/v1/shows?state=open&limit=2&"),
            "/v1/shows?limit=2&state=open"
        );
        assert_eq!(canonical("/v1/shows?"), "/v1/shows");
        assert_ne!(
            canonical("/v1/shows?limit=2"),
            canonical("/v1/shows?limit=3")
        );
    }

    #[test]
    fn a_tag_ends_with_its_fingerprint() {
        for version in [None, Some(7)] {
            assert_eq!(
                tag_of(&version::tag(version, b"foobar")),
                Some(0x8594_4171_f739_67e8)
            );
        }
        assert_eq!(
            tag_of("W/\"7.85944171f73967e8\""),
            Some(0x8594_4171_f739_67e8)
        );
        assert_eq!(tag_of("\"x\""), None);
    }

    #[test]
    fn a_copy_comes_back_from_its_numbers() {
        let copy = Kept {
            body: Bytes::from_static(b"{}"),
            etag: "\"7\"".to_owned(),
            snapshot: Snapshot {
                horizon: 5,
                until: u64::MAX,
                written: 0,
            },
            made_at: "2026-11-22T15:00:00.123Z".parse().unwrap(),
            fresh_s: 30,
        };
        let again = Kept::of(&copy.numbers(), copy.etag.clone(), copy.body.clone());
        assert_eq!(again, Some(copy));
        for garbled in ["", "1 2 3 4", "1 2 3 4 5 6", "1 2 3 x 5"] {
            assert_eq!(
                Kept::of(garbled, String::new(), Bytes::new()),
                None,
                "{garbled}"
            );
        }
    }
}
