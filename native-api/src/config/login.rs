//! The roles that log in, and where the environment says how.

use super::{Database, Environment, database};
use crate::trouble::Trouble;

/// One of the roles that processes and commands work as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// Every write of the API and the game's jobs.
    Writer,
    /// The reads of the native API.
    Reader,
    /// The reads of the Worker.
    Edge,
    /// Who changes the schema; at home and for the first migration the administrator.
    Migrator,
    /// Who copies the whole cluster.
    Backup,
    /// Who sees figures and no rows.
    Monitor,
    /// Who reads the audit log and seals it.
    Auditor,
    /// Who copies rows into a database without personal data.
    Anonymiser,
    /// Who vacuums, analyses and rebuilds.
    Maintainer,
}

impl Login {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Writer,
        Self::Reader,
        Self::Edge,
        Self::Migrator,
        Self::Backup,
        Self::Monitor,
        Self::Auditor,
        Self::Anonymiser,
        Self::Maintainer,
    ];

    /// The role's name in the database.
    pub const fn role(self) -> &'static str {
        match self {
            Self::Writer => "equoria_writer",
            Self::Reader => "equoria_reader",
            Self::Edge => "equoria_edge",
            Self::Migrator => "equoria_migrator",
            Self::Backup => "equoria_backup",
            Self::Monitor => "equoria_monitor",
            Self::Auditor => "equoria_auditor",
            Self::Anonymiser => "equoria_anonymiser",
            Self::Maintainer => "equoria_maintainer",
        }
    }

    /// The variable of the environment that holds its URL.
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Writer => "DATABASE_URL",
            Self::Reader => "DATABASE_READ_URL",
            Self::Edge => "DATABASE_EDGE_URL",
            Self::Migrator => "MIGRATE_DATABASE_URL",
            Self::Backup => "BACKUP_DATABASE_URL",
            Self::Monitor => "MONITOR_DATABASE_URL",
            Self::Auditor => "AUDIT_DATABASE_URL",
            Self::Anonymiser => "ANONYMISE_DATABASE_URL",
            Self::Maintainer => "MAINTAIN_DATABASE_URL",
        }
    }

    /// The way to the database that the environment names for it, if it names one.
    ///
    /// # Errors
    /// When the URL cannot be honoured.
    pub fn database(self, of: &Environment) -> Result<Option<Database>, Trouble> {
        database(of, self.variable())
    }
}
