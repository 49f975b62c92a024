//! Slots are taken once, leases run out, and the rows tell.

use std::time::Duration;

use chrono::{DateTime, Utc};
use equoria::ops::runs::{self, Outcome};
use harness::Database;
use serde_json::json;
use tokio::task::JoinSet;

const LEASE: Duration = Duration::from_secs(60);

fn slot() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap()
}

#[tokio::test]
async fn of_sixty_four_workers_one_takes_the_slot() {
    let database = Database::fresh().await;
    let mut workers = JoinSet::new();
    for number in 0..64 {
        let client = database.as_role("equoria_maintainer").await;
        workers.spawn(async move {
            let name = format!("worker {number}");
            let taken = runs::take(&client, "race", slot(), &name, LEASE).await;
            taken.unwrap()
        });
    }
    let taken: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].attempts, 1);
}

#[tokio::test]
async fn a_lease_that_ran_out_is_taken_over_and_the_first_worker_writes_no_more() {
    let client = Database::fresh().await;
    let client = client.as_role("equoria_maintainer").await;
    let take = |who: &'static str, lease| runs::take(&client, "relay", slot(), who, lease);
    let first = take("first", Duration::ZERO).await.unwrap().unwrap();
    let second = take("second", LEASE).await.unwrap().unwrap();
    assert_eq!((second.id, second.attempts), (first.id, 2));
    assert!(take("third", LEASE).await.unwrap().is_none());
    assert!(!runs::extend(&client, &first, LEASE).await.unwrap());
    assert!(runs::extend(&client, &second, LEASE).await.unwrap());
    let nothing = json!({});
    assert!(
        !runs::finish(&client, &first, Outcome::Done, &nothing)
            .await
            .unwrap()
    );
    let evidence = json!({"took_ms": 7});
    assert!(
        runs::finish(&client, &second, Outcome::Found, &evidence)
            .await
            .unwrap()
    );
    assert!(take("fourth", Duration::ZERO).await.unwrap().is_none());
    let told = runs::latest(&client, "relay").await.unwrap().unwrap();
    assert_eq!(told.outcome.as_deref(), Some("found"));
    assert_eq!((told.evidence, told.attempts), (evidence, 2));
}
