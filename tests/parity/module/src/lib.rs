//! The parity digests of the rules, exported to JavaScript.

use wasm_bindgen::prelude::wasm_bindgen;

/// The digest of `entries` scored entries made from `seed`.
#[wasm_bindgen(js_name = scoredEntriesDigest)]
#[must_use]
pub fn scored_entries_digest(seed: u64, entries: u32) -> Vec<u8> {
    rules::parity::scored_entries_digest(seed, entries).to_vec()
}

/// The digest of a herd with `births` conceptions made from `seed`.
#[wasm_bindgen(js_name = birthsDigest)]
#[must_use]
pub fn births_digest(seed: u64, births: u32) -> Vec<u8> {
    rules::parity::births_digest(seed, births).to_vec()
}
