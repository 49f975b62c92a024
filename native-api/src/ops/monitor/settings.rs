//! What the environment asks of the monitor.

use std::net::SocketAddr;
use std::time::Duration;

use crate::config::{Database, Environment, Login, Profile};
use crate::trouble::Trouble;

/// Where `equoria serve` tells its figures where nothing else is asked for: postgres_exporter's port.
pub const PORT: u16 = 9187;

/// Where figures are told, from whom they come, and what counts as slow.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen (`EQUORIA_METRICS_LISTEN`).
    pub listen: Listen,
    /// As whom the database is asked (`MONITOR_DATABASE_URL`); nobody asks it where this is not set.
    pub database: Option<Database>,
    /// From when on a statement is slow (`EQUORIA_SLOW_QUERY_MS`).
    pub slow_after: Duration,
}

/// Where figures are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listen {
    /// Nowhere.
    Off,
    /// Where everybody looks for them, if that port is free.
    Usual,
    /// Exactly there.
    At(SocketAddr),
}

impl Settings {
    /// Reads the settings. A test run listens nowhere unless it asks to.
    ///
    /// # Errors
    /// The setting that cannot be honoured, by its name.
    pub fn from_environment(of: &Environment, profile: Profile) -> Result<Self, Trouble> {
        Ok(Self {
            listen: listen(of, profile)?,
            database: Login::Monitor.database(of)?,
            slow_after: Duration::from_millis(slow_ms(of)?),
        })
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: Listen::Off,
            database: None,
            slow_after: Duration::from_millis(SLOW_MS),
        }
    }
}

const SLOW_MS: u64 = 500;

fn listen(of: &Environment, profile: Profile) -> Result<Listen, Trouble> {
    match of.get("EQUORIA_METRICS_LISTEN")?.as_deref() {
        None if profile == Profile::Test => Ok(Listen::Off),
        None => Ok(Listen::Usual),
        Some("off") => Ok(Listen::Off),
        Some(text) => text.parse().map(Listen::At).map_err(|_| {
            Trouble::new(format!(
                "EQUORIA_METRICS_LISTEN is `{text}`, but it must be an address and a port such as 127.0.0.1:9187, or off"
            ))
        }),
    }
}

fn slow_ms(of: &Environment) -> Result<u64, Trouble> {
    of.get("EQUORIA_SLOW_QUERY_MS")?.map_or(Ok(SLOW_MS), |text| {
        let number = text.parse().ok().filter(|ms| *ms > 0);
        number.ok_or_else(|| {
            Trouble::new(format!(
                "EQUORIA_SLOW_QUERY_MS is `{text}`, but it must be a number of milliseconds, at least 1"
            ))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, value: &str) -> Result<Settings, Trouble> {
        Settings::from_environment(&Environment::of([(name, value)]), Profile::Development)
    }

    #[test]
    fn the_listener_is_where_it_is_asked_to_be_and_nowhere_in_tests() {
        let listen = |value| read("EQUORIA_METRICS_LISTEN", value).map(|it| it.listen);
        assert_eq!(listen("").unwrap(), Listen::Usual);
        assert_eq!(listen("off").unwrap(), Listen::Off);
        let there = "127.0.0.1:0".parse().unwrap();
        assert_eq!(listen("127.0.0.1:0").unwrap(), Listen::At(there));
        assert!(listen("9187").unwrap_err().to_string().contains("LISTEN"));
        let quiet = Settings::from_environment(&Environment::default(), Profile::Test);
        assert_eq!(quiet.unwrap().listen, Listen::Off);
    }

    #[test]
    fn slow_is_a_number_of_milliseconds() {
        let slow = |value| read("EQUORIA_SLOW_QUERY_MS", value);
        assert_eq!(slow("20").unwrap().slow_after, Duration::from_millis(20));
        for strange in ["0", "-5", "soon"] {
            let refused = slow(strange).unwrap_err().to_string();
            assert!(refused.contains("EQUORIA_SLOW_QUERY_MS"), "{refused}");
        }
    }
}
