//! What the database itself says of a role: a name in a URL says little about it.

use tokio_postgres::Client;

use crate::trouble::{Because, Trouble};

/// The tables that a role may write to.
macro_rules! writes {
    () => {
        "select c.oid::regclass::text from pg_class c
    where c.relnamespace in ('public'::regnamespace, 'ops'::regnamespace) and c.relkind in ('r', 'p')
      and has_table_privilege(session_user, c.oid, 'insert, update, delete, truncate')"
    };
}

/// Everything that a role may do and that playing the game does not need. Who reads for the public goes past row
/// security, which is about changes: only together with a right to change something is that too much.
const POWERS: &str = concat!(
    "
with me as (select * from pg_roles where rolname = session_user)
select session_user::text as role, case when rolsuper then array['is a superuser'] else
  array(select 'is a member of ' || other.rolname from pg_roles other
    where other.rolname in ('equoria_owner', 'equoria_migrator', 'equoria_backup', 'equoria_auditor', 'equoria_maintainer',
      'pg_read_all_data', 'pg_write_all_data', 'pg_maintain', 'pg_execute_server_program', 'pg_read_server_files',
      'pg_write_server_files', 'pg_create_subscription')
      and pg_has_role(session_user, other.oid, 'member') order by 1)
  || array_remove(array[
    case when rolcreaterole then 'may create roles' end,
    case when rolcreatedb then 'may create databases' end,
    case when rolreplication then 'may copy the whole cluster' end,
    case when rolbypassrls and exists (",
    writes!(),
    ") then 'changes rows past row security' end,
    case when has_database_privilege(session_user, current_database(), 'create') then 'may create schemas' end,
    case when has_schema_privilege(session_user, 'public', 'create') then 'may create tables' end], null)
  end as powers
from me"
);

/// The first of them.
const WRITES: &str = concat!(writes!(), " order by 1 limit 1");

/// Refuses a role that may do more than play the game: change the schema, become another role, go around the rules.
///
/// # Errors
/// What it may do, and as whom to log in instead.
pub async fn require_modest(client: &Client, variable: &str, instead: &str) -> Result<(), Trouble> {
    let row = client.query_one(POWERS, &[]).await;
    let row = row.because(|| format!("the rights of {variable} cannot be told"))?;
    let (role, powers): (String, Vec<String>) = (row.get("role"), row.get("powers"));
    let Some(power) = powers.first() else {
        return Ok(());
    };
    Err(Trouble::new(format!(
        "production refuses {variable} as {role}, because it {power}: the API needs no such right, so log in as {instead}"
    )))
}

/// Refuses a role that may change rows.
///
/// # Errors
/// What it may change, and as whom to log in instead.
pub async fn require_reading_only(
    client: &Client,
    variable: &str,
    instead: &str,
) -> Result<(), Trouble> {
    let row = client.query_opt(WRITES, &[]).await;
    let row = row.because(|| format!("the rights of {variable} cannot be told"))?;
    match row {
        None => Ok(()),
        Some(row) => Err(Trouble::new(format!(
            "production refuses {variable}, because its role may change {}: the reads need no such right, so log in as \
             {instead}",
            row.get::<_, String>(0)
        ))),
    }
}
