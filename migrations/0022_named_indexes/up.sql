-- These the specification's schema asks for by name: they stay, whether anything scans them or another one covers them,
-- and the report on indexes reads it here.
set local role equoria_owner;

do $$
declare
  named text;
begin
  foreach named in array array[
    'idx_horses_training_cooldown', 'idx_training_logs_horse_discipline', 'idx_competition_results_horse_id',
    'idx_competition_results_show_id', 'idx_horses_user_id', 'idx_users_email', 'idx_horses_discipline_scores',
    'idx_horses_epigenetic_modifiers'
  ] loop
    execute format('comment on index %I is %L', named, 'Kept: named by the specification''s schema.');
  end loop;
end
$$;
