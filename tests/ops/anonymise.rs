//! A copy with other people in it: what is replaced, what is left out, and how it is proven.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use equoria::config::Environment;
use equoria::dev::say::Voice;
use equoria::ops::anonymise::classes::{self, Class, Rows};
use equoria::ops::anonymise::{self, Copied, DOMAIN, KEY, Mask, Target};
use equoria::ops::runs;
use harness::Database;
use tokio::sync::OnceCell;
use tokio_postgres::Client;

use crate::command_line::equoria;

const WORLD: &str = include_str!("../schema/world.sql");

/// What players can type, and what they leave behind, in every place where it is not expected.
const HOSTILE: &str = r#"
    update users set name = 'Ann O''Hara-Quist', email = 'ann.quist@mail.example', settings = '{"darkMode": true, "privacy": {"profileVisible": true}}'
      where id = {ann};
    update users set name = E'Ben \\N\tTab', email = 'ben@mail.example' where id = {ben};
    update users set name = 'Racing' where id = {dan};
    insert into stables (user_id, name, location) values ({ann}, 'ann.quist@mail.example', 'with Ben'), ({ben}, 'Ann O''Hara-Quist', null);
    update horses set name = 'Ann O''Hara-Quist' where id = 1001;
    update horses set name = E'back\\slash' where id = 1002;
    insert into show_secrets (show_id, secret) select id, decode(repeat('5e', 32), 'hex') from shows;
    update show_secrets set secret = sha256('its own') where show_id = 2001;
    update shows set secret_hash = sha256(sha256('its own')) where id = 2001;
    update shows set name = 'Cup of ben@mail.example' where id = 2001;
    insert into user_passwords (user_id, hash) values ({ann}, '$argon2id$v=19$hush') on conflict (user_id) do nothing;
    insert into sessions (id, user_id, expires_at) values ('00000000-0000-7000-8000-0000000000e7', {ann}, now() + interval '1 day');
    insert into idempotency_keys (user_id, key, request_hash, status, response)
      values ({ann}, 'k-ann', decode(repeat('00', 32), 'hex'), 200, '{"name": "Ann O''Hara-Quist"}');
    insert into ops.audit_log (actor, table_name, row_key, verb, after)
      values ({ann}, 'users', {ann}, 'UPDATE', '{"email": "ann.quist@mail.example"}');
    insert into ops.job_runs (name, slot, worker, lease_until, evidence)
      values ('night', now(), 'host of Ann', now(), '{"by": "Ann O''Hara-Quist"}');
"#;

fn fill(sql: &str) -> String {
    let uuid = |last| format!("'00000000-0000-7000-8000-00000000000{last}'");
    sql.replace("{ann}", &uuid('a'))
        .replace("{ben}", &uuid('b'))
        .replace("{dan}", &uuid('d'))
}

/// A restored copy of a small world, with nobody connected to it.
pub async fn source() -> Database {
    let database = Database::fresh().await;
    let client = database.admin().await;
    client.batch_execute(WORLD).await.unwrap();
    let hostile = format!(
        "set session_replication_role = replica; drop schema world cascade; {}",
        fill(HOSTILE)
    );
    client.batch_execute(&hostile).await.unwrap();
    database
}

/// A small world and its copy, made once for all who only look at them.
async fn pair() -> &'static (Database, Database) {
    static PAIR: OnceCell<(Database, Database)> = OnceCell::const_new();
    let made = PAIR.get_or_init(|| async {
        let (from, into) = (source().await, Database::empty().await);
        let copied = copied(&from, &into, 'a').await;
        assert_eq!(copied.faults, [""; 0]);
        assert!(copied.search.sought >= 8, "{:?}", copied.search);
        assert!(
            copied.search.untellable >= 1,
            "Racing is a word of the game"
        );
        (from, into)
    });
    made.await
}

/// Waits until the sessions of a test before are gone.
pub async fn alone(database: &Database) {
    let observer = Database::empty().await;
    let observer = observer.admin().await;
    let since = Instant::now();
    let sql = "select count(*) from pg_stat_activity where datname = $1";
    while observer
        .query_one(sql, &[&database.name()])
        .await
        .unwrap()
        .get::<_, i64>(0)
        > 0
    {
        assert!(since.elapsed() < Duration::from_secs(20), "sessions stay");
        tokio::task::yield_now().await;
    }
}

fn mask(key: char) -> Mask {
    let key = format!("01{}", key.to_string().repeat(62));
    Mask::of(&Environment::of([(KEY.to_owned(), key)])).unwrap()
}

async fn copied(from: &Database, into: &Database, key: char) -> Copied {
    let (mut source, mut target) = (from.admin().await, target(into).await);
    let (voice, stop) = (Voice::quiet(), std::future::pending());
    let copied = anonymise::copy(&mut source, &mut target, &mask(key), &voice, stop).await;
    copied.unwrap_or_else(|trouble| panic!("{trouble}"))
}

async fn target(into: &Database) -> Target {
    Target::reach(&into.administrator()).await.unwrap()
}

async fn texts(client: &Client, sql: &str) -> Vec<String> {
    let rows = client.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

async fn count(client: &Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn every_column_of_every_table_is_classified_and_no_other() {
    let client = Database::fresh().await;
    let client = client.admin().await;
    let sql = "select c.oid::regclass || '.' || a.attname || case when a.attgenerated <> '' then ' computed' else '' end
        from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace::regnamespace::text in ('public', 'ops') and c.relkind in ('r', 'p', 'm', 'f') and a.attnum > 0
          and not a.attisdropped";
    let there: BTreeSet<String> = texts(&client, sql).await.into_iter().collect();
    let columns = classes::ALL.iter().flat_map(|table| {
        table.columns().map(|(column, class)| {
            let computed = if class == Class::Computed {
                " computed"
            } else {
                ""
            };
            format!("{}.{column}{computed}", table.name)
        })
    });
    let named: Vec<String> = columns.collect();
    let classified: BTreeSet<String> = named.iter().cloned().collect();
    assert_eq!(
        named.len(),
        classified.len(),
        "a column is classified twice"
    );
    let unclassified: Vec<_> = there.difference(&classified).collect();
    assert!(
        unclassified.is_empty(),
        "say in ops/anonymise/classes.rs what becomes of {unclassified:?}"
    );
    let vanished: Vec<_> = classified.difference(&there).collect();
    assert!(vanished.is_empty(), "these are no more: {vanished:?}");
}

#[tokio::test]
async fn ids_of_users_are_classified_as_such_wherever_they_refer_to_one() {
    let client = Database::fresh().await;
    let client = client.admin().await;
    let sql = "select k.conrelid::regclass || '.' || a.attname from pg_constraint k
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
        where k.contype = 'f' and k.confrelid = 'users'::regclass";
    for reference in texts(&client, sql).await {
        let (table, column) = reference.rsplit_once('.').unwrap();
        let table = classes::ALL.iter().find(|it| it.name == table).unwrap();
        let (_, class) = table.columns().find(|(name, _)| *name == column).unwrap();
        let is_replaced = class == Class::User || table.rows == Rows::Left;
        assert!(is_replaced, "{reference} is {class:?}");
    }
}

#[tokio::test]
async fn the_copy_has_the_same_world_and_other_people() {
    let (from, into) = pair().await;
    let (source, target) = (from.admin().await, into.admin().await);
    for table in [
        "users",
        "horses",
        "postings",
        "shows",
        "competition_results",
        "accounts",
    ] {
        let sql = format!("select count(*) from {table}");
        assert_eq!(
            count(&target, &sql).await,
            count(&source, &sql).await,
            "{table}"
        );
        assert!(count(&target, &sql).await > 0, "{table}");
    }
    for table in [
        "user_passwords",
        "sessions",
        "refresh_tokens",
        "idempotency_keys",
        "ops.audit_log",
        "ops.job_runs",
    ] {
        let sql = format!("select count(*) from {table}");
        assert_eq!(count(&target, &sql).await, 0, "{table}");
    }
    let like = format!(
        "select count(*) from users where email ~ '^player-[0-9a-z]{{16}}@{DOMAIN}$' and name ~ '^Player [0-9a-z]{{16}}$'"
    );
    assert_eq!(
        count(&target, &like).await,
        count(&source, "select count(*) from users").await
    );
    assert_eq!(
        texts(
            &target,
            "select settings::text from users where settings <> '{}'"
        )
        .await,
        texts(
            &source,
            "select settings::text from users where settings <> '{}'"
        )
        .await
    );
}

#[tokio::test]
async fn whoever_owned_together_owns_together_and_pays_once() {
    let (from, into) = pair().await;
    let (source, target) = (from.admin().await, into.admin().await);
    for sql in [
        "select string_agg(h.id::text, ' ' order by h.id) from horses h join users u on u.id = h.user_id group by u.id order by 1",
        "select u.money || ' ' || count(*) from users u join transfers t on t.user_id = u.id group by u.id order by 1",
        "select count(*)::text from transfers t join users u on position(u.id::text in t.key) > 0",
    ] {
        let (original, copy) = (texts(&source, sql).await, texts(&target, sql).await);
        assert!(
            !original.is_empty() && original == copy,
            "{sql}: {original:?} {copy:?}"
        );
    }
    let welcome = "select count(*) from transfers where key like 'welcome:%'";
    assert!(
        count(&source, welcome).await > 0,
        "keys with ids of users are tested"
    );
}

#[tokio::test]
async fn the_secret_of_an_open_show_is_another_and_that_of_a_settled_one_is_public() {
    let (from, into) = pair().await;
    let (source, target) = (from.admin().await, into.admin().await);
    let secrets = "select show_id || ' ' || secret::text from show_secrets where show_id in (select id from shows where state = 'open') order by 1";
    let (original, copy) = (texts(&source, secrets).await, texts(&target, secrets).await);
    assert!(!original.is_empty() && original.len() == copy.len());
    assert!(original.iter().all(|secret| !copy.contains(secret)));
    let hashes = "select count(*) from shows s join show_secrets x on x.show_id = s.id where sha256(x.secret) <> s.secret_hash";
    assert_eq!(count(&target, hashes).await, 0);
    let revealed =
        "select secret_hash::text from shows where revealed_secret is not null order by id";
    assert_eq!(
        texts(&target, revealed).await,
        texts(&source, revealed).await
    );
}

#[tokio::test]
async fn a_kept_key_makes_the_same_pseudonyms_again_and_another_key_others() {
    let from = source().await;
    let emails = "select email from users order by email";
    let mut seen = Vec::new();
    for key in ['a', 'a', 'b'] {
        let into = Database::empty().await;
        copied(&from, &into, key).await;
        seen.push(texts(&into.admin().await, emails).await);
    }
    assert_eq!(seen[0], seen[1]);
    assert!(seen[0].iter().all(|email| !seen[2].contains(email)));
}

#[tokio::test]
async fn the_copy_goes_on_counting_where_the_original_was() {
    let (from, into) = (source().await, Database::empty().await);
    copied(&from, &into, 'a').await;
    let target = into.admin().await;
    let fresh =
        "insert into stables (user_id, name) select id, 'fresh' from users limit 1 returning id";
    let newest = count(&target, "select max(id) from stables").await;
    assert!(count(&target, fresh).await > newest);
    let triggers = "update horses set name = 'x' where id = 1001 returning version";
    assert!(count(&target, triggers).await > 1, "triggers work again");
}

#[tokio::test]
async fn a_player_in_a_column_that_is_kept_is_found_and_the_target_is_emptied() {
    let (from, into) = (source().await, Database::empty().await);
    let leak = "set session_replication_role = replica;
        update show_entries set snapshot = snapshot || '{\"rider\": \"Ann O''Hara-Quist\"}' where id = (select min(id) from show_entries);
        update ops.game_clock set ahead_ms = 7";
    from.admin().await.batch_execute(leak).await.unwrap();
    let copied = copied(&from, &into, 'a').await;
    assert!(!copied.is_good());
    let told = copied.faults.join("\n");
    assert!(told.contains("in show_entries.snapshot"), "{told}");
    assert!(
        !told.contains("Quist"),
        "a fault must not tell the name: {told}"
    );
    let left =
        "select count(*) from pg_class where relnamespace::regnamespace::text in ('public', 'ops')";
    assert_eq!(count(&into.admin().await, left).await, 0);
}

#[tokio::test]
async fn books_that_do_not_balance_are_no_copy_to_give_away() {
    let (from, into) = (source().await, Database::empty().await);
    let cooked = "set session_replication_role = replica; update users set money = money + 1 where name = 'Racing'";
    from.admin().await.batch_execute(cooked).await.unwrap();
    let told = copied(&from, &into, 'a').await.faults.join("\n");
    assert!(
        told.contains("purses that are not their player's money"),
        "{told}"
    );
}

#[tokio::test]
async fn a_world_without_players_proves_nothing() {
    let (from, into) = (Database::fresh().await, Database::empty().await);
    let told = copied(&from, &into, 'a').await.faults.join("\n");
    assert!(told.contains("nothing was searched for"), "{told}");
}

fn run(from: &Database, into: &Database, more: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let (from, into) = (from.administrator().url(), into.administrator().url());
    let mut environment = vec![
        ("EQUORIA_ANONYMISE_FROM", from.as_str()),
        ("EQUORIA_ANONYMISE_INTO", into.as_str()),
    ];
    environment.extend_from_slice(more);
    let output = equoria(&["anonymise", "--json"], &environment);
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[tokio::test]
async fn the_command_copies_and_leaves_its_evidence_in_the_copy() {
    let (from, into) = (source().await, Database::empty().await);
    alone(&from).await;
    let (status, said, trouble) = run(&from, &into, &[]);
    assert_eq!(status, Some(0), "{said}{trouble}");
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["is_key_kept"], false);
    assert_eq!(said["search"]["left"], serde_json::json!([]));
    let kept = runs::latest(&into.admin().await, "anonymise")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.evidence["left"], 0);
    assert_eq!(kept.evidence["sought"], said["search"]["sought"]);
}

#[tokio::test]
async fn the_original_is_refused_by_whatever_shows_that_it_is_one() {
    let (from, into) = (source().await, Database::empty().await);
    alone(&from).await;
    let url = from.tcp_url("equoria_writer");
    let (status, _, trouble) = run(&from, &into, &[("DATABASE_URL", &url)]);
    assert_eq!(status, Some(2), "{trouble}");
    assert!(
        trouble.contains("DATABASE_URL names the same server"),
        "{trouble}"
    );
    let _player = from.as_role("equoria_writer").await;
    let (status, _, trouble) = run(&from, &into, &[]);
    assert_eq!(status, Some(2), "{trouble}");
    assert!(
        trouble.contains("1 other sessions are connected"),
        "{trouble}"
    );
}

#[tokio::test]
async fn a_target_that_holds_something_or_is_not_ours_is_left_alone() {
    let (from, into) = (source().await, Database::fresh().await);
    alone(&from).await;
    let (status, _, trouble) = run(&from, &into, &[]);
    assert_eq!(status, Some(2), "{trouble}");
    assert!(trouble.contains("the target is not empty"), "{trouble}");
    assert!(count(&into.admin().await, "select count(*) from breeds").await > 0);
    let (status, _, trouble) = run(&from, &into, &[(KEY, "short")]);
    assert_eq!(status, Some(2));
    assert!(trouble.contains(KEY), "{trouble}");
}

#[test]
fn a_command_without_a_place_says_which_is_missing() {
    let output = equoria(&["anonymise"], &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said.contains("--into") && said.contains("EQUORIA_ANONYMISE_INTO"),
        "{said}"
    );
}
