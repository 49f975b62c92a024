-- What an auditor asks about is written down by the database itself, whoever changes it: who had which account, whose
-- password changed and whose sessions ended, whose horse this was, the terms and the end of shows, offers at stud,
-- corrections in the ledger, the catalogues, the schema. Rows that are only ever added to (postings, training logs, results)
-- are their own history, and are not written down twice.
--
-- Whoever acts for nobody (psql, a script) is written down with every change and removal of a row that players own.
set local role equoria_owner;

-- Sealed are the rows of transactions that are older than every one that still runs: nothing can be added to them any more.
-- Numbers of rows say nothing of that, for a smaller one may commit later.
alter table ops.audit_log add column tx xid8 not null default pg_current_xact_id();
create index idx_audit_log_tx on ops.audit_log (tx, id);
create index idx_audit_log_actor on ops.audit_log (actor, id);
alter table ops.audit_log drop constraint audit_log_verb_check,
  add constraint audit_log_verb_check check (verb in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'));
comment on column ops.audit_log.actor is 'A player''s id, nobody (a visitor), game (a job), or role:NAME of whoever worked by hand.';
comment on column ops.audit_log.before is 'Of an update, what changed; of a removal, the row. Secrets are masked.';
comment on column ops.audit_log.tx is 'The transaction that wrote it.';

alter table ops.audit_seals
  add column from_tx xid8 not null,
  add column to_tx xid8 not null,
  add column row_count bigint not null constraint audit_seals_row_count_check check (row_count > 0),
  add column digests bytea not null,
  add constraint audit_seals_tx_check check (from_tx < to_tx),
  add constraint audit_seals_digests_check check (length(digests) = 16 * row_count),
  add constraint audit_seals_signature_check check (length(signature) = 64),
  add constraint audit_seals_previous_hash_key unique (previous_hash);
comment on column ops.audit_seals.from_tx is 'Sealed are the rows of transactions from here on ...';
comment on column ops.audit_seals.to_tx is '... to before this one, where the next seal begins.';
comment on column ops.audit_seals.digests is 'Of each row in order its id and the first 8 bytes of its SHA-256: they tell which row was changed.';

-- Only the triggers write, so nobody puts words into another's mouth.
revoke insert on ops.audit_log from equoria_writer;

create function ops.audit() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  keys constant text[] := string_to_array(tg_argv[0], ',');
  secrets constant text[] := string_to_array(coalesce(tg_argv[1], ''), ',');
  was constant jsonb := case when tg_op in ('UPDATE', 'DELETE') then to_jsonb(old) end;
  is_now constant jsonb := case when tg_op in ('INSERT', 'UPDATE') then to_jsonb(new) end;
  gone jsonb;
  come jsonb;
begin
  -- Of a row that stays, only what differs; what counts changes up is none.
  select jsonb_object_agg(k.key, case when k.key = any (secrets) then '"(secret)"' else was -> k.key end) filter (where was is not null),
    jsonb_object_agg(k.key, case when k.key = any (secrets) then '"(secret)"' else is_now -> k.key end) filter (where is_now is not null)
  into gone, come
  from jsonb_object_keys(coalesce(is_now, was)) k (key)
  where case tg_op
    when 'UPDATE' then was -> k.key is distinct from is_now -> k.key and k.key not in ('version', 'updated_at')
    else coalesce(is_now, was) -> k.key <> 'null' end;
  if tg_op = 'UPDATE' and come is null then
    return null;
  end if;
  insert into ops.audit_log (actor, request_id, table_name, row_key, verb, before, after)
  values (
    coalesce(nullif(current_setting('equoria.actor', true), ''), 'role:' || session_user),
    nullif(current_setting('equoria.request_id', true), ''),
    case tg_table_schema when 'public' then tg_table_name else tg_table_schema || '.' || tg_table_name end,
    case tg_op when 'TRUNCATE' then '*'
      else (select string_agg(coalesce(is_now, was) ->> k.key, '/' order by k.place) from unnest(keys) with ordinality k (key, place)) end,
    tg_op, gone, come);
  return null;
end
$$;

-- Accounts of people.
create trigger users_audit_rows after insert or delete on users for each row execute function ops.audit('id');
create trigger users_audit_changes after update of name, email, settings, token_epoch on users
  for each row when (current_setting('equoria.actor', true) <> '') execute function ops.audit('id');
create trigger user_passwords_audit after insert or update or delete on user_passwords
  for each row execute function ops.audit('user_id', 'hash');
create trigger sessions_audit after insert or update of revoked_at on sessions for each row execute function ops.audit('id');
-- One that has run out is only swept away.
create trigger sessions_audit_removal after delete on sessions
  for each row when (old.expires_at > now()) execute function ops.audit('id');

-- Whose a horse is, and who may be covered by whom.
create trigger horses_audit_owner after update of user_id on horses
  for each row when (old.user_id is distinct from new.user_id and current_setting('equoria.actor', true) <> '')
  execute function ops.audit('id');
create trigger stud_listings_audit after insert or update or delete on stud_listings
  for each row execute function ops.audit('horse_id');

-- The terms of shows, and how they end.
create trigger shows_audit_opening after insert on shows for each row execute function ops.audit('id', 'revealed_secret');
create trigger shows_audit_changes after update of name, state on shows
  for each row when (current_setting('equoria.actor', true) <> '') execute function ops.audit('id', 'revealed_secret');

-- Coins that somebody moved, and none of the game's players or jobs.
create trigger transfers_audit after insert on transfers
  for each row when (new.cause = 'correction' or coalesce(current_setting('equoria.actor', true), '') = '')
  execute function ops.audit('id');

-- What the game is made of.
create trigger breeds_audit after insert or update or delete on breeds for each row execute function ops.audit('id');
create trigger disciplines_audit after insert or update or delete on disciplines for each row execute function ops.audit('name');
create trigger loci_audit after insert or update or delete on loci for each row execute function ops.audit('symbol');
create trigger alleles_audit after insert or update or delete on alleles for each row execute function ops.audit('locus,symbol');
create trigger genotypes_audit after insert or update or delete on genotypes for each row execute function ops.audit('token');
create trigger migrations_audit after insert or update or delete on ops.migrations for each row execute function ops.audit('version');

-- Evidence that is changed after it was given. (The hour of sealing is, by the sealer.)
create trigger job_runs_audit after update on ops.job_runs
  for each row when (old.finished_at is not null and old.name <> 'audit_seal') execute function ops.audit('id');
create trigger job_runs_audit_removal after delete on ops.job_runs for each row execute function ops.audit('id');

-- By hand.
do $$
declare
  part record;
begin
  for part in
    select * from (values ('users', 'id'), ('horses', 'id'), ('stables', 'id'), ('starter_horses', 'user_id'),
      ('pregnancies', 'id'), ('foals', 'id'), ('foal_development', 'foal_id'), ('foal_training_history', 'id'),
      ('genetic_tests', 'horse_id,locus'), ('training_logs', 'id'), ('shows', 'id'), ('show_entries', 'id'),
      ('competition_results', 'id'), ('stipend_claims', 'user_id,week'), ('transfers', 'id'), ('postings', 'id')) t (name, keys)
  loop
    execute format('create trigger %I after update on %I for each row
      when (coalesce(current_setting(''equoria.actor'', true), '''') = '''') execute function ops.audit(%L, %L)',
      part.name || '_audit_by_hand', part.name, part.keys, 'revealed_secret');
    continue when part.name = 'users';
    execute format('create trigger %I after delete on %I for each row
      when (coalesce(current_setting(''equoria.actor'', true), '''') = '''') execute function ops.audit(%L, %L)',
      part.name || '_audit_removal_by_hand', part.name, part.keys, 'revealed_secret');
  end loop;
  for part in
    select c.relname as name, n.nspname as schema from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind = 'r' or (n.nspname, c.relname) in (('ops', 'migrations'), ('ops', 'job_runs'))
  loop
    execute format('create trigger %I after truncate on %I.%I for each statement execute function ops.audit()',
      part.name || '_audit_truncate', part.schema, part.name);
  end loop;
end
$$;
