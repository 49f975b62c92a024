//! Rounding weights so that their sum stays exactly what it is: the method of largest remainders.

use alloc::vec::Vec;

/// Weights of a total of `of`, rounded to weights of a total of 2^`bits`.
pub(in crate::genetics) fn apportion(weights: &[u128], of: u128, bits: u32) -> Vec<u128> {
    let (mut rounded, rests): (Vec<u128>, Vec<u128>) = weights
        .iter()
        .map(|weight| divided(*weight, of, bits))
        .unzip();
    let missing = (1_u128 << bits).saturating_sub(rounded.iter().sum());
    give_out(rounded.iter_mut(), rests, missing);
    rounded
}

/// The quotient of `weight` times 2^`bits` by `of`, and the rest: a long division, since the product may not fit a word.
fn divided(weight: u128, of: u128, bits: u32) -> (u128, u128) {
    let (mut quotient, mut rest) = match (weight.checked_div(of), weight.checked_rem(of)) {
        (Some(quotient), Some(rest)) => (quotient, rest),
        _ => return (0, 0),
    };
    for _ in 0..bits {
        quotient <<= 1;
        if rest >= of - rest {
            rest -= of - rest;
            quotient += 1;
        } else {
            rest += rest;
        }
    }
    (quotient, rest)
}

/// Gives what rounding down has left over, one each, to those with the largest rests; among equals to the first.
pub(super) fn give_out<'a>(
    weights: impl Iterator<Item = &'a mut u128>,
    rests: Vec<u128>,
    missing: u128,
) {
    let order =
        |one: &(u128, usize), other: &(u128, usize)| (other.0, one.1).cmp(&(one.0, other.1));
    let mut places: Vec<(u128, usize)> = rests.iter().copied().zip(0..).collect();
    let missing = usize::try_from(missing).unwrap_or(usize::MAX);
    if missing < places.len() {
        let first_without = *places.select_nth_unstable_by(missing, order).1;
        for (weight, place) in weights.zip(rests.into_iter().zip(0..)) {
            *weight += u128::from(order(&place, &first_without).is_lt());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_left_over_goes_to_the_largest_rests() {
        assert_eq!(apportion(&[1, 1, 1], 3, 2), [2, 1, 1]);
        assert_eq!(apportion(&[1, 5], 6, 3), [1, 7]);
        assert_eq!(
            apportion(&[u128::MAX / 3, u128::MAX / 3 * 2], u128::MAX, 1),
            [1, 1]
        );
    }

    proptest! {
        #[test]
        fn no_rounding_changes_the_sum(weights in prop::collection::vec(0..=u128::MAX >> 8, 1..60), bits in 6..64_u32) {
            let of = weights.iter().sum();
            prop_assume!(of > 0);
            let rounded = apportion(&weights, of, bits);
            prop_assert_eq!(rounded.iter().sum::<u128>(), 1 << bits);
            for (weight, rounded) in weights.iter().zip(rounded) {
                prop_assert!(rounded.abs_diff(divided(*weight, of, bits).0) <= 1);
            }
        }
    }
}
