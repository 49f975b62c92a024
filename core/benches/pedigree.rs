//! What pedigrees cost: `cargo bench -p equoria-rules --bench pedigree`.

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use rules::dice::Dice;
use rules::pedigree::{
    Kinship, Parents, Pedigree, Population, Reach, ancestors, coefficients, explain,
};

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .configure_from_args();
    whole(&mut criterion);
    one(&mut criterion);
    criterion.final_summary();
}

/// A breed of discrete generations: so many foals in each, by random stallions and mares of the one before. Selection
/// leaves few of them.
struct Breed {
    generations: u32,
    foals: u32,
    sires: u32,
    mares: u32,
}

impl Breed {
    fn pedigree(&self) -> Pedigree {
        let mut dice = Dice::from_key([7; 32]);
        let mut table = vec![Parents::default(); self.foals as usize];
        for generation in 1..self.generations {
            let before = (generation - 1) * self.foals;
            let mut of = |sex: u32| before + 2 * dice.below(self.foals / 2) + sex;
            let sires: Vec<u32> = (0..self.sires).map(|_| of(0)).collect();
            let mares: Vec<u32> = (0..self.mares).map(|_| of(1)).collect();
            for _ in 0..self.foals {
                let mut pick = |from: &[u32]| {
                    let at = dice.below(from.len() as u32);
                    from.get(at as usize).copied()
                };
                table.push(Parents {
                    sire: pick(&sires),
                    dam: pick(&mares),
                });
            }
        }
        Pedigree::new(&table).expect("a breed is a pedigree")
    }
}

const fn random(generations: u32, foals: u32, sires: u32, mares: u32) -> Breed {
    Breed {
        generations,
        foals,
        sires,
        mares,
    }
}

fn whole(criterion: &mut Criterion) {
    for (name, breed) in [
        (
            "F of 100,000, 20 generations, 100 sires",
            random(20, 5_000, 100, 2_500),
        ),
        (
            "F of 200,000, 20 generations, 200 sires",
            random(20, 10_000, 200, 5_000),
        ),
        (
            "F of 1,000,000, 20 generations, 500 sires",
            random(20, 50_000, 500, 25_000),
        ),
        (
            "F of 1,000,000, 20 generations, 1,000 sires",
            random(20, 50_000, 1_000, 25_000),
        ),
        (
            "F of 1,000,000, 20 generations, 2,000 sires",
            random(20, 50_000, 2_000, 25_000),
        ),
        (
            "F of 1,000,000, 40 generations, 50 sires, selected",
            random(40, 25_000, 50, 2_000),
        ),
    ] {
        let pedigree = breed.pedigree();
        criterion.bench_function(name, |bench| {
            bench.iter(|| coefficients(black_box(&pedigree)));
        });
    }
}

fn one(criterion: &mut Criterion) {
    for (name, breed) in [
        (
            "of 100,000 in 10 generations",
            random(10, 10_000, 100, 5_000),
        ),
        (
            "of 1,000,000 in 20 generations",
            random(20, 50_000, 500, 25_000),
        ),
    ] {
        let pedigree = breed.pedigree();
        let mut kinship = Kinship::new(&pedigree);
        let last = pedigree.len() as u32;
        let (sire, dam) = (last - 2, last - 1001);
        criterion.bench_function(&format!("F of a new foal, {name}"), |bench| {
            bench.iter(|| kinship.between(black_box(sire), dam));
        });
        criterion.bench_function(&format!("a planned mating explained, {name}"), |bench| {
            bench.iter(|| explain(&mut kinship, black_box(sire), dam, Reach::default()));
        });
    }
    let pedigree = random(10, 1_000, 20, 500).pedigree();
    let kinship = Kinship::new(&pedigree);
    let living: Vec<u32> = (9_000..10_000).collect();
    criterion.bench_function("figures of the last 1,000 of 10,000", |bench| {
        bench.iter(|| Population::of(black_box(&kinship), &living));
    });
    let pedigree = random(20, 10_000, 200, 5_000).pedigree();
    let young: Vec<u32> = (190_000..200_000).collect();
    criterion.bench_function("ancestors (fa) of the last 10,000 of 200,000", |bench| {
        bench.iter(|| ancestors(black_box(&pedigree), &young));
    });
}
