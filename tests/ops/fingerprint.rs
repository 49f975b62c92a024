//! The fingerprint of a table is that of its rows, however the server writes values.

use equoria::ops::fingerprint::{self, Selection};
use harness::Database;

/// A table with a value of every kind that a setting writes differently, and the setting.
const SETTINGS: [(&str, &str, &str); 5] = [
    ("at", "timezone", "Asia/Kathmandu"),
    ("day", "datestyle", "German"),
    ("took", "intervalstyle", "sql_standard"),
    ("share", "extra_float_digits", "-6"),
    ("digest", "bytea_output", "escape"),
];

#[tokio::test]
async fn prints_are_the_same_whatever_the_server_is_set_to() {
    let database = Database::fresh().await;
    let client = database.admin().await;
    let make = "create table trial as select timestamptz '2026-11-23 23:59:59.5Z' as at, date '2026-11-23' as day,
        interval '1 day 02:03:04' as took, float8 '0.1' + float8 '0.2' as share, bytea '\\x00ff41' as digest";
    client.batch_execute(make).await.unwrap();
    let text = "select at::text, day::text, took::text, share::text, digest::text from trial";
    let usual = client.query_one(text, &[]).await.unwrap();
    let expected = fingerprint::of(&client, &Selection::default())
        .await
        .unwrap();
    for (_, setting, value) in SETTINGS {
        let set = format!(
            "alter database {} set {setting} = '{value}'",
            database.name()
        );
        client.batch_execute(&set).await.unwrap();
    }

    let mut other = database.admin().await;
    let row = other.query_one(text, &[]).await.unwrap();
    for (column, (name, setting, _)) in SETTINGS.iter().enumerate() {
        let (here, there): (String, String) = (row.get(column), usual.get(column));
        assert_ne!(
            here, there,
            "{setting} writes {name} as before: nothing is tried"
        );
    }
    let transaction = other.transaction().await.unwrap();
    let found = fingerprint::of(&transaction, &Selection::default())
        .await
        .unwrap();
    assert_eq!(
        fingerprint::differences(&expected, &found),
        Vec::<String>::new()
    );
    assert!(found.iter().any(|it| it.table == "trial" && it.rows == 1));
    transaction.rollback().await.unwrap();
}
