-- The world that the bench reads and trains in: HORSES horses of PLAYERS players, each horse with ten results in settled
-- shows and two trainings behind her, all of them rested. Every trigger and constraint is in force. Horses and players
-- are numbered, so that whoever knows a number knows the id.

insert into users (id, name, email, created_at)
select ('00000000-0000-7000-8000-' || 100000000000 + k)::uuid, 'Player ' || k, 'player' || k || '@players.equoria.example',
  now() - interval '150 days'
from generate_series(0, PLAYERS - 1) k;

insert into sessions (id, user_id, expires_at)
select ('00000000-0000-7000-9000-' || 100000000000 + k)::uuid, ('00000000-0000-7000-8000-' || 100000000000 + k)::uuid,
  now() + interval '1 day'
from generate_series(0, PLAYERS - 1) k;

insert into stables (id, user_id, name, created_at)
select k + 1, ('00000000-0000-7000-8000-' || 100000000000 + k)::uuid, 'Stable ' || k, now() - interval '150 days'
from generate_series(0, PLAYERS - 1) k;

-- Two fifths are founders, odd numbers male and even ones female; each of their mares has three foals, fifteen days apart.
insert into horses (id, name, sex, born_at, breed_id, user_id, stable_id, sire_id, dam_id, temperament,
  precision, strength, speed, agility, endurance, intelligence, stamina, balance, boldness, flexibility, obedience, focus,
  bond_score, stress_level, xp, discipline_scores, epigenetic_modifiers, training_cooldown, created_at, genotype,
  breeding_values, coat, height_cm)
select n, 'Horse ' || n, case n % 2 when 1 then 'male' else 'female' end, b.born_at,
  (select id from breeds order by id offset n % (select count(*) from breeds) limit 1),
  ('00000000-0000-7000-8000-' || 100000000000 + n % PLAYERS)::uuid, n % PLAYERS + 1,
  case when n > FOUNDERS then n % (FOUNDERS / 2) * 2 + 1 end, case when n > FOUNDERS then (n - FOUNDERS - 1) % (FOUNDERS / 2) * 2 + 2 end,
  (array['Spirited', 'Nervous', 'Calm', 'Bold', 'Steady', 'Independent', 'Reactive', 'Stubborn', 'Playful', 'Lazy',
    'Aggressive'])[n % 11 + 1],
  n % 61, n % 59, n % 53, n % 47, n % 43, n % 41, n % 37, n % 31, n % 29, n % 23, n % 19, n % 17,
  40 + n % 50, n % 60, n % 400, jsonb_build_object('Racing', 5 + n % 90, 'Show Jumping', 5 + n % 70),
  (array['{"positive": [], "negative": [], "hidden": ["calm"]}',
    '{"positive": ["bold", "athletic"], "negative": [], "hidden": []}',
    '{"positive": ["resilient"], "negative": ["lazy"], "hidden": ["social"]}',
    '{"positive": [], "negative": ["nervous", "stubborn"], "hidden": ["athletic"]}']::jsonb[])[n % 4 + 1],
  date_trunc('milliseconds', now()) - interval '8 days', b.born_at, 'MC1R=E/e', array_fill(15000, array[14]), '{"name": "bay"}', 155
from generate_series(1, HORSES) n
cross join lateral (
  select date_trunc('day', now()) - interval '1 day' * case when n <= FOUNDERS then 135 else 105 - 15 * ((n - FOUNDERS - 1) / (FOUNDERS / 2)) end as born_at) b
order by n;

insert into stud_listings (horse_id, fee) select id, 100 from horses where sire_id is null and sex = 'male';

insert into pregnancies (mare_id, stallion_id, user_id, covered_at, due_at, state, ended_at, foal_id)
select f.dam_id, f.sire_id, dam.user_id, f.born_at - interval '168 hours', f.born_at, 'foaled', f.born_at, f.id
from horses f join horses dam on dam.id = f.dam_id order by f.born_at, f.id;

insert into training_logs (horse_id, user_id, discipline, trained_at, score_gain, user_xp)
select n, ('00000000-0000-7000-8000-' || 100000000000 + n % PLAYERS)::uuid, past.discipline, now() - past.ago, 5, 5
from (values ('Show Jumping', interval '30 days'), ('Racing', interval '15 days')) past (discipline, ago)
cross join generate_series(1, HORSES) n;

-- What the trainings have answered: plans for an empty table would read all of it when it is empty no longer.
insert into idempotency_keys (user_id, key, request_hash, status, response)
select l.user_id, 'training-' || l.id, sha256(convert_to(l.id::text, 'UTF8')), 201, jsonb_build_object('version', l.id)
from training_logs l;
