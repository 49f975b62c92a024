//! Spots, dapples, flecks and white hairs.

use super::look::Look;
use super::palette::Colour;
use super::pen::{Pen, Spot};
use super::shape::Frame;

/// Round spots all over trunk and neck, each in a place of a hexagonal grid that it leaves a little.
#[derive(Clone, Copy)]
pub(super) struct Spots {
    /// How far apart they lie.
    pub(super) apart: i32,
    /// How wide the wide ones and the narrow ones are.
    pub(super) widths: Spot,
    pub(super) colour: Colour,
    /// In hundredths.
    pub(super) strength: i32,
    /// One of how many is there.
    pub(super) sparse: i32,
}

/// Where spots may lie: from left to right, from the top down.
const FIELD: [i32; 4] = [176, 585, 120, 372];

impl Spots {
    /// Draws them: one path for the wide ones and one for the narrow ones.
    pub(super) fn draw(self, pen: &mut Pen<'_>, frame: Frame, look: &Look) {
        for (wide, width) in [(true, self.widths.0), (false, self.widths.1)] {
            pen.draw(
                "<path stroke='%' stroke-width='@' stroke-opacity='~' stroke-linecap='round' d='",
                &[self.colour, frame.length(width), self.strength],
            );
            self.each(look, |place, number| {
                if (look.at(3 * number) > 20) == wide {
                    let (x, y) = frame.trunk(place);
                    pen.draw("M@ @h@", &[x, y, 2 + look.at(number + 5).abs() / 34]);
                }
            });
            pen.draw("'/>", &[]);
        }
    }

    /// Goes through the places, each with its number.
    fn each(self, look: &Look, mut draw: impl FnMut(Spot, usize)) {
        let [left, right, top, bottom] = FIELD;
        let (mut number, mut row) = (0, 0);
        let mut y = top;
        while y < bottom {
            let mut x = left + (row % 2) * self.apart / 2;
            while x < right {
                // In front of the withers lies the neck, which slopes.
                let is_on_neck = y > 110 + (x - 176) && y < 150 + (x - 176) * 3;
                let is_on_trunk = x > 250 && y > 190;
                let is_there = look.up_to(self.sparse * 10, number + 50) % self.sparse == 0;
                if is_there && (is_on_trunk || is_on_neck) {
                    let off = |place: usize| look.at(place) * self.apart / 300;
                    draw((x + off(number), y + off(number + 31)), number);
                }
                number += 1;
                x += self.apart;
            }
            row += 1;
            y += self.apart * 7 / 8;
        }
    }
}

/// Defines a pattern of single hairs of a colour, for what is roan or flecked.
///
/// A tile and the same tile turned and stretched lie over each other: their periods have nothing in common, so that no eye
/// finds one.
pub(super) fn hairs(pen: &mut Pen<'_>, name: &str, colour: Colour, strength: i32) {
    let mut draw = |before: &str, after: &str, values: &[i32]| {
        pen.draw(before, &[]);
        pen.draw(name, &[]);
        pen.draw(after, values);
    };
    draw(
        "<pattern id='$",
        "a' width='41' height='37' patternUnits='userSpaceOnUse' patternTransform='rotate(19)'><path stroke='%' stroke-width='1.3' stroke-opacity='~' d='M2 4l5 2M13 2l4 1M22 6l6 1M32 3l4 2M8 10l4 2M18 12l5 3M28 10l6 1M37 9l3 1M3 16l4 1M12 18l6 2M23 19l4 1M33 17l5 2M6 23l5 2M17 25l4 2M27 24l5 1M36 26l4 2M2 30l4 1M11 32l5 2M21 31l6 2M31 33l4 1'/></pattern>",
        &[colour, strength],
    );
    draw("<pattern id='$", "b' href='#$", &[]);
    draw("", "a' patternTransform='rotate(-8)scale(1.37 .83)'/>", &[]);
    draw(
        "<pattern id='$",
        "' width='640' height='576' patternUnits='userSpaceOnUse'><path fill='url(#$",
        &[],
    );
    draw("", "a)' d='M0 0h640v576H0z'/><path fill='url(#$", &[]);
    draw("", "b)' d='M0 0h640v576H0z'/></pattern>", &[]);
}
