//! Every page of every table and index, by PostgreSQL's own amcheck.

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::Check;
use crate::trouble::{Because, Trouble};

/// Tables, their TOAST tables too, and indexes, with the statement that looks at each. Those of btree are compared with
/// their table: every row has its entry, no key stands twice that may not.
const RELATIONS: &str = "select c.oid, c.oid::regclass::text,
      case
        when c.relkind in ('r', 't', 'm') then 'heap'
        when not i.indisvalid or not i.indisready then 'invalid'
        when am.amname = 'btree' then 'btree'
        when am.amname = 'gin' and to_regprocedure('gin_index_check(regclass)') is not null then 'gin'
      end
    from pg_class c join pg_am am on am.oid = c.relam left join pg_index i on i.indexrelid = c.oid
    where c.relkind in ('r', 't', 'm', 'i') and c.relpersistence = 'p' and c.relfilenode is not null
      and (am.amname in ('heap', 'btree', 'gin'))
    order by 3, 2";

const HEAP: &str = "select coalesce(string_agg(format('block %s: %s', blkno, msg), '; '), '')
    from (select blkno, msg from verify_heapam($1::oid::regclass, check_toast => true) limit 3) found";
const BTREE: &str =
    "select bt_index_parent_check($1::oid::regclass, heapallindexed => true, rootdescend => false,
      checkunique => true)::text";
const GIN: &str = "select gin_index_check($1::oid::regclass)::text";

/// Looks at all pages of the database, its catalogues included. Only a superuser may, of a database that is his alone.
///
/// # Errors
/// When amcheck is not there, or the server fails at something else than a damaged page.
pub async fn check(client: &Client) -> Result<Check, Trouble> {
    let mut check = Check::begin("pages");
    let install = client.batch_execute("create extension if not exists amcheck");
    install
        .await
        .because(|| "amcheck is not among the extensions of this PostgreSQL")?;
    let relations = client
        .query(RELATIONS, &[])
        .await
        .because(|| "could not list tables and indexes")?;
    for row in relations {
        let (oid, name, how): (u32, String, Option<String>) = (row.get(0), row.get(1), row.get(2));
        let sql = match how.as_deref() {
            Some("heap") => HEAP,
            Some("btree") => BTREE,
            Some("gin") => GIN,
            Some(_) => {
                check.faults.push(format!("the index {name} is not valid"));
                continue;
            }
            None => continue,
        };
        check.looked_at += 1;
        match client.query_one(sql, &[&oid]).await {
            Ok(row) => {
                // The checks of indexes answer nothing; that of a table says what it found.
                let found = row
                    .get::<_, Option<String>>(0)
                    .filter(|text| !text.is_empty());
                check
                    .faults
                    .extend(found.map(|found| format!("{name}, {found}")));
            }
            // That is no damage but an older amcheck.
            Err(error) if error.code() == Some(&SqlState::UNDEFINED_FUNCTION) => {
                return Err(error).because(|| "amcheck is older than that of PostgreSQL 17");
            }
            Err(error) if is_damage(error.code()) => check.faults.push(said(&name, &error)),
            // A full disk, memory that is short, a server that was killed: the data has nothing to do with it.
            Err(error) => return Err(error).because(|| format!("could not look at {name}")),
        }
    }
    Ok(check.end())
}

/// Whether PostgreSQL says that what it stored is not what it reads: amcheck's findings, and pages with a wrong checksum.
fn is_damage(code: Option<&SqlState>) -> bool {
    code.is_some_and(|code| [SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED].contains(code))
}

fn said(name: &str, error: &tokio_postgres::Error) -> String {
    let told = error
        .as_db_error()
        .map_or_else(|| error.to_string(), |it| it.message().to_owned());
    format!("{name}: {told}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_postgres_calls_corrupted_is_damage() {
        for damage in [SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED] {
            assert!(is_damage(Some(&damage)), "{damage:?}");
        }
        for other in [
            SqlState::DISK_FULL,
            SqlState::OUT_OF_MEMORY,
            SqlState::IO_ERROR,
            SqlState::UNDEFINED_FILE,
            SqlState::ADMIN_SHUTDOWN,
            SqlState::QUERY_CANCELED,
        ] {
            assert!(!is_damage(Some(&other)), "{other:?}");
        }
        assert!(!is_damage(None), "a connection that broke off");
    }
}
