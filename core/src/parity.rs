//! The same bits everywhere: one digest over a great many scored entries, one over the odds in many fields, one over a
//! great many births, one over portraits.
//!
//! The functions make entries and foals from dice and take them through the real rules: modifiers, snapshot, breakdown,
//! luck, score, range, stat gain; the chance of every place; meiosis, coats, inheritance, traits, kinship, predictions.
//! Every intermediate value goes into one SHA-256. Two builds that agree on the digests agree on the rules.

mod births;
mod portraits;
mod trial;

use crate::competition::entry::{Contender, Snapshot};
use crate::competition::odds::placings;
use crate::competition::placing::Rival;
use crate::competition::score::{breakdown, drawn_score, luck, range};
use crate::dice::{Dice, Purpose, Secret};
use crate::discipline::Discipline;
use crate::id::{EntryId, HorseId, ShowId, UserId};
use crate::scale::{Gauge, MilliPoints};
use crate::stat::Stats;
use crate::temperament::Temperament;
use crate::time::Instant;
use crate::traits::{EpigeneticModifiers, Sign, Trait};
use alloc::vec::Vec;
use sha2::{Digest as _, Sha256};

pub use births::births_digest;
pub use portraits::portraits_digest;
pub use trial::{Task, Trial, herd};

/// The digest of `entries` scored entries made from `seed`: the same on every machine.
#[must_use]
pub fn scored_entries_digest(seed: u64, entries: u32) -> [u8; 32] {
    let secret = Secret::new(Sha256::digest(seed.to_be_bytes()).into());
    let mut hash = Sha256::new();
    for number in 1..=i64::from(entries) {
        for value in scored(&secret, number) {
            hash.update(value.to_be_bytes());
        }
    }
    hash.finalize().into()
}

/// The digest of the odds in `fields` fields made from `seed`: the same on every machine.
#[must_use]
pub fn odds_digest(seed: u64, fields: u32) -> [u8; 32] {
    let secret = Secret::new(Sha256::digest(seed.to_be_bytes()).into());
    let mut hash = Sha256::new();
    for number in 1..=i64::from(fields) {
        let mut dice = Dice::new(&secret, Purpose::World, &[number.into()]);
        let own = i64::from(dice.below(1_000_000) >> dice.below(16));
        let own = entered(0, own);
        let rivals = (1..=dice.range(1, 60)).map(|entry| {
            let share = i64::from(dice.range(8_000, 12_000));
            entered(i64::from(entry), own.expected.get() * share / 10_000)
        });
        let rivals: Vec<Rival> = rivals.collect();
        for chance in placings(&own, &rivals) {
            hash.update(chance.to_be_bytes());
        }
    }
    hash.finalize().into()
}

const fn entered(number: i64, expected: i64) -> Rival {
    Rival {
        entry_id: EntryId::new(number),
        entered_at: Instant::UNIX_EPOCH,
        expected: MilliPoints::new(expected),
    }
}

/// Every intermediate value of one entry's score.
fn scored(secret: &Secret, number: i64) -> [i64; 14] {
    let mut dice = Dice::new(secret, Purpose::World, &[number.into()]);
    let discipline = discipline(&mut dice);
    let modifiers = modifiers(&mut dice);
    let snapshot = snapshot(&mut dice, number, discipline, &modifiers);
    let entry = EntryId::new(number);
    let show = ShowId::new(i64::from(dice.below(1 << 20)));
    let parts = breakdown(&snapshot, discipline);
    let luck = luck(secret, show, entry);
    let (least, most) = range(parts.expected);
    let stat = discipline.draw_stat(&mut dice);
    let effects = modifiers.training_effects();
    [
        show.get(),
        parts.base.get(),
        i64::from(parts.temperament.get()),
        i64::from(parts.traits.get()),
        i64::from(snapshot.hidden_bp.get()),
        i64::from(parts.condition.get()),
        parts.expected.get(),
        i64::from(luck.get()),
        drawn_score(parts.expected, luck).get(),
        least.get(),
        most.get(),
        stat as i64,
        i64::from(effects.training.get()),
        i64::from(dice.deviate()),
    ]
}

fn discipline(dice: &mut Dice) -> Discipline {
    let [first, ..] = Discipline::ALL;
    pick(dice, Discipline::ALL).unwrap_or(*first)
}

fn pick<T: Copy>(dice: &mut Dice, from: &[T]) -> Option<T> {
    from.get(dice.below(from.len() as u32) as usize).copied()
}

/// Up to seven traits that can stand together, each hidden with one chance in three.
fn modifiers(dice: &mut Dice) -> EpigeneticModifiers {
    let (mut positive, mut negative, mut hidden) = (Vec::new(), Vec::new(), Vec::new());
    let mut standing: Vec<Trait> = Vec::new();
    for _ in 0..dice.below(8) {
        let Some(drawn) = pick(dice, Trait::ALL) else {
            continue;
        };
        if standing
            .iter()
            .any(|one| *one == drawn || one.conflicts_with(drawn))
        {
            continue;
        }
        standing.push(drawn);
        match (dice.below(3), drawn.facts().sign) {
            (0, _) => hidden.push(drawn),
            (_, Sign::Positive) => positive.push(drawn),
            (_, Sign::Negative) => negative.push(drawn),
        }
    }
    EpigeneticModifiers::new(positive, negative, hidden).unwrap_or_default()
}

fn snapshot(
    dice: &mut Dice,
    number: i64,
    discipline: Discipline,
    modifiers: &EpigeneticModifiers,
) -> Snapshot {
    let mut gauge = || Gauge::clamped(i64::from(dice.range(0, 100)));
    let stats = Stats::new(core::array::from_fn(|_| gauge()));
    let (bond, stress) = (gauge(), gauge());
    let contender = Contender {
        horse_id: HorseId::new(number),
        owner: UserId::new(uuid::Uuid::nil()),
        born_at: Instant::UNIX_EPOCH,
        in_foal: false,
        xp: 0,
        stats,
        discipline_score: i64::from(dice.below(1_000_001) >> dice.below(20)),
        temperament: pick(dice, Temperament::ALL).unwrap_or(Temperament::Steady),
        modifiers,
        bond,
        stress,
    };
    Snapshot::freeze(&contender, discipline)
}
