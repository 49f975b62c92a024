//! One step, taken or undone: in one transaction, or statement by statement.

use std::time::{Duration, Instant};

use squawk_syntax::SourceFile;
use squawk_syntax::ast::AstNode as _;
use tokio_postgres::Client;
use tokio_postgres::error::{ErrorPosition, SqlState};

use super::blockers::Lookout;
use super::runner::Progress;
use super::{Migration, ledger};
use crate::dev::prepare::quoted;
use crate::trouble::{Because, Trouble};

/// Whether a step is taken or undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// By its `up.sql`.
    Up,
    /// By its `down.sql`.
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

/// How long a step waits for a lock on a table before it steps back and lets the players' queries through.
const LOCK_TIMEOUT: &str = "500ms";

/// How long CREATE INDEX CONCURRENTLY and the like wait: nobody waits behind them.
const CONCURRENT_TIMEOUT: &str = "10min";

const OUTSIDE: &str = "-- equoria: no-transaction";

/// Whether a file's statements run inside one transaction.
pub(super) fn is_transactional(sql: &str) -> bool {
    sql.lines().next().is_none_or(|line| line.trim() != OUTSIDE)
}

/// Takes or undoes a step, and writes that into the ledger.
pub(super) async fn walk(
    client: &mut Client,
    step: &Migration,
    direction: Direction,
    patience: Duration,
    lookout: &mut Lookout,
    progress: &mut dyn Progress,
) -> Result<(), Trouble> {
    let (_, sql) = direction.of(step);
    if is_transactional(sql) {
        let mut tries = Tries::within(patience);
        loop {
            let tried = inside(client, step, direction);
            let tried = lookout
                .during(tried, &mut |who| progress.is_blocked(step, who))
                .await;
            let Err(error) = tried else {
                return Ok(());
            };
            if !tries.is_worth_another(&error) {
                return Err(failed(step, direction, sql, &error, lookout));
            }
            tries.pause(step, progress).await;
        }
    }
    let walked = outside(client, step, direction, patience, lookout, progress).await;
    let restored = client
        .batch_execute("reset role; reset lock_timeout")
        .await
        .because(|| format!("could not come back from {step}"));
    walked.and(restored)
}

/// How often a step that could not get its locks was tried, and how long that may go on.
struct Tries {
    since: Instant,
    patience: Duration,
    count: u32,
}

impl Tries {
    fn within(patience: Duration) -> Self {
        Self {
            since: Instant::now(),
            patience,
            count: 1,
        }
    }

    fn is_worth_another(&self, error: &tokio_postgres::Error) -> bool {
        // Roles belong to all databases of a server: two that are migrated at once may meet at one of them.
        let has_met_another = error
            .as_db_error()
            .is_some_and(|told| told.message() == "tuple concurrently updated");
        let is_locked = error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE);
        (is_locked || has_met_another) && self.since.elapsed() < self.patience
    }

    /// Lets those through who queued behind us.
    async fn pause(&mut self, step: &Migration, progress: &mut dyn Progress) {
        progress.waits(step, self.count);
        tokio::time::sleep(Duration::from_millis(100 * u64::from(self.count.min(20)))).await;
        self.count += 1;
    }
}

async fn inside(
    client: &mut Client,
    step: &Migration,
    direction: Direction,
) -> Result<(), tokio_postgres::Error> {
    let began = Instant::now();
    let transaction = client.transaction().await?;
    transaction
        .batch_execute(&format!("set local lock_timeout = '{LOCK_TIMEOUT}'"))
        .await?;
    transaction.batch_execute(direction.of(step).1).await?;
    // A step works as the schema's owner; the ledger belongs to whoever migrates.
    transaction.batch_execute("reset role").await?;
    match direction {
        Direction::Up => ledger::record(&transaction, step, began.elapsed()).await?,
        Direction::Down => ledger::strike(&transaction, step).await?,
    }
    transaction.commit().await
}

/// Statement by statement. What was done before one failed stays; every statement can be run again (the lint demands
/// `if not exists` and its like here), and indexes that were left half built are removed first.
async fn outside(
    client: &Client,
    step: &Migration,
    direction: Direction,
    patience: Duration,
    lookout: &mut Lookout,
    progress: &mut dyn Progress,
) -> Result<(), Trouble> {
    let began = Instant::now();
    let (_, sql) = direction.of(step);
    for statement in statements(sql) {
        let mut tries = Tries::within(patience);
        loop {
            remove_leftovers(client, step, statement, progress).await?;
            let tried = alone(client, statement);
            let tried = lookout
                .during(tried, &mut |who| progress.is_blocked(step, who))
                .await;
            let Err(error) = tried else { break };
            if !tries.is_worth_another(&error) {
                return Err(broken(step, direction, statement, &error, lookout));
            }
            tries.pause(step, progress).await;
        }
    }
    let written = match direction {
        Direction::Up => ledger::record(client, step, began.elapsed()).await,
        Direction::Down => ledger::strike(client, step).await,
    };
    written.because(|| format!("{step} was done, but could not be written down"))
}

async fn alone(client: &Client, statement: &str) -> Result<(), tokio_postgres::Error> {
    let timeout = match is_concurrent(statement) {
        true => CONCURRENT_TIMEOUT,
        false => LOCK_TIMEOUT,
    };
    client
        .batch_execute(&format!("set lock_timeout = '{timeout}'"))
        .await?;
    client.batch_execute(statement).await
}

fn is_concurrent(statement: &str) -> bool {
    words(statement).any(|word| word.eq_ignore_ascii_case("concurrently"))
}

fn words(statement: &str) -> impl Iterator<Item = &str> {
    statement.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
}

/// The statements of a file, in order, without their semicolons.
fn statements(sql: &str) -> Vec<&str> {
    let file = SourceFile::parse(sql).tree();
    file.stmts()
        .filter_map(|statement| {
            let range = statement.syntax().text_range();
            sql.get(usize::from(range.start())..usize::from(range.end()))
        })
        .map(|text| text.trim().trim_end_matches(';'))
        .collect()
}

/// Indexes that are neither valid nor being built, by the names that REINDEX gives to its own as well.
const LEFTOVERS: &str = "
    select c.oid::regclass::text, c.relname::text, regexp_replace(c.relname, '_cc(new|old)[0-9]*$', '')
    from pg_index i join pg_class c on c.oid = i.indexrelid
    where not i.indisvalid and c.relnamespace::regnamespace::text !~ '^pg_'
      and not exists (select from pg_stat_progress_create_index p where p.index_relid = c.oid)";

async fn remove_leftovers(
    client: &Client,
    step: &Migration,
    statement: &str,
    progress: &mut dyn Progress,
) -> Result<(), Trouble> {
    if !is_concurrent(statement) {
        return Ok(());
    }
    let found = client
        .query_typed(LEFTOVERS, &[])
        .await
        .because(|| format!("could not look for what {step} left behind"))?;
    for row in found {
        let (shown, name, original): (String, String, String) =
            (row.get(0), row.get(1), row.get(2));
        if words(statement).any(|word| word == name || word == original) {
            alone(
                client,
                &format!("drop index concurrently if exists {shown}"),
            )
            .await
            .because(|| format!("could not remove the invalid index {}", quoted(&name)))?;
            progress.clears(step, &shown);
        }
    }
    Ok(())
}

fn failed(
    step: &Migration,
    direction: Direction,
    sql: &str,
    error: &tokio_postgres::Error,
    lookout: &Lookout,
) -> Trouble {
    let (file, _) = direction.of(step);
    let Some(told) = error.as_db_error() else {
        return Trouble::new(format!("{step}/{file} failed: {error}"));
    };
    let mut sentence = format!("{step}/{file} failed");
    if let Some(ErrorPosition::Original(position)) = told.position() {
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
    if *told.code() == SqlState::LOCK_NOT_AVAILABLE {
        sentence.push_str(&format!("; in the way: {}", lookout.names()));
    }
    Trouble::new(sentence)
}

fn broken(
    step: &Migration,
    direction: Direction,
    statement: &str,
    error: &tokio_postgres::Error,
    lookout: &Lookout,
) -> Trouble {
    let (file, _) = direction.of(step);
    let beginning: String = statement
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(60)
        .collect();
    let why = failed(step, direction, "", error, lookout);
    Trouble::new(format!(
        "{why}; {step}/{file} is not one transaction: what stands before `{beginning}` is done, and running it again goes on from there"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_taken_apart_into_its_statements() {
        let sql = "-- equoria: no-transaction\nset role equoria_owner; -- as the owner;\ndo $$ begin perform 1; end $$;\n\ncreate index concurrently if not exists a on b (c);\n";
        assert!(!is_transactional(sql));
        assert_eq!(
            statements(sql),
            [
                "set role equoria_owner",
                "do $$ begin perform 1; end $$",
                "create index concurrently if not exists a on b (c)"
            ]
        );
    }

    #[test]
    fn only_what_builds_beside_the_players_waits_long() {
        assert!(is_concurrent("CREATE INDEX CONCURRENTLY a on b (c)"));
        assert!(!is_concurrent("create index concurrently_made on b (c)"));
    }
}
