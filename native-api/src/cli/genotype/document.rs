//! The file as it is read.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) loci: Vec<LocusGiven>,
    pub(super) recombination: Option<Fractions>,
    pub(super) animals: Vec<Animal>,
    #[serde(default)]
    pub(super) ask: Vec<String>,
}

/// One recombination fraction, or one for each interval.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Fractions {
    One(f64),
    Each(Vec<f64>),
}

/// A locus as it is given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LocusGiven {
    pub(super) name: String,
    #[serde(default)]
    pub(super) alleles: BTreeMap<String, f64>,
    pub(super) x_linked: Option<bool>,
    #[serde(default)]
    pub(super) lethal: Vec<String>,
}

/// The sex of an animal.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SexGiven {
    Male,
    Female,
}

/// An animal with what is known of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Animal {
    pub(super) id: String,
    pub(super) sex: SexGiven,
    pub(super) sire: Option<String>,
    pub(super) dam: Option<String>,
    #[serde(default)]
    pub(super) genotypes: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) one_of: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(super) not: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(super) likelihood: BTreeMap<String, BTreeMap<String, f64>>,
}
