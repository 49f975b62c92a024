//! Who should breed, so that diversity stays.

#![expect(
    clippy::float_arithmetic,
    reason = "+ - * / alone, in an order that the pedigree fixes: the same bits on every machine"
)]

use alloc::vec;
use alloc::vec::Vec;

use super::ancestors::Share;
use super::kinship::Kinship;

/// How far above the least mean kinship an answer may lie.
const CLOSE_ENOUGH: f64 = 1e-10;
/// Steps after which the best answer so far must do: some thousand are usual for hundreds of candidates.
const MOST_STEPS: usize = 1_000_000;

/// A stallion for a mare.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Mate<Id = u32> {
    /// The stallion.
    pub animal: Id,
    /// F of a foal of the two, 0 to 1.
    pub f: f64,
    /// The stallion's mean kinship with the population, 0 to 1: the lower, the rarer his genes.
    pub mean_kinship: f64,
}

impl Mate {
    /// Tells the stallion by what `name` makes of his place.
    #[must_use]
    pub fn named<Id>(self, name: impl Fn(u32) -> Id) -> Mate<Id> {
        Mate {
            animal: name(self.animal),
            f: self.f,
            mean_kinship: self.mean_kinship,
        }
    }
}

/// Ranks stallions for a mare by F of the foal plus the stallion's mean kinship with a population, the least first: one
/// is what the foal pays at once, the other what the population pays later. Ties go by place.
///
/// It takes two sweeps over the pedigree, however many stallions there are.
#[must_use]
pub fn rank_mates(
    kinship: &Kinship<'_>,
    mare: u32,
    stallions: &[u32],
    population: &[u32],
) -> Vec<Mate> {
    let (own, mean) = (kinship.with_all(mare), kinship.mean_with(population));
    let of = |all: &[f64], place: u32| all.get(place as usize).copied().unwrap_or(0.0);
    let mut mates: Vec<Mate> = stallions
        .iter()
        .map(|stallion| Mate {
            animal: *stallion,
            f: of(&own, *stallion),
            mean_kinship: of(&mean, *stallion),
        })
        .collect();
    crate::order::sort_by(&mut mates, |one, other| {
        let cost = |mate: &Mate| mate.f + mate.mean_kinship;
        let by_cost = cost(one).total_cmp(&cost(other));
        by_cost.then(one.animal.cmp(&other.animal))
    });
    mates
}

/// The contributions to the next generation that keep most diversity.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimum {
    /// The contribution of each candidate, males before females, each sex adding up to one half.
    pub contributions: Vec<Share>,
    /// The mean kinship of the parents so weighted: at most 1e-10 above the least that is possible.
    pub mean_kinship: f64,
}

/// The optimal contributions of candidates (Meuwissen 1997, J. Anim. Sci. 75:934, without selection for merit): least
/// mean kinship c'Kc with one half from each sex. None where a sex has no candidate.
///
/// Memory and time of a step grow with the square of the candidates.
#[must_use]
pub fn optimal_contributions(
    kinship: &Kinship<'_>,
    males: &[u32],
    females: &[u32],
) -> Option<Optimum> {
    if males.is_empty() || females.is_empty() {
        return None;
    }
    let candidates = [males, females].concat();
    let mut plan = Plan::new(kinship.block(&candidates, &candidates), males.len());
    for _ in 0..MOST_STEPS {
        if !plan.improve() {
            break;
        }
    }
    let shares = candidates.iter().zip(&plan.shares);
    Some(Optimum {
        contributions: shares
            .map(|(place, share)| Share {
                place: *place,
                share: *share,
            })
            .collect(),
        mean_kinship: plan.mean_kinship(),
    })
}

/// Contributions on their way to the optimum: each step moves some from one animal to another of the same sex.
struct Plan {
    kinship: Vec<Vec<f64>>,
    males: usize,
    shares: Vec<f64>,
    /// Mean kinship of each candidate with the weighted candidates: half of the slope.
    means: Vec<f64>,
}

/// What to move, from whom to whom, and by how much that lowers the mean kinship if nothing limits it.
struct Move {
    from: usize,
    to: usize,
    amount: f64,
    gain: f64,
}

impl Plan {
    fn new(kinship: Vec<Vec<f64>>, males: usize) -> Self {
        let females = kinship.len() - males;
        let mut shares = vec![0.5 / males as f64; males];
        shares.resize(kinship.len(), 0.5 / females as f64);
        let mean = |row: &Vec<f64>| row.iter().zip(&shares).map(|(k, c)| k * c).sum();
        Self {
            means: kinship.iter().map(mean).collect(),
            kinship,
            males,
            shares,
        }
    }

    fn mean_kinship(&self) -> f64 {
        self.shares
            .iter()
            .zip(&self.means)
            .map(|(c, k)| c * k)
            .sum()
    }

    /// Makes the step that gains most. No step is left when nothing can lie lower by more than [`CLOSE_ENOUGH`]: the
    /// mean kinship is convex, so its slope bounds what is still to gain.
    fn improve(&mut self) -> bool {
        let (males, females) = (0..self.males, self.males..self.shares.len());
        let mut floor = 0.0;
        let mut best: Option<Move> = None;
        for sex in [males, females] {
            let least = sex.min_by(|one, other| self.mean(*one).total_cmp(&self.mean(*other)));
            let Some(to) = least else {
                return false;
            };
            floor += 0.5 * self.mean(to);
            let step = self.best_into(to);
            if step.as_ref().map(|step| step.gain) > best.as_ref().map(|best| best.gain) {
                best = step;
            }
        }
        if 2.0 * (self.mean_kinship() - floor) < CLOSE_ENOUGH {
            return false;
        }
        best.is_some_and(|step| self.take(&step))
    }

    fn best_into(&self, to: usize) -> Option<Move> {
        let sex = if to < self.males {
            0..self.males
        } else {
            self.males..self.shares.len()
        };
        let mut best: Option<Move> = None;
        for from in sex.filter(|from| *from != to && self.share(*from) > 0.0) {
            let slope = self.mean(from) - self.mean(to);
            let curve = self.kin(from, from) + self.kin(to, to) - 2.0 * self.kin(from, to);
            if slope <= 0.0 || curve <= 0.0 {
                continue;
            }
            let amount = (slope / curve).min(self.share(from));
            let gain = amount * (2.0 * slope - amount * curve);
            if best.as_ref().is_none_or(|best| gain > best.gain) {
                best = Some(Move {
                    from,
                    to,
                    amount,
                    gain,
                });
            }
        }
        best
    }

    fn take(&mut self, step: &Move) -> bool {
        let left = self.share(step.from) - step.amount;
        if let Some(share) = self.shares.get_mut(step.from) {
            *share = left.max(0.0);
        }
        if let Some(share) = self.shares.get_mut(step.to) {
            *share += step.amount;
        }
        let (Some(more), Some(less)) = (self.kinship.get(step.to), self.kinship.get(step.from))
        else {
            return false;
        };
        for (mean, (more, less)) in self.means.iter_mut().zip(more.iter().zip(less)) {
            *mean += step.amount * (more - less);
        }
        true
    }

    fn mean(&self, at: usize) -> f64 {
        self.means.get(at).copied().unwrap_or(0.0)
    }

    fn share(&self, at: usize) -> f64 {
        self.shares.get(at).copied().unwrap_or(0.0)
    }

    fn kin(&self, one: usize, other: usize) -> f64 {
        let row = self.kinship.get(one);
        row.and_then(|row| row.get(other)).copied().unwrap_or(0.0)
    }
}
