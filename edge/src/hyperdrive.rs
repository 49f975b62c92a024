//! Connections to PostgreSQL through Hyperdrive: one for each question, as a socket belongs to the request that opened it.

use crate::turns::Turns;
use reads::problem::chain;
use reads::{Connect, Failure, Freshness};
use std::future::Future;
use std::ops::Deref;
use std::time::Duration;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, NoTls};
use wasm_bindgen_futures::spawn_local;
use worker::send::SendFuture;
use worker::{Delay, Env, Hyperdrive, Result, console_error};

/// The two ways to the one database.
pub(crate) struct Databases {
    cached: Hyperdrive,
    fresh: Hyperdrive,
}

impl Databases {
    /// Takes the bindings `DB`, which may answer from a cache or a standby, and `DB_FRESH`, which is the primary itself.
    pub(crate) fn of(env: &Env) -> Result<Self> {
        Ok(Self {
            cached: env.hyperdrive("DB")?,
            fresh: env.hyperdrive("DB_FRESH")?,
        })
    }
}

/// A connection that ends when it is dropped.
pub(crate) struct Connection(Client);

impl Deref for Connection {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.0
    }
}

impl Connect for Databases {
    type Conn = Connection;

    fn connect(
        &self,
        freshness: Freshness,
    ) -> impl Future<Output = std::result::Result<Connection, Failure>> + Send {
        let binding = match freshness {
            Freshness::Cached => &self.cached,
            Freshness::Fresh => &self.fresh,
        };
        SendFuture::new(open(binding))
    }

    fn may_lag(&self) -> bool {
        true
    }

    fn patience(&self, freshness: Freshness) -> impl Future<Output = ()> + Send {
        SendFuture::new(Delay::from(match freshness {
            Freshness::Cached => CACHED_PATIENCE,
            Freshness::Fresh => FRESH_PATIENCE,
        }))
    }
}

/// How long a question may take, the connection and a second attempt included: not so long where there is another way.
const CACHED_PATIENCE: Duration = Duration::from_millis(1_000);
const FRESH_PATIENCE: Duration = Duration::from_millis(1_500);

async fn open(binding: &Hyperdrive) -> std::result::Result<Connection, Failure> {
    let turns = Turns::open(binding).map_err(|_| busy())?;
    let mut config = Config::new();
    config
        .user(binding.user())
        .password(binding.password())
        .dbname(binding.database())
        // The way from the Worker to Hyperdrive is private; Hyperdrive speaks TLS with the database.
        .ssl_mode(SslMode::Disable);
    let (client, connection) = config.connect_raw(turns, NoTls).await.map_err(|error| {
        console_error!("no connection to the database: {}", chain(&error));
        busy()
    })?;
    // It ends with the client, and what goes wrong on it is what the client's question fails with.
    spawn_local(async move { drop(connection.await) });
    Ok(Connection(client))
}

const fn busy() -> Failure {
    Failure::Busy { retry_after: 1 }
}
