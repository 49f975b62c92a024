//! Who stands in the way of a step that waits for a lock, as a second connection sees it.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio_postgres::Client;
use tokio_postgres::types::Type;

use crate::config::Database;
use crate::db::connect;
use crate::dev::say::human;
use crate::trouble::{Because, Trouble};

/// How often we look: twice before a step gives up its place in the queue.
const GLANCE: Duration = Duration::from_millis(200);

/// A session that holds, or waits in front of us for, a lock that a step needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocker {
    /// The number of its server process; 0 for a prepared transaction.
    pub pid: i32,
    /// The role that it logged in as.
    pub user: String,
    /// What it calls itself.
    pub application: String,
    /// What it does, such as `idle in transaction`.
    pub state: String,
    /// The first 80 characters of its newest statement.
    pub query: String,
    /// How long its transaction has been open.
    pub held_for: Duration,
}

impl fmt::Display for Blocker {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pid == 0 {
            return out.write_str("a prepared transaction (see pg_prepared_xacts)");
        }
        let Self { pid, user, .. } = self;
        write!(out, "process {pid} of {user}")?;
        if !self.application.is_empty() {
            write!(out, " ({})", self.application)?;
        }
        write!(out, ", {} for {}", self.state, human(self.held_for))?;
        write!(out, ": {}", self.query)
    }
}

const ASK: &str = "
    select b.pid, coalesce(a.usename::text, 'the server'), coalesce(a.application_name, ''), coalesce(a.state, a.backend_type, 'hidden'),
      left(regexp_replace(coalesce(a.query, ''), '\\s+', ' ', 'g'), 80),
      coalesce(extract(epoch from clock_timestamp() - coalesce(a.xact_start, a.query_start)), 0)::float8
    from unnest(pg_blocking_pids($1)) b (pid) left join pg_stat_activity a on a.pid = b.pid
    order by 6 desc, 1";

/// Looks who stands in the way of one connection.
pub(super) struct Lookout {
    place: Option<Database>,
    second: Option<Client>,
    pid: i32,
    seen: Vec<Blocker>,
}

impl Lookout {
    /// One who watches this connection; without a place to look from it sees nothing.
    pub(super) async fn of(client: &Client, place: Option<Database>) -> Result<Self, Trouble> {
        let row = client
            .query_one("select pg_backend_pid()", &[])
            .await
            .because(|| "could not ask for the number of our server process")?;
        Ok(Self {
            place,
            second: None,
            pid: row.get(0),
            seen: Vec::new(),
        })
    }

    /// Does the work to its end, and meanwhile tells who blocks it, whenever that changes.
    pub(super) async fn during<T>(
        &mut self,
        work: impl Future<Output = T>,
        tell: &mut (dyn FnMut(&[Blocker]) + Send),
    ) -> T {
        self.seen.clear();
        let mut work = pin!(work);
        loop {
            let glance = async {
                tokio::time::sleep(GLANCE).await;
                self.look().await
            };
            let found = tokio::select! {
                biased;
                done = &mut work => return done,
                found = glance => found,
            };
            let is_news = pids(&found) != pids(&self.seen);
            if is_news && !found.is_empty() {
                tell(&found);
            }
            if !found.is_empty() {
                self.seen = found;
            }
        }
    }

    /// Those who were last seen in the way, as one text.
    pub(super) fn names(&self) -> String {
        if self.seen.is_empty() {
            return "somebody who could not be seen".to_owned();
        }
        let names: Vec<String> = self.seen.iter().map(ToString::to_string).collect();
        names.join("; ")
    }

    /// A server that takes no second connection just leaves the blockers unnamed.
    async fn look(&mut self) -> Vec<Blocker> {
        if self.second.as_ref().is_none_or(Client::is_closed) {
            self.second = match &self.place {
                Some(place) => connect(place).await.ok(),
                None => None,
            };
        }
        let Some(second) = &self.second else {
            return Vec::new();
        };
        let asked = second.query_typed(ASK, &[(&self.pid, Type::INT4)]).await;
        asked.unwrap_or_default().iter().map(blocker).collect()
    }
}

fn pids(blockers: &[Blocker]) -> Vec<i32> {
    blockers.iter().map(|blocker| blocker.pid).collect()
}

fn blocker(row: &tokio_postgres::Row) -> Blocker {
    Blocker {
        pid: row.get(0),
        user: row.get(1),
        application: row.get(2),
        state: row.get(3),
        query: row.get(4),
        held_for: Duration::try_from_secs_f64(row.get(5)).unwrap_or_default(),
    }
}
