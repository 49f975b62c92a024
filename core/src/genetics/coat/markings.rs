//! White on face and legs.
//!
//! Markings are a score: what the horse inherited in many small parts with its environment
//! ([`draw_white`](crate::heredity::BreedingValues::draw_white): mean 0 and standard deviation 1 point), what single loci add, and a
//! little chance for each part of the body, so that the four legs differ. A part shows what its score reaches.
//!
//! # Constants, in thousandths of a point
//! - Chestnuts have more white than bays and blacks less (Rieder and others, Journal of Heredity 99:130, 2008; Woolf,
//!   Journal of Heredity 80:173, 1989, in Arabians): +500 and -300.
//! - A copy of W20 moves the score by a standard deviation: it explains 41 to 48 % of its variance in Purebred Spanish and
//!   Menorca horses (Negro and others, Animal Genetics, 2017).
//! - Hind legs have more white than fore legs (Woolf 1989): 300 apart.
//! - Tobianos have four white legs and a face like any horse, frames a white face and dark legs, splashed whites and
//!   sabinos both.

use super::kit::Spotting;
use super::look::{Base, Splash};
use super::phenotype::Phenotype;
use crate::dice::Dice;
use crate::genetics::genome::Genome;
use crate::genetics::locus::Locus;

crate::words::words! {
    /// White on the face, from none to all of it.
    Face, "face" {
        /// None.
        None = "none",
        /// Between the nostrils.
        Snip = "snip",
        /// On the forehead.
        Star = "star",
        /// A narrow line down the nose.
        Strip = "strip",
        /// From the forehead to the nose, narrow.
        Stripe = "stripe",
        /// From the forehead to the nose, broad.
        Blaze = "blaze",
        /// Beyond the eyes on both sides.
        Bald = "bald",
        /// Bald, and around the whole muzzle and chin.
        Apron = "apron",
    }
}

crate::words::words! {
    /// White on a leg, from the hoof up.
    LegWhite, "legs" {
        /// None.
        None = "none",
        /// Just above the hoof.
        Coronet = "coronet",
        /// To the fetlock.
        Pastern = "pastern",
        /// Half of the cannon.
        Sock = "sock",
        /// To the knee or the hock, or higher.
        Stocking = "stocking",
    }
}

/// White on each leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(remote = "Self", deny_unknown_fields)
)]
pub struct Legs {
    /// The left fore leg.
    pub fore_left: LegWhite,
    /// The right fore leg.
    pub fore_right: LegWhite,
    /// The left hind leg.
    pub hind_left: LegWhite,
    /// The right hind leg.
    pub hind_right: LegWhite,
}

#[cfg(feature = "serde")]
crate::object::reads_objects!(Legs);
#[cfg(feature = "serde")]
crate::object::writes_objects!(Legs);

/// White on face and legs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Markings {
    /// The face.
    pub face: Face,
    /// The legs.
    pub legs: Legs,
}

/// The score from which a face has each kind of white but none and the snip, in thousandths of a point.
const FACES: [(i32, Face); 6] = [
    (4_000, Face::Apron),
    (2_600, Face::Bald),
    (1_500, Face::Blaze),
    (1_000, Face::Stripe),
    (600, Face::Strip),
    (0, Face::Star),
];

/// The same for a leg.
const LEGS: [(i32, LegWhite); 4] = [
    (1_900, LegWhite::Stocking),
    (1_100, LegWhite::Sock),
    (700, LegWhite::Pastern),
    (300, LegWhite::Coronet),
];

/// The markings of a horse with a score of white in thousandths of a point, the environment included.
///
/// The dice give a deviate for the face and one for each leg, then a draw for a snip in a star's place, one time in four. Without
/// dice every part has its mean. A horse that is all white has no markings to tell.
#[must_use]
pub fn markings(genome: &Genome, score: i32, mut dice: Option<&mut Dice>) -> Markings {
    let seen = Phenotype::of(genome);
    let (face, legs) = effects(genome, seen);
    // A standard deviation of 300 for each part.
    let mut part = |mean: i32| {
        let local = dice.as_deref_mut().map_or(0, |dice| 75 * dice.deviate());
        score.saturating_add(mean).saturating_add(local)
    };
    let face = part(face);
    let mut leg = |mean: i32| reached(part(mean), &LEGS).unwrap_or(LegWhite::None);
    let legs = Legs {
        fore_left: leg(legs - 300),
        fore_right: leg(legs - 300),
        hind_left: leg(legs),
        hind_right: leg(legs),
    };
    let is_snip = dice.is_some_and(|dice| dice.below(4) == 0);
    let face = match reached(face, &FACES) {
        Some(Face::Star) if is_snip => Face::Snip,
        other => other.unwrap_or(Face::None),
    };
    if seen.is_all_white() {
        Markings::NONE
    } else {
        Markings { face, legs }
    }
}

impl Markings {
    const NONE: Self = Self {
        face: Face::None,
        legs: Legs {
            fore_left: LegWhite::None,
            fore_right: LegWhite::None,
            hind_left: LegWhite::None,
            hind_right: LegWhite::None,
        },
    };
}

/// What single loci add to the white of the face and of the legs.
fn effects(genome: &Genome, seen: Phenotype) -> (i32, i32) {
    let everywhere = match seen.base() {
        Base::Chestnut => 500,
        Base::Bay => 0,
        Base::Black => -300,
    } + 1_000 * super::kit::marking_copies(genome.pair(Locus::Kit));
    let mut all = (everywhere, everywhere);
    let mut add = |is_so: bool, face: i32, legs: i32| {
        if is_so {
            all = (all.0 + face, all.1 + legs);
        }
    };
    add(seen.kit().tobiano, 0, 4_000);
    add(seen.kit().spotting == Spotting::Sabino, 2_000, 2_500);
    add(seen.kit().spotting == Spotting::Bold, 3_000, 3_000);
    add(seen.is_frame(), 2_500, 0);
    add(seen.splash() != Splash::None, 2_000, 1_500);
    add(seen.splash() == Splash::Double, 3_000, 3_000);
    add(seen.is_splashed_by_pax3(), 2_000, 1_500);
    all
}

fn reached<T: Copy>(score: i32, from: &[(i32, T)]) -> Option<T> {
    let mut steps = from.iter();
    steps.find(|step| score >= step.0).map(|step| step.1)
}
