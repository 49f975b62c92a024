//! Which segments a repository has, where some are missing, and how far a backup can be brought with them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::super::Repository;
use super::super::catalogue::Entry;
use super::super::lsn::{Lsn, Segment};
use super::name::{WAL, WalFile, folder};
use crate::trouble::Trouble;

/// All segments of a repository, and how their timelines hang together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shelf {
    /// The size of a segment before it was compressed.
    pub segment_bytes: u64,
    /// Each segment, with its size in the repository and when it came there.
    pub segments: BTreeMap<Segment, (u64, DateTime<Utc>)>,
    /// Of each timeline but the first, where it branched.
    pub branches: BTreeMap<u32, Branch>,
    /// Other files than segments, which are never many.
    pub others: Vec<WalFile>,
    /// Objects that nobody can explain.
    pub strange: Vec<String>,
}

/// Where a timeline began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The timeline that it left.
    pub parent: u32,
    /// Where.
    pub at: Lsn,
}

/// Segments of one timeline without a gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// The first.
    pub first: Segment,
    /// The last.
    pub last: Segment,
    /// How many.
    pub count: u64,
    /// Their size in the repository.
    pub bytes: u64,
    /// When the last one came.
    pub until: DateTime<Utc>,
}

/// Segments that are missing between others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The first that is missing.
    pub from: Segment,
    /// The last that is missing.
    pub to: Segment,
    /// How many.
    pub count: u64,
}

/// How far a backup can be brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// The last segment that follows without a gap.
    pub last: Segment,
    /// When it was archived: everything committed before it was closed is in it.
    pub until: DateTime<Utc>,
}

impl Shelf {
    /// Looks at what a repository has. Histories of timelines are read, segments are not.
    ///
    /// # Errors
    /// When the repository cannot be read, or a history is damaged.
    pub async fn of(repository: &Repository) -> Result<Self, Trouble> {
        let mut shelf = Self {
            segment_bytes: repository.mark().await?.segment_bytes,
            ..Self::default()
        };
        for timeline in repository.place.list(WAL).await?.folders {
            let folder = u32::from_str_radix(&timeline, 16)
                .map_or_else(|_| format!("{WAL}/{timeline}"), folder);
            for object in repository.place.list(&folder).await?.objects {
                match WalFile::of_object(&object.name) {
                    Some(WalFile::Segment(segment)) => {
                        shelf
                            .segments
                            .insert(segment, (object.bytes, object.modified));
                    }
                    Some(other) => shelf.others.push(other),
                    None => shelf.strange.push(format!("{folder}/{}", object.name)),
                }
            }
        }
        for file in &shelf.others {
            if let WalFile::History(timeline) = file {
                let text = super::content(repository, *file).await?.unwrap_or_default();
                let branch = branch(*timeline, &String::from_utf8_lossy(&text))?;
                shelf.branches.insert(*timeline, branch);
            }
        }
        Ok(shelf)
    }

    /// The timelines that have segments.
    pub fn timelines(&self) -> BTreeSet<u32> {
        self.segments
            .keys()
            .map(|segment| segment.timeline)
            .collect()
    }

    /// What a timeline has, in the order of the positions.
    pub fn stretches(&self, timeline: u32) -> Vec<Stretch> {
        let mut stretches: Vec<Stretch> = Vec::new();
        for (segment, (bytes, until)) in self.of_timeline(timeline) {
            match stretches.last_mut() {
                Some(open) if open.last.next(self.segment_bytes) == *segment => {
                    open.last = *segment;
                    open.count += 1;
                    open.bytes += bytes;
                    open.until = *until;
                }
                _ => stretches.push(Stretch {
                    first: *segment,
                    last: *segment,
                    count: 1,
                    bytes: *bytes,
                    until: *until,
                }),
            }
        }
        stretches
    }

    /// What is missing between the segments of a timeline.
    pub fn gaps(&self, timeline: u32) -> Vec<Gap> {
        let stretches = self.stretches(timeline);
        let pairs = stretches.iter().zip(stretches.iter().skip(1));
        pairs
            .map(|(before, after)| {
                let from = before.last.next(self.segment_bytes);
                Gap {
                    from,
                    to: after.first.previous(self.segment_bytes),
                    count: (after.first.begin(self.segment_bytes).0
                        - from.begin(self.segment_bytes).0)
                        / self.segment_bytes,
                }
            })
            .collect()
    }

    /// The first segment that a backup needs for its own recorded instant and that is not there.
    pub fn missing_for(&self, entry: &Entry) -> Option<Segment> {
        let mut segment = entry.first_segment;
        while self.segments.contains_key(&segment) {
            if segment >= entry.last_segment {
                return None;
            }
            segment = segment.next(self.segment_bytes);
        }
        Some(segment)
    }

    /// How far a backup can be brought along the newest timelines; nothing when not even its own instant can be reached.
    pub fn reach(&self, entry: &Entry) -> Option<Reach> {
        if self.missing_for(entry).is_some() {
            return None;
        }
        let mut last = self.follow(entry.first_segment);
        let mut from = entry.stop_lsn;
        while let Some((timeline, branch)) = self.child(last, from) {
            let first = Segment::holding(timeline, branch.at, self.segment_bytes);
            (last, from) = (self.follow(first), branch.at);
        }
        let until = self.segments.get(&last).map(|(_, until)| *until)?;
        Some(Reach { last, until })
    }

    /// The last segment that follows this one, which is there, without a gap.
    fn follow(&self, first: Segment) -> Segment {
        let mut last = first;
        while self.segments.contains_key(&last.next(self.segment_bytes)) {
            last = last.next(self.segment_bytes);
        }
        last
    }

    /// The newest timeline that branches off what lies between `from` and the end of `last`, and has its first segment.
    fn child(&self, last: Segment, from: Lsn) -> Option<(u32, Branch)> {
        let end = last.end(self.segment_bytes);
        let fits = |(timeline, branch): &(&u32, &Branch)| {
            branch.parent == last.timeline
                && (from..=end).contains(&branch.at)
                && self.segments.contains_key(&Segment::holding(
                    **timeline,
                    branch.at,
                    self.segment_bytes,
                ))
        };
        let found = self.branches.iter().rev().find(fits);
        found.map(|(timeline, branch)| (*timeline, *branch))
    }

    fn of_timeline(
        &self,
        timeline: u32,
    ) -> impl Iterator<Item = (&Segment, &(u64, DateTime<Utc>))> {
        let zero = Segment {
            timeline,
            high: 0,
            low: 0,
        };
        let end = Segment {
            timeline,
            high: u32::MAX,
            low: u32::MAX,
        };
        self.segments.range(zero..=end)
    }
}

/// The last line of a history: the parent, where it was left, why.
fn branch(timeline: u32, text: &str) -> Result<Branch, Trouble> {
    let lines = text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let parse = |line: &str| {
        let mut words = line.split_whitespace();
        Some(Branch {
            parent: words.next()?.parse().ok()?,
            at: words.next()?.parse().ok()?,
        })
    };
    lines.last().and_then(parse).ok_or_else(|| {
        Trouble::new(format!(
            "{} does not say where its timeline began",
            WalFile::History(timeline).object()
        ))
    })
}
