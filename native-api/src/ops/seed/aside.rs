//! Indexes that are put aside while many rows come in, and built anew afterwards: each by one sort.

use tokio_postgres::Transaction;

use crate::trouble::{Because, Trouble};

/// What is not a primary key and what no foreign key leans on, each with how it is dropped and made.
const ASIDE: &str = "select
      case when c.oid is null then format('drop index %s', x.indexrelid::regclass)
        else format('alter table %s drop constraint %s', x.indrelid::regclass, quote_ident(c.conname)) end as away,
      case when c.oid is null then pg_get_indexdef(x.indexrelid)
        else format('alter table %s add constraint %s %s', x.indrelid::regclass, quote_ident(c.conname), pg_get_constraintdef(c.oid))
        end as back
    from pg_index x join pg_class t on t.oid = x.indrelid and t.relnamespace = 'public'::regnamespace
    left join pg_constraint c on c.conindid = x.indexrelid and c.contype = 'u'
    where t.relname = any ($1) and not x.indisprimary
      and not exists (select from pg_constraint f where f.conindid = x.indexrelid and f.contype in ('f', 'x', 'p'))
    order by x.indrelid, x.indexrelid";

/// The tables that get most rows.
const TABLES: &[&str] = &[
    "accounts",
    "competition_results",
    "foal_development",
    "foal_training_history",
    "foals",
    "genetic_tests",
    "horse_discipline_scores",
    "horses",
    "postings",
    "pregnancies",
    "show_entries",
    "shows",
    "stables",
    "stipend_claims",
    "stud_listings",
    "training_logs",
    "transfers",
    "users",
];

/// Drops the indexes of the great tables, and says how they are made again.
pub(super) async fn put(transaction: &Transaction<'_>) -> Result<Vec<String>, Trouble> {
    let because = || "could not put the indexes aside";
    let rows = transaction
        .query(ASIDE, &[&TABLES])
        .await
        .because(because)?;
    let mut back = Vec::with_capacity(rows.len());
    for row in &rows {
        let away: String = row.try_get("away").because(because)?;
        transaction.batch_execute(&away).await.because(because)?;
        back.push(row.try_get("back").because(because)?);
    }
    Ok(back)
}

/// Makes the indexes again.
pub(super) async fn take_back(
    transaction: &Transaction<'_>,
    back: &[String],
    told: impl Fn(u64),
) -> Result<(), Trouble> {
    for index in back {
        transaction
            .batch_execute(index)
            .await
            .because(|| "what was seeded does not fit an index")?;
        told(1);
    }
    Ok(())
}
