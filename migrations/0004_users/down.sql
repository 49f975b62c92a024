set local role equoria_owner;
drop table stables;
drop table refresh_tokens;
drop table sessions;
drop table user_passwords;
drop table users;
