//! The four documents: the types of the rules and the checks of the database accept and refuse the same ones.

use harness::Database;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rules::discipline::{Discipline, DisciplineScores};
use rules::genetics::{Genetics, InheritancePattern};
use rules::settings::Settings;
use rules::traits::{EpigeneticModifiers, Sign, Trait};
use serde_json::{Map, Value, json};

use crate::trial::pristine;

/// How many documents of each kind are compared.
const DOCUMENTS: usize = 600;

fn settings() -> impl Strategy<Value = Value> {
    let flag = || prop::option::of(any::<bool>());
    let group = |names: [&'static str; 3]| {
        prop::option::of(
            [flag(), flag(), flag()].prop_map(move |flags| object(names.into_iter().zip(flags))),
        )
    };
    let notifications = group(["training", "competitions", "breeding"]);
    let privacy = prop::option::of(
        [flag(), flag()]
            .prop_map(|flags| object(["profileVisible", "shareProgress"].into_iter().zip(flags))),
    );
    (flag(), notifications, privacy).prop_map(|(dark, notifications, privacy)| {
        object([
            ("darkMode", dark.map(Value::from)),
            ("notifications", notifications),
            ("privacy", privacy),
        ])
    })
}

fn object<V: Into<Value>>(members: impl IntoIterator<Item = (&'static str, Option<V>)>) -> Value {
    let present = members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.into())));
    Value::Object(present.collect())
}

fn scores() -> impl Strategy<Value = Value> {
    let names: Vec<&str> = Discipline::ALL
        .iter()
        .map(|discipline| discipline.as_str())
        .collect();
    let score = prop_oneof![0..=1_000_000_i64, Just(0), Just(1_000_000)];
    prop::collection::btree_map(prop::sample::select(names), score, 0..=23)
        .prop_map(|scores| json!(scores))
}

fn modifiers() -> impl Strategy<Value = Value> {
    (
        Just(Trait::ALL.to_vec()).prop_shuffle(),
        0..=12_usize,
        any::<u32>(),
    )
        .prop_map(|(traits, count, hidden)| {
            let mut standing: Vec<Trait> = Vec::new();
            for candidate in traits {
                if standing.len() < count
                    && !standing.iter().any(|one| one.conflicts_with(candidate))
                {
                    standing.push(candidate);
                }
            }
            let mut lists = [Vec::new(), Vec::new(), Vec::new()];
            for (at, one) in standing.into_iter().enumerate() {
                let list = match (hidden >> at & 1, one.facts().sign) {
                    (1, _) => 2,
                    (_, Sign::Positive) => 0,
                    (_, Sign::Negative) => 1,
                };
                lists[list].push(one.as_str());
            }
            let [positive, negative, hidden] = lists;
            json!({"positive": positive, "negative": negative, "hidden": hidden})
        })
}

fn genetics() -> impl Strategy<Value = Value> {
    let word = || "[a-zé \"\\\\]{1,60}";
    let words = move || [word(), word(), word()].prop_map(characters);
    let pattern = || {
        prop::sample::select(InheritancePattern::ALL)
            .prop_map(|pattern| pattern.as_str().to_owned())
    };
    let patterns = [pattern(), pattern(), pattern()].prop_map(characters);
    let count = prop_oneof![19 => 0..=5_usize, 1 => 99..=101_usize];
    let loci = count.prop_flat_map(|count| {
        prop::collection::btree_map(
            "[A-Za-z0-9_]{1,20}",
            "[A-Za-z0-9_+*.-]{1,20}/[A-Za-z0-9_+*.-]{1,20}",
            count,
        )
    });
    (words(), words(), patterns, prop::option::of(loci)).prop_map(|(dominant, recessive, patterns, loci)| {
        let mut document = json!({"dominant_alleles": dominant, "recessive_alleles": recessive, "inheritance_patterns": patterns});
        if let (Some(members), Some(loci)) = (document.as_object_mut(), loci) {
            members.insert("loci".to_owned(), json!(loci));
        }
        document
    })
}

fn characters([coat_color, markings, size]: [String; 3]) -> Value {
    json!({"coat_color": coat_color, "markings": markings, "size": size})
}

/// What is put in place of a part of a document.
fn junk() -> impl Strategy<Value = Value> {
    let words = [
        "",
        "bold",
        "nervous",
        "resilient",
        "fragile",
        "lazy",
        "athletic",
        "Racing",
        "recessive",
        "E/e",
        "hidden",
        "true",
        "25",
    ];
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop::sample::select(vec![
            -1_i64,
            0,
            1,
            25,
            1_000_000,
            1_000_001,
            i64::MAX,
            i64::MIN
        ])
        .prop_map(Value::from),
        prop::sample::select(vec![0.5, 25.0, -0.0, 1e3, 1e300]).prop_map(Value::from),
        Just(Value::from(u64::MAX)),
        prop::sample::select(words.to_vec()).prop_map(Value::from),
        "\\PC{0,62}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([[]])),
        Just(json!([[], [], []])),
        Just(json!([null])),
        Just(json!(["bold", "bold"])),
        Just(json!({"darkMode": true})),
        Just(json!({"Racing": 25})),
        Just(json!({"positive": [], "negative": [], "hidden": []})),
        Just(json!({"a": {"b": [1, {"c": null}]}})),
    ]
}

/// Values that are nearly right where settings are wanted.
fn nearly_settings() -> BoxedStrategy<Value> {
    let values = [
        json!(true),
        json!(null),
        json!(1),
        json!("false"),
        json!({}),
        json!({"training": true}),
        json!({"shareProgress": false}),
    ];
    prop::sample::select(values.to_vec()).boxed()
}

/// Values around the bounds of a score.
fn nearly_scores() -> BoxedStrategy<Value> {
    let whole = [
        -1_i64, 0, 999_999, 1_000_000, 1_000_001, 9_999_999, 10_000_000,
    ];
    let others = [
        json!(25.0),
        json!(0.5),
        json!("25"),
        json!(-0.0),
        json!(1e6),
    ];
    let values: Vec<Value> = whole.into_iter().map(Value::from).chain(others).collect();
    prop::sample::select(values).boxed()
}

/// Traits, which belong into one list or another.
fn nearly_modifiers() -> BoxedStrategy<Value> {
    let names: Vec<Value> = Trait::ALL
        .iter()
        .map(|one| one.as_str().into())
        .chain([json!("Bold"), json!("brave")])
        .collect();
    prop::sample::select(names).boxed()
}

/// Words and genotypes around their bounds.
fn nearly_genetics() -> BoxedStrategy<Value> {
    let allele = "x".repeat(21);
    let genotypes = [
        "E/e", "E", "/e", "E/", "E/e/e", "E /e", "E/e\n", "é/e", "n+*.-_/n",
    ]
    .map(str::to_owned);
    let words = [
        "é".repeat(60),
        "é".repeat(61),
        " ".to_owned(),
        format!("E/{allele}"),
        format!("{allele}/e"),
    ];
    let patterns = InheritancePattern::ALL
        .iter()
        .map(|one| one.as_str().to_owned());
    let values: Vec<Value> = genotypes
        .into_iter()
        .chain(words)
        .chain(patterns)
        .map(Value::from)
        .collect();
    prop::sample::select(values).boxed()
}

/// One thing that goes wrong with a document.
#[derive(Clone, Debug)]
enum Change {
    Replace(Value),
    Remove,
    Rename(String),
    Add(String, Value),
    Wrap,
    Repeat,
    Shout,
}

fn change(nearly: BoxedStrategy<Value>) -> impl Strategy<Value = Change> {
    let names = [
        "darkMode",
        "dark_mode",
        "notifications",
        "privacy",
        "shareProgress",
        "Racing",
        "racing",
        "Chess",
        "positive",
        "hidden",
        "loci",
        "MC1R",
        "coat_color",
        "size",
        "unknown",
        "",
        "a b",
    ];
    let name = || prop::sample::select(names.to_vec()).prop_map(str::to_owned);
    let value = prop_oneof![3 => nearly, 1 => junk()].boxed();
    prop_oneof![
        4 => value.clone().prop_map(Change::Replace),
        2 => Just(Change::Remove),
        1 => name().prop_map(Change::Rename),
        2 => (name(), value).prop_map(|(name, value)| Change::Add(name, value)),
        1 => Just(Change::Wrap),
        2 => Just(Change::Repeat),
        1 => Just(Change::Shout),
    ]
}

/// The parts of a document, the whole first, each as a JSON pointer.
fn parts(document: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let children: Vec<(String, &Value)> = match document {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (escaped(name), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, item)| (at.to_string(), item))
            .collect(),
        _ => Vec::new(),
    };
    for (name, child) in children {
        found.extend(
            parts(child)
                .into_iter()
                .map(|below| format!("/{name}{below}")),
        );
    }
    found
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn changed(mut document: Value, at: &prop::sample::Index, change: &Change) -> Value {
    let parts = parts(&document);
    let pointer = at.get(&parts);
    if let (Change::Remove | Change::Rename(_) | Change::Repeat, Some((above, last))) =
        (change, pointer.rsplit_once('/'))
    {
        if let Some(parent) = document.pointer_mut(above) {
            change_member(parent, &last.replace("~1", "/").replace("~0", "~"), change);
        }
        return document;
    }
    if let Some(part) = document.pointer_mut(pointer) {
        change_part(part, change);
    }
    document
}

fn change_member(parent: &mut Value, name: &str, change: &Change) {
    match (parent, change) {
        (Value::Object(members), Change::Remove) => {
            members.remove(name);
        }
        (Value::Object(members), Change::Rename(new)) => {
            if let Some(value) = members.remove(name) {
                members.insert(new.clone(), value);
            }
        }
        (Value::Array(items), change) => {
            let at = name.parse::<usize>().unwrap_or_default();
            match change {
                Change::Remove => drop(items.remove(at)),
                _ => items.push(items[at].clone()),
            }
        }
        _ => {}
    }
}

fn change_part(part: &mut Value, change: &Change) {
    match (part, change) {
        (part, Change::Replace(value)) => *part = value.clone(),
        (Value::Object(members), Change::Add(name, value)) => {
            members.insert(name.clone(), value.clone());
        }
        (Value::Array(items), Change::Add(_, value)) => items.push(value.clone()),
        (Value::String(text), Change::Shout) => *text = text.to_uppercase(),
        (part, Change::Wrap) => *part = json!([part.take()]),
        _ => {}
    }
}

/// Documents as they should be, with up to three things wrong.
fn sample(
    valid: impl Strategy<Value = Value> + 'static,
    nearly: BoxedStrategy<Value>,
) -> Vec<String> {
    let spoilt = (
        valid,
        prop::collection::vec((any::<prop::sample::Index>(), change(nearly)), 0..=3),
    )
        .prop_map(|(document, changes)| {
            changes.iter().fold(document, |document, (at, change)| {
                changed(document, at, change)
            })
        });
    let dice = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), dice);
    (0..DOCUMENTS)
        .map(|_| spoilt.new_tree(&mut runner).unwrap().current().to_string())
        .chain(
            [
                "null",
                "true",
                "0",
                "\"\"",
                "[]",
                "{}",
                "[[],[],[]]",
                "[null]",
            ]
            .map(str::to_owned),
        )
        .collect()
}

/// Asks the database about all documents at once; each answer comes with the document as the database would give it back.
async fn asked(check: &str, documents: &[String]) -> Vec<(Option<bool>, String)> {
    let administrator = pristine().await.admin().await;
    let sql = format!(
        "select {check}, d::text from unnest($1::text[]) with ordinality t (s, at), lateral (select s::jsonb as d) j order by at"
    );
    let rows = administrator.query(&sql, &[&documents]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

async fn agree(check: &str, documents: Vec<String>, accepts: impl Fn(&str) -> bool) {
    let answers = asked(check, &documents).await;
    let mut differences: Vec<String> = Vec::new();
    let mut accepted = 0;
    for (answer, document) in &answers {
        // A check that is NULL lets a row pass: it must answer.
        let answer = answer.unwrap_or_else(|| panic!("{check} has no answer for {document}"));
        accepted += usize::from(answer);
        if answer != accepts(document) {
            differences.push(format!(
                "the database {} {document}",
                if answer { "accepts" } else { "refuses" }
            ));
        }
    }
    differences.sort_by_key(String::len);
    differences.truncate(10);
    assert!(
        differences.is_empty(),
        "the rules say otherwise:\n{}",
        differences.join("\n")
    );
    let refused = answers.len() - accepted;
    assert!(
        accepted > DOCUMENTS / 10 && refused > DOCUMENTS / 10,
        "{accepted} accepted, {refused} refused"
    );
}

#[tokio::test]
async fn settings_are_the_same_to_the_rules_and_to_the_database() {
    let accepts = |text: &str| serde_json::from_str::<Settings>(text).is_ok();
    agree(
        "is_user_settings(d)",
        sample(settings(), nearly_settings()),
        accepts,
    )
    .await;
}

#[tokio::test]
async fn discipline_scores_are_the_same_to_the_rules_and_to_the_database() {
    let accepts = |text: &str| serde_json::from_str::<DisciplineScores>(text).is_ok();
    let known = "is_discipline_scores(d) and not exists (
        select from jsonb_object_keys(case jsonb_typeof(d) when 'object' then d else '{}' end) k
        where k not in (select name from disciplines))";
    agree(known, sample(scores(), nearly_scores()), accepts).await;
}

#[tokio::test]
async fn epigenetic_modifiers_are_the_same_to_the_rules_and_to_the_database() {
    let accepts = |text: &str| serde_json::from_str::<EpigeneticModifiers>(text).is_ok();
    agree(
        "is_epigenetic_modifiers(d)",
        sample(modifiers(), nearly_modifiers()),
        accepts,
    )
    .await;
}

#[tokio::test]
async fn genetics_are_the_same_to_the_rules_and_to_the_database() {
    let accepts = |text: &str| {
        serde_json::from_str::<Genetics>(text).is_ok_and(|genetics| genetics.check().is_ok())
    };
    agree(
        "is_genetics(d)",
        sample(genetics(), nearly_genetics()),
        accepts,
    )
    .await;
}

#[tokio::test]
async fn the_specifications_own_examples_are_documents() {
    let settings = r#"{"darkMode": true, "notifications": {"training": true, "competitions": true, "breeding": false},
        "privacy": {"profileVisible": true, "shareProgress": false}}"#;
    let scores = r#"{"Racing": 25, "Show Jumping": 15, "Dressage": 30, "Cross Country": 10}"#;
    let genetics = r#"{"dominant_alleles": {"coat_color": "bay", "markings": "star", "size": "medium"},
        "recessive_alleles": {"coat_color": "chestnut", "markings": "none", "size": "large"},
        "inheritance_patterns": {"coat_color": "simple_dominant", "markings": "recessive", "size": "polygenic"}}"#;
    for (check, document) in [
        ("is_user_settings(d)", settings),
        ("is_discipline_scores(d)", scores),
        ("is_genetics(d)", genetics),
    ] {
        assert_eq!(
            asked(check, &[document.to_owned()]).await[0].0,
            Some(true),
            "{document}"
        );
    }
    assert!(serde_json::from_str::<Settings>(settings).is_ok());
    assert!(serde_json::from_str::<DisciplineScores>(scores).is_ok());
    assert!(serde_json::from_str::<Genetics>(genetics).is_ok_and(|read| read.check().is_ok()));
}

#[tokio::test]
async fn every_pair_of_traits_is_judged_alike() {
    let mut documents = Vec::new();
    for one in Trait::ALL {
        for list in ["positive", "negative", "hidden"] {
            let mut alone = json!({"positive": [], "negative": [], "hidden": []});
            alone[list] = json!([one]);
            documents.push(alone.to_string());
        }
        for other in Trait::ALL {
            documents
                .push(json!({"positive": [], "negative": [], "hidden": [one, other]}).to_string());
        }
    }
    let accepts = |text: &str| serde_json::from_str::<EpigeneticModifiers>(text).is_ok();
    agree("is_epigenetic_modifiers(d)", documents, accepts).await;
}

/// The specification's example of modifiers names a bold horse nervous, which its own list of conflicts excludes.
#[tokio::test]
async fn a_bold_horse_is_not_nervous() {
    let conflicting = r#"{"positive": ["resilient", "bold", "intelligent"], "negative": ["nervous", "stubborn"],
        "hidden": ["trainability_boost", "athletic", "calm"]}"#;
    let at_peace = r#"{"positive": ["resilient", "bold", "intelligent"], "negative": [], "hidden": ["trainability_boost", "athletic", "calm"]}"#;
    for (document, is_one) in [(conflicting, false), (at_peace, true)] {
        assert_eq!(
            asked("is_epigenetic_modifiers(d)", &[document.to_owned()]).await[0].0,
            Some(is_one)
        );
        assert_eq!(
            serde_json::from_str::<EpigeneticModifiers>(document).is_ok(),
            is_one
        );
    }
}

#[tokio::test]
async fn the_largest_documents_fit_their_columns() {
    let database = Database::fresh().await;
    crate::trial::populate(&database).await;
    let administrator = database.admin().await;
    let scores: Map<String, Value> = Discipline::ALL
        .iter()
        .map(|one| (one.as_str().to_owned(), 1_000_000.into()))
        .collect();
    let word = "\u{1}".repeat(60);
    let loci: Map<String, Value> = (0..100)
        .map(|at| {
            (
                format!("{at:020}"),
                format!("{0}/{0}", "x".repeat(20)).into(),
            )
        })
        .collect();
    let words = json!({"coat_color": word, "markings": word, "size": word});
    let patterns = json!({"coat_color": "simple_dominant", "markings": "simple_dominant", "size": "simple_dominant"});
    let genetics = json!({"dominant_alleles": words, "recessive_alleles": words, "inheritance_patterns": patterns, "loci": loci});
    let read: Genetics = serde_json::from_value(genetics.clone()).unwrap();
    assert_eq!(read.check(), Ok(()));
    administrator
        .execute(
            "update horses set discipline_scores = $1 where id = 1001",
            &[&Value::Object(scores)],
        )
        .await
        .unwrap();
    administrator
        .execute(
            "update foals set genetics = $1 where id = 1010",
            &[&genetics],
        )
        .await
        .unwrap();
}
