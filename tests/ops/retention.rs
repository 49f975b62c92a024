//! What goes from a repository, over made-up catalogues: nothing that something kept needs.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use equoria::ops::backup::catalogue::{
    Catalogue, Cluster, Entry, Facts, Kind, Objects, Point, State, Stored,
};
use equoria::ops::backup::digest::Digest;
use equoria::ops::backup::lsn::{Lsn, SEGMENT_BYTES, Segment};
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
        ..Shelf::default()
    }
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
    fn nothing_goes_that_something_kept_needs(drawn in drawn(), rule in rule()) {
        let (catalogue, shelf) = (catalogue(&drawn), shelf(30));
        let plan = Plan::of(&catalogue, &shelf, &rule, now());
        let kept: BTreeSet<&str> = plan.backups.iter().filter(|it| it.is_kept).map(|it| it.id.as_str()).collect();
        let whole = |entry: &&Entry| entry.is_usable() && catalogue.chain(entry).is_ok();
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
    catalogue
        .corrupted
        .push(equoria::ops::backup::catalogue::Corrupted {
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
fn gaps_are_named_and_end_what_a_backup_can_be_brought_to() {
    let (backup, mut shelf) = (entry(5, 0, None), shelf(30));
    let reach = shelf.reach(&backup).unwrap();
    assert_eq!(reach.last.low, 30);
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
    shelf.segments.remove(&backup.first_segment);
    assert_eq!(shelf.reach(&backup), None);
    assert_eq!(shelf.missing_for(&backup), Some(backup.first_segment));
}
