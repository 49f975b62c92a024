//! What a session must see, and why.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

/// A horse's number among those of a scene.
pub(super) type Register = usize;

/// How often each horse was renamed, as far as somebody must know.
type Known = BTreeMap<Register, u64>;

/// What a session must see, and why.
#[derive(Clone, Debug, Default)]
pub(super) struct Must {
    /// It wrote so itself.
    pub(super) wrote: Known,
    /// It was shown so.
    read: Known,
    /// Somebody whose later write it was shown had written so before.
    writers_wrote: Known,
    /// Somebody whose write it was shown had seen so before.
    writers_read: Known,
}

fn raise(known: &mut Known, by: &Known) {
    for (register, count) in by {
        let before = known.entry(*register).or_default();
        *before = (*before).max(*count);
    }
}

/// For each name what its writer had written before, and what else it knew.
#[derive(Debug, Default)]
pub(super) struct Causes(Mutex<HashMap<(Register, u64), (Known, Known)>>);

impl Causes {
    /// Whoever sees this name must see what its writer wrote before, and what that one had seen.
    pub(super) fn note(&self, name: (Register, u64), writers: &Must) {
        let mut read = writers.read.clone();
        raise(&mut read, &writers.writers_wrote);
        raise(&mut read, &writers.writers_read);
        let mut causes = self.0.lock().unwrap();
        causes.insert(name, (writers.wrote.clone(), read));
    }
}

/// How often each guarantee was broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Broken {
    /// A session was not shown what it wrote.
    pub own_writes: usize,
    /// A session was shown less than before.
    pub monotonic_reads: usize,
    /// A session was shown a write, but not an earlier one of the same writer.
    pub monotonic_writes: usize,
    /// A session was shown a write, but not what its writer had seen before.
    pub writes_after_reads: usize,
}

impl Broken {
    /// How often any of them was.
    #[must_use]
    pub const fn all(self) -> usize {
        self.own_writes + self.monotonic_reads + self.monotonic_writes + self.writes_after_reads
    }

    /// Was each of them, at least once?
    #[must_use]
    pub const fn has_each(self) -> bool {
        self.own_writes > 0
            && self.monotonic_reads > 0
            && self.monotonic_writes > 0
            && self.writes_after_reads > 0
    }

    pub(super) fn add(&mut self, more: Self) {
        self.own_writes += more.own_writes;
        self.monotonic_reads += more.monotonic_reads;
        self.monotonic_writes += more.monotonic_writes;
        self.writes_after_reads += more.writes_after_reads;
    }
}

impl Must {
    /// Compares an answer with what must be seen, all of it before anything is learnt from it.
    pub(super) fn compare(&mut self, shown: &[(Register, u64)], causes: &Causes) -> Broken {
        // One answer is one moment: what one of its rows rests on counts for the others.
        self.learn_causes(shown, causes);
        let mut broken = Broken::default();
        for (register, count) in shown {
            let lacks = |known: &Known| known.get(register).is_some_and(|must| count < must);
            broken.own_writes += usize::from(lacks(&self.wrote));
            broken.monotonic_reads += usize::from(lacks(&self.read));
            broken.monotonic_writes += usize::from(lacks(&self.writers_wrote));
            broken.writes_after_reads += usize::from(lacks(&self.writers_read));
        }
        raise(&mut self.read, &shown.iter().copied().collect());
        broken
    }

    fn learn_causes(&mut self, shown: &[(Register, u64)], causes: &Causes) {
        let causes = causes.0.lock().unwrap();
        for (wrote, read) in shown.iter().filter_map(|it| causes.get(it)) {
            raise(&mut self.writers_wrote, wrote);
            raise(&mut self.writers_read, read);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(own_writes: usize, monotonic_reads: usize) -> Broken {
        Broken {
            own_writes,
            monotonic_reads,
            ..Broken::default()
        }
    }

    #[test]
    fn a_session_that_is_shown_less_than_it_wrote_or_saw_is_counted() {
        let causes = Causes::default();
        let mut must = Must::default();
        must.wrote.insert(0, 2);
        assert_eq!(must.compare(&[(0, 1), (1, 5)], &causes), broken(1, 0));
        assert_eq!(must.compare(&[(0, 2), (1, 4)], &causes), broken(0, 1));
        assert_eq!(must.compare(&[(0, 1)], &causes), broken(1, 1));
        assert_eq!(must.compare(&[(0, 3), (1, 5)], &causes), broken(0, 0));
    }

    #[test]
    fn a_write_that_is_shown_without_what_it_rests_on_is_counted() {
        let causes = Causes::default();
        let mut writer = Must::default();
        writer.compare(&[(2, 7)], &causes);
        causes.note((0, 1), &writer);
        writer.wrote.insert(0, 1);
        causes.note((1, 1), &writer);
        let shown = |answer: &[(Register, u64)]| Must::default().compare(answer, &causes);
        assert_eq!(shown(&[(0, 1), (1, 1), (2, 7)]), Broken::default());
        assert_eq!(shown(&[(0, 0), (1, 1)]).monotonic_writes, 1);
        assert_eq!(shown(&[(0, 1), (2, 6)]).writes_after_reads, 1);
        // It holds for later answers, too, and through others who wrote after they had seen it.
        let mut second = Must::default();
        second.compare(&[(1, 1)], &causes);
        causes.note((3, 1), &second);
        let mut third = Must::default();
        assert_eq!(third.compare(&[(3, 1)], &causes), Broken::default());
        assert_eq!(third.compare(&[(0, 0)], &causes).writes_after_reads, 1);
        assert_eq!(third.compare(&[(2, 0)], &causes).all(), 1);
    }
}
