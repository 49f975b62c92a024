//! Idempotency keys: one request, one effect, however often it is sent.

use harness::client::Ask;
use harness::world::number;
use harness::{NewShow, Player, World};
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// Every kind of write that changes money, horses or shows, as a request that succeeds once.
async fn writes(world: &World, ann: &Player) -> Vec<(&'static str, String, Value)> {
    let host = world.player("Host").await;
    let (mare, other) = (world.mare(ann).await, world.mare(ann).await);
    let show = world.show(&host, NewShow::default()).await;
    let entered = world.show(&host, NewShow::default()).await;
    world.enter(ann, entered, mare).await.require(201);
    let own = world.show(ann, NewShow::default()).await;
    vec![
        ("POST", "/v1/stipend".to_owned(), json!({})),
        (
            "POST",
            "/v1/horses/starter".to_owned(),
            json!({"breed": "Arabian", "name": "Lark"}),
        ),
        (
            "POST",
            "/v1/horses/store".to_owned(),
            json!({"breed": "Arabian", "sex": "male", "name": "Star"}),
        ),
        ("POST", "/v1/stables".to_owned(), json!({"name": "Home"})),
        (
            "POST",
            format!("/v1/horses/{mare}/training"),
            json!({"discipline": "Racing"}),
        ),
        ("POST", format!("/v1/horses/{mare}/groom"), json!({})),
        (
            "POST",
            "/v1/shows".to_owned(),
            world.show_body(&NewShow::default()),
        ),
        (
            "POST",
            format!("/v1/shows/{show}/entries"),
            json!({"horse_id": other}),
        ),
        (
            "DELETE",
            format!("/v1/shows/{entered}/entries/{mare}"),
            json!({}),
        ),
        ("POST", format!("/v1/shows/{own}/cancel"), json!({})),
    ]
}

#[tokio::test]
async fn a_replay_gets_the_same_answer_byte_for_byte_and_has_no_effect() {
    let world = World::new().await;
    let ann = world.player_with("Ann", 5000).await;
    for (method, path, body) in writes(&world, &ann).await {
        let ask = || {
            ann.ask(method, &path)
                .json(&body)
                .key(&format!("once {path}").replace(' ', "-"))
        };
        let first = ask().send().await;
        assert!(
            (200..300).contains(&first.status),
            "{}: {}",
            first.of,
            first.text()
        );
        assert_eq!(first.header("idempotency-replayed"), "");
        let after = world.fingerprint().await;
        let again = ask().send().await;
        assert_eq!(
            (again.status, &again.body),
            (first.status, &first.body),
            "{}",
            first.of
        );
        for name in ["etag", "location", "content-type"] {
            assert_eq!(
                again.header(name),
                first.header(name),
                "{}: {name}",
                first.of
            );
        }
        assert_eq!(again.header("idempotency-replayed"), "true", "{}", first.of);
        assert_eq!(world.fingerprint().await, after, "{}", first.of);
    }
    world.require_sound_ledger().await;
}

#[tokio::test]
async fn another_request_with_the_same_key_is_refused() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let stable = |name: &str| {
        ann.ask("POST", "/v1/stables")
            .json(&json!({"name": name}))
            .key("k1")
    };
    let made = stable("Home").send().await.require(201);
    let after = world.fingerprint().await;
    stable("Far")
        .send()
        .await
        .refused(422, "idempotency-key-reused");
    ann.ask("POST", "/v1/stipend")
        .key("k1")
        .send()
        .await
        .refused(422, "idempotency-key-reused");
    ann.ask("POST", "/v1/stipend")
        .json(&json!({"name": "Home"}))
        .key("k1")
        .send()
        .await
        .refused(400, "invalid-field");
    let id = number(&made, "id");
    ann.ask("DELETE", &format!("/v1/stables/{id}"))
        .key("k1")
        .send()
        .await
        .refused(422, "idempotency-key-reused");
    assert_eq!(world.fingerprint().await, after);
    assert_eq!(stable("Home").send().await.body, made.body);
}

#[tokio::test]
async fn the_version_that_a_change_names_is_part_of_the_request() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let rename = |etag: &str| {
        ann.ask("PATCH", "/v1/account")
            .json(&json!({"name": "Anna"}))
            .if_match(etag)
            .key("k1")
    };
    let first = rename("\"1\"").send().await.require(200);
    rename("\"2\"")
        .send()
        .await
        .refused(422, "idempotency-key-reused");
    assert_eq!(rename("\"1\"").send().await.body, first.body);
}

#[tokio::test]
async fn the_key_of_another_player_is_another_key() {
    let world = World::new().await;
    let (ann, ben) = (world.player("Ann").await, world.player("Ben").await);
    let claim = |player: &Player| player.ask("POST", "/v1/stipend").key("same");
    claim(&ann).send().await.require(200);
    let his = claim(&ben).send().await.require(200);
    assert_eq!(his.header("idempotency-replayed"), "");
    assert_eq!(
        (world.purse(ann.id).await, world.purse(ben.id).await),
        (1250, 1250)
    );
}

#[tokio::test]
async fn a_refusal_leaves_its_key_free() {
    let world = World::new().await;
    let ann = world.player_with("Ann", 499).await;
    let body = json!({"breed": "Arabian", "sex": "male", "name": "Star"});
    let buy = || ann.ask("POST", "/v1/horses/store").json(&body).key("star");
    buy().send().await.refused(409, "not-enough-coins");
    assert_eq!(world.one("select count(*) from idempotency_keys").await, 0);
    ann.post("/v1/stipend", &json!({})).await.require(200);
    let bought = buy().send().await.require(201);
    assert_eq!(buy().send().await.body, bought.body);
    assert_eq!(world.purse(ann.id).await, 249);
}

#[tokio::test]
async fn an_ended_session_replays_nothing() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    ann.ask("POST", "/v1/stipend")
        .key("k1")
        .send()
        .await
        .require(200);
    let sign_out = || ann.ask("DELETE", "/v1/sessions/current").key("k2").send();
    sign_out().await.require(204);
    ann.ask("POST", "/v1/stipend")
        .key("k1")
        .send()
        .await
        .refused(401, "token-revoked");
    sign_out().await.refused(401, "token-revoked");
}

#[tokio::test]
async fn a_visitors_key_counts_for_nothing() {
    let world = World::new().await;
    let body = json!({"name": "Ann", "email": "ann@example.org", "password": "long enough"});
    let register = || {
        world
            .client
            .ask("POST", "/v1/users")
            .json(&body)
            .key("k1")
            .send()
    };
    register().await.require(201);
    register().await.refused(409, "email-taken");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_duplicates_have_one_effect_and_all_get_its_answer() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let mare = world.mare(&ann).await;
    let racing = json!({"discipline": "Racing"});
    let train = || {
        ann.ask("POST", &format!("/v1/horses/{mare}/training"))
            .json(&racing)
            .key("train")
    };
    let claim = || ann.ask("POST", "/v1/stipend").key("claim");
    let buy = || {
        ann.ask("POST", "/v1/horses/store")
            .json(&json!({"breed": "Arabian", "sex": "male", "name": "Star"}))
            .key("buy")
    };
    for asks in [all(train), all(claim), all(buy)] {
        let mut under_way: JoinSet<_> = asks.into_iter().map(Ask::send).collect();
        let mut answers = Vec::new();
        while let Some(reply) = under_way.join_next().await {
            answers.push(reply.unwrap());
        }
        let first = &answers[0];
        assert!(
            answers
                .iter()
                .all(|it| (it.status, &it.body) == (first.status, &first.body)),
            "{answers:?}"
        );
        assert!((200..300).contains(&first.status), "{}", first.text());
        let replayed = answers
            .iter()
            .filter(|it| it.header("idempotency-replayed") == "true")
            .count();
        assert_eq!(replayed, 31);
    }
    assert_eq!(world.one("select count(*) from training_logs").await, 1);
    assert_eq!(world.one("select count(*) from horses").await, 2);
    assert_eq!(world.purse(ann.id).await, 1000 + 250 - 500);
    world.require_sound_ledger().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn different_requests_that_race_with_one_key_have_one_effect() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let open = |at: usize| {
        ann.ask("POST", "/v1/stables")
            .json(&json!({"name": format!("Yard {at}")}))
            .key("one")
    };
    let mut under_way: JoinSet<_> = (0..32).map(|at| open(at).send()).collect();
    let mut made = 0;
    while let Some(reply) = under_way.join_next().await {
        let reply = reply.unwrap();
        if reply.status == 201 {
            made += 1;
        } else {
            reply.refused(422, "idempotency-key-reused");
        }
    }
    assert_eq!(
        (made, world.one("select count(*) from stables").await),
        (1, 1)
    );
}

fn all(ask: impl Fn() -> Ask) -> Vec<Ask> {
    (0..32).map(|_| ask()).collect()
}
