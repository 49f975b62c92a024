//! A planned mating, from what the asker knows of both horses, their families and their ancestors.

use crate::horse::{Named, OfBreed, Seen, Test, traits};
use crate::pedigree::{Links, Pedigree};
use rules::Refusal;
use rules::breeding::prospect::{self, Common, Foal, Known};
use rules::breeding::{Family, Member, Nurture};
use rules::horse::Sex;
use rules::pedigree::{Inbreeding, Reach};
use rules::scale::Gauge;
use rules::stat::Stats;
use rules::traits::VisibleTraits;
use serde::Deserialize;

/// A mare, a stallion, and what is known around them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// The mare.
    pub mare: Mate,
    /// The stallion.
    pub stallion: Mate,
    /// Parents and grandparents of either: their coats and tests tell of the genes.
    #[serde(default)]
    pub family: Vec<Relative>,
    /// Pedigrees of either: they tell of the inbreeding.
    #[serde(default)]
    pub pedigrees: Vec<Pedigree>,
}

/// A relative, as far as genes are concerned.
#[derive(Clone, Debug, Deserialize)]
pub struct Relative {
    id: i64,
    #[serde(default)]
    name: Option<String>,
    sex: Sex,
    breed: OfBreed,
    #[serde(default)]
    sire: Option<Named>,
    #[serde(default)]
    dam: Option<Named>,
    #[serde(default)]
    coat: Option<Seen>,
    #[serde(default)]
    tests: Vec<Test>,
}

/// A parent of the foal.
#[derive(Clone, Debug, Deserialize)]
pub struct Mate {
    id: i64,
    #[serde(default)]
    name: Option<String>,
    sex: Sex,
    breed: OfBreed,
    #[serde(default)]
    sire: Option<Named>,
    #[serde(default)]
    dam: Option<Named>,
    #[serde(default)]
    coat: Option<Seen>,
    #[serde(default)]
    tests: Vec<Test>,
    stats: Stats,
    #[serde(deserialize_with = "traits")]
    traits: VisibleTraits,
    bond_score: Gauge,
    stress_level: Gauge,
    #[serde(default)]
    height_cm: Option<i16>,
    #[serde(default)]
    inbreeding: f64,
}

impl Mate {
    fn relative(&self) -> Relative {
        Relative {
            id: self.id,
            name: self.name.clone(),
            sex: self.sex,
            breed: self.breed,
            sire: self.sire.clone(),
            dam: self.dam.clone(),
            coat: self.coat,
            tests: self.tests.clone(),
        }
    }

    fn known(&self) -> Result<Known, Refusal> {
        let breed = self.breed.breed;
        Ok(Known {
            id: self.id,
            breed: breed.name.to_owned(),
            stats: self.stats,
            stat_means: Stats::checked(breed.facts.stat_means)?,
            inbreeding: Inbreeding::of(self.inbreeding),
            height_cm: self.height_cm,
            traits: self.traits.clone(),
        })
    }
}

impl Relative {
    fn parents(&self) -> [i64; 2] {
        [&self.sire, &self.dam].map(|it| it.as_ref().map_or(0, |it| it.id))
    }

    fn member(&self) -> Member {
        let [sire, dam] = self.parents();
        Member {
            id: self.id,
            sire,
            dam,
            sex: self.sex,
            tests: self.tests.iter().map(|it| (it.locus, it.pair)).collect(),
            seen: self.coat.and_then(|it| it.phenotype),
            breed: self.breed.breed.frequencies(),
        }
    }
}

impl Planned {
    /// What the foal may be.
    ///
    /// # Errors
    /// A sentence: what contradicts itself, and why two horses have no foals.
    pub fn foal(&self) -> Result<Foal, String> {
        if self.mare.id == self.stallion.id {
            return Err(Refusal::SameHorse.to_string());
        }
        let family = self.family()?;
        let links = self.links(&family)?;
        let reach = Reach {
            paths: 0,
            ..Reach::default()
        };
        let register = links.register()?;
        let explained = register.planned(self.stallion.id, self.mare.id, reach);
        let common = Common::told(&explained, |id| links.name(id));
        let members = Family::new(family.iter().map(Relative::member).collect());
        let known = |mate: &Mate| mate.known().map_err(|wrong| wrong.to_string());
        let planned = prospect::Planned {
            sire: known(&self.stallion)?,
            dam: known(&self.mare)?,
            nurture: Nurture {
                bond: self.mare.bond_score,
                stress: self.mare.stress_level,
            },
            family: &members,
        };
        let foal = planned.foal(&explained, common);
        foal.map_err(|wrong| wrong.to_string())
    }

    /// Everybody in the order of their ids, as the API looks at them.
    fn family(&self) -> Result<Vec<Relative>, String> {
        let mut family = vec![self.mare.relative(), self.stallion.relative()];
        family.extend(self.family.iter().cloned());
        family.sort_by_key(|it| it.id);
        let mut pairs = family.iter().zip(family.iter().skip(1));
        match pairs.find(|(one, next)| one.id == next.id) {
            Some((twice, _)) => Err(format!("Horse {} is given twice.", twice.id)),
            None => Ok(family),
        }
    }

    fn links(&self, family: &[Relative]) -> Result<Links, String> {
        let mut links = Links::default();
        for relative in family {
            links.add(relative.id, relative.parents())?;
            links.call(relative.id, relative.name.as_ref());
            for parent in [&relative.sire, &relative.dam].into_iter().flatten() {
                links.call(parent.id, parent.name.as_ref());
            }
        }
        for pedigree in &self.pedigrees {
            links.add_all(pedigree)?;
        }
        Ok(links)
    }
}
