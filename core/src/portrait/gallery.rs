//! A gallery: every colour that has a name, beside its genotype.

use super::Sitter;
use crate::breed::Build;
use crate::genetics::Genotype;
use crate::genetics::coat::{Coat, Face};
use crate::horse::Sex;
use crate::id::HorseId;
use crate::time::DAYS_PER_YEAR;
use alloc::string::String;
use alloc::vec::Vec;

/// A room of the gallery.
#[derive(Clone, Debug)]
pub struct Room {
    /// What hangs in it.
    pub title: &'static str,
    /// The pictures.
    pub pictures: Vec<Picture>,
}

/// A picture of the gallery.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The genotype; empty where it is wild type everywhere.
    pub genotype: String,
    /// What can be seen of it.
    pub coat: Coat,
    /// The sex.
    pub sex: Sex,
    /// The age in days.
    pub days: i64,
    /// The number of the horse.
    pub horse: i64,
    /// The numbers of sire and dam, if it has any.
    pub parents: Option<[i64; 2]>,
}

/// The age of a horse in the gallery unless the picture is of an age.
const GROWN: i64 = 8 * DAYS_PER_YEAR;

/// Bay, black and chestnut.
const BASES: [&str; 3] = ["", "ASIP=a/a", "MC1R=e/e"];

impl Picture {
    /// A grown mare with the white of an average horse that has `white` thousandths of a point more; a stallion where the
    /// genotype says so. Nothing for what is no genotype.
    fn of(words: &[&str], white: i32) -> Option<Self> {
        let genotype = words.join(" ");
        let genotype = String::from(genotype.trim());
        let sex = if genotype.contains("/Y") {
            Sex::Male
        } else {
            Sex::Female
        };
        let read = Genotype::parse(&genotype, sex).ok()?;
        Some(Self {
            coat: Coat::of(read.genome(), white, None),
            genotype,
            sex,
            days: GROWN,
            horse: 1,
            parents: None,
        })
    }

    /// Who sits.
    #[must_use]
    pub fn sitter(&self) -> Sitter {
        Sitter {
            coat: (&self.coat).into(),
            sex: self.sex,
            build: Build::Riding,
            days: self.days,
            horse: HorseId::new(self.horse),
            parents: self.parents.map(|ids| ids.map(HorseId::new)),
        }
    }

    /// The same horse on its second day; nobody where the picture is of an age.
    #[must_use]
    pub fn foal(&self) -> Option<Sitter> {
        let grown = self.sitter();
        (self.days == GROWN).then_some(Sitter { days: 1, ..grown })
    }

    /// The name of the coat at the age at which the horse sits.
    #[must_use]
    pub fn name(&self) -> String {
        self.coat.shown_at(self.days / DAYS_PER_YEAR)
    }
}

/// Every room.
#[must_use]
pub fn gallery() -> Vec<Room> {
    let room = |title, pictures| Room { title, pictures };
    alloc::vec![
        room("Cream, pearl, sunshine, snowdrop", by_base(&SERIES)),
        room("Champagne", by_base(&CHAMPAGNES)),
        room("Dun", by_base(&DUNS)),
        room("Silver, mushroom, and shades of red", shades()),
        room("White patterns", by_base(&PATTERNS)),
        room("Patterns together", one_by_one(&TOGETHER)),
        room("Greys through their lives", greys()),
        room("White on face and legs", markings()),
        room("Eyes and hair", one_by_one(&EYES_AND_HAIR)),
        room("From the first day to the third year", growth()),
        room("Four full sisters, then four strangers", sisters()),
    ]
}

const SERIES: [&str; 8] = [
    "",
    "SLC45A2=N/Cr",
    "SLC45A2=Prl/Prl",
    "SLC45A2=Sun/Sun",
    "SLC45A2=Cr/Prl",
    "SLC45A2=Cr/Sun",
    "SLC45A2=Sno/Sno",
    "SLC45A2=Cr/Cr",
];
const CHAMPAGNES: [&str; 4] = [
    "SLC36A1=N/Ch",
    "SLC36A1=N/Ch SLC45A2=N/Cr",
    "SLC36A1=N/Ch SLC45A2=Prl/Prl",
    "SLC36A1=N/Ch SLC45A2=Sun/Sun",
];
const DUNS: [&str; 6] = [
    "TBX3=nd2/nd1",
    "TBX3=nd2/D",
    "TBX3=nd2/D SLC45A2=N/Cr",
    "TBX3=nd2/D SLC45A2=Prl/Prl",
    "TBX3=nd2/D SLC45A2=Cr/Cr",
    "TBX3=nd2/D SLC36A1=N/Ch",
];
const SHADES: [&str; 6] = [
    "PMEL=N/Z",
    "MFSD12=Mu/Mu",
    "FLAXEN=f/f",
    "SOOTY=n/Sty",
    "PANGARE=n/P",
    "SOOTY=n/Sty SLC45A2=N/Cr",
];
const PATTERNS: [&str; 16] = [
    "KIT=n/Rn",
    "KIT=n/TO",
    "KIT=n/SB1",
    "KIT=n/W5",
    "EDNRB=n/O",
    "MITF=N/SW1",
    "MITF=SW1/SW1",
    "PAX3=N/SW2",
    "TRPM1=lp/LP",
    "TRPM1=lp/LP RFWD3=n/PATN1",
    "TRPM1=LP/LP",
    "TRPM1=LP/LP RFWD3=n/PATN1",
    "RABICANO=n/Rb",
    "KIT=SB1/SB1",
    "KIT=n/W1",
    "EDNRB=O/O",
];
const TOGETHER: [&str; 7] = [
    "KIT=n/TO EDNRB=n/O",
    "KIT=TO/Rn",
    "MC1R=e/e KIT=n/TO SLC45A2=N/Cr",
    "ASIP=a/a KIT=n/Rn TBX3=nd2/D",
    "MC1R=e/e EDNRB=n/O MITF=N/SW1",
    "ASIP=a/a TRPM1=lp/LP RFWD3=n/PATN1 PMEL=N/Z",
    "KIT=n/TO SLC36A1=N/Ch",
];
const EYES_AND_HAIR: [&str; 7] = [
    "SLC24A5=TE1/TE1",
    "MC1R=e/e SLC45A2=Cr/Prl",
    "MC1R=e/e KRT25=N/Cu",
    "SP6=N/Cu",
    "MBTPS2=N/BR1",
    "MC1R=e/e MBTPS2=N/BR1",
    "MBTPS2=BR1/Y",
];

/// Each on bay, black and chestnut, where it does not look like the one before.
fn by_base(genotypes: &[&str]) -> Vec<Picture> {
    let mut pictures: Vec<Picture> = Vec::new();
    for genotype in genotypes {
        for base in BASES {
            let made = Picture::of(&[base, genotype], 0);
            let is_other = |it: &Picture| {
                let last = pictures.last();
                last.is_none_or(|last| last.coat.phenotype != it.coat.phenotype)
            };
            pictures.extend(made.filter(is_other));
        }
    }
    pictures
}

fn one_by_one(genotypes: &[&str]) -> Vec<Picture> {
    let made = genotypes.iter().map(|it| Picture::of(&[it], 0));
    made.flatten().collect()
}

/// The shades on those bases on which they show.
fn shades() -> Vec<Picture> {
    let plain = by_base(&SERIES);
    let shows = |it: &Picture| {
        let mut others = plain.iter();
        others.all(|other| other.coat.phenotype != it.coat.phenotype)
    };
    by_base(&SHADES).into_iter().filter(shows).collect()
}

/// Greys of each kind at the ages at which they are called otherwise.
fn greys() -> Vec<Picture> {
    let mut pictures: Vec<Picture> = Vec::new();
    for grey in ["STX17=G1/G2", "STX17=G1/G3", "STX17=G3/G3"] {
        for base in BASES {
            for years in 0..20 {
                let made = Picture::of(&[base, grey], 0).map(|it| Picture {
                    days: years * DAYS_PER_YEAR + 3,
                    ..it
                });
                let is_other =
                    |it: &Picture| pictures.last().is_none_or(|last| last.name() != it.name());
                pictures.extend(made.filter(is_other));
            }
        }
    }
    pictures
}

/// Chestnuts with more and more white, one for each face; a snip is a matter of chance.
fn markings() -> Vec<Picture> {
    let mut pictures: Vec<Picture> = Vec::new();
    for white in (-2_000..5_000).step_by(100) {
        let made = Picture::of(&["MC1R=e/e"], white);
        let is_other = |it: &Picture| {
            let last = pictures.last().map(|last| (last.coat.face, last.coat.legs));
            last != Some((it.coat.face, it.coat.legs))
        };
        pictures.extend(made.filter(is_other));
    }
    let snip = Picture::of(&[""], -1_000).map(|mut it| {
        it.coat.face = Face::Snip;
        it
    });
    pictures.extend(snip);
    pictures
}

/// A filly and a colt as they grow up.
fn growth() -> Vec<Picture> {
    let days = [0, 3, 7, 14, 21];
    let aged = |days| Picture::of(&["MC1R=e/e FLAXEN=f/f"], 900).map(|it| Picture { days, ..it });
    let mut pictures: Vec<Picture> = days.into_iter().filter_map(aged).collect();
    pictures.extend(Picture::of(&["MBTPS2=N/Y"], 0));
    pictures
}

/// Tobianos with the same parents, then tobianos with others.
fn sisters() -> Vec<Picture> {
    let mare = |horse: i64| {
        let parents = if horse < 104 {
            [101, 102]
        } else {
            [10 * horse, 10 * horse + 1]
        };
        Picture::of(&["KIT=n/TO"], 0).map(|it| Picture {
            horse: horse + 100,
            parents: Some(parents),
            ..it
        })
    };
    (100..108).filter_map(mare).collect()
}
