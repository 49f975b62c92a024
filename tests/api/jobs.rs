//! The jobs beside settlement: the treasury's calendar, and the removal of what has expired.

use equoria::competition::calendar::Announce;
use equoria::db::By;
use equoria::jobs::expiry;
use harness::World;
use serde_json::json;
use tokio::sync::watch;

#[tokio::test]
async fn expired_sessions_and_old_answers_are_removed_once_an_hour() {
    let world = World::new().await;
    let (ann, ben) = (
        world.client.sign_up("Ann").await,
        world.client.sign_up("Ben").await,
    );
    for (player, key) in [(&ann, "old"), (&ben, "young")] {
        player
            .client
            .ask("POST", "/v1/stipend")
            .key(key)
            .send()
            .await
            .require(200);
    }
    world
        .sql(&format!(
            "update sessions set created_at = now() - interval '31 days', expires_at = now() - interval '1 day' where user_id = '{}';
             update idempotency_keys set created_at = now() - interval '25 hours' where key = 'old'",
            ann.id
        ))
        .await;
    let other = world.another_app().await;
    let (_never, stopping) = watch::channel(false);
    tokio::join!(
        expiry::take_turn(&world.app, &stopping),
        expiry::take_turn(&other, &stopping)
    );
    let left = "select (select count(*) from sessions) * 100 + (select count(*) from refresh_tokens) * 10 + (select count(*) from idempotency_keys)";
    assert_eq!(world.one(left).await, 111);
    let runs = "select count(*) from ops.job_runs where name = 'expiry' and outcome = 'done'";
    assert_eq!(world.one(runs).await, 1);
    let evidence: String = world
        .admin
        .query_one(
            "select evidence::text from ops.job_runs where name = 'expiry'",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    let evidence: serde_json::Value = serde_json::from_str(&evidence).unwrap();
    assert_eq!(
        (&evidence["sessions"], &evidence["idempotency_keys"]),
        (&json!(1), &json!(1))
    );
    // The one who is left goes on.
    let body = json!({"refresh_token": ben.refresh_token});
    world
        .client
        .post("/v1/sessions/refresh", &body)
        .await
        .require(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_treasurys_shows_are_announced_once_by_however_many() {
    let world = World::new().await;
    let (one, other) = (world.another_app().await, world.another_app().await);
    let announce = async |app: &equoria::app::App| {
        app.db.write(By::game("calendar"), &Announce).await.unwrap()
    };
    let (first, second, third) =
        tokio::join!(announce(&world.app), announce(&one), announce(&other));
    let shows = world
        .one("select count(*) from shows where host_id is null")
        .await;
    assert_eq!(i64::try_from(first + second + third).unwrap(), shows);
    assert!(shows > 0);
    assert_eq!(announce(&world.app).await, 0);
    world.require_sound_ledger().await;
    // Every one of them can be entered by somebody, and is settled or cancelled like any other.
    let ann = world.player_with("Ann", 100_000).await;
    let (mare, second) = (world.mare(&ann).await, world.mare(&ann).await);
    let calendar = world.client.read("/v1/shows?limit=100").await;
    let soonest = calendar["items"][0]["id"].as_i64().unwrap();
    for horse in [mare, second] {
        world.enter(&ann, soonest, horse).await.require(201);
    }
    world.advance("90d").await;
    world.settle_due().await;
    assert_eq!(
        world.client.read(&format!("/v1/shows/{soonest}")).await["state"],
        "settled"
    );
    assert_eq!(
        world
            .one("select count(*) from shows where state = 'open'")
            .await,
        0
    );
    assert!(announce(&world.app).await > 0);
    world.require_sound_ledger().await;
}
