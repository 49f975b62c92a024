set local role equoria_owner;
drop table ops.game_clock;
drop table ops.audit_seals;
drop table ops.audit_log;
drop table ops.job_runs;
drop table idempotency_keys;
