//! `equoria serve` as a process: how it ends, and how it refuses to begin.

use std::net::{TcpListener, TcpStream};

use equoria::config::Environment;
use harness::{Database, Native, NewHorse, Player, World, native};
use serde_json::json;

use crate::backlog::{Backlog, Held};
use crate::command_line::equoria;

/// A world, and a native API as a process on its database.
async fn served() -> (World, Native) {
    let world = World::new().await;
    let environment = native::environment(&world.database)
        .with("EQUORIA_TOKEN_KEY", &world.config.token_key.hex());
    let mut native = Native::spawn(&environment, &["serve"]);
    native.ready().await;
    (world, native)
}

fn port_of(native: &Native) -> u16 {
    native.url.rsplit(':').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_under_way_is_finished_after_a_signal_and_nothing_new_is_taken() {
    for signal in ["TERM", "INT"] {
        let (world, mut native) = served().await;
        let ada: Player = world.player("Ada").await;
        let mare = world.horse(&ada, NewHorse::default()).await;
        let held = Held::rows(
            &world.database,
            &format!("select 1 from horses where id = {mare}"),
        )
        .await;
        let client = harness::Client::at(&native.url).with_token(ada.token().unwrap());
        let training = tokio::spawn(async move {
            client
                .post(
                    &format!("/v1/horses/{mare}/training"),
                    &json!({"discipline": "Racing"}),
                )
                .await
        });
        held.until_waited_for(1, &native).await;
        native.signal(signal);
        while TcpStream::connect(("127.0.0.1", port_of(&native))).is_ok() {}
        assert_eq!(native.ended(), None, "it waits for the request under way");
        held.release().await;
        training.await.unwrap().require(201);
        assert_eq!(native.wait(), 0, "{}", native.log());
        assert_eq!(world.one("select count(*) from training_logs").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settlement_under_way_is_finished_after_a_signal_and_no_other_is_begun() {
    let backlog = Backlog::of(12, Database::fresh().await).await;
    let held = Held::rows(
        &backlog.world.database,
        "select 1 from accounts where kind = 'purse'",
    )
    .await;
    let mut native = Native::spawn(&backlog.environment(), &["serve"]);
    native.ready().await;
    held.until_waited_for(1, &native).await;
    native.signal("TERM");
    while TcpStream::connect(("127.0.0.1", port_of(&native))).is_ok() {}
    assert_eq!(
        native.ended(),
        None,
        "it waits for the settlement under way"
    );
    held.release().await;
    assert_eq!(native.wait(), 0, "{}", native.log());
    let settled = backlog.settled().await;
    assert!((1..=4).contains(&settled), "{settled} shows were settled");
    backlog.require_no_half().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_at_the_first_moment_that_the_server_can_be_reached_is_heard() {
    let database = Database::fresh().await;
    let environment = native::environment(&database);
    for signal in ["TERM", "INT", "HUP"] {
        let mut native = Native::spawn(&environment, &["serve"]);
        while TcpStream::connect(("127.0.0.1", port_of(&native))).is_err() {
            assert_eq!(native.ended(), None, "{}", native.log());
        }
        native.signal(signal);
        assert_eq!(native.wait(), 0, "{signal}: {}", native.log());
    }
}

/// The one sentence with which the process refuses to begin.
fn refusal(environment: &Environment) -> String {
    let environment: Vec<(&str, &str)> = environment.iter().collect();
    let output = equoria(&["serve"], &environment);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(said.lines().count(), 1, "one clear sentence, not: {said}");
    assert!(said.starts_with("equoria: "), "{said}");
    said
}

/// No password and no other secret of the environment is in the sentence.
fn require_discreet(said: &str, environment: &Environment, database: &Database) {
    let password = database.of("equoria_writer").url();
    let password = password
        .split(['@'])
        .next()
        .and_then(|front| front.rsplit(':').next())
        .unwrap();
    assert!(!said.contains(password) && !said.contains("hush"), "{said}");
    for name in [
        "EQUORIA_TOKEN_KEY",
        "EQUORIA_DICE_SECRET",
        "EQUORIA_EDGE_KEY",
    ] {
        if let Some(secret) = environment.get(name).unwrap() {
            assert!(!said.contains(&secret), "{said}");
        }
    }
}

#[tokio::test]
async fn a_wrong_setting_is_one_clear_sentence_without_any_secret() {
    let database = Database::fresh().await;
    let good = native::environment(&database);
    let url = |change: &dyn Fn(String) -> String| change(database.tcp_url("equoria_writer"));
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().port().to_string();
    for (name, value, named) in [
        (
            "DATABASE_URL",
            url(&|it| it + "?conection_limit=20"),
            "conection_limit",
        ),
        (
            "DATABASE_URL",
            url(&|it| it + "?connection_limit=0"),
            "connection_limit",
        ),
        (
            "DATABASE_URL",
            url(&|it| it + "?sslmode=verify-full"),
            "sslrootcert",
        ),
        (
            "DATABASE_URL",
            url(&|it| it.replace("postgresql:", "mysql:")),
            "postgresql://",
        ),
        (
            "DATABASE_URL",
            url(&|_| "postgresql://equoria_writer:hush@127.0.0.1:1/equoria".to_owned()),
            "127.0.0.1:1",
        ),
        (
            "DATABASE_URL",
            database
                .administrator()
                .with_user("equoria_writer", "hush")
                .url(),
            "equoria_writer",
        ),
        (
            "DATABASE_URL",
            database.of("equoria_writer").with_name("nowhere").url(),
            "nowhere",
        ),
        ("DATABASE_URL", "not a URL".to_owned(), "DATABASE_URL"),
        ("EQUORIA_API_PORT", "eight".to_owned(), "EQUORIA_API_PORT"),
        ("EQUORIA_API_PORT", "70000".to_owned(), "EQUORIA_API_PORT"),
        ("EQUORIA_API_PORT", taken.clone(), taken.as_str()),
        (
            "EQUORIA_API_HOST",
            "everywhere".to_owned(),
            "EQUORIA_API_HOST",
        ),
        ("EQUORIA_PROFILE", "staging".to_owned(), "EQUORIA_PROFILE"),
        ("EQUORIA_TOKEN_KEY", "ab".repeat(64), "EQUORIA_TOKEN_KEY"),
        (
            "EQUORIA_DICE_SECRET",
            "hush".to_owned(),
            "EQUORIA_DICE_SECRET",
        ),
        ("EQUORIA_EDGE_KEY", "00".repeat(32), "EQUORIA_EDGE_KEY"),
        (
            "EQUORIA_LIMIT_WRITES",
            "-1".to_owned(),
            "EQUORIA_LIMIT_WRITES",
        ),
        ("LOG_LEVEL", "equoria=loud".to_owned(), "LOG_LEVEL"),
        ("DISABLE_LOGGING", "perhaps".to_owned(), "DISABLE_LOGGING"),
    ] {
        let wrong = good.clone().with(name, &value);
        let said = refusal(&wrong);
        assert!(said.contains(named), "{name}={value}: {said}");
        require_discreet(&said, &good, &database);
    }
}

#[tokio::test]
async fn production_begins_with_every_secret_or_not_at_all() {
    let database = Database::fresh().await;
    let production = native::environment(&database).with("EQUORIA_PROFILE", "production");
    for name in [
        "DATABASE_URL",
        "DATABASE_READ_URL",
        "EQUORIA_TOKEN_KEY",
        "EQUORIA_DICE_SECRET",
        "EQUORIA_EDGE_KEY",
    ] {
        let said = refusal(&production.clone().without(name));
        assert!(said.contains(name), "{said}");
    }
    let administrator = production
        .clone()
        .with("DATABASE_URL", &database.administrator().url());
    let said = refusal(&administrator);
    assert!(said.contains("postgres"), "{said}");
    require_discreet(&said, &administrator, &database);
}

#[tokio::test(flavor = "multi_thread")]
async fn production_keeps_the_real_clock_whatever_the_database_says() {
    let database = Database::fresh().await;
    let admin = database.admin().await;
    admin
        .batch_execute("update ops.game_clock set ahead_ms = 1000000000")
        .await
        .unwrap();
    let native =
        Native::start_with(&database, &[("EQUORIA_PROFILE", "production")], &["serve"]).await;
    let client = harness::Client::at(&native.url);
    client.get("/dev/clock").await.refused(404, "no-such-path");
    client
        .post("/dev/clock", &json!({"advance": "7d"}))
        .await
        .refused(404, "no-such-path");
    let registered = client.sign_up("Ada").await.answer;
    let joined: chrono::DateTime<chrono::Utc> = registered["user"]["created_at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(joined <= chrono::Utc::now(), "{joined}");
}
