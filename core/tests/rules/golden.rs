//! Golden vectors of version 1 of the rules. They never change: another outcome is another version.
//!
//! The show was worked in a second program, in exact fractions and with its own HMAC, ChaCha8 and encoding.

use crate::proof::prove;
use crate::world::{at, gauge, secret, snapshot};
use rules::RULES_VERSION;
use rules::competition::entry::{Entered, Snapshot};
use rules::competition::proof::verify;
use rules::id::EntryId;
use rules::parity::scored_entries_digest;
use rules::scale::Bp;
use rules::temperament::Temperament;
use rules::traits::{Trait, VisibleTraits};

pub fn field() -> Vec<Entered> {
    let entered = |entry, instant, snapshot| Entered {
        entry_id: EntryId::new(entry),
        entered_at: at(instant),
        snapshot,
    };
    let traits = |positive: &[Trait], negative: &[Trait]| VisibleTraits {
        positive: positive.to_vec(),
        negative: negative.to_vec(),
    };
    vec![
        entered(
            11,
            "2026-11-20T08:00:00.250Z",
            Snapshot {
                stats: [20, 18, 15].map(gauge),
                temperament: Temperament::Bold,
                traits: traits(&[Trait::Athletic, Trait::Resilient], &[]),
                hidden_bp: Bp::new(270),
                bond: gauge(80),
                stress: gauge(10),
                ..snapshot(101, 25)
            },
        ),
        entered(
            12,
            "2026-11-20T09:30:00Z",
            Snapshot {
                stats: [19, 20, 11].map(gauge),
                temperament: Temperament::Lazy,
                traits: traits(&[], &[Trait::Nervous]),
                bond: gauge(40),
                stress: gauge(70),
                ..snapshot(102, 26)
            },
        ),
        entered(
            13,
            "2026-11-21T23:59:59.999Z",
            Snapshot {
                stats: [16, 14, 18].map(gauge),
                traits: traits(&[], &[Trait::Stubborn]),
                bond: gauge(55),
                stress: gauge(50),
                ..snapshot(103, 30)
            },
        ),
    ]
}

#[test]
fn the_golden_show_has_its_results() {
    assert_eq!(RULES_VERSION, 1);
    let proof = prove(secret(), field());
    let rows: Vec<_> = proof
        .results
        .iter()
        .map(|row| {
            (
                row.entry_id.get(),
                row.expected.get(),
                row.luck.get(),
                row.score.get(),
                row.prize.get(),
            )
        })
        .collect();
    let known = [
        (11, 53_274, -149, 52_480, 501),
        (13, 45_988, -94, 45_556, 300),
        (12, 37_463, -529, 35_481, 200),
    ];
    assert_eq!(rows, known);
    assert!(proof.results.iter().all(|row| row.stat_gain.is_none()));
}

#[test]
fn the_golden_show_has_its_digest() {
    let proof = prove(secret(), field());
    let digest = "fbd46eb3388ac38cad2f5903010683ac7aa2cfd38094958e41b5a4a162593e77";
    assert_eq!(proof.digest.to_hex(), digest);
    assert_eq!(verify(&proof).map(|held| held.digest), Ok(proof.digest));
}

fn hex(bytes: [u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn ten_thousand_scored_entries_have_their_digest() {
    assert_eq!(
        hex(scored_entries_digest(1, 0)),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    assert_eq!(
        hex(scored_entries_digest(1, 10_000)),
        "47c1dbf9f8311c48c3d9f41e8007291c70eb46608c7b14634ef5f5e5e288f89e"
    );
    assert_ne!(scored_entries_digest(2, 100), scored_entries_digest(1, 100));
}
