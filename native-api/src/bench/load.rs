//! The load: a number of clients, each with one connection and one request at a time, all on one thread.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use super::client::Connection;
use crate::trouble::{Because, Trouble};

/// What a client asks for: writes its next request, or says that there is none left.
pub type Deck = Box<dyn FnMut(&mut Vec<u8>) -> bool + Send>;

/// Longer answers count as these ten minutes.
const LONGEST_US: u64 = 600_000_000;

/// What was measured.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Requests that were answered with the expected status.
    pub done: u64,
    /// Requests that were not.
    pub errors: u64,
    /// What was wrong with the first of them.
    pub first_error: Option<String>,
    /// From the first request to the last answer.
    pub took: Duration,
    /// How long the answers took, in microseconds.
    pub latency_us: Histogram<u64>,
}

impl Outcome {
    /// Nothing measured yet. Latencies are told to three digits.
    ///
    /// # Errors
    /// Never with these digits.
    pub fn empty() -> Result<Self, Trouble> {
        Ok(Self {
            done: 0,
            errors: 0,
            first_error: None,
            took: Duration::ZERO,
            latency_us: Histogram::new_with_max(LONGEST_US, 3)
                .because(|| "no histogram of latencies could be made")?,
        })
    }

    /// Adds what another client has done.
    ///
    /// # Errors
    /// Never for latencies of the same digits.
    pub fn add(&mut self, other: &Self) -> Result<(), Trouble> {
        self.done += other.done;
        self.errors += other.errors;
        self.first_error = self
            .first_error
            .take()
            .or_else(|| other.first_error.clone());
        let added = self.latency_us.add(&other.latency_us);
        added.because(|| "the latencies could not be added up")
    }

    fn fail(&mut self, what: String) {
        self.errors += 1;
        self.first_error.get_or_insert(what);
    }
}

/// Lets one client a deck ask for as long as it may, or until its deck is empty.
///
/// # Errors
/// When a client cannot connect.
pub async fn drive(
    address: SocketAddr,
    decks: Vec<Deck>,
    expected: u16,
    lasting: Duration,
) -> Result<Outcome, Trouble> {
    // A thread of its own: on the runtime's other threads every answer would wake somebody else.
    let driving = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.because(|| "could not start the clients")?;
        runtime.block_on(all(address, decks, expected, lasting))
    });
    driving.await.because(|| "the clients broke")?
}

async fn all(
    address: SocketAddr,
    decks: Vec<Deck>,
    expected: u16,
    lasting: Duration,
) -> Result<Outcome, Trouble> {
    let mut connections = Vec::with_capacity(decks.len());
    for deck in decks {
        connections.push((Connection::open(address).await?, deck));
    }
    let began = Instant::now();
    let until = began + lasting;
    let mut clients = JoinSet::new();
    for (connection, deck) in connections {
        clients.spawn(one(connection, deck, expected, until));
    }
    let mut outcome = Outcome::empty()?;
    while let Some(client) = clients.join_next().await {
        outcome.add(&client.because(|| "a client broke")??)?;
    }
    outcome.took = began.elapsed();
    Ok(outcome)
}

async fn one(
    mut connection: Connection,
    mut deck: Deck,
    expected: u16,
    until: Instant,
) -> Result<Outcome, Trouble> {
    let mut outcome = Outcome::empty()?;
    let mut request = Vec::with_capacity(1024);
    let mut started = Instant::now();
    while started < until && deck(&mut request) {
        match connection.ask(&request).await {
            Ok((status, _)) if status == expected => outcome.done += 1,
            Ok((status, body)) => {
                outcome.fail(format!("{status}: {}", String::from_utf8_lossy(body)))
            }
            Err(trouble) => {
                outcome.fail(trouble.to_string());
                break;
            }
        }
        let answered = Instant::now();
        let took_us = u64::try_from((answered - started).as_micros()).unwrap_or(u64::MAX);
        outcome.latency_us.saturating_record(took_us);
        started = answered;
    }
    Ok(outcome)
}
