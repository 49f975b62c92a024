//! The reads on this server: their router, over a pool of the reading role.

use std::fmt;
use std::ops::Deref;

use axum::Router;
use deadpool_postgres::{Object, Pool};
use reads::query::query_typed;
use reads::{Connect, Failure, Freshness, Query, Reads, Values};
use tokio_postgres::{Client, Error, Row};

use super::App;
use crate::config::Config;
use crate::db;
use crate::ops::migrate;
use crate::trouble::Trouble;

/// The pool of the reading role, which can only select. Cloning is cheap.
#[derive(Clone)]
pub struct Reader(Pool);

impl Reader {
    /// Opens the pool of the reads; connections are made when they are needed.
    ///
    /// # Errors
    /// When the settings do not make a pool.
    pub fn open(config: &Config) -> Result<Self, Trouble> {
        db::pool(&config.reader).map(Self)
    }

    /// The pool itself, for its figures.
    pub const fn pool(&self) -> &Pool {
        &self.0
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
        db::borrow(&self.0).await.map(ReaderConnection)
    }

    /// Prepared once for each session, which is ours: to plan the headline read costs seven times what it costs to run.
    /// Not so what depends on the values, for which PostgreSQL would soon keep one plan, and often a bad one.
    async fn query(
        connection: &ReaderConnection,
        query: &'static Query,
        values: Values<'_>,
    ) -> Result<Vec<Row>, Error> {
        let client = &connection.0;
        if query.is_planned_by_values() {
            return query_typed(client, query, values).await;
        }
        let statement = client.prepare_typed_cached(query.sql, query.takes).await?;
        client.query(&statement, values).await
    }

    /// What ended this connection has most likely ended those that lie idle too: the next one is new.
    fn lost(&self, ReaderConnection(connection): ReaderConnection) {
        drop(Object::take(connection));
        self.0.retain(|_, _| false);
    }
}

/// A borrowed connection of the reading role.
pub struct ReaderConnection(Object);

impl Deref for ReaderConnection {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.0
    }
}

/// Every public read and every preview, as the Worker serves them.
pub(super) fn reads(app: &App) -> Router {
    reads::router(Reads::new(
        app.reader.clone(),
        app.clock.clone(),
        app.tokens.verifier().clone(),
        migrate::expected_version(),
    ))
}
