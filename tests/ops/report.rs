//! Reports, on databases of which it is known what they must tell.

use equoria::ops::report::{Subject, storage};
use harness::Database;
use serde_json::{Value, json};

async fn asked(database: &Database, subject: Subject) -> Value {
    let monitor = database.as_role("equoria_monitor").await;
    let report = subject.ask(&monitor).await.unwrap();
    assert!(report.to_string().starts_with(report.title));
    serde_json::to_value(&report).unwrap()
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
