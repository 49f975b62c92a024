//! What a write tells of its session: the transaction, in a header and a cookie.

use harness::client::Ask;
use harness::{Player, Reply, World};
use reads::seen::Seen;
use serde_json::json;

/// The transaction that wrote the row of a stable, as the session knows it.
async fn of_stable(world: &World, name: &str) -> String {
    let sql = format!("select xmin::text::bigint from stables where name = '{name}'");
    let id = world.one(&sql).await;
    Seen::wrote(u64::try_from(id).unwrap()).to_text()
}

fn open(ann: &Player, name: &str) -> Ask {
    ann.ask("POST", "/v1/stables").json(&json!({"name": name}))
}

fn seen(reply: &Reply) -> &str {
    reply.header("equoria-seen")
}

#[tokio::test]
async fn a_write_tells_its_transaction_by_header_and_cookie() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let opened = open(&ann, "Home").send().await.require(201);
    let wanted = of_stable(&world, "Home").await;
    assert_eq!(seen(&opened), wanted);
    let cookie = opened.header("set-cookie");
    assert!(
        cookie.starts_with("equoria_seen_") && cookie.contains(&wanted),
        "{cookie}"
    );
    let rest = "; Path=/; Max-Age=600; SameSite=Lax; HttpOnly";
    assert!(cookie.ends_with(rest), "{cookie}");
    // Who keeps the header needs no cookie, and has seen no less than before.
    let further = "1.ffffff.7-2000000";
    let opened = open(&ann, "Away").header("equoria-seen", further);
    let opened = opened.send().await.require(201);
    assert_eq!((seen(&opened), opened.header("set-cookie")), (further, ""));
}

#[tokio::test]
async fn a_write_that_is_repeated_tells_the_first_ones_transaction() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let first = open(&ann, "Home").key("k").send().await.require(201);
    open(&ann, "Another").send().await.require(201);
    let again = open(&ann, "Home").key("k").send().await.require(201);
    assert_eq!(again.header("idempotency-replayed"), "true");
    let wanted = of_stable(&world, "Home").await;
    assert_eq!(
        (seen(&first), seen(&again)),
        (wanted.as_str(), wanted.as_str())
    );
}

#[tokio::test]
async fn a_visitors_write_tells_its_transaction_too() {
    let world = World::new().await;
    let body =
        json!({"name": "Bo", "email": "bo@example.org", "password": "correct horse battery"});
    let registered = world.client.post("/v1/users", &body).await.require(201);
    let id = world
        .one("select xmin::text::bigint from users where name = 'Bo'")
        .await;
    let wanted = Seen::wrote(u64::try_from(id).unwrap()).to_text();
    assert_eq!(seen(&registered), wanted);
}

#[tokio::test]
async fn what_is_refused_changes_nothing_of_what_was_seen_and_garbled_marks_are_no_mistake() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let refused = open(&ann, "").header("equoria-seen", "1.5").send().await;
    assert_eq!((refused.status, seen(&refused)), (422, "1.5"));
    for garbled in ["", "x", "1.0, 1.0"] {
        let refused = open(&ann, "").header("equoria-seen", garbled).send().await;
        assert_eq!((refused.status, seen(&refused)), (422, ""));
        let name = format!("Stable {}", garbled.len());
        let opened = open(&ann, &name).header("equoria-seen", garbled);
        let opened = opened.send().await.require(201);
        assert_eq!(seen(&opened), of_stable(&world, &name).await);
    }
    let unsigned = world
        .client
        .ask("POST", "/v1/stables")
        .json(&json!({"name": "Home"}));
    let unsigned = unsigned.header("cookie", "equoria_seen=1.7").send().await;
    assert_eq!((unsigned.status, seen(&unsigned)), (401, "1.7"));
}

#[tokio::test]
async fn a_read_tells_the_newest_transaction_that_it_shows() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    open(&ann, "Home").send().await.require(201);
    let wanted = of_stable(&world, "Home").await;
    open(&ann, "Away").send().await.require(201);
    let id = world
        .one("select id from stables where name = 'Home'")
        .await;
    let read = world
        .client
        .get(&format!("/v1/stables/{id}"))
        .await
        .require(200);
    // And after it, what was known when this request was answered.
    let floor = seen(&read).split('.').nth(1).unwrap();
    assert_eq!(format!("1.{floor}"), wanted);
    assert!(read.header("set-cookie").starts_with("equoria_seen=1."));
}
