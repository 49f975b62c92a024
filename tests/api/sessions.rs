//! Signing in and out, refreshing, and what a thief can and cannot do.

use std::collections::BTreeSet;

use equoria::limits::Rates;
use harness::client::{PASSWORD, SignedUp};
use harness::{Client, Database, Native, Reply, World};
use serde_json::{Value, json};

async fn sign_in(world: &World, email: &Value, password: &str) -> Reply {
    world
        .client
        .post(
            "/v1/sessions",
            &json!({"email": email, "password": password}),
        )
        .await
}

async fn refresh(world: &World, token: &Value) -> Reply {
    world
        .client
        .post("/v1/sessions/refresh", &json!({"refresh_token": token}))
        .await
}

/// Lets a refresh token have been used for so long that its leeway is over.
async fn leeway_passes(world: &World) {
    world
        .sql("update refresh_tokens set used_at = used_at - interval '31 seconds'")
        .await;
}

fn email(of: &SignedUp) -> &Value {
    &of.answer["user"]["email"]
}

fn client_of(world: &World, tokens: &Value) -> Client {
    world
        .client
        .with_token(tokens["access_token"].as_str().unwrap())
}

#[tokio::test]
async fn a_refresh_token_is_good_once() {
    let world = World::new().await;
    let ann = world.client.sign_up("Ann").await;
    let mut token = json!(ann.refresh_token);
    for _ in 0..3 {
        let next = refresh(&world, &token).await.require(200).json();
        assert_eq!(
            (&next["token_type"], &next["expires_in"]),
            (&json!("Bearer"), &json!(600))
        );
        client_of(&world, &next)
            .get("/v1/account")
            .await
            .require(200);
        assert_ne!(next["refresh_token"], token);
        token = next["refresh_token"].clone();
    }
    // What was issued before goes on to its own end.
    ann.client.get("/v1/account").await.require(200);
}

#[tokio::test]
async fn a_used_refresh_token_ends_its_session_and_voids_every_access_token() {
    let world = World::new().await;
    let ann = world.client.sign_up("Ann").await;
    let other = sign_in(&world, email(&ann), PASSWORD)
        .await
        .require(201)
        .json();
    let stolen = json!(ann.refresh_token);
    let next = refresh(&world, &stolen).await.require(200).json();
    leeway_passes(&world).await;
    refresh(&world, &stolen)
        .await
        .refused(401, "refresh-token-invalid");
    refresh(&world, &next["refresh_token"])
        .await
        .refused(401, "refresh-token-invalid");
    for client in [
        &ann.client,
        &client_of(&world, &next),
        &client_of(&world, &other),
    ] {
        client
            .get("/v1/account")
            .await
            .refused(401, "token-revoked");
        client
            .get("/v1/users/me")
            .await
            .refused(401, "token-revoked");
        client
            .get("/v1/users/me/ledger")
            .await
            .refused(401, "token-revoked");
        client
            .post("/v1/stipend", &json!({}))
            .await
            .refused(401, "token-revoked");
    }
    // The other session was not copied: its refresh token goes on.
    let again = refresh(&world, &other["refresh_token"])
        .await
        .require(200)
        .json();
    client_of(&world, &again)
        .post("/v1/stipend", &json!({}))
        .await
        .require(200);
    // The same stolen token again changes nothing more: it cannot be used to keep a player out.
    refresh(&world, &stolen)
        .await
        .refused(401, "refresh-token-invalid");
    client_of(&world, &again)
        .get("/v1/account")
        .await
        .require(200);
}

#[tokio::test]
async fn a_refresh_token_that_comes_twice_within_half_a_minute_has_the_same_successor() {
    let world = World::new().await;
    let ann = world.client.sign_up("Ann").await;
    let first = json!(ann.refresh_token);
    let next = refresh(&world, &first).await.require(200).json();
    world
        .sql("update refresh_tokens set used_at = used_at - interval '25 seconds'")
        .await;
    let again = refresh(&world, &first).await.require(200).json();
    assert_eq!(again["refresh_token"], next["refresh_token"]);
    for tokens in [&next, &again] {
        client_of(&world, tokens)
            .post("/v1/account/password", &json!({}))
            .await
            .refused(400, "invalid-field");
    }
    assert_eq!(world.one("select count(*) from refresh_tokens").await, 2);
    // Whoever has the successor goes on with it, once.
    refresh(&world, &next["refresh_token"]).await.require(200);
    assert_eq!(world.one("select count(*) from refresh_tokens").await, 3);
}

#[tokio::test]
async fn the_leeway_is_over_once_the_successor_was_used() {
    let world = World::new().await;
    let ann = world.client.sign_up("Ann").await;
    let stolen = json!(ann.refresh_token);
    let next = refresh(&world, &stolen).await.require(200).json();
    let latest = refresh(&world, &next["refresh_token"]).await.require(200);
    refresh(&world, &stolen)
        .await
        .refused(401, "refresh-token-invalid");
    for tokens in [next, latest.json()] {
        refresh(&world, &tokens["refresh_token"])
            .await
            .refused(401, "refresh-token-invalid");
        client_of(&world, &tokens)
            .get("/v1/account")
            .await
            .refused(401, "token-revoked");
    }
}

#[tokio::test]
async fn a_thief_within_the_leeway_is_found_out_at_the_next_refresh() {
    let world = World::new().await;
    let ann = world.client.sign_up("Ann").await;
    let stolen = json!(ann.refresh_token);
    let anns = refresh(&world, &stolen).await.require(200).json();
    let thiefs = refresh(&world, &stolen).await.require(200).json();
    // Ten minutes later one of the two refreshes, and after it the other.
    let next = refresh(&world, &anns["refresh_token"]).await.require(200);
    leeway_passes(&world).await;
    refresh(&world, &thiefs["refresh_token"])
        .await
        .refused(401, "refresh-token-invalid");
    for tokens in [anns, thiefs, next.json()] {
        client_of(&world, &tokens)
            .get("/v1/account")
            .await
            .refused(401, "token-revoked");
    }
    let alive = "select count(*) from sessions where revoked_at is null";
    assert_eq!(world.one(alive).await, 0);
}

#[tokio::test]
async fn the_leeway_opens_no_session_that_has_ended() {
    let world = World::new().await;
    let ann = world.client.sign_up("Ann").await;
    let first = json!(ann.refresh_token);
    refresh(&world, &first).await.require(200);
    ann.client.delete("/v1/sessions/current").await.require(204);
    refresh(&world, &first)
        .await
        .refused(401, "refresh-token-invalid");
    // Signed out is not stolen: the player's other sessions stay as they are.
    assert_eq!(world.one("select token_epoch::bigint from users").await, 0);
}

#[tokio::test]
async fn signing_out_ends_this_session_alone() {
    let world = World::new().await;
    let ann = world.client.sign_up("Ann").await;
    let other = sign_in(&world, email(&ann), PASSWORD)
        .await
        .require(201)
        .json();
    ann.client.delete("/v1/sessions/current").await.require(204);
    refresh(&world, &json!(ann.refresh_token))
        .await
        .refused(401, "refresh-token-invalid");
    ann.client
        .post("/v1/stipend", &json!({}))
        .await
        .refused(401, "token-revoked");
    ann.client
        .get("/v1/account")
        .await
        .refused(401, "token-revoked");
    client_of(&world, &other)
        .post("/v1/stipend", &json!({}))
        .await
        .require(200);
    refresh(&world, &other["refresh_token"]).await.require(200);
}

#[tokio::test]
async fn signing_out_everywhere_ends_all_of_them_and_nobody_elses() {
    let world = World::new().await;
    let (ann, ben) = (
        world.client.sign_up("Ann").await,
        world.client.sign_up("Ben").await,
    );
    let other = sign_in(&world, email(&ann), PASSWORD)
        .await
        .require(201)
        .json();
    ann.client.delete("/v1/sessions").await.require(204);
    for (client, token) in [
        (&ann.client, &json!(ann.refresh_token)),
        (&client_of(&world, &other), &other["refresh_token"]),
    ] {
        client
            .get("/v1/users/me")
            .await
            .refused(401, "token-revoked");
        client
            .post("/v1/stipend", &json!({}))
            .await
            .refused(401, "token-revoked");
        refresh(&world, token)
            .await
            .refused(401, "refresh-token-invalid");
    }
    ben.client
        .post("/v1/stipend", &json!({}))
        .await
        .require(200);
    let back = sign_in(&world, email(&ann), PASSWORD)
        .await
        .require(201)
        .json();
    client_of(&world, &back)
        .get("/v1/users/me")
        .await
        .require(200);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_the_old_password() {
    let world = World::new().await;
    let ann = world.client.sign_up("Ann").await;
    let other = sign_in(&world, email(&ann), PASSWORD)
        .await
        .require(201)
        .json();
    let wrong = json!({"current_password": "not it at all", "new_password": "another battery"});
    let before = world.fingerprint().await;
    let refused = ann
        .client
        .post("/v1/account/password", &wrong)
        .await
        .refused(400, "invalid-field");
    assert_eq!(refused["field"], "current_password");
    assert_eq!(world.fingerprint().await, before);
    let change = json!({"current_password": PASSWORD, "new_password": "another battery"});
    ann.client
        .post("/v1/account/password", &change)
        .await
        .require(204);
    sign_in(&world, email(&ann), PASSWORD)
        .await
        .refused(401, "wrong-credentials");
    sign_in(&world, email(&ann), "another battery")
        .await
        .require(201);
    refresh(&world, &other["refresh_token"])
        .await
        .refused(401, "refresh-token-invalid");
    ann.client
        .get("/v1/users/me")
        .await
        .refused(401, "token-revoked");
    refresh(&world, &json!(ann.refresh_token))
        .await
        .require(200);
}

#[tokio::test]
async fn a_session_that_is_over_refreshes_nothing() {
    let world = World::new().await;
    let ann = world.client.sign_up("Ann").await;
    world.sql("update sessions set created_at = now() - interval '31 days', expires_at = now() - interval '1 second'").await;
    refresh(&world, &json!(ann.refresh_token))
        .await
        .refused(401, "refresh-token-invalid");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_look_the_same() {
    let world = World::new().await;
    let ann = world.client.sign_up("Ann").await;
    let wrong = sign_in(&world, email(&ann), "wrong password").await;
    let unknown = sign_in(&world, &json!("nobody@example.org"), "wrong password").await;
    let shown = |reply: &Reply| {
        let mut problem = reply.refused(401, "wrong-credentials");
        problem.as_object_mut().unwrap().remove("request_id");
        let headers: BTreeSet<String> = reply.headers.keys().map(ToString::to_string).collect();
        (problem, headers)
    };
    assert_eq!(shown(&wrong), shown(&unknown));
    // Capitals and spaces around the address are the player's own business.
    let spelt = json!(format!(
        " {} ",
        email(&ann).as_str().unwrap().to_uppercase()
    ));
    sign_in(&world, &spelt, PASSWORD).await.require(201);
}

/// Everything that the database holds, as text.
async fn everything(world: &World) -> String {
    let tables = world.admin.query("select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('public', 'ops')", &[]);
    let mut all = String::new();
    for table in tables.await.unwrap() {
        let table: String = table.get(0);
        let rows = world
            .admin
            .query(&format!("select t::text from {table} t"), &[])
            .await
            .unwrap();
        rows.iter().for_each(|row| all.push_str(row.get(0)));
    }
    all
}

#[tokio::test]
async fn neither_passwords_nor_refresh_tokens_lie_in_the_database_or_in_answers() {
    let world = World::new().await;
    let ann = world.client.sign_up("Ann").await;
    let next = refresh(&world, &json!(ann.refresh_token))
        .await
        .require(200)
        .json();
    let hash = "select hash from user_passwords where user_id = $1";
    let hash: String = world
        .admin
        .query_one(hash, &[&ann.id])
        .await
        .unwrap()
        .get(0);
    assert!(
        hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{hash}"
    );
    // SHA-256 of the token's 32 bytes, and nothing else.
    for (token, is_used) in [
        (ann.refresh_token.as_str(), true),
        (next["refresh_token"].as_str().unwrap(), false),
    ] {
        let sql = "select used_at is not null from refresh_tokens
            where token_hash = sha256(decode(translate($1, '-_', '+/') || '=', 'base64'))";
        let used: bool = world.admin.query_one(sql, &[&token]).await.unwrap().get(0);
        assert_eq!(used, is_used);
    }
    let all = everything(&world).await;
    assert!(all.contains("Ann") && all.contains(&hash));
    let secrets = [
        PASSWORD,
        &ann.refresh_token,
        next["refresh_token"].as_str().unwrap(),
        ann.client.token().unwrap(),
    ];
    for secret in secrets {
        assert!(!all.contains(secret));
    }
    let answers = [
        ann.answer.to_string(),
        ann.client.get("/v1/account").await.require(200).text(),
        ann.client.get("/v1/users/me").await.require(200).text(),
        sign_in(&world, email(&ann), "correct horse batterz")
            .await
            .text(),
    ];
    for answer in &answers {
        assert!(
            !answer.contains(PASSWORD) && !answer.contains(&hash) && !answer.contains("batterz"),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn the_log_at_its_most_talkative_tells_no_secret() {
    let database = Database::fresh().await;
    let native = Native::start_with(&database, &[("LOG_LEVEL", "trace")], &["serve"]).await;
    let client = Client::at(&native.url);
    let ann = client.sign_up("Ann").await;
    let email = &ann.answer["user"]["email"];
    client
        .post(
            "/v1/sessions",
            &json!({"email": email, "password": "wrong password"}),
        )
        .await
        .refused(401, "wrong-credentials");
    client
        .post(
            "/v1/sessions",
            &json!({"email": email, "password": {"secret": "in the wrong place"}}),
        )
        .await
        .refused(400, "invalid-field");
    let session = client
        .post(
            "/v1/sessions",
            &json!({"email": email, "password": PASSWORD}),
        )
        .await
        .require(201)
        .json();
    let body = json!({"refresh_token": session["refresh_token"]});
    let next = client
        .post("/v1/sessions/refresh", &body)
        .await
        .require(200)
        .json();
    // Within the leeway, and after it.
    client
        .post("/v1/sessions/refresh", &body)
        .await
        .require(200);
    let connected = database.admin().await;
    let aged = "update refresh_tokens set used_at = used_at - interval '31 seconds'";
    connected.batch_execute(aged).await.unwrap();
    client
        .post("/v1/sessions/refresh", &body)
        .await
        .refused(401, "refresh-token-invalid");
    let log = native.log();
    assert!(
        log.contains("/v1/sessions/refresh") && log.contains("wrong-credentials"),
        "{log}"
    );
    let tokens = [
        &session["access_token"],
        &session["refresh_token"],
        &next["access_token"],
        &next["refresh_token"],
    ];
    for secret in tokens.map(|it| it.as_str().unwrap()).into_iter().chain([
        PASSWORD,
        "wrong password",
        "in the wrong place",
    ]) {
        assert!(!log.contains(secret), "the log tells {secret}");
    }
    for name in [
        "EQUORIA_TOKEN_KEY",
        "EQUORIA_DICE_SECRET",
        "EQUORIA_EDGE_KEY",
    ] {
        let secret = native.environment().get(name).unwrap().unwrap();
        assert!(!log.contains(&secret), "the log tells {name}");
    }
}

fn limited(reply: &Reply) {
    reply.refused(429, "too-many-requests");
    let seconds: u32 = reply.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
}

const NONE: Rates = Rates::NONE;

#[tokio::test]
async fn registrations_are_limited_by_address_and_only_the_edge_may_name_another() {
    let rates = Rates {
        registrations_per_address: 2,
        ..NONE
    };
    let world = World::with(|config| config.limits = rates).await;
    let register = |name: &str| {
        let body = json!({"name": name, "email": format!("{name}@example.org"), "password": "long enough"});
        world.client.ask("POST", "/v1/users").json(&body)
    };
    for name in ["a", "b"] {
        register(name).send().await.require(201);
    }
    limited(&register("c").send().await);
    let forged = register("c")
        .header("x-equoria-client", "203.0.113.7")
        .header("x-forwarded-for", "203.0.113.7");
    limited(&forged.send().await);
    let wrong_key = register("c")
        .header("x-equoria-client", "203.0.113.7")
        .header("x-equoria-edge-key", &"0".repeat(64));
    limited(&wrong_key.send().await);
    let key = world.config.edge_key.hex();
    let from_edge = |address: &str| {
        register("c")
            .header("x-equoria-client", address)
            .header("x-equoria-edge-key", &key)
    };
    from_edge("203.0.113.7").send().await.require(201);
    assert_eq!(world.one("select count(*) from users").await, 3);
    // What is refused for its form costs nothing.
    let bad = json!({"name": "", "email": "d@example.org", "password": "long enough"});
    world
        .client
        .post("/v1/users", &bad)
        .await
        .refused(422, "bad-name");
}

#[tokio::test]
async fn sign_ins_are_limited_by_address_and_by_e_mail_known_or_not() {
    let rates = Rates {
        sign_ins_per_email: 2,
        sign_ins_per_address: 7,
        ..NONE
    };
    let world = World::with(|config| config.limits = rates).await;
    let ann = world.client.sign_up("Ann").await;
    for address in [email(&ann), &json!("nobody@example.org")] {
        for _ in 0..2 {
            sign_in(&world, address, "wrong password")
                .await
                .refused(401, "wrong-credentials");
        }
        limited(&sign_in(&world, address, PASSWORD).await);
    }
    // Six have asked from this address; one more may, be it with a refresh token.
    refresh(&world, &json!(ann.refresh_token))
        .await
        .require(200);
    limited(&refresh(&world, &json!("x")).await);
    limited(&sign_in(&world, &json!("third@example.org"), PASSWORD).await);
}

#[tokio::test]
async fn guesses_of_ones_own_password_are_limited_too() {
    let rates = Rates {
        sign_ins_per_email: 2,
        ..NONE
    };
    let world = World::with(|config| config.limits = rates).await;
    let ann = world.client.sign_up("Ann").await;
    let guess = json!({"current_password": "wrong password", "new_password": "another battery"});
    for _ in 0..2 {
        ann.client
            .post("/v1/account/password", &guess)
            .await
            .refused(400, "invalid-field");
    }
    limited(&ann.client.post("/v1/account/password", &guess).await);
}

#[tokio::test]
async fn writes_are_limited_by_player_and_reads_are_not() {
    let rates = Rates {
        writes_per_player: 3,
        ..NONE
    };
    let world = World::with(|config| config.limits = rates).await;
    let (ann, ben) = (world.player("Ann").await, world.player("Ben").await);
    ann.post("/v1/stipend", &json!({})).await.require(200);
    for _ in 0..2 {
        ann.post("/v1/stipend", &json!({}))
            .await
            .refused(409, "stipend-claimed");
    }
    limited(&ann.post("/v1/stipend", &json!({})).await);
    for _ in 0..5 {
        ann.get("/v1/users/me").await.require(200);
    }
    ben.post("/v1/stipend", &json!({})).await.require(200);
}
