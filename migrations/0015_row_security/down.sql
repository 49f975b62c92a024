set local role equoria_owner;

drop function end_stolen_session(bytea);
do $$
declare
  part record;
begin
  for part in select tablename, policyname from pg_policies where schemaname = 'public' loop
    execute format('drop policy %I on %I', part.policyname, part.tablename);
  end loop;
  for part in select oid::regclass as name from pg_class where relnamespace = 'public'::regnamespace and relrowsecurity loop
    execute format('alter table %s disable row level security', part.name);
  end loop;
end
$$;
drop function acting();

revoke update (hash, changed_at) on user_passwords from equoria_writer;
revoke update (revoked_at) on sessions from equoria_writer;
revoke update (used_at) on refresh_tokens from equoria_writer;
revoke update (name, location) on stables from equoria_writer;
revoke update (fee) on stud_listings from equoria_writer;
revoke update (key, status, response) on idempotency_keys from equoria_writer;
grant update on user_passwords, sessions, refresh_tokens, stables, stud_listings, idempotency_keys to equoria_writer;
grant update (user_id) on horses to equoria_writer;
grant delete on refresh_tokens to equoria_writer;

-- equoria_edge and equoria_reader keep BYPASSRLS, which belongs to the cluster: another database of it may have policies.
