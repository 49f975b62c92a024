//! From an empty server to a database that the product can use.

use super::secrets::{OPERATOR, Secrets};
use crate::config::Database;
use crate::db::connect;
use crate::operator::account::{self, Name};
use crate::ops::migrate;
use crate::trouble::{Because, Trouble};
use crate::user::password::{Password, Passwords};

/// Makes the database that `database` names, where it is missing; its server is asked through `administrator`.
///
/// # Errors
/// When the server refuses.
pub async fn create_database(administrator: &Database, name: &str) -> Result<bool, Trouble> {
    let client = connect(administrator).await?;
    let found = client
        .query("select from pg_database where datname = $1", &[&name])
        .await
        .because(|| "could not look for the database")?;
    if !found.is_empty() {
        return Ok(false);
    }
    client
        .batch_execute(&format!("create database {}", quoted(name)))
        .await
        .because(|| format!("could not create the database {name}"))?;
    Ok(true)
}

/// Takes all pending migrations, telling `progress`.
///
/// # Errors
/// Those of [`migrate::Runner::deploy`].
pub async fn migrate(
    administrator: &Database,
    progress: &mut dyn migrate::Progress,
) -> Result<usize, Trouble> {
    let mut client = connect(administrator).await?;
    let runner = migrate::Runner::new(&mut client, progress).with_lookout(administrator);
    runner.deploy().await.map(|done| done.steps.len())
}

/// Lets the roles of the API and of the Worker log in, each with its generated password.
///
/// # Errors
/// When the roles are missing or may not be changed.
pub async fn allow_logins(administrator: &Database, secrets: &Secrets) -> Result<(), Trouble> {
    let client = connect(administrator).await?;
    for (role, password) in secrets.logins() {
        // A password of hexadecimal digits needs no quoting beyond the quotes.
        client
            .batch_execute(&format!(
                "alter role {} login password '{password}'",
                quoted(role)
            ))
            .await
            .because(|| {
                format!("could not let {role} log in (`equoria migrate deploy` makes the roles)")
            })?;
    }
    Ok(())
}

/// Lets the developer sign in to the operator's page with the generated password, unless somebody has ended that account.
///
/// # Errors
/// When the database refuses.
pub async fn allow_operator(administrator: &Database, secrets: &Secrets) -> Result<(), Trouble> {
    let mut client = connect(administrator).await?;
    let name = Name::parse(OPERATOR)?;
    let hash = "select ended_at is null as is_open, hash from ops.operators where name = $1";
    let found = client.query_opt(hash, &[&OPERATOR]).await;
    let found = found.because(|| "could not look for the developer's account")?;
    let because = || "the developer's password could not be hashed";
    let (passwords, password) = (Passwords::new()?, Password::claimed(secrets.operator()));
    let is_given = match &found {
        Some(row) if !row.get::<_, bool>("is_open") => true,
        Some(row) => {
            let matched = passwords.matches(password.clone(), Some(row.get("hash")));
            matched.await.map_err(|_| Trouble::new(because()))?
        }
        None => false,
    };
    if is_given {
        return Ok(());
    }
    let hash = passwords.hash(password).await;
    let hash = hash.map_err(|_| Trouble::new(because()))?;
    match found {
        Some(_) => account::set_password(&mut client, &name, &hash)
            .await
            .map(|_| ()),
        None => account::add(&client, &name, &hash).await,
    }
}

/// An SQL identifier in quotes.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
