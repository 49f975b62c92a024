//! Documents that strangers hand in, and where they are wrong.

use crate::proof::prove;
use crate::world::{entered, secret};
use rules::competition::proof::Proof;
use rules::document::{Misread, read};
use serde_json::{Value, json};

fn proof() -> Value {
    let proof = prove(secret(), vec![entered(1, 100), entered(2, 102)]);
    serde_json::to_value(proof).expect("a document")
}

fn wrong(change: fn(&mut Value)) -> Misread {
    let mut document = proof();
    change(&mut document);
    let texts = [document.to_string(), format!("{document:#}")];
    let [one, other] = texts.map(|text| read::<Proof>(&text).expect_err("it is wrong"));
    assert_eq!(one, other, "line breaks make no difference");
    one
}

#[test]
fn a_whole_document_is_read_and_nothing_after_it() {
    let text = proof().to_string();
    assert!(read::<Proof>(&text).is_ok());
    let more = read::<Proof>(&format!("{text} {{}}")).expect_err("there is more");
    assert!(
        more.path.is_empty() && more.cause.contains("trailing"),
        "{more}"
    );
}

#[test]
fn what_is_wrong_is_named_by_its_place() {
    let at = |change| wrong(change).path;
    let stat = |p: &mut Value| p["entries"][1]["snapshot"]["stats"][2] = json!(101);
    assert_eq!(at(stat), "entries[1].snapshot.stats[2]");
    assert_eq!(
        at(|p| p["entries"][1]["bonus"] = json!(1)),
        "entries[1].bonus"
    );
    assert_eq!(
        at(|p| p["results"][0]["prize"] = json!("1")),
        "results[0].prize"
    );
    assert_eq!(at(|p| p["secret"] = json!("ff")), "secret");
    assert_eq!(
        at(|p| p["show"]["discipline"] = json!("a, \"b\": [{")),
        "show.discipline"
    );
    assert_eq!(at(|p| p["show"]["name"] = json!(["x"])), "show.name");
    assert_eq!(at(|p| *p = json!(7)), "");
    assert_eq!(at(|p| p["entries"] = json!({"0": 1})), "entries");
}

#[test]
fn what_is_missing_is_missing_from_the_whole_object() {
    let gone = wrong(|p| {
        p["entries"][0]["snapshot"]
            .as_object_mut()
            .expect("an object")
            .remove("bond");
    });
    assert_eq!(
        gone.to_string(),
        "entries[0].snapshot: missing field `bond`"
    );
    let gone = wrong(|p| drop(p.as_object_mut().expect("an object").remove("secret")));
    assert_eq!(gone.to_string(), "missing field `secret`");
}

#[test]
fn what_is_no_json_is_told_by_line_and_column() {
    let cut = read::<Proof>("{\"rules_version\": 1,\n  \"show\"").expect_err("it is cut");
    assert!(
        cut.path.is_empty() && cut.cause.contains("line 2 column 8"),
        "{cut}"
    );
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_the_reader(text in "[\\PC\\n]{0,80}", cut in 0_usize..2_000) {
        let _refused = read::<Proof>(&text).is_err();
        let whole = proof().to_string();
        if let Some(part) = whole.get(..cut.min(whole.len() - 1)) {
            proptest::prop_assert!(read::<Proof>(part).is_err());
        }
    }
}
