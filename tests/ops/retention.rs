//! What goes from a repository, over made-up catalogues: nothing that something kept needs.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use equoria::ops::backup::catalogue::{
    self, Catalogue, Cluster, Corrupted, Entry, Facts, Kind, Objects, Point, State, Stored,
};
use equoria::ops::backup::digest::Digest;
use equoria::ops::backup::lsn::{Lsn, SEGMENT_BYTES, Segment};
use equoria::ops::backup::place::Place;
use equoria::ops::backup::retain::{Plan, Rule};
use equoria::ops::backup::wal::name::WalFile;
use equoria::ops::backup::wal::shelf::Shelf;
use proptest::prelude::*;
use serde_json::json;

fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// A backup whose log begins in segment `at`.
pub fn entry(at: u32, age_days: i64, parent: Option<&Entry>) -> Entry {
    let object = |name: &str| Stored {
        name: name.to_owned(),
        is_sealed: true,
        plain: Digest::of(b"plain"),
        stored: Digest::of(b"stored"),
    };
    let instant = now() - TimeDelta::days(age_days);
    let lsn = |offset| Lsn(u64::from(at) * SEGMENT_BYTES + offset);
    Entry::begin(Facts {
        id: format!("backup-{at:04}"),
        kind: if parent.is_some() {
            Kind::Incremental
        } else {
            Kind::Full
        },
        parent: parent.map(|parent| parent.id.clone()),
        started_at: instant,
        finished_at: instant,
        by: "test".to_owned(),
        evidence: json!({}),
        cluster: Cluster {
            system_identifier: "7".to_owned(),
            server_version: "18.6".to_owned(),
            schema_version: Some(14),
            databases: vec!["equoria".to_owned()],
            has_checksums: true,
            segment_bytes: SEGMENT_BYTES,
        },
        objects: Objects {
            base: object("base"),
            manifest: object("manifest"),
            recipients: Vec::new(),
            start_lsn: lsn(40),
            stop_lsn: lsn(400),
            timeline: 1,
        },
        point: Point {
            name: format!("point-{at}"),
            lsn: lsn(500),
            at: instant,
            database: "equoria".to_owned(),
            locked_ms: 3,
            prints: Vec::new(),
        },
    })
}

fn shelf(last: u32) -> Shelf {
    let segment = |at| Segment {
        timeline: 1,
        high: 0,
        low: at,
    };
    Shelf {
        segment_bytes: SEGMENT_BYTES,
        segments: (1..=last)
            .map(|at| {
                (
                    segment(at),
                    (1000, now() - TimeDelta::days(i64::from(last - at))),
                )
            })
            .collect(),
        closed_at: (1..=last)
            .map(|at| (segment(at), closed(last - at)))
            .collect(),
        ..Shelf::default()
    }
}

/// A segment is closed a minute before it comes.
fn closed(age_days: u32) -> DateTime<Utc> {
    now() - TimeDelta::days(i64::from(age_days)) - TimeDelta::minutes(1)
}

#[derive(Clone, Debug)]
struct Drawn {
    is_full: bool,
    /// How far back the parent is among the backups before it.
    back: usize,
    state: State,
    is_broken: bool,
    is_going: bool,
    days: i64,
}

fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
    let state = prop_oneof![
        Just(State::Taken),
        Just(State::Checked),
        Just(State::Proven)
    ];
    let one = (
        any::<bool>(),
        0..3_usize,
        state,
        0..8_u8,
        0..12_u8,
        0..6_i64,
    );
    let one = one.prop_map(|(is_full, back, state, broken, going, days)| Drawn {
        is_full,
        back,
        state,
        is_broken: broken == 0,
        is_going: going == 0,
        days,
    });
    prop::collection::vec(one, 0..14)
}

fn catalogue(drawn: &[Drawn]) -> Catalogue {
    let mut entries: Vec<Entry> = Vec::new();
    let mut age = drawn.iter().map(|it| it.days).sum::<i64>();
    for (at, it) in drawn.iter().enumerate() {
        let parent = entries
            .len()
            .checked_sub(1 + it.back)
            .filter(|_| !it.is_full)
            .map(|at| entries[at].clone());
        let mut next = entry(2 * at as u32 + 2, age, parent.as_ref());
        if it.state != State::Taken {
            next.advance(it.state, "test", json!({})).unwrap();
        }
        if it.is_broken {
            next.break_with("test", "drawn so");
        }
        next.going = it.is_going.then(now);
        entries.push(next);
        age -= it.days;
    }
    Catalogue {
        entries,
        ..Catalogue::default()
    }
}

fn rule() -> impl Strategy<Value = Rule> {
    (0..20_u32, 0..4_usize).prop_map(|(keep_days, keep_fulls)| Rule {
        keep_days,
        keep_fulls,
    })
}

proptest! {
    #[test]
    fn nothing_goes_that_something_kept_needs(
        drawn in drawn(),
        rule in rule(),
        holes in prop::collection::vec(1..31_u32, 0..4),
    ) {
        let (catalogue, mut shelf) = (catalogue(&drawn), shelf(30));
        shelf.segments.retain(|segment, _| !holes.contains(&segment.low));
        let plan = Plan::of(&catalogue, &shelf, &rule, now());
        let kept: BTreeSet<&str> = plan.backups.iter().filter(|it| it.is_kept).map(|it| it.id.as_str()).collect();
        let whole = |entry: &&Entry| {
            entry.is_usable() && catalogue.chain(entry).is_ok() && shelf.missing_for(entry).is_none()
        };
        for entry in catalogue.entries.iter().filter(whole).filter(|it| kept.contains(it.id.as_str())) {
            for link in catalogue.chain(entry).unwrap() {
                prop_assert!(kept.contains(link.id.as_str()), "{} without {}", entry.id, link.id);
            }
            let needed = |file: &WalFile| matches!(file, WalFile::Segment(it) if *it >= entry.first_segment);
            prop_assert!(!plan.log.iter().any(|file| needed(file)), "{} without its log", entry.id);
        }
        let newest_first = || catalogue.entries.iter().rev().filter(whole);
        let proven = newest_first().filter(|it| it.state == State::Proven).take(2);
        for entry in proven.chain(newest_first().take(1)) {
            prop_assert!(kept.contains(entry.id.as_str()), "{} went", entry.id);
        }
        for entry in newest_first().filter(|it| it.kind == Kind::Full).take(rule.keep_fulls) {
            prop_assert!(kept.contains(entry.id.as_str()), "{} went", entry.id);
        }
        for entry in catalogue.entries.iter().filter(|it| it.going.is_none()) {
            let is_young = (now() - entry.finished_at).num_days() < i64::from(rule.keep_days);
            prop_assert!(!is_young || kept.contains(entry.id.as_str()), "{} went", entry.id);
        }
        // A link goes after what builds on it.
        let order: Vec<&str> = plan.going().map(|it| it.id.as_str()).collect();
        for (at, id) in order.iter().enumerate() {
            let entry = catalogue.entries.iter().find(|it| it.id == *id).unwrap();
            let parent = entry.parent.as_deref().and_then(|it| order.iter().position(|id| *id == it));
            prop_assert!(parent.is_none_or(|parent| parent > at));
        }
    }

    #[test]
    fn what_nothing_needs_goes(drawn in drawn()) {
        let (catalogue, shelf) = (catalogue(&drawn), shelf(30));
        let rule = Rule { keep_days: 0, keep_fulls: 0 };
        let plan = Plan::of(&catalogue, &shelf, &rule, now());
        let whole = |entry: &&Entry| entry.is_usable() && catalogue.chain(entry).is_ok();
        let newest_first = || catalogue.entries.iter().rev().filter(whole);
        let proven = newest_first().filter(|it| it.state == State::Proven).take(2);
        let wanted: BTreeSet<&str> = proven
            .chain(newest_first().take(1))
            .flat_map(|it| catalogue.chain(it).unwrap())
            .map(|it| it.id.as_str())
            .collect();
        let kept: BTreeSet<&str> = plan.backups.iter().filter(|it| it.is_kept).map(|it| it.id.as_str()).collect();
        prop_assert_eq!(&kept, &wanted);
        let first = catalogue.entries.iter().filter(|it| wanted.contains(it.id.as_str())).map(|it| it.first_segment).min();
        let gone = first.map_or(30, |first| first.low as usize - 1);
        prop_assert_eq!(plan.log.len(), gone);
    }
}

#[test]
fn no_log_goes_while_an_entry_cannot_be_read() {
    let mut catalogue = Catalogue {
        entries: vec![entry(20, 0, None)],
        ..Catalogue::default()
    };
    let rule = Rule {
        keep_days: 0,
        keep_fulls: 0,
    };
    assert_eq!(Plan::of(&catalogue, &shelf(30), &rule, now()).log.len(), 19);
    catalogue.corrupted.push(Corrupted {
        id: "backup-0002".to_owned(),
        reason: "cut off".to_owned(),
    });
    let plan = Plan::of(&catalogue, &shelf(30), &rule, now());
    assert!(
        plan.log.is_empty() && plan.log_reason.contains("backup-0002"),
        "{}",
        plan.log_reason
    );
}

#[test]
fn an_entry_that_cannot_be_read_holds_whatever_it_may_build_on() {
    let rule = Rule {
        keep_days: 0,
        keep_fulls: 0,
    };
    let mut catalogue = Catalogue {
        entries: vec![entry(4, 9, None), entry(12, 5, None), entry(20, 1, None)],
        ..Catalogue::default()
    };
    let kept = |catalogue: &Catalogue| -> Vec<String> {
        let plan = Plan::of(catalogue, &shelf(30), &rule, now());
        let kept = plan.backups.into_iter().filter(|it| it.is_kept);
        kept.map(|it| format!("{}: {}", it.id, it.reason)).collect()
    };
    assert_eq!(kept(&catalogue).len(), 1);
    catalogue.corrupted.push(Corrupted {
        id: "backup-0008".to_owned(),
        reason: "cut off".to_owned(),
    });
    let held = kept(&catalogue);
    assert_eq!(held.len(), 2, "{held:?}");
    assert!(
        held[0].contains("backup-0004: ") && held[0].contains("backup-0008"),
        "{held:?}"
    );
    assert!(held[1].contains("backup-0020: "), "{held:?}");
}

#[test]
fn a_backup_whose_own_log_has_a_gap_stands_for_none_that_can_be_restored() {
    let rule = Rule {
        keep_days: 0,
        keep_fulls: 1,
    };
    let mut proven = entry(12, 5, None);
    proven.advance(State::Proven, "test", json!({})).unwrap();
    let catalogue = Catalogue {
        entries: vec![proven, entry(20, 1, None)],
        ..Catalogue::default()
    };
    let kept = |shelf: &Shelf| -> Vec<String> {
        let plan = Plan::of(&catalogue, shelf, &rule, now());
        let kept = plan.backups.into_iter().filter(|it| it.is_kept);
        kept.map(|it| it.id).collect()
    };
    let mut shelf = shelf(30);
    assert_eq!(kept(&shelf), ["backup-0012", "backup-0020"]);
    shelf.segments.remove(&catalogue.entries[1].first_segment);
    assert_eq!(kept(&shelf), ["backup-0012"]);
    shelf.segments.remove(&catalogue.entries[0].first_segment);
    assert_eq!(kept(&shelf), [""; 0], "nothing can be restored any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_changes_an_entry_loses_nobody_elses_change_and_brings_nothing_back() {
    let folder = std::env::temp_dir().join(format!("equoria-catalogue-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    let place = Place::folder(&folder).unwrap();
    let first = entry(4, 0, None);
    catalogue::save(&place, &first).await.unwrap();
    let changes = (0..8).map(|at| {
        let (place, id) = (place.clone(), first.id.clone());
        tokio::spawn(async move {
            let by = format!("worker {at}");
            catalogue::change(&place, &id, |entry| {
                entry.advance(State::Checked, &by, json!({}))
            })
            .await
        })
    });
    for change in changes.collect::<Vec<_>>() {
        change.await.unwrap().unwrap();
    }
    let changed = catalogue::load(&place, &first.id).await.unwrap();
    let by: BTreeSet<&str> = changed.steps.iter().map(|it| it.by.as_str()).collect();
    assert_eq!((changed.steps.len(), by.len()), (9, 9));

    // Removed between the reading and the writing.
    let file = folder
        .join(catalogue::folder(&first.id))
        .join("backup.json");
    let late = catalogue::change(&place, &first.id, |entry| {
        std::fs::remove_file(&file).unwrap();
        entry.advance(State::Proven, "too late", json!({}))
    });
    let refused = late.await.unwrap_err().to_string();
    assert!(refused.contains("there is no backup"), "{refused}");
    assert!(!file.exists());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_backup_that_is_whole_again_is_checked_and_its_history_tells_what_it_was() {
    let mut backup = entry(4, 0, None);
    backup.advance(State::Proven, "drill", json!({})).unwrap();
    backup.break_with("verify", "no space left on device");
    backup.mend("operator", json!({ "bytes": 7 }));
    assert!(backup.is_usable());
    assert_eq!(backup.state, State::Checked, "it must prove itself anew");
    let last = backup.steps.last().unwrap();
    assert_eq!((last.state, last.by.as_str()), (State::Checked, "operator"));
    assert_eq!(last.evidence["bytes"], 7);
    assert_eq!(
        last.evidence["was_broken_because"],
        "no space left on device"
    );
    assert_eq!(last.evidence["was_broken_by"], "verify");
    // What is not broken is not lowered.
    backup.advance(State::Proven, "drill", json!({})).unwrap();
    let steps = backup.steps.len();
    backup.mend("operator", json!({}));
    assert_eq!((backup.state, backup.steps.len()), (State::Proven, steps));
}

#[test]
fn gaps_are_named_and_end_what_a_backup_can_be_brought_to() {
    let (backup, mut shelf) = (entry(5, 0, None), shelf(30));
    let reach = shelf.reach(&backup).unwrap();
    assert_eq!(reach.last.low, 30);
    assert_eq!(
        reach.until, backup.point.at,
        "its own instant is in it, whatever the clocks say"
    );
    let older = entry(5, 9, None);
    assert_eq!(shelf.reach(&older).unwrap().until, closed(0));
    for low in [12, 13, 20] {
        shelf.segments.remove(&Segment {
            timeline: 1,
            high: 0,
            low,
        });
    }
    let gaps: Vec<String> = shelf
        .gaps(1)
        .iter()
        .map(|gap| format!("{}..{} {}", gap.from, gap.to, gap.count))
        .collect();
    assert_eq!(
        gaps,
        [
            "00000001000000000000000C..00000001000000000000000D 2",
            "000000010000000000000014..000000010000000000000014 1"
        ]
    );
    assert_eq!(shelf.reach(&backup).unwrap().last.low, 11);
    let older = entry(5, 29, None);
    assert_eq!(shelf.reach(&older).unwrap().until, closed(19));
    // What does not tell when it was closed promises no more than the backup itself.
    shelf.closed_at.clear();
    assert_eq!(shelf.reach(&older).unwrap().until, older.point.at);
    shelf.segments.remove(&backup.first_segment);
    assert_eq!(shelf.reach(&backup), None);
    assert_eq!(shelf.missing_for(&backup), Some(backup.first_segment));
}
