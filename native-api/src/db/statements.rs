//! How statements are put: prepared once for each session where the sessions are ours, and unnamed where a pooler lends
//! another one to each transaction.
//!
//! A named statement lives in one session of the server. Behind a pooler in transaction mode the next transaction may find
//! itself in a session that does not know it, or where somebody else's has its name. An unnamed one goes out together with
//! its values, in one packet, for which the types of these must be known: they are learnt once for each statement, from
//! the server itself. The limits of a session cannot be set at its beginning there, and are set in each transaction.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use deadpool_postgres::{ClientWrapper, Object};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Error, Row, Statement};

use super::Params;
use crate::config::Database;

/// What a transaction begins with in a session of ours, which has its limits.
const BEGIN: &str = "begin isolation level read committed";

/// The same in a session that is lent: the limits of [`SESSION`](super::SESSION) for this one transaction.
const BEGIN_LENT: &str =
    "begin isolation level read committed; set local statement_timeout = '10s';
set local lock_timeout = '8s'; set local idle_in_transaction_session_timeout = '20s'";

/// How the statements of a pool are put. Clones share what was learnt.
#[derive(Clone, Debug)]
pub(crate) enum Statements {
    /// Prepared once in each session.
    Prepared,
    /// Unnamed, with the types of the parameters of those that were put before.
    Unnamed(Arc<RwLock<HashMap<&'static str, Types>>>),
}

type Types = Arc<[Type]>;

/// A statement that can be put in one round trip.
pub(crate) enum Ready {
    /// One that the session knows.
    Prepared(Statement),
    /// One that goes out with its values.
    Unnamed(&'static str, Types),
}

impl Statements {
    /// As the pool of this database puts them.
    pub(crate) fn of(database: &Database) -> Self {
        if database.is_pooled {
            Self::Unnamed(Arc::default())
        } else {
            Self::Prepared
        }
    }

    /// What a transaction begins with.
    pub(crate) const fn begin(&self) -> &'static str {
        match self {
            Self::Prepared => BEGIN,
            Self::Unnamed(_) => BEGIN_LENT,
        }
    }

    /// Makes a statement ready, in an open transaction: its first time costs a round trip.
    pub(crate) async fn ready(
        &self,
        client: &ClientWrapper,
        sql: &'static str,
    ) -> Result<Ready, Error> {
        let Self::Unnamed(known) = self else {
            return client.prepare_cached(sql).await.map(Ready::Prepared);
        };
        if let Some(types) = self.known(sql) {
            return Ok(Ready::Unnamed(sql, types));
        }
        // It has a name until it is dropped, in this same transaction and so in this same session.
        let types: Types = client.prepare(sql).await?.params().into();
        let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(sql, Arc::clone(&types));
        Ok(Ready::Unnamed(sql, types))
    }

    /// Can this one go out together with what begins and ends its transaction?
    pub(crate) fn is_known(&self, sql: &'static str) -> bool {
        matches!(self, Self::Prepared) || self.known(sql).is_some()
    }

    /// Learns what [`Statements::is_known`] asks for. The connection is given up for it: wherever this ends, nobody else is to
    /// find the transaction open.
    pub(crate) async fn learn(&self, connection: Object, sql: &'static str) -> Result<(), Error> {
        let client = Object::take(connection);
        client.batch_execute(self.begin()).await?;
        self.ready(&client, sql).await?;
        client.batch_execute("rollback").await
    }

    fn known(&self, sql: &'static str) -> Option<Types> {
        let Self::Unnamed(known) = self else {
            return None;
        };
        let known = known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(sql).cloned()
    }
}

impl Ready {
    /// All rows.
    pub(crate) async fn rows(
        &self,
        client: &ClientWrapper,
        params: &Params<'_>,
    ) -> Result<Vec<Row>, Error> {
        match self {
            Self::Prepared(statement) => client.query(statement, params).await,
            Self::Unnamed(sql, types) => client.query_typed(sql, &typed(params, types)).await,
        }
    }

    /// The number of rows that it touched.
    pub(crate) async fn execute(
        &self,
        client: &ClientWrapper,
        params: &Params<'_>,
    ) -> Result<u64, Error> {
        match self {
            Self::Prepared(statement) => client.execute(statement, params).await,
            Self::Unnamed(sql, types) => client.execute_typed(sql, &typed(params, types)).await,
        }
    }
}

/// A number of values other than that of the types is refused by the server.
fn typed<'a>(params: &Params<'a>, types: &Types) -> Vec<(&'a (dyn ToSql + Sync), Type)> {
    params.iter().copied().zip(types.iter().cloned()).collect()
}
