//! One connection of its own, for commands and for what needs a session.

use std::time::Duration;

use tokio_postgres::Client;

use super::tls::{Connector, reason};
use crate::config::Database;
use crate::trouble::{Because, Trouble};

/// How long a server may take to let us in, where the URL has no `connect_timeout`.
const PATIENCE: Duration = Duration::from_secs(30);

/// Connects, the connection being driven in the background.
///
/// # Errors
/// When the server does not answer, refuses us, or is not the one that the URL asks for; the password is not part of
/// the sentence.
pub async fn connect(database: &Database) -> Result<Client, Trouble> {
    let settings = database.postgres();
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
