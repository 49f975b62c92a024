//! What the triggers write down: by whom, what changed, and never a secret.

use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::trial::{fill, pristine, world};

const ANN: &str = "00000000-0000-7000-8000-00000000000a";

/// A change in the log, with what it was and what it is.
type Written = (
    String,
    Option<String>,
    String,
    String,
    String,
    Option<Value>,
    Option<Value>,
);

/// Carries out statements of somebody's, tells what was written down of them, and takes them back.
async fn written(client: &Client, reader: Option<&str>, sql: &str) -> Vec<Written> {
    let begin = "begin; set local equoria.request_id = 'request-7'";
    client.batch_execute(begin).await.unwrap();
    let before = fill(sql);
    client
        .batch_execute(&before)
        .await
        .unwrap_or_else(|error| panic!("{before}: {error:?}"));
    if let Some(role) = reader {
        client
            .batch_execute(&format!("reset role; set local role {role}"))
            .await
            .unwrap();
    }
    let log =
        "select actor, request_id, verb, table_name, row_key, before, after from ops.audit_log
        where tx = pg_current_xact_id() order by id";
    let rows = client.query(log, &[]).await.unwrap();
    client.batch_execute("rollback; reset role").await.unwrap();
    let read = |row: &tokio_postgres::Row| {
        (
            row.get(0),
            row.get(1),
            row.get(2),
            row.get(3),
            row.get(4),
            row.get(5),
            row.get(6),
        )
    };
    rows.iter().map(read).collect()
}

/// The same for the writer, acting for somebody; the superuser reads the log.
async fn by(actor: &str, sql: &str) -> Vec<Written> {
    let superuser = world().await.admin().await;
    let acting =
        format!("set local role equoria_writer; set local equoria.actor = '{actor}'; {sql}");
    written(&superuser, Some("equoria_auditor"), &acting).await
}

/// The same for the superuser at the keyboard.
async fn by_hand(sql: &str) -> Vec<Written> {
    written(&world().await.admin().await, None, sql).await
}

fn change(actor: &str, verb: &str, table: &str, row: &str, before: Value, after: Value) -> Written {
    let some = |it: Value| Some(it).filter(|it| !it.is_null());
    (
        actor.to_owned(),
        Some("request-7".to_owned()),
        verb.to_owned(),
        table.to_owned(),
        row.to_owned(),
        some(before),
        some(after),
    )
}

#[tokio::test]
async fn of_an_account_what_changed_is_written_down_with_who_did_it_and_in_which_request() {
    let name = by(
        ANN,
        "update users set name = 'Anna', xp = xp where id = {ann}",
    )
    .await;
    assert_eq!(
        name,
        [change(
            ANN,
            "UPDATE",
            "users",
            ANN,
            json!({"name": "Ann"}),
            json!({"name": "Anna"})
        )]
    );
    let epoch = by(ANN, "update users set token_epoch = 1 where id = {ann}").await;
    assert_eq!(
        epoch,
        [change(
            ANN,
            "UPDATE",
            "users",
            ANN,
            json!({"token_epoch": 0}),
            json!({"token_epoch": 1})
        )]
    );
    let nothing = by(
        ANN,
        "update users set name = name, email = email where id = {ann}",
    )
    .await;
    assert_eq!(nothing, []);
}

#[tokio::test]
async fn a_password_that_changed_is_told_and_its_hash_is_not() {
    let sql = "update user_passwords set hash = '$argon2id$v=19$m=1,t=1,p=1$c2FsdA$bmV4dA' where user_id = {ann}";
    let secret = json!({"hash": "(secret)"});
    assert_eq!(
        by(ANN, sql).await,
        [change(
            ANN,
            "UPDATE",
            "user_passwords",
            ANN,
            secret.clone(),
            secret
        )]
    );
    let new = by(
        "nobody",
        "insert into users (id, name, email) values ('00000000-0000-7000-8000-0000000000ee', 'Eve', 'eve@example.org');
         insert into user_passwords (user_id, hash)
         values ('00000000-0000-7000-8000-0000000000ee', '$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA')",
    )
    .await;
    let told: Vec<(&str, &str)> = new
        .iter()
        .map(|it| (it.0.as_str(), it.3.as_str()))
        .collect();
    assert_eq!(told, [("nobody", "users"), ("nobody", "user_passwords")]);
    assert!(!format!("{new:?}").contains("argon2id"), "{new:?}");
}

#[tokio::test]
async fn sessions_that_begin_and_end_are_written_down_and_their_tokens_are_not() {
    let ended = by(
        ANN,
        "update sessions set revoked_at = {now} where id = {session}",
    )
    .await;
    assert_eq!(ended.len(), 1);
    assert_eq!(
        (ended[0].3.as_str(), ended[0].5.as_ref().unwrap()),
        ("sessions", &json!({"revoked_at": null}))
    );
    let rotated = by(
        "nobody",
        "update refresh_tokens set used_at = {now} where session_id = {session};
         insert into refresh_tokens (token_hash, session_id) values (sha256('next'), {session})",
    )
    .await;
    assert_eq!(rotated, []);
    let swept = by(
        "game",
        "delete from sessions where expires_at < now() + interval '1000 years' and false",
    )
    .await;
    assert_eq!(swept, []);
    let hand = by_hand("update sessions set created_at = {now} - interval '20 years', expires_at = {now} - interval '9 years' where id = {session};
        delete from sessions where id = {session}").await;
    assert_eq!(hand, [], "one that has run out is only swept away");
    let alive = by_hand("update sessions set expires_at = now() + interval '9 years' where id = {session}; delete from sessions where id = {session}").await;
    assert_eq!(
        alive.iter().map(|it| it.2.as_str()).collect::<Vec<_>>(),
        ["DELETE"]
    );
}

#[tokio::test]
async fn offers_at_stud_and_the_terms_and_ends_of_shows_are_written_down() {
    let fee = by(
        ANN,
        "update stud_listings set fee = 60 where horse_id = {stallion}",
    )
    .await;
    assert_eq!(
        fee,
        [change(
            ANN,
            "UPDATE",
            "stud_listings",
            "1002",
            json!({"fee": 50}),
            json!({"fee": 60})
        )]
    );
    let withdrawn = by(ANN, "delete from stud_listings where horse_id = {stallion}").await;
    assert_eq!(
        (
            withdrawn[0].2.as_str(),
            &withdrawn[0].5.as_ref().unwrap()["fee"]
        ),
        ("DELETE", &json!(50))
    );
    let opened = by(ANN, "select world.show(9, 0, 0, {ann})").await;
    assert_eq!(
        (opened.len(), opened[0].2.as_str(), opened[0].3.as_str()),
        (1, "INSERT", "shows")
    );
    assert_eq!(opened[0].6.as_ref().unwrap()["entry_fee"], json!(0));
    let settled = by(
        "game",
        "select world.place(4005, 1), world.place(4006, 2); select world.settle({due})",
    )
    .await;
    assert_eq!(settled.len(), 1);
    let after = settled[0].6.as_ref().unwrap();
    assert_eq!(
        (&after["state"], &after["revealed_secret"]),
        (&json!("settled"), &json!("(secret)"))
    );
}

#[tokio::test]
async fn what_happens_a_thousand_times_a_minute_is_its_own_history() {
    let nothing = by(
        ANN,
        "select world.train({mare}, {ann}); update users set xp = xp + 5 where id = {ann};
         update horses set xp = xp + 5, speed = 11 where id = {mare};
         select world.pay('stipend:9', treasury(), purse_of({ann}), 5);
         insert into idempotency_keys (user_id, key, request_hash) values ({ann}, 'next', sha256('body'))",
    )
    .await;
    assert_eq!(nothing, []);
}

#[tokio::test]
async fn whoever_works_by_hand_is_named_and_every_change_of_what_players_own_with_him() {
    let hand = |verb: &str, table: &str, row: &str, before: Value, after: Value| {
        let mut written = change("role:postgres", verb, table, row, before, after);
        written.0.clear();
        written
    };
    for (sql, expected) in [
        (
            "update horses set speed = 99 where id = {mare}",
            hand(
                "UPDATE",
                "horses",
                "1001",
                json!({"speed": 10}),
                json!({"speed": 99}),
            ),
        ),
        (
            "update horses set user_id = {ben} where id = {mare}",
            hand(
                "UPDATE",
                "horses",
                "1001",
                json!({"user_id": ANN}),
                json!({"user_id": ANN.replace("00a", "00b")}),
            ),
        ),
        (
            "update users set name = 'Anna' where id = {ann}",
            hand(
                "UPDATE",
                "users",
                ANN,
                json!({"name": "Ann"}),
                json!({"name": "Anna"}),
            ),
        ),
        (
            "update users set xp = 7 where id = {ann}",
            hand("UPDATE", "users", ANN, json!({"xp": 0}), json!({"xp": 7})),
        ),
        (
            "update genetic_tests set published = true where horse_id = {mare}",
            hand(
                "UPDATE",
                "genetic_tests",
                "1001/MC1R",
                json!({"published": false}),
                json!({"published": true}),
            ),
        ),
        (
            "update ops.job_runs set worker = 'two' where finished_at is not null or true",
            hand("", "", "", Value::Null, Value::Null),
        ),
    ] {
        let mut told = by_hand(sql).await;
        if expected.2.is_empty() {
            assert_eq!(
                told,
                [],
                "a run that has not finished is nothing to write down"
            );
            continue;
        }
        assert_eq!(told.len(), 1, "{sql}: {told:?}");
        assert!(told[0].0.starts_with("role:"), "{told:?}");
        told[0].0.clear();
        assert_eq!(told, [expected], "{sql}");
    }
    let paid = by_hand("select world.pay('stipend:9', treasury(), purse_of({ann}), 5)").await;
    assert_eq!(
        (
            paid.len(),
            paid[0].3.as_str(),
            &paid[0].6.as_ref().unwrap()["key"]
        ),
        (2, "transfers", &json!("stipend:9"))
    );
    assert_eq!(
        paid[1].6,
        Some(json!({"money": 895})),
        "what follows is told too"
    );
}

#[tokio::test]
async fn catalogues_the_schemas_history_evidence_and_corrections_are_written_down() {
    for (table, sql) in [
        ("breeds", "update breeds set name = 'Other' where id = 9001"),
        (
            "disciplines",
            "insert into disciplines values ('Hunting', 'speed', 'stamina', 'focus')",
        ),
        (
            "alleles",
            "delete from alleles where locus = 'KIT' and symbol = 'W35'",
        ),
        (
            "ops.migrations",
            "update ops.migrations set sha256 = repeat('0', 64) where version = 1",
        ),
        (
            "ops.job_runs",
            "update ops.job_runs set finished_at = now(), outcome = 'done'; update ops.job_runs set outcome = 'found'",
        ),
        (
            "ops.job_runs",
            "delete from ops.job_runs where slot = {now}",
        ),
        ("idempotency_keys", "truncate idempotency_keys"),
    ] {
        for told in [
            by_hand(sql).await,
            by_hand(&format!("set local equoria.actor = 'game'; {sql}")).await,
        ] {
            assert!(
                !told.is_empty() && told.iter().all(|it| it.3 == table),
                "{sql}: {told:?}"
            );
        }
    }
    let truncated = by_hand("truncate idempotency_keys").await;
    assert_eq!(
        (truncated[0].2.as_str(), truncated[0].4.as_str()),
        ("TRUNCATE", "*")
    );
    let correction = by_hand(
        "set local equoria.actor = 'game';
         with made as (insert into transfers (key, cause, corrects, at) select 'correction:1', 'correction', min(id), {now} from transfers returning id)
         insert into postings (transfer_id, account_id, amount) select id, treasury(), -1 from made union all select id, sink(), 1 from made",
    )
    .await;
    assert_eq!(
        (correction.len(), correction[0].3.as_str()),
        (1, "transfers")
    );
}

async fn told(sql: &str) -> Vec<String> {
    let rows = pristine()
        .await
        .admin()
        .await
        .query(sql, &[])
        .await
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Tables of which nothing but their emptying is written down, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "accounts",
        "balances are what the postings say, which are only added to",
    ),
    ("breed_diversity", "a measurement that is made anew"),
    (
        "horse_discipline_scores",
        "an index of the horses, kept by the database",
    ),
    ("idempotency_keys", "answers that are kept for a day"),
    ("refresh_tokens", "their sessions are written down"),
    ("show_secrets", "no role changes one"),
];

#[tokio::test]
async fn of_every_table_changes_are_written_down_or_there_is_a_reason_why_not() {
    let silent = told(
        "select c.relname::text from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
           and not exists (select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
             where t.tgrelid = c.oid and p.proname = 'audit' and t.tgtype & 32 = 0) order by 1",
    )
    .await;
    assert_eq!(
        silent,
        LEFT_OUT.iter().map(|(table, _)| *table).collect::<Vec<_>>()
    );
    let unguarded = told(
        "select c.relname::text from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
           and not exists (select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
             where t.tgrelid = c.oid and p.proname = 'audit' and t.tgtype & 32 <> 0)",
    )
    .await;
    assert_eq!(unguarded, Vec::<String>::new());
}

#[tokio::test]
async fn every_secret_column_of_a_table_that_is_written_down_is_masked() {
    let open = told(
        "select format('%s.%s by %s', t.tgrelid::regclass, a.attname, t.tgname) from pg_trigger t join pg_proc p on p.oid = t.tgfoid
         join pg_class c on c.oid = t.tgrelid join pg_attribute a on a.attrelid = t.tgrelid and a.attnum > 0 and a.attname ~ '(^|_)(hash|secret|token|password|response)(_|$)'
         where p.proname = 'audit' and t.tgtype & 32 = 0 and (c.relname, a.attname) not in (('shows', 'secret_hash'), ('users', 'token_epoch'), ('genotypes', 'token'))
           and not a.attname = any (string_to_array(split_part(encode(t.tgargs, 'escape'), '\\000', 2), ','))
           and not (t.tgattr <> '' and not a.attnum = any (t.tgattr))",
    )
    .await;
    assert_eq!(open, Vec::<String>::new());
}
