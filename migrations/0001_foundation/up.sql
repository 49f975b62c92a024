-- Roles, schemas and the small functions that every table leans on.
-- Runs as the administrator of the database; every later migration works as equoria_owner, who cannot log in.

do $$
declare
  wanted text;
begin
  foreach wanted in array array[
    'equoria_owner', 'equoria_migrator', 'equoria_writer', 'equoria_reader', 'equoria_edge',
    'equoria_backup', 'equoria_monitor', 'equoria_auditor', 'equoria_anonymiser'
  ] loop
    begin
      execute format('create role %I nologin', wanted);
    exception
      -- Roles belong to the cluster: another database of it may have made them, even this instant.
      when duplicate_object or unique_violation then null;
    end;
  end loop;
  execute format('grant equoria_owner to %I', current_user);
  execute format('revoke all on database %I from public', current_database());
  execute format('grant create on database %I to equoria_owner', current_database());
  execute format(
    'grant connect on database %I to equoria_migrator, equoria_writer, equoria_reader, equoria_edge, equoria_backup, equoria_monitor, equoria_auditor, equoria_anonymiser',
    current_database());
end
$$;

grant equoria_owner to equoria_migrator;

-- A read at the edge that takes longer is a fault: better a clear 503 than a queue.
alter role equoria_edge set statement_timeout = '1s';
alter role equoria_edge set default_transaction_read_only = on;
alter role equoria_reader set default_transaction_read_only = on;

create schema if not exists ops;
alter schema ops owner to equoria_owner;
alter schema public owner to equoria_owner;
alter table if exists ops.migrations owner to equoria_owner;
revoke all on schema public from public;
revoke all on schema ops from public;

set local role equoria_owner;

alter default privileges for role equoria_owner revoke execute on functions from public;

-- One game-year is seven days.
create function game_age(born_at timestamptz, at timestamptz) returns integer
  language sql immutable strict parallel safe
  return floor(extract(epoch from at - born_at) / 604800)::integer;
comment on function game_age(timestamptz, timestamptz) is 'Age in whole game-years (seven days each).';

-- Every change of a row that players can change counts its version up, whoever writes.
create function touch_row() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  new.version := old.version + 1;
  new.updated_at := now();
  return new;
end
$$;

create function refuse_change() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  raise exception '% of % is refused: its rows are never changed or removed', tg_op, tg_table_name
    using errcode = 'restrict_violation', constraint = tg_table_name || '_append_only', table = tg_table_name;
end
$$;

-- Raises a refusal that carries a constraint's name, so that callers match a name and never a sentence.
create function refuse(rule text, sentence text) returns void
  language plpgsql set search_path = public, pg_temp as $$
begin
  raise exception '%', sentence using errcode = 'check_violation', constraint = rule;
end
$$;
