//! What the rules cost: `cargo bench -p equoria-rules`. A Worker has 10 ms of processor time for a whole request.

use std::hint::black_box;

use chrono::TimeDelta;
use criterion::{BatchSize, Criterion};
use rules::Instant;
use rules::competition::entry::{Contender, Entered, Snapshot};
use rules::competition::odds::placings;
use rules::competition::placing::Rival;
use rules::competition::score::{drawn_score, expected_score, luck};
use rules::competition::settlement::settle;
use rules::competition::show::ShowFacts;
use rules::dice::{Dice, Purpose, Secret};
use rules::discipline::Discipline;
use rules::id::{EntryId, HorseId, ShowId, UserId};
use rules::money::Coins;
use rules::scale::Gauge;
use rules::stat::Stats;
use rules::temperament::Temperament;
use rules::training::{Trainee, check};
use rules::traits::{EpigeneticModifiers, Trait};

/// A full card of the calendar's usual size.
const FIELD: i64 = 50;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    scoring(&mut criterion);
    settling(&mut criterion);
    odds(&mut criterion);
    training(&mut criterion);
    criterion.final_summary();
}

/// A horse becomes an entry, and the entry gets its score.
fn scoring(criterion: &mut Criterion) {
    let (modifiers, secret) = (modifiers(), Secret::new([7; 32]));
    let contender = contender(1, &modifiers);
    let snapshot = Snapshot::freeze(&contender, racing());
    criterion.bench_function("freeze a snapshot", |bench| {
        bench.iter(|| Snapshot::freeze(black_box(&contender), racing()));
    });
    criterion.bench_function("expected score", |bench| {
        bench.iter(|| expected_score(black_box(&snapshot), racing()));
    });
    criterion.bench_function("drawn score, with its luck", |bench| {
        bench.iter(|| {
            let luck = luck(&secret, ShowId::new(7), black_box(EntryId::new(3)));
            drawn_score(expected_score(black_box(&snapshot), racing()), luck)
        });
    });
}

fn settling(criterion: &mut Criterion) {
    let (show, secret, field) = (show(), Secret::new([7; 32]), field());
    criterion.bench_function("settle a field of 50", |bench| {
        bench.iter(|| settle(&show, &secret, black_box(&field)));
    });
}

/// Fifty equals are the slowest field: any of them may end anywhere.
fn odds(criterion: &mut Criterion) {
    let mixed: Vec<Rival> = field().iter().map(rival).collect();
    let equals: Vec<Rival> = mixed
        .iter()
        .map(|one| Rival {
            expected: rival(&entered(1)).expected,
            ..*one
        })
        .collect();
    for (name, rivals) in [
        ("odds in a mixed field of 50", mixed),
        ("odds among 50 equals", equals),
    ] {
        let own = rivals[rivals.len() / 2];
        let others: Vec<Rival> = rivals
            .into_iter()
            .filter(|one| one.entry_id != own.entry_id)
            .collect();
        criterion.bench_function(name, |bench| {
            bench.iter(|| placings(black_box(&own), black_box(&others)));
        });
    }
}

fn training(criterion: &mut Criterion) {
    let modifiers = modifiers();
    let contender = contender(1, &modifiers);
    let trainee = Trainee {
        born_at: contender.born_at,
        in_foal: false,
        resting_until: None,
        stats: contender.stats,
        temperament: contender.temperament,
        modifiers: &modifiers,
        bond: contender.bond,
        stress: contender.stress,
    };
    let secret = Secret::new([7; 32]);
    let now = contender.born_at + TimeDelta::days(50);
    criterion.bench_function("train a horse", |bench| {
        bench.iter_batched(
            || Dice::new(&secret, Purpose::Training, &[1.into()]),
            |mut dice| {
                check(black_box(trainee), now).map(|permit| permit.train(racing(), 25, &mut dice))
            },
            BatchSize::SmallInput,
        );
    });
}

fn racing() -> Discipline {
    Discipline::by_name("Racing").expect("a discipline")
}

fn modifiers() -> EpigeneticModifiers {
    let positive = vec![Trait::Bold, Trait::Athletic, Trait::EagerLearner];
    EpigeneticModifiers::new(positive, vec![Trait::Aggressive], vec![Trait::Resilient])
        .expect("traits that can stand together")
}

fn contender(number: i64, modifiers: &EpigeneticModifiers) -> Contender<'_> {
    let gauge = |at: usize| Gauge::clamped((number * 7 + at as i64 * 11) % 60);
    Contender {
        horse_id: HorseId::new(number),
        owner: UserId::new(uuid::Uuid::nil()),
        born_at: Instant::UNIX_EPOCH,
        in_foal: false,
        xp: 120,
        stats: Stats::new(std::array::from_fn(gauge)),
        discipline_score: 20 + number % 40,
        temperament: Temperament::ALL[number as usize % Temperament::ALL.len()],
        modifiers,
        bond: Gauge::clamped(70),
        stress: Gauge::clamped(20),
    }
}

fn entered(number: i64) -> Entered {
    let modifiers = modifiers();
    Entered {
        entry_id: EntryId::new(number),
        entered_at: Instant::UNIX_EPOCH + TimeDelta::days(40) + TimeDelta::seconds(number),
        snapshot: Snapshot::freeze(&contender(number, &modifiers), racing()),
    }
}

fn field() -> Vec<Entered> {
    (1..=FIELD).map(entered).collect()
}

fn rival(entered: &Entered) -> Rival {
    Rival {
        entry_id: entered.entry_id,
        entered_at: entered.entered_at,
        expected: expected_score(&entered.snapshot, racing()),
    }
}

fn show() -> ShowFacts {
    ShowFacts {
        id: ShowId::new(7),
        name: "Spring Derby".into(),
        discipline: racing(),
        level_min: None,
        level_max: None,
        entry_fee: Coins::new(50),
        prize: Coins::new(1_001),
        run_date: Instant::UNIX_EPOCH + TimeDelta::days(50),
    }
}
