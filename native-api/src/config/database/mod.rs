//! `DATABASE_URL`, read by ourselves: every key is honoured or refused by name.

mod keys;
mod place;

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use tokio_postgres::config::Host;
use url::Url;

use super::tls::Tls;
use crate::trouble::{Because, Trouble};
use place::{Place, escape};

/// A place to connect to, with the size of the pool that may use it.
///
/// Neither `Debug` nor `Display` shows the password; [`Database::url`] does.
#[derive(Clone, PartialEq, Eq)]
pub struct Database {
    postgres: tokio_postgres::Config,
    tls: Tls,
    /// How many connections the pool may hold (`connection_limit`, 1 to 1000).
    pub connection_limit: usize,
    /// How long a request waits for a connection (`pool_timeout`, whole seconds).
    pub pool_timeout: Duration,
    /// Whether a pooler stands in between that lends a session for one transaction at a time (`pooler=transaction`).
    pub is_pooled: bool,
}

/// How far the bytes of a connection travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Over a Unix socket of this machine.
    Socket,
    /// Over TCP, to this same machine.
    Loopback,
    /// Over a network.
    Network,
}

const LIMIT: usize = 10;
const TIMEOUT_S: u64 = 10;

impl Database {
    /// Reads a URL such as `postgresql://writer:secret@db.example.org/equoria?sslmode=verify-full&sslrootcert=ca.crt`.
    ///
    /// A host that begins with `/` (as the key `host`, or percent-encoded) is the folder of a Unix socket.
    ///
    /// # Errors
    /// An unknown key by its name, a value out of range, keys that contradict each other, a missing user or database.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        let url = Url::parse(text).because(|| "the database URL is not a URL")?;
        if !matches!(url.scheme(), "postgresql" | "postgres") {
            return Err(Trouble::new(
                "the database URL must begin with postgresql:// or postgres://",
            ));
        }
        let mut database = Self {
            postgres: tokio_postgres::Config::new(),
            tls: Tls::default(),
            connection_limit: LIMIT,
            pool_timeout: Duration::from_secs(TIMEOUT_S),
            is_pooled: false,
        };
        let mut place = Place::of(&url)?;
        for (key, value) in url.query_pairs() {
            database.set(&mut place, &key, &value)?;
        }
        if database.is_pooled && database.postgres.get_options().is_some() {
            return Err(Trouble::new(
                "the database URL has options and pooler=transaction, which takes no settings of a session: one of them \
                 must go",
            ));
        }
        database.tls.check(place.is_a_socket())?;
        database
            .tls
            .apply(&mut database.postgres, place.is_a_socket());
        place.fill(&mut database.postgres)?;
        Ok(database)
    }

    /// The settings as tokio-postgres takes them; what it does not know of TLS is in [`Database::tls`].
    pub const fn postgres(&self) -> &tokio_postgres::Config {
        &self.postgres
    }

    /// What the URL asks for on the way.
    pub const fn tls(&self) -> &Tls {
        &self.tls
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
        if self.reach() != Reach::Socket {
            return self.clone();
        }
        let mut postgres = tokio_postgres::Config::new();
        postgres
            .host("127.0.0.1")
            .port(self.port())
            .user(self.user())
            .password(self.password())
            .dbname(self.name());
        self.tls.apply(&mut postgres, false);
        Self {
            postgres,
            ..self.clone()
        }
    }

    /// How far the bytes travel. Only an address of the loopback network, or the name `localhost`, is known to stay.
    pub fn reach(&self) -> Reach {
        let is_loopback = |address: &IpAddr| address.is_loopback();
        if let Some(Host::Unix(_)) = self.postgres.get_hosts().first() {
            return Reach::Socket;
        }
        let stays = match self.postgres.get_hostaddrs() {
            [] => self.postgres.get_hosts().iter().all(|host| match host {
                Host::Tcp(name) => {
                    name == "localhost" || name.parse().is_ok_and(|it| is_loopback(&it))
                }
                Host::Unix(_) => true,
            }),
            addresses => addresses.iter().all(is_loopback),
        };
        if stays {
            Reach::Loopback
        } else {
            Reach::Network
        }
    }

    /// The host that the URL names, as a certificate must have it; nothing for a socket.
    pub fn host(&self) -> Option<&str> {
        match self.postgres.get_hosts().first() {
            Some(Host::Tcp(name)) => Some(name),
            Some(Host::Unix(_)) | None => None,
        }
    }

    /// The port of the server.
    pub fn port(&self) -> u16 {
        self.postgres.get_ports().first().copied().unwrap_or(5432)
    }

    /// Whether a password is part of it, and which.
    pub(super) fn password(&self) -> &[u8] {
        self.postgres.get_password().unwrap_or_default()
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
        let mut pairs = vec![
            ("connection_limit", self.connection_limit.to_string()),
            ("pool_timeout", self.pool_timeout.as_secs().to_string()),
        ];
        if self.is_pooled {
            pairs.push(("pooler", "transaction".to_owned()));
        }
        pairs.extend(self.place_pairs());
        pairs.extend(self.session_pairs());
        pairs.extend(self.tls.pairs());
        self.url_with(&pairs)
    }

    /// The URL for PostgreSQL's own programs: everything but the settings of a pool.
    pub fn libpq_url(&self) -> String {
        let mut pairs = self.place_pairs();
        pairs.extend(self.session_pairs());
        pairs.extend(self.tls.pairs());
        self.url_with(&pairs)
    }

    /// The URL for programs that know only user, password, host, port and database, and what is asked for of TLS.
    pub fn plain_url(&self) -> String {
        self.url_with(&self.tls.pairs())
    }

    /// Lines of a libpq service file, with the password.
    pub fn service_lines(&self) -> String {
        let host = match self.postgres.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            Some(Host::Unix(folder)) => folder.display().to_string(),
            None => "localhost".to_owned(),
        };
        let mut lines = format!(
            "host={host}\nport={}\nuser={}\npassword={}\ndbname={}\n",
            self.port(),
            self.user(),
            String::from_utf8_lossy(self.password()),
            self.name()
        );
        let address = self.postgres.get_hostaddrs().first();
        let address = address.map(|address| ("hostaddr", address.to_string()));
        let others = self.session_pairs().into_iter().chain(self.tls.pairs());
        for (key, value) in address.into_iter().chain(others) {
            lines.push_str(&format!("{key}={value}\n"));
        }
        lines
    }

    fn url_with(&self, pairs: &[(&str, String)]) -> String {
        let mut text = format!(
            "postgresql://{}:{}@{}/{}",
            escape(self.user()),
            escape(&String::from_utf8_lossy(self.password())),
            self.host_and_port(),
            escape(self.name()),
        );
        for (at, (key, value)) in pairs.iter().enumerate() {
            let mark = if at == 0 { '?' } else { '&' };
            text.push_str(&format!("{mark}{key}={}", escape(value)));
        }
        text
    }

    fn place_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if let Some(Host::Unix(folder)) = self.postgres.get_hosts().first() {
            pairs.push(("host", folder.to_string_lossy().into_owned()));
        }
        if let Some(address) = self.postgres.get_hostaddrs().first() {
            pairs.push(("hostaddr", address.to_string()));
        }
        pairs
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::TlsMode;

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
    fn the_specifications_three_environments_are_read() {
        for (url, mode) in [
            (
                "postgresql://dev_user:dev_pass@localhost:5432/equoria_dev",
                TlsMode::Prefer,
            ),
            (
                "postgresql://test_user:test_pass@localhost:5432/equoria_test",
                TlsMode::Prefer,
            ),
            (
                "postgresql://prod_user:secure_pass@prod_host:5432/equoria_prod?sslmode=require",
                TlsMode::Require,
            ),
        ] {
            assert_eq!(Database::parse(url).unwrap().tls().mode, mode);
        }
    }

    #[test]
    fn keys_of_tls_that_contradict_each_other_are_refused_by_name() {
        for (keys, named) in [
            ("sslmode=verify-full", "sslrootcert=FILE"),
            ("sslmode=verify-ca", "sslrootcert=FILE"),
            ("sslrootcert=ca.crt", "sslmode=verify-full"),
            ("sslmode=disable&sslrootcert=ca.crt", "sslmode=verify-full"),
            ("sslmode=require&sslrootcert=system", "sslrootcert=system"),
            ("sslmode=require&sslcert=me.crt", "sslkey"),
            ("sslcert=me.crt&sslkey=me.key", "sslcert"),
            ("sslnegotiation=direct", "sslnegotiation=direct"),
            ("sslmode=disable&channel_binding=require", "channel_binding"),
            ("host=/run/pg&channel_binding=require", "Unix socket"),
            ("sslmode=always", "verify-full"),
            ("channel_binding=maybe", "prefer or require"),
            ("sslnegotiation=soon", "direct"),
            ("sslcrl=x", "`sslcrl`"),
        ] {
            let said = refusal(&format!("postgresql://a:b@h/db?{keys}"));
            assert!(said.contains(named), "{keys}: {said}");
        }
    }

    #[test]
    fn only_sockets_and_loopback_stay_on_this_machine() {
        for (url, reach) in [
            ("postgresql://a@h/db?host=/run/pg", Reach::Socket),
            ("postgresql://a@localhost/db", Reach::Loopback),
            ("postgresql://a@127.8.0.1/db", Reach::Loopback),
            ("postgresql://a@[::1]/db", Reach::Loopback),
            (
                "postgresql://a@db.example.org/db?hostaddr=127.0.0.1",
                Reach::Loopback,
            ),
            (
                "postgresql://a@localhost/db?hostaddr=10.0.0.7",
                Reach::Network,
            ),
            ("postgresql://a@localhost.example.org/db", Reach::Network),
            ("postgresql://a@10.0.0.7/db", Reach::Network),
        ] {
            assert_eq!(Database::parse(url).unwrap().reach(), reach, "{url}");
        }
    }

    #[test]
    fn a_line_end_cannot_add_a_line_to_a_service_file() {
        assert!(refusal("postgresql://a:b%0Ahost=evil@h/db").contains("password"));
        assert!(refusal("postgresql://a:b@h/db?options=x%0Ay").contains("options"));
    }

    #[test]
    fn programs_that_we_start_are_told_of_tls_too() {
        let keys = "sslmode=verify-full&sslrootcert=/etc/ca.crt&channel_binding=require";
        let database = Database::parse(&format!(
            "postgresql://a:b@h/db?connection_limit=7&{keys}&connect_timeout=3"
        ))
        .unwrap();
        for key in [
            "sslmode=verify-full",
            "sslrootcert=/etc/ca.crt",
            "channel_binding=require",
            "connect_timeout=3",
        ] {
            assert!(database.service_lines().contains(&format!("\n{key}\n")));
            assert!(database.libpq_url().replace("%2F", "/").contains(key));
        }
        assert!(!database.libpq_url().contains("connection_limit"));
        assert_eq!(
            Database::parse(&database.plain_url()).unwrap().tls(),
            database.tls()
        );
    }

    #[test]
    fn a_pooler_lends_sessions_by_the_transaction_and_takes_no_settings_of_one() {
        assert!(
            refusal("postgresql://a@h/db?pooler=session").contains("pooler must be transaction")
        );
        let both = refusal("postgresql://a@h/db?pooler=transaction&options=-c%20a%3Db");
        assert!(
            both.contains("options") && both.contains("pooler"),
            "{both}"
        );
        let pooled = Database::parse("postgresql://a@h/db?pooler=transaction").unwrap();
        assert!(pooled.is_pooled && !pooled.libpq_url().contains("pooler"));
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
            "postgresql://a:b@127.0.0.1:6432/db?pooler=transaction",
            "postgresql://a:b@%2Ftmp%2Fsockets:5433/db",
            "postgresql://a:b@[::1]:5433/db",
            "postgresql://a:b@h/db?hostaddr=10.0.0.7&sslmode=verify-full&sslrootcert=/a%20b/ca.crt&channel_binding=require",
            "postgresql://a:b@h/db?sslmode=verify-ca&sslrootcert=ca.crt&sslcert=me.crt&sslkey=me.key&sslnegotiation=direct",
            "postgresql://a:b@h/db?sslmode=verify-full&sslrootcert=system&target_session_attrs=read-write&keepalives=0",
            "postgresql://a:b@h/db?application_name=x&options=-c%20a%3Db&connect_timeout=5&keepalives_idle=9\
             &keepalives_interval=3&keepalives_retries=2&tcp_user_timeout=900",
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
