//! Reports, on databases of which it is known what they must tell.

use std::fs;
use std::time::{Duration, Instant};

use equoria::ops::report::{Subject, storage};
use harness::{Database, World};
use serde_json::{Value, json};

use crate::command_line::equoria;
use crate::monitor::count_until;

async fn asked(database: &Database, subject: Subject) -> Value {
    let monitor = database.as_role("equoria_monitor").await;
    let report = subject.ask(&monitor, None).await.unwrap();
    assert!(report.to_string().starts_with(report.title));
    serde_json::to_value(&report).unwrap()
}

/// The rows of a table of a report in which a field is that text.
fn found<'a>(told: &'a Value, table: &str, field: &str, is: &str) -> Vec<&'a Value> {
    let rows = told["tables"][table].as_array().unwrap().iter();
    rows.filter(|row| row[field] == is).collect()
}

#[tokio::test]
async fn sizes_are_kept_and_their_growth_is_told() {
    let database = Database::fresh().await;
    let admin = database.admin().await;
    let maintainer = database.as_role("equoria_maintainer").await;
    let first = storage::sample(&maintainer).await.unwrap();
    let size = "select pg_database_size(current_database())";
    let size: i64 = admin.query_one(size, &[]).await.unwrap().get(0);
    assert!((first.bytes - size).abs() < 200_000, "{first:?} {size}");
    admin
        .batch_execute(
            "update ops.storage_samples set sampled_at = sampled_at - interval '2 days';
             create table public.ballast (id bigint primary key, filling text);
             insert into public.ballast select i, repeat('x', 900) from generate_series(1, 4000) i",
        )
        .await
        .unwrap();
    let second = storage::sample(&maintainer).await.unwrap();
    assert_eq!(second.tables, first.tables + 1);
    assert!(second.bytes > first.bytes + 3_600_000);
    let told = asked(&database, Subject::Storage).await;
    let ballast = &told["tables"]["tables"][0];
    assert_eq!(ballast["table"], "public.ballast");
    assert!(ballast["heap_bytes"].as_i64().unwrap() > 3_600_000);
    assert_eq!(ballast["grown_bytes"], json!(0));
    let sentence = told["findings"].to_string();
    assert!(
        sentence.contains("2 samples to the last, 2.0 days"),
        "{sentence}"
    );
    assert_eq!(told["is_red"], json!(false));
}

#[tokio::test]
async fn indexes_that_are_missing_duplicate_unused_or_invalid_are_found_and_ours_are_in_order() {
    let database = Database::fresh().await;
    let clean = asked(&database, Subject::Indexes).await;
    assert_eq!(clean["is_red"], json!(false), "{clean:#}");
    assert_eq!(clean["tables"]["missing"], json!([]));
    let kept = json!("Kept: named by the specification's schema.");
    for (table, index) in [
        ("duplicate", "idx_competition_results_show_id"),
        ("unused", "idx_horses_training_cooldown"),
    ] {
        assert_eq!(found(&clean, table, "index", index)[0]["advice"], kept);
    }
    let admin = database.admin().await;
    admin
        .batch_execute(
            "create table public.saddles (id bigint primary key, horse_id bigint references horses (id), colour text, made_at timestamptz);
             create index saddles_colour on public.saddles (colour);
             create index saddles_colour_and_time on public.saddles (colour, made_at desc);
             create index saddles_colour_reversed on public.saddles (colour desc);
             create index saddles_broken on public.saddles (made_at);
             update pg_index set indisvalid = false where indexrelid = 'saddles_broken'::regclass",
        )
        .await
        .unwrap();
    let told = asked(&database, Subject::Indexes).await;
    assert_eq!(told["is_red"], json!(true));
    let missing = found(&told, "missing", "constraint", "saddles_horse_id_fkey");
    let advice = missing[0]["advice"].as_str().unwrap();
    let wanted = "create index concurrently on saddles (horse_id)";
    assert!(advice.contains(wanted), "{advice}");
    let duplicate = found(&told, "duplicate", "index", "saddles_colour");
    assert_eq!(duplicate[0]["covered_by"], "saddles_colour_and_time");
    // Sorted the other way round it serves what the others do not.
    for other in ["saddles_colour_and_time", "saddles_colour_reversed"] {
        assert!(
            found(&told, "duplicate", "index", other).is_empty(),
            "{told:#}"
        );
    }
    assert_eq!(found(&told, "invalid", "index", "saddles_broken").len(), 1);
    assert_eq!(found(&told, "unused", "index", "saddles_colour").len(), 1);
    assert!(found(&told, "unused", "index", "saddles_pkey").is_empty());
}

#[tokio::test]
async fn a_slow_statement_is_told_without_its_values_and_no_password_is() {
    let database = Database::fresh().await;
    let admin = database.admin().await;
    let nap = "select pg_sleep(0.2), 'a secret of the rider' as told_by_nobody";
    admin.batch_execute(nap).await.unwrap();
    let role = format!("rider_of_{}", database.name());
    let secret = format!("create role {role} login password 'another secret'; drop role {role}");
    admin.batch_execute(&secret).await.unwrap();
    let told = asked(&database, Subject::Slow).await;
    let statements = told["tables"]["statements"].as_array().unwrap();
    let ours = statements
        .iter()
        .find(|row| row["query"].as_str().unwrap().contains("told_by_nobody"));
    let ours = ours.unwrap_or_else(|| panic!("{told:#}"));
    assert!(ours["total_ms"].as_f64().unwrap() >= 200.0);
    assert_eq!(ours["query"], "select pg_sleep($1), $2 as told_by_nobody");
    assert!(!told.to_string().contains("secret"), "{told:#}");
}

#[tokio::test]
async fn who_blocks_whom_is_told_as_a_tree() {
    let database = Database::fresh().await;
    assert_eq!(
        asked(&database, Subject::Locks).await["tables"]["tree"],
        json!([])
    );
    let (first, second, third) = (
        database.admin().await,
        database.admin().await,
        database.admin().await,
    );
    let pid = async |client: &tokio_postgres::Client| -> String {
        let row = client.query_one("select pg_backend_pid()::text", &[]).await;
        row.unwrap().get(0)
    };
    let pids = [pid(&first).await, pid(&second).await, pid(&third).await];
    let lock = "update ops.game_clock set ahead_ms = ahead_ms + 0";
    let table = "lock table ops.game_clock in access exclusive mode";
    first
        .batch_execute(&format!("begin; {lock}"))
        .await
        .unwrap();
    let waiting = tokio::spawn(async move { second.batch_execute(lock).await });
    let told = until_blocked(&database, 2).await;
    let behind = tokio::spawn(async move {
        third
            .batch_execute(&format!("begin; {table}; rollback"))
            .await
    });
    assert_eq!(told[0]["process"], pids[0]);
    assert_eq!(told[1]["process"], format!("--> {}", pids[1]));
    assert!(
        told[0]["query"]
            .as_str()
            .unwrap()
            .contains("update ops.game_clock")
    );
    assert!(told[1]["waits_s"].as_f64().unwrap() >= 0.0);
    let told = until_blocked(&database, 3).await;
    let processes: Vec<&str> = told
        .iter()
        .map(|row| row["process"].as_str().unwrap())
        .collect();
    assert!(
        processes.iter().any(|it| it.ends_with(&pids[2])),
        "{processes:?}"
    );
    first.batch_execute("commit").await.unwrap();
    waiting.await.unwrap().unwrap();
    behind.await.unwrap().unwrap();
}

async fn until_blocked(database: &Database, count: usize) -> Vec<Value> {
    let since = Instant::now();
    loop {
        let told = asked(database, Subject::Locks).await;
        let tree = told["tables"]["tree"].as_array().unwrap();
        if tree.len() >= count {
            return tree.clone();
        }
        assert!(since.elapsed() < Duration::from_secs(20), "{told:#}");
    }
}

#[tokio::test]
async fn bloat_is_measured_and_without_the_extension_estimated() {
    let database = Database::fresh().await;
    let admin = database.admin().await;
    admin
        .batch_execute(
            "create table public.ballast (id bigint primary key, filling text) with (autovacuum_enabled = false);
             insert into public.ballast select i, repeat('x', 500) from generate_series(1, 30000) i;
             delete from public.ballast where id > 3000",
        )
        .await
        .unwrap();
    // PostgreSQL writes its counts down a moment later, unless it is asked to do so now.
    admin
        .batch_execute("select pg_stat_force_next_flush()")
        .await
        .unwrap();
    let told = asked(&database, Subject::Bloat).await;
    assert!(
        told["findings"][0]
            .as_str()
            .unwrap()
            .starts_with("Measured")
    );
    let ballast = found(&told, "bloat", "name", "public.ballast")[0];
    let share = ballast["wasted_percent"].as_f64().unwrap();
    assert!((80.0..95.0).contains(&share), "{ballast}");
    assert_eq!(
        (&ballast["dead_rows"], &told["is_red"]),
        (&json!(27_000), &json!(true))
    );
    admin
        .batch_execute("drop extension pgstattuple")
        .await
        .unwrap();
    let told = asked(&database, Subject::Bloat).await;
    assert!(
        told["findings"][0]
            .as_str()
            .unwrap()
            .starts_with("Estimated")
    );
    assert_eq!(found(&told, "bloat", "name", "public.ballast").len(), 1);
}

#[tokio::test]
async fn the_business_is_told_by_figure_and_by_cause() {
    let world = World::new().await;
    world.client.sign_up("Ann").await;
    count_until(&world, "coins_minted", 1000).await;
    let told = asked(&world.database, Subject::Business).await;
    let welcome = found(&told, "coins", "cause", "welcome")[0];
    assert_eq!(
        (&welcome["payments"], &welcome["minted"]),
        (&json!(1), &json!(1000))
    );
    let sentence = told["findings"].to_string();
    assert!(
        sentence.contains("players and shows hold 1 000"),
        "{sentence}"
    );
    assert!(
        sentence.contains("1 in 1h, 1 in 24h, 1 in 7d"),
        "{sentence}"
    );
}

#[tokio::test]
async fn connections_are_told_by_role_and_state() {
    let database = Database::fresh().await;
    let writer = database.as_role("equoria_writer").await;
    writer.batch_execute("begin").await.unwrap();
    let told = asked(&database, Subject::Pool).await;
    let rows = found(&told, "connections", "role", "equoria_writer");
    assert!(
        rows.iter().any(|row| row["state"] == "idle in transaction"),
        "{told:#}"
    );
    assert!(
        told["findings"][0]
            .as_str()
            .unwrap()
            .ends_with("connections are taken.")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_one_page_that_needs_nothing_else() {
    let database = Database::fresh().await;
    let url = database.tcp_url("equoria_monitor");
    let of = [
        ("MONITOR_DATABASE_URL", url.as_str()),
        ("DATABASE_URL", url.as_str()),
    ];
    let folder = std::env::temp_dir().join(format!("equoria-report-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("report.html");
    let arguments = |file: &str| {
        [
            "report",
            "all",
            "--url",
            "http://127.0.0.1:1/",
            "--html",
            file,
        ]
        .map(str::to_owned)
    };
    let run = |file: &str| {
        let arguments = arguments(file);
        equoria(&arguments.each_ref().map(String::as_str), &of)
    };
    let output = run(&file.to_string_lossy());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let html = fs::read_to_string(&file).unwrap();
    for subject in Subject::ALL {
        assert!(html.contains(&format!("<section id=\"{}\">", subject.as_str())));
    }
    assert!(html.contains("<svg") && html.contains("prefers-color-scheme:dark"));
    for reference in ["http://", "https://", "src=", "url(", "<link", "<script"] {
        assert!(!html.contains(reference), "{reference}");
    }
    let opened = html.matches("<table").count();
    assert!(opened > 3 && opened == html.matches("</table>").count());
    let output = run(&folder.join("missing/report.html").to_string_lossy());
    assert_eq!(output.status.code(), Some(2));
    let names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|it| it.unwrap().file_name())
        .collect();
    assert_eq!(names, ["report.html"]);
    fs::remove_dir_all(&folder).unwrap();
}
