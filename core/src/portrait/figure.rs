//! The portrait layer by layer, from the backdrop to the forelock.

use super::Sitter;
use super::look::Look;
use super::palette::{self, Palette, WHITE};
use super::pen::{Node, Pen, Spot};
use super::shade::{self, glow_on_trunk, group};
use super::shape::{Figure, Frame, maturity, raise_crest};
use super::spots::hairs;
use crate::breed::Build;
use crate::genetics::coat::{Curly, Leopard, Phenotype, Spotting};
use crate::horse::Sex;
use alloc::string::String;
use alloc::vec::Vec;

/// Everything that a portrait is drawn with.
pub(super) struct Studio<'a> {
    pub(super) pen: Pen<'a>,
    pub(super) sitter: &'a Sitter,
    pub(super) seen: Phenotype,
    pub(super) look: Look,
    pub(super) palette: Palette,
    pub(super) frame: Frame,
}

/// The whole picture, to be filled.
const ALL: &str = "d='M0 0h640v576H0z'/>";

impl<'a> Studio<'a> {
    pub(super) fn of(sitter: &'a Sitter, prefix: &'a str) -> Self {
        Self {
            pen: Pen::new(prefix),
            sitter,
            seen: sitter.coat.phenotype,
            look: Look::of(sitter.horse, sitter.parents),
            palette: Palette::of(&sitter.coat, sitter.days),
            frame: Frame {
                maturity: maturity(sitter.days),
                build: sitter.build,
            },
        }
    }

    pub(super) fn draw(mut self, title: &str) -> String {
        self.pen.draw(
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 640 576' role='img' aria-labelledby='$t'><title id='$t'>",
            &[],
        );
        self.pen.say(title);
        self.pen.draw("</title>", &[]);
        self.definitions();
        self.backdrop();
        self.far_side();
        self.tail();
        self.near_side();
        self.head();
        self.mane();
        self.pen.draw("</svg>", &[]);
        self.pen.finish()
    }

    fn definitions(&mut self) {
        let Palette { points, skin, .. } = self.palette;
        let ends = [(0, 366), (0, 424)].map(|it| self.frame.trunk(it).1);
        self.pen.draw(
            "<defs><radialGradient id='$h'><stop stop-color='#fff3e2' stop-opacity='.6'/><stop offset='1' stop-color='#fff3e2' stop-opacity='0'/></radialGradient><radialGradient id='$s'><stop stop-color='#160a04' stop-opacity='.55'/><stop offset='1' stop-color='#160a04' stop-opacity='0'/></radialGradient><radialGradient id='$n'><stop offset='.3' stop-color='%'/><stop offset='1' stop-color='%' stop-opacity='0'/></radialGradient>",
            &[self.muzzle_skin(skin), self.muzzle_skin(skin)],
        );
        self.pen.draw(
            "<linearGradient id='$l' gradientUnits='userSpaceOnUse' x2='0' y1='@' y2='@'><stop stop-color='%' stop-opacity='0'/><stop offset='1' stop-color='%'/></linearGradient><linearGradient id='$g' x2='0' y2='1'><stop stop-color='#d3ddda'/><stop offset='.84' stop-color='#b5c4bb'/><stop offset='.87' stop-color='#98ab8f'/></linearGradient>",
            &[ends[0], ends[1], points, points],
        );
        self.hair_patterns();
        self.outline("b", &[Figure::BODY]);
        self.outline("f", &[Figure::FAR_FORE, Figure::FAR_HIND]);
        if self.crosses_the_mane() {
            self.pen.draw("<clipPath id='$m'><path d='", &[]);
            self.pen.curve(&self.mane_nodes(), true);
            self.pen.draw("'/></clipPath>", &[]);
        }
        self.pen.draw("</defs>", &[]);
    }

    /// Patterns of hairs, of those colours that are used.
    fn hair_patterns(&mut self) {
        let seen = self.seen;
        let is_roaned = seen.kit().roan
            || seen.is_rabicano()
            || seen.kit().spotting == Spotting::Sabino
            || matches!(seen.leopard(), Leopard::VarnishRoan | Leopard::Snowcap);
        if is_roaned {
            hairs(&mut self.pen, "k", WHITE, 75);
        }
        if self.is_flecked() || seen.kit().spotting == Spotting::SabinoWhite {
            hairs(&mut self.pen, "q", 0x8a_5a44, 50);
        }
        if seen.curly() != Curly::None {
            self.pen.draw(
                "<pattern id='$u' width='22' height='16' patternUnits='userSpaceOnUse'><path stroke='#000' stroke-opacity='.3' fill='none' d='M2 4c3 5 7 5 9 0M13 12c3 5 7 5 9 0'/><path stroke='#fff' stroke-opacity='.25' fill='none' d='M2 6c3 5 7 5 9 0M13 14c3 5 7 5 9 0'/></pattern>",
                &[],
            );
        }
    }

    /// Defines an outline, and a clip by it: `b` and `bc`.
    fn outline(&mut self, name: &str, figures: &[Figure]) {
        self.pen.draw("<path id='$", &[]);
        self.pen.draw(name, &[]);
        self.pen.draw("' d='", &[]);
        for figure in figures {
            let mut nodes = figure.at(self.frame);
            if name == "b" {
                self.shape_neck(&mut nodes);
            }
            self.pen.curve(&nodes, true);
        }
        self.pen.draw("'/><clipPath id='$", &[]);
        self.pen.draw(name, &[]);
        self.pen.draw("c'><use href='#$", &[]);
        self.pen.draw(name, &[]);
        self.pen.draw("'/></clipPath>", &[]);
    }

    pub(super) fn shape_neck(&self, nodes: &mut [Node]) {
        let male = if self.sitter.sex == Sex::Male { 10 } else { 0 };
        let built = match self.sitter.build {
            Build::Heavy => 14,
            Build::Pony => 5,
            Build::Riding => 0,
            Build::Light => -6,
        };
        raise_crest(nodes, self.frame.maturity * (male + built) / 10);
    }

    fn backdrop(&mut self) {
        self.pen.draw(
            "<rect width='640' height='576' rx='32' fill='url(#$g)'/>",
            &[],
        );
        group(&mut self.pen, "s", |pen| {
            glow_on_trunk(pen, self.frame, [374, 548, 236, 17, 0, 90]);
        });
    }

    pub(super) fn fill(&mut self, with: &str, values: &[i32]) {
        self.pen.draw("<path ", &[]);
        self.pen.draw(with, values);
        self.pen.draw(ALL, &[]);
    }

    /// Body and points, which near and far legs have in common.
    fn pigment(&mut self) {
        self.fill("fill='%' ", &[self.palette.body]);
        self.fill("fill='url(#$l)' ", &[]);
    }

    fn far_side(&mut self) {
        let coat = if self.is_born_white() {
            WHITE
        } else {
            self.palette.body
        };
        let ear = [(149, 90), (139, 72), (156, 51), (169, 70), (164, 91)];
        self.on_head(
            "<path fill='%' d='M@ @Q@ @ @ @Q@ @ @ @z'/>",
            &[palette::mix(coat, 0, 350)],
            &ear,
        );
        self.pen.draw("<g clip-path='url(#$fc)'>", &[]);
        self.pigment();
        if self.is_born_white() {
            self.white_body();
        }
        let is_pale = palette::lightness(self.palette.body) > 180_000;
        let shade = if is_pale { 16 } else { 34 };
        self.fill("opacity='~' ", &[shade]);
        self.leg_white(false);
        self.fill("opacity='.14' ", &[]);
        self.pen.draw("</g>", &[]);
        self.hooves(false);
    }

    /// Draws a template whose last values are places on the head.
    pub(super) fn on_head(&mut self, template: &str, first: &[i32], places: &[Spot]) {
        let mut values = Vec::from(first);
        for place in places {
            let (x, y) = self.frame.head(*place);
            values.extend([x, y]);
        }
        self.pen.draw(template, &values);
    }

    fn near_side(&mut self) {
        self.pen.draw("<g clip-path='url(#$bc)'>", &[]);
        self.pigment();
        if self.is_born_white() {
            self.white_body();
        } else {
            self.shades_of_colour();
            self.primitive_marks();
            self.roaning();
        }
        self.patches();
        self.leg_white(true);
        self.mottles();
        self.muzzle();
        if self.seen.curly() != Curly::None {
            self.fill("fill='url(#$u)' ", &[]);
        }
        shade::trunk(&mut self.pen, self.frame);
        self.pen.draw(
            "</g><use href='#$b' fill='none' stroke='#000' stroke-opacity='.4' stroke-width='1.6'/>",
            &[],
        );
        self.hooves(true);
    }
}
