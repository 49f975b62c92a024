//! One connection of its own, for commands and for what needs a session.

use std::time::Duration;

use tokio_postgres::{Client, Config};

use super::tls::{Connector, reason};
use crate::config::Database;
use crate::trouble::{Because, Trouble};

/// How long a server may take to let us in, where the URL has no `connect_timeout`.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a session of our own is told at its beginning. A pooler takes no settings of a session, unless it was told to pass
/// over them in silence.
const OWN: &str = "-c equoria.session=own";

/// Connects, the connection being driven in the background. The session is ours until it ends.
///
/// # Errors
/// When the server does not answer, refuses us, or is not the one that the URL asks for, or where a pooler stands in
/// between; the password is not part of the sentence.
pub async fn connect(database: &Database) -> Result<Client, Trouble> {
    if database.is_pooled {
        return Err(pooled(database));
    }
    let mut settings = database.postgres().clone();
    if settings.get_options().is_none() {
        settings.options(OWN);
    }
    open(database, &settings).await
}

/// Connects and begins a transaction that only reads: that works through a pooler, too. It ends with the connection.
///
/// # Errors
/// Those of [`connect`], but for a pooler that the URL tells of.
pub async fn look(database: &Database) -> Result<Client, Trouble> {
    let client = if database.is_pooled {
        open(database, database.postgres()).await?
    } else {
        connect(database).await?
    };
    let begun = client.batch_execute("begin read only").await;
    begun.because(|| format!("{database} broke off"))?;
    Ok(client)
}

fn pooled(database: &Database) -> Trouble {
    Trouble::new(format!(
        "{database} is a pooler, which keeps no session: name the server itself, or, for what `equoria serve` and `work` \
         read and write, add pooler=transaction to the URL"
    ))
}

async fn open(database: &Database, settings: &Config) -> Result<Client, Trouble> {
    let patience = settings.get_connect_timeout().copied();
    let patience = patience.filter(|limit| !limit.is_zero());
    let patience = patience.unwrap_or(PATIENCE);
    let connecting = settings.connect(Connector::of(database));
    let connected = tokio::time::timeout(patience, connecting)
        .await
        .map_err(|_| {
            Trouble::new(format!(
                "{database} did not answer within {} s: see that host and port are right",
                patience.as_secs()
            ))
        })?;
    let (client, connection) = match connected {
        Ok(connected) => connected,
        Err(error) if takes_no_settings(&error) => return Err(pooled(database)),
        Err(error) => {
            let what = || format!("could not connect to {database}");
            return match reason(&error, database) {
                Some(reason) => Err(Trouble::new(format!("{}: {reason}", what()))),
                None => Err(error).because(what),
            };
        }
    };
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to PostgreSQL broke");
        }
    });
    Ok(client)
}

/// PgBouncer's own words; PostgreSQL has no such refusal.
fn takes_no_settings(error: &tokio_postgres::Error) -> bool {
    let refused = error.as_db_error();
    refused.is_some_and(|it| it.message().starts_with("unsupported startup parameter"))
}
