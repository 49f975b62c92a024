-- What is hidden in a horse counts in her entry as a sum, which is published once the show is settled. Until then nobody
-- who serves the public can read it: whoever could ask for it show by show would learn every hidden trait.
set local role equoria_owner;

create view entry_snapshots as
  select e.id as entry_id, e.show_id, e.entered_at,
    case when s.state = 'settled' then e.snapshot else e.snapshot || '{"hidden_bp": 0}'::jsonb end as snapshot
  from show_entries e join shows s on s.id = e.show_id;
comment on view entry_snapshots is
  'What is scored of each entry, for everyone to see: without the effect of hidden traits until the show is settled.';
grant select on entry_snapshots to equoria_edge, equoria_reader;

-- All but the snapshot itself.
revoke select on show_entries from equoria_edge;
grant select (id, show_id, horse_id, user_id, entered_at) on show_entries to equoria_edge;
