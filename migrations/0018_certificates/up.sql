-- Who keeps the database may let the server read its certificate and its settings again. The right on PostgreSQL's own
-- function is the administrator's to give: he takes this step once; where he has, the migrator may take it again.

do $$
begin
  if not has_function_privilege('equoria_maintainer', 'pg_reload_conf()', 'execute') then
    grant execute on function pg_reload_conf() to equoria_maintainer;
  end if;
exception
  when insufficient_privilege then
    raise exception 'only the administrator of the database may let equoria_maintainer reload it: take this step once as the administrator (%)', sqlerrm
      using errcode = 'insufficient_privilege';
end
$$;
