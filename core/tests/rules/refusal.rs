//! Refusals as data: codes, fields, sentences.

use crate::world::noon;
use rules::Refusal;
use rules::competition::show::ShowState;
use rules::genetics::Locus;
use rules::money::Coins;
use rules::name::NameFault;
use rules::traits::Trait;
use std::collections::BTreeSet;

fn every() -> Vec<Refusal> {
    let (now, until) = (noon(), noon());
    let names = NameFault::ALL.iter().map(|fault| Refusal::BadName {
        field: "name",
        fault: *fault,
        least: 1,
        most: 60,
    });
    let rest = [
        Refusal::Unknown { field: "breed" },
        Refusal::OutOfRange {
            field: "prize",
            least: 0,
            most: 5,
        },
        Refusal::BadEmail,
        Refusal::NameTaken { field: "name" },
        Refusal::EmailTaken,
        Refusal::TooManyCoins,
        Refusal::NotEnoughCoins {
            need: Coins::new(5),
            have: Coins::new(4),
        },
        Refusal::NotYours,
        Refusal::TooYoung { age: 2, least: 3 },
        Refusal::Retired { age: 21, most: 20 },
        Refusal::InFoal,
        Refusal::Resting { until },
        Refusal::AlreadyGroomed { until },
        Refusal::StipendClaimed { until },
        Refusal::StarterTaken,
        Refusal::TraitTwice {
            r#trait: Trait::Bold,
        },
        Refusal::TraitOnWrongSide {
            r#trait: Trait::Bold,
        },
        Refusal::TraitsConflict {
            one: Trait::Bold,
            other: Trait::Fearful,
        },
        Refusal::BracketReversed {
            level_min: 2,
            level_max: 1,
        },
        Refusal::RunDatePast { now },
        Refusal::RunDateTooFar { latest: now },
        Refusal::ShowOver {
            state: ShowState::Settled,
        },
        Refusal::ShowClosed { since: now },
        Refusal::ShowNotDue { run_date: now },
        Refusal::NotHost,
        Refusal::TooFewEntries {
            entries: 1,
            least: 2,
        },
        Refusal::OutsideBracket {
            level: 1,
            level_min: Some(2),
            level_max: None,
        },
        Refusal::OutsideBracket {
            level: 9,
            level_min: None,
            level_max: Some(8),
        },
        Refusal::OutsideBracket {
            level: 9,
            level_min: Some(2),
            level_max: Some(8),
        },
        Refusal::AlreadyEntered,
        Refusal::NotEntered,
        Refusal::ShowFull { most: 100 },
        Refusal::LimitReached {
            what: "open shows",
            most: 10,
        },
        Refusal::EntryTwice,
        Refusal::SameHorse,
        Refusal::WrongSex { field: "mare_id" },
        Refusal::NotOfBreedingAge {
            field: "stallion_id",
            age: 2,
            least: 3,
            most: 20,
        },
        Refusal::NotAtStud,
        Refusal::FeeDiffers {
            fee: Coins::new(200),
        },
        Refusal::FoalhoodOver { since: now },
        Refusal::ActivityNotOpen { day: 4, until },
        Refusal::ActivityDone,
        Refusal::AlreadyTested,
        Refusal::UnknownAllele { locus: Locus::Mc1r },
    ];
    names.chain(rest).collect()
}

#[test]
fn codes_are_kebab_case_and_one_per_kind() {
    let codes: BTreeSet<_> = every().iter().map(Refusal::code).collect();
    // 43 kinds; names have six faults and brackets three shapes.
    assert_eq!(codes.len(), 43);
    for code in codes {
        assert!(
            code.chars().all(|c| c.is_ascii_lowercase() || c == '-'),
            "{code}"
        );
    }
}

#[test]
fn every_refusal_is_a_sentence() {
    for refusal in every() {
        let sentence = refusal.to_string();
        assert!(
            sentence.ends_with('.') && sentence.contains(' '),
            "{sentence}"
        );
        assert!(sentence.starts_with(char::is_uppercase), "{sentence}");
    }
    let resting = Refusal::Resting { until: noon() };
    assert_eq!(
        resting.to_string(),
        "This horse rests until 2026-11-22 12:00:00 UTC."
    );
    assert_eq!(resting.until(), Some(noon()));
}

#[cfg(feature = "serde")]
#[test]
fn refusals_serialise_to_their_data() {
    let json = |refusal: Refusal| serde_json::to_string(&refusal).expect("JSON");
    assert_eq!(
        json(Refusal::Resting { until: noon() }),
        r#"{"until":"2026-11-22T12:00:00.000Z"}"#
    );
    let (need, have) = (Coins::new(5), Coins::new(4));
    assert_eq!(
        json(Refusal::NotEnoughCoins { need, have }),
        r#"{"need":5,"have":4}"#
    );
    assert_eq!(json(Refusal::InFoal), "null");
    let conflict = Refusal::TraitsConflict {
        one: Trait::Bold,
        other: Trait::Fearful,
    };
    assert_eq!(json(conflict), r#"{"one":"bold","other":"fearful"}"#);
}
