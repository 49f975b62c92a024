//! The figures of a population: how inbred and how diverse it is, and how fast it loses diversity.

#![expect(
    clippy::float_arithmetic,
    reason = "+ - * / alone, in an order that the pedigree fixes: the same bits on every machine"
)]

use alloc::vec::Vec;

use super::ancestors::{Share, ancestors, effective, founders};
use super::bits::Bits;
use super::generations::{completeness, equivalent_generations, known_generations};
use super::kinship::Kinship;
use super::record::{Parents, Pedigree};

/// Generations back whose completeness is told.
const GENERATIONS_TOLD: usize = 10;

/// The figures of a group of animals within their pedigree; all 0 or none for a group of nobody.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Population {
    /// Animals in the group.
    pub animals: usize,
    /// Founders that it descends from: animals both of whose parents are unknown.
    pub founders: usize,
    /// Animals of the group with F above 0.
    pub inbred: usize,
    /// Mean F, 0 to 1.
    pub mean_inbreeding: f64,
    /// The greatest F, 0 to 1.
    pub max_inbreeding: f64,
    /// Mean kinship of all pairs, each animal with itself included, 0 to 1.
    pub mean_kinship: f64,
    /// fe: founders, of equal contributions, that would give this diversity if no allele had been lost.
    pub effective_founders: f64,
    /// fa: the same of ancestors by marginal contribution (Boichard 1997), which sees bottlenecks.
    pub effective_ancestors: f64,
    /// Ancestors that explain half of the genes, by marginal contribution.
    pub ancestors_of_half: usize,
    /// fg: founder genome equivalents, 1 / (2 x mean kinship), which sees alleles lost by chance as well (Lacy 1989).
    pub founder_genomes: f64,
    /// Ne by the rate of inbreeding of each animal, from its F and its equivalent generations (Gutierrez 2008, Genet.
    /// Sel. Evol. 40:359; 2009, J. Anim. Breed. Genet. 126:327). None while nothing is inbred.
    pub effective_size: Option<f64>,
    /// Mean equivalent complete generations.
    pub mean_generations: f64,
    /// The greatest equivalent complete generations.
    pub max_generations: f64,
    /// The most generations back to a known ancestor.
    pub known_generations: u32,
    /// The share of known ancestors one, two, three ... generations back, ten at most.
    pub completeness: Vec<f64>,
    /// Sires of the group: Nm.
    pub sires: usize,
    /// Dams of the group: Nf.
    pub dams: usize,
    /// 4 Nm Nf / (Nm + Nf), which only the unequal numbers of the sexes enter: not what [`effective_size`] is.
    ///
    /// [`effective_size`]: Self::effective_size
    pub size_by_sexes: Option<f64>,
}

impl Population {
    /// Computes the figures of a group, by places in the table; each animal should stand in it once.
    #[must_use]
    pub fn of(kinship: &Kinship<'_>, group: &[u32]) -> Self {
        if group.is_empty() {
            return Self::default();
        }
        let pedigree = kinship.pedigree();
        let f: Vec<f64> = group.iter().map(|place| kinship.f(*place)).collect();
        let all = equivalent_generations(pedigree);
        let t = picked(&all, group);
        let (founders, ancestors) = (founders(pedigree, group), ancestors(pedigree, group));
        let mean_kinship = kinship.mean_within(group);
        let (sires, dams) = parents_of(pedigree, group);
        Self {
            animals: group.len(),
            founders: founders.len(),
            inbred: f.iter().filter(|f| **f > 0.0).count(),
            mean_inbreeding: mean(&f),
            max_inbreeding: f.iter().copied().fold(0.0, f64::max),
            mean_kinship,
            effective_founders: effective(&founders),
            effective_ancestors: effective(&ancestors),
            ancestors_of_half: explaining_half(&ancestors),
            founder_genomes: 0.5 / mean_kinship,
            effective_size: effective_size(&f, &t),
            mean_generations: mean(&t),
            max_generations: t.iter().copied().fold(0.0, f64::max),
            known_generations: picked(&known_generations(pedigree), group)
                .into_iter()
                .max()
                .unwrap_or(0),
            completeness: completeness(pedigree, group, GENERATIONS_TOLD),
            sires,
            dams,
            size_by_sexes: (sires > 0 && dams > 0).then(|| {
                let (males, females) = (sires as f64, dams as f64);
                4.0 * males * females / (males + females)
            }),
        }
    }
}

/// Ne = 1 / (2 x mean rate of inbreeding), from each animal's F and equivalent complete generations t. None while the
/// rate is 0.
#[must_use]
pub fn effective_size(f: &[f64], t: &[f64]) -> Option<f64> {
    let rates: Vec<f64> = f.iter().zip(t).map(|(f, t)| rate(*f, *t)).collect();
    let rate = mean(&rates);
    (rate > 0.0).then(|| 0.5 / rate)
}

/// The rate of inbreeding in each of an animal's generations: 1 - (1 - F)^(1 / (t - 1)). 0 for who is not inbred.
#[must_use]
pub fn rate(f: f64, t: f64) -> f64 {
    if f <= 0.0 || t <= 1.0 {
        return 0.0;
    }
    if f >= 1.0 {
        return 1.0;
    }
    one_less_exp(minus_log_of_rest(f) / (t - 1.0))
}

/// -ln(1 - x) for 0 <= x < 1, by the series of the inverse hyperbolic tangent.
fn minus_log_of_rest(x: f64) -> f64 {
    let (mut rest, mut log) = (x, 0.0);
    while rest > 0.5 {
        // 1 - x doubles: x becomes 2x - 1, which is exact here.
        rest = 2.0 * rest - 1.0;
        log += core::f64::consts::LN_2;
    }
    let z = rest / (2.0 - rest);
    let (mut power, mut sum) = (z, 0.0);
    let mut odd = 1.0;
    while odd < 40.0 {
        sum += power / odd;
        power *= z * z;
        odd += 2.0;
    }
    log + 2.0 * sum
}

/// 1 - exp(-x) for x >= 0, without loss of digits near 0.
fn one_less_exp(x: f64) -> f64 {
    if x > 0.125 {
        let half = one_less_exp(0.5 * x);
        return half * (2.0 - half);
    }
    let (mut term, mut sum, mut n) = (x, 0.0, 1.0);
    while n < 16.0 {
        sum += term;
        n += 1.0;
        term *= -x / n;
    }
    sum
}

/// The mean age of parents at the birth of those offspring that became parents themselves, on the four paths, in the
/// unit of the births.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct GenerationInterval {
    /// From sires to their sons.
    pub sire_to_son: Option<f64>,
    /// From sires to their daughters.
    pub sire_to_daughter: Option<f64>,
    /// From dams to their sons.
    pub dam_to_son: Option<f64>,
    /// From dams to their daughters.
    pub dam_to_daughter: Option<f64>,
    /// The mean of the paths that are known.
    pub mean: Option<f64>,
}

impl GenerationInterval {
    /// Computes the intervals from the births of all animals, in the order of the table. A son is who became a sire.
    #[must_use]
    pub fn of(pedigree: &Pedigree, births: &[Option<f64>]) -> Self {
        let parents: Vec<Parents> = (0_u32..)
            .take(pedigree.len())
            .map(|place| pedigree.parents(place))
            .collect();
        let [mut sires, mut dams] = [Bits::new(parents.len()), Bits::new(parents.len())];
        for each in &parents {
            each.sire.map(|sire| sires.insert(sire));
            each.dam.map(|dam| dams.insert(dam));
        }
        let path = |side: fn(&Parents) -> Option<u32>, bred: &Bits| {
            let ages: Vec<f64> = (0_u32..)
                .zip(&parents)
                .filter(|(place, _)| bred.contains(*place))
                .filter_map(|(place, each)| {
                    let birth = |of: u32| births.get(of as usize).copied().flatten();
                    Some(birth(place)? - birth(side(each)?)?)
                })
                .collect();
            (!ages.is_empty()).then(|| mean(&ages))
        };
        let paths = [
            path(|each| each.sire, &sires),
            path(|each| each.sire, &dams),
            path(|each| each.dam, &sires),
            path(|each| each.dam, &dams),
        ];
        let known: Vec<f64> = paths.into_iter().flatten().collect();
        let [sire_to_son, sire_to_daughter, dam_to_son, dam_to_daughter] = paths;
        Self {
            sire_to_son,
            sire_to_daughter,
            dam_to_son,
            dam_to_daughter,
            mean: (!known.is_empty()).then(|| mean(&known)),
        }
    }
}

fn parents_of(pedigree: &Pedigree, group: &[u32]) -> (usize, usize) {
    let [mut sires, mut dams] = [0; 2].map(|_| Bits::new(pedigree.len()));
    let (mut males, mut females) = (0, 0);
    for place in group {
        let Parents { sire, dam } = pedigree.parents(*place);
        males += usize::from(sire.is_some_and(|sire| sires.insert(sire)));
        females += usize::from(dam.is_some_and(|dam| dams.insert(dam)));
    }
    (males, females)
}

fn explaining_half(ancestors: &[Share]) -> usize {
    let mut sum = 0.0;
    ancestors
        .iter()
        .take_while(|each| {
            let before = sum;
            sum += each.share;
            before < 0.5
        })
        .count()
}

fn picked<T: Copy>(all: &[T], group: &[u32]) -> Vec<T> {
    group
        .iter()
        .filter_map(|place| all.get(*place as usize).copied())
        .collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
