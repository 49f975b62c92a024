//! The last statement of a write, which goes to the database in one packet with the commit.

use deadpool_postgres::ClientWrapper;
use tokio_postgres::Error;
use tokio_postgres::types::ToSql;

use super::Db;
use super::statements::{Ready as Statement, Statements};

/// A parameter of a statement that is carried out later.
pub type Kept = Box<dyn ToSql + Sync + Send>;

/// What the last statement of a write told: a JSON object that the answer is completed by.
pub type Told = Option<String>;

/// The statement; its one row says in `told` what it leaves in the setting `equoria.told` too.
pub(super) struct Last {
    pub(super) write: &'static str,
    pub(super) sql: &'static str,
    pub(super) params: Vec<Kept>,
}

/// A last statement that the connection knows, or that there is none.
pub(super) struct Ready<'a>(Option<(&'a Last, Statement)>);

impl Last {
    /// Makes the statement known to the connection, as long as nothing contended is held.
    pub(super) async fn ready<'a>(
        last: Option<&'a Self>,
        statements: &Statements,
        client: &ClientWrapper,
    ) -> Result<Ready<'a>, Error> {
        let Some(last) = last else {
            return Ok(Ready(None));
        };
        let statement = statements.ready(client, last.sql).await?;
        Ok(Ready(Some((last, statement))))
    }
}

impl Ready<'_> {
    /// Sends it with the first poll.
    pub(super) async fn carry_out(&self, client: &ClientWrapper, db: &Db) -> Result<Told, Error> {
        let Some((last, statement)) = &self.0 else {
            return Ok(None);
        };
        let params = last.params.iter().map(|it| &**it as &(dyn ToSql + Sync));
        let params: Vec<_> = params.collect();
        let since = std::time::Instant::now();
        let rows = statement.rows(client, &params).await;
        db.figures.asked("write", last.write, last.sql, since);
        let row = rows?.pop();
        row.map(|row| row.try_get("told")).transpose()
    }
}
