//! Rounding, readings and coins.

use proptest::prelude::*;
use rules::Refusal;
use rules::money::Coins;
use rules::scale::{Bp, Gauge, MilliPoints, div_round, saturate};

#[test]
fn division_rounds_half_away_from_zero() {
    let known = [
        (7, 2, 4),
        (-7, 2, -4),
        (7, -2, -4),
        (5, 4, 1),
        (6, 4, 2),
        (-6, 4, -2),
        (-5, 4, -1),
        (0, 3, 0),
        (9, 0, 0),
    ];
    for (numerator, divisor, rounded) in known {
        assert_eq!(
            div_round(numerator, divisor),
            rounded,
            "{numerator} / {divisor}"
        );
    }
    assert_eq!(div_round(i128::MAX, 1), i128::MAX);
    assert_eq!(div_round(i128::MIN, -1), 0);
}

#[test]
fn scores_print_as_points_with_three_places() {
    let known = [
        (123_456, "123.456"),
        (5, "0.005"),
        (-1_050, "-1.050"),
        (0, "0.000"),
    ];
    for (milli, text) in known {
        assert_eq!(MilliPoints::new(milli).to_string(), text);
    }
}

#[test]
fn a_factor_never_falls_below_zero() {
    assert_eq!(Bp::new(500).factor(), 10_500);
    assert_eq!(Bp::new(-10_000).factor(), 0);
    assert_eq!(Bp::new(i32::MIN).factor(), 0);
}

#[test]
fn a_reading_outside_of_0_to_100_is_refused_by_name() {
    for reading in [-1, 101, i64::MIN, i64::MAX] {
        let refused = Gauge::checked("bond_score", reading);
        assert_eq!(
            refused,
            Err(Refusal::OutOfRange {
                field: "bond_score",
                least: 0,
                most: 100
            })
        );
    }
    assert_eq!(Gauge::clamped(300), Gauge::MAX);
    assert_eq!(Gauge::MAX.moved(i64::MAX), Gauge::MAX);
    assert_eq!(Gauge::MAX.moved(i64::MIN), Gauge::MIN);
}

#[test]
fn a_purse_pays_to_its_last_coin_and_no_further() {
    let purse = Coins::new(500);
    assert_eq!(purse.pay(Coins::new(500)), Ok(Coins::ZERO));
    let need = Coins::new(501);
    assert_eq!(
        purse.pay(need),
        Err(Refusal::NotEnoughCoins { need, have: purse })
    );
    assert!(matches!(
        purse.pay(Coins::new(-1)),
        Err(Refusal::OutOfRange { field: "price", .. })
    ));
}

#[test]
fn more_coins_than_can_be_counted_are_refused() {
    let all = Coins::new(i64::MAX);
    assert_eq!(all.checked_add(Coins::new(1)), Err(Refusal::TooManyCoins));
    assert_eq!(
        Coins::new(i64::MIN).checked_sub(Coins::new(1)),
        Err(Refusal::TooManyCoins)
    );
    assert_eq!(
        Coins::new(i64::MIN).checked_neg(),
        Err(Refusal::TooManyCoins)
    );
    assert_eq!(all.checked_mul(2), Err(Refusal::TooManyCoins));
    assert_eq!(all.share(Bp::ONE), all);
    assert_eq!(all.share(Bp::new(i32::MAX)), all);
    assert_eq!(Coins::new(-1).share(Bp::new(5_000)), Coins::new(-1));
}

proptest! {
    #[test]
    fn a_rounded_quotient_is_nearest(numerator in -1_000_000_i128..1_000_000, divisor in 1_i128..1_000) {
        let error = (div_round(numerator, divisor) * divisor - numerator).abs();
        prop_assert!(error * 2 <= divisor);
        prop_assert_eq!(div_round(-numerator, divisor), -div_round(numerator, divisor));
    }

    #[test]
    fn saturation_keeps_what_fits(value: i64) {
        prop_assert_eq!(saturate(i128::from(value)), value);
        prop_assert_eq!(saturate(i128::MAX), i64::MAX);
        prop_assert_eq!(saturate(i128::MIN), i64::MIN);
    }
}
