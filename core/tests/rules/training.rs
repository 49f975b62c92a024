//! Training.

use crate::world::{
    at, gauge, noon, racing, secret, some_discipline, some_gauge, some_modifiers, some_temperament,
};
use proptest::prelude::*;
use rules::Refusal;
use rules::dice::{Dice, Purpose};
use rules::discipline::MAX_DISCIPLINE_SCORE;
use rules::stat::{Stat, Stats};
use rules::temperament::Temperament;
use rules::time::days_after;
use rules::training::{Trainee, check, score_gain, stat_gain_chance, user_xp};
use rules::traits::{EpigeneticModifiers, Trait};

fn trainee(modifiers: &EpigeneticModifiers) -> Trainee<'_> {
    Trainee {
        born_at: at("2026-11-01T12:00:00Z"),
        in_foal: false,
        resting_until: None,
        stats: Stats::new([gauge(15); 12]),
        temperament: Temperament::Steady,
        modifiers,
        bond: gauge(50),
        stress: gauge(30),
    }
}

fn dice(number: i64) -> Dice {
    Dice::new(&secret(), Purpose::Training, &[number.into()])
}

#[test]
fn a_training_rests_the_horse_for_seven_days_to_the_microsecond() {
    let modifiers = EpigeneticModifiers::default();
    let session =
        check(trainee(&modifiers), noon())
            .expect("a permit")
            .train(racing(), 0, &mut dice(1));
    assert_eq!(session.resting_until, at("2026-11-29T12:00:00Z"));
    let rested = Trainee {
        resting_until: Some(session.resting_until),
        ..trainee(&modifiers)
    };
    let until = session.resting_until;
    for now in [noon(), at("2026-11-29T11:59:59.999999Z")] {
        assert_eq!(
            check(rested, now).expect_err("resting"),
            Refusal::Resting { until }
        );
    }
    assert!(check(rested, until).is_ok());
}

#[test]
fn only_active_horses_not_in_foal_train() {
    let modifiers = EpigeneticModifiers::default();
    let refusal = |horse| check(horse, noon()).expect_err("a refusal");
    let young = Trainee {
        born_at: at("2026-11-01T12:00:00.000001Z"),
        ..trainee(&modifiers)
    };
    assert_eq!(refusal(young), Refusal::TooYoung { age: 2, least: 3 });
    let old = Trainee {
        born_at: days_after(noon(), -147),
        ..trainee(&modifiers)
    };
    assert_eq!(refusal(old), Refusal::Retired { age: 21, most: 20 });
    let in_foal = Trainee {
        in_foal: true,
        ..trainee(&modifiers)
    };
    assert_eq!(refusal(in_foal), Refusal::InFoal);
}

/// 5 x 1 x 1.1 = 5.5, rounded up; 5 x 0.85 = 4.25; 5 x 1.5 x 1.1 = 8.25; 5 x 0.6 x 0.85 = 2.55; XP 5 x (1 - 0.2 - 0.4) = 2.
#[test]
fn gains_have_their_known_answers() {
    let plain = EpigeneticModifiers::default();
    let apt = EpigeneticModifiers::new(vec![Trait::EagerLearner], vec![], vec![Trait::Intelligent])
        .expect("modifiers");
    let negative = vec![Trait::Lazy, Trait::Stubborn, Trait::EasilyOverwhelmed];
    let dull = EpigeneticModifiers::new(vec![], negative, vec![]).expect("modifiers");
    let known = [
        (Temperament::Independent, &plain, 5, 5),
        (Temperament::Steady, &plain, 6, 5),
        (Temperament::Lazy, &plain, 4, 4),
        (Temperament::Steady, &apt, 8, 8),
        (Temperament::Lazy, &dull, 3, 2),
        (Temperament::Spirited, &apt, 8, 8),
    ];
    for (temperament, modifiers, score, xp) in known {
        assert_eq!(
            score_gain(temperament, modifiers),
            score,
            "{temperament} {modifiers:?}"
        );
        assert_eq!(
            user_xp(temperament, modifiers),
            xp,
            "{temperament} {modifiers:?}"
        );
    }
}

#[test]
fn the_chance_of_a_stat_gain_is_15_percent_and_traits() {
    assert_eq!(
        stat_gain_chance(&EpigeneticModifiers::default()).get(),
        1_500
    );
    let helping = vec![
        Trait::Intelligent,
        Trait::EagerLearner,
        Trait::TrainabilityBoost,
        Trait::LegendaryBloodline,
    ];
    let gifted = EpigeneticModifiers::new(helping, vec![], vec![]).expect("modifiers");
    assert_eq!(stat_gain_chance(&gifted).get(), 9_000);
}

#[test]
fn stats_rise_as_often_and_in_the_proportions_that_are_stated() {
    let modifiers = EpigeneticModifiers::default();
    let (mut rises, mut speed, mut points, count) = (0_i64, 0_i64, 0_i64, 20_000);
    for number in 0..count {
        let permit = check(trainee(&modifiers), noon()).expect("a permit");
        if let Some(gain) = permit.train(racing(), 0, &mut dice(number)).stat_gain {
            rises += 1;
            speed += i64::from(gain.stat == Stat::Speed);
            points += i64::from(gain.gain);
        }
    }
    assert!((rises - 3_000).abs() < 200, "{rises}");
    assert!((speed * 2 - rises).abs() < 220, "{speed} of {rises}");
    assert!((points - 2 * rises).abs() < 200, "{points} in {rises}");
}

#[test]
fn nothing_rises_above_its_top() {
    let modifiers = EpigeneticModifiers::default();
    let full = Trainee {
        stats: Stats::new([gauge(100); 12]),
        ..trainee(&modifiers)
    };
    let nearly = Trainee {
        stats: Stats::new([gauge(99); 12]),
        ..trainee(&modifiers)
    };
    for number in 0..200 {
        let session = check(full, noon()).expect("a permit").train(
            racing(),
            MAX_DISCIPLINE_SCORE - 2,
            &mut dice(number),
        );
        assert_eq!(
            (session.stat_gain, session.score_gain, session.score),
            (None, 2, MAX_DISCIPLINE_SCORE)
        );
        let session =
            check(nearly, noon())
                .expect("a permit")
                .train(racing(), i64::MAX, &mut dice(number));
        assert!(session.stat_gain.is_none_or(|gain| gain.gain == 1));
        assert_eq!(
            (session.score_gain, session.score),
            (0, MAX_DISCIPLINE_SCORE)
        );
    }
}

#[test]
fn a_training_may_reveal_a_trait() {
    let modifiers = EpigeneticModifiers::new(vec![], vec![], vec![Trait::Lazy]).expect("modifiers");
    let trusting = Trainee {
        bond: gauge(70),
        ..trainee(&modifiers)
    };
    let session = check(trusting, noon())
        .expect("a permit")
        .train(racing(), 0, &mut dice(1));
    assert_eq!(session.modifiers.negative(), [Trait::Lazy]);
    assert_eq!(session.revealed.len(), 1);
}

proptest! {
    #[test]
    fn every_training_brings_something(
        modifiers in some_modifiers(), temperament in some_temperament(), discipline in some_discipline(),
        bond in some_gauge(), stress in some_gauge(), score in 0_i64..900_000, number: i64,
    ) {
        let horse = Trainee { temperament, bond, stress, ..trainee(&modifiers) };
        let session = check(horse, noon()).expect("a permit").train(discipline, score, &mut dice(number));
        prop_assert!((1..=20).contains(&session.score_gain));
        prop_assert!((1..=20).contains(&session.user_xp));
        prop_assert_eq!(session.score, score + session.score_gain);
        if let Some(gain) = session.stat_gain {
            prop_assert!(discipline.stats().contains(&gain.stat));
            prop_assert!((1..=3).contains(&gain.gain));
        }
    }
}
