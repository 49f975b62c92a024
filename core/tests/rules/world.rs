//! What the tests build their worlds from.

use proptest::prelude::*;
use proptest::sample::subsequence;
use rules::Instant;
use rules::competition::entry::{Contender, Entered, Rider, Snapshot};
use rules::competition::show::{Host, Show, ShowFacts, ShowState};
use rules::dice::Secret;
use rules::discipline::Discipline;
use rules::id::{EntryId, HorseId, ShowId, UserId};
use rules::money::Coins;
use rules::scale::{Bp, Gauge};
use rules::stat::{Stat, Stats};
use rules::temperament::Temperament;
use rules::traits::{EpigeneticModifiers, Sign, Trait, VisibleTraits};

pub fn at(text: &str) -> Instant {
    text.parse().expect("an instant in RFC 3339")
}

/// Sunday at noon.
pub fn noon() -> Instant {
    at("2026-11-22T12:00:00Z")
}

pub fn racing() -> Discipline {
    Discipline::by_name("Racing").expect("a discipline")
}

pub fn gauge(reading: i64) -> Gauge {
    Gauge::checked("test", reading).expect("0 to 100")
}

pub fn secret() -> Secret {
    Secret::new(core::array::from_fn(|byte| byte as u8))
}

pub fn user(number: u128) -> UserId {
    UserId::new(uuid::Uuid::from_u128(number))
}

pub fn show() -> Show {
    Show {
        facts: ShowFacts {
            id: ShowId::new(7),
            name: "Spring Derby".into(),
            discipline: racing(),
            level_min: None,
            level_max: Some(10),
            entry_fee: Coins::new(50),
            prize: Coins::new(1_001),
            run_date: noon(),
        },
        state: ShowState::Open,
        host: Host::User(user(1)),
    }
}

pub fn rider() -> Rider {
    Rider {
        user: user(2),
        purse: Coins::new(1_000),
        already_entered: false,
    }
}

pub fn contender(modifiers: &EpigeneticModifiers) -> Contender<'_> {
    Contender {
        horse_id: HorseId::new(101),
        owner: user(2),
        born_at: at("2026-10-01T00:00:00Z"),
        in_foal: false,
        xp: 120,
        stats: Stats::default()
            .with(Stat::Speed, gauge(20))
            .with(Stat::Stamina, gauge(18))
            .with(Stat::Focus, gauge(15)),
        discipline_score: 25,
        temperament: Temperament::Bold,
        modifiers,
        bond: gauge(80),
        stress: gauge(10),
    }
}

pub fn snapshot(horse: i64, points: i64) -> Snapshot {
    Snapshot {
        horse_id: HorseId::new(horse),
        stats: [gauge(10); 3],
        discipline_score: points,
        temperament: Temperament::Steady,
        traits: VisibleTraits::default(),
        hidden_bp: Bp::ZERO,
        bond: gauge(50),
        stress: gauge(30),
    }
}

pub fn entered(entry: i64, points: i64) -> Entered {
    Entered {
        entry_id: EntryId::new(entry),
        entered_at: at("2026-11-20T08:00:00Z"),
        snapshot: snapshot(100 + entry, points),
    }
}

/// Every trait that can stand beside those before it, out of the drawn ones.
pub fn compatible(drawn: Vec<Trait>) -> Vec<Trait> {
    let fits =
        |standing: &[Trait], one: Trait| standing.iter().all(|other| !one.conflicts_with(*other));
    drawn.into_iter().fold(Vec::new(), |mut standing, one| {
        if fits(&standing, one) {
            standing.push(one);
        }
        standing
    })
}

pub fn some_modifiers() -> impl Strategy<Value = EpigeneticModifiers> {
    let drawn = subsequence(Trait::ALL.to_vec(), 0..=Trait::ALL.len()).prop_shuffle();
    (drawn, any::<u32>()).prop_map(|(drawn, hiding)| {
        let (mut positive, mut negative, mut hidden) = (vec![], vec![], vec![]);
        for one in compatible(drawn) {
            match one.facts().sign {
                _ if hiding >> (one as u32) & 1 == 1 => hidden.push(one),
                Sign::Positive => positive.push(one),
                Sign::Negative => negative.push(one),
            }
        }
        EpigeneticModifiers::new(positive, negative, hidden).expect("they can stand together")
    })
}

pub fn some_gauge() -> impl Strategy<Value = Gauge> {
    (0_i64..=100).prop_map(gauge)
}

pub fn some_discipline() -> impl Strategy<Value = Discipline> {
    proptest::sample::select(Discipline::ALL.to_vec())
}

pub fn some_temperament() -> impl Strategy<Value = Temperament> {
    proptest::sample::select(Temperament::ALL.to_vec())
}

pub fn some_snapshot() -> impl Strategy<Value = Snapshot> {
    let readings = [some_gauge(), some_gauge(), some_gauge()];
    (
        readings,
        0_i64..=400,
        some_temperament(),
        some_modifiers(),
        -500_i32..=500,
        some_gauge(),
        some_gauge(),
    )
        .prop_map(
            |(stats, discipline_score, temperament, modifiers, hidden, bond, stress)| Snapshot {
                horse_id: HorseId::new(1),
                stats,
                discipline_score,
                temperament,
                traits: modifiers.visible(),
                hidden_bp: Bp::new(hidden),
                bond,
                stress,
            },
        )
}

/// Entries of different horses, entered on the same day.
pub fn some_field(size: core::ops::RangeInclusive<usize>) -> impl Strategy<Value = Vec<Entered>> {
    proptest::collection::vec((some_snapshot(), 0_i64..86_400_000), size).prop_map(|entries| {
        let numbered = (1..).zip(entries);
        let entry = |(number, (snapshot, millis)): (i64, (Snapshot, i64))| Entered {
            entry_id: EntryId::new(number),
            entered_at: at("2026-11-21T00:00:00Z") + chrono::TimeDelta::milliseconds(millis),
            snapshot: Snapshot {
                horse_id: HorseId::new(1_000 + number),
                ..snapshot
            },
        };
        numbered.map(entry).collect()
    })
}

pub fn some_secret() -> impl Strategy<Value = Secret> {
    any::<[u8; 32]>().prop_map(Secret::new)
}
