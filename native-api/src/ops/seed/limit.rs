//! How fast the server takes the same bytes into plain tables: what seeding can hope for.

use std::time::Instant;

use tokio_postgres::Transaction;

use super::rows::Numbered;
use super::write::{Grown, copy};
use super::{Phase, Summary};
use crate::dev::say::Voice;
use crate::trouble::{Because, Trouble};

/// The same columns without an index, a check, or a log of what is written.
const PLAIN: &str = "do $$ declare t name; begin
    create schema seed_limit;
    for t in select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' loop
      execute format('create unlogged table seed_limit.%I (like public.%I including defaults including identity)', t, t);
    end loop; end $$";

/// Copies a world into plain tables, and forgets it again.
pub(super) async fn measure(
    transaction: &Transaction<'_>,
    grown: &Grown,
    numbered: &Numbered<'_>,
    voice: &Voice,
) -> Result<Phase, Trouble> {
    let because = || "could not measure a plain copy";
    let execute = async |sql| transaction.batch_execute(sql).await.because(because);
    execute("savepoint seed_limit").await?;
    execute(PLAIN).await?;
    let (since, mut summary) = (Instant::now(), Summary::default());
    copy(
        transaction,
        "seed_limit",
        grown,
        numbered,
        voice,
        &mut summary,
    )
    .await?;
    let rows = summary.written();
    let phase = Phase::since(since, "limit: a plain copy of the same", rows, "rows");
    execute("rollback to savepoint seed_limit").await?;
    Ok(phase)
}
