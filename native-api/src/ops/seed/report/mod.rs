//! What was seeded, or has happened since, against what the rules expect of it.
//!
//! Founders' alleles are held against their breed's frequencies, what heterozygous parents handed on against one half, the
//! sexes against one half, losses against the exact chance of each mating. Each is an exact binomial test; with `n` of them
//! in all, the report is bad if one of them has a chance below [`BOUND`] / n. How far the alleles of the born have drifted
//! is told with its standard error, `sqrt(p (1 - p) x mean kinship)`, and is no test: breeding selects.

mod chance;
mod load;
mod show;

use std::collections::BTreeMap;

use rules::breed::CROSSBRED;
use rules::genetics::{Allele, Frequencies, Locus, Pair, Viability};
use rules::horse::Sex;
use rules::pedigree::{GenerationInterval, Kinship, Pedigree, known_generations};
use rules::time::DAYS_PER_YEAR;
use rules::traits::Trait;
use serde::Serialize;
use tokio_postgres::Client;

use crate::trouble::{Because, Trouble};
use chance::{Factorials, poisson_binomial};
use load::{Studbook, chance_of_loss, lost_at};

/// The chance below which something is improbable, divided by the number of tests.
pub const BOUND: f64 = 1e-6;

/// How many coat names, and how many unlikely alleles, are listed.
const LISTED: usize = 12;

/// Something that was counted, and how likely chance makes that, or what is farther off.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Counted {
    /// What was counted.
    pub what: String,
    /// How many.
    pub observed: u64,
    /// Of how many.
    pub of: u64,
    /// How many are expected.
    pub expected: f64,
    /// Twice the smaller tail.
    pub p: f64,
}

/// The horses whose longest line of ancestors has one length.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Generation {
    /// How many generations lie before them: 0 for founders.
    pub generation: u32,
    /// How many they are.
    pub horses: u64,
    /// Their mean F.
    pub mean_inbreeding: f64,
    /// The greatest F among them.
    pub max_inbreeding: f64,
}

/// How often an allele is found now among the born of a breed, and was among its founders.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drift {
    /// The breed.
    pub breed: String,
    /// The locus.
    pub locus: Locus,
    /// The allele.
    pub allele: &'static str,
    /// The frequency that the breed's founders are drawn with.
    pub founders: f64,
    /// The frequency among those born.
    pub born: f64,
    /// By how much it drifts by chance.
    pub standard_error: f64,
    /// The difference in standard errors.
    pub z: f64,
}

/// How many have a trait.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TraitRate {
    /// The trait.
    pub r#trait: Trait,
    /// Of those without parents: the share.
    pub founders: f64,
    /// Of those born: the share.
    pub born: f64,
    /// Of the born who have it: the share in whom it is hidden.
    pub hidden: f64,
}

/// The report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// All horses.
    pub horses: u64,
    /// Those with parents.
    pub born: u64,
    /// How many tests were made.
    pub tests: u64,
    /// What is improbable; nothing if all is well.
    pub improbable: Vec<Counted>,
    /// Horses whose recorded F is not that of their pedigree.
    pub wrong_inbreeding: u64,
    /// Colts among the born.
    pub sex_ratio: Counted,
    /// Pregnancies that were lost, among those that have ended.
    pub losses: Counted,
    /// The least likely counts of alleles: among founders, and handed on by heterozygous parents.
    pub alleles: Vec<Counted>,
    /// The greatest drifts.
    pub drift: Vec<Drift>,
    /// F by generation.
    pub generations: Vec<Generation>,
    /// The mean ages of parents in game-years.
    pub generation_interval: GenerationInterval,
    /// How common traits are.
    pub traits: Vec<TraitRate>,
    /// The most common coats.
    pub coats: Vec<(String, u64)>,
}

/// Looks at every horse and every pregnancy.
///
/// # Errors
/// What the database refuses, or holds that cannot be read.
pub async fn report(client: &Client) -> Result<Report, Trouble> {
    let studbook = Studbook::load(client).await?;
    let pedigree = Pedigree::new(&studbook.parents).because(|| "the pedigree has a flaw")?;
    Ok(Examination {
        factorials: Factorials::up_to(2 * studbook.horses.len() as u64 + 1),
        kinship: Kinship::new(&pedigree),
        studbook: &studbook,
        pedigree: &pedigree,
    }
    .report())
}

struct Examination<'a> {
    studbook: &'a Studbook,
    pedigree: &'a Pedigree,
    kinship: Kinship<'a>,
    factorials: Factorials,
}

impl Examination<'_> {
    fn report(&self) -> Report {
        let mut alleles = self.founders();
        alleles.extend(self.transmissions());
        alleles.sort_by(|one, other| one.p.total_cmp(&other.p));
        let (sex_ratio, losses) = (self.sex_ratio(), self.losses());
        let tests = alleles.len() + 2;
        let improbable = alleles
            .iter()
            .chain([&sex_ratio, &losses])
            .filter(|it| it.p < BOUND / tests as f64)
            .cloned()
            .collect();
        alleles.truncate(LISTED);
        Report {
            horses: self.studbook.horses.len() as u64,
            born: self.born().count() as u64,
            tests: tests as u64,
            improbable,
            wrong_inbreeding: self.wrong_inbreeding(),
            sex_ratio,
            losses,
            alleles,
            drift: self.drift(),
            generations: self.generations(),
            generation_interval: self.generation_interval(),
            traits: self.traits(),
            coats: self.coats(),
        }
    }

    fn born(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.studbook.horses.len()).filter(|place| !self.studbook.is_founder(*place))
    }

    /// Founders' alleles against their breed's frequencies, given that founders have lived.
    fn founders(&self) -> Vec<Counted> {
        let mut counts: BTreeMap<(&str, Locus, Allele), u64> = BTreeMap::new();
        let mut alleles: BTreeMap<(&str, Locus), u64> = BTreeMap::new();
        for (place, horse) in self.studbook.horses.iter().enumerate() {
            let Some(genome) = horse.genome.filter(|_| self.studbook.is_founder(place)) else {
                continue;
            };
            for locus in Locus::ALL.iter().copied() {
                for allele in genome.pair(locus).alleles() {
                    *counts.entry((&horse.breed, locus, allele)).or_default() += 1;
                    *alleles.entry((&horse.breed, locus)).or_default() += 1;
                }
            }
        }
        let mut tests = Vec::new();
        for ((breed, locus), n) in alleles {
            let Some(expected) = self.studbook.breeds.get(breed) else {
                continue;
            };
            for (allele, p) in locus.alleles().zip(living(expected, locus)).skip(1) {
                let k = counts.get(&(breed, locus, allele)).copied().unwrap_or(0);
                if p > 0.0 || k > 0 {
                    let symbol = locus.symbol(allele);
                    tests.push(self.counted(
                        format!("founders of {breed}: {locus} {symbol}"),
                        k,
                        n,
                        p,
                    ));
                }
            }
        }
        tests
    }

    /// What heterozygous parents handed on: one half, where no foal of the two could be lost by that locus.
    fn transmissions(&self) -> Vec<Counted> {
        let mut counts: BTreeMap<(Locus, Allele), (u64, u64)> = BTreeMap::new();
        for place in self.born() {
            let foal = self.studbook.horses.get(place).and_then(|it| it.genome);
            let parents = self.studbook.genomes_of_parents(place);
            let Some((foal, [sire, dam])) = foal.zip(parents) else {
                continue;
            };
            for locus in Locus::ALL.iter().copied().filter(|it| !it.is_x_linked()) {
                let pairs = [sire, dam].map(|it| it.pair(locus));
                let is_mixed = pairs.iter().any(|it| it.is_heterozygous());
                if !is_mixed || lost_at(locus, sire, dam) > 0.0 {
                    continue;
                }
                for allele in locus.alleles() {
                    let copies = pairs.map(|it| u64::from(it.copies(allele)));
                    let open = copies.iter().filter(|it| **it == 1).count() as u64;
                    let sure = copies.iter().filter(|it| **it == 2).count() as u64;
                    if open > 0 {
                        let handed =
                            u64::from(foal.pair(locus).copies(allele)).saturating_sub(sure);
                        let count = counts.entry((locus, allele)).or_default();
                        *count = (count.0 + handed, count.1 + open);
                    }
                }
            }
        }
        let tests = counts.into_iter().map(|((locus, allele), (k, n))| {
            self.counted(
                format!("handed on: {locus} {}", locus.symbol(allele)),
                k,
                n,
                0.5,
            )
        });
        tests.collect()
    }

    fn counted(&self, what: String, observed: u64, of: u64, p: f64) -> Counted {
        Counted {
            what,
            observed,
            of,
            expected: of as f64 * p,
            p: self.factorials.two_sided(of, observed, p),
        }
    }

    fn sex_ratio(&self) -> Counted {
        let born = self.born().count() as u64;
        let is_colt = |place: &usize| self.studbook.horses[*place].sex == Sex::Male;
        let colts = self.born().filter(is_colt).count() as u64;
        self.counted("colts born".to_owned(), colts, born, 0.5)
    }

    fn losses(&self) -> Counted {
        let (mut chances, mut lost, mut of) = (Vec::new(), 0, 0);
        for ended in &self.studbook.ended {
            let genome = |place: usize| self.studbook.horses.get(place).and_then(|it| it.genome);
            if let Some((sire, dam)) = genome(ended.sire).zip(genome(ended.dam)) {
                of += 1;
                lost += usize::from(ended.is_lost);
                chances.extend(Some(chance_of_loss(&sire, &dam)).filter(|it| *it > 0.0));
            }
        }
        Counted {
            what: "pregnancies lost".to_owned(),
            observed: lost as u64,
            of,
            // The sum of no floats is -0.
            expected: chances.iter().sum::<f64>() + 0.0,
            p: poisson_binomial(&chances, lost),
        }
    }

    fn wrong_inbreeding(&self) -> u64 {
        let exact = self.kinship.coefficients();
        let noted = self.studbook.horses.iter().map(|it| it.inbreeding);
        let wrong = noted
            .zip(exact)
            .filter(|(noted, f)| (noted - f).abs() > 1e-12);
        wrong.count() as u64
    }

    fn drift(&self) -> Vec<Drift> {
        let mut by_breed: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for place in self.born() {
            let horse = &self.studbook.horses[place];
            // What is crossed has the alleles of many breeds' founders.
            if horse.genome.is_some() && horse.breed != CROSSBRED.name {
                by_breed.entry(&horse.breed).or_default().push(place as u32);
            }
        }
        let mut all: Vec<Drift> = Vec::new();
        for (breed, group) in by_breed.into_iter().filter(|(_, group)| group.len() >= 30) {
            let Some(frequencies) = self.studbook.breeds.get(breed) else {
                continue;
            };
            let kinship = self.kinship.mean_within(&group);
            for (locus, allele, bp) in frequencies.iter().filter(|it| !it.0.is_x_linked()) {
                let pair = |place: &u32| {
                    let genome = self.studbook.horses[*place as usize].genome;
                    genome.map_or(0, |it| u32::from(it.pair(locus).copies(allele)))
                };
                let copies: u32 = group.iter().map(pair).sum();
                let (founders, born) = (
                    f64::from(bp) / 10_000.0,
                    f64::from(copies) / (2 * group.len()) as f64,
                );
                let standard_error = (founders * (1.0 - founders) * kinship).sqrt();
                let z = if standard_error > 0.0 {
                    (born - founders) / standard_error
                } else {
                    0.0
                };
                let (breed, allele) = (breed.to_owned(), locus.symbol(allele));
                all.push(Drift {
                    breed,
                    locus,
                    allele,
                    founders,
                    born,
                    standard_error,
                    z,
                });
            }
        }
        all.sort_by(|one, other| other.z.abs().total_cmp(&one.z.abs()));
        all.truncate(LISTED);
        all
    }

    fn generations(&self) -> Vec<Generation> {
        let mut by_generation: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
        let depths = known_generations(self.pedigree);
        for (generation, f) in depths.into_iter().zip(self.kinship.coefficients()) {
            by_generation.entry(generation).or_default().push(f);
        }
        let each = by_generation.into_iter().map(|(generation, f)| Generation {
            generation,
            horses: f.len() as u64,
            mean_inbreeding: f.iter().sum::<f64>() / f.len() as f64,
            max_inbreeding: f.iter().copied().fold(0.0, f64::max),
        });
        each.collect()
    }

    fn generation_interval(&self) -> GenerationInterval {
        let years = |at: rules::Instant| at.timestamp() as f64 / (86_400 * DAYS_PER_YEAR) as f64;
        let births: Vec<Option<f64>> = self
            .studbook
            .horses
            .iter()
            .map(|it| Some(years(it.born_at)))
            .collect();
        GenerationInterval::of(self.pedigree, &births)
    }

    fn traits(&self) -> Vec<TraitRate> {
        let born: Vec<usize> = self.born().collect();
        let founders: Vec<usize> = (0..self.studbook.horses.len())
            .filter(|it| self.studbook.is_founder(*it))
            .collect();
        let having = |group: &[usize], one: Trait| {
            let has = |place: &&usize| {
                self.studbook.horses[**place]
                    .modifiers
                    .iter()
                    .any(|it| it == one)
            };
            group.iter().filter(has).count()
        };
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        let rate = |one: &Trait| {
            let hides = |place: &&usize| {
                self.studbook.horses[**place]
                    .modifiers
                    .hidden()
                    .contains(one)
            };
            let count = having(&born, *one);
            TraitRate {
                r#trait: *one,
                founders: share(having(&founders, *one), founders.len()),
                born: share(count, born.len()),
                hidden: share(born.iter().filter(hides).count(), count),
            }
        };
        Trait::ALL.iter().map(rate).collect()
    }

    fn coats(&self) -> Vec<(String, u64)> {
        let mut names: BTreeMap<&str, u64> = BTreeMap::new();
        for name in self
            .studbook
            .horses
            .iter()
            .filter_map(|it| it.coat.as_deref())
        {
            *names.entry(name).or_default() += 1;
        }
        let mut names: Vec<(String, u64)> = names
            .into_iter()
            .map(|(name, n)| (name.to_owned(), n))
            .collect();
        names.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        names.truncate(LISTED);
        names
    }
}

/// The frequency of each allele of a locus among founders: as listed, less the pairs that could not live.
fn living(frequencies: &Frequencies, locus: Locus) -> Vec<f64> {
    let weights = frequencies.weights(locus);
    let weight = |allele: Allele| {
        weights
            .get(usize::from(allele.index()))
            .map_or(0.0, |it| f64::from(*it))
    };
    let lives = |one: Allele, other: Allele| {
        locus.viability(Pair::of(one, other)) != Some(Viability::Lethal)
    };
    let mut shares: Vec<f64> = Vec::new();
    for one in locus.alleles() {
        let mates = locus.alleles().filter(|other| lives(one, *other));
        shares.push(weight(one) * mates.map(weight).sum::<f64>());
    }
    let whole: f64 = shares.iter().sum();
    shares.into_iter().map(|it| it / whole).collect()
}
