//! What keeps a production from starting, as the database itself tells it.

use harness::{Database, native};
use tokio_postgres::Client;

use crate::command_line::equoria;

/// What `equoria serve` says as it refuses to start with this URL in the place of a good one.
async fn refusal(database: &Database, variable: &str, role: &str, password: &str) -> String {
    let url = database.administrator().with_user(role, password).url();
    let environment = native::environment(database)
        .with("EQUORIA_PROFILE", "production")
        .with(variable, &url);
    let environment: Vec<(&str, &str)> = environment.iter().collect();
    let output = equoria(&["serve"], &environment);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(said.lines().count(), 1, "one clear sentence, not: {said}");
    assert!(!said.contains(password), "{said}");
    said
}

/// Makes a role with a harmless name, and takes it away again.
struct Role<'a> {
    administrator: &'a Client,
    name: &'static str,
}

impl<'a> Role<'a> {
    async fn make(administrator: &'a Client, name: &'static str, powers: &str) -> Self {
        let make = format!("create role {name} login password '{PASSWORD}'; {powers}");
        administrator.batch_execute(&make).await.unwrap();
        Self {
            administrator,
            name,
        }
    }

    async fn drop(self) {
        let name = self.name;
        let drop = format!("drop owned by {name}; drop role {name}");
        self.administrator.batch_execute(&drop).await.unwrap();
    }
}

const PASSWORD: &str = "long-enough-for-a-test";

#[tokio::test]
async fn a_harmless_name_does_not_hide_what_a_role_may_do() {
    let database = Database::fresh().await;
    let administrator = database.admin().await;
    let name = database.name().to_owned();
    for (powers, named) in [
        ("alter role harmless superuser", "is a superuser"),
        ("alter role harmless createrole", "may create roles"),
        (
            "alter role harmless bypassrls; grant usage on schema public to harmless; grant insert on users to harmless",
            "past row security",
        ),
        ("alter role harmless replication", "copy the whole cluster"),
        ("grant equoria_owner to harmless", "member of equoria_owner"),
        (
            "grant equoria_migrator to harmless",
            "member of equoria_migrator",
        ),
        (
            "grant pg_write_all_data to harmless",
            "member of pg_write_all_data",
        ),
        (
            "grant create on schema public to harmless",
            "may create tables",
        ),
        (
            &format!("grant create on database {name} to harmless"),
            "may create schemas",
        ),
    ] {
        let connect = format!("grant connect on database {name} to harmless; {powers}");
        let role = Role::make(&administrator, "harmless", &connect).await;
        for variable in ["DATABASE_URL", "DATABASE_READ_URL", "DATABASE_STANDBY_URL"] {
            let said = refusal(&database, variable, "harmless", PASSWORD).await;
            assert!(
                said.contains(named) && said.contains(variable),
                "{powers}: {said}"
            );
        }
        role.drop().await;
    }
}

#[tokio::test]
async fn the_reads_may_not_change_a_row() {
    let database = Database::fresh().await;
    let administrator = database.admin().await;
    let grants = format!(
        "grant connect on database {} to quiet; grant usage on schema public to quiet; grant update on horses to quiet",
        database.name()
    );
    let role = Role::make(&administrator, "quiet", &grants).await;
    for variable in ["DATABASE_READ_URL", "DATABASE_STANDBY_URL"] {
        let said = refusal(&database, variable, "quiet", PASSWORD).await;
        assert!(
            said.contains("may change horses") && said.contains("equoria_reader"),
            "{said}"
        );
    }
    role.drop().await;
}

#[test]
fn what_throws_data_away_is_refused_where_a_database_is_named_and_no_profile_is() {
    for name in ["DATABASE_URL", "MIGRATE_DATABASE_URL"] {
        let named = [(name, "postgresql://a:hush@127.0.0.1:1/x")];
        for arguments in [
            &["dev"][..],
            &["seed", "dev"],
            &["seed", "shows"],
            &["migrate", "reset", "--yes"],
            &["migrate", "rollback", "--yes"],
            &["serve"],
            &["work"],
        ] {
            let output = equoria(arguments, &named);
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
            assert!(
                said.contains("EQUORIA_PROFILE is not set") && said.lines().count() == 1,
                "{arguments:?}: {said}"
            );
        }
    }
}

#[test]
fn what_throws_data_away_is_refused_in_production() {
    let production = [
        ("EQUORIA_PROFILE", "production"),
        (
            "DATABASE_URL",
            "postgresql://a:long-enough-for-a-test@127.0.0.1:1/x",
        ),
    ];
    for arguments in [
        &["dev"][..],
        &["seed", "dev"],
        &["seed", "shows"],
        &["migrate", "reset", "--yes"],
    ] {
        let output = equoria(arguments, &production);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(
            said.contains("production") && said.lines().count() == 1,
            "{arguments:?}: {said}"
        );
    }
}

#[test]
fn a_copy_goes_over_no_way_that_production_refuses() {
    const FINE: &str = "postgresql://a:long-enough-for-a-test@127.0.0.1:1/x";
    let ways = ["EQUORIA_ANONYMISE_FROM", "EQUORIA_ANONYMISE_INTO"];
    for (url, named) in [
        (
            "postgresql://a:long-enough-for-a-test@db.example.org/x",
            "sslmode=verify-full",
        ),
        (
            "postgresql://a:long-enough-for-a-test@db.example.org/x?sslmode=verify-full&sslrootcert=/ca.crt",
            "channel_binding=require",
        ),
        (
            "postgresql://a:postgres@127.0.0.1:1/x",
            "everybody tries first",
        ),
        ("postgresql://a@127.0.0.1:1/x", "without a password"),
        ("postgresql://a:short@127.0.0.1:1/x", "fewer than"),
    ] {
        for (variable, other) in [(ways[0], ways[1]), (ways[1], ways[0])] {
            let environment = [
                ("EQUORIA_PROFILE", "production"),
                (variable, url),
                (other, FINE),
            ];
            let output = equoria(&["anonymise"], &environment);
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{url}: {said}");
            assert!(
                said.lines().count() == 1 && said.contains(variable) && said.contains(named),
                "{url}: {said}"
            );
            assert!(!said.contains("long-enough"), "{said}");
        }
    }
}
