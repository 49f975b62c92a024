//! What a planned mating and an inference cost: `cargo bench -p equoria-rules --bench prediction`.

use std::hint::black_box;

use criterion::Criterion;
use rules::genetics::coat::Phenotype;
use rules::genetics::inference::{Relative, infer};
use rules::genetics::prediction::{Parent, predict};
use rules::genetics::{Frequencies, Genome, Genotype, Locus, Pair};
use rules::horse::Sex;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    joint(&mut criterion);
    tables(&mut criterion);
    inferring(&mut criterion);
    criterion.final_summary();
}

fn parent(text: &str, sex: Sex) -> Parent {
    Parent::from(&Genotype::parse(text, sex).expect("a genotype"))
}

/// Two breeds' usual horses, and two parents heterozygous at every locus that shows.
const MATINGS: &[(&str, &str, &str)] = &[
    (
        "of two riding horses",
        "MC1R=E/e ASIP=A/a PLOD1=N/WFFS STX17=G1/G3 LCORL=T/C",
        "MC1R=e/e ASIP=A/A KIT=n/W20 PLOD1=N/WFFS",
    ),
    (
        "of two paints",
        "MC1R=E|e KIT=TO|n ASIP=A/a SLC45A2=N/Cr TBX3=nd2/D EDNRB=n/O SCN4A=N/H FLAXEN=F/f SOOTY=n/Sty",
        "MC1R=E|e KIT=n|W20 ASIP=A/a SLC45A2=N/Cr EDNRB=n/O GBE1=N/GBED FLAXEN=F/f RABICANO=n/Rb",
    ),
    ("of parents heterozygous everywhere", WORST, WORST),
];

const WORST: &str = "ACAN=N|D1 TRPM1=lp|LP MYO5A=N|LFS SLC24A5=N|TE1 PLOD1=N/WFFS RFWD3=n|PATN1 MC1R=E|e KIT=TO|Rn \
    PAX3=N|SW2 PMEL=N|Z MFSD12=N/Mu TBX3=nd1/D PRKDC=N/SCID KRT25=N|Cu SP6=N|Cu SLC36A1=N/Ch MITF=N/SW1 EDNRB=n/O \
    SLC45A2=Cr/Prl ASIP=A/a STX17=G2/G3 GBE1=N/GBED FLAXEN=F/f SOOTY=n/Sty PANGARE=n/P RABICANO=n/Rb";

fn joint(criterion: &mut Criterion) {
    for (name, sire, dam) in MATINGS {
        let (sire, dam) = (parent(sire, Sex::Male), parent(dam, Sex::Female));
        let mating = predict(&sire, &dam).expect("a mating");
        let name = format!("predict the mating {name}, {} looks", mating.looks());
        criterion.bench_function(&name, |bench| {
            bench.iter(|| predict(black_box(&sire), black_box(&dam)).map(|it| it.looks()));
        });
    }
}

fn tables(criterion: &mut Criterion) {
    let (sire, dam) = (
        parent(MATINGS[1].1, Sex::Male),
        parent(MATINGS[1].2, Sex::Female),
    );
    let mating = predict(&sire, &dam).expect("a mating");
    criterion.bench_function("the table of every locus", |bench| {
        bench.iter(|| {
            Locus::ALL
                .iter()
                .map(|it| black_box(&mating).by_locus(*it).len())
                .sum::<usize>()
        });
    });
    criterion.bench_function("a parent from a genome", |bench| {
        let genome = Genome::parse(MATINGS[1].1, Sex::Male).expect("a genome");
        bench.iter(|| Parent::from(black_box(&genome)));
    });
}

fn frequencies() -> Frequencies {
    let listed = [
        ("MC1R", "e", 4_000),
        ("ASIP", "a", 3_500),
        ("KIT", "TO", 1_000),
        ("KIT", "W20", 2_000),
        ("KIT", "SB1", 300),
        ("EDNRB", "O", 300),
        ("SLC45A2", "Cr", 800),
        ("SLC45A2", "Prl", 100),
        ("TBX3", "D", 500),
        ("TBX3", "nd1", 2_000),
        ("MITF", "SW1", 500),
        ("PMEL", "Z", 100),
        ("STX17", "G3", 200),
        ("SLC36A1", "Ch", 100),
        ("TRPM1", "LP", 100),
        ("RFWD3", "PATN1", 200),
        ("PPIB", "HRD", 150),
        ("GBE1", "GBED", 400),
        ("SCN4A", "H", 100),
        ("GYS1", "P1", 600),
        ("RYR1", "MH", 50),
        ("MYH1", "My", 500),
        ("LCORL", "C", 3_000),
        ("HMGA2", "A", 100),
        ("MSTN", "C", 6_000),
        ("DMRT3", "A", 200),
        ("FLAXEN", "f", 3_000),
        ("SOOTY", "Sty", 2_000),
        ("PANGARE", "P", 500),
        ("RABICANO", "Rb", 500),
        ("MBTPS2", "BR1", 10),
    ];
    let alleles = listed.map(|(locus, allele, bp)| {
        let locus: Locus = locus.parse().expect("a locus");
        (locus, locus.allele(allele).expect("an allele"), bp)
    });
    Frequencies::new(alleles).expect("frequencies")
}

/// A mare with her parents and grandparents: all are seen, and the dam and one grandsire are tested.
fn inferring(criterion: &mut Criterion) {
    let breed = frequencies();
    let genomes = [
        (Sex::Male, "MC1R=E/e ASIP=A/a KIT=n/W20", None),
        (Sex::Female, "MC1R=e/e ASIP=A/A SLC45A2=N/Cr", None),
        (Sex::Male, "MC1R=E/e KIT=n/TO FLAXEN=F/f", None),
        (Sex::Female, "MC1R=E/E ASIP=A/a", None),
        (
            Sex::Male,
            "MC1R=E/e ASIP=A/a KIT=n/W20 SLC45A2=N/Cr",
            Some((1, 0)),
        ),
        (Sex::Female, "MC1R=E|e KIT=n|TO ASIP=A/a", Some((3, 2))),
        (
            Sex::Female,
            "MC1R=E|e KIT=n|W20 ASIP=A/a SLC45A2=N/Cr",
            Some((5, 4)),
        ),
    ];
    let genomes = genomes.map(|(sex, text, parents)| {
        let genotype = Genotype::parse(text, sex).expect("a genotype");
        (*genotype.genome(), parents)
    });
    let tests = genomes.map(|(genome, _)| {
        let tested = Locus::ALL.iter().filter(|it| it.facts().is_tested);
        tested
            .map(|it| (*it, genome.pair(*it)))
            .collect::<Vec<(Locus, Pair)>>()
    });
    let family: Vec<Relative> = (0..7)
        .map(|at| Relative {
            sex: genomes[at].0.sex(),
            dam: genomes[at].1.map(|it| it.0),
            sire: genomes[at].1.map(|it| it.1),
            breed: &breed,
            tested: if at == 5 || at == 0 { &tests[at] } else { &[] },
            seen: Some(Phenotype::of(&genomes[at].0)),
        })
        .collect();
    criterion.bench_function("infer a mare of her parents and grandparents", |bench| {
        bench.iter(|| infer(black_box(&family), 6));
    });
    let mare = Parent::from(&infer(&family, 6).expect("a posterior"));
    let sire = Parent::from(&infer(&family, 4).expect("a posterior"));
    let known = parent(MATINGS[1].1, Sex::Male);
    for (name, sire) in [
        ("an inferred mare and a known stallion", &known),
        ("two inferred parents", &sire),
    ] {
        let looks = predict(&mare, sire).expect("a mating").looks();
        criterion.bench_function(
            &format!("predict the mating of {name}, {looks} looks"),
            |bench| {
                bench.iter(|| predict(black_box(&mare), black_box(sire)).map(|it| it.looks()));
            },
        );
    }
}
