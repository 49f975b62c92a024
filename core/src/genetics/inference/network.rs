//! Sums of products of tables, by the elimination of one variable after another.

#![expect(
    clippy::float_arithmetic,
    reason = "likelihoods span more orders of magnitude than integers do; only + - * / in a fixed order, the same everywhere"
)]

use alloc::vec::Vec;

/// A table over some variables, which stand in ascending order; the last one varies fastest.
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

/// The variables of a set.
pub(super) fn bits(set: u64) -> impl Iterator<Item = usize> {
    (0..64).filter(move |at| set & (1 << at) != 0)
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
    scope.sort_unstable();
    scope.dedup();
    scope.retain(|it| Some(*it) != gone);
    let size = |at: usize| sizes.get(at).copied().unwrap_or(1);
    // The variable that goes turns fastest of all.
    let turning: Vec<usize> = scope.iter().copied().chain(gone).collect();
    let strides: Vec<Vec<usize>> = factors
        .iter()
        .map(|it| strides(it, &turning, &size))
        .collect();
    let inner = gone.map_or(1, size);
    let count = scope.iter().map(|at| size(*at)).product();
    let mut cells = Vec::with_capacity(count);
    let mut places: Vec<usize> = alloc::vec![0; factors.len()];
    let mut digits: Vec<usize> = alloc::vec![0; scope.len()];
    for _ in 0..count {
        let mut sum = 0.0;
        for value in 0..inner {
            let mut cell = 1.0;
            for ((factor, place), strides) in factors.iter().zip(&places).zip(&strides) {
                let step = if gone.is_some() {
                    strides.last().copied().unwrap_or(0)
                } else {
                    0
                };
                let at = place + value * step;
                cell *= factor.cells.get(at).copied().unwrap_or(0.0);
            }
            sum += cell;
        }
        cells.push(sum);
        turn(&mut digits, &scope, &size, &mut places, &strides);
    }
    scaled(scope, cells)
}

/// How far apart in a factor's table the neighbours in each variable lie; 0 for a variable that it does not have.
fn strides(factor: &Factor, turning: &[usize], size: &impl Fn(usize) -> usize) -> Vec<usize> {
    let stride = |at: &usize| {
        let after = factor.scope.iter().skip_while(|it| *it != at);
        if factor.scope.contains(at) {
            after.skip(1).map(|it| size(*it)).product()
        } else {
            0
        }
    };
    turning.iter().map(stride).collect()
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
