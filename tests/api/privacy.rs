//! What others never see: hidden profiles, progress that is not shared, hidden traits, e-mail addresses.

use std::collections::BTreeMap;

use harness::world::number;
use harness::{Client, NewHorse, NewShow, Player, Reply, World};
use serde_json::{Value, json};
use uuid::Uuid;

async fn set(player: &Player, settings: Value) {
    let etag = player
        .get("/v1/account")
        .await
        .require(200)
        .etag()
        .to_owned();
    player
        .ask("PUT", "/v1/account/settings")
        .if_match(&etag)
        .json(&settings)
        .send()
        .await
        .require(200);
}

/// All of an answer but what belongs to the request alone.
fn anonymous(reply: &Reply) -> (u16, BTreeMap<String, String>, String) {
    let id = reply.header("x-request-id");
    let headers = reply.headers.iter().map(|(name, value)| {
        (
            name.to_string(),
            String::from_utf8_lossy(value.as_bytes()).into_owned(),
        )
    });
    // The last two say which request it was that the session has seen, and when; what it was told is the rest.
    let of_the_request = ["date", "x-request-id", "equoria-seen", "set-cookie"];
    let headers = headers
        .filter(|(name, _)| !of_the_request.contains(&name.as_str()))
        .collect();
    (
        reply.status,
        headers,
        reply.text().replace(id, "the request"),
    )
}

/// A player with everything that others could see of one: a stable, a horse in it, a hosted show, an entry, a result.
struct Known {
    player: Player,
    stable: i64,
    horse: i64,
    hosted: i64,
    settled: i64,
    open: i64,
}

async fn known(world: &World) -> Known {
    let (player, other) = (
        world.player("Beneficent").await,
        world.player("Other").await,
    );
    let stable = number(
        &player
            .post("/v1/stables", &json!({"name": "Beneficent Yard"}))
            .await
            .require(201),
        "id",
    );
    let horse = NewHorse {
        stable: Some(stable),
        scores: json!({"Racing": 50}),
        ..NewHorse::default()
    };
    let horse = world.horse(&player, horse).await;
    player
        .post(
            &format!("/v1/horses/{horse}/training"),
            &json!({"discipline": "Racing"}),
        )
        .await
        .require(201);
    let settled = world
        .show(
            &other,
            NewShow {
                in_minutes: 30,
                ..NewShow::default()
            },
        )
        .await;
    let rival = world.mare(&other).await;
    world.enter(&player, settled, horse).await.require(201);
    world.enter(&other, settled, rival).await.require(201);
    world.advance("31m").await;
    world.settle_due().await;
    let hosted = world.show(&player, NewShow::default()).await;
    let open = world.show(&other, NewShow::default()).await;
    world.enter(&player, open, horse).await.require(201);
    Known {
        player,
        stable,
        horse,
        hosted,
        settled,
        open,
    }
}

/// Every read in which the player could be seen by others.
fn reads(of: &Known) -> Vec<String> {
    let Known {
        player,
        horse,
        hosted,
        settled,
        open,
        ..
    } = of;
    vec![
        "/v1/horses?limit=100".to_owned(),
        format!("/v1/horses?owner={}", player.id),
        "/v1/horses?discipline=Racing".to_owned(),
        format!("/v1/horses/{horse}"),
        format!("/v1/horses/{horse}/results"),
        format!("/v1/horses/{horse}/training"),
        "/v1/shows".to_owned(),
        "/v1/shows?state=settled".to_owned(),
        format!("/v1/shows/{hosted}"),
        format!("/v1/shows/{settled}"),
        format!("/v1/shows/{settled}/results"),
        format!("/v1/shows/{settled}/entries"),
        format!("/v1/shows/{settled}/proof"),
        format!("/v1/shows/{open}/entries"),
        format!("/v1/shows/{open}/preview?horse={horse}"),
        "/v1/rankings/users".to_owned(),
        "/v1/rankings/disciplines/Racing".to_owned(),
    ]
}

#[tokio::test]
async fn a_hidden_profile_is_the_same_as_a_missing_one() {
    let world = World::new().await;
    let known = known(&world).await;
    let stranger = world.player("Stranger").await;
    let profile = format!("/v1/users/{}", known.player.id);
    let (missing, no_stable) = (
        format!("/v1/users/{}", Uuid::now_v7()),
        "/v1/stables/987654".to_owned(),
    );
    let stable = format!("/v1/stables/{}", known.stable);
    for client in [&world.client, &*stranger] {
        client.get(&profile).await.require(200);
        client.get(&stable).await.require(200);
    }
    set(&known.player, json!({"privacy": {"profileVisible": false}})).await;
    for client in [&world.client, &*stranger, &*known.player] {
        assert_eq!(
            anonymous(&client.get(&profile).await),
            anonymous(&client.get(&missing).await)
        );
        assert_eq!(
            anonymous(&client.get(&stable).await),
            anonymous(&client.get(&no_stable).await)
        );
        let hers = client
            .get(&format!("/v1/horses?owner={}", known.player.id))
            .await;
        let nobodys = client
            .get(&format!("/v1/horses?owner={}", Uuid::now_v7()))
            .await;
        assert_eq!(anonymous(&hers), anonymous(&nobodys));
    }
    set(&known.player, json!({"privacy": {"profileVisible": true}})).await;
    world.client.get(&profile).await.require(200);
}

#[tokio::test]
async fn a_hidden_player_is_in_no_read_of_others() {
    let world = World::new().await;
    let known = known(&world).await;
    let stranger = world.player("Stranger").await;
    let (id, name) = (known.player.id.to_string(), "Beneficent");
    let mut named = 0;
    for path in reads(&known) {
        let text = world.client.get(&path).await.require(200).text();
        named += usize::from(text.contains(&id) && text.contains(name));
    }
    assert!(
        named >= 10,
        "the reads that name players are fewer than thought: {named}"
    );
    set(&known.player, json!({"privacy": {"profileVisible": false}})).await;
    for client in [&world.client, &*stranger] {
        for path in reads(&known) {
            // The read that asks for the player's own id is answered without it.
            let text = client.get(&path).await.require(200).text();
            assert!(
                !text.contains(&id) && !text.contains(name),
                "{path}: {text}"
            );
        }
    }
    let card = world
        .client
        .read(&format!("/v1/horses/{}", known.horse))
        .await;
    assert_eq!(
        (&card["owner"], &card["stable"]),
        (&Value::Null, &Value::Null)
    );
    let show = world
        .client
        .read(&format!("/v1/shows/{}", known.hosted))
        .await;
    assert_eq!(
        (&show["host"], &show["hosted_by"]),
        (&Value::Null, &json!("player"))
    );
    // The player's own reads stay whole.
    let own = known.player.read("/v1/users/me/horses").await;
    assert_eq!(own["items"][0]["owner"]["name"], name);
    assert_eq!(known.player.read("/v1/users/me").await["name"], name);
}

#[tokio::test]
async fn progress_that_is_not_shared_shows_neither_level_nor_xp() {
    let world = World::new().await;
    let known = known(&world).await;
    let profile = format!("/v1/users/{}", known.player.id);
    assert!(world.client.read(&profile).await["xp"].as_i64().unwrap() > 0);
    set(&known.player, json!({"privacy": {"shareProgress": false}})).await;
    let shown = world.client.read(&profile).await;
    assert_eq!(
        (&shown["name"], &shown["xp"], &shown["level"]),
        (&json!("Beneficent"), &Value::Null, &Value::Null)
    );
    let ranking = world
        .client
        .get("/v1/rankings/users?limit=100")
        .await
        .text();
    assert!(!ranking.contains("Beneficent") && ranking.contains("Other"));
    let results = world
        .client
        .read(&format!("/v1/shows/{}/results", known.settled))
        .await;
    for place in results["items"].as_array().unwrap() {
        assert_eq!(
            place["user_xp"].is_null(),
            place["player"]["name"] == "Beneficent",
            "{place}"
        );
    }
    let training = world
        .client
        .read(&format!("/v1/horses/{}/training", known.horse))
        .await;
    assert_eq!(training["items"][0]["user_xp"], Value::Null);
    assert!(
        known.player.read("/v1/users/me").await["xp"]
            .as_i64()
            .unwrap()
            > 0
    );
}

/// Sends it and makes sure that the trait is not in the answer.
async fn unsaid(hidden: &str, reply: Reply) -> Reply {
    assert!(reply.status < 300, "{}: {}", reply.of, reply.text());
    assert!(
        !reply.text().contains(hidden),
        "{} tells {hidden}: {}",
        reply.of,
        reply.text()
    );
    reply
}

#[tokio::test]
async fn a_hidden_trait_is_in_no_answer_to_anyone_until_it_is_discovered() {
    let world = World::new().await;
    let (ann, ben) = (world.player("Ann").await, world.player("Ben").await);
    let hidden = "legendary_bloodline";
    let traits = json!({"positive": ["bold"], "negative": [], "hidden": [hidden]});
    let mare = world
        .horse(
            &ann,
            NewHorse {
                traits,
                bond: 60,
                stress: 60,
                ..NewHorse::default()
            },
        )
        .await;
    let rival = world.mare(&ben).await;
    let show = world
        .show(
            &ben,
            NewShow {
                in_minutes: 30,
                ..NewShow::default()
            },
        )
        .await;
    let path = format!("/v1/horses/{mare}");
    let preview = format!("/v1/shows/{show}/preview?horse={mare}");
    let public = [
        path.clone(),
        format!("{path}/training"),
        "/v1/horses?limit=100".to_owned(),
        "/v1/horses?discipline=Racing".to_owned(),
        preview.clone(),
    ];
    let clients: [&Client; 3] = [&world.client, &ann, &ben];

    unsaid(
        hidden,
        ann.ask("PATCH", &path)
            .if_match("\"1\"")
            .json(&json!({"name": "Lark"}))
            .send()
            .await,
    )
    .await;
    unsaid(hidden, ann.post(&format!("{path}/groom"), &json!({})).await).await;
    unsaid(
        hidden,
        ann.post(
            &format!("{path}/training"),
            &json!({"discipline": "Racing"}),
        )
        .await,
    )
    .await;
    let unentered = ann.read(&preview).await;
    unsaid(hidden, world.enter(&ann, show, mare).await).await;
    world.enter(&ben, show, rival).await.require(201);
    for client in clients {
        for path in &public {
            unsaid(hidden, client.get(path).await).await;
        }
        unsaid(
            hidden,
            client.get(&format!("/v1/shows/{show}/entries")).await,
        )
        .await;
    }
    unsaid(hidden, ann.get("/v1/users/me/horses").await).await;
    // An entry counts it, but no preview does until the show is settled: entering and withdrawing cost nothing.
    let entered = ann.read(&preview).await;
    assert_eq!(
        (&unentered["basis"], &entered["basis"]),
        (&json!("visible_traits"), &json!("entry"))
    );
    assert_eq!(unentered["expected_score"], entered["expected_score"]);
    assert_eq!(
        world
            .client
            .read(&format!("/v1/horses?trait={hidden}"))
            .await["items"],
        json!([])
    );

    world.advance("31m").await;
    world.settle_due().await;
    for client in clients {
        for path in ["results", "proof", "entries"] {
            unsaid(
                hidden,
                client.get(&format!("/v1/shows/{show}/{path}")).await,
            )
            .await;
        }
        unsaid(hidden, client.get(&format!("{path}/results")).await).await;
    }

    world
        .sql(&format!(
            "update horses set bond_score = 79 where id = {mare}"
        ))
        .await;
    world.advance("24h").await;
    let groomed = ann
        .post(&format!("{path}/groom"), &json!({}))
        .await
        .require(200)
        .json();
    assert_eq!(groomed["discovered"][0]["trait"], hidden);
    assert!(groomed["discovered"][0]["explanation"].is_string());
    let card = world.client.read(&path).await;
    assert_eq!(card["traits"]["positive"], json!(["bold", hidden]));
    let found = world
        .client
        .read(&format!("/v1/horses?trait={hidden},bold"))
        .await;
    assert_eq!(found["items"][0]["id"], mare);
}

#[tokio::test]
async fn an_e_mail_address_is_seen_by_its_player_alone() {
    let world = World::new().await;
    let known = known(&world).await;
    let email = "beneficent@example.org";
    assert_eq!(known.player.read("/v1/account").await["email"], email);
    let stranger = world.player("Stranger").await;
    let more = [
        format!("/v1/users/{}", known.player.id),
        "/v1/users/me".to_owned(),
        "/v1/users/me/ledger".to_owned(),
    ];
    for path in reads(&known).into_iter().chain(more) {
        let text = stranger.get(&path).await.text();
        assert!(!text.contains(email), "{path}: {text}");
    }
}

#[tokio::test]
async fn a_stable_of_a_hidden_profile_is_missing_to_every_write_too() {
    let world = World::new().await;
    let (ann, ben) = (world.player("Ann").await, world.player("Ben").await);
    let opened = ann
        .post("/v1/stables", &json!({"name": "North Yard"}))
        .await;
    let stable = number(&opened.require(201), "id");
    let path = format!("/v1/stables/{stable}");
    let horse = json!({"breed": "Arabian", "sex": "male", "name": "Star", "stable_id": stable});
    for (settings, status) in [
        (json!({}), 403),
        (json!({"privacy": {"profileVisible": false}}), 404),
    ] {
        set(&ann, settings).await;
        let change = ben.ask("PATCH", &path).if_match("\"1\"");
        let changed = change.json(&json!({"name": "Mine"})).send().await;
        assert_eq!(changed.status, status, "{}", changed.text());
        let bought = ben.post("/v1/horses/store", &horse).await;
        assert_eq!(bought.status, status, "{}", bought.text());
    }
}
