-- Memberships of roles belong to the cluster and stay.
set local role equoria_owner;

revoke select (show_id) on show_secrets from equoria_anonymiser;
revoke select on disciplines, breeds, loci, alleles, genotypes, breed_diversity, users, stables, horses, horse_discipline_scores,
  starter_horses, pregnancies, stud_listings, genetic_tests, foals, foal_development, foal_training_history, training_logs,
  accounts, transfers, postings, stipend_claims, shows, show_entries, competition_results, ops.game_clock from equoria_anonymiser;
