//! What maintenance does to a database, and what it finds.

use std::time::Duration;

use equoria::ops::audit::SealKey;
use equoria::ops::maintain::sessions::{Limits, look_with};
use equoria::ops::maintain::{self, At, Keeper, Report, Rhythm, Severity, Task, Told};
use harness::{Database, Postgres, World};
use tokio_postgres::Client;

use crate::command_line::equoria;
use crate::schedule::{carry_out, environment, keeper};

/// Carries out one task on a database.
async fn told(database: &Database, task: Task) -> Told {
    let keeper = keeper(database);
    let client = keeper.connect().await.unwrap();
    let at = At {
        keeper: &keeper,
        client: &client,
        rhythm: Rhythm::Daily,
        slot: chrono::Utc::now(),
        attempts: 1,
    };
    let told = task.run(&at).await;
    told.unwrap_or_else(|trouble| panic!("{}: {trouble}", task.name()))
}

/// A table of the owner's with so many rows, every tenth of which stays.
async fn hay(admin: &Client, rows: i64) {
    admin
        .batch_execute(&format!(
            "create extension if not exists pgstattuple;
             set role equoria_owner;
             create table hay (id bigint constraint hay_pkey primary key, bale text) with (autovacuum_enabled = false);
             insert into hay select n, 'bale ' || n from generate_series(1, {rows}) n;
             create index idx_hay_bale on hay (bale);
             delete from hay where id % 10 <> 0;
             reset role;
             select pg_stat_force_next_flush();"
        ))
        .await
        .unwrap();
}

fn figure(told: &Told, name: &str) -> i64 {
    told.evidence[name]
        .as_i64()
        .unwrap_or_else(|| panic!("{name} in {told:?}"))
}

fn alarms(told: &Told) -> Vec<&str> {
    let alarms = told
        .findings
        .iter()
        .filter(|(severity, _)| *severity == Severity::Alarm);
    alarms.map(|(_, sentence)| sentence.as_str()).collect()
}

#[tokio::test]
async fn vacuum_frees_dead_rows_where_there_are_many_and_touches_nothing_else() {
    let database = Database::fresh().await;
    let admin = database.admin().await;
    hay(&admin, 5_000).await;
    let analysed = told(&database, Task::Analyze).await;
    assert_eq!(analysed.evidence["analysed"][0]["table"], "public.hay");
    let first = told(&database, Task::Vacuum).await;
    assert_eq!(figure(&first, "dead_rows_freed"), 4_500);
    assert_eq!(first.evidence["vacuumed"].as_array().unwrap().len(), 1);
    let second = told(&database, Task::Vacuum).await;
    assert_eq!(figure(&second, "dead_rows_freed"), 0);
}

#[tokio::test]
async fn dead_rows_that_somebody_may_still_see_are_told_with_his_name() {
    let database = Database::fresh().await;
    let (admin, reader) = (database.admin().await, database.admin().await);
    reader
        .batch_execute("begin isolation level repeatable read; select 1")
        .await
        .unwrap();
    hay(&admin, 5_000).await;
    let stuck = told(&database, Task::Vacuum).await;
    let pid: i32 = reader
        .query_one("select pg_backend_pid()", &[])
        .await
        .unwrap()
        .get(0);
    let (severity, sentence) = &stuck.findings[0];
    assert_eq!(*severity, Severity::Warning);
    assert!(
        sentence.contains("public.hay keeps 4500 of 4500"),
        "{sentence}"
    );
    assert!(sentence.contains(&format!("process {pid} ")), "{sentence}");
}

#[tokio::test]
async fn a_table_that_somebody_has_locked_is_left_alone_and_named() {
    let database = Database::fresh().await;
    let (admin, other) = (database.admin().await, database.admin().await);
    hay(&admin, 5_000).await;
    other
        .batch_execute("begin; lock table hay in access exclusive mode")
        .await
        .unwrap();
    let locked = told(&database, Task::Analyze).await;
    assert!(
        locked.findings[0].1.contains("public.hay was left alone"),
        "{locked:?}"
    );
}

#[tokio::test]
async fn an_index_is_rebuilt_only_where_it_is_mostly_air() {
    let database = Database::fresh().await;
    let admin = database.admin().await;
    hay(&admin, 120_000).await;
    let before = told(&database, Task::Reindex).await;
    assert_eq!(
        before.evidence["rebuilt"],
        serde_json::json!([]),
        "dead rows are vacuumed first"
    );
    admin.batch_execute("vacuum hay").await.unwrap();
    let rebuilt = told(&database, Task::Reindex).await;
    let names: Vec<&str> = rebuilt.evidence["rebuilt"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["index"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["public.idx_hay_bale", "public.hay_pkey"]);
    for index in rebuilt.evidence["rebuilt"].as_array().unwrap() {
        let bytes = |name: &str| index[name].as_i64().unwrap();
        assert!(bytes("bytes_after") * 5 < bytes("bytes_before"), "{index}");
    }
    assert!(figure(&rebuilt, "freed_bytes") > 4_000_000);
    let after = told(&database, Task::Reindex).await;
    assert_eq!(figure(&after, "freed_bytes"), 0);
}

#[tokio::test]
async fn what_an_interrupted_rebuild_left_is_dropped_unless_one_still_runs() {
    let database = Database::fresh().await;
    let admin = database.admin().await;
    hay(&admin, 10).await;
    admin
        .batch_execute(
            "create index hay_pkey_ccnew1 on hay (id); create index idx_hay_torn on hay (id);
             update pg_index set indisvalid = false
             where indexrelid in ('hay_pkey_ccnew1'::regclass, 'idx_hay_torn'::regclass)",
        )
        .await
        .unwrap();
    admin
        .batch_execute("begin; lock table hay in share update exclusive mode")
        .await
        .unwrap();
    let busy = told(&database, Task::Reindex).await;
    assert_eq!(figure(&busy, "dropped_leftovers"), 0);
    admin.batch_execute("commit").await.unwrap();
    let free = told(&database, Task::Reindex).await;
    assert_eq!(figure(&free, "dropped_leftovers"), 1);
    let named = free.findings.iter().any(|(severity, sentence)| {
        *severity == Severity::Warning && sentence.contains("public.idx_hay_torn")
    });
    assert!(named, "{free:?}");
    let left = "select count(*) from pg_class where relname like 'hay_pkey_cc%'";
    assert_eq!(
        admin.query_one(left, &[]).await.unwrap().get::<_, i64>(0),
        0
    );
    let maintainer = database.as_role("equoria_maintainer").await;
    let refused = maintainer
        .query_one("select ops.drop_leftover_index('hay_pkey'::regclass)", &[])
        .await;
    assert!(refused.is_err(), "an index in use is no leftover");
}

#[tokio::test]
async fn transactions_that_are_open_for_long_are_told_and_idle_ones_ended_if_asked() {
    let database = Database::fresh().await;
    let forgotten = database.as_role("equoria_writer").await;
    forgotten.batch_execute("begin; select 1").await.unwrap();
    let client = keeper(&database).connect().await.unwrap();
    let limits = Limits {
        long: Duration::from_secs(600),
        idle: Duration::ZERO,
        end_idle: None,
    };
    let told = look_with(&client, &limits).await.unwrap();
    assert_eq!(figure(&told, "long_or_idle_transactions"), 1);
    let (severity, sentence) = &told.findings[0];
    assert_eq!(*severity, Severity::Warning);
    assert!(
        sentence.contains("equoria_writer") && sentence.contains("idle"),
        "{sentence}"
    );
    forgotten.batch_execute("select 1").await.unwrap();
    let end = Limits {
        end_idle: Some(Duration::ZERO),
        ..limits
    };
    let told = look_with(&client, &end).await.unwrap();
    assert_eq!(figure(&told, "ended_transactions"), 1);
    assert!(
        forgotten.batch_execute("select 1").await.is_err(),
        "its session is over"
    );
}

#[tokio::test]
async fn sound_books_raise_no_finding() {
    let world = World::new().await;
    world.player("Ada").await;
    for task in [Task::Ledger, Task::WholeLedger] {
        let told = told(&world.database, task).await;
        assert!(told.findings.is_empty(), "{told:?}");
        assert!(figure(&told, "checks") >= 4);
    }
}

#[tokio::test]
async fn every_way_to_falsify_the_books_is_found_and_named() {
    let unguarded = "set session_replication_role = replica; ";
    for (falsified, what) in [
        (
            "update accounts set balance = balance + 1 where kind = 'purse'",
            "balance",
        ),
        ("update users set money = money + 1", "money"),
        (
            "update postings set amount = amount + 1 where amount > 0",
            "sum to zero",
        ),
        (
            "update postings set balance_after = balance_after + 1 where balance_after is not null",
            "continue",
        ),
        ("delete from postings where amount < 0", "sum to zero"),
    ] {
        let world = World::new().await;
        world.player("Ada").await;
        world.sql(&format!("{unguarded}{falsified}")).await;
        for task in [Task::Ledger, Task::WholeLedger] {
            let told = told(&world.database, task).await;
            assert!(
                alarms(&told).iter().any(|it| it.contains(what)),
                "{falsified}: {told:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_discipline_score_that_horses_are_not_found_by_is_found_by_the_weekly_check() {
    let world = World::new().await;
    let ada = world.player("Ada").await;
    world.horse(&ada, harness::NewHorse::default()).await;
    world
        .sql("set session_replication_role = replica; update horses set discipline_scores = '{\"Racing\": 7}'")
        .await;
    let told = told(&world.database, Task::WholeLedger).await;
    assert!(
        alarms(&told)
            .iter()
            .any(|it| it.contains("discipline scores")),
        "{told:?}"
    );
}

fn warnings(told: &Told) -> String {
    let serious = told
        .findings
        .iter()
        .filter(|(severity, _)| *severity > Severity::Note);
    serious
        .map(|(_, sentence)| format!("{sentence}\n"))
        .collect()
}

#[tokio::test]
async fn the_security_audit_finds_nothing_in_what_the_migrations_made() {
    let database = Database::fresh().await;
    let told = told(&database, Task::Security).await;
    // Other tests of this cluster may have made roles of their own; what they may do here is nothing.
    let of_ours: Vec<String> = warnings(&told)
        .lines()
        .filter(|line| !line.contains("none of the product's roles"))
        .map(str::to_owned)
        .collect();
    assert_eq!(of_ours, Vec::<String>::new());
    let roles = told.evidence["roles"].as_array().unwrap();
    assert!(roles.len() >= 10, "{roles:?}");
    assert!(figure(&told, "tables_with_row_security") >= 20);
    assert!(figure(&told, "entrances") >= 1);
}

#[tokio::test]
async fn each_opening_that_somebody_makes_is_found_by_the_security_audit() {
    for (opening, found) in [
        (
            "grant select on horses to public",
            "everybody may select on table horses",
        ),
        (
            "grant usage on schema ops to public",
            "everybody may usage on schema ops",
        ),
        (
            "create function loose() returns int language sql return 1",
            "everybody may execute on function loose()",
        ),
        (
            "alter table horses disable row level security",
            "horses has policies that nobody obeys",
        ),
    ] {
        let database = Database::fresh().await;
        let admin = database.admin().await;
        admin.batch_execute(opening).await.unwrap();
        let told = told(&database, Task::Security).await;
        assert!(
            alarms(&told).iter().any(|it| it.contains(found)),
            "{opening}: {told:?}"
        );
    }
}

#[tokio::test]
async fn passwords_that_are_cheaper_to_guess_than_todays_are_counted() {
    let world = World::new().await;
    world.player("Ada").await;
    world
        .sql(
            "insert into user_passwords (user_id, hash)
             select id, '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g' from users where name = 'Ada'",
        )
        .await;
    let sound = told(&world.database, Task::Security).await;
    let today = &sound.evidence["password_costs"]["argon2id$v=19$m=19456,t=2,p=1"];
    assert_eq!(*today, 1, "{sound:?}");
    assert!(!warnings(&sound).contains("hashed"), "{sound:?}");
    world
        .sql("update user_passwords set hash = replace(hash, 'm=19456', 'm=4096')")
        .await;
    let told = told(&world.database, Task::Security).await;
    assert!(
        warnings(&told).contains(
            "1 players' passwords are hashed at another cost (argon2id$v=19$m=4096,t=2,p=1)"
        ),
        "{told:?}"
    );
}

#[tokio::test]
async fn without_a_database_of_advisories_nothing_counts_as_checked() {
    let database = Database::fresh().await;
    let told = told(&database, Task::Advisories).await;
    assert_eq!(told.evidence["is_checked"], false);
    assert!(warnings(&told).contains("EQUORIA_ADVISORY_DB"), "{told:?}");
}

#[tokio::test]
async fn the_capacity_plan_forecasts_from_the_kept_samples_and_from_three_weeks_on() {
    let database = Database::fresh().await;
    let admin = database.admin().await;
    let keep = |days: i32| {
        format!(
            "insert into ops.storage_samples (table_name, sampled_at, heap_bytes, index_bytes, toast_bytes, live_rows)
             select 'public.horses', now() - interval '1 day' * day, 1000000 - 3000 * day, 0, 0, 50000 - 100 * day
             from generate_series(1, {days}) day on conflict do nothing"
        )
    };
    admin.batch_execute(&keep(20)).await.unwrap();
    let few = told(&database, Task::Capacity).await;
    assert_eq!(few.evidence["forecasts"], serde_json::json!([]));
    assert!(
        few.findings
            .iter()
            .any(|(_, it)| it.contains("database_bytes (20)")),
        "{few:?}"
    );
    admin.batch_execute(&keep(40)).await.unwrap();
    let plan = told(&database, Task::Capacity).await;
    let forecasts = plan.evidence["forecasts"].as_array().unwrap();
    let of = |name: &str| forecasts.iter().find(|it| it["name"] == name).unwrap();
    let near =
        |it: &serde_json::Value, wanted: f64| (it.as_f64().unwrap() - wanted).abs() < wanted / 1e6;
    assert!(
        near(&of("database_bytes")["per_day"], 3_000.0),
        "{forecasts:?}"
    );
    assert!(
        near(&of("public.horses_rows")["per_day"], 100.0),
        "{forecasts:?}"
    );
    assert_eq!(of("database_bytes")["samples"], 40);
    assert!(
        of("database_bytes")["limit"].as_f64().unwrap() > 1e6,
        "the disk of this machine"
    );
}

#[tokio::test]
async fn a_sample_of_today_is_kept_once_a_run() {
    let database = Database::fresh().await;
    let told = told(&database, Task::Storage).await;
    assert!(figure(&told, "database_bytes") > 1_000_000);
    assert!(figure(&told, "most_connections") > figure(&told, "connections"));
    assert!(figure(&told, "disk_free_bytes") > 0);
    let admin = database.admin().await;
    let kept = "select count(distinct sampled_at) from ops.storage_samples";
    assert_eq!(
        admin.query_one(kept, &[]).await.unwrap().get::<_, i64>(0),
        1
    );
}

/// A server of its own that archives, as an operator sets one up.
async fn archiving() -> (Postgres, Keeper) {
    let postgres = Postgres::start_archiving(&[]).await;
    let key = SealKey::random().unwrap();
    let environment = environment(&postgres.database())
        .without("EQUORIA_BACKUP_PLACE")
        .or(postgres.backups())
        .with("EQUORIA_AUDIT_KEY", &key.hex());
    let keeper = Keeper::from_environment(&environment).unwrap().unwrap();
    (postgres, keeper)
}

/// Works off a rhythm for an instant, as an operator's hand does.
async fn by_hand(keeper: &Keeper, rhythm: Rhythm, slot: &str) -> Report {
    let mut client = keeper.connect().await.unwrap();
    let slot = slot.parse().unwrap();
    let turn = maintain::take_by_hand(&mut client, rhythm, slot, keeper.lease).await;
    carry_out(keeper, &turn.unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sunday_on_a_server_that_archives_leaves_a_backup_that_has_proved_itself() {
    let (postgres, keeper) = archiving().await;
    let sunday = by_hand(&keeper, Rhythm::Daily, "2026-11-22T03:00:00Z").await;
    let mut done = Task::of(Rhythm::Daily)
        .iter()
        .map(|task| &sunday.tasks[task.name()]["is_done"]);
    assert!(done.all(|is_done| *is_done == true), "{sunday:?}");
    // How much room this machine's disk has is not the test's business.
    let mut found = sunday
        .findings
        .iter()
        .filter(|it| it.task != "storage" && it.needs_somebody());
    assert_eq!(found.next(), None);
    assert_eq!(sunday.tasks["backup"]["kind"], "full");
    assert!(sunday.tasks["audit"]["new_seals"].is_number(), "{sunday:?}");
    assert_eq!(sunday.tasks["backup_check"]["chain_length"], 1);
    assert_eq!(sunday.tasks["backup_retain"]["kept_backups"], 1);
    let weekly = by_hand(&keeper, Rhythm::Weekly, "2026-11-22T04:00:00Z").await;
    assert_eq!(
        weekly.tasks["backup_drill"]["proof"]["is_proven"], true,
        "{weekly:?}"
    );
    assert!(weekly.tasks["backup_drill"]["rto_s"].as_f64().unwrap() > 0.0);
    let of_backups = weekly
        .findings
        .iter()
        .filter(|it| it.task.starts_with("backup"));
    assert_eq!(of_backups.count(), 0, "{weekly:?}");
    assert!(!weekly.tasks["backups_unproven"]["newest_proven_at"].is_null());
    drop(postgres);
}

/// What `equoria maintain` says to an operator on this database, with its exit status.
fn said(
    database: &Database,
    arguments: &[&str],
    setting: Option<(&str, &str)>,
) -> (Option<i32>, String, String) {
    let mut environment = environment(database);
    if let Some((name, value)) = setting {
        environment = environment.with(name, value);
    }
    let environment: Vec<(&str, &str)> = environment.iter().collect();
    let arguments: Vec<&str> = ["maintain"].iter().chain(arguments).copied().collect();
    let output = equoria(&arguments, &environment);
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_plans_asks_what_was_done_and_what_is_due() {
    let database = Database::fresh().await;
    let (status, plan, _) = said(&database, &["quarterly", "--json"], None);
    let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    assert_eq!(
        (status, &plan["outcome"]),
        (Some(0), &"done".into()),
        "{plan}"
    );
    assert_eq!(plan["tasks"]["capacity"]["least_samples"], 21);
    let (status, text, _) = said(&database, &["monthly"], None);
    assert_eq!(status, Some(1), "advisories were not checked: {text}");
    assert!(text.contains("warning advisories"), "{text}");
    let (status, history, _) = said(&database, &["history"], None);
    assert_eq!((status, history.lines().count()), (Some(0), 2), "{history}");
    assert!(
        history.contains("maintain_monthly") && history.contains("found"),
        "{history}"
    );
    let (status, due, _) = said(&database, &["due"], None);
    assert_eq!((status, due.lines().count()), (Some(0), 4), "{due}");
    let born = "update ops.migrations set applied_at = now() - interval '3 days'";
    database.admin().await.batch_execute(born).await.unwrap();
    let (status, due, _) = said(&database, &["due", "--json"], None);
    let due: serde_json::Value = serde_json::from_str(&due).unwrap();
    assert_eq!(
        (status, due[0]["due"].as_array().unwrap().len()),
        (Some(1), 3),
        "{due}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_wish_of_an_operator_is_one_clear_sentence() {
    let database = Database::fresh().await;
    for (arguments, setting, named) in [
        (
            &["daily", "--slot", "2026-11-20T03:30:00Z"][..],
            None,
            "no slot of daily",
        ),
        (
            &["weekly", "--slot", "2999-01-06T04:00:00Z"],
            None,
            "still to come",
        ),
        (
            &["due"],
            Some(("EQUORIA_MAINTAIN_HOUR", "25")),
            "EQUORIA_MAINTAIN_HOUR",
        ),
        (
            &["due"],
            Some(("EQUORIA_MAINTAIN_END_IDLE_S", "5")),
            "EQUORIA_MAINTAIN_END_IDLE_S",
        ),
        (
            &["due"],
            Some(("MAINTAIN_DATABASE_URL", "")),
            "MAINTAIN_DATABASE_URL",
        ),
        (
            &["due"],
            Some((
                "MAINTAIN_DATABASE_URL",
                "postgresql://equoria_maintainer:hush@127.0.0.1:1/equoria",
            )),
            "127.0.0.1:1",
        ),
    ] {
        let (status, _, wrong) = said(&database, arguments, setting);
        assert_eq!(status, Some(2), "{arguments:?}: {wrong}");
        assert_eq!(wrong.lines().count(), 1, "one clear sentence, not: {wrong}");
        assert!(wrong.contains(named) && !wrong.contains("hush"), "{wrong}");
    }
    let (status, _, wrong) = said(&database, &["daily", "--slot", "yesterday"], None);
    assert!(status == Some(2) && wrong.contains("yesterday"), "{wrong}");
    let runs = "select count(*) from ops.job_runs where name like 'maintain%'";
    let admin = database.admin().await;
    assert_eq!(
        admin.query_one(runs, &[]).await.unwrap().get::<_, i64>(0),
        0
    );
}
