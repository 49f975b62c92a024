-- Who may sign in to the operator's page, for how long, and which runs they had done again. The API's role holds no right on
-- these tables: it asks by functions, each of which does one thing for one name or one session. Accounts are made and ended
-- by whoever migrates.
set local role equoria_owner;

create table ops.operators (
  name text constraint operators_pkey primary key constraint operators_name_check check (name ~ '^[a-z][a-z0-9._-]{1,39}$'),
  hash text not null constraint operators_hash_check check (hash like '$argon2id$%'),
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  ended_at timestamptz
);
comment on table ops.operators is 'A name is given once: the audit tells by it who did what.';

create table ops.operator_sessions (
  id uuid constraint operator_sessions_pkey primary key default gen_random_uuid(),
  operator text not null constraint operator_sessions_operator_fkey references ops.operators (name) on delete cascade,
  token_hash bytea not null constraint operator_sessions_token_hash_key unique
    constraint operator_sessions_token_hash_check check (length(token_hash) = 32),
  opened_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  ended_at timestamptz
);
create index idx_operator_sessions_operator on ops.operator_sessions (operator);

-- A run that is to be done again; a worker does it in a run of the same name whose slot is the instant of the asking.
create table ops.runs_again (
  run_id bigint constraint runs_again_pkey primary key
    constraint runs_again_run_id_fkey references ops.job_runs (id) on delete cascade,
  asked_by text not null constraint runs_again_asked_by_fkey references ops.operators (name) on delete restrict,
  asked_at timestamptz not null default clock_timestamp()
);
create index idx_runs_again_asked_by on ops.runs_again (asked_by);
comment on table ops.runs_again is 'Each run is done again once; where that one fails too, it is again one that can be.';

create trigger operators_audit after insert or update or delete on ops.operators
  for each row execute function ops.audit('name', 'hash');
create trigger operator_sessions_audit after insert or update of ended_at on ops.operator_sessions
  for each row execute function ops.audit('id', 'token_hash');
create trigger runs_again_audit after insert or update or delete on ops.runs_again
  for each row execute function ops.audit('run_id');
create trigger operators_audit_truncate after truncate on ops.operators for each statement execute function ops.audit();
create trigger operator_sessions_audit_truncate after truncate on ops.operator_sessions
  for each statement execute function ops.audit();
create trigger runs_again_audit_truncate after truncate on ops.runs_again for each statement execute function ops.audit();
comment on column ops.audit_log.actor is
  'A player''s id, nobody (a visitor), game (a job), operator:NAME, or role:NAME of whoever worked by hand.';

-- What a password is compared with; nothing for a name that nobody has, or whose account has ended.
create function ops.operator_hash(called text) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$ select o.hash from ops.operators o where o.name = called and o.ended_at is null $$;

-- Opens a session, if the hash that was compared is still the operator's. What was over for a month is swept away.
create function ops.open_operator_session(called text, compared text, token bytea) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform from ops.operators o where o.name = called and o.hash = compared and o.ended_at is null for share;
  if not found then
    return false;
  end if;
  perform set_config('equoria.actor', 'operator:' || called, true);
  delete from ops.operator_sessions s where s.opened_at < now() - interval '30 days';
  -- The same request may come twice, where a connection was lost.
  insert into ops.operator_sessions (operator, token_hash) values (called, token) on conflict (token_hash) do nothing;
  return true;
end
$$;

-- Whose session this is, if it stands: for twelve hours, and not after half an hour without a request. That this is one is
-- written down.
create function ops.operator_of(token bytea) returns text
  language sql volatile security definer set search_path = public, pg_temp
  as $$
    update ops.operator_sessions s set seen_at = now() from ops.operators o
    where s.token_hash = token and s.ended_at is null and s.opened_at > now() - interval '12 hours'
      and s.seen_at > now() - interval '30 minutes' and o.name = s.operator and o.ended_at is null
    returning o.name
  $$;

create function ops.end_operator_session(token bytea) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  who constant text := ops.operator_of(token);
begin
  if who is not null then
    perform set_config('equoria.actor', 'operator:' || who, true);
    update ops.operator_sessions s set ended_at = now() where s.token_hash = token;
  end if;
end
$$;

-- What failed, or found something that somebody may have mended since, or was left by a worker that died. Only what the
-- schedule knows to do.
create function ops.can_run_again(called text, outcome text, lease_until timestamptz) returns boolean
  language sql stable set search_path = public, pg_temp
  as $$
    select called in ('maintain_daily', 'maintain_weekly', 'maintain_monthly', 'maintain_quarterly')
      and (outcome in ('failed', 'found') or outcome is null and lease_until < clock_timestamp())
  $$;

-- Asks for a run to be done again, and tells who asked (nobody: the session does not stand) and what came of it: `asked`,
-- `before` where somebody has asked already, `never` where it is none to be done again. Of many at once one has asked.
create function ops.run_again(token bytea, run bigint, out who text, out answer text)
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  who := ops.operator_of(token);
  if who is null then
    return;
  end if;
  perform set_config('equoria.actor', 'operator:' || who, true);
  insert into ops.runs_again (run_id, asked_by)
  select r.id, who from ops.job_runs r where r.id = run and ops.can_run_again(r.name, r.outcome, r.lease_until)
  on conflict (run_id) do nothing;
  answer := case
    when found then 'asked'
    when exists (select from ops.runs_again a where a.run_id = run) then 'before'
    else 'never' end;
end
$$;

grant execute on function ops.operator_hash(text), ops.open_operator_session(text, text, bytea), ops.operator_of(bytea),
  ops.end_operator_session(bytea), ops.run_again(bytea, bigint) to equoria_writer;
grant execute on function ops.can_run_again(text, text, timestamptz) to equoria_monitor;
grant select on ops.runs_again to equoria_monitor, equoria_maintainer;
