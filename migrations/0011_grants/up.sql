-- Who may do what. Nothing is granted to PUBLIC; what is not named here is refused.
set local role equoria_owner;

grant usage on schema public to equoria_writer, equoria_reader, equoria_edge, equoria_backup, equoria_monitor, equoria_auditor, equoria_anonymiser;
grant usage on schema ops to equoria_writer, equoria_reader, equoria_edge, equoria_backup, equoria_monitor, equoria_auditor;

-- The edge: what the public may see, and a signed-in player's own purse. No e-mail, password, settings, hidden trait,
-- genotype, or secret of an open show.
grant select on disciplines, breeds, stables, horse_discipline_scores, training_logs, show_entries, competition_results,
  shows, stud_listings, accounts, transfers, postings, stipend_claims, foal_development, foal_training_history
  to equoria_edge;
grant select (id, name, money, xp, level, profile_visible, progress_shared, token_epoch, version, created_at, updated_at)
  on users to equoria_edge;
grant select (id, name, sex, born_at, breed_id, user_id, stable_id, sire_id, dam_id, temperament, precision, strength, speed,
  agility, endurance, intelligence, stamina, balance, boldness, flexibility, obedience, focus, bond_score, stress_level, xp,
  discipline_scores, visible_traits, training_cooldown, groomed_on, version, created_at, updated_at)
  on horses to equoria_edge;
grant select (id, sire_id, dam_id, bond_score, stress_level, development_stage, created_at) on foals to equoria_edge;
grant select (id, mare_id, stallion_id, user_id, covered_at, due_at, state, ended_at, foal_id) on pregnancies to equoria_edge;
grant select on ops.migrations to equoria_edge;

-- The reader sees the game whole, but no secret that guards an account or a show.
grant select on disciplines, breeds, stables, users, horses, horse_discipline_scores, starter_horses, foals, foal_development,
  foal_training_history, pregnancies, stud_listings, genetic_tests, training_logs, shows, show_entries, competition_results,
  accounts, transfers, postings, stipend_claims to equoria_reader;
grant select on ops.migrations, ops.job_runs to equoria_reader;

-- The writer: every write of the API and the jobs. Coins move through ledger_post alone; history is only added to.
grant select on all tables in schema public to equoria_writer;
grant select on ops.migrations, ops.job_runs, ops.game_clock to equoria_writer;
grant insert, update on disciplines, breeds to equoria_writer;
grant insert (id, name, email, settings, created_at, updated_at) on users to equoria_writer;
grant update (name, email, xp, settings, token_epoch) on users to equoria_writer;
grant insert, update on user_passwords, sessions, refresh_tokens, stables, stud_listings, idempotency_keys to equoria_writer;
grant delete on sessions, refresh_tokens, stables, stud_listings, idempotency_keys, show_entries to equoria_writer;
grant insert on horses, starter_horses, foals, foal_development, foal_training_history, pregnancies, genetic_tests,
  training_logs, shows, show_secrets, show_entries, competition_results, stipend_claims to equoria_writer;
grant update (name, user_id, stable_id, precision, strength, speed, agility, endurance, intelligence, stamina, balance, boldness,
  flexibility, obedience, focus, bond_score, stress_level, xp, discipline_scores, epigenetic_modifiers, genotype,
  training_cooldown, groomed_on) on horses to equoria_writer;
grant update (development_stage) on foals to equoria_writer;
grant update (current_day, activities_completed, milestones_reached) on foal_development to equoria_writer;
grant update (state, ended_at, foal_id) on pregnancies to equoria_writer;
grant update (published) on genetic_tests to equoria_writer;
grant update (name, state, revealed_secret, result_digest, ended_at) on shows to equoria_writer;
grant insert, update on ops.job_runs to equoria_writer;
grant update (ahead_ms) on ops.game_clock to equoria_writer;
grant insert on ops.audit_log to equoria_writer;

grant select on all tables in schema public to equoria_backup;
grant select on all tables in schema ops to equoria_backup;
grant select on ops.migrations, ops.job_runs to equoria_monitor;
grant select on ops.audit_log, ops.audit_seals, ops.migrations to equoria_auditor;
grant insert on ops.audit_seals to equoria_auditor;

-- Functions: what checks, defaults and reads call.
grant execute on function game_age(timestamptz, timestamptz), is_stat(text), is_in_foal(bigint)
  to equoria_writer, equoria_reader, equoria_edge;
grant execute on function is_flag_object(jsonb, text[]), is_user_settings(jsonb), is_discipline_scores(jsonb), positive_traits(),
  negative_traits(), trait_conflicts(), is_text_array(jsonb), is_epigenetic_modifiers(jsonb), is_trait_names(jsonb, text[]),
  is_genetics(jsonb), is_activity_list(jsonb), refuse(text, text), treasury(), sink(), purse_of(uuid), escrow_of(bigint),
  ledger_post(timestamptz, uuid, text[], text[], bigint[], bigint[], bigint[], bigint[], bigint[]) to equoria_writer;
