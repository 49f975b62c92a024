//! The files that PostgreSQL archives, by their names.

use std::fmt;
use std::str::FromStr;

use super::super::lsn::Segment;
use crate::trouble::Trouble;

/// The folder of the write-ahead log in a repository.
pub const WAL: &str = "wal";

/// What the name of an object ends with.
const END: &str = ".wal";

/// A file that PostgreSQL asks to archive, or asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WalFile {
    /// A whole segment: `000000010000000000000007`.
    Segment(Segment),
    /// The last one of a timeline that ended inside it: `000000010000000000000007.partial`.
    Partial(Segment),
    /// Where a base backup began and ended: `000000010000000000000007.00000028.backup`.
    Label(Segment, u32),
    /// From where a timeline branched: `00000002.history`.
    History(u32),
}

impl WalFile {
    /// The timeline that it belongs to.
    pub const fn timeline(self) -> u32 {
        match self {
            Self::Segment(it) | Self::Partial(it) | Self::Label(it, _) => it.timeline,
            Self::History(timeline) => timeline,
        }
    }

    /// Whether players' data may be in it.
    pub const fn is_private(self) -> bool {
        matches!(self, Self::Segment(_) | Self::Partial(_))
    }

    /// Its object in a repository.
    pub fn object(self) -> String {
        format!("{}/{self}{END}", folder(self.timeline()))
    }

    /// The file whose object this is.
    pub fn of_object(name: &str) -> Option<Self> {
        name.strip_suffix(END)?.parse().ok()
    }
}

/// The folder of a timeline in a repository.
pub fn folder(timeline: u32) -> String {
    format!("{WAL}/{timeline:08X}")
}

impl fmt::Display for WalFile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Segment(segment) => write!(out, "{segment}"),
            Self::Partial(segment) => write!(out, "{segment}.partial"),
            Self::Label(segment, offset) => write!(out, "{segment}.{offset:08X}.backup"),
            Self::History(timeline) => write!(out, "{timeline:08X}.history"),
        }
    }
}

impl FromStr for WalFile {
    type Err = Trouble;

    fn from_str(text: &str) -> Result<Self, Trouble> {
        let eight = |digits: &str| {
            (digits.len() == 8)
                .then(|| u32::from_str_radix(digits, 16).ok())
                .flatten()
        };
        let (front, end) = text.split_once('.').unwrap_or((text, ""));
        let found = match (
            front.parse(),
            end,
            end.strip_suffix(".backup").and_then(eight),
        ) {
            (Ok(segment), "", _) => Some(Self::Segment(segment)),
            (Ok(segment), "partial", _) => Some(Self::Partial(segment)),
            (Ok(segment), _, Some(offset)) => Some(Self::Label(segment, offset)),
            (Err(_), "history", _) => eight(front).map(Self::History),
            _ => None,
        };
        found
            // Whatever is written otherwise than PostgreSQL writes it is not one of its files.
            .filter(|file| file.to_string() == text)
            .ok_or_else(|| {
                Trouble::new(format!(
                    "`{text}` is no file of PostgreSQL's write-ahead log"
                ))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_that_postgres_archives_are_known_and_others_are_not() {
        for name in [
            "000000010000000A000000FF",
            "000000010000000A000000FF.partial",
            "000000010000000A000000FF.00000028.backup",
            "0000000B.history",
        ] {
            let file: WalFile = name.parse().unwrap();
            assert_eq!(file.to_string(), name);
            let object = file.object();
            let (_, last) = object.rsplit_once('/').unwrap();
            assert_eq!(WalFile::of_object(last), Some(file));
        }
        for name in [
            "",
            "..",
            "000000010000000a000000ff",
            "000000010000000A000000FF.old",
            "B.history",
            "a.history",
        ] {
            assert!(name.parse::<WalFile>().is_err(), "{name}");
        }
    }
}
