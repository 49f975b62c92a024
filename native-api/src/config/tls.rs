//! How a connection to PostgreSQL is protected on its way: the keys of a URL that are about TLS, as libpq means them.

use std::fmt;
use std::path::{Path, PathBuf};

use tokio_postgres::config::{ChannelBinding, SslMode, SslNegotiation};

use crate::trouble::Trouble;

/// `sslmode`: from nothing at all to a server that has proved its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsMode {
    /// No TLS, even if the server offers it.
    Disable,
    /// TLS if the server offers it; anyone on the way may say that it does not. What holds where nothing is asked for.
    #[default]
    Prefer,
    /// TLS with whoever answers; with `sslrootcert` the same as [`TlsMode::VerifyCa`].
    Require,
    /// TLS with a server whose certificate is of the authority in `sslrootcert`, whatever its name.
    VerifyCa,
    /// The same, and the certificate is for the host that the URL names.
    VerifyFull,
}

impl TlsMode {
    const ALL: [Self; 5] = [
        Self::Disable,
        Self::Prefer,
        Self::Require,
        Self::VerifyCa,
        Self::VerifyFull,
    ];

    /// As a URL says it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }

    /// Reads the value of `sslmode`. libpq's `allow`, TLS only if the server insists, is answered with more: `prefer`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text == "allow" {
            return Some(Self::Prefer);
        }
        Self::ALL.into_iter().find(|mode| mode.name() == text)
    }
}

/// `sslrootcert`: whose word about a server is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authority {
    /// The certificates in this file, which is read for every new connection.
    File(PathBuf),
    /// Whom this machine's operating system trusts.
    System,
}

impl fmt::Display for Authority {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(out, "{}", path.display()),
            Self::System => out.write_str("system"),
        }
    }
}

/// Everything that a URL says about TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// `sslmode`.
    pub mode: TlsMode,
    /// `sslrootcert`.
    pub authority: Option<Authority>,
    /// `sslcert`: the certificate by which we prove who we are.
    pub certificate: Option<PathBuf>,
    /// `sslkey`: its key.
    pub key: Option<PathBuf>,
    /// `sslnegotiation=direct`: TLS from the first byte (PostgreSQL 17 and later), one round trip less.
    pub is_direct: bool,
    /// `channel_binding`: whether the password's proof is bound to this very TLS session (SCRAM-SHA-256-PLUS).
    pub binding: Binding,
}

/// `channel_binding`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Binding {
    /// Never.
    Disable,
    /// Where the server can. What holds where nothing is asked for.
    #[default]
    Prefer,
    /// A server that cannot is refused: nobody between us and it can pass our proof on.
    Require,
}

impl Binding {
    const ALL: [Self; 3] = [Self::Disable, Self::Prefer, Self::Require];

    const fn name(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|binding| binding.name() == text)
    }
}

impl Tls {
    /// Takes the value of one key, if it is one of these.
    ///
    /// # Errors
    /// What the value must be instead.
    pub(super) fn set(&mut self, key: &str, value: &str) -> Option<Result<(), String>> {
        // By its whole path: programs that we start may run in another folder.
        let named = |path: &str| std::path::absolute(path).ok();
        let done = match key {
            "sslmode" => TlsMode::parse(value)
                .map(|mode| self.mode = mode)
                .ok_or("disable, allow, prefer, require, verify-ca or verify-full"),
            "channel_binding" => Binding::parse(value)
                .map(|binding| self.binding = binding)
                .ok_or("disable, prefer or require"),
            "sslnegotiation" => match value {
                "postgres" | "direct" => {
                    self.is_direct = value == "direct";
                    Ok(())
                }
                _ => Err("postgres or direct"),
            },
            "sslrootcert" if value == "system" => {
                self.authority = Some(Authority::System);
                Ok(())
            }
            "sslrootcert" => named(value)
                .map(|path| self.authority = Some(Authority::File(path)))
                .ok_or("the file with the certificate of the authority, or system"),
            "sslcert" => named(value)
                .map(|path| self.certificate = Some(path))
                .ok_or("the file with the certificate of this client"),
            "sslkey" => named(value)
                .map(|path| self.key = Some(path))
                .ok_or("the file with the key of this client"),
            _ => return None,
        };
        Some(done.map_err(str::to_owned))
    }

    /// Refuses keys that contradict each other: what is asked for is either kept or refused, never dropped.
    ///
    /// # Errors
    /// Which keys, and what to write instead.
    pub(super) fn check(&self, is_over_a_socket: bool) -> Result<(), Trouble> {
        let refuse = |sentence: String| Err(Trouble::new(sentence));
        let mode = self.mode.name();
        let is_verified = self.mode >= TlsMode::VerifyCa;
        if is_verified && self.authority.is_none() {
            return refuse(format!(
                "the database URL has sslmode={mode}, which also needs sslrootcert=FILE, the certificate of the \
                 authority to trust (`equoria tls init` makes one)"
            ));
        }
        if self.mode < TlsMode::Require && self.authority.is_some() {
            return refuse(format!(
                "the database URL has sslrootcert, but sslmode={mode} would also go without TLS: write \
                 sslmode=verify-full"
            ));
        }
        if self.authority == Some(Authority::System) && self.mode != TlsMode::VerifyFull {
            return refuse(format!(
                "the database URL has sslrootcert=system with sslmode={mode}, and anyone can have a certificate of \
                 such an authority: write sslmode=verify-full"
            ));
        }
        if self.certificate.is_some() != self.key.is_some() {
            return refuse(
                "the database URL has one of sslcert and sslkey: a client's certificate needs both"
                    .to_owned(),
            );
        }
        if self.certificate.is_some() && self.mode < TlsMode::Require {
            return refuse(format!(
                "the database URL has sslcert, but sslmode={mode} would also go without TLS: write \
                 sslmode=verify-full"
            ));
        }
        if self.is_direct && self.mode < TlsMode::Require {
            return refuse(format!(
                "the database URL has sslnegotiation=direct, which leaves no way without TLS, but sslmode={mode}: \
                 write sslmode=verify-full"
            ));
        }
        if self.binding == Binding::Require && (is_over_a_socket || self.mode == TlsMode::Disable) {
            let why = if is_over_a_socket {
                "a Unix socket has no TLS to bind to: leave channel_binding out"
            } else {
                "sslmode=disable leaves no TLS to bind to: write sslmode=verify-full"
            };
            return refuse(format!(
                "the database URL has channel_binding=require, but {why}"
            ));
        }
        Ok(())
    }

    /// Writes what tokio-postgres must know; the verification is the connector's. A Unix socket has no TLS, as with
    /// libpq: what goes over it never leaves this machine.
    pub(super) fn apply(&self, to: &mut tokio_postgres::Config, is_over_a_socket: bool) {
        to.ssl_mode(match self.mode {
            _ if is_over_a_socket => SslMode::Disable,
            TlsMode::Disable => SslMode::Disable,
            TlsMode::Prefer => SslMode::Prefer,
            TlsMode::Require | TlsMode::VerifyCa | TlsMode::VerifyFull => SslMode::Require,
        });
        to.channel_binding(match self.binding {
            Binding::Disable => ChannelBinding::Disable,
            Binding::Prefer => ChannelBinding::Prefer,
            Binding::Require => ChannelBinding::Require,
        });
        to.ssl_negotiation(if self.is_direct && !is_over_a_socket {
            SslNegotiation::Direct
        } else {
            SslNegotiation::Postgres
        });
    }

    /// The keys and values that differ from what holds where nothing is asked for, as libpq takes them too.
    pub(super) fn pairs(&self) -> Vec<(&'static str, String)> {
        let file = |path: &Path| path.to_string_lossy().into_owned();
        let mut pairs = Vec::new();
        if self.mode != TlsMode::default() {
            pairs.push(("sslmode", self.mode.name().to_owned()));
        }
        if let Some(authority) = &self.authority {
            pairs.push(("sslrootcert", authority.to_string()));
        }
        if let (Some(certificate), Some(key)) = (&self.certificate, &self.key) {
            pairs.push(("sslcert", file(certificate)));
            pairs.push(("sslkey", file(key)));
        }
        if self.is_direct {
            pairs.push(("sslnegotiation", "direct".to_owned()));
        }
        if self.binding != Binding::default() {
            pairs.push(("channel_binding", self.binding.name().to_owned()));
        }
        pairs
    }
}
