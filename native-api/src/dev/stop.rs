//! Hearing that we should stop.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::trouble::{Because, Trouble};

/// Ends at the first SIGINT (Ctrl-C), SIGTERM or SIGHUP (the terminal was closed).
///
/// # Errors
/// When the operating system lets nobody listen.
pub async fn asked_to_stop() -> Result<(), Trouble> {
    let mut interrupted = listen(SignalKind::interrupt())?;
    let mut terminated = listen(SignalKind::terminate())?;
    let mut hung_up = listen(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupted.recv() => {}
        _ = terminated.recv() => {}
        _ = hung_up.recv() => {}
    }
    Ok(())
}

fn listen(kind: SignalKind) -> Result<Signal, Trouble> {
    signal(kind).because(|| "could not listen for signals")
}
