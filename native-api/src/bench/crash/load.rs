//! Players who do not give up: each sends a write until it is answered, wherever the API is by then.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{SecondsFormat, TimeDelta, Utc};
use rules::id::UserId;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::super::client::Connection;
use super::super::requests::DISCIPLINE;
use super::super::world::World;
use crate::auth::Tokens;
use crate::trouble::{Because, Trouble};

/// How long after its opening a show runs: long enough to be entered, short enough to be settled while processes die.
const UNTIL_RUN: Duration = Duration::from_secs(5);

/// A show that runs sooner than this is not entered any more.
const LAST_ENTRY: Duration = Duration::from_millis(500);

/// How many shows a player keeps open; the rules allow ten.
const OPEN_AT_ONCE: usize = 8;

/// A wish that was not answered in this time is given up, and the run with it.
const PATIENCE: Duration = Duration::from_secs(120);

/// Refusals that a player meets who is late or poor. Any other one would mean that a key or a row was forgotten.
const REFUSALS: [&str; 5] = [
    "show-closed",
    "show-over",
    "not-enough-coins",
    "limit-reached",
    "run-date-past",
];

/// What a player writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A show of the player's own.
    Show,
    /// A horse's entry in somebody's show.
    Entry,
    /// A horse's training.
    Training,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Show, Self::Entry, Self::Training];

    /// The table that the write adds a row to.
    pub const fn table(self) -> &'static str {
        match self {
            Self::Show => "shows",
            Self::Entry => "show_entries",
            Self::Training => "training_logs",
        }
    }
}

/// What was said to players: each row that one was promised, and how many wishes were refused.
#[derive(Clone, Debug, Default)]
pub struct Promises {
    /// The kind of row and its id, in the order of the answers.
    pub kept: Vec<(Kind, i64)>,
    /// Wishes that were refused by the rules.
    pub refused: u64,
    /// Requests that were sent again because no answer came.
    pub repeated: u64,
}

impl Promises {
    /// Adds those of another player.
    pub fn add(&mut self, other: Self) {
        self.kept.extend(other.kept);
        self.refused += other.refused;
        self.repeated += other.repeated;
    }

    /// The ids that were promised of one kind.
    pub fn ids(&self, kind: Kind) -> Vec<i64> {
        let of_kind = self.kept.iter().filter(|(it, _)| *it == kind);
        of_kind.map(|(_, id)| *id).collect()
    }
}

/// What all players of a run share.
pub struct Table {
    /// The world that they play in.
    pub world: World,
    /// Signs their tokens.
    pub tokens: Tokens,
    /// Where the API is.
    pub address: watch::Receiver<SocketAddr>,
    /// Set when they are to leave.
    pub stop: watch::Receiver<bool>,
    /// How many writes were acknowledged so far.
    pub acknowledged: AtomicU64,
    /// The shows that were opened, in their order.
    pub shows: Mutex<Vec<Opened>>,
}

/// A show that takes entries until it runs.
#[derive(Clone, Copy, Debug)]
pub struct Opened {
    id: i64,
    runs_at: Instant,
}

/// One wish: a request under a key of its own.
struct Wish {
    kind: Kind,
    path: String,
    body: Value,
    key: String,
    runs_at: Instant,
}

enum Answered {
    Promised(i64),
    Refused,
}

/// One player at the table, with a connection.
pub struct Player {
    table: Arc<Table>,
    number: u32,
    horses: Vec<u32>,
    rested: Vec<u32>,
    /// The place in the list of shows, and among the own horses, of the next entry.
    next: (usize, usize),
    open: Vec<Instant>,
    wishes: u64,
    connection: Option<Connection>,
    promises: Promises,
}

impl Player {
    /// The player of that number, with all her horses.
    pub fn at(table: &Arc<Table>, number: u32) -> Self {
        let world = table.world;
        let horses: Vec<u32> = (1..=world.horses)
            .filter(|horse| world.player_of(*horse) == number)
            .collect();
        Self {
            table: Arc::clone(table),
            number,
            rested: horses.clone(),
            horses,
            next: (0, 0),
            open: Vec::new(),
            wishes: 0,
            connection: None,
            promises: Promises::default(),
        }
    }

    /// Writes until told to stop; the wish under way is answered first.
    ///
    /// # Errors
    /// When an answer is none that a player may get, or none comes for two minutes.
    pub async fn play(mut self) -> Result<Promises, Trouble> {
        while !*self.table.stop.borrow() {
            let Some(wish) = self.wish() else {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            match self.insist(&wish).await? {
                Answered::Promised(id) => self.note(&wish, id),
                Answered::Refused => self.promises.refused += 1,
            }
        }
        Ok(self.promises)
    }

    fn note(&mut self, wish: &Wish, id: i64) {
        self.promises.kept.push((wish.kind, id));
        self.table.acknowledged.fetch_add(1, Ordering::SeqCst);
        if wish.kind == Kind::Show {
            self.open.push(wish.runs_at);
            let opened = Opened {
                id,
                runs_at: wish.runs_at,
            };
            self.shows(|shows| shows.push(opened));
        }
    }

    fn shows<T>(&self, with: impl FnOnce(&mut Vec<Opened>) -> T) -> T {
        let shows = self.table.shows.lock();
        with(&mut shows.unwrap_or_else(PoisonError::into_inner))
    }

    /// First every horse is trained, then each is entered in every show that there is, then another show is opened.
    fn wish(&mut self) -> Option<Wish> {
        self.wishes += 1;
        if let Some(horse) = self.rested.pop() {
            let path = format!("/v1/horses/{horse}/training");
            return Some(self.wish_for(Kind::Training, path, json!({"discipline": DISCIPLINE})));
        }
        if let Some((show, horse)) = self.next_entry() {
            let path = format!("/v1/shows/{show}/entries");
            return Some(self.wish_for(Kind::Entry, path, json!({"horse_id": horse})));
        }
        let now = Instant::now();
        self.open.retain(|runs_at| *runs_at + UNTIL_RUN > now);
        (self.open.len() < OPEN_AT_ONCE).then(|| self.show())
    }

    fn next_entry(&mut self) -> Option<(i64, u32)> {
        let (mut show, mut horse) = self.next;
        let closing = Instant::now() + LAST_ENTRY;
        let found = self.shows(|shows| {
            while let Some(opened) = shows.get(show) {
                if horse < self.horses.len() && opened.runs_at > closing {
                    horse += 1;
                    return Some((opened.id, self.horses[horse - 1]));
                }
                (show, horse) = (show + 1, 0);
            }
            None
        });
        self.next = (show, horse);
        found
    }

    fn show(&self) -> Wish {
        let run_date = Utc::now() + TimeDelta::seconds(UNTIL_RUN.as_secs().cast_signed());
        let body = json!({
            "name": format!("Under Fire {} of player {}", self.wishes, self.number),
            "discipline": DISCIPLINE,
            "entry_fee": 1,
            "prize": 10,
            "run_date": run_date.to_rfc3339_opts(SecondsFormat::Millis, true),
        });
        self.wish_for(Kind::Show, "/v1/shows".to_owned(), body)
    }

    fn wish_for(&self, kind: Kind, path: String, body: Value) -> Wish {
        Wish {
            kind,
            path,
            body,
            key: format!("fire-{}-{}", self.number, self.wishes),
            runs_at: Instant::now() + UNTIL_RUN,
        }
    }

    /// Sends the same request under the same key until somebody answers it.
    async fn insist(&mut self, wish: &Wish) -> Result<Answered, Trouble> {
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            let request = self.request(wish)?;
            match self.attempt(&request).await {
                Ok((201, body)) => return promised(&body).map(Answered::Promised),
                Ok((503, _)) => {}
                Ok((status, body)) if is_expected(status, &body) => return Ok(Answered::Refused),
                Ok((status, body)) => {
                    return Err(Trouble::new(format!(
                        "the API answered {} with {status}: {body}",
                        wish.path
                    )));
                }
                // A broken connection says nothing about the write: that is why it is sent again.
                Err(_) => self.connection = None,
            }
            self.promises.repeated += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(Trouble::new(format!(
            "{} was not answered for two minutes",
            wish.path
        )))
    }

    async fn attempt(&mut self, request: &[u8]) -> Result<(u16, Value), Trouble> {
        let connection = match &mut self.connection {
            Some(open) => open,
            closed => {
                let address = *self.table.address.borrow();
                closed.insert(Connection::open(address).await?)
            }
        };
        let asked = tokio::time::timeout(Duration::from_secs(20), connection.ask(request));
        let (status, body) = asked.await.because(|| "no answer came")??;
        let body = serde_json::from_slice(body).because(|| "the answer is not JSON")?;
        Ok((status, body))
    }

    fn request(&self, wish: &Wish) -> Result<Vec<u8>, Trouble> {
        let user = UserId::new(World::user_id(self.number)?);
        let issued = self
            .table
            .tokens
            .issue(user, World::session_id(self.number)?, 0);
        let token = issued
            .map_err(|failure| Trouble::new(format!("a token could not be signed: {failure:?}")))?;
        let (path, key, body) = (&wish.path, &wish.key, wish.body.to_string());
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: equoria\r\nauthorization: Bearer {token}\r\nidempotency-key: {key}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        Ok(request.into_bytes())
    }
}

fn promised(body: &Value) -> Result<i64, Trouble> {
    let id = body["id"].as_i64();
    id.ok_or_else(|| Trouble::new(format!("the API made something without an id: {body}")))
}

fn is_expected(status: u16, body: &Value) -> bool {
    let code = body["code"].as_str().unwrap_or_default();
    matches!(status, 409 | 422) && REFUSALS.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_refusals_of_the_late_and_the_poor_are_taken_for_an_answer() {
        assert!(is_expected(409, &json!({"code": "show-closed"})));
        assert!(!is_expected(409, &json!({"code": "already-entered"})));
        assert!(!is_expected(500, &json!({"code": "show-closed"})));
        assert!(promised(&json!({"id": 7})).is_ok_and(|id| id == 7));
        assert!(promised(&json!({})).is_err());
    }
}
