//! `equoria backup`.

mod create;
mod enable;
mod key;
mod list;
mod recovery;
mod retain;

use clap::{Args, Subcommand};

use super::Finding;
use crate::config::Environment;
use crate::dev::say::Voice;
use crate::dev::stoppable;
use crate::trouble::Trouble;

#[derive(Subcommand)]
pub(super) enum BackupCommand {
    /// Take a backup, full or of what changed since the last one
    #[command(
        after_help = "Examples:\n  equoria backup create\n  equoria backup create --incremental --json\n\nIt is taken as equoria_backup (BACKUP_DATABASE_URL) into EQUORIA_BACKUP_PLACE: an absolute folder, or s3://bucket/prefix\nwith EQUORIA_BACKUP_S3_ENDPOINT, _REGION, _ACCESS_KEY and _SECRET_KEY. It is encrypted to EQUORIA_BACKUP_RECIPIENT."
    )]
    Create(create::CreateArguments),
    /// Show all backups, and to which instants they can be restored now (status 1 if one is no good)
    #[command(after_help = "Example:\n  equoria backup list --json | jq .rpo_s")]
    List(list::ListArguments),
    /// Read every byte of a backup again, and its log (status 1 if something is wrong: then it is broken)
    #[command(
        after_help = "Examples:\n  equoria backup verify --latest\n  equoria backup verify --all --json\n  equoria backup verify 20261122T210500Z-full --work /srv/scratch\n\nA backup that is good is `checked` now; only a drill makes it proven. One that was found broken is looked at again where it\nis named, and is `checked` where nothing is wrong with it any more."
    )]
    Verify(recovery::VerifyArguments),
    /// Make a data folder as the cluster was at an instant
    #[command(
        after_help = "Examples:\n  equoria backup restore --to latest --into /srv/restored\n  equoria backup restore --to \"2026-11-22 21:04:59Z\" --into /srv/restored --port 5433\n  equoria backup restore 20261122T210500Z-full --to before_0017 --into /srv/restored\n\nNothing is written over; the restored server archives nothing until somebody has given it a repository of its own."
    )]
    Restore(recovery::RestoreArguments),
    /// Restore a backup into a scratch server and prove it there (status 1 if it does not prove itself)
    #[command(
        after_help = "Examples:\n  equoria backup drill\n  equoria backup drill --to random --json\n  equoria backup drill 20261122T210500Z-full --to \"2026-11-22 21:30:00Z\"\n\nEvery table is compared with what it held at the recorded instant; every page, index and constraint is looked at, and\nthe ledger added up. The scratch server listens on a private socket and is removed at the end, whatever happens."
    )]
    Drill(recovery::DrillArguments),
    /// Remove what need not be kept: old backups, and the log before them
    #[command(
        after_help = "Examples:\n  equoria backup retain --dry-run\n  equoria backup retain --keep-days 30 --keep-fulls 4 --yes\n\nKept in any case: the newest backup that can be restored, the last two proven ones, whatever a kept one builds on,\nthe log from the beginning of the oldest kept one on, and everything while an entry cannot be read."
    )]
    Retain(retain::RetainArguments),
    /// Make a pair of keys: the private one into a file, the public one to standard output
    #[command(
        after_help = "Example:\n  EQUORIA_BACKUP_RECIPIENT=$(equoria backup key --into backup.key)\n\nKeep the file apart from the backups and from the server: without it they cannot be read, with it everybody can."
    )]
    Key(key::KeyArguments),
    /// Turn archiving on at a server of your own, as its administrator
    #[command(
        after_help = "Examples:\n  equoria backup enable --environment /etc/equoria/archive.env\n  equoria backup enable --environment /etc/equoria/archive.env --print | psql\n\nThe file holds EQUORIA_BACKUP_PLACE, EQUORIA_BACKUP_RECIPIENT and what they need, one NAME=value a line; PostgreSQL's user\nmust be able to read it. The PostgreSQL of a checkout archives without this."
    )]
    Enable(enable::EnableArguments),
}

#[derive(Args)]
pub(in crate::cli) struct Output {
    /// Print the result as JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

impl Output {
    fn voice(&self) -> Voice {
        if self.json {
            Voice::quiet()
        } else {
            Voice::default()
        }
    }
}

pub(super) async fn backup(of: &Environment, command: &BackupCommand) -> Result<Finding, Trouble> {
    match command {
        BackupCommand::Create(arguments) => create::create(of, arguments).await,
        BackupCommand::List(arguments) => list::list(of, arguments).await,
        BackupCommand::Verify(arguments) => stoppable(recovery::run_verify(of, arguments)).await,
        BackupCommand::Restore(arguments) => stoppable(recovery::run_restore(of, arguments)).await,
        BackupCommand::Drill(arguments) => stoppable(recovery::run_drill(of, arguments)).await,
        BackupCommand::Retain(arguments) => retain::retain(of, arguments).await,
        BackupCommand::Key(arguments) => key::key(arguments),
        BackupCommand::Enable(arguments) => enable::enable(of, arguments).await,
    }
}
