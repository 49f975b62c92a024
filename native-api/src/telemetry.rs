//! The log: JSON lines in production, readable lines elsewhere, nothing at all where it is switched off.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Log, Profile};
use crate::trouble::{Because, Trouble};

/// Starts the log of this process, on its standard error. A second start changes nothing.
///
/// # Errors
/// When the level is no filter.
pub fn start(log: &Log, profile: Profile) -> Result<(), Trouble> {
    if log.is_disabled {
        return Ok(());
    }
    let filter = EnvFilter::builder()
        .parse(directives(&log.level))
        .because(|| {
            format!(
                "LOG_LEVEL is `{}`, which is no level and no filter",
                log.level
            )
        })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match profile {
        Profile::Production => lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .finish()
            .try_init(),
        Profile::Development | Profile::Test => lines
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false)
            .finish()
            .try_init(),
    };
    // Whoever has started the log before keeps it.
    drop(started);
    Ok(())
}

/// A bare level is for the product; libraries then speak of warnings only, unless even those are not wanted.
fn directives(level: &str) -> String {
    match level {
        "off" | "error" => level.to_owned(),
        "warn" | "info" | "debug" | "trace" => format!("warn,equoria={level},reads={level}"),
        filter => filter.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_level_speaks_of_the_product() {
        assert_eq!(directives("debug"), "warn,equoria=debug,reads=debug");
        assert_eq!(directives("error"), "error");
        assert_eq!(directives("hyper=trace"), "hyper=trace");
    }

    #[test]
    fn a_level_that_is_no_filter_is_refused() {
        let log = Log {
            level: "equoria=loud=very".to_owned(),
            is_disabled: false,
        };
        assert!(start(&log, Profile::Test).is_err());
    }
}
