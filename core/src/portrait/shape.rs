//! The figure of a horse in profile, looking left: outlines of the adult and of the newborn foal, node by node.
//!
//! The picture is 640 units wide and 576 high, and the ground lies at [`GROUND`]. A horse stands 345 units high at its
//! withers, a newborn foal 290. Between the two every node moves in a straight line.

use super::pen::{Node, Spot};
use crate::breed::Build;
use alloc::vec::Vec;

/// The height of the ground.
pub(super) const GROUND: i32 = 548;

/// An outline twice, as nodes of four numbers each.
pub(super) struct Figure {
    /// The middles of its fore leg and of its hind leg; none of what is no leg.
    legs: Option<Spot>,
    adult: &'static [i16],
    foal: &'static [i16],
}

impl Figure {
    pub(super) const BODY: Self = Self {
        legs: Some(NEAR),
        adult: &[
            156, 90, 6, 5, 188, 96, 11, 5, 222, 119, 12, 10, 253, 151, 11, 11, 281, 181, 9, 8, 308,
            200, 10, 5, 336, 209, 11, 3, 377, 221, 14, 2, 415, 223, 13, -1, 450, 216, 12, -2, 481,
            209, 12, 0, 515, 213, 12, 4, 546, 232, 9, 8, 564, 258, 4, 10, 570, 286, 0, 11, 566,
            320, -3, 12, 555, 351, -2, 9, 551, 376, 0, 8, 557, 395, 2, 5, 565, 407, 0, 3, 561, 424,
            -1, 6, 557, 451, -1, 11, 557, 482, 1, 7, 562, 500, 0, 4, 555, 514, -3, 6, 548, 529, -1,
            4, 546, 548, 0, 0, 511, 548, 0, 0, 524, 526, 2, -4, 533, 511, 3, -6, 539, 496, 1, -6,
            539, 472, 0, -9, 537, 444, -2, -9, 530, 420, -2, -8, 524, 400, -3, -7, 508, 372, -7,
            -10, 488, 348, -4, -5, 479, 334, -4, -1, 460, 339, -7, 3, 429, 353, -12, 4, 388, 364,
            -16, 3, 346, 368, -10, 0, 321, 362, -4, -2, 312, 355, -2, 2, 308, 376, -2, 8, 300, 410,
            -2, 8, 297, 432, -1, 7, 293, 451, -1, 7, 292, 477, 0, 9, 295, 500, -1, 4, 287, 514, -3,
            6, 280, 529, -1, 4, 279, 548, 0, 0, 245, 548, 0, 0, 258, 526, 2, -4, 266, 511, 3, -6,
            273, 496, 2, -6, 275, 476, 0, -8, 274, 453, -1, -6, 270, 438, -1, -6, 270, 420, -1, -6,
            262, 393, -4, -10, 248, 363, -5, -9, 232, 341, -6, -9, 217, 315, -3, -9, 213, 291, 0,
            -9, 217, 265, 0, -10, 211, 234, -4, -11, 196, 200, -6, -12, 179, 168, -4, -6, 169, 153,
            -4, 0, 151, 167, -7, 5, 127, 182, -9, 6, 96, 204, -5, 4, 82, 215, -3, 2, 70, 219, -3,
            0, 63, 213, -1, -1, 55, 211, -2, -2, 48, 198, -1, -5, 52, 182, 3, -5, 71, 157, 8, -9,
            99, 128, 8, -9, 120, 106, 4, -5, 131, 92, 1, -4, 131, 72, 2, -7, 141, 51, 0, 0, 152,
            70, 2, 6,
        ],
        foal: &[
            230, 189, 5, 6, 250, 193, 7, 3, 269, 208, 6, 6, 284, 226, 5, 7, 297, 244, 5, 6, 312,
            258, 5, 4, 328, 265, 6, 2, 352, 270, 9, 1, 376, 269, 8, -1, 397, 264, 8, -2, 418, 258,
            8, -1, 439, 261, 8, 3, 459, 275, 6, 6, 471, 295, 3, 8, 475, 317, 0, 9, 471, 345, -2,
            10, 464, 370, -2, 8, 462, 392, 1, 6, 469, 408, 2, 4, 476, 419, 1, 3, 474, 433, -1, 6,
            470, 459, -1, 10, 470, 488, 1, 6, 475, 504, 0, 4, 468, 518, -2, 5, 463, 533, -1, 3,
            462, 548, 0, 0, 439, 548, 0, 0, 447, 530, 2, -4, 454, 516, 2, -6, 457, 501, 1, -6, 458,
            482, 0, -7, 455, 454, -1, -9, 450, 431, -2, -8, 446, 411, -2, -7, 437, 385, -4, -9,
            423, 364, -3, -6, 417, 348, -3, -2, 405, 350, -4, 1, 384, 358, -8, 3, 360, 365, -9, 2,
            336, 368, -7, 0, 318, 365, -3, -1, 312, 361, -1, 1, 308, 388, -1, 10, 304, 416, -1, 10,
            303, 442, -1, 6, 300, 458, -1, 6, 299, 482, 0, 8, 303, 504, 0, 4, 296, 518, -2, 5, 291,
            533, -1, 3, 290, 548, 0, 0, 268, 548, 0, 0, 276, 530, 2, -4, 281, 516, 2, -5, 285, 501,
            1, -6, 286, 482, 0, -7, 286, 459, -1, -6, 282, 445, -1, -6, 282, 429, -1, -6, 278, 405,
            -2, -9, 271, 382, -3, -7, 261, 364, -3, -6, 251, 348, -2, -6, 249, 330, 0, -7, 252,
            310, 0, -8, 249, 287, -2, -8, 242, 266, -3, -7, 234, 247, -2, -3, 228, 239, -2, 1, 216,
            256, -6, 5, 199, 267, -7, 4, 177, 281, -4, 3, 166, 289, -3, 1, 157, 292, -2, 0, 152,
            287, -1, -1, 145, 286, -2, -2, 140, 275, 0, -4, 143, 264, 2, -4, 158, 248, 5, -6, 177,
            226, 7, -9, 196, 202, 4, -5, 207, 187, 1, -4, 205, 169, 1, -7, 213, 146, 0, 0, 226,
            168, 2, 6,
        ],
    };
    pub(super) const FAR_FORE: Self = Self {
        legs: Some(FAR),
        adult: &[
            253, 351, -10, 7, 241, 389, -3, 10, 234, 417, -1, 7, 234, 436, 1, 7, 237, 455, 1, 7,
            237, 476, -1, 8, 234, 496, -1, 6, 229, 511, -3, 6, 220, 526, -2, 4, 208, 548, 0, 0,
            241, 548, 0, 0, 243, 529, 1, -4, 250, 514, 3, -6, 258, 500, 0, -4, 253, 477, 0, -9,
            255, 451, 1, -7, 260, 432, 2, -7, 267, 403, 4, -11, 284, 362, -3, -12,
        ],
        foal: &[
            274, 368, -7, 5, 265, 399, -3, 11, 260, 428, -1, 6, 259, 443, 1, 6, 263, 459, 1, 6,
            263, 482, 0, 7, 261, 501, -1, 6, 257, 516, -2, 6, 251, 530, -2, 4, 242, 548, 0, 0, 265,
            548, 0, 0, 266, 533, 1, -3, 271, 518, 2, -5, 278, 504, 0, -4, 275, 482, 0, -8, 276,
            458, 1, -6, 280, 442, 1, -6, 282, 416, 2, -10, 296, 376, -1, -9,
        ],
    };
    pub(super) const FAR_HIND: Self = Self {
        legs: Some(FAR),
        adult: &[
            484, 334, -11, 7, 489, 369, 2, 11, 497, 396, 1, 8, 495, 417, 0, 8, 498, 441, 0, 9, 497,
            469, -1, 10, 495, 496, -1, 6, 488, 511, -3, 6, 478, 526, -2, 4, 466, 548, 0, 0, 501,
            548, 0, 0, 503, 529, 1, -4, 509, 514, 3, -6, 517, 500, 1, -4, 513, 482, 0, -7, 515,
            451, 2, -11, 522, 424, 2, -6, 528, 408, 0, -3, 523, 396, 0, -5, 526, 369, 4, -10, 546,
            334, -12, -10,
        ],
        foal: &[
            419, 356, -8, 7, 423, 385, 2, 10, 428, 411, 1, 7, 427, 428, 0, 7, 429, 451, 0, 9, 429,
            479, 0, 8, 428, 501, -1, 6, 423, 516, -2, 6, 417, 530, -2, 4, 409, 548, 0, 0, 431, 548,
            0, 0, 433, 533, 1, -3, 438, 518, 2, -5, 445, 504, 0, -4, 441, 488, 0, -6, 442, 459, 1,
            -10, 446, 433, 1, -6, 451, 419, 0, -3, 447, 408, 0, -5, 449, 385, 2, -8, 461, 353, -9,
            -9,
        ],
    };
    pub(super) const TAIL: Self = Self {
        legs: None,
        adult: &[
            526, 224, 7, -6, 553, 233, 10, 4, 579, 248, 7, 9, 595, 289, 4, 16, 604, 338, 2, 19,
            608, 393, 0, 18, 605, 441, -2, 13, 597, 476, -1, 7, 599, 508, 0, 0, 583, 489, -2, -3,
            579, 476, 0, 0, 573, 488, -2, -2, 566, 462, 0, -8, 568, 417, 0, -17, 567, 369, 0, -18,
            567, 320, -2, -16, 557, 279, -5, -14, 538, 244, -4, -8,
        ],
        foal: &[
            447, 269, 4, -4, 463, 272, 6, 2, 479, 282, 5, 5, 489, 302, 3, 7, 494, 322, 1, 8, 495,
            342, 0, 7, 494, 359, -1, 5, 492, 373, 0, 3, 490, 389, 0, 0, 485, 378, -1, -2, 483, 370,
            0, 0, 479, 378, -1, -1, 477, 365, 0, -4, 477, 348, 0, -7, 476, 330, -1, -7, 473, 313,
            -2, -6, 466, 296, -3, -6, 455, 280, -3, -4,
        ],
    };
    pub(super) const MANE: Self = Self {
        legs: None,
        adult: &[
            151, 82, 6, -8, 177, 84, 9, 3, 212, 100, 12, 8, 243, 128, 11, 12, 274, 163, 10, 11,
            301, 191, 8, 7, 326, 205, 1, 1, 331, 225, -3, 3, 315, 215, 0, 0, 313, 241, -7, 2, 293,
            222, 0, 0, 289, 250, -7, 0, 267, 220, 0, 0, 262, 241, -5, -3, 242, 206, 0, 0, 236, 224,
            -4, -3, 219, 186, 0, 0, 212, 201, -3, -3, 198, 162, 0, 0, 189, 174, -3, -3, 177, 137,
            0, 0, 162, 106, -3, -6,
        ],
        foal: &[
            224, 180, 4, -4, 242, 179, 6, 2, 263, 191, 7, 6, 281, 214, 6, 8, 297, 235, 5, 6, 312,
            251, 5, 5, 326, 263, 0, 0, 324, 266, -1, 0, 318, 265, 0, 0, 313, 265, -1, -1, 307, 259,
            0, 0, 301, 258, -1, -1, 295, 250, 0, 0, 288, 247, -1, -1, 282, 237, 0, 0, 276, 233, -1,
            -2, 270, 222, 0, 0, 264, 218, -1, -1, 257, 208, 0, 0, 248, 206, -2, -1, 240, 199, 0, 0,
            228, 193, -2, -2,
        ],
    };
    pub(super) const FORELOCK: Self = Self {
        legs: None,
        adult: &[
            153, 80, -1, -6, 138, 77, -6, 2, 122, 91, -6, 5, 108, 106, -4, 7, 99, 128, 0, 0, 112,
            118, 2, 0, 116, 125, 0, 0, 127, 110, 3, -4, 141, 96, 5, -6,
        ],
        foal: &[
            224, 179, -1, -4, 213, 175, -4, 0, 202, 182, -4, 3, 193, 192, -3, 4, 187, 204, 0, 0,
            195, 200, 1, 0, 198, 205, 0, 0, 205, 196, 2, -2, 216, 189, 4, -3,
        ],
    };
    pub(super) const NEAR_FORE_HOOF: Self = Self {
        legs: Some(NEAR),
        adult: &[
            258, 526, 0, 0, 245, 548, 0, 0, 279, 548, 0, 0, 280, 531, 0, 0,
        ],
        foal: &[
            276, 530, 0, 0, 268, 548, 0, 0, 290, 548, 0, 0, 291, 534, 0, 0,
        ],
    };
    pub(super) const FAR_FORE_HOOF: Self = Self {
        legs: Some(FAR),
        adult: &[
            220, 526, 0, 0, 208, 548, 0, 0, 241, 548, 0, 0, 243, 531, 0, 0,
        ],
        foal: &[
            251, 530, 0, 0, 242, 548, 0, 0, 265, 548, 0, 0, 266, 534, 0, 0,
        ],
    };
    pub(super) const NEAR_HIND_HOOF: Self = Self {
        legs: Some(NEAR),
        adult: &[
            524, 526, 0, 0, 511, 548, 0, 0, 546, 548, 0, 0, 548, 531, 0, 0,
        ],
        foal: &[
            447, 530, 0, 0, 439, 548, 0, 0, 462, 548, 0, 0, 463, 534, 0, 0,
        ],
    };
    pub(super) const FAR_HIND_HOOF: Self = Self {
        legs: Some(FAR),
        adult: &[
            478, 526, 0, 0, 466, 548, 0, 0, 501, 548, 0, 0, 503, 531, 0, 0,
        ],
        foal: &[
            417, 530, 0, 0, 409, 548, 0, 0, 431, 548, 0, 0, 433, 534, 0, 0,
        ],
    };

    /// The outline in a frame; a maturity that is more than the whole goes on in the same direction.
    pub(super) fn at(&self, frame: Frame) -> Vec<Node> {
        let pairs = self.adult.chunks_exact(4).zip(self.foal.chunks_exact(4));
        let between = |(adult, foal): (&[i16], &[i16])| {
            let [mut node, young] = [adult, foal].map(|of| {
                let mut node = Node::default();
                for (slot, number) in node.iter_mut().zip(of) {
                    *slot = i32::from(*number);
                }
                node
            });
            node = frame.built(node, self.legs);
            for (slot, young) in node.iter_mut().zip(young) {
                *slot = between(young, *slot, frame.maturity);
            }
            node
        };
        pairs.map(between).collect()
    }
}

/// What lies between two numbers, at a number of thousandths of the way.
pub(super) const fn between(from: i32, to: i32, thousandths: i32) -> i32 {
    let doubled = 2 * (to - from) * thousandths + 1_000;
    from + doubled.div_euclid(2_000)
}

/// How much higher the crest of a stallion's neck is: nodes of [`Figure::BODY`] and of [`Figure::MANE`].
const CREST: [(usize, i32, i32); 4] = [(1, 1, -5), (2, 3, -8), (3, 4, -8), (4, 3, -4)];

/// Raises the crest of a neck, by so many thousandths of a stallion's.
pub(super) fn raise_crest(nodes: &mut [Node], much: i32) {
    for (at, right, down) in CREST {
        if let Some([x, y, ..]) = nodes.get_mut(at) {
            *x += between(0, right, much);
            *y += between(0, down, much);
        }
    }
}

/// What a build makes of a grown horse, in thousandths of the saddle horse's.
struct Proportions {
    /// The length of the legs.
    legs: i32,
    /// The height of what is above them.
    trunk: i32,
    /// How thick the legs are.
    bone: i32,
    /// How much lower the belly hangs in its middle, in units.
    belly: i32,
}

const fn proportions(of: Build) -> Proportions {
    let [legs, trunk, bone, belly] = match of {
        Build::Riding => [1_000, 1_000, 1_000, 0],
        Build::Light => [1_060, 965, 880, -11],
        Build::Heavy => [890, 1_085, 1_340, 14],
        Build::Pony => [800, 950, 1_090, 12],
    };
    Proportions {
        legs,
        trunk,
        bone,
        belly,
    }
}

/// Where on a horse of some maturity lies what is told by the adult's places.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    /// In thousandths.
    pub(super) maturity: i32,
    pub(super) build: Build,
}

/// The height above the ground, in the picture's units, at which an adult's legs end and its trunk begins.
const ELBOW: i32 = 193;

/// The middles of the fore leg and of the hind leg that are near.
const NEAR: Spot = (273, 541);
/// The same of the far ones.
const FAR: Spot = (236, 503);

impl Frame {
    /// An adult's node as its build has it.
    const fn built(self, [x, y, dx, dy]: Node, legs: Option<Spot>) -> Node {
        let (to_x, to_y) = self.placed((x, y), legs);
        let (end_x, end_y) = self.placed((x + dx, y + dy), legs);
        [to_x, to_y, end_x - to_x, end_y - to_y]
    }

    /// An adult's place as its build has it.
    const fn placed(self, (x, y): Spot, legs: Option<Spot>) -> Spot {
        let Proportions {
            legs: long,
            trunk,
            bone,
            belly,
        } = proportions(self.build);
        let high = GROUND - y;
        let is_belly = legs.is_some() && x > 300 && x < 500 && high > 150 && high < 216;
        let down = if is_belly {
            belly * (x - 300) * (500 - x) / 10_000
        } else {
            0
        };
        if high >= ELBOW {
            let to_y = GROUND - ELBOW * long / 1_000 - (high - ELBOW) * trunk / 1_000;
            return (x, to_y + down);
        }
        // Below the elbow legs are thicker or finer.
        let low = (ELBOW - high) * 1_000 / 40;
        let much = if low > 1_000 { 1_000 } else { low };
        let to_x = match legs {
            Some((fore, hind)) => {
                let middle = if x < 400 { fore } else { hind };
                x + (x - middle) * (bone - 1_000) * much / 1_000_000
            }
            None => x,
        };
        (to_x, GROUND - high * long / 1_000 + down)
    }

    /// A place on trunk, neck or legs.
    pub(super) const fn trunk(self, (x, y): Spot) -> Spot {
        let high = GROUND - y;
        let foal_high = if high < ELBOW {
            high * 941 / 1_000
        } else {
            182 + (high - ELBOW) * 68 / 100
        };
        let foal = (253 + (x - 222) * 643 / 1_000, GROUND - foal_high);
        self.toward(foal, self.placed((x, y), None))
    }

    /// A place on the head.
    pub(super) const fn head(self, (x, y): Spot) -> Spot {
        let foal = (230 + (x - 156) * 82 / 100, 189 + (y - 90) * 82 / 100);
        self.toward(foal, self.placed((x, y), None))
    }

    /// A length on the trunk.
    pub(super) const fn length(self, adult: i32) -> i32 {
        between(adult * 2 / 3, adult, self.maturity)
    }

    const fn toward(self, foal: Spot, adult: Spot) -> Spot {
        (
            between(foal.0, adult.0, self.maturity),
            between(foal.1, adult.1, self.maturity),
        )
    }
}

/// How grown a horse is, in thousandths, by its age in days: fast at first, and whole at three game-years.
pub(super) fn maturity(days: i64) -> i32 {
    let left = (21 - days.clamp(0, 21)) as i32;
    1_000 - left * left * 1_000 / 441
}
