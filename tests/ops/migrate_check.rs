//! `migrate check` and `migrate baseline`: what a database is, beside what its migrations make.

use std::process::Output;

use equoria::ops::migrate::{self, ALL, Baseline, Drift, expected_version};
use harness::Database;
use serde_json::Value;
use tokio_postgres::Client;

use crate::command_line::equoria;
use crate::migrate_steps::{runner, step};

fn with_database(database: &Database, arguments: &[&str]) -> Output {
    let url = database.administrator().url();
    equoria(arguments, &[("MIGRATE_DATABASE_URL", &url)])
}

async fn drift_of(database: &Database) -> Drift {
    let mut client = database.admin().await;
    let scratch = database.administrator();
    migrate::drift(&mut client, ALL, &scratch).await.unwrap()
}

async fn after(database: &Database, sql: &str) -> Vec<String> {
    database.admin().await.batch_execute(sql).await.unwrap();
    drift_of(database).await.differences
}

#[tokio::test]
async fn a_clean_database_passes_and_everything_was_compared() {
    let database = Database::fresh().await;
    let drift = drift_of(&database).await;
    assert_eq!(drift.differences, [""; 0]);
    assert_eq!(drift.version, expected_version());
    assert!(drift.compared > 1000, "only {} things", drift.compared);
}

#[tokio::test]
async fn whatever_was_changed_by_hand_is_named() {
    let database = Database::fresh().await;
    let found = after(
        &database,
        "alter table horses add column nickname text;
         drop index idx_training_logs_horse_discipline;
         create or replace function is_stat(name text) returns boolean language sql immutable parallel safe return true;
         revoke select on shows from equoria_reader;
         grant update (email) on users to equoria_edge;
         alter table stables alter column location set default 'here';
         alter table breeds drop constraint breeds_means_check;
         alter table horses disable trigger horses_birth;
         create table ops.notes (id bigint primary key, text text not null);
         create view richest as select id from users;
         alter table breeds enable row level security;
         create policy own on breeds for select to equoria_edge using (true);
         alter default privileges for role equoria_owner grant select on tables to equoria_edge;
         alter table foals alter column development_stage drop not null",
    )
    .await;
    let told = found.join("\n");
    for sentence in [
        "column horses.nickname (text) is in the database, but no migration makes it",
        "index idx_training_logs_horse_discipline (CREATE INDEX idx_training_logs_horse_discipline ON public.training_logs USING btree (horse_id, discipline, trained_at DESC)) is made by the migrations, but is not in the database",
        "function is_stat(text) is `owned by equoria_owner, body and options ",
        "grant SELECT on shows to equoria_reader is made by the migrations, but is not in the database",
        "grant UPDATE (email) on users to equoria_edge is in the database, but no migration makes it",
        "column stables.location is `text default 'here'::text` in the database, but the migrations make it `text`",
        "constraint breeds_means_check of breeds (CHECK ",
        "trigger horses_birth of horses is `CREATE TRIGGER horses_birth BEFORE INSERT OR UPDATE ON public.horses FOR EACH ROW EXECUTE FUNCTION horses_birth_rules(), disabled`",
        "table ops.notes (owned by postgres) is in the database, but no migration makes it",
        "view richest (owned by postgres, definition ",
        "table breeds is `owned by equoria_owner, row security` in the database",
        "policy own of breeds (permissive for select to equoria_edge using (true)) is in the database",
        "default rights of equoria_owner on tables (SELECT to equoria_edge) is",
        "column foals.development_stage is `text default 'newborn'::text` in the database",
    ] {
        assert!(told.contains(sentence), "{sentence}\nis not in\n{told}");
    }
    assert_eq!(found.len(), 14, "{told}");
}

#[tokio::test]
async fn what_is_said_of_a_thing_is_compared_as_well() {
    let database = Database::fresh().await;
    let found = after(
        &database,
        "comment on column transfers.key is 'Another''s.';
         comment on table foals is null;
         comment on function acting() is 'Who?';
         comment on index idx_horses_user_id is 'Whose it is.';
         comment on constraint breeds_means_check on breeds is 'Means.';
         comment on trigger horses_birth on horses is 'Once.';
         comment on policy users_changed on users is 'Your own.';
         create table ops.notes (id bigint primary key);
         comment on table ops.notes is 'Told with its table.'",
    )
    .await;
    let told = found.join("\n");
    for sentence in [
        "comment on column transfers.key is `Another's.` in the database, but the migrations make it `What the transfer is for, said once: the same key never pays twice.`",
        "comment on table foals (What was born of a covering. Bond, stress and traits follow the horse until it is grown, then stay as they were.) is made by the migrations, but is not in the database",
        "comment on function acting() is `Who?` in the database",
        "comment on index idx_horses_user_id",
        "comment on constraint breeds_means_check on breeds (Means.) is in the database, but no migration makes it",
        "comment on trigger horses_birth on horses (Once.) is in the database",
        "comment on policy users_changed on users (Your own.) is in the database",
        "table ops.notes (owned by postgres) is in the database",
    ] {
        assert!(told.contains(sentence), "{sentence}\nis not in\n{told}");
    }
    assert_eq!(found.len(), 8, "{told}");
}

#[tokio::test]
async fn an_index_that_is_not_valid_is_not_what_a_migration_makes() {
    let database = Database::fresh().await;
    let broken =
        "update pg_index set indisvalid = false where indexrelid = 'idx_horses_user_id'::regclass";
    let found = after(&database, broken).await;
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("idx_horses_user_id") && found[0].contains(", invalid"));
}

#[tokio::test]
async fn an_edited_migration_is_named_and_the_command_answers_one() {
    let database = Database::fresh().await;
    let edit = "update ops.migrations set sha256 = repeat('0', 64) where version = 3";
    database.admin().await.batch_execute(edit).await.unwrap();
    let output = with_database(&database, &["migrate", "check"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("migration 0003_catalogues was edited after it was applied"),
        "{said}"
    );
    assert!(said.contains("1 differences"), "{said}");
}

#[tokio::test]
async fn the_command_passes_a_clean_database() {
    let database = Database::fresh().await;
    let output = with_database(&database, &["migrate", "check", "--json"]);
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert_eq!(said["drift"]["differences"], serde_json::json!([]));
    assert_eq!(said["lint"]["files"], 2 * ALL.len());
}

#[test]
fn the_lint_needs_no_database() {
    let nowhere = [(
        "MIGRATE_DATABASE_URL",
        "postgresql://nobody:n@127.0.0.1:1/nothing",
    )];
    let output = equoria(&["migrate", "check", "--lint-only"], &nowhere);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("nothing to complain about"), "{said}");
}

/// A step that tells in which database it was taken.
const TELLS: &str =
    "do $$ begin execute format('create table %I ()', 'made in ' || current_database()); end $$;";

#[tokio::test]
async fn the_scratch_database_is_gone_whether_the_replay_ends_well_or_not() {
    let database = Database::empty().await;
    let mut client = database.admin().await;
    let telling = [step("0001_tells", TELLS)];
    runner(&mut client, &telling).deploy().await.unwrap();
    let scratch = database.administrator();
    let found = migrate::drift(&mut client, &telling, &scratch).await;
    let found = found.unwrap().differences.join("\n");
    assert_gone(&client, &found).await;
    let failing = [step(
        "0001_fails",
        "do $$ begin raise exception 'in %', current_database(); end $$;",
    )];
    let refused = migrate::drift(&mut client, &failing, &scratch).await;
    assert_gone(&client, &refused.unwrap_err().to_string()).await;
}

async fn assert_gone(client: &Client, said: &str) {
    let at = said.find("equoria_check_").expect(said);
    let name: String = said[at..]
        .chars()
        .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
        .collect();
    assert!(name.len() > 40, "{name}");
    let sql = "select count(*) from pg_database where datname = $1";
    let row = client.query_one(sql, &[&name]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 0, "{name} is still there");
}

#[tokio::test]
async fn a_role_that_may_make_no_database_is_told_of_the_other_way() {
    let database = Database::fresh().await;
    let migrator = database.of("equoria_migrator").url();
    let as_migrator = [("MIGRATE_DATABASE_URL", migrator.as_str())];
    let refused = equoria(&["migrate", "check"], &as_migrator);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("--scratch-url"), "{said}");
    let administrator = database.administrator().with_name("postgres").url();
    let arguments = ["migrate", "check", "--scratch-url", &administrator];
    let done = equoria(&arguments, &as_migrator);
    assert_eq!(
        done.status.code(),
        Some(0),
        "{}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
}

#[tokio::test]
async fn a_schema_that_was_made_elsewhere_gets_its_ledger_once_it_is_that_of_the_version() {
    let database = Database::fresh().await;
    let mut client = database.admin().await;
    let version = expected_version();
    let foreign = "drop table ops.migrations; alter table horses add column nickname text";
    client.batch_execute(foreign).await.unwrap();
    let arguments = ["migrate", "baseline", "--version", &version.to_string()];
    let refused = with_database(&database, &arguments);
    let said = String::from_utf8(refused.stdout).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("column horses.nickname (text)"), "{said}");
    assert_eq!(migrate::applied(&client).await.unwrap(), []);
    client
        .batch_execute(
            "alter table horses drop column nickname; comment on table foals is 'Young horses.'",
        )
        .await
        .unwrap();
    let refused = with_database(&database, &arguments);
    let said = String::from_utf8(refused.stdout).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(
        said.contains("comment on table foals is `Young horses.`"),
        "{said}"
    );
    let repair =
        "select format('comment on table foals is %L', obj_description('foals'::regclass))";
    let repair: String = Database::fresh()
        .await
        .admin()
        .await
        .query_one(repair, &[])
        .await
        .unwrap()
        .get(0);
    client.batch_execute(&repair).await.unwrap();
    let done = with_database(&database, &arguments);
    assert_eq!(done.status.code(), Some(0));
    migrate::require_current(&client).await.unwrap();
    assert_eq!(migrate::deploy(&mut client).await.unwrap(), 0);
    assert_eq!(drift_of(&database).await.differences, [""; 0]);
    let again = with_database(&database, &arguments);
    assert_eq!(again.status.code(), Some(2));
}

#[tokio::test]
async fn a_baseline_of_another_version_writes_nothing() {
    let database = Database::fresh().await;
    let mut client = database.admin().await;
    client
        .batch_execute("truncate ops.migrations")
        .await
        .unwrap();
    let scratch = database.administrator();
    // A version may differ from the next by its comments alone.
    let came = migrate::baseline(&mut client, ALL, expected_version() - 1, &scratch).await;
    assert!(matches!(came.unwrap(), Baseline::Refused(found) if !found.is_empty()));
    assert_eq!(migrate::applied(&client).await.unwrap(), []);
    let strange = migrate::baseline(&mut client, ALL, 9999, &scratch).await;
    assert!(strange.unwrap_err().to_string().contains("9999"));
}
