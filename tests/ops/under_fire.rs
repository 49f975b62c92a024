//! PostgreSQL is killed again and again while players enter, train and open shows, and shows are settled.

use equoria::bench::crash::{self, Before, Kind, Promises, Wishes};
use equoria::dev::say::Voice;
use harness::Database;

/// PostgreSQL keeps its data with fsync here, and every process of it is killed at one blow. What a killed process has
/// handed to the operating system is not lost: this proves commit, recovery, repeated requests and settlement, not the
/// disk under a failing power supply.
#[tokio::test(flavor = "multi_thread")]
async fn every_write_that_was_acknowledged_is_there_once_after_more_than_twenty_kills_of_postgres()
{
    let wishes = Wishes {
        kills: 22,
        clients: 6,
    };
    let report = crash::run(wishes, &Voice::quiet()).await.unwrap().unwrap();
    eprintln!("{report}");
    assert_eq!((report.kills, report.kills_of_native), (22, 5));
    assert!(report.acknowledged > 22 * 12, "{report}");
    assert!(report.settled > 0 && report.entries > 0, "{report}");
    assert!(report.repeated > 0, "nobody noticed the blows: {report}");
    assert!(report.is_sound(), "{report}");
}

#[tokio::test]
async fn a_promise_that_was_not_kept_a_row_that_nobody_was_told_of_and_xp_from_nowhere_are_found() {
    let database = Database::fresh().await;
    let admin = database.admin().await;
    let before = Before::of(&admin).await.unwrap();
    let kept = |promises: &[(Kind, i64)]| Promises {
        kept: promises.to_vec(),
        ..Promises::default()
    };
    let verdict = before.judge(&admin, &kept(&[])).await.unwrap();
    assert_eq!((verdict.lost, verdict.unheard_of), (0, 0));
    assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
    admin
        .batch_execute(
            "with host as (insert into users (id, name, email, xp)
               values ('00000000-0000-7000-8000-000000000001', 'Host', 'host@example.org', 7) returning id)
             insert into shows (id, name, discipline, entry_fee, prize, run_date, secret_hash, rules_version, host_id)
             select 900, 'Unheard Of', 'Racing', 0, 0, now() + interval '1 day', sha256('x'), 1, id from host",
        )
        .await
        .unwrap();
    let promises = kept(&[(Kind::Show, 901), (Kind::Entry, 1)]);
    let verdict = before.judge(&admin, &promises).await.unwrap();
    assert_eq!((verdict.lost, verdict.unheard_of), (2, 1));
    assert!(verdict.faults[0].contains("XP"), "{:?}", verdict.faults);
}
