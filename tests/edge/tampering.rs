//! What a cheat may change in the proof of a show, and what is found: one table for the terminal and for the browser.

use serde_json::{Value, json};

/// One kind of tampering.
#[derive(Clone, Copy)]
pub struct Kind {
    /// What is changed.
    pub name: &'static str,
    /// Changes it.
    pub change: fn(&mut Value),
    /// What is found, for programs.
    pub wrong: &'static str,
    /// Part of the sentence that says what is wrong.
    pub says: &'static str,
    /// Is the commitment compared with the one that the show published when it opened?
    pub knows_commitment: bool,
}

const fn kind(
    name: &'static str,
    change: fn(&mut Value),
    wrong: &'static str,
    says: &'static str,
) -> Kind {
    Kind {
        name,
        change,
        wrong,
        says,
        knows_commitment: false,
    }
}

const OTHER_SECRET: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// SHA-256 of those 32 bytes.
const ITS_HASH: &str = "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd";

/// Of a show of four entries, of which the last two tie with nothing.
pub const KINDS: &[Kind] = &[
    kind(
        "a score",
        |p| add(&mut p["results"][0]["score_milli"], 1),
        "score_milli",
        ": the score is ",
    ),
    kind(
        "an expected score",
        |p| add(&mut p["results"][0]["expected_milli"], 1),
        "expected_milli",
        "the expected score of the snapshot is ",
    ),
    kind(
        "a stat of a snapshot",
        |p| add(&mut p["entries"][0]["snapshot"]["stats"][0], 1),
        "expected_milli",
        "the expected score of the snapshot is ",
    ),
    kind(
        "the stress of a snapshot",
        |p| p["entries"][0]["snapshot"]["stress"] = json!(100),
        "expected_milli",
        "the expected score of the snapshot is ",
    ),
    kind(
        "a luck",
        |p| p["results"][1]["luck_bp"] = json!(901),
        "luck_bp",
        "the luck that the secret gives is ",
    ),
    kind(
        "the secret",
        |p| p["secret"] = json!(OTHER_SECRET),
        "secret",
        "The secret does not match the commitment",
    ),
    kind(
        "the secret's hash",
        |p| p["commitment"] = json!(ITS_HASH),
        "secret",
        "The secret does not match the commitment",
    ),
    kind(
        "the secret with its hash",
        other_secret,
        "luck_bp",
        "the luck that the secret gives is ",
    ),
    Kind {
        knows_commitment: true,
        ..kind(
            "the secret with its hash, of a show that one saw open",
            other_secret,
            "commitment",
            "published when the show opened",
        )
    },
    kind(
        "the order of placings",
        |p| turn(p, 0, 1),
        "order",
        "Place 1 belongs to entry ",
    ),
    kind(
        "a place",
        |p| p["results"][1]["placement"] = json!(1),
        "placement",
        "the place is 2 by the rules, and the proof says 1",
    ),
    kind(
        "a tie-break",
        |p| turn(p, 2, 3),
        "order",
        "by score, then expected score, then the earlier entry",
    ),
    kind(
        "the instant that breaks a tie",
        earlier,
        "order",
        "Place 3 belongs to entry ",
    ),
    kind(
        "an entry removed",
        |p| drop(list(&mut p["entries"]).pop()),
        "result_without_entry",
        "which is not among the entries",
    ),
    kind(
        "an entry removed with its result",
        last_removed,
        "fees",
        "the sum of the fees is 30 coins, and the proof says 40",
    ),
    kind(
        "an entry added",
        added,
        "entry_without_result",
        "Entry 999999999 has no result",
    ),
    kind(
        "a horse entered twice",
        twice,
        "entries",
        "The entries cannot stand together: ",
    ),
    kind(
        "an entry after the run date",
        late,
        "late_entry",
        "was made after the run date",
    ),
    kind(
        "entries turned",
        |p| list(&mut p["entries"]).reverse(),
        "entry_order",
        "not in the order of their ids",
    ),
    kind(
        "a result twice",
        again,
        "two_results",
        "has more than one result",
    ),
    kind(
        "the horse of a result",
        |p| add(&mut p["results"][0]["horse_id"], 1),
        "horse_id",
        "the horse that was entered is horse ",
    ),
    kind(
        "the prize of a place",
        |p| add(&mut p["results"][1]["prize"], 1),
        "prize",
        "the prize of the place is ",
    ),
    kind(
        "the prize of the show",
        |p| add(&mut p["show"]["prize"], 100),
        "prize",
        "the prize of the place is ",
    ),
    kind(
        "the entry fee",
        |p| add(&mut p["show"]["entry_fee"], 1),
        "fees",
        "the sum of the fees is 44 coins, and the proof says 40",
    ),
    kind(
        "the fees",
        |p| add(&mut p["fees"], 1),
        "fees",
        "the sum of the fees is 40 coins, and the proof says 41",
    ),
    kind(
        "what nobody won",
        |p| add(&mut p["prize_returned"], 1),
        "prize_returned",
        "the part of the prize that nobody won is 0 coins",
    ),
    kind(
        "a horse's XP",
        |p| add(&mut p["results"][0]["horse_xp"], 1),
        "horse_xp",
        "the XP of the horse is ",
    ),
    kind(
        "a player's XP",
        |p| add(&mut p["results"][0]["user_xp"], 1),
        "user_xp",
        "the XP of the player is ",
    ),
    kind(
        "a stat that rose",
        |p| p["results"][3]["stat_gain"] = json!("speed"),
        "stat_gain",
        "the stat that rises is none by the rules, and the proof says speed",
    ),
    kind(
        "the rules' version",
        |p| p["rules_version"] = json!(2),
        "rules_version",
        "The proof is for version 2 of the rules",
    ),
    kind(
        "the discipline",
        |p| p["show"]["discipline"] = json!("Show Jumping"),
        "expected_milli",
        "the expected score of the snapshot is ",
    ),
    kind(
        "the show's id",
        |p| add(&mut p["show"]["id"], 1),
        "luck_bp",
        "the luck that the secret gives is ",
    ),
    kind(
        "the show's name",
        |p| p["show"]["name"] = json!("Another Stakes"),
        "digest",
        "the digest is of something else",
    ),
    kind(
        "the digest",
        |p| p["digest"] = json!(ITS_HASH),
        "digest",
        "the digest is of something else",
    ),
];

/// Documents that are no proofs, and part of the sentence that says why.
pub const MISREAD: &[(&str, fn(&mut Value), &str)] = &[
    (
        "a stat that no horse has",
        |p| p["entries"][0]["snapshot"]["stats"][0] = json!(101),
        "entries[0].snapshot.stats[0]: ",
    ),
    (
        "a field that no proof has",
        |p| p["entries"][1]["bonus"] = json!(5),
        "entries[1].bonus: unknown field `bonus`",
    ),
    (
        "no secret",
        |p| drop(p.as_object_mut().unwrap().remove("secret")),
        "missing field `secret`",
    ),
    (
        "half a secret",
        |p| p["secret"] = json!("00ff"),
        "secret: The value of ",
    ),
    (
        "another kind of number",
        |p| p["results"][0]["prize"] = json!(1.5),
        "results[0].prize: ",
    ),
    (
        "a discipline that nobody rides",
        |p| p["show"]["discipline"] = json!("Polo on Ice"),
        "show.discipline: ",
    ),
    ("a list", |p| *p = json!([]), "invalid"),
];

fn list(value: &mut Value) -> &mut Vec<Value> {
    value.as_array_mut().expect("a list")
}

fn add(number: &mut Value, more: i64) {
    *number = json!(number.as_i64().expect("a whole number") + more);
}

fn other_secret(proof: &mut Value) {
    proof["secret"] = json!(OTHER_SECRET);
    proof["commitment"] = json!(ITS_HASH);
}

/// Lets two entries change places, with all that belongs to the places.
fn turn(proof: &mut Value, one: usize, other: usize) {
    let results = list(&mut proof["results"]);
    results.swap(one, other);
    for field in ["placement", "prize", "horse_xp", "user_xp", "stat_gain"] {
        let kept = results[one][field].take();
        results[one][field] = results[other][field].take();
        results[other][field] = kept;
    }
}

/// Lets the entry that lost its tie have been made long before the other.
fn earlier(proof: &mut Value) {
    let last = proof["results"][3]["entry_id"].clone();
    let entries = list(&mut proof["entries"]);
    let entry = entries.iter_mut().find(|it| it["entry_id"] == last);
    entry.expect("its entry")["entered_at"] = json!("2020-01-01T00:00:00.000Z");
}

fn last_removed(proof: &mut Value) {
    let gone = list(&mut proof["results"]).pop().expect("a result");
    list(&mut proof["entries"]).retain(|it| it["entry_id"] != gone["entry_id"]);
}

fn added(proof: &mut Value) {
    let entries = list(&mut proof["entries"]);
    let mut entry = entries[0].clone();
    entry["entry_id"] = json!(999_999_999);
    entry["snapshot"]["horse_id"] = json!(999_999_999);
    entries.push(entry);
}

fn twice(proof: &mut Value) {
    let horse = proof["entries"][0]["snapshot"]["horse_id"].clone();
    proof["entries"][1]["snapshot"]["horse_id"] = horse;
}

fn late(proof: &mut Value) {
    proof["entries"][0]["entered_at"] = json!("2999-01-01T00:00:00.000Z");
}

fn again(proof: &mut Value) {
    let results = list(&mut proof["results"]);
    let twice = results[0].clone();
    results.push(twice);
}
