//! Entity tags: the same answer again is a 304, another answer never is.

use harness::World;
use serde_json::json;

use crate::routes::Routes;

#[tokio::test]
async fn every_read_knows_its_own_tag_again() {
    let routes = Routes::of(World::new().await).await;
    for path in routes
        .described()
        .await
        .iter()
        .filter(|path| *path != "/v1/account")
    {
        let filled = routes.filled(path);
        let ask = |tag: &str| {
            routes
                .player
                .ask("GET", &filled)
                .header("if-none-match", tag)
                .send()
        };
        let first = routes.player.get(&filled).await.require(200);
        let tag = first.etag().to_owned();
        assert!(
            tag.starts_with('"') && tag.ends_with('"') && tag.len() >= 18,
            "{path}: {tag}"
        );
        for known in [
            tag.clone(),
            format!("W/{tag}"),
            format!("\"x\", {tag}"),
            "*".to_owned(),
        ] {
            let same = ask(&known).await.require(304);
            assert_eq!((same.body.len(), same.etag()), (0, tag.as_str()), "{path}");
            assert_eq!(
                same.header("cache-control"),
                first.header("cache-control"),
                "{path}"
            );
        }
        for other in ["\"x\"", "", "x", &tag.replace('"', "")] {
            assert_eq!(
                ask(other).await.require(200).body,
                first.body,
                "{path}: {other}"
            );
        }
        // Who is signed in is part of no public answer, and private ones are kept by nobody.
        let control = first.header("cache-control");
        let is_private = path.starts_with("/v1/users/me")
            || path.starts_with("/health")
            || ["/preview", "/genetics", "/mates", "/parent"]
                .iter()
                .any(|end| path.ends_with(end));
        assert_eq!(
            control.starts_with("private, no-store"),
            is_private,
            "{path}: {control}"
        );
    }
}

#[tokio::test]
async fn a_change_changes_the_tag() {
    let routes = Routes::of(World::new().await).await;
    let (world, ann) = (&routes.world, &routes.player);
    let horse = routes.filled("/v1/horses/{id}");
    let tag_of = async |path: &str| ann.get(path).await.require(200).etag().to_owned();
    let mut before = tag_of(&horse).await;
    ann.post(&format!("{horse}/groom"), &json!({}))
        .await
        .require(200);
    let groomed = tag_of(&horse).await;
    assert_ne!(groomed, before);
    before = groomed;
    // A birthday is no change of the row, and yet another answer.
    world.advance("7d").await;
    let older = tag_of(&horse).await;
    assert_ne!(older, before);
    assert_eq!(older.split('.').next(), before.split('.').next());
    // Nor is the new name of the owner.
    let account = ann.get("/v1/account").await.etag().to_owned();
    ann.ask("PATCH", "/v1/account")
        .if_match(&account)
        .json(&json!({"name": "Anna"}))
        .send()
        .await
        .require(200);
    assert_ne!(tag_of(&horse).await, older);
}

#[tokio::test]
async fn failures_have_no_tag_and_nobody_keeps_them() {
    let world = World::new().await;
    for path in [
        "/v1/horses/1",
        "/v1/horses/0",
        "/v1/nothing",
        "/v1/users/me",
    ] {
        let reply = world
            .client
            .ask("GET", path)
            .header("if-none-match", "*")
            .send()
            .await;
        assert!((400..500).contains(&reply.status), "{path}");
        assert_eq!(
            (reply.etag(), reply.header("cache-control")),
            ("", "no-store"),
            "{path}"
        );
    }
}
