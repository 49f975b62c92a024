-- Rows enough that the planner's choices are honest, made past all triggers: nobody plays in this world.
set session_replication_role = replica;

insert into users (id, name, email, money, xp, settings, created_at)
select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'Player ' || n, 'p' || n || '@example.org', 1000,
  (n * 7919) % 5000, case when n % 10 = 0 then '{"privacy": {"profileVisible": false}}' else '{}' end::jsonb, now()
from generate_series(1, 4000) n;

insert into accounts (kind, user_id, balance) select 'purse', id, 1000 from users;
insert into stables (user_id, name) select u.id, 'Yard ' || n from users u, generate_series(1, 2) n;
insert into stipend_claims (user_id, week, claimed_at)
select u.id, date '2026-01-05' + 7 * n, now() from users u, generate_series(1, 3) n;

insert into horses (name, sex, born_at, breed_id, user_id, temperament, precision, strength, speed, agility, endurance, intelligence,
  stamina, balance, boldness, flexibility, obedience, focus, xp, discipline_scores, epigenetic_modifiers, training_cooldown)
select 'Horse ' || n, case when n % 2 = 0 then 'male' else 'female' end, now() - interval '30 days' - n % 100 * interval '1 day',
  (select min(id) from breeds) + n % (select count(*) from breeds),
  ('00000000-0000-7000-8000-' || lpad(to_hex(1 + n % 4000), 12, '0'))::uuid, 'Calm', 10 + n % 20, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,
  15, n % 900,
  case when n % 3 = 0 then '{}'::jsonb
    else jsonb_build_object('Racing', n * 31 % 997, (array['Polo', 'Dressage', 'Vaulting', 'Reining'])[1 + n % 4], n * 17 % 499) end,
  jsonb_build_object(
    'positive', case when n % 1000 = 7 then '["legendary_bloodline"]' when n % 4 = 0 then '["bold"]' else '[]' end::jsonb,
    'negative', case when n % 4 = 1 then '["lazy"]' else '[]' end::jsonb, 'hidden', '[]'::jsonb),
  case when n % 3 > 0 then now() + n % 14 * interval '1 day' end
from generate_series(1, 20000) n;

-- Ten generations of four hundred, each bred from the one before: even numbers are stallions, odd ones mares.
insert into stables (id, user_id, name) values (900001, '00000000-0000-7000-8000-000000000052', 'Stud');
insert into horses (name, sex, born_at, breed_id, user_id, stable_id, sire_id, dam_id, temperament, precision, strength, speed, agility,
  endurance, intelligence, stamina, balance, boldness, flexibility, obedience, focus, genotype, breeding_values, coat, height_cm)
select 'Bred ' || n, case when n % 2 = 0 then 'male' else 'female' end, now() - interval '60 days' - n % 60 * interval '1 day',
  (select min(id) from breeds), '00000000-0000-7000-8000-000000000052', 900001,
  n - (n - 20001) % 400 - 400 + 1 + 2 * (n * 7 % 200), n - (n - 20001) % 400 - 400 + 2 * (n * 11 % 200),
  'Calm', 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, '', array_fill(15000, array[14]), '{"name": "bay"}', 155
from generate_series(20001, 24000) n;

insert into foals (id, sire_id, dam_id, genetics)
select h.id, h.sire_id, h.dam_id, '{"dominant_alleles": {"coat_color": "bay", "markings": "star", "size": "medium"},
  "recessive_alleles": {"coat_color": "chestnut", "markings": "none", "size": "large"},
  "inheritance_patterns": {"coat_color": "simple_dominant", "markings": "recessive", "size": "polygenic"}}'
from horses h where h.sire_id is not null;
insert into foal_development (foal_id) select id from foals;
insert into foal_training_history (horse_id, activity, bonding_impact, stress_impact)
select f.id, a, 3, 1 from foals f, unnest(array['gentle_touch', 'soft_voice', 'quiet_presence']) a;

insert into stud_listings (horse_id, breed_id, retires_at, fee)
select h.id, h.breed_id, h.born_at + interval '147 days', h.id * 7 % 500 from horses h where h.id % 20 = 0;
insert into genetic_tests (horse_id, locus, genotype, published, tested_at)
select h.id, l, 'E/e', h.id % 2 = 0, now() from horses h, unnest(array['MC1R', 'ASIP', 'KIT']) l where h.id % 10 = 7;

insert into horse_discipline_scores (horse_id, discipline, score)
select h.id, d.key, d.value::integer from horses h, jsonb_each_text(h.discipline_scores) d;

insert into pregnancies (mare_id, stallion_id, user_id, covered_at, due_at)
select h.id, h.id - 1, h.user_id, now(), now() + interval '168 hours' from horses h where h.sex = 'female' and h.id % 40 = 1 and h.id > 1;

insert into training_logs (horse_id, user_id, discipline, trained_at, score_gain, user_xp)
select h.id, h.user_id, 'Racing', now() - n * interval '7 days', 5, 5 from horses h, generate_series(1, 3) n where h.id % 3 > 0;

insert into shows (name, discipline, entry_fee, prize, run_date, host_id, state, secret_hash, revealed_secret, result_digest, rules_version,
  ended_at)
select 'Show ' || n, (array['Racing', 'Polo', 'Dressage', 'Vaulting', 'Reining'])[1 + n % 5], 10, 100,
  now() + (n - 3600) * interval '1 hour',
  case when n % 3 > 0 then ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid end,
  state, sha256('secret'), case when state = 'settled' then 'secret'::bytea end, case when state = 'settled' then sha256('digest') end, 1,
  case when state <> 'open' then now() end
from generate_series(1, 4000) n,
  lateral (select case when n >= 3590 then 'open' when n % 20 = 0 then 'cancelled' else 'settled' end as state) s;

insert into accounts (kind, show_id, balance) select 'escrow', id, 0 from shows;

insert into show_entries (show_id, horse_id, user_id, snapshot, entered_at)
select s.id, h.id, h.user_id, '{}', now() - interval '200 days' from shows s cross join generate_series(0, 9) n
join horses h on h.id = 1 + (s.id * 37 + n * 1999) % 20000;

insert into competition_results (horse_id, show_id, entry_id, user_id, score, expected_score, placement, discipline, run_date, created_at)
select e.horse_id, e.show_id, e.id, e.user_id, 20, 19, row_number() over (partition by e.show_id order by e.id), s.discipline, s.run_date,
  s.run_date
from show_entries e join shows s on s.id = e.show_id where s.state = 'settled';

insert into transfers (key, cause, user_id, show_id, horse_id, at)
select 'entry_fee:' || e.id, 'entry_fee', e.user_id, e.show_id, e.horse_id, e.entered_at from show_entries e;
insert into postings (transfer_id, account_id, amount, balance_after)
select t.id, a.id, -10, 1000 from transfers t join accounts a on a.user_id = t.user_id;
insert into postings (transfer_id, account_id, amount, balance_after)
select t.id, a.id, 10, 1000 from transfers t join accounts a on a.show_id = t.show_id;

set session_replication_role = origin;
analyze;
