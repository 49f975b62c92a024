//! The schema's history: taken, undone, taken again; never edited, never by two at once.

use std::collections::BTreeSet;

use equoria::ops::fingerprint::{self, Selection, TablePrint};
use equoria::ops::migrate::{self, ALL, Picture, Runner, Standing};
use harness::Database;
use tokio::sync::{Mutex, MutexGuard};
use tokio_postgres::Client;

use crate::trial::populate;

/// The first step makes roles, which belong to the whole cluster: one database at a time.
static TURN: Mutex<()> = Mutex::const_new(());

async fn empty() -> (MutexGuard<'static, ()>, Database) {
    (TURN.lock().await, Database::empty().await)
}

async fn picture(client: &mut Client) -> Picture {
    let transaction = client.transaction().await.unwrap();
    Picture::of(&transaction).await.unwrap()
}

fn assert_same(found: &Picture, expected: &Picture) {
    assert_eq!(migrate::differences(found, expected), [""; 0]);
    assert_eq!(found, expected);
}

/// What 0014 and 0019 say of older columns, which stays said when they are undone.
const STAYS_SAID: [&str; 3] = [
    "comment on column ops.audit_log.actor ",
    "comment on column ops.audit_log.before ",
    "comment on column ops.job_runs.outcome ",
];

fn assert_same_but_for_words(found: &Picture, expected: &Picture) {
    let mut differences = migrate::differences(found, expected);
    differences.retain(|it| !STAYS_SAID.iter().any(|said| it.starts_with(said)));
    assert_eq!(differences, [""; 0]);
}

/// Rows of the small world, without the schema that helps to make them.
async fn fill(database: &Database, client: &Client) {
    populate(database).await;
    let helper = "drop schema world cascade";
    client.batch_execute(helper).await.unwrap();
}

#[tokio::test]
async fn all_steps_are_taken_undone_and_taken_again_over_rows() {
    let (_turn, database) = empty().await;
    let mut client = database.admin().await;
    assert_eq!(migrate::deploy(&mut client).await.unwrap(), ALL.len());
    let first = picture(&mut client).await;
    fill(&database, &client).await;
    assert_eq!(
        migrate::rollback_to(&mut client, 0).await.unwrap(),
        ALL.len()
    );
    let left = "select count(*) from pg_class where relnamespace = 'public'::regnamespace";
    assert_eq!(
        client.query_one(left, &[]).await.unwrap().get::<_, i64>(0),
        0
    );
    assert_eq!(migrate::deploy(&mut client).await.unwrap(), ALL.len());
    assert_same(&picture(&mut client).await, &first);
}

/// Tables of a version with their columns.
type Columns = BTreeSet<(String, String)>;

async fn columns(client: &Client) -> Columns {
    let sql = "select c.oid::regclass::text, a.attname::text from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace in ('public'::regnamespace, 'ops'::regnamespace) and c.relkind = 'r' and a.attnum > 0
          and not a.attisdropped";
    let rows = client.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// The prints of what an older version has too.
async fn prints(client: &Client, newer: &Columns, older: &Columns) -> Vec<TablePrint> {
    let is_older = |table: &str| older.iter().any(|(name, _)| name == table);
    let tables: BTreeSet<&str> = newer.iter().map(|(table, _)| table.as_str()).collect();
    let new = tables.into_iter().filter(|table| !is_older(table));
    // These two tell of the steps themselves.
    let steps = ["ops.migrations", "ops.audit_log"];
    let tables: Vec<&str> = new.chain(steps).collect();
    let new = newer.difference(older).filter(|(table, _)| is_older(table));
    // Whatever fills a new column rewrites the row, which counts its version up.
    let columns: Vec<&str> = new
        .map(|(_, column)| column.as_str())
        .chain(["version", "updated_at"])
        .collect();
    let selection = Selection {
        without_columns: &columns,
        without_tables: &tables,
    };
    fingerprint::of(client, &selection).await.unwrap()
}

/// Steps that cannot be taken again over rows that only came with them, and what makes these rows what they could have
/// been before.
const CAME_WITH: [(&str, &str); 2] = [
    (
        // Coins for shows, whose rows are gone with their table.
        "0009_competition",
        "set local session_replication_role = replica;
     delete from postings p using transfers t where t.id = p.transfer_id and t.show_id is not null;
     delete from transfers where show_id is not null;
     delete from accounts where show_id is not null",
    ),
    (
        // A foal has a genotype and breeding values from this step on; without it no foal was ever born.
        "0012_breeding",
        "set local session_replication_role = replica;
     update horses set genotype = null, sire_id = null, dam_id = null",
    ),
];

async fn take_back(client: &mut Client, folder: &str) {
    for (_, sql) in CAME_WITH.iter().filter(|(step, _)| *step == folder) {
        let transaction = client.transaction().await.unwrap();
        transaction.batch_execute(sql).await.unwrap();
        transaction.commit().await.unwrap();
    }
}

async fn undo_one(client: &mut Client, to: i32) {
    let undone = migrate::rollback_to(client, to).await.unwrap();
    assert_eq!(undone, 1, "to {to}");
}

#[tokio::test]
async fn each_step_undone_and_taken_again_leaves_the_rows_of_before_it_as_they_were() {
    let (_turn, database) = empty().await;
    let mut client = database.admin().await;
    migrate::deploy(&mut client).await.unwrap();
    let whole = picture(&mut client).await;
    fill(&database, &client).await;
    let mut nobody = ();
    for version in (0..migrate::expected_version()).rev() {
        let (newer, steps) = (columns(&client).await, version as usize + 1);
        let with_step = picture(&mut client).await;
        undo_one(&mut client, version).await;
        take_back(&mut client, ALL[steps - 1].folder).await;
        let older = columns(&client).await;
        let first = prints(&client, &newer, &older).await;
        let runner = Runner::new(&mut client, &mut nobody).with_steps(&ALL[..steps]);
        assert_eq!(
            runner.deploy().await.unwrap().steps,
            [ALL[steps - 1].folder]
        );
        assert_same_but_for_words(&picture(&mut client).await, &with_step);
        let again = prints(&client, &newer, &older).await;
        assert_eq!(
            fingerprint::differences(&first, &again),
            [""; 0],
            "{} changes older rows",
            ALL[steps - 1]
        );
        undo_one(&mut client, version).await;
        let last = prints(&client, &newer, &older).await;
        assert_eq!(
            fingerprint::differences(&first, &last),
            [""; 0],
            "undoing {} changes older rows",
            ALL[steps - 1]
        );
    }
    migrate::deploy(&mut client).await.unwrap();
    assert_same(&picture(&mut client).await, &whole);
}

#[tokio::test]
async fn a_step_that_was_taken_is_not_taken_again() {
    let database = Database::fresh().await;
    let mut client = database.admin().await;
    let first = migrate::applied(&client).await.unwrap();
    assert_eq!(migrate::deploy(&mut client).await.unwrap(), 0);
    assert_eq!(migrate::applied(&client).await.unwrap(), first);
    assert!(
        migrate::compare(&first)
            .iter()
            .all(|(_, standing)| matches!(standing, Standing::Applied(_)))
    );
    migrate::require_current(&client).await.unwrap();
}

#[tokio::test]
async fn a_step_whose_text_was_edited_is_refused_by_name() {
    let database = Database::fresh().await;
    let mut client = database.admin().await;
    let edit = "update ops.migrations set sha256 = repeat('0', 64) where version = 4";
    client.batch_execute(edit).await.unwrap();
    let refused = migrate::deploy(&mut client).await.unwrap_err().to_string();
    assert!(
        refused.contains("0004_users") && refused.contains("edited"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused() {
    let database = Database::fresh().await;
    let mut client = database.admin().await;
    let newer = "insert into ops.migrations (version, name, sha256, took_ms) values (9999, 'wings', repeat('0', 64), 1)";
    client.batch_execute(newer).await.unwrap();
    let refused = migrate::deploy(&mut client).await.unwrap_err().to_string();
    assert!(refused.contains("9999_wings"), "{refused}");
    let refused = migrate::require_current(&client)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("9999"), "{refused}");
}

#[tokio::test]
async fn a_database_that_is_behind_is_not_current() {
    let (_turn, database) = empty().await;
    let mut client = database.admin().await;
    assert!(
        migrate::require_current(&client)
            .await
            .unwrap_err()
            .to_string()
            .contains("migrate deploy")
    );
    migrate::deploy(&mut client).await.unwrap();
    migrate::rollback_to(&mut client, migrate::expected_version() - 1)
        .await
        .unwrap();
    assert!(migrate::require_current(&client).await.is_err());
    let applied = migrate::applied(&client).await.unwrap();
    assert_eq!(
        migrate::compare(&applied).last().unwrap().1,
        Standing::Pending
    );
}

#[tokio::test]
async fn two_runners_at_once_take_each_step_once() {
    let (_turn, database) = empty().await;
    let (mut one, mut other) = (database.admin().await, database.admin().await);
    let (first, second) = tokio::join!(migrate::deploy(&mut one), migrate::deploy(&mut other));
    assert_eq!(first.unwrap() + second.unwrap(), ALL.len());
    assert_eq!(migrate::applied(&one).await.unwrap().len(), ALL.len());
}

#[tokio::test]
async fn the_migrator_takes_every_step_but_the_first() {
    let (_turn, database) = empty().await;
    let mut administrator = database.admin().await;
    migrate::deploy(&mut administrator).await.unwrap();
    migrate::rollback_to(&mut administrator, 1).await.unwrap();
    let mut migrator = database.as_role("equoria_migrator").await;
    assert_eq!(migrate::deploy(&mut migrator).await.unwrap(), ALL.len() - 1);
    let whole = Database::fresh().await;
    let whole = picture(&mut whole.admin().await).await;
    let mut found = migrate::differences(&picture(&mut administrator).await, &whole);
    // What measures the server is the administrator's to install.
    found.retain(|difference| !difference.starts_with("extension "));
    assert_eq!(found, [""; 0]);
}
