//! The twenty-two traits, the document that holds a horse's own, and how hidden ones come to light.

mod table;

use crate::Refusal;
use crate::discipline::Discipline;
use crate::scale::{Bp, Gauge};
use alloc::vec::Vec;

pub use table::{Rarity, Sign, Trait, TraitFacts};

/// What all traits of a horse, hidden ones too, change in a training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrainingEffects {
    /// On the score and on the XP of a training.
    pub training: Bp,
    /// On the chance of a stat gain.
    pub stat_gain: Bp,
}

/// The traits that players see, by sign.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct VisibleTraits {
    /// Those that help, in the order in which they were acquired or revealed.
    pub positive: Vec<Trait>,
    /// Those that hinder.
    pub negative: Vec<Trait>,
}

impl VisibleTraits {
    /// Every visible trait.
    pub fn iter(&self) -> impl Iterator<Item = Trait> + '_ {
        self.positive.iter().chain(&self.negative).copied()
    }

    /// Checks that each stands once, on its own side, and that none exclude each other.
    ///
    /// # Errors
    /// [`Refusal::TraitOnWrongSide`], [`Refusal::TraitTwice`], [`Refusal::TraitsConflict`].
    pub fn check(&self) -> Result<(), Refusal> {
        check(&self.positive, &self.negative, &[])
    }
}

/// The epigenetic modifiers of a horse: the document `{"positive": [], "negative": [], "hidden": []}`.
///
/// All three lists are required and nothing else is allowed. `positive` and `negative` hold visible traits of their own
/// sign, `hidden` those of either sign that nobody has discovered; they act all the same. The oldest stand first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Lists")
)]
pub struct EpigeneticModifiers {
    positive: Vec<Trait>,
    negative: Vec<Trait>,
    hidden: Vec<Trait>,
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
struct Lists {
    positive: Vec<Trait>,
    negative: Vec<Trait>,
    hidden: Vec<Trait>,
}

#[cfg(feature = "serde")]
crate::object::reads_objects!(Lists);

#[cfg(feature = "serde")]
impl TryFrom<Lists> for EpigeneticModifiers {
    type Error = Refusal;
    fn try_from(lists: Lists) -> Result<Self, Refusal> {
        Self::new(lists.positive, lists.negative, lists.hidden)
    }
}

impl EpigeneticModifiers {
    /// Takes the three lists.
    ///
    /// # Errors
    /// [`Refusal::TraitOnWrongSide`], [`Refusal::TraitTwice`], [`Refusal::TraitsConflict`].
    pub fn new(
        positive: Vec<Trait>,
        negative: Vec<Trait>,
        hidden: Vec<Trait>,
    ) -> Result<Self, Refusal> {
        check(&positive, &negative, &hidden)?;
        Ok(Self {
            positive,
            negative,
            hidden,
        })
    }

    /// The visible traits that help.
    #[must_use]
    pub fn positive(&self) -> &[Trait] {
        &self.positive
    }

    /// The visible traits that hinder.
    #[must_use]
    pub fn negative(&self) -> &[Trait] {
        &self.negative
    }

    /// The traits that only the rules see, oldest first.
    #[must_use]
    pub fn hidden(&self) -> &[Trait] {
        &self.hidden
    }

    /// Every trait, visible or not.
    pub fn iter(&self) -> impl Iterator<Item = Trait> + '_ {
        self.visible_iter().chain(self.hidden.iter().copied())
    }

    /// What anyone may see of them.
    #[must_use]
    pub fn visible(&self) -> VisibleTraits {
        VisibleTraits {
            positive: self.positive.clone(),
            negative: self.negative.clone(),
        }
    }

    /// Does anyone see a trait?
    #[must_use]
    pub fn has_visible(&self) -> bool {
        self.visible_iter().next().is_some()
    }

    /// Can a trait join them: is it neither among them, hidden ones included, nor excluded by one that is?
    #[must_use]
    pub fn admits(&self, newcomer: Trait) -> bool {
        self.iter()
            .all(|one| one != newcomer && !one.conflicts_with(newcomer))
    }

    /// Adds a trait, visible or hidden, as the latest of its list; one that cannot join them is dropped.
    pub(crate) fn gain(&mut self, newcomer: Trait, hidden: bool) {
        if !self.admits(newcomer) {
        } else if hidden {
            self.hidden.push(newcomer);
        } else {
            self.show(newcomer);
        }
    }

    /// What they change in a training.
    #[must_use]
    pub fn training_effects(&self) -> TrainingEffects {
        self.iter()
            .map(Trait::facts)
            .fold(TrainingEffects::default(), |sum, facts| TrainingEffects {
                training: sum.training.plus(facts.training),
                stat_gain: sum.stat_gain.plus(facts.stat_gain),
            })
    }

    /// What they change in a competition, hidden ones included.
    #[must_use]
    pub fn competition_effect(&self, discipline: Discipline) -> Bp {
        competition_effect(self.iter(), discipline)
    }

    fn visible_iter(&self) -> impl Iterator<Item = Trait> + '_ {
        self.positive.iter().chain(&self.negative).copied()
    }

    fn show(&mut self, revealed: Trait) {
        match revealed.facts().sign {
            Sign::Positive => self.positive.push(revealed),
            Sign::Negative => self.negative.push(revealed),
        }
    }
}

fn check(positive: &[Trait], negative: &[Trait], hidden: &[Trait]) -> Result<(), Refusal> {
    let wrong = |list: &[Trait], sign| {
        list.iter()
            .copied()
            .find(|member| member.facts().sign != sign)
    };
    if let Some(r#trait) = wrong(positive, Sign::Positive).or(wrong(negative, Sign::Negative)) {
        return Err(Refusal::TraitOnWrongSide { r#trait });
    }
    let mut before: Vec<Trait> = Vec::new();
    for r#trait in positive.iter().chain(negative).chain(hidden).copied() {
        if before.contains(&r#trait) {
            return Err(Refusal::TraitTwice { r#trait });
        }
        if let Some(other) = before
            .iter()
            .copied()
            .find(|other| r#trait.conflicts_with(*other))
        {
            return Err(Refusal::TraitsConflict {
                one: other,
                other: r#trait,
            });
        }
        before.push(r#trait);
    }
    Ok(())
}

/// The joint effect of traits on a score in a discipline.
///
/// They are ordered by the magnitude of their effect, greatest first, ties by name; the first counts in full, each
/// further one 500 bp less, none less than half. The weighted sum is rounded once to whole basis points.
#[must_use]
pub fn competition_effect(traits: impl Iterator<Item = Trait>, discipline: Discipline) -> Bp {
    let mut effects: Vec<(u32, &'static str, i32)> = traits
        .map(|one| (one, one.competition(discipline).get()))
        .map(|(one, effect)| (effect.unsigned_abs(), one.as_str(), effect))
        .collect();
    crate::order::sort_by(&mut effects, |a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let weights = (0_i128..).map(|rank| (10_000 - 500 * rank).max(5_000));
    let sum = effects
        .iter()
        .zip(weights)
        .map(|((_, _, effect), weight)| i128::from(*effect) * weight)
        .sum();
    let rounded = crate::scale::saturate(crate::scale::div_round(sum, 10_000));
    Bp::new(i32::try_from(rounded).unwrap_or(0))
}

crate::words::words! {
    /// Why a hidden trait came to light.
    Discovery, "reason" {
        /// The bond reached 80.
        StrongBond = "strong_bond",
        /// Stress fell to 20.
        LowStress = "low_stress",
        /// She is three or older and the bond reached 70.
        GrownTrust = "grown_trust",
    }
}

/// A hidden trait that came to light, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Revealed {
    /// The trait.
    pub r#trait: Trait,
    /// Why now.
    pub reason: Discovery,
}

/// Checks for discoveries, as after every training, groom and enrichment, and returns the modifiers as they are then.
///
/// From age 3 with a bond of 70 everything is revealed. Otherwise a bond of 80 or a stress of 20 reveals one trait, the
/// one that has been hidden longest. What is revealed goes to the end of the list of its sign.
#[must_use]
pub fn discover(
    modifiers: &EpigeneticModifiers,
    age: i64,
    bond: Gauge,
    stress: Gauge,
) -> (EpigeneticModifiers, Vec<Revealed>) {
    let (reason, count) = if age >= 3 && bond.get() >= 70 {
        (Discovery::GrownTrust, modifiers.hidden.len())
    } else if bond.get() >= 80 {
        (Discovery::StrongBond, 1)
    } else if stress.get() <= 20 {
        (Discovery::LowStress, 1)
    } else {
        (Discovery::GrownTrust, 0)
    };
    let mut after = modifiers.clone();
    let found: Vec<Trait> = after
        .hidden
        .drain(..count.min(modifiers.hidden.len()))
        .collect();
    found.iter().for_each(|one| after.show(*one));
    let revealed = found
        .into_iter()
        .map(|r#trait| Revealed { r#trait, reason })
        .collect();
    (after, revealed)
}
