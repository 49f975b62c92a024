//! Positions in the write-ahead log, and the files that it is cut into.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use tokio_postgres::types::PgLsn;

use crate::trouble::Trouble;

/// The size of a segment unless `initdb` was told otherwise.
pub const SEGMENT_BYTES: u64 = 16 << 20;

/// A position in the write-ahead log, written as PostgreSQL does: `1/6B374D8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Lsn(pub u64);

impl fmt::Display for Lsn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:X}/{:X}", self.0 >> 32, self.0 & 0xffff_ffff)
    }
}

impl FromStr for Lsn {
    type Err = Trouble;

    fn from_str(text: &str) -> Result<Self, Trouble> {
        let halves = || {
            let (high, low) = text.split_once('/')?;
            let number = |half: &str| u32::from_str_radix(half, 16).ok();
            Some(Self(
                (u64::from(number(high)?) << 32) | u64::from(number(low)?),
            ))
        };
        halves().ok_or_else(|| {
            Trouble::new(format!(
                "`{text}` is no position in the write-ahead log, such as 1/6B374D8"
            ))
        })
    }
}

impl From<PgLsn> for Lsn {
    fn from(lsn: PgLsn) -> Self {
        Self(lsn.into())
    }
}

impl From<Lsn> for String {
    fn from(lsn: Lsn) -> Self {
        lsn.to_string()
    }
}

impl TryFrom<String> for Lsn {
    type Error = Trouble;

    fn try_from(text: String) -> Result<Self, Trouble> {
        text.parse()
    }
}

/// A segment of the write-ahead log, written as its file is named: timeline, then its number in two parts.
///
/// The order is that of the positions within a timeline, and of the timelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Segment {
    /// The timeline: it grows by one when a server ends its recovery.
    pub timeline: u32,
    /// The upper half of the positions in it.
    pub high: u32,
    /// Its number within that half.
    pub low: u32,
}

impl Segment {
    /// The one that holds this position.
    ///
    /// A position at the very beginning of a segment belongs to that segment; [`Segment::ending`] sees that otherwise.
    pub fn holding(timeline: u32, lsn: Lsn, segment_bytes: u64) -> Self {
        let high = u32::try_from(lsn.0 >> 32).unwrap_or(u32::MAX);
        let low = u32::try_from((lsn.0 & 0xffff_ffff) / segment_bytes).unwrap_or(u32::MAX);
        Self {
            timeline,
            high,
            low,
        }
    }

    /// The one that holds the last byte before this position.
    pub fn ending(timeline: u32, lsn: Lsn, segment_bytes: u64) -> Self {
        Self::holding(timeline, Lsn(lsn.0.saturating_sub(1)), segment_bytes)
    }

    /// The position of its first byte.
    pub fn begin(self, segment_bytes: u64) -> Lsn {
        Lsn((u64::from(self.high) << 32) + u64::from(self.low) * segment_bytes)
    }

    /// The position behind its last byte.
    pub fn end(self, segment_bytes: u64) -> Lsn {
        Lsn(self.begin(segment_bytes).0 + segment_bytes)
    }

    /// The one after it on the same timeline.
    #[must_use]
    pub fn next(self, segment_bytes: u64) -> Self {
        Self::holding(self.timeline, self.end(segment_bytes), segment_bytes)
    }

    /// The one before it on the same timeline; itself, where it is the first.
    #[must_use]
    pub fn previous(self, segment_bytes: u64) -> Self {
        let begin = self.begin(segment_bytes).0.saturating_sub(segment_bytes);
        Self::holding(self.timeline, Lsn(begin), segment_bytes)
    }

    /// The same place on another timeline.
    #[must_use]
    pub const fn on(self, timeline: u32) -> Self {
        Self { timeline, ..self }
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{:08X}{:08X}{:08X}",
            self.timeline, self.high, self.low
        )
    }
}

impl FromStr for Segment {
    type Err = Trouble;

    fn from_str(text: &str) -> Result<Self, Trouble> {
        let is_name = text.len() == 24 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        let part = |at: usize| {
            let digits = is_name.then(|| text.get(at..at + 8)).flatten()?;
            u32::from_str_radix(digits, 16).ok()
        };
        match (part(0), part(8), part(16)) {
            (Some(timeline), Some(high), Some(low)) => Ok(Self {
                timeline,
                high,
                low,
            }),
            _ => Err(Trouble::new(format!(
                "`{text}` is no segment of the write-ahead log: 24 hexadecimal digits"
            ))),
        }
    }
}

impl From<Segment> for String {
    fn from(segment: Segment) -> Self {
        segment.to_string()
    }
}

impl TryFrom<String> for Segment {
    type Error = Trouble;

    fn try_from(text: String) -> Result<Self, Trouble> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_segments_are_written_as_postgres_writes_them() {
        let lsn: Lsn = "1/6B374D8".parse().unwrap();
        assert_eq!(lsn.0, 0x1_06B3_74D8);
        assert_eq!(lsn.to_string(), "1/6B374D8");
        let segment = Segment::holding(1, lsn, SEGMENT_BYTES);
        assert_eq!(segment.to_string(), "000000010000000100000006");
        assert_eq!(segment.begin(SEGMENT_BYTES).to_string(), "1/6000000");
        assert_eq!(
            "000000010000000100000006".parse::<Segment>().unwrap(),
            segment
        );
        for strange in ["", "1/", "x/1", "1/2/3", "00000001000000010000000"] {
            assert!(strange.parse::<Lsn>().is_err(), "{strange}");
            assert!(strange.parse::<Segment>().is_err(), "{strange}");
        }
    }

    #[test]
    fn segments_follow_each_other_over_the_end_of_a_half() {
        let last: Segment = "0000000200000000000000FF".parse().unwrap();
        let next = last.next(SEGMENT_BYTES);
        assert_eq!(next.to_string(), "000000020000000100000000");
        assert_eq!(next.previous(SEGMENT_BYTES), last);
        assert!(next > last);
        assert_eq!(last.end(SEGMENT_BYTES), next.begin(SEGMENT_BYTES));
    }
}
