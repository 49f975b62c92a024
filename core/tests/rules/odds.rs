//! Chances of each placing.

use crate::world::{at, noon};
use proptest::prelude::*;
use rules::competition::odds::{UNIT, placings};
use rules::competition::placing::{Rival, Scored};
use rules::competition::score::drawn_score;
use rules::id::EntryId;
use rules::scale::{Bp, MilliPoints};

const LUCKS: u64 = 1_801;

fn rival(entry: i64, expected: i64) -> Rival {
    Rival {
        entry_id: EntryId::new(entry),
        entered_at: at("2026-11-20T08:00:00Z"),
        expected: MilliPoints::new(expected),
    }
}

fn scores(rival: &Rival) -> Vec<Scored> {
    let score = |luck| drawn_score(rival.expected, Bp::new(luck));
    (-900..=900)
        .map(|luck| Scored {
            rival: *rival,
            score: score(luck),
        })
        .collect()
}

/// For each luck of ours, how many lucks put the rival ahead: score by score.
fn counted(own: &Rival, other: &Rival) -> Vec<u64> {
    let mut others = scores(other);
    // The best first.
    others.reverse();
    let ahead = |mine: &Scored| others.partition_point(|it| it.order(mine).is_lt()) as u64;
    scores(own).iter().map(ahead).collect()
}

fn close(found: u32, cases: u128, of: u128) -> bool {
    let exact = cases * u128::from(UNIT) / of;
    u128::from(found).abs_diff(exact) <= 2
}

/// Of 1801 x 1801 pairs 1801 have equal luck and go to the earlier entry: (1801 + 1) / 2 / 1801 of the wins.
#[test]
fn equals_have_equal_chances_but_for_ties() {
    let odds = placings(&rival(1, 100_000), &[rival(2, 100_000)]);
    assert_eq!(odds, [500_278, 499_722]);
    assert_eq!(
        placings(&rival(2, 100_000), &[rival(1, 100_000)]),
        [499_722, 500_278]
    );
}

#[test]
fn a_lead_of_a_fifth_is_certain() {
    let field = [rival(2, 50_000), rival(3, 40_000), rival(4, 49_999)];
    assert_eq!(placings(&rival(1, 60_000), &field), [UNIT, 0, 0, 0]);
    assert_eq!(placings(&rival(9, 30_000), &field), [0, 0, 0, UNIT]);
    assert_eq!(placings(&rival(1, 60_000), &[]), [UNIT]);
}

#[test]
fn a_newcomer_loses_every_tie() {
    let own = Rival::newcomer(MilliPoints::new(0), noon());
    assert_eq!(placings(&own, &[rival(1, 0)]), [0, UNIT]);
}

#[test]
fn a_full_field_of_equals_shares_the_places() {
    let field: Vec<Rival> = (2..=50).map(|entry| rival(entry, 100_000)).collect();
    let odds = placings(&rival(1, 100_000), &field);
    assert_eq!(odds.iter().sum::<u32>(), UNIT);
    assert!(
        odds.iter().all(|share| share.abs_diff(20_000) < 600),
        "{odds:?}"
    );
}

/// The same by the definition: every luck of ours for itself, in floating point.
fn one_luck_at_a_time(own: &Rival, rivals: &[Rival]) -> Vec<f64> {
    let counts: Vec<Vec<u64>> = rivals.iter().map(|rival| counted(own, rival)).collect();
    let mut odds = vec![0.0; rivals.len() + 1];
    for luck in 0..LUCKS as usize {
        let mut field = vec![0.0; rivals.len() + 1];
        field[0] = 1.0;
        for count in &counts {
            let chance = count[luck] as f64 / LUCKS as f64;
            for place in (0..field.len()).rev() {
                let moved = if place > 0 {
                    field[place - 1] * chance
                } else {
                    0.0
                };
                field[place] = field[place] * (1.0 - chance) + moved;
            }
        }
        for (sum, part) in odds.iter_mut().zip(field) {
            *sum += part / LUCKS as f64;
        }
    }
    odds
}

/// Off by how many millionths the worst place is.
fn error(own: &Rival, rivals: &[Rival]) -> f64 {
    let exact = one_luck_at_a_time(own, rivals);
    let errors = placings(own, rivals).into_iter().zip(exact);
    errors
        .map(|(found, exact)| (f64::from(found) - exact * f64::from(UNIT)).abs())
        .fold(0.0, f64::max)
}

/// Fields that are hard for what takes lucks together: scores that repeat, all chances that end at one luck, many rivals.
#[test]
fn hard_fields_are_within_two_millionths_of_every_luck_for_itself() {
    for (own, of_rivals) in [
        (100_000, 100_000),
        (101_000, 100_000),
        (96_700, 100_000),
        (100, 100),
        (1_000, 1_000),
        (1_400, 1_400),
        (2_500, 2_520),
        (7_000, 7_000),
        (9_999, 9_990),
        (1_000_000, 1_000_123),
        (900_000_000_000, 890_000_000_000),
    ] {
        for rivals in [1, 49, 99] {
            let field: Vec<Rival> = (1..=rivals).map(|it| rival(it - 5, of_rivals)).collect();
            let error = error(&rival(0, own), &field);
            assert!(
                error <= 2.0,
                "{own} against {rivals} of {of_rivals}: {error}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn mixed_fields_are_within_two_millionths_of_every_luck_for_itself(
        own in 1_i64..2_000_000, shares in proptest::collection::vec(800_i64..1_200, 1..100),
    ) {
        let rivals = (1..).zip(&shares).map(|(entry, share)| rival(entry, own * share / 1_000));
        let error = error(&rival(7, own), &rivals.collect::<Vec<_>>());
        prop_assert!(error <= 2.0, "{error}");
    }

    #[test]
    fn two_entries_agree_with_counting(a in 0_i64..120_000, b in 0_i64..120_000, first: bool) {
        let (own, other) = (rival(if first { 1 } else { 3 }, 80_000 + a), rival(2, 80_000 + b));
        let behind: u64 = counted(&own, &other).iter().sum();
        let odds = placings(&own, &[other]);
        prop_assert_eq!(odds.iter().sum::<u32>(), UNIT);
        prop_assert!(close(odds[1], u128::from(behind), u128::from(LUCKS * LUCKS)), "{odds:?} {behind}");
    }

    #[test]
    fn three_entries_agree_with_counting(own in 900_i64..1_100, b in 900_i64..1_100, c in 900_i64..1_100) {
        let (own, b, c) = (rival(2, own), rival(1, b), rival(3, c));
        let mut cases = [0_u128; 3];
        for (b_ahead, c_ahead) in counted(&own, &b).into_iter().zip(counted(&own, &c)) {
            let (b_behind, c_behind) = (LUCKS - b_ahead, LUCKS - c_ahead);
            cases[0] += u128::from(b_behind * c_behind);
            cases[1] += u128::from(b_ahead * c_behind + b_behind * c_ahead);
            cases[2] += u128::from(b_ahead * c_ahead);
        }
        let odds = placings(&own, &[b, c]);
        prop_assert_eq!(odds.iter().sum::<u32>(), UNIT);
        for (found, cases) in odds.iter().zip(cases) {
            prop_assert!(close(*found, cases, u128::from(LUCKS).pow(3)), "{odds:?} {cases:?}");
        }
    }

    #[test]
    fn odds_add_up_to_one_and_do_not_depend_on_order(
        own in 0_i64..200_000, mut field in proptest::collection::vec(0_i64..200_000, 0..50),
    ) {
        let odds = |field: &[i64]| {
            let rivals: Vec<Rival> = (2..).zip(field).map(|(entry, expected)| rival(entry, *expected)).collect();
            placings(&rival(1, own), &rivals)
        };
        let forwards = odds(&field);
        field.reverse();
        prop_assert_eq!(forwards.iter().sum::<u32>(), UNIT);
        for (a, b) in forwards.iter().zip(odds(&field)) {
            prop_assert!(a.abs_diff(b) <= 1);
        }
    }

    #[test]
    fn the_chances_of_winning_add_up_over_the_field(field in proptest::collection::vec(90_000_i64..110_000, 2..8)) {
        let rivals: Vec<Rival> = (1..).zip(&field).map(|(entry, expected)| rival(entry, *expected)).collect();
        let wins: u32 = rivals.iter().map(|own| {
            let others: Vec<Rival> = rivals.iter().filter(|other| *other != own).copied().collect();
            placings(own, &others)[0]
        }).sum();
        prop_assert!(wins.abs_diff(UNIT) <= 2 * rivals.len() as u32, "{wins}");
    }
}
