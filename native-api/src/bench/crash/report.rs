//! What came of the blows, as a table for people and as JSON for programs.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::load::Promises;
use super::verdict::Verdict;
use super::{Kind, Siege};

/// What came of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The version of PostgreSQL.
    pub postgresql: String,
    /// How often PostgreSQL was killed.
    pub kills: u32,
    /// How often the native API died with it.
    pub kills_of_native: u32,
    /// How long the players wrote, in seconds.
    pub took_s: f64,
    /// Writes that were acknowledged.
    pub acknowledged: u64,
    /// Entries, trainings and shows among them.
    pub entries: u64,
    /// Trainings.
    pub trainings: u64,
    /// Shows that players opened.
    pub shows: u64,
    /// Shows with entries that were settled meanwhile.
    pub settled: u64,
    /// Wishes that the rules refused: too late, or the purse was empty.
    pub refused: u64,
    /// Requests that were sent again because no answer came.
    pub repeated: u64,
    /// Acknowledged writes that are not there.
    pub lost: u64,
    /// Writes that are there though nobody was told so.
    pub unheard_of: u64,
    /// What else is wrong.
    pub faults: Vec<String>,
    /// From the start of PostgreSQL to its first connection: half of the recoveries took no longer, in milliseconds.
    pub recovery_p50_ms: u64,
    /// The longest recovery, in milliseconds.
    pub recovery_max_ms: u64,
    /// From the blow to the next acknowledged write: half of the silences were no longer, in milliseconds.
    pub silence_p50_ms: u64,
    /// The longest silence, in milliseconds.
    pub silence_max_ms: u64,
}

impl Report {
    pub(super) fn of(
        siege: &Siege,
        promises: &Promises,
        verdict: Verdict,
        settled: u64,
        took: Duration,
    ) -> Self {
        let count = |kind| promises.ids(kind).len() as u64;
        let (recovery, silence) = (spread(&siege.recoveries), spread(&siege.silences));
        Self {
            postgresql: siege.postgres.version.clone(),
            kills: u32::try_from(siege.recoveries.len()).unwrap_or(u32::MAX),
            kills_of_native: siege.of_native,
            took_s: took.as_secs_f64(),
            acknowledged: promises.kept.len() as u64,
            entries: count(Kind::Entry),
            trainings: count(Kind::Training),
            shows: count(Kind::Show),
            settled,
            refused: promises.refused,
            repeated: promises.repeated,
            lost: verdict.lost,
            unheard_of: verdict.unheard_of,
            faults: verdict.faults,
            recovery_p50_ms: recovery.0,
            recovery_max_ms: recovery.1,
            silence_p50_ms: silence.0,
            silence_max_ms: silence.1,
        }
    }

    /// Whether nothing was lost, nothing came from nowhere, and nothing happened twice.
    pub fn is_sound(&self) -> bool {
        self.lost == 0 && self.unheard_of == 0 && self.faults.is_empty()
    }
}

/// The middle and the longest of some times, in milliseconds.
fn spread(times: &[Duration]) -> (u64, u64) {
    let mut ms: Vec<u64> = times
        .iter()
        .map(|it| u64::try_from(it.as_millis()).unwrap_or(u64::MAX))
        .collect();
    ms.sort_unstable();
    let middle = ms.get(ms.len().saturating_sub(1) / 2);
    (
        middle.copied().unwrap_or(0),
        ms.last().copied().unwrap_or(0),
    )
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "PostgreSQL {} killed {} times in {:.0} s, {} times with the native API",
            self.postgresql, self.kills, self.took_s, self.kills_of_native
        )?;
        writeln!(
            out,
            "  acknowledged   {} writes: {} entries, {} shows, {} trainings; {} requests sent again, {} refused",
            self.acknowledged,
            self.entries,
            self.shows,
            self.trainings,
            self.repeated,
            self.refused
        )?;
        writeln!(
            out,
            "  lost           {}, and {} written that nobody was told of",
            self.lost, self.unheard_of
        )?;
        writeln!(
            out,
            "  settled        {} shows, each once; the ledger sums to zero{}",
            self.settled,
            if self.faults.is_empty() {
                ""
            } else {
                ": NOT SO"
            }
        )?;
        for fault in &self.faults {
            writeln!(out, "    {fault}")?;
        }
        write!(
            out,
            "  recovery       p50 {} ms, max {} ms; from the blow to the next acknowledged write p50 {} ms, max {} ms",
            self.recovery_p50_ms, self.recovery_max_ms, self.silence_p50_ms, self.silence_max_ms
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_longest_are_told_of_any_number_of_times() {
        let ms = |all: &[u64]| {
            spread(
                &all.iter()
                    .map(|it| Duration::from_millis(*it))
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(ms(&[]), (0, 0));
        assert_eq!(ms(&[7]), (7, 7));
        assert_eq!(ms(&[9, 1, 5]), (5, 9));
        assert_eq!(ms(&[9, 1, 5, 2]), (2, 9));
    }
}
