-- The roles of those who keep the database, and the rows in which their work leaves its evidence.
-- Attributes of roles and rights on PostgreSQL's own functions are the administrator's to give: he takes this step once;
-- where he has, the migrator may take it again.

do $$
declare
  attribute record;
begin
  if to_regrole('equoria_maintainer') is null then
    begin
      create role equoria_maintainer nologin;
    exception
      -- Roles belong to the cluster: another database of it may have made it, even this instant.
      when duplicate_object or unique_violation then null;
    end;
  end if;
  if exists (select from pg_roles where rolname = 'equoria_backup' and not (rolreplication and rolbypassrls)) then
    alter role equoria_backup replication bypassrls;
  end if;
  for attribute in
    select * from (values ('equoria_backup', 'pg_read_all_settings'), ('equoria_monitor', 'pg_monitor'),
      ('equoria_maintainer', 'pg_monitor'), ('equoria_maintainer', 'pg_maintain')) a (role, given)
    where not pg_has_role(a.role, a.given, 'member')
  loop
    execute format('grant %I to %I', attribute.given, attribute.role);
  end loop;
  if not has_database_privilege('equoria_maintainer', current_database(), 'connect') then
    execute format('grant connect on database %I to equoria_maintainer', current_database());
  end if;
  -- A named point to come back to, and a segment that is full enough to be archived now.
  for attribute in
    select * from (values ('equoria_owner', 'pg_create_restore_point(text)'), ('equoria_backup', 'pg_create_restore_point(text)'),
      ('equoria_maintainer', 'pg_create_restore_point(text)'), ('equoria_backup', 'pg_switch_wal()'),
      ('equoria_maintainer', 'pg_switch_wal()')) a (role, given)
    where not has_function_privilege(a.role, a.given, 'execute')
  loop
    execute format('grant execute on function %s to %I', attribute.given, attribute.role);
  end loop;
exception
  when insufficient_privilege then
    raise exception 'the roles of the operators are made by the administrator of the database: take this step once as the administrator (%)', sqlerrm
      using errcode = 'insufficient_privilege';
end
$$;

set local role equoria_owner;

grant usage on schema public, ops to equoria_maintainer;
grant usage on schema ops to equoria_anonymiser;

-- A backup locks all tables for an instant, so that what it counts is what it holds.
grant maintain on all tables in schema public, ops to equoria_backup;
alter default privileges for role equoria_owner in schema public, ops grant select, maintain on tables to equoria_backup;

alter table ops.job_runs
  add column attempts integer not null default 1 constraint job_runs_attempts_check check (attempts > 0),
  drop constraint job_runs_outcome_check,
  add constraint job_runs_outcome_check check (outcome in ('done', 'found', 'failed', 'missed'));
create index idx_job_runs_name on ops.job_runs (name, slot desc);
comment on column ops.job_runs.outcome is 'done; found: done, and something needs somebody; failed; missed: a later run stands for it.';
comment on column ops.job_runs.attempts is 'How many workers have begun it: one whose lease ran out gave way to the next.';

grant select on ops.migrations, ops.job_runs to equoria_maintainer, equoria_anonymiser;
grant select on ops.job_runs to equoria_auditor;
grant insert, update on ops.job_runs to equoria_backup, equoria_auditor, equoria_maintainer;
