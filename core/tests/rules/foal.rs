//! The first days of a foal: activities, gates, milestones, growth. Known answers were worked in a second program.

use crate::world::{at, gauge, noon, secret, some_gauge, some_modifiers};
use proptest::prelude::*;
use rules::dice::{Dice, Purpose};
use rules::foal::{
    Activities, Activity, Enrichment, Foal, GATES, Growth, Milestone, Milestones, Progress,
    check_activity,
};
use rules::horse::LifeStage;
use rules::time::days_after;
use rules::traits::{EpigeneticModifiers, Trait};
use rules::{Instant, Refusal};

/// What a foal is made of, so that tests can borrow it.
#[derive(Clone, Debug, Default)]
struct Life {
    modifiers: EpigeneticModifiers,
    activities: Activities,
    milestones: Milestones,
}

impl Life {
    fn foal(&self, bond: i64, stress: i64) -> Foal<'_> {
        Foal {
            born_at: noon(),
            bond: gauge(bond),
            stress: gauge(stress),
            modifiers: &self.modifiers,
            activities: &self.activities,
            milestones: &self.milestones,
        }
    }
}

fn on_day(day: i64) -> Instant {
    days_after(noon(), day - 1)
}

fn dice(foal: i64, activity: Activity) -> Dice {
    let subject = [foal.into(), activity.number().into()];
    Dice::new(&secret(), Purpose::Enrichment, &subject)
}

fn enrich(foal: Foal<'_>, activity: Activity, day: i64, number: i64) -> Enrichment {
    check_activity(foal, activity, on_day(day))
        .expect("a permit")
        .enrich(&mut dice(number, activity))
}

fn modifiers(positive: &[Trait], negative: &[Trait], hidden: &[Trait]) -> EpigeneticModifiers {
    EpigeneticModifiers::new(positive.to_vec(), negative.to_vec(), hidden.to_vec())
        .expect("traits that can stand together")
}

#[test]
fn the_activities_are_those_of_the_game() {
    let table = "\
        1 gentle_touch 3..7 -2..1, 1 quiet_presence 1..4 -3..0, 1 soft_voice 2..5 -1..2, \
        2 feeding_assistance 4..8 -1..3, 2 grooming_introduction 3..6 0..4, 2 play_interaction 5..9 -2..2, \
        3 walking_practice 3..7 1..5, 3 environment_exploration 4..8 0..3, 3 social_introduction 2..6 2..6, \
        4 halter_introduction 3..7 2..6, 4 leading_practice 5..9 1..4, 4 handling_exercises 4..8 0..3, \
        4 trailer_exposure 2..6 3..7, 5 obstacle_course 4..8 2..5, 5 advanced_grooming 5..9 -1..2, \
        5 training_games 6..10 0..3, 6 confidence_building 5..9 -2..1, 6 new_experiences 3..7 1..4, \
        6 independence_training 4..8 0..3, 7 final_assessment 3..7 -1..2, 7 graduation_ceremony 7..12 -3..0, \
        7 future_planning 2..5 -2..1";
    let written = |one: &Activity| {
        let facts = one.facts();
        let ((low, high), (calm, fret)) = (facts.bond, facts.stress);
        format!("{} {one} {low}..{high} {calm}..{fret}", facts.day)
    };
    let all: Vec<_> = Activity::ALL.iter().map(written).collect();
    assert_eq!(all.join(", "), table);
}

#[test]
fn the_gates_are_those_of_the_game() {
    let table = "\
        resilient 70..100 0..30 3 2500, calm 60..100 0..20 2 3000, intelligent 75..100 0..25 4 2000, \
        bold 65..100 0..40 5 2200, athletic 80..100 0..35 6 1500, trainability_boost 85..100 0..15 7 1000, \
        legendary_bloodline 90..100 0..10 7 300, nervous 0..40 60..100 2 3500, stubborn 0..30 50..100 3 2500, \
        fragile 0..35 70..100 4 2000, aggressive 0..25 80..100 5 3000, lazy 0..45 40..100 6 1800";
    let all: Vec<_> = GATES
        .iter()
        .map(|gate| {
            let ((low, high), (calm, fret)) = (gate.bond, gate.stress);
            let (one, day, chance) = (gate.r#trait, gate.from_day, gate.chance);
            format!("{one} {low}..{high} {calm}..{fret} {day} {chance}")
        })
        .collect();
    assert_eq!(all.join(", "), table);
}

#[test]
fn an_activity_opens_on_its_day_and_stays_open_for_the_first_seven() {
    let life = Life::default();
    let check = |now| check_activity(life.foal(50, 30), Activity::HalterIntroduction, now).err();
    let until = at("2026-11-25T12:00:00Z");
    let not_open = Some(Refusal::ActivityNotOpen { day: 4, until });
    assert_eq!(check(noon()), not_open);
    assert_eq!(
        check(until - chrono::TimeDelta::microseconds(1)),
        not_open,
        "the last microsecond of day 3"
    );
    assert_eq!(check(until), None);
    let since = at("2026-11-29T12:00:00Z");
    assert_eq!(check(since - chrono::TimeDelta::microseconds(1)), None);
    assert_eq!(check(since), Some(Refusal::FoalhoodOver { since }));
    assert_eq!(
        check(days_after(since, 1_000)),
        Some(Refusal::FoalhoodOver { since })
    );
}

#[test]
fn an_activity_is_done_once() {
    let life = Life {
        activities: Activities::new(vec![Activity::GentleTouch]),
        ..Life::default()
    };
    let check = |activity| check_activity(life.foal(50, 30), activity, noon()).err();
    assert_eq!(check(Activity::GentleTouch), Some(Refusal::ActivityDone));
    assert_eq!(check(Activity::SoftVoice), None);
}

#[test]
fn an_unknown_activity_is_refused() {
    let unknown = Refusal::Unknown { field: "activity" };
    assert_eq!("Gentle_touch".parse::<Activity>(), Err(unknown));
    assert_eq!("gentle_touch".parse(), Ok(Activity::GentleTouch));
}

#[test]
fn enrichment_has_its_known_answers() {
    let life = Life::default();
    let known = |activity, day, bond, stress, number| {
        let after = enrich(life.foal(bond, stress), activity, day, number);
        (
            after.bond_impact,
            after.stress_impact,
            after.gained,
            after.bond.get(),
            after.stress.get(),
        )
    };
    use Trait::{Calm, Resilient, Stubborn};
    assert_eq!(
        known(Activity::GentleTouch, 1, 50, 30, 42),
        (6, -2, None, 56, 28)
    );
    assert_eq!(
        known(Activity::TrailerExposure, 4, 33, 68, 42),
        (5, 7, None, 38, 75)
    );
    assert_eq!(
        known(Activity::TrainingGames, 5, 70, 10, 42),
        (8, 3, Some(Calm), 78, 13)
    );
    assert_eq!(
        known(Activity::FinalAssessment, 7, 90, 5, 43),
        (5, 1, Some(Resilient), 95, 6)
    );
    assert_eq!(
        known(Activity::FuturePlanning, 7, 20, 85, 43),
        (4, -2, Some(Stubborn), 24, 83)
    );
}

#[test]
fn an_impact_is_what_really_changed() {
    let life = Life::default();
    let after = enrich(life.foal(99, 0), Activity::GraduationCeremony, 7, 1);
    assert_eq!((after.bond_impact, after.stress_impact), (1, 0));
    assert_eq!((after.bond, after.stress), (gauge(100), gauge(0)));
}

#[test]
fn every_change_within_the_ranges_is_drawn() {
    let life = Life::default();
    let mut bonds = std::collections::BTreeSet::new();
    let mut stresses = std::collections::BTreeSet::new();
    for number in 0..500 {
        let after = enrich(life.foal(50, 30), Activity::PlayInteraction, 2, number);
        bonds.insert(after.bond_impact);
        stresses.insert(after.stress_impact);
    }
    assert!(bonds.into_iter().eq(5..=9));
    assert!(stresses.into_iter().eq(-2..=2));
}

/// The draws stop at the first success, so a gate's chance counts as often as all before it failed.
#[test]
fn traits_are_won_as_often_as_the_gates_say() {
    let life = Life::default();
    let (mut won, births) = (std::collections::BTreeMap::new(), 40_000);
    for number in 0..births {
        let after = enrich(life.foal(95, 5), Activity::FuturePlanning, 7, number);
        *won.entry(after.gained).or_insert(0_i64) += 1;
    }
    // resilient, calm, intelligent, bold, athletic, trainability_boost, legendary_bloodline.
    let mut left = 1.0;
    for (r#trait, chance) in [
        (Trait::Resilient, 0.25),
        (Trait::Calm, 0.3),
        (Trait::Intelligent, 0.2),
        (Trait::Bold, 0.22),
        (Trait::Athletic, 0.15),
        (Trait::TrainabilityBoost, 0.1),
        (Trait::LegendaryBloodline, 0.03),
    ] {
        let expected = left * chance * births as f64;
        let seen = won[&Some(r#trait)] as f64;
        assert!(
            (seen - expected).abs() < 4.0 * expected.sqrt(),
            "{seen} of {expected} {trait}"
        );
        left *= 1.0 - chance;
    }
    assert_eq!(won.len(), 8, "seven traits and none: {won:?}");
}

#[test]
fn neglect_brings_bad_traits() {
    let life = Life::default();
    let mut won = std::collections::BTreeSet::new();
    for number in 0..2_000 {
        won.extend(enrich(life.foal(5, 95), Activity::TrailerExposure, 7, number).gained);
    }
    let all = [
        Trait::Nervous,
        Trait::Stubborn,
        Trait::Fragile,
        Trait::Aggressive,
        Trait::Lazy,
    ];
    assert!(won.into_iter().eq(all));
}

#[test]
fn a_trait_waits_for_its_day() {
    let life = Life::default();
    for number in 0..300 {
        let after = enrich(life.foal(95, 5), Activity::GentleTouch, 2, number);
        assert!(matches!(after.gained, None | Some(Trait::Calm)));
    }
}

#[test]
fn what_is_there_or_excluded_is_not_won_even_where_it_is_hidden() {
    let life = Life {
        modifiers: modifiers(
            &[Trait::Intelligent],
            &[Trait::Fragile],
            &[Trait::Nervous, Trait::Stubborn],
        ),
        ..Life::default()
    };
    let mut won = std::collections::BTreeSet::new();
    for number in 0..2_000 {
        won.extend(enrich(life.foal(90, 5), Activity::FuturePlanning, 7, number).gained);
    }
    // Nervous excludes calm and bold, stubborn trainability_boost, fragile resilient and athletic.
    assert!(won.into_iter().eq([Trait::LegendaryBloodline]));
}

#[test]
fn a_trait_that_was_won_is_visible_and_the_oldest_hidden_one_may_come_to_light() {
    let life = Life {
        modifiers: modifiers(&[], &[], &[Trait::Social, Trait::ShowCalm]),
        ..Life::default()
    };
    let after = (0..)
        .map(|number| enrich(life.foal(80, 30), Activity::TrainingGames, 5, number))
        .find(|after| after.gained == Some(Trait::Bold))
        .expect("it is drawn sooner or later");
    assert_eq!(after.modifiers.positive(), [Trait::Bold, Trait::Social]);
    assert_eq!(after.modifiers.hidden(), [Trait::ShowCalm]);
    assert_eq!(after.revealed.len(), 1);
    let reached: Vec<_> = after.reached.iter().map(|one| one.milestone).collect();
    assert!(reached.contains(&Milestone::FirstTrait));
}

#[test]
fn growth_follows_the_days() {
    use LifeStage::{Adult, Newborn, TwoYearOld, Weanling, Yearling};
    for (days, stage, current_day) in [
        (0, Newborn, 1),
        (2, Newborn, 3),
        (3, Weanling, 4),
        (6, Weanling, 7),
        (7, Yearling, 7),
        (14, TwoYearOld, 7),
        (21, Adult, 7),
    ] {
        let known = Growth { stage, current_day };
        assert_eq!(Growth::at(noon(), days_after(noon(), days)), known);
    }
}

fn reached(life: &Life, bond: i64, now: Instant) -> Vec<(Milestone, Instant)> {
    let progress = Progress {
        born_at: noon(),
        bond: gauge(bond),
        modifiers: &life.modifiers,
        activities: &life.activities,
        milestones: &life.milestones,
    };
    let reached = progress.reached(now);
    reached.iter().map(|one| (one.milestone, one.at)).collect()
}

#[test]
fn a_newborn_has_reached_a_bond_of_25_and_of_50() {
    let known = [(Milestone::Bond25, noon()), (Milestone::Bond50, noon())];
    assert_eq!(reached(&Life::default(), 50, noon()), known);
    assert_eq!(reached(&Life::default(), 24, noon()), []);
}

#[test]
fn milestones_of_age_have_the_instant_of_that_age_however_late_they_are_noticed() {
    let late = days_after(noon(), 40);
    let known = [
        (Milestone::Weanling, days_after(noon(), 3)),
        (Milestone::Yearling, days_after(noon(), 7)),
        (Milestone::TwoYearOld, days_after(noon(), 14)),
        (Milestone::Graduated, days_after(noon(), 21)),
    ];
    assert_eq!(reached(&Life::default(), 100, late), known);
    assert_eq!(
        reached(&Life::default(), 0, days_after(noon(), 7)),
        known[..2]
    );
}

#[test]
fn a_milestone_is_reached_once() {
    let mut life = Life::default();
    let progress = Progress {
        born_at: noon(),
        bond: gauge(75),
        modifiers: &life.modifiers,
        activities: &life.activities,
        milestones: &life.milestones,
    };
    life.milestones = Milestones::default().with(&progress.reached(noon()));
    assert_eq!(life.milestones.as_slice().len(), 3);
    assert_eq!(reached(&life, 80, on_day(2)), []);
    assert_eq!(
        reached(&life, 100, on_day(2)),
        [(Milestone::Bond100, on_day(2))]
    );
    let twice = life.milestones.clone().with(life.milestones.as_slice());
    assert_eq!(twice, life.milestones);
}

#[test]
fn a_hidden_trait_is_no_first_trait() {
    let hidden = Life {
        modifiers: modifiers(&[], &[], &[Trait::Calm]),
        ..Life::default()
    };
    assert_eq!(reached(&hidden, 0, noon()), []);
    let seen = Life {
        modifiers: modifiers(&[], &[Trait::Lazy], &[]),
        ..Life::default()
    };
    assert_eq!(reached(&seen, 0, noon()), [(Milestone::FirstTrait, noon())]);
}

#[test]
fn a_whole_day_is_all_of_its_activities() {
    let of = |list: &[Activity]| Activities::new(list.to_vec()).has_a_whole_day();
    let day_6 = [
        Activity::NewExperiences,
        Activity::IndependenceTraining,
        Activity::ConfidenceBuilding,
    ];
    assert!(of(&day_6));
    assert!(!of(&day_6[..2]));
    assert!(!of(&[
        Activity::HalterIntroduction,
        Activity::LeadingPractice,
        Activity::HandlingExercises
    ]));
    assert!(!of(&[]));
}

/// All activities in their order, each on its day, from the dice of foal 7, which has no stress at first.
#[test]
fn the_golden_week_has_its_results() {
    let (mut life, mut bond, mut stress) = (Life::default(), gauge(50), gauge(0));
    let mut won = Vec::new();
    for activity in Activity::ALL {
        let foal = Foal {
            bond,
            stress,
            ..life.foal(0, 0)
        };
        let after = enrich(foal, *activity, activity.facts().day, 7);
        (bond, stress) = (after.bond, after.stress);
        won.extend(after.gained.map(|one| (*activity, one)));
        life = Life {
            modifiers: after.modifiers,
            activities: after.activities,
            milestones: after.milestones,
        };
    }
    let known = [
        (Activity::WalkingPractice, Trait::Resilient),
        (Activity::EnvironmentExploration, Trait::Calm),
        (Activity::HandlingExercises, Trait::Intelligent),
        (Activity::TrainingGames, Trait::Bold),
        (Activity::FuturePlanning, Trait::Athletic),
    ];
    assert_eq!(won, known);
    assert_eq!((bond, stress), (gauge(100), gauge(29)));
    let all = life.milestones.as_slice();
    let reached = |milestone| all.iter().find(|one| one.milestone == milestone);
    let first = reached(Milestone::FirstTrait).map(|one| one.at);
    assert_eq!(first, Some(on_day(3)));
    let day = reached(Milestone::AllActivitiesOfADay).map(|one| one.at);
    assert_eq!(day, Some(on_day(1)));
    let weanling = reached(Milestone::Weanling).map(|one| one.at);
    assert_eq!((weanling, all.len()), (Some(on_day(4)), 7));
    assert_eq!(life.activities.as_slice(), Activity::ALL);
}

#[cfg(feature = "serde")]
mod documents {
    use super::*;

    #[test]
    fn milestones_are_objects_with_their_instants() {
        let text = r#"[{"milestone":"bond_25","at":"2026-11-22T12:00:00Z"},{"milestone":"weanling","at":"2026-11-25T12:00:00.000001Z"}]"#;
        let read: Milestones = serde_json::from_str(text).expect("milestones");
        assert!(read.contains(Milestone::Weanling) && !read.contains(Milestone::Yearling));
        assert_eq!(serde_json::to_string(&read).expect("JSON"), text);
        for wrong in [
            r#"["weanling"]"#,
            r#"[["weanling","2026-11-25T12:00:00Z"]]"#,
            r#"[{"milestone":"weanling"}]"#,
            r#"[{"milestone":"grown","at":"2026-11-25T12:00:00Z"}]"#,
        ] {
            assert!(
                serde_json::from_str::<Milestones>(wrong).is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn activities_are_a_list_of_words() {
        let text = r#"["gentle_touch","soft_voice"]"#;
        let read: Activities = serde_json::from_str(text).expect("activities");
        assert_eq!(
            read.as_slice(),
            [Activity::GentleTouch, Activity::SoftVoice]
        );
        assert_eq!(serde_json::to_string(&read).expect("JSON"), text);
        assert!(serde_json::from_str::<Activities>(r#"["dressage"]"#).is_err());
    }
}

proptest! {
    #[test]
    fn enrichment_keeps_every_trait_and_a_valid_document(
        modifiers in some_modifiers(), bond in some_gauge(), stress in some_gauge(), number: i64, which in 0..Activity::ALL.len()
    ) {
        let life = Life { modifiers, ..Life::default() };
        let foal = Foal { bond, stress, ..life.foal(0, 0) };
        let activity = Activity::ALL[which];
        let after = enrich(foal, activity, 7, number);
        let mut expected: Vec<_> = life.modifiers.iter().chain(after.gained).collect();
        let mut all: Vec<_> = after.modifiers.iter().collect();
        expected.sort();
        all.sort();
        prop_assert_eq!(all, expected);
        let lists = [after.modifiers.positive(), after.modifiers.negative(), after.modifiers.hidden()].map(<[_]>::to_vec);
        let [positive, negative, hidden] = lists;
        prop_assert_eq!(EpigeneticModifiers::new(positive, negative, hidden), Ok(after.modifiers));
        prop_assert!(after.activities.contains(activity));
    }
}
