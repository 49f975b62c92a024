//! Inbreeding, kinship and diversity: published values, every refusal, and a slow method that must agree.

use proptest::prelude::*;
use rules::dice::Dice;
use rules::pedigree::{
    Flaw, GenerationInterval, Kinship, Parents, Pedigree, Population, Reach, Register, ancestors,
    ancestral_inbreeding, coefficients, completeness, effective, effective_size,
    equivalent_generations, explain, founder_genomes_by_gene_drop, founders, known_generations,
    optimal_contributions, rank_mates, rate,
};

/// A table from rows of sire and dam, numbered from 1 on with 0 for unknown, as the books print them.
fn table(rows: &[[u32; 2]]) -> Vec<Parents> {
    rows.iter()
        .map(|[sire, dam]| Parents {
            sire: sire.checked_sub(1),
            dam: dam.checked_sub(1),
        })
        .collect()
}

fn pedigree(rows: &[[u32; 2]]) -> Pedigree {
    Pedigree::new(&table(rows)).unwrap()
}

/// Boichard, Maignel & Verrier 1997 (Genet. Sel. Evol. 29:5), figure 2: two families without a link.
const BOICHARD: [[u32; 2]; 20] = [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 0],
    [1, 2],
    [3, 4],
    [5, 6],
    [5, 6],
    [5, 6],
    [5, 6],
    [5, 6],
    [5, 6],
    [5, 6],
    [5, 6],
    [0, 0],
    [0, 0],
    [15, 16],
    [15, 16],
    [17, 18],
    [17, 18],
];

#[test]
fn mrode_table_2_1_has_its_relationships() {
    // Mrode 2005, Linear Models for the Prediction of Animal Breeding Values, table 2.1 and the matrix A beside it.
    let pedigree = pedigree(&[[0, 0], [0, 0], [1, 2], [1, 0], [4, 3], [5, 2]]);
    assert_eq!(coefficients(&pedigree), [0.0, 0.0, 0.0, 0.0, 0.125, 0.125]);
    let kinship = Kinship::new(&pedigree);
    let relationship: Vec<Vec<f64>> = kinship
        .block(&[0, 1, 2, 3, 4, 5], &[0, 1, 2, 3, 4, 5])
        .into_iter()
        .map(|row| row.into_iter().map(|kinship| 2.0 * kinship).collect())
        .collect();
    assert_eq!(
        relationship,
        [
            [1.0, 0.0, 0.5, 0.5, 0.5, 0.25],
            [0.0, 1.0, 0.5, 0.0, 0.25, 0.625],
            [0.5, 0.5, 1.0, 0.25, 0.625, 0.5625],
            [0.5, 0.0, 0.25, 1.0, 0.625, 0.3125],
            [0.5, 0.25, 0.625, 0.625, 1.125, 0.6875],
            [0.25, 0.625, 0.5625, 0.3125, 0.6875, 1.125],
        ]
    );
}

#[test]
fn foals_of_relatives_have_wrights_coefficients() {
    // Wright 1922 (Am. Nat. 56:330): (1/2)^(n1 + n2 + 1) for every common ancestor.
    let full_sibs = pedigree(&[[0, 0], [0, 0], [1, 2], [1, 2], [3, 4]]);
    let half_sibs = pedigree(&[[0, 0], [0, 0], [0, 0], [1, 2], [1, 3], [4, 5]]);
    let parent = pedigree(&[[0, 0], [0, 0], [1, 2], [1, 3]]);
    let first_cousins = pedigree(&[
        [0, 0],
        [0, 0],
        [1, 2],
        [1, 2],
        [0, 0],
        [0, 0],
        [3, 5],
        [6, 4],
        [7, 8],
    ]);
    for (pedigree, f) in [
        (full_sibs, 0.25),
        (half_sibs, 0.125),
        (parent, 0.25),
        (first_cousins, 0.0625),
    ] {
        assert_eq!(coefficients(&pedigree).last(), Some(&f));
    }
}

#[test]
fn full_sib_mating_follows_fibonacci() {
    // Wright 1921 (Genetics 6:124): F over generations of full-sib mating is 0, 1/4, 3/8, 1/2, 19/32, 43/64 ...
    let mut rows = vec![[0, 0], [0, 0]];
    for generation in 0..6 {
        rows.extend([[2 * generation + 1, 2 * generation + 2]; 2]);
    }
    let f = coefficients(&pedigree(&rows));
    let expected = [0.0, 0.0, 0.25, 0.375, 0.5, 0.59375, 0.671875];
    for (generation, expected) in expected.into_iter().enumerate() {
        assert_eq!(f[2 * generation], expected);
        assert_eq!(f[2 * generation + 1], expected);
    }
}

#[test]
fn boichards_example_has_the_published_effective_numbers() {
    // Table II there: fe 4.0, 2.0, 5.6 and fa 2.0, 2.0, 2.94 for the families apart and together.
    let pedigree = pedigree(&BOICHARD);
    let (one, other): (Vec<u32>, Vec<u32>) = ((6..14).collect(), (18..20).collect());
    let both = [one.clone(), other.clone()].concat();
    for (group, fe, fa) in [
        (one, 4.0, 2.0),
        (other, 2.0, 2.0),
        (both, 50.0 / 9.0, 50.0 / 17.0),
    ] {
        assert!((effective(&founders(&pedigree, &group)) - fe).abs() < 1e-12);
        assert!((effective(&ancestors(&pedigree, &group)) - fa).abs() < 1e-12);
    }
}

#[test]
fn lacys_example_has_the_published_founder_genomes() {
    // Lacy 1989 (Zoo Biol. 8:111), appendix A: fe 2.91 and fg 2.18 for the four last animals.
    let pedigree = pedigree(&[[0, 0], [0, 0], [0, 0], [1, 2], [1, 2], [5, 3], [5, 3]]);
    let kinship = Kinship::new(&pedigree);
    let figures = Population::of(&kinship, &[3, 4, 5, 6]);
    assert!((figures.effective_founders - 32.0 / 11.0).abs() < 1e-12);
    // By survival of the founders' alleles, as published; kinship counts alleles that repeat, too.
    let mut dice = Dice::from_key([1; 32]);
    let by_drop = founder_genomes_by_gene_drop(&pedigree, &[3, 4, 5, 6], 100_000, &mut dice);
    assert!((by_drop - 24.0 / 11.0).abs() < 0.01, "{by_drop}");
    assert_eq!(figures.mean_kinship, 0.28125);
    assert!((figures.founder_genomes - 16.0 / 9.0).abs() < 1e-12);
    assert_eq!(
        (figures.animals, figures.founders, figures.inbred),
        (4, 3, 0)
    );
    assert_eq!((figures.sires, figures.dams), (2, 2));
    assert_eq!(figures.size_by_sexes, Some(4.0));
    assert_eq!(figures.effective_size, None);
    assert_eq!(figures.completeness, [1.0, 0.25]);
}

#[test]
fn nobody_is_no_population() {
    let pedigree = pedigree(&BOICHARD);
    let kinship = Kinship::new(&pedigree);
    assert_eq!(Population::of(&kinship, &[]), Population::default());
    assert!(coefficients(&Pedigree::new(&[]).unwrap()).is_empty());
    assert!(Pedigree::new(&[]).unwrap().is_empty());
}

#[test]
fn generations_are_counted_complete_and_known() {
    // Animal 5 knows both parents, one grandparent's side in full and the other not at all: t = 1 + 1/2.
    let pedigree = pedigree(&[[0, 0], [0, 0], [1, 2], [0, 0], [3, 4]]);
    assert_eq!(equivalent_generations(&pedigree), [0.0, 0.0, 1.0, 0.0, 1.5]);
    assert_eq!(known_generations(&pedigree), [0, 0, 1, 0, 2]);
    assert_eq!(completeness(&pedigree, &[4], 10), [1.0, 0.5]);
    assert_eq!(completeness(&pedigree, &[4], 1), [1.0]);
    assert!(completeness(&pedigree, &[0], 10).is_empty());
}

#[test]
fn ancestral_inbreeding_looks_behind_an_outcross() {
    // Ballou 1997: a foal of an inbred sire (F 1/4) and an unrelated dam is not inbred, but 1/8 of its genes were.
    let pedigree = pedigree(&[[0, 0], [0, 0], [1, 2], [1, 2], [3, 4], [0, 0], [5, 6]]);
    let kinship = Kinship::new(&pedigree);
    assert_eq!(kinship.f(6), 0.0);
    assert_eq!(ancestral_inbreeding(&kinship)[6], 0.125);
}

#[test]
fn the_rate_of_inbreeding_gives_back_what_it_is_made_of() {
    // With the same rate d in each of n generations, F = 1 - (1 - d)^n.
    for d in [0.001, 0.01, 0.1, 0.5] {
        let mut rest = 1.0;
        for n in 1..60 {
            rest *= 1.0 - d;
            if rest > 1e-4 {
                let found = rate(1.0 - rest, f64::from(n) + 1.0);
                assert!((found - d).abs() < 1e-12 * f64::from(n), "{d} {n} {found}");
            }
        }
    }
    assert_eq!(rate(0.0, 5.0), 0.0);
    assert_eq!(rate(0.25, 1.0), 0.0);
    assert_eq!(rate(1.0, 3.0), 1.0);
    let ne = effective_size(&[0.25, 0.0], &[2.0, 0.0]).unwrap();
    assert!((ne - 4.0).abs() < 1e-12, "{ne}");
    assert_eq!(effective_size(&[0.0], &[3.0]), None);
}

#[test]
fn a_generation_interval_has_four_paths() {
    let pedigree = pedigree(&[[0, 0], [0, 0], [1, 2], [1, 2], [3, 4]]);
    let births = [Some(2000.0), Some(2002.0), Some(2010.0), Some(2014.0), None];
    let interval = GenerationInterval::of(&pedigree, &births);
    assert_eq!(interval.sire_to_son, Some(10.0));
    assert_eq!(interval.sire_to_daughter, Some(14.0));
    assert_eq!(interval.dam_to_son, Some(8.0));
    assert_eq!(interval.dam_to_daughter, Some(12.0));
    assert_eq!(interval.mean, Some(11.0));
    assert_eq!(GenerationInterval::of(&pedigree, &[]).mean, None);
}

#[test]
fn a_mating_is_explained_by_its_common_ancestors_and_paths() {
    let pedigree = pedigree(&[[0, 0], [0, 0], [1, 2], [1, 2], [0, 0], [3, 5]]);
    let mut kinship = Kinship::new(&pedigree);
    // Uncle and niece: 1/8, half of it through each of the common grandparents.
    let explained = explain(&mut kinship, 5, 3, Reach::default());
    assert_eq!((explained.f, explained.beyond), (0.125, 0.0));
    let told: Vec<(u32, f64)> = explained
        .ancestors
        .iter()
        .map(|each| (each.animal, each.contribution))
        .collect();
    assert_eq!(told, [(0, 0.0625), (1, 0.0625)]);
    assert_eq!(explained.paths.len(), 2);
    for path in &explained.paths {
        assert_eq!((path.sire_side.len(), path.dam_side.len()), (3, 2));
        assert_eq!(path.contribution, 0.0625);
    }
    let near = Reach {
        generations: 0,
        ..Reach::default()
    };
    assert_eq!(explain(&mut kinship, 5, 3, near).beyond, 0.125);
    assert_eq!(explain(&mut kinship, 4, 3, Reach::default()).f, 0.0);
}

#[test]
fn an_inbred_common_ancestor_weighs_more() {
    // Wright: (1/2)^(1 + 1 + 1) (1 + F_A) with F_A = 1/4 for two half sibs out of an inbred sire.
    let pedigree = pedigree(&[
        [0, 0],
        [0, 0],
        [1, 2],
        [1, 2],
        [3, 4],
        [0, 0],
        [0, 0],
        [5, 6],
        [5, 7],
    ]);
    let mut kinship = Kinship::new(&pedigree);
    let explained = explain(&mut kinship, 7, 8, Reach::default());
    assert_eq!(explained.f, 0.15625);
    let [sire] = explained.ancestors.as_slice() else {
        panic!("one common ancestor, not {:?}", explained.ancestors);
    };
    assert_eq!((sire.animal, sire.f, sire.contribution), (4, 0.25, 0.15625));
}

#[test]
fn stallions_are_ranked_by_foal_and_population() {
    // Places: 2 and 3 are full sibs, 4 is out of 2 and an outsider, 5 is an outsider.
    let pedigree = pedigree(&[[0, 0], [0, 0], [1, 2], [1, 2], [3, 6], [0, 0], [0, 0]]);
    let kinship = Kinship::new(&pedigree);
    let mates = rank_mates(&kinship, 3, &[2, 4, 6], &[0, 1, 2, 3, 4, 5, 6]);
    let order: Vec<(u32, f64)> = mates.iter().map(|mate| (mate.animal, mate.f)).collect();
    assert_eq!(order, [(6, 0.0), (4, 0.125), (2, 0.25)]);
    assert!(mates[0].mean_kinship < mates[1].mean_kinship);
}

#[test]
fn optimal_contributions_leave_out_who_is_represented_already() {
    // Unrelated candidates share their sex's half equally: mean kinship 1/2 x (1/4 / n + 1/4 / m).
    let pedigree = pedigree(&[[0, 0], [0, 0], [0, 0], [0, 0], [0, 0], [1, 3]]);
    let kinship = Kinship::new(&pedigree);
    let best = optimal_contributions(&kinship, &[0, 1], &[2, 3, 4]).unwrap();
    assert!((best.mean_kinship - (0.125 / 2.0 + 0.125 / 3.0)).abs() < 1e-10);
    let shares: Vec<f64> = best.contributions.iter().map(|each| each.share).collect();
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    // The son of 0 and 2 brings nothing that they don't: less than they, and both sexes still give a half each.
    let best = optimal_contributions(&kinship, &[0, 1, 5], &[2, 3, 4]).unwrap();
    let share = |at: usize| best.contributions[at].share;
    assert!(share(2) < share(1) && share(0) + share(2) < 2.0 * share(1));
    assert!((share(0) + share(1) + share(2) - 0.5).abs() < 1e-12);
    assert!(optimal_contributions(&kinship, &[], &[2]).is_none());
}

#[test]
fn impossible_tables_are_refused_with_their_rows() {
    for (rows, flaw) in [
        (vec![[0, 0], [2, 0]], Flaw::OwnParent { row: 1 }),
        (vec![[0, 0], [1, 1]], Flaw::SameParents { row: 1 }),
        (vec![[0, 0], [1, 9]], Flaw::NoSuchParent { row: 1 }),
        (
            vec![[0, 0], [3, 1], [4, 0], [2, 0]],
            Flaw::Cycle {
                rows: vec![1, 2, 3],
            },
        ),
    ] {
        assert_eq!(Pedigree::new(&table(&rows)).unwrap_err(), flaw);
        assert!(flaw.to_string().contains('1'), "{flaw}");
    }
}

#[test]
fn a_chain_of_a_million_generations_needs_no_call_stack() {
    let rows: Vec<[u32; 2]> = (1..=1_000_000)
        .map(|number| [(number + 1) % 1_000_001, 0])
        .collect();
    assert_eq!(known_generations(&pedigree(&rows))[0], 999_999);
}

#[test]
fn a_register_refuses_impossible_rows() {
    let refused = |rows: &[[i64; 3]]| {
        let column = |at: usize| rows.iter().map(|row| row[at]).collect::<Vec<_>>();
        Register::new(&column(0), &column(1), &column(2)).unwrap_err()
    };
    assert_eq!(
        refused(&[[7, 0, 0], [5, 0, 0], [7, 5, 0]]),
        Flaw::Duplicate { row: 2, first: 0 }
    );
    assert_eq!(refused(&[[9, 0, 0], [5, 5, 0]]), Flaw::OwnParent { row: 1 });
    assert_eq!(
        refused(&[[9, 0, 0], [5, 9, 9]]),
        Flaw::SameParents { row: 1 }
    );
    assert_eq!(
        refused(&[[9, 0, 0], [5, 9, 0], [4, 5, 9]]),
        Flaw::BothSexes {
            as_sire: 1,
            as_dam: 2
        }
    );
    assert!(matches!(
        refused(&[[9, 5, 0], [5, 4, 0], [4, 9, 0]]),
        Flaw::Cycle { rows } if rows.len() == 3
    ));
}

#[test]
fn a_register_answers_by_identifier() {
    // Rows in any order; 100 and 200 have none of their own.
    let register = Register::new(&[30, 10, 20], &[10, 100, 100], &[20, 200, 200]).unwrap();
    assert_eq!(register.f(30), 0.25);
    assert_eq!(register.f(100), 0.0);
    assert_eq!(register.f(4711), 0.0);
    let planned = register.planned(10, 20, Reach::default());
    assert_eq!(planned.f, 0.25);
    let ancestors: Vec<i64> = planned.ancestors.iter().map(|each| each.animal).collect();
    assert_eq!(ancestors, [100, 200]);
    let ends: Vec<&[i64]> = planned.paths.iter().map(|path| &*path.dam_side).collect();
    assert!(ends.contains(&[20, 100].as_slice()) && ends.len() == 2);
    assert_eq!(register.planned(10, 4711, Reach::default()).f, 0.0);
    let mates = register.mates(20, &[10, 100, 4711], &[10, 20]);
    assert_eq!(mates.len(), 2);
    assert_eq!(register.diversity(&[10, 20]).mean_kinship, 0.375);
}

/// A pedigree of up to 40 animals with parents of all generations, some of them unknown.
fn any_pedigree() -> impl Strategy<Value = Vec<Parents>> {
    let parents = (any::<(u32, u32)>(), 0..10_u32);
    prop::collection::vec(parents, 1..40).prop_map(|draws| {
        let mut table: Vec<Parents> = Vec::new();
        for (place, ((sire, dam), unknown)) in (0_u32..).zip(draws) {
            // Even places are male, odd ones female.
            let of = |draw: u32, sex: u32| {
                let some = (place + 1 - sex) / 2;
                (some > 0).then(|| draw % some * 2 + sex)
            };
            table.push(Parents {
                sire: of(sire, 0).filter(|_| unknown != 0 && unknown != 1),
                dam: of(dam, 1).filter(|_| unknown != 0 && unknown != 2),
            });
        }
        table
    })
}

/// Kinship as the books teach it: a table, row by row (Emik & Terrill 1949, J. Hered. 40:51). Parents stand first.
fn by_table(table: &[Parents]) -> Vec<Vec<f64>> {
    let mut kinship = vec![vec![0.0; table.len()]; table.len()];
    for (own, parents) in table.iter().enumerate() {
        let of = |parent: Option<u32>, other: usize, kinship: &[Vec<f64>]| {
            parent.map_or(0.0, |parent| kinship[parent as usize][other])
        };
        for other in 0..own {
            let mean = 0.5 * (of(parents.sire, other, &kinship) + of(parents.dam, other, &kinship));
            (kinship[own][other], kinship[other][own]) = (mean, mean);
        }
        let f = match (parents.sire, parents.dam) {
            (Some(sire), Some(dam)) => kinship[sire as usize][dam as usize],
            _ => 0.0,
        };
        kinship[own][own] = 0.5 * (1.0 + f);
    }
    kinship
}

proptest! {
    #[test]
    fn every_way_to_kinship_agrees_with_the_table(table in any_pedigree(), group in any::<u64>()) {
        let expected = by_table(&table);
        let pedigree = Pedigree::new(&table).unwrap();
        let mut kinship = Kinship::new(&pedigree);
        let close = |one: f64, other: f64| (one - other).abs() < 1e-14;
        let group: Vec<u32> = (0..table.len() as u32).filter(|at| group >> at & 1 == 1).collect();
        let mean = kinship.mean_with(&group);
        for one in 0..table.len() {
            prop_assert!(close(kinship.f(one as u32), 2.0 * expected[one][one] - 1.0));
            let all = kinship.with_all(one as u32);
            let sum: f64 = group.iter().map(|at| expected[one][*at as usize]).sum();
            prop_assert!(group.is_empty() || close(mean[one], sum / group.len() as f64));
            for other in 0..table.len() {
                prop_assert!(close(all[other], expected[one][other]));
                prop_assert!(close(kinship.between(one as u32, other as u32), expected[one][other]));
            }
        }
        if !group.is_empty() {
            let sum: f64 = group.iter().map(|at| mean[*at as usize]).sum();
            prop_assert!(close(kinship.mean_within(&group), sum / group.len() as f64));
        }
    }

    #[test]
    fn the_order_of_rows_changes_not_a_bit(table in any_pedigree(), keys in any::<[u32; 40]>()) {
        let mut order: Vec<usize> = (0..table.len()).collect();
        order.sort_by_key(|at| keys[*at]);
        let column = |of: fn(&Parents) -> Option<u32>, order: &[usize]| -> Vec<i64> {
            order.iter().map(|at| of(&table[*at]).map_or(0, |parent| i64::from(parent) + 1)).collect()
        };
        let register = |order: &[usize]| {
            let ids: Vec<i64> = order.iter().map(|at| *at as i64 + 1).collect();
            Register::new(&ids, &column(|each| each.sire, order), &column(|each| each.dam, order)).unwrap()
        };
        let straight: Vec<usize> = (0..table.len()).collect();
        let living: Vec<i64> = (1..=table.len() as i64).collect();
        let (one, other) = (register(&straight), register(&order));
        let bits = |register: &Register| -> Vec<u64> {
            coefficients(register.pedigree()).into_iter().map(f64::to_bits).collect()
        };
        prop_assert_eq!(bits(&one), bits(&other));
        prop_assert_eq!(one.diversity(&living), other.diversity(&living));
    }

    #[test]
    fn common_ancestors_make_up_the_whole_of_f(table in any_pedigree()) {
        let pedigree = Pedigree::new(&table).unwrap();
        let mut kinship = Kinship::new(&pedigree);
        let reach = Reach { generations: 40, ancestors: 40, paths: 100_000 };
        let last = table.len() as u32 - 1;
        for dam in (1..=last).step_by(2) {
            let explained = explain(&mut kinship, 0, dam, reach);
            let told: f64 = explained.ancestors.iter().map(|each| each.contribution).sum();
            if known_generations(&pedigree)[dam as usize] <= 12 {
                prop_assert!((told - explained.f).abs() < 1e-14);
                let paths: f64 = explained.paths.iter().map(|path| path.contribution).sum();
                prop_assert!(paths <= explained.f + 1e-14);
                let falling = explained.paths.windows(2).all(|two| two[0].contribution >= two[1].contribution);
                prop_assert!(falling);
            }
        }
    }

    #[test]
    fn ancestors_explain_everything_once(table in any_pedigree()) {
        let pedigree = Pedigree::new(&table).unwrap();
        let group: Vec<u32> = (0..table.len() as u32).collect();
        let found = ancestors(&pedigree, &group);
        let sum: f64 = found.iter().map(|each| each.share).sum();
        prop_assert!((sum - 1.0).abs() < 1e-9);
        prop_assert!(found.windows(2).all(|two| two[0].share >= two[1].share));
    }
}
