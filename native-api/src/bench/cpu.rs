//! What processes have cost the processor so far.

use std::collections::BTreeSet;
use std::time::Duration;

#[cfg(not(target_os = "linux"))]
use std::process::Command;

#[cfg(not(target_os = "linux"))]
use crate::dev::program::ask;
use crate::trouble::{Because, Trouble};

/// A process that runs, with the time that it and its ended children have spent on a processor.
#[derive(Clone, Copy, Debug)]
struct Process {
    id: u32,
    parent: u32,
    spent: Duration,
}

/// The time spent by a process alone, and by those of its children that have ended.
///
/// # Errors
/// When the operating system does not tell.
pub fn of_process(id: u32) -> Result<Duration, Trouble> {
    let all = processes()?;
    Ok(all.iter().filter(|it| it.id == id).map(|it| it.spent).sum())
}

/// The time spent by a process and everything below it. A server's tree is complete while the server runs: a child that
/// ends leaves its time to its parent.
///
/// # Errors
/// When the operating system does not tell.
pub fn of_tree(root: u32) -> Result<Duration, Trouble> {
    Ok(tree(&processes()?, root).iter().map(|it| it.spent).sum())
}

/// Every process below another one.
///
/// # Errors
/// When the operating system does not tell.
pub fn below(root: u32) -> Result<Vec<u32>, Trouble> {
    let tree = tree(&processes()?, root);
    let below = tree.iter().map(|it| it.id).filter(|id| *id != root);
    Ok(below.collect())
}

fn tree(all: &[Process], root: u32) -> Vec<Process> {
    let mut inside = BTreeSet::from([root]);
    loop {
        let before = inside.len();
        let below = all.iter().filter(|it| inside.contains(&it.parent));
        let below: Vec<u32> = below.map(|it| it.id).collect();
        inside.extend(below);
        if inside.len() == before {
            break;
        }
    }
    let members = all.iter().filter(|it| inside.contains(&it.id));
    members.copied().collect()
}

#[cfg(target_os = "linux")]
fn processes() -> Result<Vec<Process>, Trouble> {
    let folder = std::fs::read_dir("/proc").because(|| "could not look at /proc")?;
    let stats = folder.flatten().filter_map(|entry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        // A process may have ended since it was listed.
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        read_stat(id, &stat)
    });
    Ok(stats.collect())
}

/// `/proc/<id>/stat`: after the name in parentheses the state, the parent, and from the twelfth on the time in user and
/// system mode, and the same of ended children, in clock ticks.
#[cfg(target_os = "linux")]
fn read_stat(id: u32, stat: &str) -> Option<Process> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    let times = fields.get(11..15)?.iter();
    let ticks: u64 = times.filter_map(|field| field.parse::<u64>().ok()).sum();
    let per_second = rustix::param::clock_ticks_per_second();
    Some(Process {
        id,
        parent: fields.get(1)?.parse().ok()?,
        spent: Duration::from_secs_f64(ticks as f64 / per_second as f64),
    })
}

#[cfg(not(target_os = "linux"))]
fn processes() -> Result<Vec<Process>, Trouble> {
    let said = ask(Command::new("ps").args(["-A", "-o", "pid=,ppid=,time="]))?;
    Ok(said.lines().filter_map(read_line).collect())
}

/// A line of `ps`: process, parent, and the time as `[[days-]hours:]minutes:seconds`.
#[cfg(any(test, not(target_os = "linux")))]
fn read_line(line: &str) -> Option<Process> {
    let mut words = line.split_whitespace();
    let (id, parent) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let time = words.next()?;
    let (days, clock) = time.split_once('-').unwrap_or(("0", time));
    let seconds = clock.split(':').try_fold(0.0, |sum, part| {
        let part: f64 = part.parse().ok()?;
        Some(sum * 60.0 + part)
    })?;
    let days: f64 = days.parse().ok()?;
    Some(Process {
        id,
        parent,
        spent: Duration::try_from_secs_f64(days * 86_400.0 + seconds).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_ps_is_read_with_and_without_hours_and_days() {
        for (line, seconds) in [
            ("  7   1   0:01.50", 1.5),
            ("7 1 00:02:03", 123.0),
            ("7 1 2-01:00:00", 176_400.0),
        ] {
            let process = read_line(line).unwrap();
            assert_eq!((process.id, process.parent), (7, 1));
            assert_eq!(process.spent, Duration::from_secs_f64(seconds), "{line}");
        }
        assert!(read_line("PID PPID TIME").is_none());
    }

    #[test]
    fn a_tree_is_all_below_its_root_and_nothing_else() {
        let process = |id, parent| Process {
            id,
            parent,
            spent: Duration::from_secs(1),
        };
        let all = [process(5, 4), process(2, 1), process(4, 2), process(3, 1)];
        let ids: Vec<u32> = tree(&all, 2).iter().map(|it| it.id).collect();
        assert_eq!(ids, [5, 2, 4]);
    }

    #[test]
    fn this_process_has_cost_something_and_never_less_than_before() {
        let id = std::process::id();
        let before = of_process(id).unwrap();
        let sum = (0..30_000_000_u64).fold(0_u64, |sum, it| sum.wrapping_mul(31).wrapping_add(it));
        assert!(sum > 0);
        let after = of_tree(id).unwrap();
        assert!(after >= before);
        assert!(after > Duration::ZERO);
    }
}
