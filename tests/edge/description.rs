//! What the API says of its answers holds for its answers.

use serde_json::{Value, json};

use crate::cases::cases;
use crate::run;
use crate::town::town;

/// What the description leaves to another: a proof is a document of the rules, whose types lie beside their module.
const FREE: &str = "/v1/shows/{id}/proof";

/// The schema of a read's answer, with all that it refers to; it allows no member of which it does not speak.
fn schema(description: &Value, template: &str) -> Value {
    let of = &description["paths"][template]["get"]["responses"]["200"]["content"];
    let of = &of["application/json"]["schema"];
    assert!(of.is_object(), "{template} says nothing of its answer");
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "allOf": [of],
        "unevaluatedProperties": template == FREE,
        "components": description["components"],
    })
}

#[test]
fn every_answer_of_the_running_edge_has_the_shape_that_is_described() {
    run(async {
        let town = town().await;
        let description = town.at_the_edge().read("/openapi.json").await;
        let mut wrong = Vec::new();
        for case in cases(&town).iter().filter(|it| it.status == 200) {
            let shape = jsonschema::validator_for(&schema(&description, case.template))
                .unwrap_or_else(|error| panic!("{}: {error}", case.template));
            let answer = case.ask(&town, &town.at_the_edge()).send().await.json();
            let faults = shape.iter_errors(&answer);
            wrong.extend(faults.map(|it| format!("{}{}: {it}", case.path, it.instance_path())));
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}
