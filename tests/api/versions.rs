//! Optimistic concurrency: a change names the version that it changes, as it was read.

use harness::client::Ask;
use harness::world::number;
use harness::{NewShow, Player, World};
use serde_json::{Value, json};

/// The version in an entity tag.
fn version_in(etag: &str) -> i64 {
    etag.trim_matches('"')
        .split('.')
        .next()
        .unwrap()
        .parse()
        .unwrap()
}

/// Reads, changes with what was read, and is then stale; the change's own tag is good for the next.
async fn changes(player: &Player, read: &str, method: &str, path: &str, bodies: [Value; 3]) {
    let [first, second, third] = bodies;
    let ask =
        |etag: &str, body: &Value| -> Ask { player.ask(method, path).if_match(etag).json(body) };
    let seen = player.get(read).await.require(200).etag().to_owned();
    player
        .ask(method, path)
        .json(&first)
        .send()
        .await
        .refused(428, "version-required");
    let changed = ask(&seen, &first).send().await.require(200);
    assert_eq!(version_in(changed.etag()), version_in(&seen) + 1, "{path}");
    let stale = ask(&seen, &second)
        .send()
        .await
        .refused(412, "stale-version");
    assert_eq!(stale["version"], version_in(changed.etag()), "{path}");
    let again = ask(changed.etag(), &second).send().await.require(200);
    let read_again = player.get(read).await.require(200);
    assert_eq!(
        version_in(read_again.etag()),
        version_in(again.etag()),
        "{path}"
    );
    assert_eq!(
        number(&again, "version"),
        version_in(again.etag()),
        "{path}"
    );
    ask(read_again.etag(), &third).send().await.require(200);
    // A bare version, and a weak tag, name it as well.
    ask(&format!("\"{}\"", version_in(&seen) + 3), &first)
        .send()
        .await
        .require(200);
    ask(&format!("W/\"{}.0\"", version_in(&seen) + 4), &second)
        .send()
        .await
        .require(200);
}

fn names() -> [Value; 3] {
    ["One", "Two", "Three"].map(|name| json!({"name": name}))
}

#[tokio::test]
async fn an_account_changes_at_the_version_that_was_read() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    changes(&ann, "/v1/account", "PATCH", "/v1/account", names()).await;
    changes(&ann, "/v1/users/me", "PATCH", "/v1/account", names()).await;
    let switches = [
        json!({"darkMode": true}),
        json!({"privacy": {"shareProgress": false}}),
        json!({}),
    ];
    changes(
        &ann,
        "/v1/account",
        "PUT",
        "/v1/account/settings",
        switches.clone(),
    )
    .await;
    changes(
        &ann,
        "/v1/account",
        "PATCH",
        "/v1/account/settings",
        switches,
    )
    .await;
}

#[tokio::test]
async fn a_horse_changes_at_the_version_that_was_read() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let mare = world.mare(&ann).await;
    let path = format!("/v1/horses/{mare}");
    changes(&ann, &path, "PATCH", &path, names()).await;
    let stable = number(
        &ann.post("/v1/stables", &json!({"name": "Home"}))
            .await
            .require(201),
        "id",
    );
    let moves = [
        json!({"stable_id": stable}),
        json!({"stable_id": null}),
        json!({"stable_id": stable, "name": "Lark"}),
    ];
    changes(&ann, &path, "PATCH", &path, moves).await;
}

#[tokio::test]
async fn a_stable_changes_at_the_version_that_was_read() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let stable = number(
        &ann.post("/v1/stables", &json!({"name": "Home"}))
            .await
            .require(201),
        "id",
    );
    let path = format!("/v1/stables/{stable}");
    let bodies = [
        json!({"name": "One", "location": "Ashford"}),
        json!({"location": null}),
        json!({"location": "Elsewhere"}),
    ];
    changes(&ann, &path, "PATCH", &path, bodies).await;
}

#[tokio::test]
async fn what_the_game_does_counts_as_a_change_too() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let mare = world.mare(&ann).await;
    let path = format!("/v1/horses/{mare}");
    let seen = ann.get(&path).await.etag().to_owned();
    ann.post(&format!("{path}/groom"), &json!({}))
        .await
        .require(200);
    ann.ask("PATCH", &path)
        .if_match(&seen)
        .json(&json!({"name": "Lark"}))
        .send()
        .await
        .refused(412, "stale-version");
}

#[tokio::test]
async fn a_host_may_cancel_only_what_was_seen() {
    let world = World::new().await;
    let (host, ann) = (world.player("Host").await, world.player("Ann").await);
    let show = world.show(&host, NewShow::default()).await;
    let (path, mare) = (format!("/v1/shows/{show}"), world.mare(&ann).await);
    let seen = host.get(&path).await.etag().to_owned();
    world.enter(&ann, show, mare).await.require(201);
    let cancel = |etag: &str| host.ask("POST", &format!("{path}/cancel")).if_match(etag);
    cancel(&seen).send().await.refused(412, "stale-version");
    assert_eq!(world.purse(ann.id).await, 990);
    let now = host.get(&path).await.etag().to_owned();
    let cancelled = cancel(&now).send().await.require(200);
    assert_eq!(number(&cancelled, "entries"), 1);
    assert_eq!(
        version_in(host.get(&path).await.etag()),
        version_in(cancelled.etag())
    );
    assert_eq!(world.purse(ann.id).await, 1000);
}
