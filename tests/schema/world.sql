-- The world in which the refusals are tried, made by the administrator. It is noon on Monday, 7 January 2030.
create schema world;
grant usage on schema world to equoria_writer;

create function world.now() returns timestamptz language sql immutable
  return timestamptz '2030-01-07 12:00:00Z';
create function world.secret() returns bytea language sql immutable
  return decode(repeat('5e', 32), 'hex');

-- Coins from one account to another; the key says the cause before its colon.
create function world.pay(key text, source bigint, target bigint, amount bigint, show bigint default null) returns void
  language sql as $$
  select ledger_post(world.now(), null, array[key], array[split_part(key, ':', 1)], array[source], array[target],
    array[amount], array[show], array[null::bigint])
$$;

-- Whoever has parents has what it inherited from them: wild types.
create function world.horse(id bigint, sex text, born_at timestamptz, owner uuid, sire bigint default null,
  dam bigint default null, xp integer default 0) returns void
  language sql as $$
  insert into horses (id, name, sex, born_at, breed_id, user_id, sire_id, dam_id, temperament, precision, strength, speed,
    agility, endurance, intelligence, stamina, balance, boldness, flexibility, obedience, focus, xp, genotype, breeding_values,
    coat, height_cm)
  select id, 'Horse ' || id, sex, born_at, 9001, owner, sire, dam, 'Calm', 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, xp,
    inherited.*
  from (select) self left join (values ('', array_fill(0, array[14]), jsonb '{"name": "bay"}', 155)) inherited on sire is not null
$$;

-- What a horse inherited, with one genotype or another.
create function world.endow(horse bigint, genes text, numbers integer[] default array_fill(0, array[14]),
  looks jsonb default '{"name": "bay"}', height integer default 155) returns void
  language sql as $$
  update horses set genotype = genes, breeding_values = numbers, coat = looks, height_cm = height where id = horse
$$;

-- How diverse a breed is, all numbers being good ones but those that are given.
create function world.diversity(horses integer default 2, founders integer default 2, inbreeding float8 default 0,
  kinship float8 default 0.25, fe float8 default 2, fa float8 default 2, fg float8 default 2, ne float8 default null,
  years float8 default null) returns void
  language sql as $$
  insert into breed_diversity values (9001, world.now(), horses, founders, inbreeding, kinship, fe, fa, fg, ne, years)
$$;

create function world.train(horse bigint, owner uuid, at timestamptz default world.now()) returns void
  language sql as $$
  insert into training_logs (horse_id, user_id, discipline, trained_at, score_gain, user_xp)
  values (horse, owner, 'Racing', at, 5, 5)
$$;

create function world.cover(id bigint, mare bigint, stallion bigint, owner uuid, at timestamptz default world.now())
  returns void language sql as $$
  insert into pregnancies (id, mare_id, stallion_id, user_id, covered_at, due_at)
  values (id, mare, stallion, owner, at, at + interval '168 hours')
$$;

-- A foal of the owner's mare, born at an instant after seven days.
create function world.born(id bigint, sex text, at timestamptz, owner uuid, sire bigint, dam bigint) returns void
  language sql as $$
  select world.cover(born.id, dam, sire, owner, at - interval '168 hours'), world.horse(born.id, sex, at, owner, sire, dam);
  update pregnancies p set state = 'foaled', foal_id = born.id, ended_at = at where p.id = born.id
$$;

create function world.foal(horse bigint, sire bigint, dam bigint) returns void
  language sql as $$
  insert into foals (id, sire_id, dam_id, genetics) values (horse, sire, dam, '{
    "dominant_alleles": {"coat_color": "bay", "markings": "star", "size": "medium"},
    "recessive_alleles": {"coat_color": "chestnut", "markings": "none", "size": "large"},
    "inheritance_patterns": {"coat_color": "simple_dominant", "markings": "recessive", "size": "polygenic"}}')
$$;

create function world.show(id bigint, fee bigint, prize bigint, host uuid default null,
  run_date timestamptz default world.now() + interval '7 days', level_min integer default null, level_max integer default null)
  returns void language sql as $$
  insert into shows (id, name, discipline, level_min, level_max, entry_fee, prize, run_date, host_id, secret_hash, rules_version)
  values (id, 'Show ' || id, 'Racing', level_min, level_max, fee, prize, run_date, host, sha256(world.secret()), 1);
  select world.pay('show_prize:' || id, coalesce(purse_of(host), treasury()), escrow_of(id), prize, id) where prize > 0;
$$;

create function world.enter(id bigint, show bigint, horse bigint, owner uuid, at timestamptz default world.now())
  returns void language sql as $$
  insert into show_entries (id, show_id, horse_id, user_id, snapshot, entered_at) values (id, show, horse, owner, '{}', at)
$$;

create function world.place(entry bigint, place integer) returns void
  language sql as $$
  insert into competition_results (horse_id, show_id, entry_id, user_id, score, expected_score, placement, discipline, run_date)
  select e.horse_id, e.show_id, e.id, e.user_id, 10, 10, place, 'Racing', s.run_date
  from show_entries e join shows s on s.id = e.show_id where e.id = entry
$$;

create function world.settle(show bigint) returns void
  language sql as $$
  update shows set state = 'settled', revealed_secret = world.secret(), result_digest = sha256('results'), ended_at = run_date
  where id = show
$$;

-- A seal with a good form, or with one part that has none.
create function world.seal(first bigint default 2, last bigint default 3, sealed bigint default 1,
  previous bytea default sha256('a'), hash bytea default sha256('b'), signature bytea default repeat('s', 64)::bytea,
  digests bytea default repeat('d', 16)::bytea, to_tx xid8 default '9') returns void
  language sql as $$
  insert into ops.audit_seals (first_id, last_id, from_tx, to_tx, row_count, digests, previous_hash, hash, signature)
  values (first, last, '3', to_tx, sealed, digests, previous, hash, signature)
$$;

grant execute on all functions in schema world to equoria_writer;

insert into disciplines values ('Racing', 'speed', 'stamina', 'focus') on conflict do nothing;
insert into breeds (id, name, precision_mean, strength_mean, speed_mean, agility_mean, endurance_mean, intelligence_mean,
  stamina_mean, balance_mean, boldness_mean, flexibility_mean, obedience_mean, focus_mean, temperament_weights)
values (9001, 'World Horse', 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,
  '{1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 500, 500}');

insert into users (id, name, email, money, created_at) values
  ('00000000-0000-7000-8000-00000000000a', 'Ann', 'ann@example.org', 1000, world.now()),
  ('00000000-0000-7000-8000-00000000000b', 'Ben', 'ben@example.org', 1000, world.now()),
  ('00000000-0000-7000-8000-00000000000d', 'Dan', 'dan@example.org', 5, world.now());
insert into user_passwords (user_id, hash)
  select id, '$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA' from users where email = 'ann@example.org';
insert into sessions (id, user_id, created_at, expires_at)
  select '00000000-0000-7000-8000-0000000000e1', id, world.now(), world.now() + interval '30 days'
  from users where email = 'ann@example.org';
insert into refresh_tokens (token_hash, session_id) values (sha256('token'), '00000000-0000-7000-8000-0000000000e1');
insert into stables (id, user_id, name) select 501, id, 'Home' from users where email = 'ann@example.org';
insert into stables (id, user_id, name) select 502, id, 'Far' from users where email = 'ben@example.org';

-- A mare and a stallion of five years, a horse of exactly three, one who is twenty for one more microsecond.
select world.horse(1001, 'female', world.now() - interval '35 days', id),
       world.horse(1002, 'male', world.now() - interval '35 days', id),
       world.horse(1003, 'female', world.now() - interval '21 days', id),
       world.horse(1004, 'male', world.now() - interval '147 days' + interval '1 microsecond', id),
       world.horse(1005, 'female', world.now() - interval '35 days', id),
       world.horse(1008, 'male', world.now() - interval '70 days', id, null, null, 500)
from users where email = 'ann@example.org';
select world.horse(1006, 'female', world.now() - interval '35 days', id),
       world.horse(1007, 'male', world.now() - interval '35 days', id)
from users where email = 'ben@example.org';

-- A mare whose foal is due; another who foaled a week ago, with her foal.
select world.cover(601, 1005, 1002, id, world.now() - interval '168 hours') from users where email = 'ann@example.org';
select world.horse(1009, 'female', world.now() - interval '49 days', id),
       world.cover(602, 1009, 1002, id, world.now() - interval '14 days'),
       world.horse(1010, 'female', world.now() - interval '7 days', id, 1002, 1009),
       world.foal(1010, 1002, 1009)
from users where email = 'ann@example.org';
update pregnancies set state = 'foaled', foal_id = 1010, ended_at = world.now() - interval '7 days' where id = 602;
insert into foal_development (foal_id) values (1010);
insert into foal_training_history (horse_id, activity, created_at) values (1010, 'soft_voice', world.now() - interval '6 days');
insert into stud_listings (horse_id, fee) values (1002, 50);
insert into genetic_tests (horse_id, locus, genotype, tested_at) values (1001, 'MC1R', 'E/e', world.now());
insert into starter_horses (user_id, horse_id) select id, 1001 from users where email = 'ann@example.org';
select world.train(1008, id, world.now() - interval '30 days') from users where email = 'ann@example.org';
insert into stipend_claims (user_id, week, claimed_at)
  select id, date '2029-12-31', world.now() from users where email = 'ann@example.org';

-- Ann's open show with a fee and a prize and one entry of hers; an open one for levels 2 to 5, one that is full.
select world.show(2001, 10, 100, id) from users where email = 'ann@example.org';
select world.enter(4001, 2001, 1001, id), world.pay('entry_fee:4001', purse_of(id), escrow_of(2001), 10, 2001)
from users where email = 'ann@example.org';
select world.show(2002, 0, 0, null, world.now() + interval '7 days', 2, 5), world.show(2005, 0, 0);
select world.horse(3000 + n, 'female', world.now() - interval '35 days', id), world.enter(5000 + n, 2005, 3000 + n, id)
from users, generate_series(1, 99) n where email = 'ben@example.org';

-- A show that was settled, one that was cancelled, one that has run and waits for its settlement.
select world.show(2003, 0, 0, null, world.now()), world.show(2004, 0, 0), world.show(2006, 0, 0, null, world.now());
select world.enter(4003, 2003, 1001, ann.id, world.now() - interval '1 hour'),
       world.enter(4004, 2003, 1006, ben.id, world.now() - interval '1 hour'),
       world.enter(4005, 2006, 1001, ann.id, world.now() - interval '1 hour'),
       world.enter(4006, 2006, 1006, ben.id, world.now() - interval '1 hour')
from users ann, users ben where ann.email = 'ann@example.org' and ben.email = 'ben@example.org';
select world.place(4003, 1), world.place(4004, 2);
select world.settle(2003);
update shows set state = 'cancelled', ended_at = world.now() where id = 2004;

insert into idempotency_keys (user_id, key, request_hash) select id, 'first', sha256('body') from users where email = 'ann@example.org';
insert into ops.operators (name, hash) values ('olga', '$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA');
insert into ops.operator_sessions (operator, token_hash) values ('olga', sha256('token'));
insert into ops.job_runs (name, slot, worker, lease_until) values ('settlement', world.now(), 'one', world.now());
insert into ops.audit_log (actor, table_name, row_key, verb) values ('equoria_writer', 'horses', '1001', 'UPDATE');
select world.seal(1, 1, 1, sha256('before'));
