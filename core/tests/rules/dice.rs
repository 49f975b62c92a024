//! Dice. The known answers were computed by a second program (HMAC and ChaCha8 written out in another language).

use crate::world::secret;
use proptest::prelude::*;
use rules::dice::{Dice, Purpose, Secret};
use rules::id::{EntryId, HorseId, ShowId, UserId};
use rules::scale::Bp;

fn hex(text: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal digits");
    (0..text.len()).step_by(2).map(byte).collect()
}

fn world(number: i64) -> Dice {
    Dice::new(&secret(), Purpose::World, &[number.into()])
}

/// draft-strombergson-chacha-test-vectors-01, TC1: key and nonce zero, 8 rounds, first block.
#[test]
fn the_stream_is_chacha8() {
    let mut dice = Dice::from_key([0; 32]);
    let stream: Vec<u8> = (0..16).flat_map(|_| dice.bits32().to_le_bytes()).collect();
    let published = "3e00ef2f895f40d67f5bb8e81f09a5a12c840ec3ce9a7f3b181be188ef711a1e\
                     984ce172b9216f419f445367456d5619314a42a3da86b001387bfdb80e0cfe42";
    assert_eq!(stream, hex(published));
}

/// HMAC-SHA256 of "luck", show 7, entry 1 and rules version 1 under the key 00 01 .. 1f.
#[test]
fn a_stream_is_keyed_by_secret_purpose_subject_and_version() {
    let key: [u8; 32] = hex("13025d862205f771a690c4f94b08e5a995887d51d7d32610f37d2cd24e0ff936")
        .try_into()
        .expect("32 bytes");
    let mut keyed = Dice::new(
        &secret(),
        Purpose::Luck,
        &[ShowId::new(7).into(), EntryId::new(1).into()],
    );
    let mut plain = Dice::from_key(key);
    assert_eq!(
        [0; 40].map(|_| keyed.bits32()),
        [0; 40].map(|_| plain.bits32())
    );
}

#[test]
fn a_subject_may_be_empty_or_a_player() {
    let mut nobody = Dice::new(&secret(), Purpose::World, &[]);
    assert_eq!(
        [0; 4].map(|_| nobody.bits32()),
        [0x4335_b579, 0x2f74_ad2b, 0xc24c_7372, 0x3bc3_b82c]
    );
    let player: UserId = "00112233-4455-6677-8899-aabbccddeeff"
        .parse()
        .expect("a UUID");
    let mut training = Dice::new(
        &secret(),
        Purpose::Training,
        &[player.into(), HorseId::new(-5).into()],
    );
    assert_eq!(training.bits64(), 0x880b_4d4d_fe3a_d442);
}

#[test]
fn draws_have_their_known_answers() {
    let mut dice = world(1);
    assert_eq!(
        [0; 12].map(|_| dice.below(10)),
        [0, 3, 3, 4, 0, 7, 3, 7, 4, 5, 9, 2]
    );
    let mut dice = world(2);
    assert_eq!(
        [0; 8].map(|_| dice.range(-900, 900)),
        [-528, 707, 67, -427, 122, -354, 540, -732]
    );
    // Three draws in ten are rejected at this bound.
    let mut dice = world(3);
    assert_eq!(
        [0; 6].map(|_| dice.below(3_000_000_000)),
        [
            2_694_337_411,
            1_967_084_999,
            2_301_521_874,
            2_386_762_554,
            332_760_550,
            378_745_765
        ]
    );
    let mut dice = world(4);
    assert_eq!(
        [0; 12].map(|_| dice.weighted(&[50, 30, 20])),
        [2, 0, 2, 2, 2, 2, 1, 2, 0, 0, 0, 1]
    );
    let mut dice = Dice::new(&secret(), Purpose::Founder, &[42.into()]);
    assert_eq!(
        [0; 12].map(|_| dice.deviate()),
        [-2, 2, 0, 1, 2, 0, 3, 1, 2, -4, 0, 3]
    );
}

#[test]
fn degenerate_draws_are_answered_and_not_panicked() {
    let mut dice = world(5);
    assert_eq!(dice.below(0), 0);
    assert_eq!(dice.below(1), 0);
    assert_eq!(dice.range(5, 4), 5);
    assert_eq!(dice.range(i32::MIN, i32::MIN), i32::MIN);
    assert_eq!(dice.weighted(&[]), 0);
    assert_eq!(dice.weighted(&[0, 0]), 0);
    assert!(!dice.chance(Bp::ZERO));
    assert!(!dice.chance(Bp::new(-5_000)));
    assert!(dice.chance(Bp::ONE));
    let _ = dice.range(i32::MIN, i32::MAX);
}

#[test]
fn a_deviate_has_mean_0_and_standard_deviation_4() {
    let mut dice = world(6);
    let count = 200_000_i64;
    let (mut sum, mut squares) = (0, 0);
    for _ in 0..count {
        let deviate = i64::from(dice.deviate());
        (sum, squares) = (sum + deviate, squares + deviate * deviate);
    }
    // Standard errors: 4/sqrt(n) = 0.009 for the mean, about 16 x sqrt(2/n) = 0.05 for the variance.
    assert!(sum.abs() * 100 < count * 5, "mean {sum}/{count}");
    assert!(
        (squares - 16 * count).abs() * 10 < count * 3,
        "variance {squares}/{count}"
    );
}

#[test]
fn draws_below_seven_are_uniform() {
    let mut dice = world(7);
    let mut counts = [0_i64; 7];
    for _ in 0..140_000 {
        counts[dice.below(7) as usize] += 1;
    }
    // 20,000 expected of each; the standard deviation is 131.
    assert!(
        counts.iter().all(|count| (count - 20_000).abs() < 700),
        "{counts:?}"
    );
}

#[test]
fn a_secret_does_not_show_in_debug_output() {
    assert_eq!(format!("{:?}", secret()), "Secret");
    assert_eq!(format!("{:?}", world(1)), "Dice");
}

#[test]
fn a_secret_reads_only_from_64_lower_case_digits() {
    let text = "00".repeat(31) + "ff";
    assert_eq!(text.parse::<Secret>().expect("a secret").to_hex(), text);
    for bad in [
        "",
        "0",
        &text[1..],
        &(text.clone() + "0"),
        &text.to_uppercase(),
        &text.replace("ff", "fg"),
    ] {
        assert!(bad.parse::<Secret>().is_err(), "{bad}");
    }
    assert!(Secret::try_from([1_u8; 31].as_slice()).is_err());
}

proptest! {
    #[test]
    fn a_draw_lies_in_its_range(number: i64, low: i32, high: i32) {
        prop_assume!(low <= high);
        let drawn = world(number).range(low, high);
        prop_assert!((low..=high).contains(&drawn));
    }

    #[test]
    fn different_subjects_have_different_streams(a: Vec<i64>, b: Vec<i64>) {
        prop_assume!(a != b);
        let roll = |ids: &[i64]| {
            let subject: Vec<_> = ids.iter().map(|id| (*id).into()).collect();
            let mut dice = Dice::new(&secret(), Purpose::World, &subject);
            (dice.bits64(), dice.bits64())
        };
        prop_assert_ne!(roll(&a), roll(&b));
    }

    #[test]
    fn different_purposes_have_different_streams(id: i64) {
        let mut rolls: Vec<u64> = Purpose::ALL.iter().map(|purpose| Dice::new(&secret(), *purpose, &[id.into()]).bits64()).collect();
        rolls.sort_unstable();
        rolls.dedup();
        prop_assert_eq!(rolls.len(), Purpose::ALL.len());
    }

    #[test]
    fn a_weight_of_zero_is_never_drawn(number: i64, weights in proptest::collection::vec(0_u16..5, 1..12)) {
        prop_assume!(weights.iter().any(|weight| *weight > 0));
        let drawn = world(number).weighted(&weights);
        prop_assert!(weights[drawn] > 0);
    }
}
