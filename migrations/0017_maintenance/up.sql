-- What the maintainer may see and mend beyond tables: forgotten sessions, and the rules of who may connect.
-- Where the administrator does not take this step these stay closed, and the security audit says that it did not look.
do $$
declare
  wanted text;
begin
  foreach wanted in array array[
    'grant pg_signal_backend to equoria_maintainer',
    'grant select on pg_hba_file_rules to equoria_maintainer',
    'grant execute on function pg_hba_file_rules() to equoria_maintainer'
  ] loop
    begin
      execute wanted;
    exception
      when insufficient_privilege then raise notice 'left to the administrator: % (%)', wanted, sqlerrm;
    end;
  end loop;
end
$$;

set local role equoria_owner;

-- The books, and the discipline scores with their index; of the players no more than what they own.
grant select on accounts, transfers, postings, horse_discipline_scores to equoria_maintainer;
grant select (id, money) on users to equoria_maintainer;
grant select (id, discipline_scores) on horses to equoria_maintainer;
grant select (id, state, prize, entry_fee) on shows to equoria_maintainer;
grant select (show_id) on show_entries to equoria_maintainer;

-- At what cost the players' passwords are hashed, and how many at each.
create function ops.password_costs() returns table (cost text, passwords bigint)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select (regexp_match(hash, '^\$([^$]+\$[^$]+\$[^$]+)\$'))[1], count(*) from user_passwords group by 1
  $$;
grant execute on function ops.password_costs() to equoria_maintainer;

-- Drops an index that REINDEX CONCURRENTLY left behind when it was interrupted; false while somebody is at work on its table.
create function ops.drop_leftover_index(leftover regclass) returns boolean
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  its_table regclass;
begin
  select i.indrelid::regclass into its_table from pg_index i join pg_class c on c.oid = i.indexrelid
    where c.oid = leftover and not i.indisvalid and c.relname ~ '_cc(new|old)[0-9]*$';
  if its_table is null then
    raise exception '% is not what an interrupted rebuild left behind', leftover using errcode = 'object_not_in_prerequisite_state';
  end if;
  begin
    -- A rebuild that still runs holds this lock, and its index is not left over yet.
    execute format('lock table %s in share update exclusive mode nowait', its_table);
  exception
    when lock_not_available then return false;
  end;
  execute format('drop index %s', leftover);
  return true;
end
$$;
grant execute on function ops.drop_leftover_index(regclass) to equoria_maintainer;
