-- Round number ROUND of ten: every horse in one show with 25 others of the field, announced, entered and settled.
insert into shows (id, name, discipline, entry_fee, prize, run_date, secret_hash, rules_version, created_at)
select s, 'Show ' || s, (array['Racing', 'Show Jumping', 'Dressage', 'Polo', 'Endurance'])[s % 5 + 1], 0, 0,
  date_trunc('hour', now()) - interval '1 day' * (11 - ROUND), sha256(sha256(convert_to('show ' || s, 'UTF8'))), 1,
  now() - interval '30 days'
from generate_series((ROUND - 1) * SHOWS + 1, ROUND * SHOWS) s;

insert into show_entries (show_id, horse_id, user_id, snapshot, entered_at)
select s.id, h.id, h.user_id, jsonb_build_object('horse_id', h.id, 'discipline_score', h.discipline_scores -> 'Racing'),
  s.run_date - interval '1 hour'
from horses h
join shows s on s.id = (ROUND - 1) * SHOWS + 1 + (h.id + ROUND * 37) % HORSES / FIELD;

insert into competition_results (horse_id, show_id, entry_id, user_id, score, expected_score, placement, discipline, run_date,
  horse_xp, user_xp, created_at)
select e.horse_id, e.show_id, e.id, e.user_id, drawn.score, drawn.score + 1.5,
  row_number() over (partition by e.show_id order by drawn.score desc, e.id), s.discipline, s.run_date, 10, 10, s.run_date
from show_entries e
join shows s on s.id = e.show_id
cross join lateral (select (e.horse_id * 7919 % 200000)::numeric / 1000 as score) drawn
where s.id between (ROUND - 1) * SHOWS + 1 and ROUND * SHOWS;

update shows s set state = 'settled', revealed_secret = sha256(convert_to('show ' || s.id, 'UTF8')),
  result_digest = sha256(convert_to('results ' || s.id, 'UTF8')), ended_at = s.run_date + interval '1 minute'
where s.id between (ROUND - 1) * SHOWS + 1 and ROUND * SHOWS;
