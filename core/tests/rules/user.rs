//! Levels, XP, the stipend and settings.

use crate::world::{at, noon};
use proptest::prelude::*;
use rules::Refusal;
use rules::money::Coins;
use rules::progression::{check_stipend, competition_xp, horse_competition_xp, level};
use rules::settings::{Notifications, Privacy, Settings};

#[test]
fn xp_follow_the_placement() {
    assert_eq!([1, 2, 3, 4, 50].map(competition_xp), [20, 15, 10, 0, 0]);
    assert_eq!(
        [1, 2, 3, 4, 50].map(horse_competition_xp),
        [30, 27, 25, 20, 20]
    );
}

#[test]
fn the_stipend_is_paid_once_a_week() {
    let first = check_stipend(None, noon()).expect("a stipend");
    assert_eq!(first.amount, Coins::new(250));
    assert_eq!(first.week, at("2026-11-16T00:00:00Z"));
    assert_eq!(first.next, at("2026-11-23T00:00:00Z"));
    let refused = Err(Refusal::StipendClaimed { until: first.next });
    for last in [first.week, noon()] {
        assert_eq!(check_stipend(Some(last), noon()), refused);
    }
    let eve = at("2026-11-22T23:59:59.999999Z");
    assert_eq!(check_stipend(Some(noon()), eve), refused);
    assert!(check_stipend(Some(eve), first.next).is_ok());
}

#[test]
fn weeks_that_were_not_claimed_are_gone() {
    let stipend = check_stipend(Some(at("2026-01-01T00:00:00Z")), noon()).expect("a stipend");
    assert_eq!(stipend.amount, Coins::new(250));
}

#[test]
fn what_is_not_set_has_its_default() {
    let all = Settings::default().effective();
    assert!(!all.dark_mode);
    assert!(
        all.notifications.training && all.notifications.competitions && all.notifications.breeding
    );
    assert!(all.privacy.profile_visible && all.privacy.share_progress);
}

#[test]
fn what_is_set_holds() {
    let settings = Settings {
        dark_mode: Some(true),
        notifications: Some(Notifications {
            breeding: Some(false),
            ..Notifications::default()
        }),
        privacy: Some(Privacy {
            profile_visible: Some(false),
            share_progress: None,
        }),
    };
    let all = settings.effective();
    assert!(all.dark_mode && all.notifications.training && !all.notifications.breeding);
    assert!(!all.privacy.profile_visible && all.privacy.share_progress);
}

#[test]
fn a_change_leaves_other_keys_as_they_are() {
    let before = Settings {
        privacy: Some(Privacy {
            profile_visible: Some(false),
            share_progress: None,
        }),
        ..Settings::default()
    };
    let change = Settings {
        dark_mode: Some(true),
        privacy: Some(Privacy {
            profile_visible: None,
            share_progress: Some(false),
        }),
        ..Settings::default()
    };
    let after = before.with(change);
    assert_eq!(
        after.privacy,
        Some(Privacy {
            profile_visible: Some(false),
            share_progress: Some(false)
        })
    );
    assert_eq!((after.dark_mode, after.notifications), (Some(true), None));
    assert_eq!(after.with(Settings::default()), after);
}

proptest! {
    #[test]
    fn a_level_never_falls_as_xp_rise(xp in 0..i64::MAX) {
        prop_assert!(level(xp) <= level(xp + 1));
        prop_assert_eq!(level(xp), xp / 100 + 1);
    }

    #[test]
    fn the_next_stipend_is_within_a_week_and_may_be_claimed(seconds in 0_i64..4_000_000_000) {
        let now = rules::Instant::from_timestamp(seconds, 0).expect("an instant");
        let stipend = check_stipend(None, now).expect("a stipend");
        prop_assert!(stipend.week <= now && now < stipend.next);
        prop_assert!(check_stipend(Some(now), stipend.next).is_ok());
        prop_assert!(check_stipend(Some(stipend.week), now).is_err());
    }
}
