//! Backups: what PostgreSQL hands over, what a base backup holds, what is kept of both.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use equoria::config::Environment;
use equoria::dev::say::Voice;
use equoria::ops::backup::catalogue::State;
use equoria::ops::backup::envelope::Keys;
use equoria::ops::backup::lsn::Segment;
use equoria::ops::backup::retain::{self, Rule};
use equoria::ops::backup::wal::name::WalFile;
use equoria::ops::backup::wal::shelf::Shelf;
use equoria::ops::backup::wal::{self, Pushed};
use equoria::ops::backup::{Repository, catalogue};
use equoria::ops::fingerprint::{self, Selection};
use equoria::trouble::{Because as _, Trouble};
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
    let (_, refused) = run(&postgres, &["backup", "create", "--incremental"], 2);
    assert!(refused.contains("take a full one first"), "{refused}");
    let full = json(&run(&postgres, &["backup", "create", "--json"], 0).0);
    let write = "update breeds set speed_mean = speed_mean + 1 where name = 'Arabian'";
    assert_eq!(client.execute(write, &[]).await.unwrap(), 1);
    let counted = fingerprint::of(&client, &Selection::default())
        .await
        .unwrap();
    let next = json(
        &run(
            &postgres,
            &["backup", "create", "--incremental", "--json"],
            0,
        )
        .0,
    );
    assert_eq!(next["parent"], full["id"]);

    let catalogue = catalogue::list(&repository.place).await.unwrap();
    let [first, second] = &catalogue.entries[..] else {
        panic!("{catalogue:?}")
    };
    let differ = fingerprint::differences(&first.point.prints, &second.point.prints);
    assert_eq!(
        differ.iter().filter(|it| it.starts_with("breeds ")).count(),
        1,
        "{differ:?}"
    );
    // All but the rows that the backups themselves write down is what was there.
    let differ = fingerprint::differences(&counted, &second.point.prints);
    assert!(
        differ.iter().all(|it| it.starts_with("ops.job_runs")),
        "{differ:?}"
    );
    assert!(
        second.base.plain.bytes < first.base.plain.bytes / 2,
        "an incremental one is smaller"
    );
    for entry in [first, second] {
        assert_eq!(entry.state, State::Taken);
        assert!(entry.base.is_sealed && !entry.manifest.is_sealed);
        assert!(entry.start_lsn < entry.stop_lsn && entry.stop_lsn < entry.point.lsn);
        for object in entry.objects() {
            assert_eq!(repository.examine(object).await.unwrap(), None);
        }
        let files = repository.fetch(&entry.base, names_in_tar).await.unwrap();
        for name in [
            "backup_label",
            "PG_VERSION",
            "global/pg_control",
            "backup_manifest",
        ] {
            assert!(
                files.iter().any(|it| it == name),
                "{name} is not in {}",
                entry.id
            );
        }
    }
    let runs = client
        .query("select outcome, evidence ->> 'backup_id' from ops.job_runs where name = 'backup_create' order by slot", &[])
        .await
        .unwrap();
    let runs: Vec<(String, Option<String>)> =
        runs.iter().map(|row| (row.get(0), row.get(1))).collect();
    let expected = [
        ("failed".to_owned(), None),
        ("done".to_owned(), Some(first.id.clone())),
        ("done".to_owned(), Some(second.id.clone())),
    ];
    assert_eq!(runs, expected);
    spoilt_entries(&postgres, &repository, &first.id, &second.id).await;
    what_goes(&postgres, &repository, &second.id).await;
}

fn names_in_tar(source: &mut dyn Read) -> Result<Vec<String>, Trouble> {
    let because = || "no tar";
    let mut names = Vec::new();
    for entry in tar::Archive::new(source).entries().because(because)? {
        names.push(
            entry
                .because(because)?
                .path()
                .because(because)?
                .display()
                .to_string(),
        );
    }
    Ok(names)
}

/// An entry that was changed, cut off or put elsewhere is named, and the others are as good as before.
async fn spoilt_entries(postgres: &Postgres, repository: &Repository, full: &str, next: &str) {
    let sound = json(&run(postgres, &["backup", "list", "--json"], 0).0);
    assert_eq!(sound["backups"].as_array().unwrap().len(), 2);
    assert!(
        sound["rpo_s"].as_i64().unwrap() < 60 && sound["server"]["failing"].is_null(),
        "{sound:#}"
    );
    let file = |id: &str| {
        repository
            .place
            .local()
            .unwrap()
            .join(catalogue::folder(id))
            .join("backup.json")
    };
    let good = fs::read(file(next)).unwrap();
    let state = good.windows(7).position(|it| it == b"\"taken\"").unwrap();
    let mut changed = good.clone();
    changed[state + 1] = b'T';
    let foreign = fs::read(file(full)).unwrap();
    for spoilt in [&changed[..], &good[..good.len() / 2], b"", &foreign] {
        fs::write(file(next), spoilt).unwrap();
        let told = json(&run(postgres, &["backup", "list", "--json"], 1).0);
        assert_eq!(told["corrupted"][0]["id"], next, "{told:#}");
        assert_eq!(told["backups"][0]["id"], full);
        assert!(told["backups"][0]["until"].is_string(), "{told:#}");
        let refused = catalogue::load(&repository.place, next)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            refused.contains(next) && refused.contains("corrupted"),
            "{refused}"
        );
    }
    let (said, _) = run(postgres, &["backup", "list"], 1);
    assert!(said.contains("CORRUPTED"), "{said}");
    fs::write(file(next), &good).unwrap();
    let mut entry = catalogue::load(&repository.place, next).await.unwrap();
    entry.break_with("test", "a byte was flipped");
    assert!(entry.advance(State::Proven, "test", Value::Null).is_err());
    catalogue::save(&repository.place, &entry).await.unwrap();
    let (said, _) = run(postgres, &["backup", "list"], 1);
    assert!(said.contains("a byte was flipped"), "{said}");
    fs::write(file(next), &good).unwrap();
}

/// A new full backup makes the first two superfluous, once nothing asks for them any more.
async fn what_goes(postgres: &Postgres, repository: &Repository, parent: &str) {
    let half = repository
        .place
        .local()
        .unwrap()
        .join("backups/20200101T000000Z-full");
    fs::create_dir_all(&half).unwrap();
    fs::write(half.join("base.tar.zst.age"), b"half of it").unwrap();
    run(postgres, &["backup", "create"], 0);
    assert!(!half.exists(), "what was broken off is still there");
    let rule = ["--keep-days", "0", "--keep-fulls", "1", "--json"];
    let asked = |more: &[&'static str]| -> Vec<&str> {
        ["backup", "retain"]
            .iter()
            .chain(&rule)
            .chain(more)
            .copied()
            .collect()
    };
    let (_, refused) = run(postgres, &asked(&[]), 2);
    assert!(refused.contains("--yes"), "{refused}");
    let plan = json(&run(postgres, &asked(&["--dry-run"]), 0).0);
    assert_eq!(
        catalogue::list(&repository.place)
            .await
            .unwrap()
            .entries
            .len(),
        3
    );
    let done = json(&run(postgres, &asked(&["--yes"]), 0).0);
    assert_eq!(plan["backups"], done["backups"]);
    assert!(done["log_files"].as_u64().unwrap() >= 2, "{done:#}");
    let left = catalogue::list(&repository.place).await.unwrap();
    let [left] = &left.entries[..] else {
        panic!("{left:?}")
    };
    let shelf = Shelf::of(repository).await.unwrap();
    assert_eq!(shelf.segments.keys().next(), Some(&left.first_segment));
    assert!(shelf.reach(left).is_some());
    assert!(
        !repository
            .place
            .local()
            .unwrap()
            .join(catalogue::folder(parent))
            .exists()
    );
    let (said, _) = run(postgres, &["wal", "list"], 0);
    assert!(said.contains(&left.first_segment.to_string()), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn archiving_is_turned_on_at_a_running_server_and_what_cannot_be_backed_up_leaves_nothing() {
    let mut postgres = Postgres::start().await;
    let place = postgres.home().join("elsewhere");
    let places = &postgres.folder().places;
    places.make_for_postgres(&place).unwrap();
    let (public, _) = Keys::generate();
    let file = postgres.home().join("archive.env");
    fs::write(
        &file,
        format!(
            "EQUORIA_BACKUP_PLACE={}\nEQUORIA_BACKUP_RECIPIENT={public}\n",
            place.display()
        ),
    )
    .unwrap();
    let administrator = postgres.database().administrator().url();
    let of = Environment::of_file(&file)
        .unwrap()
        .with("EQUORIA_PROFILE", "test")
        .with("MIGRATE_DATABASE_URL", &administrator)
        .with(
            "BACKUP_DATABASE_URL",
            &postgres.database().of("equoria_backup").url(),
        );
    let refusal = |of: &Environment| {
        let (_, refused) = run_with(of, &["backup", "create"], 2);
        assert_eq!(
            refused
                .lines()
                .filter(|line| line.starts_with("equoria: "))
                .count(),
            1,
            "{refused}"
        );
        refused
    };
    assert!(refusal(&of).contains("equoria backup enable"));

    let enable = [
        "backup",
        "enable",
        "--environment",
        file.to_str().unwrap(),
        "--archive-timeout-s",
        "3600",
        "--json",
    ];
    let writer = postgres.database().of("equoria_writer").url();
    let (_, refused) = run_with(
        &of.clone().with("MIGRATE_DATABASE_URL", &writer),
        &enable,
        2,
    );
    assert!(
        refused.contains("equoria_writer is no administrator"),
        "{refused}"
    );
    let told = json(&run_with(&of, &enable, 0).0);
    let waits = told["standings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["waits_for_restart"] == true);
    assert_eq!(
        waits
            .map(|it| it["name"].as_str().unwrap())
            .collect::<Vec<_>>(),
        ["archive_mode"]
    );
    postgres.stop();
    postgres.start_again();

    // Half of it is stored when no byte more may be written: a full disk.
    let full = format!(
        "trap '' XFSZ; ulimit -f 64; exec '{}' backup create",
        harness::program::equoria().display()
    );
    let variables: Vec<(&str, &str)> = of.iter().collect();
    let output = Command::new("sh")
        .args(["-c", &full])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .envs(variables)
        .current_dir(harness::program::checkout())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("File too large") && said.contains("base.tar"),
        "{said}"
    );
    assert_eq!(
        fs::read_dir(place.join("backups")).map_or(0, Iterator::count),
        0,
        "something was left behind"
    );

    let wrong = postgres
        .database()
        .of("equoria_backup")
        .with_user("equoria_backup", "mistaken")
        .url();
    let refused = refusal(&of.clone().with("BACKUP_DATABASE_URL", &wrong));
    assert!(
        refused.contains("password") && !refused.contains("mistaken"),
        "{refused}"
    );
    let nobody = "postgresql://equoria_backup:hush@127.0.0.1:1/equoria";
    let refused = refusal(&of.clone().with("BACKUP_DATABASE_URL", nobody));
    assert!(
        refused.contains("127.0.0.1:1") && !refused.contains("hush"),
        "{refused}"
    );
    let refused = refusal(
        &of.clone()
            .with("EQUORIA_BACKUP_PLACE", postgres.home().to_str().unwrap()),
    );
    assert!(refused.contains("no repository of backups"), "{refused}");

    run_with(&of, &["backup", "create"], 0);
    let listed = json(&run_with(&of, &["backup", "list", "--json"], 0).0);
    assert!(listed["backups"][0]["until"].is_string(), "{listed:#}");
    a_segment_that_was_given_up(&postgres, &of).await;
    let mark = place.join("repository.json");
    let other = fs::read_to_string(&mark)
        .unwrap()
        .replace("\"system_identifier\": \"", "\"system_identifier\": \"9");
    fs::write(&mark, other).unwrap();
    let refused = refusal(&of);
    assert!(refused.contains("another cluster"), "{refused}");
    let client = postgres.database().as_role("equoria_backup").await;
    let repository = Repository::of(&of).unwrap();
    let refused = retain::carry_out(&client, &repository, &Rule::default(), &Voice::quiet())
        .await
        .unwrap_err();
    assert!(
        refused.to_string().contains("nothing was removed"),
        "{refused}"
    );
    what_waits_too_long(&postgres, &of);
}

/// The archive says of one segment that it took it, and did not: the backup that needs it is none.
async fn a_segment_that_was_given_up(postgres: &Postgres, of: &Environment) {
    let client = postgres.database().admin().await;
    let row = client
        .query_one("select current_setting('archive_command')", &[])
        .await
        .unwrap();
    // The current one gets something to hold, so that the backup begins in the one behind it.
    let emit = "select pg_walfile_name(pg_logical_emit_message(true, 'test', 'x'))";
    let current: String = client.query_one(emit, &[]).await.unwrap().get(0);
    let current: Segment = current.parse().unwrap();
    let lost = current.next(16 << 20);
    let command: String = row.get(0);
    let forgetful = format!("test %f = {lost} || {command}").replace('\'', "''");
    for sql in [
        format!("alter system set archive_command = '{forgetful}'"),
        "select pg_reload_conf()".to_owned(),
    ] {
        client.batch_execute(&sql).await.unwrap();
    }
    let (_, refused) = run_with(of, &["backup", "create"], 2);
    assert!(
        refused.contains(&lost.to_string()) && refused.contains("this backup needs"),
        "{refused}"
    );
    let listed = json(&run_with(of, &["backup", "list", "--json"], 0).0);
    assert_eq!(listed["backups"].as_array().unwrap().len(), 1, "{listed:#}");
}

/// A place that is not there fails each segment, until so much waits that a full disk is nearer than a whole log.
fn what_waits_too_long(postgres: &Postgres, of: &Environment) {
    let log = postgres.home().join("log");
    let segment = log.join("000000010000000000000001");
    fs::create_dir_all(log.join("archive_status")).unwrap();
    fs::copy(
        postgres
            .folder()
            .folder
            .join("pg_wal")
            .join(current_segment(postgres)),
        &segment,
    )
    .unwrap();
    for name in [
        "000000010000000000000001.ready",
        "000000010000000000000002.ready",
        "000000010000000000000003.done",
    ] {
        fs::write(log.join("archive_status").join(name), b"").unwrap();
    }
    let nowhere = postgres.home().join("nowhere");
    let absent = of
        .clone()
        .with("EQUORIA_BACKUP_PLACE", nowhere.to_str().unwrap());
    let path = segment.to_str().unwrap();
    let (_, refused) = run_with(&absent, &["wal", "push", path], 2);
    assert!(
        refused.contains(nowhere.to_str().unwrap()) && !nowhere.exists(),
        "{refused}"
    );
    let (_, refused) = run_with(&absent, &["wal", "push", path, "--give-up-mib", "33"], 2);
    assert!(!refused.contains("GIVEN UP"), "{refused}");
    let (_, told) = run_with(&absent, &["wal", "push", path, "--give-up-mib", "32"], 0);
    assert!(told.contains("GIVEN UP") && told.contains(path), "{told}");
}

fn current_segment(postgres: &Postgres) -> String {
    let all = fs::read_dir(postgres.folder().folder.join("pg_wal")).unwrap();
    let names = all.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.len() == 24).max().unwrap()
}
