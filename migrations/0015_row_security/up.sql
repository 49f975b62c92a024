-- The second wall behind the API's own check of who owns what: the writer changes rows of the player it acts for, and of
-- nobody else, and none at all while it does not say for whom it acts. Says who: equoria.actor, which every transaction of
-- the API sets to a player's id, to 'nobody' (a visitor, who registers, signs in or refreshes) or to 'game' (a job).
-- It guards against a handler that forgot its check; whoever has the writer's password says who he is himself.

-- Who only reads is told by its grants what: no policy stands between these two and an index. (With any policy, even one
-- that is always true, the planner may not look at the statistics of traits, and looks them up worse.)
do $$
declare
  reading text;
begin
  for reading in select rolname from pg_roles where rolname in ('equoria_edge', 'equoria_reader') and not rolbypassrls loop
    begin
      execute format('alter role %I bypassrls', reading);
    exception
      when insufficient_privilege then
        raise exception 'only the database''s administrator may say: alter role % bypassrls', reading;
    end;
  end loop;
end
$$;

set local role equoria_owner;

create function acting() returns text
  language sql stable parallel safe
  return coalesce(current_setting('equoria.actor', true), '');
comment on function acting() is 'For whom the transaction acts: a player''s id, nobody (a visitor), game (a job), or nothing.';
grant execute on function acting() to equoria_writer;

-- Whose a row is never changes by the writer's hand, so that the row as it will be tells whose it was.
revoke update on user_passwords, sessions, refresh_tokens, stables, stud_listings, idempotency_keys from equoria_writer;
revoke update (user_id) on horses from equoria_writer;
revoke delete on refresh_tokens from equoria_writer;
grant update (hash, changed_at) on user_passwords to equoria_writer;
grant update (revoked_at) on sessions to equoria_writer;
grant update (used_at) on refresh_tokens to equoria_writer;
grant update (name, location) on stables to equoria_writer;
grant update (fee) on stud_listings to equoria_writer;
grant update (key, status, response) on idempotency_keys to equoria_writer;

-- For every role its grants decide; the restrictive policies below then narrow what the writer does. Rows of others are
-- locked by it (a stallion who covers, the host of a show), which an update's USING would silently hide: so an update is
-- refused by its check, and says so, while a removal finds no row.
do $$
declare
  owned text;
begin
  foreach owned in array array[
    'users', 'user_passwords', 'sessions', 'refresh_tokens', 'idempotency_keys', 'stables', 'horses', 'starter_horses',
    'pregnancies', 'foals', 'foal_development', 'foal_training_history', 'stud_listings', 'genetic_tests', 'training_logs',
    'shows', 'show_secrets', 'show_entries', 'competition_results', 'stipend_claims'
  ] loop
    execute format('alter table %I enable row level security', owned);
    execute format('create policy %I on %I using (true) with check (true)', owned || '_granted', owned);
  end loop;
end
$$;

-- A player, and what proves who it is. Only a visitor registers, signs in and refreshes.
create policy users_added on users as restrictive for insert to equoria_writer
  with check ((select acting()) in ('nobody', 'game'));
create policy users_changed on users as restrictive for update to equoria_writer
  using (true) with check ((select acting()) in ('game', id::text));

create policy user_passwords_seen on user_passwords as restrictive for select to equoria_writer
  using ((select acting()) in ('nobody', user_id::text));
create policy user_passwords_added on user_passwords as restrictive for insert to equoria_writer
  with check ((select acting()) = 'nobody');
create policy user_passwords_changed on user_passwords as restrictive for update to equoria_writer
  using (true) with check ((select acting()) = user_id::text);

create policy sessions_seen on sessions as restrictive for select to equoria_writer
  using ((select acting()) in ('nobody', 'game', user_id::text));
create policy sessions_added on sessions as restrictive for insert to equoria_writer
  with check ((select acting()) = 'nobody');
create policy sessions_changed on sessions as restrictive for update to equoria_writer
  using (true) with check ((select acting()) = user_id::text);
create policy sessions_removed on sessions as restrictive for delete to equoria_writer
  using ((select acting()) = 'game');

create policy refresh_tokens_of_visitors on refresh_tokens as restrictive to equoria_writer
  using ((select acting()) = 'nobody') with check ((select acting()) = 'nobody');

create policy idempotency_keys_seen on idempotency_keys as restrictive for select to equoria_writer
  using ((select acting()) in ('game', user_id::text));
create policy idempotency_keys_added on idempotency_keys as restrictive for insert to equoria_writer
  with check ((select acting()) = user_id::text);
create policy idempotency_keys_changed on idempotency_keys as restrictive for update to equoria_writer
  using (true) with check ((select acting()) = user_id::text);
create policy idempotency_keys_removed on idempotency_keys as restrictive for delete to equoria_writer
  using ((select acting()) = 'game');

-- What a player owns.
create policy stables_added on stables as restrictive for insert to equoria_writer
  with check ((select acting()) in ('game', user_id::text));
create policy stables_changed on stables as restrictive for update to equoria_writer
  using (true) with check ((select acting()) in ('game', user_id::text));
create policy stables_removed on stables as restrictive for delete to equoria_writer
  using ((select acting()) in ('game', user_id::text));

create policy horses_added on horses as restrictive for insert to equoria_writer
  with check ((select acting()) in ('game', user_id::text));
create policy horses_changed on horses as restrictive for update to equoria_writer
  using (true) with check ((select acting()) in ('game', user_id::text));

create policy starter_horses_added on starter_horses as restrictive for insert to equoria_writer
  with check ((select acting()) in ('game', user_id::text));

create policy stipend_claims_added on stipend_claims as restrictive for insert to equoria_writer
  with check ((select acting()) in ('game', user_id::text));

create policy training_logs_added on training_logs as restrictive for insert to equoria_writer
  with check ((select acting()) in ('game', user_id::text));

-- What belongs to whoever owns the horse.
create policy stud_listings_added on stud_listings as restrictive for insert to equoria_writer
  with check ((select acting()) = 'game' or (select h.user_id::text from horses h where h.id = horse_id) = (select acting()));
create policy stud_listings_changed on stud_listings as restrictive for update to equoria_writer
  using (true)
  with check ((select acting()) = 'game' or (select h.user_id::text from horses h where h.id = horse_id) = (select acting()));
create policy stud_listings_removed on stud_listings as restrictive for delete to equoria_writer
  using ((select acting()) = 'game' or (select h.user_id::text from horses h where h.id = horse_id) = (select acting()));

create policy genetic_tests_added on genetic_tests as restrictive for insert to equoria_writer
  with check ((select acting()) = 'game' or (select h.user_id::text from horses h where h.id = horse_id) = (select acting()));
create policy genetic_tests_changed on genetic_tests as restrictive for update to equoria_writer
  using (true)
  with check ((select acting()) = 'game' or (select h.user_id::text from horses h where h.id = horse_id) = (select acting()));

create policy foal_development_added on foal_development as restrictive for insert to equoria_writer
  with check ((select acting()) = 'game');
create policy foal_development_changed on foal_development as restrictive for update to equoria_writer
  using (true)
  with check ((select acting()) = 'game' or (select h.user_id::text from horses h where h.id = foal_id) = (select acting()));

create policy foal_training_history_added on foal_training_history as restrictive for insert to equoria_writer
  with check ((select acting()) = 'game' or (select h.user_id::text from horses h where h.id = horse_id) = (select acting()));

-- A player has a mare covered; the game alone ends the pregnancy and lets the foal grow.
create policy pregnancies_added on pregnancies as restrictive for insert to equoria_writer
  with check ((select acting()) in ('game', user_id::text));
create policy pregnancies_changed on pregnancies as restrictive for update to equoria_writer
  using (true) with check ((select acting()) = 'game');
create policy foals_added on foals as restrictive for insert to equoria_writer
  with check ((select acting()) = 'game');
create policy foals_changed on foals as restrictive for update to equoria_writer
  using (true) with check ((select acting()) = 'game');

-- A host opens and cancels a show; the game alone settles one, and reads its secret.
create policy shows_added on shows as restrictive for insert to equoria_writer
  with check ((select acting()) in ('game', host_id::text));
create policy shows_changed on shows as restrictive for update to equoria_writer
  using (true)
  with check ((select acting()) = 'game' or (select acting()) = host_id::text and state <> 'settled');
create policy show_secrets_seen on show_secrets as restrictive for select to equoria_writer
  using ((select acting()) = 'game');
create policy show_secrets_added on show_secrets as restrictive for insert to equoria_writer
  with check ((select acting()) not in ('', 'nobody'));
create policy show_entries_added on show_entries as restrictive for insert to equoria_writer
  with check ((select acting()) in ('game', user_id::text));
create policy show_entries_removed on show_entries as restrictive for delete to equoria_writer
  using ((select acting()) in ('game', user_id::text, (select h.user_id::text from horses h where h.id = horse_id)));
create policy competition_results_added on competition_results as restrictive for insert to equoria_writer
  with check ((select acting()) = 'game');

-- A refresh token that was used before comes back: its session ends and its player's access tokens with it. The visitor who
-- brings it proves no right to either row, so this is the one thing that is done for him.
create function end_stolen_session(given bytea) returns bigint
  language sql security definer set search_path = public, pg_temp
begin atomic
  with ended as (
    update sessions s set revoked_at = now() from refresh_tokens r
    where r.token_hash = given and r.used_at is not null and s.id = r.session_id and s.revoked_at is null
    returning s.user_id
  ), warned as (
    update users u set token_epoch = u.token_epoch + 1 from ended e where u.id = e.user_id returning u.id
  )
  select count(*) from warned;
end;
grant execute on function end_stolen_session(bytea) to equoria_writer;
