//! Ctrl-C in the middle: a command that is stopped leaves nothing, and what one leaves that is killed is found by the next.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use equoria::config::Environment;
use equoria::ops::anonymise::{self, UNPROVEN};
use harness::{Database, Native, NewHorse, Postgres, World, native, postgres};
use tokio_postgres::Client;

use crate::anonymise::{alone, source};

/// Nothing here crashes a server.
const QUICK: [&str; 3] = ["fsync=off", "full_page_writes=off", "archive_timeout=0"];

const COMMENT: &str = "select shobj_description(oid, 'pg_database') from pg_database where datname = current_database()";
const TABLES: &str =
    "select count(*) from pg_class where relnamespace::regnamespace::text in ('public', 'ops')";

/// Looks again and again, for at most a minute.
async fn until<F: Future<Output = bool>>(
    what: &str,
    native: &mut Native,
    mut is_so: impl FnMut() -> F,
) {
    let since = Instant::now();
    while !is_so().await {
        assert_eq!(native.ended(), None, "before {what}: {}", native.log());
        assert!(
            since.elapsed() < Duration::from_secs(60),
            "no {what}: {}",
            native.log()
        );
        tokio::task::yield_now().await;
    }
}

async fn count(client: &Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).await.unwrap().get(0)
}

async fn comment(client: &Client) -> Option<String> {
    client.query_one(COMMENT, &[]).await.unwrap().get(0)
}

/// A folder for temporary files of its own; it must be empty in the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("stops-{name}-{}", std::process::id()));
        fs::create_dir(&path).unwrap();
        // PostgreSQL's user walks through.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        Self(path)
    }

    fn entries(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.0).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let left = self.entries();
        fs::remove_dir_all(&self.0).unwrap();
        if !std::thread::panicking() {
            assert!(left.is_empty(), "left behind: {left:?}");
        }
    }
}

/// A copy that stands still in the middle, half of its rows there.
async fn half_a_copy(from: &Database, into: &Database) -> (Native, Client) {
    let environment = Environment::of([
        ("EQUORIA_ANONYMISE_FROM", from.administrator().url()),
        ("EQUORIA_ANONYMISE_INTO", into.administrator().url()),
    ]);
    let target = into.admin().await;
    let mut copying = Native::spawn(&environment, &["anonymise"]);
    until("mark", &mut copying, async || {
        comment(&target).await.is_some()
    })
    .await;
    // The source was found to be alone before.
    let holder = from.admin().await;
    holder
        .batch_execute("begin; lock table slow_results in access exclusive mode")
        .await
        .unwrap();
    let waiting = format!(
        "select count(*) from pg_stat_activity where datname = '{}' and wait_event_type = 'Lock'",
        from.name()
    );
    until("wait", &mut copying, async || {
        count(&target, &waiting).await > 0
    })
    .await;
    assert!(
        count(&target, "select count(*) from users").await > 0,
        "half a copy"
    );
    (copying, holder)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_stopped_is_gone_and_one_that_is_killed_can_never_pass_for_a_whole_one() {
    let (from, into) = (source().await, Database::empty().await);
    // Its rows can be held back without its size being: that is asked for before anything is copied.
    let aside = "alter table competition_results rename to slow_results;
        create view competition_results as select * from slow_results";
    from.admin().await.batch_execute(aside).await.unwrap();
    let target = into.admin().await;
    for signal in ["INT", "TERM"] {
        alone(&from).await;
        let (mut copying, _holder) = half_a_copy(&from, &into).await;
        copying.signal(signal);
        assert_eq!(copying.wait(), 2, "{}", copying.log());
        assert!(
            copying.log().contains("stopped before the end"),
            "{}",
            copying.log()
        );
        assert_eq!(count(&target, TABLES).await, 0);
        assert_eq!(comment(&target).await, None);
    }
    alone(&from).await;
    let (mut copying, holder) = half_a_copy(&from, &into).await;
    copying.kill();
    assert_eq!(comment(&target).await.as_deref(), Some(UNPROVEN));
    let refused = anonymise::require_proven(&target).await.unwrap_err();
    assert!(refused.to_string().contains("has not ended"), "{refused}");
    let served = native::environment(&into).with("DATABASE_URL", &into.administrator().url());
    let mut served = Native::spawn(&served, &["serve"]);
    assert_eq!(served.wait(), 2, "{}", served.log());
    assert!(served.log().contains("has not ended"), "{}", served.log());
    drop(holder);
    alone(&from).await;
    let environment = copying.environment().clone();
    let mut again = Native::spawn(&environment, &["anonymise"]);
    assert_eq!(again.wait(), 0, "{}", again.log());
    assert!(
        again.log().contains("emptied the target of a copy"),
        "{}",
        again.log()
    );
    assert_eq!(comment(&target).await, None);
}

/// A cluster with a small world, which archives.
async fn archiving() -> (Postgres, World) {
    let postgres = Postgres::start_archiving(&QUICK).await;
    let database = postgres.database();
    let config = harness::world::config(&database);
    let world = World::on(database, config).await;
    let player = world.player("Ada").await;
    world.horse(&player, NewHorse::default()).await;
    (postgres, world)
}

fn environment(postgres: &Postgres, scratch: &Scratch) -> Environment {
    postgres
        .backups()
        .with("TMPDIR", &scratch.0.display().to_string())
}

/// How many backups lie in the repository, half ones among them.
fn backups(postgres: &Postgres) -> usize {
    let place = postgres
        .backups()
        .get("EQUORIA_BACKUP_PLACE")
        .unwrap()
        .unwrap();
    let folder = Path::new(&place).join("backups");
    fs::read_dir(folder).map_or(0, |entries| entries.count())
}

fn signal(name: &str, pid: i32) {
    let sent = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(pid.to_string())
        .status();
    assert!(sent.unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_stopped_leaves_nothing_and_the_password_of_a_killed_one_is_removed_by_the_next()
 {
    let (postgres, world) = archiving().await;
    let scratch = Scratch::new("create");
    let environment = environment(&postgres, &scratch);
    let checkpointer = "select pid from pg_stat_activity where backend_type = 'checkpointer'";
    let checkpointer: i32 = world
        .admin
        .query_one(checkpointer, &[])
        .await
        .unwrap()
        .get(0);
    let walsender = "select count(*) from pg_stat_activity where backend_type = 'walsender'";
    let locking = "select count(*) from pg_stat_activity where usename = 'equoria_backup' and wait_event_type = 'Lock'";
    for (sql, blow) in [(walsender, "INT"), (locking, "TERM"), (walsender, "KILL")] {
        let holder = world.database.admin().await;
        // pg_basebackup waits for a checkpoint; the restore point waits for a writer.
        signal("STOP", checkpointer);
        if sql == locking {
            signal("CONT", checkpointer);
            let held = holder
                .batch_execute("begin; lock table users in row exclusive mode")
                .await;
            held.unwrap();
        }
        let mut backup = Native::spawn(&environment, &["backup", "create"]);
        until("backup", &mut backup, async || {
            count(&world.admin, sql).await > 0
        })
        .await;
        until("desk", &mut backup, async || {
            sql == locking || !scratch.entries().is_empty()
        })
        .await;
        let since = Instant::now();
        backup.signal(blow);
        let status = backup.wait();
        signal("CONT", checkpointer);
        assert!(
            since.elapsed() < Duration::from_secs(10),
            "{:?}",
            since.elapsed()
        );
        if blow == "KILL" {
            break;
        }
        assert_eq!(status, 2, "{}", backup.log());
        assert!(
            backup.log().contains("stopped before the end"),
            "{}",
            backup.log()
        );
        assert_eq!(
            (scratch.entries().len(), backups(&postgres)),
            (0, 0),
            "{blow}"
        );
    }
    let stopped =
        "select count(*) from ops.job_runs where name = 'backup_create' and outcome = 'failed'";
    assert_eq!(count(&world.admin, stopped).await, 2);
    let left = scratch.entries();
    assert!(
        left.len() == 1 && left[0].join("services").exists(),
        "{left:?}"
    );
    let mut next = Native::spawn(&environment, &["backup", "create"]);
    assert_eq!(next.wait(), 0, "{}", next.log());
    let told = format!("removed {}", left[0].display());
    assert!(next.log().contains(&told), "{}", next.log());
    assert_eq!((scratch.entries().len(), backups(&postgres)), (0, 1));
}

/// The process number of a server that was restored in there, once it writes one.
fn restored(scratch: &Scratch) -> Option<String> {
    let folder = scratch.entries().pop()?;
    let file = fs::read_to_string(folder.join("data/postmaster.pid")).ok()?;
    let pid = file.lines().next()?.trim();
    (!pid.is_empty()).then(|| pid.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_cluster_goes_with_the_command_that_is_stopped_or_with_the_next_one() {
    let (postgres, _world) = archiving().await;
    let scratch = Scratch::new("restored");
    let environment = environment(&postgres, &scratch);
    let mut backup = Native::spawn(&environment, &["backup", "create"]);
    assert_eq!(backup.wait(), 0, "{}", backup.log());
    let into = Database::empty().await;
    let target = into.admin().await;
    let environment = environment.with("EQUORIA_ANONYMISE_INTO", &into.administrator().url());
    for blow in ["INT", "KILL"] {
        let arguments = ["anonymise", "--backup", "latest"];
        let mut copying = Native::spawn(&environment, &arguments);
        until("restored server", &mut copying, async || {
            restored(&scratch).is_some()
        })
        .await;
        let pid = restored(&scratch).unwrap();
        copying.signal(blow);
        let status = copying.wait();
        let since = Instant::now();
        while postgres::is_alive(&pid) {
            assert!(
                since.elapsed() < Duration::from_secs(10),
                "the restored server lives on"
            );
            std::thread::yield_now();
        }
        if blow == "INT" {
            assert_eq!(status, 2, "{}", copying.log());
            assert_eq!(scratch.entries().len(), 0);
        }
        assert_eq!(count(&target, TABLES).await, 0, "{}", copying.log());
    }
    let left = scratch.entries();
    assert_eq!(left.len(), 1, "{left:?}");
    let mut next = Native::spawn(&environment, &["backup", "verify", "--latest"]);
    assert_eq!(next.wait(), 0, "{}", next.log());
    let told = format!("removed {}", left[0].display());
    assert!(next.log().contains(&told), "{}", next.log());
}
