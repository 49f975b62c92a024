//! `equoria seed`, as an operator runs it: the same arguments give the same rows, and a second run changes nothing.

use std::collections::BTreeMap;
use std::process::Output;

use chrono::Utc;
use harness::{Database, World};
use rules::competition::proof::{Proof, verify};
use serde_json::Value;
use tokio_postgres::Client;

use crate::command_line::equoria;

fn seed(database: &Database, arguments: &[&str], more: &[(&str, &str)]) -> Output {
    let url = database.administrator().url();
    let mut environment = vec![("MIGRATE_DATABASE_URL", url.as_str())];
    environment.extend_from_slice(more);
    let arguments: Vec<&str> = ["seed"]
        .into_iter()
        .chain(arguments.iter().copied())
        .collect();
    equoria(&arguments, &environment)
}

/// What a run with `--json` says.
fn summary(output: &Output) -> Value {
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// How many rows all parts of a run wrote.
fn rows_written(summary: &Value) -> u64 {
    let parts = summary.as_object().unwrap().values();
    let rows = parts.flat_map(|part| part["rows"].as_object().unwrap().values());
    rows.map(|count| count.as_u64().unwrap()).sum()
}

/// Each table with a hash over its rows, without the columns that the database fills with its own clock.
async fn fingerprint(client: &Client) -> BTreeMap<String, String> {
    let tables = "select c.relname::text, string_agg(format('%I', a.attname), ', ' order by a.attnum)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
        where n.nspname = 'public' and c.relkind = 'r' and pg_get_expr(d.adbin, d.adrelid) is distinct from 'now()'
        group by c.relname";
    let mut all = BTreeMap::new();
    for row in client.query(tables, &[]).await.unwrap() {
        let (table, columns): (String, String) = (row.get(0), row.get(1));
        let hash = format!("select count(*) || ' rows ' || coalesce(md5(string_agg(t::text, chr(10) order by t::text)), '')
            from (select {columns} from {table}) t");
        all.insert(table, client.query_one(&hash, &[]).await.unwrap().get(0));
    }
    all
}

const SMALL: [&str; 5] = ["dev", "--horses", "60", "--number", "7"];

/// Two databases seeded within one minute: the shows that are announced count from it.
async fn two_of_a_kind() -> (Database, Database) {
    loop {
        let (one, other) = (Database::fresh().await, Database::fresh().await);
        let minute = |now: chrono::DateTime<Utc>| now.timestamp() / 60;
        let before = minute(Utc::now());
        for database in [&one, &other] {
            assert!(
                rows_written(&summary(&seed(
                    database,
                    &[&SMALL[..], &["--json"]].concat(),
                    &[]
                ))) > 500
            );
        }
        if minute(Utc::now()) == before {
            return (one, other);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_arguments_give_the_same_rows_and_a_second_run_gives_none() {
    let (one, other) = two_of_a_kind().await;
    let first = fingerprint(&one.admin().await).await;
    assert_eq!(first, fingerprint(&other.admin().await).await);
    for (table, hash) in &first {
        let has_rows = [
            "users",
            "horses",
            "stables",
            "training_logs",
            "shows",
            "show_entries",
            "competition_results",
            "transfers",
        ];
        assert!(
            !has_rows.contains(&table.as_str()) || !hash.starts_with("0 "),
            "{table} is empty"
        );
    }
    let again = summary(&seed(&one, &[&SMALL[..], &["--json"]].concat(), &[]));
    assert_eq!(rows_written(&again), 0, "{again}");
    assert_eq!(fingerprint(&one.admin().await).await, first);
    let another = Database::fresh().await;
    summary(&seed(
        &another,
        &["dev", "--horses", "60", "--number", "8", "--json"],
        &[],
    ));
    assert_ne!(
        fingerprint(&another.admin().await).await["horses"],
        first["horses"]
    );
    its_history_holds(one).await;
}

/// What was seeded obeys the rules: the ledger is sound, and the proof of every settled show verifies.
async fn its_history_holds(database: Database) {
    let config = harness::world::config(&database);
    let world = World::on(database, config).await;
    world.require_sound_ledger().await;
    let shows = world
        .admin
        .query(
            "select id from shows where state = 'settled' order by id",
            &[],
        )
        .await
        .unwrap();
    assert!(!shows.is_empty());
    for show in shows {
        let path = format!("/v1/shows/{}/proof", show.get::<_, i64>(0));
        let proof: Proof = serde_json::from_value(world.client.read(&path).await).unwrap();
        verify(&proof).unwrap_or_else(|wrong| panic!("{path}: {wrong}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogues_alone_are_seeded_anywhere_and_a_world_only_in_a_playground() {
    let database = Database::fresh().await;
    let production = [("EQUORIA_PROFILE", "production")];
    let output = seed(&database, &[], &production);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let client = database.admin().await;
    let breeds: i64 = client
        .query_one("select count(*) from breeds", &[])
        .await
        .unwrap()
        .get(0);
    assert!(breeds >= 40, "{breeds} breeds");
    let before = fingerprint(&client).await;
    for what in ["dev", "shows"] {
        let refused = seed(&database, &[what], &production);
        assert_eq!(refused.status.code(), Some(2));
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(
            said.lines().count() == 1 && said.contains("production"),
            "{said}"
        );
    }
    let too_early = seed(&database, &["shows"], &[]);
    assert_eq!(too_early.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&too_early.stderr).contains("seed dev"));
    assert_eq!(fingerprint(&client).await, before);
}

#[tokio::test]
async fn a_seed_without_a_schema_says_so() {
    let database = Database::empty().await;
    let refused = seed(&database, &[], &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(refused.stderr).unwrap().lines().count(),
        1
    );
}
