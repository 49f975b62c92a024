//! `equoria backup create`.

use clap::Args;

use super::super::reach::reach_as;
use super::super::{Finding, print_json};
use super::Output;
use crate::config::{Environment, Login};
use crate::dev::places::Places;
use crate::dev::{postgres, stopped};
use crate::ops::backup::create::{Create, megabytes};
use crate::ops::backup::{Repository, catalogue};
use crate::trouble::Trouble;

#[derive(Args)]
pub(in crate::cli) struct CreateArguments {
    /// Only what changed since the newest backup, which it then needs
    #[arg(long)]
    incremental: bool,
    #[command(flatten)]
    output: Output,
}

pub(super) async fn create(
    of: &Environment,
    arguments: &CreateArguments,
) -> Result<Finding, Trouble> {
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
    .run_unless(stopped())
    .await?;
    if arguments.output.json {
        // As it lies in the repository, with its hash.
        print_json(&catalogue::load(&repository.place, &entry.id).await?)?;
    } else {
        let seal = if entry.base.is_sealed {
            "encrypted"
        } else {
            "NOT encrypted"
        };
        println!(
            "{} {} ({} of {}, {seal}), restorable to {}",
            entry.id,
            entry.state,
            megabytes(entry.base.stored.bytes),
            megabytes(entry.base.plain.bytes),
            entry.point.at.format("%Y-%m-%d %H:%M:%S%.3f UTC")
        );
    }
    Ok(Finding::Good)
}
