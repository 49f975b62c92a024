set local role equoria_owner;

revoke select (id, show_id, horse_id, user_id, entered_at) on show_entries from equoria_edge;
grant select on show_entries to equoria_edge;
drop view entry_snapshots;
