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
    let mut environment = vec![
        ("MIGRATE_DATABASE_URL", url.as_str()),
        ("EQUORIA_PROFILE", "test"),
    ];
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
            "pregnancies",
            "foals",
            "foal_development",
            "foal_training_history",
            "stud_listings",
            "genetic_tests",
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

#[tokio::test(flavor = "multi_thread")]
async fn the_standard_plan_gives_the_committed_fingerprints_on_every_machine() {
    let standard = ["dev", "--number", "1", "--as-of", "2026-01-05", "--json"];
    let database = Database::fresh().await;
    let done = summary(&seed(&database, &standard, &[]));
    assert_eq!(done["fingerprints"]["differences"], serde_json::json!([]));
    assert_eq!(done["world"]["rows"]["horses"], 300);
    let client = database.admin().await;
    let broken =
        "set session_replication_role = replica; update horses set name = 'Another' where id = 7";
    client.batch_execute(broken).await.unwrap();
    let mut connected = client;
    let prints = equoria::ops::seed::prints::of(&mut connected)
        .await
        .unwrap();
    let differences = equoria::ops::seed::prints::verdict(300, &prints).unwrap();
    let differences = differences.unwrap();
    assert!(
        differences.len() == 1 && differences[0].starts_with("horses "),
        "{differences:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_of_another_number_join_a_world_that_is_there() {
    let database = bred().await;
    let shows = ["shows", "--number", "8", "--json"];
    let done = summary(&seed(&database, &shows, &[]));
    assert_eq!(done["shows"]["rows"]["shows"], 72, "{done}");
    let again = summary(&seed(&database, &shows, &[]));
    assert_eq!(rows_written(&again), 0, "{again}");
    its_history_holds(database).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_copy_is_measured_and_leaves_nothing_behind() {
    let database = Database::fresh().await;
    let arguments = [&SMALL[..], &["--limit", "--json"]].concat();
    let done = summary(&seed(&database, &arguments, &[]));
    let phases = done["world"]["phases"].as_array().unwrap();
    let rows = |name: &str| {
        let phase = phases
            .iter()
            .find(|it| it["name"].as_str().unwrap().starts_with(name));
        phase.unwrap_or_else(|| panic!("{name}: {phases:?}"))["count"]
            .as_u64()
            .unwrap()
    };
    assert_eq!(rows("limit"), rows("copied"));
    let left = "select count(*) from pg_namespace where nspname = 'seed_limit'";
    assert_eq!(count(&database.admin().await, left).await, 0);
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
    for what in [&[][..], &["dev"], &["shows"], &["report"]] {
        let refused = seed(&database, what, &[]);
        assert_eq!(refused.status.code(), Some(2));
        let said = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(
            said.contains("0001_") && said.trim_end().ends_with("run `equoria migrate deploy`"),
            "{said}"
        );
    }
}

/// A database with the small world, and nothing of the calendar's.
async fn bred() -> Database {
    let database = Database::fresh().await;
    summary(&seed(&database, &[&SMALL[..], &["--json"]].concat(), &[]));
    database
}

async fn count(client: &Client, what: &str) -> i64 {
    let row = client.query_one(what, &[]).await;
    row.unwrap_or_else(|refused| panic!("{what}: {refused}"))
        .get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seeded_studbook_obeys_the_rules_of_breeding() {
    let database = bred().await;
    let client = database.admin().await;
    for (rule, broken) in [
        (
            "a mare carries her foal seven days",
            "select count(*) from pregnancies where due_at <> covered_at + interval '168 hours'",
        ),
        (
            "a foal is born when it is due, to the mare's owner",
            "select count(*) from pregnancies p join horses f on f.id = p.foal_id
             where f.born_at <> p.due_at or f.user_id <> p.user_id or f.dam_id <> p.mare_id or f.sire_id <> p.stallion_id",
        ),
        (
            "a mare rests seven days",
            "select count(*) from pregnancies p join pregnancies q on q.mare_id = p.mare_id and q.id <> p.id
             where q.covered_at >= p.covered_at and q.covered_at < p.due_at + case p.state when 'foaled' then interval '168 hours' else interval '0' end",
        ),
        (
            "parents are three to twenty years old",
            "select count(*) from pregnancies p join horses h on h.id in (p.mare_id, p.stallion_id)
             where game_age(h.born_at, p.covered_at) not between 3 and 20",
        ),
        (
            "parents of one breed have foals of it, others crossbreds",
            "select count(*) from horses f join horses s on s.id = f.sire_id join horses d on d.id = f.dam_id
               join breeds b on b.id = f.breed_id
             where b.name <> case when s.breed_id = d.breed_id then (select name from breeds where id = d.breed_id) else 'Crossbred' end",
        ),
        (
            "a fee goes to the owner of another player's stallion, and each covering is registered",
            "select count(*) from pregnancies p join horses s on s.id = p.stallion_id
             where (s.user_id <> p.user_id) <> exists (select from transfers t where t.key = 'stud_fee:' || p.id)
                or not exists (select from transfers t where t.key = 'covering_registration:' || p.id)",
        ),
        (
            "every horse has what it inherited, and every foal its development",
            "select count(*) from horses h where h.genotype is null or (h.sire_id is not null)
               <> exists (select from foals f join foal_development d on d.foal_id = f.id where f.id = h.id)",
        ),
        (
            "no retired stallion stands at stud",
            "select count(*) from stud_listings l join horses h on h.id = l.horse_id
             where game_age(h.born_at, date_trunc('week', now() at time zone 'utc') at time zone 'utc') > 20",
        ),
        (
            "an owner's XP are those of training, shows and foals",
            "select count(*) from users u where u.xp <> (select coalesce(sum(user_xp), 0) from training_logs where user_id = u.id)
               + 10 * (select count(*) from pregnancies where user_id = u.id and state = 'foaled')
               + (select coalesce(sum(case placement when 1 then 20 when 2 then 15 when 3 then 10 else 0 end), 0)
                  from competition_results where user_id = u.id)",
        ),
    ] {
        assert_eq!(count(&client, broken).await, 0, "{rule}");
    }
    let soon = "select count(*) from pregnancies where state = 'in_foal' and due_at > now() - interval '30 minutes'";
    assert!(count(&client, soon).await > 0, "no birth to be seen");
    let tests = "select count(distinct horse_id) from genetic_tests where published";
    assert!(count(&client, tests).await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_says_whether_what_is_there_is_what_the_rules_expect() {
    let database = bred().await;
    let report = |arguments: &[&str]| seed(&database, &[&["report"], arguments].concat(), &[]);
    let good = summary(&report(&["--json"]));
    let deepest = good["generations"].as_array().unwrap().last().unwrap();
    assert!(deepest["generation"].as_u64().unwrap() >= 10, "{deepest}");
    assert_eq!(good["wrong_inbreeding"], 0);
    assert_eq!(good["improbable"], serde_json::json!([]));
    assert_eq!(good["horses"], 60);
    assert_eq!(good["born"], good["sex_ratio"]["of"]);
    let said = String::from_utf8(report(&[]).stdout).unwrap();
    assert!(
        said.contains("All as expected") && said.contains("bay"),
        "{said}"
    );

    let client = database.admin().await;
    let doctored = "set session_replication_role = replica;
        update horses set inbreeding = 0.75 where id = (select max(id) from horses where sire_id is not null)";
    client.batch_execute(doctored).await.unwrap();
    let bad = report(&["--json"]);
    assert_eq!(bad.status.code(), Some(1));
    let bad: Value = serde_json::from_slice(&bad.stdout).unwrap();
    assert_eq!(bad["wrong_inbreeding"], 1);

    let elsewhere =
        r#"update breeds set allele_frequencies = '{"MC1R": {"e": 1}, "KIT": {"W20": 9999}}'"#;
    client.batch_execute(elsewhere).await.unwrap();
    let bad = report(&["--json"]);
    assert_eq!(bad.status.code(), Some(1));
    let bad: Value = serde_json::from_slice(&bad.stdout).unwrap();
    assert!(!bad["improbable"].as_array().unwrap().is_empty(), "{bad}");
}
