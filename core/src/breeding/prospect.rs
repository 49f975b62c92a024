//! What a foal of two horses may be: the odds that a planned mating tells.

use super::breed_of_foal;
use super::family::Family;
use super::inherited::{Nurture, trait_odds};
use crate::Refusal;
use crate::breed::{CROSSBRED, by_name};
use crate::genetics::Locus;
use crate::genetics::coat::Phenotype;
use crate::genetics::prediction::{Mating, Parent, predict};
use crate::genetics::size::height_effect_variance;
use crate::heredity::{self, Estimate, ParentsInbreeding, Stature, expected_height, expected_stat};
use crate::horse::Sex;
use crate::pedigree::{Explained, Inbreeding};
use crate::stat::{Stat, Stats};
use crate::told::{Chance, Score};
use crate::traits::{Trait, VisibleTraits};
use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The most colours that are told by name.
const MOST_COATS: usize = 20;
/// The chance of either sex.
const HALF: Chance = Chance(500_000);

/// A foal that is not conceived yet.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ProspectiveFoal))]
pub struct Foal {
    /// The name of its breed.
    pub breed: String,
    /// The inbreeding coefficient F, 0 to 1: the kinship of its parents, over their nearest 100,000 ancestors. What
    /// else there is lies sixteen or more generations back.
    pub inbreeding: f64,
    /// The part of F that the common ancestors below do not make up.
    pub inbreeding_beyond: f64,
    /// Where lines of sire and dam meet, the greatest part of F first.
    pub common_ancestors: Vec<Common>,
    /// The chance of either sex.
    pub sex: BTreeMap<&'static str, Chance>,
    /// The chance that it lives; the rest is lost before birth.
    pub born_alive: Chance,
    /// Why it may be lost.
    pub losses: Vec<Loss>,
    /// The likeliest coats by name, likeliest first, at most twenty.
    pub coats: Vec<Coat>,
    /// The chance of any other coat, of foals that live.
    pub other_coats: Chance,
    /// Are the odds of coats exact? They are rounded to 2^-48 where much is inferred.
    pub is_exact: bool,
    /// The odds at each health locus at which anything but a clear foal is possible, of foals that live.
    pub health: Vec<Health>,
    /// Each stat at birth. It goes by the parents' stats of today, which training may have raised.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Expected>))]
    pub stats: BTreeMap<&'static str, Expected>,
    /// The height at the withers once grown, in centimetres, as far as the parents' heights tell; null where one is not known.
    pub height_cm: Option<Expected>,
    /// How likely it is born with each trait, going by those of its parents that have come to light.
    pub traits: Vec<TraitChance>,
}

/// An ancestor in whom lines of sire and dam meet.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Common {
    /// The id.
    pub id: i64,
    /// The name; null for one further away than a thousand others.
    pub name: Option<String>,
    /// Its own inbreeding coefficient F, 0 to 1.
    pub inbreeding: f64,
    /// The part of F that lines which meet in it make up.
    pub contribution: f64,
}

/// A reason for which a foal may be lost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Loss {
    /// The symbol of the gene.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "EDNRB"))]
    pub locus: Locus,
    /// The name that breeders use.
    #[cfg_attr(feature = "openapi", schema(example = "Frame"))]
    pub name: &'static str,
    /// The alleles with which no foal lives: `O/O`.
    pub genotype: String,
    /// The chance at conception.
    pub chance: Chance,
}

/// A coat and its odds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Coat {
    /// The name of the coat it is born with.
    pub name: String,
    /// The chance at conception.
    pub conceived: Chance,
    /// The chance among foals that live.
    pub live: Chance,
}

/// The odds at a health locus, of foals that live.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Health {
    /// The symbol of the gene.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "PPIB"))]
    pub locus: Locus,
    /// The name that breeders use.
    pub name: &'static str,
    /// The chance of no harmful allele.
    pub clear: Chance,
    /// The chance of one copy of what takes two.
    pub carrier: Chance,
    /// The chance of the disease, or the risk of it.
    pub affected: Chance,
}

/// A quantity that is not drawn yet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Expected {
    /// The mean.
    pub mean: Score,
    /// The standard deviation.
    pub sd: Score,
}

/// How likely a trait is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TraitChance {
    /// The trait.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub name: Trait,
    /// The chance that it is born with it, visible or hidden.
    pub chance: Chance,
}

impl Common {
    /// The common ancestors of an explanation, with the names that are known.
    #[must_use]
    pub fn told(explained: &Explained<i64>, name: impl Fn(i64) -> Option<String>) -> Vec<Self> {
        let ancestors = explained.ancestors.iter();
        ancestors
            .map(|it| Self {
                id: it.animal,
                name: name(it.animal),
                inbreeding: it.f,
                contribution: it.contribution,
            })
            .collect()
    }
}

/// A parent of a planned mating, as everyone sees it.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its number, by which the family knows it.
    pub id: i64,
    /// The name of its breed.
    pub breed: String,
    /// Its stats.
    pub stats: Stats,
    /// The means of its breed's founders.
    pub stat_means: Stats,
    /// Its coefficient of inbreeding.
    pub inbreeding: Inbreeding,
    /// Its height, if it is known.
    pub height_cm: Option<i16>,
    /// Its traits that have come to light.
    pub traits: VisibleTraits,
}

/// A planned mating, as its foal's odds look at it.
#[derive(Clone, Debug)]
pub struct Planned<'a> {
    /// The stallion.
    pub sire: Known,
    /// The mare.
    pub dam: Known,
    /// What in the mare shapes her foal's traits.
    pub nurture: Nurture,
    /// What is known of the genes of both.
    pub family: &'a Family,
}

/// Why no foal can be predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unpredictable {
    /// The two have no foals.
    Refused(Refusal),
    /// Nothing explains what is known of a horse's genes.
    Unexplained {
        /// Which one.
        horse: i64,
    },
}

impl fmt::Display for Unpredictable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Unexplained { horse } => {
                write!(
                    f,
                    "Nothing explains what is known of the genes of horse {horse}."
                )
            }
        }
    }
}

impl core::error::Error for Unpredictable {}

impl From<Refusal> for Unpredictable {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Known {
    fn estimate(&self, stat: Stat) -> Estimate {
        let mean = self.stat_means.get(stat).get();
        Estimate::of_stat(self.stats.get(stat), mean, self.inbreeding)
    }

    fn stature(&self, family: &Family) -> Option<Stature> {
        let breed = by_name(&self.breed).ok().filter(|it| **it != CROSSBRED);
        let frequencies = family.frequencies(self.id);
        self.height_cm.map(|height_cm| Stature {
            height_cm,
            breed_cm: breed.map(|it| it.facts.height_cm.into()),
            loci_variance: frequencies.map_or(0, height_effect_variance),
        })
    }
}

impl Planned<'_> {
    /// What the foal may be, with its inbreeding and the common ancestors that it comes from.
    ///
    /// # Errors
    /// [`Unpredictable`].
    pub fn foal(
        &self,
        explained: &Explained<i64>,
        common_ancestors: Vec<Common>,
    ) -> Result<Foal, Unpredictable> {
        let (dam, sire) = (self.parent(&self.dam)?, self.parent(&self.sire)?);
        let mating = predict(&dam, &sire)?;
        let (coats, other_coats) = coats(&mating);
        let inbreeding = Inbreeding::of(explained.f);
        let traits = self.dam.traits.iter().chain(self.sire.traits.iter());
        let traits = trait_odds(traits, self.nurture, inbreeding).into_iter();
        Ok(Foal {
            breed: breed_of_foal(&self.sire.breed, &self.dam.breed).to_owned(),
            inbreeding: explained.f,
            inbreeding_beyond: explained.beyond,
            common_ancestors,
            sex: Sex::ALL.iter().map(|sex| (sex.as_str(), HALF)).collect(),
            born_alive: Chance(mating.born_alive().millionths()),
            losses: losses(&mating),
            coats,
            other_coats,
            is_exact: mating.is_exact(),
            health: health(&mating),
            stats: self.stats(inbreeding),
            height_cm: self.height(),
            traits: traits
                .map(|odds| TraitChance {
                    name: odds.r#trait,
                    chance: Chance(odds.millionths),
                })
                .collect(),
        })
    }

    fn parent(&self, known: &Known) -> Result<Parent, Unpredictable> {
        let horse = known.id;
        let parent = self.family.parent(horse);
        parent.map_err(|_| Unpredictable::Unexplained { horse })
    }

    const fn inbred(&self) -> ParentsInbreeding {
        ParentsInbreeding {
            sire: self.sire.inbreeding,
            dam: self.dam.inbreeding,
        }
    }

    fn stats(&self, foal: Inbreeding) -> BTreeMap<&'static str, Expected> {
        let expected = |stat: &Stat| {
            let (sire, dam) = (self.sire.estimate(*stat), self.dam.estimate(*stat));
            let expected = expected_stat(sire, dam, self.inbred(), foal);
            (stat.as_str(), Expected::of(expected))
        };
        Stat::ALL.iter().map(expected).collect()
    }

    fn height(&self) -> Option<Expected> {
        let (sire, dam) = (
            self.sire.stature(self.family),
            self.dam.stature(self.family),
        );
        let expected = |(sire, dam)| Expected::of(expected_height(sire, dam, self.inbred()));
        sire.zip(dam).map(expected)
    }
}

impl Expected {
    fn of(expected: heredity::Expected) -> Self {
        Self {
            mean: Score(expected.mean.into()),
            sd: Score(expected.sd.into()),
        }
    }
}

/// The likeliest coats by the name that they are born with, and what is left for all others.
fn coats(mating: &Mating<'_>) -> (Vec<Coat>, Chance) {
    let named = mating.grouped(Phenotype::born_name).into_iter();
    let coats = named.map(|(name, odds)| Coat {
        name,
        conceived: Chance(odds.conceived.millionths()),
        live: Chance(odds.live.millionths()),
    });
    let mut coats: Vec<Coat> = coats.collect();
    crate::order::sort_by(&mut coats, |one, other| other.live.cmp(&one.live));
    coats.truncate(MOST_COATS);
    let told = coats.iter().map(|coat| coat.live.0).sum();
    (coats, Chance(1_000_000_u32.saturating_sub(told)))
}

fn losses(mating: &Mating<'_>) -> Vec<Loss> {
    let lost = mating.lost();
    lost.map(|(loss, chance)| Loss {
        locus: loss.locus,
        name: loss.locus.facts().name,
        genotype: loss.locus.pair_text(loss.pair),
        chance: Chance(chance.millionths()),
    })
    .collect()
}

fn health(mating: &Mating<'_>) -> Vec<Health> {
    let odds = mating.health().into_iter();
    odds.map(|odds| Health {
        locus: odds.locus,
        name: odds.locus.facts().name,
        clear: Chance(odds.clear.live.millionths()),
        carrier: Chance(odds.carrier.live.millionths()),
        affected: Chance(odds.affected.live.millionths()),
    })
    .filter(|odds| odds.carrier.0 > 0 || odds.affected.0 > 0)
    .collect()
}
