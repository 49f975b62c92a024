set local role equoria_owner;
do $$
declare
  who text;
begin
  foreach who in array array['equoria_writer', 'equoria_reader', 'equoria_edge', 'equoria_backup', 'equoria_monitor',
    'equoria_auditor', 'equoria_anonymiser'] loop
    execute format('revoke all on all tables in schema public, ops from %I', who);
    execute format('revoke all on all functions in schema public from %I', who);
    execute format('revoke all on schema public, ops from %I', who);
  end loop;
end
$$;
