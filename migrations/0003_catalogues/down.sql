set local role equoria_owner;
drop table breeds;
drop table disciplines;
drop function is_stat(text);
