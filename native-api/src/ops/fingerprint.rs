//! How many rows a table has, and one hash over all of them whatever their order: two databases that hold the same rows
//! have the same prints.
//!
//! Of each row's text the first 60 bits of its MD5 are summed up: what differs by accident is found, and the sum needs
//! no sorting. It is no proof against somebody who chooses the rows; the audit's seals are.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use tokio_postgres::GenericClient;

use crate::dev::prepare::quoted;
use crate::trouble::{Because, Trouble};

/// What a table holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TablePrint {
    /// The table, with its schema unless that is `public`.
    pub table: String,
    /// How many rows.
    pub rows: i64,
    /// The hash over all rows, in hexadecimal digits.
    pub hash: String,
}

impl fmt::Display for TablePrint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {} {}", self.table, self.rows, self.hash)
    }
}

/// Which tables and columns count.
#[derive(Clone, Copy, Debug, Default)]
pub struct Selection<'a> {
    /// Columns that do not, in whatever table.
    pub without_columns: &'a [&'a str],
    /// Tables that do not, named as in [`TablePrint`].
    pub without_tables: &'a [&'a str],
}

/// How a value becomes text is a setting of the server, the role or the connection: here it is the same everywhere.
const WORDS: &str =
    "set timezone = 'UTC'; set datestyle = 'ISO, MDY'; set intervalstyle = 'postgres';
    set extra_float_digits = 1; set bytea_output = 'hex'";

const COLUMNS: &str = "select n.nspname::text, c.relname::text, a.attname::text
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where n.nspname in ('public', 'ops') and c.relkind = 'r' order by 1, 2, 3";

/// The prints of all selected tables of `public` and `ops`, by name. What is seen is the transaction's snapshot, where one
/// is open.
///
/// # Errors
/// When a table may not be read.
pub async fn of(
    client: &impl GenericClient,
    selection: &Selection<'_>,
) -> Result<Vec<TablePrint>, Trouble> {
    client
        .batch_execute(WORDS)
        .await
        .because(|| "could not say how values are written")?;
    let mut prints = Vec::new();
    for (table, columns) in tables(client, selection).await? {
        prints.push(print(client, table, &columns).await?);
    }
    Ok(prints)
}

/// The sentences in which two sets of prints differ; none where they are equal.
pub fn differences(expected: &[TablePrint], found: &[TablePrint]) -> Vec<String> {
    let by_name = |prints: &[TablePrint]| -> BTreeMap<String, TablePrint> {
        let named = prints
            .iter()
            .map(|print| (print.table.clone(), print.clone()));
        named.collect()
    };
    let (expected, mut found) = (by_name(expected), by_name(found));
    let mut told = Vec::new();
    for (table, wanted) in expected {
        match found.remove(&table) {
            None => told.push(format!("{table} is missing")),
            Some(it) if it.rows != wanted.rows => told.push(format!(
                "{table} has {} rows instead of {}",
                it.rows, wanted.rows
            )),
            Some(it) if it.hash != wanted.hash => told.push(format!(
                "{table} has as many rows ({}), but other ones",
                it.rows
            )),
            Some(_) => {}
        }
    }
    told.extend(found.into_keys().map(|table| format!("{table} is new")));
    told
}

type Columns = BTreeMap<(String, String), Vec<String>>;

async fn tables(
    client: &impl GenericClient,
    selection: &Selection<'_>,
) -> Result<Columns, Trouble> {
    let rows = client
        .query(COLUMNS, &[])
        .await
        .because(|| "could not list the tables")?;
    let mut tables = Columns::new();
    for row in rows {
        let (schema, table, column): (String, String, String) =
            (row.get(0), row.get(1), row.get(2));
        let is_left_out = selection
            .without_tables
            .contains(&name(&schema, &table).as_str());
        if is_left_out || selection.without_columns.contains(&column.as_str()) {
            continue;
        }
        tables.entry((schema, table)).or_default().push(column);
    }
    Ok(tables)
}

async fn print(
    client: &impl GenericClient,
    (schema, table): (String, String),
    columns: &[String],
) -> Result<TablePrint, Trouble> {
    let named = name(&schema, &table);
    let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    let sql = format!(
        "select count(*), coalesce(sum(('x' || left(md5(row({})::text), 15))::bit(60)::bigint::numeric), 0)::text
         from {}.{}",
        columns.join(", "),
        quoted(&schema),
        quoted(&table)
    );
    let row = client
        .query_one(&sql, &[])
        .await
        .because(|| format!("could not read {named}"))?;
    let sum: u128 = row
        .get::<_, String>(1)
        .parse()
        .because(|| format!("the hashes of {named} have no sum"))?;
    Ok(TablePrint {
        table: named,
        rows: row.get(0),
        hash: format!("{sum:024x}"),
    })
}

fn name(schema: &str, table: &str) -> String {
    match schema {
        "public" => table.to_owned(),
        _ => format!("{schema}.{table}"),
    }
}
