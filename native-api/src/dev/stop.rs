//! Hearing that we should stop.

use std::future::Future;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::trouble::{Because, Trouble};

/// Ends at the first SIGINT (Ctrl-C), SIGTERM or SIGHUP (the terminal was closed) from this call on, not from the first
/// poll: whoever calls it before the work begins misses none.
///
/// # Errors
/// When the operating system lets nobody listen.
pub fn asked_to_stop() -> impl Future<Output = Result<(), Trouble>> {
    let listening = Signals::listen();
    async move {
        let mut signals = listening?;
        tokio::select! {
            _ = signals.interrupted.recv() => {}
            _ = signals.terminated.recv() => {}
            _ = signals.hung_up.recv() => {}
        }
        Ok(())
    }
}

/// Ends with the work, or when asked to stop: then the work is dropped where it stands, and whatever it has made for
/// itself goes with it.
///
/// # Errors
/// Those of the work, or that it was stopped.
pub async fn stoppable<T>(work: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    tokio::select! {
        done = work => done,
        trouble = stopped() => Err(trouble),
    }
}

/// Ends when asked to stop, with the sentence for it.
pub fn stopped() -> impl Future<Output = Trouble> {
    let asked = asked_to_stop();
    async move {
        let told = || Trouble::new("stopped before the end, nothing is left behind");
        asked.await.err().unwrap_or_else(told)
    }
}

/// What asks a process to stop.
struct Signals {
    interrupted: Signal,
    terminated: Signal,
    hung_up: Signal,
}

impl Signals {
    fn listen() -> Result<Self, Trouble> {
        let listen = |kind| signal(kind).because(|| "could not listen for signals");
        Ok(Self {
            interrupted: listen(SignalKind::interrupt())?,
            terminated: listen(SignalKind::terminate())?,
            hung_up: listen(SignalKind::hangup())?,
        })
    }
}
