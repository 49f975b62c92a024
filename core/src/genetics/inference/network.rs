//! Sums of products of tables, by the elimination of one variable after another.

#![expect(
    clippy::float_arithmetic,
    reason = "likelihoods span more orders of magnitude than integers do; only + - * / in a fixed order, the same everywhere"
)]

use alloc::vec::Vec;

/// A table over some variables; the last one of the scope varies fastest.
#[derive(Clone, Debug)]
pub(super) struct Factor {
    pub(super) scope: Vec<usize>,
    pub(super) cells: Vec<f64>,
}

/// The order in which variables go, with the work that it takes.
pub(super) struct Plan {
    order: Vec<usize>,
    /// How many cells all tables on the way have together.
    pub(super) cells: f64,
}

/// Plans the elimination of all variables but those of `keep`, a set of bits, from factors of these scopes.
///
/// Two rules are tried, the variable that joins the fewest others that were apart (minimum fill) and the one with the
/// smallest table; the cheaper order is taken. Among equals the first variable goes first.
pub(super) fn plan(sizes: &[usize], scopes: &[u64], keep: u64) -> Plan {
    let by_fill = ordered(sizes, scopes, keep, |fill, cells| (fill, cells));
    let by_size = ordered(sizes, scopes, keep, |fill, cells| (cells, fill));
    if by_fill.cells <= by_size.cells {
        by_fill
    } else {
        by_size
    }
}

fn ordered(
    sizes: &[usize],
    scopes: &[u64],
    keep: u64,
    key: impl Fn(f64, f64) -> (f64, f64),
) -> Plan {
    let mut beside: Vec<u64> = alloc::vec![0; sizes.len()];
    for scope in scopes {
        for at in bits(*scope) {
            if let Some(beside) = beside.get_mut(at) {
                *beside |= scope;
            }
        }
    }
    let mut left = scopes.iter().fold(0, |all, scope| all | scope) & !keep;
    let mut plan = Plan {
        order: Vec::new(),
        cells: 0.0,
    };
    while left != 0 {
        let mut best: Option<((f64, f64), usize, u64, f64)> = None;
        for at in bits(left) {
            let clique = beside.get(at).copied().unwrap_or(0);
            let cells = cells(sizes, clique);
            let apart = bits(clique).map(|it| clique & !beside.get(it).copied().unwrap_or(0));
            let fill: u32 = apart.map(u64::count_ones).sum();
            let key = key(f64::from(fill), cells);
            if best.is_none_or(|it| key < it.0) {
                best = Some((key, at, clique, cells));
            }
        }
        let Some((_, at, clique, cells)) = best else {
            break;
        };
        left &= !(1 << at);
        for other in bits(clique & !(1 << at)) {
            if let Some(beside) = beside.get_mut(other) {
                *beside = (*beside | clique) & !(1 << at);
            }
        }
        plan.order.push(at);
        plan.cells += cells;
    }
    plan
}

/// The variables of a set, in ascending order.
pub(super) fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    core::iter::from_fn(move || {
        let first = set.trailing_zeros();
        set &= set.wrapping_sub(1);
        (first < u64::BITS).then_some(first as usize)
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a size has a few digits, and where the product has many it is refused"
)]
fn cells(sizes: &[usize], scope: u64) -> f64 {
    bits(scope).fold(1.0, |cells, at| {
        cells * sizes.get(at).copied().unwrap_or(1) as f64
    })
}

/// The sum over all variables of the plan of the product of the factors: a table over the variables that stay.
///
/// Its cells are known up to a factor; nothing if all of them are 0.
pub(super) fn eliminate(sizes: &[usize], mut factors: Vec<Factor>, plan: &Plan) -> Option<Factor> {
    for at in &plan.order {
        let (with, without): (Vec<_>, Vec<_>) =
            factors.into_iter().partition(|it| it.scope.contains(at));
        factors = without;
        factors.push(product(sizes, &with, Some(*at))?);
    }
    product(sizes, &factors, None)
}

/// The product of factors, summed over one variable if it is to go, and divided by its greatest cell.
fn product(sizes: &[usize], factors: &[Factor], gone: Option<usize>) -> Option<Factor> {
    let mut scope: Vec<usize> = factors
        .iter()
        .flat_map(|it| it.scope.iter().copied())
        .collect();
    crate::order::sort(&mut scope);
    scope.dedup();
    scope.retain(|it| Some(*it) != gone);
    let size = |at: usize| sizes.get(at).copied().unwrap_or(1);
    let strides: Vec<Vec<usize>> = factors
        .iter()
        .map(|it| strides(it, &scope, &size))
        .collect();
    // The variable that goes turns fastest of all.
    let steps: Vec<usize> = factors
        .iter()
        .map(|it| gone.map_or(0, |gone| stride(it, gone, &size)))
        .collect();
    let count = scope.iter().map(|at| size(*at)).product();
    let mut cells = Vec::with_capacity(count);
    let mut places: Vec<usize> = alloc::vec![0; factors.len()];
    let mut digits: Vec<usize> = alloc::vec![0; scope.len()];
    let mut line: Vec<f64> = alloc::vec![0.0; gone.map_or(1, size)];
    for _ in 0..count {
        line.fill(1.0);
        for ((factor, place), step) in factors.iter().zip(&places).zip(&steps) {
            let from = factor.cells.get(*place..).unwrap_or(&[]);
            if *step > 0 {
                let along = line.iter_mut().zip(from.iter().step_by(*step));
                along.for_each(|(cell, by)| *cell *= by);
            } else {
                // The table of a member whose evidence nothing fits is empty.
                let by = from.first().copied().unwrap_or(0.0);
                line.iter_mut().for_each(|cell| *cell *= by);
            }
        }
        cells.push(line.iter().sum());
        turn(&mut digits, &scope, &size, &mut places, &strides);
    }
    scaled(scope, cells)
}

fn strides(factor: &Factor, scope: &[usize], size: &impl Fn(usize) -> usize) -> Vec<usize> {
    scope.iter().map(|at| stride(factor, *at, size)).collect()
}

/// How far apart in a factor's table the neighbours in a variable lie; 0 for a variable that it does not have.
fn stride(factor: &Factor, at: usize, size: &impl Fn(usize) -> usize) -> usize {
    let mut after = factor.scope.iter().skip_while(|it| **it != at);
    after
        .next()
        .map_or(0, |_| after.map(|it| size(*it)).product())
}

/// Counts one on: the last digit first.
fn turn(
    digits: &mut [usize],
    scope: &[usize],
    size: &impl Fn(usize) -> usize,
    places: &mut [usize],
    strides: &[Vec<usize>],
) {
    for (at, digit) in digits.iter_mut().enumerate().rev() {
        let top = scope.get(at).map_or(1, |it| size(*it));
        *digit += 1;
        let is_over = *digit == top;
        for (place, strides) in places.iter_mut().zip(strides) {
            let stride = strides.get(at).copied().unwrap_or(0);
            *place += stride;
            if is_over {
                *place -= stride * top;
            }
        }
        if !is_over {
            return;
        }
        *digit = 0;
    }
}

/// Tables shrink by each factor; none shrinks out of the reach of floats this way.
fn scaled(scope: Vec<usize>, mut cells: Vec<f64>) -> Option<Factor> {
    let greatest = cells
        .iter()
        .fold(0.0, |greatest: f64, it| greatest.max(*it));
    if greatest > 0.0 {
        cells.iter_mut().for_each(|it| *it /= greatest);
        Some(Factor { scope, cells })
    } else {
        None
    }
}
