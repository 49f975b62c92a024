//! What a certificate says, and from when until when it says so.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use super::SOON_DAYS;
use crate::config::hex;
use crate::trouble::{Because, Trouble};

/// From when until when a certificate is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// Its first instant.
    pub from: DateTime<Utc>,
    /// Its last instant.
    pub until: DateTime<Utc>,
}

impl Validity {
    /// So many days from now on; it began an hour ago, for the sake of clocks that are behind.
    pub fn of_days(days: u32) -> Self {
        let now = Utc::now();
        Self {
            from: now - TimeDelta::hours(1),
            until: now + TimeDelta::days(i64::from(days)),
        }
    }
}

/// What a certificate says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// Whose it is.
    pub subject: String,
    /// The names and addresses that it is for.
    pub names: Vec<String>,
    /// Who signed it.
    pub issuer: String,
    /// Its number, in hexadecimal digits.
    pub serial: String,
    /// Its first instant.
    pub not_before: DateTime<Utc>,
    /// Its last instant.
    pub not_after: DateTime<Utc>,
    /// Whole days from now to its end; negative once it is over.
    pub days_left: i64,
    /// Whether it may sign others.
    pub is_authority: bool,
}

impl Certificate {
    /// Reads one.
    ///
    /// # Errors
    /// When these bytes are no certificate.
    pub fn of(der: &[u8]) -> Result<Self, Trouble> {
        let (_, found) =
            X509Certificate::from_der(der).because(|| "the certificate cannot be read")?;
        let instant = |seconds| {
            DateTime::from_timestamp(seconds, 0)
                .ok_or_else(|| Trouble::new("the certificate's time is out of all bounds"))
        };
        let not_after = instant(found.validity().not_after.timestamp())?;
        Ok(Self {
            subject: found.subject().to_string(),
            names: names(&found),
            issuer: found.issuer().to_string(),
            serial: hex(found.raw_serial()),
            not_before: instant(found.validity().not_before.timestamp())?,
            not_after,
            days_left: (not_after - Utc::now()).num_days(),
            is_authority: found.is_ca(),
        })
    }

    /// Whether it is over, or so soon that somebody should act.
    pub const fn needs_somebody(&self) -> bool {
        self.days_left <= SOON_DAYS
    }
}

/// The public key of a certificate.
pub(super) fn public_key(der: &[u8]) -> Result<Vec<u8>, Trouble> {
    let (_, found) = X509Certificate::from_der(der).because(|| "the certificate cannot be read")?;
    Ok(found.public_key().subject_public_key.data.to_vec())
}

fn names(of: &X509Certificate<'_>) -> Vec<String> {
    let alternatives = of.subject_alternative_name().ok().flatten();
    let alternatives = alternatives
        .iter()
        .flat_map(|found| &found.value.general_names);
    alternatives.filter_map(name).collect()
}

fn name(of: &GeneralName<'_>) -> Option<String> {
    match of {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => {
            let four = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            let address = four.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from));
            address.ok().map(|address| address.to_string())
        }
        _ => None,
    }
}
