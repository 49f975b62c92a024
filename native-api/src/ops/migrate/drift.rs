//! Whether a database still is what its migrations made it: they are taken anew in a scratch database beside it, and
//! the catalogues of both are compared.

use chrono::Utc;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::picture::{Picture, differences};
use super::runner::Runner;
use super::{Applied, Migration, Standing, applied, compare_with};
use crate::config::Database;
use crate::db::connect;
use crate::dev::asked_to_stop;
use crate::dev::prepare::quoted;
use crate::trouble::{Because, Trouble};

/// What a comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// The newest step that the database has taken.
    pub version: i32,
    /// In what it differs from its migrations, a sentence each.
    pub differences: Vec<String>,
    /// The folders of the steps that it has not taken yet, which is no difference.
    pub pending: Vec<String>,
    /// How many things of the schema were compared.
    pub compared: usize,
}

/// How old a scratch database is that nobody can be using any more: its check was killed.
const STALE_S: i64 = 3600;

const NAME: &str = "equoria_check_";

/// Compares a database with what these steps make of an empty one on the server of `scratch`.
///
/// # Errors
/// When the scratch database cannot be made, a step fails in it, or the servers are of different major versions.
pub async fn drift(
    client: &mut Client,
    steps: &[Migration],
    scratch: &Database,
) -> Result<Drift, Trouble> {
    let taken = applied(client).await?;
    let history = compare_with(steps, &taken);
    let mut found = Drift {
        version: taken.last().map_or(0, |newest| newest.version),
        ..Drift::default()
    };
    found.differences = history
        .iter()
        .filter_map(|(folder, standing)| strange(folder, standing, found.version))
        .collect();
    found.pending = history
        .iter()
        .filter(|(_, standing)| *standing == Standing::Pending)
        .map(|(folder, _)| folder.clone())
        .collect();
    let database = picture(client).await?;
    let replay = steps.iter().filter(|step| step.version() <= found.version);
    let replay: Vec<Migration> = replay.copied().collect();
    let made = replayed(scratch, &replay, major(client).await?).await?;
    found.compared = database.len();
    found.differences.extend(differences(&database, &made));
    Ok(found)
}

fn strange(folder: &str, standing: &Standing, version: i32) -> Option<String> {
    match standing {
        Standing::Edited(Applied {
            sha256, applied_at, ..
        }) => Some(format!(
            "migration {folder} was edited after it was applied on {}: the database remembers the SHA-256 {}..., its up.sql has another",
            applied_at.format("%Y-%m-%d"),
            sha256.get(..12).unwrap_or(sha256)
        )),
        Standing::Unknown(_) => Some(format!(
            "migration {folder} was applied, but this program does not know it"
        )),
        Standing::Pending if super::number(folder).is_some_and(|number| number < version) => Some(
            format!("migration {folder} was never applied, but later ones were"),
        ),
        Standing::Pending | Standing::Applied(_) => None,
    }
}

/// What is there now.
pub(super) async fn picture(client: &mut Client) -> Result<Picture, Trouble> {
    let transaction = client
        .transaction()
        .await
        .because(|| "could not begin to read the catalogues")?;
    Picture::of(&transaction).await
}

/// PostgreSQL's major version: another one words definitions in another way.
pub(super) async fn major(client: &Client) -> Result<i32, Trouble> {
    let row = client
        .query_one(
            "select current_setting('server_version_num')::integer / 10000",
            &[],
        )
        .await
        .because(|| "could not ask for the server's version")?;
    Ok(row.get(0))
}

/// What these steps make of an empty database: one that is made for this on the server of `scratch`, and dropped again
/// whatever happens.
pub(super) async fn replayed(
    scratch: &Database,
    steps: &[Migration],
    expected_major: i32,
) -> Result<Picture, Trouble> {
    let keeper = connect(scratch).await?;
    let found = major(&keeper).await?;
    if found != expected_major {
        return Err(Trouble::new(format!(
            "the scratch server is PostgreSQL {found} and the database's own is {expected_major}: name one of the same version"
        )));
    }
    sweep(&keeper).await?;
    let name = format!(
        "{NAME}{}_{}",
        Utc::now().timestamp(),
        uuid::Uuid::new_v4().simple()
    );
    make(&keeper, &name).await?;
    let place = scratch.with_name(&name);
    let made = tokio::select! {
        made = take_all(&place, steps) => made,
        stopped = asked_to_stop() => Err(stopped.err().unwrap_or_else(|| Trouble::new("stopped before the comparison was done"))),
    };
    let dropped = remove(&keeper, &name).await;
    let made = made?;
    dropped.map(|()| made)
}

async fn make(keeper: &Client, name: &str) -> Result<(), Trouble> {
    let made = keeper
        .batch_execute(&format!(
            "create database {} template template0",
            quoted(name)
        ))
        .await;
    match made {
        Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => Err(Trouble::new(
            "this role may not make a scratch database here: name a server where one may be made, as its administrator, with --scratch-url",
        )),
        made => made.because(|| "could not make a scratch database"),
    }
}

async fn remove(keeper: &Client, name: &str) -> Result<(), Trouble> {
    keeper
        .batch_execute(&format!(
            "drop database if exists {} with (force)",
            quoted(name)
        ))
        .await
        .because(|| format!("could not drop the scratch database {name}: drop it by hand"))
}

/// Drops what killed checks have left, which their names tell.
async fn sweep(keeper: &Client) -> Result<(), Trouble> {
    let found = keeper
        .query_typed(
            "select datname::text from pg_database where datname ~ '^equoria_check_[0-9]+_'",
            &[],
        )
        .await
        .because(|| "could not look for old scratch databases")?;
    for row in found {
        let name: String = row.get(0);
        let made_at = name
            .strip_prefix(NAME)
            .and_then(|rest| rest.split('_').next()?.parse().ok());
        if made_at.is_some_and(|at: i64| Utc::now().timestamp() - at > STALE_S) {
            remove(keeper, &name).await?;
        }
    }
    Ok(())
}

async fn take_all(place: &Database, steps: &[Migration]) -> Result<Picture, Trouble> {
    let mut client = connect(place).await?;
    Runner::new(&mut client, &mut ())
        .with_steps(steps)
        .without_restore_point()
        .deploy()
        .await
        .because(|| "the migrations could not be taken in a scratch database")?;
    picture(&mut client).await
}
