//! Proofs, and what is found in them when someone changed them.

use crate::world::{entered, racing, secret, show, some_field, some_secret};
use proptest::prelude::*;
use rules::Refusal;
use rules::competition::entry::Entered;
use rules::competition::proof::{
    Commitment, Digest, Proof, Tampered, Value, Verdict, verify, verify_published,
};
use rules::competition::settlement::settle;
use rules::dice::Secret;
use rules::discipline::Discipline;
use rules::id::{EntryId, HorseId, ShowId};
use rules::money::Coins;
use rules::scale::{Bp, MilliPoints};
use rules::stat::Stat;
use rules::temperament::Temperament;
use rules::traits::Trait;

pub fn prove(secret: Secret, entries: Vec<Entered>) -> Proof {
    let settled = settle(&show().facts, &secret, &entries).expect("a settlement");
    Proof::new(show().facts, secret, entries, settled)
}

fn proof() -> Proof {
    let mut first = entered(1, 100);
    first.snapshot.traits.positive = vec![Trait::Athletic, Trait::Resilient];
    prove(secret(), vec![entered(3, 104), first, entered(2, 102)])
}

/// SHA-256 of the 32 bytes 00 01 .. 1f.
#[test]
fn a_commitment_is_the_hash_of_the_secret() {
    let published = "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd";
    assert_eq!(Commitment::to(&secret()).to_hex(), published);
}

#[test]
fn an_honest_proof_holds() {
    let proof = proof();
    let verified = verify_published(&proof, &Commitment::to(&secret())).expect("it holds");
    assert_eq!((verified.entries, verified.digest), (3, proof.digest));
    assert!(proof.entries.is_sorted_by_key(|one| one.entry_id));
}

#[test]
fn another_commitment_than_the_published_one_is_found() {
    let published = Commitment::to(&Secret::new([9; 32]));
    assert_eq!(
        verify_published(&proof(), &published),
        Err(Tampered::Commitment)
    );
}

/// Everything in a proof that a cheat could change, one change each, and what is found.
type Change = fn(&mut Proof);

fn changes() -> Vec<(&'static str, Change)> {
    vec![
        ("rules version", |p| p.rules_version += 1),
        ("show id", |p| p.show.id = ShowId::new(8)),
        ("show name", |p| p.show.name.push('!')),
        ("discipline", |p| {
            p.show.discipline = Discipline::by_name("Polo").expect("a discipline")
        }),
        ("level min", |p| p.show.level_min = Some(1)),
        ("level max", |p| p.show.level_max = None),
        ("entry fee", |p| p.show.entry_fee = Coins::new(51)),
        ("prize", |p| p.show.prize = Coins::new(1_002)),
        ("run date", |p| {
            p.show.run_date += chrono::TimeDelta::milliseconds(1)
        }),
        ("commitment", |p| p.commitment = Commitment::new([0; 32])),
        ("secret", |p| p.secret = Secret::new([0; 32])),
        ("secret and commitment", |p| {
            p.secret = Secret::new([0; 32]);
            p.commitment = Commitment::to(&p.secret);
        }),
        ("an entry gone", |p| p.entries.truncate(2)),
        ("an entry and its result gone", |p| {
            let gone = p.entries.pop().expect("an entry").entry_id;
            p.results.retain(|row| row.entry_id != gone);
        }),
        ("an entry more", |p| p.entries.push(entered(9, 1))),
        ("entries turned", |p| p.entries.reverse()),
        ("entry id", |p| p.entries[2].entry_id = EntryId::new(4)),
        ("entry instant", |p| {
            p.entries[0].entered_at -= chrono::TimeDelta::milliseconds(1)
        }),
        ("entry after the run date", |p| {
            p.entries[0].entered_at = p.show.run_date + chrono::TimeDelta::milliseconds(1)
        }),
        ("horse", |p| {
            p.entries[0].snapshot.horse_id = HorseId::new(5)
        }),
        ("same horse twice", |p| {
            p.entries[0].snapshot.horse_id = p.entries[1].snapshot.horse_id
        }),
        ("first stat", |p| {
            p.entries[0].snapshot.stats[0] = p.entries[0].snapshot.stats[0].moved(1)
        }),
        ("second stat", |p| {
            p.entries[0].snapshot.stats[1] = p.entries[0].snapshot.stats[1].moved(1)
        }),
        ("third stat", |p| {
            p.entries[0].snapshot.stats[2] = p.entries[0].snapshot.stats[2].moved(1)
        }),
        ("discipline score", |p| {
            p.entries[1].snapshot.discipline_score += 1
        }),
        ("temperament", |p| {
            p.entries[1].snapshot.temperament = Temperament::Lazy
        }),
        ("a positive trait", |p| {
            p.entries[1].snapshot.traits.positive.push(Trait::Bold)
        }),
        ("a negative trait", |p| {
            p.entries[1].snapshot.traits.negative.push(Trait::Lazy)
        }),
        ("traits turned", |p| {
            p.entries[0].snapshot.traits.positive.reverse()
        }),
        ("traits that exclude each other", |p| {
            p.entries[0].snapshot.traits.negative.push(Trait::Fragile);
        }),
        ("hidden bp", |p| {
            p.entries[1].snapshot.hidden_bp = Bp::new(5)
        }),
        ("bond, without effect on the score", |p| {
            p.entries[1].snapshot.bond = p.entries[1].snapshot.bond.moved(-1)
        }),
        ("stress, without effect on the score", |p| {
            p.entries[1].snapshot.stress = p.entries[1].snapshot.stress.moved(1)
        }),
        ("a result gone", |p| p.results.truncate(2)),
        ("a result twice", |p| p.results.push(p.results[0].clone())),
        ("results swapped", |p| p.results.swap(0, 1)),
        ("result entry", |p| {
            p.results[0].entry_id = p.results[1].entry_id
        }),
        ("result horse", |p| p.results[0].horse_id = HorseId::new(5)),
        ("placement", |p| p.results[1].placement = 1),
        ("expected", |p| p.results[0].expected = MilliPoints::new(1)),
        ("luck", |p| p.results[0].luck = Bp::new(901)),
        ("score", |p| p.results[2].score = MilliPoints::MAX),
        ("prize of a place", |p| p.results[2].prize = Coins::new(201)),
        ("horse XP", |p| p.results[0].horse_xp += 1),
        ("user XP", |p| p.results[0].user_xp += 1),
        ("stat gain", |p| {
            let other = if p.results[0].stat_gain == Some(Stat::Speed) {
                None
            } else {
                Some(Stat::Speed)
            };
            p.results[0].stat_gain = other;
        }),
        ("fees", |p| p.fees = Coins::new(151)),
        ("prize returned", |p| p.prize_returned = Coins::new(1)),
        ("digest", |p| p.digest = Digest::new([0; 32])),
    ]
}

#[test]
fn every_change_is_found() {
    assert_eq!(verify(&proof()).map(|held| held.entries), Ok(3));
    for (what, change) in changes() {
        let mut changed = proof();
        change(&mut changed);
        assert_ne!(changed, proof(), "{what}");
        assert!(verify(&changed).is_err(), "{what}");
    }
}

/// A cheat who also computes the digest anew is found out by what the rules give, or by the digest that was published.
#[test]
fn every_change_shows_in_the_digest() {
    for (what, change) in changes() {
        let mut changed = proof();
        change(&mut changed);
        changed.digest = changed.computed_digest();
        let found = verify(&changed).map_or(true, |held| held.digest != proof().digest);
        assert!(found || what == "digest", "{what}");
    }
}

#[test]
fn what_is_wrong_is_named() {
    let found = |change: fn(&mut Proof)| {
        let mut changed = proof();
        change(&mut changed);
        verify(&changed).expect_err("something is wrong")
    };
    assert_eq!(
        found(|p| p.rules_version = 9),
        Tampered::OtherRules { version: 9 }
    );
    assert_eq!(found(|p| p.secret = Secret::new([0; 32])), Tampered::Secret);
    assert_eq!(found(|p| p.entries.reverse()), Tampered::EntryOrder);
    let late =
        found(|p| p.entries[1].entered_at = p.show.run_date + chrono::TimeDelta::milliseconds(1));
    assert_eq!(
        late,
        Tampered::LateEntry {
            entry: EntryId::new(2)
        }
    );
    let twice = found(|p| p.entries[0].snapshot.horse_id = p.entries[1].snapshot.horse_id);
    assert_eq!(
        twice,
        Tampered::Entries {
            refusal: Refusal::EntryTwice
        }
    );
    let third = proof().results[2].entry_id;
    assert_eq!(
        found(|p| p.results.truncate(2)),
        Tampered::Unscored { entry: third }
    );
    assert_eq!(
        found(|p| p.results[1] = p.results[0].clone()),
        Tampered::ScoredTwice {
            entry: proof().results[0].entry_id
        }
    );
    assert_eq!(
        found(|p| p.results[2].entry_id = EntryId::new(77)),
        Tampered::Unentered {
            entry: EntryId::new(77)
        }
    );
    assert_eq!(
        found(|p| p.fees = Coins::ZERO),
        Tampered::Amount {
            field: "fees",
            due: proof().fees,
            said: Coins::ZERO
        }
    );
    assert_eq!(
        found(|p| p.prize_returned = Coins::new(1)),
        Tampered::Amount {
            field: "prize_returned",
            due: Coins::ZERO,
            said: Coins::new(1)
        }
    );
    assert_eq!(found(|p| p.digest = Digest::new([0; 32])), Tampered::Digest);
    assert_eq!(found(|p| p.show.name.push('!')), Tampered::Digest);
    let second = &proof().results[1];
    let prize = found(|p| p.results[1].prize = Coins::new(999));
    assert_eq!(
        prize,
        Tampered::Result {
            entry: second.entry_id,
            field: "prize",
            due: Value::Coins(second.prize),
            said: Value::Coins(Coins::new(999))
        }
    );
    assert!(
        prize
            .to_string()
            .ends_with("coins by the rules, and the proof says 999 coins.")
    );
    let first = proof().results[0].entry_id;
    assert_eq!(
        found(|p| p.results.swap(0, 1)),
        Tampered::Order {
            placement: 1,
            due: first,
            said: second.entry_id
        }
    );
}

/// Two horses who can do nothing score nothing with any luck: the earlier entry wins, and of two at once the lower id.
#[test]
fn a_changed_tie_break_is_found() {
    let tied = || {
        let mut field = vec![entered(1, 100), entered(2, 100)];
        for (number, entered) in (5..).zip(&mut field) {
            entered.snapshot.stats = [rules::scale::Gauge::MIN; 3];
            entered.snapshot.discipline_score = 0;
            entered.snapshot.horse_id = HorseId::new(number);
        }
        prove(secret(), field)
    };
    let proof = tied();
    assert_eq!(proof.results[0].score, proof.results[1].score);
    let mut turned = tied();
    turned.results.swap(0, 1);
    let order = Tampered::Order {
        placement: 1,
        due: EntryId::new(1),
        said: EntryId::new(2),
    };
    assert_eq!(verify(&turned), Err(order));
    let mut later = tied();
    later.entries[0].entered_at += chrono::TimeDelta::milliseconds(1);
    let order = Tampered::Order {
        placement: 1,
        due: EntryId::new(2),
        said: EntryId::new(1),
    };
    assert_eq!(verify(&later), Err(order));
}

#[test]
fn what_is_changed_in_an_entry_is_named_by_the_first_thing_that_no_longer_follows() {
    let wrong = |change: fn(&mut Proof)| {
        let mut changed = proof();
        change(&mut changed);
        let verdict = Verdict::of(&changed, None);
        assert!(!verdict.holds && verdict.digest.is_none());
        (
            verdict.wrong.expect("a name"),
            verdict.why_not.expect("a sentence"),
        )
    };
    let (field, why) = wrong(|p| {
        p.entries[0].snapshot.stats[0] = p.entries[0].snapshot.stats[0].moved(1);
    });
    assert_eq!(field, "expected_milli");
    assert!(
        why.starts_with("Entry 1: the expected score of the snapshot is "),
        "{why}"
    );
    let (field, why) = wrong(|p| p.results[1].luck = Bp::new(901));
    assert_eq!(field, "luck_bp");
    assert!(why.contains("the luck that the secret gives is "), "{why}");
}

#[test]
fn a_verdict_says_what_was_checked() {
    let (proof, published) = (proof(), Commitment::to(&secret()));
    let verdict = Verdict::of(&proof, Some(&published));
    assert_eq!(
        (verdict.holds, verdict.wrong, verdict.entries),
        (true, None, 3)
    );
    let digest = proof.digest.to_hex();
    assert!(
        verdict
            .to_string()
            .ends_with(&format!("rules version 1, digest {digest}."))
    );
    let another = Commitment::to(&Secret::new([9; 32]));
    let verdict = Verdict::of(&proof, Some(&another));
    assert_eq!(verdict.wrong, Some("commitment"));
    assert!(
        verdict
            .to_string()
            .ends_with("is not the one that was published when the show opened.")
    );
}

#[test]
fn a_proof_speaks_of_its_discipline() {
    assert_eq!(proof().show.discipline, racing());
}

proptest! {
    #[test]
    fn every_honest_settlement_can_be_proved(field in some_field(2..=10), secret in some_secret()) {
        let proof = prove(secret, field);
        prop_assert!(verify(&proof).is_ok());
    }

    #[test]
    fn a_raised_score_is_found(field in some_field(2..=6), secret in some_secret(), which in 0_usize..6, by in 1_i64..1_000) {
        let mut proof = prove(secret, field);
        let row = which % proof.results.len();
        proof.results[row].score = MilliPoints::new(proof.results[row].score.get() + by);
        proof.digest = proof.computed_digest();
        let named = matches!(verify(&proof), Err(Tampered::Result { field: "score_milli", .. }));
        prop_assert!(named);
    }
}
