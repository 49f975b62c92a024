//! `equoria bench rules`: what the rules cost natively and in WebAssembly, on one thread each.

use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

use rules::parity::{Task, Trial};
use serde::Serialize;

use super::module::Module;
use crate::dev::places::Places;
use crate::dev::say::Voice;
use crate::dev::tools;
use crate::trouble::{Because, Trouble};

/// How often each piece of work is done; the quickest counts, since whatever else the machine does only slows it down.
const RUNS: u32 = 5;

/// The work: its task, its size, what one of it is called, and how many of those the size makes.
const WORK: [(Task, u32, &str, u32); 9] = [
    (
        Task::RandomMating,
        100_000,
        "F of 100,000 horses, random mating",
        1,
    ),
    (
        Task::RandomMating,
        1_000_000,
        "F of 1,000,000 horses, random mating",
        1,
    ),
    (
        Task::Selected,
        100_000,
        "F of 100,000 horses, deep and selected",
        1,
    ),
    (
        Task::Selected,
        1_000_000,
        "F of 1,000,000 horses, deep and selected",
        1,
    ),
    (
        Task::Planned,
        400,
        "a planned mating with 400 ancestors, explained",
        1,
    ),
    (
        Task::Planned,
        4_000,
        "a planned mating with 4,000 ancestors, explained",
        1,
    ),
    (
        Task::Predictions,
        1_000,
        "the prediction over all loci of two paints",
        1_000,
    ),
    (Task::Births, 20_000, "a birth", 20_000),
    (Task::Odds, 100, "the odds among 50 equals", 100),
];

/// What Node runs: milliseconds of the quickest run.
const PROGRAM: &str = "
const { Trial } = require(process.argv[1]);
const trial = new Trial(process.argv[2], Number(process.argv[3]));
let least = Infinity;
for (let run = 0; run < Number(process.argv[4]); run++) {
  const start = performance.now();
  trial.run();
  least = Math.min(least, performance.now() - start);
}
process.stdout.write(String(least));
";

/// What each piece of work costs.
#[derive(Debug, Serialize)]
pub struct Table {
    lines: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    work: &'static str,
    native_us: f64,
    wasm_us: f64,
    wasm_to_native: f64,
}

/// Measures all of it.
///
/// # Errors
/// What could not be installed, built or run, as one sentence.
pub fn run(voice: &Voice) -> Result<Table, Trouble> {
    let places = Places::find()?;
    tools::install(&places, voice)?;
    let step = voice.step("building the rules as WebAssembly");
    let module = Module::build(&places)?;
    step.done("built");
    let measure = |(task, size, work, parts): (Task, u32, &'static str, u32)| {
        voice.say(work);
        let per = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(parts);
        let native_us = per(natively(task, size)?);
        let wasm_us = per(in_wasm(&module, task, size)?);
        Ok(Line {
            work,
            native_us,
            wasm_us,
            wasm_to_native: wasm_us / native_us,
        })
    };
    let lines: Result<_, Trouble> = WORK.into_iter().map(measure).collect();
    Ok(Table { lines: lines? })
}

fn natively(task: Task, size: u32) -> Result<Duration, Trouble> {
    let trial = Trial::new(task, size).because(|| format!("could not prepare {task}"))?;
    let once = |_| {
        let start = Instant::now();
        black_box(black_box(&trial).run());
        start.elapsed()
    };
    Ok((0..RUNS).map(once).min().unwrap_or_default())
}

fn in_wasm(module: &Module, task: Task, size: u32) -> Result<Duration, Trouble> {
    let arguments = [task.to_string(), size.to_string(), RUNS.to_string()];
    let printed = module.run(PROGRAM, &arguments)?;
    let ms: f64 = printed
        .parse()
        .because(|| format!("node printed {printed:?} for a time"))?;
    Ok(Duration::from_secs_f64(ms / 1e3))
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "{:<52}{:>12}{:>12}{:>8}",
            "", "native", "wasm", "ratio"
        )?;
        for line in &self.lines {
            writeln!(
                out,
                "{:<52}{:>12}{:>12}{:>8.2}",
                line.work,
                readable(line.native_us),
                readable(line.wasm_us),
                line.wasm_to_native
            )?;
        }
        Ok(())
    }
}

fn readable(us: f64) -> String {
    match us {
        ..1e3 => format!("{us:.1} us"),
        ..1e6 => format!("{:.1} ms", us / 1e3),
        _ => format!("{:.2} s", us / 1e6),
    }
}
