//! Fresh figures for the planner, and room back from dead rows.
//!
//! Autovacuum does the same all day; this does at night what it has not come to, and tells what keeps it from working.

use serde::Serialize;
use serde_json::json;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Row};

use super::{At, Told};
use crate::trouble::{Because, Trouble};

/// Fewer rows than these are no reason for anything.
const FEW_ROWS: i64 = 1_000;

/// The share of rows, in percent, from which a table is worked on: a quarter of what autovacuum waits for to vacuum.
const SHARE_PERCENT: i64 = 5;

/// What PostgreSQL says about a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    name: String,
    live: i64,
    dead: i64,
    changed: i64,
    age: i64,
    age_limit: i64,
}

/// What was done with a table, for the evidence.
#[derive(Debug, Serialize)]
struct Vacuumed {
    table: String,
    dead_rows_before: i64,
    dead_rows_after: i64,
    age_before: i64,
}

const TABLES: &str = "select format('%I.%I', s.schemaname, s.relname) as name, s.n_live_tup as live, s.n_dead_tup as dead,
      s.n_mod_since_analyze as changed, greatest(age(c.relfrozenxid), mxid_age(c.relminmxid))::bigint as age,
      least(current_setting('autovacuum_freeze_max_age')::bigint,
        current_setting('autovacuum_multixact_freeze_max_age')::bigint) as age_limit
    from pg_stat_user_tables s join pg_class c on c.oid = s.relid
    where c.relpersistence <> 't' and c.relkind in ('r', 'm') order by s.schemaname, s.relname";

impl Table {
    fn of(row: &Row) -> Self {
        Self {
            name: row.get("name"),
            live: row.get("live"),
            dead: row.get("dead"),
            changed: row.get("changed"),
            age: row.get("age"),
            age_limit: row.get("age_limit"),
        }
    }

    const fn is_much(&self, rows: i64) -> bool {
        rows > FEW_ROWS && rows * 100 > (self.live + self.dead) * SHARE_PERCENT
    }

    const fn wants_analyze(&self) -> bool {
        self.is_much(self.changed)
    }

    /// Whether rows have gone half of the way to the forced vacuum against wraparound.
    const fn is_old(&self) -> bool {
        self.age * 2 > self.age_limit
    }

    const fn wants_vacuum(&self) -> bool {
        self.is_much(self.dead) || self.is_old()
    }
}

async fn tables(client: &Client) -> Result<Vec<Table>, Trouble> {
    let rows = client
        .query(TABLES, &[])
        .await
        .because(|| "could not read the figures of the tables")?;
    Ok(rows.iter().map(Table::of).collect())
}

/// Analyses the tables that changed much since it was last done.
pub(super) async fn analyze(at: &At<'_>) -> Result<Told, Trouble> {
    let mut told = Told::default();
    let mut analysed = Vec::new();
    for table in tables(at.client)
        .await?
        .iter()
        .filter(|it| it.wants_analyze())
    {
        let sql = format!("analyze {}", table.name);
        if is_done(at.client, &sql, &table.name, &mut told).await? {
            analysed.push(json!({ "table": table.name, "changed_rows": table.changed }));
        }
    }
    told.put("analysed", analysed);
    Ok(told)
}

/// Vacuums the tables with many dead rows or old ones, and says what keeps dead rows from going.
pub(super) async fn vacuum(at: &At<'_>) -> Result<Told, Trouble> {
    let mut told = Told::default();
    let mut vacuumed = Vec::new();
    for table in tables(at.client)
        .await?
        .iter()
        .filter(|it| it.wants_vacuum())
    {
        let freeze = if table.is_old() { "freeze, " } else { "" };
        let sql = format!("vacuum ({freeze}analyze) {}", table.name);
        if is_done(at.client, &sql, &table.name, &mut told).await? {
            vacuumed.push(compare(at.client, table).await?);
        }
    }
    for table in vacuumed
        .iter()
        .filter(|it| it.dead_rows_after * 2 > it.dead_rows_before)
    {
        if table.dead_rows_before > FEW_ROWS {
            told.warn(stuck(at.client, table).await?);
        }
    }
    let freed: i64 = vacuumed
        .iter()
        .map(|it| it.dead_rows_before - it.dead_rows_after)
        .sum();
    told.put("dead_rows_freed", freed);
    told.put("vacuumed", json!(vacuumed));
    warn_of_age(at.client, &mut told).await?;
    Ok(told)
}

/// Carries out a statement on a table; false when somebody holds a lock on it for longer than we wait.
async fn is_done(
    client: &Client,
    sql: &str,
    table: &str,
    told: &mut Told,
) -> Result<bool, Trouble> {
    match client.batch_execute(sql).await {
        Ok(()) => Ok(true),
        Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
            told.warn(format!(
                "{table} was left alone: somebody holds a lock on it"
            ));
            Ok(false)
        }
        Err(error) => Err(error).because(|| format!("could not carry out `{sql}`")),
    }
}

async fn compare(client: &Client, before: &Table) -> Result<Vacuumed, Trouble> {
    let sql = "select pg_stat_get_dead_tuples($1::text::regclass)";
    // What this transaction saw of the figures would be shown to it again.
    client
        .batch_execute("select pg_stat_clear_snapshot()")
        .await
        .because(|| "could not read the figures anew")?;
    let row = client
        .query_one(sql, &[&before.name])
        .await
        .because(|| format!("could not read the figures of {}", before.name))?;
    Ok(Vacuumed {
        table: before.name.clone(),
        dead_rows_before: before.dead,
        dead_rows_after: row.get(0),
        age_before: before.age,
    })
}

/// Who holds the horizon before which dead rows may go.
const HOLDER: &str = "select what from (
      select age(backend_xmin) as age, format('process %s (%s, %s)', pid, usename, coalesce(state, backend_type)) as what
      from pg_stat_activity where backend_xmin is not null and pid <> pg_backend_pid()
        and (datname is null or datname = current_database())
      union all select age(transaction), format('the prepared transaction %s', gid) from pg_prepared_xacts
        where database = current_database()
      union all select greatest(age(xmin), age(catalog_xmin)), format('the replication slot %s', slot_name)
        from pg_replication_slots) h
    where age is not null order by age desc limit 1";

async fn stuck(client: &Client, table: &Vacuumed) -> Result<String, Trouble> {
    let row = client
        .query_opt(HOLDER, &[])
        .await
        .because(|| "could not look for what holds dead rows back")?;
    let holder: Option<String> = row.and_then(|row| row.get(0));
    let holder = holder.unwrap_or_else(|| "something that has ended by now".to_owned());
    Ok(format!(
        "{} keeps {} of {} dead rows: {holder} may still see them",
        table.table, table.dead_rows_after, table.dead_rows_before
    ))
}

/// Transactions are numbered with 32 bits: a database that never freezes stops before they run out.
async fn warn_of_age(client: &Client, told: &mut Told) -> Result<(), Trouble> {
    let sql = "select datname::text as name, greatest(age(datfrozenxid), mxid_age(datminmxid))::bigint as age from pg_database
        where datallowconn order by 2 desc limit 1";
    let row = client
        .query_one(sql, &[])
        .await
        .because(|| "could not read the age of the databases")?;
    let (name, age): (String, i64) = (row.get("name"), row.get("age"));
    told.put("oldest_age_transactions", age);
    match age {
        ..500_000_000 => {}
        500_000_000..1_000_000_000 => told.warn(format!(
            "the database {name} has rows {age} transactions old: autovacuum does not keep up with freezing"
        )),
        _ => told.alarm(format!(
            "the database {name} has rows {age} transactions old of 2 billion: vacuum (freeze) it before writes stop"
        )),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table {
            name: "public.horses".to_owned(),
            live: 100_000,
            dead: 0,
            changed: 0,
            age: 1_000,
            age_limit: 200_000_000,
        }
    }

    #[test]
    fn a_table_is_worked_on_from_a_twentieth_of_its_rows_and_never_for_a_few() {
        for (live, dead, wants) in [
            (100_000, 5_000, false),
            (100_000, 5_300, true),
            (100, 900, false),
            (0, 1_001, true),
        ] {
            let table = Table {
                live,
                dead,
                ..table()
            };
            assert_eq!(table.wants_vacuum(), wants, "{dead} of {live}");
        }
    }

    #[test]
    fn a_table_that_changed_much_is_analysed_and_one_that_grew_old_is_not() {
        let changed = Table {
            changed: 5_300,
            ..table()
        };
        assert!(changed.wants_analyze() && !changed.wants_vacuum());
        assert!(!table().wants_analyze());
    }

    #[test]
    fn rows_half_way_to_the_forced_vacuum_are_frozen_before() {
        let old = Table {
            age: 100_000_001,
            ..table()
        };
        assert!(old.is_old() && old.wants_vacuum());
        assert!(!table().wants_vacuum());
    }
}
