//! What triggers would have refused row by row, asked of all rows at once, before anything is committed.

use tokio_postgres::Transaction;

use crate::trouble::{Because, Trouble};

/// Rules by the names under which the triggers refuse, each with how many rows break it. `$first` is the first seeded
/// horse, `$as_of` the end of the world: who owns a horse now says nothing of rows from before.
const RULES: &[(&str, &str)] = &[
    (
        "horses_sire_check",
        "from horses f join horses s on s.id = f.sire_id where s.sex <> 'male' or s.born_at >= f.born_at",
    ),
    (
        "horses_dam_check",
        "from horses f join horses d on d.id = f.dam_id where d.sex <> 'female' or d.born_at >= f.born_at",
    ),
    (
        "horses_pregnancy_check",
        "from horses h where h.sire_id is not null and not exists (select from pregnancies p where p.foal_id = h.id)",
    ),
    (
        "horses_genotype_known_check",
        "from (select distinct h.sex, t.token from horses h, unnest(string_to_array(h.genotype, ' ')) t (token)) said
         left join genotypes g on g.token = said.token and (g.of_sex is null or g.of_sex = said.sex)
         where g.token is null or g.is_lethal",
    ),
    (
        "horses_discipline_scores",
        "from (select h.id, d.key, d.value::integer as score from horses h, jsonb_each_text(h.discipline_scores) d) h
         full join horse_discipline_scores s on s.horse_id = h.id and s.discipline = h.key
         where s.score is distinct from h.score",
    ),
    (
        "pregnancies_mare_check",
        "from pregnancies p join horses h on h.id = p.mare_id where h.sex <> 'female'
         or h.user_id <> p.user_id and h.id >= $first or game_age(h.born_at, p.covered_at) not between 3 and 20",
    ),
    (
        "pregnancies_stallion_check",
        "from pregnancies p join horses h on h.id = p.stallion_id
         where h.sex <> 'male' or game_age(h.born_at, p.covered_at) not between 3 and 20",
    ),
    (
        "pregnancies_stud_check",
        "from pregnancies p join horses s on s.id = p.stallion_id
         where s.user_id <> p.user_id and s.id >= $first and game_age(s.born_at, $as_of) <= 20
           and not exists (select from stud_listings l where l.horse_id = s.id)",
    ),
    (
        "pregnancies_rest_check",
        "from (select covered_at, lag(due_at + case state when 'foaled' then interval '168 hours' else interval '0' end)
           over (partition by mare_id order by covered_at) as free_at from pregnancies) p where covered_at < free_at",
    ),
    (
        "pregnancies_foal_parents_check",
        "from pregnancies p join horses f on f.id = p.foal_id
         where (f.dam_id, f.sire_id, f.born_at) is distinct from (p.mare_id, p.stallion_id, p.ended_at)",
    ),
    (
        "stud_listings_horse_check",
        "from stud_listings l join horses h on h.id = l.horse_id
         where h.sex <> 'male' or l.breed_id <> h.breed_id or l.retires_at <> h.born_at + interval '147 days'",
    ),
    (
        "foals_parents_check",
        "from foals f join horses h on h.id = f.id
         where (h.sire_id, h.dam_id) is distinct from (f.sire_id, f.dam_id)",
    ),
    (
        "foals_are_born",
        "from horses h left join foals f on f.id = h.id left join foal_development d on d.foal_id = h.id
         where (h.sire_id is null) <> (f.id is null) or (f.id is null) <> (d.foal_id is null)",
    ),
    (
        "foal_training_history_age_check",
        "from foal_training_history l join horses h on h.id = l.horse_id where h.sire_id is null
         or l.created_at < h.born_at + interval '24 hours' * (activity_day(l.activity) - 1)
         or l.created_at >= h.born_at + interval '168 hours'",
    ),
    (
        "genetic_tests_known_check",
        "from genetic_tests t join horses h on h.id = t.horse_id left join loci l on l.symbol = t.locus and l.is_tested
         left join genotypes g on g.token = t.locus || '=' || t.genotype and (g.of_sex is null or g.of_sex = h.sex)
         where g.token is null or l.symbol is null",
    ),
    (
        "genetic_tests_true_check",
        "from genetic_tests t join horses h on h.id = t.horse_id join loci l on l.symbol = t.locus
         join alleles wild on wild.locus = l.symbol and wild.is_wild
         left join (select o.id, split_part(n.token, '=', 1) as locus, split_part(n.token, '=', 2) as pair
           from horses o, unnest(string_to_array(o.genotype, ' ')) n (token)
           where o.id in (select horse_id from genetic_tests)) own on own.id = t.horse_id and own.locus = t.locus
         cross join lateral (select string_to_array(translate(coalesce(own.pair, wild.symbol || '/' ||
           case when l.is_x_linked and h.sex = 'male' then 'Y' else wild.symbol end), '|', '/'), '/') as has,
           string_to_array(t.genotype, '/') as told) pairs
         where not (has @> told and told @> has)",
    ),
    (
        "training_logs_owner_check",
        "from training_logs l join horses h on h.id = l.horse_id where h.user_id <> l.user_id and h.id >= $first",
    ),
    (
        "training_logs_age_check",
        "from training_logs l join horses h on h.id = l.horse_id where game_age(h.born_at, l.trained_at) not between 3 and 20",
    ),
    (
        "training_logs_rest_check",
        "from (select trained_at, lag(trained_at) over (partition by horse_id order by trained_at) as before
           from training_logs) l where trained_at < before + interval '168 hours'",
    ),
    (
        "training_logs_in_foal_check",
        "from training_logs l join pregnancies p on p.mare_id = l.horse_id
         where l.trained_at >= p.covered_at and l.trained_at < coalesce(p.ended_at, 'infinity')",
    ),
    (
        "transfers_have_postings",
        "from transfers t where not exists (select from postings p where p.transfer_id = t.id)",
    ),
    (
        "postings_sum_zero",
        "from (select from postings group by transfer_id having sum(amount) <> 0) t",
    ),
    (
        "postings_balance_chain",
        "from (select p.account_id, p.amount, p.balance_after,
             lag(p.balance_after) over (partition by p.account_id order by p.id) as before from postings p) c
         join accounts a on a.id = c.account_id
         where case when a.balance is null then c.balance_after is not null
           else c.balance_after is distinct from coalesce(c.before, 0) + c.amount end",
    ),
    (
        "accounts_balance_is_posted",
        "from accounts a left join (select account_id, sum(amount) as posted from postings group by account_id) p
           on p.account_id = a.id where a.balance <> coalesce(p.posted, 0)",
    ),
    (
        "users_money_is_purse",
        "from users u left join accounts a on a.user_id = u.id where u.money is distinct from a.balance",
    ),
    (
        "shows_prize_in_escrow",
        "from shows s left join accounts a on a.show_id = s.id where s.state = 'open' and a.balance >= s.prize is not true",
    ),
    (
        "shows_escrow_empty",
        "from shows s left join accounts a on a.show_id = s.id where s.state <> 'open' and a.balance is distinct from 0",
    ),
    (
        "shows_results_complete",
        "from show_entries e join shows s on s.id = e.show_id and s.state = 'settled'
         where not exists (select from competition_results r where r.entry_id = e.id)",
    ),
    (
        "show_entries_owner_check",
        "from show_entries e join horses h on h.id = e.horse_id where h.user_id <> e.user_id and h.id >= $first",
    ),
    (
        "show_entries_age_check",
        "from show_entries e join horses h on h.id = e.horse_id where game_age(h.born_at, e.entered_at) not between 3 and 20",
    ),
    (
        "show_entries_before_run_check",
        "from show_entries e join shows s on s.id = e.show_id where e.entered_at >= s.run_date",
    ),
    (
        "show_entries_level_check",
        "from (select e.id, s.level_min, s.level_max, coalesce(sum(r.horse_xp), 0) / 100 + 1 as level
           from show_entries e join shows s on s.id = e.show_id and num_nonnulls(s.level_min, s.level_max) > 0
           left join competition_results r on r.horse_id = e.horse_id and r.created_at <= e.entered_at
           where e.horse_id >= $first group by e.id, s.level_min, s.level_max) e
         where e.level not between coalesce(e.level_min, 1) and coalesce(e.level_max, 2147483647)",
    ),
    (
        "show_entries_in_foal_check",
        "from show_entries e join pregnancies p on p.mare_id = e.horse_id
         where e.entered_at >= p.covered_at and e.entered_at < coalesce(p.ended_at, 'infinity')",
    ),
    (
        "show_entries_room_check",
        "from (select from show_entries group by show_id having count(*) > 100) s",
    ),
    (
        "show_entries_fee_paid",
        "from show_entries e join shows s on s.id = e.show_id and s.entry_fee > 0
         left join transfers t on t.key = 'entry_fee:' || e.id
         left join accounts escrow on escrow.show_id = e.show_id
         left join accounts purse on purse.user_id = e.user_id
         left join postings held on held.transfer_id = t.id and held.account_id = escrow.id and held.amount = s.entry_fee
         left join postings paid on paid.transfer_id = t.id and paid.account_id = purse.id and paid.amount = -s.entry_fee
         where held.id is null or paid.id is null",
    ),
];

/// Every foreign key, with the rows that point to none.
const FOREIGN_KEYS: &str = "select c.conname::text as rule,
      format('from %s c where %s and not exists (select from %s p where %s)', c.conrelid::regclass,
        string_agg(format('c.%I is not null', a.attname), ' and '), c.confrelid::regclass,
        string_agg(format('p.%I = c.%I', f.attname, a.attname), ' and ')) as broken
    from pg_constraint c cross join unnest(c.conkey, c.confkey) k (own, other)
    join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.own
    join pg_attribute f on f.attrelid = c.confrelid and f.attnum = k.other
    where c.contype = 'f' and c.connamespace = 'public'::regnamespace group by c.oid order by 1";

/// Refuses what was written past the triggers and foreign keys if a single row breaks one of their rules, and says how
/// many rules there are.
pub(super) async fn require(
    transaction: &Transaction<'_>,
    first: i64,
    as_of: rules::Instant,
) -> Result<u64, Trouble> {
    let mut count = 0;
    for (rule, broken) in RULES {
        let broken = broken
            .replace("$first", &first.to_string())
            .replace("$as_of", &format!("'{}'", as_of.to_rfc3339()));
        require_none(transaction, rule, &broken).await?;
        count += 1;
    }
    let because = || "could not list the foreign keys";
    for row in transaction
        .query(FOREIGN_KEYS, &[])
        .await
        .because(because)?
    {
        let (rule, broken): (String, String) = (
            row.try_get("rule").because(because)?,
            row.try_get("broken").because(because)?,
        );
        require_none(transaction, &rule, &broken).await?;
        count += 1;
    }
    Ok(count)
}

async fn require_none(
    transaction: &Transaction<'_>,
    rule: &str,
    broken: &str,
) -> Result<(), Trouble> {
    let because = || format!("could not prove {rule}");
    let sql = format!("select count(*) as rows {broken}");
    let row = transaction.query_one(&sql, &[]).await.because(because)?;
    let rows: i64 = row.try_get("rows").because(because)?;
    if rows > 0 {
        return Err(Trouble::new(format!(
            "nothing was seeded: {rows} rows would have broken {rule}"
        )));
    }
    Ok(())
}
