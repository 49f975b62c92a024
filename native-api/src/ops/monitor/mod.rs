//! How the game and its database are doing, in figures.
//!
//! A process tells its figures on a listener of its own, never on the API's port: they are nobody's business outside. What
//! comes from the database is asked as the role `equoria_monitor`, which sees figures and no rows.

pub mod alerts;
pub mod collect;
mod fetch;
mod figures;
mod health;
mod listen;
mod page;
mod process;
mod questions;
mod settings;
mod snapshot;

use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::registry::Registry;

use crate::app::App;
use crate::config::Database;
use crate::db::By;
use crate::ops::migrate;
use crate::trouble::{Because, Trouble};
use collect::Collector;

pub use fetch::Source;
pub use figures::{Figures, PoolName, Waits};
pub use health::Health;
pub use listen::{bind, serve};
pub use page::{Moment, page};
pub use questions::{QUESTIONS, Question};
pub use settings::{Listen, PORT, Settings};
pub use snapshot::{Sample, Snapshot};

/// The figures of one process and of its database.
#[derive(Debug)]
pub struct Monitor {
    app: App,
    database: Option<Collector>,
}

impl Monitor {
    /// The monitor of an app; the database is asked where the settings say as whom.
    pub fn of(app: &App, settings: &Settings) -> Self {
        if settings.database.is_none() {
            tracing::info!("MONITOR_DATABASE_URL is not set: /metrics tells of this process alone");
        }
        Self::with(app, settings.database.clone())
    }

    /// The same, asking the database as that role, if there is one.
    pub fn with(app: &App, database: Option<Database>) -> Self {
        Self {
            app: app.clone(),
            database: database.map(Collector::of),
        }
    }

    /// Everything, as Prometheus reads it.
    ///
    /// # Errors
    /// When a figure cannot be written, which is a fault of ours.
    pub async fn metrics(&self) -> Result<String, Trouble> {
        let mut others = Registry::default();
        others.register_collector(Box::new(self.snapshot().await));
        let mut text = String::new();
        encode_registry(&mut text, self.app.figures.registry())
            .and_then(|()| encode_registry(&mut text, &others))
            .and_then(|()| encode_eof(&mut text))
            .because(|| "the figures could not be written")?;
        Ok(text)
    }

    /// What is asked for at a scrape: the database, the pools, the process.
    pub async fn snapshot(&self) -> Snapshot {
        let mut told = match &self.database {
            Some(database) => database.figures().await,
            None => Snapshot::default(),
        };
        let expected = f64::from(migrate::expected_version());
        let help = "The last migration that this program knows";
        told.add("equoria_schema_version_expected", help, &[], expected);
        self.pools(&mut told);
        process::add(&mut told);
        told
    }

    /// Whether the writing role reaches a database of our schema, within a limit of time.
    pub async fn is_ready(&self) -> bool {
        let sql = "select coalesce(max(version), 0) from ops.migrations";
        let asked = self.app.db.find(By::game("health"), sql, &[]);
        let asked = tokio::time::timeout(collect::LIMIT, asked);
        let found = asked.await.ok().and_then(Result::ok).flatten();
        let version = found.and_then(|row| row.try_get::<_, i32>(0).ok());
        version == Some(migrate::expected_version())
    }

    fn pools(&self, told: &mut Snapshot) {
        let pools = [
            (PoolName::Writer, self.app.db.pool()),
            (PoolName::Reader, self.app.reader.pool()),
        ];
        let standby = self.app.reader.standby();
        let standby = standby.map(|pool| (PoolName::Standby, pool));
        for (name, pool) in pools.into_iter().chain(standby) {
            let (status, of) = (pool.status(), [("pool", name.as_str())]);
            let idle = status.available.min(status.size);
            for (name, help, value) in [
                (
                    "equoria_pool_max",
                    "Connections that the pool may hold",
                    status.max_size,
                ),
                (
                    "equoria_pool_size",
                    "Connections that it holds",
                    status.size,
                ),
                (
                    "equoria_pool_available",
                    "Connections that nobody has borrowed",
                    idle,
                ),
                (
                    "equoria_pool_waiting",
                    "Who waits for a connection",
                    status.waiting,
                ),
            ] {
                told.add(name, help, &of, value as f64);
            }
        }
    }
}
