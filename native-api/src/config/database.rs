//! `DATABASE_URL`, read by ourselves: every key is honoured or refused by name.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::config::{ChannelBinding, Host, SslMode, TargetSessionAttrs};
use url::Url;

use crate::trouble::{Because, Trouble};

/// A place to connect to, with the size of the pool that may use it.
///
/// Neither `Debug` nor `Display` shows the password; [`Database::url`] does.
#[derive(Clone, PartialEq, Eq)]
pub struct Database {
    postgres: tokio_postgres::Config,
    /// How many connections the pool may hold (`connection_limit`, 1 to 1000).
    pub connection_limit: usize,
    /// How long a request waits for a connection (`pool_timeout`, whole seconds).
    pub pool_timeout: Duration,
}

const LIMIT: usize = 10;
const TIMEOUT_S: u64 = 10;

impl Database {
    /// Reads a URL such as `postgresql://writer:secret@127.0.0.1:5432/equoria?connection_limit=20&pool_timeout=20`.
    ///
    /// A host that begins with `/` (as the key `host`, or percent-encoded) is the folder of a Unix socket.
    ///
    /// # Errors
    /// An unknown key by its name, a value out of range, a missing user or database, or a wish for TLS, which this
    /// build does not speak.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        let url = Url::parse(text).because(|| "the database URL is not a URL")?;
        if !matches!(url.scheme(), "postgresql" | "postgres") {
            return Err(Trouble::new(
                "the database URL must begin with postgresql:// or postgres://",
            ));
        }
        let mut database = Self {
            postgres: tokio_postgres::Config::new(),
            connection_limit: LIMIT,
            pool_timeout: Duration::from_secs(TIMEOUT_S),
        };
        database.postgres.ssl_mode(SslMode::Prefer);
        let mut place = Place::of(&url)?;
        for (key, value) in url.query_pairs() {
            database.set(&mut place, &key, &value)?;
        }
        place.fill(&mut database.postgres)?;
        Ok(database)
    }

    /// The settings as tokio-postgres takes them.
    pub fn postgres(&self) -> &tokio_postgres::Config {
        &self.postgres
    }

    /// The same place for somebody else.
    pub fn with_user(&self, user: &str, password: &str) -> Self {
        let mut other = self.clone();
        other.postgres.user(user).password(password);
        other
    }

    /// The same server, another database of it.
    pub fn with_name(&self, name: &str) -> Self {
        let mut other = self.clone();
        other.postgres.dbname(name);
        other
    }

    /// The same database over TCP, for programs that know no sockets: a server on a socket listens on 127.0.0.1 too.
    pub fn over_tcp(&self) -> Self {
        let is_on_a_socket = matches!(self.postgres.get_hosts().first(), Some(Host::Unix(_)));
        if !is_on_a_socket {
            return self.clone();
        }
        let mut postgres = tokio_postgres::Config::new();
        postgres
            .host("127.0.0.1")
            .port(self.port())
            .user(self.user())
            .password(self.postgres.get_password().unwrap_or_default())
            .dbname(self.name())
            .ssl_mode(self.postgres.get_ssl_mode());
        Self {
            postgres,
            connection_limit: self.connection_limit,
            pool_timeout: self.pool_timeout,
        }
    }

    fn port(&self) -> u16 {
        self.postgres.get_ports().first().copied().unwrap_or(5432)
    }

    /// Whether every byte stays on this machine: a Unix socket or a loopback address.
    pub fn is_local(&self) -> bool {
        self.postgres.get_hosts().iter().all(|host| match host {
            Host::Tcp(name) => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1"),
            Host::Unix(_) => true,
        })
    }

    /// The user's name.
    pub fn user(&self) -> &str {
        self.postgres.get_user().unwrap_or_default()
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        self.postgres.get_dbname().unwrap_or_default()
    }

    /// The whole URL with its password, for a child process or a file that only its owner reads.
    pub fn url(&self) -> String {
        let password = self.postgres.get_password().unwrap_or_default();
        let mut text = format!(
            "postgresql://{}:{}@{}/{}",
            escape(self.user()),
            escape(&String::from_utf8_lossy(password)),
            self.host_and_port(),
            escape(self.name()),
        );
        text.push_str(&format!(
            "?connection_limit={}&pool_timeout={}",
            self.connection_limit,
            self.pool_timeout.as_secs()
        ));
        if let Some(Host::Unix(folder)) = self.postgres.get_hosts().first() {
            text.push_str(&format!("&host={}", escape(&folder.to_string_lossy())));
        }
        if self.postgres.get_ssl_mode() == SslMode::Disable {
            text.push_str("&sslmode=disable");
        }
        text
    }

    /// The URL for programs that know only user, password, host, port and database.
    pub fn plain_url(&self) -> String {
        let url = self.url();
        url.split_once('?')
            .map_or(url.clone(), |(front, _)| front.to_owned())
    }

    /// Lines of a libpq service file, with the password.
    pub fn service_lines(&self) -> String {
        let host = match self.postgres.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            Some(Host::Unix(folder)) => folder.display().to_string(),
            None => "localhost".to_owned(),
        };
        let port = self.port();
        let password = self.postgres.get_password().unwrap_or_default();
        format!(
            "host={host}\nport={port}\nuser={}\npassword={}\ndbname={}\n",
            self.user(),
            String::from_utf8_lossy(password),
            self.name()
        )
    }

    fn host_and_port(&self) -> String {
        let port = self.port();
        match self.postgres.get_hosts().first() {
            Some(Host::Tcp(name)) if name.contains(':') => format!("[{name}]:{port}"),
            Some(Host::Tcp(name)) => format!("{name}:{port}"),
            // The key `host` says more; programs that do not read it find the same server here.
            Some(Host::Unix(_)) | None => format!("127.0.0.1:{port}"),
        }
    }

    fn set(&mut self, place: &mut Place, key: &str, value: &str) -> Result<(), Trouble> {
        let to = &mut self.postgres;
        match key {
            "connection_limit" => self.connection_limit = number(key, value, 1, 1000)?,
            "pool_timeout" => {
                self.pool_timeout = Duration::from_secs(number(key, value, 1, 3600)?);
            }
            "host" | "hostaddr" => place.host = value.to_owned(),
            "port" => place.port = number(key, value, 1, 65_535)?,
            "user" => place.user = value.to_owned(),
            "password" => place.password = value.to_owned(),
            "dbname" => place.name = value.to_owned(),
            "sslmode" => {
                to.ssl_mode(ssl_mode(value)?);
            }
            "schema" if value == "public" => {}
            "application_name" => {
                to.application_name(value);
            }
            "options" => {
                to.options(value);
            }
            "connect_timeout" => {
                to.connect_timeout(Duration::from_secs(number(key, value, 0, 3600)?));
            }
            "keepalives" => {
                to.keepalives(number::<u8>(key, value, 0, 1)? == 1);
            }
            "keepalives_idle" => {
                to.keepalives_idle(Duration::from_secs(number(key, value, 1, 86_400)?));
            }
            "keepalives_interval" => {
                to.keepalives_interval(Duration::from_secs(number(key, value, 1, 86_400)?));
            }
            "keepalives_retries" => {
                to.keepalives_retries(number(key, value, 1, 1000)?);
            }
            "tcp_user_timeout" => {
                to.tcp_user_timeout(Duration::from_millis(number(key, value, 0, 3_600_000)?));
            }
            "target_session_attrs" => {
                to.target_session_attrs(session_attributes(value)?);
            }
            "channel_binding" => {
                to.channel_binding(channel_binding(value)?);
            }
            "schema" => return Err(refused(key, value, "public")),
            _ => {
                return Err(Trouble::new(format!(
                    "the database URL has the key `{key}`, which is not known here"
                )));
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Database({self})")
    }
}

impl fmt::Display for Database {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}@{}/{}",
            self.user(),
            self.host_and_port(),
            self.name()
        )?;
        match self.postgres.get_hosts().first() {
            Some(Host::Unix(folder)) => write!(out, " over the socket in {}", folder.display()),
            _ => Ok(()),
        }
    }
}

/// Where the front part of the URL and its keys point to, the keys winning.
struct Place {
    host: String,
    port: u16,
    user: String,
    password: String,
    name: String,
}

impl Place {
    fn of(url: &Url) -> Result<Self, Trouble> {
        Ok(Self {
            host: unescape(url.host_str().unwrap_or_default())?,
            port: url.port().unwrap_or(5432),
            user: unescape(url.username())?,
            password: unescape(url.password().unwrap_or_default())?,
            name: unescape(url.path().trim_start_matches('/'))?,
        })
    }

    fn fill(self, to: &mut tokio_postgres::Config) -> Result<(), Trouble> {
        if self.user.is_empty() {
            return Err(Trouble::new("the database URL names no user"));
        }
        if self.name.is_empty() {
            return Err(Trouble::new("the database URL names no database"));
        }
        if self.host.contains(',') {
            return Err(Trouble::new("the database URL may name one host only"));
        }
        if self.host.starts_with('/') {
            to.host_path(Path::new(&self.host));
        } else if self.host.is_empty() {
            to.host("localhost");
        } else {
            to.host(self.host.trim_matches(['[', ']']));
        }
        to.port(self.port).user(&self.user).dbname(&self.name);
        if !self.password.is_empty() {
            to.password(self.password);
        }
        Ok(())
    }
}

fn number<N>(key: &str, value: &str, least: N, most: N) -> Result<N, Trouble>
where
    N: FromStr + PartialOrd + fmt::Display + Copy,
{
    match value.parse::<N>() {
        Ok(number) if number >= least && number <= most => Ok(number),
        _ => Err(refused(
            key,
            value,
            &format!("a whole number from {least} to {most}"),
        )),
    }
}

fn refused(key: &str, value: &str, wanted: &str) -> Trouble {
    Trouble::new(format!(
        "the database URL has {key}={value}, but {key} must be {wanted}"
    ))
}

fn ssl_mode(value: &str) -> Result<SslMode, Trouble> {
    match value {
        "disable" => Ok(SslMode::Disable),
        "allow" | "prefer" => Ok(SslMode::Prefer),
        "require" | "verify-ca" | "verify-full" => Err(Trouble::new(format!(
            "the database URL asks for sslmode={value}, but this build does not speak TLS to PostgreSQL: \
             connect over a Unix socket or loopback, or through a TLS tunnel on this machine"
        ))),
        _ => Err(refused(
            "sslmode",
            value,
            "disable, allow, prefer, require, verify-ca or verify-full",
        )),
    }
}

fn session_attributes(value: &str) -> Result<TargetSessionAttrs, Trouble> {
    match value {
        "any" => Ok(TargetSessionAttrs::Any),
        "read-write" => Ok(TargetSessionAttrs::ReadWrite),
        "read-only" => Ok(TargetSessionAttrs::ReadOnly),
        _ => Err(refused(
            "target_session_attrs",
            value,
            "any, read-write or read-only",
        )),
    }
}

fn channel_binding(value: &str) -> Result<ChannelBinding, Trouble> {
    match value {
        "disable" => Ok(ChannelBinding::Disable),
        "prefer" => Ok(ChannelBinding::Prefer),
        "require" => Ok(ChannelBinding::Require),
        _ => Err(refused(
            "channel_binding",
            value,
            "disable, prefer or require",
        )),
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

fn unescape(text: &str) -> Result<String, Trouble> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits: Vec<u8> = rest.by_ref().take(2).collect();
        let decoded = std::str::from_utf8(&digits)
            .ok()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(decoded.ok_or_else(|| Trouble::new("the database URL has a broken % escape"))?);
    }
    String::from_utf8(bytes).because(|| "the database URL has a % escape that is not UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str) -> String {
        Database::parse(url).unwrap_err().to_string()
    }

    #[test]
    fn the_specifications_own_url_keeps_its_pool_settings() {
        let database = Database::parse(
            "postgresql://username:password@localhost:5432/equoria?connection_limit=20&pool_timeout=20",
        )
        .unwrap();
        assert_eq!(database.connection_limit, 20);
        assert_eq!(database.pool_timeout, Duration::from_secs(20));
        assert_eq!(database.user(), "username");
        assert_eq!(database.name(), "equoria");
    }

    #[test]
    fn an_unknown_key_is_refused_by_its_name() {
        assert!(refusal("postgresql://a@h/db?conection_limit=3").contains("`conection_limit`"));
    }

    #[test]
    fn a_wish_for_tls_is_never_ignored() {
        for mode in ["require", "verify-ca", "verify-full"] {
            assert!(refusal(&format!("postgresql://a@h/db?sslmode={mode}")).contains("TLS"));
        }
    }

    #[test]
    fn numbers_out_of_range_name_the_key_and_the_range() {
        let said = refusal("postgresql://a@h/db?connection_limit=0");
        assert!(said.contains("connection_limit") && said.contains("from 1 to 1000"));
        assert!(refusal("postgresql://a@h/db?pool_timeout=-1").contains("pool_timeout"));
    }

    #[test]
    fn the_password_is_shown_by_url_alone() {
        let database = Database::parse("postgresql://a:hush%2Fhush@h/db").unwrap();
        assert!(!format!("{database:?} {database}").contains("hush"));
        assert!(database.url().contains("hush%2Fhush"));
    }

    #[test]
    fn a_url_that_is_printed_and_read_again_is_the_same() {
        for url in [
            "postgresql://a:b%40c@127.0.0.1:5433/db?connection_limit=7&pool_timeout=3&sslmode=disable",
            "postgresql://a:b@localhost/db?host=/tmp/sockets&port=5433",
            "postgresql://a:b@%2Ftmp%2Fsockets:5433/db",
            "postgresql://a:b@[::1]:5433/db",
        ] {
            let database = Database::parse(url).unwrap();
            assert_eq!(Database::parse(&database.url()).unwrap(), database, "{url}");
        }
    }

    #[test]
    fn other_schemes_and_missing_parts_are_refused() {
        assert!(refusal("mysql://a@h/db").contains("postgresql://"));
        assert!(refusal("postgresql://h/db").contains("no user"));
        assert!(refusal("postgresql://a@h").contains("no database"));
        assert!(refusal("postgresql://a@h/db?host=one,two").contains("one host"));
    }
}
