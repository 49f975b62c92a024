//! What the environment asks for, checked once at the start.

mod database;
mod environment;
mod login;
mod secret;
mod tls;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

pub use database::{Database, Reach};
pub use environment::Environment;
pub use login::Login;
pub use secret::{Secret, TokenKey, hex};
pub use tls::{Authority, Binding, Tls, TlsMode};

use crate::limits::Rates;
use crate::ops::monitor;
use crate::trouble::{Because, Trouble};

/// Port of the native API where nothing else is asked for.
pub const API_PORT: u16 = 8788;

/// Port of the Worker under `wrangler dev` where nothing else is asked for.
pub const EDGE_PORT: u16 = 8787;

/// Who the process works for: it decides what is allowed, never how a rule of the game goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// One person's machine: the game's clock may be advanced, data may be thrown away.
    Development,
    /// A test run: like development, with short-lived data.
    Test,
    /// Real players: no seed, no reset, no clock but the real one, no missing secret.
    Production,
}

impl Profile {
    /// Whether data may be thrown away and the game's clock advanced.
    pub const fn is_playground(self) -> bool {
        !matches!(self, Self::Production)
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Development => "development",
            Self::Test => "test",
            Self::Production => "production",
        })
    }
}

/// How much is written to the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// `LOG_LEVEL`: error, warn, info (the default), debug or trace, or a filter such as `equoria=debug,info`.
    pub level: String,
    /// `DISABLE_LOGGING=true` writes nothing at all.
    pub is_disabled: bool,
}

/// Everything that the native API and its jobs need to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whose process this is (`EQUORIA_PROFILE`).
    pub profile: Profile,
    /// Where the API listens (`EQUORIA_API_HOST`, `EQUORIA_API_PORT`).
    pub listen: SocketAddr,
    /// Where the writes go (`DATABASE_URL`).
    pub writer: Database,
    /// Where the reads come from (`DATABASE_READ_URL`, else `DATABASE_URL`).
    pub reader: Database,
    /// Signs access tokens (`EQUORIA_TOKEN_KEY`).
    pub token_key: TokenKey,
    /// Seeds of the dice are drawn with it (`EQUORIA_DICE_SECRET`).
    pub dice_secret: Secret<32>,
    /// The Worker proves with it who it is, so that the client's address it names is believed (`EQUORIA_EDGE_KEY`).
    pub edge_key: Secret<32>,
    /// How often one may ask (`EQUORIA_LIMIT_...`).
    pub limits: Rates,
    /// Where figures are told, and what counts as slow.
    pub monitor: monitor::Settings,
    /// What is logged.
    pub log: Log,
}

impl Config {
    /// Reads and checks the whole configuration.
    ///
    /// # Errors
    /// The first setting that is missing or wrong, by its name; in production also whatever is unsafe there.
    pub fn from_environment(of: &Environment) -> Result<Self, Trouble> {
        let profile = profile(of)?;
        let writer = database(of, "DATABASE_URL")?.ok_or_else(|| missing("DATABASE_URL"))?;
        let reader = database(of, "DATABASE_READ_URL")?;
        let config = Self {
            profile,
            listen: SocketAddr::new(host(of)?, port(of, "EQUORIA_API_PORT", API_PORT)?),
            reader: reader.clone().unwrap_or_else(|| writer.clone()),
            writer,
            token_key: TokenKey::from_hex("EQUORIA_TOKEN_KEY", &needed(of, "EQUORIA_TOKEN_KEY")?)?,
            dice_secret: secret(of, "EQUORIA_DICE_SECRET")?,
            edge_key: secret(of, "EQUORIA_EDGE_KEY")?,
            limits: Rates::from_environment(of)?,
            monitor: monitor::Settings::from_environment(of, profile)?,
            log: log(of)?,
        };
        if profile == Profile::Production {
            config.refuse_the_unsafe(reader.is_some())?;
        }
        Ok(config)
    }

    fn refuse_the_unsafe(&self, has_reader: bool) -> Result<(), Trouble> {
        if !has_reader {
            return Err(Trouble::new(
                "production needs DATABASE_READ_URL, for a role that can only read",
            ));
        }
        for (name, database) in [
            ("DATABASE_URL", &self.writer),
            ("DATABASE_READ_URL", &self.reader),
        ] {
            if database.reach() == Reach::Network {
                return Err(Trouble::new(format!(
                    "production sends nothing over the network in the clear: {name} must be a Unix socket or \
                     loopback address (end a TLS tunnel there)"
                )));
            }
            if matches!(
                database.user(),
                "postgres" | "equoria_migrator" | "equoria_owner"
            ) {
                return Err(Trouble::new(format!(
                    "production refuses {name} as {}: the API needs no right to change the schema",
                    database.user()
                )));
            }
        }
        if self.dice_secret == self.edge_key {
            return Err(Trouble::new(
                "EQUORIA_DICE_SECRET and EQUORIA_EDGE_KEY must be different secrets",
            ));
        }
        Ok(())
    }
}

/// The profile alone, for commands that need nothing else.
///
/// # Errors
/// When `EQUORIA_PROFILE` is none of development, test and production.
pub fn profile(of: &Environment) -> Result<Profile, Trouble> {
    match of.get("EQUORIA_PROFILE")?.as_deref() {
        None | Some("development") => Ok(Profile::Development),
        Some("test") => Ok(Profile::Test),
        Some("production") => Ok(Profile::Production),
        Some(other) => Err(Trouble::new(format!(
            "EQUORIA_PROFILE is `{other}`, but it must be development, test or production"
        ))),
    }
}

/// What to log, for commands that need nothing else.
///
/// # Errors
/// When `DISABLE_LOGGING` is neither true nor false.
pub fn log(of: &Environment) -> Result<Log, Trouble> {
    let is_disabled = match of.get("DISABLE_LOGGING")?.as_deref() {
        None | Some("false" | "0") => false,
        Some("true" | "1") => true,
        Some(other) => {
            return Err(Trouble::new(format!(
                "DISABLE_LOGGING is `{other}`, but it must be true or false"
            )));
        }
    };
    let level = of.get("LOG_LEVEL")?.unwrap_or_else(|| "info".to_owned());
    Ok(Log { level, is_disabled })
}

/// A database URL, if it is set.
///
/// # Errors
/// When it is set but cannot be honoured.
pub fn database(of: &Environment, name: &str) -> Result<Option<Database>, Trouble> {
    of.get(name)?
        .map(|url| Database::parse(&url).because(|| format!("{name} is refused")))
        .transpose()
}

/// A port from the environment, or the usual one.
///
/// # Errors
/// When it is no number from 0 to 65535 (0 lets the system choose).
pub fn port(of: &Environment, name: &str, usual: u16) -> Result<u16, Trouble> {
    of.get(name)?.map_or(Ok(usual), |text| {
        text.parse().map_err(|_| {
            Trouble::new(format!(
                "{name} is `{text}`, but it must be a port (0 to 65535)"
            ))
        })
    })
}

fn host(of: &Environment) -> Result<IpAddr, Trouble> {
    of.get("EQUORIA_API_HOST")?
        .map_or(Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)), |text| {
            text.parse().map_err(|_| {
                Trouble::new(format!(
                    "EQUORIA_API_HOST is `{text}`, but it must be an IP address"
                ))
            })
        })
}

fn needed(of: &Environment, name: &str) -> Result<String, Trouble> {
    of.get(name)?.ok_or_else(|| missing(name))
}

fn missing(name: &str) -> Trouble {
    Trouble::new(format!(
        "{name} is not set (nor {name}_FILE); `cargo run` sets everything up for development"
    ))
}

fn secret(of: &Environment, name: &str) -> Result<Secret<32>, Trouble> {
    Secret::from_hex(name, &needed(of, name)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> Environment {
        Environment::of([
            ("EQUORIA_PROFILE", "production".to_owned()),
            (
                "DATABASE_URL",
                "postgresql://equoria_writer:w@127.0.0.1/equoria".to_owned(),
            ),
            (
                "DATABASE_READ_URL",
                "postgresql://equoria_reader:r@127.0.0.1/equoria".to_owned(),
            ),
            ("EQUORIA_TOKEN_KEY", TokenKey::random().unwrap().hex()),
            ("EQUORIA_DICE_SECRET", Secret::<32>::random().unwrap().hex()),
            ("EQUORIA_EDGE_KEY", Secret::<32>::random().unwrap().hex()),
        ])
    }

    fn refusal(of: &Environment) -> String {
        Config::from_environment(of).unwrap_err().to_string()
    }

    #[test]
    fn a_whole_configuration_is_accepted_in_production() {
        let config = Config::from_environment(&whole()).unwrap();
        assert_eq!(config.profile, Profile::Production);
        assert_eq!(config.listen.to_string(), "127.0.0.1:8788");
    }

    #[test]
    fn every_missing_secret_is_named() {
        for name in [
            "DATABASE_URL",
            "EQUORIA_TOKEN_KEY",
            "EQUORIA_DICE_SECRET",
            "EQUORIA_EDGE_KEY",
        ] {
            assert!(refusal(&whole().without(name)).contains(name));
        }
    }

    #[test]
    fn production_refuses_the_network_without_tls_and_the_roles_that_own_the_schema() {
        let far = whole().with(
            "DATABASE_URL",
            "postgresql://equoria_writer:w@10.0.0.7/equoria",
        );
        assert!(refusal(&far).contains("in the clear"));
        let owner = whole().with("DATABASE_URL", "postgresql://postgres:w@127.0.0.1/equoria");
        assert!(refusal(&owner).contains("postgres"));
        assert!(refusal(&whole().without("DATABASE_READ_URL")).contains("DATABASE_READ_URL"));
    }

    #[test]
    fn production_refuses_one_secret_for_two_purposes() {
        let secret = Secret::<32>::random().unwrap().hex();
        let twice = whole()
            .with("EQUORIA_DICE_SECRET", &secret)
            .with("EQUORIA_EDGE_KEY", &secret);
        assert!(refusal(&twice).contains("different"));
    }

    #[test]
    fn a_config_shows_no_secret() {
        let environment = whole();
        let shown = format!("{:?}", Config::from_environment(&environment).unwrap());
        for name in [
            "EQUORIA_TOKEN_KEY",
            "EQUORIA_DICE_SECRET",
            "EQUORIA_EDGE_KEY",
        ] {
            assert!(!shown.contains(&environment.get(name).unwrap().unwrap()));
        }
    }

    #[test]
    fn strange_ports_profiles_and_switches_are_refused_by_name() {
        for (name, value) in [
            ("EQUORIA_API_PORT", "eight"),
            ("EQUORIA_API_HOST", "everywhere"),
            ("EQUORIA_PROFILE", "staging"),
            ("DISABLE_LOGGING", "perhaps"),
        ] {
            assert!(refusal(&whole().with(name, value)).contains(name));
        }
    }
}
