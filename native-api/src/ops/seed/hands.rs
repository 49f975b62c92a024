//! Work for all processors, of which the result does not depend on who does what.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

/// Does the work on each part of so many items, and gives what came of the parts, in their order.
pub(super) fn in_parts<T: Send, R: Send>(
    items: &mut [T],
    size: usize,
    work: impl Fn(usize, &mut [T]) -> R + Sync,
) -> Vec<R> {
    let mut parts: Vec<(usize, &mut [T])> = items.chunks_mut(size).enumerate().collect();
    let hands = thread::available_parallelism().map_or(1, NonZero::get);
    if parts.len() < 2 || hands < 2 {
        return parts.into_iter().map(|(at, part)| work(at, part)).collect();
    }
    let share = parts.len().div_ceil(hands);
    thread::scope(|scope| {
        let work = &work;
        let does = |share: &mut [(usize, &mut [T])]| -> Vec<R> {
            let parts = share.iter_mut();
            parts.map(|(at, part)| work(*at, part)).collect()
        };
        let hands: Vec<_> = parts
            .chunks_mut(share)
            .map(|share| scope.spawn(move || does(share)))
            .collect();
        let done = hands
            .into_iter()
            .flat_map(|hand| hand.join().unwrap_or_else(|panic| resume_unwind(panic)));
        done.collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_done_once_and_told_in_order() {
        let mut numbers: Vec<u64> = (0..1_000).collect();
        let sums = in_parts(&mut numbers, 64, |at, part| {
            part.iter_mut().for_each(|it| *it += 1);
            (at, part.iter().sum::<u64>())
        });
        assert!(sums.iter().map(|(at, _)| *at).eq(0..16));
        assert_eq!(sums.iter().map(|(_, sum)| sum).sum::<u64>(), 500_500);
        assert!(numbers.iter().copied().eq(1..=1_000));
    }
}
