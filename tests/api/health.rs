//! Health, the end of a server, and the clock that only a playground may advance.

use chrono::{DateTime, TimeDelta, Utc};
use equoria::config::{Database as Place, Profile};
use harness::World;
use serde_json::json;

#[tokio::test]
async fn a_server_on_its_schema_is_alive_and_ready() {
    let world = World::new().await;
    assert_eq!(
        world.client.read("/health/live").await,
        json!({"status": "alive"})
    );
    let ready = world.client.read("/health/ready").await;
    let version = world
        .one("select max(version)::bigint from ops.migrations")
        .await;
    assert_eq!(ready, json!({"status": "ready", "schema_version": version}));
}

#[tokio::test]
async fn without_its_database_a_server_is_alive_and_not_ready() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let nowhere = format!("postgresql://equoria_reader:x@127.0.0.1:{port}/equoria");
    let world = World::with(|config| config.reader = Place::parse(&nowhere).unwrap()).await;
    assert_eq!(world.client.read("/health/live").await["status"], "alive");
    for path in ["/health/ready", "/v1/horses", "/v1/breeds", "/v1/shows/1"] {
        let reply = world.client.get(path).await;
        reply.refused(503, "busy");
        assert!(
            reply.header("retry-after").parse::<u32>().unwrap() >= 1,
            "{path}"
        );
    }
    // What needs no database is there.
    world.client.read("/v1/disciplines").await;
}

#[tokio::test]
async fn a_server_on_another_schema_is_not_ready_and_says_which() {
    let world = World::new().await;
    let version = world
        .one("select max(version)::bigint from ops.migrations")
        .await;
    world.sql("insert into ops.migrations (version, name, sha256, took_ms) values (9999, 'later', repeat('a', 64), 1)").await;
    let problem = world
        .client
        .get("/health/ready")
        .await
        .refused(503, "wrong-schema");
    assert_eq!(
        (&problem["expected"], &problem["found"]),
        (&json!(version), &json!(9999))
    );
    world.sql("truncate ops.migrations").await;
    let problem = world
        .client
        .get("/health/ready")
        .await
        .refused(503, "wrong-schema");
    assert_eq!(problem["found"], json!(null));
    world.client.read("/health/live").await;
}

#[tokio::test]
async fn connections_that_broke_cost_neither_reads_nor_writes_anything() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    ann.read("/v1/users/me").await;
    for round in 0..5 {
        let stable = json!({"name": format!("Yard {round}")});
        let (one, other) = tokio::join!(ann.get("/v1/users/me"), ann.get("/v1/shows"));
        assert_eq!((one.status, other.status), (200, 200));
        world.sql("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()").await;
        let (read, written) =
            tokio::join!(ann.get("/v1/users/me"), ann.post("/v1/stables", &stable));
        read.require(200);
        written.require(201);
        world.client.read("/health/ready").await;
    }
    assert_eq!(world.one("select count(*) from stables").await, 5);
}

#[tokio::test]
async fn a_server_that_is_asked_to_stop_ends_what_is_under_way() {
    let mut world = World::new().await;
    world.start_jobs().await;
    let ann = world.player("Ann").await;
    let mare = world.mare(&ann).await;
    world
        .sql(&format!(
            "begin; select from horses where id = {mare} for update"
        ))
        .await;
    let groom = ann.ask("POST", &format!("/v1/horses/{mare}/groom")).send();
    let under_way = tokio::spawn(groom);
    let watcher = world.database.admin().await;
    let waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
    while watcher
        .query_one(waiting, &[])
        .await
        .unwrap()
        .get::<_, i64>(0)
        == 0
    {
        assert!(!under_way.is_finished(), "the request did not wait");
    }
    world.stop();
    world.sql("commit").await;
    let reply = under_way.await.unwrap();
    reply.require(200);
    world.ended().await;
    assert_eq!(
        world
            .one(&format!(
                "select bond_score::bigint from horses where id = {mare}"
            ))
            .await,
        52
    );
}

#[tokio::test]
async fn a_request_that_breaks_off_leaves_no_transaction_open() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let mare = world.mare(&ann).await;
    world
        .sql(&format!(
            "begin; select from horses where id = {mare} for update"
        ))
        .await;
    let under_way = tokio::spawn(ann.ask("POST", &format!("/v1/horses/{mare}/groom")).send());
    let watcher = world.database.admin().await;
    let waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
    while watcher
        .query_one(waiting, &[])
        .await
        .unwrap()
        .get::<_, i64>(0)
        == 0
    {}
    under_way.abort();
    assert!(under_way.await.unwrap_err().is_cancelled());
    world.sql("commit").await;
    // Whether the write ended or was undone, the horse is free, and another request goes through.
    let open = "select count(*) from pg_stat_activity where state like 'idle in transaction%' and datname = current_database()";
    while watcher.query_one(open, &[]).await.unwrap().get::<_, i64>(0) > 0 {}
    ann.post(
        &format!("/v1/horses/{mare}/training"),
        &json!({"discipline": "Racing"}),
    )
    .await
    .require(201);
}

#[tokio::test]
async fn a_body_may_have_sixty_four_kibibytes_and_no_byte_more() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let padded = |length: usize| format!("{{}}{}", " ".repeat(length - 2));
    let claim = |length: usize| {
        ann.ask("POST", "/v1/stipend")
            .body("application/json", padded(length))
            .send()
    };
    let problem = claim(65_537).await.refused(413, "body-too-large");
    assert_eq!(problem["most_bytes"], 65_536);
    claim(65_536).await.require(200);
}

#[tokio::test]
async fn the_description_and_its_page_are_there_and_ask_nobody_elsewhere() {
    let world = World::new().await;
    let description = world.client.get("/openapi.json").await.require(200);
    assert_eq!(description.header("content-type"), "application/json");
    assert_eq!(description.json()["openapi"], "3.1.0");
    let moved = world.client.get("/docs").await.require(308);
    assert_eq!(moved.header("location"), "/docs/");
    let page = world.client.get("/docs/").await.require(200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(
        page.header("content-security-policy")
            .contains("default-src 'none'")
    );
    world
        .client
        .get("/docs/swagger-ui-bundle.js")
        .await
        .require(200);
}

#[tokio::test]
async fn the_clock_moves_forwards_only_and_tells_how_far() {
    let world = World::new().await;
    let shown = world.client.read("/dev/clock").await;
    let before: DateTime<Utc> = shown["now"].as_str().unwrap().parse().unwrap();
    let moved = world
        .client
        .post("/dev/clock", &json!({"advance": "36h"}))
        .await
        .require(200)
        .json();
    assert_eq!(
        moved["ahead_ms"].as_i64().unwrap() - shown["ahead_ms"].as_i64().unwrap(),
        36 * 3_600_000
    );
    let after: DateTime<Utc> = moved["now"].as_str().unwrap().parse().unwrap();
    assert!((TimeDelta::hours(36)..TimeDelta::hours(37)).contains(&(after - before)));
    world
        .client
        .post("/dev/clock", &json!({"advance_ms": 1}))
        .await
        .require(200);
    let both = world
        .client
        .post("/dev/clock", &json!({"advance": "1d", "advance_ms": 1}))
        .await;
    assert_eq!(both.refused(400, "invalid-field")["field"], "advance");
    world
        .client
        .post("/dev/clock", &json!({}))
        .await
        .refused(400, "invalid-field");
    // A hundred years is the end of it.
    world
        .client
        .post("/dev/clock", &json!({"advance": "36500d"}))
        .await
        .refused(400, "invalid-field");
}

#[tokio::test]
async fn production_has_no_clock_but_the_real_one() {
    let world = World::with(|config| config.profile = Profile::Production).await;
    for method in ["GET", "POST", "PUT", "DELETE"] {
        let ask = world
            .client
            .ask(method, "/dev/clock")
            .json(&json!({"advance": "7d"}));
        ask.send().await.refused(404, "no-such-path");
    }
    let description = world.client.get("/openapi.json").await.require(200).text();
    assert!(!description.contains("/dev/clock"));
    // The database's clock is days ahead, and nothing in production looks at it.
    assert!(world.one("select ahead_ms from ops.game_clock").await > 0);
    let ann = world.player("Ann").await;
    let mare = world.mare(&ann).await;
    let trained = ann
        .post(
            &format!("/v1/horses/{mare}/training"),
            &json!({"discipline": "Racing"}),
        )
        .await
        .require(201)
        .json();
    let until: DateTime<Utc> = trained["resting_until"].as_str().unwrap().parse().unwrap();
    let rest = until - Utc::now();
    assert!(
        rest <= TimeDelta::days(7) && rest > TimeDelta::days(7) - TimeDelta::minutes(5),
        "{rest}"
    );
}
