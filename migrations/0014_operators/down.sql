-- Roles, their attributes and their rights on the server's functions belong to the cluster and stay.
set local role equoria_owner;

revoke insert, update on ops.job_runs from equoria_backup, equoria_auditor, equoria_maintainer;
revoke select on ops.job_runs from equoria_auditor;
revoke select on ops.migrations, ops.job_runs from equoria_maintainer, equoria_anonymiser;
drop index ops.idx_job_runs_name;
update ops.job_runs set outcome = 'done' where outcome = 'found';
update ops.job_runs set outcome = 'failed' where outcome = 'missed';
alter table ops.job_runs
  drop column attempts,
  drop constraint job_runs_outcome_check,
  add constraint job_runs_outcome_check check (outcome in ('done', 'failed'));
alter default privileges for role equoria_owner in schema public, ops revoke select, maintain on tables from equoria_backup;
revoke maintain on all tables in schema public, ops from equoria_backup;
revoke usage on schema ops from equoria_anonymiser;
revoke usage on schema public, ops from equoria_maintainer;
