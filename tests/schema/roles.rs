//! Who may do what: the whole matrix of role, object and verb, each field found out by trying.

use std::collections::BTreeSet;

use harness::Database;
use harness::cluster::ROLES;
use tokio_postgres::Client;

use crate::trial::{Refused, attempt, fill, pristine, reason, world};

/// What each role may do. An object without columns means all of them; `*` means every table of the game, and no view.
const MATRIX: &[(&str, &str, &str)] = &[
    ("equoria_edge", "select", "disciplines breeds stables horse_discipline_scores training_logs entry_snapshots competition_results
        shows stud_listings accounts transfers postings stipend_claims foal_development foal_training_history genetic_tests
        breed_diversity ops.migrations show_entries(id show_id horse_id user_id entered_at)
        users(id name money xp level profile_visible progress_shared token_epoch version created_at updated_at)
        horses(id name sex born_at breed_id user_id stable_id sire_id dam_id temperament precision strength speed agility endurance
          intelligence stamina balance boldness flexibility obedience focus bond_score stress_level xp discipline_scores
          visible_traits training_cooldown groomed_on inbreeding coat height_cm version created_at updated_at)
        foals(id sire_id dam_id bond_score stress_level development_stage created_at)
        pregnancies(id mare_id stallion_id user_id covered_at due_at state ended_at foal_id lost_to)"),
    ("equoria_reader", "select", "disciplines breeds stables users horses horse_discipline_scores starter_horses foals
        foal_development foal_training_history pregnancies stud_listings genetic_tests training_logs shows show_entries
        entry_snapshots competition_results accounts transfers postings stipend_claims breed_diversity loci alleles genotypes ops.migrations ops.job_runs"),
    ("equoria_writer", "select", "* ops.migrations ops.job_runs ops.game_clock"),
    ("equoria_writer", "insert", "disciplines breeds users(id name email settings created_at updated_at) user_passwords sessions
        refresh_tokens stables stud_listings idempotency_keys horses starter_horses foals foal_development foal_training_history
        pregnancies genetic_tests training_logs shows show_secrets show_entries competition_results stipend_claims
        breed_diversity ops.job_runs"),
    ("equoria_writer", "update", "disciplines breeds users(name email xp settings token_epoch) user_passwords(hash changed_at)
        sessions(revoked_at) refresh_tokens(used_at) stables(name location) stud_listings(fee) idempotency_keys(key status response)
        horses(name stable_id precision strength speed agility endurance intelligence stamina balance boldness flexibility
          obedience focus bond_score stress_level xp discipline_scores epigenetic_modifiers genotype breeding_values coat height_cm
          training_cooldown groomed_on)
        foals(development_stage) foal_development(current_day activities_completed milestones_reached grows_at)
        breed_diversity pregnancies(state ended_at foal_id lost_to) genetic_tests(published) shows(name state revealed_secret result_digest ended_at)
        ops.job_runs ops.game_clock(ahead_ms)"),
    ("equoria_writer", "delete", "sessions stables stud_listings idempotency_keys show_entries"),
    ("equoria_backup", "select", "* entry_snapshots ops.migrations ops.job_runs ops.audit_log ops.audit_seals ops.game_clock
        ops.storage_samples ops.business_figures ops.business_marks ops.operators ops.operator_sessions ops.runs_again"),
    ("equoria_backup", "insert", "ops.job_runs"),
    ("equoria_backup", "update", "ops.job_runs"),
    ("equoria_monitor", "select", "ops.migrations ops.job_runs ops.storage_samples ops.business_figures ops.business_marks
        ops.runs_again"),
    ("equoria_auditor", "select", "ops.audit_log ops.audit_seals ops.migrations ops.job_runs"),
    ("equoria_auditor", "insert", "ops.audit_seals ops.job_runs"),
    ("equoria_auditor", "update", "ops.job_runs"),
    ("equoria_anonymiser", "select", "disciplines breeds loci alleles genotypes breed_diversity users stables horses
        horse_discipline_scores starter_horses pregnancies stud_listings genetic_tests foals foal_development
        foal_training_history training_logs accounts transfers postings stipend_claims shows show_secrets(show_id) show_entries
        competition_results ops.game_clock ops.migrations ops.job_runs"),
    ("equoria_maintainer", "select", "ops.migrations ops.job_runs ops.runs_again ops.storage_samples ops.business_figures ops.business_marks
        accounts transfers postings horse_discipline_scores users(id money) horses(id discipline_scores)
        shows(id state prize entry_fee) show_entries(show_id)"),
    ("equoria_maintainer", "insert", "ops.job_runs ops.storage_samples"),
    ("equoria_maintainer", "update", "ops.job_runs"),
];

/// Tries every verb on every table and column as whoever is connected, and undoes it; the answer is one line for each
/// that was not refused for lack of a right. Nothing but the right to do it is asked: no row is touched.
const TRY_ALL: &str = "do $body$
    declare
      part record;
      statement text;
      allowed text[] := '{}';
    begin
      for part in
        select v.verb, format('%I.%I', n.nspname, c.relname) as place, a.attname,
          replace(format('%s.%s', n.nspname, c.relname), 'public.', '') || coalesce('.' || a.attname, '') as name
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        cross join (values ('select', true), ('insert', true), ('update', true), ('delete', false), ('truncate', false)) v (verb, by_column)
        left join pg_attribute a on v.by_column and a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where n.nspname in ('public', 'ops') and (c.relkind = 'r' or c.relkind = 'v' and v.verb = 'select')
          and (v.verb not in ('insert', 'update') or a.attgenerated = '')
      loop
        statement := case part.verb
          when 'select' then format('select %I from %s where false', part.attname, part.place)
          when 'insert' then format('insert into %s (%I) select null where false', part.place, part.attname)
          when 'update' then format('update %s set %I = default where false', part.place, part.attname)
          when 'delete' then format('delete from %s where false', part.place)
          else format('truncate %s', part.place) end;
        begin
          execute statement;
          raise exception using errcode = 'TT001';
        exception
          when insufficient_privilege then null;
          when others then
            -- What stops an emptying after the right to it is a rule or a foreign key.
            if sqlstate <> 'TT001' and part.verb <> 'truncate' then raise; end if;
            allowed := allowed || (part.verb || ' ' || part.name);
        end;
      end loop;
      perform set_config('trial.allowed', array_to_string(allowed, ','), true);
    end
    $body$";

async fn allowed(client: &Client) -> BTreeSet<String> {
    let begin = "begin read write; set local statement_timeout = 0";
    client.batch_execute(begin).await.unwrap();
    client.batch_execute(TRY_ALL).await.unwrap();
    let row = client
        .query_one("select current_setting('trial.allowed')", &[])
        .await
        .unwrap();
    client.batch_execute("rollback").await.unwrap();
    let text: String = row.get(0);
    text.split(',')
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A column of a table or a view.
struct Column {
    table: String,
    name: String,
    is_written: bool,
    is_of_a_view: bool,
}

impl Column {
    fn is_of_the_game(&self) -> bool {
        !self.is_of_a_view && !self.table.starts_with("ops.")
    }
}

/// Every column of the database.
async fn columns(administrator: &Client) -> Vec<Column> {
    let sql = "select replace(format('%s.%s', n.nspname, c.relname), 'public.', ''), a.attname::text,
          a.attgenerated = '' and c.relkind = 'r', c.relkind = 'v'
        from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
        where n.nspname in ('public', 'ops') and c.relkind in ('r', 'v') and a.attnum > 0 and not a.attisdropped";
    let rows = administrator.query(sql, &[]).await.unwrap();
    rows.iter()
        .map(|row| Column {
            table: row.get(0),
            name: row.get(1),
            is_written: row.get(2),
            is_of_a_view: row.get(3),
        })
        .collect()
}

fn wanted(role: &str, columns: &[Column]) -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    for (_, verb, objects) in MATRIX.iter().filter(|(who, ..)| *who == role) {
        let is_by_column = matches!(*verb, "select" | "insert" | "update");
        for (table, named) in parse(objects) {
            let parts = columns.iter().filter(|column| {
                (column.table == table || table == "*" && column.is_of_the_game())
                    && (named.is_empty() || named.contains(&column.name))
                    && (*verb == "select" || column.is_written)
            });
            let names: Vec<String> = if is_by_column {
                parts
                    .map(|it| format!("{verb} {}.{}", it.table, it.name))
                    .collect()
            } else {
                parts.map(|it| format!("{verb} {}", it.table)).collect()
            };
            assert!(
                !names.is_empty(),
                "{role} {verb} {table}: there is no such table or column"
            );
            wanted.extend(names);
        }
    }
    wanted
}

/// Reads `users(id name) horses` into tables with their columns.
fn parse(objects: &str) -> Vec<(String, Vec<String>)> {
    let mut read: Vec<(String, Vec<String>)> = Vec::new();
    let mut is_inside = false;
    for word in objects.split_whitespace() {
        let (head, first) = word.split_once('(').unwrap_or((word, ""));
        if is_inside {
            let column = head.trim_end_matches(')').to_owned();
            read.last_mut().unwrap().1.push(column);
        } else {
            read.push((head.to_owned(), Vec::new()));
            if !first.is_empty() {
                read.last_mut()
                    .unwrap()
                    .1
                    .push(first.trim_end_matches(')').to_owned());
            }
        }
        is_inside = (is_inside || word.contains('(')) && !word.contains(')');
    }
    read
}

#[tokio::test]
async fn every_role_may_do_what_the_matrix_says_and_nothing_else() {
    let database = pristine().await;
    let columns = columns(&database.admin().await).await;
    for role in ROLES {
        if role == "equoria_migrator" {
            continue;
        }
        let allowed = allowed(&database.as_role(role).await).await;
        let wanted = wanted(role, &columns);
        let (more, less): (Vec<_>, Vec<_>) = (
            allowed.difference(&wanted).collect(),
            wanted.difference(&allowed).collect(),
        );
        assert!(
            more.is_empty() && less.is_empty(),
            "{role} may also: {more:?}; may not: {less:?}"
        );
    }
}

#[tokio::test]
async fn the_migrator_may_do_all_that_the_owner_may() {
    let database = pristine().await;
    let columns = columns(&database.admin().await).await;
    let mut wanted = BTreeSet::new();
    for column in &columns {
        let Column { table, name, .. } = column;
        wanted.insert(format!("select {table}.{name}"));
        if column.is_written {
            wanted.insert(format!("insert {table}.{name}"));
            wanted.insert(format!("update {table}.{name}"));
            wanted.insert(format!("delete {table}"));
            wanted.insert(format!("truncate {table}"));
        }
    }
    let allowed = allowed(&database.as_role("equoria_migrator").await).await;
    let less: Vec<_> = wanted.difference(&allowed).collect();
    assert!(less.is_empty(), "{less:?}");
}

#[tokio::test]
async fn no_role_draws_numbers_from_a_sequence_by_itself() {
    let sql = "select format('%s: %s', r.rolname, c.oid::regclass) from pg_roles r cross join pg_class c
        where r.rolname like 'equoria\\_%' and r.rolname not in ('equoria_owner', 'equoria_migrator')
          and c.relnamespace in ('public'::regnamespace, 'ops'::regnamespace) and c.relkind = 'S'
          and has_sequence_privilege(r.oid, c.oid, 'usage, update')";
    let rows = pristine().await.admin().await.query(sql, &[]).await;
    let drawn: Vec<String> = rows.unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(drawn, Vec::<String>::new());
}

/// The functions that each role may call, all others being refused.
const FUNCTIONS: &[(&str, &str)] = &[
    ("equoria_edge", "game_age horizons is_in_foal is_stat"),
    ("equoria_maintainer", "backlog drop_leftover_index password_costs seal_state"),
    ("equoria_monitor", "backlog can_run_again seal_state"),
    ("equoria_reader", "game_age horizons is_in_foal is_stat"),
    (
        "equoria_writer",
        "acting activity_day cover_mare end_operator_session end_stolen_session enter_show escrow_of game_age is_activity_list is_discipline_scores is_epigenetic_modifiers is_flag_object is_genetics is_in_foal
         is_stat is_text_array is_trait_names is_user_settings ledger_post negative_traits open_operator_session operator_hash operator_of positive_traits purse_of refuse run_again sink
         tally_business trait_conflicts treasury withdraw_entry",
    ),
];

#[tokio::test]
async fn every_role_calls_what_it_may_and_nothing_else() {
    let database = pristine().await;
    let administrator = database.admin().await;
    for role in ROLES.into_iter().filter(|role| *role != "equoria_migrator") {
        let sql = "select p.proname::text from pg_proc p where p.pronamespace in ('public'::regnamespace, 'ops'::regnamespace)
            and has_function_privilege($1::text, p.oid, 'execute') order by 1";
        let rows = administrator.query(sql, &[&role]).await.unwrap();
        let may: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let wanted = FUNCTIONS
            .iter()
            .find(|(who, _)| *who == role)
            .map_or("", |(_, names)| names);
        assert_eq!(may, wanted.split_whitespace().collect::<Vec<_>>(), "{role}");
    }
}

/// A connection on which nothing but rights decides: a busy machine does not.
async fn patient(role: &str) -> Client {
    let client = world().await.as_role(role).await;
    let unlimited = "set statement_timeout = 0";
    client.batch_execute(unlimited).await.unwrap();
    client
}

async fn refused(role: &str, statements: &[&str]) {
    let client = patient(role).await;
    for sql in statements {
        assert_eq!(
            attempt(&client, sql).await,
            Err(Refused::NoRight),
            "{role}: {sql}"
        );
    }
}

#[tokio::test]
async fn the_edge_reads_nothing_that_is_private() {
    refused(
        "equoria_edge",
        &[
            "select email from users",
            "select * from users",
            "select u from users u",
            "select to_jsonb(u) from users u",
            "select id from users where email like 'a%'",
            "select id from users order by email",
            "select settings from users",
            "select hash from user_passwords",
            "select token_hash from refresh_tokens",
            "select id from sessions",
            "select epigenetic_modifiers from horses",
            "select id from horses where epigenetic_modifiers @> '{\"hidden\": [\"bold\"]}'",
            "select genotype from horses",
            "select genetics from foals",
            "select traits from foals",
            "select breeding_values from horses",
            "select snapshot from show_entries",
            "select e from show_entries e",
            "select to_jsonb(e) from show_entries e",
            "select id from show_entries where snapshot ->> 'hidden_bp' <> '0'",
            "select id from show_entries order by snapshot",
            "select secret from show_secrets",
            "select response from idempotency_keys",
            "select actor from ops.audit_log",
            "select ahead_ms from ops.game_clock",
        ],
    )
    .await;
}

#[tokio::test]
async fn the_edge_reads_what_everybody_may_see() {
    let client = patient("equoria_edge").await;
    for sql in [
        "select h.name, h.visible_traits, b.name, u.id, u.name from horses h join breeds b on b.id = h.breed_id join users u on u.id = h.user_id",
        "select s.name, e.snapshot, r.score, s.secret_hash, s.revealed_secret
         from shows s left join entry_snapshots e on e.show_id = s.id left join competition_results r on r.entry_id = e.entry_id",
        "select id, show_id, horse_id, user_id, entered_at from show_entries",
        "select p.amount, t.cause from postings p join transfers t on t.id = p.transfer_id join accounts a on a.id = p.account_id",
        "select game_age(born_at, now()), is_in_foal(id) from horses",
        "select max(version) from ops.migrations",
    ] {
        assert_eq!(attempt(&client, sql).await, Ok(()), "{sql}");
    }
}

#[tokio::test]
async fn the_edge_and_the_reader_write_nothing() {
    for role in ["equoria_edge", "equoria_reader"] {
        let client = world().await.as_role(role).await;
        let written = client
            .batch_execute("update users set name = 'Eve'")
            .await
            .unwrap_err();
        assert_eq!(
            written.code().unwrap().code(),
            "25006",
            "{role} begins read-only"
        );
        let statements = [
            "set transaction read write; update users set name = 'Eve'",
            "set transaction read write; insert into breeds (name) values ('x')",
            "set transaction read write; delete from horses",
            "set transaction read write; select ledger_post(now(), null, '{}', '{}', '{}', '{}', '{}', '{}', '{}')",
            "set transaction read write; truncate horses cascade",
            "set transaction read write; create table mine ()",
            "set transaction read write; create temporary table mine ()",
        ];
        refused(role, &statements).await;
    }
}

#[tokio::test]
async fn the_reader_sees_no_secret_that_guards_an_account_or_a_show() {
    refused(
        "equoria_reader",
        &[
            "select hash from user_passwords",
            "select token_hash from refresh_tokens",
            "select id from sessions",
            "select secret from show_secrets",
            "select response from idempotency_keys",
            "select actor from ops.audit_log",
        ],
    )
    .await;
}

#[tokio::test]
async fn the_writer_moves_coins_by_ledger_post_alone_and_removes_no_history() {
    refused(
        "equoria_writer",
        &[
            "update users set money = money + 1",
            "insert into users (name, email, money) values ('Eve', 'eve@example.org', 1000000)",
            "update accounts set balance = balance + 1",
            "insert into accounts (kind) values ('purse')",
            "insert into transfers (key, cause, at) values ('stipend:x', 'stipend', {now})",
            "insert into postings (transfer_id, account_id, amount) values (1, 1, 1)",
            "update postings set amount = 0",
            "delete from postings",
            "delete from transfers",
            "delete from training_logs",
            "delete from competition_results",
            "delete from users",
            "delete from horses",
            "delete from shows",
            "delete from ops.audit_log",
            "update ops.audit_log set actor = 'nobody'",
            "truncate users cascade",
            "update horses set sex = 'male'",
            "update horses set born_at = {now}",
            "update shows set prize = 0",
            "update show_entries set snapshot = '{}'",
            "update show_secrets set secret = world.secret()",
            "create table public.mine ()",
            "alter table users disable trigger all",
            "set local session_replication_role = replica",
            "set local role equoria_owner",
        ],
    )
    .await;
}

#[tokio::test]
async fn nobody_but_the_triggers_writes_down_what_happened() {
    for role in ROLES.into_iter().filter(|role| *role != "equoria_migrator") {
        refused(
            role,
            &["set transaction read write; insert into ops.audit_log (actor, table_name, row_key, verb) values ('x', 'horses', '1', 'UPDATE')"],
        )
        .await;
    }
    refused(
        "equoria_writer",
        &[
            "select actor from ops.audit_log",
            "select hash from ops.audit_seals",
        ],
    )
    .await;
}

#[tokio::test]
async fn a_stranger_does_not_even_get_in() {
    let database = Database::fresh().await;
    let administrator = database.admin().await;
    let name = format!("stranger_of_{}", database.name());
    let password = "a password for one test";
    administrator
        .batch_execute(&format!("create role {name} login password '{password}'"))
        .await
        .unwrap();
    let stranger = database.administrator().with_user(&name, password);
    let refused = equoria::db::connect(&stranger)
        .await
        .map(drop)
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("permission denied for database"),
        "{refused}"
    );
    administrator
        .batch_execute(&format!("drop role {name}"))
        .await
        .unwrap();
}

#[tokio::test]
async fn no_role_of_the_product_is_powerful_or_can_become_the_owner_but_the_migrator() {
    let database = pristine().await;
    let sql = "select rolname::text from pg_roles where rolname like 'equoria\\_%'
        and (rolsuper or rolcreaterole or rolcreatedb
          or rolreplication and rolname <> 'equoria_backup'
          or rolbypassrls and rolname not in ('equoria_backup', 'equoria_edge', 'equoria_reader')
          or rolname <> 'equoria_owner' and rolname <> 'equoria_migrator' and pg_has_role(oid, 'equoria_owner', 'member')
          or rolname = 'equoria_owner' and rolcanlogin)";
    let rows = database.admin().await.query(sql, &[]).await.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.get(0)).collect::<Vec<String>>(),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_slow_read_of_the_edge_is_cut_off() {
    let edge = world().await.as_role("equoria_edge").await;
    let limit: String = edge
        .query_one("show statement_timeout", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(limit, "1s");
    let error = edge
        .batch_execute(&fill("set statement_timeout = 10; select pg_sleep(5)"))
        .await
        .unwrap_err();
    assert!(matches!(reason(&error), Refused::Else(told) if told.contains("statement timeout")));
}
