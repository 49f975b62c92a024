//! A database for those who may not know who the players are: the same world, other people.
//!
//! Every column is classified, what is personal is replaced by pseudonyms of a key, and the copy is read whole to prove
//! that nothing of the original is left. The source is a restored copy and is only read; the target is empty before, and
//! empty again whenever the proof fails.

mod backup;
pub mod classes;
mod copy;
mod leftovers;
mod mask;
mod originals;
mod rows;
mod source;
mod target;

pub use backup::{Lent, lend};
pub use leftovers::Search;
pub use mask::{DOMAIN, KEY, Mask};
pub use source::require_copy;
pub use target::{Target, UNPROVEN, require_proven};

use std::time::Instant;

use serde::Serialize;
use tokio_postgres::{Client, IsolationLevel, Transaction};

use self::classes::Rows;
use self::copy::{Counts, named};
use self::originals::Originals;
use super::migrate::{self, Runner};
use super::proof::{self, Check};
use crate::dev::say::Voice;
use crate::trouble::{Because, Trouble};

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Copied {
    /// How many rows of each table were copied.
    pub rows: Counts,
    /// What was searched for in the copy, and found.
    pub search: Search,
    /// What else was looked at in the copy.
    pub checks: Vec<Check>,
    /// What is wrong with the copy; it was emptied if anything is.
    pub faults: Vec<String>,
    /// Whether somebody keeps the key of the pseudonyms.
    pub is_key_kept: bool,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

impl Copied {
    /// Whether the copy may be given away.
    pub const fn is_good(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Copies a world from a restored copy into an empty database, under other names, unless `stop` ends first. What is
/// wrong in the end is told, and the target is emptied then.
///
/// # Errors
/// When the source is not at this program's schema or holds no player, when the target is not empty or not its
/// administrator's, when one of them breaks off, or that of `stop`; the target is empty afterwards.
pub async fn copy(
    source: &mut Client,
    target: &mut Target,
    mask: &Mask,
    voice: &Voice,
    stop: impl Future<Output = Trouble>,
) -> Result<Copied, Trouble> {
    migrate::require_current(source).await?;
    require_proven(source).await?;
    target.begin(voice).await?;
    let began = Instant::now();
    let copied = tokio::select! {
        copied = fill(source, &mut target.client, mask, voice) => copied,
        trouble = stop => Err(trouble),
    };
    if copied.as_ref().is_ok_and(Copied::is_good) {
        target.end().await?;
    } else {
        target.clear().await?;
    }
    let mut copied = copied?;
    copied.took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(copied)
}

async fn fill(
    source: &mut Client,
    target: &mut Client,
    mask: &Mask,
    voice: &Voice,
) -> Result<Copied, Trouble> {
    let mut originals = Originals::default();
    prepare(target, voice).await?;
    learn(target, &mut originals).await?;
    let source = freeze(source).await?;
    let rows = copy::all(&source, target, mask, &mut originals, voice).await?;
    drop(source);
    copy::sequences(target).await?;
    finish(target).await?;
    let search = leftovers::search(target, &originals, voice).await?;
    let checks = validate(target, voice).await?;
    let mut faults = miscounted(target, &rows).await?;
    faults.extend(search.left.iter().cloned());
    if search.sought == 0 {
        faults.push("nothing was searched for: the source holds no player".to_owned());
    }
    faults.extend(unguarded(target).await?);
    let wrong = checks.iter().filter(|check| !check.is_good());
    faults.extend(wrong.map(ToString::to_string));
    Ok(Copied {
        rows,
        search,
        checks,
        faults,
        is_key_kept: mask.is_kept,
        took_ms: 0,
    })
}

/// The schema, without rows, and without triggers while the rows come.
async fn prepare(target: &mut Client, voice: &Voice) -> Result<(), Trouble> {
    let step = voice.step("making the schema of the copy");
    Runner::new(target, &mut ())
        .without_restore_point()
        .deploy()
        .await?;
    step.done("the schema of the copy is made");
    target
        .batch_execute("set session_replication_role = replica")
        .await
        .because(|| "only the administrator of the target may fill it")?;
    let tables = classes::ALL.iter().filter(|table| table.rows != Rows::Own);
    let tables: Vec<String> = tables.map(|table| named(table.name)).collect();
    target
        .batch_execute(&format!("truncate {}", tables.join(", ")))
        .await
        .because(|| "could not clear the tables of the copy")
}

/// The words of the schema itself: of its constraints and functions.
async fn learn(target: &Client, originals: &mut Originals) -> Result<(), Trouble> {
    let rows = target
        .query_typed(
            "select pg_get_constraintdef(oid) from pg_constraint where connamespace::regnamespace::text in ('public', 'ops')
             union all select pg_get_functiondef(oid) from pg_proc where pronamespace::regnamespace::text in ('public', 'ops')",
            &[],
        )
        .await
        .because(|| "could not read the words of the schema")?;
    for row in rows {
        originals.learn(&[row.get(0)]);
    }
    Ok(())
}

/// All tables as they are at one instant, and only to be read.
async fn freeze(source: &mut Client) -> Result<Transaction<'_>, Trouble> {
    let because = || "could not begin to read the source";
    let transaction = source
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await
        .because(because)?;
    let patience = transaction.batch_execute("set local statement_timeout = 0");
    patience.await.because(because)?;
    Ok(transaction)
}

async fn finish(target: &Client) -> Result<(), Trouble> {
    target
        .batch_execute("reset session_replication_role; analyze")
        .await
        .because(|| "could not finish the copy")
}

async fn validate(target: &Client, voice: &Voice) -> Result<Vec<Check>, Trouble> {
    let step = voice.step("validating constraints, books and history of the copy");
    let checks = vec![
        proof::constraints::check(target).await?,
        proof::ledger::check(target).await?,
        proof::schema::check(target).await?,
    ];
    step.done("constraints, books and history of the copy validated");
    Ok(checks)
}

/// Whether each secret is that of its show: the hash is no original's, so neither is the secret.
async fn unguarded(target: &Client) -> Result<Option<String>, Trouble> {
    let sql = "select count(*) from show_secrets x join shows s on s.id = x.show_id where sha256(x.secret) <> s.secret_hash";
    let row = target
        .query_one(sql, &[])
        .await
        .because(|| "could not compare the secrets of shows")?;
    let count: i64 = row.get(0);
    Ok((count > 0).then(|| format!("{count} secrets are not those of their shows")))
}

/// Tables that do not hold as many rows as they should.
async fn miscounted(target: &Client, copied: &Counts) -> Result<Vec<String>, Trouble> {
    let mut wrong = Vec::new();
    for table in classes::ALL.iter().filter(|table| table.rows != Rows::Own) {
        let row = target
            .query_one(&format!("select count(*) from {}", named(table.name)), &[])
            .await
            .because(|| format!("could not count the rows of {}", table.name))?;
        let found = u64::try_from(row.get::<_, i64>(0)).unwrap_or(0);
        let wanted = copied.get(table.name).copied().unwrap_or(0);
        if found != wanted {
            wrong.push(format!(
                "{} has {found} rows instead of {wanted}",
                table.name
            ));
        }
    }
    Ok(wrong)
}
