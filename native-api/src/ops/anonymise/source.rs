//! Whether what is to be read is a copy that nobody plays on.

use tokio_postgres::Client;
use tokio_postgres::config::Host;

use crate::config::{Database, Environment, Login};
use crate::db::connect;
use crate::trouble::{Because, Trouble};

/// Refuses a database that may be the one that players use.
///
/// # Errors
/// When the environment names its server, when it archives or follows another one, or when somebody is connected.
pub async fn require_copy(
    of: &Environment,
    from: &Database,
    source: &Client,
) -> Result<(), Trouble> {
    require_unnamed(of, from, source).await?;
    let row = source
        .query_one(
            "select pg_is_in_recovery(), current_setting('archive_mode') <> 'off',
               (select count(*) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid() and usesysid is not null and leader_pid is null)",
            &[],
        )
        .await
        .because(|| format!("could not see whether {from} is a copy"))?;
    let (follows, archives, others): (bool, bool, i64) = (row.get(0), row.get(1), row.get(2));
    let why = if follows {
        "it follows another server".to_owned()
    } else if archives {
        "it archives its log, as only the original does (`equoria backup restore` turns that off)"
            .to_owned()
    } else if others > 0 {
        format!("{others} other sessions are connected to it")
    } else {
        return Ok(());
    };
    Err(refused(from, &why))
}

fn refused(from: &Database, why: &str) -> Trouble {
    Trouble::new(format!(
        "{from} does not look like a restored copy: {why}; name one (`equoria backup restore`) or a backup with --backup ID"
    ))
}

/// The environment's own databases are the originals, by whatever address they are reached.
async fn require_unnamed(
    of: &Environment,
    from: &Database,
    source: &Client,
) -> Result<(), Trouble> {
    let here = started_at(source).await?;
    for login in Login::ALL {
        let Some(own) = login.database(of)? else {
            continue;
        };
        let is_same = match connect(&own).await {
            Ok(client) => started_at(&client).await? == here,
            Err(_) => false,
        };
        if is_same || addresses(&own) == addresses(from) {
            return Err(refused(
                from,
                &format!("{} names the same server", login.variable()),
            ));
        }
    }
    Ok(())
}

/// No two servers of one place start in the same microsecond.
async fn started_at(client: &Client) -> Result<String, Trouble> {
    let row = client
        .query_one(
            "select pg_postmaster_start_time()::text || ' ' || current_setting('port')",
            &[],
        )
        .await
        .because(|| "could not ask when the server was started")?;
    Ok(row.get(0))
}

fn addresses(database: &Database) -> Vec<(String, u16)> {
    let postgres = database.postgres();
    let ports = postgres.get_ports();
    let hosts = postgres.get_hosts().iter().enumerate();
    hosts
        .map(|(at, host)| {
            let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
            (address(host), port)
        })
        .collect()
}

fn address(host: &Host) -> String {
    match host {
        Host::Tcp(name) => match name.as_str() {
            "127.0.0.1" | "::1" => "localhost".to_owned(),
            name => name.to_lowercase(),
        },
        Host::Unix(_) => "localhost".to_owned(),
    }
}
