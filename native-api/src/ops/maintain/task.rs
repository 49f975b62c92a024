//! The tasks of each rhythm, in their order.

use chrono::{DateTime, Utc};
use tokio_postgres::Client;

use super::{
    Keeper, Rhythm, Told, advisories, audit, backup, capacity, ledger, performance, reindex,
    reports, restore_point, security, sessions, storage, vacuum,
};
use crate::trouble::Trouble;

/// One thing that maintenance does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Names this instant, so that a recovery can come back to before the maintenance.
    RestorePoint,
    /// Takes a backup.
    Backup,
    /// Reads the newest backup again.
    BackupCheck,
    /// Removes backups that need not be kept.
    BackupRetain,
    /// Restores the newest backup until it proves itself, and to a random second.
    BackupDrill,
    /// Says what no restore has proven.
    BackupsUnproven,
    /// Seals the audit log and proves its seals.
    Audit,
    /// Gives the planner fresh figures of what changed much.
    Analyze,
    /// Frees the room of dead rows, and freezes old ones before their age runs out.
    Vacuum,
    /// Looks for transactions and slots that hold everything back.
    Sessions,
    /// Keeps the sizes of today.
    Storage,
    /// Checks the books of what was posted since the last run.
    Ledger,
    /// Checks the books whole.
    WholeLedger,
    /// Compares the statements with those of the week before.
    Performance,
    /// Asks the reports of what is slow, unused and bloated.
    Reports,
    /// Rebuilds indexes that are mostly air.
    Reindex,
    /// Looks at roles, rights, entrances and passwords.
    Security,
    /// Compares the crates of this build with known holes.
    Advisories,
    /// Forecasts what grows, and when it is full.
    Capacity,
}

/// Where a task stands: in whose name, for which slot.
pub struct At<'a> {
    /// Who maintains.
    pub keeper: &'a Keeper,
    /// The maintainer's connection.
    pub client: &'a Client,
    /// Which maintenance.
    pub rhythm: Rhythm,
    /// The slot that is worked off.
    pub slot: DateTime<Utc>,
    /// How many workers have begun it, ourselves included.
    pub attempts: i32,
}

const DAILY: &[Task] = &[
    Task::RestorePoint,
    Task::Backup,
    Task::BackupCheck,
    Task::BackupRetain,
    Task::Analyze,
    Task::Vacuum,
    Task::Sessions,
    Task::Storage,
    Task::Audit,
    Task::Ledger,
];

const WEEKLY: &[Task] = &[
    Task::RestorePoint,
    Task::Performance,
    Task::Reports,
    Task::Reindex,
    Task::WholeLedger,
    Task::BackupDrill,
    Task::BackupsUnproven,
];

const MONTHLY: &[Task] = &[Task::Security, Task::Advisories];

const QUARTERLY: &[Task] = &[Task::Capacity];

impl Task {
    /// The tasks of a rhythm.
    pub const fn of(rhythm: Rhythm) -> &'static [Self] {
        match rhythm {
            Rhythm::Daily => DAILY,
            Rhythm::Weekly => WEEKLY,
            Rhythm::Monthly => MONTHLY,
            Rhythm::Quarterly => QUARTERLY,
        }
    }

    /// Its name in the evidence.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RestorePoint => "restore_point",
            Self::Backup => "backup",
            Self::BackupCheck => "backup_check",
            Self::BackupRetain => "backup_retain",
            Self::BackupDrill => "backup_drill",
            Self::BackupsUnproven => "backups_unproven",
            Self::Audit => "audit",
            Self::Analyze => "analyze",
            Self::Vacuum => "vacuum",
            Self::Sessions => "sessions",
            Self::Storage => "storage",
            Self::Ledger => "ledger",
            Self::WholeLedger => "whole_ledger",
            Self::Performance => "performance",
            Self::Reports => "reports",
            Self::Reindex => "reindex",
            Self::Security => "security",
            Self::Advisories => "advisories",
            Self::Capacity => "capacity",
        }
    }

    /// Does it.
    ///
    /// # Errors
    /// When it could not be done; what it found is no error.
    pub async fn run(self, at: &At<'_>) -> Result<Told, Trouble> {
        match self {
            Self::RestorePoint => restore_point::name(at).await,
            Self::Backup => backup::create(at).await,
            Self::BackupCheck => backup::check(at).await,
            Self::BackupRetain => backup::retain(at).await,
            Self::BackupDrill => backup::prove(at).await,
            Self::BackupsUnproven => backup::unproven(at).await,
            Self::Audit => audit::seal_and_verify(at).await,
            Self::Analyze => vacuum::analyze(at).await,
            Self::Vacuum => vacuum::vacuum(at).await,
            Self::Sessions => sessions::look(at).await,
            Self::Storage => storage::sample(at).await,
            Self::Ledger => ledger::check_new(at).await,
            Self::WholeLedger => ledger::check_whole(at).await,
            Self::Performance => performance::compare(at).await,
            Self::Reports => reports::ask(at).await,
            Self::Reindex => reindex::rebuild(at).await,
            Self::Security => security::audit(at).await,
            Self::Advisories => advisories::check(at).await,
            Self::Capacity => capacity::plan(at).await,
        }
    }
}
