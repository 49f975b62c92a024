//! `equoria backup`.

use clap::{Args, Subcommand};

use super::reach::reach_as;
use super::{Finding, print_json};
use crate::config::{Environment, Login};
use crate::dev::places::Places;
use crate::dev::postgres;
use crate::dev::say::Voice;
use crate::ops::backup::Repository;
use crate::ops::backup::create::{Create, megabytes};
use crate::trouble::Trouble;

#[derive(Subcommand)]
pub(super) enum BackupCommand {
    /// Take a backup, full or of what changed since the last one
    #[command(
        after_help = "Examples:\n  equoria backup create\n  equoria backup create --incremental --json\n\nIt is taken as equoria_backup (BACKUP_DATABASE_URL) into EQUORIA_BACKUP_PLACE: an absolute folder, or s3://bucket/prefix\nwith EQUORIA_BACKUP_S3_ENDPOINT, _REGION, _ACCESS_KEY and _SECRET_KEY. It is encrypted to EQUORIA_BACKUP_RECIPIENT."
    )]
    Create(CreateArguments),
}

#[derive(Args)]
pub(super) struct CreateArguments {
    /// Only what changed since the newest backup, which it then needs
    #[arg(long)]
    incremental: bool,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
struct Output {
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
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
        BackupCommand::Create(arguments) => create(of, arguments).await,
    }
}

async fn create(of: &Environment, arguments: &CreateArguments) -> Result<Finding, Trouble> {
    let voice = arguments.output.voice();
    let repository = Repository::of(of)?;
    let reached = reach_as(of, &voice, Login::Backup).await?;
    let programs = postgres::programs(&Places::find()?, &voice)?;
    let entry = Create {
        repository: &repository,
        database: &reached.database,
        programs: &programs,
        is_incremental: arguments.incremental,
        voice: &voice,
    }
    .run()
    .await?;
    if arguments.output.json {
        print_json(&entry)?;
    } else {
        let seal = if entry.base.is_sealed {
            "encrypted"
        } else {
            "NOT encrypted"
        };
        println!(
            "{} {} ({}, {seal}), of {}, restorable to {}",
            entry.id,
            entry.state,
            megabytes(entry.base.stored.bytes),
            megabytes(entry.base.plain.bytes),
            entry.point.at.format("%Y-%m-%d %H:%M:%S%.3f UTC")
        );
    }
    Ok(Finding::Good)
}
