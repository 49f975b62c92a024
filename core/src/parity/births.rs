//! Births for the parity check: a herd that breeds for ten generations.

use crate::Instant;
use crate::breed::{BREEDS, Breed, CROSSBRED};
use crate::breeding::{Conceived, Newborn, Nurture, Parent, conceive};
use crate::dice::{Dice, Purpose, Secret};
use crate::genetics::Locus;
use crate::genetics::inference::{Relative, infer};
use crate::genetics::prediction::{self, predict};
use crate::heredity::Inheritance;
use crate::horse::{Sex, found};
use crate::pedigree::{Inbreeding, Kinship, Parents, Pedigree, Population};
use crate::scale::Gauge;
use crate::stat::Stats;
use crate::temperament::Temperament;
use crate::traits::EpigeneticModifiers;
use alloc::string::ToString as _;
use alloc::vec::Vec;
use sha2::{Digest as _, Sha256};

/// How many founders a herd has, and how many generations of foals.
const FOUNDERS: u32 = 40;
const GENERATIONS: u32 = 10;
/// How many stallions cover in a generation; one foal in ten is bred to an older one.
const STALLIONS: u32 = 12;

/// A horse that breeds.
struct Horse {
    sex: Sex,
    inheritance: Inheritance,
    stats: Stats,
    inbreeding: Inbreeding,
    temperament: Temperament,
    modifiers: EpigeneticModifiers,
}

impl Horse {
    fn parent(&self) -> Parent<'_> {
        Parent {
            genome: &self.inheritance.genome,
            values: &self.inheritance.values,
            inbreeding: self.inbreeding,
            temperament: self.temperament,
            modifiers: &self.modifiers,
        }
    }
}

impl From<Newborn> for Horse {
    fn from(foal: Newborn) -> Self {
        Self {
            sex: foal.sex,
            inheritance: foal.inheritance,
            stats: foal.stats,
            inbreeding: foal.inbreeding,
            temperament: foal.temperament,
            modifiers: foal.modifiers,
        }
    }
}

/// The digest of a herd with `births` conceptions made from `seed`: genomes, coats, breeding values, stats, traits and
/// coefficients of every foal; in each generation the prediction of a mating, what its foal is inferred to carry, and the
/// figures of the population.
#[must_use]
pub fn births_digest(seed: u64, births: u32) -> [u8; 32] {
    let secret = Secret::new(Sha256::digest(seed.to_be_bytes()).into());
    let mut herd = Herd::found(&secret);
    for generation in 1..=GENERATIONS {
        let last = generation == GENERATIONS;
        let done = births / GENERATIONS * (GENERATIONS - 1);
        herd.breed(if last {
            births - done
        } else {
            births / GENERATIONS
        });
    }
    herd.hash.finalize().into()
}

struct Herd<'a> {
    secret: &'a Secret,
    horses: Vec<Horse>,
    table: Vec<Parents>,
    /// Where the last generation begins.
    young: usize,
    conceived: i64,
    hash: Sha256,
}

impl<'a> Herd<'a> {
    fn found(secret: &'a Secret) -> Self {
        let horses = (0..FOUNDERS).filter_map(|number| founder(secret, number));
        let horses: Vec<Horse> = horses.collect();
        Self {
            secret,
            table: horses.iter().map(|_| Parents::default()).collect(),
            horses,
            young: 0,
            conceived: 0,
            hash: Sha256::new(),
        }
    }

    /// Breeds the youngest generation, and now and then an older stallion.
    fn breed(&mut self, births: u32) {
        let Ok(pedigree) = Pedigree::new(&self.table) else {
            return;
        };
        let mut kinship = Kinship::new(&pedigree);
        let (stallions, mares) = (self.of_sex(Sex::Male), self.of_sex(Sex::Female));
        let mut foals = Vec::new();
        for birth in 0..births {
            self.conceived += 1;
            let mut dice = Dice::new(self.secret, Purpose::Birth, &[self.conceived.into()]);
            let old = dice.below(10) == 0;
            let from = if old { 0 } else { stallions.0 };
            let sire = pick(&stallions.1, from, STALLIONS, &mut dice);
            let dam = pick(&mares.1, mares.0, u32::MAX, &mut dice);
            let f = Inbreeding::of(kinship.between(sire, dam));
            if birth == 0 {
                self.predict(sire, dam);
                self.infer(sire, dam);
            }
            if let Some(foal) = self.conceive(sire, dam, f, &mut dice) {
                let parents = Parents {
                    sire: Some(sire),
                    dam: Some(dam),
                };
                foals.push((parents, foal));
            }
        }
        self.figures(&kinship);
        self.young = self.horses.len();
        for (parents, foal) in foals {
            self.table.push(parents);
            self.horses.push(foal);
        }
    }

    /// The places of every horse of a sex, and how many of them are not of the youngest generation.
    fn of_sex(&self, sex: Sex) -> (usize, Vec<u32>) {
        let places = (0_u32..).zip(&self.horses).filter(|it| it.1.sex == sex);
        let places: Vec<u32> = places.map(|it| it.0).collect();
        let older = places.iter().filter(|it| (**it as usize) < self.young);
        (older.count(), places)
    }

    fn conceive(&mut self, sire: u32, dam: u32, f: Inbreeding, dice: &mut Dice) -> Option<Horse> {
        let (sire, dam) = (
            self.horses.get(sire as usize)?,
            self.horses.get(dam as usize)?,
        );
        let mut gauge = || Gauge::clamped(i64::from(dice.range(0, 100)));
        let (bond, stress) = (gauge(), gauge());
        let nurture = Nurture { bond, stress };
        let made = conceive(
            &sire.parent(),
            &dam.parent(),
            nurture,
            f,
            &CROSSBRED.facts,
            dice,
        );
        match made {
            Conceived::Lost(loss) => {
                self.hash.update(loss.locus.as_str());
                self.hash.update(loss.locus.pair_text(loss.pair));
                None
            }
            Conceived::Foal(foal) => {
                let foal = Horse::from(*foal);
                self.note(&foal);
                Some(foal)
            }
        }
    }

    fn note(&mut self, foal: &Horse) {
        let Inheritance {
            genome,
            values,
            height_cm,
            coat,
        } = &foal.inheritance;
        self.hash.update(foal.sex.as_str());
        self.hash.update(genome.to_string());
        for value in values.numbers() {
            self.hash.update(value.to_be_bytes());
        }
        self.hash.update(height_cm.to_be_bytes());
        self.hash.update(&coat.description);
        self.hash.update(coat.phenotype.code().to_be_bytes());
        for number in foal.stats.numbers() {
            self.hash.update(number.to_be_bytes());
        }
        self.hash.update(foal.temperament.as_str());
        for r#trait in foal.modifiers.iter() {
            self.hash.update(r#trait.as_str());
        }
        self.hash.update([foal.modifiers.hidden().len() as u8]);
        self.hash.update(foal.inbreeding.millionths().to_be_bytes());
    }

    /// The whole prediction of one mating.
    fn predict(&mut self, sire: u32, dam: u32) {
        let [sire, dam] = [sire, dam].map(|place| {
            let horse = self.horses.get(place as usize);
            horse.map(|it| prediction::Parent::from(&it.inheritance.genome))
        });
        let (Some(sire), Some(dam)) = (sire, dam) else {
            return;
        };
        let Ok(mating) = predict(&sire, &dam) else {
            return;
        };
        for (phenotype, odds) in mating.coats() {
            self.hash.update(phenotype.code().to_be_bytes());
            for chance in [odds.conceived, odds.live] {
                self.hash.update(chance.weight().to_be_bytes());
                self.hash.update(chance.of().to_be_bytes());
            }
        }
    }

    /// What a filly of the two may carry, as far as their coats tell.
    fn infer(&mut self, sire: u32, dam: u32) {
        let breed = CROSSBRED.frequencies();
        let parent = |sex, place: u32| Relative {
            sex,
            dam: None,
            sire: None,
            breed: &breed,
            tested: &[],
            seen: self
                .horses
                .get(place as usize)
                .map(|it| it.inheritance.coat.phenotype),
        };
        let filly = Relative {
            dam: Some(1),
            sire: Some(0),
            seen: None,
            ..parent(Sex::Female, dam)
        };
        let family = [parent(Sex::Male, sire), parent(Sex::Female, dam), filly];
        let Ok(posterior) = infer(&family, 2) else {
            return;
        };
        for locus in Locus::ALL.iter().copied() {
            for (pair, chance) in posterior.by_locus(locus) {
                self.hash.update(locus.pair_text(pair));
                self.hash.update(chance.weight().to_be_bytes());
                self.hash.update(chance.of().to_be_bytes());
            }
        }
    }

    /// The coefficients of all and the figures of the youngest generation, to the last bit.
    fn figures(&mut self, kinship: &Kinship<'_>) {
        for f in kinship.coefficients() {
            self.hash.update(f.to_bits().to_be_bytes());
        }
        let young: Vec<u32> = (self.young as u32..self.horses.len() as u32)
            .take(200)
            .collect();
        let figures = Population::of(kinship, &young);
        for figure in [
            figures.mean_kinship,
            figures.effective_founders,
            figures.effective_ancestors,
            figures.founder_genomes,
            figures.effective_size.unwrap_or_default(),
        ] {
            self.hash.update(figure.to_bits().to_be_bytes());
        }
    }
}

fn founder(secret: &Secret, number: u32) -> Option<Horse> {
    let mut dice = Dice::new(secret, Purpose::Founder, &[i64::from(number).into()]);
    let breed: &Breed = BREEDS.get(dice.below(BREEDS.len() as u32) as usize)?;
    let sex = if number.is_multiple_of(2) {
        Sex::Male
    } else {
        Sex::Female
    };
    let founder = found(
        &breed.facts,
        &breed.frequencies(),
        sex,
        Instant::UNIX_EPOCH,
        &mut dice,
    );
    Some(Horse {
        sex,
        inheritance: founder.inheritance,
        stats: founder.stats,
        inbreeding: Inbreeding::NONE,
        temperament: founder.temperament,
        modifiers: founder.modifiers,
    })
}

/// One of the first `most` places from `first` on.
fn pick(places: &[u32], first: usize, most: u32, dice: &mut Dice) -> u32 {
    let from = places.get(first..).filter(|it| !it.is_empty());
    let from = from.unwrap_or(places);
    let among = most.min(from.len() as u32);
    let drawn = from.get(dice.below(among) as usize);
    drawn.copied().unwrap_or_default()
}
