//! Rows on their way into the database: one binary COPY a table, past triggers and foreign keys.

use std::pin::Pin;

use tokio_postgres::Transaction;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::Summary;
use crate::trouble::{Because, Trouble};

/// A value of a row.
pub(super) type Value<'a> = &'a (dyn ToSql + Sync);

/// How many rows are written before somebody is told.
const TOLD_EVERY: u64 = 4_096;

/// Writes rows into the tables of one schema, and counts them.
pub(super) struct Writer<'a> {
    /// The one transaction.
    pub transaction: &'a Transaction<'a>,
    /// Where the tables are: `public`, but for measurements.
    pub schema: &'a str,
    /// What was written.
    pub summary: &'a mut Summary,
    /// Is told how many rows more were written.
    pub told: &'a dyn Fn(u64),
}

/// A table that rows are written into.
pub(super) struct Copy<'a> {
    sink: Pin<Box<BinaryCopyInWriter>>,
    table: &'static str,
    rows: u64,
    told: &'a dyn Fn(u64),
}

impl<'a> Writer<'a> {
    /// Opens a table for rows with these columns, which are separated by commas.
    pub(super) async fn open(
        &self,
        table: &'static str,
        columns: &str,
    ) -> Result<Copy<'a>, Trouble> {
        let because = || format!("could not seed {table}");
        let target = format!("{}.{table}", self.schema);
        let typed = self
            .transaction
            .prepare(&format!("select {columns} from {target} limit 0"))
            .await
            .because(because)?;
        let types: Vec<Type> = typed
            .columns()
            .iter()
            .map(|it| it.type_().clone())
            .collect();
        let copy = format!("copy {target} ({columns}) from stdin (format binary)");
        let sink = self.transaction.copy_in(&copy).await.because(because)?;
        Ok(Copy {
            sink: Box::pin(BinaryCopyInWriter::new(sink, &types)),
            table,
            rows: 0,
            told: self.told,
        })
    }

    /// Ends a table's rows.
    pub(super) async fn close(&mut self, mut copy: Copy<'_>) -> Result<(), Trouble> {
        let because = || format!("could not seed {}", copy.table);
        let count = copy.sink.as_mut().finish().await.because(because)?;
        (copy.told)(copy.rows % TOLD_EVERY);
        self.summary.count(copy.table, count);
        Ok(())
    }
}

impl Copy<'_> {
    /// Writes one row.
    pub(super) async fn row(&mut self, values: &[Value<'_>]) -> Result<(), Trouble> {
        let because = || format!("could not seed {}", self.table);
        self.sink.as_mut().write(values).await.because(because)?;
        self.rows += 1;
        if self.rows.is_multiple_of(TOLD_EVERY) {
            (self.told)(TOLD_EVERY);
        }
        Ok(())
    }
}

/// The tables whose ids are drawn from a sequence.
const NUMBERED: [&str; 11] = [
    "accounts",
    "competition_results",
    "foal_training_history",
    "horses",
    "postings",
    "pregnancies",
    "show_entries",
    "shows",
    "stables",
    "training_logs",
    "transfers",
];

/// The id that the next row of a table gets: one more than the greatest, so that the same rows always get the same ids.
pub(super) async fn next_id(
    transaction: &Transaction<'_>,
    table: &'static str,
) -> Result<i64, Trouble> {
    let because = || format!("could not number the rows of {table}");
    let sql = format!("select coalesce(max(id), 0) + 1 as next from public.{table}");
    let row = transaction.query_one(&sql, &[]).await.because(because)?;
    row.try_get("next").because(because)
}

/// Sets every sequence behind the ids that were given.
pub(super) async fn continue_sequences(transaction: &Transaction<'_>) -> Result<(), Trouble> {
    for table in NUMBERED {
        let sql = format!(
            "select setval(s.name, greatest(m.id, nextval(s.name)))
             from (select pg_get_serial_sequence('public.{table}', 'id')::regclass as name) s,
               (select max(id) as id from public.{table}) m where m.id is not null"
        );
        transaction
            .execute(&sql, &[])
            .await
            .because(|| format!("could not continue the ids of {table}"))?;
    }
    Ok(())
}

/// Thousandths as PostgreSQL's `numeric`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thousandths(pub i64);

impl ToSql for Thousandths {
    fn to_sql(
        &self,
        _of: &Type,
        out: &mut tokio_postgres::types::private::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        // Digits are base 10,000: the last one holds the three decimals and a zero.
        let mut rest = self.0.unsigned_abs() / 1_000;
        let mut digits = vec![u16::try_from(self.0.unsigned_abs() % 1_000 * 10)?];
        while rest > 0 {
            digits.push(u16::try_from(rest % 10_000)?);
            rest /= 10_000;
        }
        let weight = i16::try_from(digits.len())? - 2;
        let sign: u16 = if self.0 < 0 { 0x4000 } else { 0 };
        out.extend_from_slice(&u16::try_from(digits.len())?.to_be_bytes());
        out.extend_from_slice(&weight.to_be_bytes());
        out.extend_from_slice(&sign.to_be_bytes());
        out.extend_from_slice(&3_u16.to_be_bytes());
        for digit in digits.iter().rev() {
            out.extend_from_slice(&digit.to_be_bytes());
        }
        Ok(IsNull::No)
    }

    fn accepts(of: &Type) -> bool {
        *of == Type::NUMERIC
    }

    to_sql_checked!();
}
