//! What lies on the trunk: shades, marks, hairs, patches, spots.

use super::figure::Studio;
use super::palette::{self, VARNISHED_AT, WHITE};
use super::pen::{Node, Spot, round};
use super::shade::{glow_on_head, glow_on_trunk, group};
use super::shape::Figure;
use super::spots::Spots;
use super::white::{self, Leg};
use crate::genetics::coat::{Brindle, Dun, Face, Greying, Leopard, Spotting};
use crate::time::DAYS_PER_YEAR;
use alloc::vec::Vec;

impl Studio<'_> {
    /// Sooty, pangare, brindle.
    pub(super) fn shades_of_colour(&mut self) {
        let frame = self.frame;
        if self.seen.is_sooty() {
            group(&mut self.pen, "s", |pen| {
                glow_on_trunk(pen, frame, [420, 210, 210, 70, 0, 100]);
                glow_on_trunk(pen, frame, [230, 150, 40, 120, -45, 80]);
                glow_on_head(pen, frame, [96, 140, 20, 60, 40, 70]);
            });
        }
        if self.seen.is_pangare() {
            group(&mut self.pen, "h", |pen| {
                for glow in [
                    [400, 366, 130, 34, 0, 100],
                    [486, 334, 40, 44, 0, 100],
                    [306, 372, 30, 34, 0, 90],
                ] {
                    glow_on_trunk(pen, frame, glow);
                }
                for glow in [
                    [62, 198, 34, 34, 0, 100],
                    [62, 198, 28, 28, 0, 100],
                    [118, 133, 18, 15, 0, 90],
                ] {
                    glow_on_head(pen, frame, glow);
                }
            });
        }
        if self.seen.brindle() == Brindle::Striped {
            self.pen.draw("<path fill='none' stroke='#000' stroke-opacity='.28' stroke-width='4' stroke-linecap='round' d='", &[]);
            for stripe in 0..13_i32 {
                let off = self.look.at(stripe.unsigned_abs() as usize) / 8;
                let top = (306 + 20 * stripe, 228 + off.abs());
                let bottom = (top.0 + off, 318 + 2 * off);
                let [(x, y), (to_x, to_y)] = [top, bottom].map(|it| frame.trunk(it));
                self.pen.draw(
                    "M@ @q@ @ @ @",
                    &[x, y, off, (to_y - y) / 2, to_x - x, to_y - y],
                );
            }
            self.pen.draw("'/>", &[]);
        }
    }

    /// The dorsal stripe, the shoulder's shadow and the bars of the legs.
    pub(super) fn primitive_marks(&mut self) {
        let strength = match self.seen.dun() {
            Dun::None => return,
            Dun::Marks => 45,
            Dun::Dun => 88,
        };
        let back: Vec<Node> = Figure::BODY
            .at(self.frame)
            .into_iter()
            .skip(4)
            .take(9)
            .collect();
        self.pen.draw(
            "<g fill='none' stroke='%' stroke-opacity='~'><path stroke-width='@' d='",
            &[self.palette.stripe, strength, self.frame.length(17)],
        );
        self.pen.curve(&back, false);
        self.pen.draw("'/>", &[]);
        if self.seen.dun() == Dun::Dun {
            self.pen
                .draw("<path stroke-width='6' stroke-opacity='.55' d='", &[]);
            for (x, y, width) in [
                (252, 384, 46),
                (254, 400, 44),
                (258, 416, 40),
                (508, 374, 46),
                (514, 390, 46),
                (520, 406, 46),
            ] {
                let (x, y) = self.frame.trunk((x, y));
                self.pen.draw("M@ @q@ 6 @ 0", &[x, y, width / 2, width]);
            }
            let (x, y) = self.frame.trunk((300, 200));
            self.pen
                .draw("M@ @q-8 30 2 @'/>", &[x, y, self.frame.length(70)]);
        }
        self.pen.draw("</g>", &[]);
    }

    /// Roan, varnish roan, rabicano.
    pub(super) fn roaning(&mut self) {
        let trunk: [Spot; 16] = [
            (190, 130),
            (262, 120),
            (340, 170),
            (500, 180),
            (596, 240),
            (592, 330),
            (580, 420),
            (500, 420),
            (476, 340),
            (400, 384),
            (318, 372),
            (308, 430),
            (246, 430),
            (216, 350),
            (192, 286),
            (184, 206),
        ];
        let flat = match (self.seen.kit().roan, self.seen.leopard()) {
            (true, _) => 34,
            (_, Leopard::VarnishRoan) => {
                let years = (self.sitter.days / DAYS_PER_YEAR).clamp(0, VARNISHED_AT) as i32;
                8 + 4 * years
            }
            _ => 0,
        };
        if flat > 0 {
            self.patch("fill='%' fill-opacity='~' ", &[WHITE, flat], &trunk);
            self.patch("fill='url(#$k)' ", &[], &trunk);
            // The colour of the legs comes over it by and by.
            self.fill("fill='url(#$l)' ", &[]);
        }
        if self.seen.is_rabicano() {
            let flank = [(440, 350), (452, 306), (486, 288), (500, 322), (482, 352)];
            let dock = [(520, 200), (560, 214), (590, 262), (560, 262)];
            for place in [&flank[..], &dock] {
                self.patch("fill='url(#$k)' ", &[], place);
                self.patch("fill='%' fill-opacity='.12' ", &[WHITE], place);
            }
        }
        if self.seen.leopard() == Leopard::VarnishRoan {
            // Where bone lies under the skin, colour stays.
            let hip = [(462, 226), (484, 216), (506, 232), (486, 246)];
            let stifle = [(470, 326), (494, 316), (506, 342), (484, 354)];
            for place in [hip, stifle] {
                self.patch("fill='%' fill-opacity='.75' ", &[self.palette.body], &place);
            }
        }
    }

    /// A rounded patch on the trunk.
    pub(super) fn patch(&mut self, with: &str, values: &[i32], places: &[Spot]) {
        let frame = self.frame;
        let places: Vec<Spot> = places.iter().map(|it| frame.trunk(*it)).collect();
        self.pen.draw("<path ", &[]);
        self.pen.draw(with, values);
        self.pen.draw("d='", &[]);
        self.pen.curve(&round(&places), true);
        self.pen.draw("'/>", &[]);
    }

    /// Is the coat white from birth, with spots or hairs of its colour on it?
    pub(super) fn is_born_white(&self) -> bool {
        matches!(self.seen.leopard(), Leopard::Leopard | Leopard::FewSpot)
    }

    pub(super) fn white_body(&mut self) {
        self.fill("fill='%' ", &[WHITE]);
        self.fill("fill='url(#$l)' opacity='.16' ", &[]);
    }

    pub(super) fn crosses_the_mane(&self) -> bool {
        let kit = self.seen.kit();
        (kit.tobiano || kit.spotting == Spotting::Bold) && !self.is_born_white()
    }

    pub(super) fn patches(&mut self) {
        let frame = self.frame;
        let trunk = if self.is_born_white() {
            // White on white.
            Vec::new()
        } else {
            white::patches(self.seen, &self.look)
        };
        if self.seen.kit().spotting == Spotting::Sabino || self.seen.leopard() == Leopard::Snowcap {
            for places in &trunk {
                let wider = widened(places);
                self.patch("fill='url(#$k)' ", &[], &wider);
            }
        }
        if !trunk.is_empty() {
            self.pen.draw("<path id='$w' fill='%' d='", &[WHITE]);
            for places in trunk {
                let places: Vec<Spot> = places.iter().map(|it| frame.trunk(*it)).collect();
                self.pen.curve(&round(&places), true);
            }
            self.pen.draw("'/>", &[]);
        }
        let face = white::face(self.sitter.coat.face, &self.look);
        if !face.is_empty() {
            self.pen.draw("<path fill='%' d='", &[WHITE]);
            for places in face {
                let places: Vec<Spot> = places.iter().map(|it| frame.head(*it)).collect();
                self.pen.curve(&round(&places), true);
            }
            self.pen.draw("'/>", &[]);
        }
    }

    /// The white of the legs on one side.
    pub(super) fn leg_white(&mut self, is_near: bool) {
        let legs = white::legs(self.sitter.coat.legs).into_iter().enumerate();
        let whites: Vec<(usize, Leg, i32)> = legs
            .filter(|(_, leg)| leg.is_near == is_near && !self.is_born_white())
            .filter_map(|(at, leg)| leg.top(self.seen).map(|top| (at, leg, top)))
            .collect();
        if whites.is_empty() {
            return;
        }
        self.pen.draw("<path fill='%' d='", &[WHITE]);
        for (at, leg, top) in whites {
            self.one_leg(leg, top, at);
        }
        self.pen.draw("'/>", &[]);
    }

    fn one_leg(&mut self, leg: Leg, top: i32, at: usize) {
        let uneven = |place: usize| self.look.at(118 + at * 2 + place) / 14;
        let (left, right) = leg.between;
        let middle = i32::midpoint(left, right);
        let places = [
            (left, top + uneven(0)),
            (i32::midpoint(left, middle), top + uneven(1)),
            (middle, top - uneven(0)),
            (i32::midpoint(middle, right), top - uneven(1)),
            (right, top),
        ];
        let mut values = Vec::new();
        for place in places {
            let (x, y) = self.frame.trunk(place);
            values.extend([x, y]);
        }
        values.push(self.frame.trunk((left, 0)).0);
        self.pen.draw("M@ @Q@ @ @ @Q@ @ @ @V576H@z", &values);
    }

    /// Spots, dapples and flecks.
    pub(super) fn mottles(&mut self) {
        let (frame, palette, dapples) = (self.frame, self.palette, self.dapples());
        let mut spots = |spots: Spots| spots.draw(&mut self.pen, frame, &self.look);
        match self.seen.leopard() {
            Leopard::Leopard => spots(Spots {
                apart: 36,
                widths: (19, 12),
                colour: palette.body,
                strength: 95,
                sparse: 1,
            }),
            Leopard::FewSpot => spots(Spots {
                apart: 44,
                widths: (12, 9),
                colour: palette.body,
                strength: 80,
                sparse: 3,
            }),
            _ => {}
        }
        if dapples > 0 {
            spots(Spots {
                apart: 29,
                widths: (18, 13),
                colour: 0xff_ffff,
                strength: dapples,
                sparse: 1,
            });
        }
        if self.seen.kit().spotting == Spotting::SabinoWhite {
            let back = [
                (300, 190),
                (420, 206),
                (530, 196),
                (566, 236),
                (440, 246),
                (330, 240),
            ];
            self.patch("fill='url(#$q)' ", &[], &back);
        }
        if self.is_flecked() {
            self.fill("fill='url(#$q)' ", &[]);
        }
    }

    /// How strong dapples are, in hundredths: on greys half way, faint on silvers.
    pub(super) fn dapples(&self) -> i32 {
        let grey = self.palette.grey;
        let strength = if self.seen.leopard() != Leopard::None {
            0
        } else if grey > 200 {
            34 - (grey - 520).abs() / 11
        } else if self.seen.is_silver() {
            9
        } else {
            0
        };
        // What can hardly be seen is not worth its bytes.
        if strength < 8 { 0 } else { strength }
    }

    /// Is it a grey with flecks of colour?
    pub(super) fn is_flecked(&self) -> bool {
        self.seen.greying() == Greying::Fast && self.palette.grey > 880
    }

    pub(super) fn muzzle(&mut self) {
        let (frame, muzzle) = (self.frame, self.palette.muzzle);
        let strength = if self.seen.is_pangare() {
            muzzle / 3
        } else {
            muzzle
        };
        group(&mut self.pen, "n", |pen| {
            glow_on_head(pen, frame, [54, 202, 34, 28, 30, strength]);
        });
    }

    /// The skin of the muzzle: pink under white.
    pub(super) fn muzzle_skin(&self, skin: palette::Colour) -> palette::Colour {
        match self.sitter.coat.face {
            Face::Blaze | Face::Bald | Face::Apron => palette::PINK,
            Face::Snip => palette::mix(skin, palette::PINK, 500),
            _ => skin,
        }
    }
}

/// Places further from their common middle, by a seventh.
fn widened(places: &[Spot]) -> Vec<Spot> {
    let count = i32::try_from(places.len()).unwrap_or(1).max(1);
    let sum = places
        .iter()
        .fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    let (x, y) = (sum.0 / count, sum.1 / count);
    let away = |place: &Spot| (place.0 + (place.0 - x) / 5, place.1 + (place.1 - y) / 5);
    places.iter().map(away).collect()
}
