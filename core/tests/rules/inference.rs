//! Inference: textbook cases by hand, and every answer against counting all genotypes of a family.

use proptest::prelude::*;
use rules::genetics::coat::Phenotype;
use rules::genetics::inference::{
    Evidence, Failure, Family, MOST_MEMBERS, Member, Relative, Site, infer,
};
use rules::genetics::prediction::{Chance, Parent, predict};
use rules::genetics::{Frequencies, Genome, Genotype, Locus, Pair};
use rules::horse::Sex::{self, Female, Male};

/// One locus with a normal allele 0 and a rare one 1.
fn locus(is_x_linked: bool) -> Family {
    let site = Site {
        alleles: 2,
        to_next: 0.5,
    };
    Family {
        sites: vec![site],
        is_x_linked,
        members: Vec::new(),
    }
}

/// The likelihoods of 0/0, 0/1 and 1/1.
fn pairs(none: f64, one: f64, two: f64) -> Evidence {
    Evidence::Likelihood(vec![none, one, one, two])
}

const NORMAL: (f64, f64, f64) = (1.0, 1.0, 0.0);
const AFFECTED: (f64, f64, f64) = (0.0, 0.0, 1.0);
const CARRIER: (f64, f64, f64) = (0.0, 1.0, 0.0);
const CLEAR: (f64, f64, f64) = (1.0, 0.0, 0.0);

fn add(
    family: &mut Family,
    sex: Sex,
    parents: Option<(usize, usize)>,
    known: Option<(f64, f64, f64)>,
    frequency: f64,
) -> usize {
    family.members.push(Member {
        sex,
        dam: parents.map(|it| it.0),
        sire: parents.map(|it| it.1),
        evidence: vec![known.map_or(Evidence::None, |it| pairs(it.0, it.1, it.2))],
        frequencies: vec![vec![1.0 - frequency, frequency]],
    });
    family.members.len() - 1
}

/// The probability that a member has so many copies of allele 1.
fn copies(family: &Family, of: usize, count: usize) -> f64 {
    let posterior = family.posterior(of).unwrap();
    let having = posterior
        .iter()
        .filter(|it| it.alleles[0].iter().sum::<usize>() == count);
    having.map(|it| it.probability).sum()
}

fn assert_close(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() < 1e-12,
        "{found} and not {expected}"
    );
}

#[test]
fn a_normal_sibling_of_an_affected_carries_with_two_thirds() {
    let mut family = locus(false);
    let dam = add(&mut family, Female, None, Some(NORMAL), 0.01);
    let sire = add(&mut family, Male, None, Some(NORMAL), 0.01);
    add(&mut family, Male, Some((dam, sire)), Some(AFFECTED), 0.01);
    let sibling = add(&mut family, Female, Some((dam, sire)), Some(NORMAL), 0.01);
    assert_close(copies(&family, sibling, 1), 2.0 / 3.0);
    assert_close(copies(&family, dam, 1), 1.0);
}

#[test]
fn a_carriers_daughter_by_a_clear_sire_carries_with_one_half() {
    let mut family = locus(false);
    let dam = add(&mut family, Female, None, Some(CARRIER), 0.01);
    let sire = add(&mut family, Male, None, Some(CLEAR), 0.01);
    let daughter = add(&mut family, Female, Some((dam, sire)), None, 0.01);
    assert_close(copies(&family, daughter, 1), 0.5);
}

#[test]
fn normal_foals_by_an_affected_stallion_make_a_mare_less_suspect() {
    // A daughter of a carrier and a clear horse: prior 1/2; each normal foal by an affected stallion halves the odds.
    for foals in 0..8 {
        let mut family = locus(false);
        let grandam = add(&mut family, Female, None, Some(CARRIER), 0.01);
        let grandsire = add(&mut family, Male, None, Some(CLEAR), 0.01);
        let mare = add(&mut family, Female, Some((grandam, grandsire)), None, 0.01);
        let stallion = add(&mut family, Male, None, Some(AFFECTED), 0.01);
        for _ in 0..foals {
            add(
                &mut family,
                Female,
                Some((mare, stallion)),
                Some(NORMAL),
                0.01,
            );
        }
        assert_close(copies(&family, mare, 1), 1.0 / (1.0 + 2.0_f64.powi(foals)));
    }
}

#[test]
fn a_horse_without_a_family_is_in_hardy_weinberg_proportions() {
    let mut family = locus(false);
    let any = add(&mut family, Female, None, None, 0.1);
    for (count, expected) in [(0, 0.81), (1, 0.18), (2, 0.01)] {
        assert_close(copies(&family, any, count), expected);
    }
    // A normal one carries with 2pq / (1 - q^2) = 2q / (1 + q).
    family.members[any].evidence = vec![pairs(1.0, 1.0, 0.0)];
    assert_close(copies(&family, any, 1), 0.2 / 1.1);
}

#[test]
fn a_foal_of_first_cousins_from_a_carrier_is_affected_with_one_in_sixty_four() {
    // One common great-grandparent of the foal carries, everyone else who comes from outside is clear: each of the two
    // paths has three steps, so that both end in the foal with (1/2)^3 * (1/2)^3 = 1/64 (F of such a foal: 1/16 by four alleles).
    let mut family = locus(false);
    let grandam = add(&mut family, Female, None, Some(CARRIER), 0.01);
    let grandsire = add(&mut family, Male, None, Some(CLEAR), 0.01);
    let daughter = add(&mut family, Female, Some((grandam, grandsire)), None, 0.01);
    let son = add(&mut family, Male, Some((grandam, grandsire)), None, 0.01);
    let husband = add(&mut family, Male, None, Some(CLEAR), 0.01);
    let wife = add(&mut family, Female, None, Some(CLEAR), 0.01);
    let one = add(&mut family, Female, Some((daughter, husband)), None, 0.01);
    let other = add(&mut family, Male, Some((wife, son)), None, 0.01);
    let foal = add(&mut family, Male, Some((one, other)), None, 0.01);
    assert_close(copies(&family, foal, 2), 1.0 / 64.0);
    // The foal is affected: now everyone on the paths carries for certain.
    family.members[foal].evidence = vec![pairs(0.0, 0.0, 1.0)];
    for member in [daughter, son, one, other] {
        assert_close(copies(&family, member, 1), 1.0);
    }
}

#[test]
fn a_foal_of_half_siblings_from_a_carrier_is_affected_with_one_in_sixteen() {
    let mut family = locus(false);
    let sire = add(&mut family, Male, None, Some(CARRIER), 0.01);
    let dams = [(); 2].map(|()| add(&mut family, Female, None, Some(CLEAR), 0.01));
    let daughter = add(&mut family, Female, Some((dams[0], sire)), None, 0.01);
    let son = add(&mut family, Male, Some((dams[1], sire)), None, 0.01);
    let foal = add(&mut family, Female, Some((daughter, son)), None, 0.01);
    assert_close(copies(&family, foal, 2), 1.0 / 16.0);
    // A normal foal: P(daughter carries | normal) = (1/2 - 1/16) / (15/16).
    family.members[foal].evidence = vec![pairs(1.0, 1.0, 0.0)];
    assert_close(copies(&family, daughter, 1), 7.0 / 15.0);
}

#[test]
fn an_x_linked_recessive_goes_from_a_carrier_to_half_of_her_sons() {
    // A daughter of a carrier with n normal sons: 1 / (1 + 2^n), as in haemophilia.
    for sons in 0..5 {
        let mut family = locus(true);
        let grandam = add(&mut family, Female, None, Some(CARRIER), 0.01);
        let grandsire = add(&mut family, Male, None, Some(CLEAR), 0.01);
        let mare = add(&mut family, Female, Some((grandam, grandsire)), None, 0.01);
        let stallion = add(&mut family, Male, None, Some(CLEAR), 0.01);
        for _ in 0..sons {
            add(
                &mut family,
                Male,
                Some((mare, stallion)),
                Some((1.0, 0.0, 0.0)),
                0.01,
            );
        }
        assert_close(copies(&family, mare, 1), 1.0 / (1.0 + 2.0_f64.powi(sons)));
    }
    // An affected sire gives his X to every daughter and to no son.
    let mut family = locus(true);
    let dam = add(&mut family, Female, None, Some(CLEAR), 0.01);
    let sire = add(&mut family, Male, None, Some(AFFECTED), 0.01);
    let daughter = add(&mut family, Female, Some((dam, sire)), None, 0.01);
    let son = add(&mut family, Male, Some((dam, sire)), None, 0.01);
    assert_close(copies(&family, daughter, 1), 1.0);
    let posterior = family.posterior(son).unwrap();
    assert_eq!(posterior.len(), 1);
    assert_eq!(posterior[0].alleles, [[0, 0]]);
}

#[test]
fn a_linked_marker_tells_what_a_foal_got() {
    // Two loci six hundredths apart. The dam's strands are known: 1-1 and 0-0. Her foal by a 0-0 sire has the marker.
    let site = |to_next| Site {
        alleles: 2,
        to_next,
    };
    let known = |both| vec![Evidence::Strands(both), Evidence::Strands(both)];
    let member = |sex, parents: Option<(usize, usize)>, evidence| Member {
        sex,
        dam: parents.map(|it| it.0),
        sire: parents.map(|it| it.1),
        evidence,
        frequencies: vec![vec![0.9, 0.1]; 2],
    };
    let marker = vec![pairs(0.0, 1.0, 0.0), Evidence::None];
    let mut family = Family {
        sites: vec![site(0.06), site(0.5)],
        is_x_linked: false,
        members: vec![
            member(Female, None, known([1, 0])),
            member(Male, None, known([0, 0])),
            member(Female, Some((0, 1)), marker),
        ],
    };
    let disease = |family: &Family| -> f64 {
        let posterior = family.posterior(2).unwrap();
        let having = posterior.iter().filter(|it| it.alleles[1].contains(&1));
        having.map(|it| it.probability).sum()
    };
    assert_close(disease(&family), 0.94);
    // In repulsion the marker speaks against it.
    family.members[0].evidence[1] = Evidence::Strands([0, 1]);
    assert_close(disease(&family), 0.06);
    // Where nothing tells the phase, it says nothing: both are as likely in linkage equilibrium.
    family.members[0].evidence = vec![pairs(0.0, 1.0, 0.0), pairs(0.0, 1.0, 0.0)];
    assert_close(disease(&family), 0.5);
}

#[test]
fn what_cannot_be_is_refused_by_the_names_of_those_concerned() {
    let mut family = locus(false);
    let dam = add(&mut family, Female, None, Some(CLEAR), 0.1);
    let sire = add(&mut family, Male, None, None, 0.1);
    let foal = add(&mut family, Female, Some((dam, sire)), Some(AFFECTED), 0.1);
    let stranger = add(&mut family, Female, None, Some(CARRIER), 0.1);
    let impossible = Failure::Impossible {
        members: vec![dam, foal],
    };
    for asked in [dam, sire, foal, stranger] {
        assert_eq!(family.posterior(asked), Err(impossible.clone()));
    }
}

#[test]
fn a_contradiction_is_told_where_less_knowledge_would_be_too_much_to_look_at() {
    // Of 1,024 haplotypes a sire and a foal of whom nothing is known have 2^30 combinations.
    let site = Site {
        alleles: 32,
        to_next: 0.1,
    };
    let strands = |allele| vec![Evidence::Strands([allele; 2]); 2];
    let member = |sex, allele| Member {
        sex,
        dam: None,
        sire: None,
        evidence: strands(allele),
        frequencies: vec![vec![1.0 / 32.0; 32]; 2],
    };
    let foal = Member {
        dam: Some(1),
        sire: Some(0),
        ..member(Female, 3)
    };
    let family = Family {
        sites: vec![site; 2],
        is_x_linked: false,
        members: vec![member(Male, 0), member(Female, 1), foal],
    };
    let impossible = Failure::Impossible {
        members: vec![1, 2],
    };
    assert_eq!(family.posterior(2), Err(impossible));
}

#[test]
fn a_stallion_with_two_alleles_on_the_x_chromosome_is_impossible() {
    let mut family = locus(true);
    let stallion = add(&mut family, Male, None, None, 0.1);
    family.members[stallion].evidence = vec![Evidence::Strands([0, 1])];
    let impossible = Failure::Impossible {
        members: vec![stallion],
    };
    assert_eq!(family.posterior(stallion), Err(impossible));
}

#[test]
fn what_is_no_family_is_refused() {
    let mut family = locus(false);
    let mare = add(&mut family, Female, None, None, 0.1);
    assert_eq!(family.posterior(1), Err(Failure::Malformed { member: 1 }));
    let foal = add(&mut family, Female, Some((mare, mare)), None, 0.1);
    assert_eq!(
        family.posterior(0),
        Err(Failure::Malformed { member: foal })
    );
    family.members[foal].sire = None;
    family.members[mare].dam = Some(foal);
    assert_eq!(
        family.posterior(0),
        Err(Failure::Malformed { member: mare })
    );
    // A foal whose dam has a parent far outside of the family.
    family.members[mare].dam = Some(1_000);
    family.members.swap(mare, foal);
    family.members[mare].dam = Some(foal);
    assert_eq!(
        family.posterior(0),
        Err(Failure::Malformed { member: foal })
    );
    family.members.swap(mare, foal);
    family.members[foal].dam = Some(mare);
    family.members[mare].dam = None;
    family.members[mare].evidence = vec![Evidence::Likelihood(vec![1.0; 3])];
    assert_eq!(
        family.posterior(0),
        Err(Failure::Malformed { member: mare })
    );
    family.members[mare].evidence = vec![Evidence::None];
    for _ in 0..MOST_MEMBERS {
        add(&mut family, Male, None, None, 0.1);
    }
    assert_eq!(family.posterior(0), Err(Failure::TooLarge));
}

/// A family of up to seven with any parents before them, loops included, and any evidence.
fn any_family() -> impl Strategy<Value = Family> {
    let member = (
        any::<bool>(),
        0..9_usize,
        0..9_usize,
        0..6_usize,
        prop::collection::vec(0.05..1.0, 6),
    );
    let members = prop::collection::vec(member, 2..7);
    (members, any::<bool>(), 1..3_usize, 0.0..0.5).prop_map(|(drawn, is_x_linked, loci, r)| {
        let sites = vec![
            Site {
                alleles: 2,
                to_next: r,
            };
            loci
        ];
        let mut members: Vec<Member> = Vec::new();
        for (is_male, dam, sire, kind, weights) in drawn {
            let parent = |at: usize, sex| {
                members
                    .get(at)
                    .is_some_and(|it: &Member| it.sex == sex)
                    .then_some(at)
            };
            let evidence = (0..loci).map(|at| match kind {
                0 => pairs(weights[at], weights[at + 1], weights[at + 2]),
                1 => pairs(1.0, weights[3 + at], 0.0),
                2 if loci == 2 => Evidence::Strands([at, 1 - at]),
                _ => Evidence::None,
            });
            let evidence = evidence.collect();
            members.push(Member {
                sex: if is_male { Male } else { Female },
                dam: parent(dam, Female),
                sire: parent(sire, Male),
                evidence,
                frequencies: (0..loci)
                    .map(|at| vec![1.0 - weights[at] / 2.0, weights[at] / 2.0])
                    .collect(),
            });
        }
        Family {
            sites,
            is_x_linked,
            members,
        }
    })
}

/// The weight of each pair of haplotypes of a member, from every assignment of haplotypes to the whole family.
fn count(family: &Family, of: usize) -> Vec<f64> {
    let haplotypes = 1_usize << family.sites.len();
    let bit = |haplotype: usize, at: usize| haplotype >> at & 1;
    let mut found = vec![0.0; haplotypes * haplotypes];
    let states = haplotypes * haplotypes;
    let mut chosen = vec![0_usize; family.members.len()];
    let transmission = |from: usize, given: usize| {
        let strands = [from / haplotypes, from % haplotypes];
        // Every choice of strand at each locus.
        let choices = 0..haplotypes;
        let weight = |choice: usize| {
            let fits = (0..family.sites.len())
                .all(|at| bit(strands[bit(choice, at)], at) == bit(given, at));
            let crossed = (1..family.sites.len()).map(|at| {
                let r = family.sites[at - 1].to_next;
                if bit(choice, at) == bit(choice, at - 1) {
                    1.0 - r
                } else {
                    r
                }
            });
            if fits {
                crossed.product::<f64>() / 2.0
            } else {
                0.0
            }
        };
        choices.map(weight).sum::<f64>()
    };
    loop {
        let mut weight = 1.0;
        for (member, state) in family.members.iter().zip(&chosen) {
            let (one, other) = (state / haplotypes, state % haplotypes);
            let is_single = family.is_x_linked && member.sex == Male;
            let prior = |haplotype: usize| -> f64 {
                (0..family.sites.len())
                    .map(|at| member.frequencies[at][bit(haplotype, at)])
                    .product()
            };
            weight *= member
                .dam
                .map_or_else(|| prior(one), |dam| transmission(chosen[dam], one));
            weight *= match member.sire {
                _ if is_single => f64::from(u8::from(one == other)),
                Some(sire) if family.is_x_linked => {
                    f64::from(u8::from(chosen[sire] / haplotypes == other))
                }
                Some(sire) => transmission(chosen[sire], other),
                None => prior(other),
            };
            let (mut straight, mut turned) = (true, true);
            for (at, evidence) in member.evidence.iter().enumerate() {
                match evidence {
                    Evidence::None => {}
                    Evidence::Likelihood(cells) => {
                        weight *= cells[bit(one, at) * 2 + bit(other, at)]
                    }
                    Evidence::Strands(both) => {
                        straight &= *both == [bit(one, at), bit(other, at)];
                        turned &= *both == [bit(other, at), bit(one, at)];
                    }
                }
            }
            if !straight && !turned {
                weight = 0.0;
            }
            if weight == 0.0 {
                break;
            }
        }
        found[chosen[of]] += weight;
        let Some(at) = chosen.iter().position(|it| it + 1 < states) else {
            return found;
        };
        chosen[at] += 1;
        chosen[..at].fill(0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn elimination_equals_counting(family in any_family(), asked in 0..7_usize) {
        // Two loci have sixteen states a member: four members are sixty-five thousand assignments.
        let mut family = family;
        family.members.truncate(if family.sites.len() == 1 { 6 } else { 4 });
        let asked = asked % family.members.len();
        let counted = count(&family, asked);
        let total: f64 = counted.iter().sum();
        let haplotypes = 1 << family.sites.len();
        match family.posterior(asked) {
            Ok(posterior) => {
                prop_assert!(total > 0.0);
                let mut left = counted;
                for diplotype in posterior {
                    let index = |side: usize| {
                        let bits = diplotype.alleles.iter().enumerate();
                        bits.map(|(at, both)| both[side] << at).sum::<usize>()
                    };
                    let at = index(0) * haplotypes + index(1);
                    prop_assert!((left[at] / total - diplotype.probability).abs() < 1e-9);
                    left[at] = 0.0;
                }
                prop_assert!(left.iter().all(|it| it / total < 1e-12));
            }
            Err(failure) => {
                prop_assert_eq!(total, 0.0);
                let is_impossible = matches!(failure, Failure::Impossible { .. });
                prop_assert!(is_impossible);
            }
        }
    }
}

fn frequencies(listed: &[(&str, &str, u16)]) -> Frequencies {
    let read = |(locus, allele, bp): &(&str, &str, u16)| {
        let locus: Locus = locus.parse().unwrap();
        (locus, locus.allele(allele).unwrap(), *bp)
    };
    Frequencies::new(listed.iter().map(read)).unwrap()
}

fn alone<'a>(sex: Sex, breed: &'a Frequencies, genome: Option<&Genome>) -> Relative<'a> {
    Relative {
        sex,
        dam: None,
        sire: None,
        breed,
        tested: &[],
        seen: genome.map(Phenotype::of),
    }
}

fn pair(locus: Locus, text: &str) -> Pair {
    locus.parse_pair(text).unwrap()
}

fn chance_of(posterior: &[(Pair, Chance)], of: Pair) -> f64 {
    let found = posterior.iter().find(|it| it.0 == of);
    found.map_or(0.0, |it| it.1.weight() as f64 / it.1.of() as f64)
}

#[test]
fn a_bay_carries_chestnut_as_often_as_her_breed_says() {
    let breed = frequencies(&[("MC1R", "e", 4_000), ("EDNRB", "O", 1_000)]);
    let bay = Genome::wild(Female);
    let posterior = infer(&[alone(Female, &breed, Some(&bay))], 0).unwrap();
    // 2pq / (p^2 + 2pq) with p = 0.6; a multiple of 2^-32.
    let red = posterior.by_locus(Locus::Mc1r);
    let expected = 0.48 / 0.84;
    assert!((chance_of(&red, pair(Locus::Mc1r, "E/e")) - expected).abs() < 1e-9);
    assert_eq!(chance_of(&red, pair(Locus::Mc1r, "e/e")), 0.0);
    // She shows no frame, so she has none.
    assert_eq!(
        posterior.by_locus(Locus::Ednrb),
        [(pair(Locus::Ednrb, "n/n"), Chance::ALWAYS)]
    );
    // Of two such bays, one foal in (2/7)^2 is a chestnut.
    let stallion = infer(&[alone(Male, &breed, Some(&Genome::wild(Male)))], 0).unwrap();
    let (mare, stallion) = (Parent::from(&posterior), Parent::from(&stallion));
    let mating = predict(&mare, &stallion).unwrap();
    let red = mating.by_locus(Locus::Mc1r);
    assert!((red[2].1.live.millionths() as f64 / 1e6 - 4.0 / 49.0).abs() < 1e-6);
}

#[test]
fn lethal_carriers_among_the_living_exclude_the_lost() {
    let breed = frequencies(&[("PLOD1", "WFFS", 1_000)]);
    let posterior = infer(&[alone(Female, &breed, None)], 0).unwrap();
    let fragile = posterior.by_locus(Locus::Plod1);
    assert!((chance_of(&fragile, pair(Locus::Plod1, "N/WFFS")) - 0.18 / 0.99).abs() < 1e-9);
    assert_eq!(chance_of(&fragile, pair(Locus::Plod1, "WFFS/WFFS")), 0.0);
    // A lost foal of two untested parents shows that both carry.
    let tested = [(Locus::Plod1, pair(Locus::Plod1, "WFFS/WFFS"))];
    let lost = Relative {
        dam: Some(0),
        sire: Some(1),
        tested: &tested,
        ..alone(Female, &breed, None)
    };
    let family = [alone(Female, &breed, None), alone(Male, &breed, None), lost];
    for parent in 0..2 {
        let known = infer(&family, parent).unwrap().by_locus(Locus::Plod1);
        assert_eq!(known, [(pair(Locus::Plod1, "N/WFFS"), Chance::ALWAYS)]);
    }
}

#[test]
fn an_allele_that_the_breed_lacks_is_believed_when_it_is_seen() {
    let breed = Frequencies::default();
    let tobiano = *Genotype::parse("KIT=n/TO", Female).unwrap().genome();
    let posterior = infer(&[alone(Female, &breed, Some(&tobiano))], 0).unwrap();
    let kit = posterior.by_locus(Locus::Kit);
    assert!(chance_of(&kit, pair(Locus::Kit, "n/TO")) > 0.99);
}

#[test]
fn a_test_that_contradicts_the_parents_names_them() {
    let breed = frequencies(&[("MC1R", "e", 4_000)]);
    let red = [(Locus::Mc1r, pair(Locus::Mc1r, "e/e"))];
    let black = [(Locus::Mc1r, pair(Locus::Mc1r, "E/E"))];
    let family = [
        Relative {
            tested: &red,
            ..alone(Female, &breed, None)
        },
        alone(Male, &breed, None),
        Relative {
            tested: &black,
            dam: Some(0),
            sire: Some(1),
            ..alone(Male, &breed, None)
        },
    ];
    let impossible = Failure::Impossible {
        members: vec![0, 2],
    };
    assert_eq!(infer(&family, 1), Err(impossible));
}

#[test]
fn the_phase_of_a_mare_follows_from_her_dam() {
    // Her dam is chestnut tobiano e/e TO/TO, so that e and TO came together.
    let breed = frequencies(&[("MC1R", "e", 4_000), ("KIT", "TO", 2_000)]);
    let of = |text, sex| *Genotype::parse(text, sex).unwrap().genome();
    let both = |genome: &Genome| [Locus::Mc1r, Locus::Kit].map(|it| (it, genome.pair(it)));
    let (dam, mare) = (
        of("MC1R=e/e KIT=TO/TO", Female),
        of("MC1R=E/e KIT=n/TO", Female),
    );
    let (dam_tests, mare_tests) = (both(&dam), both(&mare));
    let family = [
        Relative {
            tested: &dam_tests,
            ..alone(Female, &breed, None)
        },
        alone(Male, &breed, None),
        Relative {
            tested: &mare_tests,
            dam: Some(0),
            sire: Some(1),
            ..alone(Female, &breed, None)
        },
    ];
    let mare = Parent::from(&infer(&family, 2).unwrap());
    let red = Parent::from(&of("MC1R=e/e", Male));
    let mating = predict(&red, &mare).unwrap();
    let odds = mating.grouped(|it| (it.base(), it.kit().tobiano));
    let red_tobiano = odds
        .iter()
        .find(|it| it.0 == (rules::genetics::coat::Base::Chestnut, true))
        .unwrap();
    assert_eq!(red_tobiano.1.live, Chance::new(47, 100));
}

#[test]
fn inferred_odds_are_one_together_to_the_last_bit() {
    let breed = frequencies(&[
        ("MC1R", "e", 3_333),
        ("KIT", "W20", 1_111),
        ("ASIP", "a", 2_777),
        ("SLC45A2", "Cr", 777),
        ("MBTPS2", "BR1", 333),
        ("EDNRB", "O", 111),
    ]);
    let [mare, stallion] =
        [Female, Male].map(|sex| Parent::from(&infer(&[alone(sex, &breed, None)], 0).unwrap()));
    let mating = predict(&mare, &stallion).unwrap();
    assert!(!mating.is_exact());
    // All weights are multiples of 2^-48 at conception.
    let whole = 1_u128 << 48;
    let weight = |it: Chance| it.weight() * (whole / it.of());
    let live: u128 = mating.coats().map(|it| weight(it.1.conceived)).sum();
    let lost: u128 = mating.lost().map(|it| weight(it.1)).sum();
    assert_eq!(live + lost, whole);
    // Brindle at random mating: fillies 1/2 * 2pq, colts with the allele are sparse.
    let striped = mating.grouped(|it| it.brindle() == rules::genetics::coat::Brindle::Striped);
    let expected = 0.0333 * 0.9667;
    let found = striped.iter().find(|it| it.0).unwrap().1.live.millionths();
    assert!((f64::from(found) / 1e6 - expected).abs() < 1e-4, "{found}");
}
