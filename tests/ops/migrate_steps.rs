//! How steps are taken: locks and who holds them, statements outside a transaction, restore points, two runners.

use std::process::Stdio;
use std::time::Duration;

use equoria::ops::migrate::{
    self, ALL, Blocker, Direction, Migration, Progress, RestorePoint, Runner, expected_version,
};
use equoria::ops::runs;
use harness::{Database, native, program};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio_postgres::Client;

use crate::command_line::equoria;

/// A made-up step without a way back.
pub const fn step(folder: &'static str, up: &'static str) -> Migration {
    Migration {
        folder,
        up,
        down: "",
    }
}

/// One who takes made-up steps and is heard by nobody.
pub fn runner<'a>(client: &'a mut Client, steps: &'a [Migration]) -> Runner<'a> {
    Runner::new(client, Box::leak(Box::new(()))).with_steps(steps)
}

/// What a runner told, as lines.
#[derive(Default)]
struct Heard(Vec<String>);

impl Progress for Heard {
    fn marks(&mut self, point: &Result<RestorePoint, String>) {
        self.0.push(match point {
            Ok(point) => point.to_string(),
            Err(why) => why.clone(),
        });
    }

    fn ends(&mut self, step: &Migration, direction: Direction, _took: Duration) {
        self.0.push(format!("{step} {direction:?}"));
    }

    fn is_blocked(&mut self, _step: &Migration, blockers: &[Blocker]) {
        self.0.extend(blockers.iter().map(ToString::to_string));
    }

    fn clears(&mut self, _step: &Migration, index: &str) {
        self.0.push(format!("cleared {index}"));
    }
}

const HERD: [Migration; 2] = [
    step(
        "0001_herd",
        "create table herd (tag text); insert into herd values ('a'), ('b'), ('a');",
    ),
    step(
        "0002_tags",
        "-- equoria: no-transaction
         comment on table herd is 'tagged';
         create unique index concurrently if not exists herd_tag_key on herd (tag);
         comment on index herd_tag_key is 'once each';",
    ),
];

async fn is_valid(client: &Client, index: &str) -> Option<bool> {
    let sql = "select indisvalid from pg_index where indexrelid = to_regclass($1::text)";
    let row = client.query_opt(sql, &[&index]).await.unwrap();
    row.map(|row| row.get(0))
}

#[tokio::test]
async fn an_index_that_was_left_half_built_is_removed_and_built_anew() {
    let database = Database::empty().await;
    let mut client = database.admin().await;
    let failed = runner(&mut client, &HERD).deploy().await.unwrap_err();
    let failed = failed.to_string();
    assert!(
        failed.contains("0002_tags/up.sql failed") && failed.contains("could not create unique"),
        "{failed}"
    );
    assert!(
        failed.contains("`create unique index concurrently"),
        "{failed}"
    );
    assert_eq!(is_valid(&client, "herd_tag_key").await, Some(false));
    assert_eq!(migrate::current_version(&client).await.unwrap(), Some(1));
    client
        .batch_execute("delete from herd where ctid = (select max(ctid) from herd)")
        .await
        .unwrap();
    let mut heard = Heard::default();
    let again = Runner::new(&mut client, &mut heard).with_steps(&HERD);
    assert_eq!(again.deploy().await.unwrap().version, 2);
    assert_eq!(is_valid(&client, "herd_tag_key").await, Some(true));
    assert!(
        heard.0.contains(&"cleared herd_tag_key".to_owned()),
        "{:?}",
        heard.0
    );
    let told = "select obj_description('herd_tag_key'::regclass), current_setting('lock_timeout')";
    let row = client.query_one(told, &[]).await.unwrap();
    assert_eq!((row.get(0), row.get(1)), ("once each", "0"));
}

#[tokio::test]
async fn an_invalid_index_that_no_statement_names_is_left_alone() {
    let database = Database::empty().await;
    let mut client = database.admin().await;
    let mine = "create table herd (tag text); create index mine on herd (tag);
        update pg_index set indisvalid = false where indexrelid = 'mine'::regclass";
    client.batch_execute(mine).await.unwrap();
    let tags = [step(
        "0001_tags",
        "-- equoria: no-transaction\ncreate index concurrently if not exists mine_too on herd (tag);",
    )];
    runner(&mut client, &tags).deploy().await.unwrap();
    assert_eq!(is_valid(&client, "mine").await, Some(false));
    assert_eq!(is_valid(&client, "mine_too").await, Some(true));
}

#[tokio::test]
async fn who_holds_the_lock_is_named_while_we_wait_and_when_we_give_up() {
    let database = Database::fresh().await;
    let holder = database.as_role("equoria_writer").await;
    holder
        .batch_execute("set application_name = 'night shift'; begin; select from horses for share")
        .await
        .unwrap();
    let pid: i32 = holder
        .query_one("select pg_backend_pid()", &[])
        .await
        .unwrap()
        .get(0);
    let mut client = database.admin().await;
    client
        .batch_execute("truncate ops.migrations")
        .await
        .unwrap();
    let steps = [step(
        "0001_tail",
        "alter table horses add column tail bigint;",
    )];
    let mut heard = Heard::default();
    let place = database.administrator();
    let runner = Runner::new(&mut client, &mut heard)
        .with_steps(&steps)
        .with_lookout(&place)
        .with_patience(Duration::from_millis(600));
    let gave_up = runner.deploy().await.unwrap_err().to_string();
    let name = format!("process {pid} of equoria_writer (night shift), idle in transaction for ");
    for told in [&gave_up, &heard.0.join("\n")] {
        assert!(told.contains(&name), "{told}");
        assert!(told.contains(": select pg_backend_pid()"), "{told}");
    }
    assert!(gave_up.contains("0001_tail/up.sql failed"), "{gave_up}");
}

#[tokio::test]
async fn a_restore_point_is_set_before_whatever_changes_something() {
    let database = Database::empty().await;
    let mut client = database.admin().await;
    let steps = [Migration {
        down: "drop table herd;",
        ..HERD[0]
    }];
    let done = runner(&mut client, &steps).deploy().await.unwrap();
    let point = done.restore_point.unwrap();
    assert!(
        point.name.starts_with("before 0001_herd 20"),
        "{}",
        point.name
    );
    let lsn = "select $1::text::pg_lsn <= pg_current_wal_insert_lsn() and $1::text::pg_lsn > '0/0'";
    let row = client.query_one(lsn, &[&point.lsn]).await.unwrap();
    assert!(row.get::<_, bool>(0), "{}", point.lsn);
    let idle = runner(&mut client, &steps).deploy().await.unwrap();
    assert_eq!((idle.steps.len(), idle.restore_point), (0, None));
    let undone = runner(&mut client, &steps).rollback_to(0).await.unwrap();
    let point = undone.restore_point.unwrap();
    assert!(
        point.name.starts_with("before undoing 0001_herd 20"),
        "{}",
        point.name
    );
}

#[tokio::test]
async fn without_the_right_to_set_a_restore_point_it_says_so_and_goes_on() {
    let database = Database::empty().await;
    let administrator = database.admin().await;
    administrator
        .batch_execute(&format!(
            "grant connect, create on database {0} to equoria_monitor; grant create on schema public to equoria_monitor",
            database.name()
        ))
        .await
        .unwrap();
    let mut monitor = database.as_role("equoria_monitor").await;
    let mut heard = Heard::default();
    let runner = Runner::new(&mut monitor, &mut heard).with_steps(&HERD[..1]);
    assert_eq!(runner.deploy().await.unwrap().restore_point, None);
    assert!(
        heard.0[0].contains("no restore point could be set: permission denied"),
        "{:?}",
        heard.0
    );
    assert_eq!(heard.0[1], "0001_herd Up");
}

/// A runner as a process, with its log as it comes.
struct Process {
    child: Child,
    log: Lines<BufReader<ChildStderr>>,
}

impl Process {
    fn start(database: &Database) -> Self {
        let mut child = Command::new(program::equoria())
            .args(["migrate", "deploy"])
            .env("MIGRATE_DATABASE_URL", database.administrator().url())
            .current_dir(program::checkout())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let log = lines(child.stderr.take().unwrap());
        Self { child, log }
    }

    async fn says(&mut self, part: &str) -> String {
        let mut all = String::new();
        while let Some(line) = self.log.next_line().await.unwrap() {
            if line.contains(part) {
                return line;
            }
            all.push_str(&line);
            all.push('\n');
        }
        panic!("it ended without `{part}`: {all}");
    }

    async fn ends(self) -> (Option<i32>, String) {
        let output = self.child.wait_with_output().await.unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    }
}

fn lines<R: AsyncRead + Unpin>(from: R) -> Lines<BufReader<R>> {
    BufReader::new(from).lines()
}

#[tokio::test]
async fn of_two_processes_one_works_while_the_other_waits_and_both_end_well() {
    let database = Database::empty().await;
    let mut client = database.admin().await;
    runner(&mut client, &[]).deploy().await.unwrap();
    // The first step gives the ledger to the owner, which waits for this lock.
    client
        .batch_execute("begin; lock table ops.migrations in access share mode")
        .await
        .unwrap();
    let mut one = Process::start(&database);
    let blocked = one.says("0001_foundation waits for process").await;
    assert!(
        blocked.contains("of postgres") && blocked.contains("idle in transaction"),
        "{blocked}"
    );
    let mut other = Process::start(&database);
    other.says("waiting until process").await;
    client.batch_execute("rollback").await.unwrap();
    one.says(ALL[ALL.len() - 1].folder).await;
    let (worked, waited) = (one.ends().await, other.ends().await);
    let version = expected_version();
    assert_eq!(worked.0, Some(0));
    assert_eq!(
        worked.1,
        format!("{version} migrations applied: the schema is at version {version}.\n")
    );
    assert_eq!(waited.0, Some(0));
    assert_eq!(
        waited.1,
        format!("Nothing to do: the schema is at version {version}.\n")
    );
    let kept = runs::latest(&client, "migrate").await.unwrap().unwrap();
    assert_eq!(kept.outcome.as_deref(), Some("done"));
    assert_eq!(kept.evidence["steps"], version);
    assert_eq!(kept.evidence["command"], "deploy");
    assert!(
        kept.evidence["restore_point"]
            .as_str()
            .unwrap()
            .starts_with("before 0001_")
    );
}

#[tokio::test]
async fn rollback_undoes_one_step_or_many_but_not_in_production() {
    let database = Database::fresh().await;
    let client = database.admin().await;
    let url = database.administrator().url();
    let run = |arguments: &[&str], profile: &str| {
        let all: Vec<&str> = ["migrate", "rollback"]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        equoria(
            &all,
            &[("MIGRATE_DATABASE_URL", &url), ("EQUORIA_PROFILE", profile)],
        )
    };
    let refused = run(&["--yes"], "production");
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        said.contains("restore point") && said.contains("new migration"),
        "{said}"
    );
    let unasked = run(&[], "development");
    assert_eq!(unasked.status.code(), Some(2));
    let beyond = run(&["--to", "9999", "--yes"], "development");
    assert_eq!(beyond.status.code(), Some(2));
    let newest = expected_version();
    assert_eq!(
        migrate::current_version(&client).await.unwrap(),
        Some(newest)
    );
    let one = run(&["--yes", "--json"], "development");
    let said: serde_json::Value = serde_json::from_slice(&one.stdout).unwrap();
    assert_eq!(
        (&said["undone"], &said["version"]),
        (&1.into(), &(newest - 1).into())
    );
    let many = run(&["--to", "11", "--yes"], "development");
    assert_eq!(many.status.code(), Some(0));
    assert_eq!(migrate::current_version(&client).await.unwrap(), Some(11));
}

#[tokio::test]
async fn neither_the_api_nor_the_jobs_start_on_a_history_that_was_edited_or_is_unknown() {
    for (strange, part) in [
        (
            "update ops.migrations set sha256 = repeat('0', 64) where version = 5",
            "0005_horses was edited",
        ),
        (
            "insert into ops.migrations (version, name, sha256, took_ms) values (9999, 'wings', repeat('0', 64), 1)",
            "9999_wings",
        ),
        (
            "delete from ops.migrations where version = (select max(version) from ops.migrations)",
            "migrate deploy",
        ),
    ] {
        let database = Database::fresh().await;
        database.admin().await.batch_execute(strange).await.unwrap();
        let environment = native::environment(&database);
        let environment: Vec<(&str, &str)> = environment.iter().collect();
        for command in ["serve", "work"] {
            let refused = equoria(&[command], &environment);
            let said = String::from_utf8(refused.stderr).unwrap();
            assert_eq!(refused.status.code(), Some(2), "{command}: {said}");
            assert!(said.contains(part), "{command}: {said}");
        }
    }
}
