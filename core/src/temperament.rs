//! The eleven temperaments and what they change.

use crate::scale::Bp;

crate::words::words! {
    /// A horse's temperament, hers for life.
    Temperament, "temperament" {
        /// Learns fast, shines in the ring.
        Spirited = "Spirited",
        /// Easily upset.
        Nervous = "Nervous",
        /// Takes in what she is taught.
        Calm = "Calm",
        /// Made for the ring.
        Bold = "Bold",
        /// Reliable everywhere.
        Steady = "Steady",
        /// Goes her own way.
        Independent = "Independent",
        /// Answers before she is asked.
        Reactive = "Reactive",
        /// Knows better.
        Stubborn = "Stubborn",
        /// Enjoys it all a little too much.
        Playful = "Playful",
        /// Would rather not.
        Lazy = "Lazy",
        /// Fights it.
        Aggressive = "Aggressive",
    }
}

/// The number of temperaments.
pub const COUNT: usize = 11;

/// What a temperament changes, in basis points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TemperamentEffects {
    /// On the XP of a training.
    pub training_xp: Bp,
    /// On the score gained by a training.
    pub training_score: Bp,
    /// On the score of a competition.
    pub competition: Bp,
}

impl Temperament {
    /// What this temperament changes.
    #[must_use]
    pub const fn effects(self) -> TemperamentEffects {
        match self {
            Self::Spirited => effects(1_000, 500, 300),
            Self::Nervous => effects(-1_000, -500, -500),
            Self::Calm => effects(500, 1_000, 200),
            Self::Bold => effects(500, 500, 500),
            Self::Steady => effects(500, 1_000, 300),
            Self::Independent => effects(-500, 0, -200),
            Self::Reactive => effects(0, -500, -300),
            Self::Stubborn => effects(-1_500, -1_000, -400),
            Self::Playful => effects(500, -500, 100),
            Self::Lazy => effects(-2_000, -1_500, -500),
            Self::Aggressive => effects(-1_000, -500, -300),
        }
    }
}

const fn effects(training_xp: i32, training_score: i32, competition: i32) -> TemperamentEffects {
    TemperamentEffects {
        training_xp: Bp::new(training_xp),
        training_score: Bp::new(training_score),
        competition: Bp::new(competition),
    }
}
