set local role equoria_owner;

drop function ops.run_again(bytea, bigint);
drop function ops.can_run_again(text, text, timestamptz);
drop function ops.end_operator_session(bytea);
drop function ops.operator_of(bytea);
drop function ops.open_operator_session(text, text, bytea);
drop function ops.operator_hash(text);
drop table ops.runs_again;
drop table ops.operator_sessions;
drop table ops.operators;
