//! Statements and how they are asked: one round trip each, with declared types on both sides.

use crate::Failure;
use crate::horse::{Named, Player};
use crate::snapshot::Xid;
use postgres_types::{FromSqlOwned, Json, ToSql, Type};
use rules::Refusal;
use rules::stat::Stats;
use serde::de::DeserializeOwned;
use std::error::Error;
use std::fmt;
use std::future::{Future, pending, poll_fn};
use std::ops::Deref;
use std::pin::{Pin, pin};
use std::str::FromStr;
use std::task::Poll;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Row};
use uuid::Uuid;

/// One statement of the reads, with the types of what it takes and the names and types of what it gives.
///
/// Only built-in types: any other would cost every new connection two catalogue queries.
#[derive(Debug)]
pub struct Query {
    /// What it reads, in the game's words.
    pub name: &'static str,
    /// The statement, with the columns of every one: [`COLUMNS`](crate::snapshot::COLUMNS).
    pub sql: &'static str,
    /// The types of `$1`, `$2` and so on.
    pub takes: &'static [Type],
    /// The columns after those of every statement, in order.
    pub gives: &'static [(&'static str, Type)],
}

impl Query {
    /// Does its best plan depend on the values? It does where a filter may be left out: one plan for all values cannot use
    /// the index of a filter that may not be there, and walks another one to its end.
    #[must_use]
    pub fn is_planned_by_values(&self) -> bool {
        self.sql.contains(" is null or ")
    }

    /// A failure to make sense of its answer.
    pub(crate) fn spoilt(&self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Failure {
        Failure::broken(Fault {
            query: self.name,
            source: source.into(),
        })
    }
}

/// How fresh an answer must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// A cache or a standby may answer: whether the session may have seen more is found out from the answer.
    Cached,
    /// The database itself answers.
    Fresh,
}

/// Where connections come from: a pool on a server, one socket for one request on a Worker.
pub trait Connect: Send + Sync + 'static {
    /// A connection, for as long as one question takes.
    type Conn: Deref<Target = Client> + Send + Sync;

    /// Gives a connection.
    fn connect(
        &self,
        freshness: Freshness,
    ) -> impl Future<Output = Result<Self::Conn, Failure>> + Send;

    /// Puts a statement with its values, in one round trip.
    ///
    /// Nothing of it stays in the session, which is right wherever a pooler may give the next statement another one; the
    /// server then reads and plans it anew. Who holds sessions of its own can keep it prepared.
    fn query(
        connection: &Self::Conn,
        query: &'static Query,
        values: Values<'_>,
    ) -> impl Future<Output = Result<Vec<Row>, tokio_postgres::Error>> + Send {
        query_typed(connection, query, values)
    }

    /// Whether what is [`Freshness::Cached`] goes another way than what is fresh, and may be behind it.
    fn may_lag(&self) -> bool {
        false
    }

    /// Ends when a question has taken longer this way than anybody should wait for it.
    fn patience(&self, _: Freshness) -> impl Future<Output = ()> + Send {
        pending()
    }

    /// Takes back a connection that was lost while it was asked: it must not be given out again.
    fn lost(&self, connection: Self::Conn) {
        drop(connection);
    }
}

/// Asks in one round trip, planned for these values, and leaves nothing behind in the session.
///
/// # Errors
/// What the database or the connection says.
pub async fn query_typed(
    client: &Client,
    query: &'static Query,
    values: Values<'_>,
) -> Result<Vec<Row>, tokio_postgres::Error> {
    let types = query.takes.iter().cloned();
    let typed: Vec<_> = values.iter().copied().zip(types).collect();
    client.query_typed(query.sql, &typed).await
}

/// The values for `$1`, `$2` and so on.
pub type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

type Asking<'a> = Pin<Box<dyn Future<Output = Result<Vec<Row>, Failure>> + Send + 'a>>;

/// [`Connect`] as the handlers see it, without its type.
pub(crate) trait Ask: Send + Sync {
    fn ask<'a>(
        &'a self,
        freshness: Freshness,
        query: &'static Query,
        values: Values<'a>,
    ) -> Asking<'a>;
    fn is_lagging(&self) -> bool;
}

impl<C: Connect> Ask for C {
    fn ask<'a>(
        &'a self,
        freshness: Freshness,
        query: &'static Query,
        values: Values<'a>,
    ) -> Asking<'a> {
        Box::pin(async move {
            let answered = within(self.patience(freshness), async {
                match once(self, freshness, query, values).await {
                    Err(lost) if lost.is_loss() => once(self, freshness, query, values).await,
                    first => first,
                }
            });
            match answered.await {
                Some(answered) => answered.map_err(|error| failure(query, error)),
                None => Err(Failure::TimedOut),
            }
        })
    }

    fn is_lagging(&self) -> bool {
        self.may_lag()
    }
}

/// What work comes to, unless patience ends first; the work is dropped then.
async fn within<T>(patience: impl Future<Output = ()>, work: impl Future<Output = T>) -> Option<T> {
    let (mut patience, mut work) = (pin!(patience), pin!(work));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => patience.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// What one attempt came to.
enum Trouble {
    Connecting(Failure),
    Asking(tokio_postgres::Error),
}

async fn once<C: Connect>(
    source: &C,
    freshness: Freshness,
    query: &'static Query,
    values: Values<'_>,
) -> Result<Vec<Row>, Trouble> {
    let connection = source
        .connect(freshness)
        .await
        .map_err(Trouble::Connecting)?;
    let asked = C::query(&connection, query, values).await;
    let asked = asked.map_err(Trouble::Asking);
    if asked.as_ref().is_err_and(Trouble::is_loss) {
        source.lost(connection);
    }
    asked
}

impl Trouble {
    /// Then one more attempt, on a new connection, may succeed.
    fn is_loss(&self) -> bool {
        match self {
            Self::Connecting(_) => false,
            Self::Asking(error) => is_lost(error),
        }
    }
}

/// Was the connection lost before the database answered?
#[must_use]
pub fn is_lost(error: &tokio_postgres::Error) -> bool {
    error.is_closed() || is_io(error) || error.code().is_some_and(is_shutting_down)
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    error
        .source()
        .is_some_and(|source| source.is::<std::io::Error>())
}

fn is_shutting_down(code: &SqlState) -> bool {
    [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
    ]
    .contains(code)
}

fn failure(query: &'static Query, trouble: Trouble) -> Failure {
    let error = match trouble {
        Trouble::Connecting(failure) => return failure,
        Trouble::Asking(error) => error,
    };
    if error.is_closed() || is_io(&error) || error.code().is_some_and(is_passing) {
        return Failure::Busy { retry_after: 1 };
    }
    query.spoilt(error)
}

/// Does the code speak of the server's load or state, or of what others do at the same time, rather than of the statement?
/// A read itself collides with nobody, but a standby cancels one (class 40) that stands in the way of what it replays.
fn is_passing(code: &SqlState) -> bool {
    let classes = ["08", "40", "53", "57", "58"];
    classes.iter().any(|class| code.code().starts_with(class))
}

/// A statement that failed, or a row that is not what its query declares.
#[derive(Debug)]
struct Fault {
    query: &'static str,
    source: Box<dyn Error + Send + Sync>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the query \"")?;
        f.write_str(self.query)?;
        f.write_str("\" failed")
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.source.as_ref())
    }
}

/// One row of a query, read by the names of its columns.
pub(crate) struct Record {
    query: &'static Query,
    row: Row,
}

impl Record {
    pub(crate) const fn new(query: &'static Query, row: Row) -> Self {
        Self { query, row }
    }

    /// The value of a column.
    pub(crate) fn get<T: FromSqlOwned>(&self, column: &str) -> Result<T, Failure> {
        let at = self.position(column)?;
        self.row.try_get(at).map_err(|error| self.spoilt(error))
    }

    /// Where a column stands. Apart from [`get`](Self::get), so that no type of value brings its own copy of the search.
    fn position(&self, column: &str) -> Result<usize, Failure> {
        let mut columns = self.row.columns().iter();
        let at = columns.position(|it| it.name() == column);
        at.ok_or_else(|| self.spoilt(["there is no column ", column].concat()))
    }

    /// Does a column of transactions name one?
    pub(crate) fn is_there(&self, column: &str) -> Result<bool, Failure> {
        let at = self.position(column)?;
        let found = self.row.try_get::<_, Option<Xid>>(at);
        found
            .map(|it| it.is_some())
            .map_err(|error| self.spoilt(error))
    }

    /// The value of a column that holds one of the words of an enum of the rules.
    pub(crate) fn word<T: FromStr<Err = Refusal>>(&self, column: &str) -> Result<T, Failure> {
        let text: String = self.get(column)?;
        text.parse()
            .map_err(|unknown: Refusal| self.spoilt(unknown))
    }

    /// The value of a JSON column.
    pub(crate) fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, Failure> {
        self.get::<Json<T>>(column).map(|Json(value)| value)
    }

    /// The twelve stats, in the order of the rules.
    pub(crate) fn stats(&self, column: &str) -> Result<Stats, Failure> {
        let numbers: Vec<i16> = self.get(column)?;
        let count = |_| self.spoilt("there are twelve stats");
        let numbers = numbers.try_into().map_err(count)?;
        Stats::checked(numbers).map_err(|wrong| self.spoilt(wrong))
    }

    /// Something with an id and a name, which is always there.
    pub(crate) fn named(&self, id: &str, name: &str) -> Result<Named, Failure> {
        Ok(Named {
            id: self.get(id)?,
            name: self.get(name)?,
        })
    }

    /// Something with an id and a name, which may be missing.
    pub(crate) fn maybe_named(&self, id: &str, name: &str) -> Result<Option<Named>, Failure> {
        let id: Option<i64> = self.get(id)?;
        id.map(|id| self.get(name).map(|name| Named { id, name }))
            .transpose()
    }

    /// A player, who may be hidden.
    pub(crate) fn player(&self, id: &str, name: &str) -> Result<Option<Player>, Failure> {
        let id: Option<Uuid> = self.get(id)?;
        id.map(|id| self.get(name).map(|name| Player { id, name }))
            .transpose()
    }

    /// A failure to make sense of this row.
    pub(crate) fn spoilt(&self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Failure {
        self.query.spoilt(source)
    }
}
