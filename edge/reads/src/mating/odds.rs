//! What a foal may be: the odds that a planned mating tells.

use crate::page::first;
use crate::pedigree::Common;
use crate::wire::{Chance, Score};
use rules::genetics::Locus;
use rules::genetics::coat::Phenotype;
use rules::genetics::prediction::Mating;
use rules::heredity;
use rules::traits::Trait;
use serde::Serialize;
use std::collections::BTreeMap;

/// The most colours that are told by name.
const MOST_COATS: usize = 20;

/// A foal that is not conceived yet.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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

/// A reason for which a foal may be lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Expected {
    /// The mean.
    pub mean: Score,
    /// The standard deviation.
    pub sd: Score,
}

/// How likely a trait is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TraitChance {
    /// The trait.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub name: Trait,
    /// The chance that it is born with it, visible or hidden.
    pub chance: Chance,
}

impl Expected {
    pub(super) fn of(expected: heredity::Expected) -> Self {
        Self {
            mean: Score(expected.mean.into()),
            sd: Score(expected.sd.into()),
        }
    }
}

/// The likeliest coats by the name that they are born with, and what is left for all others.
pub(super) fn coats(mating: &Mating<'_>) -> (Vec<Coat>, Chance) {
    let named = mating.grouped(Phenotype::born_name).into_iter();
    let coats = named.map(|(name, odds)| Coat {
        name,
        conceived: Chance(odds.conceived.millionths()),
        live: Chance(odds.live.millionths()),
    });
    let coats = first(coats, MOST_COATS, |one, other| one.live > other.live);
    let told = coats.iter().map(|coat| coat.live.0).sum();
    (coats, Chance(1_000_000_u32.saturating_sub(told)))
}

pub(super) fn losses(mating: &Mating<'_>) -> Vec<Loss> {
    let lost = mating.lost();
    lost.map(|(loss, chance)| Loss {
        locus: loss.locus,
        name: loss.locus.facts().name,
        genotype: loss.locus.pair_text(loss.pair),
        chance: Chance(chance.millionths()),
    })
    .collect()
}

pub(super) fn health(mating: &Mating<'_>) -> Vec<Health> {
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
