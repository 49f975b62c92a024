//! What the Worker is told by its variables.

use reads::Failure;
use reads::session::Verifier;
use worker::{Env, Result};

/// The variables of the Worker.
pub(crate) struct Settings {
    /// Where the native API answers, without a slash at the end.
    pub(crate) native_url: String,
    /// Proves to the native API that a request comes from here.
    pub(crate) edge_key: String,
    /// Does the native API keep a clock that may be ahead of the real one?
    pub(crate) is_playground: bool,
    /// Are the reads forwarded, too?
    pub(crate) forwards_reads: bool,
    token_public_key: String,
}

impl Settings {
    /// Reads every variable. `CLOCK` and `READS` may be missing, the others may not.
    pub(crate) fn read(env: &Env) -> Result<Self> {
        let get = |name: &str| env.var(name).map(|it| it.to_string());
        let word = |name: &str| get(name).unwrap_or_default();
        Ok(Self {
            native_url: get("NATIVE_URL")?.trim_end_matches('/').to_owned(),
            edge_key: get("EDGE_KEY")?,
            token_public_key: get("TOKEN_PUBLIC_KEY")?,
            is_playground: matches!(word("CLOCK").as_str(), "development" | "test"),
            forwards_reads: word("READS") == "native",
        })
    }

    /// Checks access tokens.
    pub(crate) fn verifier(&self) -> std::result::Result<Verifier, Failure> {
        Verifier::from_hex(&self.token_public_key).map_err(Failure::broken)
    }
}
