//! What the catalogue says: every key indexed, every constraint named, every list of words the rules' own.

use std::collections::BTreeSet;

use rules::competition::show::ShowState;
use rules::economy::Cause;
use rules::foal::Activity;
use rules::genetics::{Locus, Pair, Viability};
use rules::horse::{LifeStage, Sex};
use rules::stat::Stat;
use rules::temperament::Temperament;
use rules::traits::{Sign, Trait};

use crate::trial::pristine;

/// What a question about the catalogue finds; each row one text.
async fn found(sql: &str) -> Vec<String> {
    let database = pristine().await;
    let rows = database.admin().await.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

async fn nothing(sql: &str) {
    assert_eq!(found(sql).await, Vec::<String>::new());
}

#[tokio::test]
async fn every_foreign_key_has_an_index_that_begins_with_its_columns() {
    nothing(
        "select format('%s on %s', c.conname, c.conrelid::regclass) from pg_constraint c
         where c.contype = 'f' and not exists (
           select from pg_index i
           where i.indrelid = c.conrelid and i.indisvalid
             and (select array_agg(k order by k) from unnest((i.indkey::int2[])[0:cardinality(c.conkey) - 1]) k)
               = (select array_agg(k order by k) from unnest(c.conkey) k)
             and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) ~ (
               select '^\\(?' || a.attname || ' IS NOT NULL\\)?$' from pg_attribute a
               where a.attrelid = c.conrelid and a.attnum = c.conkey[1])))",
    )
    .await;
}

#[tokio::test]
async fn every_foreign_key_says_what_becomes_of_its_rows() {
    nothing("select conname::text from pg_constraint where contype = 'f' and confdeltype = 'a'")
        .await;
}

#[tokio::test]
async fn every_table_has_a_primary_key_and_an_owner_who_cannot_log_in() {
    nothing(
        "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname in ('public', 'ops') and c.relkind = 'r'
           and (not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'p')
             or c.relowner <> 'equoria_owner'::regrole or (select rolcanlogin from pg_roles where oid = c.relowner))",
    )
    .await;
}

#[tokio::test]
async fn every_constraint_is_named_after_its_table_and_kind() {
    nothing(
        "select format('%s on %s', c.conname, t.relname)
         from pg_constraint c join pg_class t on t.oid = c.conrelid join pg_namespace n on n.oid = t.relnamespace
         where n.nspname in ('public', 'ops') and c.contype in ('p', 'f', 'u', 'c')
           and c.conname !~ ('^' || t.relname || '_([a-z0-9_]+_)?' || case c.contype
             when 'p' then 'pkey' when 'f' then 'fkey' when 'u' then 'key' else 'check' end || '$')",
    )
    .await;
}

#[tokio::test]
async fn every_constraint_has_been_checked_on_all_rows_and_every_index_is_valid() {
    nothing("select conname::text from pg_constraint where not convalidated").await;
    nothing("select indexrelid::regclass::text from pg_index where not indisvalid").await;
}

#[tokio::test]
async fn instants_have_a_time_zone() {
    nothing(
        "select format('%s.%s', table_name, column_name) from information_schema.columns
         where table_schema in ('public', 'ops') and data_type = 'timestamp without time zone'",
    )
    .await;
}

#[tokio::test]
async fn types_are_built_in_so_that_no_connection_asks_for_them() {
    nothing(
        "select format('%s.%s', a.attrelid::regclass, a.attname) from pg_attribute a
         join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
         where n.nspname in ('public', 'ops') and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped and a.atttypid >= 16384",
    )
    .await;
}

#[tokio::test]
async fn every_function_belongs_to_the_owner_and_looks_up_names_where_it_was_written_for() {
    nothing(
        "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where n.nspname in ('public', 'ops') and (p.proowner <> 'equoria_owner'::regrole
           or (p.prosecdef or p.prolang = (select oid from pg_language where lanname = 'plpgsql'))
             and not coalesce(p.proconfig @> array['search_path=public, pg_temp'], false))",
    )
    .await;
}

#[tokio::test]
async fn nothing_is_granted_to_everybody() {
    nothing(
        "select format('table %s: %s', c.oid::regclass, a.privilege_type)
         from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a
         where n.nspname in ('public', 'ops') and a.grantee = 0
         union all
         select format('column %s.%s: %s', t.attrelid::regclass, t.attname, a.privilege_type)
         from pg_attribute t join pg_class c on c.oid = t.attrelid join pg_namespace n on n.oid = c.relnamespace, aclexplode(t.attacl) a
         where n.nspname in ('public', 'ops') and a.grantee = 0
         union all
         select format('function %s', p.oid::regprocedure) from pg_proc p join pg_namespace n on n.oid = p.pronamespace,
           aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
         where n.nspname in ('public', 'ops') and a.grantee = 0
         union all
         select format('schema %s: %s', n.nspname, a.privilege_type) from pg_namespace n,
           aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
         where n.nspname in ('public', 'ops') and a.grantee = 0
         union all
         select format('database: %s', a.privilege_type) from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
         where d.datname = current_database() and a.grantee = 0",
    )
    .await;
}

/// The words that a check lists, in their order.
async fn words(constraint: &str) -> Vec<String> {
    let sql = format!(
        "select m[1] from pg_constraint c, regexp_matches(pg_get_constraintdef(c.oid), '''([A-Za-z_]+)''', 'g') m
         where c.conname = '{constraint}'"
    );
    found(&sql).await
}

fn set<'a>(words: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    words.into_iter().map(str::to_owned).collect()
}

async fn same(constraint: &str, all: BTreeSet<String>) {
    assert_eq!(
        words(constraint).await.into_iter().collect::<BTreeSet<_>>(),
        all,
        "{constraint}"
    );
}

#[tokio::test]
async fn the_words_of_checks_are_the_words_of_the_rules() {
    same(
        "horses_sex_check",
        set(Sex::ALL.iter().map(|sex| sex.as_str())),
    )
    .await;
    same(
        "horses_temperament_check",
        set(Temperament::ALL.iter().map(|one| one.as_str())),
    )
    .await;
    same(
        "shows_state_check",
        set(ShowState::ALL.iter().map(|state| state.as_str())),
    )
    .await;
    same(
        "transfers_cause_check",
        set(Cause::ALL.iter().map(|cause| cause.as_str())),
    )
    .await;
    same(
        "foals_development_stage_check",
        set(LifeStage::ALL.iter().map(|stage| stage.as_str())),
    )
    .await;
    same(
        "foal_training_history_activity_check",
        set(Activity::ALL.iter().map(|activity| activity.as_str())),
    )
    .await;
}

#[tokio::test]
async fn activities_are_open_from_the_day_on_that_the_rules_say() {
    let list =
        "select a || ' ' || activity_day(a) from unnest(string_to_array('ACTIVITIES', ' ')) a";
    let names: Vec<&str> = Activity::ALL.iter().map(|one| one.as_str()).collect();
    let days: Vec<String> = Activity::ALL
        .iter()
        .map(|one| format!("{one} {}", one.facts().day))
        .collect();
    assert_eq!(
        found(&list.replace("ACTIVITIES", &names.join(" "))).await,
        days
    );
}

#[tokio::test]
async fn every_cause_for_which_the_api_moves_coins_is_known() {
    use equoria::ledger::Cause as Paid;
    let known = set(Cause::ALL.iter().map(|cause| cause.as_str()));
    for cause in [
        Paid::Stipend,
        Paid::StoreHorse,
        Paid::EntryFee,
        Paid::EntryRefund,
        Paid::ShowPrize,
        Paid::Prize,
        Paid::FeeIncome,
        Paid::PrizeReturn,
        Paid::StudFee,
        Paid::CoveringRegistration,
        Paid::GeneticTest,
    ] {
        assert!(known.contains(cause.as_str()), "{cause:?}");
    }
}

#[tokio::test]
async fn a_stat_is_a_stat_of_the_rules_and_a_column_of_horses_and_breeds() {
    let stats = set(Stat::ALL.iter().map(|stat| stat.as_str()));
    let asked =
        "select w from unnest(array['luck', 'Speed', ''] || (select array_agg(column_name::text)
        from information_schema.columns where table_name = 'horses')) w where is_stat(w)";
    assert_eq!(
        found(asked).await.into_iter().collect::<BTreeSet<_>>(),
        stats
    );
    let means = "select replace(column_name, '_mean', '') from information_schema.columns where table_name = 'breeds' and column_name like '%\\_mean'";
    assert_eq!(
        found(means).await.into_iter().collect::<BTreeSet<_>>(),
        stats
    );
}

#[tokio::test]
async fn traits_and_their_conflicts_are_those_of_the_rules() {
    for (function, sign) in [
        ("positive_traits()", Sign::Positive),
        ("negative_traits()", Sign::Negative),
    ] {
        let listed = found(&format!("select unnest({function})")).await;
        let known: Vec<&str> = Trait::ALL
            .iter()
            .filter(|one| one.facts().sign == sign)
            .map(|one| one.as_str())
            .collect();
        assert_eq!(listed, known);
    }
    let conflicts = Trait::ALL.iter().flat_map(|one| {
        one.facts()
            .conflicts
            .iter()
            .map(move |other| (*one, *other))
    });
    let pairs: BTreeSet<String> = conflicts
        .map(|(one, other)| {
            let (first, last) = if one.as_str() < other.as_str() {
                (one, other)
            } else {
                (other, one)
            };
            format!("{first}+{last}")
        })
        .collect();
    let listed = found("select unnest(trait_conflicts())").await;
    assert_eq!(listed.len(), pairs.len(), "a pair is listed once");
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), pairs);
}

#[tokio::test]
async fn the_catalogues_are_those_of_the_rules() {
    let disciplines = rules::discipline::Discipline::ALL.iter().map(|one| {
        let [first, second, third] = one.stats();
        format!("{one}: {first}, {second}, {third}")
    });
    let listed = found("select format('%s: %s, %s, %s', name, first_stat, second_stat, third_stat) from disciplines").await;
    assert_eq!(
        listed.into_iter().collect::<BTreeSet<_>>(),
        disciplines.collect()
    );
    let breeds = found("select format('%s %s', name, temperament_weights) from breeds").await;
    let known = rules::breed::BREEDS
        .iter()
        .chain([&rules::breed::CROSSBRED]);
    let known = known.map(|breed| {
        let weights: Vec<String> = breed
            .facts
            .temperament_weights
            .iter()
            .map(ToString::to_string)
            .collect();
        format!("{} {{{}}}", breed.name, weights.join(","))
    });
    assert_eq!(breeds.into_iter().collect::<BTreeSet<_>>(), known.collect());
}

#[tokio::test]
async fn loci_and_alleles_are_those_of_the_rules() {
    let loci = Locus::ALL.iter().map(|locus| {
        let facts = locus.facts();
        let (is_x_linked, is_tested) = (locus.is_x_linked(), facts.is_tested);
        let mut alleles = facts.alleles.to_vec();
        alleles[1..].sort_unstable();
        format!("{locus} {is_x_linked} {is_tested} {}", alleles.join(" "))
    });
    let listed = found(
        "select format('%s %s %s %s', l.symbol, l.is_x_linked::text, l.is_tested::text,
           string_agg(a.symbol, ' ' order by a.is_wild desc, a.symbol collate \"C\"))
         from loci l join alleles a on a.locus = l.symbol group by l.symbol",
    )
    .await;
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), loci.collect());
}

#[tokio::test]
async fn genotypes_are_those_of_the_rules_and_lethal_where_they_say_so() {
    let mut known = BTreeSet::new();
    for locus in Locus::ALL.iter().copied() {
        for one in locus.alleles() {
            for other in locus.alleles() {
                let is_lethal = locus.viability(Pair::of(one, other)) == Some(Viability::Lethal);
                let of_sex = if locus.is_x_linked() { "female" } else { "" };
                for separator in ['/', '|'] {
                    let (one, other) = (locus.symbol(one), locus.symbol(other));
                    known.insert(format!(
                        "{locus}={one}{separator}{other} {of_sex} {is_lethal}"
                    ));
                }
            }
            if locus.is_x_linked() {
                let only = Pair::hemizygous(one);
                let is_lethal = locus.viability(only) == Some(Viability::Lethal);
                known.insert(format!(
                    "{locus}={} male {is_lethal}",
                    locus.pair_text(only)
                ));
            }
        }
    }
    let listed = "select format('%s %s %s', token, of_sex, is_lethal::text) from genotypes";
    assert_eq!(
        found(listed).await.into_iter().collect::<BTreeSet<_>>(),
        known
    );
}

/// What the specification's list of indexes means here: each name, its table, method, columns and condition.
const INDEXES: [(&str, &str); 10] = [
    (
        "idx_horses_training_cooldown",
        "horses USING btree (training_cooldown) WHERE (training_cooldown IS NOT NULL)",
    ),
    (
        "idx_training_logs_horse_discipline",
        "training_logs USING btree (horse_id, discipline, trained_at DESC)",
    ),
    (
        "idx_competition_results_horse_id",
        "competition_results USING btree (horse_id, created_at DESC)",
    ),
    (
        "idx_competition_results_show_id",
        "competition_results USING btree (show_id, placement)",
    ),
    (
        "idx_horses_user_id",
        "horses USING btree (user_id, id DESC)",
    ),
    ("idx_users_email", "users USING btree (lower(email))"),
    (
        "idx_horses_discipline_scores",
        "horses USING gin (discipline_scores)",
    ),
    (
        "idx_horses_epigenetic_modifiers",
        "horses USING gin (epigenetic_modifiers jsonb_path_ops)",
    ),
    (
        "idx_horses_visible_traits",
        "horses USING gin (visible_traits jsonb_path_ops)",
    ),
    (
        "idx_horse_discipline_scores_best",
        "horse_discipline_scores USING btree (discipline, score DESC, horse_id)",
    ),
];

#[tokio::test]
async fn the_specifications_indexes_have_their_names_and_columns() {
    let standing = found("select indexname || ' on ' || regexp_replace(indexdef, '^.* ON public.', '') from pg_indexes").await;
    for (name, definition) in INDEXES {
        let wanted = format!("{name} on {definition}");
        assert!(standing.contains(&wanted), "{wanted}");
    }
    nothing("select indexrelid::regclass::text from pg_index where indexrelid = 'idx_users_email'::regclass and not indisunique").await;
}

/// The specification's tables and columns, under the names that they keep or were repaired to.
const COLUMNS: [(&str, &str); 10] = [
    (
        "users",
        "id name email money level xp settings created_at updated_at",
    ),
    ("breeds", "id name"),
    ("stables", "id user_id name location"),
    (
        "horses",
        "id name sex born_at breed_id stable_id user_id discipline_scores epigenetic_modifiers training_cooldown created_at updated_at",
    ),
    (
        "foals",
        "id sire_id dam_id genetics traits bond_score stress_level development_stage created_at",
    ),
    (
        "competition_results",
        "id horse_id show_id score placement discipline run_date created_at",
    ),
    ("training_logs", "id horse_id discipline trained_at"),
    (
        "shows",
        "id name discipline level_min level_max entry_fee prize run_date created_at updated_at",
    ),
    (
        "foal_development",
        "id foal_id current_day activities_completed milestones_reached created_at updated_at",
    ),
    (
        "foal_training_history",
        "id horse_id activity bonding_impact stress_impact created_at",
    ),
];

#[tokio::test]
async fn the_specifications_tables_have_its_columns() {
    let standing = found("select table_name || '.' || column_name from information_schema.columns where table_schema = 'public'").await;
    for (table, columns) in COLUMNS {
        for column in columns.split(' ') {
            assert!(
                standing.contains(&format!("{table}.{column}")),
                "{table}.{column}"
            );
        }
    }
}

/// The specification's defaults, as the catalogue writes them.
const DEFAULTS: [(&str, &str); 15] = [
    ("users.money", "1000"),
    ("users.xp", "0"),
    ("users.level", "((xp / 100) + 1)"),
    ("users.settings", "'{}'::jsonb"),
    ("horses.discipline_scores", "'{}'::jsonb"),
    (
        "horses.epigenetic_modifiers",
        r#"'{"hidden": [], "negative": [], "positive": []}'::jsonb"#,
    ),
    ("foals.traits", "'{}'::jsonb"),
    ("foals.bond_score", "50"),
    ("foals.stress_level", "30"),
    ("foals.development_stage", "'newborn'::text"),
    ("foal_development.current_day", "1"),
    ("foal_development.activities_completed", "'[]'::jsonb"),
    ("foal_development.milestones_reached", "'[]'::jsonb"),
    ("foal_training_history.bonding_impact", "0"),
    ("foal_training_history.stress_impact", "0"),
];

#[tokio::test]
async fn the_specifications_columns_have_its_defaults() {
    let sql = "select format('%s.%s %s', c.relname, a.attname, pg_get_expr(d.adbin, d.adrelid))
        from pg_attrdef d join pg_class c on c.oid = d.adrelid join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
        join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public'";
    let standing = found(sql).await;
    for (column, default) in DEFAULTS {
        assert!(
            standing.contains(&format!("{column} {default}")),
            "{column} {default}"
        );
    }
    let now = "select format('%s.%s', table_name, column_name) from information_schema.columns
        where table_schema = 'public' and column_name in ('created_at', 'updated_at') and column_default is distinct from 'now()'";
    nothing(now).await;
}

#[tokio::test]
async fn the_specifications_documents_are_never_absent() {
    nothing(
        "select format('%s.%s', table_name, column_name) from information_schema.columns
         where table_schema = 'public' and data_type = 'jsonb' and is_nullable = 'YES'
           and table_name in ('users', 'horses', 'foals', 'foal_development') and is_generated = 'NEVER'
           and column_name <> 'coat'",
    )
    .await;
}
