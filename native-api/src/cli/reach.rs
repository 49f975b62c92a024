//! The database that a command works on, and as whom.

use tokio_postgres::Client;

use crate::config::{self, Database, Environment, Login};
use crate::db::connect;
use crate::dev::embedded::{self, Lent};
use crate::dev::prepare;
use crate::dev::say::Voice;
use crate::trouble::Trouble;

/// A connection, with the server that it may need to stay alive.
pub(super) struct Reached {
    pub(super) client: Client,
    /// How the same role reaches it once more.
    pub(super) database: Database,
    pub(super) place: String,
    lent: Option<Lent>,
}

impl Reached {
    /// What the process was told, or what the server of this checkout was brought up with.
    pub(super) fn environment<'a>(&'a self, of: &'a Environment) -> &'a Environment {
        self.lent.as_ref().map_or(of, |lent| &lent.environment)
    }
}

/// Connects the migrator as the environment says, or to the database of this checkout.
pub(super) async fn reach(of: &Environment, voice: &Voice) -> Result<Reached, Trouble> {
    reach_as(of, voice, Login::Migrator).await
}

/// Connects one of the roles as the environment says, or to the database of this checkout.
///
/// Where the environment names a server, it must also name how this role reaches it; the migrator may do with
/// `DATABASE_URL`.
pub(super) async fn reach_as(
    of: &Environment,
    voice: &Voice,
    login: Login,
) -> Result<Reached, Trouble> {
    let (database, lent) = match named(of, login)? {
        Some(database) => (database, None),
        None if embedded::is_named(of)? => {
            return Err(Trouble::new(format!(
                "{} is not set: it says how {} reaches the database",
                login.variable(),
                login.role()
            )));
        }
        None => {
            let lent = embedded::borrow(of, voice).await?;
            let of = &lent.environment;
            let database = login.database(of)?.unwrap_or(lent.administrator.clone());
            (database, Some(lent))
        }
    };
    let client = match (connect(&database).await, &lent) {
        // The bring-up lets the roles log in; this server may not have been brought up since this role is there.
        (Err(_), Some(lent)) if login != Login::Migrator => {
            prepare::allow_logins(&lent.administrator, &lent.secrets).await?;
            connect(&database).await?
        }
        (connected, _) => connected?,
    };
    Ok(Reached {
        client,
        place: database.to_string(),
        database,
        lent,
    })
}

/// What a command wants to know that works as several roles, with the server that it may need to stay alive.
pub(super) struct Ways {
    pub(super) environment: Environment,
    _lent: Option<Lent>,
}

/// The environment, and for a server of this checkout the generated ways of all roles; `login` is sure to come in there.
pub(super) async fn ways(of: &Environment, voice: &Voice, login: Login) -> Result<Ways, Trouble> {
    if login.database(of)?.is_some() || embedded::is_named(of)? {
        return Ok(Ways {
            environment: of.clone(),
            _lent: None,
        });
    }
    let lent = embedded::borrow(of, voice).await?;
    let environment = lent.environment.clone();
    if let Some(database) = login.database(&environment)?
        && connect(&database).await.is_err()
    {
        prepare::allow_logins(&lent.administrator, &lent.secrets).await?;
    }
    Ok(Ways {
        environment,
        _lent: Some(lent),
    })
}

fn named(of: &Environment, login: Login) -> Result<Option<Database>, Trouble> {
    match login.database(of)? {
        None if login == Login::Migrator => config::database(of, Login::Writer.variable()),
        named => Ok(named),
    }
}
