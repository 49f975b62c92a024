//! Waiting until something answers.

use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use crate::trouble::Trouble;

/// Refuses a port that somebody else listens on, before anything is started.
///
/// # Errors
/// When the port is taken.
pub fn require_free(port: u16, for_what: &str, setting: &str) -> Result<(), Trouble> {
    if port == 0 {
        return Ok(());
    }
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map(|_| ()).map_err(|_| {
        Trouble::new(format!(
            "port {port}, meant for {for_what}, is taken: stop what listens there, or choose another with {setting}"
        ))
    })
}

/// A port that is free at this moment.
///
/// # Errors
/// When none is.
pub fn free_port() -> Result<u16, Trouble> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|bound| bound.local_addr())
        .map(|address| address.port())
        .map_err(|error| Trouble::new(format!("no port is free on 127.0.0.1: {error}")))
}

/// Asks `url` until it answers with a success, calling `still_alive` in between.
///
/// # Errors
/// What `still_alive` says when it has given up, or the last answer when `patience` is over.
pub async fn answers(
    url: &str,
    patience: Duration,
    mut still_alive: impl FnMut() -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let client = reqwest::Client::new();
    let since = Instant::now();
    loop {
        let last = match client.get(url).timeout(Duration::from_secs(5)).send().await {
            Ok(answer) if answer.status().is_success() => return Ok(()),
            Ok(answer) => format!("it answered {}", answer.status()),
            Err(error) => error.to_string(),
        };
        still_alive()?;
        if since.elapsed() > patience {
            return Err(Trouble::new(format!(
                "{url} was not ready after {} s: {last}",
                patience.as_secs()
            )));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
