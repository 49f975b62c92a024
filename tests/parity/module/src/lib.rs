//! The parity digests of the rules, exported to JavaScript.

use wasm_bindgen::prelude::wasm_bindgen;

/// The digest of `entries` scored entries made from `seed`.
#[wasm_bindgen(js_name = scoredEntriesDigest)]
#[must_use]
pub fn scored_entries_digest(seed: u64, entries: u32) -> Vec<u8> {
    rules::parity::scored_entries_digest(seed, entries).to_vec()
}

/// The digest of the odds in `fields` fields made from `seed`.
#[wasm_bindgen(js_name = oddsDigest)]
#[must_use]
pub fn odds_digest(seed: u64, fields: u32) -> Vec<u8> {
    rules::parity::odds_digest(seed, fields).to_vec()
}

/// The digest of a herd with `births` conceptions made from `seed`.
#[wasm_bindgen(js_name = birthsDigest)]
#[must_use]
pub fn births_digest(seed: u64, births: u32) -> Vec<u8> {
    rules::parity::births_digest(seed, births).to_vec()
}

/// The digest of `portraits` portraits made from `seed`.
#[wasm_bindgen(js_name = portraitsDigest)]
#[must_use]
pub fn portraits_digest(seed: u64, portraits: u32) -> Vec<u8> {
    rules::parity::portraits_digest(seed, portraits).to_vec()
}

/// One of the [`Task`](rules::parity::Task)s, prepared for a size.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Trial(rules::parity::Trial);

#[wasm_bindgen]
impl Trial {
    /// Prepares a task by its name.
    ///
    /// # Errors
    /// There is no such task.
    #[wasm_bindgen(constructor)]
    pub fn new(task: &str, size: u32) -> Result<Self, String> {
        let trial = task
            .parse()
            .and_then(|task| rules::parity::Trial::new(task, size));
        trial.map(Self).map_err(|refusal| refusal.to_string())
    }

    /// Does the work once.
    #[must_use]
    pub fn run(&self) -> u64 {
        self.0.run()
    }
}
