//! Meiosis by its ratios: 100,000 gametes at a time, judged by chi-square.
//!
//! The dice are fixed, so a test either always passes or never does; the bounds are those that chance passes once in
//! 100,000 tries.

use rules::dice::Dice;
use rules::genetics::{Allele, Frequencies, Gamete, Genome, Locus, meiosis};
use rules::horse::Sex;

const GAMETES: u32 = 100_000;

/// The chi-square that chance exceeds once in 100,000 tries, by degrees of freedom.
const BOUNDS: [f64; 8] = [19.51, 23.03, 25.90, 28.47, 30.86, 33.11, 35.26, 37.33];

fn dice(number: u8) -> Dice {
    Dice::from_key([number; 32])
}

fn mare(text: &str) -> Genome {
    Genome::parse(text, Sex::Female).unwrap()
}

/// Asserts that counts are in the ratio that is expected.
fn require_ratio(counts: &[u32], ratio: &[u32]) {
    assert_eq!(counts.len(), ratio.len());
    let (all, whole): (u32, u32) = (counts.iter().sum(), ratio.iter().sum());
    let chi_square: f64 = counts
        .iter()
        .zip(ratio)
        .map(|(count, part)| {
            let expected = f64::from(all) * f64::from(*part) / f64::from(whole);
            (f64::from(*count) - expected).powi(2) / expected
        })
        .sum();
    assert!(
        chi_square < BOUNDS[counts.len() - 2],
        "{chi_square:.1}: {counts:?} for {ratio:?}"
    );
}

/// Gametes of a parent, counted by the alleles that they have at two loci: both wild, the first derived, the second, both.
fn counted(parent: &Genome, one: Locus, other: Locus, dice: &mut Dice) -> [u32; 4] {
    let mut counts = [0; 4];
    for _ in 0..GAMETES {
        let gamete = meiosis::gamete(parent, dice);
        let [first, second] = [one, other].map(|it| usize::from(!gamete.allele(it).is_wild()));
        counts[first + 2 * second] += 1;
    }
    counts
}

/// Mendel's first law: a heterozygous parent's gametes are 1 : 1, and the foals of two are 1 : 2 : 1.
#[test]
fn a_heterozygous_locus_segregates_one_to_one_and_one_to_two_to_one() {
    for (number, locus) in Locus::ALL.iter().copied().enumerate() {
        let [wild, derived] = [Allele::WILD, locus.alleles().nth(1).unwrap()];
        let egg = Gamete::default().with(locus, derived);
        let parent = Genome::of(egg, Gamete::default(), Sex::Female);
        let mut dice = dice(number as u8);
        let (mut gametes, mut foals) = ([0; 2], [0; 3]);
        for _ in 0..GAMETES / 5 {
            let [one, other] = [(); 2].map(|()| meiosis::gamete(&parent, &mut dice));
            for gamete in [one, other] {
                gametes[usize::from(gamete.allele(locus) == derived)] += 1;
            }
            let foal = Genome::of(one, other, Sex::Female).pair(locus);
            foals[usize::from(foal.copies(derived))] += 1;
            assert!(foal.alleles().all(|it| [wild, derived].contains(&it)));
        }
        require_ratio(&gametes, &[1, 1]);
        require_ratio(&foals, &[1, 2, 1]);
    }
}

/// Mendel's second law: loci of different chromosomes are independent.
#[test]
fn loci_of_different_chromosomes_assort_independently() {
    let pairs = [
        ("MC1R=E/e ASIP=A/a", Locus::Mc1r, Locus::Asip),
        ("FLAXEN=F/f SOOTY=n/Sty", Locus::Flaxen, Locus::Sooty),
    ];
    for (text, one, other) in pairs {
        let counts = counted(&mare(text), one, other, &mut dice(1));
        require_ratio(&counts, &[1, 1, 1, 1]);
    }
}

/// Chestnut and tobiano stay together in 94 of 100 gametes, in coupling and in repulsion.
#[test]
fn extension_and_kit_recombine_in_six_of_a_hundred() {
    let coupling = counted(
        &mare("MC1R=E|e KIT=n|TO"),
        Locus::Mc1r,
        Locus::Kit,
        &mut dice(2),
    );
    require_ratio(&coupling, &[47, 3, 3, 47]);
    let repulsion = counted(
        &mare("MC1R=E|e KIT=TO|n"),
        Locus::Mc1r,
        Locus::Kit,
        &mut dice(3),
    );
    require_ratio(&repulsion, &[3, 47, 47, 3]);
}

/// Along ECA3, without interference, each interval recombines as the table says and tells nothing of the next.
#[test]
fn four_loci_of_a_chromosome_recombine_interval_by_interval() {
    let loci = [Locus::Rfwd3, Locus::Mc1r, Locus::Kit, Locus::Lcorl];
    let parent = mare("RFWD3=n|PATN1 MC1R=E|e KIT=n|TO LCORL=T|C");
    let mut counts = [0; 8];
    let mut dice = dice(4);
    for _ in 0..GAMETES {
        let gamete = meiosis::gamete(&parent, &mut dice);
        let derived = loci.map(|locus| !gamete.allele(locus).is_wild());
        let crossed = [0, 1, 2].map(|at| usize::from(derived[at] != derived[at + 1]));
        counts[crossed[0] + 2 * crossed[1] + 4 * crossed[2]] += 1;
    }
    let fractions = [0, 1, 2].map(|at: usize| {
        let crossing = loci[at].facts().to_next;
        (crossing.recombinants, crossing.among)
    });
    let ratio: Vec<u32> = (0..8_u32)
        .map(|crossed| {
            let parts = fractions.iter().enumerate();
            parts
                .map(|(at, (recombinants, among))| {
                    if crossed & (1 << at) == 0 {
                        among - recombinants
                    } else {
                        *recombinants
                    }
                })
                .product()
        })
        .collect();
    require_ratio(&counts, &ratio);
}

/// Every two neighbours of the table, by themselves.
#[test]
fn every_two_neighbours_recombine_as_the_table_says() {
    for (at, locus) in Locus::ALL.iter().copied().enumerate() {
        let Some(next) = Locus::ALL.get(at + 1).copied() else {
            continue;
        };
        let both = [locus, next]
            .iter()
            .fold(Gamete::default(), |gamete, locus| {
                gamete.with(*locus, locus.alleles().nth(1).unwrap())
            });
        let parent = Genome::of(both, Gamete::default(), Sex::Female);
        let [neither, one, other, all] = counted(&parent, locus, next, &mut dice(at as u8));
        let crossing = locus.facts().to_next;
        require_ratio(
            &[one + other, neither + all],
            &[
                crossing.recombinants,
                crossing.among - crossing.recombinants,
            ],
        );
    }
}

/// A stallion gives his one X chromosome to every daughter and to no son.
#[test]
fn the_x_chromosome_of_a_stallion_goes_to_his_daughters_alone() {
    let brindle = Locus::Mbtps2.allele("BR1").unwrap();
    let sire = Genome::parse("MBTPS2=BR1/Y", Sex::Male).unwrap();
    let dam = mare("MBTPS2=N/BR1");
    let mut dice = dice(5);
    let (mut fillies, mut colts) = ([0; 2], [0; 2]);
    for _ in 0..GAMETES {
        let (egg, sperm) = (
            meiosis::gamete(&dam, &mut dice),
            meiosis::gamete(&sire, &mut dice),
        );
        let filly = Genome::of(egg, sperm, Sex::Female).pair(Locus::Mbtps2);
        assert!(filly.has(brindle));
        fillies[usize::from(filly.copies(brindle)) - 1] += 1;
        let colt = Genome::of(egg, sperm, Sex::Male).pair(Locus::Mbtps2);
        colts[usize::from(colt.copies(brindle))] += 1;
    }
    require_ratio(&fillies, &[1, 1]);
    require_ratio(&colts, &[1, 1]);
}

/// Founders stand in the proportions of Hardy and Weinberg, p² : 2pq : q², at each of their loci.
#[test]
fn founders_stand_in_the_proportions_of_hardy_and_weinberg() {
    let [e, cream, pearl] = [
        (Locus::Mc1r, "e"),
        (Locus::Slc45a2, "Cr"),
        (Locus::Slc45a2, "Prl"),
    ]
    .map(|(locus, symbol)| (locus, locus.allele(symbol).unwrap()));
    let listed = [
        (e.0, e.1, 6_000),
        (cream.0, cream.1, 2_000),
        (pearl.0, pearl.1, 1_000),
    ];
    let frequencies = Frequencies::new(listed).unwrap();
    let mut dice = dice(6);
    let (mut extension, mut dilution) = ([0; 3], [0; 6]);
    for _ in 0..GAMETES / 5 {
        let founder = Genome::found(&frequencies, Sex::Female, &mut dice);
        extension[usize::from(founder.pair(e.0).copies(e.1))] += 1;
        let pair = founder.pair(cream.0);
        let at = match (pair.copies(cream.1), pair.copies(pearl.1)) {
            (0, 0) => 0,
            (1, 0) => 1,
            (0, 1) => 2,
            (2, 0) => 3,
            (1, 1) => 4,
            _ => 5,
        };
        dilution[at] += 1;
    }
    require_ratio(&extension, &[16, 48, 36]);
    require_ratio(&dilution, &[49, 28, 14, 4, 4, 1]);
}

/// A founder has lived: where the homozygote is lost, the proportions are those among what lives, p² : 2pq.
#[test]
fn founders_of_a_lethal_allele_are_those_that_lived() {
    let frame = (Locus::Ednrb, Locus::Ednrb.allele("O").unwrap());
    let frequencies = Frequencies::new([(frame.0, frame.1, 4_000)]).unwrap();
    let mut dice = dice(7);
    let mut counts = [0; 3];
    for _ in 0..GAMETES / 5 {
        let founder = Genome::found(&frequencies, Sex::Male, &mut dice);
        counts[usize::from(founder.pair(frame.0).copies(frame.1))] += 1;
    }
    assert_eq!(counts[2], 0);
    require_ratio(&counts[..2], &[36, 48]);
}

/// Frame by frame: a quarter of the conceptions is lost, and two thirds of what lives carries.
#[test]
fn two_frame_parents_have_two_frames_to_one_without_among_what_lives() {
    let parent = mare("EDNRB=n/O");
    let frame = Locus::Ednrb.allele("O").unwrap();
    let mut dice = dice(8);
    let mut counts = [0; 3];
    for _ in 0..GAMETES {
        let [egg, sperm] = [(); 2].map(|()| meiosis::gamete(&parent, &mut dice));
        let foal = Genome::of(egg, sperm, Sex::Male);
        let copies = usize::from(foal.pair(Locus::Ednrb).copies(frame));
        assert_eq!(rules::genetics::viability(&foal).is_err(), copies == 2);
        counts[copies] += 1;
    }
    require_ratio(&counts, &[1, 2, 1]);
    require_ratio(&counts[..2], &[1, 2]);
}
