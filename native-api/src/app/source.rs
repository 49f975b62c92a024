//! The reads on this server: their router, over a pool of the reading role.

use std::fmt;
use std::ops::Deref;
use std::time::Instant;

use axum::Router;
use deadpool_postgres::{Object, Pool};
use reads::query::query_typed;
use reads::{Connect, Failure, Freshness, Query, Reads, Values};
use tokio_postgres::{Client, Error, Row};

use super::App;
use crate::config::Config;
use crate::db;
use crate::ops::migrate;
use crate::ops::monitor::{Figures, PoolName};
use crate::trouble::Trouble;

/// The pool of the reading role, which can only select. Cloning is cheap.
#[derive(Clone)]
pub struct Reader {
    pool: Pool,
    figures: Figures,
}

impl Reader {
    /// Opens the pool of the reads; connections are made when they are needed.
    ///
    /// # Errors
    /// When the settings do not make a pool.
    pub fn open(config: &Config, figures: &Figures) -> Result<Self, Trouble> {
        Ok(Self {
            pool: db::pool(&config.reader)?,
            figures: figures.clone(),
        })
    }

    /// The pool itself, for its figures.
    pub const fn pool(&self) -> &Pool {
        &self.pool
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Reader(..)")
    }
}

impl Connect for Reader {
    type Conn = ReaderConnection;

    async fn connect(&self, _: Freshness) -> Result<ReaderConnection, Failure> {
        let waits = self.figures.waits(PoolName::Reader);
        let borrowed = db::borrow(&self.pool, waits).await?;
        Ok(ReaderConnection(borrowed, self.figures.clone()))
    }

    async fn query(
        connection: &ReaderConnection,
        query: &'static Query,
        values: Values<'_>,
    ) -> Result<Vec<Row>, Error> {
        let ReaderConnection(client, figures) = connection;
        let since = Instant::now();
        let rows = ask(client, query, values).await;
        figures.asked("read", query.name, query.sql, since);
        rows
    }

    /// What ended this connection has most likely ended those that lie idle too: the next one is new.
    fn lost(&self, ReaderConnection(connection, _): ReaderConnection) {
        drop(Object::take(connection));
        self.pool.retain(|_, _| false);
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

/// A borrowed connection of the reading role, and where what it is asked is counted.
pub struct ReaderConnection(Object, Figures);

impl Deref for ReaderConnection {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.0
    }
}

/// Every public read and every preview, as the Worker serves them.
pub(super) fn reads(app: &App) -> Router {
    let reads = Reads::new(
        app.reader.clone(),
        app.clock.clone(),
        app.tokens.verifier().clone(),
        migrate::expected_version(),
    );
    reads::router(reads.with_cookies(app.cookies()))
}
