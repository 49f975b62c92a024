//! The reads on this server: their router, over a pool of the reading role, and one at a standby where there is one.

use std::fmt;
use std::ops::Deref;
use std::time::Instant;

use deadpool_postgres::{Object, Pool};
use reads::query::query_typed;
use reads::{Connect, Failure, Freshness, Query, Reads, Values};
use tokio_postgres::{Client, Error, Row};

use super::App;
use super::standby::Standby;
use crate::config::Config;
use crate::db::statements::Statements;
use crate::db::{self, fault};
use crate::ops::migrate;
use crate::ops::monitor::{Figures, PoolName};
use crate::trouble::Trouble;

/// The pools of the reading role, which can only select. Cloning is cheap.
#[derive(Clone)]
pub struct Reader {
    pool: Pool,
    statements: Statements,
    standby: Option<Standby>,
    figures: Figures,
}

impl Reader {
    /// Opens the pools of the reads; connections are made when they are needed.
    ///
    /// # Errors
    /// When the settings do not make a pool.
    pub fn open(config: &Config, figures: &Figures) -> Result<Self, Trouble> {
        Ok(Self {
            pool: db::pool(&config.reader)?,
            statements: Statements::of(&config.reader),
            standby: config.standby.as_ref().map(Standby::open).transpose()?,
            figures: figures.clone(),
        })
    }

    /// The pool itself, for its figures.
    pub const fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The pool at the standby, for its figures.
    pub fn standby(&self) -> Option<&Pool> {
        self.standby.as_ref().map(Standby::pool)
    }

    /// The standby, where it is one that is to answer.
    fn asked(&self, freshness: Freshness) -> Option<&Standby> {
        let standby = self.standby.as_ref();
        standby.filter(|_| freshness == Freshness::Cached)
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Reader(..)")
    }
}

impl Connect for Reader {
    type Conn = ReaderConnection;

    async fn connect(&self, freshness: Freshness) -> Result<ReaderConnection, Failure> {
        let (connection, statements) = match self.asked(freshness) {
            Some(standby) => {
                let waits = self.figures.waits(PoolName::Standby);
                (standby.borrow(waits).await?, standby.statements())
            }
            None => {
                let waits = self.figures.waits(PoolName::Reader);
                (db::borrow(&self.pool, waits).await?, &self.statements)
            }
        };
        Ok(ReaderConnection {
            connection,
            statements: statements.clone(),
            freshness,
            figures: self.figures.clone(),
        })
    }

    async fn query(
        connection: &ReaderConnection,
        query: &'static Query,
        values: Values<'_>,
    ) -> Result<Vec<Row>, Error> {
        let ReaderConnection {
            connection: client,
            statements,
            freshness,
            figures,
        } = connection;
        let since = Instant::now();
        let rows = match statements {
            Statements::Prepared => ask(client, query, values).await,
            Statements::Unnamed(_) => ask_lent(client, statements.begin(), query, values).await,
        };
        figures.asked("read", query.name, query.sql, since);
        // The primary is asked next, so that nobody else tells of it.
        if let (Freshness::Cached, Err(error)) = (freshness, &rows) {
            let (query, error) = (query.name, fault::told(error));
            tracing::info!(query, error, "the standby gave no answer");
        }
        rows
    }

    fn may_lag(&self) -> bool {
        self.standby.is_some()
    }

    async fn patience(&self, freshness: Freshness) {
        match self.asked(freshness) {
            Some(standby) => standby.patience().await,
            None => std::future::pending().await,
        }
    }

    /// What ended this connection has most likely ended those that lie idle too: the next one is new.
    fn lost(&self, connection: ReaderConnection) {
        drop(Object::take(connection.connection));
        let standby = self.asked(connection.freshness).map(Standby::pool);
        standby.unwrap_or(&self.pool).retain(|_, _| false);
    }
}

/// Prepared once for each session, which is ours: to plan the headline read costs seven times what it costs to run.
/// Not so what depends on the values, for which PostgreSQL would soon keep one plan, and often a bad one.
async fn ask(
    client: &Object,
    query: &'static Query,
    values: Values<'_>,
) -> Result<Vec<Row>, Error> {
    if query.is_planned_by_values() {
        return query_typed(client, query, values).await;
    }
    let statement = client.prepare_typed_cached(query.sql, query.takes).await?;
    client.query(&statement, values).await
}

/// Asks in a session that is lent for one transaction, which sets its limits. All of it is on its way before the first part
/// is answered.
async fn ask_lent(
    client: &Object,
    begin: &str,
    query: &'static Query,
    values: Values<'_>,
) -> Result<Vec<Row>, Error> {
    let (begun, rows, ended) = tokio::join!(
        client.batch_execute(begin),
        query_typed(client, query, values),
        client.batch_execute("commit")
    );
    begun?;
    let rows = rows?;
    ended.map(|()| rows)
}

/// A borrowed connection of the reading role, which way it leads, and where what it is asked is counted.
pub struct ReaderConnection {
    connection: Object,
    statements: Statements,
    freshness: Freshness,
    figures: Figures,
}

impl Deref for ReaderConnection {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.connection
    }
}

/// Every public read and every preview, as the Worker serves them.
pub(super) fn reads(app: &App) -> Reads {
    let reads = Reads::new(
        app.reader.clone(),
        app.clock.clone(),
        app.tokens.verifier().clone(),
        migrate::expected_version(),
    );
    reads.with_cookies(app.cookies())
}
