//! The audit: sealed once, verified whole, and no tampering of a superuser's is missed.

use std::time::{Duration, Instant};

use equoria::config::Environment;
use equoria::ops::audit::seal::{MOST_ROWS, Sealed, seal_all};
use equoria::ops::audit::verify::{Verdict, verify};
use equoria::ops::audit::{KEY, PUBLIC_KEY, SealKey, Sealer};
use harness::Database;
use tokio::task::JoinSet;
use tokio_postgres::Client;

use crate::command_line::equoria;

/// A database with its auditor and its superuser.
struct Scene {
    database: Database,
    auditor: Client,
    superuser: Client,
    key: SealKey,
}

impl Scene {
    async fn begin() -> Self {
        let database = Database::fresh().await;
        Self {
            auditor: database.as_role("equoria_auditor").await,
            superuser: database.admin().await,
            key: SealKey::random().unwrap(),
            database,
        }
    }

    async fn sql(&self, sql: &str) {
        let done = self.superuser.batch_execute(sql).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    async fn one<T: for<'a> tokio_postgres::types::FromSql<'a>>(&self, sql: &str) -> T {
        let row = self.superuser.query_one(sql, &[]).await;
        row.unwrap_or_else(|error| panic!("{sql}: {error:?}"))
            .get(0)
    }

    /// What somebody by the name of the game does to so many rows, in one transaction.
    async fn write(&self, rows: i64) {
        let sql = format!(
            "insert into ops.audit_log (actor, request_id, table_name, row_key, verb, before, after)
             select 'game', 'request', 'horses', n::text, 'UPDATE', '{{\"name\": \"Ann\"}}', '{{\"name\": \"Bea\"}}'
             from generate_series(1, {rows}) n"
        );
        self.sql(&sql).await;
    }

    /// Seals until nothing waits: transactions of other tests hold up the sealing of theirs and of all that is younger.
    async fn seal(&mut self, most_rows: i64) -> Vec<Sealed> {
        let (mut all, patience) = (Vec::new(), Instant::now() + Duration::from_secs(60));
        loop {
            all.extend(
                seal_all(&mut self.auditor, &self.key, most_rows)
                    .await
                    .unwrap(),
            );
            if self.waiting().await == 0 {
                return all;
            }
            assert!(Instant::now() < patience, "rows still wait to be sealed");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn waiting(&self) -> i64 {
        self.one(
            "select count(*) from ops.audit_log
             where tx >= (select coalesce(max(to_tx::text::bigint), 0) from ops.audit_seals)::text::xid8",
        )
        .await
    }

    async fn verify(&mut self) -> Verdict {
        self.verify_expecting(&[]).await
    }

    async fn verify_expecting(&mut self, expected: &[String]) -> Verdict {
        let witness = self.key.witness().unwrap();
        verify(&mut self.auditor, &witness, expected, &mut |_| ())
            .await
            .unwrap()
    }

    /// Tampers with the audit past all triggers, and lets the auditor look; then all is put back.
    async fn tampered(&mut self, tampering: &str) -> Verdict {
        self.sql(&format!(
            "set session_replication_role = replica; {tampering}"
        ))
        .await;
        let verdict = self.verify().await;
        self.sql(
            "delete from ops.audit_log; delete from ops.audit_seals; delete from ops.job_runs;
             insert into ops.audit_log select * from public.log; insert into ops.audit_seals select * from public.seals;
             insert into ops.job_runs select * from public.runs; reset session_replication_role",
        )
        .await;
        verdict
    }
}

/// What was found, each as its kind with the seal and the row that it names.
fn found(verdict: &Verdict) -> Vec<String> {
    let name = |it: Option<i64>| it.map_or("-".to_owned(), |it| it.to_string());
    let tell = |it: &equoria::ops::audit::verify::Finding| {
        format!("{} {} {}", it.what, name(it.seal), name(it.row))
    };
    verdict.findings.iter().map(tell).collect()
}

#[tokio::test]
async fn an_audit_of_which_nothing_is_sealed_proves_nothing() {
    let mut scene = Scene::begin().await;
    scene.write(3).await;
    let verdict = scene.verify().await;
    assert_eq!(found(&verdict), ["nothing-sealed - -"]);
    assert!(verdict.unsealed_rows >= 3 && verdict.rows == 0);
}

#[tokio::test]
async fn seals_go_on_from_each_other_and_every_row_stands_under_one() {
    let mut scene = Scene::begin().await;
    let first = scene.seal(MOST_ROWS).await;
    for rows in [40, 1, 250] {
        scene.write(rows).await;
    }
    let sealed = scene.seal(40).await;
    let numbers: Vec<i64> = first.iter().chain(&sealed).map(|it| it.seal).collect();
    assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>());
    // A transaction is never parted, however many rows it wrote.
    assert!(sealed.iter().any(|it| it.rows == 250), "{sealed:?}");
    let verdict = scene.verify().await;
    assert_eq!(found(&verdict), [""; 0]);
    assert_eq!(
        verdict.rows,
        scene.one::<i64>("select count(*) from ops.audit_log").await
    );
    assert_eq!(
        verdict.newest_hash.as_ref(),
        Some(&sealed.last().unwrap().hash)
    );
    assert_eq!(scene.seal(40).await, []);
}

/// A database with three seals, the second over rows that are tampered with: its middle row, and what to put back.
async fn sealed_in_three() -> (Scene, i64) {
    let mut scene = Scene::begin().await;
    scene.seal(MOST_ROWS).await;
    let mut noted = Vec::new();
    for rows in [20, 9] {
        scene.write(rows).await;
        let sealed = scene.seal(MOST_ROWS).await;
        assert_eq!(sealed.len(), 1);
        noted.extend(sealed);
    }
    let evidence = serde_json::json!({"seal": noted[1].seal, "hash": noted[1].hash});
    let sql =
        "insert into ops.job_runs (name, slot, worker, lease_until, finished_at, outcome, evidence)
        values ('audit_seal', now(), 'x', now(), now(), 'done', $1)";
    scene.superuser.execute(sql, &[&evidence]).await.unwrap();
    scene
        .sql(
            "create table public.log as table ops.audit_log; create table public.seals as table ops.audit_seals;
             create table public.runs as table ops.job_runs",
        )
        .await;
    (scene, noted[0].first_id + 10)
}

#[tokio::test]
async fn a_superuser_who_changes_removes_adds_or_swaps_sealed_rows_is_found_and_the_rows_are_named()
{
    let (mut scene, row) = sealed_in_three().await;
    assert_eq!(found(&scene.verify().await), [""; 0]);
    let changed = format!("row-changed 2 {row}");
    for column in [
        "at = at + interval '1 microsecond'",
        "actor = 'nobody'",
        "request_id = 'request2'",
        "request_id = null",
        "table_name = 'users'",
        "row_key = '99'",
        "verb = 'DELETE'",
        "before = '{\"name\": \"Anna\"}'",
        "before = null",
        "after = '{}'",
        "after = null",
    ] {
        let verdict = scene
            .tampered(&format!(
                "update ops.audit_log set {column} where id = {row}"
            ))
            .await;
        assert_eq!(found(&verdict), [changed.clone()], "{column}");
    }
    let last: i64 = scene.one("select max(id) from ops.audit_log").await;
    for (tampering, expected) in [
        (format!("delete from ops.audit_log where id = {row}"), vec![format!("row-removed 2 {row}")]),
        (
            format!("insert into ops.audit_log (id, at, actor, table_name, row_key, verb, tx)
                     select 9000000, at, actor, table_name, row_key, verb, tx from ops.audit_log where id = {row}"),
            vec!["row-added 2 9000000".to_owned()],
        ),
        (
            format!("update ops.audit_log set id = 9000000 where id = {row}"),
            vec![format!("row-removed 2 {row}"), "row-added 2 9000000".to_owned()],
        ),
        (
            format!("update ops.audit_log set tx = (select tx from ops.audit_log where id = {last}) where id = {row}"),
            vec![format!("row-removed 2 {row}"), format!("row-added 3 {row}")],
        ),
        (
            format!("update ops.audit_log a set row_key = b.row_key from ops.audit_log b
                     where a.id in ({row}, {row} + 1) and b.id = 2 * {row} + 1 - a.id"),
            vec![changed.clone(), format!("row-changed 2 {}", row + 1)],
        ),
        (
            format!("update ops.audit_log set id = -id where id in ({row}, {row} + 1);
                     update ops.audit_log set id = 2 * {row} + 1 + id where id < 0"),
            vec![changed.clone(), format!("row-changed 2 {}", row + 1)],
        ),
    ] {
        assert_eq!(found(&scene.tampered(&tampering).await), expected, "{tampering}");
    }
    assert_eq!(
        found(&scene.verify().await),
        [""; 0],
        "what was put back is what was sealed"
    );
}

#[tokio::test]
async fn a_seal_that_is_changed_removed_or_cut_off_is_found() {
    let (mut scene, _) = sealed_in_three().await;
    for change in [
        "first_id = first_id - 1",
        "last_id = last_id + 1000",
        "from_tx = (from_tx::text::bigint - 1)::text::xid8",
        "to_tx = (to_tx::text::bigint - 1)::text::xid8",
        "row_count = row_count + 1, digests = digests || '\\x00000000000000000000000000000000'",
        "digests = overlay(digests placing '\\x00' from 9)",
        "previous_hash = sha256('x')",
        "hash = sha256('x')",
        "signature = overlay(signature placing '\\x00' from 1)",
        "sealed_at = sealed_at + interval '1 microsecond'",
    ] {
        let verdict = scene
            .tampered(&format!("update ops.audit_seals set {change} where id = 2"))
            .await;
        let found = found(&verdict);
        assert!(
            !found.is_empty() && found.iter().any(|it| it.split(' ').nth(1) == Some("2")),
            "{change}: {found:?}"
        );
    }
    let missing = scene
        .tampered("delete from ops.audit_seals where id = 2")
        .await;
    assert_eq!(found(&missing), ["seal-missing 2 -"]);
    let renumbered = scene.tampered("delete from ops.audit_seals where id = 2; update ops.audit_seals set id = 2 where id = 3").await;
    assert_eq!(found(&renumbered), ["seal-changed 2 -", "seal-changed 2 -"]);
    let cut = scene
        .tampered("delete from ops.audit_seals where id = 3")
        .await;
    assert_eq!(found(&cut), ["seals-cut-off 3 -"]);
    let all = scene
        .tampered("delete from ops.audit_seals; delete from ops.audit_log")
        .await;
    assert_eq!(found(&all), ["seals-cut-off 3 -", "nothing-sealed - -"]);
}

#[tokio::test]
async fn who_seals_a_forged_log_anew_has_not_the_key() {
    let (mut scene, row) = sealed_in_three().await;
    let tampering = format!(
        "set session_replication_role = replica; update ops.audit_log set actor = 'nobody' where id = {row};
         delete from ops.audit_seals where id > 1; delete from ops.job_runs where name = 'audit_seal'"
    );
    scene.sql(&tampering).await;
    let forger = SealKey::random().unwrap();
    let forged = seal_all(&mut scene.auditor, &forger, MOST_ROWS)
        .await
        .unwrap();
    assert_eq!(forged.len(), 1);
    assert_eq!(found(&scene.verify().await), ["seal-forged 2 -"]);
}

#[tokio::test]
async fn newest_seals_that_are_cut_off_with_rows_and_evidence_are_told_by_a_hash_that_was_noted_elsewhere_only()
 {
    let (mut scene, _) = sealed_in_three().await;
    let noted = scene.verify().await.newest_hash.unwrap();
    scene
        .sql(
            "set session_replication_role = replica;
             delete from ops.audit_log where tx >= (select from_tx from ops.audit_seals where id = 3);
             delete from ops.audit_seals where id = 3; delete from ops.job_runs",
        )
        .await;
    assert_eq!(
        found(&scene.verify().await),
        [""; 0],
        "no chain can tell this by itself"
    );
    let expected = [noted.to_uppercase()];
    assert_eq!(
        found(&scene.verify_expecting(&expected).await),
        ["seals-cut-off - -"]
    );
}

#[tokio::test]
async fn a_row_that_commits_after_a_younger_one_is_sealed_with_its_transaction() {
    let mut scene = Scene::begin().await;
    scene.seal(MOST_ROWS).await;
    let slow = scene.database.admin().await;
    let add = "insert into ops.audit_log (actor, table_name, row_key, verb) values ('game', 'horses', '1', 'UPDATE') returning id";
    slow.batch_execute("begin").await.unwrap();
    let older: i64 = slow.query_one(add, &[]).await.unwrap().get(0);
    let younger: i64 = scene.one(add).await;
    assert!(older < younger);
    // The younger row is there for everyone, and is not sealed all the same: the older would come too late.
    assert_eq!(
        seal_all(&mut scene.auditor, &scene.key, MOST_ROWS)
            .await
            .unwrap(),
        []
    );
    assert!(scene.waiting().await > 0);
    slow.batch_execute("commit").await.unwrap();
    let sealed = scene.seal(1).await;
    assert_eq!(sealed.iter().map(|it| it.rows).sum::<i64>(), 2);
    assert_eq!(found(&scene.verify().await), [""; 0]);
}

#[tokio::test]
async fn any_number_of_sealers_seal_every_row_once() {
    let mut scene = Scene::begin().await;
    let mut sealers = JoinSet::new();
    for _ in 0..4 {
        let (mut client, key) = (
            scene.database.as_role("equoria_auditor").await,
            scene.key.clone(),
        );
        sealers.spawn(async move {
            let mut count = 0;
            for _ in 0..15 {
                count += seal_all(&mut client, &key, 5).await.unwrap().len();
            }
            count
        });
    }
    for _ in 0..30 {
        scene.write(3).await;
    }
    sealers.join_all().await;
    scene.seal(MOST_ROWS).await;
    let verdict = scene.verify().await;
    assert_eq!(found(&verdict), [""; 0]);
    assert_eq!(
        verdict.rows,
        scene.one::<i64>("select count(*) from ops.audit_log").await
    );
}

#[tokio::test]
async fn the_job_notes_its_newest_seal_once_an_hour() {
    let mut scene = Scene::begin().await;
    let sealer = Sealer::new(scene.database.of("equoria_auditor"), scene.key.clone());
    let mut newest = None;
    for _ in 0..2 {
        scene.write(2).await;
        let patience = Instant::now() + Duration::from_secs(60);
        while scene.waiting().await > 0 {
            newest = sealer.seal().await.unwrap().last().cloned().or(newest);
            assert!(Instant::now() < patience);
        }
    }
    let newest = newest.unwrap();
    let noted = "select evidence ->> 'hash' from ops.job_runs where name = 'audit_seal' order by slot desc limit 1";
    assert_eq!(scene.one::<String>(noted).await, newest.hash);
    let rows = "select sum((evidence ->> 'rows')::bigint)::bigint = (select count(*) from ops.audit_log) and count(*) <= 2 from ops.job_runs where name = 'audit_seal'";
    assert!(scene.one::<bool>(rows).await);
    assert_eq!(found(&scene.verify().await), [""; 0]);
}

#[test]
fn a_key_without_the_auditors_way_is_refused_and_neither_is_a_choice() {
    assert!(
        Sealer::of(&Environment::of::<&str, &str>([]))
            .unwrap()
            .is_none()
    );
    let key = SealKey::random().unwrap().hex();
    let refused = Sealer::of(&Environment::of([(KEY, key)]))
        .unwrap_err()
        .to_string();
    assert!(refused.contains("AUDIT_DATABASE_URL"), "{refused}");
}

fn stdout(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn the_commands_seal_verify_and_show() {
    let mut scene = Scene::begin().await;
    scene.seal(MOST_ROWS).await;
    scene
        .sql("update breeds set name = 'Renamed' where name = 'Arabian'")
        .await;
    let patience = Instant::now() + Duration::from_secs(60);
    let (url, key) = (scene.database.tcp_url("equoria_auditor"), scene.key.hex());
    let public = scene.key.witness().unwrap().hex();
    let environment = [
        ("AUDIT_DATABASE_URL", url.as_str()),
        (KEY, &key),
        ("DISABLE_LOGGING", "true"),
    ];
    while scene.waiting().await > 0 {
        let sealed = equoria(&["audit", "seal"], &environment);
        assert_eq!(sealed.status.code(), Some(0), "{sealed:?}");
        assert!(Instant::now() < patience);
    }
    let only_public = [("AUDIT_DATABASE_URL", url.as_str()), (PUBLIC_KEY, &public)];
    let verified = equoria(&["audit", "verify"], &only_public);
    let said = stdout(&verified);
    assert!(
        verified.status.success() && said.contains("Every sealed row is what it was."),
        "{verified:?}"
    );
    let shown = stdout(&equoria(
        &[
            "audit", "show", "--table", "breeds", "--since", "1h", "--limit", "1",
        ],
        &only_public,
    ));
    assert!(
        shown.contains("UPDATE breeds")
            && shown.contains("by role:")
            && shown.contains("name: \"Arabian\" -> \"Renamed\""),
        "{shown}"
    );
    let id = shown[1..shown.find(' ').unwrap()].to_owned();
    let older = stdout(&equoria(
        &[
            "audit", "show", "--table", "breeds", "--before", &id, "--json",
        ],
        &only_public,
    ));
    let older: serde_json::Value = serde_json::from_str(&older).unwrap();
    assert!(
        older["changes"]
            .as_array()
            .unwrap()
            .iter()
            .all(|it| it["id"].as_i64().unwrap() < id.parse().unwrap())
    );
    let row = format!(
        "set session_replication_role = replica; update ops.audit_log set actor = 'game' where id = {id}"
    );
    scene.sql(&row).await;
    let tampered = equoria(&["audit", "verify", "--json"], &only_public);
    assert_eq!(tampered.status.code(), Some(1));
    let verdict: serde_json::Value = serde_json::from_str(&stdout(&tampered)).unwrap();
    assert_eq!(verdict["findings"][0]["row"].to_string(), id);
    let recorded =
        "select string_agg(outcome, ' ' order by id) from ops.job_runs where name = 'audit_verify'";
    assert_eq!(scene.one::<String>(recorded).await, "done found");
}

#[tokio::test]
async fn what_the_commands_cannot_work_with_is_one_sentence() {
    let scene = Scene::begin().await;
    let url = scene.database.tcp_url("equoria_auditor");
    let writer = scene.database.tcp_url("equoria_writer");
    let key = scene.key.hex();
    let with_key = [("AUDIT_DATABASE_URL", url.as_str()), (KEY, key.as_str())];
    let file = std::env::temp_dir().join(format!("equoria-noted-{}", std::process::id()));
    std::fs::write(&file, "nothing noted").unwrap();
    let file = file.to_str().unwrap();
    let trials: [(&[&str], &[(&str, &str)], &str); 9] = [
        (
            &["audit", "verify"],
            &[("AUDIT_DATABASE_URL", &url)],
            PUBLIC_KEY,
        ),
        (&["audit", "seal"], &[("AUDIT_DATABASE_URL", &url)], KEY),
        (
            &["audit", "seal"],
            &[("AUDIT_DATABASE_URL", &url), (KEY, "abc")],
            "64 hexadecimal",
        ),
        (
            &["audit", "seal"],
            &[("AUDIT_DATABASE_URL", &writer), (KEY, &key)],
            "permission denied",
        ),
        (
            &["audit", "verify"],
            &[("DATABASE_URL", &writer), (KEY, &key)],
            "AUDIT_DATABASE_URL",
        ),
        (
            &["audit", "verify", "--expect", "abc"],
            &with_key,
            "--expect",
        ),
        (
            &["audit", "verify", "--expect-file", file],
            &with_key,
            "holds no seal's hash",
        ),
        (
            &["audit", "verify", "--expect-file", "/nowhere/noted"],
            &with_key,
            "/nowhere/noted",
        ),
        (
            &["audit", "show", "--since", "yesterday"],
            &with_key,
            "yesterday",
        ),
    ];
    for (arguments, environment, part) in trials {
        let refused = equoria(arguments, environment);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(
            said.contains(part) && said.lines().count() == 1 && !said.contains(&key),
            "{arguments:?}: {said}"
        );
    }
    std::fs::remove_file(file).unwrap();
}
