//! Settling a show.

use crate::world::{entered, show, some_field, some_secret};
use proptest::prelude::*;
use rules::Refusal;
use rules::competition::entry::Entered;
use rules::competition::placing::{Rival, Scored};
use rules::competition::score::{expected_score, luck, range};
use rules::competition::settlement::settle;
use rules::competition::show::ShowFacts;
use rules::dice::Secret;
use rules::id::EntryId;
use rules::money::Coins;
use rules::scale::MilliPoints;

fn refusal(entries: &[Entered]) -> Refusal {
    settle(&show().facts, &crate::world::secret(), entries).expect_err("a refusal")
}

#[test]
fn a_show_with_fewer_than_two_entries_is_not_settled() {
    for count in [0, 1] {
        let entries: Vec<_> = (1..=count).map(|entry| entered(entry, 10)).collect();
        assert_eq!(
            refusal(&entries),
            Refusal::TooFewEntries {
                entries: count,
                least: 2
            }
        );
    }
}

#[test]
fn an_entry_or_a_horse_that_stands_twice_is_refused() {
    assert_eq!(
        refusal(&[entered(1, 10), entered(1, 20)]),
        Refusal::EntryTwice
    );
    let mut same_horse = entered(2, 20);
    same_horse.snapshot.horse_id = entered(1, 10).snapshot.horse_id;
    assert_eq!(refusal(&[entered(1, 10), same_horse]), Refusal::EntryTwice);
}

#[test]
fn an_impossible_snapshot_is_refused() {
    assert!(matches!(
        refusal(&[entered(1, 10), entered(2, -1)]),
        Refusal::OutOfRange { .. }
    ));
}

#[test]
fn places_are_paid_and_taught_by_the_table() {
    // Each more than a fifth ahead of the next, so that luck cannot matter.
    let entries = [
        entered(1, 100),
        entered(2, 300),
        entered(3, 200),
        entered(4, 50),
    ];
    let settled = settle(&show().facts, &crate::world::secret(), &entries).expect("a settlement");
    let rows: Vec<_> = settled
        .results
        .iter()
        .map(|row| {
            (
                row.entry_id.get(),
                row.placement,
                row.prize.get(),
                row.horse_xp,
                row.user_xp,
            )
        })
        .collect();
    // 1001: 500.5, 300.3 and 200.2, rounded down, and the coin that is left over to the first.
    let table = [
        (2, 1, 501, 30, 20),
        (3, 2, 300, 27, 15),
        (1, 3, 200, 25, 10),
        (4, 4, 0, 20, 0),
    ];
    assert_eq!(rows, table);
    assert_eq!(
        (settled.fees, settled.prize_returned),
        (Coins::new(200), Coins::ZERO)
    );
}

#[test]
fn with_two_entries_the_third_share_goes_back() {
    let settled = settle(
        &show().facts,
        &crate::world::secret(),
        &[entered(1, 10), entered(2, 20)],
    )
    .expect("a settlement");
    assert_eq!(
        (settled.fees, settled.prize_returned),
        (Coins::new(100), Coins::new(200))
    );
}

#[test]
fn ties_go_to_the_higher_expectation_then_the_earlier_entry_then_the_lower_id() {
    let rival = |entry, millis, expected| Rival {
        entry_id: EntryId::new(entry),
        entered_at: crate::world::noon() + chrono::TimeDelta::milliseconds(millis),
        expected: MilliPoints::new(expected),
    };
    let scored = |rival, score| Scored {
        rival,
        score: MilliPoints::new(score),
    };
    let mut field = [
        scored(rival(1, 0, 10), 50),
        scored(rival(4, 5, 20), 60),
        scored(rival(3, 5, 20), 60),
        scored(rival(5, 4, 20), 60),
        scored(rival(6, 9, 30), 60),
        scored(rival(2, 0, 10), 70),
    ];
    field.sort_by(Scored::order);
    assert_eq!(
        field.map(|one| one.rival.entry_id.get()),
        [2, 6, 5, 3, 4, 1]
    );
}

/// Parts of a millisecond do not decide a placing, because a proof does not carry them.
#[test]
fn a_part_of_a_millisecond_decides_nothing() {
    let mut early = Rival::newcomer(MilliPoints::new(10), crate::world::noon());
    let late = Rival {
        entry_id: EntryId::new(1),
        ..early
    };
    early.entered_at += chrono::TimeDelta::microseconds(999);
    assert!(late.order_at_equal_scores(&early).is_lt());
}

#[test]
fn stats_rise_as_often_as_stated() {
    let mut gains = [0_i64; 4];
    let count = 10_000;
    for number in 0..count {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&i64::to_be_bytes(number));
        let field = [
            entered(1, 1_000),
            entered(2, 800),
            entered(3, 600),
            entered(4, 400),
        ];
        let settled = settle(&show().facts, &Secret::new(bytes), &field).expect("a settlement");
        gains
            .iter_mut()
            .zip(&settled.results)
            .for_each(|(sum, row)| *sum += i64::from(row.stat_gain.is_some()));
    }
    let [first, second, third, fourth] = gains;
    assert!(
        (first - 1_000).abs() < 150 && (second - 500).abs() < 110 && (third - 300).abs() < 90,
        "{gains:?}"
    );
    assert_eq!(fourth, 0);
}

proptest! {
    #[test]
    fn a_settlement_does_not_depend_on_the_order_of_its_entries(
        field in some_field(2..=12), secret in some_secret(), by in 0_usize..12,
    ) {
        let settled = settle(&show().facts, &secret, &field).expect("a settlement");
        let mut turned = field;
        let middle = by % turned.len();
        turned.rotate_left(middle);
        turned.swap(0, 1);
        prop_assert_eq!(settle(&show().facts, &secret, &turned), Ok(settled));
    }

    #[test]
    fn coins_are_neither_made_nor_lost(
        field in some_field(2..=8), secret in some_secret(), prize in 0_i64..=1_000_000, fee in 0_i64..=1_000_000,
    ) {
        let facts = ShowFacts { prize: Coins::new(prize), entry_fee: Coins::new(fee), ..show().facts };
        let settled = settle(&facts, &secret, &field).expect("a settlement");
        let paid: i64 = settled.results.iter().map(|row| row.prize.get()).sum();
        prop_assert_eq!(paid + settled.prize_returned.get(), prize);
        prop_assert_eq!(settled.fees.get(), fee * field.len() as i64);
    }

    #[test]
    fn results_follow_from_the_entry_alone_but_for_the_place(field in some_field(2..=10), secret in some_secret()) {
        let facts = show().facts;
        let settled = settle(&facts, &secret, &field).expect("a settlement");
        prop_assert_eq!(settled.results.len(), field.len());
        for (place, row) in (1..).zip(&settled.results) {
            let entered = field.iter().find(|one| one.entry_id == row.entry_id).expect("an entry");
            prop_assert_eq!(row.placement, place);
            prop_assert_eq!(row.horse_id, entered.snapshot.horse_id);
            prop_assert_eq!(row.expected, expected_score(&entered.snapshot, facts.discipline));
            prop_assert_eq!(row.luck, luck(&secret, facts.id, row.entry_id));
            prop_assert!(row.stat_gain.is_none_or(|stat| facts.discipline.stats().contains(&stat)));
        }
        prop_assert!(settled.results.is_sorted_by(|a, b| a.score >= b.score));
    }

    #[test]
    fn whoever_leads_by_a_fifth_before_luck_is_placed_ahead(field in some_field(2..=10), secret in some_secret()) {
        let settled = settle(&show().facts, &secret, &field).expect("a settlement");
        for a in &settled.results {
            for b in &settled.results {
                if a.expected.get() * 5 >= b.expected.get() * 6 && b.expected.get() >= 1_000 {
                    prop_assert!(a.placement < b.placement);
                    prop_assert!(range(a.expected).0 > range(b.expected).1);
                }
            }
        }
    }
}
