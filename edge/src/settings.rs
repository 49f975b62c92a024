//! What the Worker is told by its variables.

use reads::seen::Cookies;
use reads::session::Verifier;
use std::sync::OnceLock;
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
    /// For how many seconds copies answer at most; none where none are kept.
    pub(crate) copies_for_s: Option<i64>,
    /// Checks access tokens.
    pub(crate) verifier: Verifier,
}

/// Those of this isolate: where a variable changes, another isolate runs.
static SETTINGS: OnceLock<Settings> = OnceLock::new();

impl Settings {
    /// The settings, which are read at the first request.
    pub(crate) fn of(env: &Env) -> Result<&'static Self> {
        match SETTINGS.get() {
            Some(settings) => Ok(settings),
            None => {
                let read = Self::read(env)?;
                Ok(SETTINGS.get_or_init(|| read))
            }
        }
    }

    /// Reads every variable. `CLOCK`, `READS` and `COPIES_FOR_S` may be missing, the others may not.
    fn read(env: &Env) -> Result<Self> {
        let get = |name: &str| env.var(name).map(|it| it.to_string());
        let word = |name: &str| get(name).unwrap_or_default();
        let copies_for_s = word("COPIES_FOR_S");
        Ok(Self {
            copies_for_s: match copies_for_s.as_str() {
                "" => Some(i64::MAX),
                "none" => None,
                seconds => Some(seconds.parse().map_err(|_| "COPIES_FOR_S is no number")?),
            },
            native_url: get("NATIVE_URL")?.trim_end_matches('/').to_owned(),
            edge_key: get("EDGE_KEY")?,
            verifier: Verifier::from_hex(&get("TOKEN_PUBLIC_KEY")?)
                .map_err(|_| "TOKEN_PUBLIC_KEY is no key")?,
            is_playground: matches!(word("CLOCK").as_str(), "development" | "test"),
            forwards_reads: word("READS") == "native",
        })
    }

    /// How the cookies are set that carry what a session has seen.
    pub(crate) const fn cookies(&self) -> Cookies {
        Cookies {
            are_secure: !self.is_playground,
        }
    }
}
