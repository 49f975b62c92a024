//! The JSON documents: what they look like and what is refused.

use crate::golden::field;
use crate::proof::prove;
use crate::world::{gauge, racing, secret, some_modifiers};
use proptest::prelude::*;
use rules::competition::entry::Snapshot;
use rules::competition::proof::{Proof, verify};
use rules::discipline::{Discipline, DisciplineScores};
use rules::genetics::Genetics;
use rules::id::{HorseId, UserId};
use rules::settings::Settings;
use rules::stat::{Stat, Stats};
use rules::traits::EpigeneticModifiers;
use serde::{Serialize, de::DeserializeOwned};

fn reads<T: DeserializeOwned>(json: &str) -> bool {
    serde_json::from_str::<T>(json).is_ok()
}

fn same<T: Serialize + DeserializeOwned>(json: &str) {
    let value: T = serde_json::from_str(json).expect(json);
    assert_eq!(serde_json::to_string(&value).expect("JSON"), json);
}

#[test]
fn settings_have_the_shape_of_the_specification() {
    same::<Settings>("{}");
    same::<Settings>(
        r#"{"darkMode":true,"notifications":{"training":true,"competitions":true,"breeding":false},"privacy":{"profileVisible":true,"shareProgress":false}}"#,
    );
    same::<Settings>(r#"{"notifications":{}}"#);
    let bad = [
        r#"{"darkmode":true}"#,
        r#"{"dark_mode":true}"#,
        r#"{"darkMode":null}"#,
        r#"{"darkMode":"true"}"#,
        r#"{"darkMode":1}"#,
        r#"{"privacy":null}"#,
        r#"{"privacy":{"email":true}}"#,
        r#"{"privacy":[]}"#,
        r#"{"notifications":{"training":null}}"#,
        "[]",
        "null",
        "true",
    ];
    for json in bad {
        assert!(!reads::<Settings>(json), "{json}");
    }
    let effective = serde_json::to_string(&Settings::default().effective()).expect("JSON");
    assert_eq!(
        effective,
        r#"{"darkMode":false,"notifications":{"training":true,"competitions":true,"breeding":true},"privacy":{"profileVisible":true,"shareProgress":true}}"#
    );
}

#[test]
fn modifiers_have_the_shape_of_the_specification() {
    same::<EpigeneticModifiers>(r#"{"positive":[],"negative":[],"hidden":[]}"#);
    same::<EpigeneticModifiers>(
        r#"{"positive":["resilient","bold"],"negative":["stubborn"],"hidden":["athletic"]}"#,
    );
    let bad = [
        "{}",
        "[]",
        "null",
        "[[],[],[]]",
        r#"{"positive":[],"negative":[]}"#,
        r#"{"positive":[],"negative":[],"hidden":[],"secret":[]}"#,
        r#"{"positive":null,"negative":[],"hidden":[]}"#,
        r#"{"positive":"bold","negative":[],"hidden":[]}"#,
        r#"{"positive":["Bold"],"negative":[],"hidden":[]}"#,
        r#"{"positive":["winged"],"negative":[],"hidden":[]}"#,
        r#"{"positive":[1],"negative":[],"hidden":[]}"#,
        r#"{"positive":["lazy"],"negative":[],"hidden":[]}"#,
        r#"{"positive":["bold","bold"],"negative":[],"hidden":[]}"#,
        r#"{"positive":["bold"],"negative":[],"hidden":["bold"]}"#,
        r#"{"positive":["bold"],"negative":["nervous"],"hidden":[]}"#,
    ];
    for json in bad {
        assert!(!reads::<EpigeneticModifiers>(json), "{json}");
    }
}

/// The specification's own example names a nervous, calm and bold horse, whose traits exclude each other; without the
/// conflicting ones it reads.
#[test]
fn the_specifications_example_contradicts_itself() {
    let example = r#"{"positive":["resilient","bold","intelligent"],"negative":["nervous","stubborn"],"hidden":["trainability_boost","athletic","calm"]}"#;
    assert!(!reads::<EpigeneticModifiers>(example));
    same::<EpigeneticModifiers>(
        r#"{"positive":["resilient","bold","intelligent"],"negative":[],"hidden":["trainability_boost","athletic","calm"]}"#,
    );
}

#[test]
fn discipline_scores_have_the_shape_of_the_specification() {
    let json = r#"{"Cross Country":10,"Dressage":30,"Racing":25,"Show Jumping":15}"#;
    same::<DisciplineScores>(json);
    same::<DisciplineScores>("{}");
    let scores: DisciplineScores = serde_json::from_str(json).expect("scores");
    assert_eq!(scores.get(racing()), 25);
    assert_eq!(
        scores.get(Discipline::by_name("Polo").expect("a discipline")),
        0
    );
    assert_eq!(scores.iter().count(), 4);
    for bad in [
        r#"{"racing":1}"#,
        r#"{"Racing":-1}"#,
        r#"{"Racing":1000001}"#,
        r#"{"Racing":1.5}"#,
        r#"{"Racing":"1"}"#,
        r#"{"Racing":null}"#,
        r#"{"Racing":9223372036854775808}"#,
        "[]",
    ] {
        assert!(!reads::<DisciplineScores>(bad), "{bad}");
    }
    let mut scores = DisciplineScores::default();
    assert!(scores.set(racing(), 1_000_001).is_err());
    assert_eq!(scores.set(racing(), 1_000_000), Ok(()));
}

#[test]
fn a_genetics_document_is_an_object_of_objects() {
    let json = r#"{"dominant_alleles":{"coat_color":"bay","markings":"star","size":"medium"},"recessive_alleles":{"coat_color":"chestnut","markings":"none","size":"large"},"inheritance_patterns":{"coat_color":"simple_dominant","markings":"recessive","size":"polygenic"}}"#;
    same::<Genetics>(json);
    let listed = json.replace(
        r#"{"coat_color":"bay","markings":"star","size":"medium"}"#,
        r#"["bay","star","medium"]"#,
    );
    assert_ne!(listed, json);
    assert!(!reads::<Genetics>(&listed));
    assert!(!reads::<Genetics>(&json.replace("markings", "colour")));
}

#[test]
fn stats_are_an_object_of_twelve_numbers() {
    let stats = Stats::default().with(Stat::Focus, gauge(7));
    let json = serde_json::to_string(&stats).expect("JSON");
    assert!(
        json.starts_with(r#"{"precision":0,"strength":0,"#) && json.ends_with(r#""focus":7}"#),
        "{json}"
    );
    assert_eq!(serde_json::from_str::<Stats>(&json).expect("stats"), stats);
    assert!(!reads::<Stats>(r#"{"precision":0}"#));
    assert!(!reads::<Stats>(&json.replace(":7", ":101")));
}

#[test]
fn ids_are_numbers_and_players_uuids() {
    same::<HorseId>("42");
    same::<UserId>(r#""00112233-4455-6677-8899-aabbccddeeff""#);
    assert!(!reads::<HorseId>(r#""42""#));
}

#[test]
fn a_snapshot_names_no_hidden_trait() {
    let snapshot = &field()[0].snapshot;
    let json = serde_json::to_string(snapshot).expect("JSON");
    assert_eq!(
        json,
        r#"{"horse_id":101,"stats":[20,18,15],"discipline_score":25,"temperament":"Bold","traits":{"positive":["athletic","resilient"],"negative":[]},"hidden_bp":270,"bond":80,"stress":10}"#
    );
    same::<Snapshot>(&json);
    assert!(!reads::<Snapshot>(&json.replace("hidden_bp", "hidden")));
    assert!(!reads::<Snapshot>(&json.replace("[20,", "[120,")));
}

#[test]
fn a_proof_survives_json() {
    let proof = prove(secret(), field());
    let json = serde_json::to_string(&proof).expect("JSON");
    let again: Proof = serde_json::from_str(&json).expect("a proof");
    assert_eq!(again, proof);
    assert!(verify(&again).is_ok());
    assert!(json.contains(r#""run_date":"2026-11-22T12:00:00.000Z""#));
    assert!(json.contains(r#""entered_at":"2026-11-20T08:00:00.250Z""#));
    assert!(json.contains(r#""score_milli":52480"#));
    assert!(!reads::<Proof>(&json.replacen("{", r#"{"extra":1,"#, 1)));
}

/// The database keeps microseconds and JSON milliseconds; the digest must not notice.
#[test]
fn a_proof_survives_the_loss_of_microseconds() {
    let mut precise = field();
    precise
        .iter_mut()
        .for_each(|entered| entered.entered_at += chrono::TimeDelta::microseconds(456));
    let proof = prove(secret(), precise);
    let json = serde_json::to_string(&proof).expect("JSON");
    let again: Proof = serde_json::from_str(&json).expect("a proof");
    assert_eq!(verify(&again).map(|held| held.digest), Ok(proof.digest));
    assert_eq!(proof.digest, prove(secret(), field()).digest);
}

/// Changes every number and every text of a proof's JSON, one at a time.
#[test]
fn every_changed_leaf_of_the_json_is_found() {
    let proof = prove(secret(), field());
    let json = serde_json::to_value(&proof).expect("JSON");
    let mut leaves = 0;
    for pointer in pointers(&json, String::new()) {
        let mut changed = json.clone();
        let leaf = changed.pointer_mut(&pointer).expect("a leaf");
        *leaf = other_leaf(leaf);
        let found =
            serde_json::from_value::<Proof>(changed).map_or(true, |proof| verify(&proof).is_err());
        assert!(found, "{pointer}");
        leaves += 1;
    }
    assert!(leaves > 80, "{leaves}");
}

fn pointers(value: &serde_json::Value, at: String) -> Vec<String> {
    match value {
        serde_json::Value::Object(map) => map
            .iter()
            .flat_map(|(key, part)| pointers(part, format!("{at}/{key}")))
            .collect(),
        serde_json::Value::Array(list) => (0..)
            .zip(list)
            .flat_map(|(index, part): (i32, _)| pointers(part, format!("{at}/{index}")))
            .collect(),
        _ => vec![at],
    }
}

fn other_leaf(leaf: &serde_json::Value) -> serde_json::Value {
    match leaf {
        serde_json::Value::Number(number) => (number.as_i64().expect("a whole number") + 1).into(),
        serde_json::Value::String(text) if text == "Racing" => "Polo".into(),
        serde_json::Value::String(text) if text.ends_with('Z') => {
            text.replace("2026", "2025").into()
        }
        serde_json::Value::String(text) if text.len() == 64 => {
            (if text.starts_with('0') { "1" } else { "0" }.to_owned() + &text[1..]).into()
        }
        serde_json::Value::String(text) => (text.to_owned() + "x").into(),
        serde_json::Value::Null => 1.into(),
        other => panic!("{other} in a proof"),
    }
}

proptest! {
    #[test]
    fn modifiers_survive_json(modifiers in some_modifiers()) {
        let json = serde_json::to_string(&modifiers).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<EpigeneticModifiers>(&json).expect("modifiers"), modifiers);
    }
}
