//! The database that a command works on.

use tokio_postgres::Client;

use crate::config::{self, Environment};
use crate::dev::embedded::{self, Lent};
use crate::dev::prepare::connect;
use crate::dev::say::Voice;
use crate::trouble::Trouble;

/// The migrator's connection, with the server that it may need to stay alive.
pub(super) struct Reached {
    pub(super) client: Client,
    pub(super) place: String,
    _lent: Option<Lent>,
}

/// Connects as the environment says, or to the database of this checkout.
pub(super) async fn reach(of: &Environment, voice: &Voice) -> Result<Reached, Trouble> {
    let (database, lent) = if embedded::is_named(of)? {
        let direct = config::database(of, "MIGRATE_DATABASE_URL")?;
        let database =
            direct.map_or_else(|| config::database(of, "DATABASE_URL"), |it| Ok(Some(it)))?;
        let missing = || Trouble::new("neither MIGRATE_DATABASE_URL nor DATABASE_URL is set");
        (database.ok_or_else(missing)?, None)
    } else {
        let lent = embedded::borrow(of, voice).await?;
        (lent.administrator.clone(), Some(lent))
    };
    Ok(Reached {
        client: connect(&database).await?,
        place: database.to_string(),
        _lent: lent,
    })
}
