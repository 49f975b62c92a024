//! The database that is filled: marked as unproven from before its first row until the proof, or until it is empty again.
//!
//! The mark is a comment on the database, which outlives whatever kills this program.

use tokio_postgres::Client;

use crate::config::Database;
use crate::db::connect;
use crate::dev::prepare::quoted;
use crate::dev::say::Voice;
use crate::ops::migrate;
use crate::trouble::{Because, Trouble};

/// What stands in the comment meanwhile.
pub const UNPROVEN: &str = "equoria anonymise: not proven to be anonymous, not to be given away";

/// The database that is filled, reached as its administrator.
pub struct Target {
    /// The connection that fills it.
    pub client: Client,
    place: Database,
    backend: i32,
    /// The comment that was there before.
    comment: Option<String>,
}

impl Target {
    /// Connects to it.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn reach(place: &Database) -> Result<Self, Trouble> {
        let client = connect(place).await?;
        let row = client.query_one("select pg_backend_pid()", &[]).await;
        Ok(Self {
            backend: row
                .because(|| "could not ask the target for its session")?
                .get(0),
            client,
            place: place.clone(),
            comment: None,
        })
    }

    /// Requires it to be empty, and marks it. What a copy that was broken off has left goes first.
    ///
    /// # Errors
    /// When it holds anything else, or is not the administrator's.
    pub(super) async fn begin(&mut self, voice: &Voice) -> Result<(), Trouble> {
        self.comment = comment(&self.client).await?;
        if self.comment.as_deref() == Some(UNPROVEN) {
            migrate::empty(&self.client).await?;
            voice.say("  emptied the target of a copy that was broken off");
            self.comment = None;
        }
        require_empty(&self.client).await?;
        self.say(Some(UNPROVEN)).await
    }

    /// Takes the mark away.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn end(&self) -> Result<(), Trouble> {
        self.say(self.comment.as_deref()).await
    }

    /// Ends its session, whatever that is at, empties it in another one, and takes the mark away.
    ///
    /// # Errors
    /// When the database refuses: the mark stays.
    pub(super) async fn clear(&mut self) -> Result<(), Trouble> {
        let cleared = self.empty().await;
        cleared.because(|| {
            format!(
                "{} holds half a copy, and its comment says so: empty or drop it",
                self.place
            )
        })
    }

    async fn empty(&mut self) -> Result<(), Trouble> {
        let client = connect(&self.place).await?;
        let sql = "select pg_terminate_backend($1, 10000)";
        let ended = client.query_one(sql, &[&self.backend]).await;
        ended.because(|| "could not end the session that filled the target")?;
        self.client = client;
        migrate::empty(&self.client).await?;
        self.end().await
    }

    async fn say(&self, comment: Option<&str>) -> Result<(), Trouble> {
        let comment = comment.map_or("null".to_owned(), |text| {
            format!("'{}'", text.replace('\'', "''"))
        });
        let name = quoted(self.place.name());
        self.client
            .batch_execute(&format!("comment on database {name} is {comment}"))
            .await
            .because(|| "could not mark the target, which must be its administrator's")
    }
}

/// Refuses a database that a copy was broken off in: it has our schema, and some of the rows.
///
/// # Errors
/// When it is one.
pub async fn require_proven(client: &Client) -> Result<(), Trouble> {
    if comment(client).await?.as_deref() != Some(UNPROVEN) {
        return Ok(());
    }
    Err(Trouble::new(
        "this database holds a copy that `equoria anonymise` has not ended, and its comment says so: empty or drop it",
    ))
}

async fn comment(client: &Client) -> Result<Option<String>, Trouble> {
    let sql = "select shobj_description(oid, 'pg_database') from pg_database where datname = current_database()";
    let row = client
        .query_one(sql, &[])
        .await
        .because(|| "could not read the comment on the database")?;
    Ok(row.get(0))
}

async fn require_empty(target: &Client) -> Result<(), Trouble> {
    let row = target
        .query_one(
            "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'",
            &[],
        )
        .await
        .because(|| "could not look into the target")?;
    match row.get::<_, i64>(0) {
        0 => Ok(()),
        count => Err(Trouble::new(format!(
            "the target is not empty ({count} tables, indexes and the like): name an empty database with --into"
        ))),
    }
}
