//! What horses inherit, what tests tell of it, and how diverse breeds are.

use crate::trial::rules;

rules! {
    a_genotype_names_known_alleles_once: "horses_genotype_known_check" Everyone {
        accepted: [
            "select world.endow({mare}, '')",
            "select world.endow({mare}, 'MC1R=E|e KIT=n|TO ASIP=a/A MBTPS2=N/BR1')",
            "select world.endow({stallion}, 'STX17=G3/G1 MBTPS2=BR1/Y')",
        ],
        refused: [
            "select world.endow({mare}, 'MC1R=E/X')",
            "select world.endow({mare}, 'MC2R=E/e')",
            "select world.endow({mare}, 'MC1R=E/e MC1R=E/e')",
            "select world.endow({mare}, 'MC1R=E/e MC1R=e/e')",
            "select world.endow({mare}, 'MC1R=E')",
            "select world.endow({mare}, 'MC1R=E/e/e')",
            "select world.endow({mare}, 'mc1r=E/e')",
            "select world.endow({mare}, 'MC1R=E/e ')",
            "select world.endow({mare}, 'MBTPS2=BR1/Y')",
            "select world.endow({stallion}, 'MBTPS2=BR1/N')",
            "select world.endow({mare}, repeat('x', 3000))",
        ],
    }
    no_horse_lives_with_a_lethal_genotype: "horses_genotype_viable_check" Everyone {
        accepted: [
            "select world.endow({mare}, 'KIT=W20/W20 EDNRB=n/O ACAN=D2/D3')",
            "select world.endow({mare}, 'KIT=W5/W10 MITF=SW3/SW3')",
        ],
        refused: [
            "select world.endow({mare}, 'EDNRB=O/O')",
            "select world.endow({mare}, 'MC1R=E/e PLOD1=WFFS|WFFS')",
            "select world.endow({mare}, 'ACAN=D4/D1')",
            "select world.endow({mare}, 'ACAN=D1/D4')",
        ],
    }
    what_a_horse_inherited_is_known_as_a_whole: "horses_heredity_check" Everyone {
        accepted: ["select world.endow({mare}, 'MC1R=E/e')"],
        refused: [
            "select world.endow({mare}, null)",
            "select world.endow({mare}, 'MC1R=E/e', null)",
            "select world.endow({mare}, 'MC1R=E/e', looks => null)",
            "select world.endow({mare}, 'MC1R=E/e', height => null)",
        ],
    }
    what_a_horse_inherited_never_changes: "horses_heredity_is_final" Everyone {
        accepted: ["select world.endow({mare}, 'MC1R=E/e'); select world.endow({mare}, 'MC1R=E/e')"],
        refused: [
            "select world.endow({mare}, 'MC1R=E/e'); select world.endow({mare}, 'MC1R=e/e')",
            "select world.endow({mare}, 'MC1R=E/e'); select world.endow({mare}, 'MC1R=E/e', array_fill(1, array[14]))",
            "select world.endow({mare}, 'MC1R=E/e'); select world.endow({mare}, 'MC1R=E/e', height => 156)",
            "select world.endow({mare}, 'MC1R=E/e'); select world.endow({mare}, null, null, null, null)",
        ],
    }
    there_are_fourteen_breeding_values: "horses_breeding_values_check" Everyone {
        accepted: ["select world.endow({mare}, '', array_fill(-90000, array[14]))"],
        refused: [
            "select world.endow({mare}, '', array_fill(0, array[13]))",
            "select world.endow({mare}, '', array_fill(0, array[15]))",
            "select world.endow({mare}, '', array_fill(0, array[2, 7]))",
            "select world.endow({mare}, '', array_fill(null::integer, array[14]))",
            "select world.endow({mare}, '', '{}')",
        ],
    }
    a_coat_is_an_object_of_some_size: "horses_coat_check" Everyone {
        accepted: ["select world.endow({mare}, '', looks => '{}')"],
        refused: [
            "select world.endow({mare}, '', looks => '[]')",
            "select world.endow({mare}, '', looks => 'null')",
            "select world.endow({mare}, '', looks => jsonb_build_object('name', repeat('x', 4000)))",
        ],
    }
    a_horse_is_40_to_250_cm_high: "horses_height_cm_check" Everyone {
        accepted: ["select world.endow({mare}, '', height => 40)", "select world.endow({mare}, '', height => 250)"],
        refused: ["select world.endow({mare}, '', height => 39)", "select world.endow({mare}, '', height => 251)"],
    }
    inbreeding_lies_between_0_and_1_and_no_founder_is_inbred: "horses_inbreeding_check" Rights {
        accepted: [
            "set local session_replication_role = replica; update horses set inbreeding = 1 where id = {foal}",
            "set local session_replication_role = replica; update horses set inbreeding = 0.25 where id = {foal}",
        ],
        refused: [
            "set local session_replication_role = replica; update horses set inbreeding = 1.0000001 where id = {foal}",
            "set local session_replication_role = replica; update horses set inbreeding = -0.1 where id = {foal}",
            "set local session_replication_role = replica; update horses set inbreeding = 'NaN' where id = {foal}",
            "set local session_replication_role = replica; update horses set inbreeding = 0.1 where id = {mare}",
        ],
    }
    a_test_tells_alleles_of_a_tested_locus: "genetic_tests_known_check" Everyone {
        accepted: [
            "insert into genetic_tests (horse_id, locus, genotype, tested_at) values ({mare}, 'ASIP', 'a/A', {now})",
            "insert into genetic_tests (horse_id, locus, genotype, tested_at) values ({stallion}, 'MBTPS2', 'N/Y', {now})",
        ],
        refused: [
            "insert into genetic_tests (horse_id, locus, genotype, tested_at) values ({mare}, '', 'A/a', {now})",
            "insert into genetic_tests (horse_id, locus, genotype, tested_at) values ({mare}, 'ASIP', '', {now})",
            "insert into genetic_tests (horse_id, locus, genotype, tested_at) values ({mare}, 'ASIP', 'A/At', {now})",
            "insert into genetic_tests (horse_id, locus, genotype, tested_at) values ({mare}, 'FLAXEN', 'F/f', {now})",
            "insert into genetic_tests (horse_id, locus, genotype, tested_at) values ({mare}, 'MBTPS2', 'N/Y', {now})",
        ],
    }
    a_test_tells_what_the_horse_has: "genetic_tests_true_check" Everyone {
        accepted: [
            "select world.endow({three}, 'ASIP=A|a MBTPS2=N/BR1');
             insert into genetic_tests (horse_id, locus, genotype, tested_at) select {three}, l, g, {now}
             from (values ('ASIP', 'a/A'), ('MC1R', 'E/E'), ('MBTPS2', 'BR1/N')) t (l, g)",
            "select world.endow({stallion}, '');
             insert into genetic_tests (horse_id, locus, genotype, tested_at) values ({stallion}, 'MBTPS2', 'N/Y', {now})",
        ],
        refused: [
            "select world.endow({three}, 'ASIP=A/a');
             insert into genetic_tests (horse_id, locus, genotype, tested_at) values ({three}, 'ASIP', 'A/A', {now})",
            "select world.endow({three}, 'ASIP=a/a');
             insert into genetic_tests (horse_id, locus, genotype, tested_at) values ({three}, 'ASIP', 'A/a', {now})",
            "select world.endow({three}, 'ASIP=A/a');
             insert into genetic_tests (horse_id, locus, genotype, tested_at) values ({three}, 'MC1R', 'E/e', {now})",
            "select world.endow({stallion}, 'MBTPS2=BR1/Y');
             insert into genetic_tests (horse_id, locus, genotype, tested_at) values ({stallion}, 'MBTPS2', 'N/Y', {now})",
        ],
    }
    a_breeds_frequencies_are_basis_points_of_known_alleles: "breeds_allele_frequencies_known_check" Everyone {
        accepted: [
            r#"update breeds set allele_frequencies = '{"MC1R": {"e": 9000, "ea": 1000}, "KIT": {"TO": 0}}' where id = 9001"#,
            "update breeds set allele_frequencies = '{}' where id = 9001",
        ],
        refused: [
            r#"update breeds set allele_frequencies = '{"MC1R": {"e": 9000, "ea": 1001}}' where id = 9001"#,
            r#"update breeds set allele_frequencies = '{"MC1R": {"E": 100}}' where id = 9001"#,
            r#"update breeds set allele_frequencies = '{"MC1R": {"x": 100}}' where id = 9001"#,
            r#"update breeds set allele_frequencies = '{"MC2R": {"e": 100}}' where id = 9001"#,
            r#"update breeds set allele_frequencies = '{"MC1R": {"e": -1}}' where id = 9001"#,
            r#"update breeds set allele_frequencies = '{"MC1R": {"e": 0.5}}' where id = 9001"#,
            r#"update breeds set allele_frequencies = '{"MC1R": {"e": "5"}}' where id = 9001"#,
            r#"update breeds set allele_frequencies = '{"MC1R": 5}' where id = 9001"#,
        ],
    }
    a_locus_has_the_symbol_of_a_gene: "loci_symbol_check" Rights {
        accepted: ["insert into loci values ('COAT9', false, true)"],
        refused: ["insert into loci values ('COAT 9', false, true)", "insert into loci values ('', false, true)"],
    }
    an_allele_has_a_symbol_that_is_no_chromosome: "alleles_symbol_check" Rights {
        accepted: ["insert into alleles values ('MC1R', 'e9', false)"],
        refused: ["insert into alleles values ('MC1R', 'Y', false)", "insert into alleles values ('MC1R', 'e/9', false)"],
    }
    a_locus_has_one_wild_type: "idx_alleles_wild" Rights {
        accepted: ["update alleles set is_wild = false where locus = 'MC1R'; insert into alleles values ('MC1R', 'e9', true)"],
        refused: ["insert into alleles values ('MC1R', 'e9', true)"],
    }
    a_genotype_is_of_one_sex_or_of_both: "genotypes_of_sex_check" Rights {
        accepted: ["insert into genotypes values ('MC1R=E/E9', 'MC1R', 'male', false)"],
        refused: ["insert into genotypes values ('MC1R=E/E9', 'MC1R', 'mare', false)"],
    }
    a_breed_has_no_fewer_horses_than_none: "breed_diversity_horses_check" Everyone {
        accepted: ["select world.diversity(horses => 0)"],
        refused: ["select world.diversity(horses => -1)"],
    }
    a_breed_has_no_fewer_founders_than_none: "breed_diversity_founders_check" Everyone {
        accepted: ["select world.diversity(founders => 0)"],
        refused: ["select world.diversity(founders => -1)"],
    }
    mean_inbreeding_lies_between_0_and_1: "breed_diversity_mean_inbreeding_check" Everyone {
        accepted: ["select world.diversity(inbreeding => 1)"],
        refused: ["select world.diversity(inbreeding => 1.1)", "select world.diversity(inbreeding => 'NaN')"],
    }
    mean_kinship_lies_between_0_and_1: "breed_diversity_mean_kinship_check" Everyone {
        accepted: ["select world.diversity(kinship => 0)"],
        refused: ["select world.diversity(kinship => -0.1)", "select world.diversity(kinship => 'Infinity')"],
    }
    fe_is_a_number_of_founders: "breed_diversity_fe_check" Everyone {
        accepted: ["select world.diversity(fe => 0)"],
        refused: ["select world.diversity(fe => -1)", "select world.diversity(fe => 'Infinity')"],
    }
    fa_is_a_number_of_ancestors: "breed_diversity_fa_check" Everyone {
        accepted: ["select world.diversity(fa => 1.5)"],
        refused: ["select world.diversity(fa => -1)", "select world.diversity(fa => 'NaN')"],
    }
    fg_is_a_number_of_genomes: "breed_diversity_fg_check" Everyone {
        accepted: ["select world.diversity(fg => 0.5)"],
        refused: ["select world.diversity(fg => -1)", "select world.diversity(fg => 'NaN')"],
    }
    ne_is_a_number_of_horses_or_unknown: "breed_diversity_ne_check" Everyone {
        accepted: ["select world.diversity(ne => 50)", "select world.diversity()"],
        refused: ["select world.diversity(ne => -1)", "select world.diversity(ne => 'Infinity')"],
    }
    a_generation_takes_years_or_is_unknown: "breed_diversity_generation_interval_check" Everyone {
        accepted: ["select world.diversity(years => 7.5)"],
        refused: ["select world.diversity(years => -1)", "select world.diversity(years => 'NaN')"],
    }
}
