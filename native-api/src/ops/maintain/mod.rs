//! Regular maintenance: what is done every day, week, month and quarter, by hand or by schedule, one row of evidence a run.
//!
//! Nothing here is needed for the game to go on. It keeps the database quick and small, proves that backups and books are
//! sound, and tells in time what will not last.

pub mod advisories;
mod audit;
mod backup;
pub mod capacity;
mod finding;
pub mod history;
mod ledger;
pub mod performance;
mod reindex;
mod reports;
mod restore_point;
mod security;
pub mod sessions;
pub mod slope;
mod slot;
mod storage;
mod task;
mod turn;
mod vacuum;
mod work;

use std::time::Duration;

pub use finding::{Finding, Severity, Told};
pub use slot::{Calendar, Rhythm};
pub use task::{At, Task};
pub use turn::{Turn, take_asked, take_by_hand, take_due};
pub use work::{Ended, Progress, Report, carry_out, give_up};

use crate::config::{Database, Environment, Login};
use crate::db::connect;
use crate::trouble::{Because, Trouble};

/// Who maintains: the ways to the database under the operators' roles, and the calendar.
#[derive(Clone)]
pub struct Keeper {
    /// Where the URLs of the other roles, the backups' place and the keys are named.
    pub environment: Environment,
    /// The maintainer's way to the database, past any pooler.
    pub database: Database,
    /// When what is due.
    pub calendar: Calendar,
    /// How long a worker that is not heard of keeps its slot.
    pub lease: Duration,
}

/// A worker that is not heard of for so long has died.
const LEASE: Duration = Duration::from_secs(60);

/// Nobody is kept waiting behind a lock of maintenance, and maintenance waits for nobody.
const CALM: &str =
    "set application_name = 'equoria maintain'; set statement_timeout = 0; set lock_timeout = '5s';
    set idle_in_transaction_session_timeout = 0; set default_transaction_read_only = off";

impl Keeper {
    /// The keeper that the environment names; nothing where `MAINTAIN_DATABASE_URL` is not set.
    ///
    /// # Errors
    /// When a setting is wrong.
    pub fn from_environment(of: &Environment) -> Result<Option<Self>, Trouble> {
        let calendar = Calendar::from_environment(of)?;
        sessions::Limits::from_environment(of)?;
        let database = Login::Maintainer.database(of)?;
        Ok(database.map(|database| Self {
            environment: of.clone(),
            database,
            calendar,
            lease: LEASE,
        }))
    }

    /// A connection of the maintainer's that no statement outstays and that waits five seconds for a lock.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn connect(&self) -> Result<tokio_postgres::Client, Trouble> {
        let client = connect(&self.database).await?;
        client
            .batch_execute(CALM)
            .await
            .because(|| "could not prepare a connection for maintenance")?;
        Ok(client)
    }

    /// The way of another role of the operators' to the database.
    ///
    /// # Errors
    /// When the environment does not name it, or it cannot be honoured.
    pub fn database_of(&self, login: Login) -> Result<Database, Trouble> {
        login.database(&self.environment)?.ok_or_else(|| {
            Trouble::new(format!(
                "{} is not set: it says how {} reaches the database",
                login.variable(),
                login.role()
            ))
        })
    }

    /// A connection as another role of the operators'.
    ///
    /// # Errors
    /// When the environment does not say how that role reaches the database, or the server does not answer.
    pub async fn connect_as(&self, login: Login) -> Result<tokio_postgres::Client, Trouble> {
        connect(&self.database_of(login)?).await
    }
}
