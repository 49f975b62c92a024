set local role equoria_owner;
drop index idx_pregnancies_lost_to;
alter table pregnancies drop constraint pregnancies_lost_to_fkey;
drop trigger breeds_frequencies on breeds;
drop function breeds_frequencies_rules();
drop trigger genetic_tests_rules on genetic_tests;
drop function genetic_tests_rules();
alter table genetic_tests
  add constraint genetic_tests_locus_check check (locus ~ '^[A-Za-z0-9_]{1,20}$'),
  add constraint genetic_tests_genotype_check check (length(genotype) between 1 and 41);
alter table horses add constraint horses_genotype_check check (length(genotype) <= 2000);
drop trigger horses_genotype on horses;
drop function horses_genotype_rules();
drop table genotypes;
drop table alleles;
drop table loci;
