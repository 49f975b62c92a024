//! Prizes.

use proptest::prelude::*;
use rules::economy::{PrizeSplit, split_prize};
use rules::money::Coins;

fn split(prize: i64, entries: usize) -> ([i64; 3], i64) {
    let PrizeSplit { shares, returned } = split_prize(Coins::new(prize), entries);
    (shares.map(Coins::get), returned.get())
}

/// Half, three tenths and a fifth, rounded down: 101 gives 50, 30 and 20, and the odd coin to the first.
#[test]
fn the_remainder_goes_to_the_first() {
    assert_eq!(split(100, 3), ([50, 30, 20], 0));
    assert_eq!(split(101, 3), ([51, 30, 20], 0));
    assert_eq!(split(1_009, 9), ([506, 302, 201], 0));
    assert_eq!(split(1, 3), ([1, 0, 0], 0));
}

#[test]
fn shares_of_missing_places_go_back_to_the_host() {
    assert_eq!(split(101, 2), ([51, 30, 0], 20));
    assert_eq!(split(101, 1), ([51, 0, 0], 50));
    assert_eq!(split(101, 0), ([0, 0, 0], 101));
    assert_eq!(split(-5, 3), ([0, 0, 0], 0));
}

proptest! {
    #[test]
    fn a_split_neither_makes_nor_loses_coins(prize in 0..=i64::MAX, entries in 0_usize..60) {
        let (shares, returned) = split(prize, entries);
        let sum: i128 = shares.iter().map(|share| i128::from(*share)).sum();
        prop_assert_eq!(sum + i128::from(returned), i128::from(prize));
        prop_assert!(shares.iter().all(|share| *share >= 0) && returned >= 0);
        prop_assert!(shares.is_sorted_by(|a, b| a >= b));
    }
}
