//! What the pages offer to do, compared with the description of the API: every write is offered, or stands in a list that
//! says why not.

use std::collections::{BTreeMap, BTreeSet};

use harness::World;
use pages::{Offer, offers};
use serde_json::Value;

/// Writes that no form makes, and why.
const NOT_OFFERED: [(&str, &str, &str); 3] = [
    (
        "PATCH",
        "/v1/account/settings",
        "the form of the settings shows all of them and sends all",
    ),
    (
        "DELETE",
        "/v1/sessions/current",
        "signing out is a form of its own, which works while the game is away, too",
    ),
    ("POST", "/v1/sessions/refresh", "a visit does it by itself"),
];

/// Fields that no form has, and why.
const NOT_ASKED: [(&str, &str, &str); 0] = [];

/// A write as the API describes it.
#[derive(Debug)]
struct Described {
    /// Its fields, and whether each must be named.
    fields: BTreeMap<String, bool>,
    is_conditional: bool,
}

fn described(api: &Value) -> BTreeMap<(String, String), Described> {
    let mut all = BTreeMap::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase();
            if !path.starts_with("/v1")
                || !["POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str())
            {
                continue;
            }
            let parameters = operation["parameters"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let is_conditional = parameters
                .iter()
                .any(|it| it["name"] == "If-Match" && it["required"] == true);
            let fields = fields(api, operation);
            all.insert(
                (method, path.clone()),
                Described {
                    fields,
                    is_conditional,
                },
            );
        }
    }
    all
}

fn fields(api: &Value, operation: &Value) -> BTreeMap<String, bool> {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let named = schema["$ref"].as_str().map(|it| it.trim_start_matches('#'));
    let schema = named.and_then(|it| api.pointer(it)).unwrap_or(schema);
    let required: BTreeSet<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .map(|(name, _)| (name.clone(), required.contains(name.as_str())))
        .collect()
}

#[tokio::test]
async fn every_write_of_the_api_is_offered_by_a_form_or_stands_in_the_list_that_says_why_not() {
    let world = World::new().await;
    let api = world.client.read("/openapi.json").await;
    let described = described(&api);
    assert!(described.len() > 25, "{}", described.len());
    let offered: BTreeMap<(String, String), Offer> = offers()
        .into_iter()
        .map(|it| ((it.method.to_owned(), it.path.clone()), it))
        .collect();
    let not: BTreeMap<(String, String), &str> = NOT_OFFERED
        .iter()
        .map(|(method, path, why)| (((*method).to_owned(), (*path).to_owned()), *why))
        .collect();
    for write in described.keys() {
        let (is_offered, is_listed) = (offered.contains_key(write), not.contains_key(write));
        assert!(
            is_offered != is_listed,
            "{write:?}: offered {is_offered}, listed {is_listed}"
        );
    }
    for (write, offer) in &offered {
        let Some(of) = described.get(write) else {
            panic!("a form becomes {write:?}, which the API does not describe");
        };
        require_same(write, of, offer);
    }
    for write in not.keys() {
        assert!(
            described.contains_key(write),
            "{write:?} is listed, and is no write"
        );
    }
}

fn require_same(write: &(String, String), of: &Described, offer: &Offer) {
    assert_eq!(
        offer.is_conditional, of.is_conditional,
        "{write:?}: If-Match"
    );
    // The settings are an object whose parts the API's description tells in words.
    if write.1 == "/v1/account/settings" {
        return;
    }
    let offered: BTreeMap<&str, bool> = offer.fields.iter().copied().collect();
    for (name, must) in &of.fields {
        let is_listed = NOT_ASKED.contains(&(&write.0, &write.1, name));
        assert!(
            is_listed != offered.contains_key(name.as_str()),
            "{write:?} has a field {name}"
        );
        let is_sent = offered.get(name.as_str()) == Some(&true);
        assert!(!must || is_sent, "{write:?} must name {name}");
    }
    for name in offered.keys() {
        assert!(
            of.fields.contains_key(*name),
            "{write:?} has no field {name}"
        );
    }
}
