//! Horses as `/v1/horses/{id}` tells them; of their fields, those that count.

use rules::Refusal;
use rules::breed::{Breed, by_name};
use rules::genetics::coat::Phenotype;
use rules::genetics::{Locus, Pair};
use rules::traits::VisibleTraits;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// A breed, by its name.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct OfBreed {
    /// The breed of that name.
    #[serde(rename = "name", deserialize_with = "breed")]
    pub breed: &'static Breed,
}

/// Another horse that is named.
#[derive(Clone, Debug, Deserialize)]
pub struct Named {
    /// Its id.
    pub id: i64,
    /// Its name, if it is told.
    #[serde(default)]
    pub name: Option<String>,
}

/// A coat, of which the genes ask for what can be seen.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Seen {
    /// What can be seen; none of a horse whose genes the game has not told.
    #[serde(default)]
    pub phenotype: Option<Phenotype>,
}

/// The result of a genetic test at one locus: the two alleles as `E/e`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "Written")]
pub struct Test {
    /// The locus.
    pub locus: Locus,
    /// Its alleles.
    pub pair: Pair,
}

#[derive(Deserialize)]
struct Written {
    locus: Locus,
    genotype: String,
}

impl TryFrom<Written> for Test {
    type Error = Refusal;

    fn try_from(written: Written) -> Result<Self, Refusal> {
        let pair = written.locus.parse_pair(&written.genotype)?;
        Ok(Self {
            locus: written.locus,
            pair,
        })
    }
}

fn breed<'de, D: Deserializer<'de>>(from: D) -> Result<&'static Breed, D::Error> {
    let name = String::deserialize(from)?;
    by_name(&name).map_err(D::Error::custom)
}

/// Visible traits that can stand together.
pub(crate) fn traits<'de, D: Deserializer<'de>>(from: D) -> Result<VisibleTraits, D::Error> {
    let traits = VisibleTraits::deserialize(from)?;
    traits.check().map_err(D::Error::custom)?;
    Ok(traits)
}
