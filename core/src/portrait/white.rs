//! Where the white lies: patches, faces, legs. Places are an adult's; a [`Frame`](super::shape::Frame) moves them.

use super::look::Look;
use super::pen::Spot;
use super::shape::{Figure, Frame};
use crate::breed::Build;
use crate::genetics::coat::{Face, LegWhite, Legs, Leopard, Phenotype, Splash, Spotting};
use alloc::vec;
use alloc::vec::Vec;

/// How far a frame's white stays below the back, and below whatever else the outline's upper side is.
pub(super) const FRAME_MARGIN: i32 = 24;

/// The cosine and the sine of twelve directions, in thousandths.
const COMPASS: [Spot; 12] = [
    (1_000, 0),
    (866, 500),
    (500, 866),
    (0, 1_000),
    (-500, 866),
    (-866, 500),
    (-1_000, 0),
    (-866, -500),
    (-500, -866),
    (0, -1_000),
    (500, -866),
    (866, -500),
];

/// A round patch: its middle, its half axes, how uneven its edge is in thousandths, and the numbers that it looks at.
#[derive(Clone, Copy)]
struct Patch {
    middle: Spot,
    axes: Spot,
    uneven: i32,
    from: usize,
}

impl Patch {
    /// The places on its edge.
    fn edge(self, look: &Look) -> Vec<Spot> {
        let middle = (
            self.middle.0 + look.at(self.from + 12) * self.axes.0 / 400,
            self.middle.1 + look.at(self.from + 13) * self.axes.1 / 400,
        );
        let place = |(at, (cos, sin)): (usize, &Spot)| {
            let reach = 1_000 + look.at(self.from + at) * self.uneven / 100;
            (
                middle.0 + self.axes.0 * cos / 1_000 * reach / 1_000,
                middle.1 + self.axes.1 * sin / 1_000 * reach / 1_000,
            )
        };
        COMPASS.iter().enumerate().map(place).collect()
    }
}

/// The white patches of trunk and neck.
pub(super) fn patches(seen: Phenotype, look: &Look) -> Vec<Vec<Spot>> {
    let mut patches = Vec::new();
    let kit = seen.kit();
    if kit.tobiano {
        patches.extend(tobiano(look));
    }
    match kit.spotting {
        Spotting::Sabino => patches.extend(sabino(look)),
        Spotting::Bold => patches.extend(bold(look)),
        _ => {}
    }
    if seen.is_frame() {
        patches.extend(frame(look));
    }
    match seen.splash() {
        Splash::Double => patches.push(splash(278, look)),
        Splash::None if !seen.is_splashed_by_pax3() => {}
        _ => patches.push(splash(342, look)),
    }
    if seen.leopard() == Leopard::Snowcap {
        let cap = Patch {
            middle: (520, 258),
            axes: (112, 106),
            uneven: 160,
            from: 60,
        };
        patches.push(cap.edge(look));
    }
    patches
}

/// Bands from above the back to below the belly: one at the rump or none, and one at the shoulder, the neck or both.
fn tobiano(look: &Look) -> Vec<Vec<Spot>> {
    let rump = band((505, 520), 34 + look.up_to(40, 1), 12, look);
    let shoulder = band((304, 268), 30 + look.up_to(40, 0), 0, look);
    let neck = band((222, 215), 24 + look.up_to(24, 2), 24, look);
    match look.up_to(4, 3) {
        0 => vec![shoulder],
        1 => vec![neck, rump],
        2 => vec![shoulder, rump],
        _ => vec![band((272, 246), 64, 0, look), rump],
    }
}

/// A band between two x, one above the back and one below the belly, of a half width.
fn band((top, bottom): Spot, half: i32, from: usize, look: &Look) -> Vec<Spot> {
    let (top, bottom) = (
        top + look.at(from + 60) / 5,
        bottom + look.at(from + 61) / 6,
    );
    let side = |right: bool| {
        (0..6_u8).map(move |step| {
            let middle = top + (bottom - top) * i32::from(step) / 5;
            let uneven = look.at(from + usize::from(step) + if right { 6 } else { 0 }) * half / 170;
            let reach = if right { half } else { -half };
            (middle + reach + uneven, 70 + 72 * i32::from(step))
        })
    };
    let mut places: Vec<Spot> = side(true).collect();
    places.extend(side(false).rev());
    places
}

/// Ragged white along the belly and up the flank.
fn sabino(look: &Look) -> Vec<Vec<Spot>> {
    let belly = Patch {
        middle: (392, 352),
        axes: (112, 38),
        uneven: 420,
        from: 30,
    };
    let flank = Patch {
        middle: (466, 326),
        axes: (34, 36),
        uneven: 500,
        from: 44,
    };
    vec![belly.edge(look), flank.edge(look)]
}

/// Large irregular white from the belly up, and on the neck.
fn bold(look: &Look) -> Vec<Vec<Spot>> {
    let side = Patch {
        middle: (415, 318),
        axes: (105, 62),
        uneven: 330,
        from: 30,
    };
    let neck = Patch {
        middle: (214, 212),
        axes: (36, 52),
        uneven: 330,
        from: 46,
    };
    vec![side.edge(look), neck.edge(look)]
}

/// White on the barrel and on the neck, none of it near the upper side of the outline.
fn frame(look: &Look) -> Vec<Vec<Spot>> {
    let barrel = Patch {
        middle: (394, 314),
        axes: (84, 38),
        uneven: 400,
        from: 70,
    };
    let neck = Patch {
        middle: (212, 232),
        axes: (26, 46),
        uneven: 300,
        from: 86,
    };
    let mut patches = vec![barrel.edge(look), neck.edge(look)];
    if look.at(99) > 0 {
        let flank = Patch {
            middle: (508, 318),
            axes: (34, 30),
            uneven: 320,
            from: 100,
        };
        patches.push(flank.edge(look));
    }
    let above = topline();
    for (x, y) in patches.iter_mut().flatten() {
        *y = (*y).max(height_of(&above, *x) + FRAME_MARGIN + 16);
    }
    patches
}

/// The upper side of the adult's outline, from the poll to the buttock.
fn topline() -> Vec<Spot> {
    let nodes = Figure::BODY.at(Frame {
        maturity: 1_000,
        build: Build::Riding,
    });
    nodes.iter().take(15).map(|[x, y, ..]| (*x, *y)).collect()
}

/// Where a line of places from left to right lies at some x.
pub(super) fn height_of(line: &[Spot], x: i32) -> i32 {
    for (from, to) in line.iter().zip(line.iter().skip(1)) {
        if x < to.0 {
            let part = (x - from.0).max(0) * 1_000 / (to.0 - from.0).max(1);
            return super::shape::between(from.1, to.1, part);
        }
    }
    line.last().map_or(0, |last| last.1)
}

/// Everything below a wavy line.
fn splash(height: i32, look: &Look) -> Vec<Spot> {
    let wave = (0..9_usize).map(|step| {
        let x = 120 + 62 * i32::try_from(step).unwrap_or_default();
        (x, height + look.at(70 + step) * 20 / 100)
    });
    let mut places: Vec<Spot> = wave.collect();
    places.extend([(700, 460), (640, 640), (320, 660), (40, 640), (60, 470)]);
    places
}

/// The white of a face, on the head.
pub(super) fn face(face: Face, look: &Look) -> Vec<Vec<Spot>> {
    let round = |along, axes, from| Patch {
        middle: on_face(along, -1),
        axes,
        uneven: 250,
        from,
    };
    match face {
        Face::None => vec![],
        Face::Snip => vec![round(960, (9, 9), 110).edge(look)],
        Face::Star => vec![round(230, (8, 11), 112).edge(look)],
        Face::Strip => vec![streak(280, 800, 5, look)],
        Face::Stripe => vec![streak(140, 930, 7, look)],
        Face::Blaze => vec![streak(90, 1_030, 14, look)],
        Face::Bald => vec![streak(30, 1_110, 33, look)],
        Face::Apron => {
            let muzzle = Patch {
                middle: (66, 200),
                axes: (32, 30),
                uneven: 120,
                from: 114,
            };
            vec![streak(10, 1_110, 38, look), muzzle.edge(look)]
        }
    }
}

/// A place on the head: so many thousandths from the forehead to the nostrils, and so far in from the line of the nose.
fn on_face(along: i32, inside: i32) -> Spot {
    (
        118 - 68 * along / 1_000 + 78 * inside / 100,
        104 + 86 * along / 1_000 + 62 * inside / 100,
    )
}

/// White along the line of the nose.
fn streak(from: i32, to: i32, width: i32, look: &Look) -> Vec<Spot> {
    let along = |step: i32| from + (to - from) * step / 5;
    let outer = (0..6).rev().map(|step| on_face(along(step), -14));
    let inner = (0..6).zip(104..).map(|(step, place)| {
        let uneven = look.at(place) * width / 330;
        // It tapers at its ends.
        let ends = if step == 0 || step == 5 { 2 } else { 3 };
        on_face(along(step), (width + uneven) * ends / 3)
    });
    inner.chain(outer).collect()
}

/// One of the legs.
#[derive(Clone, Copy)]
pub(super) struct Leg {
    /// What is white on it.
    pub(super) white: LegWhite,
    /// From where to where it reaches, left to right.
    pub(super) between: Spot,
    /// Is it a hind leg?
    pub(super) is_hind: bool,
    /// Does the outline of the trunk hold it?
    pub(super) is_near: bool,
}

/// The four legs; the left ones are those that are near.
pub(super) const fn legs(of: Legs) -> [Leg; 4] {
    const fn leg(white: LegWhite, between: Spot, is_hind: bool, is_near: bool) -> Leg {
        Leg {
            white,
            between,
            is_hind,
            is_near,
        }
    }
    [
        leg(of.fore_right, (196, 292), false, false),
        leg(of.hind_right, (456, 552), true, false),
        leg(of.fore_left, (228, 316), false, true),
        leg(of.hind_left, (474, 580), true, true),
    ]
}

impl Leg {
    /// How high its white reaches; higher where a pattern takes whole legs.
    pub(super) fn top(self, seen: Phenotype) -> Option<i32> {
        Some(match (self.white, self.is_hind) {
            _ if seen.splash() != Splash::None || seen.is_splashed_by_pax3() => 400,
            (LegWhite::None, _) => return None,
            (LegWhite::Coronet, _) => 520,
            (LegWhite::Pastern, _) => 502,
            (LegWhite::Sock, _) => 470,
            (LegWhite::Stocking, _) if is_tall(seen) => 392,
            (LegWhite::Stocking, false) => 436,
            (LegWhite::Stocking, true) => 424,
        })
    }
}

/// Has it a pattern with which white goes up whole legs?
fn is_tall(seen: Phenotype) -> bool {
    let kit = seen.kit();
    kit.tobiano || kit.spotting != Spotting::None
}
