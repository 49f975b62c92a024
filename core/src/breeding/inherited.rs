//! The traits with which a foal is born: what may be drawn, the drawing, and the exact chances beforehand.

use crate::dice::Dice;
use crate::pedigree::Inbreeding;
use crate::scale::{Bp, Gauge, div_round, saturate};
use crate::traits::{EpigeneticModifiers, Rarity, Sign, Trait};
use alloc::vec::Vec;

/// What in the dam shapes her foal's traits: her bond and her stress when it is born.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nurture {
    /// Her bond.
    pub bond: Gauge,
    /// Her stress.
    pub stress: Gauge,
}

/// A draw at birth: it adds a trait unless that stands already, or one stands that excludes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraitDraw {
    /// The trait.
    pub r#trait: Trait,
    /// The chance that it is drawn.
    pub chance: Bp,
}

/// The draws at a birth, in their order.
///
/// First every trait that either parent has, each once, in the order of [`Trait::ALL`]; then what the dam's care brings;
/// last, what inbreeding brings. Birth takes all traits of the parents; a prediction takes those that its reader sees.
#[must_use]
pub fn trait_draws(
    parents: impl Iterator<Item = Trait>,
    dam: Nurture,
    inbreeding: Inbreeding,
) -> Vec<TraitDraw> {
    let had = parents.fold(0_u32, |had, one| had | bit(one));
    let mut draws: Vec<TraitDraw> = Trait::ALL
        .iter()
        .filter(|one| had & bit(**one) != 0)
        .map(|one| draw(*one, inherited(*one, dam)))
        .collect();
    let (bond, stress) = (dam.bond.get(), dam.stress.get());
    if stress <= 20 && bond >= 80 {
        draws.push(draw(Trait::Resilient, 7_500));
        draws.push(draw(Trait::Bonded, 6_000));
    }
    if stress >= 80 {
        draws.push(draw(Trait::Nervous, 4_000));
    }
    let fragile = match inbreeding.millionths() {
        ..62_500 => 0,
        62_500..125_000 => 2_500,
        125_000..250_000 => 5_000,
        250_000.. => 8_000,
    };
    if fragile > 0 {
        draws.push(draw(Trait::Fragile, fragile));
    }
    draws
}

const fn draw(r#trait: Trait, chance: i32) -> TraitDraw {
    TraitDraw {
        r#trait,
        chance: Bp::new(chance),
    }
}

const fn bit(r#trait: Trait) -> u32 {
    1 << r#trait as u32
}

/// The chance, in basis points, that a foal is drawn a trait that a parent has.
fn inherited(r#trait: Trait, dam: Nurture) -> i32 {
    let facts = r#trait.facts();
    let base = match facts.rarity {
        Rarity::Common => 5_000,
        Rarity::Rare => 1_500,
        Rarity::Legendary => 500,
    };
    let above = |reading: Gauge| i32::from(reading.get() - 50).max(0);
    let care = match facts.sign {
        Sign::Positive => 40 * above(dam.bond) - 30 * above(dam.stress),
        Sign::Negative => 30 * above(dam.stress) - 40 * above(dam.bond),
    };
    (base + care).clamp(0, 10_000)
}

/// Draws the traits of a newborn: one draw for each of `draws`, then one for the visibility of each trait that stands.
pub(super) fn draw_traits(
    draws: &[TraitDraw],
    dam: Nurture,
    dice: &mut Dice,
) -> EpigeneticModifiers {
    let mut standing: Vec<Trait> = Vec::new();
    for draw in draws {
        let admits = |one: &Trait| *one != draw.r#trait && !one.conflicts_with(draw.r#trait);
        if dice.chance(draw.chance) && standing.iter().all(admits) {
            standing.push(draw.r#trait);
        }
    }
    let mut modifiers = EpigeneticModifiers::default();
    for r#trait in standing {
        modifiers.gain(r#trait, dice.chance(hidden_chance(r#trait, dam)));
    }
    modifiers
}

/// The chance that a trait with which a foal is born is hidden.
#[must_use]
pub fn hidden_chance(r#trait: Trait, dam: Nurture) -> Bp {
    Bp::new(match r#trait.facts().rarity {
        Rarity::Legendary => 9_000,
        Rarity::Rare => 7_000,
        Rarity::Common if dam.stress.get() >= 80 => 3_000,
        Rarity::Common => 2_000,
    })
}

/// How likely a foal is to be born with a trait, visible or hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TraitOdds {
    /// The trait.
    pub r#trait: Trait,
    /// The chance in millionths, rounded once.
    pub millionths: u32,
}

/// How likely each trait is to stand after all of the [`trait_draws`], in the order of [`Trait::ALL`]; what cannot stand is
/// left out. A prediction is given the visible traits of the parents alone, so that it tells nothing of the hidden ones.
///
/// The chances are exact before they are rounded. Whether a trait stands depends on the draws of itself and of those that
/// exclude it, on theirs in turn, and so on: seven draws at the most, so all of their outcomes are gone through.
#[must_use]
pub fn trait_odds(
    parents: impl Iterator<Item = Trait>,
    dam: Nurture,
    inbreeding: Inbreeding,
) -> Vec<TraitOdds> {
    let draws = trait_draws(parents, dam, inbreeding);
    let odds = |r#trait: &Trait| {
        let wanted = relevant(&draws, *r#trait);
        let weight = standing_weight(&wanted, 0, *r#trait);
        let all = (0..wanted.len()).fold(1, |all, _| all * WHOLE);
        TraitOdds {
            r#trait: *r#trait,
            millionths: saturate(div_round(weight * 1_000_000, all)) as u32,
        }
    };
    let all = Trait::ALL.iter().map(odds);
    all.filter(|odds| odds.millionths > 0).collect()
}

const WHOLE: i128 = 10_000;

/// The draws on which it depends whether a trait stands in the end, in their order.
fn relevant(draws: &[TraitDraw], r#trait: Trait) -> Vec<TraitDraw> {
    // What excludes a trait counts from its first draw on backwards, and so on: later draws find it standing or not.
    let mut concerned = bit(r#trait);
    let mut found: Vec<TraitDraw> = Vec::new();
    for draw in draws.iter().rev() {
        if concerned & bit(draw.r#trait) != 0 {
            found.push(*draw);
            let excluding = draw.r#trait.facts().conflicts;
            concerned |= excluding.iter().fold(0, |bits, one| bits | bit(*one));
        }
    }
    found.reverse();
    found
}

/// The weight of all outcomes of the draws, from a state of standing traits on, in which a trait stands at the end.
fn standing_weight(draws: &[TraitDraw], standing: u32, r#trait: Trait) -> i128 {
    let Some((draw, rest)) = draws.split_first() else {
        return i128::from(standing & bit(r#trait) != 0);
    };
    let excluding = draw.r#trait.facts().conflicts;
    let is_excluded = excluding.iter().any(|one| standing & bit(*one) != 0);
    let with = if is_excluded {
        standing
    } else {
        standing | bit(draw.r#trait)
    };
    let chance = i128::from(draw.chance.get());
    if with == standing || chance == 0 {
        return WHOLE * standing_weight(rest, standing, r#trait);
    }
    let drawn = chance * standing_weight(rest, with, r#trait);
    drawn + (WHOLE - chance) * standing_weight(rest, standing, r#trait)
}
