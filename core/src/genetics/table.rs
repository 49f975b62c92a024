//! The loci as data.
//!
//! They stand in the order of the chromosomes and of their places on them, which is the order of a haplotype's bits and of
//! the draws in meiosis. Recombination fractions between neighbours are one hundredth a megabase where nothing was
//! measured; that of MC1R and KIT is far smaller than their distance, as old families show.

use super::locus::{Chromosome, Dominance, Group, LocusFacts};
use super::meiosis::Recombination;
use super::viability::Viability;
use Chromosome::{Autosome, Unmapped, X};
use Dominance::{Dominant, Incomplete, Recessive};
use Group::{Colour, Gait, Hair, Health, Size, White};

crate::words::words! {
    /// A locus, by the symbol of its gene; loci that nobody has mapped by their name.
    Locus, "locus" {
        /// Aggrecan: dwarfism of Miniature Horses.
        Acan = "ACAN",
        /// The leopard complex; two copies mean night blindness.
        Trpm1 = "TRPM1",
        /// Hereditary equine regional dermal asthenia.
        Ppib = "PPIB",
        /// Lavender foal syndrome.
        Myo5a = "MYO5A",
        /// Tiger eye of the Puerto Rican Paso Fino.
        Slc24a5 = "SLC24A5",
        /// Cerebellar abiotrophy of the Arabian.
        Toe1 = "TOE1",
        /// Warmblood fragile foal syndrome.
        Plod1 = "PLOD1",
        /// The greatest modifier of leopard spotting.
        Rfwd3 = "RFWD3",
        /// Extension: black pigment, or red alone.
        Mc1r = "MC1R",
        /// Dominant white, tobiano, roan and sabino: one locus, two haplotypes a horse.
        Kit = "KIT",
        /// The height locus LCORL/NCAPG.
        Lcorl = "LCORL",
        /// Splashed white 2 and 4.
        Pax3 = "PAX3",
        /// Silver; with it the multiple congenital ocular anomalies.
        Pmel = "PMEL",
        /// The height locus HMGA2 of small ponies.
        Hmga2 = "HMGA2",
        /// Mushroom of ponies.
        Mfsd12 = "MFSD12",
        /// Dun, and the primitive marks of nd1.
        Tbx3 = "TBX3",
        /// Severe combined immunodeficiency.
        Prkdc = "PRKDC",
        /// The height locus ZFAT.
        Zfat = "ZFAT",
        /// Malignant hyperthermia.
        Ryr1 = "RYR1",
        /// Polysaccharide storage myopathy, type 1.
        Gys1 = "GYS1",
        /// Hyperkalaemic periodic paralysis.
        Scn4a = "SCN4A",
        /// Curly coat at KRT25.
        Krt25 = "KRT25",
        /// The height locus LASP1.
        Lasp1 = "LASP1",
        /// Curly coat at SP6.
        Sp6 = "SP6",
        /// Myosin-heavy-chain myopathy.
        Myh1 = "MYH1",
        /// Champagne.
        Slc36a1 = "SLC36A1",
        /// Splashed white 1, 3 and 5 to 8.
        Mitf = "MITF",
        /// Frame; two copies are the lethal white foal.
        Ednrb = "EDNRB",
        /// The speed gene: stayers to sprinters.
        Mstn = "MSTN",
        /// Cream, pearl, sunshine and snowdrop: one locus.
        Slc45a2 = "SLC45A2",
        /// Agouti: black to the points, or over the body.
        Asip = "ASIP",
        /// The gait keeper.
        Dmrt3 = "DMRT3",
        /// Grey: none, slow, fast.
        Stx17 = "STX17",
        /// Glycogen branching enzyme deficiency.
        Gbe1 = "GBE1",
        /// Flaxen mane and tail of a chestnut; nobody knows the gene.
        Flaxen = "FLAXEN",
        /// Sooty shading; nobody knows the gene.
        Sooty = "SOOTY",
        /// Mealy muzzle and belly; nobody knows the gene.
        Pangare = "PANGARE",
        /// White at the flank and tailhead; nobody knows the gene.
        Rabicano = "RABICANO",
        /// Brindle 1, on the X chromosome.
        Mbtps2 = "MBTPS2",
    }
}

impl Locus {
    /// What is known of the locus.
    #[must_use]
    pub const fn facts(self) -> &'static LocusFacts {
        match self {
            Self::Acan => &ACAN,
            Self::Trpm1 => &TRPM1,
            Self::Ppib => &PPIB,
            Self::Myo5a => &MYO5A,
            Self::Slc24a5 => &SLC24A5,
            Self::Toe1 => &TOE1,
            Self::Plod1 => &PLOD1,
            Self::Rfwd3 => &RFWD3,
            Self::Mc1r => &MC1R,
            Self::Kit => &KIT,
            Self::Lcorl => &LCORL,
            Self::Pax3 => &PAX3,
            Self::Pmel => &PMEL,
            Self::Hmga2 => &HMGA2,
            Self::Mfsd12 => &MFSD12,
            Self::Tbx3 => &TBX3,
            Self::Prkdc => &PRKDC,
            Self::Zfat => &ZFAT,
            Self::Ryr1 => &RYR1,
            Self::Gys1 => &GYS1,
            Self::Scn4a => &SCN4A,
            Self::Krt25 => &KRT25,
            Self::Lasp1 => &LASP1,
            Self::Sp6 => &SP6,
            Self::Myh1 => &MYH1,
            Self::Slc36a1 => &SLC36A1,
            Self::Mitf => &MITF,
            Self::Ednrb => &EDNRB,
            Self::Mstn => &MSTN,
            Self::Slc45a2 => &SLC45A2,
            Self::Asip => &ASIP,
            Self::Dmrt3 => &DMRT3,
            Self::Stx17 => &STX17,
            Self::Gbe1 => &GBE1,
            Self::Flaxen => &FLAXEN,
            Self::Sooty => &SOOTY,
            Self::Pangare => &PANGARE,
            Self::Rabicano => &RABICANO,
            Self::Mbtps2 => &MBTPS2,
        }
    }
}

const fn crossing(recombinants: u32, among: u32) -> Recombination {
    Recombination {
        recombinants,
        among,
    }
}

static ACAN: LocusFacts = LocusFacts {
    name: "Chondrodysplastic dwarfism",
    group: Health,
    chromosome: Autosome(1),
    to_next: crossing(3, 25),
    alleles: &["N", "D1", "D2", "D3", "D4"],
    dominance: &[Recessive, Recessive, Recessive, Recessive],
    is_tested: true,
};

static TRPM1: LocusFacts = LocusFacts {
    name: "Leopard complex",
    group: White,
    chromosome: Autosome(1),
    to_next: crossing(4, 25),
    alleles: &["lp", "LP"],
    dominance: &[Incomplete],
    is_tested: true,
};

static PPIB: LocusFacts = LocusFacts {
    name: "HERDA",
    group: Health,
    chromosome: Autosome(1),
    to_next: crossing(2, 25),
    alleles: &["N", "HRD"],
    dominance: &[Recessive],
    is_tested: true,
};

static MYO5A: LocusFacts = LocusFacts {
    name: "Lavender foal syndrome",
    group: Health,
    chromosome: Autosome(1),
    to_next: crossing(1, 25),
    alleles: &["N", "LFS"],
    dominance: &[Recessive],
    is_tested: true,
};

static SLC24A5: LocusFacts = LocusFacts {
    name: "Tiger eye",
    group: Colour,
    chromosome: Autosome(1),
    to_next: Recombination::FREE,
    alleles: &["N", "TE1", "TE2"],
    dominance: &[Recessive, Recessive],
    is_tested: true,
};

static TOE1: LocusFacts = LocusFacts {
    name: "Cerebellar abiotrophy",
    group: Health,
    chromosome: Autosome(2),
    to_next: crossing(1, 5),
    alleles: &["N", "CA"],
    dominance: &[Recessive],
    is_tested: true,
};

static PLOD1: LocusFacts = LocusFacts {
    name: "Fragile foal syndrome",
    group: Health,
    chromosome: Autosome(2),
    to_next: Recombination::FREE,
    alleles: &["N", "WFFS"],
    dominance: &[Recessive],
    is_tested: true,
};

static RFWD3: LocusFacts = LocusFacts {
    name: "Pattern 1",
    group: White,
    chromosome: Autosome(3),
    to_next: crossing(3, 25),
    alleles: &["n", "PATN1"],
    dominance: &[Dominant],
    is_tested: true,
};

static MC1R: LocusFacts = LocusFacts {
    name: "Extension",
    group: Colour,
    chromosome: Autosome(3),
    to_next: crossing(3, 50),
    alleles: &["E", "e", "ea"],
    dominance: &[Recessive, Recessive],
    is_tested: true,
};

static KIT: LocusFacts = LocusFacts {
    name: "Dominant white, tobiano, roan, sabino",
    group: White,
    chromosome: Autosome(3),
    to_next: crossing(11, 50),
    alleles: &[
        "n", "TO", "Rn", "SB1", "W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8", "W9", "W10", "W11",
        "W12", "W13", "W14", "W15", "W16", "W17", "W18", "W19", "W20", "W21", "W22", "W23", "W24",
        "W25", "W26", "W27", "W28", "W30", "W31", "W32", "W33", "W34", "W35",
    ],
    dominance: &[
        Dominant, Dominant, Incomplete, Incomplete, Incomplete, Incomplete, Incomplete, Incomplete,
        Incomplete, Incomplete, Incomplete, Incomplete, Incomplete, Incomplete, Incomplete,
        Incomplete, Incomplete, Incomplete, Incomplete, Incomplete, Incomplete, Incomplete,
        Incomplete, Incomplete, Incomplete, Incomplete, Incomplete, Incomplete, Incomplete,
        Incomplete, Incomplete, Incomplete, Incomplete, Incomplete, Incomplete, Incomplete,
        Incomplete,
    ],
    is_tested: true,
};

static LCORL: LocusFacts = LocusFacts {
    name: "Height at LCORL",
    group: Size,
    chromosome: Autosome(3),
    to_next: Recombination::FREE,
    alleles: &["T", "C"],
    dominance: &[Incomplete],
    is_tested: true,
};

static PAX3: LocusFacts = LocusFacts {
    name: "Splashed white at PAX3",
    group: White,
    chromosome: Autosome(6),
    to_next: crossing(9, 25),
    alleles: &["N", "SW2", "SW4"],
    dominance: &[Dominant, Dominant],
    is_tested: true,
};

static PMEL: LocusFacts = LocusFacts {
    name: "Silver",
    group: Colour,
    chromosome: Autosome(6),
    to_next: crossing(2, 25),
    alleles: &["N", "Z"],
    dominance: &[Dominant],
    is_tested: true,
};

static HMGA2: LocusFacts = LocusFacts {
    name: "Height at HMGA2",
    group: Size,
    chromosome: Autosome(6),
    to_next: Recombination::FREE,
    alleles: &["G", "A"],
    dominance: &[Incomplete],
    is_tested: true,
};

static MFSD12: LocusFacts = LocusFacts {
    name: "Mushroom",
    group: Colour,
    chromosome: Autosome(7),
    to_next: Recombination::FREE,
    alleles: &["N", "Mu"],
    dominance: &[Recessive],
    is_tested: true,
};

static TBX3: LocusFacts = LocusFacts {
    name: "Dun",
    group: Colour,
    chromosome: Autosome(8),
    to_next: Recombination::FREE,
    alleles: &["nd2", "nd1", "D"],
    dominance: &[Incomplete, Dominant],
    is_tested: true,
};

static PRKDC: LocusFacts = LocusFacts {
    name: "Severe combined immunodeficiency",
    group: Health,
    chromosome: Autosome(9),
    to_next: crossing(7, 25),
    alleles: &["N", "SCID"],
    dominance: &[Recessive],
    is_tested: true,
};

static ZFAT: LocusFacts = LocusFacts {
    name: "Height at ZFAT",
    group: Size,
    chromosome: Autosome(9),
    to_next: Recombination::FREE,
    alleles: &["T", "C"],
    dominance: &[Incomplete],
    is_tested: true,
};

static RYR1: LocusFacts = LocusFacts {
    name: "Malignant hyperthermia",
    group: Health,
    chromosome: Autosome(10),
    to_next: crossing(2, 25),
    alleles: &["N", "MH"],
    dominance: &[Dominant],
    is_tested: true,
};

static GYS1: LocusFacts = LocusFacts {
    name: "Polysaccharide storage myopathy 1",
    group: Health,
    chromosome: Autosome(10),
    to_next: Recombination::FREE,
    alleles: &["N", "P1"],
    dominance: &[Dominant],
    is_tested: true,
};

static SCN4A: LocusFacts = LocusFacts {
    name: "Hyperkalaemic periodic paralysis",
    group: Health,
    chromosome: Autosome(11),
    to_next: crossing(3, 50),
    alleles: &["N", "H"],
    dominance: &[Incomplete],
    is_tested: true,
};

static KRT25: LocusFacts = LocusFacts {
    name: "Curly at KRT25",
    group: Hair,
    chromosome: Autosome(11),
    to_next: crossing(1, 50),
    alleles: &["N", "Cu"],
    dominance: &[Dominant],
    is_tested: true,
};

static LASP1: LocusFacts = LocusFacts {
    name: "Height at LASP1",
    group: Size,
    chromosome: Autosome(11),
    to_next: crossing(1, 50),
    alleles: &["G", "A"],
    dominance: &[Incomplete],
    is_tested: true,
};

static SP6: LocusFacts = LocusFacts {
    name: "Curly at SP6",
    group: Hair,
    chromosome: Autosome(11),
    to_next: crossing(11, 50),
    alleles: &["N", "Cu"],
    dominance: &[Dominant],
    is_tested: true,
};

static MYH1: LocusFacts = LocusFacts {
    name: "Myosin-heavy-chain myopathy",
    group: Health,
    chromosome: Autosome(11),
    to_next: Recombination::FREE,
    alleles: &["N", "My"],
    dominance: &[Incomplete],
    is_tested: true,
};

static SLC36A1: LocusFacts = LocusFacts {
    name: "Champagne",
    group: Colour,
    chromosome: Autosome(14),
    to_next: Recombination::FREE,
    alleles: &["N", "Ch"],
    dominance: &[Dominant],
    is_tested: true,
};

static MITF: LocusFacts = LocusFacts {
    name: "Splashed white at MITF",
    group: White,
    chromosome: Autosome(16),
    to_next: Recombination::FREE,
    alleles: &["N", "SW1", "SW3", "SW5", "SW6", "SW7", "SW8"],
    dominance: &[Incomplete, Dominant, Dominant, Dominant, Dominant, Dominant],
    is_tested: true,
};

static EDNRB: LocusFacts = LocusFacts {
    name: "Frame",
    group: White,
    chromosome: Autosome(17),
    to_next: Recombination::FREE,
    alleles: &["n", "O"],
    dominance: &[Dominant],
    is_tested: true,
};

static MSTN: LocusFacts = LocusFacts {
    name: "Speed",
    group: Gait,
    chromosome: Autosome(18),
    to_next: Recombination::FREE,
    alleles: &["T", "C"],
    dominance: &[Incomplete],
    is_tested: true,
};

static SLC45A2: LocusFacts = LocusFacts {
    name: "Cream, pearl, sunshine, snowdrop",
    group: Colour,
    chromosome: Autosome(21),
    to_next: Recombination::FREE,
    alleles: &["N", "Cr", "Prl", "Sun", "Sno"],
    dominance: &[Incomplete, Recessive, Recessive, Recessive],
    is_tested: true,
};

static ASIP: LocusFacts = LocusFacts {
    name: "Agouti",
    group: Colour,
    chromosome: Autosome(22),
    to_next: Recombination::FREE,
    alleles: &["A", "a"],
    dominance: &[Recessive],
    is_tested: true,
};

static DMRT3: LocusFacts = LocusFacts {
    name: "Gait keeper",
    group: Gait,
    chromosome: Autosome(23),
    to_next: Recombination::FREE,
    alleles: &["C", "A"],
    dominance: &[Recessive],
    is_tested: true,
};

static STX17: LocusFacts = LocusFacts {
    name: "Grey",
    group: Colour,
    chromosome: Autosome(25),
    to_next: Recombination::FREE,
    alleles: &["G1", "G2", "G3"],
    dominance: &[Dominant, Dominant],
    is_tested: true,
};

static GBE1: LocusFacts = LocusFacts {
    name: "Glycogen branching enzyme deficiency",
    group: Health,
    chromosome: Autosome(26),
    to_next: Recombination::FREE,
    alleles: &["N", "GBED"],
    dominance: &[Recessive],
    is_tested: true,
};

static FLAXEN: LocusFacts = LocusFacts {
    name: "Flaxen",
    group: Colour,
    chromosome: Unmapped,
    to_next: Recombination::FREE,
    alleles: &["F", "f"],
    dominance: &[Recessive],
    is_tested: false,
};

static SOOTY: LocusFacts = LocusFacts {
    name: "Sooty",
    group: Colour,
    chromosome: Unmapped,
    to_next: Recombination::FREE,
    alleles: &["n", "Sty"],
    dominance: &[Dominant],
    is_tested: false,
};

static PANGARE: LocusFacts = LocusFacts {
    name: "Pangare",
    group: Colour,
    chromosome: Unmapped,
    to_next: Recombination::FREE,
    alleles: &["n", "P"],
    dominance: &[Dominant],
    is_tested: false,
};

static RABICANO: LocusFacts = LocusFacts {
    name: "Rabicano",
    group: White,
    chromosome: Unmapped,
    to_next: Recombination::FREE,
    alleles: &["n", "Rb"],
    dominance: &[Dominant],
    is_tested: false,
};

static MBTPS2: LocusFacts = LocusFacts {
    name: "Brindle 1",
    group: Hair,
    chromosome: X,
    to_next: Recombination::FREE,
    alleles: &["N", "BR1"],
    dominance: &[Incomplete],
    is_tested: true,
};

/// Pairs of alleles that are not simply viable.
pub(super) static PAIRS: &[(Locus, &str, &str, Viability)] = &[
    (Locus::Acan, "D1", "D1", Viability::Lethal),
    (Locus::Acan, "D1", "D2", Viability::Lethal),
    (Locus::Acan, "D1", "D3", Viability::Lethal),
    (Locus::Acan, "D1", "D4", Viability::Lethal),
    (Locus::Myo5a, "LFS", "LFS", Viability::Lethal),
    (Locus::Plod1, "WFFS", "WFFS", Viability::Lethal),
    (Locus::Kit, "W5", "W5", Viability::Lethal),
    (Locus::Kit, "W10", "W10", Viability::Lethal),
    (Locus::Kit, "W13", "W13", Viability::Lethal),
    (Locus::Kit, "W22", "W22", Viability::Lethal),
    (Locus::Prkdc, "SCID", "SCID", Viability::Lethal),
    (Locus::Mitf, "SW3", "SW3", Viability::Suspected),
    (Locus::Ednrb, "O", "O", Viability::Lethal),
    (Locus::Gbe1, "GBED", "GBED", Viability::Lethal),
];
