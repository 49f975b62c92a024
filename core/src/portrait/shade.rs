//! Light and shadow, which make a silhouette round.

use super::pen::Pen;
use super::shape::Frame;

/// An ellipse of light or shadow: its middle, its half axes, how far it is turned in degrees, how strong it is in hundredths.
struct Glow([i32; 6]);

const SHADOWS: [Glow; 6] = [
    Glow([360, 350, 190, 36, 0, 70]),
    Glow([314, 302, 17, 74, -8, 42]),
    Glow([472, 313, 24, 55, 14, 48]),
    Glow([182, 170, 17, 54, 40, 42]),
    Glow([559, 345, 19, 66, 0, 40]),
    Glow([234, 322, 20, 36, 0, 32]),
];

const LIGHTS: [Glow; 6] = [
    Glow([388, 250, 118, 30, 0, 50]),
    Glow([520, 262, 58, 48, 30, 55]),
    Glow([262, 270, 38, 74, -20, 38]),
    Glow([216, 172, 30, 86, -45, 34]),
    Glow([274, 369, 13, 52, 0, 30]),
    Glow([532, 355, 21, 52, -12, 34]),
];

const LEG_LIGHTS: [Glow; 2] = [
    Glow([547, 458, 7, 46, 0, 40]),
    Glow([282, 472, 7, 46, 0, 40]),
];

const HEAD_SHADOWS: [Glow; 1] = [Glow([110, 188, 16, 52, 50, 34])];

const HEAD_LIGHTS: [Glow; 2] = [
    Glow([148, 142, 26, 28, 0, 36]),
    Glow([93, 160, 13, 48, 40, 34]),
];

/// Lays light and shadow over the trunk.
pub(super) fn trunk(pen: &mut Pen<'_>, frame: Frame) {
    group(pen, "s", |pen| {
        SHADOWS.iter().for_each(|glow| glow.on_trunk(pen, frame));
        HEAD_SHADOWS
            .iter()
            .for_each(|glow| glow.on_head(pen, frame));
    });
    group(pen, "h", |pen| {
        let lights = LIGHTS.iter().chain(&LEG_LIGHTS);
        lights.for_each(|glow| glow.on_trunk(pen, frame));
        HEAD_LIGHTS.iter().for_each(|glow| glow.on_head(pen, frame));
    });
}

/// Draws within a group that is filled with one of the gradients: `h` the highlight, `s` the shadow.
pub(super) fn group(pen: &mut Pen<'_>, gradient: &str, draw: impl FnOnce(&mut Pen<'_>)) {
    pen.draw("<g fill='url(#$", &[]);
    pen.draw(gradient, &[]);
    pen.draw(")'>", &[]);
    draw(pen);
    pen.draw("</g>", &[]);
}

/// One ellipse on the trunk: middle, half axes, turn, strength.
pub(super) fn glow_on_trunk(pen: &mut Pen<'_>, frame: Frame, of: [i32; 6]) {
    Glow(of).on_trunk(pen, frame);
}

/// One ellipse on the head.
pub(super) fn glow_on_head(pen: &mut Pen<'_>, frame: Frame, of: [i32; 6]) {
    Glow(of).on_head(pen, frame);
}

impl Glow {
    fn on_trunk(&self, pen: &mut Pen<'_>, frame: Frame) {
        let Self([x, y, across, down, turn, strength]) = *self;
        let (x, y) = frame.trunk((x, y));
        let (across, down) = (frame.length(across), frame.length(down));
        Self([x, y, across, down, turn, strength]).draw(pen);
    }

    fn on_head(&self, pen: &mut Pen<'_>, frame: Frame) {
        let Self([x, y, across, down, turn, strength]) = *self;
        let (x, y) = frame.head((x, y));
        Self([x, y, across, down, turn, strength]).draw(pen);
    }

    fn draw(&self, pen: &mut Pen<'_>) {
        let Self([x, y, across, down, turn, strength]) = *self;
        if turn == 0 {
            pen.draw("<ellipse cx='@' cy='@' rx='@' ry='@", &[x, y, across, down]);
        } else {
            pen.draw(
                "<ellipse rx='@' ry='@' transform='translate(@ @)rotate(@)",
                &[across, down, x, y, turn],
            );
        }
        pen.draw("' opacity='~'/>", &[strength]);
    }
}
