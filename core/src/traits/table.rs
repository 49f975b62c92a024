//! The traits as data.

use crate::discipline::Discipline;
use crate::scale::Bp;

crate::words::words! {
    /// A trait that a horse may have.
    Trait, "trait" {
        /// Recovers from anything.
        Resilient = "resilient",
        /// Goes first.
        Bold = "bold",
        /// Understands at once.
        Intelligent = "intelligent",
        /// Built for it.
        Athletic = "athletic",
        /// Unmoved.
        Calm = "calm",
        /// Sure of herself.
        Confident = "confident",
        /// Attached to her people.
        Bonded = "bonded",
        /// Presents herself well.
        PresentationBoosted = "presentation_boosted",
        /// At ease on show grounds.
        ShowCalm = "show_calm",
        /// Lifted by an audience.
        CrowdReady = "crowd_ready",
        /// Wants to be taught.
        EagerLearner = "eager_learner",
        /// Likes company.
        Social = "social",
        /// Learns far faster than others.
        TrainabilityBoost = "trainability_boost",
        /// Descends from legends.
        LegendaryBloodline = "legendary_bloodline",
        /// Startles.
        Nervous = "nervous",
        /// Will not be told.
        Stubborn = "stubborn",
        /// Easily hurt.
        Fragile = "fragile",
        /// Bites.
        Aggressive = "aggressive",
        /// Saves her strength.
        Lazy = "lazy",
        /// Wants to be alone.
        Antisocial = "antisocial",
        /// Afraid of what is new.
        Fearful = "fearful",
        /// Loses her head when much happens.
        EasilyOverwhelmed = "easily_overwhelmed",
    }
}

crate::words::words! {
    /// Whether a trait helps or hinders.
    Sign, "sign" {
        /// It helps.
        Positive = "positive",
        /// It hinders.
        Negative = "negative",
    }
}

crate::words::words! {
    /// How rare a trait is.
    Rarity, "rarity" {
        /// Seen every day.
        Common = "common",
        /// Seen now and then.
        Rare = "rare",
        /// Told of.
        Legendary = "legendary",
    }
}

/// What the rules say about a trait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraitFacts {
    /// Whether it helps or hinders.
    pub sign: Sign,
    /// How rare it is.
    pub rarity: Rarity,
    /// Traits that never stand beside it. Every conflict stands with both.
    pub conflicts: &'static [Trait],
    /// On the score and the XP of a training.
    pub training: Bp,
    /// On the chance of a stat gain in training.
    pub stat_gain: Bp,
    /// On the score of a competition in an ordinary discipline.
    pub competition: Bp,
    /// Disciplines in which another number counts instead.
    pub special: &'static [(&'static str, i32)],
}

impl Trait {
    /// Do the two exclude each other?
    #[must_use]
    pub fn conflicts_with(self, other: Self) -> bool {
        self.facts().conflicts.contains(&other)
    }

    /// The effect on a score in a discipline, alone and in full.
    #[must_use]
    pub fn competition(self, discipline: Discipline) -> Bp {
        let facts = self.facts();
        let special = facts
            .special
            .iter()
            .find(|(name, _)| *name == discipline.as_str());
        special.map_or(facts.competition, |(_, effect)| Bp::new(*effect))
    }

    /// What the rules say about it.
    #[must_use]
    #[rustfmt::skip]
    pub const fn facts(self) -> TraitFacts {
        use Rarity::{Common, Legendary, Rare};
        match self {
            Self::Resilient => good(Common, &[Self::Fragile, Self::EasilyOverwhelmed], 0, 0, 300,
                &[("Cross Country", 500), ("Endurance", 600), ("Racing", 400)]),
            Self::Bold => good(Common, &[Self::Nervous, Self::Fearful], 0, 0, 350,
                &[("Show Jumping", 600), ("Cross Country", 500), ("Eventing", 500)]),
            Self::Intelligent => good(Common, &[Self::Lazy], 2_500, 1_500, 300,
                &[("Dressage", 600), ("Reining", 500), ("Eventing", 400)]),
            Self::Athletic => good(Rare, &[Self::Fragile, Self::Lazy], 0, 500, 500,
                &[("Racing", 700), ("Show Jumping", 600), ("Cross Country", 600)]),
            Self::Calm => good(Common, &[Self::Nervous, Self::Aggressive, Self::EasilyOverwhelmed], 0, 0, 250,
                &[("Dressage", 500), ("Combined Driving", 400)]),
            Self::Confident => good(Common, &[Self::Nervous, Self::Fearful], 500, 0, 250,
                &[("Show Jumping", 400)]),
            Self::Bonded => good(Common, &[Self::Aggressive, Self::Antisocial], 500, 0, 200,
                &[("Vaulting", 400)]),
            Self::PresentationBoosted => good(Common, &[], 0, 0, 200,
                &[("Fine Harness", 500), ("Saddleseat", 500)]),
            Self::ShowCalm => good(Common, &[Self::Nervous], 0, 0, 300,
                &[("Dressage", 400)]),
            Self::CrowdReady => good(Common, &[Self::Nervous], 0, 0, 300,
                &[("Show Jumping", 400), ("Rodeo", 400)]),
            Self::EagerLearner => good(Common, &[Self::Lazy, Self::Stubborn], 2_500, 1_000, 200,
                &[("Dressage", 500), ("Reining", 450)]),
            Self::Social => good(Common, &[Self::Antisocial, Self::Aggressive], 0, 0, 250,
                &[("Team Penning", 400), ("Polo", 400)]),
            Self::TrainabilityBoost => good(Rare, &[Self::Stubborn], 3_000, 2_000, 400,
                &[("Dressage", 700), ("Reining", 600)]),
            Self::LegendaryBloodline => good(Legendary, &[], 5_000, 3_000, 800,
                &[("Racing", 1_000), ("Dressage", 1_000), ("Show Jumping", 1_000)]),
            Self::Nervous => bad(&[Self::Bold, Self::Calm, Self::Confident, Self::ShowCalm, Self::CrowdReady], 0, -400,
                &[("Racing", -600), ("Show Jumping", -500), ("Cross Country", -600)]),
            Self::Stubborn => bad(&[Self::TrainabilityBoost, Self::EagerLearner], -1_500, -300,
                &[("Dressage", -600), ("Reining", -500)]),
            Self::Fragile => bad(&[Self::Resilient, Self::Athletic], 0, -350,
                &[("Cross Country", -800), ("Show Jumping", -600), ("Racing", -500)]),
            Self::Aggressive => bad(&[Self::Calm, Self::Bonded, Self::Social], 0, -450,
                &[("Dressage", -800), ("Combined Driving", -700)]),
            Self::Lazy => bad(&[Self::Intelligent, Self::Athletic, Self::EagerLearner], -2_000, -350,
                &[("Endurance", -800), ("Cross Country", -600), ("Racing", -500)]),
            Self::Antisocial => bad(&[Self::Social, Self::Bonded], 0, -350,
                &[("Team Penning", -500), ("Polo", -500)]),
            Self::Fearful => bad(&[Self::Confident, Self::Bold], 0, -400,
                &[("Cross Country", -700), ("Steeplechase", -700)]),
            Self::EasilyOverwhelmed => bad(&[Self::Resilient, Self::Calm], -500, -350,
                &[("Show Jumping", -500)]),
        }
    }
}

const fn good(
    rarity: Rarity,
    conflicts: &'static [Trait],
    training: i32,
    stat_gain: i32,
    competition: i32,
    special: &'static [(&'static str, i32)],
) -> TraitFacts {
    TraitFacts {
        sign: Sign::Positive,
        rarity,
        conflicts,
        training: Bp::new(training),
        stat_gain: Bp::new(stat_gain),
        competition: Bp::new(competition),
        special,
    }
}

const fn bad(
    conflicts: &'static [Trait],
    training: i32,
    competition: i32,
    special: &'static [(&'static str, i32)],
) -> TraitFacts {
    TraitFacts {
        sign: Sign::Negative,
        rarity: Rarity::Common,
        conflicts,
        training: Bp::new(training),
        stat_gain: Bp::ZERO,
        competition: Bp::new(competition),
        special,
    }
}
