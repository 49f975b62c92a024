//! The schema's history: taken, undone, taken again; never edited, never by two at once.

use equoria::ops::migrate::{self, ALL, Standing};
use harness::Database;
use tokio::sync::{Mutex, MutexGuard};
use tokio_postgres::Client;

use crate::trial::populate;

/// The first step makes roles, which belong to the whole cluster: one database at a time.
static TURN: Mutex<()> = Mutex::const_new(());

async fn empty() -> (MutexGuard<'static, ()>, Database) {
    (TURN.lock().await, Database::empty().await)
}

/// Everything that the catalogue knows of the schema, as text; two schemas with the same text are the same.
const PICTURE: &str = "
    select format('%s.%s %s %s %s', c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        pg_get_expr(d.adbin, d.adrelid)) as line
    from pg_class c join pg_attribute a on a.attrelid = c.oid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace in ('public'::regnamespace, 'ops'::regnamespace) and a.attnum > 0 and not a.attisdropped
    union all select format('%s %s', conname, pg_get_constraintdef(oid)) from pg_constraint
      where connamespace in ('public'::regnamespace, 'ops'::regnamespace)
    union all select indexdef from pg_indexes where schemaname in ('public', 'ops')
    union all select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    union all select pg_get_functiondef(oid) || coalesce(proacl::text, '') from pg_proc
      where pronamespace in ('public'::regnamespace, 'ops'::regnamespace)
    union all select format('%s %s %s', oid::regclass, relowner::regrole, relacl) from pg_class
      where relnamespace in ('public'::regnamespace, 'ops'::regnamespace)
    union all select format('%s %s', nspname, nspacl) from pg_namespace where nspname in ('public', 'ops')
    order by line";

async fn picture(client: &Client) -> Vec<String> {
    let rows = client.query(PICTURE, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn all_steps_are_taken_undone_and_taken_again_over_rows() {
    let (_turn, database) = empty().await;
    let mut client = database.admin().await;
    assert_eq!(migrate::deploy(&mut client).await.unwrap(), ALL.len());
    let first = picture(&client).await;
    populate(&database).await;
    client
        .batch_execute("drop schema world cascade")
        .await
        .unwrap();
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
    assert_eq!(picture(&client).await, first);
}

#[tokio::test]
async fn each_step_is_undone_by_itself() {
    let (_turn, database) = empty().await;
    let mut client = database.admin().await;
    migrate::deploy(&mut client).await.unwrap();
    let whole = picture(&client).await;
    for version in (0..migrate::expected_version()).rev() {
        assert_eq!(
            migrate::rollback_to(&mut client, version).await.unwrap(),
            1,
            "to {version}"
        );
        assert_eq!(
            migrate::current_version(&client)
                .await
                .unwrap()
                .unwrap_or(0),
            version
        );
    }
    migrate::deploy(&mut client).await.unwrap();
    assert_eq!(picture(&client).await, whole);
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
    assert_eq!(
        picture(&administrator).await,
        picture(&whole.admin().await).await
    );
}
