//! Turning archiving on at a server that somebody else has started.

use std::path::Path;

use serde::Serialize;
use tokio_postgres::Client;

use crate::dev::archive;
use crate::trouble::{Because, Trouble};

/// A setting that the server must have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

impl Setting {
    /// The statement that an administrator may give as well.
    pub fn statement(&self) -> String {
        format!(
            "alter system set {} = '{}'",
            self.name,
            self.value.replace('\'', "''")
        )
    }
}

/// How a setting stands at the server after it was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Its name.
    pub name: String,
    /// Whether it takes effect with the next start only.
    pub waits_for_restart: bool,
    /// Whether the start of the server gives it another value, which wins.
    pub is_overruled: bool,
}

/// What a server must be given to archive by `program`, whose settings are in the file `environment`.
pub fn settings(program: &Path, environment: &Path, timeout_s: u32) -> Vec<Setting> {
    let of = |name, value: &str| Setting {
        name,
        value: value.to_owned(),
    };
    vec![
        of("archive_mode", "on"),
        of(
            "archive_command",
            &archive::command(program, environment, None),
        ),
        of("archive_timeout", &timeout_s.to_string()),
        of("summarize_wal", "on"),
    ]
}

/// Gives a server these settings, and tells how they stand.
///
/// # Errors
/// When we are no administrator, or the server refuses.
pub async fn enable(client: &Client, settings: &[Setting]) -> Result<Vec<Standing>, Trouble> {
    let row = client
        .query_one(
            "select current_user::text, current_setting('is_superuser')::boolean",
            &[],
        )
        .await
        .because(|| "could not ask who we are")?;
    let (user, is_administrator): (String, bool) = (row.get(0), row.get(1));
    if !is_administrator {
        return Err(Trouble::new(format!(
            "{user} is no administrator of the server: set MIGRATE_DATABASE_URL to one, or give him what \
             `equoria backup enable --print` prints"
        )));
    }
    require_log(client).await?;
    for setting in settings {
        // Each by itself: they may not be given in a transaction.
        let given = client.batch_execute(&setting.statement()).await;
        given.because(|| format!("could not set {}", setting.name))?;
    }
    client
        .execute("select pg_reload_conf()", &[])
        .await
        .because(|| "could not reload the settings")?;
    standings(client, settings).await
}

async fn standings(client: &Client, settings: &[Setting]) -> Result<Vec<Standing>, Trouble> {
    let sql = "select context = 'postmaster', source = 'command line', current_setting(name)
        from pg_settings where name = $1";
    let mut standings = Vec::new();
    for setting in settings {
        let row = client
            .query_one(sql, &[&setting.name])
            .await
            .because(|| format!("could not ask how {} stands", setting.name))?;
        let (needs_restart, is_overruled): (bool, bool) = (row.get(0), row.get(1));
        standings.push(Standing {
            name: setting.name.to_owned(),
            waits_for_restart: needs_restart
                && !is_overruled
                && row.get::<_, &str>(2) != setting.value,
            is_overruled,
        });
    }
    Ok(standings)
}

/// Requires a log that can be restored from.
async fn require_log(client: &Client) -> Result<(), Trouble> {
    let row = client
        .query_one("show wal_level", &[])
        .await
        .because(|| "could not ask for wal_level")?;
    if row.get::<_, &str>(0) != "minimal" {
        return Ok(());
    }
    Err(Trouble::new(
        "wal_level is minimal, which holds too little to restore from: set it to replica and restart the server first",
    ))
}
