-- What a session has seen is told by transactions: each answer says up to which ones it knows all, and which wrote its rows.
set local role equoria_owner;

-- Every transaction below the first number had ended when this statement's snapshot was taken, on a standby as on the
-- primary; none from the second on is in it. Stable, so that it is the snapshot of the statement that asks, and a plain
-- expression, so that it is planned as one.
create function horizons() returns xid8[] language sql stable parallel safe
  return array[pg_snapshot_xmin(pg_current_snapshot()), pg_snapshot_xmax(pg_current_snapshot())];
comment on function horizons() is
  'The bounds of this statement''s snapshot: all below the first has ended, nothing from the second on is seen.';
grant execute on function horizons() to equoria_edge, equoria_reader;

-- Who may read some columns of a table may know which transaction wrote the row; of all other tables this role may already.
grant select (xmin) on users, horses, foals, pregnancies to equoria_edge;
