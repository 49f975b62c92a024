//! Reads that a standby answers.

use harness::standby::written;
use harness::{Postgres, Standby};

#[tokio::test]
async fn a_standby_of_a_test_follows_is_held_up_and_comes_back_after_any_end() {
    let primary = Postgres::start().await;
    let mut standby = Standby::of(&primary).await;
    let admin = primary.database().admin().await;
    admin
        .batch_execute("create table marks (mark int)")
        .await
        .unwrap();
    let mark = async || {
        admin
            .batch_execute("insert into marks values (1)")
            .await
            .unwrap();
    };
    mark().await;
    standby.catches_up_with(&primary).await;
    assert_eq!(marks(&standby).await, 1);
    standby.pause().await;
    mark().await;
    assert_eq!((marks(&primary).await, marks(&standby).await), (2, 1));
    standby.resume().await;
    standby.reaches(&written(&primary).await).await;
    assert_eq!(marks(&standby).await, 2);
    for blow in [Postgres::stop, Postgres::kill] {
        blow(&mut standby);
        mark().await;
        standby.start_again();
        standby.catches_up_with(&primary).await;
        assert_eq!(marks(&standby).await, marks(&primary).await);
    }
    // The roles are those of the primary, and nobody writes here.
    let reader = standby.database().as_role("equoria_reader").await;
    reader
        .query_one("select count(*) from horses", &[])
        .await
        .unwrap();
    let writer = standby.database().as_role("equoria_writer").await;
    let refused = writer
        .batch_execute("delete from idempotency_keys")
        .await
        .unwrap_err();
    assert_eq!(refused.code().unwrap().code(), "25006");
}

async fn marks(of: &Postgres) -> i64 {
    let client = of.database().admin().await;
    let row = client.query_one("select count(*) from marks", &[]).await;
    row.unwrap().get(0)
}
