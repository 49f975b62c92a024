//! Hooves, ear, eye, nostril and mouth, mane and tail.

use super::figure::Studio;
use super::palette::{self, HORN, PALE_HORN, WHITE};
use super::pen::Node;
use super::shape::{Figure, Frame};
use super::white::{self, Leg};
use crate::breed::Build;
use crate::genetics::coat::{Brindle, Curly, Eyes, LegWhite, Leopard};
use alloc::vec::Vec;

impl Studio<'_> {
    pub(super) fn hooves(&mut self, is_near: bool) {
        let [fore, hind] = if is_near {
            [Figure::NEAR_FORE_HOOF, Figure::NEAR_HIND_HOOF]
        } else {
            [Figure::FAR_FORE_HOOF, Figure::FAR_HIND_HOOF]
        };
        self.pen.draw("<g stroke='#000' stroke-opacity='.4'>", &[]);
        let legs = white::legs(self.sitter.coat.legs);
        for leg in legs.iter().filter(|it| it.is_near == is_near) {
            let figure = if leg.is_hind { &hind } else { &fore };
            let nodes = figure.at(self.frame);
            let horn = self.horn(leg.white);
            let shown = if is_near {
                horn
            } else {
                palette::mix(horn, 0, 300)
            };
            self.pen.draw("<path fill='%' d='", &[shown]);
            self.pen.sides(&nodes);
            self.pen.draw("'/>", &[]);
            if self.sitter.build == Build::Heavy && self.frame.maturity > 600 {
                self.feather(leg, &nodes);
            }
            if self.sitter.leopard() != Leopard::None {
                self.stripe_hoof(&nodes);
            }
        }
        self.pen.draw("</g>", &[]);
    }

    /// The long hair of a grown draught horse's fetlock, which hangs over the hoof.
    fn feather(&mut self, leg: &Leg, nodes: &[Node]) {
        let [[x, y, ..], _, _, [back, ..]] = nodes else {
            return;
        };
        let colour = if leg.top(self.seen).is_some() || self.is_born_white() {
            WHITE
        } else {
            self.palette.points
        };
        let shown = if leg.is_near {
            colour
        } else {
            palette::mix(colour, 0, 260)
        };
        self.pen.draw(
            "<path fill='%' stroke='none' d='M@ @Q@ @ @ @l7-5 5 9 6-7 6 8 6-8 6 5Q@ @ @ @z'/>",
            &[
                shown,
                x + 15,
                y - 34,
                *x,
                y - 10,
                x - 5,
                y + 11,
                back + 20,
                y + 2,
                back + 14,
                y - 34,
            ],
        );
    }

    /// The colour of a hoof: pale where the leg above it is white.
    pub(super) fn horn(&self, white: LegWhite) -> palette::Colour {
        let is_pale = white != LegWhite::None
            || self.seen.is_all_white()
            || self.seen.is_champagne()
            || self.seen.dilution().is_double();
        if is_pale { PALE_HORN } else { HORN }
    }

    pub(super) fn stripe_hoof(&mut self, nodes: &[Node]) {
        let [[x, y, ..], [toe, ground, ..], [heel, ..], [back, ..]] = nodes else {
            return;
        };
        self.pen.draw(
            "<path stroke='%' stroke-opacity='1' stroke-width='3' d='",
            &[mid_horn()],
        );
        for part in 1..4 {
            let top = x + (back - x) * part / 4;
            let low = toe + (heel - toe) * part / 4;
            self.pen.draw("M@ @L@ @", &[top, *y, low, *ground]);
        }
        self.pen.draw("'/>", &[]);
    }

    /// Ear, eye, nostril and mouth.
    pub(super) fn head(&mut self) {
        self.on_head(
            "<path fill-opacity='.4' d='M@ @Q@ @ @ @Q@ @ @ @z'/>",
            &[],
            &[(137, 90), (132, 72), (141, 57), (149, 72), (145, 90)],
        );
        self.eye();
        self.on_head(
            "<path fill-opacity='.72' d='M@ @Q@ @ @ @Q@ @ @ @z'/>",
            &[],
            &[(54, 195), (52, 184), (63, 183), (65, 190), (54, 195)],
        );
        self.on_head(
            "<path fill='none' stroke='#000' stroke-opacity='.5' stroke-width='2' stroke-linecap='round' d='M@ @Q@ @ @ @'/>",
            &[],
            &[(63, 212), (72, 209), (77, 200)],
        );
    }

    pub(super) fn eye(&mut self) {
        if self.sitter.leopard() != Leopard::None {
            self.on_head(
                "<path fill='#efe9df' d='M@ @Q@ @ @ @Q@ @ @ @z'/>",
                &[],
                &[(108, 139), (110, 122), (127, 125), (124, 139), (108, 139)],
            );
        }
        let iris = match (self.sitter.coat.eyes, self.look.at(127) > 0) {
            // The blue one may be on the side that is not seen.
            (Eyes::OneBlue, true) => palette::iris(Eyes::Brown),
            (eyes, _) => palette::iris(eyes),
        };
        self.on_head(
            "<path fill='%' stroke='#100b09' stroke-width='2' d='M@ @Q@ @ @ @Q@ @ @ @z'/>",
            &[iris],
            &[(111, 137), (111, 124), (125, 127), (123, 137), (111, 137)],
        );
        self.on_head(
            "<circle r='3.4' fill='#100b09' cx='@' cy='@'/>",
            &[],
            &[(118, 131)],
        );
        self.on_head(
            "<circle r='1.5' fill='#fff' cx='@' cy='@'/>",
            &[],
            &[(119, 129)],
        );
        self.on_head(
            "<path fill='none' stroke='#000' stroke-opacity='.45' stroke-width='2' d='M@ @Q@ @ @ @'/>",
            &[],
            &[(107, 133), (112, 119), (128, 124)],
        );
    }

    /// How full mane and tail are: by age, by family, and thin ones by their genes.
    pub(super) fn fullness(&self, place: usize) -> i32 {
        let is_thin =
            self.seen.brindle() == Brindle::Sparse || self.seen.curly() == Curly::ThinCurls;
        let full = self.frame.maturity * (1_000 + self.look.at(place)) / 1_000;
        match self.sitter.build {
            _ if is_thin => full * 4 / 5,
            Build::Light | Build::Riding => full,
            Build::Heavy | Build::Pony => full * 21 / 20,
        }
    }

    pub(super) fn tail_nodes(&self) -> Vec<Node> {
        // Where it is rooted it follows the body, whatever its fullness.
        rooted(&Figure::TAIL, self.frame, self.fullness(126), |at| {
            !(2..=15).contains(&at)
        })
    }

    pub(super) fn mane_nodes(&self) -> Vec<Node> {
        let mut nodes = rooted(&Figure::MANE, self.frame, self.fullness(125), |at| at < 7);
        self.shape_neck(&mut nodes);
        nodes
    }

    pub(super) fn tail(&mut self) {
        let nodes = self.tail_nodes();
        self.hair(&nodes, &[(1, 7), (0, 8)]);
    }

    pub(super) fn mane(&mut self) {
        let nodes = self.mane_nodes();
        self.hair(
            &nodes,
            &[(5, 9), (4, 11), (3, 13), (3, 15), (2, 17), (1, 19)],
        );
        if self.crosses_the_mane() {
            self.pen.draw("<use href='#$w' clip-path='url(#$m)'/>", &[]);
        }
        let nodes = Figure::FORELOCK.at(self.frame);
        self.hair(&nodes, &[(1, 4), (0, 6)]);
    }

    /// Hair within an outline, with strands from node to node.
    pub(super) fn hair(&mut self, nodes: &[Node], strands: &[(usize, usize)]) {
        self.pen.draw(
            "<path fill='%' stroke='#000' stroke-opacity='.35' d='",
            &[self.palette.mane],
        );
        self.pen.curve(nodes, true);
        self.pen.draw(
            "'/><path fill='none' stroke='%' stroke-opacity='.5' stroke-width='2' d='",
            &[self.strand()],
        );
        for (root, tip) in strands {
            if let (Some([x, y, ..]), Some([to_x, to_y, ..])) = (nodes.get(*root), nodes.get(*tip))
            {
                let (across, down) = (to_x - x, to_y - y);
                self.pen.draw(
                    "M@ @q@ @ @ @",
                    &[*x, *y, across * 3 / 4, down / 3, across, down],
                );
            }
        }
        self.pen.draw("'/>", &[]);
    }

    /// The colour of single strands: lighter in dark hair, darker in light hair.
    pub(super) fn strand(&self) -> palette::Colour {
        let mane = self.palette.mane;
        if palette::lightness(mane) > 120_000 {
            palette::mix(mane, 0x6a_5030, 350)
        } else {
            palette::mix(mane, 0xff_ffff, 220)
        }
    }
}

/// An outline whose nodes follow the body where they are rooted in it, and elsewhere their own fullness.
fn rooted(
    figure: &Figure,
    frame: Frame,
    fullness: i32,
    is_root: impl Fn(usize) -> bool,
) -> Vec<Node> {
    let fuller = Frame {
        maturity: fullness,
        ..frame
    };
    let own = figure.at(fuller).into_iter();
    let pairs = figure.at(frame).into_iter().zip(own).enumerate();
    pairs
        .map(|(at, (root, tip))| if is_root(at) { root } else { tip })
        .collect()
}

/// The dark of a hoof's stripes.
fn mid_horn() -> palette::Colour {
    palette::mix(HORN, PALE_HORN, 350)
}
