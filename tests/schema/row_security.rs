//! The second wall behind the API's own check of who owns what: whose rows the writer changes, and for whom.

use tokio_postgres::{Client, SimpleQueryMessage};

use crate::trial::{Refused, fill, pristine, reason, world};

/// For whom a transaction can act.
const ACTORS: [(&str, &str); 5] = [
    ("ann", "00000000-0000-7000-8000-00000000000a"),
    ("ben", "00000000-0000-7000-8000-00000000000b"),
    ("visitor", "nobody"),
    ("game", "game"),
    ("unnamed", ""),
];

/// What is tried, mostly on a row of Ann's, and who alone may do it: for all others it is refused, or touches no row.
const TRIALS: &[(&str, &str)] = &[
    ("visitor game", "insert into users (id, name, email) values (gen_random_uuid(), 'Eve', 'eve@example.org')"),
    ("ann game", "update users set name = 'Anna' where id = {ann}"),
    ("ann visitor", "select from user_passwords where user_id = {ann}"),
    ("visitor", "insert into user_passwords (user_id, hash) values ({dan}, '$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA')"),
    ("ann", "update user_passwords set changed_at = {now} where user_id = {ann}"),
    ("ann visitor game", "select from sessions where id = {session}"),
    ("visitor", "insert into sessions (id, user_id, expires_at) values (gen_random_uuid(), {ann}, now() + interval '1 day')"),
    ("ann", "update sessions set revoked_at = {now} where id = {session}"),
    ("game", "delete from sessions where id = {session}"),
    ("visitor", "select from refresh_tokens where session_id = {session}"),
    ("visitor", "insert into refresh_tokens (token_hash, session_id, used_at) values (sha256('next'), {session}, {now})"),
    ("visitor", "update refresh_tokens set used_at = {now} where session_id = {session}"),
    ("ann game", "select from idempotency_keys where user_id = {ann}"),
    ("ann", "insert into idempotency_keys (user_id, key, request_hash) values ({ann}, 'next', sha256('body'))"),
    ("ann", "insert into idempotency_keys (user_id, key, request_hash) values ({ann}, 'first', sha256('body'))
             on conflict (user_id, key) do update set key = excluded.key"),
    ("ann", "update idempotency_keys set status = 200 where user_id = {ann}"),
    ("game", "delete from idempotency_keys where user_id = {ann}"),
    ("ann game", "insert into stables (user_id, name) values ({ann}, 'New')"),
    ("ann game", "update stables set name = 'New' where id = 501"),
    ("ann game", "delete from stables where id = 501"),
    ("ann game", "select world.horse(9, 'male', {now}, {ann})"),
    ("ann game", "update horses set name = 'New' where id = {mare}"),
    ("ben game", "insert into starter_horses (user_id, horse_id) values ({ben}, {bens_mare})"),
    ("ann game", "insert into stipend_claims (user_id, week, claimed_at) values ({ann}, date '2030-01-07', {now})"),
    ("ann game", "select world.train({mare}, {ann})"),
    ("ann game", "insert into stud_listings (horse_id, fee) values (1008, 5)"),
    ("ann game", "update stud_listings set fee = 5 where horse_id = {stallion}"),
    ("ann game", "insert into stud_listings (horse_id, fee) values ({stallion}, 5) on conflict (horse_id) do update set fee = 5"),
    ("ann game", "delete from stud_listings where horse_id = {stallion}"),
    ("ann game", "insert into genetic_tests (horse_id, locus, genotype, tested_at) values ({mare}, 'KIT', 'n/n', {now})"),
    ("ann game", "update genetic_tests set published = true where horse_id = {mare}"),
    ("ann game", "select world.cover(9, {mare}, {stallion}, {ann})"),
    ("game", "update pregnancies set state = 'lost', lost_to = 'KIT', ended_at = due_at where id = 601"),
    ("game", "select world.horse(9, 'male', {now}, {ann}, {stallion}, {in_foal}), world.foal(9, {stallion}, {in_foal})"),
    ("game", "update foals set development_stage = 'weanling' where id = {foal}"),
    ("game", "insert into foal_development (foal_id, current_day) select {foal}, 1 on conflict (foal_id) do update set current_day = 2"),
    ("ann game", "update foal_development set current_day = 2 where foal_id = {foal}"),
    ("ann game", "insert into foal_training_history (horse_id, activity, created_at)
                  values ({foal}, 'quiet_presence', {now} - interval '6 days')"),
    ("ann game", "insert into shows (name, discipline, entry_fee, prize, run_date, host_id, secret_hash, rules_version)
                  values ('Hers', 'Racing', 0, 0, {now} + interval '1 day', {ann}, sha256('x'), 1)"),
    ("game", "insert into shows (name, discipline, entry_fee, prize, run_date, secret_hash, rules_version)
              values ('The game''s', 'Racing', 0, 0, {now} + interval '1 day', sha256('x'), 1)"),
    ("ann game", "update shows set name = 'New' where id = {show}"),
    ("game", "update shows set name = 'New' where id = {show_2_to_5}"),
    ("game", "update shows set state = 'settled', revealed_secret = world.secret(), result_digest = sha256('x'), ended_at = run_date
              where id = {show}"),
    ("ann ben game", "insert into show_secrets (show_id, secret) values ({show}, world.secret())"),
    ("game", "insert into show_secrets (show_id, secret) values ({show}, world.secret()) returning secret"),
    ("ann game", "select world.enter(9, {full}, {mare}, {ann})"),
    ("ann game", "delete from show_entries where id = 4001"),
    ("game", "select world.place(4005, 1)"),
];

/// Carries out a statement for somebody, takes it back, and says how many rows it touched or saw.
async fn touched(writer: &Client, actor: &str, sql: &str) -> Result<u64, Refused> {
    let begin = format!("begin; set local equoria.actor = '{actor}'");
    writer.batch_execute(&begin).await.unwrap();
    let answers = writer.simple_query(&fill(sql)).await;
    writer.batch_execute("rollback").await.unwrap();
    let answers = answers.map_err(|error| reason(&error))?;
    let counts = answers.iter().filter_map(|answer| match answer {
        SimpleQueryMessage::CommandComplete(count) => Some(*count),
        _ => None,
    });
    Ok(counts.sum())
}

#[tokio::test]
async fn a_row_is_changed_by_its_owner_or_by_the_game_and_by_nobody_who_does_not_say_who_he_is() {
    let writer = world().await.as_role("equoria_writer").await;
    let mut wrong = Vec::new();
    for (who, sql) in TRIALS {
        for (name, actor) in ACTORS {
            let outcome = touched(&writer, actor, sql).await;
            let is_as_it_should_be = match &outcome {
                Ok(rows) => (*rows > 0) == who.split(' ').any(|it| it == name),
                Err(Refused::NoRight) => !who.split(' ').any(|it| it == name),
                Err(_) => false,
            };
            if !is_as_it_should_be {
                wrong.push(format!("{name}: {outcome:?}: {sql}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_way_to_write_an_owned_table_was_tried() {
    // What the writer may do to a table with policies, without those that nothing restricts.
    let sql = "select format('%s %s', lower(p.cmd), p.tablename) from pg_policies p where p.permissive = 'RESTRICTIVE' and p.cmd <> 'ALL'
        union all select format('%s %s', verb, p.tablename) from pg_policies p cross join unnest(array['select', 'insert', 'update']) verb
        where p.permissive = 'RESTRICTIVE' and p.cmd = 'ALL'";
    let rows = pristine()
        .await
        .admin()
        .await
        .query(sql, &[])
        .await
        .unwrap();
    let tried = |part: &str| {
        let (verb, table) = part.split_once(' ').unwrap();
        let starts: Vec<String> = match (verb, table) {
            ("insert", "horses") => vec!["select world.horse(".to_owned()],
            ("insert", "training_logs") => vec!["select world.train(".to_owned()],
            ("insert", "pregnancies") => vec!["select world.cover(".to_owned()],
            ("insert", "foals") => vec!["world.foal(".to_owned()],
            ("insert", "show_entries") => vec!["select world.enter(".to_owned()],
            ("insert", "competition_results") => vec!["select world.place(".to_owned()],
            ("insert", _) => vec![format!("insert into {table} ")],
            ("update", _) => vec![format!("update {table} ")],
            ("delete", _) => vec![format!("delete from {table} ")],
            ("select", "show_secrets") => vec!["returning secret".to_owned()],
            _ => vec![format!("select from {table} ")],
        };
        TRIALS
            .iter()
            .any(|(_, sql)| starts.iter().any(|start| sql.contains(start.as_str())))
    };
    let parts: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert!(parts.len() > 40, "{parts:?}");
    let left: Vec<&String> = parts.iter().filter(|part| !tried(part)).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Tables without row-level security, and why.
const OPEN: &[(&str, &str)] = &[
    (
        "accounts",
        "no role writes them: coins move through ledger_post",
    ),
    ("alleles", "a catalogue"),
    ("breed_diversity", "of a breed, which nobody owns"),
    ("breeds", "a catalogue"),
    ("disciplines", "a catalogue"),
    ("genotypes", "a catalogue"),
    (
        "horse_discipline_scores",
        "no role writes them: the database keeps them equal to the horses",
    ),
    ("loci", "a catalogue"),
    (
        "postings",
        "no role writes them: coins move through ledger_post",
    ),
    (
        "transfers",
        "no role writes them: coins move through ledger_post",
    ),
];

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

#[tokio::test]
async fn every_table_has_row_level_security_or_a_reason_to_have_none() {
    let open = told(
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and not relrowsecurity
         order by 1",
    )
    .await;
    let named: Vec<&str> = OPEN.iter().map(|(table, _)| *table).collect();
    assert_eq!(open, named);
}

#[tokio::test]
async fn tables_without_it_that_belong_to_somebody_are_written_by_no_role() {
    let written = told(
        "select format('%s by %s', c.oid::regclass, r.rolname) from pg_class c cross join pg_roles r
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not c.relrowsecurity
           and r.rolname like 'equoria\\_%' and r.rolname not in ('equoria_owner', 'equoria_migrator')
           and (has_any_column_privilege(r.oid, c.oid, 'insert, update') or has_table_privilege(r.oid, c.oid, 'delete, truncate'))
           and exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'f'
             and k.confrelid in ('users'::regclass, 'horses'::regclass, 'stables'::regclass, 'shows'::regclass))",
    )
    .await;
    assert_eq!(written, Vec::<String>::new());
}

#[tokio::test]
async fn whatever_the_writer_may_do_to_an_owned_table_is_restricted_by_a_policy() {
    let free = told(
        "select format('%s %s', verb, c.oid::regclass) from pg_class c cross join unnest(array['insert', 'update', 'delete']) verb
         where c.relnamespace = 'public'::regnamespace and c.relrowsecurity
           and case verb when 'delete' then has_table_privilege('equoria_writer', c.oid, verb)
               else has_any_column_privilege('equoria_writer', c.oid, verb) end
           and not exists (select from pg_policies p where p.tablename = c.relname and p.permissive = 'RESTRICTIVE'
             and lower(p.cmd) in (verb, 'all') and p.roles = array['equoria_writer']::name[])",
    )
    .await;
    assert_eq!(free, Vec::<String>::new());
    let others = told(
        "select format('%s by %s', c.oid::regclass, r.rolname) from pg_class c cross join pg_roles r
         where c.relnamespace = 'public'::regnamespace and c.relrowsecurity and r.rolname like 'equoria\\_%'
           and r.rolname not in ('equoria_owner', 'equoria_migrator', 'equoria_writer')
           and (has_any_column_privilege(r.oid, c.oid, 'insert, update') or has_table_privilege(r.oid, c.oid, 'delete, truncate'))",
    )
    .await;
    assert_eq!(others, Vec::<String>::new());
}

#[tokio::test]
async fn whose_a_row_is_never_changes_by_the_writers_hand() {
    let given = told(
        "select format('%s.%s', c.relname, a.attname) from pg_class c
         join pg_attribute a on a.attrelid = c.oid and a.attname in ('user_id', 'host_id', 'horse_id', 'foal_id', 'session_id', 'show_id', 'id')
         where c.relnamespace = 'public'::regnamespace and c.relrowsecurity and a.attnum > 0
           and has_column_privilege('equoria_writer', c.oid, a.attnum, 'update') and (c.relname, a.attname) <> ('pregnancies', 'foal_id')",
    )
    .await;
    assert_eq!(given, Vec::<String>::new());
}

#[tokio::test]
async fn rows_of_others_are_seen_and_locked_but_not_changed() {
    let writer = world().await.as_role("equoria_writer").await;
    let ben = ACTORS[1].1;
    for sql in [
        "select from horses where id = {stallion} for no key update",
        "select from users where id = {ann} for no key update",
        "select from shows where id = {show} for no key update",
        "select from stables where id = 501 for update",
    ] {
        assert_eq!(touched(&writer, ben, sql).await, Ok(1), "{sql}");
    }
}

#[tokio::test]
async fn who_only_reads_sees_every_row_with_no_policy_in_between() {
    let database = world().await;
    let sql = "select count(*) from horses";
    let all: i64 = database
        .admin()
        .await
        .query_one(sql, &[])
        .await
        .unwrap()
        .get(0);
    assert!(all > 100);
    for role in [
        "equoria_edge",
        "equoria_reader",
        "equoria_backup",
        "equoria_migrator",
        "equoria_writer",
    ] {
        let client = database.as_role(role).await;
        let count = "select count(id) from horses";
        assert_eq!(
            client.query_one(count, &[]).await.unwrap().get::<_, i64>(0),
            all,
            "{role}"
        );
    }
    let edge = database.as_role("equoria_edge").await;
    let plan = "explain select id from horses where visible_traits @> '{\"positive\": [\"bold\"]}'";
    let row_security = "show row_security";
    assert_eq!(
        edge.query_one(row_security, &[])
            .await
            .unwrap()
            .get::<_, String>(0),
        "on"
    );
    assert!(edge.query(plan, &[]).await.is_ok());
}

#[tokio::test]
async fn a_stolen_token_ends_its_session_though_a_visitor_may_change_neither() {
    let writer = world().await.as_role("equoria_writer").await;
    let begin = fill(
        "begin; {as_visitor}; update refresh_tokens set used_at = {now} where session_id = {session}",
    );
    writer.batch_execute(&begin).await.unwrap();
    let end = "select end_stolen_session(sha256('token'))";
    for ended in [1_i64, 0] {
        assert_eq!(
            writer.query_one(end, &[]).await.unwrap().get::<_, i64>(0),
            ended
        );
    }
    let row = writer
        .query_one(&fill("select token_epoch, (select revoked_at is not null from sessions where id = {session}) from users where id = {ann}"), &[])
        .await
        .unwrap();
    assert_eq!((row.get::<_, i32>(0), row.get::<_, bool>(1)), (1, true));
    writer.batch_execute("rollback").await.unwrap();
}
