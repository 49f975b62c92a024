//! One connection of its own, for commands and for what needs a session.

use tokio_postgres::{Client, NoTls};

use crate::config::Database;
use crate::trouble::{Because, Trouble};

/// Connects, the connection being driven in the background.
///
/// # Errors
/// When the server does not answer or refuses us; the password is not part of the sentence.
pub async fn connect(database: &Database) -> Result<Client, Trouble> {
    let (client, connection) = database
        .postgres()
        .connect(NoTls)
        .await
        .because(|| format!("could not connect to {database}"))?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to PostgreSQL broke");
        }
    });
    Ok(client)
}
