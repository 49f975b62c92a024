//! `equoria backup`.

mod create;
mod enable;
mod key;
mod list;
mod retain;

use clap::{Args, Subcommand};

use super::Finding;
use crate::config::Environment;
use crate::dev::say::Voice;
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
    /// Remove what need not be kept: old backups, and the log before them
    #[command(
        after_help = "Examples:\n  equoria backup retain --dry-run\n  equoria backup retain --keep-days 30 --keep-fulls 4 --yes\n\nKept in any case: the newest backup that can be restored, the last two proven ones, whatever a kept one builds on, and\nthe log from the beginning of the oldest kept one on."
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
        BackupCommand::Retain(arguments) => retain::retain(of, arguments).await,
        BackupCommand::Key(arguments) => key::key(arguments),
        BackupCommand::Enable(arguments) => enable::enable(of, arguments).await,
    }
}
