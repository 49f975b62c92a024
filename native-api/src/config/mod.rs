//! What the environment asks for, checked once at the start.

mod database;
mod environment;
mod login;
mod production;
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
use crate::operator;
use crate::ops::monitor;
use crate::trouble::{Because, Trouble};

/// Port of the native API where nothing else is asked for.
pub const API_PORT: u16 = 8788;

/// Port of the Worker under `wrangler dev` where nothing else is asked for.
pub const EDGE_PORT: u16 = 8787;

/// The variable that says where a standby is, if there is one.
pub const STANDBY: &str = "DATABASE_STANDBY_URL";

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
    /// Whose process this is (`EQUORIA_PROFILE`, else `NODE_ENV`).
    pub profile: Profile,
    /// Where the API listens (`EQUORIA_API_HOST`, `EQUORIA_API_PORT`).
    pub listen: SocketAddr,
    /// Where the writes go (`DATABASE_URL`).
    pub writer: Database,
    /// Where the reads come from (`DATABASE_READ_URL`, else `DATABASE_URL`).
    pub reader: Database,
    /// A standby, which answers what may be behind and where the session has seen no more (`DATABASE_STANDBY_URL`).
    pub standby: Option<Database>,
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
    /// What the operator's page needs besides.
    pub operator: operator::Settings,
    /// What is logged.
    pub log: Log,
}

impl Config {
    /// Reads and checks the whole configuration.
    ///
    /// # Errors
    /// The first setting that is missing or wrong, by its name; in production also whatever is unsafe there.
    pub fn from_environment(of: &Environment) -> Result<Self, Trouble> {
        let profile = said_profile(of)?.ok_or_else(|| {
            Trouble::new(
                "EQUORIA_PROFILE is not set: say production where there are real players, or else development or test, \
                 where the game's clock may be advanced",
            )
        })?;
        let writer = database(of, "DATABASE_URL")?.ok_or_else(|| missing("DATABASE_URL"))?;
        let reader = database(of, "DATABASE_READ_URL")?;
        let config = Self {
            profile,
            listen: SocketAddr::new(host(of)?, port(of, "EQUORIA_API_PORT", API_PORT)?),
            reader: reader.clone().unwrap_or_else(|| writer.clone()),
            standby: database(of, STANDBY)?,
            writer,
            token_key: TokenKey::from_hex("EQUORIA_TOKEN_KEY", &needed(of, "EQUORIA_TOKEN_KEY")?)?,
            dice_secret: needed_secret(of, "EQUORIA_DICE_SECRET")?,
            edge_key: needed_secret(of, "EQUORIA_EDGE_KEY")?,
            limits: Rates::from_environment(of)?,
            monitor: monitor::Settings::from_environment(of, profile)?,
            operator: operator::Settings::from_environment(of)?,
            log: log(of)?,
        };
        if profile == Profile::Production {
            config.refuse_the_unsafe(of, reader.is_some())?;
        }
        Ok(config)
    }

    fn refuse_the_unsafe(&self, of: &Environment, has_reader: bool) -> Result<(), Trouble> {
        if !has_reader {
            return Err(Trouble::new(
                "production needs DATABASE_READ_URL, for a role that can only read",
            ));
        }
        let standby = self.standby.as_ref();
        let standby = standby.map(|database| (STANDBY, database));
        let urls = [
            ("DATABASE_URL", &self.writer),
            ("DATABASE_READ_URL", &self.reader),
        ];
        for (name, database) in urls.into_iter().chain(standby) {
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
        let seed = self.token_key.seed();
        production::require_drawn("EQUORIA_TOKEN_KEY", seed.bytes())?;
        let seals = secret(of, "EQUORIA_AUDIT_KEY")?;
        let drawn = [
            ("EQUORIA_TOKEN_KEY", &seed),
            ("EQUORIA_DICE_SECRET", &self.dice_secret),
            ("EQUORIA_EDGE_KEY", &self.edge_key),
        ];
        let drawn = drawn
            .into_iter()
            .chain(seals.as_ref().map(|key| ("EQUORIA_AUDIT_KEY", key)));
        // A standby has the primary's roles: the reader's password there is the same by nature.
        let others = standby.filter(|(_, it)| it.user() != self.reader.user());
        let passwords = urls
            .into_iter()
            .chain(others)
            .map(|(name, database)| (name, String::from_utf8_lossy(database.password()).into()))
            .filter(|(_, password): &(_, String)| !password.is_empty());
        let secrets = drawn.map(|(name, secret)| (name, secret.hex()));
        production::require_distinct(&passwords.chain(secrets).collect::<Vec<_>>())
    }
}

/// The profile alone, for commands that need nothing else: `EQUORIA_PROFILE`, or `NODE_ENV` as the specification has it.
///
/// # Errors
/// When it is none of development, test and production, or the two variables disagree.
pub fn profile(of: &Environment) -> Result<Profile, Trouble> {
    Ok(said_profile(of)?.unwrap_or(Profile::Development))
}

/// Whether `what` may throw data away, or make some up. A forgotten setting makes no playground of a database that
/// somebody has named: it may be the players'.
///
/// # Errors
/// Those of [`profile`], or when a database is named and no profile is.
pub fn is_playground(of: &Environment, what: &str) -> Result<bool, Trouble> {
    let said = said_profile(of)?;
    for name in ["MIGRATE_DATABASE_URL", "DATABASE_URL"] {
        if said.is_none() && of.get(name)?.is_some() {
            return Err(Trouble::new(format!(
                "{name} names a database that may be the players' and EQUORIA_PROFILE is not set: {what} goes on only \
                 where it says development or test"
            )));
        }
    }
    Ok(said.is_none_or(Profile::is_playground))
}

/// The profile, where one is set.
fn said_profile(of: &Environment) -> Result<Option<Profile>, Trouble> {
    let ours = named_profile(of, "EQUORIA_PROFILE")?;
    let nodes = named_profile(of, "NODE_ENV")?;
    match (ours, nodes) {
        (Some(ours), Some(nodes)) if ours != nodes => Err(Trouble::new(format!(
            "EQUORIA_PROFILE is {ours} and NODE_ENV is {nodes}: one of them must go"
        ))),
        (ours, nodes) => Ok(ours.or(nodes)),
    }
}

fn named_profile(of: &Environment, name: &str) -> Result<Option<Profile>, Trouble> {
    match of.get(name)?.as_deref() {
        None => Ok(None),
        Some("development") => Ok(Some(Profile::Development)),
        Some("test") => Ok(Some(Profile::Test)),
        Some("production") => Ok(Some(Profile::Production)),
        Some(other) => Err(Trouble::new(format!(
            "{name} is `{other}`, but it must be development, test or production"
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
/// When it is set but cannot be honoured; in production also when others could listen, or guess its password.
pub fn database(of: &Environment, name: &str) -> Result<Option<Database>, Trouble> {
    let Some(url) = of.get(name)? else {
        return Ok(None);
    };
    let database = Database::parse(&url).because(|| format!("{name} is refused"))?;
    if profile(of)? == Profile::Production {
        production::require_safe(name, &database)?;
    }
    Ok(Some(database))
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
        "{name} is not set (nor {name}_FILE); `equoria dev` sets everything up for development"
    ))
}

fn needed_secret(of: &Environment, name: &str) -> Result<Secret<32>, Trouble> {
    secret(of, name)?.ok_or_else(|| missing(name))
}

/// A secret of 32 bytes, if it is set.
///
/// # Errors
/// When it is not 64 hexadecimal digits; in production also when nobody drew it.
pub fn secret(of: &Environment, name: &str) -> Result<Option<Secret<32>>, Trouble> {
    let Some(text) = of.get(name)? else {
        return Ok(None);
    };
    let secret = Secret::from_hex(name, &text)?;
    if profile(of)? == Profile::Production {
        production::require_drawn(name, secret.bytes())?;
    }
    Ok(Some(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> Environment {
        Environment::of([
            ("EQUORIA_PROFILE", "production".to_owned()),
            (
                "DATABASE_URL",
                "postgresql://equoria_writer:writers-own-word@127.0.0.1/equoria".to_owned(),
            ),
            (
                "DATABASE_READ_URL",
                "postgresql://equoria_reader:readers-own-word@127.0.0.1/equoria".to_owned(),
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
    fn production_refuses_a_way_on_which_others_can_listen() {
        let tls = "sslrootcert=/etc/ca.crt&channel_binding=require";
        for (keys, named) in [
            ("", "sslmode=prefer"),
            ("?sslmode=disable", "sslmode=verify-full"),
            ("?sslmode=require", "sslmode=require"),
            (&format!("?sslmode=require&{tls}"), "sslmode=verify-full"),
            (&format!("?sslmode=verify-ca&{tls}"), "sslmode=verify-full"),
            (
                "?sslmode=verify-full&sslrootcert=/etc/ca.crt",
                "channel_binding=require",
            ),
        ] {
            for name in ["DATABASE_URL", "DATABASE_READ_URL", "DATABASE_STANDBY_URL"] {
                let url =
                    format!("postgresql://equoria_x:writers-other-word@10.0.0.7/equoria{keys}");
                let said = refusal(&whole().with(name, &url));
                assert!(
                    said.contains(named) && said.contains(name),
                    "{keys}: {said}"
                );
            }
        }
        for place in [
            &format!("10.0.0.7/equoria?sslmode=verify-full&{tls}"),
            "localhost/equoria",
            "[::1]/equoria?sslmode=disable",
            "x/equoria?host=/run/postgresql",
        ] {
            let url = format!("postgresql://equoria_writer:writers-other-word@{place}");
            let far = whole().with("DATABASE_URL", &url);
            assert!(Config::from_environment(&far).is_ok(), "{place}");
        }
    }

    #[test]
    fn production_refuses_every_command_an_unsafe_url() {
        for login in Login::ALL {
            let url = format!(
                "postgresql://{}:a-long-enough-word@db/equoria",
                login.role()
            );
            let of = whole().with(login.variable(), &url);
            let said = login.database(&of).unwrap_err().to_string();
            assert!(said.contains(login.variable()), "{said}");
        }
    }

    #[test]
    fn production_refuses_the_roles_that_own_the_schema() {
        for user in ["postgres", "equoria_migrator", "equoria_owner"] {
            let url = format!("postgresql://{user}:writers-other-word@127.0.0.1/equoria");
            for name in ["DATABASE_URL", "DATABASE_STANDBY_URL"] {
                assert!(refusal(&whole().with(name, &url)).contains(user), "{name}");
            }
        }
        assert!(refusal(&whole().without("DATABASE_READ_URL")).contains("DATABASE_READ_URL"));
    }

    #[test]
    fn production_refuses_passwords_that_are_none_known_short_or_of_development() {
        let drawn = Secret::<16>::for_development().unwrap().hex();
        for (password, named) in [
            ("", "without a password"),
            (":postgres", "everybody tries first"),
            (":Secure_Pass", "everybody tries first"),
            (":equoria_writer", "everybody tries first"),
            (":kx8-2Lq", "fewer than 12"),
            (&format!(":{drawn}"), "for development"),
        ] {
            let url = format!("postgresql://equoria_writer{password}@127.0.0.1/equoria");
            let said = refusal(&whole().with("DATABASE_URL", &url));
            assert!(said.contains(named), "{password}: {said}");
            assert!(password.is_empty() || named != "fewer than 12" || !said.contains(password));
        }
    }

    #[test]
    fn production_refuses_secrets_that_nobody_drew() {
        let counting: Vec<u8> = (7..39).collect();
        let hash = <sha2::Sha256 as sha2::Digest>::digest("password");
        let development = Secret::<32>::for_development().unwrap().hex();
        for (secret, named) in [
            ("0123456789abcdef".repeat(4), "pattern"),
            (hex(&counting), "pattern"),
            (hex(&hash), "SHA-256 of a word"),
            (development, "for development"),
            ("ab".repeat(32), "the same byte"),
        ] {
            for name in [
                "EQUORIA_TOKEN_KEY",
                "EQUORIA_DICE_SECRET",
                "EQUORIA_EDGE_KEY",
            ] {
                let said = refusal(&whole().with(name, &secret));
                assert!(said.contains(named) && said.contains(name), "{said}");
            }
        }
    }

    #[test]
    fn production_refuses_one_secret_for_two_purposes() {
        let secret = Secret::<32>::random().unwrap().hex();
        let all = [
            "EQUORIA_TOKEN_KEY",
            "EQUORIA_DICE_SECRET",
            "EQUORIA_EDGE_KEY",
        ];
        for (one, other) in [(0, 1), (1, 2), (0, 2)] {
            let twice = whole().with(all[one], &secret).with(all[other], &secret);
            let said = refusal(&twice);
            assert!(
                said.contains(all[one]) && said.contains(all[other]),
                "{said}"
            );
        }
        let url = "postgresql://equoria_reader:writers-own-word@127.0.0.1/equoria";
        let said = refusal(&whole().with("DATABASE_READ_URL", url));
        assert!(
            said.contains("DATABASE_READ_URL") && said.contains("different"),
            "{said}"
        );
    }

    #[test]
    fn a_standby_knows_the_readers_password_and_nobody_elses() {
        let standby = |role: &str, password: &str| {
            let url = format!("postgresql://equoria_{role}:{password}@127.0.0.1:5433/equoria");
            whole().with("DATABASE_STANDBY_URL", &url)
        };
        for (role, password) in [("reader", "readers-own-word"), ("edge", "edges-own-word")] {
            let config = Config::from_environment(&standby(role, password)).unwrap();
            assert_eq!(config.standby.unwrap().port(), 5433);
        }
        let said = refusal(&standby("edge", "writers-own-word"));
        assert!(
            said.contains("DATABASE_STANDBY_URL") && said.contains("different"),
            "{said}"
        );
    }

    #[test]
    fn secret_files_that_others_may_read_are_refused_in_production() {
        use std::os::unix::fs::PermissionsExt as _;
        let path = std::env::temp_dir().join(format!("equoria-secret-{}", std::process::id()));
        let secret = Secret::<32>::random().unwrap().hex();
        std::fs::write(&path, &secret).unwrap();
        let of = whole()
            .without("EQUORIA_EDGE_KEY")
            .with("EQUORIA_EDGE_KEY_FILE", path.to_str().unwrap());
        for (mode, is_private) in [(0o644, false), (0o640, false), (0o600, true), (0o400, true)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let read = Config::from_environment(&of);
            assert_eq!(read.is_ok(), is_private, "{mode:o}");
            if let Err(trouble) = read {
                let said = trouble.to_string();
                assert!(said.contains("EQUORIA_EDGE_KEY_FILE") && said.contains("chmod 600"));
            }
            let elsewhere = of.clone().with("EQUORIA_PROFILE", "test");
            assert!(Config::from_environment(&elsewhere).is_ok());
        }
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn the_specifications_environments_are_understood_and_its_example_of_production_is_not_enough()
    {
        for (name, wanted) in [
            ("development", Profile::Development),
            ("test", Profile::Test),
            ("production", Profile::Production),
        ] {
            let of = Environment::of([("NODE_ENV", name)]);
            assert_eq!(profile(&of).unwrap(), wanted);
            let both = of.with("EQUORIA_PROFILE", name);
            assert_eq!(profile(&both).unwrap(), wanted);
        }
        let two = Environment::of([("NODE_ENV", "production"), ("EQUORIA_PROFILE", "test")]);
        let said = profile(&two).unwrap_err().to_string();
        assert!(said.contains("NODE_ENV") && said.contains("EQUORIA_PROFILE"));
        let example = Environment::of([
            (
                "DATABASE_URL",
                "postgresql://prod_user:secure_pass@prod_host:5432/equoria_prod?sslmode=require",
            ),
            ("NODE_ENV", "production"),
            ("LOG_LEVEL", "warn"),
        ]);
        assert!(refusal(&example).contains("sslmode=verify-full"));
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
            ("NODE_ENV", "staging"),
            ("DISABLE_LOGGING", "perhaps"),
        ] {
            assert!(refusal(&whole().with(name, value)).contains(name));
        }
    }
}
