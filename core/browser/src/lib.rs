//! The rules for a browser: verify a settled show, preview a score, predict a mating, with no server.
//!
//! Objects go in and come out as JavaScript has them; on the way they are JSON, which is lighter than a binding of every
//! field. What goes in has the shape of the API's answers, of which only the fields that count are read, so that a page can
//! hand on what it fetched. What is wrong is thrown as an `Error` whose message names the place.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

pub mod horse;
pub mod mating;
pub mod pedigree;
pub mod score;

use js_sys::JSON;
use rules::competition::proof::{Commitment, Proof, Verdict};
use rules::{RULES_VERSION, document};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

/// The shapes of what goes in and comes out.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.ts");

/// The version of the rules in this module. A proof is for one version.
#[wasm_bindgen(js_name = rulesVersion)]
#[must_use]
pub fn rules_version() -> u32 {
    RULES_VERSION
}

/// Repeats the settlement of a show from its proof: `/v1/shows/{id}/proof`, as an object or as JSON text.
///
/// `commitment` is what the show published when it opened, its `secret_hash`; with it the check covers that, too.
///
/// # Errors
/// What is no proof at all, and a commitment that is none. A proof that does not hold is a verdict, not an error.
#[wasm_bindgen(js_name = verifyShow, unchecked_return_type = "Verdict")]
pub fn verify_show(
    #[wasm_bindgen(unchecked_param_type = "Proof | string")] proof: &JsValue,
    commitment: Option<String>,
) -> Result<JsValue, JsError> {
    let proof: Proof = read("proof of a show", proof)?;
    let published = commitment.map(|text| text.parse::<Commitment>());
    let published = published
        .transpose()
        .map_err(|_| JsError::new("The commitment is not a SHA-256 in hexadecimal."))?;
    write(&Verdict::of(&proof, published.as_ref()))
}

/// What a horse may expect of a show: the expected score and how it comes about, its bounds, and the chance of every place.
///
/// # Errors
/// What cannot be read, by its place.
#[wasm_bindgen(js_name = previewScore, unchecked_return_type = "ScorePreview")]
pub fn preview_score(
    #[wasm_bindgen(unchecked_param_type = "PlannedEntry | string")] entry: &JsValue,
) -> Result<JsValue, JsError> {
    let planned: score::Planned = read("planned entry", entry)?;
    write(&planned.preview())
}

/// What a foal of a mare and a stallion may be: the odds of coat, health, sex and traits, its expected stats and height with
/// their spread, and its inbreeding over the ancestors that are given.
///
/// # Errors
/// What cannot be read, by its place; two horses that have no foals.
#[wasm_bindgen(js_name = predictMating, unchecked_return_type = "Foal")]
pub fn predict_mating(
    #[wasm_bindgen(unchecked_param_type = "PlannedMating | string")] mating: &JsValue,
) -> Result<JsValue, JsError> {
    let planned: mating::Planned = read("planned mating", mating)?;
    let foal = planned.foal().map_err(|wrong| JsError::new(&wrong))?;
    write(&foal)
}

/// Reads what a page gave: an object, or JSON text.
fn read<T: DeserializeOwned>(what: &str, given: &JsValue) -> Result<T, JsError> {
    let text = given.as_string().or_else(|| {
        let text = JSON::stringify(given).ok()?;
        JsValue::from(text).as_string()
    });
    let text = text.ok_or_else(|| {
        JsError::new(&format!(
            "A {what} is an object or JSON text; this is neither."
        ))
    })?;
    document::read(&text).map_err(|wrong| JsError::new(&format!("This is no {what}. {wrong}")))
}

/// Gives a page an object.
fn write(told: &impl Serialize) -> Result<JsValue, JsError> {
    let text = serde_json::to_string(told)?;
    JSON::parse(&text).map_err(|_| JsError::new("The answer cannot be read."))
}
