//! Every constraint once more, over every row: what was promised when a row was written is so now.

use std::collections::BTreeMap;

use tokio_postgres::{Client, Row};

use super::{Check, count};
use crate::dev::prepare::quoted;
use crate::trouble::{Because, Trouble};

/// Checks and foreign keys, the columns of both sides in their order.
const CONSTRAINTS: &str = "select n.nspname::text, c.relname::text, k.conname::text, k.contype = 'f', k.convalidated,
      pg_get_expr(k.conbin, k.conrelid), fn.nspname::text, fc.relname::text,
      (select array_agg(a.attname::text order by u.at) from unnest(k.conkey) with ordinality u (attnum, at)
         join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum),
      (select array_agg(a.attname::text order by u.at) from unnest(k.confkey) with ordinality u (attnum, at)
         join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.attnum)
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    left join pg_class fc on fc.oid = k.confrelid left join pg_namespace fn on fn.oid = fc.relnamespace
    where k.contype in ('c', 'f') and c.relkind = 'r' and n.nspname in ('public', 'ops')
    order by 1, 2, 3";

const NOT_NULL: &str = "select n.nspname::text, c.relname::text, a.attname::text
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where a.attnotnull and a.attnum > 0 and not a.attisdropped and c.relkind = 'r' and n.nspname in ('public', 'ops')
    order by 1, 2, 3";

/// What every row of one table must fulfil: a name, and the condition that must not be false.
type Conditions = BTreeMap<String, Vec<(String, String)>>;

/// Validates all checks, foreign keys and `not null` anew. Uniqueness is that of the indexes, which are checked as such.
///
/// # Errors
/// When the database does not answer.
pub async fn check(client: &Client) -> Result<Check, Trouble> {
    let mut check = Check::begin("constraints");
    let because = || "could not list the constraints";
    let mut conditions = Conditions::new();
    for row in client.query(NOT_NULL, &[]).await.because(because)? {
        let column: String = row.get(2);
        let condition = format!("{} is not null", quoted(&column));
        let of_table = conditions.entry(named(&row, 0)).or_default();
        of_table.push((format!("{column} not null"), condition));
    }
    for row in client.query(CONSTRAINTS, &[]).await.because(because)? {
        let (name, is_key, is_valid): (String, bool, bool) = (row.get(2), row.get(3), row.get(4));
        if !is_valid {
            check.faults.push(format!("{name} was never validated"));
        }
        if is_key {
            check.looked_at += 1;
            follow(client, &row, &name, &mut check).await?;
        } else if let Some(expression) = row.get(5) {
            let of_table = conditions.entry(named(&row, 0)).or_default();
            of_table.push((name, expression));
        }
    }
    for (table, conditions) in conditions {
        hold(client, &table, &conditions, &mut check).await?;
    }
    Ok(check.end())
}

/// Looks for rows that refer to nothing.
async fn follow(client: &Client, row: &Row, name: &str, check: &mut Check) -> Result<(), Trouble> {
    let (ours, theirs): (Vec<String>, Vec<String>) = (row.get(8), row.get(9));
    let is_set: Vec<String> = ours
        .iter()
        .map(|it| format!("a.{} is not null", quoted(it)))
        .collect();
    let pairs = ours.iter().zip(&theirs);
    let is_met: Vec<String> = pairs
        .map(|(our, their)| format!("b.{} = a.{}", quoted(their), quoted(our)))
        .collect();
    let sql = format!(
        "select count(*) from only {} a where {} and not exists (select from only {} b where {})",
        named(row, 0),
        is_set.join(" and "),
        named(row, 6),
        is_met.join(" and ")
    );
    let lost = count(client, &sql).await?;
    if lost != 0 {
        check
            .faults
            .push(format!("{name}: {lost} rows refer to nothing"));
    }
    Ok(())
}

/// Asks for all conditions of a table in one pass over it.
async fn hold(
    client: &Client,
    table: &str,
    conditions: &[(String, String)],
    check: &mut Check,
) -> Result<(), Trouble> {
    let counts: Vec<String> = conditions
        .iter()
        .map(|(_, condition)| format!("count(*) filter (where not ({condition}))"))
        .collect();
    let sql = format!("select {} from only {table}", counts.join(", "));
    let row = client.query_one(&sql, &[]).await;
    let row = row.because(|| format!("could not validate the constraints of {table}"))?;
    for (at, (name, _)) in conditions.iter().enumerate() {
        check.looked_at += 1;
        let broken: i64 = row.get(at);
        if broken != 0 {
            check
                .faults
                .push(format!("{name} of {table}: {broken} rows break it"));
        }
    }
    Ok(())
}

/// A table as SQL names it, from two columns of a row.
fn named(row: &Row, at: usize) -> String {
    let (schema, table): (String, String) = (row.get(at), row.get(at + 1));
    format!("{}.{}", quoted(&schema), quoted(&table))
}
