//! Whatever is wrong with the way to the database, every command says so in one sentence, ends with status 2, and has
//! changed nothing.

use std::process::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use harness::Database;

use crate::desk::{Desk, require_same, sentence};

/// A command that asks a database, what else it is given, and the variable that says where the database is.
type Way = (&'static str, &'static [&'static str], &'static str);

/// The commands that can do nothing without the database. Files are those of the [`Desk`].
const REACH: &[Way] = &[
    ("dev", &["--no-edge"], "DATABASE_URL"),
    ("serve", &[], "DATABASE_URL"),
    ("work", &[], "DATABASE_URL"),
    ("maintain daily", &[], "MAINTAIN_DATABASE_URL"),
    ("maintain weekly", &[], "MAINTAIN_DATABASE_URL"),
    ("maintain monthly", &[], "MAINTAIN_DATABASE_URL"),
    ("maintain quarterly", &[], "MAINTAIN_DATABASE_URL"),
    ("maintain history", &[], "MAINTAIN_DATABASE_URL"),
    ("maintain due", &[], "MAINTAIN_DATABASE_URL"),
    ("migrate deploy", &[], "MIGRATE_DATABASE_URL"),
    ("migrate status", &[], "MIGRATE_DATABASE_URL"),
    ("migrate check", &[], "MIGRATE_DATABASE_URL"),
    ("migrate rollback", &["--yes"], "MIGRATE_DATABASE_URL"),
    (
        "migrate baseline",
        &["--version", "1"],
        "MIGRATE_DATABASE_URL",
    ),
    ("migrate reset", &["--yes"], "MIGRATE_DATABASE_URL"),
    // Without a URL of its own the migrator goes by that of the writes.
    ("migrate status", &[], "DATABASE_URL"),
    ("seed", &[], "MIGRATE_DATABASE_URL"),
    ("seed", &["dev"], "MIGRATE_DATABASE_URL"),
    ("seed", &["shows"], "MIGRATE_DATABASE_URL"),
    ("seed", &["report"], "MIGRATE_DATABASE_URL"),
    ("backup create", &[], "BACKUP_DATABASE_URL"),
    (
        "backup create",
        &["--incremental", "--json"],
        "BACKUP_DATABASE_URL",
    ),
    ("backup retain", &["--yes", "--json"], "BACKUP_DATABASE_URL"),
    (
        "backup enable",
        &["--environment", "archive.env"],
        "MIGRATE_DATABASE_URL",
    ),
    ("bench plans", &[], "MIGRATE_DATABASE_URL"),
    (
        "bench plans",
        &["--save", "plans.txt"],
        "MIGRATE_DATABASE_URL",
    ),
    ("monitor", &[], "MONITOR_DATABASE_URL"),
    ("monitor", &["--once"], "MONITOR_DATABASE_URL"),
    ("report", &["all"], "MONITOR_DATABASE_URL"),
    (
        "report",
        &["all", "--html", "report.html"],
        "MONITOR_DATABASE_URL",
    ),
    (
        "tls renew",
        &["--into", "tls", "--reload"],
        "MAINTAIN_DATABASE_URL",
    ),
    ("anonymise", &[], "EQUORIA_ANONYMISE_INTO"),
    (
        "operator add",
        &["ann", "--generate"],
        "MIGRATE_DATABASE_URL",
    ),
    (
        "operator password",
        &["ann", "--generate", "--json"],
        "MIGRATE_DATABASE_URL",
    ),
    ("operator list", &[], "MIGRATE_DATABASE_URL"),
    ("operator end", &["ann"], "MIGRATE_DATABASE_URL"),
    ("audit show", &[], "AUDIT_DATABASE_URL"),
    ("audit verify", &[], "AUDIT_DATABASE_URL"),
    ("audit seal", &[], "AUDIT_DATABASE_URL"),
];

/// The commands that look at backups also where the server is what was lost: they refuse a URL that cannot be one, and
/// only tell what they could not ask of a server.
const REACH_IF_THERE: &[Way] = &[
    ("backup list", &[], "BACKUP_DATABASE_URL"),
    ("backup verify", &["--all"], "BACKUP_DATABASE_URL"),
    ("backup drill", &[], "BACKUP_DATABASE_URL"),
    ("wal list", &[], "BACKUP_DATABASE_URL"),
];

/// The commands that ask a server for its certificate, for which nobody logs in: no password is wrong for them.
const SEE: &[Way] = &[("tls show", &["--database"], "DATABASE_URL")];

/// The commands that need no database, and why.
const ALONE: &[(&str, &str)] = &[
    ("setup", "installs and builds"),
    ("migrate new", "writes two files"),
    (
        "backup restore",
        "reads the repository, and starts a server of its own",
    ),
    ("backup key", "writes a file"),
    (
        "wal push",
        "is called by the server, and writes into the repository",
    ),
    (
        "wal fetch",
        "is called by a server, and reads the repository",
    ),
    ("verify-show", "reads a proof"),
    ("coat", "asks the rules"),
    ("gallery", "asks the rules"),
    ("screenshots", "looks at a game that is running"),
    ("mating", "asks the rules"),
    ("genotype", "asks the rules"),
    ("pedigree", "reads a file"),
    ("bench", "starts a server of its own"),
    ("bench rules", "asks the rules"),
    ("bench crash", "starts a server of its own"),
    ("bench stacks", "starts a server of its own"),
    ("bench contended", "starts a server of its own"),
    ("tls init", "writes three files"),
    ("tls rotate-ca", "writes two files"),
    ("worker build", "builds"),
    ("audit key", "draws a key"),
];

/// What no output may hold.
const PASSWORD: &str = "hush-kx81";

fn arguments(way: &Way) -> Vec<&'static str> {
    way.0.split(' ').chain(way.1.iter().copied()).collect()
}

/// Runs commands, four at a time, and requires each to pass.
fn each(ways: &[Way], trial: impl Fn(&Way) -> Result<(), String> + Sync) {
    let (next, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(way) = ways.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(fault) = trial(way) {
                        let named = arguments(way).join(" ");
                        faults.lock().unwrap().push(format!("{named}: {fault}"));
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Requires each command to refuse a URL with words that name what is wrong, and to leave everything as it was.
fn refused<'a>(desk: &Desk, ways: &[Way], url: &str, named: impl Fn(&Way) -> [&'a str; 2] + Sync) {
    let before = desk.files();
    each(ways, |way| {
        let output = desk.run(&arguments(way), &environment(way, url));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.code() != Some(2) {
            return Err(format!("{}: {said}", output.status));
        }
        let sentence = sentence(&said)?;
        if let Some(word) = named(way).iter().find(|word| !sentence.contains(*word)) {
            return Err(format!("does not name {word}: {sentence}"));
        }
        discreet(&output)
    });
    require_same(&before, &desk.files());
}

/// The way that is tried, and beside it what the command must have as well.
fn environment<'a>(way: &Way, url: &'a str) -> Vec<(&'static str, &'a str)> {
    match way.2 {
        "EQUORIA_ANONYMISE_INTO" => vec![(way.2, url), ("EQUORIA_ANONYMISE_FROM", NOWHERE)],
        variable => vec![(variable, url)],
    }
}

/// Where nobody listens.
const NOWHERE: &str = "postgresql://equoria_writer:hush-kx81@127.0.0.1:1/equoria";

fn misspelt() -> String {
    format!("{NOWHERE}?conection_limit=3")
}

/// A server that is there, and does not know this password.
fn locked(database: &Database) -> String {
    let way = database.of("equoria_writer");
    way.with_user("equoria_writer", PASSWORD).url()
}

fn discreet(output: &Output) -> Result<(), String> {
    let all = [&output.stdout[..], &output.stderr].concat();
    let all = String::from_utf8_lossy(&all);
    match all.contains(PASSWORD) || all.contains("panicked") {
        true => Err(format!("tells too much: {all}")),
        false => Ok(()),
    }
}

#[test]
fn every_command_is_known_here() {
    let ways = [REACH, REACH_IF_THERE, SEE].concat();
    let mut known: Vec<&str> = ways.iter().map(|way| way.0).collect();
    known.extend(ALONE.iter().map(|(command, _)| *command));
    known.sort_unstable();
    known.dedup();
    let mut all = equoria::cli::commands();
    all.sort_unstable();
    assert_eq!(
        known, all,
        "a command says here how it reaches a database, or that it needs none"
    );
}

#[tokio::test]
async fn an_unknown_key_of_a_url_is_named_with_its_variable_by_every_command() {
    let desk = Desk::set_up("key").await;
    let ways = [REACH, REACH_IF_THERE, SEE].concat();
    refused(&desk, &ways, &misspelt(), |way| ["conection_limit", way.2]);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_by_every_command() {
    let desk = Desk::set_up("server").await;
    let ways = [REACH, SEE].concat();
    refused(&desk, &ways, NOWHERE, |_| ["127.0.0.1:1", "refused"]);
}

#[tokio::test]
async fn a_wrong_password_is_told_from_a_server_that_is_not_there() {
    let desk = Desk::set_up("password").await;
    let database = Database::fresh().await;
    refused(&desk, REACH, &locked(&database), |_| {
        ["password authentication failed", "equoria_writer"]
    });
}

#[tokio::test]
async fn backups_are_looked_at_without_the_server_and_that_is_told() {
    let database = Database::fresh().await;
    for (name, url, named) in [
        ("gone", NOWHERE.to_owned(), "127.0.0.1:1"),
        (
            "locked",
            locked(&database),
            "password authentication failed",
        ),
    ] {
        let desk = Desk::set_up(name).await;
        each(REACH_IF_THERE, |way| {
            let output = desk.run(&arguments(way), &environment(way, &url));
            let said = [&output.stdout[..], &output.stderr].concat();
            let said = String::from_utf8_lossy(&said).into_owned();
            if !matches!(output.status.code(), Some(0 | 1)) || !said.contains(named) {
                return Err(format!("{}: {said}", output.status));
            }
            discreet(&output)
        });
    }
}

#[tokio::test]
async fn both_ways_of_a_copy_are_looked_at_before_one_is_taken() {
    let desk = Desk::set_up("copy").await;
    let into = Database::empty().await;
    let good = into.administrator().url();
    for (into, from, named) in [
        (good.as_str(), misspelt().as_str(), "EQUORIA_ANONYMISE_FROM"),
        (NOWHERE, misspelt().as_str(), "EQUORIA_ANONYMISE_FROM"),
        (good.as_str(), NOWHERE, "127.0.0.1:1"),
    ] {
        let ways = [
            ("EQUORIA_ANONYMISE_INTO", into),
            ("EQUORIA_ANONYMISE_FROM", from),
        ];
        let output = desk.run(&["anonymise"], &ways);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(sentence(&said).unwrap().contains(named), "{said}");
        discreet(&output).unwrap();
    }
}

#[tokio::test]
async fn a_server_without_tls_is_told_before_its_certificate_is_replaced() {
    let desk = Desk::set_up("plain").await;
    let database = Database::fresh().await;
    let way: Way = (
        "tls renew",
        &["--into", "tls", "--reload"],
        "MAINTAIN_DATABASE_URL",
    );
    let url = database.of("equoria_maintainer").url();
    refused(&desk, &[way], &url, |_| {
        ["it has no TLS", "shows no certificate"]
    });
}
