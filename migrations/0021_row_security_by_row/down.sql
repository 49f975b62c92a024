set local role equoria_owner;

do $$
declare
  part record;
begin
  for part in select * from pg_policies where schemaname = 'public' and permissive = 'RESTRICTIVE' loop
    execute format('alter policy %I on %I', part.policyname, part.tablename)
      || coalesce(' using (' || replace(part.qual, 'acting()', '( SELECT acting() AS acting)') || ')', '')
      || coalesce(' with check (' || replace(part.with_check, 'acting()', '( SELECT acting() AS acting)') || ')', '');
  end loop;
end
$$;

-- As it was written, for three alternatives read back are two in two.
alter policy show_entries_removed on show_entries
  using ((select acting()) in ('game', user_id::text, (select h.user_id::text from horses h where h.id = horse_id)));
