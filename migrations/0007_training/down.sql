set local role equoria_owner;
drop table training_logs;
drop function training_logs_rules();
