//! The job that seals, once a minute, beside the game's own jobs.

use std::time::Duration;

use tokio::sync::watch;

use super::evidence::note;
use super::key::{KEY, SealKey};
use super::seal::{MOST_ROWS, Sealed, seal_all};
use crate::config::{Database, Environment, Login};
use crate::db::connect;
use crate::trouble::Trouble;

/// How often it looks for rows to seal: a row can be changed unseen for about as long.
const INTERVAL: Duration = Duration::from_secs(60);

/// Seals as the auditor. Any number of processes may: the database lets in one at a time.
#[derive(Clone, Debug)]
pub struct Sealer {
    database: Database,
    key: SealKey,
}

impl Sealer {
    /// The sealer of an environment, if that names the auditor's way to the database and the key.
    ///
    /// # Errors
    /// When either is wrong, or the key is there without the way.
    pub fn of(of: &Environment) -> Result<Option<Self>, Trouble> {
        match (Login::Auditor.database(of)?, SealKey::of(of)?) {
            (Some(database), Some(key)) => Ok(Some(Self { database, key })),
            (_, None) => Ok(None),
            (None, Some(_)) => Err(Trouble::new(format!(
                "{} is not set, but {KEY} is: the audit is sealed with both, or by another process",
                Login::Auditor.variable()
            ))),
        }
    }

    /// Of one database and one key.
    pub const fn new(database: Database, key: SealKey) -> Self {
        Self { database, key }
    }

    /// Seals what can be sealed, notes the newest seal, and tells the seals.
    ///
    /// # Errors
    /// When the database cannot be reached or refuses.
    pub async fn seal(&self) -> Result<Vec<Sealed>, Trouble> {
        let mut client = connect(&self.database).await?;
        let sealed = seal_all(&mut client, &self.key, MOST_ROWS).await?;
        note(&client, &sealed).await?;
        for it in &sealed {
            tracing::info!(
                seal = it.seal,
                hash = it.hash,
                rows = it.rows,
                "sealed the audit"
            );
        }
        Ok(sealed)
    }

    /// Seals every minute until told to stop. What goes wrong goes to the log: the next minute comes.
    pub async fn keep_sealing(self, mut stopping: watch::Receiver<bool>) {
        loop {
            if let Err(trouble) = self.seal().await {
                tracing::error!(%trouble, "the audit could not be sealed");
            }
            tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(INTERVAL) => {}
            }
        }
    }
}
