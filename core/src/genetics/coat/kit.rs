//! What two haplotypes at KIT show.

use crate::genetics::locus::{Allele, Locus, Pair};

/// How a haplotype acts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// At most by larger markings: the wild type, W20 and its like.
    Marking,
    Tobiano,
    Roan,
    Sabino,
    /// Large patches of white from one copy, and all white beside another of the series. What is not listed is this.
    Bold,
    /// All white, or nearly, from one copy.
    White,
}

/// One copy makes a horse white, at most with some colour at birth or along the topline: by the founders of each (Haase
/// and others, PLoS Genetics 3:e195, 2007, and Animal Genetics 40:623, 2009; the laboratories' lists).
const WHITE: &[&str] = &[
    "W1", "W2", "W3", "W4", "W7", "W9", "W11", "W13", "W14", "W17", "W23", "W24",
];

/// One copy gives larger markings and no pattern; beside a bold white it makes the horse white (Hauswirth and others,
/// Animal Genetics 44:763, 2013; Weatherbys Scientific and Etalon on W20).
const MARKING: &[&str] = &["n", "W20", "W32", "W34", "W35"];

const COUNT: usize = Locus::Kit.facts().alleles.len();

/// How each allele acts, in the order of the table.
static KINDS: [Kind; COUNT] = kinds();

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where a wrong index is an error"
)]
const fn kinds() -> [Kind; COUNT] {
    let mut kinds = [Kind::Bold; COUNT];
    let mut at = 0;
    while at < WHITE.len() {
        kinds[super::place(Locus::Kit, WHITE[at])] = Kind::White;
        at += 1;
    }
    at = 0;
    while at < MARKING.len() {
        kinds[super::place(Locus::Kit, MARKING[at])] = Kind::Marking;
        at += 1;
    }
    kinds[super::place(Locus::Kit, "TO")] = Kind::Tobiano;
    kinds[super::place(Locus::Kit, "Rn")] = Kind::Roan;
    kinds[super::place(Locus::Kit, "SB1")] = Kind::Sabino;
    kinds
}

/// White spotting by KIT beside tobiano and roan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spotting {
    /// None, apart from markings.
    #[default]
    None,
    /// One SB1: ragged white on legs, belly and face.
    Sabino,
    /// A white patch or many, of a dominant white that leaves colour.
    Bold,
    /// Two of SB1, or one beside a bold white: nine tenths white or more.
    SabinoWhite,
    /// White all over with dark eyes.
    DominantWhite,
}

/// What two haplotypes at KIT show: a horse has two, so that no three of these can stand together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KitWhite {
    /// Tobiano.
    pub tobiano: bool,
    /// Roan.
    pub roan: bool,
    /// The rest.
    pub spotting: Spotting,
}

impl KitWhite {
    /// What two haplotypes show.
    #[must_use]
    pub fn of(pair: Pair) -> Self {
        let count = |of: Kind| pair.alleles().filter(|it| kind(*it) == of).count();
        let spotting = match (count(Kind::White), count(Kind::Bold), count(Kind::Sabino)) {
            (1.., _, _) | (_, 2, _) => Spotting::DominantWhite,
            (_, 1, _) if marking_copies(pair) == 1 => Spotting::DominantWhite,
            (_, 1, 1) | (_, _, 2) => Spotting::SabinoWhite,
            (_, 1, _) => Spotting::Bold,
            (_, _, 1) => Spotting::Sabino,
            _ => Spotting::None,
        };
        if spotting >= Spotting::SabinoWhite {
            return Self {
                spotting,
                ..Self::default()
            };
        }
        Self {
            tobiano: count(Kind::Tobiano) > 0,
            roan: count(Kind::Roan) > 0,
            spotting,
        }
    }

    /// White all over, or so nearly that no colour can be told?
    #[must_use]
    pub fn is_all_white(self) -> bool {
        self.spotting >= Spotting::SabinoWhite
    }

    pub(super) const fn code(self) -> u8 {
        self.tobiano as u8 | (self.roan as u8) << 1 | (self.spotting as u8) << 2
    }

    /// The combination of a code; nothing where no two haplotypes give it.
    pub(super) fn from_code(code: u8) -> Option<Self> {
        let spotting = match code >> 2 {
            0 => Spotting::None,
            1 => Spotting::Sabino,
            2 => Spotting::Bold,
            3 => Spotting::SabinoWhite,
            4 => Spotting::DominantWhite,
            _ => return None,
        };
        let read = Self {
            tobiano: code & 1 > 0,
            roan: code & 2 > 0,
            spotting,
        };
        let patterns = u8::from(read.tobiano) + u8::from(read.roan);
        let most = match spotting {
            Spotting::None => 2,
            Spotting::Sabino | Spotting::Bold => 1,
            Spotting::SabinoWhite | Spotting::DominantWhite => 0,
        };
        (patterns <= most).then_some(read)
    }
}

/// How many of two haplotypes act by larger markings: W20 and its like.
pub(super) fn marking_copies(pair: Pair) -> i32 {
    let kinds = pair.alleles().filter(|it| !it.is_wild()).map(kind);
    kinds.map(|it| i32::from(it == Kind::Marking)).sum()
}

fn kind(allele: Allele) -> Kind {
    let at = usize::from(allele.index());
    KINDS.get(at).copied().unwrap_or(Kind::Marking)
}
