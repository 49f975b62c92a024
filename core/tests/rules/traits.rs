//! The modifiers' document, the joint effect of traits, and discovery.

use crate::world::{gauge, racing, some_discipline, some_gauge, some_modifiers};
use proptest::prelude::*;
use rules::Refusal;
use rules::discipline::Discipline;
use rules::traits::{
    Discovery, EpigeneticModifiers, Revealed, Trait, competition_effect, discover,
};

fn hiding(hidden: &[Trait]) -> EpigeneticModifiers {
    EpigeneticModifiers::new(vec![], vec![], hidden.to_vec()).expect("modifiers")
}

#[test]
fn each_broken_document_is_refused() {
    use Trait::{Bold, Calm, Fearful, Lazy, Nervous};
    let new = |positive: &[Trait], negative: &[Trait], hidden: &[Trait]| {
        EpigeneticModifiers::new(positive.to_vec(), negative.to_vec(), hidden.to_vec())
            .expect_err("a refusal")
    };
    assert_eq!(
        new(&[Lazy], &[], &[]),
        Refusal::TraitOnWrongSide { r#trait: Lazy }
    );
    assert_eq!(
        new(&[], &[Bold], &[]),
        Refusal::TraitOnWrongSide { r#trait: Bold }
    );
    assert_eq!(
        new(&[Bold, Bold], &[], &[]),
        Refusal::TraitTwice { r#trait: Bold }
    );
    assert_eq!(
        new(&[Bold], &[], &[Bold]),
        Refusal::TraitTwice { r#trait: Bold }
    );
    assert_eq!(
        new(&[Bold], &[Fearful], &[]),
        Refusal::TraitsConflict {
            one: Bold,
            other: Fearful
        }
    );
    assert_eq!(
        new(&[Calm], &[], &[Nervous]),
        Refusal::TraitsConflict {
            one: Calm,
            other: Nervous
        }
    );
}

/// Racing: athletic 700, resilient 400, crowd ready 300: 700 + 400 x 0.95 + 300 x 0.9 = 1350.
#[test]
fn traits_count_by_magnitude_with_falling_weights() {
    let effect = |traits: &[Trait]| competition_effect(traits.iter().copied(), racing()).get();
    assert_eq!(
        effect(&[Trait::CrowdReady, Trait::Athletic, Trait::Resilient]),
        1_350
    );
    assert_eq!(effect(&[Trait::Nervous]), -600);
    // -600 first, then 400 x 0.95.
    assert_eq!(effect(&[Trait::Resilient, Trait::Nervous]), -220);
    assert_eq!(effect(&[]), 0);
}

/// In Polo eager_learner, bonded and presentation_boosted have 200 each: 200 + 190 + 180.
#[test]
fn a_special_discipline_takes_the_place_of_the_ordinary_effect() {
    let effect = |name, one| {
        competition_effect(
            [one].into_iter(),
            Discipline::by_name(name).expect("a discipline"),
        )
        .get()
    };
    assert_eq!(effect("Vaulting", Trait::Bonded), 400);
    assert_eq!(effect("Polo", Trait::Bonded), 200);
    let polo = Discipline::by_name("Polo").expect("a discipline");
    let three = [
        Trait::EagerLearner,
        Trait::Bonded,
        Trait::PresentationBoosted,
    ];
    assert_eq!(competition_effect(three.into_iter(), polo).get(), 570);
}

/// All fourteen helping traits in Gaited, by magnitude: 800 500 400 350 300 300 300 300 250 250 250 200 200 200, with
/// weights 100 95 90 85 80 75 70 65 60 55 50 50 50 50 percent:
/// 800 + 475 + 360 + 297.5 + 240 + 225 + 210 + 195 + 150 + 137.5 + 125 + 100 + 100 + 100 = 3515.
#[test]
fn no_trait_counts_less_than_half() {
    let gaited = Discipline::by_name("Gaited").expect("a discipline");
    let helping = Trait::ALL
        .iter()
        .copied()
        .filter(|one| one.competition(gaited).get() > 0);
    assert_eq!(competition_effect(helping, gaited).get(), 3_515);
}

#[test]
fn trust_of_a_grown_horse_reveals_everything() {
    use Trait::{Athletic, Bold, Stubborn};
    let (after, revealed) = discover(
        &hiding(&[Bold, Stubborn, Athletic]),
        3,
        gauge(70),
        gauge(90),
    );
    assert_eq!(after.positive(), [Bold, Athletic]);
    assert_eq!(after.negative(), [Stubborn]);
    assert!(after.hidden().is_empty());
    assert!(
        revealed
            .iter()
            .all(|one| one.reason == Discovery::GrownTrust)
    );
    assert_eq!(revealed.len(), 3);
}

#[test]
fn bond_or_calm_reveals_the_one_that_was_hidden_longest() {
    let modifiers = hiding(&[Trait::Bold, Trait::Athletic]);
    let known = [
        (2, 80, 21, Some(Discovery::StrongBond)),
        (2, 79, 20, Some(Discovery::LowStress)),
        (2, 79, 21, None),
        (3, 69, 21, None),
        (3, 69, 20, Some(Discovery::LowStress)),
    ];
    for (age, bond, stress, reason) in known {
        let (after, revealed) = discover(&modifiers, age, gauge(bond), gauge(stress));
        let expected: Vec<_> = reason
            .map(|reason| Revealed {
                r#trait: Trait::Bold,
                reason,
            })
            .into_iter()
            .collect();
        assert_eq!(revealed, expected, "{age} {bond} {stress}");
        assert_eq!(after.hidden().len(), 2 - expected.len());
    }
}

#[test]
fn nothing_hidden_means_nothing_revealed() {
    let (after, revealed) = discover(&EpigeneticModifiers::default(), 5, gauge(100), gauge(0));
    assert_eq!((after, revealed), (EpigeneticModifiers::default(), vec![]));
}

#[test]
fn training_effects_add_up_with_hidden_ones() {
    let modifiers = EpigeneticModifiers::new(
        vec![Trait::Intelligent],
        vec![],
        vec![Trait::LegendaryBloodline],
    );
    let effects = modifiers.expect("modifiers").training_effects();
    assert_eq!(
        (effects.training.get(), effects.stat_gain.get()),
        (7_500, 4_500)
    );
}

proptest! {
    #[test]
    fn discovery_keeps_every_trait_and_a_valid_document(
        modifiers in some_modifiers(), age in 0_i64..25, bond in some_gauge(), stress in some_gauge(),
    ) {
        let (after, revealed) = discover(&modifiers, age, bond, stress);
        let again = EpigeneticModifiers::new(after.positive().to_vec(), after.negative().to_vec(), after.hidden().to_vec());
        prop_assert_eq!(again, Ok(after.clone()));
        prop_assert_eq!(after.iter().count(), modifiers.iter().count());
        prop_assert_eq!(after.hidden().len() + revealed.len(), modifiers.hidden().len());
        let found: Vec<_> = revealed.iter().map(|one| one.r#trait).collect();
        prop_assert_eq!(&modifiers.hidden()[..found.len()], found.as_slice());
    }

    #[test]
    fn the_effect_does_not_depend_on_the_order_of_the_lists(modifiers in some_modifiers(), discipline in some_discipline()) {
        let forwards: Vec<_> = modifiers.iter().collect();
        let backwards = forwards.iter().rev().copied();
        prop_assert_eq!(competition_effect(backwards, discipline), modifiers.competition_effect(discipline));
    }
}
