//! The treasury's calendar.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;
use rules::competition::calendar::{DAYS_AHEAD, fixtures, keep_free};
use rules::competition::show::announce;
use rules::discipline::Discipline;
use rules::{Instant, Refusal};

fn at(text: &str) -> Instant {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

#[test]
fn a_show_runs_at_six_in_the_evening_and_a_show_that_has_begun_is_not_announced() {
    let before = fixtures(at("2026-11-22T17:59:59Z"));
    let after = fixtures(at("2026-11-22T18:00:00Z"));
    let tonight = at("2026-11-22T18:00:00Z");
    assert_eq!(before.first().unwrap().run_date, tonight);
    assert!(after.iter().all(|fixture| fixture.run_date > tonight));
}

#[test]
fn the_first_discipline_of_the_list_runs_on_days_that_three_divides() {
    // 2026-11-22 is day 20,779 since 1970; 20,781 = 3 x 6,927 is the next that three divides, and 6,927 is odd: open.
    let first = Discipline::ALL[0];
    let all = fixtures(at("2026-11-22T12:00:00Z"));
    let own: Vec<_> = all
        .iter()
        .filter(|fixture| fixture.discipline == first)
        .collect();
    assert_eq!(own[0].name, format!("{} Open 2026-11-24", first.as_str()));
    assert_eq!(own[1].name, format!("{} Novice 2026-11-27", first.as_str()));
    assert_eq!(own.len(), 2);
}

#[test]
fn a_player_may_not_take_a_name_of_the_calendar() {
    for taken in ["Racing Open 2026-11-25", "show jumping NOVICE 2031-02-03 "] {
        assert_eq!(
            keep_free(taken),
            Err(Refusal::NameTaken { field: "name" }),
            "{taken}"
        );
    }
    for free in [
        "Racing Open",
        "Racing Cup 2026-11-25",
        "Racing Open 2026-W47",
        "Bowls Open 2026-11-25",
        "2026-11-25",
    ] {
        assert_eq!(keep_free(free), Ok(()), "{free}");
    }
}

proptest! {
    #[test]
    fn at_any_time_every_discipline_has_a_show_ahead_and_each_may_be_announced(minutes in 0_i64..20_000_000) {
        let now = at("2026-01-01T00:00:00Z") + TimeDelta::minutes(minutes);
        let all = fixtures(now);
        for fixture in &all {
            prop_assert_eq!(announce(&fixture.plan(), now).map(|_| ()), Ok(()));
            prop_assert!(fixture.run_date <= now + TimeDelta::days(DAYS_AHEAD));
        }
        for discipline in Discipline::ALL {
            prop_assert!(all.iter().any(|fixture| fixture.discipline == *discipline));
        }
        prop_assert!(all.iter().all(|fixture| keep_free(&fixture.name).is_err()));
        // PostgreSQL lowers a dotted capital I to i, and the sign of the kelvin to k.
        let disguised = |name: &str| name.replace('i', "\u{130}").replace('k', "\u{212a}");
        prop_assert!(all.iter().all(|fixture| keep_free(&disguised(&fixture.name)).is_err()));
        let names: BTreeSet<_> = all.iter().map(|fixture| &fixture.name).collect();
        prop_assert_eq!(names.len(), all.len());
    }

    #[test]
    fn two_moments_of_a_day_agree_on_the_shows_that_both_see(hours in 0_i64..24) {
        let early = fixtures(at("2026-11-22T00:00:00Z"));
        let late = fixtures(at("2026-11-22T00:00:00Z") + TimeDelta::hours(hours));
        let shared = late.iter().filter(|fixture| fixture.run_date <= at("2026-11-29T00:00:00Z"));
        for fixture in shared {
            prop_assert!(early.contains(fixture));
        }
    }
}
