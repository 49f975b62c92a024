//! What of a genotype can be seen.

use super::allele;
use super::kit::KitWhite;
use super::look::{Base, Brindle, Curly, Dilution, Dun, Greying, Leopard, Splash};
use crate::genetics::genome::Genome;
use crate::genetics::locus::{Allele, Locus, Pair};

/// Everything about a coat that single loci decide and an eye can see, in one word.
///
/// It is canonical: what something else hides is not in it. A chestnut says nothing of agouti and silver, an all-white horse
/// nothing of anything, and the leopard modifier counts with leopard alone. Two horses look alike, apart from their
/// markings, exactly where their phenotypes are equal.
///
/// The genomes of one sex that give a phenotype are exactly those that are [compatible](Self::is_compatible) at every locus:
/// no two loci are entangled, so that inference may look at each apart. Where two loci could give the same look, the
/// phenotype therefore says which it was: splashed white by MITF or by PAX3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phenotype(u64);

/// Bits of the word: how many lie below, and how many there are.
#[derive(Clone, Copy)]
struct Field(u32, u32);

impl Field {
    const fn mask(self) -> u64 {
        ((1 << self.1) - 1) << self.0
    }
}

const EXTENSION: Field = Field(0, 2);
const AGOUTI: Field = Field(2, 1);
const DILUTION: Field = Field(3, 3);
const CHAMPAGNE: Field = Field(6, 1);
const SILVER: Field = Field(7, 1);
const MUSHROOM: Field = Field(8, 1);
const DUN: Field = Field(9, 2);
const FLAXEN: Field = Field(11, 1);
const SOOTY: Field = Field(12, 1);
const PANGARE: Field = Field(13, 1);
const GREY: Field = Field(14, 2);
const KIT: Field = Field(16, 5);
const FRAME: Field = Field(21, 2);
const SPLASH_MITF: Field = Field(23, 2);
const SPLASH_PAX3: Field = Field(25, 1);
const LEOPARD: Field = Field(26, 2);
const PATTERN: Field = Field(28, 1);
const RABICANO: Field = Field(29, 1);
const TIGER_EYE: Field = Field(30, 1);
const CURLY: Field = Field(31, 1);
const CURLY_SP6: Field = Field(32, 1);
const BRINDLE: Field = Field(33, 2);
const ALL_FIELDS: u64 = (1 << 35) - 1;

/// Values of `EXTENSION`; 0 as long as the locus is not expressed.
const BLACK_PIGMENT: u8 = 1;
const RED_ALONE: u8 = 2;
/// The value of `FRAME` of a lethal white foal.
const LETHAL: u8 = 2;
/// The value of `LEOPARD` without LP; 0 as long as the locus is not expressed.
const NO_LEOPARD: u8 = 1;

const CR: Allele = allele(Locus::Slc45a2, "Cr");
const SUN: Allele = allele(Locus::Slc45a2, "Sun");
const SNO: Allele = allele(Locus::Slc45a2, "Sno");
const D: Allele = allele(Locus::Tbx3, "D");
const ND1: Allele = allele(Locus::Tbx3, "nd1");
const G2: Allele = allele(Locus::Stx17, "G2");
const G3: Allele = allele(Locus::Stx17, "G3");

impl Phenotype {
    /// Nothing expressed yet.
    pub const START: Self = Self(0);

    /// The loci that show, those first that hide others.
    pub const LOCI: [Locus; 22] = [
        Locus::Kit,
        Locus::Ednrb,
        Locus::Mc1r,
        Locus::Asip,
        Locus::Slc45a2,
        Locus::Slc36a1,
        Locus::Pmel,
        Locus::Mfsd12,
        Locus::Tbx3,
        Locus::Flaxen,
        Locus::Sooty,
        Locus::Pangare,
        Locus::Stx17,
        Locus::Mitf,
        Locus::Pax3,
        Locus::Trpm1,
        Locus::Rfwd3,
        Locus::Rabicano,
        Locus::Slc24a5,
        Locus::Krt25,
        Locus::Sp6,
        Locus::Mbtps2,
    ];

    /// The phenotype of a genome.
    #[must_use]
    pub fn of(genome: &Genome) -> Self {
        let mut so_far = Self::START;
        for locus in Self::LOCI {
            if so_far.is_all_white() {
                break;
            }
            so_far = so_far.express(locus, genome.pair(locus));
        }
        so_far
    }

    /// The phenotype with one more locus expressed: each of [`LOCI`](Self::LOCI) once.
    ///
    /// The order does not matter for the result; in that of [`LOCI`](Self::LOCI) the fewest different ones lie on the way. A
    /// locus that shows nothing changes nothing.
    #[must_use]
    pub fn express(self, locus: Locus, pair: Pair) -> Self {
        shown(locus, pair).map_or(self, |(field, value)| self.with(field, value).canonical())
    }

    /// Could a horse of this phenotype have these alleles at a locus?
    #[must_use]
    pub fn is_compatible(self, locus: Locus, pair: Pair) -> bool {
        shown(locus, pair).is_none_or(|(field, value)| {
            Self(self.0 & !field.mask()).with(field, value).canonical() == self
        })
    }

    /// The word, for a document; below 2^35.
    #[must_use]
    pub const fn code(self) -> u64 {
        self.0
    }

    /// The phenotype of a word; nothing for a word that none has.
    #[must_use]
    pub fn from_code(code: u64) -> Option<Self> {
        let read = Self(code);
        let is_whole = read.is_all_white() || (read.get(EXTENSION) > 0 && read.get(LEOPARD) > 0);
        let is_known = code <= ALL_FIELDS
            && read.get(EXTENSION) <= RED_ALONE
            && read.get(DUN) <= Dun::Dun as u8
            && read.get(FRAME) <= LETHAL
            && read.get(SPLASH_MITF) <= Splash::Double as u8
            && read.get(BRINDLE) <= Brindle::Sparse as u8
            && KitWhite::from_code(read.get(KIT)).is_some();
        (is_known && is_whole && read.canonical() == read).then_some(read)
    }

    /// Without what is hidden by what is known so far.
    fn canonical(self) -> Self {
        if self.kit().is_all_white() {
            return Self(self.0 & KIT.mask());
        }
        if self.get(FRAME) == LETHAL {
            return Self(self.0 & FRAME.mask());
        }
        let mut gone = 0;
        let red_shades = MUSHROOM.mask() | SOOTY.mask() | PANGARE.mask();
        match (self.get(EXTENSION), self.get(AGOUTI)) {
            (RED_ALONE, _) => gone |= AGOUTI.mask() | SILVER.mask(),
            (BLACK_PIGMENT, 1) => gone |= FLAXEN.mask() | red_shades,
            (BLACK_PIGMENT, _) => gone |= FLAXEN.mask(),
            _ => {}
        }
        if self.get(DILUTION) > 0 || self.get(CHAMPAGNE) > 0 || self.get(MUSHROOM) > 0 {
            gone |= FLAXEN.mask();
        }
        if self.dilution().is_double() {
            gone |= CHAMPAGNE.mask() | SILVER.mask() | red_shades | TIGER_EYE.mask();
            if self.dun() == Dun::Marks {
                gone |= DUN.mask();
            }
        }
        if self.kit().roan {
            gone |= RABICANO.mask();
        }
        if self.get(LEOPARD) == NO_LEOPARD {
            gone |= PATTERN.mask();
        }
        if self.get(CURLY) > 0 {
            gone |= CURLY_SP6.mask();
        }
        Self(self.0 & !gone)
    }

    const fn get(self, field: Field) -> u8 {
        // A field has at most five bits.
        ((self.0 & field.mask()) >> field.0) as u8
    }

    const fn with(self, field: Field, value: u8) -> Self {
        Self((self.0 & !field.mask()) | ((value as u64) << field.0))
    }
}

/// What can be read off a phenotype. An all-white horse shows a bay that nobody sees; ask [`Phenotype::is_all_white`] first.
impl Phenotype {
    /// White all over, whatever lies beneath.
    #[must_use]
    pub fn is_all_white(self) -> bool {
        self.kit().is_all_white() || self.is_lethal_white()
    }

    /// White all over for want of EDNRB: such a foal does not live.
    #[must_use]
    pub const fn is_lethal_white(self) -> bool {
        self.get(FRAME) == LETHAL
    }

    /// The base colour.
    #[must_use]
    pub const fn base(self) -> Base {
        match (self.get(EXTENSION), self.get(AGOUTI)) {
            (RED_ALONE, _) => Base::Chestnut,
            (_, 0) => Base::Bay,
            _ => Base::Black,
        }
    }

    /// The dilution by SLC45A2.
    #[must_use]
    pub fn dilution(self) -> Dilution {
        let all = Dilution::ALL;
        let at = usize::from(self.get(DILUTION));
        all.get(at).copied().unwrap_or(Dilution::None)
    }

    /// Is it a champagne?
    #[must_use]
    pub const fn is_champagne(self) -> bool {
        self.get(CHAMPAGNE) > 0
    }

    /// Is its black pigment silvered?
    #[must_use]
    pub const fn is_silver(self) -> bool {
        self.get(SILVER) > 0
    }

    /// Is its red pigment turned to sepia?
    #[must_use]
    pub const fn is_mushroom(self) -> bool {
        self.get(MUSHROOM) > 0
    }

    /// The dun dilution and the primitive marks.
    #[must_use]
    pub const fn dun(self) -> Dun {
        match self.get(DUN) {
            0 => Dun::None,
            1 => Dun::Marks,
            _ => Dun::Dun,
        }
    }

    /// Has it a pale mane and tail on a red coat?
    #[must_use]
    pub const fn is_flaxen(self) -> bool {
        self.get(FLAXEN) > 0
    }

    /// Is its back shaded with black hair?
    #[must_use]
    pub const fn is_sooty(self) -> bool {
        self.get(SOOTY) > 0
    }

    /// Are its muzzle, flanks and belly pale?
    #[must_use]
    pub const fn is_pangare(self) -> bool {
        self.get(PANGARE) > 0
    }

    /// Whether and how it goes grey.
    #[must_use]
    pub const fn greying(self) -> Greying {
        match self.get(GREY) {
            0 => Greying::None,
            1 => Greying::Slow,
            2 => Greying::Fast,
            _ => Greying::Fastest,
        }
    }

    /// What its two haplotypes at KIT show.
    #[must_use]
    pub fn kit(self) -> KitWhite {
        KitWhite::from_code(self.get(KIT)).unwrap_or_default()
    }

    /// Has it the frame pattern?
    #[must_use]
    pub const fn is_frame(self) -> bool {
        self.get(FRAME) == 1
    }

    /// Splashed white by MITF.
    #[must_use]
    pub const fn splash(self) -> Splash {
        match self.get(SPLASH_MITF) {
            0 => Splash::None,
            1 => Splash::Single,
            _ => Splash::Double,
        }
    }

    /// Is it splashed white by PAX3?
    #[must_use]
    pub const fn is_splashed_by_pax3(self) -> bool {
        self.get(SPLASH_PAX3) > 0
    }

    /// The leopard complex.
    #[must_use]
    pub const fn leopard(self) -> Leopard {
        match (self.get(LEOPARD), self.get(PATTERN)) {
            (2, 0) => Leopard::VarnishRoan,
            (2, _) => Leopard::Leopard,
            (3, 0) => Leopard::Snowcap,
            (3, _) => Leopard::FewSpot,
            _ => Leopard::None,
        }
    }

    /// Has it white hairs at flank and tailhead?
    #[must_use]
    pub const fn is_rabicano(self) -> bool {
        self.get(RABICANO) > 0
    }

    /// Has it yellow eyes by SLC24A5?
    #[must_use]
    pub const fn is_tiger_eyed(self) -> bool {
        self.get(TIGER_EYE) > 0
    }

    /// A curly coat.
    #[must_use]
    pub const fn curly(self) -> Curly {
        match (self.get(CURLY), self.get(CURLY_SP6)) {
            (0, 0) => Curly::None,
            (0, _) => Curly::Curls,
            _ => Curly::ThinCurls,
        }
    }

    /// What MBTPS2 does.
    #[must_use]
    pub const fn brindle(self) -> Brindle {
        match self.get(BRINDLE) {
            0 => Brindle::None,
            1 => Brindle::Striped,
            _ => Brindle::Sparse,
        }
    }
}

/// The field and the value by which two alleles of a locus show; nothing at the loci that never do.
fn shown(locus: Locus, pair: Pair) -> Option<(Field, u8)> {
    let any = |of: Allele| u8::from(pair.has(of));
    let not_wild = pair.alleles().filter(|it| !it.is_wild()).count() as u8;
    let dominant = u8::from(not_wild > 0);
    let recessive = u8::from(not_wild == 2);
    Some(match locus {
        Locus::Kit => (KIT, KitWhite::of(pair).code()),
        Locus::Ednrb => (FRAME, not_wild),
        Locus::Mc1r => (EXTENSION, BLACK_PIGMENT + recessive),
        Locus::Asip => (AGOUTI, recessive),
        Locus::Slc45a2 => (DILUTION, dilution(pair) as u8),
        Locus::Slc36a1 => (CHAMPAGNE, dominant),
        Locus::Pmel => (SILVER, dominant),
        Locus::Mfsd12 => (MUSHROOM, recessive),
        Locus::Tbx3 => (DUN, if pair.has(D) { 2 } else { any(ND1) }),
        Locus::Flaxen => (FLAXEN, recessive),
        Locus::Sooty => (SOOTY, dominant),
        Locus::Pangare => (PANGARE, dominant),
        Locus::Stx17 => match pair.copies(G3) {
            0 => (GREY, any(G2)),
            copies => (GREY, 1 + copies),
        },
        Locus::Mitf => (SPLASH_MITF, not_wild),
        Locus::Pax3 => (SPLASH_PAX3, dominant),
        Locus::Trpm1 => (LEOPARD, NO_LEOPARD + not_wild),
        Locus::Rfwd3 => (PATTERN, dominant),
        Locus::Rabicano => (RABICANO, dominant),
        Locus::Slc24a5 => (TIGER_EYE, recessive),
        Locus::Krt25 => (CURLY, dominant),
        Locus::Sp6 => (CURLY_SP6, dominant),
        Locus::Mbtps2 if pair.is_wild() => (BRINDLE, 0),
        Locus::Mbtps2 => (BRINDLE, if pair.is_heterozygous() { 1 } else { 2 }),
        _ => return None,
    })
}

/// What two alleles of SLC45A2 do; each but cream shows only beside another that is not wild type.
fn dilution(pair: Pair) -> Dilution {
    let not_wild = pair.alleles().filter(|it| !it.is_wild()).count();
    match (pair.copies(CR), not_wild) {
        (2, _) => Dilution::DoubleCream,
        (1, 1) => Dilution::Cream,
        (_, 0 | 1) => Dilution::None,
        _ if pair.has(SNO) => Dilution::Snowdrop,
        (1, _) if pair.has(SUN) => Dilution::CreamSunshine,
        (1, _) => Dilution::CreamPearl,
        _ if pair.has(SUN) => Dilution::Sunshine,
        _ => Dilution::Pearl,
    }
}
