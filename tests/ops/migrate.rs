//! The migrations' ledger, lock and refusals.

use std::process::Output;

use equoria::ops::migrate::{self, ALL, expected_version};
use harness::Database;

use crate::command_line::equoria;

fn with_database(database: &Database, arguments: &[&str], more: &[(&str, &str)]) -> Output {
    let url = database.administrator().url();
    let mut environment = vec![("MIGRATE_DATABASE_URL", url.as_str())];
    environment.extend_from_slice(more);
    equoria(arguments, &environment)
}

#[tokio::test]
async fn an_empty_database_is_pending_then_deployed_then_has_nothing_to_do() {
    let database = Database::empty().await;
    let before = with_database(&database, &["migrate", "status"], &[]);
    assert_eq!(before.status.code(), Some(1));
    let first = with_database(&database, &["migrate", "deploy", "--json"], &[]);
    let said: serde_json::Value = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!(said["applied"], ALL.len());
    assert_eq!(said["version"], expected_version());
    let again = with_database(&database, &["migrate", "deploy", "--json"], &[]);
    let said: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(said["applied"], 0);
    let after = with_database(&database, &["migrate", "status", "--json"], &[]);
    assert_eq!(after.status.code(), Some(0));
}

#[tokio::test]
async fn two_runners_at_once_apply_every_migration_once() {
    let database = Database::empty().await;
    let (mut one, mut other) = (database.admin().await, database.admin().await);
    let (first, second) = tokio::join!(migrate::deploy(&mut one), migrate::deploy(&mut other));
    assert_eq!(first.unwrap() + second.unwrap(), ALL.len());
    let rows = migrate::applied(&one).await.unwrap();
    assert_eq!(rows.len(), ALL.len());
}

#[tokio::test]
async fn an_applied_migration_that_was_edited_is_refused_by_its_name() {
    let database = Database::fresh().await;
    let client = database.admin().await;
    let other_text = "update ops.migrations set sha256 = repeat('0', 64) where version = 2";
    assert_eq!(client.execute(other_text, &[]).await.unwrap(), 1);
    let refused = with_database(&database, &["migrate", "deploy"], &[]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        said.contains(ALL[1].folder) && said.contains("edited"),
        "{said}"
    );
    let status = with_database(&database, &["migrate", "status"], &[]);
    assert_eq!(status.status.code(), Some(1));
    assert!(String::from_utf8(status.stdout).unwrap().contains("EDITED"));
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused() {
    let database = Database::fresh().await;
    let mut client = database.admin().await;
    let newer = "insert into ops.migrations (version, name, sha256, took_ms) values (9999, 'later', repeat('0', 64), 1)";
    client.execute(newer, &[]).await.unwrap();
    let refused = migrate::deploy(&mut client).await.unwrap_err().to_string();
    assert!(refused.contains("9999_later"), "{refused}");
    let refused = migrate::require_current(&client)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("newer program"), "{refused}");
}

#[tokio::test]
async fn an_older_database_is_refused_with_the_command_that_helps() {
    let database = Database::fresh().await;
    let mut client = database.admin().await;
    migrate::rollback_to(&mut client, expected_version() - 1)
        .await
        .unwrap();
    let refused = migrate::require_current(&client)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("migrate deploy"), "{refused}");
}

#[tokio::test]
async fn a_migration_steps_back_from_a_held_lock_and_comes_again() {
    let database = Database::fresh().await;
    let mut client = database.admin().await;
    migrate::rollback_to(&mut client, 0).await.unwrap();
    let mut holder = database.admin().await;
    // The first step changes the owner of the ledger: it needs this lock.
    let transaction = holder.transaction().await.unwrap();
    transaction
        .batch_execute("lock table ops.migrations in access share mode")
        .await
        .unwrap();
    let (told, mut waits) = tokio::sync::mpsc::unbounded_channel();
    let migrating = tokio::spawn(async move {
        let mut waits = Waits(told);
        migrate::Runner::new(&mut client, &mut waits).deploy().await
    });
    assert_eq!(
        waits.recv().await,
        Some(1),
        "the step must have met the lock"
    );
    transaction.rollback().await.unwrap();
    assert_eq!(migrating.await.unwrap().unwrap().steps.len(), ALL.len());
}

struct Waits(tokio::sync::mpsc::UnboundedSender<u32>);

impl migrate::Progress for Waits {
    fn waits(&mut self, _step: &migrate::Migration, attempt: u32) {
        let _nobody_listens_any_more = self.0.send(attempt);
    }
}

#[tokio::test]
async fn reset_is_refused_in_production_and_where_nobody_can_be_asked() {
    let database = Database::fresh().await;
    let production = [("EQUORIA_PROFILE", "production")];
    let refused = with_database(&database, &["migrate", "reset", "--yes"], &production);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        String::from_utf8(refused.stderr)
            .unwrap()
            .contains("production")
    );
    let test = [("EQUORIA_PROFILE", "test")];
    let refused = with_database(&database, &["migrate", "reset"], &test);
    assert_eq!(refused.status.code(), Some(2));
    let done = with_database(&database, &["migrate", "reset", "--yes"], &test);
    assert_eq!(
        done.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    migrate::require_current(&database.admin().await)
        .await
        .unwrap();
}
