//! Which segments a repository has, where some are missing, and how far a backup can be brought with them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::super::Repository;
use super::super::catalogue::Entry;
use super::super::lsn::{Lsn, Segment};
use super::name::{WAL, WalFile, folder};
use super::sealed::{FRONT_BYTES, Front};
use crate::trouble::Trouble;

/// All segments of a repository, and how their timelines hang together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shelf {
    /// The size of a segment before it was compressed.
    pub segment_bytes: u64,
    /// Each segment, with its size in the repository and when it came there.
    pub segments: BTreeMap<Segment, (u64, DateTime<Utc>)>,
    /// Of each segment that no other follows, when PostgreSQL closed it: what was committed later is not in the log. It
    /// may have come much later, where archiving stood still. Nothing of those that do not tell.
    pub closed_at: BTreeMap<Segment, DateTime<Utc>>,
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
    /// When the last one was closed, if it tells.
    pub until: Option<DateTime<Utc>>,
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
    /// Everything that was committed until then is in the log, whenever that came: the instant at which the last segment
    /// was closed, and never before the backup's own.
    pub until: DateTime<Utc>,
}

impl Reach {
    /// Whether the end of the log is how everything was at an instant, where a replay has come to the segment `last` and met
    /// no later commit.
    pub fn is_the_end(&self, at: DateTime<Utc>, last: Option<Segment>) -> bool {
        at <= self.until && last >= Some(self.last)
    }
}

impl Shelf {
    /// Looks at what a repository has. Histories of timelines are read; of segments only the first line of those that no
    /// other follows.
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
        shelf.ask_the_last(repository).await?;
        Ok(shelf)
    }

    /// Reads when the last segment of each stretch was closed. One whose first line is no such line is none of ours.
    async fn ask_the_last(&mut self, repository: &Repository) -> Result<(), Trouble> {
        let stretches = self.timelines().into_iter().map(|it| self.stretches(it));
        let ends: Vec<Segment> = stretches.flatten().map(|it| it.last).collect();
        for segment in ends {
            let file = WalFile::Segment(segment);
            let front = repository.place.front(&file.object(), FRONT_BYTES).await?;
            match front.map(|front| Front::read(file, &front)) {
                Some(Ok(front)) => {
                    let known = front.closed_at.map(|at| (segment, at));
                    self.closed_at.extend(known);
                }
                Some(Err(_)) => self.strange.push(file.object()),
                // It has been removed since.
                None => {}
            }
        }
        Ok(())
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
        for (segment, (bytes, _)) in self.of_timeline(timeline) {
            let until = self.closed_at.get(segment).copied();
            match stretches.last_mut() {
                Some(open) if open.last.next(self.segment_bytes) == *segment => {
                    open.last = *segment;
                    open.count += 1;
                    open.bytes += bytes;
                    open.until = until;
                }
                _ => stretches.push(Stretch {
                    first: *segment,
                    last: *segment,
                    count: 1,
                    bytes: *bytes,
                    until,
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
        self.missing_between(entry.first_segment, entry.last_segment)
    }

    /// The first segment from `first` to `last` that is not there.
    pub fn missing_between(&self, first: Segment, last: Segment) -> Option<Segment> {
        let mut segment = first;
        while self.segments.contains_key(&segment) {
            if segment >= last {
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
        let closed_at = self.closed_at.get(&last).copied();
        // Its own instant is in a segment that is there, whatever the clock of a file system says.
        let until = closed_at.map_or(entry.point.at, |at| at.max(entry.point.at));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_log_answers_for_no_instant_after_its_last_segment_was_closed() {
        let last: Segment = "000000010000000000000007".parse().unwrap();
        let until: DateTime<Utc> = "2026-11-22T21:05:00Z".parse().unwrap();
        let reach = Reach { last, until };
        let second = chrono::TimeDelta::seconds(1);
        assert!(reach.is_the_end(until, Some(last)));
        assert!(reach.is_the_end(until - second, Some(last.on(2))));
        assert!(!reach.is_the_end(until + second, Some(last)));
        // A replay that ended before the last segment met a gap.
        assert!(!reach.is_the_end(until, Some(last.previous(16 << 20))));
        assert!(!reach.is_the_end(until, None));
    }
}
