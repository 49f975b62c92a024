set local role equoria_owner;

-- Takes all its triggers with it.
drop function ops.audit() cascade;

-- What was sealed can no longer be told from what was not.
alter table ops.audit_seals disable trigger audit_seals_no_truncate;
truncate ops.audit_seals;
alter table ops.audit_seals enable trigger audit_seals_no_truncate;
alter table ops.audit_seals
  drop constraint audit_seals_previous_hash_key,
  drop constraint audit_seals_signature_check,
  drop column digests,
  drop column row_count,
  drop column to_tx,
  drop column from_tx;

drop index ops.idx_audit_log_actor;
alter table ops.audit_log disable trigger audit_log_append_only;
delete from ops.audit_log where verb = 'TRUNCATE';
alter table ops.audit_log enable trigger audit_log_append_only;
alter table ops.audit_log drop constraint audit_log_verb_check, drop column tx,
  add constraint audit_log_verb_check check (verb in ('INSERT', 'UPDATE', 'DELETE'));
grant insert on ops.audit_log to equoria_writer;
