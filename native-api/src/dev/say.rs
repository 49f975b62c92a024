//! What the person at the terminal hears: one line a step, a running clock on a terminal only.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Where steps are announced. Everything goes to standard error; results alone go to standard output.
#[derive(Debug)]
pub struct Voice {
    bars: Option<MultiProgress>,
    is_quiet: bool,
    /// One line at a time where there are no bars.
    line: Mutex<()>,
}

/// Where nothing but text is wanted, a long step says so often that it still runs.
const STILL: Duration = Duration::from_secs(30);

impl Default for Voice {
    fn default() -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        Self {
            bars: is_terminal.then(MultiProgress::new),
            is_quiet: false,
            line: Mutex::new(()),
        }
    }
}

impl Voice {
    /// One that says nothing, for tests and for commands whose result is read by programs.
    pub fn quiet() -> Self {
        Self {
            bars: None,
            is_quiet: true,
            line: Mutex::new(()),
        }
    }

    /// Says one line.
    pub fn say(&self, text: &str) {
        if self.is_quiet {
            return;
        }
        match &self.bars {
            Some(bars) => bars.suspend(|| eprintln!("{text}")),
            None => {
                let _one_at_a_time = self.line.lock();
                eprintln!("{text}");
            }
        }
    }

    /// Announces a step that is so many bytes of work; its [`Step::counter`] is told of those that are done.
    pub fn measured(&self, doing: impl Into<String>, bytes: u64) -> Step<'_> {
        let step = self.step(doing);
        if let Running::Bar(bar) = &step.running {
            bar.set_length(bytes);
            let style = "  {spinner} {msg} {bytes}/{total_bytes} {bytes_per_sec} {eta} left";
            if let Ok(style) = ProgressStyle::with_template(style) {
                bar.set_style(style);
            }
        }
        step
    }

    /// Announces a step; the returned value's [`Step::done`] tells how it ended.
    pub fn step(&self, doing: impl Into<String>) -> Step<'_> {
        let doing = doing.into();
        let running = match (&self.bars, self.is_quiet) {
            (_, true) => Running::Silent,
            (Some(bars), false) => Running::Bar(spinner(bars, &doing)),
            (None, false) => {
                self.say(&format!("  {doing} ..."));
                Running::Beats(Heartbeat::start(doing.clone()))
            }
        };
        Step {
            voice: self,
            since: Instant::now(),
            running,
        }
    }

    /// Announces a step that counts up to about `total`; a bar shows the rate and the time left.
    pub fn bar(&self, doing: &'static str, total: u64) -> Bar<'_> {
        let step = (total > 0).then(|| self.step(doing));
        if let Some(Running::Bar(bar)) = step.as_ref().map(|step| &step.running) {
            bar.set_length(total);
            if let Ok(style) = ProgressStyle::with_template(
                "  {spinner} {msg} {wide_bar} {human_pos}/{human_len} {per_sec} {eta} left",
            ) {
                bar.set_style(style);
            }
        }
        Bar {
            step,
            doing,
            done: AtomicU64::new(0),
            since: Instant::now(),
        }
    }
}

/// Something that is counted while it is under way. Dropped without [`Bar::done`], it just disappears.
#[derive(Debug)]
pub struct Bar<'a> {
    step: Option<Step<'a>>,
    doing: &'static str,
    done: AtomicU64,
    since: Instant,
}

impl Bar<'_> {
    /// Counts on.
    pub fn add(&self, count: u64) {
        self.set(self.done.load(Ordering::Relaxed) + count);
    }

    /// Counts to this number.
    pub fn set(&self, count: u64) {
        self.done.store(count, Ordering::Relaxed);
        if let Some(Running::Bar(bar)) = self.step.as_ref().map(|step| &step.running) {
            bar.set_position(count);
        }
    }

    /// Ends it, and tells how many there were and how many a second; says nothing of what was not there.
    pub fn done(mut self) {
        let count = self.done.load(Ordering::Relaxed);
        let seconds = self.since.elapsed().as_secs_f64().max(0.001);
        if let Some(step) = self.step.take().filter(|_| count > 0) {
            let rate = (count as f64 / seconds).round();
            step.done(&format!("{}: {count}, {rate} a second", self.doing));
        }
    }
}

/// A step that is under way. Dropped without [`Step::done`], it just disappears: the error tells why.
#[derive(Debug)]
pub struct Step<'a> {
    voice: &'a Voice,
    since: Instant,
    running: Running,
}

#[derive(Debug)]
enum Running {
    Silent,
    Bar(ProgressBar),
    Beats(Heartbeat),
}

/// Counts what is done of a step, on whatever thread.
#[derive(Clone, Debug, Default)]
pub struct Counter(Option<ProgressBar>);

impl Counter {
    /// Some more is done.
    pub fn add(&self, bytes: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(bytes);
        }
    }

    /// So much there is to do, as has been learnt by now.
    pub fn expect(&self, bytes: u64) {
        if let Some(bar) = &self.0 {
            bar.set_length(bytes);
        }
    }

    /// So much is done in all.
    pub fn reach(&self, bytes: u64) {
        if let Some(bar) = &self.0 {
            bar.set_position(bytes);
        }
    }
}

impl Step<'_> {
    /// What is told of the bytes that are done, in a step that is measured in them.
    pub fn counter(&self) -> Counter {
        match &self.running {
            Running::Bar(bar) => Counter(Some(bar.clone())),
            Running::Beats(_) | Running::Silent => Counter::default(),
        }
    }

    /// Ends the step with what came of it; steps of a second and more tell how long they took.
    pub fn done(self, result: &str) {
        let took = self.since.elapsed();
        let voice = self.voice;
        drop(self);
        if took >= Duration::from_secs(1) {
            voice.say(&format!("  {result} ({})", human(took)));
        } else {
            voice.say(&format!("  {result}"));
        }
    }
}

impl Drop for Step<'_> {
    fn drop(&mut self) {
        match std::mem::replace(&mut self.running, Running::Silent) {
            Running::Bar(bar) => bar.finish_and_clear(),
            Running::Beats(beats) => beats.stop(),
            Running::Silent => {}
        }
    }
}

/// Says every half minute that a step still runs, for logs that somebody watches.
#[derive(Debug)]
struct Heartbeat {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Heartbeat {
    fn start(doing: String) -> Self {
        let (stop, stopped) = channel();
        let since = Instant::now();
        let thread = thread::spawn(move || {
            while stopped.recv_timeout(STILL) == Err(RecvTimeoutError::Timeout) {
                eprintln!("    still at it after {}: {doing}", human(since.elapsed()));
            }
        });
        Self { stop, thread }
    }

    fn stop(self) {
        drop(self.stop);
        // The thread only sleeps and prints: there is nothing to learn from how it ended.
        let _ended = self.thread.join();
    }
}

fn spinner(bars: &MultiProgress, doing: &str) -> ProgressBar {
    let bar = bars.add(ProgressBar::new_spinner());
    if let Ok(style) = ProgressStyle::with_template("  {spinner} {wide_msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(doing.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A duration as people say it: `0.4 s`, `38 s`, `2 min 05 s`.
pub fn human(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_say_them() {
        assert_eq!(human(Duration::from_millis(420)), "0.4 s");
        assert_eq!(human(Duration::from_secs(38)), "38 s");
        assert_eq!(human(Duration::from_secs(125)), "2 min 05 s");
    }
}
