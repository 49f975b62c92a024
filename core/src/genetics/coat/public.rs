//! The coat as anyone may read it.

use super::look::{Base, Brindle, Curly, Dilution, Greying, Splash};
use super::markings::{Face, LegWhite, Legs, Markings, markings};
use super::name::Pattern;
use super::phenotype::Phenotype;
use crate::dice::Dice;
use crate::genetics::genome::Genome;
use alloc::string::String;
use alloc::vec::Vec;

crate::words::words! {
    /// The colour of the eyes.
    Eyes, "eyes" {
        /// Brown.
        Brown = "brown",
        /// Light brown to amber: champagne.
        Hazel = "hazel",
        /// Yellow: tiger eye.
        Yellow = "yellow",
        /// Pale green or blue: cream with pearl.
        Pale = "pale",
        /// One blue, one brown.
        OneBlue = "one blue",
        /// Blue.
        Blue = "blue",
    }
}

crate::words::words! {
    /// The texture of the hair.
    Hair, "hair" {
        /// Smooth.
        Smooth = "smooth",
        /// Curly.
        Curly = "curly",
        /// Curly, with a thin mane and tail.
        ThinCurly = "thin curly",
        /// In stripes of another texture.
        Striped = "striped",
        /// Smooth, with a sparse mane and tail.
        Sparse = "sparse",
    }
}

/// The coat as anyone may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(remote = "Self", deny_unknown_fields)
)]
pub struct Coat {
    /// Its name, of a grey with the colour it was born with.
    pub name: String,
    /// The base colour; none of a horse that is white all over.
    pub base: Option<Base>,
    /// The white patterns.
    pub pattern: Vec<Pattern>,
    /// White on the face.
    pub face: Face,
    /// White on the legs.
    pub legs: Legs,
    /// The eyes.
    pub eyes: Eyes,
    /// The texture of the hair.
    pub hair: Hair,
    /// All of it in a sentence or two.
    pub description: String,
    /// What can be seen of the genotype, for programs.
    pub phenotype: Phenotype,
}

/// What of a coat a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What can be seen of the genotype.
    pub phenotype: Phenotype,
    /// White on the face.
    pub face: Face,
    /// White on the legs.
    pub legs: Legs,
    /// The eyes.
    pub eyes: Eyes,
}

impl From<&Coat> for Seen {
    fn from(coat: &Coat) -> Self {
        Self {
            phenotype: coat.phenotype,
            face: coat.face,
            legs: coat.legs,
            eyes: coat.eyes,
        }
    }
}

#[cfg(feature = "serde")]
crate::object::reads_objects!(Coat);
#[cfg(feature = "serde")]
crate::object::writes_objects!(Coat);

#[cfg(feature = "serde")]
impl serde::Serialize for Phenotype {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(self.code())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Phenotype {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let code = <u64 as serde::Deserialize>::deserialize(from)?;
        Self::from_code(code)
            .ok_or_else(|| serde::de::Error::custom(crate::Refusal::Unknown { field: "phenotype" }))
    }
}

impl Coat {
    /// The coat of a genome with a score of white in thousandths of a point, the environment included.
    ///
    /// The dice are those of [`markings`], then one draw for the eyes. Without dice everything is as it is on average.
    #[must_use]
    pub fn of(genome: &Genome, white: i32, mut dice: Option<&mut Dice>) -> Self {
        let phenotype = Phenotype::of(genome);
        let Markings { face, legs } = markings(genome, white, dice.as_deref_mut());
        let eyes = eyes(phenotype, dice.map_or(3, |dice| dice.below(4)));
        let mut coat = Self {
            name: phenotype.name(),
            base: (!phenotype.is_all_white()).then(|| phenotype.base()),
            pattern: phenotype.patterns(),
            face,
            legs,
            eyes,
            hair: hair(phenotype),
            description: String::new(),
            phenotype,
        };
        coat.description = coat.describe();
        coat
    }

    /// What the coat is called at an age in game-years: a grey changes through its life.
    #[must_use]
    pub fn shown_at(&self, age: i64) -> String {
        self.phenotype.name_at(age)
    }

    fn describe(&self) -> String {
        let mut text = self.phenotype.description();
        if self.face != Face::None {
            text.push_str("; ");
            text.push_str(self.face.as_str());
        }
        for (leg, white) in [
            ("left fore", self.legs.fore_left),
            ("right fore", self.legs.fore_right),
            ("left hind", self.legs.hind_left),
            ("right hind", self.legs.hind_right),
        ] {
            if white != LegWhite::None {
                text.push_str("; ");
                text.push_str(leg);
                text.push(' ');
                text.push_str(white.as_str());
            }
        }
        text.push_str("; ");
        text.push_str(self.eyes.as_str());
        text.push_str(if self.eyes == Eyes::OneBlue {
            " eye"
        } else {
            " eyes"
        });
        text
    }
}

/// The eyes, with a draw from 0 to 3 for horses whose white reaches them: a blue pair, one, or none.
fn eyes(seen: Phenotype, draw: u32) -> Eyes {
    let is_splashed = seen.splash() != Splash::None || seen.is_splashed_by_pax3();
    if seen.is_lethal_white() || seen.splash() == Splash::Double {
        return Eyes::Blue;
    }
    match seen.dilution() {
        Dilution::DoubleCream | Dilution::CreamSunshine | Dilution::Snowdrop => Eyes::Blue,
        _ if (is_splashed || seen.is_frame()) && draw == 0 => Eyes::Blue,
        _ if (is_splashed || seen.is_frame()) && draw == 1 => Eyes::OneBlue,
        Dilution::CreamPearl => Eyes::Pale,
        _ if seen.is_tiger_eyed() => Eyes::Yellow,
        _ if seen.is_champagne() => Eyes::Hazel,
        _ => Eyes::Brown,
    }
}

fn hair(seen: Phenotype) -> Hair {
    match (seen.curly(), seen.brindle()) {
        (Curly::ThinCurls, _) => Hair::ThinCurly,
        (Curly::Curls, _) => Hair::Curly,
        (_, Brindle::Striped) => Hair::Striped,
        (_, Brindle::Sparse) => Hair::Sparse,
        _ => Hair::Smooth,
    }
}

/// The ages in game-years from which a grey is steel or rose, dapple, and as light as it gets, which a slow one does not.
///
/// Slow greys show first grey hairs at 5 to 7 and are dappled at about 15 (Rubin and others, Nature Communications 15,
/// 2024); fast ones are nearly white at 6 to 8, those with two of G3 earlier and without flecks (Pielberg and others, Nature
/// Genetics 40:1004, 2008).
const fn steps(greying: Greying) -> Option<([i64; 3], &'static str)> {
    match greying {
        Greying::None => None,
        Greying::Slow => Some(([6, 15, i64::MAX], "dapple grey")),
        Greying::Fast => Some(([2, 4, 8], "flea-bitten grey")),
        Greying::Fastest => Some(([1, 3, 6], "white grey")),
    }
}

impl Phenotype {
    /// What the coat is called at an age in game-years: a grey is born coloured and changes through its life.
    #[must_use]
    pub fn name_at(self, age: i64) -> String {
        let Some(([steel, dapple, light], last)) = steps(self.greying()) else {
            return self.name();
        };
        let mut name = String::new();
        if age < steel {
            name.push_str(&self.born_name());
            name.push_str(", turning grey");
            return name;
        }
        name.push_str(match age {
            _ if age >= light => last,
            _ if age >= dapple => "dapple grey",
            _ if self.base() == Base::Black => "steel grey",
            _ => "rose grey",
        });
        name.push_str(" (born ");
        name.push_str(&self.born_name());
        name.push(')');
        name
    }
}
