//! Where a URL points to, and its percent escapes.

use std::net::IpAddr;
use std::path::Path;

use url::Url;

use crate::trouble::{Because, Trouble};

/// Where the front part of the URL and its keys point to, the keys winning.
pub(super) struct Place {
    pub(super) host: String,
    pub(super) address: Option<IpAddr>,
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) password: String,
    pub(super) name: String,
}

impl Place {
    pub(super) fn of(url: &Url) -> Result<Self, Trouble> {
        Ok(Self {
            host: unescape(url.host_str().unwrap_or_default())?,
            address: None,
            port: url.port().unwrap_or(5432),
            user: unescape(url.username())?,
            password: unescape(url.password().unwrap_or_default())?,
            name: unescape(url.path().trim_start_matches('/'))?,
        })
    }

    /// Whether it is the folder of a Unix socket.
    pub(super) fn is_a_socket(&self) -> bool {
        self.host.starts_with('/')
    }

    pub(super) fn fill(self, to: &mut tokio_postgres::Config) -> Result<(), Trouble> {
        for (what, text) in [
            ("host", &self.host),
            ("user", &self.user),
            ("password", &self.password),
            ("database", &self.name),
        ] {
            require_printable(what, text)?;
        }
        if self.user.is_empty() {
            return Err(Trouble::new("the database URL names no user"));
        }
        if self.name.is_empty() {
            return Err(Trouble::new("the database URL names no database"));
        }
        if self.host.contains(',') {
            return Err(Trouble::new("the database URL may name one host only"));
        }
        if self.is_a_socket() && self.address.is_some() {
            return Err(Trouble::new(
                "the database URL has both the folder of a socket and hostaddr: one of them must go",
            ));
        }
        if self.is_a_socket() {
            to.host_path(Path::new(&self.host));
        } else {
            let host = self.host.trim_matches(['[', ']']);
            match (host, self.address) {
                ("", None) => to.host("localhost"),
                ("", Some(address)) => to.host(address.to_string()),
                (host, _) => to.host(host),
            };
            if let Some(address) = self.address {
                to.hostaddr(address);
            }
        }
        to.port(self.port).user(&self.user).dbname(&self.name);
        if !self.password.is_empty() {
            to.password(self.password);
        }
        Ok(())
    }
}

/// A line end in a value would be a line of its own in a service file.
pub(super) fn require_printable(what: &str, text: &str) -> Result<(), Trouble> {
    if text.chars().any(char::is_control) {
        return Err(Trouble::new(format!(
            "the database URL has a control character in its {what}"
        )));
    }
    Ok(())
}

pub(super) fn escape(text: &str) -> String {
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
