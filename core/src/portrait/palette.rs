//! The colours of a coat: what two pigments look like after every dilution, and what grey makes of them with age.

use crate::genetics::coat::{Base, Dilution, Dun, Eyes, Greying, Leopard, Phenotype, Seen};

/// A colour, as `0xrrggbb`.
pub(super) type Colour = i32;

/// The colours of one horse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Palette {
    /// Trunk, neck and head.
    pub(super) body: Colour,
    /// The legs below knee and hock.
    pub(super) points: Colour,
    /// The mane and the tail.
    pub(super) mane: Colour,
    /// The skin of the muzzle.
    pub(super) skin: Colour,
    /// How much of the skin shows at the muzzle, in hundredths.
    pub(super) muzzle: i32,
    /// The stripe along the back and the bars of the legs.
    pub(super) stripe: Colour,
    /// The iris.
    pub(super) iris: Colour,
    /// How grey it is by now, in thousandths.
    pub(super) grey: i32,
}

pub(super) const WHITE: Colour = 0xf8_f5f0;
const GREYED: Colour = 0xf1_f0ed;
pub(super) const PINK: Colour = 0xd6_a59b;
const DARK_SKIN: Colour = 0x35_2e2c;
pub(super) const HORN: Colour = 0x38_302b;
pub(super) const PALE_HORN: Colour = 0xd8_c5a4;

/// The body by the dilution of SLC45A2: of bay, black and chestnut.
static BODIES: [[Colour; 3]; 8] = [
    [0x86_4723, 0x26_2220, 0x9e_5329],
    [0xcf_a05a, 0x31_2920, 0xda_a656],
    [0xb9_8a5e, 0x75_624f, 0xc8_976a],
    [0xcb_a67c, 0x8f_7c66, 0xd8_b288],
    [0xe6_cfa6, 0xcd_b48d, 0xef_dcb4],
    [0xec_d9b6, 0xd8_c29d, 0xf2_e2c2],
    [0xee_dcbc, 0xdf_cba9, 0xf3_e5c8],
    [0xf0_e0c2, 0xe3_d0ae, 0xf5_e9cf],
];

/// The black of a bay's mane, tail and legs.
static POINTS: [Colour; 8] = [
    0x1b_1715, 0x1f_1a17, 0x5f_4c3b, 0x7a_6650, 0xca_a97a, 0xd4_b68a, 0xd9_bd93, 0xdc_c098,
];

/// The mane and the tail of a chestnut.
static MANES: [Colour; 8] = [
    0x8d_4823, 0xf2_e6cd, 0xc0_9064, 0xd3_ad84, 0xf3_e6cb, 0xf5_ead3, 0xf6_ecd8, 0xf8_f0de,
];

/// Body, points and mane of a champagne, by the base colour.
static CHAMPAGNES: [[Colour; 3]; 3] = [
    [0xb6_8850, 0x6d_533b, 0x6d_533b],
    [0x8f_7a62, 0x78_634f, 0x78_634f],
    [0xd0_a059, 0xcc_9c58, 0xee_dfbf],
];

/// A colour on the way from one to another, in thousandths.
pub(super) fn mix(from: Colour, to: Colour, thousandths: i32) -> Colour {
    [16, 8, 0].iter().fold(0, |mixed, shift| {
        let (one, other) = (from >> shift & 255, to >> shift & 255);
        mixed | super::shape::between(one, other, thousandths) << shift
    })
}

/// How light a colour is, from 0 to 255,000.
pub(super) const fn lightness(colour: Colour) -> i32 {
    299 * (colour >> 16 & 255) + 587 * (colour >> 8 & 255) + 114 * (colour & 255)
}

impl Palette {
    /// The colours of a coat at an age in days.
    pub(super) fn of(coat: &Seen, days: i64) -> Self {
        let seen = coat.phenotype;
        let mut palette = if seen.is_all_white() {
            Self::all_white()
        } else {
            Self::pigmented(seen)
        };
        palette.iris = iris(coat.eyes);
        palette.age(seen, days);
        palette
    }

    const fn all_white() -> Self {
        Self {
            body: WHITE,
            points: WHITE,
            mane: 0xfd_fbf6,
            skin: PINK,
            muzzle: 75,
            stripe: WHITE,
            iris: 0,
            grey: 0,
        }
    }

    /// Two pigments, and what acts on each.
    fn pigmented(seen: Phenotype) -> Self {
        let (base, dilution) = (seen.base() as usize, seen.dilution() as usize);
        let of = |table: &[Colour; 8]| table.get(dilution).copied().unwrap_or_default();
        let row = BODIES.get(dilution).copied().unwrap_or_default();
        let body = row.get(base).copied().unwrap_or_default();
        let (points, mane) = match seen.base() {
            Base::Bay => (of(&POINTS), of(&POINTS)),
            Base::Black => (body, mix(body, 0x15_1312, 300)),
            Base::Chestnut => (mix(body, 0x6b_3a1e, 120), of(&MANES)),
        };
        let mut palette = Self {
            body,
            points,
            mane,
            skin: DARK_SKIN,
            muzzle: 70,
            stripe: points,
            iris: 0,
            grey: 0,
        };
        palette.champagne(seen);
        palette.silver(seen);
        palette.red_shades(seen);
        palette.dun(seen);
        if seen.dilution().is_double() {
            (palette.skin, palette.muzzle) = (PINK, 80);
        }
        palette
    }

    fn champagne(&mut self, seen: Phenotype) {
        let Some(row) = CHAMPAGNES.get(seen.base() as usize) else {
            return;
        };
        if seen.is_champagne() {
            [self.body, self.points, self.mane] = *row;
            if seen.dilution() != Dilution::None {
                self.body = mix(self.body, 0xf0_e2c6, 620);
                self.points = mix(self.points, 0xe0_c9a2, 450);
                self.mane = mix(self.mane, 0xec_dcbc, 500);
            }
            (self.skin, self.muzzle) = (0xc0_8f80, 65);
        }
    }

    fn silver(&mut self, seen: Phenotype) {
        if seen.is_silver() {
            self.mane = mix(self.mane, 0xd9_d0c2, 880);
            self.points = mix(self.points, 0x6d_5442, 600);
            if seen.base() == Base::Black {
                self.body = mix(self.body, 0x5d_4636, 700);
            }
        }
    }

    /// Flaxen, mushroom.
    fn red_shades(&mut self, seen: Phenotype) {
        if seen.is_mushroom() {
            self.body = mix(self.body, 0x98_8870, 780);
            if seen.base() == Base::Chestnut {
                self.points = mix(self.points, 0x8a_7a64, 780);
                self.mane = 0xdd_cfb2;
            }
        }
        if seen.is_flaxen() {
            self.mane = 0xe6_d0a2;
        }
    }

    fn dun(&mut self, seen: Phenotype) {
        // Pale coats have pale marks.
        let depth = lightness(self.body) / 1_000;
        let red = mix(self.body, 0x74_371a, (900 - 3 * depth).max(180));
        self.stripe = if seen.base() == Base::Chestnut {
            red
        } else {
            self.points
        };
        if seen.dun() != Dun::Dun {
            return;
        }
        let (paler, much) = match seen.base() {
            Base::Bay => (0xd4_b585, 700),
            Base::Black => (0x9b_958e, 850),
            Base::Chestnut => (0xdb_ac7d, 650),
        };
        let is_pale = lightness(self.body) > lightness(paler);
        self.body = mix(self.body, if is_pale { 0xee_dfc4 } else { paler }, much);
        if seen.base() == Base::Chestnut && seen.dilution() == Dilution::None {
            self.points = red;
        }
    }

    /// Grey and varnish come with age.
    fn age(&mut self, seen: Phenotype, days: i64) {
        self.grey = greyness(seen.greying(), days);
        let (slow, late) = (self.grey * 4 / 5, self.grey * self.grey / 1_000);
        self.body = greyed(self.body, self.grey);
        self.mane = greyed(self.mane, slow);
        self.points = greyed(self.points, late);
        self.stripe = greyed(self.stripe, self.grey);
        if seen.leopard() != Leopard::None && self.skin == DARK_SKIN {
            // Mottled.
            self.skin = mix(DARK_SKIN, PINK, 450);
        }
    }
}

/// A colour with white hairs among its own, which loses its hue sooner than its shade. It never gets darker.
fn greyed(colour: Colour, grey: i32) -> Colour {
    let lighter = mix(colour, GREYED, grey);
    let shade = lightness(lighter) / 1_000;
    let hueless = shade << 16 | shade << 8 | shade;
    mix(lighter, hueless, (grey * 2).min(850))
}

/// How grey a horse of its kind is from which age in game-years on, in thousandths.
type Greys = [(i64, i32); 5];

const fn greys(greying: Greying) -> Option<Greys> {
    match greying {
        Greying::None => None,
        Greying::Slow => Some([(0, 0), (6, 220), (15, 560), (20, 640), (25, 720)]),
        Greying::Fast => Some([(0, 0), (2, 220), (4, 520), (8, 900), (12, 970)]),
        Greying::Fastest => Some([(0, 0), (1, 220), (3, 520), (6, 950), (9, 1_000)]),
    }
}

/// How grey a horse is at an age in days, in thousandths: a straight line between the stages that its name tells.
pub(super) fn greyness(greying: Greying, days: i64) -> i32 {
    let Some(steps) = greys(greying) else {
        return 0;
    };
    let ends = steps.iter().zip(steps.iter().skip(1));
    for ((from, less), (to, more)) in ends {
        let (from, to) = (7 * from, 7 * to);
        if days < to {
            let part = (days - from).max(0) * 1_000 / (to - from);
            return super::shape::between(*less, *more, part as i32);
        }
    }
    steps.last().map_or(0, |last| last.1)
}

/// The age in game-years at which a horse is as grey as it gets.
pub(super) fn greyed_at(greying: Greying) -> i64 {
    let steps = greys(greying);
    steps
        .and_then(|steps| steps.last().copied())
        .map_or(0, |last| last.0)
}

/// The age in game-years at which a varnish roan is as white as it gets.
pub(super) const VARNISHED_AT: i64 = 12;

pub(super) const fn iris(eyes: Eyes) -> Colour {
    match eyes {
        Eyes::Brown => 0x3a_2114,
        Eyes::Hazel => 0x9a_6c36,
        Eyes::Yellow => 0xcc_a22b,
        Eyes::Pale => 0xb3_c6ae,
        Eyes::OneBlue | Eyes::Blue => 0x86_b6dc,
    }
}
