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
pub(super) fn hairs(pen: &mut Pen<'_>, name: &str, colour: Colour, width: i32, strength: i32) {
    pen.draw("<pattern id='$", &[]);
    pen.draw(name, &[]);
    pen.draw(
        "' width='34' height='30' patternUnits='userSpaceOnUse' patternTransform='rotate(24)'><path stroke='%' stroke-width='@' stroke-opacity='~' stroke-linecap='round' d='M2 4l4 2M12 2l3 1M21 6l4 1M30 3l3 2M7 11l3 2M16 10l4 2M26 12l4 1M2 17l3 1M11 18l4 2M20 17l3 2M30 19l3 1M5 24l4 2M15 25l3 1M24 24l4 2M31 27l2 1M10 28l2 1'/></pattern>",
        &[colour, width, strength],
    );
}
