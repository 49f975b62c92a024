//! Limits on how often one may ask: sign-in and registration above all.

use std::fmt;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use reads::Failure;
use rules::id::UserId;
use rules::name::Email;

use crate::config::Environment;
use crate::trouble::Trouble;

/// How many requests of each kind a minute lets through, at once or one by one; 0 lets everything through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Registrations from one address (`EQUORIA_LIMIT_REGISTRATIONS`).
    pub registrations_per_address: u32,
    /// Sign-ins and refreshed tokens from one address (`EQUORIA_LIMIT_SIGN_INS`).
    pub sign_ins_per_address: u32,
    /// Sign-ins with one e-mail address (`EQUORIA_LIMIT_SIGN_INS_PER_EMAIL`).
    pub sign_ins_per_email: u32,
    /// Writes of one player (`EQUORIA_LIMIT_WRITES`).
    pub writes_per_player: u32,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            registrations_per_address: 10,
            sign_ins_per_address: 60,
            sign_ins_per_email: 10,
            writes_per_player: 300,
        }
    }
}

impl Rates {
    /// No limit at all, for a world of many players behind one address.
    pub const NONE: Self = Self {
        registrations_per_address: 0,
        sign_ins_per_address: 0,
        sign_ins_per_email: 0,
        writes_per_player: 0,
    };

    /// Reads the rates, each with its usual value where nothing is set.
    ///
    /// # Errors
    /// When a rate is no whole number, by its name.
    pub fn from_environment(of: &Environment) -> Result<Self, Trouble> {
        let usual = Self::default();
        Ok(Self {
            registrations_per_address: rate(
                of,
                "EQUORIA_LIMIT_REGISTRATIONS",
                usual.registrations_per_address,
            )?,
            sign_ins_per_address: rate(of, "EQUORIA_LIMIT_SIGN_INS", usual.sign_ins_per_address)?,
            sign_ins_per_email: rate(
                of,
                "EQUORIA_LIMIT_SIGN_INS_PER_EMAIL",
                usual.sign_ins_per_email,
            )?,
            writes_per_player: rate(of, "EQUORIA_LIMIT_WRITES", usual.writes_per_player)?,
        })
    }
}

fn rate(of: &Environment, name: &str, usual: u32) -> Result<u32, Trouble> {
    of.get(name)?.map_or(Ok(usual), |text| {
        text.parse().map_err(|_| {
            Trouble::new(format!(
                "{name} is `{text}`, but it must be a whole number (0 for no limit)"
            ))
        })
    })
}

/// The limits of one process, with what has been asked so far.
#[derive(Debug)]
pub struct Limits {
    registrations: Gate<IpAddr>,
    sign_ins: Gate<IpAddr>,
    emails: Gate<String>,
    writes: Gate<UserId>,
}

impl Limits {
    /// Limits with nothing asked yet.
    pub fn new(rates: Rates) -> Self {
        Self {
            registrations: Gate::new(rates.registrations_per_address),
            sign_ins: Gate::new(rates.sign_ins_per_address),
            emails: Gate::new(rates.sign_ins_per_email),
            writes: Gate::new(rates.writes_per_player),
        }
    }

    /// Lets a registration through.
    ///
    /// # Errors
    /// Too many, with the seconds to wait.
    pub fn register(&self, address: IpAddr) -> Result<(), Failure> {
        self.registrations.pass(&network(address))
    }

    /// Lets a sign-in through. The e-mail address counts whether it is known or not.
    ///
    /// # Errors
    /// Too many, with the seconds to wait.
    pub fn sign_in(&self, address: IpAddr, email: &Email) -> Result<(), Failure> {
        self.sign_ins.pass(&network(address))?;
        self.emails.pass(&email.as_str().to_owned())
    }

    /// Lets an operator's sign-in through. The name counts whether it is known or not.
    ///
    /// # Errors
    /// Too many, with the seconds to wait.
    pub fn operator(&self, address: IpAddr, name: &str) -> Result<(), Failure> {
        self.sign_ins.pass(&network(address))?;
        // No e-mail address has two of these.
        self.emails.pass(&format!("operator@@{name}"))
    }

    /// Lets the refreshing of a token through.
    ///
    /// # Errors
    /// Too many, with the seconds to wait.
    pub fn refresh(&self, address: IpAddr) -> Result<(), Failure> {
        self.sign_ins.pass(&network(address))
    }

    /// Lets a check of a signed-in player's own password through.
    ///
    /// # Errors
    /// Too many, with the seconds to wait.
    pub fn password(&self, player: UserId) -> Result<(), Failure> {
        self.emails.pass(&player.to_string())
    }

    /// Lets a player's write through.
    ///
    /// # Errors
    /// Too many, with the seconds to wait.
    pub fn write(&self, player: UserId) -> Result<(), Failure> {
        self.writes.pass(&player)
    }
}

/// Whoever has one address of version 6 usually has the whole /64 of it.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let prefix = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(prefix))
        }
        v4 => v4,
    }
}

/// One limit over many keys; keys that have been quiet are forgotten.
struct Gate<K: Hash + Eq + Clone> {
    limiter: Option<DefaultKeyedRateLimiter<K>>,
    clock: DefaultClock,
    passes: AtomicU32,
}

impl<K: Hash + Eq + Clone> Gate<K> {
    fn new(per_minute: u32) -> Self {
        let quota = NonZeroU32::new(per_minute).map(Quota::per_minute);
        Self {
            limiter: quota.map(RateLimiter::keyed),
            clock: DefaultClock::default(),
            passes: AtomicU32::new(0),
        }
    }

    fn pass(&self, key: &K) -> Result<(), Failure> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        if self.passes.fetch_add(1, Ordering::Relaxed) % 4096 == 4095 {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|refused| {
            let wait_ms = refused.wait_time_from(self.clock.now()).as_millis();
            let retry_after = u32::try_from(wait_ms.div_ceil(1000)).unwrap_or(60);
            Failure::TooMany {
                retry_after: retry_after.max(1),
            }
        })
    }
}

impl<K: Hash + Eq + Clone> fmt::Debug for Gate<K> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.limiter.is_some() {
            "Gate"
        } else {
            "Gate(open)"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strict() -> Limits {
        Limits::new(Rates {
            registrations_per_address: 2,
            ..Rates::NONE
        })
    }

    #[test]
    fn the_third_of_two_registrations_waits_and_other_addresses_do_not() {
        let limits = strict();
        let (here, there): (IpAddr, IpAddr) =
            ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        assert!(limits.register(here).is_ok());
        assert!(limits.register(here).is_ok());
        match limits.register(here) {
            Err(Failure::TooMany { retry_after }) => assert!((1..=30).contains(&retry_after)),
            other => panic!("{other:?}"),
        }
        assert!(limits.register(there).is_ok());
    }

    #[test]
    fn addresses_of_one_network_count_together() {
        let limits = strict();
        for address in ["2001:db8::1", "2001:db8::2"] {
            assert!(limits.register(address.parse().unwrap()).is_ok());
        }
        assert!(limits.register("2001:db8::3".parse().unwrap()).is_err());
        assert!(limits.register("2001:db8:0:1::3".parse().unwrap()).is_ok());
        assert_eq!(
            network("::ffff:192.0.2.1".parse().unwrap()).to_string(),
            "192.0.2.1"
        );
    }

    #[test]
    fn no_limit_lets_everything_through() {
        let limits = Limits::new(Rates::NONE);
        let player = UserId::new(uuid::Uuid::nil());
        assert!((0..10_000).all(|_| limits.write(player).is_ok()));
    }

    #[test]
    fn rates_are_read_by_name() {
        let rates =
            Rates::from_environment(&Environment::of([("EQUORIA_LIMIT_WRITES", "7")])).unwrap();
        assert_eq!(rates.writes_per_player, 7);
        assert_eq!(
            rates.sign_ins_per_email,
            Rates::default().sign_ins_per_email
        );
        let wrong = Rates::from_environment(&Environment::of([("EQUORIA_LIMIT_WRITES", "many")]));
        assert!(
            wrong
                .unwrap_err()
                .to_string()
                .contains("EQUORIA_LIMIT_WRITES")
        );
    }
}
