//! A seed that cannot go on leaves nothing of itself behind.

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use equoria::ops::fingerprint::{self, Selection, TablePrint};
use harness::{Database, program};
use tokio_postgres::Client;

use crate::command_line::equoria;

/// A world is seeded only where somebody says that it is nobody's.
const PLAYGROUND: (&str, &str) = ("EQUORIA_PROFILE", "test");

async fn prints(client: &Client) -> Vec<TablePrint> {
    let all = fingerprint::of(client, &Selection::default()).await;
    all.unwrap()
}

/// The one sentence of a seed that could not be done.
fn refusal(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(said.lines().count(), 1, "one clear sentence, not: {said}");
    assert!(
        said.starts_with("equoria: ") && output.stdout.is_empty(),
        "{said}"
    );
    said
}

#[tokio::test]
async fn a_role_without_rights_seeds_nothing_and_hears_which_it_lacks() {
    let database = Database::fresh().await;
    let client = database.admin().await;
    // There is something to bring up to date.
    let change = "update breeds set speed_mean = speed_mean + 1 where name = 'Arabian'";
    client.batch_execute(change).await.unwrap();
    let before = prints(&client).await;
    for role in ["equoria_reader", "equoria_edge", "equoria_backup"] {
        let url = database.of(role).url();
        for what in [&["seed"][..], &["seed", "dev"], &["seed", "shows"]] {
            let arguments = [what, &["--horses", "60", "--json"]].concat();
            let said = refusal(&equoria(
                &arguments,
                &[("MIGRATE_DATABASE_URL", &url), PLAYGROUND],
            ));
            let why = ["permission denied", "read-only", "no horses to enter"];
            assert!(
                why.iter().any(|it| said.contains(it)),
                "{role} {what:?}: {said}"
            );
        }
        assert_eq!(prints(&client).await, before, "{role}");
    }
    // These may bring the catalogues up to date.
    for role in ["equoria_writer", "equoria_migrator"] {
        let url = database.of(role).url();
        let arguments = ["seed", "dev", "--horses", "60", "--json"];
        let said = refusal(&equoria(
            &arguments,
            &[("MIGRATE_DATABASE_URL", &url), PLAYGROUND],
        ));
        assert!(said.contains("takes an administrator"), "{role}: {said}");
    }
    let players = "select count(*) from users";
    let players: i64 = client.query_one(players, &[]).await.unwrap().get(0);
    assert_eq!(players, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_whose_connection_is_cut_leaves_nothing_behind() {
    let database = Database::fresh().await;
    let client = database.admin().await;
    let before = prints(&client).await;
    // Somebody holds one of the last tables, so that the seed stands still with most of its rows written.
    let mut holder = database.admin().await;
    let held = holder.transaction().await.unwrap();
    let hold = "lock table foal_training_history in share row exclusive mode";
    held.batch_execute(hold).await.unwrap();
    let url = database.administrator().url();
    let seeding = Command::new(program::equoria())
        .args(["seed", "dev", "--horses", "120", "--number", "7", "--json"])
        .env_remove("DATABASE_URL")
        .env("EQUORIA_PROFILE", "test")
        .env("MIGRATE_DATABASE_URL", &url)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like 'copy public.%'";
    let since = Instant::now();
    while client.query_one(cut, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        assert!(
            since.elapsed() < Duration::from_secs(60),
            "the seed came to no copy"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let output = tokio::task::spawn_blocking(|| seeding.wait_with_output());
    let said = refusal(&output.await.unwrap().unwrap());
    assert!(said.contains("terminating connection"), "{said}");
    held.rollback().await.unwrap();
    assert_eq!(prints(&client).await, before);
}
