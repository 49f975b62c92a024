-- Who copies a restored database for others reads what is copied, and nothing that guards an account or a show. And the
-- migrator sees who stands in its way.
do $$
begin
  if not pg_has_role('equoria_migrator', 'pg_read_all_stats', 'member') then
    grant pg_read_all_stats to equoria_migrator;
  end if;
exception
  when insufficient_privilege then
    raise exception 'only the database''s administrator may say: grant pg_read_all_stats to equoria_migrator'
      using errcode = 'insufficient_privilege';
end
$$;

set local role equoria_owner;

grant select on disciplines, breeds, loci, alleles, genotypes, breed_diversity, users, stables, horses, horse_discipline_scores,
  starter_horses, pregnancies, stud_listings, genetic_tests, foals, foal_development, foal_training_history, training_logs,
  accounts, transfers, postings, stipend_claims, shows, show_entries, competition_results, ops.game_clock to equoria_anonymiser;
grant select (show_id) on show_secrets to equoria_anonymiser;
