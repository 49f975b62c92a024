//! What the Worker's role may see, tried with the very address and password that the Worker has.

use equoria::db::connect;
use serde_json::Value;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::run;
use crate::town::town;

/// Words that a column with something to hide has in its name.
const HIDDEN: [&str; 13] = [
    "email",
    "password",
    "hash",
    "secret",
    "settings",
    "genotype",
    "genetic",
    "modifiers",
    "hidden",
    "response",
    "token",
    "session",
    "snapshot",
];

/// Columns with such a word that the public may see: what a show committed to, what it revealed, and what revokes a token;
/// what genetic tests found, which the reads show to the owner, or to all once it is published; and what is scored of an
/// entry, where what is hidden counts only once the show is settled.
const PUBLIC: [&str; 12] = [
    "shows.secret_hash",
    "shows.revealed_secret",
    "users.token_epoch",
    "genetic_tests.horse_id",
    "genetic_tests.locus",
    "genetic_tests.genotype",
    "genetic_tests.published",
    "genetic_tests.tested_at",
    "entry_snapshots.entry_id",
    "entry_snapshots.show_id",
    "entry_snapshots.entered_at",
    "entry_snapshots.snapshot",
];

async fn refusal(client: &Client, sql: &str) -> SqlState {
    match client.batch_execute(sql).await {
        Ok(()) => panic!("the edge's role may: {sql}"),
        Err(error) => error
            .code()
            .unwrap_or_else(|| panic!("{sql}: {error}"))
            .clone(),
    }
}

#[test]
fn nothing_with_something_to_hide_can_be_selected() {
    run(async {
        let town = town().await;
        let client = connect(&town.edge.database).await.unwrap();
        let columns = "select format('%I.%I', n.nspname, c.relname), c.relname, a.attname from pg_attribute a
            join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
            where n.nspname in ('public', 'ops') and c.relkind in ('r', 'v', 'm', 'p') and a.attnum > 0 and not a.attisdropped";
        let mut tried = 0;
        for row in town.world.admin.query(columns, &[]).await.unwrap() {
            let (table, bare, column): (String, String, String) =
                (row.get(0), row.get(1), row.get(2));
            let is_public = PUBLIC.contains(&format!("{bare}.{column}").as_str());
            if HIDDEN
                .iter()
                .any(|word| column.contains(word) || bare.contains(word))
                && !is_public
            {
                let code = refusal(&client, &format!("select {column} from {table}")).await;
                assert_eq!(code, SqlState::INSUFFICIENT_PRIVILEGE, "{table}.{column}");
                tried += 1;
            }
        }
        assert!(tried >= 20, "only {tried} columns were tried");
    });
}

#[test]
fn the_named_secrets_are_refused_however_they_are_asked_for() {
    run(async {
        let town = town().await;
        let client = connect(&town.edge.database).await.unwrap();
        for sql in [
            "select email from users",
            "select * from users",
            "select u from users u",
            "select to_jsonb(u) from users u",
            "select count(email) from users",
            "select 1 from users where email like 'a%'",
            "select 1 from users order by email",
            "select settings from users",
            "select hash from user_passwords",
            "select epigenetic_modifiers from horses",
            "select genotype from horses",
            "select breeding_values from horses",
            "select 1 from horses where genotype like '%O/n%'",
            "select genetics from foals",
            "select traits from foals",
            "select * from horses",
            "select row_to_json(h) from horses h",
            "select * from show_entries",
            "select row_to_json(e) from show_entries e",
            "select 1 from show_entries where snapshot ->> 'hidden_bp' <> '0'",
            "select 1 from horses where epigenetic_modifiers -> 'hidden' ? 'bold'",
            "select secret from show_secrets",
            "select 1 from show_secrets",
            "select token_hash from refresh_tokens",
            "select 1 from sessions",
            "select response from idempotency_keys",
            "select ahead_ms from ops.game_clock",
            "select 1 from ops.audit_log",
            "select rolpassword from pg_authid",
            "select pg_read_file('postgresql.conf')",
            "copy users to program 'cat'",
            "copy (select email from users) to stdout",
            "set role equoria_writer",
            "set role equoria_owner",
            "set session authorization equoria_writer",
        ] {
            assert_eq!(
                refusal(&client, sql).await,
                SqlState::INSUFFICIENT_PRIVILEGE,
                "{sql}"
            );
        }
    });
}

#[test]
fn nothing_can_be_written() {
    run(async {
        let town = town().await;
        let client = connect(&town.edge.database).await.unwrap();
        for sql in [
            "update horses set name = 'Nag'",
            "update users set money = 1000000",
            "insert into stables (user_id, name) values (gen_random_uuid(), 'Yard')",
            "delete from show_entries",
            "truncate shows",
            "do $$ begin lock table horses in exclusive mode; end $$",
            "select 1 from horses for update",
            "select ledger_post(now(), null, null, null, null, null, null, null, null)",
            "select nextval('horses_id_seq')",
            "create table notes (id int)",
            "create temporary table notes (id int)",
            "create schema mine",
            "drop table horses",
            "alter table horses disable trigger all",
        ] {
            client
                .batch_execute("set default_transaction_read_only = on")
                .await
                .unwrap();
            let code = refusal(&client, sql).await;
            assert!(
                [
                    SqlState::READ_ONLY_SQL_TRANSACTION,
                    SqlState::INSUFFICIENT_PRIVILEGE
                ]
                .contains(&code),
                "{sql}"
            );
            // A role may lift its own read-only mode; it has no more rights then.
            client
                .batch_execute("set default_transaction_read_only = off")
                .await
                .unwrap();
            assert_eq!(
                refusal(&client, sql).await,
                SqlState::INSUFFICIENT_PRIVILEGE,
                "{sql}"
            );
        }
    });
}

#[test]
fn no_answer_of_the_edge_shows_a_hidden_trait_or_an_address() {
    run(async {
        let town = town().await;
        let edge = town.at_the_edge();
        let ada = edge.with_token(town.ada.token().unwrap());
        let mare = town.mares[0];
        for path in [
            format!("/v1/horses/{mare}"),
            "/v1/horses?limit=100".to_owned(),
            format!("/v1/horses/{mare}/training"),
            format!("/v1/shows/{}/entries", town.open),
            format!("/v1/shows/{}/preview?horse={mare}", town.open),
            format!("/v1/users/{}", town.ada.id),
            "/v1/users/me/horses".to_owned(),
            "/v1/rankings/users".to_owned(),
            format!("/v1/horses/{mare}/genetics"),
            format!("/v1/horses/{mare}/foals"),
            format!("/v1/horses/{mare}/mates"),
            format!("/v1/horses/{}/parent", town.foal),
            format!("/v1/horses/{}/pedigree", town.foal),
            format!("/v1/foals/{}", town.foal),
            format!("/v1/matings/preview?mare={mare}&stallion={}", town.stallion),
            "/v1/studs".to_owned(),
        ] {
            for client in [&edge, &ada] {
                let text = client.get(&path).await.text();
                assert!(!text.contains("legendary_bloodline"), "{path}: {text}");
                assert!(!text.contains("@example.org"), "{path}: {text}");
                assert!(!text.contains(&town.shy.id.to_string()), "{path}: {text}");
            }
        }
        let open = edge.read(&format!("/v1/shows/{}", town.open)).await;
        assert_eq!(open["secret"], Value::Null);
    });
}

#[test]
fn what_is_hidden_in_an_entry_counts_for_the_edge_once_the_show_is_settled_and_not_before() {
    run(async {
        let town = town().await;
        let client = connect(&town.edge.database).await.unwrap();
        let mare = town.mares[0];
        // 1000 for legendary_bloodline and 0.95 of 350 for bold, less the 350 of what is seen.
        for (show, hidden_bp) in [(town.open, 0), (town.cancelled, 0), (town.settled, 983)] {
            let of = |from: &str| {
                format!(
                    "select (s.snapshot ->> 'hidden_bp')::int4, s.snapshot - 'hidden_bp' from {from}
                     where s.show_id = {show} and s.snapshot ->> 'horse_id' = '{mare}'"
                )
            };
            let told = client.query_one(&of("entry_snapshots s"), &[]).await;
            let frozen = of("show_entries s");
            let frozen = town.world.admin.query_one(&frozen, &[]).await.unwrap();
            let told = told.unwrap();
            assert_eq!(frozen.get::<_, i32>(0), 983, "show {show}");
            assert_eq!(told.get::<_, i32>(0), hidden_bp, "show {show}");
            assert_eq!(told.get::<_, Value>(1), frozen.get::<_, Value>(1));
        }
    });
}

#[test]
fn a_test_that_is_not_published_is_in_no_answer_but_its_owners() {
    run(async {
        let town = town().await;
        let (mare, stallion) = (town.mares[0], town.stallion);
        // Alleles that nobody in the town has, so that no other answer has them either: past the rule that tests tell the truth.
        for horse in [mare, stallion] {
            let sql = format!(
                "set local session_replication_role = replica;
                 insert into genetic_tests values ({horse}, 'EDNRB', 'O/n', false, now()) on conflict do nothing"
            );
            town.world.sql(&sql).await;
        }
        let edge = town.at_the_edge();
        let ada = edge.with_token(town.ada.token().unwrap());
        for path in [
            format!("/v1/horses/{mare}/genetics"),
            format!("/v1/horses/{mare}/parent"),
            format!("/v1/matings/preview?mare={mare}&stallion={stallion}"),
        ] {
            let (public, own) = (edge.get(&path).await.text(), ada.get(&path).await.text());
            assert!(own.contains("\"O/"), "{path}: {own}");
            assert!(!public.contains("\"O/"), "{path}: {public}");
        }
        let inferred = &edge
            .read(&format!(
                "/v1/matings/preview?mare={mare}&stallion={stallion}"
            ))
            .await["based_on"]["inferred"]["mare"];
        let inferred = inferred.as_array().unwrap();
        assert!(
            inferred.iter().any(|locus| locus == "EDNRB"),
            "{inferred:?}"
        );
    });
}
