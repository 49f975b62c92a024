//! Every rule of the database, tried by someone who goes around the API.

mod breeding;
mod competition;
mod foals;
mod horses;
mod ledger;
mod monitoring;
mod operations;
mod training;
mod users;

use std::collections::BTreeSet;

use crate::trial::{Refused, Rule, attempt, pristine, world};

fn all() -> impl Iterator<Item = &'static Rule> {
    [
        users::RULES,
        horses::RULES,
        foals::RULES,
        breeding::RULES,
        training::RULES,
        ledger::RULES,
        competition::RULES,
        monitoring::RULES,
        operations::RULES,
    ]
    .into_iter()
    .flatten()
}

/// Rules that no statement can reach, because another one stands in front of them or they serve a foreign key.
const UNREACHABLE: [&str; 1] = [
    // Serves the foreign key of a horse's stable; ids are unique already.
    "stables_id_user_id_key",
];

/// Names of everything that refuses: checks, unique constraints and indexes, and what triggers raise.
const NAMES: &str = r"
    select c.conname::text from pg_constraint c join pg_class t on t.oid = c.conrelid join pg_namespace n on n.oid = t.relnamespace
    where n.nspname in ('public', 'ops') and c.contype in ('c', 'u') and t.relname <> 'migrations'
    union select i.relname::text from pg_index x join pg_class i on i.oid = x.indexrelid join pg_namespace n on n.oid = i.relnamespace
    where n.nspname in ('public', 'ops') and x.indisunique and not x.indisprimary
    union select m[1] from pg_proc p join pg_namespace n on n.oid = p.pronamespace,
      regexp_matches(p.prosrc, 'refuse\(''([a-z_]+)''', 'g') m where n.nspname in ('public', 'ops')
    union select t.relname || '_append_only' from pg_trigger g join pg_class t on t.oid = g.tgrelid
    where g.tgfoid = 'public.refuse_change'::regproc";

#[tokio::test]
async fn every_rule_of_the_database_is_tried_here() {
    let database = pristine().await;
    let rows = database.admin().await.query(NAMES, &[]).await.unwrap();
    let standing: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    let tried: BTreeSet<String> = all().map(|rule| rule.name.to_owned()).collect();
    let untried: Vec<&String> = standing
        .iter()
        .filter(|name| !tried.contains(*name) && !UNREACHABLE.contains(&name.as_str()))
        .collect();
    assert!(untried.is_empty(), "no trial for {untried:?}");
}

#[tokio::test]
async fn a_row_that_others_need_is_not_removed() {
    let administrator = world().await.admin().await;
    for (sql, key) in [
        ("delete from users where id = {ben}", "horses_user_id_fkey"),
        (
            "delete from horses where id = {mare}",
            "show_entries_horse_id_fkey",
        ),
        ("delete from breeds where id = 9001", "horses_breed_id_fkey"),
        (
            "delete from disciplines where name = 'Racing'",
            "shows_discipline_fkey",
        ),
        (
            "delete from horses where id = {foal}",
            "pregnancies_foal_id_fkey",
        ),
    ] {
        let refused = attempt(&administrator, sql).await;
        let Err(Refused::By(name)) = refused else {
            panic!("{sql}: {refused:?}");
        };
        assert!(
            name.ends_with("_fkey"),
            "{sql}: {name} (one of several, such as {key})"
        );
    }
}

#[tokio::test]
async fn a_stable_that_goes_leaves_its_horses_without_one() {
    let administrator = world().await.admin().await;
    let sql = "update horses set stable_id = 501 where id = {mare}; delete from stables where id = 501;
        do $$ begin assert (select stable_id is null and user_id is not null from horses where id = 1001); end $$";
    assert_eq!(attempt(&administrator, sql).await, Ok(()));
}

#[tokio::test]
async fn a_horse_that_changes_hands_leaves_its_stable() {
    let administrator = world().await.admin().await;
    let given =
        "update horses set stable_id = 501 where id = {mare}; update horses set user_id = {ben}";
    let moved = format!("{given}, stable_id = 502 where id = {{mare}}");
    assert_eq!(attempt(&administrator, &moved).await, Ok(()));
    let stays = attempt(&administrator, &format!("{given} where id = {{mare}}")).await;
    let refused = Refused::By("horses_stable_id_fkey".to_owned());
    assert_eq!(stays, Err(refused));
}

#[tokio::test]
async fn what_follows_a_horse_follows_in_the_same_statement() {
    let writer = world().await.as_role("equoria_writer").await;
    let foal = "update horses set bond_score = 77, stress_level = 11,
          epigenetic_modifiers = '{\"positive\": [\"bold\"], \"negative\": [], \"hidden\": []}' where id = {foal};
        do $$ begin assert (select bond_score = 77 and stress_level = 11 and traits -> 'positive' ? 'bold'
          from foals where id = 1010); end $$";
    assert_eq!(attempt(&writer, foal).await, Ok(()));
    let scores = "update horses set discipline_scores = '{\"Racing\": 25}' where id = {mare};
        do $$ begin assert (select score = 25 from horse_discipline_scores where horse_id = 1001 and discipline = 'Racing'); end $$;
        update horses set discipline_scores = '{}' where id = {mare};
        do $$ begin assert not exists (select from horse_discipline_scores where horse_id = 1001); end $$";
    assert_eq!(attempt(&writer, scores).await, Ok(()));
}

#[tokio::test]
async fn every_change_counts_the_version_up() {
    let writer = world().await.as_role("equoria_writer").await;
    for (table, change, row) in [
        (
            "users",
            "xp = xp",
            "id = '00000000-0000-7000-8000-00000000000a'",
        ),
        ("horses", "xp = xp", "id = 1001"),
        ("shows", "name = name", "id = 2001"),
        ("stables", "name = name", "id = 501"),
        ("stud_listings", "fee = fee", "horse_id = 1002"),
        (
            "foal_development",
            "current_day = current_day",
            "foal_id = 1010",
        ),
    ] {
        let sql = format!(
            "do $$ declare before bigint; begin select version into before from {table} where {row};
               update {table} set {change} where {row};
               assert (select version = before + 1 from {table} where {row}); end $$"
        );
        assert_eq!(attempt(&writer, &sql).await, Ok(()), "{table}");
    }
}

#[tokio::test]
async fn an_entry_counts_its_shows_version_up() {
    let writer = world().await.as_role("equoria_writer").await;
    let sql =
        "do $$ declare before bigint; begin select version into before from shows where id = 2005;
        perform world.enter(9, 2005, 1001, '00000000-0000-7000-8000-00000000000a');
        assert (select version = before + 1 from shows where id = 2005); end $$";
    assert_eq!(attempt(&writer, sql).await, Ok(()));
}
