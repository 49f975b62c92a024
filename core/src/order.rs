//! Sorting in little code.
//!
//! The library's sort comes anew for every type, at three to ten kilobytes each; the Worker has a budget. There, this one
//! sorts numbers of places, whatever the type, and only moves what stands there. Both are stable, so both give the same.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// Sorts, keeping equals in their order.
pub(crate) fn sort_by<T>(items: &mut [T], mut order: impl FnMut(&T, &T) -> Ordering) {
    if cfg!(target_arch = "wasm32") {
        sort_places(items, order);
    } else {
        items.sort_by(&mut order);
    }
}

/// Sorts by the order of the type, keeping equals in their order.
pub(crate) fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

fn sort_places<T>(items: &mut [T], mut order: impl FnMut(&T, &T) -> Ordering) {
    let mut places = sorted_places(items.len(), &mut |one, other| match (
        items.get(one),
        items.get(other),
    ) {
        (Some(one), Some(other)) => order(one, other),
        _ => Ordering::Equal,
    });
    // Each cycle of places is walked once: what belongs here comes, what was here goes on.
    for start in 0..items.len() {
        let mut at = start;
        while let Some(place) = places.get_mut(at) {
            let from = core::mem::replace(place, at);
            if from == at || from == start {
                break;
            }
            items.swap(at, from);
            at = from;
        }
    }
}

/// Which place's item belongs in each place: a merge sort from the bottom up.
fn sorted_places(len: usize, order: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..len).collect();
    let mut width = 1;
    while width < len {
        let mut merged = Vec::with_capacity(len);
        for run in places.chunks(2 * width) {
            let (left, right) = run.split_at(width.min(run.len()));
            let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
            while let (Some(one), Some(other)) = (left.peek(), right.peek()) {
                let is_right = order(**one, **other) == Ordering::Greater;
                merged.extend(if is_right { right.next() } else { left.next() });
            }
            merged.extend(left);
            merged.extend(right);
        }
        places = merged;
        width *= 2;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn it_sorts_as_the_library_does(keys in proptest::collection::vec(0_u8..20, 0..200)) {
            let mut items: Vec<(u8, usize)> = keys.into_iter().enumerate().map(|(at, key)| (key, at)).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|it| it.0);
            sort_places(&mut items, |one, other| one.0.cmp(&other.0));
            proptest::prop_assert_eq!(items, expected);
        }
    }
}
