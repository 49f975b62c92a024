//! Slots of maintenance: each is done once, whoever dies, and none is lost.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use equoria::config::Environment;
use equoria::ops::maintain::{self, Ended, Keeper, Rhythm, Task, Turn};
use equoria::ops::runs;
use equoria::trouble::Trouble;
use harness::{Database, Native, native};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_postgres::Client;

const LEASE: Duration = Duration::from_secs(60);

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A Sunday evening.
fn now() -> DateTime<Utc> {
    at("2026-11-22T21:00:00Z")
}

/// All that an operator's worker on this database knows.
pub fn environment(database: &Database) -> Environment {
    // Nothing is backed up to nowhere: what needs a place for backups fails at once, and says so.
    let mut environment =
        native::environment(database).with("EQUORIA_BACKUP_PLACE", "/nowhere/backups");
    for login in equoria::config::Login::ALL {
        environment = environment.with(login.variable(), &database.of(login.role()).url());
    }
    environment
}

pub fn keeper(database: &Database) -> Keeper {
    let keeper = Keeper::from_environment(&environment(database)).unwrap();
    keeper.expect("the environment names the maintainer")
}

/// A database whose schema is there since an instant.
async fn born(instant: DateTime<Utc>) -> (Database, Client) {
    let database = Database::fresh().await;
    let admin = database.admin().await;
    admin
        .execute("update ops.migrations set applied_at = $1", &[&instant])
        .await
        .unwrap();
    let client = keeper(&database).connect().await.unwrap();
    (database, client)
}

async fn take(client: &mut Client, rhythm: Rhythm, now: DateTime<Utc>) -> Option<Turn> {
    let calendar = maintain::Calendar::default();
    let taken = maintain::take_due(client, calendar, rhythm, now, "worker", LEASE).await;
    taken.unwrap()
}

/// Whether its worker could write down that a turn is done.
async fn is_ended(client: &Client, turn: &Turn) -> bool {
    let nothing = json!({});
    let ended = runs::finish(client, &turn.run, runs::Outcome::Done, &nothing);
    ended.await.unwrap()
}

/// Works a turn off, and gives the report.
pub async fn carry_out(keeper: &Keeper, turn: &Turn) -> maintain::Report {
    let (_stop, stopping) = watch::channel(false);
    match maintain::carry_out(keeper, turn, stopping, &mut ()).await {
        Ok(Ended::Report(report)) => report,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_database_that_was_made_today_has_missed_nothing() {
    let (_database, mut client) = born(at("2026-11-22T12:00:00Z")).await;
    for rhythm in Rhythm::ALL {
        assert!(take(&mut client, rhythm, now()).await.is_none(), "{rhythm}");
    }
    let night = at("2026-11-23T03:00:00Z");
    let turn = take(&mut client, Rhythm::Daily, night).await.unwrap();
    assert_eq!((turn.slot, turn.made_up.len()), (night, 0));
}

#[tokio::test]
async fn of_sixty_four_workers_one_takes_the_slot_that_is_due() {
    let (database, client) = born(at("2026-11-20T12:00:00Z")).await;
    let mut workers = JoinSet::new();
    for number in 0..64 {
        let mut client = database.as_role("equoria_maintainer").await;
        workers.spawn(async move {
            let worker = format!("worker {number}");
            let calendar = maintain::Calendar::default();
            let daily = Rhythm::Daily;
            let taken = maintain::take_due(&mut client, calendar, daily, now(), &worker, LEASE);
            taken.await.unwrap()
        });
    }
    let taken: Vec<Turn> = workers.join_all().await.into_iter().flatten().collect();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].slot, at("2026-11-22T03:00:00Z"));
    assert_eq!(taken[0].made_up, [at("2026-11-21T03:00:00Z")]);
    let runs = maintain::history::runs(&client, None, 10).await.unwrap();
    assert_eq!(runs.len(), 2);
}

#[tokio::test]
async fn every_slot_that_passed_has_a_row_and_the_newest_one_makes_up_the_rest() {
    let (_database, mut client) = born(at("2026-09-22T12:00:00Z")).await;
    for (rhythm, slots) in [
        (Rhythm::Daily, 61),
        (Rhythm::Weekly, 9),
        (Rhythm::Monthly, 2),
        (Rhythm::Quarterly, 1),
    ] {
        let turn = take(&mut client, rhythm, now()).await.unwrap();
        assert_eq!(turn.made_up.len(), slots - 1, "{rhythm}");
        assert!(is_ended(&client, &turn).await);
        let runs = maintain::history::runs(&client, Some(rhythm.name()), 100)
            .await
            .unwrap();
        assert_eq!(runs.len(), slots, "{rhythm}");
        assert_eq!(runs[0].outcome.as_deref(), Some("done"));
        for missed in &runs[1..] {
            assert_eq!(missed.outcome.as_deref(), Some("missed"));
            let by: DateTime<Utc> =
                serde_json::from_value(missed.evidence["made_up_by_slot"].clone()).unwrap();
            assert_eq!(by, turn.slot);
        }
        assert!(
            take(&mut client, rhythm, now()).await.is_none(),
            "{rhythm}: each slot once"
        );
    }
    let calendar = maintain::Calendar::default();
    let standings = maintain::history::standings(&client, calendar, now())
        .await
        .unwrap();
    assert!(
        standings.iter().all(|it| it.due.is_empty()),
        "{standings:?}"
    );
}

#[tokio::test]
async fn an_older_slot_whose_worker_died_is_made_up_by_the_newest() {
    let (_database, mut client) = born(at("2026-11-20T12:00:00Z")).await;
    let calendar = maintain::Calendar::default();
    let died = maintain::take_due(
        &mut client,
        calendar,
        Rhythm::Daily,
        at("2026-11-21T04:00:00Z"),
        "dies",
        Duration::ZERO,
    );
    let died = died.await.unwrap().unwrap();
    let turn = take(&mut client, Rhythm::Daily, now()).await.unwrap();
    assert_eq!(turn.made_up, [died.slot]);
    assert!(
        !is_ended(&client, &died).await,
        "the dead one writes no more"
    );
}

#[tokio::test]
async fn while_one_works_no_other_maintenance_begins() {
    let (_database, mut client) = born(at("2026-09-22T12:00:00Z")).await;
    let daily = take(&mut client, Rhythm::Daily, now()).await.unwrap();
    assert!(take(&mut client, Rhythm::Weekly, now()).await.is_none());
    let refused = maintain::take_by_hand(&mut client, Rhythm::Weekly, now(), LEASE).await;
    let said = refused.unwrap_err().to_string();
    assert!(
        said.contains("maintain_daily") && said.contains("worker"),
        "{said}"
    );
    assert!(is_ended(&client, &daily).await);
    assert!(take(&mut client, Rhythm::Weekly, now()).await.is_some());
    let again = maintain::take_by_hand(&mut client, Rhythm::Daily, daily.slot, LEASE).await;
    assert!(again.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_that_is_taken_over_goes_on_where_the_dead_worker_stopped() {
    let (database, mut client) = born(at("2026-11-21T12:00:00Z")).await;
    let calendar = maintain::Calendar::default();
    let daily = Rhythm::Daily;
    let first = maintain::take_due(&mut client, calendar, daily, now(), "dies", Duration::ZERO);
    let first = first.await.unwrap().unwrap();
    let kept = json!({"tasks": {"restore_point": {"is_done": true, "lsn": "0/1"}}, "findings": []});
    let keep = "update ops.job_runs set evidence = $2 where slot = $1";
    client.execute(keep, &[&first.slot, &kept]).await.unwrap();
    let second = take(&mut client, daily, now()).await.unwrap();
    assert_eq!((second.run.id, second.run.attempts), (first.run.id, 2));
    let report = carry_out(&keeper(&database), &second).await;
    assert_eq!(report.attempts, 2);
    assert_eq!(
        report.tasks["restore_point"]["lsn"], "0/1",
        "not done again"
    );
    let names: Vec<&str> = Task::of(daily).iter().map(|task| task.name()).collect();
    let mut done: Vec<&str> = report.tasks.keys().map(String::as_str).collect();
    done.sort_unstable_by_key(|name| names.iter().position(|it| it == name));
    assert_eq!(done, names);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_at_which_three_workers_died_is_given_up_and_says_so() {
    let (database, mut client) = born(at("2026-11-21T12:00:00Z")).await;
    let (admin, watcher) = (database.admin().await, database.admin().await);
    hold_the_books(&admin).await;
    for _ in 0..3 {
        let turn = take(&mut client, Rhythm::Daily, now()).await.unwrap();
        let (_stop, working) = begin(&keeper(&database), &turn);
        until_it_waits(&watcher).await;
        working.abort();
        assert!(working.await.unwrap_err().is_cancelled());
        end_whoever_waits(&watcher).await;
        expire(&watcher).await;
    }
    admin.batch_execute("rollback").await.unwrap();
    let turn = take(&mut client, Rhythm::Daily, now()).await.unwrap();
    let report = carry_out(&keeper(&database), &turn).await;
    assert_eq!(report.outcome, "failed");
    let mut told = report.findings.iter().map(|it| &it.sentence);
    assert!(told.any(|it| it.contains("3 workers died")), "{report:?}");
}

type Working = tokio::task::JoinHandle<Result<Ended, Trouble>>;

/// Works a turn off beside the test, until that says stop.
fn begin(keeper: &Keeper, turn: &Turn) -> (watch::Sender<bool>, Working) {
    let (stop, stopping) = watch::channel(false);
    let (keeper, turn) = (keeper.clone(), turn.clone());
    let work = async move { maintain::carry_out(&keeper, &turn, stopping, &mut ()).await };
    (stop, tokio::spawn(work))
}

/// A minute passes.
async fn expire(admin: &Client) {
    let sql =
        "update ops.job_runs set lease_until = now() - interval '1 s' where finished_at is null";
    admin.batch_execute(sql).await.unwrap();
}

/// Keeps every check of the books waiting.
async fn hold_the_books(admin: &Client) {
    admin
        .batch_execute("begin; lock table postings in access exclusive mode")
        .await
        .unwrap();
}

const WAITING: &str =
    "pg_stat_activity where datname = current_database() and usename = 'equoria_maintainer'
    and wait_event_type = 'Lock'";

/// Waits until maintenance stands still at the books.
async fn until_it_waits(watcher: &Client) {
    until(watcher, &format!("select count(*) from {WAITING}"), 1).await;
}

/// The session of a worker that died goes, too.
async fn end_whoever_waits(watcher: &Client) {
    let sql = format!("select pg_terminate_backend(pid, 10000) from {WAITING}");
    watcher.batch_execute(&sql).await.unwrap();
}

async fn until(watcher: &Client, sql: &str, wanted: i64) {
    let since = Instant::now();
    loop {
        let found: i64 = watcher.query_one(sql, &[]).await.unwrap().get(0);
        if found >= wanted {
            return;
        }
        assert!(
            since.elapsed() < Duration::from_secs(60),
            "{found} of {wanted}: {sql}"
        );
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_told_to_stop_gives_its_slot_back_at_once() {
    let (database, mut client) = born(at("2026-11-21T12:00:00Z")).await;
    let (admin, watcher) = (database.admin().await, database.admin().await);
    hold_the_books(&admin).await;
    let turn = take(&mut client, Rhythm::Daily, now()).await.unwrap();
    let (stop, working) = begin(&keeper(&database), &turn);
    until_it_waits(&watcher).await;
    let since = Instant::now();
    stop.send_replace(true);
    assert!(matches!(working.await.unwrap(), Ok(Ended::Stopped)));
    assert!(
        since.elapsed() < Duration::from_secs(2),
        "{:?}",
        since.elapsed()
    );
    let again = take(&mut client, Rhythm::Daily, now()).await.unwrap();
    assert_eq!((again.slot, again.run.attempts), (turn.slot, 2));
    let runs = maintain::history::runs(&client, None, 1).await.unwrap();
    assert_eq!(runs[0].evidence["tasks"]["vacuum"]["is_done"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_were_told_to_stop_or_got_no_connection_cost_a_slot_none_of_its_attempts() {
    let (database, mut client) = born(at("2026-11-21T12:00:00Z")).await;
    let (admin, watcher) = (database.admin().await, database.admin().await);
    hold_the_books(&admin).await;
    let keeper = keeper(&database);
    let unreachable = Keeper {
        database: keeper.database.with_name("nowhere"),
        ..keeper.clone()
    };
    for _ in 0..2 {
        let turn = take(&mut client, Rhythm::Daily, now()).await.unwrap();
        let (stop, working) = begin(&keeper, &turn);
        until_it_waits(&watcher).await;
        stop.send_replace(true);
        assert!(matches!(working.await.unwrap(), Ok(Ended::Stopped)));
        let turn = take(&mut client, Rhythm::Daily, now()).await.unwrap();
        let (_stop, working) = begin(&unreachable, &turn);
        let trouble = working.await.unwrap().unwrap_err().to_string();
        assert!(trouble.contains("nowhere"), "{trouble}");
        expire(&watcher).await;
    }
    admin.batch_execute("rollback").await.unwrap();
    let turn = take(&mut client, Rhythm::Daily, now()).await.unwrap();
    let report = carry_out(&keeper, &turn).await;
    assert_eq!(report.attempts, 5);
    let given_up = report.findings.iter().any(|it| it.task == "schedule");
    assert!(!given_up, "{report:?}");
    assert_eq!(report.tasks.len(), Task::of(Rhythm::Daily).len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_whose_lease_is_not_prolonged_lets_go_before_it_ends() {
    let (database, mut client) = born(at("2026-11-21T12:00:00Z")).await;
    let (admin, watcher) = (database.admin().await, database.admin().await);
    hold_the_books(&admin).await;
    let turn = take(&mut client, Rhythm::Daily, now()).await.unwrap();
    let keeper = Keeper {
        lease: Duration::from_secs(12),
        ..keeper(&database)
    };
    let (_stop, working) = begin(&keeper, &turn);
    until_it_waits(&watcher).await;
    // Whoever prolongs it now waits for a lock.
    watcher
        .batch_execute("begin; select from ops.job_runs for update")
        .await
        .unwrap();
    assert!(matches!(working.await.unwrap(), Ok(Ended::Lost)));
    let left = "select lease_until > clock_timestamp() from ops.job_runs where finished_at is null";
    let is_ours: bool = watcher.query_one(left, &[]).await.unwrap().get(0);
    assert!(is_ours, "the worker went on after its lease");
}

/// Two workers on a database that has missed a month; the one that begins is killed in the middle of its first slot.
#[tokio::test(flavor = "multi_thread")]
async fn two_workers_and_a_killed_leader_run_every_slot_once_and_lose_none() {
    let month_ago = Utc::now() - chrono::TimeDelta::days(33);
    let (database, client) = born(month_ago).await;
    let (admin, watcher) = (database.admin().await, database.admin().await);
    hold_the_books(&admin).await;
    let environment = environment(&database).with("LOG_LEVEL", "info");
    let mut workers = [
        Native::spawn(&environment, &["work"]),
        Native::spawn(&environment, &["work"]),
    ];
    until_it_waits(&watcher).await;
    let leader = workers
        .iter()
        .position(|it| it.log().contains("maintenance begins"))
        .unwrap();
    workers[leader].kill();
    admin.batch_execute("rollback").await.unwrap();
    expire(&admin).await;
    let ended = "select count(*) from ops.job_runs where name like 'maintain%' and finished_at is not null and outcome <> 'missed'";
    until(&watcher, ended, 3).await;
    workers[1 - leader].signal("TERM");
    assert_eq!(
        workers[1 - leader].wait(),
        0,
        "{}",
        workers[1 - leader].log()
    );
    let calendar = maintain::Calendar::default();
    let standings = maintain::history::standings(&client, calendar, Utc::now())
        .await
        .unwrap();
    assert!(
        standings.iter().all(|it| it.due.is_empty()),
        "{standings:?}"
    );
    for rhythm in Rhythm::ALL {
        let runs = maintain::history::runs(&client, Some(rhythm.name()), 100)
            .await
            .unwrap();
        let slots: Vec<DateTime<Utc>> = runs.iter().rev().map(|run| run.slot).collect();
        assert_eq!(
            slots,
            calendar.between(rhythm, month_ago, Utc::now()),
            "{rhythm}"
        );
        let done: Vec<_> = runs
            .iter()
            .filter(|run| run.outcome.as_deref() != Some("missed"))
            .collect();
        assert_eq!(done.len(), slots.len().min(1), "{rhythm}");
        let attempts = if rhythm == Rhythm::Daily { 2 } else { 1 };
        assert!(
            done.iter().all(|run| run.attempts == attempts),
            "{rhythm}: {done:?}"
        );
        let tasks = done.iter().all(|run| run.evidence["tasks"] != Value::Null);
        assert!(tasks, "{rhythm}: {done:?}");
    }
}
