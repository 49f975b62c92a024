//! The life of a show.

use crate::world::{at, noon, show, user};
use proptest::prelude::*;
use rules::Refusal;
use rules::competition::show::{
    Bracket, Due, Host, NewShow, Phase, Show, ShowPlan, ShowState, announce, check_host,
};
use rules::money::Coins;
use rules::stable::check_open;
use rules::time::days_after;

fn now() -> rules::Instant {
    at("2026-11-01T00:00:00Z")
}

fn plan() -> ShowPlan<'static> {
    ShowPlan {
        name: "Spring Derby",
        discipline: "Racing",
        level_min: Some(1),
        level_max: Some(10),
        entry_fee: 50,
        prize: 1_000,
        run_date: noon(),
    }
}

fn refusal(plan: ShowPlan<'_>) -> Refusal {
    announce(&plan, now()).expect_err("a refusal")
}

#[test]
fn a_good_plan_becomes_a_show() {
    let show: NewShow = announce(&plan(), now()).expect("a show");
    assert_eq!(
        (show.name(), show.discipline().as_str()),
        ("Spring Derby", "Racing")
    );
    assert_eq!(
        (show.entry_fee(), show.prize()),
        (Coins::new(50), Coins::new(1_000))
    );
    assert_eq!(
        show.bracket(),
        Bracket {
            level_min: Some(1),
            level_max: Some(10)
        }
    );
    assert_eq!(show.run_date(), noon());
    let free = ShowPlan {
        entry_fee: 0,
        prize: 0,
        level_min: None,
        level_max: None,
        ..plan()
    };
    assert!(announce(&free, now()).is_ok());
    let rich = ShowPlan {
        entry_fee: 1_000_000,
        prize: 1_000_000,
        ..plan()
    };
    assert!(announce(&rich, now()).is_ok());
}

#[test]
fn each_bad_plan_is_refused_by_field() {
    let fields = [
        (
            ShowPlan {
                name: "ab",
                ..plan()
            },
            "bad-name",
            "name",
        ),
        (
            ShowPlan {
                discipline: "Tennis",
                ..plan()
            },
            "unknown-value",
            "discipline",
        ),
        (
            ShowPlan {
                level_min: Some(0),
                ..plan()
            },
            "out-of-range",
            "level_min",
        ),
        (
            ShowPlan {
                level_max: Some(1_000_001),
                ..plan()
            },
            "out-of-range",
            "level_max",
        ),
        (
            ShowPlan {
                level_min: Some(11),
                ..plan()
            },
            "bracket-reversed",
            "level_min",
        ),
        (
            ShowPlan {
                entry_fee: -1,
                ..plan()
            },
            "out-of-range",
            "entry_fee",
        ),
        (
            ShowPlan {
                entry_fee: 1_000_001,
                ..plan()
            },
            "out-of-range",
            "entry_fee",
        ),
        (
            ShowPlan {
                prize: -1,
                ..plan()
            },
            "out-of-range",
            "prize",
        ),
        (
            ShowPlan {
                prize: i64::MAX,
                ..plan()
            },
            "out-of-range",
            "prize",
        ),
        (
            ShowPlan {
                run_date: now(),
                ..plan()
            },
            "run-date-past",
            "run_date",
        ),
        (
            ShowPlan {
                run_date: days_after(now(), 91),
                ..plan()
            },
            "run-date-too-far",
            "run_date",
        ),
    ];
    for (plan, code, field) in fields {
        let refusal = refusal(plan);
        assert_eq!((refusal.code(), refusal.field()), (code, Some(field)));
        assert!(refusal.is_malformed());
    }
}

#[test]
fn a_show_runs_later_than_now_and_within_90_days() {
    let soonest = now() + chrono::TimeDelta::microseconds(1);
    let latest = at("2027-01-30T00:00:00Z");
    for run_date in [soonest, latest] {
        assert!(announce(&ShowPlan { run_date, ..plan() }, now()).is_ok());
    }
    let late = ShowPlan {
        run_date: latest + chrono::TimeDelta::microseconds(1),
        ..plan()
    };
    assert_eq!(refusal(late), Refusal::RunDateTooFar { latest });
}

#[test]
fn a_show_closes_at_its_run_date() {
    let before = at("2026-11-22T11:59:59.999999Z");
    assert_eq!(show().phase(before), Phase::Open);
    assert_eq!(show().phase(noon()), Phase::Closed);
    let settled = Show {
        state: ShowState::Settled,
        ..show()
    };
    assert_eq!(settled.phase(before), Phase::Settled);
    let cancelled = Show {
        state: ShowState::Cancelled,
        ..show()
    };
    assert_eq!(cancelled.phase(noon()), Phase::Cancelled);
    assert_eq!(show().check_open(before), Ok(()));
    assert_eq!(
        show().check_open(noon()),
        Err(Refusal::ShowClosed { since: noon() })
    );
    assert_eq!(
        settled.check_open(before),
        Err(Refusal::ShowOver {
            state: ShowState::Settled
        })
    );
}

#[test]
fn only_the_host_cancels_and_only_before_the_run_date() {
    assert!(
        show()
            .check_cancel(user(1), now())
            .is_ok_and(|permit| permit.show() == show().facts.id)
    );
    assert_eq!(show().check_cancel(user(2), now()), Err(Refusal::NotHost));
    assert_eq!(
        show().check_cancel(user(1), noon()),
        Err(Refusal::ShowClosed { since: noon() })
    );
    let state = ShowState::Cancelled;
    let cancelled = Show { state, ..show() };
    assert_eq!(
        cancelled.check_cancel(user(1), now()),
        Err(Refusal::ShowOver { state })
    );
    let treasury = Show {
        host: Host::Treasury,
        ..show()
    };
    assert_eq!(treasury.check_cancel(user(1), now()), Err(Refusal::NotHost));
}

#[test]
fn at_its_run_date_a_show_is_settled_or_for_want_of_entries_cancelled() {
    assert_eq!(
        show().check_due(5, now()),
        Err(Refusal::ShowNotDue { run_date: noon() })
    );
    for entries in [0, 1] {
        assert!(matches!(
            show().check_due(entries, noon()),
            Ok(Due::Cancel(_))
        ));
    }
    assert_eq!(show().check_due(2, noon()), Ok(Due::Settle));
    let state = ShowState::Settled;
    let settled = Show { state, ..show() };
    assert_eq!(
        settled.check_due(2, noon()),
        Err(Refusal::ShowOver { state })
    );
}

#[test]
fn a_bracket_holds_both_of_its_ends() {
    let bracket = Bracket {
        level_min: Some(2),
        level_max: Some(4),
    };
    assert!([2, 3, 4].iter().all(|level| bracket.admit(*level).is_ok()));
    for level in [1, 5] {
        let refusal = Refusal::OutsideBracket {
            level,
            level_min: Some(2),
            level_max: Some(4),
        };
        assert_eq!(bracket.admit(level), Err(refusal));
    }
    assert!(Bracket::default().admit(i64::MAX).is_ok());
}

#[test]
fn a_show_takes_a_hundred_entries() {
    assert_eq!(show().check_room(99), Ok(()));
    assert_eq!(show().check_room(100), Err(Refusal::ShowFull { most: 100 }));
}

proptest! {
    #[test]
    fn any_plan_is_answered(name: String, discipline: String, min: Option<i64>, max: Option<i64>, fee: i64, prize: i64) {
        let plan = ShowPlan {
            name: &name, discipline: &discipline, level_min: min, level_max: max, entry_fee: fee, prize, run_date: noon(),
        };
        if let Ok(show) = announce(&plan, now()) {
            prop_assert!((0..=1_000_000).contains(&show.prize().get()));
        }
    }
}

#[test]
fn a_player_hosts_ten_shows_and_keeps_fifty_stables_at_the_most() {
    let full = |what, most| Err(Refusal::LimitReached { what, most });
    assert_eq!(check_host(9), Ok(()));
    assert_eq!(check_host(10), full("open shows", 10));
    assert_eq!(check_open(49), Ok(()));
    assert_eq!(check_open(50), full("stables", 50));
}
