//! The security audit: who may log in and become whom, what the public may do, how one gets in, how passwords are kept.

use serde_json::json;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::{At, Told};
use crate::config::{self, Login};
use crate::ops::tls;
use crate::trouble::{Because, Trouble};
use crate::user::password;

/// Which roles belong to us, and what each may be a member of; nobody else's membership in ours is right.
const MEMBERSHIPS: &[(&str, &[&str])] = &[
    ("equoria_migrator", &["equoria_owner", "pg_read_all_stats"]),
    ("equoria_backup", &["pg_read_all_settings"]),
    ("equoria_monitor", &["pg_monitor"]),
    (
        "equoria_maintainer",
        &["pg_monitor", "pg_maintain", "pg_signal_backend"],
    ),
];

/// Looks at everything that decides who gets in and what he may do then.
pub(super) async fn audit(at: &At<'_>) -> Result<Told, Trouble> {
    let mut told = Told::default();
    roles(at.client, &mut told).await?;
    memberships(at.client, &mut told).await?;
    public_rights(at.client, &mut told).await?;
    row_security(at.client, &mut told).await?;
    passwords(at.client, &mut told).await?;
    entrances(at.client, &mut told).await?;
    open_connections(at.client, &mut told).await?;
    certificate(at, &mut told).await?;
    Ok(told)
}

const ROLES: &str = "select rolname::text as name, rolsuper as super, rolcreaterole as makes_roles, rolcreatedb as makes_databases,
      rolcanlogin as logs_in, rolreplication as replicates, rolbypassrls as passes_rows,
      (rolvaliduntil is not null and rolvaliduntil < now()) as is_over, oid = 10 as is_first
    from pg_roles where rolname !~ '^pg_' order by 1";

/// What roles there are, with the powers that they should not have.
async fn roles(client: &Client, told: &mut Told) -> Result<(), Trouble> {
    let rows = client.query(ROLES, &[]).await;
    let rows = rows.because(|| "could not read the roles")?;
    let mut matrix = Vec::new();
    for row in &rows {
        let name: String = row.get("name");
        let is = |column: &str| row.get::<_, bool>(column);
        let is_ours = name.starts_with("equoria_");
        matrix.push(json!({
            "role": name, "superuser": is("super"), "creates_roles": is("makes_roles"), "creates_databases": is("makes_databases"),
            "logs_in": is("logs_in"), "replicates": is("replicates"), "bypasses_row_security": is("passes_rows"),
        }));
        if is_ours && (is("super") || is("makes_roles") || is("makes_databases")) {
            told.alarm(format!(
                "{name} is a superuser or makes roles or databases: ALTER ROLE {name} NOSUPERUSER NOCREATEROLE NOCREATEDB"
            ));
        }
        if name == "equoria_owner" && is("logs_in") {
            told.alarm(
                "equoria_owner, who owns every table, can log in: ALTER ROLE equoria_owner NOLOGIN",
            );
        }
        if !is_ours && is("super") && !is("is_first") {
            told.warn(format!(
                "{name} is a superuser besides the first one: is it still needed?"
            ));
        }
        if !is_ours && !is("super") && is("logs_in") {
            told.warn(format!(
                "{name} can log in and is none of the product's roles: whose is it?"
            ));
        }
        if is("is_over") && is("logs_in") {
            told.warn(format!("the password of {name} has expired"));
        }
    }
    for login in Login::ALL {
        if !rows
            .iter()
            .any(|row| row.get::<_, String>("name") == login.role())
        {
            told.warn(format!("the role {} is missing", login.role()));
        }
    }
    told.put("roles", matrix);
    Ok(())
}

const MEMBERS: &str = "select m.member::regrole::text as member, m.roleid::regrole::text as role from pg_auth_members m
    join pg_roles r on r.oid = m.member
    where not r.rolsuper and r.rolname !~ '^pg_' order by 1, 2";

async fn memberships(client: &Client, told: &mut Told) -> Result<(), Trouble> {
    let rows = client.query(MEMBERS, &[]).await;
    let rows = rows.because(|| "could not read who is a member of what")?;
    let mut found = Vec::new();
    for row in &rows {
        let (member, role): (String, String) = (row.get("member"), row.get("role"));
        let expected = MEMBERSHIPS.iter().find(|(who, _)| *who == member);
        if !expected.is_some_and(|(_, roles)| roles.contains(&role.as_str())) {
            told.alarm(format!("{member} is a member of {role}, which nothing asks for: REVOKE {role} FROM {member}"));
        }
        found.push(json!({ "member": member, "role": role }));
    }
    told.put("memberships", found);
    Ok(())
}

/// What everybody may do. Functions of extensions are theirs to open.
const PUBLIC: &str = "select format('%s on %s %s', lower(a.privilege_type), kind, name) from (
      select case when relkind = 'S' then 'sequence' else 'table' end as kind, c.oid::regclass::text as name, relacl as acl
        from pg_class c where relnamespace in ('public'::regnamespace, 'ops'::regnamespace)
      union all
      select 'function', p.oid::regprocedure::text, coalesce(proacl, acldefault('f', proowner)) from pg_proc p
        where pronamespace in ('public'::regnamespace, 'ops'::regnamespace)
          and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
      union all
      select 'schema', nspname, nspacl from pg_namespace where nspname in ('public', 'ops')
      union all
      select 'database', datname, coalesce(datacl, acldefault('d', datdba)) from pg_database where datname = current_database()
    ) o, aclexplode(o.acl) a where a.grantee = 0 order by 1";

async fn public_rights(client: &Client, told: &mut Told) -> Result<(), Trouble> {
    let rows = client.query(PUBLIC, &[]).await;
    let rows = rows.because(|| "could not read what everybody may do")?;
    for row in &rows {
        let what: String = row.get(0);
        told.alarm(format!("everybody may {what}: revoke it from PUBLIC"));
    }
    told.put("rights_of_public", rows.len());
    Ok(())
}

/// A table with policies and no row security obeys none of them.
const UNGUARDED: &str = "select c.oid::regclass::text, c.relrowsecurity from pg_class c
    where exists (select from pg_policy p where p.polrelid = c.oid) order by 1";

async fn row_security(client: &Client, told: &mut Told) -> Result<(), Trouble> {
    let rows = client.query(UNGUARDED, &[]).await;
    let rows = rows.because(|| "could not read which rows are guarded")?;
    for row in rows.iter().filter(|row| !row.get::<_, bool>(1)) {
        let table: String = row.get(0);
        told.alarm(format!(
            "{table} has policies that nobody obeys: ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        ));
    }
    told.put("tables_with_row_security", rows.len());
    Ok(())
}

/// How players' and roles' passwords are kept.
async fn passwords(client: &Client, told: &mut Told) -> Result<(), Trouble> {
    let sql = "select coalesce(cost, 'unreadable') as cost, passwords from ops.password_costs() order by 2 desc";
    let rows = client.query(sql, &[]).await;
    let rows = rows.because(|| "could not read what passwords cost to guess")?;
    let today = password::cost();
    let mut costs = serde_json::Map::new();
    for row in &rows {
        let (cost, count): (String, i64) = (row.get("cost"), row.get("passwords"));
        if cost != today {
            told.warn(format!(
                "{count} players' passwords are hashed at another cost ({cost}) than today's ({today})"
            ));
        }
        costs.insert(cost, json!(count));
    }
    told.put("password_costs", costs);
    let encryption = client
        .query_one("select current_setting('password_encryption')", &[])
        .await;
    let encryption: String = encryption
        .because(|| "could not read password_encryption")?
        .get(0);
    if encryption != "scram-sha-256" {
        told.alarm(format!("new passwords of roles are kept as {encryption}: set password_encryption = 'scram-sha-256'"));
    }
    told.put("password_encryption", encryption);
    told.note("how old the passwords of roles are is kept nowhere by PostgreSQL: replace them by your calendar");
    Ok(())
}

const ENTRANCES: &str = "select coalesce(rule_number, 0) as rule, line_number as line, type, auth_method as method, error,
      coalesce(address, '') as address
    from pg_hba_file_rules order by line_number";

/// The lines of `pg_hba.conf`: everybody shows a password by SCRAM or a certificate, and speaks TLS over a network.
async fn entrances(client: &Client, told: &mut Told) -> Result<(), Trouble> {
    let rows = match client.query(ENTRANCES, &[]).await {
        Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {
            told.warn("pg_hba.conf was not checked: the administrator has not granted pg_hba_file_rules to equoria_maintainer");
            return Ok(());
        }
        rows => rows.because(|| "could not read the lines of pg_hba.conf")?,
    };
    for row in &rows {
        let line: i32 = row.get("line");
        let [kind, method, error] =
            ["type", "method", "error"].map(|name| row.get::<_, Option<String>>(name));
        let address: String = row.get("address");
        if let Some(error) = error {
            told.alarm(format!("line {line} of pg_hba.conf is wrong, and everything reloaded is left as it was: {error}"));
            continue;
        }
        let entrance = Entrance {
            kind: kind.unwrap_or_default(),
            method: method.unwrap_or_default(),
            address,
        };
        if let Some(fault) = entrance.fault() {
            told.alarm(format!("line {line} of pg_hba.conf {fault}"));
        }
    }
    told.put("entrances", rows.len());
    Ok(())
}

/// A line of `pg_hba.conf`.
struct Entrance {
    kind: String,
    method: String,
    address: String,
}

impl Entrance {
    /// What is wrong with it, if anything.
    fn fault(&self) -> Option<String> {
        let is_loopback = matches!(self.address.as_str(), "127.0.0.1" | "::1" | "localhost");
        let is_clear = matches!(
            self.kind.as_str(),
            "host" | "hostnossl" | "hostgssenc" | "hostnogssenc"
        );
        match self.method.as_str() {
            "reject" => None,
            "trust" => Some("lets everybody in without a password (trust)".to_owned()),
            "password" | "md5" => Some(format!(
                "takes passwords in a weak form ({}): ask for scram-sha-256",
                self.method
            )),
            _ if is_clear && !is_loopback => Some(format!(
                "lets {} in without TLS: make it hostssl",
                if self.address.is_empty() {
                    "everybody"
                } else {
                    &self.address
                }
            )),
            _ => None,
        }
    }
}

const IN_THE_CLEAR: &str = "select count(*) from pg_stat_ssl s join pg_stat_activity a using (pid)
    where not s.ssl and a.client_addr is not null and not a.client_addr <<= '127.0.0.0/8' and a.client_addr <> '::1'";

async fn open_connections(client: &Client, told: &mut Told) -> Result<(), Trouble> {
    let row = client.query_one(IN_THE_CLEAR, &[]).await;
    let count: i64 = row
        .because(|| "could not read who is connected without TLS")?
        .get(0);
    if count > 0 {
        told.alarm(format!(
            "{count} connections from other machines are in the clear"
        ));
    }
    told.put("connections_in_the_clear", count);
    Ok(())
}

/// The certificate that the server shows. On one's own machine a server may do without.
async fn certificate(at: &At<'_>, told: &mut Told) -> Result<(), Trouble> {
    let is_on = "select current_setting('ssl')::boolean";
    let row = at.client.query_one(is_on, &[]).await;
    let has_tls: bool = row
        .because(|| "could not read whether the server has TLS")?
        .get(0);
    told.put("has_tls", has_tls);
    if !has_tls {
        match config::profile(&at.keeper.environment)?.is_playground() {
            true => told.note("the server has no TLS, as a server of one's own machine may: `equoria tls init` gives it some"),
            false => told.alarm("the server has no TLS (ssl = off): `equoria tls init` makes what it needs"),
        }
        return Ok(());
    }
    let served = tls::served(&at.keeper.database).await?;
    let certificate = &served.certificate;
    told.put("certificate_days_left", certificate.days_left);
    if certificate.needs_somebody() {
        told.alarm(format!(
            "the certificate of {} ends on {}: `equoria tls renew` makes the next",
            served.server,
            certificate.not_after.format("%Y-%m-%d")
        ));
    }
    if let Some(refusal) = &served.refusal {
        told.alarm(format!(
            "the certificate of {} is not taken: {refusal}",
            served.server
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scram_or_a_certificate_gets_in_and_only_by_tls_from_elsewhere() {
        for (kind, method, address, wrong) in [
            ("local", "scram-sha-256", "", None),
            ("local", "peer", "", None),
            ("local", "trust", "", Some("trust")),
            ("host", "scram-sha-256", "127.0.0.1", None),
            ("host", "md5", "127.0.0.1", Some("md5")),
            ("host", "scram-sha-256", "10.0.0.0", Some("hostssl")),
            ("host", "scram-sha-256", "all", Some("hostssl")),
            ("hostssl", "scram-sha-256", "all", None),
            ("hostssl", "cert", "all", None),
            ("hostssl", "password", "all", Some("password")),
            ("host", "reject", "all", None),
        ] {
            let entrance = Entrance {
                kind: kind.to_owned(),
                method: method.to_owned(),
                address: address.to_owned(),
            };
            let fault = entrance.fault();
            assert_eq!(
                fault.is_some(),
                wrong.is_some(),
                "{kind} {method} {address}"
            );
            assert!(
                fault
                    .unwrap_or_default()
                    .contains(wrong.unwrap_or_default())
            );
        }
    }
}
