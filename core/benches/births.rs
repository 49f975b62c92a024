//! What a foal costs, from its covering to its first days: `cargo bench -p equoria-rules --bench births`.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use rules::Instant;
use rules::breed::{Breed, by_name};
use rules::breeding::{Conceived, Nurture, Parent, conceive, trait_odds};
use rules::dice::{Dice, Purpose, Secret};
use rules::foal::{Activities, Activity, Foal, Milestones, check_activity};
use rules::heredity::{Estimate, ParentsInbreeding, expected_stat};
use rules::horse::{FIRST_BOND, FIRST_STRESS, Founder, Sex, found};
use rules::pedigree::Inbreeding;
use rules::scale::Gauge;
use rules::traits::{EpigeneticModifiers, Trait};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    births(&mut criterion);
    founders(&mut criterion);
    expecting(&mut criterion);
    enriching(&mut criterion);
    criterion.final_summary();
}

fn secret() -> Secret {
    Secret::new([7; 32])
}

fn breed() -> &'static Breed {
    by_name("American Paint Horse").expect("a breed")
}

fn founder(number: i64, sex: Sex) -> Founder {
    let mut dice = Dice::new(&secret(), Purpose::Founder, &[number.into()]);
    let frequencies = breed().frequencies();
    let now = Instant::UNIX_EPOCH;
    found(&breed().facts, &frequencies, sex, now, &mut dice)
}

fn sires_traits() -> EpigeneticModifiers {
    let positive = vec![Trait::Bold, Trait::Athletic, Trait::EagerLearner];
    EpigeneticModifiers::new(positive, vec![Trait::Aggressive], vec![Trait::Resilient])
        .expect("traits that can stand together")
}

fn dams_traits() -> EpigeneticModifiers {
    EpigeneticModifiers::new(vec![Trait::Calm], vec![Trait::Fragile], vec![Trait::Lazy])
        .expect("traits that can stand together")
}

fn parent<'a>(of: &'a Founder, modifiers: &'a EpigeneticModifiers) -> Parent<'a> {
    Parent {
        genome: &of.inheritance.genome,
        values: &of.inheritance.values,
        inbreeding: Inbreeding::from_millionths(15_000),
        temperament: of.temperament,
        modifiers,
    }
}

const NURTURE: Nurture = Nurture {
    bond: Gauge::clamped(85),
    stress: Gauge::clamped(15),
};

/// One element is a pregnancy with dice of its own, up to the foal with its coat in words.
fn births(criterion: &mut Criterion) {
    let (stallion, mare) = (founder(1, Sex::Male), founder(2, Sex::Female));
    let traits = (sires_traits(), dams_traits());
    let (sire, dam) = (parent(&stallion, &traits.0), parent(&mare, &traits.1));
    let secret = secret();
    let mut group = criterion.benchmark_group("births");
    group.throughput(Throughput::Elements(1));
    let mut pregnancy = 0;
    group.bench_function("a foal", |bench| {
        bench.iter(|| {
            pregnancy += 1;
            let mut dice = Dice::new(&secret, Purpose::Birth, &[pregnancy.into()]);
            let inbreeding = Inbreeding::from_millionths(30_000);
            let facts = &breed().facts;
            let (sire, dam) = (black_box(&sire), black_box(&dam));
            match conceive(sire, dam, NURTURE, inbreeding, facts, &mut dice) {
                Conceived::Foal(foal) => foal.stats.numbers()[0],
                Conceived::Lost(_) => 0,
            }
        });
    });
    group.finish();
}

fn founders(criterion: &mut Criterion) {
    let frequencies = breed().frequencies();
    let (secret, now) = (secret(), Instant::UNIX_EPOCH);
    let mut number = 0;
    criterion.bench_function("a founder", |bench| {
        bench.iter(|| {
            number += 1;
            let mut dice = Dice::new(&secret, Purpose::Founder, &[number.into()]);
            found(&breed().facts, &frequencies, Sex::Male, now, &mut dice)
        });
    });
}

/// What a planned mating says of traits and stats.
fn expecting(criterion: &mut Criterion) {
    let (sire, dam) = (sires_traits(), dams_traits());
    let foal = Inbreeding::from_millionths(130_000);
    criterion.bench_function("the odds of all traits", |bench| {
        bench.iter(|| trait_odds(black_box(&sire).iter().chain(dam.iter()), NURTURE, foal));
    });
    let inbred = ParentsInbreeding {
        sire: foal,
        dam: foal,
    };
    criterion.bench_function("twelve expected stats", |bench| {
        bench.iter(|| {
            let estimate = |stat| Estimate::of_stat(Gauge::clamped(stat), 14, foal);
            let expected = |stat| expected_stat(estimate(stat), estimate(stat + 3), inbred, foal);
            (black_box(9)..21).map(expected).collect::<Vec<_>>()
        });
    });
}

fn enriching(criterion: &mut Criterion) {
    let modifiers = dams_traits();
    let (activities, milestones) = (Activities::default(), Milestones::default());
    let foal = Foal {
        born_at: Instant::UNIX_EPOCH,
        bond: FIRST_BOND,
        stress: FIRST_STRESS,
        modifiers: &modifiers,
        activities: &activities,
        milestones: &milestones,
    };
    let secret = secret();
    let mut number = 0;
    criterion.bench_function("an enrichment activity", |bench| {
        bench.iter(|| {
            number += 1;
            let subject = [number.into(), Activity::SoftVoice.number().into()];
            let mut dice = Dice::new(&secret, Purpose::Enrichment, &subject);
            check_activity(black_box(foal), Activity::SoftVoice, Instant::UNIX_EPOCH)
                .map(|permit| permit.enrich(&mut dice))
        });
    });
}
