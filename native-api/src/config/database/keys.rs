//! The keys after the question mark: each is kept, or refused by its name.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::config::TargetSessionAttrs;

use super::Database;
use super::place::{Place, require_printable};
use crate::trouble::Trouble;

impl Database {
    pub(super) fn set(&mut self, place: &mut Place, key: &str, value: &str) -> Result<(), Trouble> {
        require_printable(key, value)?;
        if let Some(done) = self.tls.set(key, value) {
            return done.map_err(|wanted| refused(key, value, &wanted));
        }
        match key {
            "connection_limit" => self.connection_limit = number(key, value, 1, 1000)?,
            "pool_timeout" => {
                self.pool_timeout = Duration::from_secs(number(key, value, 1, 3600)?);
            }
            "pooler" if value == "transaction" => self.is_pooled = true,
            "pooler" => return Err(refused(key, value, "transaction")),
            "host" => place.host = value.to_owned(),
            "hostaddr" => {
                let address = value.parse();
                place.address = Some(address.map_err(|_| refused(key, value, "one IP address"))?);
            }
            "port" => place.port = number(key, value, 1, 65_535)?,
            "user" => place.user = value.to_owned(),
            "password" => place.password = value.to_owned(),
            "dbname" => place.name = value.to_owned(),
            "schema" if value == "public" => {}
            "schema" => return Err(refused(key, value, "public")),
            _ => self.set_of_the_session(key, value)?,
        }
        Ok(())
    }

    /// What tokio-postgres keeps by itself.
    fn set_of_the_session(&mut self, key: &str, value: &str) -> Result<(), Trouble> {
        let to = &mut self.postgres;
        match key {
            "application_name" => to.application_name(value),
            "options" => to.options(value),
            "connect_timeout" => {
                to.connect_timeout(Duration::from_secs(number(key, value, 0, 3600)?))
            }
            "keepalives" => to.keepalives(number::<u8>(key, value, 0, 1)? == 1),
            "keepalives_idle" => {
                to.keepalives_idle(Duration::from_secs(number(key, value, 1, 86_400)?))
            }
            "keepalives_interval" => {
                to.keepalives_interval(Duration::from_secs(number(key, value, 1, 86_400)?))
            }
            "keepalives_count" | "keepalives_retries" => {
                to.keepalives_retries(number(key, value, 1, 1000)?)
            }
            "tcp_user_timeout" => {
                to.tcp_user_timeout(Duration::from_millis(number(key, value, 0, 3_600_000)?))
            }
            "target_session_attrs" => to.target_session_attrs(session_attributes(value)?),
            _ => {
                return Err(Trouble::new(format!(
                    "the database URL has the key `{key}`, which is not known here"
                )));
            }
        };
        Ok(())
    }

    /// What [`Database::set_of_the_session`] took and differs from the default, in libpq's words.
    pub(super) fn session_pairs(&self) -> Vec<(&'static str, String)> {
        let of = &self.postgres;
        let usual = tokio_postgres::Config::new();
        let seconds = |duration: Duration| duration.as_secs().to_string();
        let idle = of.get_keepalives_idle();
        let timeout = of.get_tcp_user_timeout();
        [
            (
                "application_name",
                of.get_application_name().map(str::to_owned),
            ),
            ("options", of.get_options().map(str::to_owned)),
            (
                "connect_timeout",
                of.get_connect_timeout().copied().map(seconds),
            ),
            ("keepalives", (!of.get_keepalives()).then(|| "0".to_owned())),
            (
                "keepalives_idle",
                (idle != usual.get_keepalives_idle()).then(|| seconds(idle)),
            ),
            (
                "keepalives_interval",
                of.get_keepalives_interval().map(seconds),
            ),
            (
                "keepalives_count",
                of.get_keepalives_retries().map(|count| count.to_string()),
            ),
            (
                "tcp_user_timeout",
                timeout.map(|timeout| timeout.as_millis().to_string()),
            ),
            (
                "target_session_attrs",
                attributes_name(of.get_target_session_attrs()).map(str::to_owned),
            ),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .collect()
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

fn attributes_name(attributes: TargetSessionAttrs) -> Option<&'static str> {
    match attributes {
        TargetSessionAttrs::ReadWrite => Some("read-write"),
        TargetSessionAttrs::ReadOnly => Some("read-only"),
        _ => None,
    }
}
