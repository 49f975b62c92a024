//! Entering and withdrawing.

use crate::world::{
    at, contender, noon, racing, rider, show, some_discipline, some_modifiers, user,
};
use proptest::prelude::*;
use rules::Refusal;
use rules::competition::entry::{Contender, Rider, Snapshot, check, check_withdraw};
use rules::competition::score::breakdown;
use rules::competition::show::{Show, ShowState};
use rules::money::Coins;
use rules::time::days_after;
use rules::traits::{EpigeneticModifiers, Trait};

fn now() -> rules::Instant {
    at("2026-11-20T08:00:00Z")
}

fn refusal(show: &Show, contender: Contender<'_>, rider: Rider, now: rules::Instant) -> Refusal {
    check(show, contender, rider, now).expect_err("a refusal")
}

/// Racing asks for speed, stamina and focus; the hidden crowd_ready, third by magnitude, adds 300 x 0.9 = 270 bp.
#[test]
fn an_entry_costs_the_fee_and_freezes_what_is_scored() {
    let positive = vec![Trait::Athletic, Trait::Resilient];
    let modifiers = EpigeneticModifiers::new(positive.clone(), vec![], vec![Trait::CrowdReady])
        .expect("modifiers");
    let show = show();
    let entering = check(&show, contender(&modifiers), rider(), now())
        .expect("a permit")
        .enter();
    assert_eq!(entering.fee, Coins::new(50));
    let snapshot = entering.snapshot;
    assert_eq!(snapshot.stats.map(|stat| stat.get()), [20, 18, 15]);
    assert_eq!(snapshot.discipline_score, 25);
    assert_eq!(snapshot.traits.positive, positive);
    assert_eq!(snapshot.hidden_bp.get(), 270);
    assert_eq!(snapshot.check(), Ok(()));
}

#[test]
fn each_reason_against_an_entry_is_named() {
    let modifiers = EpigeneticModifiers::default();
    let horse = || contender(&modifiers);
    let stranger = Rider {
        user: user(3),
        ..rider()
    };
    assert_eq!(
        refusal(&show(), horse(), stranger, now()),
        Refusal::NotYours
    );
    let state = ShowState::Cancelled;
    let over = Show { state, ..show() };
    assert_eq!(
        refusal(&over, horse(), rider(), now()),
        Refusal::ShowOver { state }
    );
    assert_eq!(
        refusal(&show(), horse(), rider(), noon()),
        Refusal::ShowClosed { since: noon() }
    );
    let twice = Rider {
        already_entered: true,
        ..rider()
    };
    assert_eq!(
        refusal(&show(), horse(), twice, now()),
        Refusal::AlreadyEntered
    );
    let foal = Contender {
        born_at: days_after(now(), -20),
        ..horse()
    };
    assert_eq!(
        refusal(&show(), foal, rider(), now()),
        Refusal::TooYoung { age: 2, least: 3 }
    );
    let old = Contender {
        born_at: days_after(now(), -147),
        ..horse()
    };
    assert_eq!(
        refusal(&show(), old, rider(), now()),
        Refusal::Retired { age: 21, most: 20 }
    );
    let in_foal = Contender {
        in_foal: true,
        ..horse()
    };
    assert_eq!(refusal(&show(), in_foal, rider(), now()), Refusal::InFoal);
    let strong = Contender {
        xp: 1_000,
        ..horse()
    };
    let outside = Refusal::OutsideBracket {
        level: 11,
        level_min: None,
        level_max: Some(10),
    };
    assert_eq!(refusal(&show(), strong, rider(), now()), outside);
    let (need, have) = (Coins::new(50), Coins::new(49));
    let poor = Rider {
        purse: have,
        ..rider()
    };
    assert_eq!(
        refusal(&show(), horse(), poor, now()),
        Refusal::NotEnoughCoins { need, have }
    );
}

#[test]
fn the_last_coin_and_the_last_instant_suffice() {
    let modifiers = EpigeneticModifiers::default();
    let poor = Rider {
        purse: Coins::new(50),
        ..rider()
    };
    let last = at("2026-11-22T11:59:59.999999Z");
    assert!(check(&show(), contender(&modifiers), poor, last).is_ok());
}

#[test]
fn a_withdrawal_returns_the_fee_while_the_show_is_open() {
    let refund =
        check_withdraw(&show(), user(2), user(2), true, now()).map(|withdrawal| withdrawal.refund);
    assert_eq!(refund, Ok(Coins::new(50)));
    let refusal = |owner, entered, now| {
        check_withdraw(&show(), owner, user(2), entered, now).expect_err("a refusal")
    };
    assert_eq!(refusal(user(3), true, now()), Refusal::NotYours);
    assert_eq!(
        refusal(user(2), true, noon()),
        Refusal::ShowClosed { since: noon() }
    );
    assert_eq!(refusal(user(2), false, now()), Refusal::NotEntered);
}

#[test]
fn a_snapshot_that_cannot_be_is_refused() {
    let good = crate::world::snapshot(1, 10);
    let beyond = Snapshot {
        discipline_score: 1_000_001,
        ..good.clone()
    };
    assert!(matches!(
        beyond.check(),
        Err(Refusal::OutOfRange {
            field: "discipline_score",
            ..
        })
    ));
    let below = Snapshot {
        discipline_score: -1,
        ..good.clone()
    };
    assert!(below.check().is_err());
    let hidden = Snapshot {
        hidden_bp: rules::scale::Bp::new(i32::MIN),
        ..good.clone()
    };
    assert!(matches!(
        hidden.check(),
        Err(Refusal::OutOfRange {
            field: "hidden_bp",
            ..
        })
    ));
    let mut torn = good;
    torn.traits.positive = vec![Trait::Bold];
    torn.traits.negative = vec![Trait::Nervous];
    assert!(matches!(torn.check(), Err(Refusal::TraitsConflict { .. })));
}

proptest! {
    #[test]
    fn hidden_traits_count_in_full_and_are_not_named(modifiers in some_modifiers(), discipline in some_discipline()) {
        let snapshot = Snapshot::freeze(&contender(&modifiers), discipline);
        prop_assert_eq!(breakdown(&snapshot, discipline).traits, modifiers.competition_effect(discipline));
        prop_assert!(snapshot.traits.iter().all(|one| !modifiers.hidden().contains(&one)));
        prop_assert_eq!(snapshot.check(), Ok(()));
    }
}

#[test]
fn what_happens_to_a_horse_after_her_entry_does_not_change_her_snapshot() {
    let modifiers = EpigeneticModifiers::default();
    let before = Snapshot::freeze(&contender(&modifiers), racing());
    let trained = Contender {
        discipline_score: 30,
        ..contender(&modifiers)
    };
    assert_ne!(Snapshot::freeze(&trained, racing()), before);
    assert_eq!(Snapshot::freeze(&contender(&modifiers), racing()), before);
}
