//! A pooler in transaction mode between the game and its database, and what must not go through one.

use equoria::db::By;
use harness::world::config;
use harness::{Database, PgBouncer, World, native};
use serde_json::json;
use tokio::task::JoinSet;

use crate::command_line::equoria;

/// How many sessions the pooler has for each role.
const SESSIONS: u32 = 2;

/// Every kind of statement under idempotency keys, by more players at once than there are sessions.
#[tokio::test(flavor = "multi_thread")]
async fn a_dozen_players_share_two_sessions_of_the_server_through_a_pooler() {
    let database = Database::fresh().await;
    let pooler = PgBouncer::before(&database, SESSIONS).await;
    let mut config = config(&database);
    config.writer = pooler.way(&database, "equoria_writer");
    config.reader = pooler.way(&database, "equoria_reader");
    let mut world = World::on(database, config).await;
    world.start_jobs().await;
    let mut playing = JoinSet::new();
    for number in 0..12 {
        let client = world.client.remembering();
        playing.spawn(async move {
            let player = client.sign_up(&format!("Player {number}")).await.client;
            let starter = json!({"breed": "Arabian", "name": "First Light"});
            let ask = || {
                player
                    .ask("POST", "/v1/horses/starter")
                    .key("mare")
                    .json(&starter)
            };
            let given = ask().send().await.require(201);
            let again = ask().send().await.require(201);
            assert_eq!(
                (given.body.clone(), "true"),
                (again.body.clone(), again.header("idempotency-replayed"))
            );
            let path = format!("/v1/horses/{}", given.json()["id"]);
            let racing = json!({"discipline": "Racing"});
            let training = format!("{path}/training");
            player.post(&training, &racing).await.require(201);
            player
                .post(&training, &racing)
                .await
                .refused(409, "resting");
            let bought = json!({"breed": "Thoroughbred", "sex": "male", "name": "Meteor"});
            player.post("/v1/horses/store", &bought).await.require(201);
            for path in [
                path.as_str(),
                "/v1/users/me",
                "/v1/users/me/ledger",
                "/v1/horses?limit=5",
                "/v1/shows",
            ] {
                player.get(path).await.require(200);
            }
        });
    }
    while let Some(played) = playing.join_next().await {
        played.unwrap();
    }
    let sessions = "select count(*) from pg_stat_activity where datname = current_database() and usename in ('equoria_writer', 'equoria_reader')";
    let sessions = world.one(sessions).await;
    assert!(
        (1..=i64::from(2 * SESSIONS)).contains(&sessions),
        "{sessions}"
    );
    assert_eq!(world.one("select count(*) from training_logs").await, 12);
    // Its limits hold in a session that is lent, too.
    let limits = world.app.db.find(
        By::game("limits"),
        "select current_setting('statement_timeout') || ' ' || current_setting('lock_timeout')",
        &[],
    );
    assert_eq!(limits.await.unwrap().unwrap().get::<_, String>(0), "10s 8s");
    world.require_sound_ledger().await;
    let log = pooler.log();
    assert!(
        !log.contains("does not exist") && !log.contains("already exists"),
        "{log}"
    );
}

/// What a command says that ends with status 2.
fn refusal(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let output = equoria(arguments, environment);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(said.lines().count(), 1, "one clear sentence, not: {said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_a_session_says_so_where_a_pooler_is_in_its_way() {
    let database = Database::fresh().await;
    let pooler = PgBouncer::before(&database, SESSIONS).await;
    let unsaid = |role| database.through(pooler.port, role).url();
    let said = |role| pooler.way(&database, role).url();
    for (command, variable, role) in [
        ("migrate deploy", "MIGRATE_DATABASE_URL", "equoria_migrator"),
        ("report storage", "MONITOR_DATABASE_URL", "equoria_monitor"),
        (
            "maintain due",
            "MAINTAIN_DATABASE_URL",
            "equoria_maintainer",
        ),
        ("audit verify", "AUDIT_DATABASE_URL", "equoria_auditor"),
    ] {
        for url in [unsaid(role), said(role)] {
            let arguments: Vec<&str> = command.split(' ').collect();
            let environment = [(variable, url.as_str()), ("EQUORIA_PROFILE", "test")];
            let sentence = refusal(&arguments, &environment);
            assert!(
                sentence.contains("is a pooler, which keeps no session: name the server itself"),
                "{command}: {sentence}"
            );
        }
    }
    // The game may go through it, and must be told so.
    let environment =
        native::environment(&database).with("DATABASE_URL", &unsaid("equoria_writer"));
    let environment: Vec<(&str, &str)> = environment.iter().collect();
    let sentence = refusal(&["serve"], &environment);
    assert!(
        sentence.contains("add pooler=transaction to the URL"),
        "{sentence}"
    );
}
