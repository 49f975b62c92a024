//! Backups: what PostgreSQL hands over, what a base backup holds, what is kept of both.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use equoria::config::Environment;
use equoria::ops::backup::wal::name::WalFile;
use equoria::ops::backup::wal::{self, Pushed};
use equoria::ops::backup::{Repository, catalogue};
use harness::Postgres;
use serde_json::Value;
use tokio_postgres::Client;

use crate::command_line::equoria;

/// Nothing here crashes a server: what is forced to the disk would only be waited for.
const QUICK: [&str; 3] = ["fsync=off", "full_page_writes=off", "archive_timeout=0"];

/// Ends the current segment, and waits until it is in the repository; answers its name.
async fn archived(client: &Client, repository: &Repository) -> WalFile {
    let sql = "select pg_walfile_name(pg_current_wal_lsn()) from pg_logical_emit_message(true, 'test', 'x')";
    let name: String = client.query_one(sql, &[]).await.unwrap().get(0);
    client.execute("select pg_switch_wal()", &[]).await.unwrap();
    let file: WalFile = name.parse().unwrap();
    let since = Instant::now();
    while !repository.place.has(&file.object()).await.unwrap() {
        assert!(
            since.elapsed() < Duration::from_secs(30),
            "{file} was not archived within 30 s"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    file
}

fn segment_in(postgres: &Postgres, file: WalFile) -> PathBuf {
    postgres
        .folder()
        .folder
        .join("pg_wal")
        .join(file.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_hands_over_its_log_and_every_file_comes_back_as_it_was_or_not_at_all() {
    let postgres = Postgres::start_archiving(&QUICK).await;
    let repository = Repository::of(&postgres.backups()).unwrap();
    let client = postgres.database().admin().await;
    let file = archived(&client, &repository).await;
    let original = fs::read(segment_in(&postgres, file)).unwrap();
    let copy = postgres.home().join(file.to_string());

    assert!(
        wal::fetch(&repository, &file.to_string(), &copy)
            .await
            .unwrap()
    );
    assert_eq!(fs::read(&copy).unwrap(), original);
    assert_eq!(wal::push(&repository, &copy).await.unwrap(), Pushed::Known);

    // The same name with another content: the first one stays, and is told about.
    let mut other = original.clone();
    *other.last_mut().unwrap() ^= 1;
    fs::write(&copy, &other).unwrap();
    let refused = wal::push(&repository, &copy).await.unwrap_err().to_string();
    assert!(
        refused.contains(&file.object()) && refused.contains("another content"),
        "{refused}"
    );
    fs::remove_file(&copy).unwrap();
    assert!(
        wal::fetch(&repository, &file.to_string(), &copy)
            .await
            .unwrap()
    );
    assert_eq!(fs::read(&copy).unwrap(), original);

    // Another segment under this name.
    let WalFile::Segment(segment) = file else {
        panic!("{file}")
    };
    let next = segment.next(16 << 20);
    let renamed = postgres.home().join(next.to_string());
    fs::copy(&copy, &renamed).unwrap();
    let refused = wal::push(&repository, &renamed)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains(&format!("it holds the segment {segment}")),
        "{refused}"
    );
    assert!(
        !wal::fetch(&repository, &next.to_string(), &renamed)
            .await
            .unwrap()
    );
    let objects = object_file(&repository, file);
    let stored = fs::read(&objects).unwrap();
    fs::write(object_file(&repository, WalFile::Segment(next)), &stored).unwrap();
    let found = wal::examine(&repository, WalFile::Segment(next))
        .await
        .unwrap()
        .unwrap();
    assert!(
        found.contains(&format!("holds {segment} instead")),
        "{found}"
    );

    // A flipped byte, and a missing end.
    let mut flipped = stored.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x10;
    for damaged in [
        &flipped[..],
        &stored[..stored.len() - 1],
        &stored[..20],
        b"",
    ] {
        fs::write(&objects, damaged).unwrap();
        let found = wal::examine(&repository, file).await.unwrap().unwrap();
        assert!(
            found.contains(&file.object()) && found.contains("damaged"),
            "{found}"
        );
        fs::remove_file(&copy).unwrap();
        assert!(
            wal::fetch(&repository, &file.to_string(), &copy)
                .await
                .is_err()
        );
        assert!(!copy.exists(), "a damaged segment was handed out");
        fs::write(&copy, b"").unwrap();
    }
}

fn object_file(repository: &Repository, file: WalFile) -> PathBuf {
    repository.place.local().unwrap().join(file.object())
}

/// Runs `equoria` with what it must know about a server's backups; standard output, and standard error.
fn run(postgres: &Postgres, arguments: &[&str], status: i32) -> (String, String) {
    run_with(&postgres.backups(), arguments, status)
}

fn run_with(environment: &Environment, arguments: &[&str], status: i32) -> (String, String) {
    let environment: Vec<(&str, &str)> = environment.iter().collect();
    let output = equoria(arguments, &environment);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (said, complained) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(
        output.status.code(),
        Some(status),
        "{arguments:?}: {said}{complained}"
    );
    (said, complained)
}

fn json(said: &str) -> Value {
    serde_json::from_str(said).unwrap_or_else(|error| panic!("{error}: {said}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_and_an_incremental_backup_are_whole_encrypted_and_know_what_every_table_held() {
    let postgres = Postgres::start_archiving(&QUICK).await;
    let repository = Repository::of(&postgres.backups()).unwrap();
    let client = postgres.database().admin().await;
    let before = json(&run(&postgres, &["backup", "create", "--json"], 0).0);
    let write = "update breeds set description = description || '.' where name = 'Arabian'";
    assert_eq!(client.execute(write, &[]).await.unwrap(), 1);
    let after = json(
        &run(
            &postgres,
            &["backup", "create", "--incremental", "--json"],
            0,
        )
        .0,
    );
    assert_eq!(after["parent"], before["id"]);
    let catalogue = catalogue::list(&repository.place).await.unwrap();
    assert_eq!(catalogue.entries.len(), 2);
}
