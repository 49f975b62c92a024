//! Taking the steps and undoing them.

use std::time::{Duration, Instant};

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::{ALL, Migration, Standing, applied, compare, ledger};
use crate::trouble::{Because, Trouble};

/// How long one runner waits for another.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a step waits for a lock on a table before it steps back and lets the players' queries through.
const LOCK_TIMEOUT: &str = "set local lock_timeout = '500ms'";

/// How often a step that could not get its locks is tried again.
const ATTEMPTS: u32 = 20;

/// Hears what the migrator does while it does it.
pub trait Progress: Send {
    /// A step is about to be taken or undone.
    fn begins(&mut self, _step: &Migration) {}
    /// It is done, after so long.
    fn ends(&mut self, _step: &Migration, _took: Duration) {}
    /// It must wait for somebody's lock and will be tried again.
    fn waits(&mut self, _step: &Migration, _attempt: u32) {}
}

/// For callers who want to hear nothing.
impl Progress for () {}

/// Takes every step that the database has not taken yet, and answers how many those were.
///
/// # Errors
/// When an applied step was edited since, when the database is newer than this binary, when another runner does not
/// finish within a minute, or when a step fails; the failing step leaves nothing behind unless it runs outside a
/// transaction.
pub async fn deploy(client: &mut Client) -> Result<usize, Trouble> {
    deploy_with(client, &mut ()).await
}

/// As [`deploy`], telling `progress` about each step.
///
/// # Errors
/// Those of [`deploy`].
pub async fn deploy_with(
    client: &mut Client,
    progress: &mut dyn Progress,
) -> Result<usize, Trouble> {
    ledger::lock(client, PATIENCE).await?;
    let done = take_pending(client, progress).await;
    let unlocked = ledger::unlock(client).await;
    let count = done?;
    unlocked.map(|()| count)
}

/// Undoes the newest steps until `version` is the newest, and answers how many those were.
///
/// # Errors
/// Those of [`deploy`], and a step of the database that this binary does not know.
pub async fn rollback_to(client: &mut Client, version: i32) -> Result<usize, Trouble> {
    ledger::lock(client, PATIENCE).await?;
    let done = undo_above(client, version).await;
    let unlocked = ledger::unlock(client).await;
    let count = done?;
    unlocked.map(|()| count)
}

/// Throws everything away and takes every step anew. Callers make sure that this is wanted.
///
/// # Errors
/// Those of [`deploy`].
pub async fn reset(client: &mut Client, progress: &mut dyn Progress) -> Result<usize, Trouble> {
    ledger::lock(client, PATIENCE).await?;
    let emptied = client
        .batch_execute("drop schema if exists public cascade; drop schema if exists ops cascade; create schema public")
        .await
        .because(|| "could not empty the database");
    let done = match emptied {
        Ok(()) => take_pending(client, progress).await,
        Err(trouble) => Err(trouble),
    };
    let unlocked = ledger::unlock(client).await;
    let count = done?;
    unlocked.map(|()| count)
}

async fn take_pending(client: &mut Client, progress: &mut dyn Progress) -> Result<usize, Trouble> {
    ledger::create(client).await?;
    let history = compare(&applied(client).await?);
    refuse_the_strange(&history)?;
    let mut count = 0;
    for step in ALL {
        let is_pending = history
            .iter()
            .any(|(folder, standing)| folder == step.folder && *standing == Standing::Pending);
        if is_pending {
            progress.begins(step);
            let began = Instant::now();
            take(client, step, progress).await?;
            progress.ends(step, began.elapsed());
            count += 1;
        }
    }
    Ok(count)
}

fn refuse_the_strange(history: &[(String, Standing)]) -> Result<(), Trouble> {
    let mut has_gap = None;
    for (folder, standing) in history {
        match standing {
            Standing::Edited(done) => {
                return Err(Trouble::new(format!(
                    "{folder} was edited after it was applied on {}: bring its text back and make the change in a new migration (or, where all data may be lost, run `equoria migrate reset`)",
                    done.applied_at.format("%Y-%m-%d")
                )));
            }
            Standing::Unknown(_) => {
                return Err(Trouble::new(format!(
                    "the database has {folder}, which this program does not know: use a newer program"
                )));
            }
            Standing::Pending => has_gap = Some(folder),
            Standing::Applied(_) => {
                if let Some(earlier) = has_gap {
                    return Err(Trouble::new(format!(
                        "{earlier} was never applied, but {folder} after it was: the ledger has a gap"
                    )));
                }
            }
        }
    }
    Ok(())
}

async fn take(
    client: &mut Client,
    step: &Migration,
    progress: &mut dyn Progress,
) -> Result<(), Trouble> {
    if !step.is_transactional() {
        let began = Instant::now();
        client
            .batch_execute(step.up)
            .await
            .map_err(|error| failed(step, "up.sql", step.up, &error))?;
        return ledger::record(client, step, began.elapsed())
            .await
            .because(|| format!("{step} was applied, but could not be written down"));
    }
    retry(client, step, Direction::Up, progress).await
}

async fn undo_above(client: &mut Client, version: i32) -> Result<usize, Trouble> {
    let mut count = 0;
    for done in applied(client)
        .await?
        .iter()
        .rev()
        .filter(|done| done.version > version)
    {
        let step = ALL
            .iter()
            .find(|step| step.version() == done.version)
            .ok_or_else(|| {
                Trouble::new(format!(
                    "this program does not know migration {} and cannot undo it",
                    done.version
                ))
            })?;
        retry(client, step, Direction::Down, &mut ()).await?;
        count += 1;
    }
    Ok(count)
}

#[derive(Clone, Copy)]
enum Direction {
    Up,
    Down,
}

impl Direction {
    const fn of(self, step: &Migration) -> (&'static str, &'static str) {
        match self {
            Self::Up => ("up.sql", step.up),
            Self::Down => ("down.sql", step.down),
        }
    }
}

async fn retry(
    client: &mut Client,
    step: &Migration,
    direction: Direction,
    progress: &mut dyn Progress,
) -> Result<(), Trouble> {
    let (file, sql) = direction.of(step);
    let mut attempt = 1;
    loop {
        match once(client, step, direction).await {
            Ok(()) => return Ok(()),
            Err(error)
                if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) && attempt < ATTEMPTS =>
            {
                progress.waits(step, attempt);
                tokio::time::sleep(Duration::from_millis(100 * u64::from(attempt))).await;
                attempt += 1;
            }
            Err(error) => return Err(failed(step, file, sql, &error)),
        }
    }
}

async fn once(
    client: &mut Client,
    step: &Migration,
    direction: Direction,
) -> Result<(), tokio_postgres::Error> {
    let began = Instant::now();
    let transaction = client.transaction().await?;
    transaction.batch_execute(LOCK_TIMEOUT).await?;
    transaction.batch_execute(direction.of(step).1).await?;
    // A step works as the schema's owner; the ledger belongs to whoever migrates.
    transaction.batch_execute("reset role").await?;
    match direction {
        Direction::Up => ledger::record(&transaction, step, began.elapsed()).await?,
        Direction::Down => ledger::strike(&transaction, step).await?,
    }
    transaction.commit().await
}

fn failed(step: &Migration, file: &str, sql: &str, error: &tokio_postgres::Error) -> Trouble {
    let Some(told) = error.as_db_error() else {
        return Trouble::new(format!("{step}/{file} failed: {error}"));
    };
    let mut sentence = format!("{step}/{file} failed");
    if let Some(tokio_postgres::error::ErrorPosition::Original(position)) = told.position() {
        let before = sql.chars().take(*position as usize);
        let line = before.filter(|letter| *letter == '\n').count() + 1;
        sentence.push_str(&format!(" at line {line}"));
    }
    sentence.push_str(&format!(": {} ({})", told.message(), told.code().code()));
    for more in [told.detail(), told.hint(), told.where_()]
        .into_iter()
        .flatten()
    {
        sentence.push_str(&format!("; {more}"));
    }
    Trouble::new(sentence)
}
