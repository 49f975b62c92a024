-- What is watched: the statements' statistics, sizes kept day by day, and the business in figures that nobody has to count
-- anew. The extensions need an administrator; where the migrator is none, the reports say what is missing.
create schema extensions authorization equoria_owner;

do $$
declare
  wanted text;
begin
  foreach wanted in array array['pg_stat_statements', 'pgstattuple'] loop
    begin
      execute format('create extension if not exists %I with schema extensions', wanted);
    exception
      when insufficient_privilege or undefined_file or feature_not_supported then
        raise notice 'the extension % was not made: %', wanted, sqlerrm;
    end;
  end loop;
end
$$;

set local role equoria_owner;

grant usage on schema extensions to equoria_monitor, equoria_maintainer;

-- How large each table was, each time that somebody measured. The sum over a moment's rows is the size of the database.
create table ops.storage_samples (
  table_name text not null,
  sampled_at timestamptz not null,
  heap_bytes bigint not null constraint storage_samples_heap_bytes_check check (heap_bytes >= 0),
  index_bytes bigint not null constraint storage_samples_index_bytes_check check (index_bytes >= 0),
  toast_bytes bigint not null constraint storage_samples_toast_bytes_check check (toast_bytes >= 0),
  live_rows bigint not null constraint storage_samples_live_rows_check check (live_rows >= 0),
  constraint storage_samples_pkey primary key (table_name, sampled_at)
);
comment on column ops.storage_samples.table_name is 'schema.table; (system) for the catalogues of the database.';
comment on column ops.storage_samples.live_rows is 'As PostgreSQL estimates them.';

-- The business day by day. `detail` says which payment, or the span of activity.
create table ops.business_figures (
  figure text not null constraint business_figures_figure_check check (figure in (
    'active_users', 'coins_minted', 'coins_returned', 'coins_sunk', 'entries', 'foals_born', 'horses', 'payments',
    'shows_settled', 'trainings')),
  detail text not null default '',
  day date not null,
  value bigint not null,
  constraint business_figures_pkey primary key (figure, detail, day)
);

-- How far each table has been counted. What is pending is counted once every transaction has ended that might still add
-- a row of a lower number.
create table ops.business_marks (
  source text constraint business_marks_pkey primary key constraint business_marks_source_check check (source in (
    'competition_results', 'horses', 'postings', 'show_entries', 'training_logs', 'transfers')),
  counted_to bigint not null default 0,
  pending_to bigint not null default 0,
  pending_xid xid8 not null default '0',
  counted_at timestamptz,
  constraint business_marks_pending_to_check check (pending_to >= counted_to)
);
insert into ops.business_marks (source)
  values ('competition_results'), ('horses'), ('postings'), ('show_entries'), ('training_logs'), ('transfers');

-- A session's current token was issued when its player was last there.
create index idx_refresh_tokens_issued_at on refresh_tokens (issued_at) where used_at is null;

create function ops.add_to_business(source text, after bigint, upto bigint) returns void
  language plpgsql set search_path = public, pg_temp as $$
begin
  insert into ops.business_figures as f (figure, detail, day, value)
  select c.figure, c.detail, (c.at at time zone 'UTC')::date, sum(c.amount)::bigint from (
    select 'trainings' as figure, '' as detail, l.trained_at as at, 1 as amount from training_logs l
      where source = 'training_logs' and l.id > after and l.id <= upto
    union all
    select 'entries', '', e.entered_at, 1 from show_entries e where source = 'show_entries' and e.id > after and e.id <= upto
    union all
    select 'shows_settled', '', r.run_date, 1 from competition_results r
      where source = 'competition_results' and r.id > after and r.id <= upto and r.placement = 1
    union all
    select 'horses', '', h.created_at, 1 from horses h where source = 'horses' and h.id > after and h.id <= upto
    union all
    select 'foals_born', '', h.born_at, 1 from horses h
      where source = 'horses' and h.id > after and h.id <= upto and h.sire_id is not null
    union all
    select 'payments', t.cause, t.at, 1 from transfers t where source = 'transfers' and t.id > after and t.id <= upto
    union all
    select case when a.kind = 'sink' then 'coins_sunk' when p.amount < 0 then 'coins_minted' else 'coins_returned' end,
        t.cause, t.at, abs(p.amount)
      from postings p join accounts a on a.id = p.account_id and a.kind in ('treasury', 'sink')
      join transfers t on t.id = p.transfer_id
      where source = 'postings' and p.id > after and p.id <= upto) c
  group by 1, 2, 3
  on conflict (figure, detail, day) do update set value = f.value + excluded.value;
end
$$;

-- Counts at most so many new numbers of each table, and says how many it passed; zero when nothing is left that can be
-- counted yet. Two at once never count the same.
create function ops.tally_business(most bigint) returns bigint
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  mark ops.business_marks%rowtype;
  reached bigint;
  passed bigint := 0;
begin
  for mark in select * from ops.business_marks order by source for update skip locked loop
    reached := mark.counted_to;
    if mark.pending_to > mark.counted_to and mark.pending_xid <= pg_snapshot_xmin(pg_current_snapshot()) then
      reached := least(mark.pending_to, mark.counted_to + most);
      perform ops.add_to_business(mark.source, mark.counted_to, reached);
    end if;
    passed := passed + reached - mark.counted_to;
    update ops.business_marks m set counted_to = reached, counted_at = now() where m.source = mark.source;
    -- A number from beyond the present was brought along from another cluster, where it meant something.
    if reached = mark.pending_to or mark.pending_xid > pg_snapshot_xmax(pg_current_snapshot()) then
      execute format('update ops.business_marks m set pending_to = greatest(m.counted_to, t.top), pending_xid = t.xid
        from (select coalesce(max(id), 0) as top, pg_snapshot_xmax(pg_current_snapshot()) as xid from public.%I) t
        where m.source = $1', mark.source) using mark.source;
    end if;
  end loop;
  insert into ops.business_figures as f (figure, detail, day, value)
  select 'active_users', w.detail, (now() at time zone 'UTC')::date, (
      select count(distinct s.user_id) from refresh_tokens r join sessions s on s.id = r.session_id
      where r.used_at is null and r.issued_at > now() - w.span)
  from (values ('1h', interval '1 hour'), ('24h', interval '24 hours'), ('7d', interval '7 days')) w (detail, span)
  where passed = 0
  on conflict (figure, detail, day) do update set value = excluded.value;
  return passed;
end
$$;

-- What the jobs have before them; ten thousand counts as many.
create function ops.backlog() returns table (job text, due bigint, oldest_s double precision)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    with clock as (select now() + c.ahead_ms * interval '1 ms' as at from ops.game_clock c)
    select 'settlement', (select count(*) from (select from shows s where s.state = 'open' and s.run_date <= k.at limit 10000) d),
      (select extract(epoch from k.at - min(s.run_date))::float8 from shows s where s.state = 'open' and s.run_date <= k.at) from clock k
    union all
    select 'birth', (select count(*) from (select from pregnancies p where p.state = 'in_foal' and p.due_at <= k.at limit 10000) d),
      (select extract(epoch from k.at - min(p.due_at))::float8 from pregnancies p where p.state = 'in_foal' and p.due_at <= k.at) from clock k
    union all
    select 'growth', (select count(*) from (select from foal_development d where d.grows_at <= k.at limit 10000) d),
      (select extract(epoch from k.at - min(d.grows_at))::float8 from foal_development d where d.grows_at <= k.at) from clock k
  $$;

-- When the audit log was last sealed, and how many of its rows wait for the next seal.
create function ops.seal_state() returns table (sealed_at timestamptz, unsealed bigint)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select (select s.sealed_at from ops.audit_seals s order by s.id desc limit 1),
      greatest(0, coalesce((select max(l.id) from ops.audit_log l), 0) - coalesce((select max(s.last_id) from ops.audit_seals s), 0))
  $$;

grant select on ops.storage_samples, ops.business_figures, ops.business_marks to equoria_monitor, equoria_maintainer;
grant insert on ops.storage_samples to equoria_maintainer;
grant execute on function ops.backlog(), ops.seal_state() to equoria_monitor, equoria_maintainer;
grant execute on function ops.tally_business(bigint) to equoria_writer;
